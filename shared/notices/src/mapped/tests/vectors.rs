//! Every published or generated vector but that of MD5.

use serde_json::{Value, json};

use super::super::{Account, Mapping};
use super::{Sent, only_payment, seconds, shipped};
use crate::Notice;

/// The vectors; none when they are not at hand, which is said in one line.
fn vectors() -> Option<Vec<Value>> {
    Some(crate::vectors::real("others.json")?["vectors"].as_array().unwrap().clone())
}

/// The request of a vector's provider, and the account that it is sent to.
fn sent(vector: &Value) -> Option<(Account, Sent)> {
    let text = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    let mut sent = Sent {
        headers: Vec::new(),
        query: String::new(),
        url: String::new(),
        body: text("body").into_bytes(),
        now: seconds(1_795_235_469),
    };
    let headers = vector["headers"].as_object().into_iter().flatten();
    sent.headers.extend(headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())));
    let with = |mapping: &Mapping, key: String| Account::with_any_keys(mapping.clone(), &[key]).unwrap();
    let account = match vector["name"].as_str().unwrap() {
        name @ ("lakala" | "douyin" | "shouqianba") => with(&shipped(name), text("public_key_pem")),
        "chinaums" => with(&shipped("chinaums"), text("key")),
        "meituan-form" => {
            let form = "timestamp=1477395862&appkey=test&boolean=true&double=123.123&empty=&number=123&version=1.0\
                        &string=%E6%B5%8B%E8%AF%95&sign=";
            sent.body = format!("{form}{}", text("signature")).into_bytes();
            sent.now = seconds(1_477_395_862);
            with(&shipped("meituan"), "test".to_owned())
        }
        "keruyun-version-1" => {
            let query = "version=1.0&appKey=301001&timestamp=1425635264&shopIdenty=247900001&sign=";
            sent.query = format!("{query}{}", text("signature"));
            sent.now = seconds(1_425_635_264);
            version_1_of_keruyun()
        }
        "adyen-notification" => {
            sent.body = shipped("adyen").samples[0].body.clone().into_bytes();
            with(&shipped("adyen"), text("key_hex"))
        }
        "adyen-escaped" => {
            // Its colons are escaped, so that each colon without a backslash parts two fields.
            let marked = text("signed_message").replace("\\:", "\u{1}");
            let fields: Vec<String> = marked.split(':').map(|field| field.replace('\u{1}', ":")).collect();
            sent.body = json!({ "fields": fields, "sign": text("signature") }).to_string().into_bytes();
            escaped_fields(fields.len(), &text("key_hex"), &sent)
        }
        _ => return None,
    };
    Some((account, sent))
}

/// Version 1.0 signs the query alone, so that nothing else may be read.
fn version_1_of_keruyun() -> Account {
    let mut mapping = serde_json::to_value(shipped("keruyun")).unwrap();
    mapping["signed"]["sorted"]["suffix"] = json!(["key"]);
    mapping["says"]["paid"] = json!([{ "at": { "query": "version" }, "is": ["1.0"] }]);
    mapping["says"]["refunded"] = json!([]);
    mapping["says"]["payment"] = json!({ "query": "appKey" });
    mapping["says"]["places"] = json!([{ "place": "location", "at": { "query": "shopIdenty" } }]);
    let sample = &mut mapping["samples"][0];
    let query = "appKey=301001&shopIdenty=247900001&timestamp=1425635264&version=1.0";
    let digest = "acb4355599742492518363653dd060b818ef7813284e823dcf5a61d722f27771";
    sample["query"] = json!(format!("{query}&sign={digest}"));
    sample["says"]["paid"][0]["id"] = json!("301001");
    let key = sample["key"].as_str().unwrap().to_owned();
    Account::with_any_keys(serde_json::from_value(mapping).unwrap(), &[key]).unwrap()
}

