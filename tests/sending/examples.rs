//! The examples of docs/events.md are what is sent.

use std::collections::BTreeMap;

use aftertaste::domain::{
    case::Move,
    survey::Severity,
    trend::{self, Change, Trend},
    watch::Direction,
};
use deliveries::endpoint::TYPES;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::{
    alerts,
    desk::{answer, chain, complain, guest, step, sweep},
    digests,
    office::Office,
};
use crate::{
    blinding::{count, poison},
    harness::{World, answers, file, receiver::Manner},
    nights, verdicts,
};

/// The examples, by their types.
fn examples() -> BTreeMap<String, Value> {
    let page = std::fs::read_to_string(file("docs/events.md")).unwrap();
    let blocks = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let examples = blocks.map(|block| serde_json::from_str::<Value>(block).unwrap());
    let by_type = |example: Value| (example["type"].as_str().unwrap().to_owned(), example);
    examples.map(by_type).collect()
}

/// The kind of each value in its place.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(values) => values.first().map_or_else(|| json!([]), |first| json!([shape(first)])),
        Value::String(text) if text.parse::<Timestamp>().is_ok() => json!("an instant"),
        Value::String(text) if text.starts_with("res_") => json!(format!("an id of {} characters", text.len())),
        Value::String(_) => json!("a text"),
        Value::Number(_) => json!("a number"),
        Value::Bool(_) => json!("yes or no"),
        Value::Null => json!("nothing"),
    }
}

/// The events that the office's endpoint got, by type; of each type the last.
fn got(office: &Office) -> BTreeMap<String, Value> {
    let got = office.receiver.got().into_iter().filter(|got| got.path == "/crm").map(|got| got.json());
    got.map(|event| (event["type"].as_str().unwrap().to_owned(), event)).collect()
}

async fn brand_with_programs(world: &World) {
    let mut brand = world.call(reqwest::Method::GET, "/brand", "admin", Value::Null).await.json();
    brand["wechat"] = json!({"app_id": "wx0000000000000000", "page": "pages/survey/survey"});
    brand["alipay"] = json!({"app_id": "2021000000000000", "page": "pages/survey/survey"});
    let put = world.call(reqwest::Method::PUT, "/brand", "admin", brand).await;
    assert!(put.status.is_success(), "{}", put.text);
}

/// A payment of just now, by a notice.
async fn pay(world: &World) {
    let account = json!({"provider": {"standard": {}}, "secrets": ["whsec_dGhlIHNlY3JldCBvZiBldmVudHMvIGhlcmU="],
        "stores": [{"from": "location", "is": {"12": 12}}], "channel": "wechat-message"});
    let put = world.call(reqwest::Method::PUT, "/accounts/till", "admin", account).await;
    assert!(put.status.is_success(), "{}", put.text);
    let body = json!({"type": "payment.succeeded", "timestamp": Timestamp::now(), "data": {"payment": "4711",
        "paid_at": Timestamp::now(), "store": 12, "payer": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}});
    let secret = deliveries::webhook::Secret::parse("whsec_dGhlIHNlY3JldCBvZiBldmVudHMvIGhlcmU=").unwrap();
    let bytes = body.to_string().into_bytes();
    let headers = deliveries::webhook::sign("msg_1", Timestamp::now(), &bytes, &secret, None).unwrap();
    let request = world.request(reqwest::Method::POST, "/payments/standard/till").body(bytes);
    let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    let paid = world.send(request.header("content-type", "application/json")).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
}

#[tokio::test]
async fn every_type_has_an_example_and_each_is_as_it_is_sent() {
    let mut examples = examples();
    assert_eq!(examples.keys().map(String::as_str).collect::<Vec<_>>(), TYPES);
    // Those of cases, scores that changed and summaries are below.
    let elsewhere = ["case.", "alert.", "action."];
    examples.retain(|kind, _| !elsewhere.iter().any(|own| kind.starts_with(own)) && kind != "duty.digest");
    let office = Office::with_a_store(77).await;
    brand_with_programs(&office.world).await;
    office.put("bad", json!({"types": ["response.taken_back"]})).await;
    office.receiver.answer("/bad", Manner::Says(410, ""));
    office.act("crm", json!({"test": {}})).await;
    pay(&office.world).await;
    let mut guests = answers().store(77).hours_ago(24).text("汤很鲜。").times(5);
    let liked = vec!["food".parse().unwrap(), "service".parse().unwrap()];
    guests.response.answers.insert("liked".parse().unwrap(), aftertaste::domain::survey::Answer::Choice(liked));
    guests.response.answered_at = Timestamp::now() + 2.seconds();
    guests.put(&office.world).await;
    let count_later = async |minutes: i64| {
        let table = &office.sender.app.table;
        let catalog = aftertaste::memory::Catalog::new(table.clone(), aftertaste::memory::Catalog::AGE);
        let event = serde_json::from_value(json!({"days": "recent"})).unwrap();
        let at = Timestamp::now() + minutes.minutes();
        roll_up_stores::handle(table, &catalog, event, uuid::Uuid::new_v4(), || at).await
    };
    count_later(5).await.unwrap();
    office.set(Timestamp::now() + 10.minutes());
    office.run().await.unwrap();
    guests.take_back(&office.world).await;
    count_later(6).await.unwrap();
    let sk = office.world.items("R#77").await[0]["sk"].as_str().unwrap().to_owned();
    poison(&office.world, "R#77", &sk, "expires", json!({"S": "never"})).await;
    count(&office.world).await.unwrap_err();
    for _ in 0..3 {
        office.minute().await;
    }
    let got = got(&office);
    for (kind, example) in &examples {
        let sent = got.get(kind).unwrap_or_else(|| panic!("no {kind} was sent: {:?}", got.keys()));
        assert_eq!(shape(sent), shape(example), "{kind}: {sent}");
    }
}

