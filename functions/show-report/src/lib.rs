//! A manager looks: the report of a scope, as a page, JSON or CSV.

mod page;
mod pictures;
mod words;

use std::collections::BTreeMap;

use aftertaste::{
    app::{App, Stop, conclude},
    counting::count,
    domain::{
        Id,
        access::Permission,
        count::{Content, Group, Rollup, Series, Tallies, paid_responses},
        place::{Path, Scope, Store, parse_day},
        report::{Comment, Counts, Report, Score, Subject},
        survey::{Answer, Answers, Measure, nearest_language},
    },
    http::{Format, Problem, Reply, Request, accepted_format, bearer, wanted_languages},
    pages,
    table::StoredResponse,
    token::{self, NotGranted},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use page::ReportPage;

const FUNCTION: &str = "show-report";

/// The longest window, in days: a quarter.
const LONGEST_WINDOW_DAYS: i32 = 92;

/// How many responses are read for their comments: about six read units.
const COMMENTS_READ: i32 = 50;

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
        Format::Html => pages::problem(&problem, &wanted_languages(request)),
        _ => problem.into(),
    })
}

/// The scope as it was written, and the form: by ending, else by `Accept`.
fn scope_and_format(request: &Request) -> (&str, Format) {
    let path = request.path_parameter("scope");
    // A browser says that it wants a page; a program that says nothing wants figures.
    let offered = [Format::Json, Format::Html, Format::Csv];
    let by_ending =
        path.rsplit_once('.').and_then(|(scope, ending)| Some((scope, Format::of_ending(ending, &offered)?)));
    by_ending.unwrap_or_else(|| (path, accepted_format(request, &offered).unwrap_or(Format::Json)))
}

