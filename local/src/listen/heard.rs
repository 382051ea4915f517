//! A delivery that came: whether it is genuine, and how it is shown.

use std::borrow::Cow;
use std::fmt::Write;

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use jiff::{Timestamp, Unit};
use notices::{Refusal, Request, standard::Account};
use serde_json::Value;

const GREEN: &str = "32";
const RED: &str = "31";
const BOLD: &str = "1";

/// How many characters of a body are shown. No event has so many.
const SHOWN: usize = 10_000;

/// A delivery that came.
pub(crate) struct Heard {
    /// When it had come.
    pub at: Timestamp,
    pub headers: HeaderMap,
    /// Empty where it was not read.
    pub body: Bytes,
    pub verdict: Verdict,
    pub answer: StatusCode,
}

/// Whether it is genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The stack signed it, within five minutes of now.
    Verified,
    /// It is not believed.
    Refused(Refusal),
    /// It was refused before it was read, with this status.
    Unread(StatusCode),
}

impl Verdict {
    /// Judges by the signature and its time.
    pub(crate) fn of(account: &Account, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Self {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        match account.read(&Request { headers: &headers, query: "", url: "", body, now }) {
            // It reads payments, and only once signature and time are right. To it, it does not matter what an event says.
            Ok(_) | Err(Refusal::Unreadable(_)) => Self::Verified,
            Err(refusal) => Self::Refused(refusal),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Verified => "✓ verified".to_owned(),
            Self::Refused(Refusal::WrongSignature) => "✗ not verified: the signature is wrong".to_owned(),
            Self::Refused(Refusal::Stale) => {
                "✗ not verified: webhook-timestamp is more than five minutes off".to_owned()
            }
            Self::Refused(Refusal::Malformed(name)) => {
                format!("✗ not verified: {name} is missing, doubled or malformed")
            }
            Self::Refused(refusal) => format!("✗ not verified: {refusal:?}"),
            Self::Unread(StatusCode::PAYLOAD_TOO_LARGE) => "✗ not read: it has more than 1 MiB".to_owned(),
            Self::Unread(StatusCode::REQUEST_TIMEOUT) => "✗ not read: it came too slowly".to_owned(),
            Self::Unread(_) => "✗ not read: it broke off".to_owned(),
        }
    }
}

impl Heard {
    /// The event's id, which stays the same in every attempt.
    pub(crate) fn id(&self) -> String {
        let id = self.headers.get("webhook-id").map(|id| String::from_utf8_lossy(id.as_bytes()));
        id.unwrap_or(Cow::Borrowed("without an id")).into_owned()
    }

