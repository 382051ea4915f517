//! Endpoints as an operator sets them up, and what they learn of them.

use std::collections::BTreeSet;

use aftertaste::{app::App, http::Request, lambda::Call, table::DeliveryState};
use aftertaste_local::dispatch;
use deliveries::{
    addresses::Reach,
    webhook::{Secret, sign},
};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::office::{Office, payment};
use crate::harness::receiver::{Got, Manner};

fn nothing() -> Value {
    json!({})
}

fn signs(secret: &Value, got: &Got) -> bool {
    let secret = Secret::parse(secret.as_str().unwrap()).unwrap();
    let at = Timestamp::from_second(got.headers["webhook-timestamp"].parse().unwrap()).unwrap();
    let headers = sign(got.id(), at, &got.body, &secret, None).unwrap();
    got.headers["webhook-signature"].split(' ').any(|signature| signature == headers[2].1)
}

#[tokio::test]
async fn a_secret_is_made_here_shown_once_and_changed_without_losing_an_event() {
    let office = Office::new().await;
    let put = office.put("crm", nothing()).await;
    let first = put["secret"].clone();
    assert_eq!(office.put("crm", json!({"types": ["response.*"]})).await.get("secret"), None, "it stays as it was");
    office.tell("response.recorded").await;
    office.minute().await;
    let rotated = office.act("crm", json!({"rotate": {}})).await;
    let second = rotated["secret"].clone();
    office.tell("response.recorded").await;
    office.minute().await;
    office.forward(24.hours());
    office.tell("response.recorded").await;
    office.minute().await;
    let got = office.receiver.got();
    let signed: Vec<_> = got.iter().map(|got| (signs(&first, got), signs(&second, got))).collect();
    assert_eq!(signed, [(true, false), (true, true), (false, true)]);
    let shown = office.shown("crm").await;
    assert!(shown.get("secret").is_none() && shown["former_secret_until"].is_string(), "{shown}");
    let everything = json!(office.world.items("").await).to_string() + &shown.to_string();
    for secret in [&first, &second] {
        let bare = secret.as_str().unwrap().trim_start_matches("whsec_");
        assert!(!everything.contains(bare));
    }
}

#[tokio::test]
async fn what_is_shown_can_be_put_back() {
    let office = Office::new().await;
    let more = json!({"types": ["response.*", "count.failed"], "scopes": ["cn/east", "store/12"], "per_second": 7});
    office.put("crm", more.clone()).await;
    let shown = office.shown("crm").await;
    assert_eq!(
        (&shown["types"], &shown["scopes"], &shown["per_second"]),
        (&more["types"], &more["scopes"], &more["per_second"])
    );
    let put = office.put_as("crm", shown.clone()).await;
    assert_eq!((&put["to"], &put["since"]), (&shown["to"], &shown["since"]));
    let list = office.world.call(Method::GET, "/endpoints", "admin", Value::Null).await.json();
    assert_eq!(list["endpoints"].as_array().unwrap().len(), 1);
    assert_eq!(list["endpoints"][0]["endpoint"], "crm");
    let gone = office.world.call(Method::DELETE, "/endpoints/crm", "admin", Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let got = office.world.call(Method::GET, "/endpoints/crm", "admin", Value::Null).await;
    assert_eq!(got.problem(), (404, "endpoint-unknown".into()));
}

#[tokio::test]
async fn deployed_no_endpoint_is_on_this_machine_or_inside_a_network() {
    let office = Office::new().await;
    let of = &office.world.stack.app;
    let keys = aftertaste::domain::access::AllKeys {
        guests: of.keys.guests.clone(),
        grants: of.keys.grants.clone(),
        seal: of.keys.seal.clone(),
    };
    let app = App {
        table: of.table.clone(),
        catalog: of.catalog.clone(),
        keys,
        public_url: "https://s.example.cn".into(),
        lifetimes: of.lifetimes,
        reach: Reach::Public,
        responses_at_once: false,
        pace: 1,
    };
    for (url, status) in [
        ("http://127.0.0.1:8787/", 422),
        ("https://127.0.0.1/", 422),
        ("https://localhost/", 422),
        ("https://10.0.0.7/", 422),
        ("https://169.254.169.254/latest/", 422),
        ("https://[fd00:ec2::254]/", 422),
        ("https://2130706433/", 422),
        ("http://hooks.example.cn/", 422),
        ("https://me:word@hooks.example.cn/", 422),
        ("https://hooks.example.cn/in?key=1", 201),
    ] {
        let request: Request = serde_json::from_value(json!({
            "version": "2.0",
            "routeKey": "PUT /endpoints/{endpoint}",
            "headers": {"authorization": format!("Bearer {}", office.world.grant("admin"))},
            "pathParameters": {"endpoint": "crm"},
            "body": json!({"to": {"webhook": {"url": url}}}).to_string(),
            "isBase64Encoded": false,
        }))
        .unwrap();
        let call = Call { now: Timestamp::now(), fresh: Uuid::new_v4() };
        let reply = dispatch(&app, manage_catalog::FUNCTION, &request, call).await.unwrap();
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status, status, "{url} {body}");
        assert!(status == 201 || !body.contains(url), "an address may be a secret: {body}");
    }
    // One that was put before, or by another version, is judged again by each attempt.
    office.put("crm", nothing()).await;
    let mut office = office;
    office.sender.app.reach = Reach::Public;
    office.tell("response.recorded").await;
    assert_eq!(office.minute().await.failed, 1);
    assert_eq!(office.receiver.got().len(), 0);
}

