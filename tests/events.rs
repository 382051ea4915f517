//! Feeds the events under events/ to their handlers, at the moment for which they are written. The expected replies
//! are in events/cases.json, which tests/sam-local reads too.

use aftertaste::{
    app::App,
    domain::access::{AllKeys, GrantKeys, GuestKeys, Lifetimes, SealKeys},
    http::Request,
    lambda::Call,
    memory::Catalog,
    web::{SystemLookup, Web},
};
use aftertaste_local::{dispatch, events::WRITTEN_FOR};
use jiff::Timestamp;
use send_notices::{Sender, Terms};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{World, file};

/// A case of events/cases.json: an event, and what its function answers.
pub struct Case {
    pub function: String,
    pub name: String,
    expected: Value,
}

impl Case {
    /// The event that is sent first, if the case needs a state to begin with: its function and its name. It is the case's
    /// own function where none is named.
    pub fn needs(&self) -> Option<(&str, &str)> {
        let needed = self.expected["needs"].as_str()?;
        Some(needed.split_once('/').unwrap_or((&self.function, needed)))
    }
}

/// The functions that a schedule calls.
const SCHEDULED: [&str; 3] = ["roll-up-stores", "send-notices", "watch-stores"];

/// The cases of the functions behind the API, and those of the functions that a schedule calls.
pub fn cases() -> (Vec<Case>, Vec<Case>) {
    let text = std::fs::read_to_string(file("events/cases.json")).unwrap();
    let functions: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    let cases = functions.iter().flat_map(|(function, cases)| {
        cases.as_object().unwrap().iter().map(|(name, expected)| Case {
            function: function.clone(),
            name: name.clone(),
            expected: expected.clone(),
        })
    });
    cases.partition(|case| !SCHEDULED.contains(&case.function.as_str()))
}

