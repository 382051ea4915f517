//! The ground that the tests stand on.

mod answers;
pub mod browser;
mod examples;
pub mod proxy;
pub mod receiver;

use std::time::Duration;

use aftertaste::{
    domain::{
        access::{Grant, GrantKeys, GuestKeys},
        visit::{Channel, Claim, Minute, PaymentHash, Segment, Visit},
    },
    token,
};
use aftertaste_local::{Clock, Database, Demo, Options, Stack, new_keys};
pub use answers::*;
use base64::{Engine, engine::general_purpose::STANDARD};
pub use examples::*;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use proxy::Proxy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Hours, so that what is in memory stays there for the whole test.
const LONG: Duration = Duration::from_secs(36_000);

/// A stack of its own for one test, with store 12 asking `dine-in`, and a proxy in front of its DynamoDB.
pub struct World {
    pub stack: Stack,
    pub proxy: Proxy,
    pub http: Client,
    pub database: Database,
}

/// A reply: status, headers and body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    /// The status, and the end of the problem's type.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
        let kind = body["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned();
        (self.status.as_u16(), kind)
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with_catalog_age(LONG).await
    }

    pub async fn with_catalog_age(catalog_age: Duration) -> Self {
        Self::with(|options| Options { catalog_age, ..options }).await
    }

    /// One whose functions go by another clock.
    pub async fn at(clock: Clock) -> Self {
        Self::with(|options| Options { clock, ..options }).await
    }

    async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let keys = new_keys().unwrap();
        let database = Database::start(None, 0).await.unwrap();
        let proxy = Proxy::start(&database.url).await;
        let stack = Stack::start(change(options(&proxy.url)), keys).await.unwrap();
        Self { stack, proxy, http: Client::new(), database }
    }

    pub fn keyring(&self) -> &GuestKeys {
        &self.stack.app.keys.guests
    }

    pub fn grant_keys(&self) -> &GrantKeys {
        &self.stack.app.keys.grants
    }

    pub fn grant(&self, scopes: &str) -> String {
        self.grant_until(scopes, Timestamp::now() + 1.hour())
    }

    /// A grant for payments of the last hours alone.
    pub fn grant_with(&self, scopes: &str, paid_within: Option<u32>) -> String {
        let permissions = scopes.split_whitespace().map(|scope| scope.parse().unwrap()).collect();
        let expires = Timestamp::now() + 1.hour();
        token::sign(
            &Grant { permissions, subject: "till".into(), expires, paid_within, issue: None },
            self.grant_keys(),
        )
        .unwrap()
    }

    pub fn grant_until(&self, scopes: &str, expires: Timestamp) -> String {
        grant(self.grant_keys(), scopes, expires)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.stack.url))
    }

    /// The content at a path, as one kind or another.
    pub async fn get(&self, path: &str, accept: &str) -> Answer {
        self.send(self.request(Method::GET, path).header("accept", accept)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// A call with a grant and a JSON body (`null` for none).
    pub async fn call(&self, method: Method, path: &str, scopes: &str, body: Value) -> Answer {
        let request = self.request(method, path).bearer_auth(self.grant(scopes));
        self.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    /// The link of a payment made a minute ago at store 12.
    pub async fn link(&self, payment: &str) -> String {
        let paid_at = Timestamp::now() - 1.minute();
        self.issue(json!({"store": 12, "payment": payment, "paid_at": paid_at, "channel": "receipt"})).await
    }

    pub async fn issue(&self, paid: Value) -> String {
        let issued = self.call(Method::POST, "/links", "issue", paid).await;
        assert_eq!(issued.status, 201, "{}", issued.text);
        issued.json()["link"].as_str().unwrap().to_owned()
    }

    /// A link as the keyring signs it, with any claims.
    pub fn signed(&self, store: u32, paid_at: Timestamp, payment: &str) -> String {
        signed_by(self.keyring(), store, paid_at, payment)
    }

    pub async fn answer(&self, link: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, &format!("/s/{link}")).json(&body)).await
    }

    pub async fn report(&self, scope: &str) -> Value {
        self.report_for(scope, "").await
    }

    pub async fn report_for(&self, scope: &str, query: &str) -> Value {
        let report = self.call(Method::GET, &format!("/reports/{scope}.json?{query}"), "report:", Value::Null).await;
        assert_eq!(report.status, 200, "{}", report.text);
        report.json()
    }

    pub async fn fire(&self, schedule: &str, event: Value) -> Value {
        let body = if event.is_null() { String::new() } else { event.to_string() };
        let fired = self.send(self.request(Method::POST, &format!("/_local/schedules/{schedule}")).body(body)).await;
        assert_eq!(fired.status, 200, "{}", fired.text);
        fired.json()
    }

    /// Every item of the table whose partition key begins so.
    pub async fn items(&self, prefix: &str) -> Vec<proxy::Item> {
        proxy::scan(&self.proxy.url, prefix).await
    }
}

