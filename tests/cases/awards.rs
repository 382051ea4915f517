//! Awards: given under ten digits that the guest alone sees, and handed out once.

use aftertaste::{
    cases::{push, withdraw},
    domain::{
        case::{Award, AwardTo, Move, Moving},
        survey::Severity,
    },
    table::CaseKey,
};
use futures::future::join_all;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{FOLLOWS, case, moved, opened, unhappy, usual};
use crate::harness::{
    Answer, Guests, World,
    browser::{Browser, list},
};
use crate::people::stores;

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
async fn an_award_is_in_a_currency_that_there_is() {
    let world = World::new().await;
    let id = usual(&world).await;
    let give = |currency: &str| json!({"v": 1, "move": "award", "to": "staff", "amount": 2000, "currency": currency});
    for wrong in ["RMB", "ABC", "cny", "CN", "CNYY", "人民币", "XXY", ""] {
        let refused = moved(&world, &id, FOLLOWS, give(wrong)).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{wrong}");
        assert!(refused.text.contains("currency is a code of ISO 4217, such as CNY."), "{}", refused.text);
    }
    for currency in ["TWD", "JPY", "KWD", "CNY"] {
        let id = usual(&world).await;
        assert_eq!(moved(&world, &id, FOLLOWS, give(currency)).await.json()["award"]["currency"], currency);
    }
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

/// A guest's visit of ninety days before their award, which is given at an instant and handed out at another.
async fn awarded(world: &World, guests: Guests, (to, amount): (AwardTo, u64), at: Timestamp, redeemed: bool) {
    let guests = guests.paid(at - 2_160.hours());
    let key = CaseKey::from(guests.visits(world.keyring())[0].0);
    let id = opened(world, Severity::Normal, guests).await;
    let table = &world.stack.app.table;
    let store = world.stack.app.catalog.store(id.store, at).await.unwrap().unwrap();
    let moving = |at| Moving { by: "mei", at, id: Uuid::new_v4(), store: &store };
    let (currency, by, code) = ("CNY".into(), "mei".into(), (to == AwardTo::Guest).then(|| "0123456789".into()));
    let award = Move::Award(Award { amount, currency, to, by, at, code, redeemed_at: None });
    assert!(matches!(push(table, &key, &award, moving(at)).await.unwrap(), aftertaste::cases::Pushed::Made(_)));
    if redeemed {
        push(table, &key, &Move::Redeem, moving(Timestamp::now())).await.unwrap();
    }
}

#[tokio::test]
async fn awards_are_summed_up_by_store_and_month_and_never_by_person() {
    let world = World::new().await;
    let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
    let first = Timestamp::now().to_zoned(shanghai.clone()).date().first_of_month();
    let begins = first.to_zoned(shanghai).unwrap().timestamp();
    // Half an hour into the month at the store, and still the month before it in UTC.
    let (lately, before) = (begins + 30.minutes(), begins - 1.second());
    awarded(&world, unhappy(), (AwardTo::Guest, 2_000), lately, true).await;
    awarded(&world, unhappy(), (AwardTo::Guest, 3_000), lately, false).await;
    awarded(&world, unhappy().store(13), (AwardTo::Guest, 700), before, false).await;
    for (store, n) in [(12, 5), (13, 4)] {
        for _ in 0..n {
            awarded(&world, unhappy().store(store), (AwardTo::Staff, 10_000), lately, false).await;
        }
    }
    let month = |at: jiff::civil::Date| at.strftime("%Y-%m").to_string();
    let (this, last) = (month(first), month(first.yesterday().unwrap()));
    let read = async |query: &str, scopes: &str| {
        world.call(Method::GET, &format!("/awards?{query}"), scopes, Value::Null).await
    };
    let shown = read(&format!("month={this}"), "follow:").await.json();
    assert_eq!((&shown["month"], shown["stores"].as_array().unwrap().len()), (&json!(this), 12));
    let name = |store: usize| {
        shown["stores"].as_array().unwrap().iter().find(|at| at["store"] == store).unwrap()["name"].clone()
    };
    let of_12 = json!({"store": 12, "name": name(12),
        "guests": {"CNY": {"n": 2, "amount": 5_000, "redeemed": {"n": 1, "amount": 2_000}}},
        "staff": {"CNY": {"n": 5, "amount": 50_000}}});
    let of_13 = json!({"store": 13, "name": name(13), "guests": {}, "staff": {"CNY": null}});
    assert_eq!(shown["awards"], json!([of_12, of_13]));
    assert!(!shown.to_string().contains("mei"), "{shown}");
    let of = async |query: &str| read(query, FOLLOWS).await.json()["awards"].clone();
    assert_eq!(of(&format!("month={this}")).await, json!([of_12]), "of a store's own people");
    assert_eq!(of(&format!("month={this}&scope=store/12")).await, json!([of_12]));
    let earlier = read(&format!("month={last}&scope=cn"), "follow:cn").await.json();
    let given = json!({"CNY": {"n": 1, "amount": 700, "redeemed": {"n": 0, "amount": 0}}});
    assert_eq!(earlier["awards"], json!([{"store": 13, "name": name(13), "guests": given, "staff": {}}]));

    for query in ["month=2026-13", "month=2026-1", "month=2026-11-01", "month=now", "scope=store/12"] {
        assert_eq!(read(query, FOLLOWS).await.problem(), (422, "invalid".into()), "{query}");
    }
    for (scope, expected) in [("store/13", (403, "grant-insufficient")), ("cn", (403, "grant-insufficient"))] {
        let refused = read(&format!("month={this}&scope={scope}"), FOLLOWS).await;
        assert_eq!(refused.problem(), (expected.0, expected.1.into()), "{scope}");
    }
    for scope in ["mars", "store/4040", "CN"] {
        let refused = read(&format!("month={this}&scope={scope}"), "follow:").await;
        assert_eq!(refused.problem(), (404, "scope-unknown".into()), "{scope}");
    }
    list(&world, "mei", json!([{"role": "everything", "scope": "*"}])).await;
    let mei = Browser::signed_in(&world, "mei").await;
    assert!(mei.open("/awards?lang=en").await.text.contains(&format!("/awards?month={this}&amp;lang=en")));
    let page = mei.open(&format!("/awards?lang=en&month={this}&scope=cn")).await.text;
    for words in
        ["2 · 50 CNY", "1 · 20 CNY", "5 · 500 CNY", "fewer than 5 · CNY", &format!("month={last}&amp;scope=cn")]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("400 CNY"), "{page}");
}

