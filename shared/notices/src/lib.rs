//! Payment notices: whether a provider sent them, and what they say.
//!
//! A payment provider reports each payment by a request to an address that the merchant gave it. Anybody who knows the
//! address can send one too, so that a notice counts only when its signature fits its very bytes. Each provider signs
//! in a way of its own, and each has a file here. Nothing is read from or written to anywhere: the clock and the keys
//! are arguments.

mod event;
mod form;
mod hex;
mod money;
mod reader;
mod rsa;
mod secrets;

pub mod alipay;
pub mod mapped;
pub mod square;
pub mod standard;
pub mod stripe;
pub mod wechat;

#[cfg(test)]
mod vectors;

use std::fmt;

pub use domain::payment::{Payment, Place};
use jiff::Timestamp;
pub use reader::Reader;

/// A request as it came, before anything is believed.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Its headers, in any case. A name that came twice is either here twice or joined by commas.
    pub headers: &'a [(String, String)],
    /// The text behind the `?` of its address, as it was written; empty without one.
    pub query: &'a str,
    /// The address that the provider was given, without its query: the stack's public URL and the path.
    pub url: &'a str,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// When it came.
    pub now: Timestamp,
}

/// Why a notice is not believed, or can't be read although it is the provider's. None of these contains anything of its
/// body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A header, parameter or field that the signature needs is missing, comes twice, or is not what it should be.
    Malformed(&'static str),
    /// The signature does not fit. Providers send such notices as probes too.
    WrongSignature,
    /// It was signed more than five minutes before or after now.
    Stale,
    /// No key is known by the serial that it names. Serials are public.
    UnknownSerial(String),
    /// The signature fits, and the body can't be decrypted or says nothing that is understood. The operator has to
    /// check.
    Unreadable(&'static str),
}

/// The content of a genuine notice.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Payments that were made; several of a combined order.
    Paid(Vec<Payment>),
    /// A payment was paid back, by its id.
    Refunded(String),
    /// The provider tries out whether the address works.
    SelfTest,
    /// Something else, named as the provider names it, that nothing follows from.
    Other(String),
}

/// How far the clocks of both sides may be apart, in seconds, both ways.
pub const WINDOW_SECONDS: u64 = 300;

/// Longer names are cut, because they are shown and counted.
const LONGEST_NAME: usize = 64;

impl Notice {
    /// Something that nothing follows from, by a name of any length.
    pub(crate) fn other(name: &str) -> Self {
        Self::Other(name.chars().take(LONGEST_NAME).collect())
    }
}

/// Without address, headers and body, which contain secrets and say who paid.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("now", &self.now).field("body_length", &self.body.len()).finish_non_exhaustive()
    }
}

impl Request<'_> {
    /// A header that has to be there once. A value with a comma is two headers that were joined.
    ///
    /// # Errors
    /// When it is missing or came twice.
    pub fn header(&self, name: &'static str) -> Result<&str, Refusal> {
        let value = self.header_with_commas(name)?;
        if value.contains(',') { Err(Refusal::Malformed(name)) } else { Ok(value) }
    }

    /// A header that has to be there once and has commas of its own.
    ///
    /// # Errors
    /// When it is missing or came twice.
    pub fn header_with_commas(&self, name: &'static str) -> Result<&str, Refusal> {
        let mut values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(value),
            _ => Err(Refusal::Malformed(name)),
        }
    }

    /// Whether a time, in seconds since 1970 as a provider writes it, is near enough to now.
    ///
    /// # Errors
    /// When it is no number of at most twelve digits without zeros in front, or too far away.
    pub fn check_time(&self, name: &'static str, seconds: &str) -> Result<(), Refusal> {
        let digits = (1..=12).contains(&seconds.len()) && seconds.bytes().all(|byte| byte.is_ascii_digit());
        let digits = digits && !seconds.starts_with('0');
        let then: i64 = seconds.parse().ok().filter(|_| digits).ok_or(Refusal::Malformed(name))?;
        if self.now.as_second().abs_diff(then) <= WINDOW_SECONDS { Ok(()) } else { Err(Refusal::Stale) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_request_nor_a_notice_prints_secrets_or_who_paid() {
        let headers = [("Authorization".to_owned(), "hidden".to_owned())];
        let (url, now) = ("https://s.example.cn/hidden", Timestamp::UNIX_EPOCH);
        let request = Request { headers: &headers, query: "token=hidden", url, body: b"hidden", now };
        assert_eq!(format!("{request:?}"), "Request { now: 1970-01-01T00:00:00Z, body_length: 6, .. }");
        let payment = Payment {
            time_is_signed: true,
            id: "42".to_owned(),
            order: None,
            paid_at: now,
            places: Vec::new(),
            amount: Some(1),
            currency: Some("CNY".to_owned()),
            payer: Some("hidden".to_owned()),
            items: Vec::new(),
        };
        let printed = format!("{:?}", Notice::Paid(vec![payment]));
        assert!(printed.contains("\"42\"") && !printed.contains("hidden"), "{printed}");
    }
}
