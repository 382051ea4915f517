//! Awards: given under ten digits that the guest alone sees, and handed out once.

use aftertaste::{cases::withdraw, domain::survey::Severity, table::CaseKey};
use futures::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{FOLLOWS, case, moved, opened, unhappy, usual};
use crate::harness::{Answer, World};

async fn claim(world: &World, scopes: &str, store: u32, code: &str) -> Answer {
    world.call(Method::POST, "/awards", scopes, json!({"store": store, "code": code})).await
}

async fn code(world: &World) -> String {
    let items = world.items("AWARD#").await;
    assert_eq!(items.len(), 1, "{items:?}");
    items[0]["sk"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_award_is_handed_out_once() {
    let world = World::new().await;
    let id = usual(&world).await;
    let give = json!({"v": 1, "move": "award", "to": "guest", "amount": 2000, "currency": "CNY"});
    let given = moved(&world, &id, FOLLOWS, give.clone()).await;
    assert_eq!(given.status, 200, "{}", given.text);
    assert!(given.json()["award"].get("code").is_none(), "{}", given.text);
    assert_eq!(moved(&world, &id, FOLLOWS, give).await.status, 200, "sent twice");
    let second = json!({"v": 2, "move": "award", "to": "guest", "amount": 5000, "currency": "CNY"});
    assert_eq!(moved(&world, &id, FOLLOWS, second).await.problem(), (409, "case-moved".into()));
    let code = code(&world).await;
    assert!(code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    assert_eq!(claim(&world, "follow:store/13", 12, &code).await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(claim(&world, "follow:", 13, &code).await.problem(), (404, "award-unknown".into()));
    assert_eq!(claim(&world, "follow:", 4040, &code).await.problem(), (404, "store-unknown".into()));
    for wrong in ["0000000000", "", "x", "123456789", "12345678901", "１２３４５６７８９０"] {
        assert_eq!(claim(&world, FOLLOWS, 12, wrong).await.problem(), (404, "award-unknown".into()), "{wrong}");
    }
    let at_once = join_all((0..16).map(|_| claim(&world, FOLLOWS, 12, &code))).await;
    let (made, late): (Vec<_>, Vec<_>) = at_once.iter().partition(|reply| reply.status == 200);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].json(), json!({"amount": 2000, "currency": "CNY", "redeemed": true}));
    assert!(late.iter().all(|reply| reply.problem() == (409, "award-redeemed".into())));
    let shown = case(&world, &id).await;
    assert!(shown["award"]["redeemed_at"].is_string(), "{shown}");
    assert_eq!(shown["log"].as_array().unwrap().iter().filter(|done| done["what"] == "redeemed").count(), 1);
}

#[tokio::test]
async fn a_hand_out_whose_reply_was_lost_is_one() {
    let world = World::new().await;
    let id = usual(&world).await;
    let give = json!({"v": 1, "move": "award", "to": "guest", "amount": 2000, "currency": "CNY"});
    assert_eq!(moved(&world, &id, FOLLOWS, give).await.status, 200);
    let code = code(&world).await;
    world.proxy.lose_replies("UpdateItem", 1);
    assert_eq!(claim(&world, FOLLOWS, 12, &code).await.status, 200);
    assert_eq!(claim(&world, FOLLOWS, 12, &code).await.problem(), (409, "award-redeemed".into()));
}

#[tokio::test]
async fn an_award_for_staff_has_no_code_and_one_of_an_answer_taken_back_is_gone() {
    let world = World::new().await;
    let praise = opened(&world, Severity::Praise, crate::harness::answers().text("小林很热情")).await;
    let give = json!({"v": 1, "move": "award", "to": "staff", "amount": 5000, "currency": "CNY"});
    assert_eq!(moved(&world, &praise, FOLLOWS, give).await.json()["award"]["to"], "staff");
    assert!(world.items("AWARD#").await.is_empty());

    let guests = unhappy();
    let key = CaseKey::from(guests.visits(world.keyring())[0].0);
    let id = opened(&world, Severity::Normal, guests).await;
    let give = json!({"v": 1, "move": "award", "to": "guest", "amount": 2000, "currency": "CNY"});
    assert_eq!(moved(&world, &id, FOLLOWS, give).await.status, 200);
    let code = code(&world).await;
    let store = world.stack.app.catalog.store(id.store, Timestamp::now()).await.unwrap().unwrap();
    withdraw(&world.stack.app.table, &key, &store, Timestamp::now(), Uuid::new_v4()).await.unwrap();
    assert_eq!(claim(&world, FOLLOWS, 12, &code).await.problem(), (404, "award-unknown".into()));
}

#[tokio::test]
async fn where_awards_are_handed_out_is_listed_by_what_one_follows() {
    let world = World::new().await;
    let listed = async |scopes: &str| {
        let stores = world.call(Method::GET, "/awards", scopes, Value::Null).await.json();
        stores["stores"].as_array().unwrap().len()
    };
    assert_eq!((listed("follow:").await, listed(FOLLOWS).await), (12, 1));
    let east = listed("follow:cn/east").await;
    assert!(east > 1 && east < 12);
}
