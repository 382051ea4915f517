//! Mappings, with what they read and refuse: those that are shipped, and one of our own.

mod mistakes;
mod parting;
mod vectors;
mod whole;

use std::path::PathBuf;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Account, Expected, Mapping, Sample, to_sign};
use crate::vectors::{hmac_sha256, in_hex};
use crate::{Notice, Payment, Place, Refusal, Request};

const SHIPPED: [&str; 7] = ["adyen", "chinaums", "douyin", "keruyun", "lakala", "meituan", "shouqianba"];

/// A request that is ours to change.
#[derive(Clone)]
struct Sent {
    headers: Vec<(String, String)>,
    query: String,
    url: String,
    body: Vec<u8>,
    now: Timestamp,
}

impl Sent {
    fn of(sample: &Sample) -> Self {
        Self {
            headers: sample.headers.clone().into_iter().collect(),
            query: sample.query.clone(),
            url: sample.url.clone(),
            body: sample.body.clone().into_bytes(),
            now: sample.now,
        }
    }

    fn read(&self, account: &Account) -> Result<Notice, Refusal> {
        account.read(&Request {
            headers: &self.headers,
            query: &self.query,
            url: &self.url,
            body: &self.body,
            now: self.now,
        })
    }
}

fn shipped(name: &str) -> Mapping {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../providers/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The account of a shipped mapping, with the key of its samples.
fn account(mapping: &Mapping) -> Account {
    Account::with_any_keys(mapping.clone(), &[mapping.samples[0].key.clone().unwrap()]).unwrap()
}

fn paid_sample(mapping: &Mapping) -> &Sample {
    mapping.samples.iter().find(|sample| matches!(sample.says, Expected::Paid(_))).unwrap()
}

fn only_payment(notice: Notice) -> Payment {
    match notice {
        Notice::Paid(mut payments) if payments.len() == 1 => payments.remove(0),
        other => panic!("{other:?}"),
    }
}

fn seconds(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn each_shipped_mapping_passes_its_own_check_and_reads_its_sample() {
    for name in SHIPPED {
        let mapping = shipped(name);
        assert!(mapping.note.is_some() && mapping.samples.iter().all(|sample| !sample.source.is_empty()), "{name}");
        let account = account(&mapping);
        let sample = paid_sample(&mapping);
        let Expected::Paid(expected) = &sample.says else { panic!() };
        let payment = only_payment(Sent::of(sample).read(&account).unwrap());
        assert_eq!((&payment.id, payment.paid_at), (&expected[0].id, expected[0].paid_at), "{name}");
        assert!(!payment.places.is_empty(), "{name}");
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../providers");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), SHIPPED.len());
}

#[test]
fn a_shipped_mapping_says_all_that_its_provider_says() {
    let mapping = shipped("douyin");
    let payment = only_payment(Sent::of(&mapping.samples[0]).read(&account(&mapping)).unwrap());
    let expected = Payment {
        id: "motb52726742583682313810123".to_owned(),
        order: Some("T20261121-0012-4711".to_owned()),
        paid_at: seconds(1_795_235_467),
        time_is_signed: true,
        places: vec![(Place::Attached, "store=12;table=7".to_owned()), (Place::Merchant, "tt312312313123".to_owned())],
        amount: Some(18_800),
        currency: Some("CNY".to_owned()),
        payer: None,
        items: Vec::new(),
    };
    assert_eq!(payment, expected);
    let answer = account(&mapping).answer().clone();
    assert_eq!(answer.body, r#"{"err_no":0,"err_tips":"success"}"#);
    assert_eq!(answer.content_type, "application/json");
}

#[test]
fn whatever_byte_of_a_sample_is_changed_nothing_panics_and_nothing_new_is_believed() {
    for name in SHIPPED {
        let mapping = shipped(name);
        let account = account(&mapping);
        let sent = Sent::of(paid_sample(&mapping));
        let genuine = sent.read(&account).unwrap();
        // Adyen does not sign its time and its store; all else may differ in nothing.
        let believed = |notice: &Notice| match (name, notice, &genuine) {
            ("adyen", Notice::Paid(paid), Notice::Paid(genuine)) => {
                let (paid, places) = (paid[0].clone(), genuine[0].places.clone());
                Payment { paid_at: genuine[0].paid_at, places, ..paid } == genuine[0]
            }
            _ => *notice == genuine,
        };
        let check = |sent: &Sent| match sent.read(&account) {
            Ok(notice) => assert!(believed(&notice), "{name}"),
            // Adyen's time is not signed, so that changing it makes a genuine notice unreadable.
            Err(Refusal::Unreadable(_)) => assert_eq!(name, "adyen"),
            Err(_) => {}
        };
        for at in 0..sent.body.len() {
            for byte in [0, 0x22, 0x25, 0x26, 0xff] {
                let mut changed = sent.clone();
                changed.body[at] = byte;
                check(&changed);
            }
            let mut cut = sent.clone();
            cut.body.truncate(at);
            check(&cut);
        }
        for header in 0..sent.headers.len() {
            let mut changed = sent.clone();
            while changed.headers[header].1.pop().is_some() {
                check(&changed);
            }
        }
        for at in 0..sent.query.len() {
            let mut changed = sent.clone();
            changed.query.truncate(at);
            check(&changed);
            changed.query.push_str("%00&é=%ff&&=");
            check(&changed);
        }
    }
}

#[test]
fn five_minutes_are_taken_and_a_second_more_is_stale_both_ways() {
    for name in ["lakala", "douyin", "keruyun", "meituan"] {
        let mapping = shipped(name);
        let account = account(&mapping);
        let mut sent = Sent::of(paid_sample(&mapping));
        let second = if matches!(name, "keruyun" | "meituan") { sent.now.as_second() } else { 1_795_235_469 };
        for (apart, taken) in [(300, true), (-300, true), (301, false), (-301, false)] {
            sent.now = seconds(second + apart);
            let read = sent.read(&account);
            assert_eq!(read.is_ok(), taken, "{name}: {apart}");
            assert!(taken || read == Err(Refusal::Stale), "{name}: {apart}");
        }
    }
}

const KEY: &str = "a key of ours";
const SECOND: i64 = 1_795_235_469;

/// A mapping with all that a template can name, and its sample signed for [`KEY`].
fn ours() -> Value {
    let body = r#"{"id":17,"status":1,"at":"2026-11-21 12:31:07","yuan":"0.29","shop":{"a/b":"12"}}"#;
    let message = format!("{SECOND}123.n0nce.https://example.com/payments/x\n{body}");
    let stamp = format!("t=\"{SECOND}123\", v=\"2\"");
    json!({
        "from": {
            "signature": { "at": { "header": "X-Signature" }, "strip": "v1 " },
            "encoding": "hex",
            "timestamp": { "at": { "header": "X-Stamp" }, "part": "t" },
            "timestamp_unit": "milliseconds",
            "nonce": { "at": { "query": "nonce" } },
        },
        "signed": { "template": ["timestamp", { "text": "." }, "nonce", { "text": "." }, "url", "lf", "body"] },
        "key": "text",
        "how": "hmac-sha256",
        "says": {
            "paid": [{ "at": { "json": "/status" }, "is": ["1"] }],
            "payment": { "json": "/id" },
            "time": {
                "at": { "json": "/at" },
                "format": { "pattern": "%Y-%m-%d %H:%M:%S" },
                "zone": "Asia/Shanghai",
            },
            "places": [{ "place": { "metadata": "shop" }, "at": { "json": "/shop/a~1b" } }],
            "amount": { "at": { "json": "/yuan" }, "unit": "hundred" },
            "currency": { "always": "CNY" },
        },
        "answer": { "body": "ok", "content_type": "text/plain" },
        "samples": [{
            "source": "ours",
            "now": "2026-11-21T12:31:09+08:00",
            "headers": { "X-Signature": format!("v1 {}", signed(&message)), "X-Stamp": stamp },
            "query": "nonce=n0nce",
            "url": "https://example.com/payments/x",
            "body": body,
            "says": { "paid": [{
                "id": "17", "paid_at": "2026-11-21T12:31:07+08:00", "places": ["12"], "amount": 29, "currency": "CNY",
            }] },
        }],
    })
}

fn signed(message: &str) -> String {
    in_hex(&hmac_sha256(KEY.as_bytes(), message.as_bytes()))
}

fn made(mapping: Value) -> Result<Account, Vec<String>> {
    Account::new(serde_json::from_value(mapping).unwrap(), &[KEY.to_owned()])
}

#[test]
fn our_own_mapping_is_taken_with_milliseconds_a_prefix_a_nonce_and_the_address() {
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let account = made(ours()).unwrap();
    let sent = Sent::of(&mapping.samples[0]);
    let payment = only_payment(sent.read(&account).unwrap());
    assert_eq!(payment.places, [(Place::Metadata("shop".to_owned()), "12".to_owned())]);
    assert_eq!((payment.amount, payment.order), (Some(29), None));

    let mut elsewhere = sent.clone();
    elsewhere.url = "http://example.com/payments/x".to_owned();
    assert_eq!(elsewhere.read(&account), Err(Refusal::WrongSignature));
    // The window is counted in seconds, whatever the unit.
    let mut late = sent;
    late.now += SignedDuration::from_secs(301);
    assert_eq!(late.read(&account), Err(Refusal::Stale));
}

#[test]
fn names_of_headers_are_taken_in_any_case_and_a_missing_or_doubled_one_is_refused() {
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let account = made(ours()).unwrap();
    let genuine = Sent::of(&mapping.samples[0]);
    for cased in [str::to_lowercase, str::to_uppercase] {
        let mut sent = genuine.clone();
        sent.headers.iter_mut().for_each(|(name, _)| *name = cased(name));
        assert!(sent.read(&account).is_ok());
    }
    for (which, role) in [(0, "signature"), (1, "timestamp")] {
        let mut missing = genuine.clone();
        missing.headers.remove(which);
        let mut twice = genuine.clone();
        twice.headers.push(genuine.headers[which].clone());
        let mut joined = genuine.clone();
        joined.headers[which].1 = format!("{0},{0}", genuine.headers[which].1);
        for sent in [missing, twice, joined] {
            assert_eq!(sent.read(&account), Err(Refusal::Malformed(role)));
        }
    }
    let mut twice = genuine.clone();
    twice.query.push_str("&nonce=n0nce");
    assert_eq!(twice.read(&account), Err(Refusal::Malformed("nonce")));
}

#[test]
fn a_timestamp_that_is_no_plain_number_is_refused_although_it_is_signed() {
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let account = made(ours()).unwrap();
    let genuine = Sent::of(&mapping.samples[0]);
    let body = String::from_utf8(genuine.body.clone()).unwrap();
    for written in
        ["-9223372036854775808", "+1795235469123", " 1795235469123", "now", "12", "1795235469é23", "1795235469.1"]
    {
        let mut sent = genuine.clone();
        let message = format!("{written}.n0nce.https://example.com/payments/x\n{body}");
        sent.headers[0].1 = format!("v1 {}", signed(&message));
        sent.headers[1].1 = format!("t=\"{written}\"");
        assert_eq!(sent.read(&account), Err(Refusal::Malformed("timestamp")), "{written}");
    }
}

#[test]
fn a_body_that_was_read_and_written_again_is_refused() {
    for name in ["lakala", "douyin", "shouqianba"] {
        let mapping = shipped(name);
        let account = account(&mapping);
        let sent = Sent::of(&mapping.samples[0]);
        let value: Value = serde_json::from_slice(&sent.body).unwrap();
        for body in [serde_json::to_string_pretty(&value).unwrap(), format!("{value}\n"), format!(" {value}")] {
            let changed = Sent { body: body.into_bytes(), ..sent.clone() };
            assert_eq!(changed.read(&account), Err(Refusal::WrongSignature), "{name}");
        }
    }
}

#[test]
fn the_bytes_to_sign_are_those_that_the_signature_is_of() {
    let ours: Mapping = serde_json::from_value(ours()).unwrap();
    let meituan = shipped("meituan");
    let bytes = |mapping: &Mapping, key: &str| {
        let sent = Sent::of(paid_sample(mapping));
        let Sent { headers, query, url, body, now } = &sent;
        to_sign(mapping, key.as_bytes(), &Request { headers, query, url, body, now: *now }, None)
    };
    let signature = signed(&String::from_utf8(bytes(&ours, KEY).unwrap()).unwrap());
    assert_eq!(paid_sample(&ours).headers["X-Signature"], format!("v1 {signature}"));
    // Here the key stands in what is signed.
    let signature = in_hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes(&meituan, "test").unwrap()).as_ref());
    assert!(paid_sample(&meituan).body.ends_with(&format!("&sign={signature}")));
    let mut without_nonce = ours;
    without_nonce.samples[0].query.clear();
    assert_eq!(bytes(&without_nonce, KEY), Err(Refusal::Malformed("nonce")));
}

#[test]
fn a_terminals_number_before_the_signature_is_passed_over() {
    let mapping = shipped("shouqianba");
    let mut sent = Sent::of(&mapping.samples[0]);
    sent.headers[0].1 = format!("100000380000001 {}", sent.headers[0].1);
    assert!(sent.read(&account(&mapping)).is_ok());
}

#[test]
fn what_is_genuine_and_no_payment_is_something_else_and_what_can_not_be_read_says_so() {
    let account = made(ours()).unwrap();
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let read = |body: &str| {
        let mut sent = Sent::of(&mapping.samples[0]);
        let message = format!("{SECOND}123.n0nce.https://example.com/payments/x\n{body}");
        sent.headers[0].1 = format!("v1 {}", signed(&message));
        sent.body = body.as_bytes().to_vec();
        sent.read(&account)
    };
    assert_eq!(read(r#"{"status":2}"#), Ok(Notice::Other("2".to_owned())));
    assert_eq!(read("{}"), Ok(Notice::Other(String::new())));
    assert_eq!(read("<xml/>"), Err(Refusal::Unreadable("the body as JSON")));
    assert_eq!(read(&"[".repeat(100_000)), Err(Refusal::Unreadable("the body as JSON")));
    assert_eq!(read(r#"{"status":1}"#), Err(Refusal::Unreadable("the payment's id")));
    assert_eq!(read(r#"{"status":1,"id":{}}"#), Err(Refusal::Unreadable("the payment's id")));
    assert_eq!(read(r#"{"status":1,"id":"a","at":"soon"}"#), Err(Refusal::Unreadable("the payment's time")));
    // Such numbers are rounded, so that many ids would be one.
    for id in ["4200001234202611211234567890", "184467440737095516161", "1.0", "-0"] {
        let body = format!(r#"{{"status":1,"id":{id},"at":"2026-11-21 12:31:07"}}"#);
        assert_eq!(read(&body), Err(Refusal::Unreadable("the payment's id")), "{id}");
    }
    let largest = read(r#"{"status":1,"id":18446744073709551615,"at":"2026-11-21 12:31:07"}"#);
    assert_eq!(only_payment(largest.unwrap()).id, "18446744073709551615");
    assert_eq!(read(r#"{"status":1.0}"#), Ok(Notice::Other(String::new())));
    let thin = only_payment(read(r#"{"status":1,"id":"a","at":"2026-11-21 12:31:07","yuan":true}"#).unwrap());
    assert_eq!((thin.amount, thin.currency.as_deref(), thin.places), (None, Some("CNY"), vec![]));
}
