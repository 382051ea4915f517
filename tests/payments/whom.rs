//! Which payers a survey asks, and when.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{account, alipay, noon, paid, payment, refunded, stripe};

async fn desk(invite: Value) -> Desk {
    let desk = Desk::asking(invite).await;
    desk.put("till", account("standard")).await;
    desk
}

/// The outcome of each payment, by the words of its state.
async fn states(desk: &Desk) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for item in desk.world.items("P#").await {
        *states.entry(item["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

#[tokio::test]
async fn a_guest_is_asked_once_in_thirty_days_where_nothing_is_said() {
    let desk = desk(json!({})).await;
    let pay = async |id: &str, at: Timestamp| {
        desk.take("till", &payment(id, Some("guest-1"), at)).await;
        desk.events().await.len()
    };
    let now = noon();
    assert_eq!(pay("first", now).await, 1);
    assert_eq!(pay("same day", now + 5.hours()).await, 1);
    assert_eq!(pay("29 days", now + (29 * 24).hours()).await, 1);
    assert_eq!(pay("first", now + 3.hours()).await, 1, "the first again");
    assert_eq!(pay("30 days", now + (30 * 24).hours()).await, 2);
    assert_eq!(states(&desk).await, BTreeMap::from([("new".into(), 2), ("quiet".into(), 2)]));
    // Another guest, and one whom nobody knows, are asked all the same.
    desk.take("till", &payment("other", Some("guest-2"), now)).await;
    desk.take("till", &payment("unknown", None, now)).await;
    desk.take("till", &payment("unknown too", None, now)).await;
    assert_eq!(desk.events().await.len(), 5);
}

#[tokio::test]
async fn an_older_payment_that_arrives_after_a_newer_one_stays_quiet() {
    let desk = desk(json!({"quiet_days": 7})).await;
    let now = noon();
    desk.take("till", &payment("newer", Some("guest-1"), now)).await;
    desk.take("till", &paid("older", now - 2.hours(), json!({"payer": "guest-1"}), now)).await;
    assert_eq!(states(&desk).await, BTreeMap::from([("new".into(), 1), ("quiet".into(), 1)]));
    assert_eq!(desk.events().await.len(), 1);
    let newest = now + (8 * 24).hours();
    desk.take("till", &payment("after the period", Some("guest-1"), newest)).await;
    assert_eq!(desk.events().await.len(), 2);
}

#[tokio::test]
async fn without_quiet_days_each_visit_is_asked_about_and_no_payer_is_kept() {
    let desk = desk(json!({"quiet_days": 0})).await;
    for id in ["breakfast", "lunch", "dinner"] {
        desk.take("till", &payment(id, Some("guest-1"), noon())).await;
    }
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 3), ("V#", 3), ("EVENT#", 3)]));
}

#[tokio::test]
async fn half_are_drawn_and_a_repeat_is_drawn_alike() {
    let desk = desk(json!({"share": 0.5, "quiet_days": 0})).await;
    let now = noon();
    let mut drawn = Vec::new();
    for round in 0..2 {
        for i in 0..100 {
            desk.world.proxy.taken();
            desk.take("till", &payment(&format!("payment {i}"), None, now)).await;
            let wrote = desk.world.proxy.taken().1.iter().any(|call| call == "PutItem");
            if round == 0 {
                drawn.push(wrote);
            } else {
                assert_eq!(wrote, drawn[i], "payment {i}");
            }
        }
    }
    let asked = drawn.iter().filter(|wrote| **wrote).count();
    assert!((30..=70).contains(&asked), "{asked}");
    assert_eq!(desk.left().await, BTreeMap::from([("P#", asked), ("V#", asked), ("EVENT#", asked)]));
}

/// Two events of a Stripe payment: the session has an order and an e-mail, the charge a customer.
fn two_events(i: usize) -> [Notice; 2] {
    let (id, now) = (format!("pi_{i}"), noon());
    let session = json!({"object": "checkout.session", "payment_status": "paid", "mode": "payment", "payment_intent": id,
        "metadata": {"store": "12"}, "client_reference_id": format!("order-{i}"),
        "customer_details": {"email": "guest@example.com"}});
    let charge = json!({"object": "charge", "paid": true, "captured": true, "created": now.as_second(),
        "payment_intent": id, "metadata": {"store": "12"}, "customer": "cus_1"});
    [stripe("checkout.session.completed", now, &session, now), stripe("charge.succeeded", now, &charge, now)]
}

