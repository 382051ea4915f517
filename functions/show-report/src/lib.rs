//! Shows a report to a manager: of a scope, as a page, JSON or CSV.

mod address;
mod asked;
mod beside;
mod business;
mod cases;
mod children;
mod comments;
mod csv;
mod drift;
mod drivers;
mod figures;
mod integrity;
mod journey;
mod loading;
mod mistaken;
mod names;
mod over_time;
mod page;
mod parts;
mod pictures;
mod sentence;
mod signed_in;
mod since_when;
mod staff;
mod themes;
mod top;
mod trust;
mod watched;
mod when;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::{Grant, GrantKeys, Permission},
        place::{Scope, Store, StoreNumber},
        report::Report,
    },
    http::{Problem, Reply, Request, accepted, wanted_languages},
    lambda::Call,
    pages::{self, people_language},
    reading::Stores,
    session::{Reader, cookie, to_come_back},
    token,
};
use http::StatusCode;
use jiff::{Timestamp, civil::Date};

use address::About;
use asked::Asked;
use beside::Other;
use comments::Wanted as WantedComments;
use loading::{Failed, Loaded, Wanted};
use page::{ReportPage, Scopes};
use signed_in::SignedIn;
use watched::Written;

type App = app::App<GrantKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "show-report";

/// So many scopes at most can be chosen to stand beside one.
const MOST_BESIDE: usize = 200;

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
    let scope: Scope = scope.parse().map_err(|_| Problem::scope_unknown())?;
    let language = people_language(languages);
    let stores = loading::stores(app, &scope, (&reader.grant, language), now).await?;
    app.catalog.see(&reader.grant, now).await;
    let view = View { app, request, call, reader: &reader, language, today: stores.today(now) };
    let shown = match Asked::of(request, view.today) {
        Ok(asked) => view.shown(&scope, stores, asked, form).await,
        Err(mistake) => Err(mistake.into()),
    };
    match (shown, form) {
        (Ok(reply), _) => Ok(reply),
        (Err(Failed::Mistake(mistake)), Form::Page) => view.mistaken(&scope, &mistake).await,
        (Err(Failed::Mistake(mistake)), Form::Json | Form::Csv) => Err(Problem::from(mistake).into()),
        (Err(Failed::Stop(stop)), _) => Err(stop),
    }
}

/// A call for a report, of a reader who may see it.
struct View<'a> {
    app: &'a App,
    request: &'a Request,
    call: Call,
    reader: &'a Reader,
    language: &'static str,
    /// The business day of the scope.
    today: Date,
}

