//! Payments from all who sign by Standard Webhooks (<https://www.standardwebhooks.com>): a till, or your own server.
//!
//! The headers are `webhook-id`, `webhook-timestamp` and `webhook-signature`; Svix calls the same `svix-…`. Signed are
//! the id, a full stop, the timestamp, a full stop and the body. The signatures are parted by blanks, and one has to
//! fit. A `v1,` is HMAC-SHA-256 under a secret `whsec_…`, a `v1a,` is ed25519 under a public key `whpk_…`. Both are in
//! base64.
//!
//! The body is ours:
//!
//! ```json
//! {
//!   "type": "payment.succeeded",
//!   "timestamp": "2026-11-21T12:31:07+08:00",
//!   "data": {
//!     "payment": "4711",
//!     "paid_at": "2026-11-21T12:30:41+08:00",
//!     "store": 12,
//!     "amount": 18800,
//!     "currency": "CNY",
//!     "payer": "guest-1",
//!     "table": 7,
//!     "staff": "Li",
//!     "items": ["Mapo tofu"],
//!     "fields": {"shift": "noon"}
//!   }
//! }
//! ```
//!
//! - `payment` and `store` are required. They, `payer`, `table` and `staff` are texts or whole numbers (`12` is
//!   `"12"`).
//! - Without `paid_at`, the payment was made at `timestamp`. Both are written as RFC 3339 says, with an offset.
//! - `amount` is whole, in the smallest unit of `currency`, which is three capitals.
//! - `items` are texts, or objects with a `name`. `fields` are the sender's own: texts or whole numbers.
//! - `null` is the same as nothing. Other members are passed over. One described here but written otherwise is refused.
//!
//! `payment.refunded` needs `data.payment` alone. `payment.test` tries out the address. Other types do nothing.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use base64::{DecodeError, Engine};
use jiff::Timestamp;
use serde_json::Value;

use crate::event::{self, text};
use crate::money::is_currency;
use crate::secrets::{self, MOST_SECRETS, MOST_SIGNATURES};
use crate::{Notice, Payment, Place, Refusal, Request};

const NAMES: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const NAMES_OF_SVIX: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];

/// How many bytes a secret has. The specification asks senders for 24 to 64; 16 can't be guessed either, and some that
/// senders made themselves are shorter than they should be.
const BYTES_OF_SECRET: std::ops::RangeInclusive<usize> = 16..=64;

/// How many signatures of one notice may be of ed25519. Two come while a key is changed. Each goes through the whole
/// body again with each key, so that a header full of them would cost as much as fifty other notices.
const MOST_OF_ED25519: usize = 4;

/// Secrets are copied without the padding at their end, too.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A sender: the secrets or public keys that its signatures are checked by.
#[derive(Debug, Clone)]
pub struct Account {
    keys: Vec<Key>,
}

