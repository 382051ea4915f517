//! The calls of endpoints: an operator puts them, tries them, has events sent again, and takes them away.

use std::collections::BTreeSet;

use aftertaste::{
    domain::Id,
    http::Reply,
    table::{Delivery, DeliveryState, Health, Tried},
};
use deliveries::{endpoint::EndpointDetails, webhook::Secret};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Scene,
    calls::{Call, new},
};
use crate::events::event;

/// How many characters a secret has that is made here.
const LENGTH_OF_SECRET: usize = 50;

/// The call that an event of events/ is.
fn body(name: &str) -> Value {
    serde_json::from_str(event("manage-catalog", name)["body"].as_str().unwrap()).unwrap()
}

fn one(route: &'static str) -> Call {
    new(route).at(&[("endpoint", "crm")]).grant("admin")
}

/// Puts an endpoint that was switched off two hours ago, with its health. It has an event that
/// arrived, one that waits and one that failed.
pub async fn put_one_that_is_off(scene: &Scene) {
    let (id, now, table): (Id, _, _) = ("old".parse().unwrap(), scene.now, &scene.app.table);
    let details: EndpointDetails = serde_json::from_value(body("former-endpoint")).unwrap();
    let secrets = [Secret::new([7; 32]).text(), Secret::new([8; 32]).text()];
    let times = (now - 240.hours(), Some(now + 1.hour()));
    table
        .put_endpoint(
            (&id, aftertaste::table::Over::Anything),
            &details,
            &secrets,
            times,
            (&scene.app.keys.seal, Uuid::nil()),
        )
        .await
        .unwrap();
    let health = Health {
        writes: 3,
        last_success: Some(now - 150.hours()),
        failing_since: Some(now - 122.hours()),
        pauses: 9,
        paused_until: Some(now + 1.hour()),
        off_since: Some(now - 2.hours()),
        why: Some("Nothing has arrived for 5 days. It answered 500.".into()),
    };
    table.put_health(&id, &health, now).await.unwrap();
    let tried =
        |at: Timestamp, status| Tried { at, status, said: status.is_none().then(|| "No answer.".into()), ms: 31 };
    for (hours, state) in [(150, DeliveryState::Delivered), (122, DeliveryState::Failed), (3, DeliveryState::Waiting)] {
        let at = now - hours.hours();
        let delivery = Delivery {
            id: format!("evt_{hours:032x}"),
            kind: "response.recorded".into(),
            at,
            until: at + 96.hours(),
            state,
            attempts: vec![tried(at, None), tried(at + 5.minutes(), Some(if hours == 150 { 204 } else { 500 }))],
            next: (state == DeliveryState::Waiting).then_some(now + 1.hour()),
            why: (state == DeliveryState::Failed).then(|| "It could not arrive in time.".into()),
            data: json!({"store": 12, "nps": 9}).to_string(),
            payment: None,
        };
        table.put_delivery("old", &delivery, now).await.unwrap();
    }
}

pub fn endpoints(now: Timestamp) -> Vec<Call> {
    [of_old(now), put(), acted(), taken_away(), duties()].concat()
}

fn duties() -> Vec<Call> {
    let of = |route, scope| new(route).at(&[("scope", scope)]).grant("admin");
    let put = |scope, body: Value| of("PUT /duty/{scope+}", scope).json(&body);
    let chat = json!({"to": {"robot": "wecom"},
        "secrets": ["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"]});
    vec![
        new("PUT /endpoints/{endpoint}").at(&[("endpoint", "chat")]).grant("admin").json(&chat),
        put("cn/east", json!({"endpoint": "chat"})),
        put("cn/east", json!({"duty": "cn/east", "endpoint": "chat", "digest": "daily"})),
        put("store/12", json!({"endpoint": "chat"})).grant("admin:store/12"),
        put("store/12", json!({"endpoint": "chat"})).grant("admin:store/13"),
        put("cn/east", json!({"endpoint": "chat"})).grant("report:cn/east"),
        put("mars", json!({"people": ["nobody"], "endpoint": "none"})),
        put("cn/east", json!({})),
        put("CN", json!({"endpoint": "chat"})),
        put("cn/east", json!({"endpoint": "chat", "digest": "hourly"})),
        put("cn/east", json!({"endpoint": "chat", "colour": "red"})),
        of("PUT /duty/{scope+}", "cn/east").sends("text/plain", "chat"),
        new("GET /duty").grant("admin"),
        new("GET /duty").grant("admin:store/12"),
        new("GET /duty").grant("report:cn/east"),
        new("GET /duty"),
        of("DELETE /duty/{scope+}", "cn/east").grant("admin:store/12"),
        of("DELETE /duty/{scope+}", "cn/east"),
        of("DELETE /duty/{scope+}", "cn/east"),
    ]
}

fn of_old(now: Timestamp) -> Vec<Call> {
    let old = |route| new(route).at(&[("endpoint", "old")]).grant("admin");
    let again = |event: &str, at: Timestamp| json!({"replay": {"event": {"id": event, "timestamp": at}}});
    let post = |body: &Value| old("POST /endpoints/{endpoint}").json(body);
    let failed = (format!("evt_{:032x}", 122), now - 122.hours());
    let mut shown = body("former-endpoint");
    for name in ["endpoint", "since", "state", "why", "failed", "deliveries", "former_secret_until", "off_since"] {
        shown[name] = json!("as GET shows it");
    }
    vec![
        new("GET /endpoints").grant("admin"),
        old("GET /endpoints/{endpoint}"),
        post(&json!({"test": {}})),
        post(&again(&failed.0, failed.1)),
        post(&json!({"rotate": {}})),
        old("PUT /endpoints/{endpoint}").json(&shown),
        old("GET /endpoints/{endpoint}"),
        post(&again(&failed.0, failed.1)),
        post(&again(&failed.0, now)),
        post(&json!({"replay": {"failed": {}}})),
        post(&json!({"replay": {"since": now - 24.hours()}})),
    ]
}

