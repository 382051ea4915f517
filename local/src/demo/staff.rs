//! The answers of the staff of the demo's stores: once a month, most of a dozen in each.

use aftertaste::domain::{
    access::Key,
    place::Store,
    survey::{Answer, Answers, Measure, Response, Survey},
    visit::{Channel, Minute, PaymentHash, Visit},
};
use fastrand::Rng;
use jiff::{ToSpan, civil::Date};

/// The day of the month on which they are asked: late enough that the last month which is shown lies in the demo's days.
const ASKED_ON: i8 = 20;

/// The answers of a store's staff on a day. Those of a quiet store are too few to be shown.
pub(super) fn answers(
    survey: &Survey,
    (store, day): (&Store, Date),
    payments: &Key,
    (busy, quality): (f64, f64),
    rng: &mut Rng,
) -> Vec<(Visit, Response)> {
    if day.day() != ASKED_ON {
        return Vec::new();
    }
    let many = if busy < 1.0 { 3 } else { rng.u32(7..13) };
    let paid = store.calendar.window(day).start + 6.hours();
    let one = |i: u32| {
        let number = store.number.get();
        let payment = PaymentHash::of(&format!("demo staff {number} {day} {i}"), payments);
        let visit = Visit { store: store.number, minute: Minute::of(paid)?, payment };
        let id = survey.definition.id.clone();
        let answered_at = paid + rng.i64(1..2_000).minutes();
        let answers = fill_in(survey, quality, rng);
        let seconds = Some(rng.u32(15..70));
        let response = Response { seconds, ..Response::new(id, 1, answered_at, Channel::Staff, answers) };
        Some((visit, response))
    };
    (0..many).filter_map(one).collect()
}

/// Where guests are happy staff mostly are too. Pay pleases fewest.
fn fill_in(survey: &Survey, quality: f64, rng: &mut Rng) -> Answers {
    let mut answers = Answers::new();
    for question in &survey.questions {
        let id = question.id();
        let weak = if id.as_str() == "benefit" { 0.7 } else { 0.0 };
        let mood = 3.7 + 0.6 * quality - weak + 2.4 * (rng.f64() - 0.5);
        let (value, most) =
            if question.definition.measures == Some(Measure::Recommend) { (2.0 * mood, 10.0) } else { (mood, 5.0) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 to 10")]
        let whole = value.round().clamp(1.0, most) as u8;
        answers.insert(id.clone(), Answer::Scale(whole));
    }
    answers
}