/// Each kind is tried on its own kind of signature alone: a public key must never serve as a shared secret.
#[derive(Debug, Clone)]
enum Key {
    Shared(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl Account {
    /// A sender with one secret `whsec_…` or public key `whpk_…`, or with two while one follows the other.
    ///
    /// # Errors
    /// A sentence for each mistake in `secrets`: none, an empty one, one that can't be decoded, or more than two.
    pub fn new(secrets: &[String]) -> Result<Self, Vec<String>> {
        Ok(Self { keys: secrets::read_all("secrets", secrets, MOST_SECRETS, Key::parse)? })
    }

    /// Reads a request, if the sender signed it within five minutes of now.
    ///
    /// # Errors
    /// When it is not believed, or is a payment's and not written as it should be.
    pub fn read(&self, request: &Request) -> Result<Notice, Refusal> {
        let [id_name, time_name, signature_name] = names(request);
        let (id, time) = (request.header(id_name)?, request.header(time_name)?);
        // With a full stop in the id, the signed text could be parted in two ways.
        if id.is_empty() || id.contains('.') {
            return Err(Refusal::Malformed(id_name));
        }
        let signatures = signatures(request.header_with_commas(signature_name)?);
        let signatures = signatures.ok_or(Refusal::Malformed(signature_name))?;
        let message = [id.as_bytes(), b".", time.as_bytes(), b".", request.body].concat();
        if !self.keys.iter().any(|key| key.fits_any(&message, &signatures)) {
            return Err(Refusal::WrongSignature);
        }
        request.check_time(time_name, time)?;
        said(&event::parse(request.body)?)
    }
}

impl Key {
    fn parse(secret: &str) -> Result<Self, &'static str> {
        if let Some(text) = secret.strip_prefix("whsec_") {
            let bytes = decode(text)?;
            // HMAC fills a short key up with zeros, so that zeros alone are the empty key.
            if !BYTES_OF_SECRET.contains(&bytes.len()) || bytes.iter().all(|byte| *byte == 0) {
                return Err("a secret has 24 to 64 bytes, at the least 16, and not zeros alone.");
            }
            Ok(Self::Shared(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes))))
        } else if let Some(text) = secret.strip_prefix("whpk_") {
            let bytes = decode(text)?;
            let key = ParsedPublicKey::new(&ED25519, &bytes).ok().filter(|_| bytes.len() == 32);
            key.filter(|key| !is_of_small_order(key))
                .map(Self::Public)
                .ok_or("a public key is 32 bytes that are a key of ed25519.")
        } else if secret.starts_with("whsk_") {
            Err("a private key stays with the sender. Give the public key, which begins with whpk_.")
        } else {
            Err("a secret begins with whsec_, a public key with whpk_.")
        }
    }

    fn fits_any(&self, message: &[u8], signatures: &[Signature]) -> bool {
        let tags = signatures.iter().filter_map(|signature| match signature {
            Signature::Hmac(tag) => Some(tag.as_slice()),
            Signature::Ed25519(_) => None,
        });
        let mut others = signatures.iter().filter_map(|signature| match signature {
            Signature::Ed25519(other) => Some(other.as_slice()),
            Signature::Hmac(_) => None,
        });
        match self {
            Self::Shared(key) => secrets::fits_any(key, message, tags),
            Self::Public(key) => others.any(|signature| key.verify_sig(message, signature).is_ok()),
        }
    }
}

/// Whether signatures can be made for a key without a private one. It is a point that reaches the neutral element after
/// a few steps. Then the signature of neutral element and zero fits each message, or at least every eighth.
fn is_of_small_order(key: &ParsedPublicKey) -> bool {
    let mut anyones = [0; 64];
    anyones[0] = 1;
    (0..64_u8).any(|byte| key.verify_sig(&[byte], &anyones).is_ok())
}

fn decode(text: &str) -> Result<Vec<u8>, &'static str> {
    match PADDED_OR_NOT.decode(text) {
        Ok(bytes) if bytes.is_empty() => Err(secrets::EMPTY),
        decoded => decoded.map_err(|_: DecodeError| "what follows whsec_ or whpk_ has to be base64."),
    }
}

/// Svix's names count when there is none of the specification's own, so that a notice is never read by a mixture.
fn names(request: &Request) -> [&'static str; 3] {
    let has = |name: &str| request.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    if !NAMES.into_iter().any(has) && NAMES_OF_SVIX.into_iter().any(has) { NAMES_OF_SVIX } else { NAMES }
}

