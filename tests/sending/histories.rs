//! Histories that a seed makes up: events, endpoints of every manner, refunds, two senders at once, and senders that are
//! killed between any two writes. At the end all endpoints are well, and nothing is due any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aftertaste::{
    domain::{Id, payment::PaymentKey},
    table::{Delivery, DeliveryState, NOBODY, OutgoingEvent},
};
use aftertaste_local::TABLE;
use deliveries::{
    endpoint::EndpointDetails,
    webhook::{Secret, sign},
};
use fastrand::Rng;
use jiff::{Timestamp, ToSpan};
use send_notices::Sender;
use serde_json::json;
use uuid::Uuid;

use super::office::{Office, TERMS, payment};
use crate::harness::{
    proxy::{ask, scan},
    receiver::{Got, Manner},
};

const KINDS: [&str; 3] = ["survey.link.issued", "response.recorded", "response.taken_back"];

/// The state of an endpoint: well, or one of these.
fn manner(rng: &mut Rng) -> Manner {
    match rng.u8(..12) {
        0 => Manner::Says(500, "no"),
        1 => Manner::Says(404, "<html><body>404</body></html>"),
        2 => Manner::Busy(3_600),
        3 => Manner::Hangs,
        4 => Manner::HangsUp,
        5 => Manner::Redirects("http://169.254.169.254/latest/meta-data/"),
        6 => Manner::Babbles,
        7 if rng.u8(..3) == 0 => Manner::Says(410, ""),
        8 => Manner::Says(200, r#"{"error": "an error that its status denies"}"#),
        _ => Manner::Says(204, ""),
    }
}

struct History<'a> {
    office: &'a Office,
    /// Another sender than the one that is killed.
    sender: &'a Sender,
    rng: Rng,
    seed: u64,
    /// The types that each endpoint wants, and its secret.
    endpoints: BTreeMap<Id, (Vec<&'static str>, Secret)>,
    events: Vec<OutgoingEvent>,
    /// Endpoints that did not always take what came.
    were_bad: BTreeSet<Id>,
    refunded: BTreeSet<String>,
    kills: usize,
}

impl<'a> History<'a> {
    async fn new(office: &'a Office, sender: &'a Sender, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut endpoints = BTreeMap::new();
        for name in ["a", "b", "c"].into_iter().take(rng.usize(1..=3)) {
            let id: Id = format!("h{seed}-{name}").parse().unwrap();
            let types: Vec<&'static str> = KINDS.into_iter().filter(|_| rng.bool()).collect();
            let url = format!("{}/{id}", office.receiver.url);
            let details = json!({"to": {"webhook": {"url": url}}, "types": types, "per_second": 200});
            let details: EndpointDetails = serde_json::from_value(details).unwrap();
            let secret = Secret::new(std::array::from_fn(|_| rng.u8(..)));
            let app = &sender.app;
            let sealed = (&app.keys, Uuid::new_v4());
            app.table
                .put_endpoint(
                    (&id, aftertaste::table::Over::Anything),
                    &details,
                    &[secret.text()],
                    (office.now(), None),
                    sealed,
                )
                .await
                .unwrap();
            endpoints.insert(id, (types, secret));
        }
        let (events, were_bad, refunded) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        Self { office, sender, rng, seed, endpoints, events, were_bad, refunded, kills: 0 }
    }

    async fn step(&mut self) {
        match self.rng.u8(..10) {
            0..=2 => self.happen().await,
            3..=4 => drop(self.office.run_by(self.sender).await.unwrap()),
            5 => self.killed_run().await,
            6 => {
                let (one, other) =
                    futures::future::join(self.office.run_by(self.sender), self.office.run_by(self.sender)).await;
                one.and(other).unwrap();
            }
            7 => self.change_manner(),
            8 => self.refund().await,
            _ => self.office.forward(self.rng.i64(1..400).minutes()),
        }
        self.office.forward(1.minute());
    }

    async fn happen(&mut self) {
        let mut event = self.office.event(KINDS[self.rng.usize(..KINDS.len())]);
        event.id = format!("evt_{:032x}", self.rng.u128(..));
        event.data = json!({"store": 12, "n": self.rng.u32(..), "words": "一句话 \u{1f35c} \"quoted\""});
        if event.kind == "survey.link.issued" {
            event.until = event.at + 24.hours();
            let key = payment(self.rng.u128(..));
            self.put_payment(key, "new").await;
            event.payment = Some(key);
        }
        assert!(self.sender.app.table.put_event(&event).await.unwrap());
        self.events.push(event);
    }

    async fn put_payment(&self, key: PaymentKey, state: &str) {
        let item = json!({"pk": {"S": format!("P#{key}")}, "sk": {"S": "-"}, "state": {"S": state}});
        ask(&self.office.world.database.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    }

    async fn refund(&mut self) {
        let paid: Vec<_> = self.events.iter().filter(|event| event.payment.is_some()).collect();
        let Some(event) = self.rng.choice(paid) else { return };
        let expires = self.office.now() + 1.hour();
        self.sender.app.table.refund_payment(event.payment.unwrap(), expires).await.unwrap();
        self.refunded.insert(event.id.clone());
    }

    fn change_manner(&mut self) {
        let ids: Vec<&Id> = self.endpoints.keys().collect();
        let id = self.rng.choice(ids).unwrap().clone();
        let manner = manner(&mut self.rng);
        if !matches!(manner, Manner::Says(200..=299, _) | Manner::Babbles) {
            self.were_bad.insert(id.clone());
        }
        self.office.receiver.answer(&format!("/{id}"), manner);
    }

    /// A run whose process is killed after some writes. Its last write may have landed, and its last delivery arrived.
    async fn killed_run(&mut self) {
        self.kills += 1;
        self.office.world.proxy.cut_after(self.rng.usize(..12), self.rng.bool());
        let killed = self.office.another_sender(&self.office.world.proxy.url).await;
        tokio::select! {
            _ = self.office.run_by(&killed) => {}
            () = self.office.world.proxy.spent() => {}
        }
        self.office.world.proxy.quiet().await;
        self.office.world.proxy.bury();
    }

    /// All endpoints are well, and time passes until nothing is due.
    async fn end(&mut self) {
        for id in self.endpoints.keys() {
            self.office.receiver.answer(&format!("/{id}"), Manner::Says(204, ""));
        }
        for _ in 0..100 {
            let waiting = scan(&self.office.world.database.url, "EVENT#").await;
            let next =
                waiting.iter().map(|item| item["sk"].as_str().unwrap().split('#').next().unwrap().to_owned()).min();
            let Some(next) = next else { return };
            let next: Timestamp = next.parse().unwrap();
            self.office.set(next.max(self.office.now() + 1.hour()) + 1.minute());
            self.office.run_by(self.sender).await.unwrap();
        }
        panic!(
            "seed {}: something is due for ever: {:?}",
            self.seed,
            scan(&self.office.world.database.url, "EVENT#").await
        );
    }

    async fn check(&self) {
        let got = self.office.receiver.got();
        let ours = |got: &&Got| got.path.starts_with(&format!("/h{}-", self.seed));
        let got: Vec<&Got> = got.iter().filter(ours).collect();
        let mut bodies: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for got in &got {
            assert_eq!(*bodies.entry(got.id()).or_insert(&got.body), got.body, "seed {}: {}", self.seed, got.id());
            self.check_signature(got);
        }
        for event in &self.events {
            let nobody: Vec<Delivery> = self.sender.app.table.latest_deliveries(NOBODY, 100).await.unwrap();
            let at_nobody = nobody.iter().find(|delivery| delivery.id == event.id);
            let wanting = self
                .endpoints
                .iter()
                .filter(|(_, (types, _))| types.is_empty() || types.contains(&event.kind.as_str()));
            let wanting: Vec<_> = wanting.map(|(id, _)| id).collect();
            if let Some(state) = at_nobody.map(|delivery| delivery.state) {
                let is_right = match state {
                    DeliveryState::Unheard => wanting.is_empty(),
                    DeliveryState::Stopped => self.refunded.contains(&event.id),
                    // A sender that was killed again and again may have come too late.
                    state => state == DeliveryState::Late && event.payment.is_some(),
                };
                assert!(is_right, "seed {}: {state:?} {event:?}", self.seed);
                continue;
            }
            assert!(!wanting.is_empty(), "seed {}: lost {event:?}", self.seed);
            for id in wanting {
                let taken = got.iter().filter(|got| got.taken && got.id() == event.id && got.path == format!("/{id}"));
                self.check_delivery(event, id, taken.count()).await;
            }
        }
    }

    fn check_signature(&self, got: &Got) {
        let (_, secret) = &self.endpoints[&got.path[1..].parse::<Id>().unwrap()];
        let at = Timestamp::from_second(got.headers["webhook-timestamp"].parse().unwrap()).unwrap();
        for (name, value) in sign(got.id(), at, &got.body, secret, None).unwrap() {
            assert_eq!(got.headers[name], value, "seed {}", self.seed);
        }
    }

    async fn check_delivery(&self, event: &OutgoingEvent, id: &Id, taken: usize) {
        let delivery = self.sender.app.table.delivery(id, event.at, &event.id).await.unwrap();
        let what = format!("seed {}: {taken} {id} {event:?} {delivery:#?}", self.seed);
        let delivery = delivery.unwrap_or_else(|| panic!("lost, {what}"));
        assert!(taken <= 1 + self.kills, "sent again, {what}");
        match delivery.state {
            DeliveryState::Delivered => assert!(taken > 0, "{what}"),
            DeliveryState::Failed => {
                assert!(self.were_bad.contains(id), "{what}");
                assert!(taken == 0 || self.kills > 0, "{what}");
            }
            DeliveryState::Stopped => assert!(self.refunded.contains(&event.id), "{what}"),
            state => panic!("{state:?}, {what}"),
        }
    }

    async fn wipe(self) {
        for item in scan(&self.office.world.database.url, "").await {
            let kinds = ["EVENT#", "DELIVERY#", "FAILED#", "ENDPOINTS", "HEALTH", "P#", "SENDING"];
            if kinds.iter().any(|kind| item["pk"].as_str().unwrap().starts_with(kind)) {
                let key = json!({"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}});
                ask(&self.office.world.database.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
            }
        }
        self.office.receiver.forget();
    }
}

async fn histories(seeds: std::ops::Range<u64>) {
    let mut office = Office::new().await;
    office.terms = send_notices::Terms { patience: Duration::from_millis(100), ..TERMS };
    let sender = office.another_sender(&office.world.database.url).await;
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds {
        let mut history = History::new(&office, &sender, seed).await;
        for _ in 0..12 {
            history.step().await;
        }
        history.end().await;
        history.check().await;
        for item in scan(&office.world.database.url, "DELIVERY#").await {
            *states.entry(item["state"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        history.wipe().await;
    }
    // Each end was met: else the histories would show nothing of it.
    for state in ["delivered", "failed", "stopped", "unheard"] {
        assert!(states.get(state).is_some_and(|times| *times > 3), "{states:?}");
    }
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_sent_again_in_the_first_quarter() {
    histories(0..260).await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_sent_again_in_the_second_quarter() {
    histories(260..520).await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_sent_again_in_the_third_quarter() {
    histories(520..780).await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_sent_again_in_the_fourth_quarter() {
    histories(780..1_040).await;
}

/// More histories by hand: `AFTERTASTE_HISTORIES=5000..6000`.
#[tokio::test]
async fn nothing_is_lost_and_nothing_sent_again_in_histories_that_somebody_asks_for() {
    let Ok(asked) = std::env::var("AFTERTASTE_HISTORIES") else { return };
    let (from, to) = asked.split_once("..").unwrap();
    histories(from.parse().unwrap()..to.parse().unwrap()).await;
}
