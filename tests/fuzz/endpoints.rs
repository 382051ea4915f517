//! Endpoints: one that stays as it is, some that are put, acted on and taken away in any way, and two that can't be read.

use aftertaste::{
    domain::Id,
    table::{Delivery, DeliveryState, Table, Tried},
};
use aftertaste_local::TABLE;
use deliveries::{endpoint::EndpointDetails, webhook::Secret};
use jiff::ToSpan;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    scene::{Draw, Plan, Scene},
    wire::Reply,
};
use crate::{events::keys, harness::proxy::ask};

/// The first is only put right, so that there is always one to act on. The last can't be read until it is put again.
const ENDPOINTS: [&str; 5] = [OWN_ENDPOINT, "spare-1", "spare-2", "spare-3", "spoiled"];

const OWN_ENDPOINT: &str = "own";

/// How many events have gone to the endpoint that stays.
const EVENTS: usize = 20;

/// The key in the addresses of robots that are put.
const ROBOT_KEY: &str = "566cc69da782ec33fuzz";

const KINDS: [&str; 3] = ["endpoint.test", "response.recorded", "survey.link.issued"];

/// The endpoint that a request is about.
pub fn drawn(draw: &mut Draw, method: &str, is_careful: bool) -> &'static str {
    let first = usize::from(method == "DELETE" || (method == "PUT" && !is_careful));
    draw.pick(&ENDPOINTS[first..])
}

/// Puts those that can be read, with what has gone to the one that stays.
pub async fn put(table: &Table, scene: &Scene) {
    let secrets = [Secret::new([7; 32]).text()];
    for endpoint in &ENDPOINTS[..ENDPOINTS.len() - 1] {
        let details = json!({"to": {"webhook": {"url": format!("https://hooks.example.invalid/{endpoint}")}}});
        let details: EndpointDetails = serde_json::from_value(details).unwrap();
        let (id, times): (Id, _) = (endpoint.parse().unwrap(), (scene.now, None));
        table
            .put_endpoint(
                (&id, aftertaste::table::Over::Anything),
                &details,
                &secrets,
                times,
                (&keys().seal, Uuid::new_v4()),
            )
            .await
            .unwrap();
    }
    for number in 0..EVENTS {
        let (id, at) = event(scene, number);
        let state = if number % 2 == 0 { DeliveryState::Delivered } else { DeliveryState::Failed };
        let attempts = vec![Tried { at, status: Some(500), said: None, ms: 3 }; number];
        let (kind, data) = (KINDS[number % 3].to_owned(), json!({"store": 12}).to_string());
        let (until, next, why, payment) = (at + 96.hours(), None, None, None);
        let delivery = Delivery { id, kind, at, until, state, attempts, next, why, data, payment };
        table.put_delivery(OWN_ENDPOINT, &delivery, scene.now).await.unwrap();
    }
}

/// The id of an event, and when it happened.
fn event(scene: &Scene, number: usize) -> (String, jiff::Timestamp) {
    let at = jiff::Timestamp::from_second(scene.now.as_second()).unwrap();
    (format!("evt_{number:032x}"), at - i64::try_from(number).unwrap().hours())
}

