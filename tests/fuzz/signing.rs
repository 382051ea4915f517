//! Signs notices as each provider does, with secrets of the fuzz's own. The RSA key is the tests': each process makes
//! another, and its signatures are as long as ever.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::payments::signing::{hmac_sha256, rsa};

pub const API_V3_KEY: &str = "The-fuzz-alone-opens-with-this-1";
pub const MERCHANT: &str = "1900000109";
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000001092026112100";
pub const APP_ID: &str = "2021000000000012";
pub const STRIPE_KEY: &str = "whsec_of_the_fuzz_and_nobody_else";
pub const SQUARE_KEY: &str = "signature-key-of-the-fuzz";
pub const STANDARD_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSz";
pub const ADYEN_KEY: &str = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";
pub const DIGEST_KEY: &str = "key-of-the-fuzz-for-plain-digests";

/// The fields of an item that Adyen signs.
const ADYEN_SIGNS: [&str; 8] = [
    "/pspReference",
    "/originalReference",
    "/merchantAccountCode",
    "/merchantReference",
    "/amount/value",
    "/amount/currency",
    "/eventCode",
    "/success",
];

/// The parts that are signed beside the body.
pub struct Stamp<'a> {
    /// In seconds.
    pub time: i64,
    pub nonce: &'a str,
    /// The address that the provider was given.
    pub url: &'a str,
}

pub type Header = (String, Vec<u8>);

/// Headers and query of a body that is signed as a whole.
pub fn whole(kind: &str, body: &[u8], stamp: &Stamp<'_>) -> (Vec<Header>, String) {
    let Stamp { time, nonce, url } = *stamp;
    let text = time.to_string();
    let in_lines = || rsa(&[text.as_bytes(), nonce.as_bytes(), body, b""].join(&b'\n'));
    let with_time = |before: &str| [before.as_bytes(), text.as_bytes(), b".", body].concat();
    let headers: Vec<(&str, String)> = match kind {
        "wechat" => vec![
            ("Wechatpay-Timestamp", text.clone()),
            ("Wechatpay-Nonce", nonce.to_owned()),
            ("Wechatpay-Signature", in_lines()),
            ("Wechatpay-Serial", PUBLIC_KEY_ID.to_owned()),
            ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
        ],
        "stripe" => {
            let tag = hmac_sha256(STRIPE_KEY.as_bytes(), &with_time(""));
            vec![("Stripe-Signature", format!("t={time},v1={}", in_hex(&tag)))]
        }
        "square" => {
            let tag = hmac_sha256(SQUARE_KEY.as_bytes(), &[url.as_bytes(), body].concat());
            vec![("x-square-hmacsha256-signature", STANDARD.encode(tag))]
        }
        "standard" => {
            let key = STANDARD.decode(STANDARD_KEY.trim_start_matches("whsec_")).unwrap();
            let tag = STANDARD.encode(hmac_sha256(&key, &with_time(&format!("{nonce}."))));
            let signature = format!("v1,{tag}");
            vec![("webhook-id", nonce.to_owned()), ("webhook-timestamp", text), ("webhook-signature", signature)]
        }
        "douyin" => {
            let signature = in_lines();
            vec![("Byte-Timestamp", text), ("Byte-Nonce-Str", nonce.to_owned()), ("Byte-Signature", signature)]
        }
        "lakala" => {
            let parts = format!("timestamp=\"{time}\",nonce_str=\"{nonce}\",signature=\"{}\"", in_lines());
            vec![("Authorization", format!("LKLAPI-SHA256withRSA {parts}"))]
        }
        "shouqianba" => vec![("Authorization", rsa(body))],
        _ => return (Vec::new(), query(time, body)),
    };
    (headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes())).collect(), String::new())
}

/// The query that Keruyun signs, with the body.
fn query(time: i64, body: &[u8]) -> String {
    let signed = format!("appKey301001shopIdenty12timestamp{time}version2.0body");
    let sign = in_hex(digest(&SHA256, &[signed.as_bytes(), body, DIGEST_KEY.as_bytes()].concat()).as_ref());
    format!("appKey=301001&shopIdenty=12&timestamp={time}&version=2.0&sign={sign}")
}

/// The signature of a form.
pub fn of_form(kind: &str, fields: &[(String, String)]) -> String {
    let sorted: BTreeMap<&str, &str> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let joined = |joiner: &str, pair_joiner: &str, with_empty: bool| {
        let pairs = sorted.iter().filter(|(_, value)| with_empty || !value.is_empty());
        pairs.map(|(name, value)| format!("{name}{joiner}{value}")).collect::<Vec<_>>().join(pair_joiner)
    };
    match kind {
        "alipay" => rsa(joined("=", "&", true).as_bytes()),
        "chinaums" => in_hex(digest(&SHA256, (joined("=", "&", false) + DIGEST_KEY).as_bytes()).as_ref()),
        _ => {
            let signed = format!("{DIGEST_KEY}{}", joined("", "", false));
            in_hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes()).as_ref())
        }
    }
}

/// The signature of an item of Adyen's.
pub fn of_item(item: &Value) -> String {
    let text = |pointer: &&str| match item.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let key: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&ADYEN_KEY[2 * at..2 * at + 2], 16).unwrap()).collect();
    let signed = ADYEN_SIGNS.iter().map(text).collect::<Vec<_>>().join(":");
    STANDARD.encode(hmac_sha256(&key, signed.as_bytes()))
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
