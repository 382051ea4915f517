//! Endpoints: where events go. A webhook's secret is made here and shown once; a robot's goes in and never out.

use std::collections::BTreeSet;

use aftertaste::{
    app::Stop,
    domain::{
        Id, Invalid, Mistakes, NAMED_AT_MOST,
        place::{Path, Scope, StoreNumber},
        strictly,
    },
    http::{Problem, Reply, Request, body_json},
    lambda::Call,
    pages::people_languages,
    seal::fresh_secret,
    table::{Again, Delivery, Health, OutgoingEvent, Over, StoredEndpoint, TableError, whole_second},
};
use deliveries::{
    endpoint::{Endpoint, EndpointDetails, REPLAY, To},
    robots::Kind,
    webhook::Secret,
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{App, accounts::secrets};

/// How many endpoints there are at most: each run reads all of them.
const MOST_ENDPOINTS: usize = 100;

/// For how many hours the secret before signs too.
const BOTH_SIGN_HOURS: i64 = 24;

/// How many deliveries are shown, the latest, and up to how many failures are counted.
const DELIVERIES_SHOWN: i32 = 50;
const FAILURES_COUNTED: i32 = 1_000;

/// No event has a longer id, in bytes.
const LONGEST_EVENT_ID: usize = 64;

/// The members that `GET` adds to what was put. A body with them can be put back.
const SHOWN: [&str; 13] = [
    "endpoint",
    "secret",
    "secrets_set",
    "since",
    "former_secret_until",
    "state",
    "last_success",
    "failing_since",
    "paused_until",
    "off_since",
    "why",
    "failed",
    "deliveries",
];

fn endpoint_id(request: &Request) -> Result<Id, Problem> {
    let id: Result<Id, Invalid> = request.path_parameter("endpoint").parse();
    Ok(id?)
}

/// An endpoint, or a problem where there is none.
async fn stored(app: &App, id: &Id) -> Result<StoredEndpoint, Stop> {
    Ok(app.table.endpoint(id).await?.ok_or_else(Problem::endpoint_unknown)?)
}

/// Every endpoint, with how it fares.
pub(crate) async fn list(app: &App) -> Result<Reply, Stop> {
    let health = app.table.all_health().await?;
    let endpoints: Vec<_> = app
        .table
        .endpoints()
        .await?
        .iter()
        .map(|stored| {
            let health = health.iter().find(|(id, _)| *id == stored.id);
            shown(stored, &health.map(|(_, health)| health.clone()).unwrap_or_default())
        })
        .collect();
    Ok(Reply::json(StatusCode::OK, &json!({"endpoints": endpoints})))
}

/// An endpoint, how it fares, and its latest deliveries with each attempt. Their contents are left out: a guest's link
/// may be in them.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Stop> {
    let id = endpoint_id(request)?;
    let mut shown = shown(&stored(app, &id).await?, &app.table.health(&id).await?);
    let deliveries = app.table.latest_deliveries(id.as_str(), DELIVERIES_SHOWN).await?;
    shown.insert("failed".into(), json!(app.table.failures(&id, FAILURES_COUNTED).await?));
    shown.insert("deliveries".into(), deliveries.iter().map(delivery).collect());
    Ok(Reply::json(StatusCode::OK, &shown))
}

fn shown(stored: &StoredEndpoint, health: &Health) -> Map<String, Value> {
    let mut shown = Map::from_iter([("endpoint".to_owned(), json!(stored.id))]);
    if let Value::Object(details) = json!(&*stored.endpoint) {
        shown.extend(details);
    }
    let state = match health {
        Health { off_since: Some(_), .. } => "off",
        Health { failing_since: Some(_), .. } => "failing",
        _ => "on",
    };
    shown.insert("state".into(), json!(state));
    shown.insert("since".into(), json!(stored.since));
    let optional = [
        ("former_secret_until", json!(stored.former_signs_until)),
        ("last_success", json!(health.last_success)),
        ("failing_since", json!(health.failing_since)),
        ("paused_until", json!(health.paused_until)),
        ("off_since", json!(health.off_since)),
        ("why", json!(health.why)),
    ];
    shown.extend(
        optional.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)),
    );
    shown
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "event": delivery.id,
        "type": delivery.kind,
        "timestamp": delivery.at,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next": delivery.next,
        "why": delivery.why,
    })
}