/// Puts an endpoint, a delivery, a failure and something that is due, none of which can be read.
pub async fn put_unreadable(dynamodb: &str, scene: &Scene) {
    let text = |text: &str| json!({"S": text});
    let at = scene.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (pk, sk, name, value) in [
        ("ENDPOINTS", "spoiled", "endpoint", text("{\"to\":{\"later\":{}}}")),
        ("ENDPOINTS", "Not an id", "since", json!({"N": "1"})),
        ("HEALTH", "spoiled", "pauses", text("many")),
        ("HEALTH", "Not an id", "pauses", json!({"N": "1"})),
        ("DELIVERY#own", &format!("{at}#evt_spoiled"), "state", json!({"N": "1"})),
        ("FAILED#own", &format!("{at}#evt_spoiled"), "expires", text("never")),
        ("FAILED#own", "9", "expires", json!({"N": "1"})),
        ("EVENT#7", &format!("{at}#evt_7"), "type", json!({"N": "1"})),
    ] {
        let item = json!({"pk": text(pk), "sk": text(sk), name: value});
        ask(dynamodb, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    }
}

/// A body for `PUT /endpoints/{endpoint}`.
pub fn body(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let hook =
        json!({"webhook": {"url": format!("https://hooks.example.invalid/{}?key={}", plan.endpoint, draw.below(9))}});
    let is_own = plan.endpoint == OWN_ENDPOINT;
    let turn = if is_own { 0 } else { draw.below(6) };
    let mut body = match turn {
        0..=2 => json!({"to": hook}),
        3 => {
            let address = format!("https://oapi.dingtalk.com/robot/send?access_token={ROBOT_KEY}");
            json!({"to": {"robot": "dingtalk"}, "secrets": [address, "SEC0123456789"], "language": "en"})
        }
        4 => json!({"to": {"mail": {"address": "ops@example.cn"}}, "types": ["endpoint.*"]}),
        _ => json!({"to": {"eventbridge": {}}}),
    };
    if draw.one_in(3) && turn != 4 {
        body["types"] = json!([draw.pick(&["endpoint.*", "count.failed", "endpoint.test"]), "response.*"]);
    }
    if draw.one_in(3) {
        body["scopes"] = json!([draw.pick(&["cn", "cn/east", "store/12"]), "store/13"]);
    }
    if draw.one_in(3) {
        body["per_second"] = json!(1 + draw.below(200));
    }
    if draw.one_in(6) {
        // As `GET` shows it.
        body["state"] = json!("failing");
        body["deliveries"] = json!([{"event": "evt_0", "attempts": []}]);
    }
    if draw.slips(6) {
        odd(draw, &mut body);
    }
    body
}

/// Addresses and lists at their limits, and those that lead inside.
fn odd(draw: &mut Draw, body: &mut Value) {
    let long = format!("https://hooks.example.invalid/{}", "a".repeat(draw.pick(&[2_018, 2_019, 12_000])));
    let url = draw.pick(&[
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://a@hooks.example.invalid/",
        "https://hooks.example.invalid:0/",
        "https://hooks.example.invalid/#a",
        "http://127.0.0.1:9/",
        "https://",
        "//hooks",
        "https://\u{5473}.cn/",
        long.as_str(),
    ]);
    match draw.below(6) {
        0..=2 => body["to"] = json!({"webhook": {"url": url}}),
        3 => body["scopes"] = Value::from(vec!["cn"; draw.pick(&[50, 51, 1_500])]),
        4 => body["secrets"] = json!(["whsec_", "\\".repeat(draw.pick(&[1, 4_096, 4_097]))]),
        _ => body["types"] = Value::from(vec!["response.*"; draw.pick(&[50, 51, 1_000])]),
    }
}

/// A body for `POST /endpoints/{endpoint}`.
pub fn act(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let (id, at) = event(plan.scene, draw.below(EVENTS + 2));
    match draw.below(6) {
        0 => json!({"test": {}}),
        1 => json!({"rotate": {}}),
        2 => json!({"replay": {"failed": {}}}),
        3 => json!({"replay": {"since": plan.scene.now - 5.hours()}}),
        _ => json!({"replay": {"event": {"id": id, "timestamp": at}}}),
    }
}

/// Whether a reply shows a secret that it does not make. The call that makes a webhook's shows it, and none a robot's.
pub fn tells_a_secret(route: &str, reply: &Reply) -> bool {
    let text = String::from_utf8_lossy(&reply.body);
    let is_key =
        |text: &str| text.bytes().take(40).filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'+').count() > 30;
    let told = text.split("whsec_").skip(1).filter(|rest| is_key(rest)).count();
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let makes = ["PUT /endpoints/{endpoint}", "POST /endpoints/{endpoint}"].contains(&route) && reply.status < 300;
    let may = usize::from(makes && body["secret"].is_string());
    told > may || text.contains(ROBOT_KEY)
}
