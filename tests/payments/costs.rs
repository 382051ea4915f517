//! The cost of a notice, as DynamoDB bills it.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{
    API_V3_KEY, account, alipay, noon, paid, payment, refunded, standard, stripe, transaction, wechat,
};
use crate::harness::proxy::{Consumed, ask};

const NOTHING: Consumed = Consumed { read: 0.0, written: 0.0 };

fn written(units: f64) -> Consumed {
    Consumed { written: units, ..NOTHING }
}

/// A desk with an account of each provider, all in memory.
async fn desk(invite: Value) -> Desk {
    let desk = Desk::asking(invite).await;
    for provider in ["wechat", "alipay", "stripe", "square", "standard"] {
        desk.put(provider, account(provider)).await;
        desk.send(provider, &Notice { provider, headers: Vec::new(), body: Vec::new(), now: noon() - 1.hour() }).await;
    }
    desk
}

/// A notice's cost beside the operator's view, which was written by one of the same outcome just before.
async fn cost(desk: &Desk, before: &Notice, notice: &Notice, status: u16) -> (Consumed, Vec<String>) {
    assert_eq!(desk.send(before.provider, before).await.status, status);
    desk.world.proxy.taken();
    assert_eq!(desk.send(notice.provider, notice).await.status, status);
    desk.world.proxy.taken()
}

