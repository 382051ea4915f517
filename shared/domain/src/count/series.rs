//! Series: which answers are counted together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::{Id, Invalid, shortened, survey::Response, visit::Origin};

/// The answers that a tally counts: those to one survey, of one origin. Answers after a payment, by codes on tables, of
/// trials and of staff are separate series. Written `dine-in`, `dine-in@table`, `dine-in@test` and `pulse@staff`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Series {
    /// The survey.
    pub survey: Id,
    /// The origin of the answers.
    pub origin: Origin,
}

/// How a series is marked, behind the survey.
fn mark(origin: Origin) -> &'static str {
    match origin {
        Origin::Payment => "",
        Origin::Code => "@table",
        Origin::Test => "@test",
        Origin::Staff => "@staff",
    }
}

impl Series {
    /// The series that a response counts in.
    pub fn of(response: &Response) -> Self {
        Self { survey: response.survey.clone(), origin: response.channel.origin() }
    }

    /// The series in which it counts that an answer was taken back: that of the answer.
    pub fn of_taken_back(response: &Response) -> Self {
        let survey = response.was_survey.clone().unwrap_or_else(|| response.survey.clone());
        Self { survey, ..Self::of(response) }
    }

    /// The answers of the staff to a survey.
    pub fn of_staff(survey: Id) -> Self {
        Self { survey, origin: Origin::Staff }
    }

    /// The answers to a survey behind which a payment stands.
    pub fn paid(survey: Id) -> Self {
        Self { survey, origin: Origin::Payment }
    }
}

impl TryFrom<String> for Series {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl std::str::FromStr for Series {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at = text.find('@').unwrap_or(text.len());
        let (survey, behind) = text.split_at(at);
        let origin = Origin::ALL.into_iter().find(|origin| mark(*origin) == behind);
        let origin = origin.ok_or_else(|| Invalid(format!("There are no answers {:?}.", shortened(text))))?;
        Ok(Self { survey: survey.parse()?, origin })
    }
}

impl From<Series> for String {
    fn from(series: Series) -> Self {
        series.to_string()
    }
}

impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.survey, mark(self.origin))
    }
}

/// The tallies of one scope on one business day.
pub type Tallies = BTreeMap<Series, Tally>;

/// How many whole responses a payment stands behind, shown or not yet: those that orders are set against.
pub fn paid_responses(tallies: &Tallies) -> u64 {
    let paid = tallies.iter().filter(|(series, _)| series.origin == Origin::Payment);
    paid.map(|(_, tally)| tally.responses + tally.waiting).sum()
}

/// Adds the tallies of a scope below.
pub fn merge_tallies(to: &mut Tallies, from: &Tallies) {
    for (series, tally) in from {
        to.entry(series.clone()).or_default().merge_below(tally);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_read_as_it_is_written() {
        for (text, origin) in [
            ("dine-in", Origin::Payment),
            ("dine-in@table", Origin::Code),
            ("dine-in@test", Origin::Test),
            ("pulse@staff", Origin::Staff),
        ] {
            let series: Series = text.parse().unwrap();
            assert_eq!((series.to_string().as_str(), series.origin), (text, origin));
        }
        for text in ["", "@table", "dine-in@", "dine-in@door", "dine in"] {
            assert!(text.parse::<Series>().is_err(), "{text}");
        }
    }
}