/// Signs the fields of a list, escaped.
fn escaped_fields(count: usize, key: &str, sent: &Sent) -> Account {
    let of: Vec<String> = (0..count).map(|at| format!("/fields/{at}")).collect();
    let id = json!({ "json": of[12] });
    let fields: Value = serde_json::from_slice(&sent.body).unwrap();
    let mapping = json!({
        "from": { "signature": { "at": { "json": "/sign" } }, "encoding": "base64" },
        "signed": { "fields": { "of": of, "joiner": ":", "escape": true } },
        "key": "hex",
        "how": "hmac-sha256",
        "says": {
            "paid": [{ "at": { "json": "/fields/8" }, "is": ["EUR"] }],
            "payment": { "json": "/fields/10" },
            "time": { "at": { "json": "/fields/12" }, "format": "rfc3339" },
            "places": [{ "place": { "metadata": "shop" }, "at": id }],
        },
        "answer": { "body": "", "content_type": "text/plain" },
        "samples": [{
            "source": "a vector", "now": "2017-02-01T14:02:05Z", "body": String::from_utf8(sent.body.clone()).unwrap(),
            "says": { "paid": [{
                "id": fields["fields"][10], "paid_at": "2017-02-02T13:02:05Z", "places": [fields["fields"][12]],
            }] },
        }],
    });
    Account::with_any_keys(serde_json::from_value(mapping).unwrap(), &[key.to_owned()]).unwrap()
}

#[test]
fn every_vector_but_that_of_md5_is_taken() {
    let Some(vectors) = vectors() else { return };
    let mut taken = Vec::new();
    for vector in &vectors {
        let name = vector["name"].as_str().unwrap();
        let Some((account, sent)) = sent(vector) else { continue };
        let notice = sent.read(&account).unwrap();
        match name {
            "meituan-form" => assert_eq!(notice, Notice::Other(String::new())),
            "adyen-notification" => assert_eq!(notice, Notice::Other("CAPTURE".to_owned())),
            _ => assert!(!only_payment(notice).id.is_empty(), "{name}"),
        }
        if let Some(reply) = vector["reply"].as_str() {
            assert_eq!(account.answer().body, reply, "{name}");
        }
        taken.push(name);
    }
    let left_out: Vec<_> = vectors.iter().filter_map(|vector| vector["name"].as_str()).collect();
    let left_out: Vec<_> = left_out.into_iter().filter(|name| !taken.contains(name)).collect();
    assert_eq!((taken.len(), left_out), (8, vec!["md5-with-key"]));
}

#[test]
fn one_bit_changed_in_any_signed_part_of_a_vector_is_refused() {
    let Some(vectors) = vectors() else { return };
    for vector in &vectors {
        let name = vector["name"].as_str().unwrap();
        let Some((account, sent)) = sent(vector) else { continue };
        let body = String::from_utf8(sent.body.clone()).unwrap();
        // Parts that are not signed: a parameter without a value; and of Adyen's whole body all but eight fields.
        let not_signed = |at: usize| match name {
            "chinaums" | "meituan-form" => {
                let start = body.find("empty=").unwrap();
                (start..start + "empty=".len()).contains(&at)
            }
            "adyen-notification" => !signed_by_adyen(&body, at),
            "keruyun-version-1" => true,
            _ => false,
        };
        for at in (0..sent.body.len()).filter(|at| !not_signed(*at)) {
            let mut changed = sent.clone();
            changed.body[at] ^= 1;
            assert!(changed.read(&account).is_err(), "{name}: byte {at} of the body");
        }
        for header in 0..sent.headers.len() {
            for at in 0..sent.headers[header].1.len() {
                let mut changed = sent.clone();
                let mut value = changed.headers[header].1.clone().into_bytes();
                value[at] ^= 1;
                changed.headers[header].1 = String::from_utf8(value).unwrap();
                assert!(changed.read(&account).is_err(), "{name}: byte {at} of {}", changed.headers[header].0);
            }
        }
        for at in 0..sent.query.len() {
            let mut changed = sent.clone();
            let mut query = changed.query.clone().into_bytes();
            query[at] ^= 1;
            changed.query = String::from_utf8(query).unwrap();
            assert!(changed.read(&account).is_err(), "{name}: byte {at} of the query");
        }
    }
}

/// Whether a byte is in one of the eight values, or in the signature.
fn signed_by_adyen(body: &str, at: usize) -> bool {
    let values = [
        "\"pspReference\":\"",
        "\"originalReference\":\"",
        "\"merchantAccountCode\":\"",
        "\"merchantReference\":\"",
        "\"currency\":\"",
        "\"eventCode\":\"",
        "\"success\":\"",
        "\"hmacSignature\":\"",
    ];
    let inside = |mark: &str, end: char| {
        let start = body.find(mark).unwrap() + mark.len();
        (start..start + body[start..].find(end).unwrap()).contains(&at)
    };
    values.iter().any(|mark| inside(mark, '"')) || inside("\"value\":", '}')
}
