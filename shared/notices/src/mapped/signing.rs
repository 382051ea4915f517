//! Builds the bytes that are signed, and tries a signature on them.

use std::borrow::Cow;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::Value;

use super::borders::Borders;
use super::mapping::{Encoding, Fields, KeyForm, Mapping, Pairs, Part, Scheme, Signed, Sorted, Spot, Tick};
use super::seen::{Json, Seen, text_of};
use crate::{Refusal, form::Pair, hex, rsa::RsaKey};

/// A key, ready for its scheme.
pub(super) enum Key {
    Rsa(RsaKey),
    Hmac(Box<hmac::Key>),
    /// For a plain digest: the message has the key in it.
    Sha256(Vec<u8>),
    Sha1(Vec<u8>),
}

impl Key {
    /// Reads a key. Its errors never contain the key.
    pub fn read(text: &str, form: KeyForm, scheme: Scheme) -> Result<Self, &'static str> {
        let bytes = bytes(text, form)?;
        Ok(match scheme {
            Scheme::RsaSha256 => {
                Self::Rsa(RsaKey::from_der(&bytes).ok_or("is no public key of RSA of 2048 bits or more")?)
            }
            Scheme::HmacSha256 => Self::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes))),
            Scheme::Sha256 => Self::Sha256(bytes),
            Scheme::Sha1 => Self::Sha1(bytes),
        })
    }

    fn fits(&self, message: &Message<'_>, signature: &[u8]) -> bool {
        match (self, &message[..]) {
            (Self::Rsa(key), [whole]) => key.fits(whole, signature),
            (Self::Hmac(key), [whole]) => hmac::verify(key, whole, signature).is_ok(),
            (Self::Sha256(key), pieces) => has_digest(&SHA256, key, pieces, signature),
            (Self::Sha1(key), pieces) => has_digest(&SHA1_FOR_LEGACY_USE_ONLY, key, pieces, signature),
            // Without the key by itself there is one piece.
            (Self::Rsa(_) | Self::Hmac(_), _) => false,
        }
    }
}

/// The bytes of a key. Zero bytes alone are as good as none: anybody who guesses so could sign.
fn bytes(text: &str, form: KeyForm) -> Result<Vec<u8>, &'static str> {
    if text.trim().is_empty() {
        return Err("is empty");
    }
    let bytes = match form {
        KeyForm::Text if text.trim() != text => return Err("begins or ends in a blank or a line break"),
        KeyForm::Text => text.as_bytes().to_vec(),
        KeyForm::Base64 => STANDARD.decode(text).map_err(|_| "is not base64")?,
        KeyForm::Hex => hex::bytes(text).ok_or("is not hexadecimal")?,
        KeyForm::Pem => SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes())
            .map_err(|_| "is no public key between its lines (PEM)")?
            .to_vec(),
    };
    if bytes.iter().all(|byte| *byte == 0) { Err("is empty") } else { Ok(bytes) }
}

/// Whether a secret of an account is one that its mapping gives away in a sample. A public key is no secret.
pub(super) fn is_published(text: &str, mapping: &Mapping) -> bool {
    // HMAC fills a key up with zero bytes, so that those at its end make no other key of it.
    let of = |text: &str| {
        let mut bytes = bytes(text, mapping.key).ok()?;
        bytes.truncate(bytes.iter().rposition(|byte| *byte != 0)? + 1);
        Some(bytes)
    };
    let published = || mapping.samples.iter().filter_map(|sample| of(sample.key.as_ref()?));
    mapping.how != Scheme::RsaSha256 && of(text).is_some_and(|key| published().any(|other| other == key))
}

/// Whether pieces with the key in between have this digest.
fn has_digest(algorithm: &'static Algorithm, key: &[u8], pieces: &[Cow<'_, [u8]>], signature: &[u8]) -> bool {
    // From the digest of a message anybody can compute that of a longer one, but only with zero bytes in between. The
    // length that a digest ends in is written in eight bytes. No provider has any in what it signs.
    if pieces.iter().any(|piece| piece.contains(&0)) {
        return false;
    }
    let mut digest = Context::new(algorithm);
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            digest.update(key);
        }
        digest.update(piece);
    }
    verify_slices_are_equal(digest.finish().as_ref(), signature).is_ok()
}