fn put() -> Vec<Call> {
    let put = |body: &Value| one("PUT /endpoints/{endpoint}").json(body);
    let good = body("valid-endpoint");
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        put(&changed)
    };
    let robot = json!({"to": {"robot": "wecom"}, "types": ["endpoint.test"], "language": "zh-TW",
        "secrets": ["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"]});
    let to = |to: Value| put(&json!({"to": to}));
    vec![
        one("GET /endpoints/{endpoint}"),
        one("POST /endpoints/{endpoint}").json(&json!({"test": {}})),
        one("DELETE /endpoints/{endpoint}"),
        put(&good),
        put(&good),
        with("types", json!(["case.forgotten", "response.*"])),
        with("scopes", json!(["store/4040", "cn/north", "mars"])),
        with("scopes", json!(["CN"])),
        with("per_second", json!(0)),
        with("language", json!("fr")),
        with("colour", json!("red")),
        with("secrets", json!(["whsec_"])),
        with("secrets", json!("whsec_")),
        to(json!({"webhook": {}})),
        to(json!({"webhook": {"url": "http://hooks.example.invalid/"}})),
        to(json!({"webhook": {"url": "https://169.254.169.254/latest/meta-data/"}})),
        to(json!({"pigeon": {}})),
        to(json!({"mail": {"address": "ops"}})),
        to(json!({"robot": "wecom"})),
        put(&robot),
        put(&json!({"to": {"robot": "dingtalk"}})),
        put(&json!({"to": {"mail": {"address": "ops@example.cn"}}, "types": ["response.*"]})),
        put(&json!({"to": {"mail": {"address": "ops@example.cn"}}})),
        put(&json!({"to": {"eventbridge": {}}})),
        put(&good),
        one("PUT /endpoints/{endpoint}").sends("application/json", "{"),
        one("PUT /endpoints/{endpoint}").sends("text/plain", "{}"),
        one("PUT /endpoints/{endpoint}").sends("application/json", &"x".repeat(16_385)),
        new("PUT /endpoints/{endpoint}").at(&[("endpoint", "-")]).grant("admin").json(&good),
        one("PUT /endpoints/{endpoint}").grant("admin:cn").json(&good),
        new("PUT /endpoints/{endpoint}").at(&[("endpoint", "crm")]).json(&good),
    ]
}

fn acted() -> Vec<Call> {
    let post = |body: &Value| one("POST /endpoints/{endpoint}").json(body);
    let robot = || new("POST /endpoints/{endpoint}").at(&[("endpoint", "chat")]).grant("admin");
    let chat =
        json!({"to": {"robot": "feishu"}, "secrets": ["https://open.feishu.cn/open-apis/bot/v2/hook/a1b2-c3d4"]});
    vec![
        one("GET /endpoints/{endpoint}"),
        post(&json!({"test": {}})),
        post(&json!({"rotate": {}})),
        post(&json!({"replay": {"failed": {}}})),
        post(&json!({"replay": {"since": "noon"}})),
        post(&json!({"replay": {"event": {"id": "evt_0", "timestamp": "2026-11-21T04:31:07Z"}}})),
        post(&json!({"shout": {}})),
        post(&json!({})),
        one("POST /endpoints/{endpoint}").sends("application/json", "{"),
        one("POST /endpoints/{endpoint}").grant("report:").json(&json!({"test": {}})),
        new("PUT /endpoints/{endpoint}").at(&[("endpoint", "chat")]).grant("admin").json(&chat),
        robot().json(&json!({"rotate": {}})),
        robot().json(&json!({"test": {}})),
        new("GET /endpoints/{endpoint}").at(&[("endpoint", "chat")]).grant("admin"),
        new("GET /endpoints").grant("admin"),
        new("GET /endpoints").grant("admin:cn"),
        new("GET /endpoints"),
    ]
}

fn taken_away() -> Vec<Call> {
    let delete = |id| new("DELETE /endpoints/{endpoint}").at(&[("endpoint", id)]);
    vec![
        delete("crm").grant("issue"),
        delete("crm").grant("admin"),
        delete("crm").grant("admin"),
        delete("chat").grant("admin"),
        delete("old").grant("admin"),
        delete("-").grant("admin"),
        new("GET /endpoints").grant("admin"),
        new("GET /audit").grant("admin"),
    ]
}

/// The secrets of webhooks that were shown so far. Each is shown once, by the call that made it.
#[derive(Default)]
pub struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Checks a reply and its log for secrets that were shown before, and writes a constant in the place of a secret.
    pub fn mask(&mut self, entry: &mut Value, reply: &Reply) {
        let said = format!("{} {}", String::from_utf8_lossy(&reply.body), entry["log"]);
        assert!(!self.0.iter().any(|secret| said.contains(secret)), "a secret is told again: {entry}");
        if let Some(secret) = entry.pointer_mut("/reply/body/secret") {
            let text = secret.as_str().unwrap().to_owned();
            assert_eq!((text.len(), Secret::parse(&text).is_ok()), (LENGTH_OF_SECRET, true));
            assert!(!entry["log"].to_string().contains(&text), "a secret is logged");
            entry["reply"]["body"]["secret"] = json!("whsec_…");
            self.0.insert(text);
        }
    }

    /// How many were shown.
    pub fn told(&self) -> usize {
        self.0.len()
    }
}
