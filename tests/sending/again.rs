//! Events that are sent again because somebody asks for it.

use std::collections::BTreeSet;

use aftertaste::table::DeliveryState;
use jiff::ToSpan;
use reqwest::Method;
use serde_json::{Value, json};

use super::office::Office;
use crate::harness::receiver::Manner;

fn nothing() -> Value {
    json!({})
}

#[tokio::test]
async fn what_was_sent_is_sent_again_when_somebody_asks() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    let mut events = Vec::new();
    for _ in 0..3 {
        events.push(office.tell("response.recorded").await);
        office.minute().await;
    }
    office.act("crm", json!({"replay": {"event": {"id": events[0].id, "timestamp": events[0].at}}})).await;
    office.minute().await;
    office.act("crm", json!({"replay": {"since": events[1].at}})).await;
    // The order is carried out, and then what it made due.
    office.minute().await;
    office.minute().await;
    office.minute().await;
    let times = |event: usize| office.receiver.taken().iter().filter(|id| **id == events[event].id).count();
    assert_eq!((times(0), times(1), times(2)), (2, 2, 2));
    let bodies: BTreeSet<_> = office.receiver.got().into_iter().map(|got| (got.id().to_owned(), got.body)).collect();
    assert_eq!(bodies.len(), 3, "the same ids and bytes");
    assert_eq!(office.items("EVENT#").await, 0);
    let unknown = json!({"replay": {"event": {"id": "evt_0", "timestamp": events[0].at}}});
    let refused = office.world.call(Method::POST, "/endpoints/crm", "admin", unknown).await;
    assert_eq!(refused.problem(), (404, "event-unknown".into()));
}

#[tokio::test]
async fn an_attempt_that_somebody_asks_for_is_one_and_counts_for_nothing() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    let event = office.tell("response.recorded").await;
    office.minute().await;
    office.receiver.answer("/crm", Manner::Says(500, ""));
    office.act("crm", json!({"replay": {"event": {"id": event.id, "timestamp": event.at}}})).await;
    office.minute().await;
    office.forward(24.hours());
    office.run().await.unwrap();
    assert_eq!(office.receiver.got().len(), 2);
    let shown = office.shown("crm").await;
    assert_eq!((&shown["state"], &shown["failed"]), (&json!("on"), &json!(0)));
    // One that waits anyway is tried sooner, and goes on waiting.
    let waits = office.tell("response.recorded").await;
    office.minute().await;
    office.act("crm", json!({"replay": {"event": {"id": waits.id, "timestamp": waits.at}}})).await;
    office.run().await.unwrap();
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.forward(2.hours());
    office.run().await.unwrap();
    assert_eq!(office.delivery("crm", &waits).await.unwrap().state, DeliveryState::Delivered);
    office.act("crm", json!({"replay": {"failed": {}}})).await;
    office.minute().await;
    office.minute().await;
    assert_eq!(office.shown("crm").await["failed"], 0);
}

#[tokio::test]
async fn what_nobody_wanted_can_be_had_by_an_endpoint_that_comes_later() {
    let office = Office::new().await;
    let since = office.now();
    let event = office.tell("response.recorded").await;
    let link = office.tell("survey.link.issued").await;
    assert_eq!(office.minute().await.unheard, 2);
    office.put("crm", json!({"types": ["response.*"]})).await;
    office.act("crm", json!({"replay": {"since": since}})).await;
    for _ in 0..4 {
        office.minute().await;
    }
    assert_eq!(office.receiver.taken(), std::slice::from_ref(&event.id));
    assert!(office.delivery("crm", &link).await.is_none());
    assert_eq!(office.shown("crm").await["failed"], 0);
}

#[tokio::test]
async fn what_is_asked_for_again_waits_until_its_endpoint_is_well_and_stays_what_it_was() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    let mut event = office.event("survey.link.issued");
    event.until = office.now() + 2.hours();
    office.sender.app.table.put_event(&event).await.unwrap();
    office.minute().await;
    office.forward(5.hours());
    office.receiver.answer("/crm", Manner::Busy(3_600));
    office.tell("response.recorded").await;
    office.minute().await;
    let before = office.receiver.got().len();
    office.act("crm", json!({"replay": {"event": {"id": event.id, "timestamp": event.at}}})).await;
    office.minute().await;
    assert_eq!(office.receiver.got().len(), before, "it asked for an hour");
    assert_eq!(office.delivery("crm", &event).await.unwrap().state, DeliveryState::Delivered);
    office.receiver.answer("/crm", Manner::Says(500, ""));
    office.forward(2.hours());
    office.run().await.unwrap();
    let delivery = office.delivery("crm", &event).await.unwrap();
    let statuses: Vec<_> = delivery.attempts.iter().map(|tried| tried.status).collect();
    assert_eq!((delivery.state, statuses), (DeliveryState::Delivered, vec![Some(204), Some(500)]));
    assert_eq!(office.shown("crm").await["failed"], 0);
}