/// The bytes that a request's signature has to be of, with the key in between where the scheme has it there.
pub(super) fn to_sign(
    mapping: &Mapping,
    key: &[u8],
    seen: &Seen<'_>,
    item: Option<Json<'_>>,
) -> Result<Vec<u8>, Refusal> {
    let stamp = |spot: &Option<Spot>, role| spot.as_ref().map(|spot| seen.spot(spot, item, role)).transpose();
    let timestamp = stamp(&mapping.from.timestamp, "timestamp")?;
    let nonce = stamp(&mapping.from.nonce, "nonce")?;
    let stamps =
        Stamps { timestamp: timestamp.as_deref().unwrap_or_default(), nonce: nonce.as_deref().unwrap_or_default() };
    Ok(message(&mapping.signed, seen, item, &stamps)?.join(key))
}

/// Checks the signature of a request, or of one item of it, and then its time.
pub(super) fn check(
    mapping: &Mapping,
    borders: &Borders,
    keys: &[Key],
    seen: &Seen<'_>,
    item: Option<Json<'_>>,
) -> Result<(), Refusal> {
    let from = &mapping.from;
    let signature = seen.spot(&from.signature, item, "signature")?;
    let signature = match from.encoding {
        Encoding::Base64 => STANDARD.decode(signature).ok(),
        Encoding::Hex => hex::bytes(&signature),
    };
    let signature = signature.ok_or(Refusal::WrongSignature)?;
    let timestamp = from.timestamp.as_ref().map(|spot| seen.spot(spot, item, "timestamp")).transpose()?;
    let nonce = from.nonce.as_ref().map(|spot| seen.spot(spot, item, "nonce")).transpose()?;

    // These are signed in one text with the body, and must not be able to take in its beginning or its end.
    let holds_text = |stamp: &str| texts(&mapping.signed).any(|text| stamp.contains(text));
    for (stamp, role) in [(&timestamp, "timestamp"), (&nonce, "nonce")] {
        let sound = |stamp: &String| stamp.bytes().all(|byte| byte.is_ascii_graphic()) && !holds_text(stamp);
        if !stamp.as_ref().is_none_or(sound) {
            return Err(Refusal::Malformed(role));
        }
    }
    let stamps =
        Stamps { timestamp: timestamp.as_deref().unwrap_or_default(), nonce: nonce.as_deref().unwrap_or_default() };
    let message = message(&mapping.signed, seen, item, &stamps)?;
    if !keys.iter().any(|key| key.fits(&message, &signature)) {
        return Err(Refusal::WrongSignature);
    }
    match &mapping.signed {
        Signed::Template(_) => {}
        Signed::Sorted(sorted) => borders.check_pairs(sorted, &kept(sorted, seen)?)?,
        Signed::Fields(fields) => borders.check_fields(fields, item)?,
    }
    match timestamp {
        Some(written) => seen.request.check_time("timestamp", in_seconds(&written, mapping)?),
        None => Ok(()),
    }
}

/// The fixed texts of what is signed.
fn texts(signed: &Signed) -> impl Iterator<Item = &str> {
    let parts: [&[Part]; 2] = match signed {
        Signed::Template(parts) => [parts, &[]],
        Signed::Sorted(sorted) => [&sorted.prefix, &sorted.suffix],
        Signed::Fields(_) => [&[], &[]],
    };
    parts.into_iter().flatten().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// A timestamp without its thousandths.
fn in_seconds<'t>(written: &'t str, mapping: &Mapping) -> Result<&'t str, Refusal> {
    match mapping.from.timestamp_unit {
        Tick::Seconds => Ok(written),
        Tick::Milliseconds => {
            let at = written.len().checked_sub(3).and_then(|at| written.split_at_checked(at));
            let (seconds, rest) = at.ok_or(Refusal::Malformed("timestamp"))?;
            let digits = rest.bytes().all(|byte| byte.is_ascii_digit());
            if digits { Ok(seconds) } else { Err(Refusal::Malformed("timestamp")) }
        }
    }
}

