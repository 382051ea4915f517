//! Tests and benches begin with these: a response, and the count of some.

use aftertaste::domain::{
    count::{Content, Tally},
    survey::{Answer, Response},
    visit::Channel,
};
use jiff::Timestamp;

/// A whole response to `dine-in`, of just now.
pub fn example() -> Response {
    let answers = [("nps", 9), ("csat", 5)].map(|(id, n)| (id.parse().unwrap(), Answer::Scale(n))).into();
    let response = Response::new("dine-in".parse().unwrap(), 1, Timestamp::now(), Channel::Receipt, answers);
    Response { seconds: Some(9), ..response }
}

/// A day of visits that were paid for and asked `dine-in`.
pub fn content(tally: Tally) -> Content {
    Content { tallies: [("dine-in".parse().unwrap(), tally)].into(), ..Content::default() }
}
