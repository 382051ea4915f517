//! A manager looks: the report of a scope, as a page, JSON or CSV.

mod page;

use std::collections::BTreeMap;

use aftertaste::{
    app::{App, Stop, conclude},
    count::count,
    domain::{
        Id,
        grant::{Grant, NotGranted, Permission},
        language::choose,
        scope::Scope,
        store::Store,
        tally::{Tallies, Tally},
    },
    http::{Format, Problem, Reply, Request, accepted_format, bearer, page as shared_page, wanted_languages},
    stats::report::{Report, Score, Subject},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan, civil::Date};

const FUNCTION: &str = "show-report";

/// The longest window, in days: a quarter.
const LONGEST_WINDOW_DAYS: i32 = 92;

/// The window when none is asked for, in days.
const USUAL_WINDOW_DAYS: i32 = 30;

/// `GET /reports/{scope+}` and `GET /login`.
pub async fn handle(app: &App, request: &Request, now: Timestamp) -> Reply {
    let (scope, format) = scope_and_format(request);
    let answered = match request.route_key.as_str() {
        "GET /reports/{scope+}" => show(app, request, now, scope, format).await,
        "GET /login" => log_in(app, request, now).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(FUNCTION, answered, |problem| match format {
        Format::Html => shared_page::problem(&problem, &wanted_languages(request)),
        Format::Json | Format::Csv => problem.into(),
    })
}

/// The scope as it was written, and the form: by ending, else by `Accept`.
fn scope_and_format(request: &Request) -> (&str, Format) {
    let path = request.path_parameter("scope");
    let by_ending = path.rsplit_once('.').and_then(|(scope, ending)| Some((scope, Format::of_ending(ending)?)));
    by_ending.unwrap_or_else(|| {
        // A browser says that it wants a page; a program that says nothing wants figures.
        let offered = [Format::Json, Format::Html, Format::Csv];
        (path, accepted_format(request, &offered).unwrap_or(Format::Json))
    })
}

async fn show(app: &App, request: &Request, now: Timestamp, scope: &str, format: Format) -> Result<Reply, Stop> {
    let grant = bearer(&app.keyring, request, now)?;
    let scope: Scope = scope.parse().map_err(|_| Problem::scope_unknown())?;
    let stores = stores_of(app, &scope, now).await?;
    let path = stores.first().filter(|_| matches!(scope, Scope::Store(_))).map(|store| &store.details.path);
    if !grant.allows_report(&scope, path) {
        return Err(Problem::grant_insufficient(&format!("report:{scope}")).into());
    }
    let Some(store) = stores.first() else { return Err(Problem::scope_unknown().into()) };
    let today = stores.iter().map(|store| store.calendar.day_of(now)).max().unwrap_or_default();
    let (from, to) = window(request, today)?;

    let mut rollups = app.table.rollups(&scope, from, to).await?;
    let mut counted_at = rollups.values().map(|rollup| rollup.counted_at).max();
    let mut days: BTreeMap<Date, Tallies> =
        rollups.iter_mut().map(|(day, r)| (*day, std::mem::take(&mut r.tallies))).collect();
    if matches!(scope, Scope::Store(_)) && (from..=to).contains(&today) {
        // The day that is still running is counted from its responses, so that the last guest is in.
        let mut counted = count(&app.table, &app.catalog, store, &(today..=today), now).await?;
        days.insert(today, counted.days.remove(&today).unwrap_or_default().tallies);
        counted_at = Some(now);
    }
    let surveys = surveys_in(&days);
    let wanted: Option<Id> = match request.query("survey") {
        Some(id) => Some(id.parse().map_err(|_| Problem::survey_unknown())?),
        None => surveys.first().cloned(),
    };
    let id = wanted.unwrap_or_else(|| store.details.survey.clone());
    let survey = app.catalog.survey(&id, now).await?.ok_or_else(Problem::survey_unknown)?;
    let tallies: BTreeMap<Date, Tally> =
        days.into_iter().filter_map(|(day, mut tallies)| Some((day, tallies.remove(&id)?))).collect();

    let brand = app.catalog.brand(now).await?;
    let name = match &scope {
        Scope::Store(_) => store.details.name.clone(),
        Scope::Node(path) => path.to_string(),
    };
    let subject = Subject { scope: &scope, name: &name, from, to, survey: &survey.survey, brand: &brand };
    let report = Report::new(&subject, &tallies, surveys, counted_at);
    tracing::info!(
        function = FUNCTION,
        outcome = "shown",
        status = 200,
        scope = report.scope,
        from = %from,
        to = %to,
        responses = report.responses,
        by = grant.subject,
    );
    Ok(match format {
        Format::Json => Reply::json(StatusCode::OK, &report),
        Format::Csv => Reply::new(StatusCode::OK, "text/csv; charset=utf-8", as_csv(&report)),
        Format::Html => {
            let language = choose(&wanted_languages(request), &shared_page::LANGUAGES).unwrap_or("en");
            Reply::page(StatusCode::OK, page::render(&report, &brand, language))
        }
    })
}

/// The stores of a scope; none when the scope is unknown.
async fn stores_of(app: &App, scope: &Scope, now: Timestamp) -> Result<Vec<Store>, Stop> {
    Ok(match scope {
        Scope::Store(number) => {
            app.catalog.store(*number, now).await?.map(|store| (*store).clone()).into_iter().collect()
        }
        Scope::Node(path) => {
            let all = app.catalog.stores(now).await?;
            all.iter().filter(|store| path.covers(&store.details.path)).cloned().collect()
        }
    })
}

/// `from` and `to`, both included; the last 30 days if not said.
fn window(request: &Request, today: Date) -> Result<(Date, Date), Problem> {
    let day = |name: &str| {
        request
            .query(name)
            .map(|text| {
                text.parse::<Date>().map_err(|_| Problem::invalid(format!("{name} is a day such as 2026-11-21.")))
            })
            .transpose()
    };
    let back = |from: Date, days: i32| from.saturating_sub((days - 1).days());
    let (from, to) = (day("from")?, day("to")?);
    let to = to.unwrap_or(today);
    let from = from.unwrap_or_else(|| back(to, USUAL_WINDOW_DAYS));
    if from > to {
        return Err(Problem::invalid(format!("The window is reversed: from {from} is after to {to}.")));
    }
    if from < back(to, LONGEST_WINDOW_DAYS) {
        return Err(Problem::invalid(format!(
            "The window from {from} to {to} is too long: {LONGEST_WINDOW_DAYS} days at most."
        )));
    }
    Ok((from, to))
}

/// Every survey with responses, the one with most of them first.
fn surveys_in(days: &BTreeMap<Date, Tallies>) -> Vec<Id> {
    let mut responses: BTreeMap<&Id, u64> = BTreeMap::new();
    for (survey, tally) in days.values().flatten() {
        *responses.entry(survey).or_default() += tally.responses + tally.partial;
    }
    let mut surveys: Vec<(&Id, u64)> = responses.into_iter().collect();
    surveys.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    surveys.into_iter().map(|(survey, _)| survey.clone()).collect()
}

/// A row a day and one for all, rounded for reading. No cell holds a text that a person wrote.
fn as_csv(report: &Report) -> String {
    let rounded = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.2}"));
    let row = |day: &str, score: &Score| {
        [
            report.scope.clone(),
            report.survey.to_string(),
            day.to_owned(),
            score.n.to_string(),
            rounded(score.nps),
            rounded(score.low),
            rounded(score.high),
        ]
    };
    let all = Score {
        n: report.nps.as_ref().map_or(0, |nps| nps.promoters + nps.passives + nps.detractors),
        nps: report.nps.as_ref().map(|nps| nps.score),
        low: report.nps.as_ref().map(|nps| nps.low),
        high: report.nps.as_ref().map(|nps| nps.high),
    };
    let header = ["scope", "survey", "day", "n", "nps", "nps_low", "nps_high"].map(str::to_owned);
    let rows = report.days.iter().map(|day| row(&day.day.to_string(), &day.score)).chain([row("all", &all)]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows) {
        // Writing to memory does not fail, and every row has as many cells.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Puts the grant of a report link into a cookie and goes on to the report, so that no grant stays in an address.
async fn log_in(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let token = request.query("grant").ok_or_else(Problem::grant_missing)?;
    let grant = Grant::verify(&token, &app.keyring, now).map_err(|wrong| match wrong {
        NotGranted::Unreadable => Problem::grant_invalid(),
        NotGranted::Expired => Problem::grant_expired(),
    })?;
    let first = grant.permissions.iter().find_map(|permission| match permission {
        Permission::Report(scope) => Some(scope.as_ref()),
        _ => None,
    });
    let scope = match first {
        None => return Err(Problem::grant_insufficient("report:<scope>").into()),
        Some(Some(scope)) => scope.to_string(),
        // Every scope: the topmost node of the first store is as high as a report goes.
        Some(None) => {
            let stores = app.catalog.stores(now).await?;
            let top = stores.first().and_then(|store| store.details.path.with_ancestors().next());
            top.ok_or_else(Problem::scope_unknown)?.to_string()
        }
    };
    let seconds = grant.expires.as_second() - now.as_second();
    tracing::info!(function = FUNCTION, outcome = "logged-in", status = 303, scope, by = grant.subject);
    Ok(Reply::empty(StatusCode::SEE_OTHER)
        .with("location", format!("/reports/{scope}.html"))
        .with("set-cookie", format!("grant={token}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax")))
}