#[tokio::test]
async fn an_endpoint_gets_what_it_wants_and_a_test_whatever_it_wants() {
    let office = Office::new().await;
    office.put("links", json!({"types": ["survey.*"]})).await;
    office.put("east", json!({"scopes": ["cn/east"]})).await;
    office.put("north", json!({"scopes": ["cn/north"]})).await;
    let event = office.tell("survey.link.issued").await;
    let other = office.tell("response.recorded").await;
    let tested = office.act("links", json!({"test": {}})).await;
    office.minute().await;
    let taken = |path: &str| -> BTreeSet<String> {
        office.receiver.got().iter().filter(|got| got.path == path).map(|got| got.id().to_owned()).collect()
    };
    let test = tested["event"].as_str().unwrap().to_owned();
    assert_eq!(taken("/links"), BTreeSet::from([event.id.clone(), test.clone()]));
    assert_eq!(taken("/east"), BTreeSet::from([event.id, other.id]));
    assert_eq!(taken("/north"), BTreeSet::new());
    let got = office.receiver.got().into_iter().find(|got| got.id() == test).unwrap().json();
    assert_eq!((&got["type"], &got["data"]), (&json!("endpoint.test"), &json!({"endpoint": "links"})));
    let shown = office.shown("links").await;
    let log = &shown["deliveries"].as_array().unwrap()[0];
    assert_eq!((&log["state"], &log["attempts"][0]["status"]), (&json!("delivered"), &json!(204)));
    assert!(log["attempts"][0]["ms"].is_u64() && log.get("data").is_none(), "{log}");
}

#[tokio::test]
async fn an_endpoint_that_says_410_is_switched_off_and_nothing_is_lost() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.put("ops", json!({"types": ["endpoint.*"]})).await;
    office.receiver.answer("/crm", Manner::Says(410, ""));
    let first = office.tell("response.recorded").await;
    office.minute().await;
    let second = office.tell("response.recorded").await;
    office.minute().await;
    let shown = office.shown("crm").await;
    assert_eq!((&shown["state"], &shown["failed"]), (&json!("off"), &json!(2)));
    assert_eq!(shown["why"], "It answered 410: it wants nothing any more.");
    let told = office.receiver.got().into_iter().find(|got| got.path == "/ops").unwrap().json();
    assert_eq!((&told["type"], &told["data"]["endpoint"]), (&json!("endpoint.switched_off"), &json!("crm")));
    let refused = office.world.call(Method::POST, "/endpoints/crm", "admin", json!({"test": {}})).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.put("crm", nothing()).await;
    office.act("crm", json!({"replay": {"failed": {}}})).await;
    office.minute().await;
    office.minute().await;
    let taken: BTreeSet<_> = office
        .receiver
        .got()
        .into_iter()
        .filter(|got| got.path == "/crm" && got.taken)
        .collect::<Vec<_>>()
        .iter()
        .map(|got| got.id().to_owned())
        .collect();
    assert_eq!(taken, BTreeSet::from([first.id, second.id]));
    assert_eq!(office.shown("crm").await["failed"], 0);
}

#[tokio::test]
async fn after_five_days_of_failures_an_endpoint_is_switched_off() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.receiver.answer("/crm", Manner::Says(500, ""));
    for _ in 0..20 {
        office.tell("response.recorded").await;
        office.run().await.unwrap();
        office.forward(6.hours());
    }
    assert_eq!(office.shown("crm").await["state"], "failing", "five days are not over");
    office.tell("response.recorded").await;
    office.run().await.unwrap();
    let shown = office.shown("crm").await;
    assert_eq!(shown["state"], "off");
    assert_eq!(shown["why"], "Nothing has arrived for 5 days. It answered 500.");
    let before = office.receiver.got().len();
    office.tell("response.recorded").await;
    office.minute().await;
    assert_eq!(office.receiver.got().len(), before, "nothing is sent to it any more");
}