#[tokio::test]
async fn two_events_of_a_payment_are_drawn_alike_though_one_has_no_order() {
    let desk = desk(json!({"share": 0.5, "quiet_days": 0})).await;
    let mut by_order = account("stripe");
    by_order["payment_id"] = json!("order");
    desk.put("terminals", by_order).await;
    for i in 0..60 {
        for notice in two_events(i) {
            let before = desk.events().await.len();
            desk.take("terminals", &notice).await;
            let events = desk.events().await.len();
            assert!(
                notice.body == two_events(i)[0].body || events == before,
                "the second event of {i} was drawn alone"
            );
        }
    }
}

#[tokio::test]
async fn the_first_event_of_a_payment_says_who_is_left_alone() {
    let desk = desk(json!({"quiet_days": 7})).await;
    desk.put("terminals", account("stripe")).await;
    let [by_mail, by_customer] = two_events(1);
    desk.take("terminals", &by_mail).await;
    // Cut off before the event: the other event of the payment makes it whole, and begins no second quiet period.
    desk.wipe_kinds(&["EVENT#"]).await;
    desk.take("terminals", &by_customer).await;
    assert_eq!(desk.events().await.len(), 1);
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 1), ("Q#", 1), ("EVENT#", 1)]));
}

#[tokio::test]
async fn an_event_that_leads_to_another_store_goes_by_the_survey_of_the_first() {
    let desk = desk(json!({"quiet_days": 7})).await;
    let mut other: Value = serde_json::from_str(include_str!("../../surveys/retail.json")).unwrap();
    other["link_lifetime_days"] = json!(60);
    other["invite"] = json!({"quiet_days": 0});
    assert!(desk.world.call(Method::PUT, "/surveys/retail", "admin", other).await.status.is_success());
    let store =
        json!({"name": "Lujiazui", "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai", "survey": "retail"});
    assert_eq!(desk.world.call(Method::PUT, "/stores/13", "admin", store).await.status, 200);
    let at = |store: &str| paid("4711", noon(), json!({"payer": "guest-1", "store": store}), noon());
    desk.take("till", &at("12")).await;
    let first = desk.events().await.remove(0);
    desk.wipe_kinds(&["EVENT#"]).await;
    desk.take("till", &at("13")).await;
    let second = desk.events().await.remove(0);
    assert_eq!(second["data"], first["data"]);
    // Nor is somebody asked who is left alone at the first store.
    let quiet = |store: &str| paid("4712", noon(), json!({"payer": "guest-1", "store": store}), noon());
    desk.take("till", &quiet("12")).await;
    desk.take("till", &quiet("13")).await;
    assert_eq!(desk.events().await.len(), 1);
}

#[tokio::test]
async fn whoever_pays_in_quiet_hours_is_messaged_when_they_end() {
    let desk = desk(json!({"quiet_hours": {"from": "21:30", "to": "08:00"}, "quiet_days": 0})).await;
    for (paid, send_after) in [
        ("2026-11-21T21:29:58+08:00", "2026-11-21T13:30:00Z"),
        ("2026-11-21T21:30:30+08:00", "2026-11-22T00:00:00Z"),
        ("2026-11-22T00:40:00+08:00", "2026-11-22T00:00:00Z"),
        ("2026-11-22T08:00:00+08:00", "2026-11-22T00:00:02Z"),
    ] {
        let paid: Timestamp = paid.parse().unwrap();
        // Reported two seconds later.
        desk.take("till", &payment(&paid.to_string(), None, paid + 2.seconds())).await;
        let events = desk.events().await;
        let event = &events[0];
        let expected = if send_after == "2026-11-21T13:30:00Z" { "2026-11-22T00:00:00Z" } else { send_after };
        assert_eq!(event["not_before"], expected, "{paid}");
        assert_eq!(event["data"]["send_after"], expected, "{paid}");
        assert_eq!(event["data"]["drop_after"], json!(paid + 24.hours()), "{paid}");
        desk.wipe().await;
    }
    // Awake, and reported at once.
    desk.take("till", &payment("lunch", None, noon())).await;
    assert_eq!(desk.events().await[0]["not_before"], json!(noon()));
}

#[tokio::test]
async fn who_could_be_messaged_only_after_the_hours_that_are_left_is_not_asked() {
    let desk = desk(json!({"quiet_hours": {"from": "21:30", "to": "08:00"}, "within_hours": 8})).await;
    let evening: Timestamp = "2026-11-21T22:00:00+08:00".parse().unwrap();
    desk.take("till", &payment("late", Some("guest-1"), evening)).await;
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 1)]));
    assert_eq!(states(&desk).await, BTreeMap::from([("late".into(), 1)]));
}