/// The values that a template may name, as they are written.
struct Stamps<'a> {
    timestamp: &'a str,
    nonce: &'a str,
}

/// The bytes that are signed, in pieces: between two of them is the key. So they are put together once for all keys.
type Message<'a> = Vec<Cow<'a, [u8]>>;

fn message<'a>(
    signed: &Signed,
    seen: &Seen<'a>,
    item: Option<Json<'_>>,
    stamps: &Stamps<'_>,
) -> Result<Message<'a>, Refusal> {
    let mut pieces = Vec::new();
    let mut last = Vec::new();
    match signed {
        // The commonest template of all needs no copy.
        Signed::Template(parts) if *parts == [Part::Body] => return Ok(vec![Cow::Borrowed(seen.request.body)]),
        Signed::Template(parts) => put_together(parts, seen, stamps, &mut pieces, &mut last),
        Signed::Sorted(sorted) => {
            put_together(&sorted.prefix, seen, stamps, &mut pieces, &mut last);
            last.extend(joined_pairs(sorted, &kept(sorted, seen)?));
            put_together(&sorted.suffix, seen, stamps, &mut pieces, &mut last);
        }
        Signed::Fields(fields) => last.extend(joined(fields, item)?.into_bytes()),
    }
    pieces.push(Cow::Owned(last));
    Ok(pieces)
}

fn put_together<'a>(
    parts: &[Part],
    seen: &Seen<'_>,
    stamps: &Stamps<'_>,
    pieces: &mut Message<'a>,
    last: &mut Vec<u8>,
) {
    for part in parts {
        last.extend_from_slice(match part {
            Part::Body => seen.request.body,
            Part::Timestamp => stamps.timestamp.as_bytes(),
            Part::Nonce => stamps.nonce.as_bytes(),
            Part::Url => seen.request.url.as_bytes(),
            Part::Lf => b"\n",
            Part::Text(text) => text.as_bytes(),
            Part::Key => {
                pieces.push(Cow::Owned(std::mem::take(last)));
                continue;
            }
        });
    }
}

/// The pairs that are signed, in their order.
fn kept<'s>(sorted: &Sorted, seen: &'s Seen<'_>) -> Result<Vec<&'s Pair>, Refusal> {
    let all = match sorted.of {
        Pairs::Form => &seen.form,
        Pairs::Query => &seen.query,
    };
    let left_out = |name: &[u8]| sorted.leave_out.iter().any(|other| other.as_bytes() == name);
    let mut pairs: Vec<&Pair> = all.iter().filter(|(name, _)| !left_out(name)).collect();
    pairs.sort();
    // With a name twice it is unclear which value is signed and which is read.
    if pairs.iter().zip(pairs.iter().skip(1)).any(|((name, _), (next, _))| name == next) {
        return Err(Refusal::Malformed("parameters"));
    }
    pairs.retain(|(_, value)| !(sorted.leave_out_empty && value.is_empty()));
    Ok(pairs)
}

/// Pairs with what stands between them.
pub(super) fn joined_pairs(sorted: &Sorted, pairs: &[&Pair]) -> Vec<u8> {
    let mut message = Vec::new();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            message.extend_from_slice(sorted.pair_joiner.as_bytes());
        }
        message.extend_from_slice(name);
        message.extend_from_slice(sorted.joiner.as_bytes());
        message.extend_from_slice(value);
    }
    message
}

fn joined(fields: &Fields, item: Option<Json<'_>>) -> Result<String, Refusal> {
    let escaped = |text: String| match fields.escape {
        true => text.replace('\\', "\\\\").replace(&fields.joiner, &format!("\\{}", fields.joiner)),
        false => text,
    };
    let field = |pointer: &String| match item.and_then(|item| item.at(pointer)).as_deref() {
        None | Some(Value::Null) => Ok(String::new()),
        // Signed as nothing, it could be read as something all the same.
        Some(value) => text_of(value).map(escaped).ok_or(Refusal::Malformed("fields")),
    };
    let values: Vec<String> = fields.of.iter().map(field).collect::<Result<_, _>>()?;
    Ok(values.join(&fields.joiner))
}