#[tokio::test]
async fn one_that_has_too_much_to_do_is_left_alone_and_holds_up_no_other() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.put("bi", nothing()).await;
    office.receiver.answer("/crm", Manner::Busy(3_600));
    for _ in 0..5 {
        office.tell("response.recorded").await;
        office.minute().await;
    }
    let to = |path: &str| office.receiver.got().iter().filter(|got| got.path == path).count();
    assert_eq!((to("/crm"), to("/bi")), (1, 5));
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.forward(50.minutes());
    office.run().await.unwrap();
    assert_eq!(to("/crm"), 1, "it asked for an hour");
    office.forward(20.minutes());
    office.run().await.unwrap();
    office.minute().await;
    assert_eq!((to("/crm"), office.items("EVENT#").await), (6, 0));
}

#[tokio::test]
async fn an_invitation_is_not_tried_after_its_end_nor_after_its_payment_was_paid_back() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.receiver.answer("/crm", Manner::Says(500, ""));
    let mut late = office.event("survey.link.issued");
    late.until = office.now() + 3.hours();
    office.sender.app.table.put_event(&late).await.unwrap();
    let mut paid_back = office.event("survey.link.issued");
    paid_back.payment = Some(payment(7));
    office.sender.app.table.put_event(&paid_back).await.unwrap();
    office.run().await.unwrap();
    office.sender.app.table.refund_payment(payment(7), office.now() + 100.hours()).await.unwrap();
    for _ in 0..10 {
        office.forward(1.hour());
        office.run().await.unwrap();
    }
    let late = office.delivery("crm", &late).await.unwrap();
    assert_eq!(late.state, DeliveryState::Failed);
    assert_eq!(late.why.as_deref(), Some("The next attempt would come too late. It answered 500."));
    assert!(late.attempts.len() < 6, "{}", late.attempts.len());
    let paid_back = office.delivery("crm", &paid_back).await.unwrap();
    assert_eq!((paid_back.state, paid_back.attempts.len()), (DeliveryState::Stopped, 1));
    // Events that had gone out to nobody by then go out to nobody.
    let mut never = office.event("survey.link.issued");
    never.payment = Some(payment(7));
    office.sender.app.table.put_event(&never).await.unwrap();
    assert_eq!(office.minute().await.stopped, 1);
    assert!(office.delivery("crm", &never).await.is_none());
}

#[tokio::test]
async fn what_waits_for_an_endpoint_that_is_taken_away_ends() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.receiver.answer("/crm", Manner::HangsUp);
    let event = office.tell("response.recorded").await;
    office.minute().await;
    office.world.call(Method::DELETE, "/endpoints/crm", "admin", Value::Null).await;
    office.forward(1.hour());
    office.run().await.unwrap();
    assert_eq!(office.items("EVENT#").await, 0);
    assert_eq!(office.delivery("crm", &event).await.unwrap().why.as_deref(), Some("The endpoint is gone."));
}

#[tokio::test]
async fn one_that_asks_for_more_time_than_an_event_has_is_left_alone_too() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.receiver.answer("/crm", Manner::Busy(80_000));
    let mut event = office.event("survey.link.issued");
    event.until = office.now() + 2.hours();
    office.sender.app.table.put_event(&event).await.unwrap();
    office.minute().await;
    office.tell("response.recorded").await;
    office.minute().await;
    assert_eq!(office.receiver.got().len(), 1);
    assert!(office.shown("crm").await["paused_until"].is_string());
}

#[tokio::test]
async fn one_that_takes_an_id_over_gets_nothing_that_it_does_not_want() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.receiver.answer("/crm", Manner::HangsUp);
    let event = office.tell("survey.link.issued").await;
    office.minute().await;
    office.world.call(Method::DELETE, "/endpoints/crm", "admin", Value::Null).await;
    office.put("crm", json!({"types": ["count.failed"]})).await;
    let before = office.receiver.got().len();
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.forward(1.hour());
    office.run().await.unwrap();
    assert_eq!(office.receiver.got().len(), before);
    let why = office.delivery("crm", &event).await.unwrap().why.unwrap();
    assert_eq!(why, "The endpoint wants it no longer.");
}

#[tokio::test]
async fn of_two_who_change_a_secret_at_once_one_is_told_to_look_again() {
    let office = Office::new().await;
    let put = async || {
        let body = json!({"to": {"webhook": {"url": format!("{}/crm", office.receiver.url)}}});
        office.world.call(Method::PUT, "/endpoints/crm", "admin", body).await.json()
    };
    let both = futures::future::join(put(), put()).await;
    let secrets: Vec<_> = [both.0, both.1].iter().filter_map(|put| put.get("secret").cloned()).collect();
    assert_eq!(secrets.len(), 1, "{secrets:?}");
    office.tell("response.recorded").await;
    office.minute().await;
    assert!(signs(&secrets[0], &office.receiver.got()[0]));
    let wrong = json!({"to": {"robot": "https://oapi.dingtalk.com/robot/send?access_token=566cc69d"}});
    let refused = office.world.call(Method::PUT, "/endpoints/chat", "admin", wrong).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.text.contains("566cc69d"), "{}", refused.text);
}
