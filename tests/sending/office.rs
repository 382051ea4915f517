//! A stack whose sender's clock the tests set, and a receiver on this machine.

use std::sync::Mutex;
use std::time::Duration;

use aftertaste::{
    app::App,
    aws::bounds,
    domain::{Id, access::AllKeys, payment::PaymentKey},
    memory::Catalog,
    table::{Delivery, OutgoingEvent, Table, TableError},
    web::{SystemLookup, Web},
};
use aftertaste_local::TABLE;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::{Client, config::Credentials};
use deliveries::addresses::Reach;
use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};
use reqwest::Method;
use send_notices::{Sender, Summary, Terms};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, receiver::Receiver};

pub struct Office {
    pub world: World,
    pub sender: Sender,
    pub receiver: Receiver,
    pub terms: Terms,
    clock: Mutex<Timestamp>,
}

/// Waits long enough for a receiver on this machine, and no longer.
pub const TERMS: Terms =
    Terms { work: Duration::from_secs(20), patience: Duration::from_secs(2), lease: Duration::from_secs(55) };

/// A sender with the keys of a world.
fn sender(world: &World, table: Table, web: Web) -> Sender {
    let app = App {
        catalog: Catalog::new(table.clone(), Catalog::AGE).into(),
        table,
        keys: world.stack.app.keys.seal.clone(),
        public_url: "https://s.example.cn".into(),
        lifetimes: world.stack.app.lifetimes,
        reach: Reach::ThisMachineToo,
        responses_at_once: false,
        pace: 1,
    };
    Sender { app, web, sdk: None, bus: None, mail_from: None }
}

impl Office {
    pub async fn new() -> Self {
        let world = World::new().await;
        let web = Web::outward(Reach::ThisMachineToo, SystemLookup);
        let sender = sender(&world, world.stack.app.table.clone(), web);
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        Self { world, sender, receiver: Receiver::start().await, terms: TERMS, clock: Mutex::new(now) }
    }

    /// One with an endpoint for everything, and a store whose day neither begins nor ends within hours.
    pub async fn with_a_store(number: u32) -> Self {
        let office = Self::new().await;
        office.put("crm", json!({})).await;
        let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
        let store = json!({"name": "Night and day", "path": "cn/east", "time_zone": "UTC",
            "day_starts": format!("{:02}:00", (hour + 12) % 24), "survey": "dine-in"});
        let put = office.world.call(Method::PUT, &format!("/stores/{number}"), "admin", store).await;
        assert!(put.status.is_success(), "{}", put.text);
        office
    }

    /// Another sender, with connections of its own to the table: behind the proxy it can be killed, without it is quicker.
    pub async fn another_sender(&self, url: &str) -> Sender {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .endpoint_url(url);
        let client = Client::new(&bounds(loader).load().await);
        sender(&self.world, Table::new(client, TABLE), self.sender.web.clone())
    }

    /// Functions' parts, with connections of their own to the table: behind the proxy they can be killed.
    pub async fn another_app(&self, url: &str) -> App<AllKeys> {
        let Sender { app, .. } = self.another_sender(url).await;
        App {
            catalog: app.catalog,
            table: app.table,
            keys: self.world.stack.app.keys.clone(),
            public_url: app.public_url,
            lifetimes: app.lifetimes,
            reach: app.reach,
            responses_at_once: false,
            pace: 1,
        }
    }

    pub fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    pub fn forward(&self, span: Span) {
        let mut clock = self.clock.lock().unwrap();
        *clock = clock.checked_add(span).unwrap();
    }

    pub fn set(&self, now: Timestamp) {
        *self.clock.lock().unwrap() = now;
    }

    /// A run now.
    pub async fn run(&self) -> Result<Summary, TableError> {
        self.run_by(&self.sender).await
    }

    pub async fn run_by(&self, sender: &Sender) -> Result<Summary, TableError> {
        send_notices::handle(sender, self.terms, Uuid::new_v4(), || self.now()).await
    }

    /// A run a minute later, which has to go well.
    pub async fn minute(&self) -> Summary {
        self.forward(1.minute());
        self.run().await.unwrap()
    }

    /// Puts an endpoint of this machine's receiver.
    pub async fn put(&self, id: &str, more: Value) -> Value {
        let mut body = json!({"to": {"webhook": {"url": format!("{}/{id}", self.receiver.url)}}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.put_as(id, body).await
    }

    pub async fn put_as(&self, id: &str, body: Value) -> Value {
        let put = self.world.call(Method::PUT, &format!("/endpoints/{id}"), "admin", body).await;
        assert!(put.status.is_success(), "{id}: {}", put.text);
        put.json()
    }

    pub async fn shown(&self, id: &str) -> Value {
        let got = self.world.call(Method::GET, &format!("/endpoints/{id}"), "admin", Value::Null).await;
        assert_eq!(got.status, 200, "{id}: {}", got.text);
        got.json()
    }

    pub async fn act(&self, id: &str, body: Value) -> Value {
        let done = self.world.call(Method::POST, &format!("/endpoints/{id}"), "admin", body).await;
        assert!(done.status.is_success(), "{id}: {}", done.text);
        done.json()
    }

    /// Puts an event of store 12 that happened now.
    pub async fn tell(&self, kind: &str) -> OutgoingEvent {
        let event = self.event(kind);
        assert!(self.sender.app.table.put_event(&event).await.unwrap());
        event
    }

    pub fn event(&self, kind: &str) -> OutgoingEvent {
        OutgoingEvent {
            id: format!("evt_{}", Uuid::new_v4().simple()),
            kind: kind.to_owned(),
            at: self.now(),
            not_before: self.now(),
            until: self.now() + (4 * 24).hours(),
            data: json!({"store": 12, "n": fastrand::u32(..)}),
            payment: None,
            endpoint: None,
        }
    }

    pub async fn delivery(&self, endpoint: &str, event: &OutgoingEvent) -> Option<Delivery> {
        let endpoint: Id = endpoint.parse().unwrap();
        self.sender.app.table.delivery(&endpoint, event.at, &event.id).await.unwrap()
    }

    /// How many items of a kind there are.
    pub async fn items(&self, prefix: &str) -> usize {
        self.world.items(prefix).await.len()
    }
}

pub fn payment(number: u128) -> PaymentKey {
    format!("{number:032x}").parse().unwrap()
}
