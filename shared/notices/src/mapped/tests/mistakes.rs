//! Mistakes in mappings and keys, and how they are reported.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::super::{Account, KeyForm, Mapping, Signed};
use super::{KEY, SHIPPED, made, ours, shipped};

/// A key in hexadecimal digits that may be text too, and is no sample's.
const KEY_IN_HEX: &str = "00ff";

#[test]
fn a_key_that_is_empty_or_no_key_is_refused_and_never_repeated() {
    let mistakes = |name: &str, keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        Account::new(shipped(name), &keys).unwrap_err().join(" ")
    };
    assert_eq!(mistakes("chinaums", &[]), "keys: at least one is needed.");
    for name in SHIPPED {
        assert_eq!(mistakes(name, &[""]), "keys[0]: the key is empty.", "{name}");
        assert_eq!(mistakes(name, &[" \n"]), "keys[0]: the key is empty.", "{name}");
    }
    assert_eq!(
        mistakes("chinaums", &["right", "secret\n"]),
        "keys[1]: the key begins or ends in a blank or a line break."
    );
    assert_eq!(mistakes("adyen", &["DFB1E"]), "keys[0]: the key is not hexadecimal.");
    assert_eq!(mistakes("adyen", &["+1+2"]), "keys[0]: the key is not hexadecimal.");
    assert_eq!(mistakes("lakala", &["MIIB"]), "keys[0]: the key is no public key between its lines (PEM).");
    let ec = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
    assert_eq!(mistakes("lakala", &[ec]), "keys[0]: the key is no public key of RSA of 2048 bits or more.");
    let mut empty = shipped("adyen");
    empty.samples[1].key = Some(String::new());
    let key = empty.samples[0].key.clone().unwrap();
    assert_eq!(Account::with_any_keys(empty, &[key]).unwrap_err(), ["samples[1].key: the key is empty."]);
}

#[test]
fn a_key_that_everybody_knows_is_refused() {
    for name in ["adyen", "chinaums", "keruyun", "meituan"] {
        let mapping = shipped(name);
        let key = mapping.samples[0].key.clone().unwrap();
        let mut written = vec![key.clone()];
        if name == "adyen" {
            written.extend([key.to_lowercase(), format!("{key}00"), key[..key.len() - 2].to_owned()]);
        }
        for key in written {
            assert_eq!(
                Account::new(mapping.clone(), &[KEY_IN_HEX.to_owned(), key]).unwrap_err(),
                ["keys[1]: the key is that of a sample, which everybody knows."]
            );
        }
    }
    // The public keys of samples are no account's, but a person who lacks their other half can do nothing with them.
    let lakala = shipped("lakala");
    let key = lakala.samples[0].key.clone().unwrap();
    assert!(Account::new(lakala, &[key]).is_ok());
}

#[test]
fn a_key_of_zeros_and_one_with_something_behind_it_are_refused() {
    for (form, key) in [("hex", "00"), ("hex", "0000"), ("base64", "AAAA"), ("text", "\0"), ("base64", "====")] {
        let mut mapping = ours();
        mapping["key"] = json!(form);
        let mapping: Mapping = serde_json::from_value(mapping).unwrap();
        let mistakes = Account::new(mapping, &[key.to_owned()]).unwrap_err();
        let what = if key == "====" { "is not base64" } else { "is empty" };
        assert_eq!(mistakes, [format!("keys[0]: the key {what}.")]);
    }
    let short = "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCxBrZ5TR6NsMu4xJ5qzoLCB8w4nnUahzn1tspqQCLcYDEe\
                 ACOyXmyDOs3JCBPhrjS5NZE26faNXaaaOGn/BQ7gOCI5fb9l+5koFgpv9mfscbOxul7x853ICUirJ3V7E+qp\
                 /0KfhNoUFLhlsFoE+GW/2zbyz64MOuuKVFQum4r/nwIDAQAB\n-----END PUBLIC KEY-----\n";
    let lakala = shipped("lakala");
    let refused = ["keys[0]: the key is no public key of RSA of 2048 bits or more."];
    assert_eq!(Account::new(lakala.clone(), &[short.to_owned()]).unwrap_err(), refused);
    let pem = lakala.samples[0].key.clone().unwrap();
    let written: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let mut behind = STANDARD.decode(&written).unwrap();
    behind.push(0);
    let mut in_base64 = lakala;
    in_base64.key = KeyForm::Base64;
    in_base64.samples[0].key = Some(written.clone());
    assert!(Account::new(in_base64.clone(), &[written]).is_ok());
    assert_eq!(Account::new(in_base64, &[STANDARD.encode(behind)]).unwrap_err(), refused);
}

