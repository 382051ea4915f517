//! A demo brand with a hundred days of answers, so that a first run has something to show. Invented, from a fixed seed.

mod cases;
mod guests;
mod improvements;
mod nodes;
mod people;
mod staff;

use std::collections::BTreeMap;
use std::sync::Arc;

use aftertaste::{
    counting::DayCount,
    domain::{
        access::{GuestKeys, Key},
        count::{Content, Rollup},
        place::{Path, Scope, Store, StoreDetails, StoreNumber},
        survey::{Brand, Cause, Response, Survey},
        visit::{Channel, Claim, Minute, PaymentHash, Segment, Visit},
        watch::NodeDay,
    },
    table::{
        Item, Seen, StoredResponse, Table, TableError, Versioned, node_day_item, operations_item, response_item,
        rollup_item,
    },
};
use fastrand::Rng;
use jiff::{Span, Timestamp, ToSpan, civil::Date};
use serde_json::json;

use self::{
    cases::Followed,
    guests::Guests,
    nodes::nodes,
    people::{duties, people},
};
use crate::{Bulk, Failure, waiting::Waiting};

/// The brand, with a guest's journey through a restaurant.
const BRAND: &str = include_str!("demo/brand.json");

const SURVEY: &str = include_str!("../../surveys/dine-in.json");

/// The questions for staff.
const PULSE: &str = include_str!("../../surveys/pulse.json");

const SEED: u64 = 2026;

/// How many business days of answers there are, today included.
const DAYS: i32 = 100;

/// Number, name, path, answers on an ordinary day, how good it is (0 is ordinary).
const STORES: [(u32, &str, &str, f64, f64); 12] = [
    (12, "南京路店 Nanjing Road", "cn/east/shanghai", 14.0, 0.5),
    (13, "徐家汇店 Xujiahui", "cn/east/shanghai", 12.0, 0.3),
    (14, "陆家嘴店 Lujiazui", "cn/east/shanghai", 13.0, -0.1),
    (15, "静安寺店 Jing'an", "cn/east/shanghai", 9.0, 0.2),
    (16, "五角场店 Wujiaochang", "cn/east/shanghai", 8.0, -0.6),
    (21, "西湖店 West Lake", "cn/east/hangzhou", 12.0, 0.0),
    (22, "武林店 Wulin", "cn/east/hangzhou", 9.0, 0.1),
    (23, "滨江店 Binjiang", "cn/east/hangzhou", 0.3, 0.0),
    (31, "三里屯店 Sanlitun", "cn/north/beijing", 14.0, 0.7),
    (32, "国贸店 Guomao", "cn/north/beijing", 11.0, -0.3),
    (33, "中关村店 Zhongguancun", "cn/north/beijing", 10.0, 0.0),
    (34, "望京店 Wangjing", "cn/north/beijing", 9.0, 0.2),
];

/// Puts the demo in if the catalog is empty, with its answers if there is a door for them.
pub(crate) async fn put_in(table: &Table, now: Timestamp, bulk: Option<&Bulk>) -> Result<(), Failure> {
    let there = table.stores().await.map_err(|error| failed(&error))?;
    if !there.stores.is_empty() || !there.unreadable.is_empty() {
        return Ok(());
    }
    let brand: Brand = serde_json::from_str(BRAND).map_err(|error| failed(&error))?;
    table.put_brand(&brand).await.map_err(|error| failed(&error))?;
    let (survey, pulse) = (survey(SURVEY)?, survey(PULSE)?);
    for survey in [&survey, &pulse] {
        table.put_survey(survey, now).await.map_err(|error| failed(&error))?;
    }

    let stores = stores()?;
    if let Some(bulk) = bulk {
        let retention = (i64::from(brand.retention_days) * 24).hours();
        let causes = brand.known_causes();
        bulk.import(invent(&stores, Inventor::new(survey, pulse, causes, retention, now)?, now).await?).await?;
    }
    for (id, person) in people()? {
        table.put_person(&id, &person, &Seen::Unreadable, now).await.map_err(|error| failed(&error))?;
    }
    for (scope, duty) in duties()? {
        table.put_duty(&scope, &duty).await.map_err(|error| failed(&error))?;
    }
    for (path, node) in nodes()? {
        table.put_node(&path, &node).await.map_err(|error| failed(&error))?;
    }
    // The stores come last: a process killed on the way begins again, with the same answers.
    for (store, ..) in &stores {
        table.put_store(store).await.map_err(|error| failed(&error))?;
    }
    let today = stores.iter().map(|(store, ..)| store.calendar.day_of(now)).min();
    match (bulk, today) {
        (Some(_), Some(today)) => improvements::improve(table, today, now).await,
        _ => Ok(()),
    }
}

