//! Notices that are rightly signed and say odd things: none brings a call down, and what they leave can be read.

use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{
    API_V3_KEY, account, alipay, noon, paid, square, standard, standard_bytes, stripe, transaction, wechat,
    wechat_signed,
};

/// Values that no provider sends, but for mistakes.
fn odd() -> Vec<Value> {
    let nested = (0..100).fold(json!("x"), |inner, _| json!([inner]));
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("0"),
        json!(" 12 "),
        json!("12\n"),
        json!("x".repeat(100_000)),
        json!("味".repeat(5_000)),
        json!("\u{0}\u{1b}[2J"),
        json!("\u{202e}gnp.exe"),
        json!("../../etc"),
        json!("#$%&/"),
        json!([]),
        json!({}),
        json!({"a": {"b": [1, 2, 3]}}),
        json!(vec!["x"; 2_000]),
        nested,
        json!("9999-12-31T23:59:59Z"),
        json!("0000-01-01T00:00:00Z"),
        json!("2026-11-21T12:31:07"),
        json!("2026-02-30T12:31:07+08:00"),
    ]
}

/// A base with each of the odd values at each of some places.
fn spoilt(base: &Value, places: &[&str]) -> Vec<Value> {
    let mut all = Vec::new();
    for place in places {
        let (object, name) = place.rsplit_once('/').unwrap();
        for value in odd() {
            let mut other = base.clone();
            other.pointer_mut(object).unwrap()[name] = value;
            all.push(other);
        }
    }
    all
}

/// Sends all, of which none is refused for its signature and none breaks anything.
async fn check(desk: &Desk, account: &str, notices: impl IntoIterator<Item = (String, Notice)>, unreadable: u16) {
    let (mut taken, mut not) = (0, 0);
    for (what, notice) in notices {
        let status = desk.send(account, &notice).await.status.as_u16();
        let what: String = what.chars().take(900).collect();
        assert!(status == 200 || status == unreadable, "{status}: {what}");
        if status == 200 { taken += 1 } else { not += 1 }
    }
    assert!(taken > 10 && not > 10, "{account}: {taken} taken, {not} not");
    // An operator and the outbox can read everything that was left.
    desk.shown(account).await;
    let events = desk.events().await;
    assert_eq!(events.len(), desk.world.items("EVENT#").await.len());
    for event in &events {
        desk.claim(event);
        assert!(event.to_string().len() < 4_000, "{event}");
    }
    for item in desk.world.items("V#").await {
        assert!(json!(item).to_string().len() < 40_000, "{item:?}");
    }
}

async fn desk(provider: &str) -> Desk {
    let desk = Desk::asking(json!({"quiet_days": 30})).await;
    desk.put(provider, account(provider)).await;
    desk
}

#[tokio::test]
async fn odd_payments_of_a_till_are_taken_or_named() {
    let desk = desk("standard").await;
    let data = json!({"payment": "4711", "store": 12, "paid_at": noon(), "payer": "guest-1", "fields": {}});
    let base = json!({"type": "payment.succeeded", "timestamp": noon(), "data": data});
    let places = [
        "/type",
        "/timestamp",
        "/data",
        "/data/payment",
        "/data/store",
        "/data/paid_at",
        "/data/payer",
        "/data/amount",
        "/data/currency",
        "/data/table",
        "/data/staff",
        "/data/items",
        "/data/fields",
        "/data/fields/shift",
    ];
    let notices = spoilt(&base, &places).into_iter().map(|event| (event.to_string(), standard(&event, noon())));
    check(&desk, "standard", notices.collect::<Vec<_>>(), 422).await;
}

#[tokio::test]
async fn odd_payments_of_wechat_pay_are_taken_or_come_again() {
    let desk = desk("wechat").await;
    let base = transaction(&json!({}));
    let places = [
        "/mchid",
        "/appid",
        "/out_trade_no",
        "/transaction_id",
        "/trade_state",
        "/attach",
        "/success_time",
        "/payer",
        "/payer/openid",
        "/amount",
        "/amount/total",
        "/amount/currency",
        "/scene_info",
        "/combine_out_trade_no",
        "/sub_orders",
    ];
    let events = ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"];
    let notices = spoilt(&base, &places).into_iter().zip(events.into_iter().cycle());
    let notices = notices.map(|(said, event)| (said.to_string(), wechat(event, &said, API_V3_KEY, noon())));
    check(&desk, "wechat", notices.collect::<Vec<_>>(), 500).await;
}