/// Puts an endpoint, and switches it on. A new webhook's secret is in the reply, this once.
pub(crate) async fn put(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let id = endpoint_id(request)?;
    let mut body: Map<String, Value> = body_json(request)?;
    body.retain(|name, _| !SHOWN.contains(&name.as_str()));
    let given = body.shift_remove("secrets").map(secrets).transpose()?;
    check_robot(&body)?;
    let details: EndpointDetails = strictly(Value::Object(body)).map_err(Problem::from)?;
    let (before, is_readable) = match app.table.endpoint(&id).await {
        // A new put repairs it. Its secret is not known any more.
        Err(TableError::Unreadable { .. }) => (None, false),
        read => (read?, true),
    };
    if before.is_none() && app.table.endpoints().await?.len() >= MOST_ENDPOINTS {
        return Err(Problem::invalid(format!("There are {MOST_ENDPOINTS} endpoints, which is the most.")).into());
    }
    let is_webhook = matches!(details.to, To::Webhook(_));
    if given.is_some() && !matches!(details.to, To::Robot(_)) {
        return Err(Problem::invalid("secrets: only a robot's are given. A webhook's secret is made here.").into());
    }
    let kept = match before.as_ref().filter(|before| keeps_secrets(&before.endpoint.to, &details.to)) {
        // Those whose key is gone are not kept.
        Some(before) => before.open_secrets(&app.keys.seal).unwrap_or_default(),
        None => Vec::new(),
    };
    let made = if is_webhook && kept.is_empty() { Some(new_secret()?) } else { None };
    let known = given.or_else(|| made.clone().map(|made| vec![made])).unwrap_or(kept);
    let mut mistakes = missing_places(app, &details.scopes).await?;
    let languages: Vec<&str> = people_languages().collect();
    let endpoint = match Endpoint::new(details, &known, app.reach, &languages) {
        Ok(endpoint) if mistakes.0.is_empty() => endpoint,
        checked => {
            mistakes.0.splice(0..0, checked.err().unwrap_or_default().0);
            mistakes.0.truncate(NAMED_AT_MOST);
            return Err(Problem::from(mistakes).into());
        }
    };
    let since = before.as_ref().map_or_else(|| whole_second(call.now), |before| before.since);
    let former = before.as_ref().and_then(|before| before.former_signs_until).filter(|_| is_webhook && made.is_none());
    let over = match &before {
        Some(before) => Over::This(before),
        None if is_readable => Over::Nothing,
        None => Over::Anything,
    };
    let sealed = (&app.keys.seal, call.fresh);
    written(app.table.put_endpoint((&id, over), &endpoint, &known, (since, former), sealed).await?)?;
    let health = switch_on(app, &id, call.now).await?;
    let mut shown = shown(&stored(app, &id).await?, &health);
    shown.extend(made.map(|secret| ("secret".to_owned(), json!(secret))));
    let status = if before.is_none() { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Reply::json(status, &shown))
}

/// Refuses a robot's address where its kind belongs, without repeating it in the reply.
fn check_robot(body: &Map<String, Value>) -> Result<(), Problem> {
    let robot = body.get("to").and_then(|to| to.get("robot"));
    match robot {
        Some(kind) if serde_json::from_value::<Kind>(kind.clone()).is_err() => {
            Err(Problem::invalid("to: a robot is wecom, dingtalk or feishu. Its address belongs into secrets."))
        }
        _ => Ok(()),
    }
}

/// A problem where somebody else was quicker.
fn written(is_written: bool) -> Result<(), Problem> {
    let sentence = "Somebody else has just changed this endpoint. Look at it with GET, and then do this again.";
    if is_written { Ok(()) } else { Err(Problem::invalid(sentence)) }
}

/// Whether what was secret before is so still: a webhook's is, and that of a robot of the same kind.
fn keeps_secrets(before: &To, now: &To) -> bool {
    match (before, now) {
        (To::Webhook(_), To::Webhook(_)) => true,
        (To::Robot(before), To::Robot(now)) => before == now,
        _ => false,
    }
}

fn new_secret() -> Result<String, Problem> {
    Ok(Secret::new(fresh_secret().ok_or_else(Problem::unavailable)?).text())
}

/// Switches an endpoint on: an operator who puts it again has fixed its fault.
async fn switch_on(app: &App, id: &Id, now: Timestamp) -> Result<Health, Stop> {
    let health = app.table.health(id).await?;
    let well = Health { last_success: health.last_success, writes: health.writes, ..Health::default() };
    // Also where it is well: a run that thinks otherwise may be about to write so.
    app.table.put_health(id, &well, now).await?;
    Ok(well)
}

/// Objects to scopes in which there is nothing.
async fn missing_places(app: &App, scopes: &[Scope]) -> Result<Mistakes, Stop> {
    if scopes.is_empty() {
        return Ok(Mistakes::default());
    }
    let list = app.table.stores().await?;
    let numbers: BTreeSet<StoreNumber> = list.iter().map(|store| store.number).collect();
    let unread: BTreeSet<StoreNumber> = list.unreadable.iter().filter_map(|store| store.number).collect();
    let nodes: BTreeSet<Path> = list.iter().flat_map(|store| store.details.path.with_ancestors()).collect();
    let mut mistakes = Mistakes::default();
    let is_there = |scope: &&Scope| match scope {
        Scope::Store(number) => numbers.contains(number) || unread.contains(number),
        Scope::Node(node) => nodes.contains(node),
    };
    for scope in scopes.iter().filter(|scope| !is_there(scope)).take(NAMED_AT_MOST) {
        mistakes.add(format!("scopes: there is no store in {scope}."));
    }
    Ok(mistakes)
}

