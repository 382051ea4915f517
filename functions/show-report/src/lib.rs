//! Shows a report to a manager: of a scope, as a page, JSON or CSV.

mod cases;
mod comments;
mod csv;
mod drivers;
mod figures;
mod integrity;
mod names;
mod page;
mod parts;
mod pictures;
mod signed_in;
mod staff;
mod summary;
mod words;

use std::sync::Arc;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::{Grant, GrantKeys, Permission},
        count::Series,
        place::{Path, Scope, parse_day},
        report::{Against, Report, Subject},
        visit::Origin,
    },
    http::{Problem, Reply, Request, accepted, wanted_languages},
    lambda::Call,
    pages::{self, people_language},
    reading::{self, Reading, Stores, Window},
    session::{cookie, to_come_back},
    table::{TableError, Versioned},
    token,
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan, civil::Date};

use comments::{Asked, Comments};
use page::ReportPage;
use signed_in::SignedIn;

type App = app::App<GrantKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "show-report";

/// The longest window, in days: a quarter.
const LONGEST_WINDOW_DAYS: i32 = 92;

/// The window when none is asked for, in days. Whole weeks have each day of the week as often as the window before.
const USUAL_WINDOW_DAYS: i32 = 28;

/// The forms of a report.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Page,
    Csv,
}

/// `GET /reports/{scope+}` and `GET /login`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let (scope, form) = scope_and_form(request);
    let mut languages = wanted_languages(request);
    let answered = match request.route_key.as_str() {
        "GET /reports/{scope+}" => show(app, request, call, (scope, form), &mut languages).await,
        "GET /login" => log_in(app, request, call.now).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(answered, |problem| match form {
        Form::Page => to_come_back(request, pages::problem(&problem, &languages)),
        Form::Json | Form::Csv => problem.into(),
    })
}

/// The scope as it was written, and the form: by ending, else by `Accept`.
fn scope_and_form(request: &Request) -> (&str, Form) {
    let path = request.path_parameter("scope");
    let by_ending = path.rsplit_once('.').and_then(|(scope, ending)| match ending {
        "json" => Some((scope, Form::Json)),
        "html" => Some((scope, Form::Page)),
        "csv" => Some((scope, Form::Csv)),
        _ => None,
    });
    // A browser says that it wants a page; a program that says nothing wants figures.
    let offered = [(Form::Json, "application/json"), (Form::Page, "text/html"), (Form::Csv, "text/csv")];
    by_ending.unwrap_or_else(|| (path, accepted(request, Form::Json, &offered)))
}

async fn show(
    app: &App,
    request: &Request,
    call: Call,
    (scope, form): (&str, Form),
    languages: &mut Vec<String>,
) -> Result<Reply, Stop> {
    let now = call.now;
    let reader = app.reader(request, now).await?;
    *languages = reader.languages(request);
    let grant = &reader.grant;
    let scope: Scope = scope.parse().map_err(|_| Problem::scope_unknown())?;
    let stores = Stores::of(app, &scope, now).await?;
    if !grant.allows_report(&scope, stores.own().map(|store| &store.details.path)) {
        return Err(Problem::grant_insufficient(&format!("report:{scope}")).into());
    }
    app.catalog.see(grant, now).await;
    let window = window(request, stores.today(now))?;
    let against = against(request)?;
    let reading = reading::counts(app, &stores, (window, against), now).await?;
    if stores.all.is_empty() && reading.is_empty() {
        return Err(Problem::scope_unknown().into());
    }
    let (series, survey) = wanted_series(app, request, &reading, &stores, now).await?;
    let mut comments = Comments::default();
    let has_texts = reading.has_texts(&series) || survey.survey.asks_texts();
    if let Some(store) = stores.own().filter(|_| reading.has_enough(&series) && has_texts) {
        let asked = Asked { store, window, series: &series, survey: &survey, reading: &reading };
        comments = comments::read(app, request, call.fresh, &asked).await?;
    }
    let below = reading::below(app, &stores, &reading, &series).await?;
    let mut counts = reading.of(&series, &stores, below);
    (counts.comments, counts.comments_before) = (comments.comments, comments.before);
    let staff = staff::read(app, (&scope, &stores), window, grant, now).await?;
    counts.staff = staff.as_ref().map(|staff| staff.figure.clone());
    let (brand, name) = (app.catalog.brand(now).await?, stores.name());
    let Window { from, to } = window;
    let subject = Subject { scope: &scope, name: &name, from, to, series: &series, survey: &survey, brand: &brand };
    let report = Report::new(&subject, counts);
    log(&report, grant);
    Ok(match form {
        Form::Json => Reply::json(StatusCode::OK, &report),
        Form::Csv => Reply::new(StatusCode::OK, "text/csv; charset=utf-8", csv::written(&report)),
        Form::Page => {
            let above = above(&scope, &stores, grant).map(String::from);
            let language = people_language(languages);
            let signed_in = reader.session.as_ref().map(|session| SignedIn {
                name: session.person.person.name.clone(),
                token: session.form_token(&app.keys),
                sets_up: grant.allows_some_admin(),
                follows: grant.allows_follow(&scope, stores.own().map(|store| &store.details.path)),
            });
            let today = stores.today(now);
            let (report, subject, staff) = (&report, &subject, staff.as_ref());
            let page = ReportPage { report, subject, staff, language, above, against, today, signed_in };
            // Old browsers say by `Origin` alone where its form comes from.
            Reply::page(StatusCode::OK, page.render()).with("referrer-policy", "same-origin")
        }
    })
}

