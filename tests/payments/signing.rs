//! Notices that the tests sign themselves, with keys of their own.

use std::sync::LazyLock;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    encoding::{AsDer, PublicKeyX509Der},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use form_urlencoded::Serializer;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::desk::{Notice, PUBLIC_URL};

/// The moment that the notices are for: half past twelve at the stores.
pub const NOON: &str = "2026-11-21T04:31:09Z";

pub const STRIPE_SECRET: &str = "whsec_of_the_tests_and_nobody_else";
pub const SQUARE_KEY: &str = "Signature-key_of_the_tests";
pub const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";
pub const API_V3_KEY: &str = "ThirtyTwoBytesOfTheTestsOwnKey01";
pub const WECHAT_KEY_ID: &str = "PUB_KEY_ID_0123";
pub const MERCHANT: &str = "1900000109";
pub const APP_ID: &str = "2021000000000001";

static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

pub fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

/// The public half of the tests' own key, in base64.
pub fn public_key() -> String {
    let der: PublicKeyX509Der = RSA.public_key().as_der().unwrap();
    STANDARD.encode(&*der)
}

pub fn public_pem() -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", public_key())
}

pub fn rsa(message: &[u8]) -> String {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    STANDARD.encode(signature)
}

pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

fn headers(headers: &[(&str, String)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The accounts of the keys above. Each finds its store in what the till attached, or by a location.
pub fn account(provider: &str) -> Value {
    let attached = json!([{"from": "attached", "name": "store"}]);
    match provider {
        "wechat" => {
            let keys = json!([{"id": WECHAT_KEY_ID, "pem": public_pem()}]);
            json!({"provider": {"wechat": {"merchant": MERCHANT, "public_keys": keys}},
                "secrets": [API_V3_KEY], "stores": attached, "channel": "wechat-message",
                "context": {"table": {"from": "attached", "name": "table"}}})
        }
        "alipay" => json!({"provider": {"alipay": {"app_id": APP_ID, "keys": [public_key()]}}, "stores": attached}),
        "stripe" => json!({"provider": {"stripe": {}}, "secrets": [STRIPE_SECRET],
            "stores": [{"from": "metadata.store"}, {"from": "location", "is": {"tml_12": 12}}]}),
        "square" => json!({"provider": {"square": {}}, "secrets": [SQUARE_KEY],
            "stores": [{"from": "location", "is": {"L12": 12}}]}),
        "standard" => json!({"provider": {"standard": {}}, "secrets": [STANDARD_SECRET],
            "stores": [{"from": "location"}]}),
        other => panic!("no test has an account at {other}"),
    }
}

/// A payment by Standard Webhooks at store 12, made two seconds before it is reported.
pub fn payment(id: &str, payer: Option<&str>, now: Timestamp) -> Notice {
    paid(id, now - 2.seconds(), json!({"payer": payer}), now)
}

/// The same with a time, and with any other fields.
pub fn paid(id: &str, paid_at: Timestamp, more: Value, now: Timestamp) -> Notice {
    let mut data = json!({"payment": id, "store": 12, "paid_at": paid_at, "amount": 18800, "currency": "CNY"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    standard(&json!({"type": "payment.succeeded", "timestamp": paid_at, "data": data}), now)
}

pub fn refunded(id: &str, now: Timestamp) -> Notice {
    standard(&json!({"type": "payment.refunded", "timestamp": now, "data": {"payment": id}}), now)
}

pub fn standard(event: &Value, now: Timestamp) -> Notice {
    standard_bytes(event.to_string().into_bytes(), now)
}

pub fn standard_bytes(body: Vec<u8>, now: Timestamp) -> Notice {
    let (id, time) = ("msg_2026112112310800001", now.as_second().to_string());
    let key = STANDARD.decode(STANDARD_SECRET.trim_start_matches("whsec_")).unwrap();
    let message = [id.as_bytes(), b".", time.as_bytes(), b".", &body].concat();
    let signature = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &message)));
    let headers = headers(&[("webhook-id", id.into()), ("webhook-timestamp", time), ("webhook-signature", signature)]);
    Notice { provider: "standard", headers, body, now }
}

/// An event of Stripe's that was made at a time of its own.
pub fn stripe(kind: &str, created: Timestamp, object: &Value, now: Timestamp) -> Notice {
    let event = json!({"id": format!("evt_{kind}"), "object": "event", "created": created.as_second(),
        "data": {"object": object}, "livemode": true, "type": kind});
    let (body, time) = (event.to_string().into_bytes(), now.as_second().to_string());
    let tag = hmac_sha256(STRIPE_SECRET.as_bytes(), &[time.as_bytes(), b".", &body].concat());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = headers(&[("Stripe-Signature", format!("t={time},v1={tag}"))]);
    Notice { provider: "stripe", headers, body, now }
}

/// Square's notice of a payment, at the address of an account.
pub fn square(account: &str, payment: &Value, now: Timestamp) -> Notice {
    let event = json!({"merchant_id": "6SSW7HV8K2ST5", "type": "payment.updated", "event_id": now.to_string(),
        "data": {"type": "payment", "object": {"payment": payment}}});
    let (body, url) = (event.to_string().into_bytes(), format!("{PUBLIC_URL}/payments/square/{account}"));
    let signature = STANDARD.encode(hmac_sha256(SQUARE_KEY.as_bytes(), &[url.as_bytes(), &body].concat()));
    Notice { provider: "square", headers: headers(&[("x-square-hmacsha256-signature", signature)]), body, now }
}

/// A form of Alipay's about payment 2026112122001468450512505578, with what differs.
pub fn alipay(more: &[(&str, &str)], now: Timestamp) -> Notice {
    let mut pairs = std::collections::BTreeMap::from([
        ("app_id", APP_ID),
        ("buyer_open_id", "069T5Zoq8zFQfZQdSSJJ5Tg0b2SuGBgR9Uo0V1mq0J5nKA6"),
        ("gmt_payment", "2026-11-21 12:31:07"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "T20261121-0012-4711"),
        ("passback_params", "store%3D12%26table%3D7"),
        ("subject", "南京路店 "),
        ("total_amount", "188.00"),
        ("trade_no", "2026112122001468450512505578"),
        ("trade_status", "TRADE_SUCCESS"),
    ]);
    pairs.extend(more.iter().copied());
    let signed: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = rsa(signed.join("&").as_bytes());
    let form = Serializer::new(String::new()).extend_pairs(&pairs).append_pair("sign", &signature).finish();
    let headers = headers(&[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8".into())]);
    Notice { provider: "alipay", headers, body: form.into_bytes(), now }
}

/// A payment of WeChat Pay's, with what differs.
pub fn transaction(more: &Value) -> Value {
    let mut said = json!({"mchid": MERCHANT, "appid": "wxd678efh567hg6787", "out_trade_no": "T20261121-0012-4711",
        "transaction_id": "4200001234202611211234567890", "trade_state": "SUCCESS", "trade_type": "JSAPI",
        "attach": "store=12;table=7", "success_time": "2026-11-21T12:31:07+08:00",
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}, "amount": {"total": 18800, "currency": "CNY"}});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    said
}

/// WeChat Pay's resource, encrypted with an APIv3 key.
pub fn resource(said: &[u8], secret: &str) -> Value {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret.as_bytes()).unwrap());
    let mut sealed = said.to_vec();
    let nonce = Nonce::assume_unique_for_key(*b"uluk4a9R25RW");
    key.seal_in_place_append_tag(nonce, Aad::from("transaction"), &mut sealed).unwrap();
    json!({"original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "nonce": "uluk4a9R25RW",
        "associated_data": "transaction", "ciphertext": STANDARD.encode(sealed)})
}

/// The same as a notice, signed.
pub fn wechat(event: &str, said: &Value, secret: &str, now: Timestamp) -> Notice {
    let resource = resource(said.to_string().as_bytes(), secret);
    let body = json!({"id": "EV-2026112112310800001", "event_type": event, "summary": "支付成功",
        "resource_type": "encrypt-resource", "resource": resource});
    wechat_signed(body.to_string().into_bytes(), now)
}

pub fn wechat_signed(body: Vec<u8>, now: Timestamp) -> Notice {
    let (time, nonce) = (now.as_second().to_string(), "3vlWsMb8hM7a");
    let signature = rsa(&[time.as_bytes(), nonce.as_bytes(), &body, b""].join(&b'\n'));
    let headers = headers(&[
        ("Wechatpay-Timestamp", time),
        ("Wechatpay-Nonce", nonce.into()),
        ("Wechatpay-Serial", WECHAT_KEY_ID.into()),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".into()),
    ]);
    Notice { provider: "wechat", headers, body, now }
}
