//! The owners of cases follow them up: an inbox, a case and its moves, and the awards that guests claim. So they do with
//! scores that changed, and with what stores do to become better.

mod actions;
mod awards;
mod beside;
mod detail;
mod inbox;
mod listed;
mod money;
mod month;
mod moves;
mod pages;
mod readable;
mod replies;
mod sent;
mod trends;
mod words;

use std::fmt::Display;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::{Grant, GrantKeys, Permission},
        place::Scope,
    },
    http::{Problem, Reply, Request, accepted, has_bearer, wanted_languages},
    lambda::Call,
    pages::readers_problem,
    session::{Reader, Session, to_come_back},
};
use pages::Frame;

type App = app::App<GrantKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "handle-cases";

/// The caller who follows up: a program by its grant, a person by a session and the fields of their form.
struct Caller {
    grant: Grant,
    session: Option<Session>,
    fields: Vec<(String, String)>,
}

impl Caller {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a field.
    fn each(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// The name under which a move is made.
    fn by(&self) -> &str {
        &self.grant.subject
    }

    /// The scopes whose cases they follow, none for every one.
    fn scopes(&self) -> impl Iterator<Item = Option<&Scope>> {
        self.grant.permissions.iter().filter_map(|permission| match permission {
            Permission::Follow(scope) => Some(scope.as_ref()),
            _ => None,
        })
    }
}

/// All that a reply is made from.
#[derive(Clone, Copy)]
struct Asked<'a> {
    app: &'a App,
    request: &'a Request,
    call: Call,
    caller: &'a Caller,
    /// The languages that they want, most wanted first.
    languages: &'a [String],
    /// The frame around a page; none for a program.
    frame: Option<&'a Frame>,
}

/// `/cases`, `/case/{case}`, `/trend/{trend}`, `/actions`, `/action/{action}` and `/awards`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let mut languages = wanted_languages(request);
    let answered = Box::pin(answer(app, request, call, &mut languages)).await;
    let wants_page = wants_page(request);
    conclude(answered, |refused| {
        if wants_page { to_come_back(request, readers_problem(&refused, &languages)) } else { refused.into() }
    })
}

/// Whether it is a browser that asks: by what it takes, or because it sends a form.
fn wants_page(request: &Request) -> bool {
    let offered = [(false, "application/json"), (true, "text/html")];
    accepted(request, false, &offered) || request.content_type() == "application/x-www-form-urlencoded"
}

async fn answer(app: &App, request: &Request, call: Call, languages: &mut Vec<String>) -> Result<Reply, Stop> {
    let caller = Box::pin(caller(app, request, call, languages)).await?;
    if caller.scopes().next().is_none() {
        return Err(Problem::grant_insufficient("follow:<scope>").into());
    }
    app.catalog.see(&caller.grant, call.now).await;
    // A program may say that it takes pages, as some do of everything: what it changes, it sends as JSON.
    let is_page = wants_page(request) && (caller.session.is_some() || request.route_key.starts_with("GET "));
    let frame = match is_page {
        true => Some(Frame::of(app, &caller, (languages, request.query("lang").is_some()), call.now).await?),
        false => None,
    };
    let asked = Asked { app, request, call, caller: &caller, languages, frame: frame.as_ref() };
    match request.route_key.as_str() {
        "GET /cases" => replies::lead_to_inbox(&asked).await,
        "GET /cases/{scope+}" => Box::pin(replies::show_inbox(&asked)).await,
        "GET /case/{case}" => Box::pin(replies::show_case(&asked)).await,
        "POST /case/{case}" => Box::pin(replies::make_move(&asked)).await,
        "GET /trend/{trend}" => Box::pin(trends::show(&asked)).await,
        "POST /trend/{trend}" => Box::pin(trends::move_on(&asked)).await,
        "GET /actions/{scope+}" => Box::pin(actions::list(&asked)).await,
        "POST /actions" => Box::pin(actions::create(&asked)).await,
        "GET /action/{action}" => Box::pin(actions::show(&asked)).await,
        "POST /action/{action}" => Box::pin(actions::withdraw(&asked)).await,
        "GET /awards" => Box::pin(replies::show_awards(&asked)).await,
        "POST /awards" => Box::pin(replies::hand_award_out(&asked)).await,
        _ => Err(Problem::route_unknown().into()),
    }
}

/// `languages` become those of the person as soon as it is known who it is: also a refusal is for them.
async fn caller(app: &App, request: &Request, call: Call, languages: &mut Vec<String>) -> Result<Caller, Stop> {
    let changes = !request.route_key.starts_with("GET ");
    if has_bearer(request) {
        let grant = match changes {
            true => app.granted_at_once(request, call.now).await?,
            false => app.granted(request, call.now).await?,
        };
        return Ok(Caller { grant, session: None, fields: Vec::new() });
    }
    let session = app.session(request, call.now).await?;
    let reader = Reader { grant: session.grant(), session: Some(session.clone()) };
    *languages = reader.languages(request);
    let fields = if changes { app.fields_of_session(request, &session)? } else { Vec::new() };
    Ok(Caller { grant: reader.grant, session: reader.session, fields })
}

impl Asked<'_> {
    /// Logs what was done, and hands the reply on.
    fn done(&self, outcome: &str, on: &dyn Display, reply: Reply) -> Reply {
        tracing::info!(outcome, status = reply.status.as_u16(), %on, by = self.caller.by());
        reply
    }

    /// The refusal of a scope that the caller may not follow, or whose guests' contacts they may not see.
    fn needs(&self, what: &str, scope: &Scope) -> Stop {
        Problem::grant_insufficient(&format!("{what}:{scope}")).into()
    }
}
