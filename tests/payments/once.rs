//! One payment is one visit, one link and one event, however often and by whichever events it is reported.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{account, alipay, noon, square, stripe};
use super::vectors::{Vector, vectors};

/// One payment, its account, and the notices that report it.
pub struct Told {
    pub account: Value,
    pub notices: Vec<Notice>,
}

/// Three events of one payment with different ids and minutes. Only the charge knows the terminal.
pub fn by_stripe() -> Told {
    let now = noon();
    let intent = json!({"id": "pi_12", "object": "payment_intent", "status": "succeeded", "amount_received": 18800,
        "currency": "cny", "metadata": {"store": "12"}, "receipt_email": "Guest@example.com"});
    let charge = json!({"id": "ch_12", "object": "charge", "paid": true, "captured": true, "amount": 18800,
        "currency": "cny", "created": (now - 3.minutes()).as_second(), "payment_intent": "pi_12",
        "payment_method_details": {"card_present": {"location": "tml_12"}}, "receipt_email": "guest@example.com"});
    let session = json!({"id": "cs_12", "object": "checkout.session", "payment_status": "paid", "mode": "payment",
        "payment_intent": "pi_12", "metadata": {"store": "12"}, "amount_total": 18800, "currency": "cny",
        "customer_details": {"email": "guest@example.com"}});
    let notices = vec![
        stripe("payment_intent.succeeded", now - 2.minutes(), &intent, now),
        stripe("charge.succeeded", now - 3.minutes(), &charge, now),
        stripe("checkout.session.completed", now - 1.minute(), &session, now),
    ];
    Told { account: account("stripe"), notices }
}

/// By a certificate and by a public key, as in the days when WeChat Pay moves a merchant from one to the other.
pub fn by_wechat() -> Told {
    let vectors = vectors("wechat");
    let named = |name: &str| vectors.iter().find(|vector| vector.name.ends_with(name)).unwrap();
    let [one, other]: [&Vector; 2] = ["direct-merchant-by-certificate", "direct-merchant-by-public-key"].map(named);
    Told { account: one.account.clone(), notices: vec![one.notice.clone(), other.notice.clone()] }
}

/// Updated twice: with its fees, and after a part was paid back.
pub fn by_square() -> Told {
    let now = noon();
    let payment = |more: Value| {
        let mut said = json!({"id": "KkAk12", "status": "COMPLETED", "created_at": now - 26.seconds(),
            "location_id": "L12", "total_money": {"amount": 18800, "currency": "USD"}, "customer_id": "CUST12"});
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said
    };
    let fees = payment(json!({"processing_fee": [{"amount_money": {"amount": 500, "currency": "USD"}}]}));
    let refunded = payment(json!({"refunded_money": {"amount": 1000, "currency": "USD"}}));
    let told = [payment(json!({})), fees, refunded];
    Told {
        account: account("square"),
        notices: told.iter().zip(0..).map(|(said, i)| square("till", said, now + i.minutes())).collect(),
    }
}

/// Reported again when a part is paid back, and when it is finished.
pub fn by_alipay() -> Told {
    let now = noon();
    let part = [("refund_fee", "20.00"), ("gmt_refund", "2026-11-21 12:50:00.000"), ("out_biz_no", "R-1")];
    let notices = vec![
        alipay(&[], now),
        alipay(&part, now + 19.minutes()),
        alipay(&[("trade_status", "TRADE_FINISHED")], now + 20.minutes()),
    ];
    Told { account: account("alipay"), notices }
}

/// That the table has one of each, and that all of them are about one visit.
pub async fn check_one(desk: &Desk, what: &str) {
    let one = BTreeMap::from([("P#", 1), ("Q#", 1), ("V#", 1), ("EVENT#", 1)]);
    assert_eq!(desk.left().await, one, "{what}");
    let events = desk.events().await;
    let visit = desk.claim(&events[0]).visit;
    let (payment, context, quiet) = (desk.only("P#").await, desk.only("V#").await, desk.only("Q#").await);
    let minute = visit.minute.start().as_second();
    assert_eq!((&payment["minute"], &payment["state"]), (&json!(minute), &json!("new")), "{what}");
    assert_eq!(payment["payment"], visit.payment.to_string(), "{what}");
    assert_eq!(context["pk"], "V#12", "{what}");
    assert_eq!(quiet["paid"], minute, "{what}");
    let sk = context["sk"].as_str().unwrap();
    assert!(sk.ends_with(&format!("#{}", visit.payment)), "{what}: {sk}");
    assert_eq!(quiet["visit"], format!("{sk}#12"), "{what}");
}

async fn ten_at_once_and_in_any_order_are_one(told: Told) {
    let desk = Desk::new().await;
    desk.put("till", told.account.clone()).await;
    let mut rng = fastrand::Rng::with_seed(2026);
    let mut minutes = BTreeSet::new();
    for round in 0..12 {
        let mut notices: Vec<&Notice> = told.notices.iter().cycle().take(10).collect();
        rng.shuffle(&mut notices);
        if round % 2 == 0 {
            let replies = join_all(notices.iter().map(|notice| desk.send("till", notice))).await;
            assert!(replies.iter().all(|reply| reply.status == 200), "round {round}");
        } else {
            for notice in &notices {
                desk.take("till", notice).await;
            }
        }
        check_one(&desk, &format!("round {round}")).await;
        minutes.insert(desk.only("P#").await["minute"].as_i64().unwrap());
        desk.wipe().await;
    }
    // Those of Stripe have three minutes: whichever came first has fixed it, and so each has at times.
    let different = if told.notices[0].provider == "stripe" { 2..=3 } else { 1..=1 };
    assert!(different.contains(&minutes.len()), "{minutes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_notices_of_three_events_of_stripe_are_one_payment() {
    ten_at_once_and_in_any_order_are_one(by_stripe()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_notices_of_wechat_pay_by_two_keys_are_one_payment() {
    ten_at_once_and_in_any_order_are_one(by_wechat()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_notices_of_square_with_fees_and_a_refund_in_part_are_one_payment() {
    ten_at_once_and_in_any_order_are_one(by_square()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_notices_of_alipay_with_a_refund_in_part_and_its_end_are_one_payment() {
    ten_at_once_and_in_any_order_are_one(by_alipay()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_combined_order_is_two_payments_and_its_guest_is_asked_once() {
    use super::signing::{API_V3_KEY, transaction, wechat};
    let desk = Desk::new().await;
    desk.put("till", account("wechat")).await;
    let order = |id: &str, store: u32| {
        let attach = format!("store={store}");
        transaction(
            &json!({"transaction_id": id, "attach": attach, "amount": {"total_amount": 1000, "currency": "CNY"}}),
        )
    };
    let whole = json!({"combine_mchid": "1900000109", "combine_appid": "wx1", "combine_out_trade_no": "C20261121",
        "combine_payer_info": {"openid": "oUpF8uMuAJO"}, "sub_orders": [order("4201", 12), order("4202", 13)]});
    let notice = wechat("TRANSACTION.SUCCESS", &whole, API_V3_KEY, noon());
    for _ in 0..3 {
        let replies = join_all((0..4).map(|_| desk.send("till", &notice))).await;
        assert!(replies.iter().all(|reply| reply.status == 200));
    }
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 2), ("Q#", 1), ("V#", 1), ("EVENT#", 1)]));
    let states: BTreeSet<String> = desk.world.items("P#").await.iter().map(|item| item["state"].to_string()).collect();
    assert_eq!(states.len(), 2, "{states:?}");
}
