//! What tests and benches begin with: a response, and what a count makes of some.

use aftertaste::domain::{
    count::{Content, Tally},
    survey::{Answer, More, Response},
    visit::Channel,
};
use jiff::Timestamp;

/// A whole response to `dine-in`, of just now.
pub fn example() -> Response {
    Response {
        survey: "dine-in".parse().unwrap(),
        version: 1,
        answered_at: Timestamp::now(),
        channel: Channel::Receipt,
        segment: 0.try_into().unwrap(),
        answers: [("nps", 9), ("csat", 5)].map(|(id, n)| (id.parse().unwrap(), Answer::Scale(n))).into(),
        seconds: Some(9),
        submission: None,
        partial: false,
        table: None,
        network: None,
        taken_back: None,
        was_survey: None,
        whole_at: None,
        more: More::default(),
    }
}

/// A day of visits that were paid for and asked `dine-in`.
pub fn content(tally: Tally) -> Content {
    Content { tallies: [("dine-in".parse().unwrap(), tally)].into(), ..Content::default() }
}