#[tokio::test]
async fn odd_events_of_stripe_are_taken_or_come_again() {
    let desk = desk("stripe").await;
    let base = json!({"id": "ch_1", "object": "charge", "paid": true, "captured": true, "amount": 18800,
        "currency": "cny", "created": noon().as_second(), "payment_intent": "pi_1", "metadata": {"store": "12"},
        "payment_method_details": {"card_present": {}}, "receipt_email": "guest@example.com"});
    let places = [
        "/id",
        "/object",
        "/paid",
        "/captured",
        "/created",
        "/payment_intent",
        "/metadata",
        "/metadata/store",
        "/payment_method_details",
        "/payment_method_details/card_present/location",
        "/receipt_email",
        "/customer",
        "/amount",
        "/currency",
    ];
    let notices = spoilt(&base, &places).into_iter();
    let notices = notices.map(|said| (said.to_string(), stripe("charge.succeeded", noon(), &said, noon())));
    check(&desk, "stripe", notices.collect::<Vec<_>>(), 500).await;
}

#[tokio::test]
async fn odd_payments_of_square_are_taken_or_come_again() {
    let desk = desk("square").await;
    let base = json!({"id": "K1", "status": "COMPLETED", "created_at": noon(), "location_id": "L12",
        "total_money": {"amount": 18800, "currency": "USD"}, "customer_id": "C1"});
    let places = [
        "/id",
        "/status",
        "/created_at",
        "/location_id",
        "/total_money",
        "/total_money/amount",
        "/total_money/currency",
        "/refunded_money",
        "/customer_id",
        "/buyer_email_address",
        "/order_id",
        "/offline_payment_details",
    ];
    let notices = spoilt(&base, &places).into_iter();
    let notices = notices.map(|said| (said.to_string(), square("square", &said, noon())));
    check(&desk, "square", notices.collect::<Vec<_>>(), 500).await;
}

#[tokio::test]
async fn odd_forms_of_alipay_are_taken_or_come_again() {
    let desk = desk("alipay").await;
    let mut notices = Vec::new();
    for name in [
        "app_id",
        "buyer_open_id",
        "gmt_payment",
        "notify_type",
        "out_trade_no",
        "passback_params",
        "subject",
        "total_amount",
        "trade_no",
        "trade_status",
        "refund_fee",
        "store_id",
    ] {
        for value in odd().iter().filter_map(Value::as_str).chain(["9999-12-31 23:59:59", "a&b=c", "%", "%25zz", "+"]) {
            notices.push((format!("{name}={value}"), alipay(&[(name, value)], noon())));
        }
    }
    check(&desk, "alipay", notices, 500).await;
}

#[tokio::test]
async fn bodies_that_are_no_json_are_told_as_unreadable_or_refused() {
    let desk = Desk::new().await;
    for provider in ["wechat", "standard", "stripe", "square", "alipay"] {
        desk.put(provider, account(provider)).await;
    }
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let bodies = [
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe{}".to_vec(),
        br#"{"type": "payment.succeeded"}{}"#.to_vec(),
        deep,
    ];
    for body in bodies {
        let start: String = String::from_utf8_lossy(&body).chars().take(30).collect();
        assert_eq!(desk.send("standard", &standard_bytes(body.clone(), noon())).await.status, 422, "{start}");
        assert_eq!(desk.send("wechat", &wechat_signed(body.clone(), noon())).await.status, 500, "{start}");
        for provider in ["wechat", "standard", "stripe", "square", "alipay"] {
            let unsigned = Notice { provider, headers: Vec::new(), body: body.clone(), now: noon() };
            assert_eq!(desk.send(provider, &unsigned).await.status, 401, "{provider} {start}");
        }
    }
    assert_eq!(desk.left().await.len(), 0);
}

#[tokio::test]
async fn the_payer_of_an_event_is_left_out_where_it_is_longer_than_any_providers() {
    let desk = desk("standard").await;
    for (length, told) in [(256, true), (257, false)] {
        let payer = "g".repeat(length);
        desk.send("standard", &paid(&payer, noon(), json!({"payer": payer}), noon())).await;
        let event = desk.events().await.remove(0);
        assert_eq!(event["data"].get("payer").is_some(), told, "{length}");
        assert_eq!(desk.left().await["Q#"], 1, "kept as its hash all the same");
        desk.wipe().await;
    }
}
