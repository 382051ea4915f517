//! A demo brand with sixty days of answers, so that a first run has something to show. Invented, from a fixed seed.

mod cases;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;

use aftertaste::{
    counting::DayCount,
    domain::{
        Id,
        access::{GuestKeys, Key},
        count::{Content, DayDetails, DayOperations, Rollup},
        place::{Path, Scope, Store, StoreDetails, StoreNumber},
        survey::{Answer, Answers, Brand, Cause, Kind, Measure, More, Response, Survey},
        visit::{Channel, Claim, Minute, PaymentHash, Segment, Visit},
    },
    table::{Item, Seen, StoredResponse, Table, TableError, Versioned, operations_item, response_item, rollup_item},
};
use fastrand::Rng;
use jiff::{Span, Timestamp, ToSpan, civil::Date};
use serde_json::json;

use self::{
    cases::Followed,
    people::{duties, people},
};
use crate::{Bulk, Failure, waiting::Waiting};

const SURVEY: &str = include_str!("../../surveys/dine-in.json");

const SEED: u64 = 2026;

/// How many business days of answers there are, today included.
const DAYS: i32 = 60;

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

/// Got worse a week ago.
const WORSE: u32 = 13;
/// Its VIPs are happy and its other guests are not.
const UNFAIR: u32 = 21;

const PRAISE: [&str; 8] = [
    "汤很鲜，上菜也快。",
    "服务员特别热情，会再来！",
    "Best dumplings in town 🥟",
    "味道一如既往地好。",
    "环境干净，带爸妈来很放心。",
    "The staff remembered our names.",
    "小朋友很喜欢这里。",
    "Great value for lunch.",
];
const COMPLAINTS: [&str; 8] = [
    "等位太久了，叫号也不清楚。",
    "菜有点凉，偏咸。",
    "The tables were sticky.",
    "点的菜上错了两次。",
    "和宣传图片差太多。",
    "Too loud, and nobody came when we called.",
    "会员才有座位，我们等了一个小时。",
    "价格涨了，分量少了。",
];

/// Puts the demo in if the catalog is empty, with its answers if there is a door for them.
pub(crate) async fn put_in(table: &Table, now: Timestamp, bulk: Option<&Bulk>) -> Result<(), Failure> {
    let there = table.stores().await.map_err(|error| failed(&error))?;
    if !there.stores.is_empty() || !there.unreadable.is_empty() {
        return Ok(());
    }
    let brand: Brand = serde_json::from_value(json!({
        "name": "巷子小馆 Lane's Kitchen (demo)",
        "segments": {"1": "VIP", "2": "新客 New guest"},
    }))
    .map_err(|error| failed(&error))?;
    table.put_brand(&brand).await.map_err(|error| failed(&error))?;
    let definition = serde_json::from_str(SURVEY).map_err(|error| failed(&error))?;
    let survey = Survey::new(definition).map_err(|mistakes| failed(&format!("{mistakes:?}")))?;
    table.put_survey(&survey, now).await.map_err(|error| failed(&error))?;

    let stores = stores()?;
    if let Some(bulk) = bulk {
        let retention = (i64::from(brand.retention_days) * 24).hours();
        let causes = brand.known_causes();
        bulk.import(invent(&stores, Inventor::new(survey, causes, retention, now)?, now).await?).await?;
    }
    for (id, person) in people()? {
        table.put_person(&id, &person, &Seen::Unreadable, now).await.map_err(|error| failed(&error))?;
    }
    for (scope, duty) in duties()? {
        table.put_duty(&scope, &duty).await.map_err(|error| failed(&error))?;
    }
    // The stores come last: a process killed on the way begins again, with the same answers.
    for (store, ..) in &stores {
        table.put_store(store).await.map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("The demo can't be put in: {error}"))
}