fn survey(definition: &str) -> Result<Survey, Failure> {
    let definition = serde_json::from_str(definition).map_err(|error| failed(&error))?;
    Survey::new(definition).map_err(|mistakes| failed(&format!("{mistakes:?}")))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("The demo can't be put in: {error}"))
}

/// The stores, each with how busy and how good it is.
fn stores() -> Result<Vec<(Store, f64, f64)>, Failure> {
    let stores = STORES.iter().map(|(number, name, path, busy, quality)| {
        let details: StoreDetails = serde_json::from_value(json!({
            "name": name, "path": path, "time_zone": "Asia/Shanghai", "day_starts": "04:00", "survey": "dine-in",
            "staff_survey": "pulse", "opening": {"daily": ["10:30-22:00"]},
        }))
        .map_err(|error| failed(&error))?;
        let number = StoreNumber::try_from(*number).map_err(|error| failed(&error))?;
        let store = Store::new(number, details).map_err(|error| failed(&error))?;
        Ok((store, *busy, *quality))
    });
    stores.collect()
}

/// Everything that happened in the stores, as items: responses, operations, and the rollups of both. The result of a
/// count is known here. Reading it all back would take longer than everything else of a first start.
async fn invent(stores: &[(Store, f64, f64)], inventor: Inventor, now: Timestamp) -> Result<Vec<Item>, Failure> {
    let inventor = Arc::new(inventor);
    let invented = stores.iter().map(|(store, busy, quality)| {
        let (inventor, store, busy, quality) = (inventor.clone(), store.clone(), *busy, *quality);
        // All stores at once, on as many cores as there are.
        tokio::task::spawn_blocking(move || inventor.days(&store, busy, quality).map(|days| (store, days)))
    });
    let mut items = Vec::new();
    let mut nodes: BTreeMap<(Path, Date), Rollup> = BTreeMap::new();
    for invented in invented.collect::<Vec<_>>() {
        let (store, days) = invented.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        items.extend(days.items);
        for (day, rollup) in days.rollups {
            for (node, child) in store.details.path.nodes_above(store.number) {
                nodes.entry((node, day)).or_insert_with(Rollup::of_a_node).add_below(&rollup, &child);
            }
        }
    }
    for ((node, day), rollup) in nodes {
        let rollup = Rollup { counted_at: now, ..rollup };
        let node_day = NodeDay::of(&rollup.content);
        if !node_day.0.values().all(|series| series.stores.is_empty()) {
            items.push(node_day_item(&node, day, &node_day).map_err(|error| failed(&error))?);
        }
        items.push(rollup_item(&Scope::Node(node), day, &rollup).map_err(|error| failed(&error))?);
    }
    Ok(items)
}

/// Invents what happens in stores.
struct Inventor {
    survey: Arc<Versioned>,
    /// The questions for staff.
    pulse: Survey,
    /// The rules' lots are drawn with these. Nobody opens these visits, so they are no secret, and the demo is the same in
    /// every folder.
    keys: GuestKeys,
    causes: Vec<Cause>,
    /// How long responses are kept after their payment.
    retention: Span,
    now: Timestamp,
    waiting: Waiting,
}

/// The events in one store.
#[derive(Default)]
struct StoreDays {
    /// Its responses, operations and rollups.
    items: Vec<Item>,
    /// The rollup of each day; a day on which nothing happened is absent.
    rollups: Vec<(Date, Rollup)>,
}

