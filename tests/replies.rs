//! Each route's replies and log, compared with those before: `tests/data/replies.json`. Sentences may become
//! better; everything that a program reads stays.
//!
//! To write it again: `WRITE_REPLIES=1 cargo black-box replies`.

pub mod calls;
mod cases;
pub mod endpoints;
mod guests_cases;
pub mod log;
mod nodes;
pub mod payments;
mod people;

use std::collections::BTreeMap;

use aftertaste::{
    app::App,
    domain::{
        access::{AllKeys, Ticket},
        visit::Channel,
    },
    http::{Reply, Request},
    lambda,
    memory::Catalog,
};
use aftertaste_local::{Stack, Template, dispatch, events::WRITTEN_FOR};
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    events::keys,
    harness::{World, file, grant, signed_by, signed_for},
};
use calls::{Call, calls};
use endpoints::{Secrets, put_one_that_is_off};
use log::Log;

/// How many secrets of webhooks the calls make.
const SECRETS: usize = 4;

/// A moment, and a stack whose catalog, keys and address are always the same.
pub struct Scene {
    pub app: App<AllKeys>,
    pub now: Timestamp,
    template: Template,
}

impl Scene {
    pub fn of(stack: &Stack) -> Self {
        let table = stack.app.table.clone();
        let catalog = Catalog::new(table.clone(), std::time::Duration::from_secs(36_000)).into();
        let app = App {
            catalog,
            table,
            keys: keys(),
            public_url: "https://s.example.cn".into(),
            lifetimes: aftertaste::domain::access::Lifetimes::default(),
            reach: deliveries::addresses::Reach::Public,
            responses_at_once: false,
            pace: 1,
        };
        Self { app, now: WRITTEN_FOR.parse().unwrap(), template: Template::read().unwrap() }
    }

    pub async fn reply(&self, call: &Call) -> Reply {
        let route = self.template.routes.iter().find(|route| format!("{} {}", route.method, route.path) == call.route);
        let function = route.unwrap_or_else(|| panic!("the template has no route {}", call.route)).function.as_str();
        let at = lambda::Call { now: self.now, fresh: Uuid::nil() };
        dispatch(&self.app, function, &self.request(call), at).await.unwrap()
    }

    fn request(&self, call: &Call) -> Request {
        let mut headers: BTreeMap<&str, String> = call.headers.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        if let Some(token) = call.token.clone().or(call.grant.map(|scopes| self.token(scopes))) {
            headers.insert("authorization", format!("Bearer {token}"));
        }
        let event = json!({
            "routeKey": call.route, "headers": headers, "rawQueryString": call.query.replace("GRANT", &self.token("report:cn/east")),
            "pathParameters": call.parameters.iter().cloned().collect::<BTreeMap<_, _>>(), "body": call.body, "isBase64Encoded": call.is_base64,
            "requestContext": {"http": {"sourceIp": "192.0.2.1"}}, "cookies": call.cookie.into_iter().collect::<Vec<_>>(),
        });
        // Every id that a call makes is the same, and so are its tickets.
        let ticket = |kind| keys().grants.ticket(kind, Uuid::nil());
        let text = event.to_string().replace("SIGN_IN", &ticket(Ticket::SignIn));
        let text = text.replace("SESSION", &ticket(Ticket::Session)).replace("FORM", &ticket(Ticket::Form));
        serde_json::from_str(&text).unwrap()
    }

    pub fn token(&self, scopes: &str) -> String {
        let ended = if scopes.starts_with("ended ") { -1 } else { 1 };
        grant(&keys().grants, scopes.trim_start_matches("ended "), self.now + ended.hours())
    }

    /// Two days of two stores, by receipt and by codes on tables, some left half-way, and their count.
    pub async fn fill(&self) {
        for i in 0..70_u32 {
            let paid = self.now - (i64::from(i % 2) * 24 * 60 + 30 + i64::from(i) * 3).minutes();
            let channel = if i % 9 == 4 { Channel::Table } else { Channel::ALL[(i % 4) as usize + 3] };
            let link = signed_for(&keys().guests, 12 + i % 2, paid, &format!("visit {i}"), channel, (i % 3) as u8);
            let mut answers = json!({"nps": (i * 7) % 11, "csat": 1 + (i * 3) % 5});
            if i % 6 == 0 {
                answers["why"] = format!("comment {i}").into();
            }
            let body = json!({"answers": answers, "partial": i % 10 == 3, "seconds": 5 + i});
            let answered = self.reply(&calls::new("POST /s/{link}").at(&[("link", &link)]).json(&body)).await;
            assert_eq!(answered.status, 201, "{body}");
        }
        let day = json!({"orders": 120, "revenue": 5120.5, "currency": "CNY"});
        let put = calls::new("PUT /stores/{store}/days/{day}").at(&[("store", "12"), ("day", "2026-11-20")]);
        assert_eq!(self.reply(&put.grant("admin").json(&day)).await.status, 200);
        self.count().await;
    }

