//! The log of notices: their outcome, and nothing of the payer, of the content or of any key.

use std::collections::BTreeSet;

use jiff::ToSpan;
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{
    API_V3_KEY, SQUARE_KEY, STANDARD_SECRET, STRIPE_SECRET, account, alipay, noon, paid, payment, refunded, square,
    standard, stripe, transaction, wechat,
};
use super::vectors::{Outcome, vectors};
use crate::replies::log::Log;

/// Texts of notices that say who paid, what for, or how it was signed.
const HIDDEN: [&str; 21] = [
    "oUpF8u",
    "wxd678efh567hg6787",
    "069T5Zoq8zFQf",
    "2088102534368455",
    "guest-1",
    "guest@example",
    "Guest@example",
    "CUST12",
    "4200001234",
    "2026112122001468450512505578",
    "pi_12",
    "KkAk12",
    "4711",
    "store=12",
    "table",
    "18800",
    "188.00",
    "uluk4a9R25RW",
    "南京路",
    "支付成功",
    "of_the_tests",
];

fn check(what: &str, lines: &[Value], more: &[&str]) {
    let text = json!(lines).to_string();
    for hidden in HIDDEN.iter().chain([&API_V3_KEY, &SQUARE_KEY, &STANDARD_SECRET, &STRIPE_SECRET]).chain(more) {
        assert!(!text.contains(hidden), "{what}: {hidden} in {text}");
    }
    for line in lines {
        assert!(line["outcome"].is_string() && line["function"] == "receive-payment", "{line}");
    }
}

/// One notice for each thing that may become of one.
fn notices() -> Vec<(&'static str, Notice)> {
    let now = noon();
    let mut forged = payment("4711", Some("guest-1"), now);
    forged.body.push(b' ');
    let mut other_serial = wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), API_V3_KEY, now);
    other_serial.headers[2].1 = "5F1C72E2A8931B72".to_owned();
    let other_key = wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), "AnotherKeyOfThirtyTwoBytes_Tests", now);
    let square_payment = json!({"id": "KkAk12", "status": "COMPLETED", "created_at": now, "location_id": "L12",
        "total_money": {"amount": 18800, "currency": "USD"}, "customer_id": "CUST12"});
    let intent = json!({"id": "pi_12", "object": "payment_intent", "status": "succeeded", "amount_received": 18800,
        "currency": "cny", "metadata": {"store": "12"}, "receipt_email": "Guest@example.com"});
    vec![
        ("payment-linked", payment("4711", Some("guest-1"), now)),
        ("payment-repeated", payment("4711", Some("guest-1"), now)),
        ("payment-quiet", payment("4711-2", Some("guest-1"), now)),
        ("payment-late", paid("4711-3", now - 90.hours(), json!({"payer": "guest-1"}), now)),
        ("payment-unmapped", paid("4711-4", now, json!({"payer": "guest-1", "store": "guest@example"}), now)),
        ("payment-refunded", refunded("4711", now)),
        ("notice-unreadable", standard(&json!({"type": "payment.succeeded", "data": {"payer": "guest-1"}}), now)),
        ("notice-self-test", standard(&json!({"type": "payment.test", "data": {"payer": "guest-1"}}), now)),
        ("notice-passed-over", standard(&json!({"type": "order.created", "data": {"payer": "guest-1"}}), now)),
        ("notice-refused", forged.clone()),
        ("notice-refused", payment("4711", Some("guest-1"), now).at(now + 1.hour())),
        ("notice-refused", other_serial),
        ("notice-unreadable", other_key),
        ("payment-linked", wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), API_V3_KEY, now)),
        ("payment-linked", alipay(&[], now)),
        ("payment-linked", stripe("payment_intent.succeeded", now, &intent, now)),
        ("payment-linked", square("square", &square_payment, now)),
    ]
}

#[tokio::test]
async fn what_became_of_a_notice_is_logged_and_nothing_that_it_says() {
    let desk = Desk::new().await;
    for provider in ["wechat", "alipay", "stripe", "square", "standard"] {
        desk.put(provider, account(provider)).await;
    }
    Log::listen();
    for (outcome, notice) in notices() {
        desk.send(notice.provider, &notice).await;
        let lines = Log::taken();
        let outcomes: BTreeSet<&str> = lines.iter().filter_map(|line| line["outcome"].as_str()).collect();
        assert!(outcomes.contains(outcome), "{outcome}: {lines:?}");
        assert_eq!(lines[0]["account"], notice.provider, "{lines:?}");
        check(outcome, &lines, &[]);
    }
}

#[tokio::test]
async fn a_table_that_is_away_is_logged_without_the_notice() {
    let desk = Desk::new().await;
    desk.put("standard", account("standard")).await;
    let notice = payment("4711", Some("guest-1"), noon());
    let mut forged = notice.clone();
    forged.body.push(b' ');
    desk.send("standard", &forged).await;
    desk.world.proxy.set_down(true);
    Log::listen();
    assert_eq!(desk.send("standard", &notice).await.status, 503);
    desk.world.proxy.set_down(false);
    // A payment that an earlier version wrote otherwise: it can't be read, and none of it is repeated.
    desk.take("standard", &notice).await;
    let item = desk.only("P#").await;
    let spoilt = json!({"TableName": aftertaste_local::TABLE, "Key": {"pk": {"S": item["pk"]}, "sk": {"S": "-"}},
        "UpdateExpression": "SET payment = :payment", "ExpressionAttributeValues": {":payment": {"S": "guest-1"}}});
    crate::harness::proxy::ask(&desk.world.proxy.url, "UpdateItem", &spoilt).await;
    assert_eq!(desk.send("standard", &notice).await.status, 503);
    let lines = Log::taken();
    assert!(lines.iter().any(|line| line["level"] == "ERROR"), "{lines:?}");
    let key = item["pk"].as_str().unwrap();
    check("away", &lines, &[key, item["payment"].as_str().unwrap()]);
}

#[tokio::test]
async fn no_vector_leaves_its_signature_its_body_or_its_payer_in_the_log() {
    let desk = Desk::new().await;
    for provider in ["wechat", "alipay", "stripe", "square", "standard"] {
        for (i, vector) in vectors(provider).iter().enumerate() {
            if vector.outcome() == Outcome::NoSuchAccount {
                continue;
            }
            let id = format!("{provider}-{i}");
            desk.put(&id, vector.account.clone()).await;
            Log::listen();
            desk.send(&id, &vector.notice).await;
            let lines = Log::taken();
            assert!(!lines.is_empty(), "{}", vector.name);
            let secret = vector.account["secrets"][0].as_str().unwrap_or("none of Alipay's");
            let body = String::from_utf8_lossy(&vector.notice.body).into_owned();
            let start: String = body.chars().take(30).collect();
            let text = json!(lines).to_string();
            for hidden in ["oUpF8u", "069T5Zoq8zFQf", "guest", "4200001", "支付", secret, &start] {
                assert!(!text.contains(hidden), "{}: {hidden} in {text}", vector.name);
            }
            for (name, value) in &vector.notice.headers {
                let is_public = name.ends_with("Serial") || value.len() < 24 || name.ends_with("Type");
                assert!(is_public || !text.contains(value.as_str()), "{}: {name} in {text}", vector.name);
            }
        }
    }
}
