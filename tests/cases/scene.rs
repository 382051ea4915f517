//! A store with a guest who was unhappy, and the people who answer for it.

use aftertaste::{
    domain::{
        case::CaseId,
        survey::{FollowedUp, Severity},
        visit::Visit,
    },
    table::Opening,
};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Guests, World, answers};

/// An answer with its case, opened as the function that records it opens it.
pub async fn opened(world: &World, severity: Severity, guests: Guests) -> CaseId {
    opened_at(world, severity, guests, Timestamp::now()).await
}

pub async fn opened_at(world: &World, severity: Severity, guests: Guests, at: Timestamp) -> CaseId {
    guests.put(world).await;
    let (visit, response) = guests.visits(world.keyring()).remove(0);
    let submission = response.submission.unwrap();
    open(world, (visit, submission), severity, at).await;
    CaseId::of(visit, submission)
}

async fn open(world: &World, (visit, submission): (Visit, Uuid), severity: Severity, at: Timestamp) {
    let app = &world.stack.app;
    let store = app.catalog.store(visit.store, at).await.unwrap().unwrap();
    let called = FollowedUp { severity, trigger: "nps".into() };
    let (entry, expires) = (Uuid::new_v4(), at + 17_520.hours());
    let opening = Opening { visit, called: &called, submission, store: &store, at, entry, expires };
    assert!(app.table.open_case(&opening).await.unwrap());
}

/// A guest of store 12 who waited for too long.
pub fn unhappy() -> Guests {
    answers().nps(2).csat(1).text("等了四十分钟，菜还是凉的")
}

/// The usual case of these tests.
pub async fn usual(world: &World) -> CaseId {
    opened(world, Severity::Normal, unhappy()).await
}

pub const FOLLOWS: &str = "follow:store/12";

pub async fn case(world: &World, id: &CaseId) -> Value {
    let shown = world.call(Method::GET, &format!("/case/{id}"), FOLLOWS, Value::Null).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    shown.json()
}

/// A move with a grant.
pub async fn moved(world: &World, id: &CaseId, scopes: &str, body: Value) -> Answer {
    world.call(Method::POST, &format!("/case/{id}"), scopes, body).await
}

/// The reply of somebody who answers for the store.
pub async fn answer(world: &World, id: &CaseId, v: u64) -> Answer {
    let body = json!({"v": v, "move": "answer", "cause": "waiting", "reply": "对不起，让您久等了。"});
    moved(world, id, FOLLOWS, body).await
}

/// Somebody who owns cases.
pub fn owns(scope: &str, contact: bool) -> Value {
    if contact {
        json!([{"role": "owns-cases", "scope": scope, "contact": true}])
    } else {
        json!([{"role": "owns-cases", "scope": scope}])
    }
}