/// The stores, each with how busy and how good it is.
fn stores() -> Result<Vec<(Store, f64, f64)>, Failure> {
    let stores = STORES.iter().map(|(number, name, path, busy, quality)| {
        let details: StoreDetails = serde_json::from_value(json!({
            "name": name, "path": path, "time_zone": "Asia/Shanghai", "day_starts": "04:00", "survey": "dine-in",
            "opening": {"daily": ["10:30-22:00"]},
        }))
        .map_err(|error| failed(&error))?;
        let number = StoreNumber::try_from(*number).map_err(|error| failed(&error))?;
        let store = Store::new(number, details).map_err(|error| failed(&error))?;
        Ok((store, *busy, *quality))
    });
    stores.collect()
}

/// Everything that happened in the stores, as items: responses, operations, and the rollups of both. What a count of the
/// table would find is known here, and reading it all back would take longer than everything else of a first start.
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
        items.push(rollup_item(&Scope::Node(node), day, &rollup).map_err(|error| failed(&error))?);
    }
    Ok(items)
}

/// Invents what happens in stores.
struct Inventor {
    survey: Arc<Versioned>,
    /// The rules' lots are drawn with these. Nobody opens these visits, so they are no secret, and the demo is the same in
    /// every folder.
    keys: GuestKeys,
    causes: Vec<Cause>,
    /// How long responses are kept after their payment.
    retention: Span,
    now: Timestamp,
    waiting: Waiting,
}

/// What happened in one store.
#[derive(Default)]
struct StoreDays {
    /// Its responses, operations and rollups.
    items: Vec<Item>,
    /// What each day came to; a day on which nothing happened is absent.
    rollups: Vec<(Date, Rollup)>,
}

impl Inventor {
    fn new(survey: Survey, causes: Vec<Cause>, retention: Span, now: Timestamp) -> Result<Self, Failure> {
        let what = format!("Putting in a demo brand with {DAYS} days of invented answers");
        let waiting = Waiting::with_steps(what, STORES.len() as u64 * u64::from(DAYS.unsigned_abs()));
        let key = || Key::from([0; 32]);
        let keys = GuestKeys::new(0, BTreeMap::from([(0, key())]), key()).map_err(|error| failed(&error))?;
        Ok(Self { survey: Arc::new(Versioned { version: 1, survey }), keys, causes, retention, now, waiting })
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

/// The guests of one store on one day.
struct Guests<'a> {
    store: &'a Store,
    survey: &'a Survey,
    payments: &'a Key,
    day: Date,
    /// How many days ago.
    back: i32,
    /// Answers on an ordinary day.
    busy: f64,
    /// How good the store is.
    quality: f64,
}

impl Guests<'_> {
    fn answers(&self, rng: &mut Rng) -> Vec<(Visit, Response)> {
        let weekend = matches!(self.day.weekday().to_monday_one_offset(), 5..=7);
        let expected = self.busy * if weekend { 1.5 } else { 1.0 };
        // A whole number around what is expected, also when that is less than one.
        let count = (0..40).filter(|_| rng.f64() < expected / 40.0).count();
        (0..count).filter_map(|i| self.answer(rng, i, weekend)).collect()
    }

    fn answer(&self, rng: &mut Rng, i: usize, weekend: bool) -> Option<(Visit, Response)> {
        let number = self.store.number.get();
        // Lunch from eleven, dinner from half past five.
        let (meal, length) = if rng.f64() < 0.45 { (7 * 60, 180) } else { (13 * 60 + 30, 270) };
        let minutes = meal + rng.i64(0..length);
        let paid = self.store.calendar.window(self.day).start + minutes.minutes();
        let segment = match rng.u8(0..10) {
            0..2 => 1,
            2..5 => 2,
            _ => 0,
        };
        let rush = weekend && (13 * 60 + 60..13 * 60 + 180).contains(&minutes);
        let mood =
            self.quality - if rush { 0.5 } else { 0.0 } - if number == WORSE && self.back < 7 { 1.6 } else { 0.0 }
                + match (number == UNFAIR, segment) {
                    (true, 1) => 1.1,
                    (true, _) => -0.7,
                    _ => 0.0,
                };
        let visit = Visit {
            store: self.store.number,
            minute: Minute::of(paid)?,
            payment: PaymentHash::of(&format!("demo {number} {} {i}", self.day), self.payments),
        };
        let answers = self.fill_in(rng, visit.payment, mood);
        let channel = match rng.u8(0..20) {
            0..11 => Channel::Receipt,
            11..17 => Channel::WechatMiniProgram,
            17..19 => Channel::Table,
            _ => Channel::AlipayMiniProgram,
        };
        let response = Response {
            survey: self.survey.definition.id.clone(),
            version: 1,
            answered_at: paid + rng.i64(1..30).minutes(),
            channel,
            segment: Segment::try_from(segment).ok()?,
            answers,
            seconds: Some(rng.u32(6..40)),
            submission: None,
            partial: false,
            table: None,
            network: None,
            taken_back: None,
            was_survey: None,
            whole_at: None,
            more: More::default(),
        };
        Some((visit, response))
    }

