//! Signing in: by a link that works once, and out.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::{Permission, Ticket},
    },
    environment::ConfigError,
    http::{COOKIE, Problem, Reply, Request, wanted_languages},
    lambda::Call,
    seal::{open, seal},
    session::{cookie, forget_wanted, wanted},
    table::ListedPerson,
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use tokio::sync::OnceCell;

use crate::{
    App,
    openid::{Back, OpenId, Refused, TIME_TO_SIGN_IN},
    pages::{self, Frame},
};

/// The cookie that a sign-in with a provider begins and ends with.
const OPENID_COOKIE: &str = "__Host-aftertaste-openid";

/// How long it is known that somebody asked for a link, in hours.
const ASKED_HOURS: i64 = 24;

/// The longest link or address that is checked, in bytes.
const LONGEST_FIELD: usize = 300;

/// `GET /sign-in`. A link only brings up its button: programs that scan messages open links, and use nothing up.
pub(crate) async fn show(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let link = request.query("link").filter(|link| link.len() <= LONGEST_FIELD);
    if link.is_none() && request.has_session() {
        match app.session(request, now).await {
            Ok(session) => return to(&home(app, &session.grant().permissions, now).await?),
            Err(Stop::Problem(_)) => {}
            Err(broken) => return Err(broken),
        }
    }
    let provider = identity_provider().await.ok().flatten();
    let frame = Frame::outside(app, &wanted_languages(request), now).await?.with_openid(provider.map(OpenId::host));
    let body = match &link {
        Some(link) => pages::sign_in_by(&frame, link, &person_of(app, link, now).await?.person.name),
        None => pages::sign_in(&frame),
    };
    tracing::info!(outcome = "sign-in-shown", status = 200);
    Ok(frame.reply(StatusCode::OK, &body))
}

/// The person of an unused link. The page says so: nobody is to be signed in as somebody else unawares.
async fn person_of(app: &App, link: &str, now: Timestamp) -> Result<ListedPerson, Stop> {
    let id = app.keys.id_of(Ticket::SignIn, link).ok_or_else(Problem::sign_in_ended)?;
    let unused = app.table.sign_in(id, now).await?.ok_or_else(Problem::sign_in_ended)?;
    let person = app.table.readable_person(&unused.person).await?.ok_or_else(Problem::sign_in_ended)?;
    let is_over = person.ended_before.is_some_and(|before| unused.made < before);
    if is_over { Err(Problem::sign_in_ended().into()) } else { Ok(person) }
}

/// `POST /sign-in`: the button of a link, or the question for a new one.
pub(crate) async fn post(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let fields = app.form(request)?;
    let field = |name: &str| {
        let value = fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty() && value.len() <= LONGEST_FIELD)
    };
    if let Some(link) = field("link") {
        return sign_in_by(app, request, link, call).await;
    }
    ask(app, request, field("email").unwrap_or_default(), call.now).await
}

async fn sign_in_by(app: &App, request: &Request, link: &str, call: Call) -> Result<Reply, Stop> {
    let id = app.keys.id_of(Ticket::SignIn, link).ok_or_else(Problem::sign_in_ended)?;
    let used = app.table.use_sign_in(id, call.now).await?.ok_or_else(Problem::sign_in_ended)?;
    let person = app.table.readable_person(&used.person).await?.ok_or_else(Problem::sign_in_ended)?;
    if person.ended_before.is_some_and(|before| used.made < before) {
        return Err(Problem::sign_in_ended().into());
    }
    begin(app, request, (&person, used.made, used.at_most), call).await
}

/// Begins a session, and goes on to the page that the person wanted, or to their own. The browser's old session ends.
async fn begin(
    app: &App,
    request: &Request,
    (person, made, at_most): (&ListedPerson, Timestamp, Option<Vec<String>>),
    call: Call,
) -> Result<Reply, Stop> {
    let given = at_most.as_ref().map(|words| words.iter().filter_map(|word| word.parse().ok()).collect());
    let home = home(app, &given.unwrap_or_else(|| person.person.permissions()), call.now).await?;
    let before = request.cookie(COOKIE).and_then(|ticket| app.keys.id_of(Ticket::Session, ticket));
    if let Some(before) = before {
        app.table.delete_session(before).await?;
    }
    let cookie = app.begin_session(person, (made, at_most), call).await?;
    tracing::info!(outcome = "signed-in", status = 303, by = person.id.as_str());
    Ok(match wanted(request) {
        Some(page) => to(page)?.with_cookie(cookie).with_cookie(forget_wanted()),
        None => to(&home)?.with_cookie(cookie),
    })
}

