//! Providers that are described by a file: aggregators, points of sale, and providers that sign in a way of their own.
//!
//! A mapping says where the signature is, what is signed, how, and what a notice says. It is data alone: it has no
//! expressions, and nothing of it is run. Each brings signed samples along, which are tried for each account. The
//! values that make a notice a payment have to be among what is signed, so a mistake can't open a way around the
//! signature. Anything else is read from what is not signed only where the mapping says `unsigned`.

mod borders;
mod checking;
mod mapping;
mod reading;
mod sample;
mod seen;
mod signing;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use jiff::tz::TimeZone;
use serde_json::Value;

pub use mapping::{
    Amount, Answer, Clock, Condition, Currency, Encoding, Fields, KeyForm, Mapping, Origin, Pairs, Part, PlaceName,
    Says, Scheme, Signed, Sorted, Spot, Tick, TimeFormat, Unit, Whence, Whereabouts,
};
pub use sample::{Expected, ExpectedPayment, Sample};

use crate::{Notice, Payment, Refusal, Request};
use borders::Borders;
use reading::Saying;
use seen::{Json, Seen};
use signing::Key;

/// How many keys an account may have. While one follows the other there are two.
const MOST_KEYS: usize = 4;

/// How many bytes of JSON are read before they are believed. Adyen's notices have a tenth; a large one of tiny values
/// would cost as much as fifty others.
const MOST_UNBELIEVED: usize = 32 * 1024;

/// A mapping that was checked, with the keys of an account.
pub struct Account {
    mapping: Mapping,
    borders: Borders,
    keys: Vec<Key>,
    zone: Option<TimeZone>,
    reads_json: bool,
    reads_form: bool,
    time_is_signed: bool,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither keys nor samples.
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl Account {
    /// Checks a mapping whole and tries its samples. Any of the keys may fit a notice, so that one can follow another.
    ///
    /// # Errors
    /// Names every field that is not what it should be, and every sample that is not read as it says.
    pub fn new(mapping: Mapping, keys: &[String]) -> Result<Self, Vec<String>> {
        // The keys of samples are published. With one of them, an account would believe anybody's notices.
        let published = keys.iter().enumerate().filter(|(_, key)| signing::is_published(key, &mapping));
        let published: Vec<String> = published
            .map(|(at, _)| format!("keys[{at}]: the key is that of a sample, which everybody knows."))
            .collect();
        if published.is_empty() { Self::with_any_keys(mapping, keys) } else { Err(published) }
    }

    /// Takes the keys of samples too.
    fn with_any_keys(mapping: Mapping, keys: &[String]) -> Result<Self, Vec<String>> {
        let mut mistakes = checking::mistakes(&mapping);
        if keys.is_empty() {
            mistakes.push("keys: at least one is needed.".to_owned());
        }
        // Each is tried with every notice, also with those that nobody signed.
        if keys.len() > MOST_KEYS {
            mistakes.push(format!("keys: there are more than {MOST_KEYS}."));
        }
        let mut known = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            match Key::read(key, mapping.key, mapping.how) {
                Ok(key) => known.push(key),
                Err(what) => mistakes.push(format!("keys[{at}]: the key {what}.")),
            }
        }
        let zone = mapping.says.time.zone.as_ref().and_then(|name| TimeZone::get(name).ok());
        let (reads_json, reads_form) = (checking::reads_json(&mapping), checking::reads_form(&mapping));
        let time_is_signed = checking::covers(&mapping.signed, &mapping.says.time.at);
        let borders = Borders::of(&mapping);
        let account = Self { mapping, borders, keys: known, zone, reads_json, reads_form, time_is_signed };
        // A sample that fails because of a mistake that is named already would only be noise.
        if mistakes.is_empty() {
            mistakes = account.try_samples();
        }
        if mistakes.is_empty() { Ok(account) } else { Err(mistakes) }
    }

    /// Whether the provider sent this, and what it says.
    ///
    /// # Errors
    /// When it is not believed, or can't be read although it is theirs.
    pub fn read(&self, request: &Request<'_>) -> Result<Notice, Refusal> {
        self.read_with(&self.keys, request)
    }