/// A stack of stores on any free port, which does nothing by itself.
pub fn options(dynamodb: &str) -> Options {
    Options {
        port: 0,
        dynamodb: dynamodb.to_owned(),
        catalog_age: LONG,
        demo: Demo::Stores,
        schedules: false,
        clock: Clock::default(),
    }
}

pub fn grant(keys: &GrantKeys, scopes: &str, expires: Timestamp) -> String {
    let permissions = scopes.split_whitespace().map(|scope| scope.parse().unwrap()).collect();
    token::sign(&Grant { permissions, subject: "test".into(), expires, paid_within: None, issue: None }, keys).unwrap()
}

/// A business day of the demo's stores; 0 is the running one. It begins at four.
pub fn days_ago(days: i64) -> Date {
    let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
    (Timestamp::now() - (4 + 24 * days).hours()).to_zoned(shanghai).date()
}

pub fn signed_by(keys: &GuestKeys, store: u32, paid_at: Timestamp, payment: &str) -> String {
    signed_for(keys, store, paid_at, payment, Channel::Receipt, 0)
}

/// A link as the keyring signs it, by any channel and for any segment.
pub fn signed_for(
    keys: &GuestKeys,
    store: u32,
    paid_at: Timestamp,
    payment: &str,
    channel: Channel,
    segment: u8,
) -> String {
    let visit = visit(keys, store, paid_at, payment);
    let claim = Claim { visit, channel, segment: Segment::try_from(segment).unwrap() };
    claim.sign(keys).unwrap().as_str().to_owned()
}

pub fn visit(keys: &GuestKeys, store: u32, paid_at: Timestamp, payment: &str) -> Visit {
    let payment = PaymentHash::of(payment, keys.payment());
    Visit { store: store.try_into().unwrap(), minute: Minute::of(paid_at).unwrap(), payment }
}

/// The content of a stored rollup, read without the code under test.
pub fn inflated(content: &str) -> Value {
    let bytes = STANDARD.decode(content).unwrap();
    serde_json::from_reader(flate2::read::DeflateDecoder::new(bytes.as_slice())).unwrap()
}

/// A program of this workspace, as `cargo build --workspace` leaves it beside the tests.
pub fn program(name: &str) -> std::path::PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is not there: run the tests with tests/run, which builds every program first.",
        path.display()
    );
    path
}

/// The files below a folder of this checkout whose names end so, in the order of their paths.
pub fn files(folder: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![file(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !["node_modules", "target"].contains(&name) {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The Rust of a file, up to its tests, without comments.
pub fn code(path: &std::path::Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The Rust of some folders.
pub fn code_of(folders: &[&str]) -> String {
    folders.iter().flat_map(|folder| files(folder, ".rs")).map(|path| code(&path)).collect()
}

/// A file of this checkout.
pub fn file(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