#[test]
fn a_unit_without_a_timestamp_and_a_letter_z_without_a_directive_are_mistakes() {
    let mut mapping = ours();
    mapping["from"]["timestamp"] = Value::Null;
    mapping["signed"]["template"] = json!(["nonce", "lf", "body"]);
    assert_eq!(made(mapping).unwrap_err(), ["from.timestamp_unit: there is no `timestamp` that it could be of."]);
    let mut mapping = ours();
    mapping["says"]["time"] = json!({ "at": { "json": "/at" }, "format": { "pattern": "%Y-%m-%d %H:%M:%S (z)" } });
    assert_eq!(made(mapping).unwrap_err(), ["says.time.zone: the pattern has no zone, so that one has to be named."]);
}

#[test]
fn an_account_has_four_keys_at_most() {
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let keys = |count: usize| (0..count).map(|_| KEY.to_owned()).collect::<Vec<_>>();
    assert!(Account::new(mapping.clone(), &keys(4)).is_ok());
    assert_eq!(Account::new(mapping, &keys(5)).unwrap_err(), ["keys: there are more than 4."]);
}

#[test]
fn what_is_next_to_another_has_to_be_parted_from_it() {
    for (pointer, value, sentence) in [
        (
            "/signed/template",
            json!(["timestamp", "nonce", "lf", "url", "lf", "body"]),
            "signed.template[0]: nothing parts it from the next, so that one could become the other.",
        ),
        (
            "/signed/template",
            json!(["timestamp", "lf", "nonce", "body"]),
            "signed.template[2]: nothing parts it from the next, so that one could become the other.",
        ),
        ("/signed/template/1", json!({ "text": "" }), "signed.template[1]: the text is empty."),
    ] {
        assert_mistake(pointer, value, sentence);
    }
    for (part, sentence) in [
        ("prefix", "signed.sorted.prefix: nothing parts its last from the parameters."),
        ("suffix", "signed.sorted.suffix: nothing parts its first from the parameters."),
    ] {
        let mut mapping = serde_json::to_value(shipped("keruyun")).unwrap();
        mapping["signed"]["sorted"][part] = json!(["body"]);
        let mapping: Mapping = serde_json::from_value(mapping).unwrap();
        let mistakes = Account::new(mapping, &["realkey".to_owned()]).unwrap_err();
        assert!(mistakes.contains(&sentence.to_owned()), "{mistakes:?}");
    }
}

#[test]
fn a_weak_scheme_has_to_be_meant() {
    for name in ["chinaums", "keruyun", "meituan"] {
        let mut mapping = shipped(name);
        mapping.weak = false;
        let [mistake] = &Account::new(mapping, &[KEY.to_owned()]).unwrap_err()[..] else { panic!() };
        assert!(
            mistake.starts_with("how: `sha") && mistake.ends_with("Write `\"weak\": true` to use it."),
            "{mistake}"
        );
    }
    let mut mapping = ours();
    mapping["weak"] = json!(true);
    assert_eq!(made(mapping).unwrap_err(), ["weak: `hmac-sha256` is not weak. Leave `weak` out."]);
}

#[test]
fn a_field_or_value_that_there_is_not_is_named() {
    for (pointer, name) in [("", "sing"), ("/from", "singature"), ("/says", "payd"), ("/samples/0", "quarry")] {
        let mut mapping = ours();
        mapping.pointer_mut(pointer).unwrap()[name] = json!(1);
        let mistake = serde_json::from_value::<Mapping>(mapping).unwrap_err().to_string();
        assert!(mistake.starts_with(&format!("unknown field `{name}`, expected")), "{mistake}");
    }
    for (pointer, value) in [
        ("/how", json!("md5")),
        ("/key", json!("pam")),
        ("/from/encoding", json!("base32")),
        ("/from/nonce/at", json!({ "cookie": "x" })),
        ("/signed/template/0", json!("path")),
        ("/signed", json!({ "regex": ".*" })),
    ] {
        let mut mapping = ours();
        *mapping.pointer_mut(pointer).unwrap() = value;
        let mistake = serde_json::from_value::<Mapping>(mapping).unwrap_err().to_string();
        assert!(mistake.starts_with("unknown variant `"), "{mistake}");
    }
}