    pub async fn count(&self) -> roll_up_stores::Summary {
        self.count_at(self.now).await
    }

    pub async fn count_at(&self, now: Timestamp) -> roll_up_stores::Summary {
        let event = serde_json::from_value(json!({"days": "recent"})).unwrap();
        let count = roll_up_stores::handle(&self.app.table, &self.app.catalog, event, uuid::Uuid::from_u128(9), || now);
        lambda::within(roll_up_stores::FUNCTION, "schedule", count).await.unwrap()
    }
}

#[tokio::test]
async fn every_route_replies_and_logs_as_it_did_before() {
    let world = World::new().await;
    let scene = Scene::of(&world.stack);
    scene.fill().await;
    put_one_that_is_off(&scene).await;
    cases::put_case(&scene).await;
    cases::put_trend(&scene).await;
    Log::listen();
    let (mut replies, mut secrets) = (Vec::new(), Secrets::default());
    for call in calls(&keys().guests, scene.now) {
        let reply = scene.reply(&call).await;
        let mut entry = json!({"call": call.name(), "reply": shape(&reply), "log": logged(call.route)});
        secrets.mask(&mut entry, &reply);
        without_sentences(&mut entry);
        replies.push(entry);
    }
    assert_eq!(secrets.told(), SECRETS, "one of each new webhook, and of each change");
    let summary = scene.count().await;
    replies.push(json!({"call": "count", "reply": serde_json::to_value(summary).unwrap(), "log": logged("schedule")}));

    let path = file("tests/data/replies.json");
    if std::env::var_os("WRITE_REPLIES").is_some() {
        let lines: Vec<String> = replies.iter().map(Value::to_string).collect();
        std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let before: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for (before, now) in before.iter().zip(&replies) {
        assert_eq!(now, before, "{}", before["call"]);
    }
    assert_eq!(replies.len(), before.len());
}

/// The lines of the log. Each has the route, which version 0.1 did not write.
fn logged(route: &str) -> Vec<Value> {
    let mut lines = Log::taken();
    for line in &mut lines {
        assert_eq!(line.as_object_mut().unwrap().remove("route"), Some(json!(route)), "{line}");
    }
    lines
}

#[test]
fn no_route_is_left_out() {
    let calls = calls(&keys().guests, WRITTEN_FOR.parse().unwrap());
    for route in Template::read().unwrap().routes {
        let key = format!("{} {}", route.method, route.path);
        assert!(calls.iter().any(|call| call.route == key), "{key}");
    }
}

/// Status, headers and body: of a page only that it is one, because pages are for people.
fn shape(reply: &Reply) -> Value {
    let mut headers = reply.headers.clone();
    if !reply.cookies.is_empty() {
        headers.insert("set-cookie", reply.cookies.join(", "));
    }
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let body = match headers.get("content-type").map(String::as_str) {
        Some("application/json" | "application/problem+json") => serde_json::from_str(&text).unwrap(),
        Some(kind) if kind.starts_with("text/html") => {
            headers.remove("content-security-policy");
            json!("(a page)")
        }
        Some(kind) if kind.starts_with("image/") => json!(format!("({} bytes)", reply.body.len())),
        _ => json!(text),
    };
    json!({"status": reply.status.as_u16(), "headers": headers, "body": body})
}

fn without_sentences(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            Map::remove(fields, "detail");
            fields.values_mut().for_each(without_sentences);
        }
        Value::Array(values) => values.iter_mut().for_each(without_sentences),
        _ => {}
    }
}

/// The link of a receipt, paid four minutes before the moment of the scene.
pub fn receipt(store: u32, payment: &str, now: Timestamp) -> String {
    signed_by(&keys().guests, store, now - 4.minutes(), payment)
}
