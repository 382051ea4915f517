//! Notices that are not believed, not read or not taken, and what brings them in after all.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use super::signing::{
    API_V3_KEY, account, hmac_sha256, noon, payment, standard, standard_bytes, transaction, wechat, wechat_signed,
};
use crate::harness::{Answer, file};

fn text(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).unwrap()
}

/// Sends a notice over HTTP.
async fn post(desk: &Desk, account: &str, notice: &Notice) -> Answer {
    let mut request = desk.world.request(Method::POST, &format!("/payments/{}/{account}", notice.provider));
    for (name, value) in &notice.headers {
        request = request.header(name, value);
    }
    desk.world.send(request.body(notice.body.clone())).await
}

#[tokio::test]
async fn a_probe_of_wechat_pay_is_refused_and_the_same_notice_rightly_signed_is_taken() {
    let desk = Desk::new().await;
    desk.put("main", account("wechat")).await;
    let right = wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), API_V3_KEY, noon());
    let mut probe = right.clone();
    let signature = &mut probe.headers.iter_mut().find(|(name, _)| name == "Wechatpay-Signature").unwrap().1;
    *signature = format!("WECHATPAY/SIGNTEST/{}", &signature[19..]);
    let reply = desk.send("main", &probe).await;
    assert_eq!(reply.status, 401);
    let said: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(said["code"], "FAIL");
    assert_eq!(desk.left().await, BTreeMap::new());
    desk.take("main", &right).await;
    assert_eq!(desk.left().await["EVENT#"], 1);
    let seen = desk.shown("main").await["seen"].clone();
    assert_eq!(seen["probe"]["notices"], 1, "{seen}");
    assert!(seen.get("wrong-signature").is_none(), "{seen}");
}

#[tokio::test]
async fn a_changed_apiv3_key_brings_500_until_both_are_put() {
    let mut desk = Desk::new().await;
    desk.put("main", account("wechat")).await;
    let new_key = "AnotherKeyOfThirtyTwoBytes_Tests";
    let notice = wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), new_key, noon());
    let reply = desk.send("main", &notice).await;
    assert_eq!((reply.status.as_u16(), text(&reply.body).contains("FAIL")), (500, true));
    assert_eq!(desk.left().await, BTreeMap::new());
    assert_eq!(desk.shown("main").await["seen"]["unreadable"]["notices"], 1);
    let mut both = account("wechat");
    both["secrets"] = json!([API_V3_KEY, new_key]);
    desk.put("main", both).await;
    desk.forget();
    desk.take("main", &notice).await;
    // Notices that were sent before the change come still.
    let before = transaction(&json!({"transaction_id": "4200009", "payer": {"openid": "another"}}));
    desk.take("main", &wechat("TRANSACTION.SUCCESS", &before, API_V3_KEY, noon())).await;
    assert_eq!(desk.left().await["EVENT#"], 2);
}

#[tokio::test]
async fn a_notice_of_another_merchant_comes_again_instead_of_getting_lost() {
    let desk = Desk::new().await;
    desk.put("main", account("wechat")).await;
    let other = transaction(&json!({"mchid": "1900000999"}));
    assert_eq!(desk.send("main", &wechat("TRANSACTION.SUCCESS", &other, API_V3_KEY, noon())).await.status, 500);
    assert_eq!(desk.shown("main").await["seen"]["unreadable"]["detail"], "mchid");
}

#[tokio::test]
async fn times_that_are_none_are_refused_and_nothing_panics() {
    let desk = Desk::new().await;
    for provider in ["wechat", "standard"] {
        desk.put(provider, account(provider)).await;
    }
    for time in ["-9223372036854775808", "+1795235469", "01795235469", "9999999999999", "noon", "", " ", "1795235469.0"]
    {
        let mut by_wechat = wechat_signed(b"{}".to_vec(), noon());
        by_wechat.headers[0].1 = time.to_owned();
        assert_eq!(desk.send("wechat", &by_wechat).await.status, 401, "{time}");
        let mut by_standard = payment("4711", None, noon());
        by_standard.headers[1].1 = time.to_owned();
        assert_eq!(desk.send("standard", &by_standard).await.status, 401, "{time}");
    }
    for (seconds, status) in [(300, 200), (301, 401), (-300, 200), (-301, 401)] {
        let notice = payment("4711", None, noon());
        let at = noon() + seconds.seconds();
        assert_eq!(desk.send("standard", &notice.at(at)).await.status, status, "{seconds}");
    }
    assert_eq!(desk.left().await["EVENT#"], 1);
}

