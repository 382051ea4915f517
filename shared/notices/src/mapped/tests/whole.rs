//! Whole notices: the reading of each, and the refusals.

use super::super::seen::Json;
use super::*;
use crate::form::MOST_PAIRS;

#[test]
fn amounts_in_yuan_are_reckoned_in_whole_fen() {
    let account = made(ours()).unwrap();
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    for (written, fen) in [
        ("\"188.00\"", Some(18_800)),
        ("188.5", Some(18_850)),
        ("188", Some(18_800)),
        ("\"0.07\"", Some(7)),
        ("\"1.005\"", None),
        ("\"-1\"", None),
        ("\"1.+5\"", None),
        ("\"1,5\"", None),
        ("\"999999999999999\"", Some(99_999_999_999_999_900)),
        ("\"9999999999999999\"", None),
    ] {
        let body = format!(r#"{{"id":1,"status":1,"at":"2026-11-21 12:31:07","yuan":{written}}}"#);
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.headers[0].1 =
            format!("v1 {}", signed(&format!("{SECOND}123.n0nce.https://example.com/payments/x\n{body}")));
        sent.body = body.into_bytes();
        assert_eq!(only_payment(sent.read(&account).unwrap()).amount, fen, "{written}");
    }
}

/// A form for Meituan's mapping, signed for the key of its sample.
fn form_signed_by_meituan(form: &str, signed: &[u8]) -> Sent {
    let mapping = shipped("meituan");
    let mut sent = Sent::of(paid_sample(&mapping));
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[b"test", signed].concat());
    sent.body = format!("{form}&sign={}", in_hex(digest.as_ref())).into_bytes();
    sent
}

#[test]
fn a_parameter_that_comes_twice_is_refused_and_blanks_at_its_end_are_kept() {
    let account = account(&shipped("meituan"));
    let start = "mt_peisong_id=1&status=50&timestamp=1477395862";
    let kept = form_signed_by_meituan(&format!("{start}&x=a%26b+"), b"mt_peisong_id1status50timestamp1477395862xa&b ");
    assert!(kept.read(&account).is_ok());
    // Decoded once, and not twice.
    let once = form_signed_by_meituan(&format!("{start}&x=%2526"), b"mt_peisong_id1status50timestamp1477395862x%26");
    assert!(once.read(&account).is_ok());
    let other_charset =
        form_signed_by_meituan(&format!("{start}&x=%C4%CF"), b"mt_peisong_id1status50timestamp1477395862x\xC4\xCF");
    assert!(other_charset.read(&account).is_ok());
    let twice =
        form_signed_by_meituan(&format!("{start}&status=50"), b"mt_peisong_id1status50status50timestamp1477395862");
    assert_eq!(twice.read(&account), Err(Refusal::Malformed("parameters")));
}

#[test]
fn a_digest_that_was_carried_on_behind_its_end_is_refused() {
    // A continued message has the zero bytes of the padding in it. The key is known here, so that it is signed rightly.
    let account = account(&shipped("meituan"));
    let sent = form_signed_by_meituan(
        "mt_peisong_id=1&status=50&timestamp=1477395862&x=%80%00%00",
        b"mt_peisong_id1status50timestamp1477395862x\x80\0\0",
    );
    assert_eq!(sent.read(&account), Err(Refusal::WrongSignature));
}

/// An item of Adyen's with its signature.
fn adyen(event: &str, id: &str, success: bool) -> Value {
    let key = crate::hex::bytes("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00").unwrap();
    let message = format!("{id}::m:r:100:EUR:{event}:{success}");
    let signature =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hmac_sha256(&key, message.as_bytes()));
    json!({ "NotificationRequestItem": {
        "pspReference": id, "merchantAccountCode": "m", "merchantReference": "r", "eventCode": event,
        "success": success, "amount": { "value": 100, "currency": "EUR" }, "eventDate": "2026-11-21T05:31:07+01:00",
        "additionalData": { "hmacSignature": signature },
    } })
}