/// Keeps that somebody asked for a link. Neither the page nor the time it takes says whether they are listed.
async fn ask(app: &App, request: &Request, email: &str, now: Timestamp) -> Result<Reply, Stop> {
    let email = email.to_lowercase();
    let people = app.catalog.people(now).await?;
    let mut listed = people.iter().filter(|person| person.person.email.as_ref() == Some(&email));
    let asked: Option<&Id> = listed.next().map(|person| &person.id).filter(|_| listed.next().is_none());
    let until = now.saturating_add(ASKED_HOURS.hours()).unwrap_or(Timestamp::MAX);
    app.table.put_asked(asked, now, until).await?;
    tracing::info!(outcome = "sign-in-asked", status = 200);
    let frame = Frame::outside(app, &wanted_languages(request), now).await?;
    Ok(frame.reply(StatusCode::OK, &pages::asked(&frame)))
}

/// `POST /sign-out`: this browser's session, or with `everywhere` all of the person's.
pub(crate) async fn sign_out(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let (session, fields) = app.form_of_session(request, call.now).await?;
    if fields.iter().any(|(name, _)| name == "everywhere") {
        crate::people::sign_out_everywhere(app, &session.person.id, call, &session.grant()).await?;
    } else {
        app.table.delete_session(session.id).await?;
    }
    tracing::info!(outcome = "signed-out", status = 303, by = session.person.id.as_str());
    Ok(to("/sign-in")?.with_cookie(cookie("", 0)))
}

fn to(address: &str) -> Result<Reply, Stop> {
    Ok(Reply::empty(StatusCode::SEE_OTHER).with("location", address))
}

/// A person's own page: the report of the first scope that they may see, or the people whom they manage.
async fn home(app: &App, permissions: &[Permission], now: Timestamp) -> Result<String, Stop> {
    if let Some(first) = app.places(permissions, now).await?.first() {
        return Ok(format!("/reports/{first}.html"));
    }
    // Somebody who may see all reports, where there is no store yet, sets them up.
    let sets_up = |permission: &Permission| matches!(permission, Permission::Admin(_) | Permission::Report(_));
    if permissions.iter().any(sets_up) {
        return Ok("/people".into());
    }
    Err(Problem::grant_insufficient("report:<scope>").into())
}

/// The provider that the environment names, read once.
static PROVIDER: OnceCell<Option<OpenId>> = OnceCell::const_new();

/// The identity provider that people may sign in with; none where the environment names none.
///
/// # Errors
/// When the environment names half of one.
pub async fn identity_provider() -> Result<Option<&'static OpenId>, ConfigError> {
    Ok(PROVIDER.get_or_try_init(OpenId::from_environment).await?.as_ref())
}

async fn provider() -> Result<&'static OpenId, Stop> {
    let named = identity_provider().await.inspect_err(|error| tracing::error!(outcome = "sign-in-refused", %error));
    match named {
        Ok(Some(provider)) => Ok(provider),
        Ok(None) => Err(Problem::route_unknown().into()),
        Err(_) => Err(Problem::unavailable().into()),
    }
}

fn redirect_uri(app: &App) -> String {
    format!("{}/sign-in/openid/callback", app.public_url)
}

/// `GET /sign-in/openid`: on to the provider. The state that the end needs goes along in the browser, sealed.
pub(crate) async fn begin_openid(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    // No page of another site signs anybody in; a person who opens it from a bookmark sends `none`.
    if request.header("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return Err(Problem::form_refused().into());
    }
    let begun = provider().await?.begin(&redirect_uri(app), call.now).await.map_err(refused)?;
    let kept = seal(&begun.kept, OPENID_COOKIE, call.fresh, &app.keys).ok_or_else(Problem::unavailable)?;
    tracing::info!(outcome = "sign-in-begun", status = 303);
    Ok(to(&begun.url)?.with_cookie(openid_cookie(&kept, TIME_TO_SIGN_IN.as_secs())))
}

/// `GET /sign-in/openid/callback`: back from the provider, once, in the browser that went there.
pub(crate) async fn end_openid(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let kept = request.cookie(OPENID_COOKIE).and_then(|sealed| open(sealed, OPENID_COOKIE, &app.keys));
    let kept = kept.ok_or_else(|| refused(Refused::State))?;
    let back = Back::read(|name| request.query(name));
    let email = provider().await?.finish(&redirect_uri(app), &kept, &back, call.now).await.map_err(refused)?;
    let people = app.table.people().await?;
    let mut listed = people.iter().filter(|person| person.person.email.as_ref() == Some(&email));
    // Of two with one address nobody knows who it is.
    let person = listed.next().filter(|_| listed.next().is_none()).ok_or_else(Problem::sign_in_refused)?;
    begin(app, request, (person, call.now, None), call).await
}

/// The reply where nobody is signed in. The reason is in the log, for the person who set the provider up.
fn refused(why: Refused) -> Problem {
    tracing::warn!(outcome = "openid-refused", error = %why);
    match why {
        Refused::Unreachable(_) => Problem::unavailable(),
        _ => Problem::sign_in_refused(),
    }
}

/// The header that keeps what a sign-in needs until its end; no seconds to forget it.
pub(crate) fn openid_cookie(kept: &str, seconds: i64) -> String {
    format!("{OPENID_COOKIE}={kept}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax")
}