enum Signature {
    Hmac(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// The signatures of a header, those of other versions and those that are not base64 passed over. None when there is no
/// signature of a known version, too many, or a comma too many: two headers were joined then.
fn signatures(header: &str) -> Option<Vec<Signature>> {
    let mut known = Vec::new();
    for part in header.split(' ').filter(|part| !part.is_empty()) {
        let (version, text) = part.split_once(',').filter(|(_, text)| !text.contains(','))?;
        match version {
            "v1" => known.push(STANDARD.decode(text).ok().map(Signature::Hmac)),
            "v1a" => known.push(STANDARD.decode(text).ok().map(Signature::Ed25519)),
            _ => {}
        }
    }
    let of_ed25519 = known.iter().flatten().filter(|signature| matches!(signature, Signature::Ed25519(_))).count();
    let fits = (1..=MOST_SIGNATURES).contains(&known.len()) && of_ed25519 <= MOST_OF_ED25519;
    fits.then(|| known.into_iter().flatten().collect())
}

fn said(event: &Value) -> Result<Notice, Refusal> {
    match event::name(event) {
        "payment.succeeded" => paid(event),
        "payment.refunded" => Ok(Notice::Refunded(payment(event)?)),
        "payment.test" => Ok(Notice::SelfTest),
        _ => Ok(event::other(event)),
    }
}

fn paid(event: &Value) -> Result<Notice, Refusal> {
    let store = word(event, "/data/store", "data.store is no text or whole number.")?;
    let others = [
        ("table", word(event, "/data/table", "data.table is no text or whole number.")?),
        ("staff", word(event, "/data/staff", "data.staff is no text or whole number.")?),
    ];
    let others = others.into_iter().filter_map(|(name, text)| Some((Place::Metadata(name.to_owned()), text?)));
    let fields = member(event, "/data/fields", fields, "data.fields is no object of texts and whole numbers.")?;
    let fields = fields.unwrap_or_default().into_iter().map(|(name, text)| (Place::Metadata(name), text));
    let store = (Place::Location, store.ok_or(Refusal::Unreadable("data.store is missing."))?);
    Ok(Notice::Paid(vec![Payment {
        time_is_signed: true,
        id: payment(event)?,
        order: None,
        paid_at: paid_at(event)?,
        places: [store].into_iter().chain(others).chain(fields).collect(),
        amount: member(event, "/data/amount", Value::as_u64, "data.amount is no whole number.")?,
        currency: money(event)?,
        payer: word(event, "/data/payer", "data.payer is no text or whole number.")?,
        items: items(event),
    }]))
}

fn payment(event: &Value) -> Result<String, Refusal> {
    let payment = word(event, "/data/payment", "data.payment is no text or whole number.")?;
    payment.ok_or(Refusal::Unreadable("data.payment is missing."))
}

fn paid_at(event: &Value) -> Result<Timestamp, Refusal> {
    let time = |value: &Value| value.as_str()?.parse().ok();
    let paid_at = member(event, "/data/paid_at", time, "data.paid_at is no time with its offset.")?;
    let timestamp = member(event, "/timestamp", time, "timestamp is no time with its offset.")?;
    paid_at.or(timestamp).ok_or(Refusal::Unreadable("data.paid_at and timestamp are missing."))
}

fn money(event: &Value) -> Result<Option<String>, Refusal> {
    let capitals = |value: &Value| text(value, "").filter(|code| is_currency(code)).map(str::to_owned);
    member(event, "/data/currency", capitals, "data.currency is not three capitals.")
}

/// A text, or a whole number written as one: tills know their tables and stores by number.
fn word(event: &Value, pointer: &str, complaint: &'static str) -> Result<Option<String>, Refusal> {
    member(event, pointer, text_or_number, complaint)
}

fn text_or_number(value: &Value) -> Option<String> {
    let number = value.as_u64().map(|number| number.to_string());
    number.or_else(|| text(value, "").map(str::to_owned))
}

/// The items that were bought: texts, or objects with a `name`. Tills write orders in many ways, and nothing hangs on
/// it.
fn items(event: &Value) -> Vec<String> {
    let items = event.pointer("/data/items").and_then(Value::as_array);
    let name = |item: &Value| text(item, "").or_else(|| text(item, "/name")).map(str::to_owned);
    items.into_iter().flatten().filter_map(name).collect()
}

fn fields(value: &Value) -> Option<Vec<(String, String)>> {
    value.as_object()?.iter().map(|(name, value)| Some((name.clone(), text_or_number(value)?))).collect()
}

/// A member that need not be there, but has to be right if it is.
fn member<T>(
    event: &Value,
    pointer: &str,
    read: impl Fn(&Value) -> Option<T>,
    complaint: &'static str,
) -> Result<Option<T>, Refusal> {
    match event.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some).ok_or(Refusal::Unreadable(complaint)),
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::json;

    use super::*;
    use crate::hex;
    use crate::vectors::{Vector, bent, check_taken, check_window, hmac_sha256, owned, spoilt, vectors};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: i64 = 1_795_235_469;
    const ID: &str = NAMES[0];
    const TIME: &str = NAMES[1];
    const SIGNATURE: &str = NAMES[2];

    fn account(secrets: &[&str]) -> Result<Account, Vec<String>> {
        Account::new(&owned(secrets))
    }

    /// The sentence about the last of some secrets, if anything is wrong.
    fn wrong(secrets: &[&str]) -> Option<String> {
        let mistakes = account(secrets).err()?;
        let field = format!("secrets[{}]: ", secrets.len().saturating_sub(1));
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        Some(mistakes[0].strip_prefix(&field).unwrap_or(&mistakes[0]).to_owned())
    }

    fn hmac_of(secret: &str, message: &[u8]) -> String {
        let bytes = PADDED_OR_NOT.decode(secret.trim_start_matches("whsec_")).unwrap();
        format!("v1,{}", STANDARD.encode(hmac_sha256(&bytes, message)))
    }

    fn signed(secret: &str, body: &[u8]) -> Vector {
        let signature = hmac_of(secret, &[b"msg_1.1795235469.", body].concat());
        let headers = [(ID, "msg_1"), (TIME, "1795235469"), (SIGNATURE, &signature)];
        Vector::signed_here(secret, &headers, body, NOW)
    }

    fn read(event: &Value) -> Result<Notice, Refusal> {
        let vector = signed(SECRET, event.to_string().as_bytes());
        account(&[SECRET]).unwrap().read(&vector.request())
    }

    fn event(data: Value) -> Value {
        json!({"type": "payment.succeeded", "timestamp": "2026-11-21T12:31:07+08:00", "data": data})
    }

    fn paid() -> Notice {
        Notice::Paid(vec![Payment {
            time_is_signed: true,
            id: "4711".into(),
            order: None,
            paid_at: "2026-11-21T04:31:07Z".parse().unwrap(),
            places: vec![(Place::Location, "12".into()), (Place::Metadata("table".into()), "7".into())],
            amount: Some(18_800),
            currency: Some("CNY".into()),
            payer: Some("guest-1".into()),
            items: Vec::new(),
        }])
    }

    /// The result that each vector has to become, but for the one that is no account.
    fn expected(name: &str) -> Result<Notice, Refusal> {
        match name {
            "sign-of-javascript-python-and-others" | "sign-of-rust" | "several-signatures" => {
                Ok(Notice::Other("without a type".into()))
            }
            "payment" | "unpadded-secret" | "ed25519" | "ed25519-beside-hmac" | "edge" => Ok(paid()),
            "too-old" | "too-new" => Err(Refusal::Stale),
            "smallest-timestamp" => Err(Refusal::Malformed(TIME)),
            "header-doubled-and-joined-by-a-comma" => Err(Refusal::Malformed(SIGNATURE)),
            "id-with-a-full-stop" => Err(Refusal::Malformed(ID)),
            _ => panic!("{name} is a vector that no outcome is known of"),
        }
    }

    #[test]
    fn every_vector_becomes_what_it_says() {
        for vector in vectors("standard-webhooks.json") {
            let account = Account::new(from_ref(&vector.secret));
            if vector.name == "empty-secret" {
                assert_eq!(account.unwrap_err(), ["secrets[0]: it is empty. Whoever knows that could sign."]);
                continue;
            }
            let said = account.unwrap().read(&vector.request());
            assert_eq!(said, expected(&vector.name), "{}", vector.name);
            assert_eq!(said.is_err(), vector.outcome.starts_with("refused"), "{}", vector.name);
        }
    }

    #[test]
    fn no_taken_vector_is_taken_with_one_bit_changed_in_what_is_signed() {
        let all = vectors("standard-webhooks.json").into_iter();
        for vector in all.filter(|vector| vector.name != "empty-secret" && expected(&vector.name).is_ok()) {
            let account = Account::new(from_ref(&vector.secret)).unwrap();
            let read = |other: &Vector| account.read(&other.request());
            check_taken(&vector, &NAMES, read);
            for name in [ID, TIME] {
                for bent in bent(vector.header(name), vector.header(name)) {
                    let said = read(&vector.with(name, &bent));
                    assert_eq!(said, Err(Refusal::WrongSignature), "{}: {bent}", vector.name);
                }
            }
            let header = vector.header(SIGNATURE);
            if !header.contains(' ') {
                for bent in bent(header, header) {
                    assert!(read(&vector.with(SIGNATURE, &bent)).is_err(), "{}: {bent}", vector.name);
                }
            }
        }
    }

    #[test]
    fn a_notice_is_believed_for_300_seconds_both_ways() {
        let account = account(&[SECRET]).unwrap();
        check_window(&signed(SECRET, b"{}"), NOW, |other| account.read(&other.request()));
    }

    #[test]
    fn an_account_has_one_or_two_secrets_that_can_be_decoded_and_are_not_empty() {
        let of = |prefix: &str, bytes: &[u8]| wrong(&[&format!("{prefix}{}", STANDARD.encode(bytes))]);
        let some = |sentence: &str| Some(sentence.to_owned());
        let empty = some("it is empty. Whoever knows that could sign.");
        let base64 = some("what follows whsec_ or whpk_ has to be base64.");
        let size = some("a secret has 24 to 64 bytes, at the least 16, and not zeros alone.");
        let public = some("a public key is 32 bytes that are a key of ed25519.");
        let prefix = some("a secret begins with whsec_, a public key with whpk_.");
        let number = some("secrets: 1 to 2 are needed, so that an old one and a new one fit into it.");
        assert_eq!(wrong(&[]), number);
        for odd in ["whsec_", "whpk_"] {
            assert_eq!(wrong(&[SECRET, odd]), empty);
        }
        for odd in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(wrong(&[odd]), prefix);
        }
        for odd in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ", "whsec_-_-_", "whpk_ä", "whsec_=", "whsec_A"] {
            assert_eq!(wrong(&[odd]), base64, "{odd}");
        }
        for (bytes, fits) in [(15, false), (16, true), (24, true), (64, true), (65, false)] {
            assert_eq!(of("whsec_", &vec![1; bytes]), if fits { None } else { size.clone() });
            assert_eq!(of("whsec_", &vec![0; bytes]), size);
        }
        for bytes in [31, 33, 44] {
            assert_eq!(of("whpk_", &vec![1; bytes]), public);
        }
        // The form that other tools write: 12 bytes that say what kind of key follows, then the key.
        let pair = Ed25519KeyPair::generate().unwrap();
        let header = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];
        assert_eq!(of("whpk_", &[&header, pair.public_key().as_ref()].concat()), public);
        assert_eq!(of("whpk_", pair.public_key().as_ref()), None);
        let private = "a private key stays with the sender. Give the public key, which begins with whpk_.";
        assert_eq!(of("whsk_", &[1; 32]), some(private));
        assert_eq!(wrong(&[SECRET; 3]), number);
    }

    #[test]
    fn a_public_key_that_anybody_can_sign_for_is_refused() {
        // All points of small order. Written in other ways than these, they are no points to the code that checks a
        // signature.
        for low in [
            format!("01{}", "0".repeat(62)),
            "0".repeat(64),
            format!("{}80", "0".repeat(62)),
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".to_owned(),
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".to_owned(),
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".to_owned(),
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".to_owned(),
            format!("ec{}7f", "f".repeat(60)),
        ] {
            let key = format!("whpk_{}", STANDARD.encode(hex::bytes(&low).unwrap()));
            let refused = Some("a public key is 32 bytes that are a key of ed25519.".to_owned());
            assert_eq!(wrong(&[&key]), refused, "{low}");
        }
        for _ in 0..3 {
            let pair = Ed25519KeyPair::generate().unwrap();
            assert!(account(&[&format!("whpk_{}", STANDARD.encode(pair.public_key()))]).is_ok());
        }
    }

    #[test]
    fn an_account_is_printed_without_its_secrets() {
        let account = format!("{:?}", account(&[SECRET]).unwrap());
        // The first bytes of the secret are 49, 242 and 144.
        assert!(!account.contains("MfKQ") && !account.contains("242"), "{account}");
    }

    #[test]
    fn while_a_secret_is_rolled_either_fits_first_or_last() {
        let (old, new) = (SECRET, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let message = b"msg_1.1795235469.{}";
        let (by_old, by_new) = (hmac_of(old, message), hmac_of(new, message));
        for header in [format!("{by_old} {by_new}"), format!("{by_new} {by_old}")] {
            let vector = signed(SECRET, b"{}").with(SIGNATURE, &header);
            for secrets in [&[old][..], &[new], &[old, new], &[new, old]] {
                assert!(account(secrets).unwrap().read(&vector.request()).is_ok(), "{header}");
            }
        }
        let both = account(&[old, new]).unwrap();
        assert!(both.read(&signed(old, b"{}").request()).is_ok() && both.read(&signed(new, b"{}").request()).is_ok());
        let zeros = format!("whsec_{}", "A".repeat(32));
        assert_eq!(both.read(&signed(&zeros, b"{}").request()), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_public_key_checks_ed25519_and_never_serves_as_a_shared_secret() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let public = format!("whpk_{}", STANDARD.encode(pair.public_key()));
        let account = account(&[&public, SECRET]).unwrap();
        let by_pair = format!("v1a,{}", STANDARD.encode(pair.sign(b"msg_1.1795235469.{}")));
        let vector = signed(SECRET, b"{}");
        let read = |header: &str| account.read(&vector.with(SIGNATURE, header).request());
        assert!(read(&by_pair).is_ok());
        assert!(read(vector.header(SIGNATURE)).is_ok());
        let with_public = hmac_of(&public.replace("whpk_", "whsec_"), b"msg_1.1795235469.{}");
        let as_hmac = by_pair.replace("v1a", "v1");
        let as_ed25519 = vector.header(SIGNATURE).replace("v1", "v1a");
        for wrong in [&with_public, &as_hmac, &as_ed25519, "v1a,", "v1a,AAAA"] {
            assert_eq!(read(wrong), Err(Refusal::WrongSignature), "{wrong}");
        }
        let other = format!("v1a,{} ", STANDARD.encode([1; 64]));
        assert!(read(&format!("{}{by_pair}", other.repeat(3))).is_ok());
        assert_eq!(read(&format!("{}{by_pair}", other.repeat(4))), Err(Refusal::Malformed(SIGNATURE)));
    }

    #[test]
    fn a_signature_header_is_parsed_exactly() {
        let vector = signed(SECRET, b"{}");
        let right = vector.header(SIGNATURE);
        let account = account(&[SECRET]).unwrap();
        let read = |header: &str| account.read(&vector.with(SIGNATURE, header).request());
        let wrong = format!("v1,{}", STANDARD.encode([0; 32]));
        for taken in [
            format!("v2,x {right}"),
            format!("  {right}  v1,"),
            format!("v1,not-base64 {right} v1a,AAAA"),
            format!("{}{right}", format!("{wrong} ").repeat(15)),
        ] {
            assert!(read(&taken).is_ok(), "{taken}");
        }
        for malformed in [
            "",
            " ",
            "v1",
            &format!("v2,{}", &right[3..]),
            &right[3..],
            &format!("{right} v1"),
            &format!("{right},{right}"),
            &format!("{right} {right},{right}"),
            &format!("{}{right}", format!("{wrong} ").repeat(16)),
        ] {
            assert_eq!(read(malformed), Err(Refusal::Malformed(SIGNATURE)), "{malformed}");
        }
        let unpadded = right.trim_end_matches('=');
        for wrong in
            [unpadded, "v1,", "v1,AAAA", &right.replace("v1", "V1"), &wrong].map(|part| format!("{part} {wrong}"))
        {
            assert_eq!(read(&wrong), Err(Refusal::WrongSignature), "{wrong}");
        }
    }

    #[test]
    fn an_id_or_a_time_that_makes_the_signed_text_ambiguous_is_refused_even_if_it_fits() {
        let account = account(&[SECRET]).unwrap();
        for (id, time, refused) in [
            ("msg.1", "1795235469", ID),
            ("", "1795235469", ID),
            ("msg_1,msg_1", "1795235469", ID),
            ("msg_1", "1795235469.0", TIME),
            ("msg_1", "+1795235469", TIME),
            ("msg_1", "0001795235469", TIME),
            ("msg_1", "1795235469,1795235469", TIME),
            ("msg_1", "", TIME),
        ] {
            let signature = hmac_of(SECRET, format!("{id}.{time}.{{}}").as_bytes());
            let vector = signed(SECRET, b"{}").with(ID, id).with(TIME, time).with(SIGNATURE, &signature);
            assert_eq!(account.read(&vector.request()), Err(Refusal::Malformed(refused)), "{id} {time}");
        }
    }

    #[test]
    fn the_names_of_svix_are_taken_but_never_mixed_with_the_others() {
        let account = account(&[SECRET]).unwrap();
        let mut vector = signed(SECRET, b"{}");
        vector.headers.iter_mut().for_each(|header| header.0 = header.0.replace("webhook", "Svix"));
        assert!(account.read(&vector.request()).is_ok());
        vector.headers[0].0 = ID.into();
        assert_eq!(account.read(&vector.request()), Err(Refusal::Malformed(TIME)));
        vector.headers.remove(0);
        assert_eq!(account.read(&vector.request()), Err(Refusal::Malformed("svix-id")));
    }

    #[test]
    fn a_payment_says_what_the_head_of_this_file_says() {
        let text = include_str!("standard.rs").split("```").nth(1).unwrap().trim_start_matches("json");
        let body: String = text.lines().map(|line| line.trim_start_matches("//!")).collect();
        let Ok(Notice::Paid(payments)) = read(&serde_json::from_str(&body).unwrap()) else { panic!() };
        let Notice::Paid(mut expected) = paid() else { panic!() };
        expected[0].paid_at = "2026-11-21T04:30:41Z".parse().unwrap();
        expected[0].places.push((Place::Metadata("staff".into()), "Li".into()));
        expected[0].places.push((Place::Metadata("shift".into()), "noon".into()));
        expected[0].items.push("Mapo tofu".into());
        assert_eq!(payments, expected);
    }

    #[test]
    fn what_is_not_needed_may_be_missing_null_or_unknown() {
        let data = json!({"payment": 4711, "store": "12", "amount": null, "payer": null, "items": [{"dish": "x"}]});
        let Ok(Notice::Paid(payments)) = read(&event(data)) else { panic!() };
        let paid_at = "2026-11-21T04:31:07Z".parse().unwrap();
        let places = vec![(Place::Location, "12".into())];
        let Notice::Paid(others) = paid() else { panic!() };
        let expected = Payment { paid_at, places, amount: None, currency: None, payer: None, ..others[0].clone() };
        assert_eq!(payments, [expected]);
    }

    #[test]
    fn a_member_that_is_not_as_it_should_be_is_named() {
        let good = json!({"payment": "4711", "store": 12});
        for (name, value, complaint) in [
            ("payment", json!(null), "data.payment is missing."),
            ("payment", json!(""), "data.payment is no text or whole number."),
            ("payment", json!(1.5), "data.payment is no text or whole number."),
            ("store", json!(null), "data.store is missing."),
            ("store", json!(["12"]), "data.store is no text or whole number."),
            ("store", json!(-1), "data.store is no text or whole number."),
            ("amount", json!("188.00"), "data.amount is no whole number."),
            ("amount", json!(188.0), "data.amount is no whole number."),
            ("amount", json!(-1), "data.amount is no whole number."),
            ("currency", json!("cny"), "data.currency is not three capitals."),
            ("currency", json!("RMB¥"), "data.currency is not three capitals."),
            ("payer", json!({}), "data.payer is no text or whole number."),
            ("table", json!(true), "data.table is no text or whole number."),
            ("staff", json!([]), "data.staff is no text or whole number."),
            ("paid_at", json!(1_795_235_469), "data.paid_at is no time with its offset."),
            ("paid_at", json!("2026-11-21T12:31:07"), "data.paid_at is no time with its offset."),
        ] {
            let mut data = good.clone();
            data[name] = value;
            assert_eq!(read(&event(data)), Err(Refusal::Unreadable(complaint)));
        }
        let without_data = json!({"type": "payment.succeeded"});
        assert_eq!(read(&without_data), Err(Refusal::Unreadable("data.store is missing.")));
        let without_time = json!({"type": "payment.succeeded", "data": good});
        assert_eq!(read(&without_time), Err(Refusal::Unreadable("data.paid_at and timestamp are missing.")));
    }

    #[test]
    fn other_types_are_refunds_trials_or_nothing() {
        let of = |kind: &str| read(&json!({"type": kind, "data": {"payment": 4711}}));
        assert_eq!(of("payment.refunded"), Ok(Notice::Refunded("4711".into())));
        assert_eq!(of("payment.test"), Ok(Notice::SelfTest));
        assert_eq!(of("payment.failed"), Ok(Notice::Other("payment.failed".into())));
        let no_payment = read(&json!({"type": "payment.refunded"}));
        assert_eq!(no_payment, Err(Refusal::Unreadable("data.payment is missing.")));
    }

    #[test]
    fn no_body_that_is_rightly_signed_brings_it_down() {
        let account = account(&[SECRET]).unwrap();
        let vector = vectors("standard-webhooks.json").into_iter().find(|vector| vector.name == "payment").unwrap();
        for body in spoilt(&vector.body) {
            let said = account.read(&signed(SECRET, &body).request());
            assert!(matches!(said, Ok(_) | Err(Refusal::Unreadable(_))), "{said:?}");
        }
    }
}
