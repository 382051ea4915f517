//! Signed requests beside a mapping, with what they have to say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Notice, Payment, Refusal, Request};

/// A signed request that is tried whenever the mapping is checked, so that a wrong mapping is found when it is written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Where it is from.
    pub source: String,
    /// The key that it was signed for; a secret one is refused for accounts. Without one the account's own keys are
    /// tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it came.
    pub now: Timestamp,
    /// Its headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The text behind the `?` of its address.
    #[serde(default)]
    pub query: String,
    /// The address that the provider was given.
    #[serde(default)]
    pub url: String,
    /// Its body.
    pub body: String,
    /// The reading that is expected.
    pub says: Expected,
}

/// The expected reading of a sample.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// These payments were made.
    Paid(Vec<ExpectedPayment>),
    /// This payment was paid back.
    Refunded(String),
    /// Something that nothing follows from.
    Other(String),
}

/// A payment that a sample has to report.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedPayment {
    /// Its id.
    pub id: String,
    /// Its order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// When it was made.
    pub paid_at: Timestamp,
    /// The texts that may name its store, in the mapping's order.
    pub places: Vec<String>,
    /// Its amount in the smallest unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// Its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
}

impl Sample {
    /// Reads the sample by `read`, and says which field is not what it has to be. Nothing of the sample is repeated.
    pub(super) fn mistakes(
        &self,
        at: usize,
        read: impl FnOnce(&Request<'_>) -> Result<Notice, Refusal>,
    ) -> Vec<String> {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let request = Request {
            headers: &headers,
            query: &self.query,
            url: &self.url,
            body: self.body.as_bytes(),
            now: self.now,
        };
        let notice = match read(&request) {
            Ok(notice) => notice,
            Err(refusal) => return vec![format!("samples[{at}]: {}.", why(&refusal))],
        };
        let wrong = match (&self.says, &notice) {
            (Expected::Paid(expected), Notice::Paid(paid)) => return unlike(at, expected, paid),
            (Expected::Refunded(expected), Notice::Refunded(id)) => (expected != id).then_some("another payment"),
            (Expected::Other(expected), Notice::Other(name)) => (expected != name).then_some("another name"),
            (_, Notice::Paid(_)) => Some("a payment that was made"),
            (_, Notice::Refunded(_)) => Some("a payment that was paid back"),
            _ => Some("something that nothing follows from"),
        };
        wrong.map(|what| format!("samples[{at}].says: the mapping reads {what}.")).into_iter().collect()
    }
}

/// Why a sample is refused, in words.
fn why(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Malformed(what) => format!("`{what}` is missing, comes twice, or is not what it should be"),
        Refusal::WrongSignature => "the signature does not fit".to_owned(),
        Refusal::Stale => "it was signed more than five minutes before or after its `now`".to_owned(),
        Refusal::UnknownSerial(_) => "its key is not known".to_owned(),
        Refusal::Unreadable(what) => format!("the signature fits, and {what} can't be read"),
    }
}

/// Which fields of the payments differ from what is expected.
fn unlike(at: usize, expected: &[ExpectedPayment], paid: &[Payment]) -> Vec<String> {
    if expected.len() != paid.len() {
        return vec![format!("samples[{at}].says.paid: the mapping reads {} payments.", paid.len())];
    }
    let mut mistakes = Vec::new();
    for (which, (expected, paid)) in expected.iter().zip(paid).enumerate() {
        let places = expected.places.iter().eq(paid.places.iter().map(|(_, text)| text));
        let alike = [
            ("id", expected.id == paid.id),
            ("order", expected.order == paid.order),
            ("paid_at", expected.paid_at == paid.paid_at),
            ("places", places),
            ("amount", expected.amount == paid.amount),
            ("currency", expected.currency == paid.currency),
            ("payer", expected.payer == paid.payer),
        ];
        for (field, _) in alike.iter().filter(|(_, alike)| !alike) {
            mistakes.push(format!("samples[{at}].says.paid[{which}].{field}: the mapping reads something else."));
        }
    }
    mistakes
}
