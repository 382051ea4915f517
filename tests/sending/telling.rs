//! Events of responses to endpoints: as many as anybody is shown, once each, and no more of each than a day.

use std::collections::BTreeSet;

use aftertaste::{
    app::App,
    count::response_id_at_once,
    domain::{access::GuestKeys, visit::Channel},
    http::Request,
    lambda::Call,
    memory::Catalog,
};
use jiff::{Span, Timestamp, ToSpan};
use roll_up_stores::{CountError, Summary};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::office::Office;
use crate::{
    blinding::poison,
    harness::{Guests, answers, signed_for},
};

const STORE: u32 = 77;

/// The id of an answer, as it is worked out without the code under test.
fn response_id(submission: Uuid) -> String {
    let hash = Sha256::new().chain_update("aftertaste/response/v1\0").chain_update(submission.as_bytes()).finalize();
    format!("res_{}", hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn office() -> Office {
    Office::with_a_store(STORE).await
}

fn guests() -> Guests {
    answers().store(STORE)
}

/// A count so long from now.
async fn count(office: &Office, later: Span, event: Value) -> Result<Summary, CountError> {
    let table = &office.sender.app.table;
    let (catalog, at) = (Catalog::new(table.clone(), Catalog::AGE), Timestamp::now() + later);
    roll_up_stores::handle(table, &catalog, serde_json::from_value(event).unwrap(), Uuid::new_v4(), || at).await
}

/// A count in some minutes: answers until now are settled then. And its events, sent.
async fn told(office: &Office) -> Vec<Value> {
    count(office, 5.minutes(), json!({"days": "recent"})).await.unwrap();
    sent(office).await
}

async fn tomorrow(office: &Office) -> Vec<Value> {
    count(office, 24.hours(), json!({"days": "recent"})).await.unwrap();
    sent(office).await
}

/// Everything that the endpoint has got so far, in the order of its ids.
async fn sent(office: &Office) -> Vec<Value> {
    office.set(Timestamp::now() + 25.hours());
    let summary = office.run().await.unwrap();
    assert_eq!((summary.failed, summary.left, summary.broken), (0, 0, 0), "{summary:?}");
    let got = office.receiver.got();
    let ids: BTreeSet<_> = got.iter().map(|got| got.id().to_owned()).collect();
    assert_eq!(ids.len(), got.len(), "each came once");
    let mut events: Vec<Value> = got.iter().map(super::super::harness::receiver::Got::json).collect();
    events.sort_by_key(|event| (event["type"].to_string(), event["data"]["response"].to_string()));
    events
}

fn of<'a>(events: &'a [Value], kind: &'a str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

fn ids(office: &Office, guests: &[&Guests]) -> BTreeSet<String> {
    let visits = guests.iter().flat_map(|guests| guests.visits(office.world.keyring()));
    visits.map(|(_, response)| response_id(response.submission.unwrap())).collect()
}

fn responses(events: &[&Value]) -> BTreeSet<String> {
    events.iter().map(|event| event["data"]["response"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn of_the_running_day_the_first_five_and_ten_are_told() {
    let office = office().await;
    let first = guests().times(4);
    first.put(&office.world).await;
    assert_eq!(told(&office).await, Vec::<Value>::new(), "four are fewer than five");
    let then = guests().nps(3).text("汤凉了，打 138 1234 5678").times(3);
    then.put(&office.world).await;
    let events = told(&office).await;
    let fifth: Vec<_> = then.visits(office.world.keyring()).into_iter().take(1).collect();
    let mut expected = ids(&office, &[&first]);
    expected.insert(response_id(fifth[0].1.submission.unwrap()));
    assert_eq!(responses(&events.iter().collect::<Vec<_>>()), expected);
    let event = events.iter().find(|event| event["data"]["answers"]["nps"] == 3).unwrap();
    let known: BTreeSet<&str> = event["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(known, BTreeSet::from(["answers", "codes", "day", "response", "store", "survey"]));
    assert!(event["timestamp"].as_str().unwrap().ends_with(":00:00Z"), "{event}");
    guests().times(3).put(&office.world).await;
    assert_eq!(told(&office).await.len(), 10);
    assert_eq!(told(&office).await.len(), 10, "nothing is told again");
    assert_eq!(tomorrow(&office).await.len(), 10);
    guests().times(2).put(&office.world).await;
    assert_eq!(tomorrow(&office).await.len(), 12, "of a day that is over all");
}

#[tokio::test]
async fn what_may_not_have_come_in_is_waited_for() {
    let office = office().await;
    guests().times(5).put(&office.world).await;
    count(&office, 1.minute(), json!({"days": "recent"})).await.unwrap();
    assert_eq!(sent(&office).await.len(), 0);
    assert_eq!(told(&office).await.len(), 5, "also where the day's rollup has not changed since");
}

#[tokio::test]
async fn of_a_day_with_fewer_than_five_nothing_is_told() {
    let office = office().await;
    guests().times(4).put(&office.world).await;
    guests().channel(Channel::Table).times(4).put(&office.world).await;
    guests().channel(Channel::Test).times(7).put(&office.world).await;
    assert_eq!(tomorrow(&office).await.len(), 0);
    guests().channel(Channel::Table).put(&office.world).await;
    let events = tomorrow(&office).await;
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event["data"]["codes"] == true));
}

#[tokio::test]
async fn what_is_taken_back_is_told_to_whoever_was_told_of_it() {
    let office = office().await;
    let (first, second) = (guests().times(5), guests().times(5));
    first.put(&office.world).await;
    assert_eq!(told(&office).await.len(), 5);
    second.put(&office.world).await;
    first.take_back(&office.world).await;
    second.take_back(&office.world).await;
    let events = tomorrow(&office).await;
    assert_eq!(of(&events, "response.recorded").len(), 5);
    let gone = of(&events, "response.taken_back");
    assert_eq!(responses(&gone), ids(&office, &[&first]), "nobody was told of the others");
    assert_eq!(gone[0]["data"].as_object().unwrap().keys().collect::<Vec<_>>(), ["response", "store"]);
    assert_eq!(tomorrow(&office).await.len(), 10);
}

#[tokio::test]
async fn what_is_given_anew_is_told_when_the_day_is_over() {
    let office = office().await;
    let first = guests().times(6);
    first.put(&office.world).await;
    assert_eq!(told(&office).await.len(), 5);
    let (visit, mut response) = first.visits(office.world.keyring()).remove(0);
    let table = &office.sender.app.table;
    table.take_back(visit, response.submission.unwrap()).await.unwrap();
    (response.submission, response.taken_back) = (Some(Uuid::new_v4()), response.submission);
    response.answered_at = Timestamp::now();
    table.record(visit, &response, Timestamp::now() + 100.hours()).await.unwrap();
    let events = told(&office).await;
    assert_eq!((of(&events, "response.recorded").len(), of(&events, "response.taken_back").len()), (5, 1));
    let events = tomorrow(&office).await;
    let anew = response_id(response.submission.unwrap());
    assert_eq!(of(&events, "response.recorded").len(), 7);
    assert!(responses(&of(&events, "response.recorded")).contains(&anew));
    assert_eq!(tomorrow(&office).await.len(), 8);
}

#[tokio::test]
async fn a_count_that_is_cut_off_anywhere_tells_each_once() {
    let office = office().await;
    for (round, writes) in [0, 1, 3, 4, 6, 9].into_iter().enumerate() {
        for loses_reply in [false, true] {
            guests().times(5).put(&office.world).await;
            office.world.proxy.cut_after(writes, loses_reply);
            let cut = count(&office, 5.minutes(), json!({"days": "recent"})).await;
            office.world.proxy.mend();
            office.sender.app.table.end_lease(aftertaste::table::Work::Counting).await.unwrap();
            // Events that were put until then are sent.
            let before = sent(&office).await.len();
            let events = told(&office).await.len();
            assert_eq!(events, (round * 2 + usize::from(loses_reply) + 1) * 5, "{writes} {cut:?} {before}");
        }
    }
}

#[tokio::test]
async fn what_nobody_wanted_when_it_was_answered_is_not_told() {
    let office = Office::new().await;
    answers().hours_ago(30).times(20).put(&office.world).await;
    assert_eq!(tomorrow(&office).await.len(), 0);
    office.world.proxy.taken();
    count(&office, 24.hours(), json!({"days": "recent"})).await.unwrap();
    let (consumed, calls) = office.world.proxy.taken();
    assert_eq!(calls.iter().filter(|call| *call == "GetItem").count(), 1, "the brand alone: {calls:?}");
    assert_eq!(consumed.written, 2.0, "the lease, taken and given back, and nothing is told");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    office.put("crm", json!({})).await;
    assert_eq!(tomorrow(&office).await.len(), 0, "they were answered before there was an endpoint");
    assert_eq!(office.items("TOLD#").await, 0);
    count(&office, 24.hours(), json!({"from": "2026-11-01", "to": "2026-11-29"})).await.unwrap();
    assert_eq!(sent(&office).await.len(), 0);
}

#[tokio::test]
async fn an_event_stays_under_20_kb() {
    let office = office().await;
    let mut many = guests().times(5);
    for i in 0..30 {
        many.response.answers.insert(
            format!("text-{i}").parse().unwrap(),
            aftertaste::domain::survey::Answer::Text("汤很好。".repeat(250)),
        );
    }
    many.put(&office.world).await;
    let events = told(&office).await;
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event.to_string().len() < 20_000 && event["data"]["shortened"] == true));
}

#[tokio::test]
async fn told_at_once_an_event_says_that_an_answer_came_and_not_what() {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    let app = App::<GuestKeys> {
        table: office.sender.app.table.clone(),
        catalog: office.sender.app.catalog.clone(),
        keys: office.world.keyring().clone(),
        public_url: office.sender.app.public_url.clone(),
        lifetimes: office.sender.app.lifetimes,
        reach: office.sender.app.reach,
        responses_at_once: true,
        pace: 1,
    };
    let call = async |method: &str, link: &str, body: Value| {
        let request: Request = serde_json::from_value(json!({
            "version": "2.0",
            "routeKey": format!("{method} /s/{{link}}"),
            "headers": {"content-type": "application/json", "submission": body["submission"].as_str().unwrap_or_default()},
            "pathParameters": {"link": link},
            "body": body.to_string(),
            "isBase64Encoded": false,
        }))
        .unwrap();
        let call = Call { now: Timestamp::now(), fresh: Uuid::new_v4() };
        record_response::handle(&app, &request, call).await.status.as_u16()
    };
    let submission = Uuid::new_v4();
    let body = json!({"submission": submission, "answers": {"nps": 8, "csat": 4, "why": "汤凉了"}});
    let link = office.world.link("4711").await;
    assert_eq!(call("POST", &link, body.clone()).await, 201);
    assert_eq!(call("POST", &link, body.clone()).await, 200, "sent again");
    let test = signed_for(office.world.keyring(), 12, Timestamp::now(), "test", Channel::Test, 0);
    assert_eq!(call("POST", &test, json!({"answers": {"nps": 9, "csat": 5}})).await, 201);
    let part = office.world.link("4712").await;
    assert_eq!(call("POST", &part, json!({"partial": true, "answers": {"nps": 9}})).await, 201);
    let events = sent(&office).await;
    let id = response_id_at_once(submission);
    assert_ne!(id, response_id(submission), "nobody sets one beside the other");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (events[0]["type"].as_str(), &events[0]["data"]),
        (Some("response.recorded"), &json!({"response": id, "store": 12}))
    );
    assert_eq!(call("DELETE", &link, body.clone()).await, 204);
    let events = sent(&office).await;
    assert_eq!(events[1]["type"], "response.taken_back");
    assert_eq!(events[1]["data"]["response"], json!(id));
}

#[tokio::test]
async fn a_count_that_failed_is_told_once_an_hour() {
    let office = office().await;
    guests().hours_ago(24).times(10).put(&office.world).await;
    count(&office, 1.minute(), json!({"days": "recent"})).await.unwrap();
    sent(&office).await;
    let items = office.world.items("R#").await;
    let sk = items[0]["sk"].as_str().unwrap();
    poison(&office.world, &format!("R#{STORE}"), sk, "expires", json!({"S": "never"})).await;
    for _ in 0..3 {
        count(&office, 1.minute(), json!({"days": "recent"})).await.unwrap_err();
    }
    let events = sent(&office).await;
    let failed = of(&events, "count.failed");
    assert_eq!(failed.len(), 1, "{events:?}");
    assert_eq!(failed[0]["data"]["failures"], 1);
    count(&office, 1.minute(), json!({"days": "recent"})).await.unwrap_err();
    assert_eq!(of(&sent(&office).await, "count.failed").len(), 1, "also after it was sent");
    count(&office, 2.hours(), json!({"days": "recent"})).await.unwrap_err();
    assert_eq!(of(&sent(&office).await, "count.failed").len(), 2);
}

#[tokio::test]
async fn whoever_puts_an_endpoint_anew_gets_no_single_answer() {
    let office = office().await;
    guests().times(4).put(&office.world).await;
    assert_eq!(told(&office).await.len(), 0);
    office.world.call(reqwest::Method::DELETE, "/endpoints/crm", "admin", Value::Null).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    office.put("crm", json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let fifth = guests();
    fifth.put(&office.world).await;
    assert_eq!(told(&office).await.len(), 0, "the fifth alone would be known");
    guests().times(5).put(&office.world).await;
    let events = told(&office).await;
    assert_eq!(events.len(), 5);
    assert!(responses(&events.iter().collect::<Vec<_>>()).is_disjoint(&ids(&office, &[&fifth])));
}