fn log(report: &Report, grant: &Grant) {
    tracing::info!(
        outcome = "shown",
        status = 200,
        scope = report.scope,
        from = %report.from,
        to = %report.to,
        responses = report.responses,
        by = grant.subject,
    );
}

/// The series that was asked for, with its survey; else the first in the window with a readable survey. Else it is that
/// of the first store's survey.
async fn wanted_series(
    app: &App,
    request: &Request,
    reading: &Reading,
    stores: &Stores,
    now: Timestamp,
) -> Result<(Series, Arc<Versioned>), Stop> {
    let asked: Option<Series> =
        request.query("survey").map(|series| series.parse().map_err(|_| Problem::survey_unknown())).transpose()?;
    // Staff's answers stand beside, by whole months, and in no report of its own.
    if asked.as_ref().is_some_and(|series| series.origin == Origin::Staff) {
        return Err(Problem::survey_unknown().into());
    }
    let of_store = stores.all.first().map(|store| Series::paid(store.details.survey.clone()));
    let wanted = asked.map_or_else(|| reading.series().into_iter().chain(of_store).collect(), |asked| vec![asked]);
    for series in wanted {
        match app.catalog.survey(&series.survey, now).await {
            Ok(Some(survey)) => return Ok((series, survey)),
            // It is logged where it is read. The others go on.
            Ok(None) | Err(TableError::Unreadable { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::survey_unknown().into())
}

/// `against`: what the window is set against.
fn against(request: &Request) -> Result<Against, Problem> {
    match request.query("against").as_deref() {
        None | Some("before") => Ok(Against::Before),
        Some("year") => Ok(Against::Year),
        Some(_) => Err(Problem::invalid("against is before (as many days just before) or year (364 days before).")),
    }
}

/// `from` and `to`, both included; the last 28 days if not said.
fn window(request: &Request, today: Date) -> Result<Window, Problem> {
    let day = |name: &str| request.query(name).map(|text| parse_day(name, &text).map_err(Problem::from)).transpose();
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
    Ok(Window { from, to })
}

/// The node above a scope, when the grant allows its report.
fn above(scope: &Scope, stores: &Stores, grant: &Grant) -> Option<Path> {
    let path = match scope {
        Scope::Store(_) => stores.own().map(|store| store.details.path.clone()),
        Scope::Node(path) => path.with_ancestors().take_while(|node| node != path).last(),
    };
    path.filter(|path| grant.allows_report(&Scope::Node(path.clone()), None))
}

/// Puts the grant of a report link into a cookie and goes on to the report, so that no grant stays in an address. Only
/// of those from 0.1.0, until their end: a person who sees such a link can use it as often as they like. People sign
/// in.
async fn log_in(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let token = request.query("grant").ok_or_else(Problem::grant_missing)?;
    let grant = token::verify(&token, &app.keys, now).map_err(Problem::from)?;
    if grant.issue.is_some() {
        return Err(Problem::sign_in_ended().into());
    }
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
    tracing::info!(outcome = "logged-in", status = 303, scope, by = grant.subject);
    Ok(Reply::empty(StatusCode::SEE_OTHER)
        .with("location", format!("/reports/{scope}.html"))
        .with_cookie(cookie(&token, seconds)))
}