    /// What a guest in some mood answers: their themes first, and satisfaction from them. Trust only punishes,
    /// recognition only delights, the others do both.
    fn fill_in(&self, rng: &mut Rng, payment: PaymentHash, mood: f64) -> Answers {
        let noise = |rng: &mut Rng| (0..4).map(|_| rng.f64()).sum::<f64>() - 2.0;
        let mut answers = Answers::new();
        let mut satisfaction = 3.9 + 0.7 * mood + 0.9 * noise(rng);
        let mut put = |id: &Id, value: f64, most: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 10")]
            let whole = value.round().clamp(0.0, most) as u8;
            answers.insert(id.clone(), Answer::Scale(whole));
        };
        for question in self.survey.asked(payment) {
            if question.definition.measures == Some(Measure::Driver) {
                let weak = if question.id().as_str() == "convenience" { -0.8 } else { 0.0 };
                let rating = (4.0 + weak + 0.6 * mood + 1.3 * noise(rng)).round().clamp(1.0, 5.0);
                let (penalty, reward) = match question.id().as_str() {
                    "trust" | "promises" => (1.1, 0.1),
                    "recognition" | "identity" => (0.1, 0.6),
                    "convenience" => (0.8, 0.5),
                    _ => (0.5, 0.4),
                };
                satisfaction += if rating <= 2.0 {
                    -penalty
                } else if rating >= 5.0 {
                    reward
                } else {
                    0.0
                };
                put(question.id(), rating, 5.0);
            }
        }
        let satisfied = satisfaction.clamp(1.0, 5.0);
        let mut recommend = 0.0;
        for question in &self.survey.questions {
            match question.definition.measures {
                Some(Measure::Satisfaction) => put(question.id(), satisfied, 5.0),
                Some(Measure::Recommend) => {
                    recommend = (satisfaction * 2.0 + 0.3 + 0.9 * noise(rng)).clamp(0.0, 10.0);
                    put(question.id(), recommend, 10.0);
                }
                _ => {}
            }
        }
        let text = self.survey.questions.iter().find(|question| matches!(question.kind, Kind::Text { .. }));
        if let Some(question) = text.filter(|_| rng.f64() < 0.2) {
            let words = if recommend < 6.5 { &COMPLAINTS } else { &PRAISE };
            if let Some(words) = rng.choice(words) {
                answers.insert(question.id().clone(), Answer::Text((*words).to_owned()));
            }
        }
        answers
    }

    /// Orders and revenue: about one guest in nine answers.
    fn operations(&self, rng: &mut Rng, answers: usize) -> Option<DayOperations> {
        let orders = answers as u64 * 9 + rng.u64(15..40);
        let revenue = (0..orders).map(|_| rng.u32(3_800..16_800)).map(f64::from).sum::<f64>() / 100.0;
        let (revenue, currency) = (Some(revenue), Some("CNY".into()));
        DayDetails { orders, revenue, refunds: None, orders_by_hour: BTreeMap::new(), currency }.try_into().ok()
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