#[tokio::test]
async fn an_unknown_account_is_the_same_whatever_is_asked_for() {
    let desk = Desk::new().await;
    let mut told = Vec::new();
    for provider in ["wechat", "alipay", "stripe", "square", "standard"] {
        desk.put(&format!("an-{provider}"), account(provider)).await;
    }
    for provider in ["wechat", "alipay", "stripe", "square", "standard", "mapped", "paypal"] {
        let other = if provider == "stripe" { "an-square" } else { "an-stripe" };
        for account in ["nobody", other, "Not-An-Id", "a%20b"] {
            let path = format!("/payments/{provider}/{account}");
            let reply = desk.world.send(desk.world.request(Method::POST, &path).body("{}")).await;
            assert_eq!(reply.status, 404, "{path}");
            told.push((reply.text, reply.headers["content-type"].clone()));
        }
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(desk.left().await, BTreeMap::new());
    assert_eq!(desk.world.items("NOTICED").await.len(), 0, "nothing is kept of what is for nobody");
}

#[tokio::test]
async fn a_body_may_have_262144_bytes_and_no_more() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let now = Timestamp::now();
    for (bytes, status) in [(262_144, 200), (262_145, 413)] {
        let mut body = json!({"type": "order.created", "filling": ""}).to_string();
        let filling = "x".repeat(bytes - body.len());
        body.insert_str(body.len() - 2, &filling);
        assert_eq!(body.len(), bytes);
        let notice = standard_bytes(body.into_bytes(), now);
        assert_eq!(post(&desk, "till", &notice).await.status, status, "{bytes}");
        // In base64 it is a third longer, and counts by its decoded length.
        assert_eq!(desk.hand_over(&notice.request("till", true), now).await.status, status, "{bytes}");
    }
}

#[tokio::test]
async fn a_header_that_comes_twice_is_refused() {
    let desk = Desk::new().await;
    for provider in ["stripe", "standard", "wechat"] {
        desk.put(provider, account(provider)).await;
    }
    let now = Timestamp::now();
    let intent = json!({"id": "pi_1", "object": "payment_intent", "status": "succeeded", "metadata": {"store": "12"}});
    let notices = [
        super::signing::stripe("payment_intent.succeeded", now, &intent, now),
        payment("4711", None, now),
        wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), API_V3_KEY, now),
    ];
    for notice in notices {
        for at in 0..notice.headers.len() {
            let mut twice = notice.clone();
            twice.headers.push(notice.headers[at].clone());
            let reply = post(&desk, notice.provider, &twice).await;
            assert_eq!(reply.status, 401, "{} {}", notice.provider, notice.headers[at].0);
        }
        assert_eq!(post(&desk, notice.provider, &notice).await.status, 200, "{}", notice.provider);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_hangs_or_is_away_brings_503_before_the_provider_gives_up() {
    let desk = Desk::new().await;
    desk.put("main", account("wechat")).await;
    desk.put("till", account("standard")).await;
    desk.put("cold", account("standard")).await;
    let by_wechat = wechat("TRANSACTION.SUCCESS", &transaction(&json!({})), API_V3_KEY, noon());
    let by_till = payment("4711", Some("guest-1"), noon());
    // Both accounts are in memory; the third is not.
    for account in ["main", "till"] {
        let mut forged = if account == "main" { by_wechat.clone() } else { by_till.clone() };
        forged.body.push(b' ');
        assert_eq!(desk.send(account, &forged).await.status, 401);
    }
    for hangs in [true, false] {
        desk.world.proxy.set_hang(hangs);
        desk.world.proxy.set_down(!hangs);
        for (account, notice) in [("main", &by_wechat), ("till", &by_till), ("cold", &by_till)] {
            let start = Instant::now();
            let reply = desk.send(account, notice).await;
            assert_eq!(reply.status, 503, "{account} {hangs}");
            assert!(start.elapsed() < Duration::from_secs(5), "{account} {hangs}: {:?}", start.elapsed());
            let is_form = serde_json::from_slice::<Value>(&reply.body).unwrap()["code"] == "FAIL";
            assert_eq!(is_form, account == "main");
        }
        desk.world.proxy.set_hang(false);
        desk.world.proxy.set_down(false);
    }
    desk.world.proxy.quiet().await;
    for (account, notice) in [("main", &by_wechat), ("till", &by_till)] {
        desk.take(account, notice).await;
        desk.take(account, notice).await;
    }
    assert_eq!(desk.left().await["EVENT#"], 2);
}

#[tokio::test]
async fn a_till_that_writes_a_notice_wrong_is_told_what_is_wrong() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    let now = Timestamp::now();
    for (event, named) in [
        (json!({"type": "payment.succeeded", "timestamp": now, "data": {"store": 12}}), "data.payment"),
        (json!({"type": "payment.succeeded", "timestamp": now, "data": {"payment": "1"}}), "data.store"),
        (
            json!({"type": "payment.succeeded", "data": {"payment": "1", "store": 12, "paid_at": "noon"}}),
            "data.paid_at",
        ),
        (
            json!({"type": "payment.succeeded", "data": {"payment": "1", "store": 12, "amount": 1.5, "paid_at": now}}),
            "data.amount",
        ),
    ] {
        let told = post(&desk, "till", &standard(&event, now)).await;
        assert_eq!(told.problem(), (422, "invalid".into()), "{event}");
        assert!(told.text.contains(named), "{named}: {}", told.text);
    }
    assert_eq!(desk.left().await, BTreeMap::new());
}