#[tokio::test]
async fn the_examples_of_cases_are_as_they_are_sent() {
    let office = chain().await;
    office.put("crm", json!({"types": ["case.*"]})).await;
    let key = complain(&office, &guest(&office, 31, Severity::High)).await;
    sweep(&office).await;
    for minutes in [90, 30, 1_440] {
        office.forward(minutes.minutes());
        sweep(&office).await;
    }
    answer(&office, &key).await;
    sweep(&office).await;
    step(&office, &key, "guest", &Move::SayNotSolved).await;
    sweep(&office).await;
    answer(&office, &key).await;
    step(&office, &key, "guest", &Move::SaySolved).await;
    sweep(&office).await;
    let got = got(&office);
    let examples: BTreeMap<_, _> = examples().into_iter().filter(|(kind, _)| kind.starts_with("case.")).collect();
    assert_eq!(examples.len(), 7);
    for (kind, example) in examples {
        let sent = got.get(&kind).unwrap_or_else(|| panic!("no {kind} was sent: {:?}", got.keys()));
        assert_eq!(shape(sent), shape(&example), "{kind}: {sent}");
    }
}

#[tokio::test]
async fn the_example_of_a_summary_is_as_it_is_told() {
    let office = chain().await;
    let evening = digests::next(&office, 20, 2);
    digests::duty(&office, "store/31", "wecom", None).await;
    digests::answered(&office.world, evening - 6.hours(), 9, 6).await;
    digests::next(&office, 7, 57);
    digests::count(&office).await;
    digests::next(&office, 8, 2);
    office.run().await.unwrap();
    let told = office.world.items("DELIVERY#wecom").await.pop().unwrap();
    assert_eq!(told["type"], "duty.digest");
    let data: Value = serde_json::from_str(told["data"].as_str().unwrap()).unwrap();
    let example = examples().remove("duty.digest").unwrap();
    assert_eq!(shape(&data), shape(&example["data"]), "{data}");
}

#[tokio::test]
async fn the_examples_of_scores_that_changed_are_as_they_are_sent() {
    let office = chain().await;
    office.put("crm", json!({"types": ["alert.*", "action.*"]})).await;
    let table = &office.sender.app.table;
    let of_node = alerts::trend(&office, "cn/east", Direction::Drop);
    let of_node = Trend { change: Change { parts: Some(Vec::new()), ..of_node.change.clone() }, ..of_node };
    assert!(table.open_trend(&of_node).await.unwrap());
    sweep(&office).await;
    let fell = alerts::trend(&office, "store/31", Direction::Drop);
    assert!(table.open_trend(&fell).await.unwrap());
    sweep(&office).await;
    office.forward(49.hours());
    step_trend(&office, &fell).await;
    sweep(&office).await;
    verdicts::put_improved(&office.world, 40, None).await;
    assert!(table.put_action(&verdicts::action("helped", &[405], 40, &[])).await.unwrap());
    nights::watch(table, None).await;
    office.minute().await;
    let got = got(&office);
    for (kind, example) in
        examples().into_iter().filter(|(kind, _)| ["alert.", "action."].iter().any(|own| kind.starts_with(own)))
    {
        let sent = got.get(&kind).unwrap_or_else(|| panic!("no {kind} was sent: {:?}", got.keys()));
        assert_eq!(shape(sent), shape(&example), "{kind}: {sent}");
    }
}

/// Somebody takes it, so that the other one alone is overdue.
async fn step_trend(office: &Office, trend: &Trend) {
    let taken = trend.after(&trend::Move::Take, "lin", office.now(), uuid::Uuid::new_v4()).unwrap();
    assert!(office.sender.app.table.move_trend(trend, &taken, office.now()).await.unwrap());
}