fn calls(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn what_nothing_follows_from_costs_nothing() {
    let desk = desk(json!({})).await;
    let now = noon();
    let mut forged = payment("4711", Some("guest-1"), now);
    forged.body.push(b'\n');
    let unpaid =
        json!({"id": "cs_1", "object": "checkout.session", "payment_status": "unpaid", "payment_intent": "pi_1"});
    for (what, notice, status) in [
        ("forged", forged, 401),
        ("of another event", standard(&json!({"type": "order.created", "data": {}}), now), 200),
        ("a self-test", standard(&json!({"type": "payment.test"}), now), 200),
        ("unpaid", stripe("checkout.session.completed", now, &unpaid, now), 200),
        (
            "not paid",
            wechat("TRANSACTION.SUCCESS", &transaction(&json!({"trade_state": "NOTPAY"})), API_V3_KEY, now),
            200,
        ),
        ("waiting", alipay(&[("trade_status", "WAIT_BUYER_PAY")], now), 200),
    ] {
        assert_eq!(cost(&desk, &notice, &notice, status).await, (NOTHING, vec![]), "{what}");
    }
    assert_eq!(desk.left().await.len(), 0);
}

#[tokio::test]
async fn who_is_not_drawn_costs_nothing() {
    let desk = desk(json!({"share": 0.0001})).await;
    for i in 0..20 {
        let (before, notice) = (payment("before", None, noon()), payment(&format!("{i}"), Some("guest-1"), noon()));
        let (consumed, calls) = cost(&desk, &before, &notice, 200).await;
        // The catalog is read with the first that comes.
        let calls: Vec<_> = calls.iter().filter(|call| *call != "GetItem" && *call != "Query").collect();
        assert_eq!((consumed.written, calls.len()), (0.0, 0), "{i}");
        assert!(i == 0 || consumed == NOTHING, "{i}");
    }
}

#[tokio::test]
async fn the_operators_view_is_written_once_a_minute_and_outcome() {
    let desk = desk(json!({})).await;
    let now = noon();
    let at = |seconds: i64| {
        let mut notice = payment("4711", None, now + seconds.seconds());
        notice.body.push(b'\n');
        notice
    };
    desk.world.proxy.taken();
    for second in 0..60 {
        desk.send("standard", &at(second)).await;
        desk.send("standard", &payment("4711", None, now - 400.seconds()).at(now + second.seconds())).await;
    }
    assert_eq!(desk.world.proxy.taken(), (written(2.0), calls(&["UpdateItem", "UpdateItem"])));
    desk.send("standard", &at(60)).await;
    assert_eq!(desk.world.proxy.taken(), (written(1.0), calls(&["UpdateItem"])));
    let seen = desk.shown("standard").await["seen"].clone();
    assert_eq!(seen["wrong-signature"]["notices"], 61, "{seen}");
    assert_eq!(seen["wrong-signature"]["last"], json!(now + 60.seconds()));
}

#[tokio::test]
async fn a_new_payment_costs_four_writes_and_three_of_nobody_known_and_no_read() {
    let desk = desk(json!({})).await;
    let now = noon();
    let four = (written(4.0), calls(&["PutItem", "UpdateItem", "PutItem", "PutItem"]));
    let before = payment("before", Some("guest-0"), now);
    assert_eq!(cost(&desk, &before, &payment("4711", Some("guest-1"), now), 200).await, four, "of a payer");
    let three = (written(3.0), calls(&["PutItem", "PutItem", "PutItem"]));
    assert_eq!(cost(&desk, &before, &payment("4712", None, now), 200).await, three, "of nobody known");
    // With everything that a till may send, and the longest payer.
    let items: Vec<String> = (0..12).map(|i| format!("第{i}道菜")).collect();
    let all =
        json!({"payer": "g".repeat(128), "table": "7", "staff": "lin", "items": items, "fields": {"shift": "noon"}});
    assert_eq!(cost(&desk, &before, &paid("4713", now, all, now), 200).await, four, "with everything");
    let by = |id: &str, payer: &str| {
        let said = transaction(&json!({"transaction_id": id, "payer": {"openid": payer}}));
        wechat("TRANSACTION.SUCCESS", &said, API_V3_KEY, now)
    };
    assert_eq!(cost(&desk, &by("4200001", "a"), &by("4200002", "b"), 200).await, four, "by WeChat Pay");
}

#[tokio::test]
async fn a_repeat_costs_three_units_before_the_event_is_sent_and_one_after_it() {
    let desk = desk(json!({})).await;
    let now = noon();
    let notice = payment("4711", Some("guest-1"), now);
    let (consumed, _) = cost(&desk, &notice, &notice, 200).await;
    assert!(consumed.written + consumed.read <= 3.0, "{consumed:?}");
    let item = desk.only("P#").await;
    for state in ["sent", "quiet", "late", "refunded", "something new"] {
        let update = json!({"TableName": aftertaste_local::TABLE, "Key": {"pk": {"S": item["pk"]}, "sk": {"S": "-"}},
            "UpdateExpression": "SET #state = :state", "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":state": {"S": state}}});
        ask(&desk.world.proxy.url, "UpdateItem", &update).await;
        let once = (written(1.0), calls(&["PutItem"]));
        assert_eq!(cost(&desk, &notice, &notice, 200).await, once, "{state}");
    }
}

#[tokio::test]
async fn quiet_refunded_late_and_unmapped_payments_cost_little() {
    let desk = desk(json!({})).await;
    let now = noon();
    desk.take("standard", &payment("first", Some("guest-1"), now)).await;
    let quiet = |id: &str| payment(id, Some("guest-1"), now);
    let (consumed, _) = cost(&desk, &quiet("a"), &quiet("b"), 200).await;
    assert_eq!(consumed, written(3.0), "quiet: the payment, a look at the period, and that it ends");
    let (consumed, _) = cost(&desk, &refunded("x", now), &refunded("first", now), 200).await;
    assert_eq!(consumed, written(1.0), "refunded");
    let late = |id: &str| paid(id, now - 48.hours(), json!({"payer": "guest-2"}), now);
    assert_eq!(cost(&desk, &late("c"), &late("d"), 200).await.0, written(1.0), "late");
    let nowhere = |id: &str, store: &str| paid(id, now, json!({"store": store}), now);
    let (consumed, _) = cost(&desk, &nowhere("e", "nowhere"), &nowhere("f", "elsewhere"), 200).await;
    assert_eq!(consumed, written(1.0), "unmapped");
    let (consumed, _) = cost(&desk, &nowhere("g", "nowhere"), &nowhere("h", "nowhere"), 200).await;
    assert_eq!(consumed, NOTHING, "unmapped, within a minute of another of that value");
}

#[tokio::test]
async fn an_account_that_there_is_not_costs_a_read_and_no_write() {
    let desk = desk(json!({})).await;
    let notice = payment("4711", None, Timestamp::now());
    desk.world.proxy.taken();
    assert_eq!(desk.send("nobody", &notice).await.status, 404);
    let (consumed, asked) = desk.world.proxy.taken();
    assert_eq!((consumed.written, asked), (0.0, calls(&["GetItem"])));
    assert_eq!(desk.send("Not-An-Id", &notice).await.status, 404);
    assert_eq!(desk.world.proxy.taken(), (NOTHING, vec![]));
}
