//! The guests of the demo's stores: what moods they come in, and what they answer in each.

use std::collections::BTreeMap;

use aftertaste::domain::{
    Id,
    access::Key,
    count::{DayDetails, DayOperations},
    place::Store,
    survey::{Answer, Answers, Kind, Measure, Response, Survey},
    visit::{Channel, Minute, PaymentHash, Segment, Visit},
};
use fastrand::Rng;
use jiff::{ToSpan, civil::Date};

use super::improvements::{BETTER, HELPED, RECOVERED};

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

/// By how much the guests of a store were happier than they usually are, so many days ago.
fn changed(number: u32, back: i32) -> f64 {
    let (recovered, fell, start) = RECOVERED;
    match number {
        WORSE if back < 7 => -1.6,
        _ if number == recovered && (start + 1..=fell).contains(&back) => -1.1,
        _ if number == recovered && back <= start => 0.6,
        _ if number == HELPED.0 && back <= HELPED.1 => 0.8,
        _ if number == BETTER.0 && back < BETTER.1 => 1.1,
        _ => 0.0,
    }
}

/// The guests of one store on one day.
pub(super) struct Guests<'a> {
    pub store: &'a Store,
    pub survey: &'a Survey,
    pub payments: &'a Key,
    pub day: Date,
    /// How many days ago.
    pub back: i32,
    /// Answers on an ordinary day.
    pub busy: f64,
    /// How good the store is.
    pub quality: f64,
}

impl Guests<'_> {
    pub fn answers(&self, rng: &mut Rng) -> Vec<(Visit, Response)> {
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
        let mood = self.quality - if rush { 0.5 } else { 0.0 }
            + changed(number, self.back)
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
        let id = self.survey.definition.id.clone();
        let answered_at = paid + rng.i64(1..30).minutes();
        let segment = Segment::try_from(segment).ok()?;
        let seconds = Some(rng.u32(6..40));
        let response = Response { segment, seconds, ..Response::new(id, 1, answered_at, channel, answers) };
        Some((visit, response))
    }

    /// The answers of a guest in some mood: their themes first, and satisfaction from them. Trust only punishes,
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
    pub fn operations(&self, rng: &mut Rng, answers: usize) -> Option<DayOperations> {
        let orders = answers as u64 * 9 + rng.u64(15..40);
        let revenue = (0..orders).map(|_| rng.u32(3_800..16_800)).map(f64::from).sum::<f64>() / 100.0;
        let (revenue, currency) = (Some(revenue), Some("CNY".into()));
        DayDetails { orders, revenue, refunds: None, orders_by_hour: BTreeMap::new(), currency }.try_into().ok()
    }
}