/// Puts a value at a place of our mapping, and checks the sentence about it.
fn assert_mistake(pointer: &str, value: Value, sentence: &str) {
    let mut mapping = ours();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match mapping.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.insert(field.to_owned(), value)),
        parent => parent[field.parse::<usize>().unwrap()] = value,
    }
    let mistakes = made(mapping).unwrap_err();
    assert!(mistakes.iter().any(|mistake| mistake == sentence), "{pointer}: {mistakes:?}");
}

#[test]
fn what_is_wrong_with_a_signature_is_a_sentence_that_names_its_field() {
    let no_body = json!(["timestamp", "nonce"]);
    for (pointer, value, sentence) in [
        ("/key", json!("pem"), "key: the key of `hmac-sha256` is written as `text`, `base64` or `hex`."),
        ("/from/timestamp", Value::Null, "signed.template[0]: where the timestamp is, `from.timestamp` has to say."),
        ("/from/nonce", Value::Null, "signed.template[2]: where the nonce is, `from.nonce` has to say."),
        ("/signed/template", json!(["nonce", "body"]), "from.timestamp: it is not signed, and so says nothing."),
        ("/signed/template", json!(["timestamp", "body"]), "from.nonce: it is not signed, and so says nothing."),
        ("/signed/template", no_body.clone(), "says.payment: it is not signed, so that anybody could write it."),
        ("/signed/template", no_body.clone(), "says.paid[0].at: it is not signed, so that anybody could write it."),
        (
            "/signed/template",
            no_body,
            "says.amount.at: it is not signed. Write `\"unsigned\": true` in `says` to read it.",
        ),
        (
            "/signed/template/0",
            json!("key"),
            "signed: `hmac-sha256` takes the key by itself. Leave the part `key` out.",
        ),
        ("/signed/template", json!([]), "signed.template: it has no part."),
        ("/how", json!("sha256"), "signed: without the part `key` anybody can make a `sha256`."),
        ("/how", json!("rsa-sha256"), "key: a public key is written as `pem` or `base64`."),
        (
            "/from/signature/at",
            json!({ "json": "/sign" }),
            "from.signature: it is among what is signed. Name it in `leave_out`, or look elsewhere.",
        ),
        ("/from/signature/at", json!({ "header": "" }), "from.signature.at: the name is empty."),
        ("/from/signature/strip", json!(""), "from.signature.strip: it is empty."),
    ] {
        assert_mistake(pointer, value, sentence);
    }
}

#[test]
fn what_is_wrong_with_what_is_read_is_a_sentence_that_names_its_field() {
    for (pointer, value, sentence) in [
        ("/says/payment", json!({ "json": "id" }), "says.payment: a JSON pointer begins with a slash."),
        (
            "/says/places/0/at",
            json!({ "header": "X-Store" }),
            "says.places[0].at: it is not signed. Write `\"unsigned\": true` in `says` to read it.",
        ),
        ("/says/paid", json!([]), "says.paid: it has no condition, so that every notice would be a payment."),
        ("/says/paid/0/is", json!([]), "says.paid[0].is: it names no value."),
        ("/says/time/zone", Value::Null, "says.time.zone: the pattern has no zone, so that one has to be named."),
        ("/says/time/zone", json!("Beijing"), "says.time.zone: there is no such time zone. One is `Asia/Shanghai`."),
        ("/says/time/format/pattern", json!("%F %T%z"), "says.time.zone: such a time says its own zone. Leave it out."),
        ("/says/time/format", json!("rfc3339"), "says.time.zone: such a time says its own zone. Leave it out."),
        (
            "/says/time/format/pattern",
            json!("%F %T%:z"),
            "says.time.zone: such a time says its own zone. Leave it out.",
        ),
        (
            "/says/time/format/pattern",
            json!("%F %T %Q"),
            "says.time.zone: such a time says its own zone. Leave it out.",
        ),
        ("/says/time/format/pattern", json!("%s"), "says.time.zone: such a time says its own zone. Leave it out."),
        (
            "/says/time/format/pattern",
            json!("%FT%TZ"),
            "says.time.zone: a `Z` in the pattern stands for the zone `UTC`.",
        ),
        (
            "/says/time/format/pattern",
            json!("%F %I:%M:%S"),
            "says.time.format.pattern: without `%p` an hour of twelve is the morning's or the evening's.",
        ),
    ] {
        assert_mistake(pointer, value, sentence);
    }
}