/// Takes an endpoint away.
pub(crate) async fn delete(app: &App, request: &Request) -> Result<Reply, Stop> {
    let id = endpoint_id(request)?;
    match stored(app, &id).await {
        Ok(_) | Err(Stop::Broken(TableError::Unreadable { .. })) => {}
        Err(stop) => return Err(stop),
    }
    app.table.delete_endpoint(&id).await?;
    Ok(Reply::json(StatusCode::OK, &json!({"endpoint": id, "state": "gone"})))
}

/// The actions on an endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    /// `{"test": {}}`: an event that goes to it alone.
    Test(Nothing),
    /// `{"rotate": {}}`: a new secret. The one before signs too for a day.
    Rotate(Nothing),
    /// `{"replay": …}`: it is sent again.
    Replay(Replay),
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// The deliveries that are sent again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Replay {
    /// One event, by its id and timestamp, as the deliveries show them.
    Event { id: String, timestamp: Timestamp },
    /// Everything that happened since then.
    Since(Timestamp),
    /// All that failed.
    Failed(Nothing),
}

/// `POST /endpoints/{endpoint}`. The outcome, and the reply.
pub(crate) async fn act(app: &App, request: &Request, call: Call) -> Result<(&'static str, Reply), Stop> {
    let id = endpoint_id(request)?;
    let act: Act = body_json(request)?;
    let stored = stored(app, &id).await?;
    if app.table.health(&id).await?.off_since.is_some() && !matches!(act, Act::Rotate(_)) {
        return Err(Problem::invalid("The endpoint is switched off. Put it again first: that switches it on.").into());
    }
    match act {
        Act::Test(Nothing {}) => Ok(("endpoint-tested", test(app, &id, call).await?)),
        Act::Rotate(Nothing {}) => Ok(("endpoint-rotated", rotate(app, &stored, call).await?)),
        Act::Replay(what) => Ok(("endpoint-replayed", replay(app, &id, what, call).await?)),
    }
}

async fn test(app: &App, id: &Id, call: Call) -> Result<Reply, Stop> {
    let event = event_for(id, "endpoint.test", json!({"endpoint": id}), call);
    app.table.put_event(&event).await?;
    Ok(Reply::json(StatusCode::ACCEPTED, &json!({"event": event.id, "timestamp": event.at})))
}

/// An event that is put here, for one endpoint.
fn event_for(id: &Id, kind: &str, data: Value, call: Call) -> OutgoingEvent {
    let event = OutgoingEvent::of(kind, &call.fresh.to_string(), call.now, data);
    OutgoingEvent { endpoint: Some(id.clone()), ..event }
}

async fn rotate(app: &App, stored: &StoredEndpoint, call: Call) -> Result<Reply, Stop> {
    if !matches!(stored.endpoint.to, To::Webhook(_)) {
        return Err(Problem::invalid("Only a webhook has a secret that is made here.").into());
    }
    let current = stored.open_secrets(&app.keys.seal)?.into_iter().take(1);
    let secret = new_secret()?;
    let until = whole_second(call.now.saturating_add(BOTH_SIGN_HOURS.hours()).unwrap_or(call.now));
    let secrets: Vec<String> = std::iter::once(secret.clone()).chain(current).collect();
    let times = (stored.since, Some(until));
    let (whose, sealed) = ((&stored.id, Over::This(stored)), (&app.keys.seal, call.fresh));
    written(app.table.put_endpoint(whose, &stored.endpoint, &secrets, times, sealed).await?)?;
    let shown = json!({"endpoint": stored.id, "secret": secret, "former_secret_until": until});
    Ok(Reply::json(StatusCode::OK, &shown))
}

async fn replay(app: &App, id: &Id, what: Replay, call: Call) -> Result<Reply, Stop> {
    let data = match what {
        Replay::Event { id: event, timestamp } => {
            // A longer one is none of ours, and fits into no key.
            if event.len() > LONGEST_EVENT_ID || app.table.delivery(id, timestamp, &event).await?.is_none() {
                return Err(Problem::event_unknown().into());
            }
            let again = Again { endpoint: id.clone(), id: event, at: timestamp, is_replay: true };
            app.table.put_again(call.now, again, call.now).await?;
            return Ok(Reply::json(StatusCode::ACCEPTED, &json!({"endpoint": id})));
        }
        Replay::Since(since) => json!({"since": since}),
        Replay::Failed(Nothing {}) => json!({}),
    };
    app.table.put_event(&event_for(id, REPLAY, data, call)).await?;
    Ok(Reply::json(StatusCode::ACCEPTED, &json!({"endpoint": id})))
}