#[tokio::test]
async fn a_payment_of_yesterday_or_of_the_future_is_kept_and_nobody_is_asked() {
    let desk = desk(json!({"quiet_days": 0})).await;
    let now = noon();
    let within = [now - 24.hours() + 1.second(), now + 10.minutes()];
    let outside = [now - 24.hours(), now - 90.hours(), now + 10.minutes() + 1.second(), now + 400.hours()];
    for at in within {
        desk.take("till", &paid(&at.to_string(), at, json!({}), now)).await;
    }
    assert_eq!(desk.events().await.len(), 2);
    for at in outside {
        desk.take("till", &paid(&at.to_string(), at, json!({}), now)).await;
        // Also when it is reported again, an hour later.
        desk.take("till", &paid(&at.to_string(), at, json!({}), now + 1.hour())).await;
    }
    assert_eq!(desk.events().await.len(), 2);
    assert_eq!(states(&desk).await, BTreeMap::from([("new".into(), 2), ("late".into(), 4)]));
    // No link can say such a time.
    for at in ["1999-12-31T23:59:59Z", "2600-01-01T00:00:00Z"] {
        desk.take("till", &paid(at, at.parse().unwrap(), json!({}), now)).await;
    }
    assert_eq!(desk.world.items("P#").await.len(), 6);
}

#[tokio::test]
async fn a_meal_of_last_season_that_alipay_finishes_now_is_none() {
    let desk = Desk::new().await;
    desk.put("app", account("alipay")).await;
    let finished = alipay(&[("trade_status", "TRADE_FINISHED")], noon() + (92 * 24).hours());
    desk.take("app", &finished).await;
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 1)]));
}

#[tokio::test]
async fn a_refund_ends_what_was_not_sent_and_one_that_comes_first_ends_it_before_it_begins() {
    let desk = desk(json!({})).await;
    let now = noon();
    desk.take("till", &payment("paid first", Some("guest-1"), now)).await;
    desk.take("till", &refunded("paid first", now)).await;
    assert_eq!(states(&desk).await, BTreeMap::from([("refunded".into(), 1)]));
    desk.take("till", &payment("paid first", Some("guest-1"), now)).await;
    assert_eq!(desk.events().await.len(), 1, "whoever sends it sees the payment's state");
    desk.wipe().await;

    desk.take("till", &refunded("refund first", now)).await;
    desk.take("till", &payment("refund first", Some("guest-1"), now)).await;
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 1)]), "and no quiet period has begun");
    assert_eq!(states(&desk).await, BTreeMap::from([("refunded".into(), 1)]));
    assert!(desk.only("P#").await["expires"].as_i64().unwrap() >= (now + 96.hours()).as_second());
}

#[tokio::test]
async fn one_payment_by_the_till_and_by_a_notice_is_one_visit() {
    let desk = desk(json!({})).await;
    let now = Timestamp::now();
    let paid_at = now - 2.seconds();
    let mut body = account("standard");
    body["channel"] = json!("sms");
    desk.put("till", body).await;
    desk.take("till", &payment("4711", None, now)).await;
    let event = desk.events().await.remove(0);
    let by_till =
        desk.world.issue(json!({"store": 12, "payment": "4711", "paid_at": paid_at, "channel": "receipt"})).await;
    let by_notice = event["data"]["link"].as_str().unwrap();
    assert_eq!(desk.claim(&event).visit, desk.claim(&json!({"data": {"link": by_till}})).visit);
    assert_ne!(by_till, by_notice, "they came by different channels");
    let same = json!({"store": 12, "payment": "4711", "paid_at": paid_at, "channel": "sms"});
    assert_eq!(desk.world.issue(same).await, by_notice);
    let answers = json!({"answers": {"nps": 9, "csat": 5}});
    assert_eq!(desk.world.answer(by_notice, answers.clone()).await.status, 201);
    assert_eq!(desk.world.answer(&by_till, answers).await.problem(), (409, "already-answered".into()));
}

#[tokio::test]
async fn a_till_that_knows_its_guest_is_told_not_to_ask_twice() {
    let desk = desk(json!({"quiet_days": 7})).await;
    let now = Timestamp::now();
    let post = async |payment: &str, paid_at: Timestamp| {
        let body = json!({"store": 12, "payment": payment, "paid_at": paid_at, "customer": "guest-1"});
        let told = desk.world.call(Method::POST, "/links", "issue", body).await;
        (told.status.as_u16(), told.json())
    };
    let first = now - 26.hours();
    assert_eq!(post("first", first).await.0, 201);
    assert_eq!(post("second", now).await, (200, json!({"invite": false})));
    assert_eq!(post("second", now).await.0, 200);
    assert_eq!(post("first", first).await.0, 201, "the same visit again");
    // A notice about the same guest is as quiet.
    desk.take("till", &payment("third", Some("guest-1"), now)).await;
    assert_eq!(states(&desk).await, BTreeMap::from([("quiet".into(), 1)]));
    assert_eq!(desk.left().await, BTreeMap::from([("P#", 1), ("Q#", 1)]));
}
