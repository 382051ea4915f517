//! Cases in the count: opened where they were missed, checked where that was lost, and counted by day.

use aftertaste::{
    domain::{
        case::{Case, Move, Moving, Outcome},
        visit::Visit,
    },
    table::{CaseKey, StoredCase},
};
use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, days_ago, proxy::ask, signed_by, visit};

/// Noon of the business day before the running one, at the demo's stores.
fn yesterday() -> Timestamp {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    days_ago(1).at(12, 0, 0, 0).to_zoned(zone).unwrap().timestamp()
}

/// A guest who paid yesterday is unhappy, and says why.
async fn complain(world: &World, payment: &str, more: Value) -> Visit {
    let link = signed_by(world.keyring(), 12, yesterday(), payment);
    let mut body = json!({"submission": Uuid::new_v4(), "answers": {"nps": 1, "csat": 1, "why": "等了一个小时"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answered = world.answer(&link, body).await;
    assert_eq!(answered.status, 201, "{}", answered.text);
    visit(world.keyring(), 12, yesterday(), payment)
}

async fn stored(world: &World, visit: Visit) -> Option<StoredCase> {
    world.stack.app.table.case(&CaseKey::from(visit)).await.unwrap()
}

async fn make(world: &World, visit: Visit, step: Move) -> Case {
    let before = stored(world, visit).await.unwrap();
    let now = Timestamp::now();
    let store = world.stack.app.catalog.store(visit.store, now).await.unwrap().unwrap();
    let moving = Moving { by: "grace", at: now, id: Uuid::new_v4(), store: &store };
    let after = before.case.after(&step, moving).unwrap();
    world.stack.app.table.move_case(&before, &after, now).await.unwrap();
    after
}

async fn forget(world: &World, prefix: &str) {
    for item in world.items(prefix).await {
        let key = json!({"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}});
        ask(&world.database.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
    }
}

async fn count(world: &World) {
    world.fire("RollUpStoresHourly", Value::Null).await;
}

#[tokio::test]
async fn a_case_that_was_missed_is_opened_once_however_many_counts_there_are() {
    let world = World::new().await;
    let one = complain(&world, "missed", json!({})).await;
    forget(&world, "C#").await;
    forget(&world, "DUE#").await;
    count(&world).await;
    let opened = stored(&world, one).await.unwrap();
    assert_eq!(world.items("DUE#").await.len(), 1);
    count(&world).await;
    assert_eq!(stored(&world, one).await.unwrap(), opened);
    assert_eq!(world.items("C#").await.len(), 1);
}

#[tokio::test]
async fn an_answer_of_another_system_opens_none_and_neither_does_one_without_words() {
    let world = World::new().await;
    complain(&world, "imported", json!({"imported": true})).await;
    complain(&world, "silent", json!({"answers": {"nps": 1, "csat": 1}})).await;
    count(&world).await;
    assert_eq!(world.items("C#").await.len(), 0);
    assert_eq!(world.items("DUE#").await.len(), 0);
}

#[tokio::test]
async fn a_look_that_was_lost_is_put_again_after_a_quarter_of_an_hour() {
    let world = World::new().await;
    let one = complain(&world, "lost", json!({})).await;
    forget(&world, "DUE#").await;
    count(&world).await;
    assert_eq!(world.items("DUE#").await.len(), 0, "it may still be under way");
    let before = stored(&world, one).await.unwrap();
    let long_ago = Timestamp::now() - 16.minutes();
    let telling = aftertaste::domain::case::Telling { look_at: Some(long_ago), told: 1, ..before.telling };
    assert!(world.stack.app.table.keep_telling(&before, telling).await.unwrap());
    count(&world).await;
    assert_eq!(world.items("DUE#").await.len(), 1);
}

#[tokio::test]
async fn the_report_says_what_became_of_cases_by_the_word_of_their_guests() {
    let world = World::new().await;
    let answer = |cause: &str| Move::Answer { cause: Some(cause.parse().unwrap()), reply: "对不起".into() };
    let mut visits = Vec::new();
    for i in 0..12 {
        visits.push(complain(&world, &format!("figure {i}"), json!({})).await);
    }
    for (i, visit) in visits.iter().take(10).enumerate() {
        make(&world, *visit, answer(if i < 7 { "waiting" } else { "dish" })).await;
    }
    for visit in &visits[..4] {
        make(&world, *visit, Move::SaySolved).await;
    }
    for visit in &visits[4..6] {
        make(&world, *visit, Move::SayNotSolved).await;
    }
    make(&world, visits[6], Move::Close { outcome: Outcome::Unsolved, note: None }).await;
    // An answer that was taken back counts as nothing.
    make(&world, visits[11], Move::Withdraw).await;
    count(&world).await;
    let day = days_ago(1);
    for scope in ["store/12", "cn/east/shanghai", "cn"] {
        let report = world.report_for(scope, &format!("from={day}&to={day}")).await;
        let cases = &report["cases"];
        assert_eq!((cases["opened"].as_u64(), cases["praises"].as_u64()), (Some(11), Some(0)), "{scope}: {cases:#}");
        let k_of_n = |name: &str| (cases[name]["k"].as_u64().unwrap(), cases[name]["n"].as_u64().unwrap());
        assert_eq!(k_of_n("recovery"), (4, 6), "{cases:#}");
        assert_eq!(k_of_n("in_time"), (10, 10), "{cases:#}");
        assert_eq!((cases["silent"].as_u64(), cases["waiting"].as_u64()), (Some(4), Some(3)), "{cases:#}");
        assert_eq!((cases["reopened"].as_u64(), cases["lapsed"].as_u64()), (Some(2), Some(0)), "{cases:#}");
        assert_eq!(cases["causes"], json!([{"cause": "waiting", "n": 7}, {"cause": "dish", "n": 3}]));
    }
    let page = world
        .call(Method::GET, &format!("/reports/store/12.html?from={day}&to={day}&lang=en"), "report:", Value::Null)
        .await;
    assert!(page.text.contains("Solved, say guests") && page.text.contains("66.7"), "{}", page.text);
}

#[tokio::test]
async fn a_case_that_moves_later_is_in_the_figures_of_its_day_the_next_night() {
    let world = World::new().await;
    let mut visits = Vec::new();
    for i in 0..5 {
        visits.push(complain(&world, &format!("later {i}"), json!({})).await);
    }
    count(&world).await;
    for visit in &visits {
        make(&world, *visit, Move::Answer { cause: Some("dish".parse().unwrap()), reply: "对不起".into() }).await;
        make(&world, *visit, Move::SaySolved).await;
    }
    world.fire("RollUpStoresNightly", Value::Null).await;
    let day = days_ago(1);
    let report = world.report_for("cn/east", &format!("from={day}&to={day}")).await;
    assert_eq!(report["cases"]["recovery"]["k"], 5, "{:#}", report["cases"]);
}