pub fn event(function: &str, case: &str) -> Value {
    let path = file(&format!("events/{function}/{case}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The variables of events/env.json.
pub fn environment() -> serde_json::Map<String, Value> {
    let text = std::fs::read_to_string(file("events/env.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["Parameters"].as_object().unwrap().clone()
}

pub fn keys() -> AllKeys {
    let environment = environment();
    let json = |name: &str| environment[name].as_str().unwrap();
    AllKeys {
        guests: GuestKeys::parse(json("GUEST_KEYS")).unwrap(),
        grants: GrantKeys::parse(json("GRANT_KEYS")).unwrap(),
        seal: SealKeys::parse(json("SEAL_KEYS")).unwrap(),
    }
}

/// The functions' parts, over a table of its own.
async fn fresh() -> (World, App<AllKeys>) {
    let world = World::new().await;
    let table = world.stack.app.table.clone();
    let catalog = Catalog::new(table.clone(), Catalog::AGE).into();
    let app = App {
        catalog,
        table,
        keys: keys(),
        public_url: "https://s.example.cn".into(),
        lifetimes: Lifetimes::default(),
        reach: deliveries::addresses::Reach::Public,
        responses_at_once: false,
        pace: 1,
    };
    (world, app)
}

/// Sends what the case needs, then the case itself, and compares the reply with what it expects. The needs of another
/// case may be there already, and are put again.
async fn try_out(app: &App<AllKeys>, case: &Case) {
    if let Some((function, needed)) = case.needs() {
        let reply = sent(app, function, needed).await;
        assert!([200, 201].contains(&reply["statusCode"].as_u64().unwrap()), "{function} {needed}: {reply}");
    }
    let mut reply = sent(app, &case.function, &case.name).await;
    let is_needed = cases().0.iter().any(|other| other.needs() == Some((&case.function, &case.name)));
    if is_needed && case.expected["status"] == 201 && reply["statusCode"] == 200 {
        reply["statusCode"] = 201.into();
    }
    check(case, &reply);
}

async fn sent(app: &App<AllKeys>, function: &str, name: &str) -> Value {
    let now: Timestamp = WRITTEN_FOR.parse().unwrap();
    let request: Request = serde_json::from_value(event(function, name)).unwrap();
    dispatch(app, function, &request, Call { now, fresh: Uuid::nil() }).await.unwrap().into_event()
}

/// Does what a schedule's case asks for, and compares its result with what it expects.
async fn fire(app: &App<AllKeys>, case: &Case) {
    let error = match case.function.as_str() {
        "roll-up-stores" => count(app, event(&case.function, &case.name)).await,
        "watch-stores" => watch(app, event(&case.function, &case.name)).await,
        _ => send(app, event(&case.function, &case.name)).await,
    };
    check_scheduled(case, error.as_deref());
}

async fn count(app: &App<AllKeys>, event: Value) -> Option<String> {
    let catalog = Catalog::new(app.table.clone(), Catalog::AGE);
    let event = serde_json::from_value(event).unwrap();
    let counted =
        roll_up_stores::handle(&app.table, &catalog, event, Uuid::from_u128(9), || WRITTEN_FOR.parse().unwrap());
    counted.await.err().map(|error| error.to_string())
}

async fn watch(app: &App<AllKeys>, event: Value) -> Option<String> {
    let event = serde_json::from_value(event).unwrap();
    let now = WRITTEN_FOR.parse().unwrap();
    let watched = watch_stores::handle(&app.table, event, 100, Uuid::from_u128(9), now).await;
    watched.err().map(|error| error.to_string())
}

/// The endpoints of the events have names that lead nowhere, so that nothing leaves this machine.
async fn send(app: &App<AllKeys>, event: Value) -> Option<String> {
    let _: send_notices::Event = serde_json::from_value(event).unwrap();
    let app = App {
        table: app.table.clone(),
        catalog: app.catalog.clone(),
        keys: app.keys.seal.clone(),
        public_url: app.public_url.clone(),
        lifetimes: app.lifetimes,
        reach: app.reach,
        responses_at_once: false,
        pace: 1,
    };
    let sender = Sender { web: Web::outward(app.reach, SystemLookup), app, sdk: None, bus: None, mail_from: None };
    let sent =
        send_notices::handle(&sender, Terms::default(), Uuid::from_u128(9), || WRITTEN_FOR.parse().unwrap()).await;
    sent.err().map(|error| error.to_string())
}

#[tokio::test]
async fn each_event_alone_is_answered_as_its_name_says() {
    let (cases, scheduled) = cases();
    for case in &cases {
        let (_world, app) = fresh().await;
        try_out(&app, case).await;
    }
    for case in &scheduled {
        let (_world, app) = fresh().await;
        fire(&app, case).await;
    }
}

#[tokio::test]
async fn events_are_answered_the_same_in_any_order() {
    let (mut cases, scheduled) = cases();
    for _ in 0..2 {
        let (_world, app) = fresh().await;
        for case in &cases {
            try_out(&app, case).await;
        }
        for case in &scheduled {
            fire(&app, case).await;
        }
        // A store that is put again as it is stays.
        assert_eq!(sent(&app, "manage-catalog", "valid-store").await["statusCode"], 200);
        cases.reverse();
    }
}

/// Compares a reply, in API Gateway's shape, with what its case expects.
pub fn check(case: &Case, reply: &Value) {
    let Case { function, name, expected } = case;
    assert!(expected["status"].is_u64(), "{function} {name} says no status");
    assert_eq!(reply["statusCode"], expected["status"], "{function} {name}: {reply}");
    let body = reply["body"].as_str().unwrap();
    if let Some(kind) = expected["problem"].as_str() {
        let problem: Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{function} {name}");
    }
    if expected["page"] == true {
        assert!(body.starts_with("<!DOCTYPE html>"), "{function} {name}: {body}");
    }
    if (function.as_str(), name.as_str()) == ("issue-link", "valid") && body.contains("2026-11-28T04:31:00Z") {
        // Written for the moment of the published vector, so the link is the vector's.
        assert!(body.contains("/s/EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj"), "{body}");
    }
}

/// Compares the sentence with which a scheduled function failed, or none, with what its case expects.
pub fn check_scheduled(case: &Case, sentence: Option<&str>) {
    assert_eq!(sentence, case.expected["error"].as_str(), "{}", case.name);
}

#[test]
fn every_event_file_is_a_case_or_needed_by_one() {
    let (cases, scheduled) = cases();
    for entry in std::fs::read_dir(file("events")).unwrap() {
        let folder = entry.unwrap().path();
        let function = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for event in std::fs::read_dir(&folder).into_iter().flatten() {
            let name = event.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
            let used = cases.iter().chain(&scheduled).any(|case| {
                (case.function == function && case.name == name) || case.needs() == Some((&function, &name))
            });
            assert!(used, "no case of events/cases.json has events/{function}/{name}.json");
        }
    }
}
