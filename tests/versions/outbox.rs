//! The outbox, written by a later version, or by a hand that made it unreadable.

use aftertaste::table::DeliveryState;
use aftertaste_local::TABLE;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::later;
use crate::{
    harness::{browser::set, proxy::ask, receiver::Manner},
    replies::log::Log,
    sending::office::Office,
};

const KINDS: [&str; 6] = ["EVENT", "DELIVERY", "FAILED", "ENDPOINTS", "HEALTH", "SENDING"];

/// Every item of what goes out, as DynamoDB has it.
async fn items(office: &Office) -> Vec<Value> {
    let scanned = ask(&office.world.proxy.url, "Scan", &json!({"TableName": TABLE})).await;
    assert!(scanned.get("LastEvaluatedKey").is_none(), "one page has all");
    let kind = |item: &&Value| KINDS.contains(&item["pk"]["S"].as_str().unwrap().split('#').next().unwrap());
    scanned["Items"].as_array().unwrap().iter().filter(kind).cloned().collect()
}

async fn put(office: &Office, item: &Value) {
    ask(&office.world.proxy.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
}

/// The lines of an outcome that this thread has logged.
fn logged(outcome: &str) -> usize {
    Log::taken().iter().filter(|line| line["outcome"] == outcome).count()
}

#[tokio::test]
async fn what_a_later_version_adds_to_what_goes_out_is_passed_over() {
    let office = Office::new().await;
    for id in ["crm", "till", "gone"] {
        office.put(id, json!({"types": ["response.*"], "scopes": ["cn"]})).await;
    }
    office.receiver.answer("/till", Manner::Says(500, "no"));
    office.receiver.answer("/gone", Manner::Says(410, "no more"));
    let first = office.tell("response.recorded").await;
    let did = office.minute().await;
    assert_eq!((did.delivered, did.again, did.failed), (1, 1, 1), "{did:?}");
    let second = office.tell("response.taken_back").await;
    let ended = office.now().as_second().to_string();
    let lease = json!({"pk": {"S": "SENDING"}, "sk": {"S": "-"}, "holder": {"S": "later"}, "until": {"N": ended}});
    put(&office, &lease).await;

    let mut items = items(&office).await;
    let kinds = later::add_to(&mut items);
    let mut expected = KINDS.map(str::to_owned);
    expected.sort();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    for item in &items {
        put(&office, item).await;
    }

    office.receiver.answer("/till", Manner::Says(204, ""));
    office.forward(1.hour());
    let did = office.run().await.unwrap();
    // One is switched off, and gets nothing; that it was, nobody here wants to know.
    assert_eq!((did.delivered, did.failed, did.unheard, did.broken), (3, 1, 1, 0), "{did:?}");
    let till: Vec<_> = office.receiver.got().into_iter().filter(|got| got.taken && got.path == "/till").collect();
    assert_eq!(till.len(), 2);
    assert!(till.iter().all(|got| [first.id.as_str(), &second.id].contains(&got.id())));
    assert_eq!(office.delivery("till", &first).await.unwrap().state, DeliveryState::Delivered);
    assert_eq!((&office.shown("gone").await["state"], office.items("EVENT#").await), (&json!("off"), 0));
}

#[tokio::test]
async fn an_endpoint_that_can_not_be_read_is_left_out_and_every_other_one_is_served() {
    let office = Office::new().await;
    for id in ["crm", "later", "till", "spoilt"] {
        office.put(id, json!({})).await;
    }
    // A kind that this version does not know, and what no version writes.
    let sms = json!({"to": {"sms": {"number": "13800138000"}}, "per_second": 50, "language": "zh-CN"});
    set(&office.world, "ENDPOINTS", "later", "endpoint", json!({"S": sms.to_string()})).await;
    set(&office.world, "ENDPOINTS", "spoilt", "since", json!({"S": "long ago"})).await;
    let event = office.tell("response.recorded").await;
    Log::listen();
    let did = office.minute().await;
    assert_eq!((did.events, did.delivered, did.failed, did.broken), (1, 2, 0, 0), "{did:?}");
    assert_eq!(logged("endpoint-left-out"), 2);
    assert_eq!(office.receiver.taken(), [event.id.clone(), event.id]);
    let listed = office.world.call(reqwest::Method::GET, "/endpoints", "admin", Value::Null).await.json();
    let ids: Vec<_> = listed["endpoints"].as_array().unwrap().iter().map(|endpoint| &endpoint["endpoint"]).collect();
    assert_eq!(ids, ["crm", "till"]);
    let read = office.world.call(reqwest::Method::GET, "/endpoints/later", "admin", Value::Null).await;
    assert_eq!(read.problem(), (409, "item-unreadable".into()));
}

#[tokio::test]
async fn how_an_endpoint_fares_may_be_unreadable_and_it_is_served_all_the_same() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    set(&office.world, "HEALTH", "crm", "pauses", json!({"S": "many"})).await;
    office.tell("response.recorded").await;
    let did = office.minute().await;
    assert_eq!((did.delivered, did.broken), (1, 0), "{did:?}");
    // Its replacement can be read.
    assert_eq!(office.shown("crm").await["state"], "on");
}

#[tokio::test]
async fn a_delivery_that_can_not_be_read_holds_up_no_other() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    office.receiver.answer("/crm", Manner::Says(500, "no"));
    let spoilt = office.tell("response.recorded").await;
    office.minute().await;
    let sk = format!("{}#{}", spoilt.at, spoilt.id);
    set(&office.world, "DELIVERY#crm", &sk, "state", json!({"N": "7"})).await;
    let event = office.tell("response.recorded").await;
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.forward(1.hour());
    Log::listen();
    let did = office.run().await.unwrap();
    assert_eq!((did.delivered, did.broken), (1, 1), "{did:?}");
    assert_eq!(logged("not-sent"), 1);
    assert_eq!(office.receiver.taken(), [event.id]);
    let shown = office.shown("crm").await;
    assert_eq!(shown["deliveries"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(logged("delivery-left-out"), 1);
}

#[tokio::test]
async fn an_endpoint_that_can_not_be_read_is_put_anew() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    set(&office.world, "ENDPOINTS", "crm", "endpoint", json!({"S": "{}"})).await;
    office.put("crm", json!({})).await;
    assert_eq!(office.shown("crm").await["state"], "on");
}

#[tokio::test]
async fn an_endpoint_that_can_not_be_read_can_be_taken_away() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    set(&office.world, "ENDPOINTS", "crm", "endpoint", json!({"S": "{}"})).await;
    let gone = office.world.call(reqwest::Method::DELETE, "/endpoints/crm", "admin", Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
}

#[tokio::test]
async fn an_endpoint_whose_health_can_not_be_read_is_put_anew() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    let spoilt = json!({"pk": {"S": "HEALTH"}, "sk": {"S": "crm"}, "pauses": {"S": "many"}});
    put(&office, &spoilt).await;
    office.put("crm", json!({})).await;
}

#[tokio::test]
async fn a_webhook_whose_secret_can_not_be_opened_is_put_anew() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    set(&office.world, "ENDPOINTS", "crm", "sealed", json!({"S": "1.x"})).await;
    office.put("crm", json!({})).await;
}

#[tokio::test]
async fn an_id_of_an_event_that_is_too_long_for_a_key_is_unknown() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    let again = json!({"replay": {"event": {"id": "x".repeat(2_000), "timestamp": office.now()}}});
    let said = office.world.call(reqwest::Method::POST, "/endpoints/crm", "admin", again).await;
    assert!(said.status.is_client_error(), "{}", said.text);
}
