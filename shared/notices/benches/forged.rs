//! The cost of a forged notice: the time until it is refused, for each kind of account and three sizes of body.
//!
//! `cargo forged-bench` prints a row for each: the median of many, in milliseconds. The time covers all that happens
//! before a notice is believed. Beyond that a forged notice costs what any refused call does.
#![allow(clippy::print_stdout, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::payment::Provider;
use jiff::Timestamp;
use notices::{Reader, Request};
use serde_json::{Value, json};

/// When the notices come, which their timestamps say too.
const NOW: i64 = 1_795_235_469;

const SIZES: [usize; 3] = [1 << 10, 16 << 10, 256 << 10];

const TIMES: usize = 101;

/// A kind of account, and a notice that is as right as a forger can make it.
struct Forged {
    name: &'static str,
    reader: Reader,
    headers: Vec<(String, String)>,
    body: fn(usize) -> Vec<u8>,
}

fn main() {
    println!("{:<44}{:>10}{:>10}{:>10}", "ms until it is refused, by size of the body", "1 KB", "16 KB", "256 KB");
    for forged in all() {
        let row = SIZES.map(|size| format!("{:>10.3}", median(&forged, size)));
        println!("{:<44}{}", forged.name, row.concat());
    }
}

fn median(forged: &Forged, size: usize) -> f64 {
    let body = (forged.body)(size);
    let now = Timestamp::from_second(NOW).unwrap_or_default();
    let url = "https://s.example.cn/payments/x/hq";
    let request = Request { headers: &forged.headers, query: "", url, body: &body, now };
    let mut took: Vec<f64> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            let read = black_box(forged.reader.read(black_box(&request)));
            let took = began.elapsed().as_secs_f64() * 1e3;
            assert!(read.is_err(), "{} was believed", forged.name);
            took
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[TIMES / 2]
}

fn all() -> Vec<Forged> {
    let (rsa, hmac) = (STANDARD.encode([1; 256]), STANDARD.encode([1; 32]));
    let time = NOW.to_string();
    let (one, four) = (json!([key()]), json!([key(), key(), key(), key()]));
    let named = json!([{"id": "PUB_KEY_ID_1", "pem": pem(&key())}]);
    let wechat = json!({"wechat": {"merchant": "1900000109", "public_keys": named}});
    let own = |name: &str| (name.to_owned(), String::new());
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let signed_wechat = vec![
        header("wechatpay-timestamp", &time),
        header("wechatpay-nonce", "abc"),
        header("wechatpay-signature", &rsa),
        header("wechatpay-serial", "PUB_KEY_ID_1"),
    ];
    let standard = |signature: String| {
        vec![header("webhook-id", "a"), header("webhook-timestamp", &time), header("webhook-signature", &signature)]
    };
    let alipay = |keys: &Value| json!({"alipay": {"app_id": "2021", "keys": keys}});
    let make = |name, provider: Value, secrets: &[String], headers, body| Forged {
        name,
        reader: reader(provider, secrets),
        headers,
        body,
    };
    let lakala = format!(r#"LKLAPI-SHA256withRSA timestamp="{time}",nonce_str="a",signature="{rsa}""#);
    let whsec = [format!("whsec_{hmac}")];
    vec![
        make("WeChat Pay", wechat, &["0".repeat(32)], signed_wechat, json_body),
        make("Alipay, one key", alipay(&one), &[], vec![own("x")], form),
        make("Alipay, four keys and an empty value", alipay(&four), &[], vec![own("x")], form_with_empty),
        make("Stripe", json!({"stripe": {}}), &["whsec_a".to_owned()], vec![stripe(1)], json_body),
        make("Stripe, two secrets and 16 signatures", json!({"stripe": {}}), &two(), vec![stripe(16)], json_body),
        make(
            "Square",
            json!({"square": {}}),
            &["a".to_owned()],
            vec![header("x-square-hmacsha256-signature", &hmac)],
            json_body,
        ),
        make("Standard Webhooks", json!({"standard": {}}), &whsec, standard(format!("v1,{hmac}")), json_body),
        make(
            "Standard Webhooks, two public keys, four",
            json!({"standard": {}}),
            &public(),
            standard(ed25519(4)),
            json_body,
        ),
        make("收钱吧", mapping("shouqianba"), &[pem(&key())], vec![header("authorization", &rsa)], json_body),
        make("拉卡拉", mapping("lakala"), &[pem(&key())], vec![header("authorization", &lakala)], json_body),
        make("银联商务", mapping("chinaums"), &["a-key-of-nobody".to_owned()], vec![], form),
        make("Adyen", mapping("adyen"), &["ab".repeat(32)], vec![], adyen),
    ]
}

fn reader(provider: Value, secrets: &[String]) -> Reader {
    let provider: Provider = serde_json::from_value(provider).expect("a provider");
    Reader::new(&provider, secrets).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn mapping(name: &str) -> Value {
    let path = format!("{}/../../providers/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a mapping that ships");
    json!({"mapped": serde_json::from_str::<Value>(&text).expect("JSON")})
}

fn key() -> String {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("its public half");
    STANDARD.encode(&*der)
}

fn pem(key: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n")
}

fn two() -> Vec<String> {
    vec!["whsec_a".to_owned(), "whsec_b".to_owned()]
}

fn public() -> Vec<String> {
    let one = || format!("whpk_{}", STANDARD.encode(Ed25519KeyPair::generate().expect("a key").public_key()));
    vec![one(), one()]
}

fn ed25519(times: usize) -> String {
    let signature = Ed25519KeyPair::generate().expect("a key").sign(b"something else");
    format!("v1a,{} ", STANDARD.encode(signature)).repeat(times).trim_end().to_owned()
}

fn stripe(signatures: usize) -> (String, String) {
    ("stripe-signature".to_owned(), format!("t={NOW}{}", format!(",v1={}", "01".repeat(32)).repeat(signatures)))
}

fn json_body(size: usize) -> Vec<u8> {
    format!(r#"{{"type":"payment.succeeded","data":{{"items":["{}"]}}}}"#, "x".repeat(size)).into_bytes()
}

fn form(size: usize) -> Vec<u8> {
    let sign = STANDARD.encode([1; 256]).replace('+', "%2B");
    format!("app_id=2021&subject={}&sign_type=RSA2&sign={sign}", "%41".repeat(size / 3)).into_bytes()
}

fn form_with_empty(size: usize) -> Vec<u8> {
    [b"body=&".as_slice(), &form(size)].concat()
}

fn adyen(size: usize) -> Vec<u8> {
    let item = json!({"NotificationRequestItem": {"pspReference": "x".repeat(size.min(30 << 10)), "eventCode": "AUTHORISATION",
        "additionalData": {"hmacSignature": STANDARD.encode([1; 32])}}});
    json!({"notificationItems": [item]}).to_string().into_bytes()
}
