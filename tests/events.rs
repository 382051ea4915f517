//! The events under events/ are fed to the handlers they are for, at the moment for which they are written.

use aftertaste::{app::App, domain::access::Keyring, http::Request, lambda::Call, memory::Catalog};
use aftertaste_local::{dispatch, events::WRITTEN_FOR};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{World, file};

/// Function, case, status, and for a problem the end of its type. In this order: some build on those before.
pub const CASES: [(&str, &str, u16, &str); 34] = [
    ("issue-link", "valid", 201, ""),
    ("issue-link", "no-grant", 401, "grant-missing"),
    ("issue-link", "expired-grant", 401, "grant-expired"),
    ("issue-link", "payment-from-the-future", 422, "invalid"),
    ("issue-link", "store-unknown", 404, "store-unknown"),
    ("issue-link", "not-json", 400, "malformed"),
    ("issue-link", "valid-code", 201, ""),
    ("issue-link", "qr-png", 200, ""),
    ("open-survey", "valid", 200, ""),
    ("open-survey", "valid-json", 200, ""),
    ("open-survey", "forged-link", 404, "(page)"),
    ("open-survey", "expired-link", 410, "(page)"),
    ("open-survey", "receipt", 200, "(page)"),
    ("open-survey", "code", 303, ""),
    ("open-survey", "forged-code", 404, "(page)"),
    ("record-response", "left-half-way", 201, ""),
    ("record-response", "valid", 201, ""),
    ("record-response", "replayed", 200, ""),
    ("record-response", "other-answers", 409, "already-answered"),
    ("record-response", "form", 201, ""),
    ("record-response", "rating-out-of-range", 422, "answers-invalid"),
    ("record-response", "forged-link", 404, "link-unknown"),
    ("record-response", "expired-link", 410, "link-expired"),
    ("show-report", "valid", 200, ""),
    ("show-report", "page", 200, ""),
    ("show-report", "reversed-window", 422, "invalid"),
    ("show-report", "another-store", 403, "grant-insufficient"),
    ("show-report", "no-grant", 401, "grant-missing"),
    ("record-response", "taken-back", 204, ""),
    ("manage-catalog", "valid-store", 200, ""),
    ("manage-catalog", "time-zone-unknown", 422, "invalid"),
    ("manage-catalog", "not-an-admin", 403, "grant-insufficient"),
    ("manage-catalog", "changed-range", 422, "invalid"),
    ("manage-catalog", "valid-store", 200, ""),
];

/// Event, and what its count answers with: a sentence, or none for a summary.
pub const COUNTS: [(&str, Option<&str>); 3] = [
    ("hourly", None),
    ("nightly", None),
    ("reversed-range", Some("The range is reversed: from 2026-11-21 is after to 2026-11-01.")),
];

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

pub fn keyring() -> Keyring {
    Keyring::parse(environment()["KEYRING"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn each_event_is_answered_as_its_name_says() {
    let world = World::new().await;
    let table = world.stack.app.table.clone();
    let app = &App {
        catalog: Catalog::new(table.clone(), Catalog::AGE),
        table,
        keyring: keyring(),
        public_url: "https://s.example.cn".into(),
    };
    let now: Timestamp = WRITTEN_FOR.parse().unwrap();
    for (function, case, status, kind) in CASES {
        let request: Request = serde_json::from_value(event(function, case)).unwrap();
        let reply = dispatch(app, function, &request, Call { now, fresh: Uuid::nil() }).await.unwrap();
        check(function, case, status, kind, &reply.into_event());
    }
    for (case, sentence) in COUNTS {
        let catalog = Catalog::new(app.table.clone(), Catalog::AGE);
        let event = serde_json::from_value(event("roll-up-stores", case)).unwrap();
        let counted = roll_up_stores::handle(&app.table, &catalog, event, || now).await;
        assert_eq!(counted.err().map(|error| error.to_string()).as_deref(), sentence, "{case}");
    }
}

/// Holds a reply, in API Gateway's shape, against what its case expects.
pub fn check(function: &str, case: &str, status: u16, kind: &str, reply: &Value) {
    assert_eq!(reply["statusCode"], status, "{function} {case}: {reply}");
    let body = reply["body"].as_str().unwrap();
    match kind {
        "" => {}
        "(page)" => assert!(body.starts_with("<!DOCTYPE html>"), "{function} {case}: {body}"),
        kind => {
            let problem: Value = serde_json::from_str(body).unwrap();
            assert_eq!(problem["type"], format!("/problems/{kind}"), "{function} {case}");
        }
    }
    if (function, case) == ("issue-link", "valid") && reply["body"].as_str().unwrap().contains("2026-11-28T04:31:00Z") {
        // Written for the moment of the published vector, so the link is the vector's.
        assert!(body.contains("/s/EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj"), "{body}");
    }
}

#[test]
fn every_event_file_is_a_case() {
    for entry in std::fs::read_dir(file("events")).unwrap() {
        let folder = entry.unwrap().path();
        let function = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for event in std::fs::read_dir(&folder).into_iter().flatten() {
            let case = event.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
            let used = CASES.iter().any(|(f, c, ..)| (*f, *c) == (&function, &case))
                || (function == "roll-up-stores" && COUNTS.iter().any(|(c, _)| *c == case));
            assert!(used, "no test feeds events/{function}/{case}.json to its function");
        }
    }
}
