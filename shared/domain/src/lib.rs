//! The domain of Aftertaste, without AWS, HTTP, Lambda or a clock: time and randomness are arguments.
//!
//! Its rooms are a chain, each knows only those before: [`place`], [`access`], [`visit`], [`survey`],
//! [`payment`], [`case`], [`count`], [`report`], [`watch`], [`trend`], [`action`].
//!
//! Every type that comes from outside is parsed once, into a type that has no room for anything else; serde goes
//! through the same door.

// So that the benches' simulations are tested here too.
#[cfg(test)]
extern crate self as domain;

pub mod access;
pub mod action;
pub mod case;
pub mod count;
pub mod payment;
pub mod place;
pub mod report;
pub mod survey;
pub mod trend;
pub mod visit;
pub mod watch;

mod reading;
mod visible;

pub use reading::{NAMED_AT_MOST, known_keys, strictly};
pub use visible::is_blank;

use serde::{Deserialize, Serialize};

/// Why a text or a number is not a value of the type asked for: one sentence for the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// Everything that is wrong with something, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|mistake| mistake.0.as_str()).collect::<Vec<_>>().join(" "))]
pub struct Mistakes(pub Vec<Invalid>);

impl Mistakes {
    /// Adds a sentence.
    pub fn add(&mut self, sentence: impl Into<String>) {
        self.0.push(Invalid(sentence.into()));
    }

    /// Adds what is wrong, if anything is.
    pub fn check<T>(&mut self, checked: Result<T, Invalid>) -> Option<T> {
        checked.map_err(|mistake| self.0.push(mistake)).ok()
    }

    /// The value, if nothing is wrong.
    ///
    /// # Errors
    /// All that is.
    pub fn unless<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// A count as a number to calculate with; exact below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "no store has 2⁵³ guests")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

impl From<Invalid> for Mistakes {
    fn from(mistake: Invalid) -> Self {
        Self(vec![mistake])
    }
}

/// The name of a survey, a question, an option or a module: 1 to 40 letters, digits, `_` and `-`, the first a letter
/// or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("pattern" = "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")))]
#[serde(try_from = "String", into = "String")]
pub struct Id(String);

impl Id {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=40).contains(&text.len())
            && !text.starts_with(['_', '-'])
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits {
            Ok(Self(text))
        } else {
            Err(Invalid(format!(
                "An id is 1 to 40 letters, digits, '_' or '-', beginning with a letter or digit; this is {:?}.",
                shortened(&text)
            )))
        }
    }
}

impl std::str::FromStr for Id {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_owned().try_into()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that a caller sent, cut to the length that an error sentence can carry.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A line of text that a person reads, such as a store's name: 1 to 80 characters, none of them a control character.
pub(crate) fn check_line(what: &str, text: &str) -> Result<(), Invalid> {
    if text.trim().is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        return Err(Invalid(format!(
            "{what} is 1 to 80 characters without control characters; this is {:?}.",
            shortened(text)
        )));
    }
    Ok(())
}