impl View<'_> {
    async fn shown(&self, scope: &Scope, stores: Stores, asked: Asked, form: Form) -> Result<Reply, Failed> {
        let (now, grant) = (self.call.now, &self.reader.grant);
        let (window, against, series) = (asked.window, asked.against, asked.series.as_ref());
        let wanted = Wanted { scope, window, against, series, beside_another: false };
        let mut loaded = loading::load(self.app, stores, wanted, grant, now).await?;
        let about = self.read_comments(&mut loaded, &asked, form).await?;
        let other = beside::read(self.app, &loaded, &asked, (grant, self.language), now).await?;
        loaded.report.beside = other.as_ref().map(|other| other.compared.clone());
        log(&loaded.report, grant);
        Ok(match form {
            Form::Json => {
                let written = Written { report: &loaded.report, watch: loaded.watch.as_ref() };
                Reply::json(StatusCode::OK, &written)
            }
            Form::Csv => Reply::new(StatusCode::OK, "text/csv; charset=utf-8", csv::written(&loaded.report)),
            Form::Page => {
                let scopes = Scopes { siblings: self.siblings(&loaded).await?, places: self.places().await? };
                self.page(&loaded, (asked, about), other, scopes)
            }
        })
    }

    /// Reads what guests wrote. Of a page it is what those wrote who rated low what is to be fixed first, if they wrote
    /// something. Returns whose words these are.
    async fn read_comments(&self, loaded: &mut Loaded, asked: &Asked, form: Form) -> Result<About, Failed> {
        let (app, request, fresh) = (self.app, self.request, self.call.fresh);
        if loaded.store().is_none() || !(loaded.shown.in_all && (loaded.shown.has_texts || loaded.survey.asks_texts()))
        {
            return Ok(About::All);
        }
        let first = loaded.report.drivers.fix_first.first().cloned();
        let wanted = match (&asked.about, first) {
            (About::Driver(question), _) => Some(question.clone()),
            (About::First, Some(first)) if matches!(form, Form::Page) => Some(first),
            _ => None,
        };
        if let Some(question) = wanted.filter(|question| comments::may_be_filtered(&loaded.report, question)) {
            let comments = comments::read(app, request, fresh, loaded, &WantedComments::Low(question.clone())).await?;
            if asked.about != About::First || !comments.comments.is_empty() {
                (loaded.report.comments, loaded.report.comments_before) = (comments.comments, comments.before);
                return Ok(About::Driver(question));
            }
        }
        let comments = comments::read(app, request, fresh, loaded, &WantedComments::All).await?;
        (loaded.report.comments, loaded.report.comments_before) = (comments.comments, comments.before);
        Ok(About::All)
    }

    /// The scopes beside this one that the reader may see, for the form that sets one of them beside the report.
    async fn siblings(&self, loaded: &Loaded) -> Result<Vec<(String, String)>, Stop> {
        let now = self.call.now;
        let Some(above) = loading::above(&loaded.stores, &self.reader.grant) else { return Ok(Vec::new()) };
        let stores = self.app.catalog.stores(now).await?;
        let beside = |store: &Store| match &loaded.scope {
            Scope::Store(_) => (store.details.path == above).then_some(Scope::Store(store.number)),
            Scope::Node(_) => {
                store.details.path.with_ancestors().find(|node| *node != above && above.covers(node)).map(Scope::Node)
            }
        };
        let scopes: BTreeSet<Scope> = stores.iter().filter_map(beside).filter(|scope| *scope != loaded.scope).collect();
        self.named(scopes.into_iter().take(MOST_BESIDE)).await
    }

    /// The reader's own scopes, for the way between them; none where they have but one.
    async fn places(&self) -> Result<Vec<(String, String)>, Stop> {
        let places = self.app.places(&self.reader.grant.permissions, self.call.now).await?;
        if places.len() < 2 { Ok(Vec::new()) } else { self.named(places).await }
    }

    /// Each of these scopes with its name.
    async fn named(&self, scopes: impl IntoIterator<Item = Scope>) -> Result<Vec<(String, String)>, Stop> {
        // From the lists: there may be hundreds.
        let (catalog, now) = (&self.app.catalog, self.call.now);
        let (stores, nodes) = (catalog.stores(now).await?, catalog.nodes(now).await?);
        let of_stores: BTreeMap<StoreNumber, &str> =
            stores.iter().map(|store| (store.number, store.details.name.as_str())).collect();
        let named = |scope: Scope| {
            let name = match &scope {
                Scope::Store(number) => of_stores.get(number).copied(),
                Scope::Node(path) => nodes.name_of(path, self.language),
            };
            (scope.to_string(), name.map_or_else(|| scope.to_string(), str::to_owned))
        };
        Ok(scopes.into_iter().map(named).collect())
    }

    fn page(&self, loaded: &Loaded, (asked, about): (Asked, About), other: Option<Other>, scopes: Scopes) -> Reply {
        let grant = &self.reader.grant;
        let path = loaded.store().map(|store| &store.details.path);
        let signed_in = self.reader.session.as_ref().map(|session| SignedIn {
            name: session.person.person.name.clone(),
            token: session.form_token(&self.app.keys),
            sets_up: grant.allows_some_admin(),
            follows: grant.allows_follow(&loaded.scope, path),
        });
        let above = loading::above(&loaded.stores, grant);
        let (language, today) = (self.language, self.today);
        let page = ReportPage { loaded, asked, about, other, scopes, language, above, today, signed_in };
        // Old browsers say by `Origin` alone where its form comes from.
        Reply::page(StatusCode::OK, page.render()).with("referrer-policy", "same-origin")
    }

    /// The page of an address with a mistake: what it is, and the form to choose again.
    async fn mistaken(&self, scope: &Scope, mistake: &asked::Mistake) -> Result<Reply, Stop> {
        let (app, now) = (self.app, self.call.now);
        let (brand, name) = (app.catalog.brand(now).await?, app.catalog.name_of(scope, self.language, now).await?);
        let kind = Problem::from(mistake.clone()).kind;
        let status = kind.status();
        tracing::info!(outcome = kind.name(), status = status.as_u16(), scope = %scope, by = self.reader.grant.subject);
        let kept = mistaken::kept(self.request, mistake);
        Ok(Reply::page(status, mistaken::page((&brand, scope, &name), (mistake, &kept), self.today, self.language)))
    }
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

/// Puts the grant of a report link into a cookie and goes on to the report, so that no grant stays in an address. Only
/// of those from 0.1.0, until their end: a person who sees such a link can use it as often as they like. People sign
/// in.
async fn log_in(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let token = request.query("grant").ok_or_else(Problem::grant_missing)?;
    let grant = token::verify(&token, &app.keys, now).map_err(Problem::from)?;
    if grant.issue.is_some() {
        return Err(Problem::sign_in_ended().into());
    }
    let places = app.places(&grant.permissions, now).await?;
    let sees_reports = grant.permissions.iter().any(|permission| matches!(permission, Permission::Report(_)));
    let scope = match places.first() {
        Some(first) => first,
        None if sees_reports => return Err(Problem::scope_unknown().into()),
        None => return Err(Problem::grant_insufficient("report:<scope>").into()),
    };
    let seconds = grant.expires.as_second() - now.as_second();
    tracing::info!(outcome = "logged-in", status = 303, %scope, by = grant.subject);
    Ok(Reply::empty(StatusCode::SEE_OTHER)
        .with("location", format!("/reports/{scope}.html"))
        .with_cookie(cookie(&token, seconds)))
}
