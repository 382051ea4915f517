//! Requests of every kind to every route of the template, from a seed. None is answered with 5xx, and no refusal is
//! much longer than what it refuses.
//!
//! To send more than the gate does: `AFTERTASTE_FUZZ_REQUESTS=50000 cargo fuzz-routes`. For other requests, or for the
//! same ones again, set `AFTERTASTE_FUZZ_SEED`. The links and days in them follow the clock, and RSA has a new key each
//! time. Everything else follows the seed.

mod accounts;
mod bodies;
mod cases;
mod endpoints;
mod generator;
mod notices;
mod parameters;
mod scene;
mod signing;
mod spoiled;
mod told;
mod trends;
mod unreadable;
mod wire;

use std::{
    collections::BTreeMap,
    pin::pin,
    str::FromStr,
    time::{Duration, Instant},
};

use aftertaste::{
    domain::Id,
    table::{Seen, SignInLink, StoredSession, Table},
};
use aftertaste_local::{Database, Options, Stack, events::WRITTEN_FOR};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{events::keys, harness::options};
use generator::{Generator, Request};
use scene::{ANSWERED, SESSIONS, Scene, key};
use wire::{Reply, exchange};

/// The gate has time for so many.
const REQUESTS: usize = 6_000;

const SEED: u64 = 2_026;

const IN_FLIGHT: usize = 8;

/// How many bytes a refusal may always have. Above these, twice what was sent.
const SHORT: usize = 4_096;

