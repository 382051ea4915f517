//! Receivers of every manner.

use aftertaste::table::DeliveryState;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::office::Office;
use crate::{
    blinding::poison,
    harness::{proxy::ask, receiver::Manner},
};

fn nothing() -> Value {
    json!({})
}

#[tokio::test]
async fn what_is_taken_is_never_sent_again() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    let event = office.tell("response.recorded").await;
    let summary = office.minute().await;
    assert_eq!((summary.events, summary.delivered), (1, 1), "{summary:?}");
    for _ in 0..3 {
        office.minute().await;
    }
    let got = office.receiver.got();
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].json(), json!({"type": "response.recorded", "timestamp": event.at, "data": event.data}));
    assert_eq!(got[0].headers["content-type"], "application/json");
    let delivery = office.delivery("crm", &event).await.unwrap();
    assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::Delivered, 1));
    assert_eq!((office.items("EVENT#").await, office.items("SENDING").await), (0, 0));
}

#[tokio::test]
async fn what_fails_is_tried_again_as_the_schedule_says() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    let event = office.tell("response.recorded").await;
    for manner in [
        Manner::Says(500, "no"),
        Manner::Says(404, "<html>"),
        Manner::HangsUp,
        Manner::Redirects("http://169.254.169.254/latest/meta-data/"),
    ] {
        office.receiver.answer("/crm", manner);
        office.forward(1.hour());
        office.run().await.unwrap();
    }
    let delivery = office.delivery("crm", &event).await.unwrap();
    let statuses: Vec<_> = delivery.attempts.iter().map(|tried| tried.status).collect();
    assert_eq!(statuses, [Some(500), Some(404), None, Some(302)]);
    assert_eq!(delivery.attempts[2].said.as_deref(), Some("No answer: it can't be reached."));
    assert_eq!(office.shown("crm").await["state"], "failing");
    office.receiver.answer("/crm", Manner::Says(200, ""));
    office.forward(2.hours());
    office.run().await.unwrap();
    office.forward(3.hours());
    office.run().await.unwrap();
    let delivery = office.delivery("crm", &event).await.unwrap();
    assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::Delivered, 5));
    assert_eq!(office.receiver.taken(), [event.id]);
    let bodies: std::collections::BTreeSet<_> = office.receiver.got().into_iter().map(|got| got.body).collect();
    assert_eq!(bodies.len(), 1, "the same bytes each time");
    assert_eq!(office.shown("crm").await["state"], "on");
}

#[tokio::test]
async fn an_item_that_can_not_be_read_stops_nothing() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    office.put("bad", nothing()).await;
    let mut spoiled = Vec::new();
    for _ in 0..20 {
        spoiled.push(office.tell("response.recorded").await);
    }
    for item in office.world.items("EVENT#").await.iter().take(16) {
        let (pk, sk) = (item["pk"].as_str().unwrap(), item["sk"].as_str().unwrap());
        poison(&office.world, pk, sk, "data", json!({"S": "{"})).await;
    }
    poison(&office.world, "ENDPOINTS", "bad", "endpoint", json!({"S": "{}"})).await;
    let put = json!({"pk": {"S": "HEALTH"}, "sk": {"S": "crm"}, "off_since": {"S": "never"}});
    ask(&office.world.proxy.url, "PutItem", &json!({"TableName": aftertaste_local::TABLE, "Item": put})).await;
    let summary = office.minute().await;
    assert_eq!((summary.events, summary.delivered, summary.broken), (4, 4, 0), "{summary:?}");
    let event = office.tell("response.recorded").await;
    office.receiver.answer("/crm", Manner::Says(500, ""));
    office.minute().await;
    let sk = office.world.items("DELIVERY#crm").await;
    let sk = sk.iter().find(|item| item["id"] == json!(event.id)).unwrap()["sk"].as_str().unwrap().to_owned();
    poison(&office.world, "DELIVERY#crm", &sk, "attempts", json!({"S": "none"})).await;
    let last = office.tell("response.taken_back").await;
    office.receiver.answer("/crm", Manner::Says(204, ""));
    office.forward(1.hour());
    assert_eq!(office.run().await.unwrap().broken, 1);
    assert!(office.receiver.taken().contains(&last.id));
}

#[tokio::test]
async fn one_that_hangs_or_babbles_holds_up_no_other() {
    let mut office = Office::new().await;
    office.terms.patience = std::time::Duration::from_millis(300);
    for id in ["hangs", "babbles", "well"] {
        office.put(id, nothing()).await;
    }
    office.receiver.answer("/hangs", Manner::Hangs);
    office.receiver.answer("/babbles", Manner::Babbles);
    for _ in 0..30 {
        office.tell("response.recorded").await;
    }
    let summary = office.minute().await;
    assert_eq!(summary.delivered, 60, "{summary:?}");
    let hung = office.receiver.got().iter().filter(|got| got.path == "/hangs").count();
    assert!(hung <= 10, "it is left alone after some: {hung}");
    assert!(office.shown("hangs").await["paused_until"].is_string());
}

