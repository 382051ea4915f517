//! Access: people sign in, operators list people and issue grants, end both, and read what was done.

mod audit;
mod giver;
mod grants;
mod openid;
mod pages;
mod people;
mod signing_in;
mod words;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        Id,
        access::{Grant, GrantKeys, Person},
    },
    http::{Problem, Reply, Request, accepted, body_json, has_bearer, wanted_languages},
    lambda::Call,
    pages::problem,
    session::{Reader, Session, to_come_back},
};
use http::StatusCode;
use serde_json::json;

use giver::Giver;
use pages::{Asked, Frame};
pub use signing_in::identity_provider;

type App = app::App<GrantKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "manage-people";

/// The caller who manages people and grants: a program by its grant, a person by a session and the fields of their
/// form.
struct Caller {
    grant: Grant,
    session: Option<Session>,
    fields: Vec<(String, String)>,
}

impl Caller {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }
}

/// `/sign-in`, `/sign-out`, `/people`, `/grants`, `/audit` and what is below them.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let mut languages = wanted_languages(request);
    let answered = match request.route_key.as_str() {
        "GET /sign-in" => signing_in::show(app, request, call.now).await,
        "POST /sign-in" => signing_in::post(app, request, call).await,
        "GET /sign-in/openid" => signing_in::begin_openid(app, request, call).await,
        "GET /sign-in/openid/callback" => {
            let ended = signing_in::end_openid(app, request, call).await;
            // However it ended, the state that it began with is used up.
            return conclude(ended, |refused| problem(&refused, &languages))
                .with_cookie(signing_in::openid_cookie("", 0));
        }
        "POST /sign-out" => signing_in::sign_out(app, request, call).await,
        _ => manage(app, request, call, &mut languages).await,
    };
    let wants_page = wants_page(request);
    conclude(
        answered,
        |refused| {
            if wants_page { to_come_back(request, problem(&refused, &languages)) } else { refused.into() }
        },
    )
}

/// Whether it is a browser that asks: by what it takes, or because it sends a form.
fn wants_page(request: &Request) -> bool {
    let offered = [(false, "application/json"), (true, "text/html")];
    accepted(request, false, &offered) || request.content_type() == "application/x-www-form-urlencoded"
}

async fn manage(app: &App, request: &Request, call: Call, languages: &mut Vec<String>) -> Result<Reply, Stop> {
    let caller = Box::pin(caller(app, request, call, languages)).await?;
    let reader = Reader { grant: caller.grant.clone(), session: caller.session.clone() };
    let needs_all = request.route_key == "GET /audit";
    if !caller.grant.allows_some_admin() || (needs_all && !caller.grant.allows_admin()) {
        return Err(Problem::grant_insufficient("admin").into());
    }
    app.catalog.see(&caller.grant, call.now).await;
    let giver = Giver::of(app, &caller.grant).await?;
    // A program may say that it takes pages, as some do of everything: what it changes, it sends as JSON.
    let is_page = wants_page(request) && (caller.session.is_some() || request.route_key.starts_with("GET "));
    let (outcome, reply) = match is_page {
        true => {
            let languages = (languages.as_slice(), request.query("lang").is_some());
            let frame = Frame::of(app, &reader, languages, call.now).await?;
            let asked = Asked { app, request, call, caller: &caller, giver: &giver, frame: &frame };
            Box::pin(pages::answer(&asked)).await?
        }
        false => Box::pin(answer(app, request, call, &caller, &giver)).await?,
    };
    tracing::info!(outcome, status = reply.status.as_u16(), by = caller.grant.subject);
    Ok(reply)
}

/// `languages` become those of the person as soon as it is known who it is: also a refusal is for them.
async fn caller(app: &App, request: &Request, call: Call, languages: &mut Vec<String>) -> Result<Caller, Stop> {
    if has_bearer(request) {
        return Ok(Caller { grant: app.granted_at_once(request, call.now).await?, session: None, fields: Vec::new() });
    }
    let session = app.session(request, call.now).await?;
    let reader = Reader { grant: session.grant(), session: Some(session.clone()) };
    *languages = reader.languages(request);
    let fields = match request.route_key.starts_with("GET ") {
        true => Vec::new(),
        false => app.fields_of_session(request, &session)?,
    };
    Ok(Caller { grant: reader.grant, session: reader.session, fields })
}

/// Replies to programs: JSON.
async fn answer(
    app: &App,
    request: &Request,
    call: Call,
    caller: &Caller,
    giver: &Giver<'_>,
) -> Result<(&'static str, Reply), Stop> {
    let by = &caller.grant;
    Ok(match request.route_key.as_str() {
        "GET /people" => {
            let people = people::shown(app, giver, call.now).await?;
            ("people-read", Reply::json(StatusCode::OK, &json!({"people": people})))
        }
        "GET /people/{id}" => {
            let listed = people::person(app, giver, &id(request)?).await?;
            ("person-read", Reply::json(StatusCode::OK, &listed.person))
        }
        "PUT /people/{id}" => {
            let (id, person): (Id, Person) = (id(request)?, body_json(request)?);
            let is_new = people::put(app, giver, (&id, person), call, by).await?;
            let listed = people::person(app, giver, &id).await?;
            ("person-written", Reply::json(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &listed.person))
        }
        "POST /people/{id}/link" => {
            let listed = people::person(app, giver, &id(request)?).await?;
            let invitation = people::invite(app, &listed, call, by).await?;
            ("sign-in-link-made", Reply::json(StatusCode::CREATED, &invitation))
        }
        "DELETE /people/{id}/sessions" => {
            let listed = people::person(app, giver, &id(request)?).await?;
            people::sign_out_everywhere(app, &listed.id, call, by).await?;
            ("sessions-ended", Reply::empty(StatusCode::NO_CONTENT))
        }
        "DELETE /people/{id}" => {
            people::delete(app, giver, &id(request)?, call, by).await?;
            ("person-deleted", Reply::empty(StatusCode::NO_CONTENT))
        }
        "GET /grants" => {
            let grants = grants::listed(app, call.now, giver).await?;
            ("grants-read", Reply::json(StatusCode::OK, &json!({"grants": grants})))
        }
        "POST /grants" => {
            let given = grants::issue(app, body_json(request)?, call, giver, by).await.map_err(Stop::from)?;
            ("grant-issued", Reply::json(StatusCode::CREATED, &given))
        }
        "DELETE /grants/{id}" => {
            grants::end(app, request, call, giver, by).await?;
            ("grant-ended", Reply::empty(StatusCode::NO_CONTENT))
        }
        "GET /audit" => {
            let month = audit::month(request, call.now)?;
            let deeds = app.table.deeds(&month).await?;
            ("audit-read", Reply::json(StatusCode::OK, &json!({"month": month, "deeds": deeds})))
        }
        _ => return Err(Problem::route_unknown().into()),
    })
}

fn id(request: &Request) -> Result<Id, Problem> {
    request.path_parameter("id").parse().map_err(Problem::from)
}