/// The outcome of a request.
struct Outcome {
    route: String,
    /// Number, method and address, cut to a line.
    line: String,
    /// None without a reply.
    status: Option<u16>,
    took: Duration,
    fault: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_whatever_it_holds_ends_with_5xx_or_a_long_refusal() {
    let requests = from_environment("AFTERTASTE_FUZZ_REQUESTS", REQUESTS);
    let seed = from_environment("AFTERTASTE_FUZZ_SEED", SEED);
    let database = Database::start(None, 0).await.unwrap();
    // The catalog is read again each second, so that guests meet what an operator has just put.
    let options = Options { catalog_age: Duration::from_secs(1), ..options(&database.url) };
    let stack = Stack::start(options, keys()).await.unwrap();
    let host = stack.url.trim_start_matches("http://");
    let scene = Scene { is_live: true, ..Scene::new(Timestamp::now(), host) };
    unreadable::put(&database.url, &scene).await;
    unreadable::is_told(&scene).await;
    accounts::put(&scene).await;
    answer_one(&scene).await;
    cases::put(&stack.app.table, &scene).await;
    trends::put(&stack.app.table, &scene).await;
    list_people(&stack.app.table, scene.now).await;
    let (mut generator, mut summary) = (Generator::new(&scene, seed), Summary::default());
    for part in [requests / 2, requests - requests / 2] {
        // Once more in the second half: requests put good items over them meanwhile.
        unreadable::put(&database.url, &scene).await;
        endpoints::put(&stack.app.table, &scene).await;
        endpoints::put_unreadable(&database.url, &scene).await;
        let outcomes = stream::iter(generator.by_ref().take(part)).map(|request| outcome(&scene.host, request));
        let mut outcomes = pin!(outcomes.buffer_unordered(IN_FLIGHT));
        while let Some(outcome) = outcomes.next().await {
            summary.add(outcome);
        }
        count(&stack).await;
    }
    let again = format!("AFTERTASTE_FUZZ_SEED={seed} AFTERTASTE_FUZZ_REQUESTS={requests} cargo fuzz-routes");
    println!("\n{requests} requests. To send them again: {again}");
    summary.print();
    let faults = &summary.faults;
    assert!(faults.is_empty(), "{again}: {} faults:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    if requests >= REQUESTS {
        // No identity provider is named here, so nobody goes to one.
        let all = scene.routes.iter().filter(|route| !route.path.starts_with("/sign-in/openid"));
        let without: Vec<String> = all.map(key).filter(|route| !summary.went_well(route)).collect();
        assert!(without.is_empty(), "{again}: nothing went well at {without:?}");
    }
}

#[test]
fn a_seed_gives_the_same_requests_each_time_and_reaches_every_route() {
    let scene = Scene::new(WRITTEN_FOR.parse().unwrap(), "127.0.0.1:3000");
    let made = |seed| Generator::new(&scene, seed).take(1_000).collect::<Vec<Request>>();
    let requests = made(SEED);
    assert!(requests == made(SEED), "one seed gave two sequences");
    assert!(requests != made(SEED + 1), "two seeds gave one sequence");
    for route in &scene.routes {
        let reached = |request: &Request| request.route == key(route) && request.method == route.method;
        assert!(requests.iter().any(reached), "{}", key(route));
    }
}

fn from_environment<T: FromStr>(name: &str, usual: T) -> T {
    let Ok(text) = std::env::var(name) else { return usual };
    text.parse().unwrap_or_else(|_| panic!("{name} is a whole number; this is {text:?}."))
}

/// Answers the visit that is there to be erased.
async fn answer_one(scene: &Scene) {
    let body = json!({"answers": {"nps": 9, "csat": 5}}).to_string();
    let head = format!("POST /s/{} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", scene.link(ANSWERED), scene.host);
    let request = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    assert_eq!(exchange(&scene.host, request.as_bytes()).await.unwrap().status, 201);
}

/// Lists those whose sessions and sign-in links the requests have, and those whom they read.
async fn list_people(table: &Table, now: Timestamp) {
    let person =
        |role: &str| json!({"name": "Fuzz", "email": "fuzz@example.cn", "roles": [{"role": role, "scope": "*"}]});
    let fuzz: Id = "fuzz".parse().unwrap();
    table.put_person(&fuzz, &serde_json::from_value(person("everything")).unwrap(), &Seen::Nobody, now).await.unwrap();
    for number in 0..4 {
        let id = format!("person-{number}").parse().unwrap();
        table.put_person(&id, &serde_json::from_value(person("looks")).unwrap(), &Seen::Nobody, now).await.unwrap();
    }
    let until = now + jiff::SignedDuration::from_hours(10);
    let session = StoredSession { person: fuzz.clone(), began: now, used: now, made: now, at_most: None };
    let link = SignInLink { person: fuzz, made: now, until, at_most: None };
    for number in 1..=SESSIONS {
        let id = Uuid::from_u128(number.into());
        table.put_session(id, &session, until).await.unwrap();
        table.put_sign_in(id, &link).await.unwrap();
    }
}

/// Counts the running day and the one before, so that the reports of nodes have something to show.
async fn count(stack: &Stack) {
    let event = serde_json::from_value(json!({"days": "recent"})).unwrap();
    roll_up_stores::handle(&stack.app.table, &stack.app.catalog, event, Uuid::new_v4(), Timestamp::now).await.unwrap();
}

async fn outcome(host: &str, request: Request) -> Outcome {
    let began = Instant::now();
    let reply = exchange(host, &request.bytes).await;
    let took = began.elapsed();
    let fault = match &reply {
        None => Some("no reply".to_owned()),
        Some(reply) => fault(&request, reply),
    };
    let fault = fault.map(|fault| format!("request {}: {fault}\n{}\n", request.number, start_of(&request.bytes, 600)));
    let line = format!("{} {} {}", request.number, request.method, start_of(request.target.as_bytes(), 100));
    Outcome { route: request.route, line, status: reply.map(|reply| reply.status), took, fault }
}

/// The fault of a reply, if there is any.
fn fault(request: &Request, reply: &Reply) -> Option<String> {
    let is_unreadable = request.is_signed_notice && tells_unreadable(request, reply);
    if reply.status >= 500 && !is_unreadable {
        return Some(format!("status {}: {}", reply.status, start_of(&reply.body, 300)));
    }
    if endpoints::tells_a_secret(&request.route, reply) {
        return Some(format!("a secret is told: {}", start_of(&reply.body, 300)));
    }
    let kind = reply.headers.get("content-type").map_or("", String::as_str);
    // A reply to HEAD has the headers of a body, and none.
    if reply.status < 400 || !kind.contains("json") || request.method == "HEAD" {
        return None;
    }
    let (length, most) = (reply.body.len(), 2 * request.bytes.len() + SHORT);
    if length > most {
        return Some(format!("{length} bytes refuse {}: {}", request.bytes.len(), start_of(&reply.body, 300)));
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let refuses = refuses(kind, reply.status, &body) || refuses_at_wechat(request, kind, reply.status, &body);
    (!refuses).then(|| format!("{kind} of {} is no problem: {}", reply.status, start_of(&reply.body, 300)))
}

/// Whether JSON is a problem, or what API Gateway says by itself where no route fits.
fn refuses(kind: &str, status: u16, body: &Value) -> bool {
    let says = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    match kind {
        "application/problem+json" => {
            let kind = body["type"].as_str().unwrap_or_default();
            kind.starts_with("/problems/") && body["status"] == json!(status) && says("title") && says("detail")
        }
        _ => kind == "application/json" && status == 404 && *body == json!({"message": "Not Found"}),
    }
}

/// Whether a notice is refused in WeChat Pay's own form.
fn refuses_at_wechat(request: &Request, kind: &str, status: u16, body: &Value) -> bool {
    let provider = request.target.split('/').skip_while(|part| *part != "payments").nth(1).unwrap_or_default();
    // An address may write each letter otherwise.
    let is_wechat = provider == "wechat" || provider.contains('%');
    let message = body["message"].as_str().unwrap_or_default();
    is_wechat
        && kind == "application/json"
        && [401, 404, 413, 500].contains(&status)
        && !message.is_empty()
        && *body == json!({"code": "FAIL", "message": message})
}

/// Whether a notice is said to be genuine and unreadable: the only 5xx that a caller can bring about.
fn tells_unreadable(request: &Request, reply: &Reply) -> bool {
    let kind = reply.headers.get("content-type").map_or("", String::as_str);
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let is_problem = body["type"] == "/problems/notice-unreadable";
    let says = body["message"].as_str().is_some_and(|message| message.starts_with("The signature holds, "));
    reply.status == 500 && (is_problem || says && refuses_at_wechat(request, kind, 500, &body))
}

/// The first bytes as text.
fn start_of(bytes: &[u8], most: usize) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned()
}

/// The outcome of all requests.
#[derive(Default)]
struct Summary {
    statuses: BTreeMap<Option<u16>, usize>,
    /// By route: how many were made for it, and how many of these went well.
    routes: BTreeMap<String, (usize, usize)>,
    slowest: (Duration, String),
    faults: Vec<String>,
}

impl Summary {
    fn add(&mut self, outcome: Outcome) {
        *self.statuses.entry(outcome.status).or_default() += 1;
        let (made, well) = self.routes.entry(outcome.route).or_default();
        *made += 1;
        *well += usize::from(outcome.status.is_some_and(|status| status < 400));
        if outcome.took > self.slowest.0 {
            self.slowest = (outcome.took, outcome.line);
        }
        self.faults.extend(outcome.fault);
    }

    /// Whether a request that was made for a route went well.
    fn went_well(&self, route: &str) -> bool {
        self.routes.get(route).is_some_and(|(_, well)| *well > 0)
    }

    fn print(&self) {
        println!("  status   replies");
        for (status, replies) in &self.statuses {
            let status = status.map_or("none".to_owned(), |status| status.to_string());
            println!("  {status:6} {replies:9}");
        }
        println!("  made    went well");
        for (route, (made, well)) in &self.routes {
            println!("  {made:6} {well:8}  {route}");
        }
        println!("  the slowest: {} ms, request {}", self.slowest.0.as_millis(), self.slowest.1);
    }
}
