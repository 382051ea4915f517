//! Payments that lead to no store: listed for an operator, by the values that could name the store, without the payer.

use std::collections::BTreeMap;

use jiff::ToSpan;
use serde_json::{Value, json};

use super::desk::Desk;
use super::once::{by_stripe, check_one};
use super::signing::{API_V3_KEY, account, noon, paid, payment, transaction, wechat};

#[tokio::test]
async fn payments_without_a_store_are_listed_by_value_and_tell_nothing_of_their_payers() {
    let desk = Desk::new().await;
    let mut till = account("wechat");
    till["stores"] =
        json!([{"from": "attached", "name": "store", "is": {"A": 12}}, {"from": "order", "begins": {"SH12-": 12}}]);
    desk.put("main", till).await;
    let now = noon();
    let said = |more: Value| transaction(&more);
    for (more, minutes) in [
        (json!({"attach": "store=B;guest=li", "transaction_id": "4201"}), 0),
        (json!({"attach": "store=B", "transaction_id": "4202"}), 5),
        (json!({"attach": "hello", "out_trade_no": "BJ07-20261121123100", "transaction_id": "4203"}), 6),
    ] {
        let now = now + minutes.minutes();
        desk.take("main", &wechat("TRANSACTION.SUCCESS", &said(more), API_V3_KEY, now)).await;
    }
    let listed = desk.shown("main").await["unmapped"].clone();
    let expected = json!([
        {"value": "order BJ07-", "notices": 1, "first": now + 6.minutes(), "last": now + 6.minutes()},
        {"value": "attached store=B", "notices": 2, "first": now, "last": now + 5.minutes()},
    ]);
    assert_eq!(listed, expected);
    assert_eq!(desk.left().await, BTreeMap::from([("UNMAPPED", 2)]));
    let table = json!(desk.world.items("").await).to_string() + &desk.shown("main").await.to_string();
    for hidden in ["oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "4201", "4202", "4203", "20261121123100", "guest=li"] {
        assert!(!table.contains(hidden), "{hidden}");
    }
    assert_eq!(desk.shown("main").await["seen"]["payment-unmapped"]["notices"], 3);
}

#[tokio::test]
async fn a_value_is_listed_for_thirty_days_after_it_came_last() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let now = noon();
    desk.take("till", &paid("1", now, json!({"store": "Nanjing Road"}), now)).await;
    let item = desk.only("UNMAPPED").await;
    assert_eq!(item["expires"], json!((now + (30 * 24).hours()).as_second()));
    desk.take("till", &paid("2", now + 72.hours(), json!({"store": "Nanjing Road"}), now + 72.hours())).await;
    let item = desk.only("UNMAPPED").await;
    assert_eq!((&item["expires"], &item["notices"]), (&json!((now + (33 * 24).hours()).as_second()), &json!(2)));
}

#[tokio::test]
async fn an_event_that_maps_to_no_store_does_not_stand_in_the_way_of_one_that_does() {
    let desk = Desk::new().await;
    let told = by_stripe();
    // The intent says a store that there is not, the charge the terminal that there is.
    let mut till = told.account.clone();
    till["stores"] = json!([{"from": "location", "is": {"tml_12": 12}}]);
    desk.put("till", till).await;
    let [intent, charge, session] = &told.notices[..] else { panic!() };
    for notice in [intent, session] {
        desk.take("till", notice).await;
        assert_eq!(desk.left().await.keys().copied().collect::<Vec<_>>(), ["UNMAPPED"]);
    }
    desk.take("till", charge).await;
    for notice in [intent, session, charge] {
        desk.take("till", notice).await;
    }
    let mut left = desk.left().await;
    assert_eq!(left.remove("UNMAPPED"), Some(1));
    assert_eq!(left, BTreeMap::from([("P#", 1), ("Q#", 1), ("V#", 1), ("EVENT#", 1)]));
    let claim = desk.claim(&desk.events().await[0]);
    assert_eq!(claim.visit.minute.start().to_string(), "2026-11-21T04:28:00Z", "the charge's own");
}

#[tokio::test]
async fn a_rule_to_a_store_that_was_not_there_is_passed_over_for_the_next() {
    let desk = Desk::new().await;
    let mut till = account("stripe");
    till["stores"] = json!([{"from": "metadata.shop"}, {"from": "metadata.store"}]);
    desk.put("till", till).await;
    let mut told = by_stripe();
    let object = json!({"id": "pi_12", "object": "payment_intent", "status": "succeeded", "amount_received": 18800,
        "currency": "cny", "metadata": {"shop": "4040", "store": "12"}, "receipt_email": "guest@example.com"});
    told.notices = vec![super::signing::stripe("payment_intent.succeeded", noon(), &object, noon())];
    desk.take("till", &told.notices[0]).await;
    check_one(&desk, "the second rule").await;
}

#[tokio::test]
async fn mapping_a_value_later_asks_of_the_payment_that_is_told_again() {
    let mut desk = Desk::new().await;
    let mut till = account("standard");
    till["stores"] = json!([{"from": "location", "is": {"Nanjing Road": 13}}]);
    desk.put("till", till.clone()).await;
    let notice = payment("4711", Some("guest-1"), noon());
    desk.take("till", &notice).await;
    assert_eq!(desk.events().await.len(), 0);
    till["stores"] = json!([{"from": "location"}]);
    desk.put("till", till).await;
    desk.forget();
    desk.take("till", &notice).await;
    assert_eq!(desk.events().await.len(), 1);
}