    /// A line that says what it is, and the body in lines below. `time` counts how often the event has come.
    pub(crate) fn shown(&self, time: u32, in_colour: bool) -> String {
        let painted = |colour: &str, text: &str| match in_colour {
            true => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        };
        let at = self.at.round(Unit::Second).unwrap_or(self.at);
        let colour = if self.verdict == Verdict::Verified { GREEN } else { RED };
        let verdict = painted(colour, &self.verdict.sentence());
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        let kind = json.as_ref().and_then(|json| json.get("type")).and_then(Value::as_str).unwrap_or("without a type");
        let kind = painted(BOLD, &harmless(kind));
        let again = if time > 1 { format!("  again ×{time}") } else { String::new() };
        let answer = self.answer.as_u16();
        let mut shown = format!("\n{at}  {verdict}  {kind}  {}  answered {answer}{again}", harmless(&self.id()));
        let pretty = json.and_then(|json| serde_json::to_string_pretty(&json).ok());
        let body = pretty.map_or_else(|| String::from_utf8_lossy(&self.body), Cow::Owned);
        let begins: String = body.chars().take(SHOWN).collect();
        for line in begins.lines() {
            // A text takes everything that is written into it.
            let _ = write!(shown, "\n    {}", harmless(line));
        }
        if begins.len() < body.len() {
            let _ = write!(shown, "\n    … and {} more bytes", body.len().saturating_sub(begins.len()));
        }
        shown
    }
}

/// A text whose control characters are written out. A stranger's would steer the terminal, or turn the text around.
fn harmless(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut harmless = String::new();
    for c in text.chars() {
        if steers(c) { harmless.extend(c.escape_default()) } else { harmless.push(c) }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use deliveries::webhook::{Secret, sign};

    use super::*;

    const BODY: &[u8] =
        br#"{"type":"endpoint.test","timestamp":"2026-11-21T04:31:09Z","data":{"b":1,"a":"\u001b[2J\u202e"}}"#;

    fn now() -> Timestamp {
        "2026-11-21T04:31:09Z".parse().unwrap()
    }

    fn secret() -> Secret {
        Secret::new([7; 32])
    }

    fn signed(secret: &Secret, seconds_ago: i64) -> HeaderMap {
        let at = now() - jiff::SignedDuration::from_secs(seconds_ago);
        let headers = sign("evt_1", at, BODY, secret, None).unwrap();
        headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn heard(headers: HeaderMap, body: &'static [u8]) -> Heard {
        let account = Account::new(&[secret().text()]).unwrap();
        let verdict = Verdict::of(&account, &headers, body, now());
        Heard { at: now(), headers, body: Bytes::from_static(body), verdict, answer: StatusCode::NO_CONTENT }
    }

    #[test]
    fn only_what_the_stack_signed_just_now_is_verified() {
        for seconds_ago in [-300, 0, 300] {
            assert_eq!(heard(signed(&secret(), seconds_ago), BODY).verdict, Verdict::Verified);
        }
        for seconds_ago in [-301, 301] {
            let stale = heard(signed(&secret(), seconds_ago), BODY);
            assert_eq!(stale.verdict, Verdict::Refused(Refusal::Stale));
            assert!(stale.shown(1, false).contains("✗ not verified: webhook-timestamp is more than five minutes off"));
        }
        let wrong = [heard(signed(&secret(), 0), b"{}"), heard(signed(&Secret::new([8; 32]), 0), BODY)];
        for forged in wrong {
            assert_eq!(forged.verdict, Verdict::Refused(Refusal::WrongSignature));
            assert!(forged.shown(1, false).contains("✗ not verified: the signature is wrong"));
        }
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let (mut none, mut doubled) = (signed(&secret(), 0), signed(&secret(), 0));
            none.remove(name);
            doubled.append(name, HeaderValue::from_static("1"));
            for headers in [none, doubled] {
                let shown = heard(headers, BODY).shown(1, false);
                let sentence = format!("✗ not verified: {name} is missing, doubled or malformed");
                assert!(shown.contains(&sentence), "{shown}");
            }
        }
    }

    /// A signed text that is no payment, and not even JSON.
    #[test]
    fn what_an_event_says_does_not_matter_to_its_signature() {
        let body = b"not JSON \x1b[2J\n\xff";
        let headers = sign("evt_2", now(), body, &secret(), None).unwrap();
        let headers =
            headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        let heard = heard(headers, body);
        assert_eq!(
            heard.shown(1, false),
            "\n2026-11-21T04:31:09Z  ✓ verified  without a type  evt_2  answered 204\n    not JSON \\u{1b}[2J\n    \u{fffd}"
        );
    }

    #[test]
    fn a_delivery_is_a_line_with_its_json_below_and_nothing_in_it_steers_the_terminal() {
        let heard = heard(signed(&secret(), 0), BODY);
        assert_eq!(
            heard.shown(1, false),
            r#"
2026-11-21T04:31:09Z  ✓ verified  endpoint.test  evt_1  answered 204
    {
      "type": "endpoint.test",
      "timestamp": "2026-11-21T04:31:09Z",
      "data": {
        "b": 1,
        "a": "\u001b[2J\u{202e}"
      }
    }"#
        );
        let again = heard.shown(3, true);
        let line = "2026-11-21T04:31:09Z  \u{1b}[32m✓ verified\u{1b}[0m  \u{1b}[1mendpoint.test\u{1b}[0m  evt_1  answered 204  again ×3";
        assert_eq!(again.lines().nth(1), Some(line));
    }

    #[test]
    fn what_was_not_read_says_why() {
        for (status, sentence) in [
            (StatusCode::PAYLOAD_TOO_LARGE, "✗ not read: it has more than 1 MiB"),
            (StatusCode::REQUEST_TIMEOUT, "✗ not read: it came too slowly"),
            (StatusCode::BAD_REQUEST, "✗ not read: it broke off"),
        ] {
            let unread = Heard { verdict: Verdict::Unread(status), answer: status, ..heard(HeaderMap::new(), b"") };
            let expected = format!(
                "\n2026-11-21T04:31:09Z  {sentence}  without a type  without an id  answered {}",
                status.as_u16()
            );
            assert_eq!(unread.shown(1, false), expected);
        }
    }
}
