//! Events signed by Standard Webhooks (<https://www.standardwebhooks.com>), for any system that takes them.
//!
//! Signed are the id, a full stop, the seconds, a full stop and the body, by HMAC-SHA-256. The id stays the same in
//! every attempt, so that a receiver can drop doubles. The time and with it the signature are those of the attempt.

use std::fmt;

use aws_lc_rs::hmac;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use base64::{DecodeError, Engine};
use domain::Invalid;
use jiff::Timestamp;

const PREFIX: &str = "whsec_";

/// How many bytes a secret has, as the specification says. Ours have 32.
const BYTES_OF_SECRET: std::ops::RangeInclusive<usize> = 24..=64;

/// The longest id of an event. Receivers keep each for a while, in a column of some width.
const LONGEST_ID: usize = 64;

/// Secrets are copied without the padding at their end, too.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret that we share with one receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new secret, of bytes that nobody can guess.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// A secret that was made before, as `whsec_` and base64.
    ///
    /// # Errors
    /// When it is written otherwise, or has fewer than 24 or more than 64 bytes. The sentence does not repeat it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |what: &str| Invalid(format!("A secret {what}"));
        let text = text.strip_prefix(PREFIX).ok_or_else(|| invalid("begins with whsec_."))?;
        let decoded = PADDED_OR_NOT.decode(text);
        let bytes = decoded.map_err(|_: DecodeError| invalid("is base64 behind whsec_."))?;
        if BYTES_OF_SECRET.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(invalid("has 24 to 64 bytes.")) }
    }

    /// The secret as a receiver needs it: `whsec_` and base64.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn sign(&self, message: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, message)))
    }
}

/// Without the secret, which would be read in a log.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The headers of one attempt. While a secret is changed, the `previous` one signs too, and a receiver takes either.
///
/// # Errors
/// When the id is not 1 to 64 letters, digits, `_` and `-`. A full stop would let the signed text be parted in two
/// ways.
pub fn sign(
    id: &str,
    at: Timestamp,
    body: &[u8],
    current: &Secret,
    previous: Option<&Secret>,
) -> Result<[(&'static str, String); 3], Invalid> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(plain) {
        return Err(Invalid("The id of an event is 1 to 64 letters, digits, _ and -.".to_owned()));
    }
    let seconds = at.as_second().to_string();
    let message = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    let signatures: Vec<_> = [Some(current), previous].into_iter().flatten().map(|key| key.sign(&message)).collect();
    Ok([("webhook-id", id.to_owned()), ("webhook-timestamp", seconds), ("webhook-signature", signatures.join(" "))])
}

#[cfg(test)]
mod tests {
    use notices::standard::Account;
    use notices::{Notice, Refusal, Request};
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn first() -> Secret {
        Secret::new(std::array::from_fn(|at| u8::try_from(at).unwrap()))
    }

    fn second() -> Secret {
        Secret::new(std::array::from_fn(|at| u8::try_from(at + 32).unwrap()))
    }