/// A notice as Adyen signs one: neither its time nor its store is signed.
fn by_adyen(key: &str, date: &str, now: Timestamp) -> Notice {
    let fields = ["7914073381342284", "", "merchantAccount", "T-4711", "18800", "EUR", "AUTHORISATION", "true"];
    let bytes: Vec<u8> =
        (0..key.len()).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect();
    let signature = STANDARD.encode(hmac_sha256(&bytes, fields.join(":").as_bytes()));
    let item = json!({"pspReference": fields[0], "originalReference": "", "merchantAccountCode": fields[2],
        "merchantReference": fields[3], "amount": {"currency": "EUR", "value": 18800}, "eventCode": "AUTHORISATION",
        "success": "true", "eventDate": date, "additionalData": {"store": "12", "hmacSignature": signature}});
    let body = json!({"live": "true", "notificationItems": [{"NotificationRequestItem": item}]});
    Notice { provider: "mapped", headers: Vec::new(), body: body.to_string().into_bytes(), now }
}

#[tokio::test]
async fn a_time_that_is_not_signed_counts_as_no_later_than_the_notice_and_never_again() {
    let desk = Desk::new().await;
    let key = "ab".repeat(32);
    let mapping: Value = serde_json::from_slice(&std::fs::read(file("providers/adyen.json")).unwrap()).unwrap();
    desk.put("adyen", json!({"provider": {"mapped": mapping}, "secrets": [key], "stores": [{"from": "location"}]}))
        .await;
    let now = noon();
    // Written into a genuine notice by somebody who saw it: a time that would keep the link alive for years.
    desk.take("adyen", &by_adyen(&key, "2031-01-01T00:00:00Z", now)).await;
    let item = desk.only("P#").await;
    assert_eq!(item["minute"].as_i64().unwrap(), now.as_second() / 60 * 60, "the minute in which it came");
    let events = desk.events().await;
    // Reported again with any other time, also weeks later, it stays the payment that it was.
    for (date, later) in [("2026-11-20T00:00:00Z", 1.hour()), ("2026-12-30T00:00:00Z", (40 * 24).hours())] {
        desk.take("adyen", &by_adyen(&key, date, now + later)).await;
    }
    assert_eq!(desk.only("P#").await, item);
    assert_eq!(desk.events().await, events);
    let kept = item["expires"].as_i64().unwrap() - now.as_second();
    assert!(kept > 360 * 24 * 3600, "as long as its answer, and not only as its link: {kept}");
}
