//! A stack whose clock the tests set, and its table after a notice.

use std::collections::{BTreeMap, HashMap};

use aftertaste::{
    app::App,
    domain::{
        access::{AllKeys, Lifetimes},
        visit::Claim,
    },
    http::{Reply, Request},
    lambda::Call,
    memory::Catalog,
};
use aftertaste_local::{TABLE, dispatch};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    World, file,
    proxy::{Item, ask},
};

/// The address that the notices of the vectors are for.
pub const PUBLIC_URL: &str = "https://s.example.cn";

/// The kinds of items that a notice may leave behind.
pub const LEFT: [&str; 5] = ["P#", "Q#", "V#", "EVENT#", "UNMAPPED"];

/// A notice as a provider sends it.
#[derive(Clone, Debug)]
pub struct Notice {
    pub provider: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub now: Timestamp,
}

impl Notice {
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The event that API Gateway makes of it, with the body in base64 or, where it is text, as it is.
    pub fn request(&self, account: &str, in_base64: bool) -> Request {
        let plain = std::str::from_utf8(&self.body).ok().filter(|_| !in_base64);
        let headers: HashMap<&str, &str> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let event = json!({
            "version": "2.0",
            "routeKey": "POST /payments/{provider}/{account}",
            "rawPath": format!("/payments/{}/{account}", self.provider),
            "headers": headers,
            "pathParameters": {"provider": self.provider, "account": account},
            "body": plain.map_or_else(|| STANDARD.encode(&self.body), str::to_owned),
            "isBase64Encoded": plain.is_none(),
        });
        serde_json::from_value(event).unwrap()
    }
}

pub struct Desk {
    pub world: World,
    pub app: App<AllKeys>,
}

impl Desk {
    pub async fn new() -> Self {
        let world = World::new().await;
        let app = fresh(&world);
        Self { world, app }
    }

    /// One whose survey says whom to ask.
    pub async fn asking(invite: Value) -> Self {
        let desk = Self::new().await;
        desk.invite(invite).await;
        desk
    }

    pub async fn invite(&self, invite: Value) {
        let mut survey: Value = serde_json::from_slice(&std::fs::read(file("surveys/dine-in.json")).unwrap()).unwrap();
        survey.as_object_mut().unwrap().remove("$schema");
        survey["invite"] = invite;
        let put = self.world.call(Method::PUT, "/surveys/dine-in", "admin", survey).await;
        assert!(put.status.is_success(), "{}", put.text);
    }

    /// Forgets what is in memory, as a minute does.
    pub fn forget(&mut self) {
        self.app = fresh(&self.world);
    }

    pub async fn put(&self, account: &str, body: Value) {
        let put = self.world.call(Method::PUT, &format!("/accounts/{account}"), "admin", body).await;
        assert_eq!(put.status, 200, "{account}: {}", put.text);
    }

    pub async fn shown(&self, account: &str) -> Value {
        let got = self.world.call(Method::GET, &format!("/accounts/{account}"), "admin", Value::Null).await;
        assert_eq!(got.status, 200, "{account}: {}", got.text);
        got.json()
    }

    pub async fn send(&self, account: &str, notice: &Notice) -> Reply {
        self.hand_over(&notice.request(account, false), notice.now).await
    }

    pub async fn hand_over(&self, request: &Request, now: Timestamp) -> Reply {
        let call = Call { now, fresh: Uuid::new_v4() };
        dispatch(&self.app, receive_payment::FUNCTION, request, call).await.unwrap()
    }

    /// Sends a notice that has to be taken.
    pub async fn take(&self, account: &str, notice: &Notice) {
        let reply = self.send(account, notice).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    }

    /// How many items of each kind a notice left.
    pub async fn left(&self) -> BTreeMap<&'static str, usize> {
        let items = self.world.items("").await;
        let of = |prefix: &str| items.iter().filter(|item| item["pk"].as_str().unwrap().starts_with(prefix)).count();
        LEFT.iter().map(|prefix| (*prefix, of(prefix))).filter(|(_, n)| *n > 0).collect()
    }

    /// The only item of its kind.
    pub async fn only(&self, prefix: &str) -> Item {
        let mut items = self.world.items(prefix).await;
        assert_eq!(items.len(), 1, "{prefix}: {items:?}");
        items.pop().unwrap()
    }

    /// The events, the latest first.
    pub async fn events(&self) -> Vec<Value> {
        let outbox = self.world.get("/_local/outbox", "application/json").await.json();
        outbox["events"].as_array().unwrap().clone()
    }

    pub fn claim(&self, event: &Value) -> Claim {
        Claim::verify(event["data"]["link"].as_str().unwrap(), &self.app.keys.guests).unwrap()
    }

    /// Drops everything that notices left.
    pub async fn wipe(&self) {
        self.wipe_kinds(&LEFT).await;
    }

    /// Drops what notices left of some kinds.
    pub async fn wipe_kinds(&self, kinds: &[&str]) {
        for item in self.world.items("").await {
            let (pk, sk) = (item["pk"].as_str().unwrap(), item["sk"].as_str().unwrap());
            if kinds.iter().any(|prefix| pk.starts_with(prefix)) {
                let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
                ask(&self.world.proxy.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
            }
        }
    }
}

/// The functions' parts, with nothing in memory yet.
fn fresh(world: &World) -> App<AllKeys> {
    let of = &world.stack.app;
    let keys = AllKeys { guests: of.keys.guests.clone(), grants: of.keys.grants.clone(), seal: of.keys.seal.clone() };
    let table = of.table.clone();
    let catalog = Catalog::new(table.clone(), std::time::Duration::from_secs(36_000)).into();
    App {
        catalog,
        table,
        keys,
        public_url: PUBLIC_URL.into(),
        lifetimes: Lifetimes::default(),
        reach: deliveries::addresses::Reach::Public,
        responses_at_once: false,
        pace: 1,
    }
}