async fn show(app: &App, request: &Request, now: Timestamp, scope: &str, format: Format) -> Result<Reply, Stop> {
    let grant = bearer(&app.keyring, request, now)?;
    let scope: Scope = scope.parse().map_err(|_| Problem::scope_unknown())?;
    let stores = stores_of(app, &scope, now).await?;
    let path = stores.first().filter(|_| matches!(scope, Scope::Store(_))).map(|store| &store.details.path);
    if !grant.allows_report(&scope, path) {
        return Err(Problem::grant_insufficient(&format!("report:{scope}")).into());
    }
    let zone_today = |store: &Store| store.calendar.day_of(now);
    let today = stores.iter().map(zone_today).max().unwrap_or_else(|| now.to_zoned(TimeZone::UTC).date());
    let (from, to) = window(request, today)?;
    let length = from.until(to).map_or(0, |span| span.get_days()) + 1;
    let first_before = from.saturating_sub(length.days());

    let mut rollups = app.table.rollups(&scope, first_before, to).await?;
    if stores.is_empty() && rollups.is_empty() {
        return Err(Problem::scope_unknown().into());
    }
    let own = stores.first().filter(|_| matches!(scope, Scope::Store(_)));
    if let Some(store) = own.filter(|_| (from..=to).contains(&today)) {
        // The day that is still running is counted from its responses, so that the last guest is in.
        let counted = count_today(app, store, today, now).await?;
        rollups.insert(today, counted);
    }
    let surveys = series_in(rollups.range(from..).map(|(_, rollup)| &rollup.content.tallies));
    let wanted: Option<Series> = match request.query("survey") {
        Some(series) => Some(series.parse().map_err(|_| Problem::survey_unknown())?),
        None => surveys.first().cloned(),
    };
    let wanted = wanted.or_else(|| stores.first().map(|store| Series::paid(store.details.survey.clone())));
    let series = wanted.ok_or_else(Problem::survey_unknown)?;
    let survey = app.catalog.survey(&series.survey, now).await?.ok_or_else(Problem::survey_unknown)?;

    let mut counts = Counts { surveys, ..Counts::default() };
    let mut children: BTreeMap<String, Group> = BTreeMap::new();
    for (day, Rollup { mut content, counted_at, .. }) in rollups {
        let tally = content.tallies.remove(&series);
        if day < from {
            counts.before.merge(&tally.unwrap_or_default());
            continue;
        }
        counts.counted_at = counts.counted_at.max(Some(counted_at));
        counts.days.extend(tally.map(|tally| (day, tally)));
        // Orders are paid: answers that no payment stands behind are not set against them.
        if series.tied_to_payment && content.operations.store_days > 0 {
            counts.operations.insert(day, content.operations);
        }
        for (child, groups) in content.children {
            if let Some(group) = groups.get(&series) {
                children.entry(child).or_default().merge(group);
            }
        }
    }
    counts.children = named(children, &stores);
    if let Some(store) = own {
        let before = request.query("comments_before");
        let paid = store.calendar.window_of(from, to);
        let page = app.table.newest_responses(store.number, &paid, before.as_deref(), COMMENTS_READ).await?;
        let recommend = survey.survey.measuring(Measure::Recommend).map(|question| question.id());
        let of_survey = page.responses.into_iter().filter(|stored| Series::of(&stored.response) == series);
        counts.comments = of_survey.flat_map(|stored| comments(stored, recommend)).collect();
        counts.comments_before = page.next;
    }

    let brand = app.catalog.brand(now).await?;
    let name = match own {
        Some(store) => store.details.name.clone(),
        None => scope.to_string(),
    };
    let tied_to_payment = series.tied_to_payment;
    let subject =
        Subject { scope: &scope, name: &name, from, to, survey: &survey.survey, tied_to_payment, brand: &brand };
    let report = Report::new(&subject, counts);
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
        _ => {
            let wanted = wanted_languages(request);
            // Who reads one way of writing Chinese is better served by the other than by English.
            let chinese = wanted.first().is_some_and(|first| first.to_ascii_lowercase().starts_with("zh"));
            let language = nearest_language(&wanted, &page::LANGUAGES).unwrap_or(if chinese { "zh-CN" } else { "en" });
            let path = own.map(|store| store.details.path.clone()).or_else(|| above(&scope));
            let path = path.filter(|path| grant.allows_report(&Scope::Node(path.clone()), None));
            let above = path.map(String::from);
            let page = ReportPage { report: &report, brand: &brand, survey: &survey.survey, language, above, today };
            Reply::page(StatusCode::OK, page.render())
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
        request.query(name).map(|text| parse_day(name, &text).map_err(|error| Problem::invalid(error.0))).transpose()
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

/// The node above a node.
fn above(scope: &Scope) -> Option<Path> {
    let Scope::Node(path) = scope else { return None };
    path.with_ancestors().take_while(|node| node != path).last()
}

/// The running day of a store, counted now.
async fn count_today(app: &App, store: &Store, today: Date, now: Timestamp) -> Result<Rollup, Stop> {
    let mut counted = count(&app.table, &app.catalog, store, &(today..=today), now).await?;
    let tallies = counted.days.remove(&today).unwrap_or_default().tallies;
    let given = app.table.operations(store.number, today, today).await?;
    let answered = paid_responses(&tallies);
    let operations = given.get(&today).map(|given| given.with_answers(answered)).unwrap_or_default();
    Ok(Rollup { content: Content { tallies, operations, ..Content::default() }, counted_at: now, ..Rollup::default() })
}

/// Every series with responses: those with whole ones behind which payments stand first, and of these the one with
/// most.
fn series_in<'a>(days: impl Iterator<Item = &'a Tallies>) -> Vec<Series> {
    let mut responses: BTreeMap<&Series, u64> = BTreeMap::new();
    for (series, tally) in days.flatten() {
        *responses.entry(series).or_default() += tally.responses;
    }
    let mut all: Vec<(&Series, u64)> = responses.into_iter().collect();
    all.sort_by_key(|(series, n)| std::cmp::Reverse((series.tied_to_payment && *n > 0, *n, series.tied_to_payment)));
    all.into_iter().map(|(series, _)| series.clone()).collect()
}

/// The scopes below with their names: a store's own, a node's path.
fn named(children: BTreeMap<String, Group>, stores: &[Store]) -> Vec<(Scope, String, Group)> {
    children
        .into_iter()
        .filter_map(|(scope, group)| {
            let scope: Scope = scope.parse().ok()?;
            let store = stores.iter().find(|store| scope == Scope::Store(store.number));
            let name = store.map_or_else(|| scope.to_string(), |store| store.details.name.clone());
            Some((scope, name, group))
        })
        .collect()
}

/// What the guest of a response wrote.
fn comments(stored: StoredResponse, recommend: Option<&Id>) -> Vec<Comment> {
    let nps = recommend.and_then(|question| match stored.response.answers.get(question) {
        Some(Answer::Scale(n)) => Some(*n),
        _ => None,
    });
    let at = stored.minute.start();
    // What a guest left half-way she has not sent to be read.
    let answers = if stored.response.partial { Answers::new() } else { stored.response.answers };
    let texts = answers.into_values().filter_map(|answer| match answer {
        Answer::Text(text) => Some(text),
        Answer::Scale(_) | Answer::Choice(_) => None,
    });
    texts.map(|text| Comment { at, nps, text }).collect()
}

/// A row a day, one for all and one for each scope below, rounded for reading.
fn as_csv(report: &Report) -> String {
    let rounded = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.2}"));
    let row = |scope: &str, day: &str, score: &Score, orders: Option<u64>, rate: Option<f64>| {
        let percent = |share: Option<f64>| rounded(share.map(|share| 100.0 * share));
        let count = |count: Option<u64>| count.map_or(String::new(), |count| count.to_string());
        [
            scope.to_owned(),
            report.survey.to_string(),
            day.to_owned(),
            score.n.to_string(),
            rounded(score.nps),
            rounded(score.low),
            rounded(score.high),
            percent(score.satisfied),
            percent(score.satisfied_low),
            percent(score.satisfied_high),
            count(orders),
            percent(rate),
        ]
    };
    let header = [
        "scope",
        "survey",
        "day",
        "n",
        "nps",
        "nps_low",
        "nps_high",
        "satisfied_percent",
        "satisfied_low",
        "satisfied_high",
        "orders",
        "response_rate_percent",
    ];
    let days = report
        .days
        .iter()
        .map(|day| row(&report.scope, &day.day.to_string(), &day.score, day.orders, day.response_rate));
    let operations = report.operations.as_ref();
    let all = row(
        &report.scope,
        "all",
        &report.score,
        operations.map(|o| o.orders),
        operations.and_then(|o| o.response_rate),
    );
    let children = report.children.iter().map(|child| row(&child.scope, "all", &child.score, None, None));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(header.map(str::to_owned)).chain(days).chain([all]).chain(children) {
        // Writing to memory does not fail, and every row has as many cells. No cell holds a text that a person wrote.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Puts the grant of a report link into a cookie and goes on to the report, so that no grant stays in an address.
async fn log_in(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let token = request.query("grant").ok_or_else(Problem::grant_missing)?;
    let grant = token::verify(&token, &app.keyring, now).map_err(|wrong| match wrong {
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