    /// The verdict of our own receiver of such notices, given the secrets that it knows.
    fn taken(headers: &[(&str, String)], body: &[u8], now: Timestamp, secrets: &[Secret]) -> Result<Notice, Refusal> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let texts: Vec<_> = secrets.iter().map(Secret::text).collect();
        Account::new(&texts).unwrap().read(&Request { headers: &headers, query: "", url: "", body, now })
    }

    #[test]
    fn the_published_vector_and_ours_come_out_as_they_are() {
        let file: Value =
            serde_json::from_str(include_str!("../../../tests/data/notices/standard-webhooks.json")).unwrap();
        let mut signed = 0;
        for vector in file["vectors"].as_array().unwrap() {
            let expected = vector["headers"]["webhook-signature"].as_str().unwrap();
            if expected.contains(' ') || !expected.starts_with("v1,") {
                continue;
            }
            let secret = Secret::parse(vector["secret"].as_str().unwrap()).unwrap();
            let at = vector["headers"]["webhook-timestamp"].as_str().unwrap();
            let at = Timestamp::from_second(at.parse().unwrap()).unwrap();
            let (id, body) = (vector["headers"]["webhook-id"].as_str().unwrap(), vector["body"].as_str().unwrap());
            for (name, value) in sign(id, at, body.as_bytes(), &secret, None).unwrap() {
                assert_eq!(vector["headers"][name], value.as_str(), "{name}");
            }
            signed += 1;
        }
        assert_eq!(signed, 2);
    }

    /// Made with Python, where `key` is `bytes(range(32))`, for the second `bytes(range(32, 64))`:
    /// `base64.b64encode(hmac.new(key, b'msg_0123456789abcdef01234567.1764088426.{"type":"survey.link.issued"}',
    /// hashlib.sha256).digest())`.
    #[test]
    fn while_a_secret_is_changed_both_sign() {
        let at = Timestamp::from_second(1_764_088_426).unwrap();
        let body = br#"{"type":"survey.link.issued"}"#;
        let headers = sign("msg_0123456789abcdef01234567", at, body, &second(), Some(&first())).unwrap();
        let signatures =
            "v1,2MSShr4RwHtx90EnOWRlqYwPrQExdmlwqy+fxG2YRV8= v1,hpqmx9cJDKQsm7UCmgoYqTTE/J4cSPQqwKO1kXZAg0A=";
        assert_eq!(headers[2], ("webhook-signature", signatures.to_owned()));
        let other = Notice::Other("survey.link.issued".to_owned());
        for secrets in [&[first()][..], &[second()], &[first(), second()]] {
            assert_eq!(taken(&headers, body, at, secrets), Ok(other.clone()));
        }
        let third = Secret::new([3; 32]);
        assert_eq!(taken(&headers, body, at, &[third]), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown_and_never_printed() {
        assert_eq!(first().text(), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        assert_eq!(Secret::parse(&first().text()), Ok(first()));
        assert_eq!(Secret::parse(first().text().trim_end_matches('=')), Ok(first()));
        assert_eq!(format!("{:?}", first()), "Secret");
        for (wrong, sentence) in [
            ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "A secret begins with whsec_."),
            ("whsec_AAEC AwQF", "A secret is base64 behind whsec_."),
            ("whsec_", "A secret has 24 to 64 bytes."),
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=", "A secret has 24 to 64 bytes."),
        ] {
            assert_eq!(Secret::parse(wrong), Err(Invalid(sentence.to_owned())));
        }
    }

    #[test]
    fn an_id_that_could_be_parted_in_two_ways_or_break_a_header_is_refused() {
        let long = "a".repeat(65);
        for id in ["", "msg.1", "msg 1", "msg_1,", "msg\r\n", "é", &long] {
            assert!(sign(id, Timestamp::UNIX_EPOCH, b"", &first(), None).is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn whatever_goes_out_is_believed_and_nothing_else_is(
            id in "[A-Za-z0-9_-]{1,64}",
            second in 1_600_000_000_i64..4_000_000_000,
            body in prop::collection::vec(any::<u8>(), 1..60),
            random in any::<[u8; 32]>(),
            bent in any::<prop::sample::Index>(),
        ) {
            let (at, secret) = (Timestamp::from_second(second).unwrap(), Secret::new(random));
            let headers = sign(&id, at, &body, &secret, None).unwrap();
            let said = taken(&headers, &body, at, std::slice::from_ref(&secret));
            prop_assert!(matches!(said, Ok(_) | Err(Refusal::Unreadable(_))), "{said:?}");
            let mut other = body.clone();
            other[bent.index(body.len())] ^= 1;
            prop_assert_eq!(taken(&headers, &other, at, &[secret]), Err(Refusal::WrongSignature));
        }

        #[test]
        fn no_text_brings_the_reader_of_secrets_down(text in ".{0,100}") {
            let _ = Secret::parse(&text);
            let _ = Secret::parse(&format!("whsec_{text}"));
        }
    }
}