#[test]
fn all_items_of_a_notice_have_to_be_signed_and_all_payments_are_read() {
    let mapping = shipped("adyen");
    let account = account(&mapping);
    let read = |items: Vec<Value>| {
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.body = json!({ "notificationItems": items }).to_string().into_bytes();
        sent.read(&account)
    };
    let (one, two) = (adyen("AUTHORISATION", "1", true), adyen("AUTHORISATION", "2", true));
    let Ok(Notice::Paid(paid)) = read(vec![one.clone(), two, adyen("REPORT", "3", true)]) else { panic!() };
    assert_eq!(paid.iter().map(|payment| payment.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert!(paid.iter().all(|payment| !payment.time_is_signed));
    let mut later = one.clone();
    later["NotificationRequestItem"]["eventDate"] = json!("2030-11-21T05:31:07Z");
    assert_eq!(read(vec![one.clone(), later]), Err(Refusal::Malformed("items")));
    let mut half = one.clone();
    half["NotificationRequestItem"]["amount"]["value"] = json!(0.5);
    assert_eq!(read(vec![half]), Err(Refusal::Malformed("fields")));
    assert_eq!(read(vec![adyen("AUTHORISATION", "1", false)]), Ok(Notice::Other("AUTHORISATION".to_owned())));
    let mut forged = adyen("AUTHORISATION", "2", true);
    forged["NotificationRequestItem"]["amount"]["value"] = json!(1);
    assert_eq!(read(vec![one.clone(), forged]), Err(Refusal::WrongSignature));
    let mut unsigned = one.clone();
    unsigned["NotificationRequestItem"]["additionalData"] = json!({});
    assert_eq!(read(vec![one, unsigned]), Err(Refusal::Malformed("signature")));
    assert_eq!(read(vec![]), Err(Refusal::Malformed("items")));
}

#[test]
fn a_signature_that_is_not_written_as_one_does_not_fit() {
    for (name, written) in [("shouqianba", "====a"), ("shouqianba", "YQ"), ("shouqianba", "no base64")] {
        let mapping = shipped(name);
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.headers[0].1 = written.to_owned();
        assert_eq!(sent.read(&account(&mapping)), Err(Refusal::WrongSignature), "{written}");
    }
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    for written in ["0", "xy", "é"] {
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.headers[0].1 = format!("v1 {written}");
        assert_eq!(sent.read(&made(ours()).unwrap()), Err(Refusal::WrongSignature), "{written}");
    }
}

#[test]
fn a_time_that_ends_in_z_is_read_with_the_zone_utc() {
    let mut mapping = ours();
    let body = r#"{"id":17,"status":1,"at":"20261121T043107Z","shop":{"a/b":"12"}}"#;
    mapping["says"]["time"]["format"] = json!({ "pattern": "%Y%m%dT%H%M%SZ" });
    mapping["says"]["time"]["zone"] = json!("UTC");
    let sample = &mut mapping["samples"][0];
    let message = format!("{SECOND}123.n0nce.https://example.com/payments/x\n{body}");
    sample["headers"]["X-Signature"] = json!(format!("v1 {}", signed(&message)));
    sample["body"] = json!(body);
    sample["says"]["paid"][0]["amount"] = Value::Null;
    made(mapping).unwrap();
}

#[test]
fn a_text_on_the_way_of_a_pointer_loses_one_layer_for_each_step() {
    let quoted = |value: &Value| Value::String(value.to_string());
    let inner = json!({ "b": json!({ "c": 1 }).to_string() });
    let at = |value: &Value| Json::Body(value).text_at("/a/b/c");
    assert_eq!(at(&json!({ "a": inner })), Some("1".to_owned()));
    assert_eq!(at(&json!({ "a": quoted(&inner) })), Some("1".to_owned()));
    assert_eq!(at(&quoted(&json!({ "a": quoted(&inner) }))), Some("1".to_owned()));
    assert_eq!(at(&json!({ "a": quoted(&quoted(&inner)) })), None);
    assert_eq!(Json::Body(&json!({ "": 1, "a": [2] })).text_at("/"), Some("1".to_owned()));
    assert_eq!(Json::Body(&json!({ "a": [2] })).text_at("/a/+0"), None);
}

#[test]
fn a_pointer_does_not_go_on_inside_a_text_of_an_item_that_is_signed_by_its_fields() {
    let inner = json!({ "b": 1 });
    let item = json!({ "a": inner, "text": inner.to_string() });
    let at = |pointer: &str| Json::Item(&item).text_at(pointer);
    assert_eq!([at("/a/b"), at("/text/b"), at("/text")], [Some("1".to_owned()), None, Some(inner.to_string())]);
    // Neither is what is signed read from there, nor anything else.
    let mapping = shipped("adyen");
    let mut entry = adyen("AUTHORISATION", "1", true);
    for pointer in ["/NotificationRequestItem/additionalData", "/NotificationRequestItem"] {
        let value = entry.pointer_mut(pointer).unwrap();
        *value = json!(value.to_string());
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.body = json!({ "notificationItems": [entry] }).to_string().into_bytes();
        assert_eq!(sent.read(&account(&mapping)), Err(Refusal::Malformed("signature")), "{pointer}");
    }
}

#[test]
fn what_is_read_before_it_is_believed_is_small() {
    let mapping = shipped("adyen");
    let account = account(&mapping);
    let with = |size: usize| {
        let mut sent = Sent::of(paid_sample(&mapping));
        sent.body.resize(size, b' ');
        sent.read(&account)
    };
    assert!(matches!(with(32 * 1024), Ok(Notice::Paid(_))));
    assert_eq!(with(32 * 1024 + 1), Err(Refusal::Malformed("body")));
}

#[test]
fn a_form_or_an_address_has_500_parameters_at_most() {
    let meituan = shipped("meituan");
    let start = "mt_peisong_id=1&status=50&timestamp=1477395862";
    // Those without a value are not signed, and count all the same.
    let of_form = |count: usize| {
        let more: String = (4..count).map(|at| format!("&x{at}=")).collect();
        let sent = form_signed_by_meituan(&format!("{start}{more}"), b"mt_peisong_id1status50timestamp1477395862");
        sent.read(&account(&meituan))
    };
    assert!(of_form(MOST_PAIRS).is_ok(), "{:?}", of_form(MOST_PAIRS));
    assert_eq!(of_form(MOST_PAIRS + 1), Err(Refusal::Malformed("parameters")));
    let lakala = shipped("lakala");
    let genuine = Sent::of(paid_sample(&lakala));
    let with_query = |count: usize| Sent { query: "x&".repeat(count), ..genuine.clone() }.read(&account(&lakala));
    assert!(with_query(MOST_PAIRS).is_ok());
    assert_eq!(with_query(MOST_PAIRS + 1), Err(Refusal::Malformed("parameters")));
    // A body that is no form may have as many as it likes.
    let no_form = Sent { body: b"x&".repeat(MOST_PAIRS + 1), ..genuine };
    assert_eq!(no_form.read(&account(&lakala)), Err(Refusal::WrongSignature));
}

#[test]
fn either_of_two_keys_fits_while_one_follows_the_other() {
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let sent = Sent::of(&mapping.samples[0]);
    for keys in [[KEY, "the next"], ["the next", KEY]] {
        assert!(sent.read(&Account::new(mapping.clone(), &keys.map(str::to_owned)).unwrap()).is_ok());
    }
    let mut with_key = mapping.clone();
    with_key.samples[0].key = Some(KEY.to_owned());
    let other = Account::new(with_key, &["another".to_owned()]).unwrap();
    assert_eq!(sent.read(&other), Err(Refusal::WrongSignature));
    // Without a key of its own, a sample is tried with those of the account.
    let refused = Account::new(mapping, &["another".to_owned()]).unwrap_err();
    assert_eq!(refused, ["samples[0]: the signature does not fit."]);
}

#[test]
fn nothing_of_a_body_or_a_key_is_in_what_is_printed() {
    let mapping = shipped("chinaums");
    let account = account(&mapping);
    assert_eq!(format!("{account:?}"), "Account { .. }");
    let mut sent = Sent::of(&mapping.samples[0]);
    sent.body.extend_from_slice(b"&secret=1");
    assert_eq!(format!("{:?}", sent.read(&account)), "Err(WrongSignature)");
}