#[tokio::test]
async fn an_award_is_given_for_as_long_as_months_look_back() {
    let world = World::new().await;
    let give = json!({"v": 1, "move": "award", "to": "staff", "amount": 5000, "currency": "CNY"});
    let old = opened(&world, Severity::Praise, unhappy().hours_ago(102 * 24)).await;
    assert_eq!(case(&world, &old).await["may"]["award"], false);
    let refused = moved(&world, &old, FOLLOWS, give.clone()).await;
    assert_eq!(refused.problem(), (409, "case-moved".into()));
    assert!(refused.text.contains("An award can be given for 100 days after the visit."), "{}", refused.text);
    let late = opened(&world, Severity::Praise, unhappy().hours_ago(100 * 24)).await;
    assert_eq!(moved(&world, &late, FOLLOWS, give).await.status, 200);
}

#[tokio::test]
async fn the_awards_of_a_month_cost_half_a_unit_a_store_that_gave_none() {
    let world = World::new().await;
    stores::put_stores(&world.stack.app.table, 200, "Asia/Shanghai").await;
    let read = async || world.call(Method::GET, "/awards?month=2026-11", "follow:", Value::Null).await;
    assert_eq!(read().await.status, 200);
    world.proxy.taken();
    let shown = read().await.json();
    let (consumed, calls) = world.proxy.taken();
    let queries = calls.iter().filter(|call| *call == "Query").count();
    assert!(queries >= shown["stores"].as_array().unwrap().len(), "{calls:?}");
    assert!(
        consumed.read <= 0.5 * f64::from(u32::try_from(queries).unwrap()) && consumed.written == 0.0,
        "{consumed:?}"
    );
}