#[tokio::test]
async fn what_is_due_in_the_middle_of_a_second_is_not_lost_in_it() {
    let office = Office::new().await;
    office.put("crm", nothing()).await;
    for _ in 0..12 {
        office.receiver.answer("/crm", Manner::Says(500, ""));
        let event = office.tell("response.recorded").await;
        office.run().await.unwrap();
        office.receiver.answer("/crm", Manner::Says(204, ""));
        // It is due again in five seconds, give or take a half.
        for _ in 0..8 {
            office.forward(1.second());
            office.run().await.unwrap();
        }
        assert_eq!(office.delivery("crm", &event).await.unwrap().state, DeliveryState::Delivered);
    }
}

/// A run that was killed has left the event, and a delivery of it that is due.
#[tokio::test]
async fn what_is_due_twice_is_sent_once() {
    let office = Office::new().await;
    for id in ["a", "b"] {
        office.put(id, nothing()).await;
        office.receiver.answer(&format!("/{id}"), Manner::Says(500, ""));
    }
    let event = office.tell("response.recorded").await;
    office.run().await.unwrap();
    for id in ["a", "b"] {
        office.receiver.answer(&format!("/{id}"), Manner::Says(204, ""));
    }
    assert!(office.sender.app.table.put_event(&event).await.unwrap());
    office.forward(1.hour());
    for _ in 0..3 {
        office.run().await.unwrap();
        office.forward(1.hour());
    }
    let taken = |path: &str| office.receiver.got().iter().filter(|got| got.taken && got.path == path).count();
    assert_eq!((taken("/a"), taken("/b"), office.items("EVENT#").await), (1, 1, 0));
}

#[tokio::test]
async fn an_endpoint_whose_secret_can_not_be_opened_holds_up_no_other() {
    let office = Office::new().await;
    for id in ["a", "b", "c"] {
        office.put(id, nothing()).await;
    }
    poison(&office.world, "ENDPOINTS", "b", "sealed", json!({"S": "9.AAAA"})).await;
    let event = office.tell("response.recorded").await;
    for _ in 0..3 {
        office.minute().await;
    }
    assert_eq!(office.receiver.taken(), [event.id.clone(), event.id.clone()]);
    let why = office.delivery("b", &event).await.unwrap().why.unwrap();
    assert_eq!(why, "Its secret can't be opened: put the endpoint anew.");
    // Nor does a delivery of one that can't be read.
    let event = office.event("response.recorded");
    let sk = format!("{}#{}", event.at, event.id);
    let spoiled = json!({"pk": {"S": "DELIVERY#b"}, "sk": {"S": sk}, "state": {"N": "1"}});
    ask(&office.world.proxy.url, "PutItem", &json!({"TableName": aftertaste_local::TABLE, "Item": spoiled})).await;
    office.sender.app.table.put_event(&event).await.unwrap();
    for _ in 0..3 {
        office.minute().await;
    }
    assert_eq!(office.receiver.taken().iter().filter(|id| **id == event.id).count(), 2, "at each of the others once");
}

#[tokio::test]
async fn one_that_takes_its_time_does_not_fill_a_run() {
    let mut office = Office::new().await;
    // Long enough to read all that is due on a busy machine, and far too short for the slow one.
    office.terms.work = std::time::Duration::from_secs(15);
    office.put("slow", json!({"types": ["response.recorded"], "per_second": 200})).await;
    office.put("quick", json!({"types": ["response.taken_back"]})).await;
    office.receiver.answer("/slow", Manner::Takes(1_500));
    for _ in 0..1_500 {
        office.tell("response.recorded").await;
    }
    for _ in 0..5 {
        office.tell("response.taken_back").await;
    }
    office.minute().await;
    assert_eq!(office.receiver.got().iter().filter(|got| got.path == "/quick").count(), 5);
}

#[tokio::test]
async fn what_has_waited_goes_no_quicker_than_the_pace() {
    let mut office = Office::new().await;
    office.terms.work = std::time::Duration::from_secs(6);
    office.put("crm", json!({"per_second": 4})).await;
    office.receiver.answer("/crm", Manner::Takes(1_800));
    for _ in 0..40 {
        office.tell("response.recorded").await;
    }
    let later = async {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        office.receiver.answer("/crm", Manner::Says(204, ""));
        let (before, began) = (office.receiver.got().len(), std::time::Instant::now());
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        (office.receiver.got().len() - before, began.elapsed().as_secs_f64())
    };
    let (_, (sent, seconds)) = futures::future::join(office.minute(), later).await;
    let sent = f64::from(u32::try_from(sent).unwrap());
    assert!(sent <= 4.0 * seconds + 2.0, "{sent} in {seconds} s");
}