    /// The answer that the provider expects when a notice was taken, also one that nothing follows from.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.mapping.answer
    }

    fn try_samples(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (at, sample) in self.mapping.samples.iter().enumerate() {
            let own = sample.key.as_ref().map(|key| Key::read(key, self.mapping.key, self.mapping.how));
            match own.transpose() {
                Err(what) => mistakes.push(format!("samples[{at}].key: the key {what}.")),
                Ok(Some(key)) => mistakes.extend(sample.mistakes(at, |request| self.read_with(&[key], request))),
                Ok(None) => mistakes.extend(sample.mistakes(at, |request| self.read(request))),
            }
        }
        mistakes
    }

    fn read_with(&self, keys: &[Key], request: &Request<'_>) -> Result<Notice, Refusal> {
        let seen = Seen::of(request, self.reads_form)?;
        if let Signed::Fields(fields) = &self.mapping.signed {
            return self.read_items(fields, keys, &seen);
        }
        signing::check(&self.mapping, &self.borders, keys, &seen, None)?;
        let json: Option<Value> = if self.reads_json {
            Some(serde_json::from_slice(request.body).map_err(|_| Refusal::Unreadable("the body as JSON"))?)
        } else {
            None
        };
        self.saying(&seen, json.as_ref().map(Json::Body)).notice()
    }

    /// Each item is signed by itself, and none is believed unless all are.
    fn read_items(&self, fields: &Fields, keys: &[Key], seen: &Seen<'_>) -> Result<Notice, Refusal> {
        let body = Some(seen.request.body).filter(|body| body.len() <= MOST_UNBELIEVED);
        let body: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
        let body = body.ok_or(Refusal::Malformed("body"))?;
        let entries = match &fields.items {
            Some(pointer) => body.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice),
            None => Some(std::slice::from_ref(&body)),
        };
        let entries = entries.filter(|entries| !entries.is_empty()).ok_or(Refusal::Malformed("items"))?;
        let items: Option<Vec<Json<'_>>> =
            entries.iter().map(|entry| entry.pointer(&fields.item).map(Json::Item)).collect();
        let items = items.ok_or(Refusal::Malformed("items"))?;
        for item in &items {
            signing::check(&self.mapping, &self.borders, keys, seen, Some(*item))?;
        }
        let notices = items.iter().map(|item| self.saying(seen, Some(*item)).notice());
        together(notices.collect::<Result<_, _>>()?)
    }

    fn saying<'a>(&'a self, seen: &'a Seen<'a>, json: Option<Json<'a>>) -> Saying<'a> {
        let (says, time_is_signed) = (&self.mapping.says, self.time_is_signed);
        Saying { says, zone: self.zone.as_ref(), seen, json, time_is_signed }
    }
}

/// The bytes that a request's signature has to be of, with the key in between where the scheme has it there. For makers
/// of notices: nothing is checked, and the signature need not be there. Where items are signed by themselves, `item` is
/// the JSON that has it.
///
/// # Errors
/// When something is missing that is signed.
pub fn to_sign(mapping: &Mapping, key: &[u8], request: &Request<'_>, item: Option<&Value>) -> Result<Vec<u8>, Refusal> {
    let seen = Seen::of(request, checking::reads_form(mapping))?;
    signing::to_sign(mapping, key, &seen, item.map(Json::Item))
}

/// Puts together what several items of one notice say.
fn together(notices: Vec<Notice>) -> Result<Notice, Refusal> {
    let mut payments = Vec::new();
    let mut rest = Vec::new();
    for notice in notices {
        match notice {
            Notice::Paid(paid) => payments.extend(paid),
            other => rest.push(other),
        }
    }
    // Of one genuine item, a copy with another time or store could be listed beside it. Neither is believed then.
    let mut ids = BTreeSet::new();
    if !payments.iter().all(|payment: &Payment| ids.insert(&payment.id)) {
        return Err(Refusal::Malformed("items"));
    }
    let refunded = rest.iter().position(|notice| matches!(notice, Notice::Refunded(_)));
    match (payments.is_empty(), refunded) {
        (false, None) => Ok(Notice::Paid(payments)),
        (true, Some(at)) if rest.len() == 1 => Ok(rest.swap_remove(at)),
        (true, None) => Ok(rest.into_iter().next().unwrap_or(Notice::Other(String::new()))),
        _ => Err(Refusal::Unreadable("items of several kinds in one notice")),
    }
}