#[test]
fn what_nothing_needs_and_what_is_not_enough_are_mistakes_too() {
    for (pointer, value, sentence) in [
        ("/says/unsigned", json!(true), "says.unsigned: all that is read is signed. Leave it out."),
        ("/says/refund_of", json!({ "json": "/of" }), "says.refund_of: without `refunded` nobody asks for it."),
        ("/says/places", json!([]), "says.places: nothing tells the store. Name at least one."),
        (
            "/says/order",
            json!({ "json": "/a~2b" }),
            "says.order: in a JSON pointer `~` is written `~0`, and a slash in a name `~1`.",
        ),
        (
            "/says/payment",
            json!({ "json": "/a~" }),
            "says.payment: in a JSON pointer `~` is written `~0`, and a slash in a name `~1`.",
        ),
        (
            "/says/currency",
            json!({ "at": { "json": "/cny" } }),
            "says.amount.unit: `hundred` needs a currency that is always the same.",
        ),
        (
            "/says/currency",
            json!({ "always": "rmb" }),
            "says.currency.always: a currency has three capitals, such as `CNY`.",
        ),
        (
            "/answer/content_type",
            json!("text/plain\r\nX: y"),
            "answer.content_type: it has to be one, such as `application/json`.",
        ),
    ] {
        assert_mistake(pointer, value, sentence);
    }
}

#[test]
fn a_sample_that_is_read_otherwise_names_what_differs() {
    for (pointer, value, sentence) in [
        ("/samples", json!([]), "samples: at least one has to tell of a payment that was made."),
        (
            "/samples/0/says/paid/0/amount",
            json!(28),
            "samples[0].says.paid[0].amount: the mapping reads something else.",
        ),
        ("/samples/0/url", json!("https://example.com"), "samples[0]: the signature does not fit."),
        (
            "/samples/0/now",
            json!("2026-11-21T12:31:09Z"),
            "samples[0]: it was signed more than five minutes before or after its `now`.",
        ),
        (
            "/says/time/format/pattern",
            json!("%d.%m.%Y"),
            "samples[0]: the signature fits, and the payment's time can't be read.",
        ),
        (
            "/says/time/format/pattern",
            json!("%"),
            "samples[0]: the signature fits, and the payment's time can't be read.",
        ),
        ("/says/paid/0/is", json!(["2"]), "samples[0].says: the mapping reads something that nothing follows from."),
    ] {
        assert_mistake(pointer, value, sentence);
    }
}

#[test]
fn what_is_read_from_a_form_or_an_item_has_to_be_signed_there() {
    let mut chinaums = shipped("chinaums");
    let key = [chinaums.samples[0].key.clone().unwrap()];
    let Signed::Sorted(sorted) = &mut chinaums.signed else { panic!() };
    sorted.leave_out = vec!["status".to_owned()];
    let mistakes = Account::with_any_keys(chinaums, &key).unwrap_err();
    assert!(mistakes[0].starts_with("from.signature: it is among what is signed."), "{mistakes:?}");
    assert_eq!(mistakes[1], "says.paid[0].at: it is not signed, so that anybody could write it.");

    let mut pointers = shipped("adyen");
    let key = [pointers.samples[0].key.clone().unwrap()];
    let Signed::Fields(fields) = &mut pointers.signed else { panic!() };
    fields.items = Some("notificationItems".to_owned());
    fields.joiner = String::new();
    assert_eq!(
        Account::with_any_keys(pointers, &key).unwrap_err(),
        ["signed.fields.joiner: it is empty.", "signed.fields.items: a JSON pointer begins with a slash.",]
    );

    let mut adyen = shipped("adyen");
    adyen.says.unsigned = false;
    let mistakes = Account::with_any_keys(adyen, &key).unwrap_err();
    assert!(mistakes[0].starts_with("says.time.at: it is not signed. Write"), "{mistakes:?}");
    assert!(mistakes[1].starts_with("says.places[0].at: it is not signed. Write"), "{mistakes:?}");
    assert_eq!(mistakes.len(), 2);
}