impl Inventor {
    fn new(
        survey: Survey,
        pulse: Survey,
        causes: Vec<Cause>,
        retention: Span,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let what = format!("Putting in a demo brand with {DAYS} days of invented answers");
        let waiting = Waiting::with_steps(what, STORES.len() as u64 * u64::from(DAYS.unsigned_abs()));
        let key = || Key::from([0; 32]);
        let keys = GuestKeys::new(0, BTreeMap::from([(0, key())]), key()).map_err(|error| failed(&error))?;
        Ok(Self { survey: Arc::new(Versioned { version: 1, survey }), pulse, keys, causes, retention, now, waiting })
    }

    /// All days of a store.
    fn days(&self, store: &Store, busy: f64, quality: f64) -> Result<StoreDays, TableError> {
        let mut days = StoreDays::default();
        for back in 0..DAYS {
            self.day(&mut days, store, back, busy, quality)?;
            self.waiting.done(1);
        }
        Ok(days)
    }

    /// A store's day, so many days ago, counted as a count would count it.
    fn day(&self, days: &mut StoreDays, store: &Store, back: i32, busy: f64, quality: f64) -> Result<(), TableError> {
        let day = store.calendar.day_of(self.now).saturating_sub(back.days());
        let guests = Guests { store, survey: &self.survey, payments: self.keys.payment(), day, back, busy, quality };
        // A seed of its own for each store and day, so that the same day is the same whenever it is put in.
        let seed = SEED ^ u64::from(store.number.get()) << 32 ^ u64::from(day.day_of_year().unsigned_abs());
        let mut rng = Rng::with_seed(seed);
        let mut answers = guests.answers(&mut rng);
        let operations = guests.operations(&mut rng, answers.len());
        let mut counted = DayCount::default();
        let mut running = Vec::new();
        answers.retain(|(visit, response)| visit.minute.start().max(response.answered_at) < self.now);
        let Self { survey, keys, causes, now, .. } = self;
        let followed = Followed { survey, causes, keys, store, now: *now };
        let cases = followed.follow_up(&mut days.items, (back, &mut answers), self.retention, &mut rng)?;
        for (visit, response) in &answers {
            let paid = visit.minute.start();
            let expires = paid + self.retention;
            counted.meet(paid, expires);
            if back == 0 {
                let (minute, payment, response) = (visit.minute, visit.payment.to_string(), response.clone());
                let stored = StoredResponse { minute, payment, expires, erased: false, response };
                running.push((stored, self.survey.clone()));
            } else {
                counted.add(response, paid, store.calendar.hour_of(paid), &self.survey);
            }
            days.items.push(response_item(*visit, response, expires)?);
        }
        let staff = staff::answers(&self.pulse, (store, day), keys.payment(), (busy, quality), &mut rng);
        let is_over = |(_, response): &(Visit, Response)| back > 0 && response.answered_at < *now;
        for (visit, response) in staff.into_iter().filter(is_over) {
            let paid = visit.minute.start();
            counted.meet(paid, paid + self.retention);
            counted.add(&response, paid, store.calendar.hour_of(paid), &self.pulse);
            days.items.push(response_item(visit, &response, paid + self.retention)?);
        }
        counted.add_running(store, running);
        let DayCount { tallies, complete_until, items, shown_before, .. } = counted.finished();
        let operations = operations.filter(|_| back > 0);
        if let Some(operations) = &operations {
            days.items.push(operations_item(store.number, day, operations)?);
        }
        let content = Content { shown_before, cases, ..Content::of_store_day(tallies, operations.as_ref()) };
        if content != Content::default() {
            let path = Some(store.details.path.clone());
            let items = Some(items);
            let rollup = Rollup { content: content.clone(), counted_at: self.now, path, complete_until, items };
            days.items.push(rollup_item(&Scope::Store(store.number), day, &rollup)?);
            days.rollups.push((day, rollup));
        }
        Ok(())
    }
}

/// The link of a payment that was made just now.
pub(crate) fn link(keys: &GuestKeys, store: StoreNumber, now: Timestamp) -> Option<String> {
    let claim = Claim {
        visit: Visit {
            store,
            minute: Minute::of(now)?,
            payment: PaymentHash::of(&format!("demo {}", now.as_microsecond()), keys.payment()),
        },
        channel: Channel::Receipt,
        segment: Segment::default(),
    };
    claim.sign(keys).map(|link| link.as_str().to_owned())
}
