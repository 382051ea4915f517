//! One genuine notice that is parted otherwise, so that it would say something else.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use super::super::{Account, Mapping};
use super::{SECOND, Sent, ours, seconds, shipped};
use crate::vectors::{hmac_sha256, in_hex};
use crate::{Notice, Refusal, hex};

const PARTED: Result<Notice, Refusal> = Err(Refusal::Malformed("parameters"));

fn account(name: &str, key: &str) -> Account {
    Account::new(shipped(name), &[key.to_owned()]).unwrap()
}

fn form(body: String, second: i64) -> Sent {
    Sent { headers: vec![], query: String::new(), url: String::new(), body: body.into_bytes(), now: seconds(second) }
}

fn meituan(signed: &str, form_of: &[&str]) -> Vec<Result<Notice, Refusal>> {
    let account = account("meituan", "realkey");
    let sign = in_hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("realkey{signed}").as_bytes()).as_ref());
    form_of.iter().map(|body| form(format!("{body}&sign={sign}"), 1_477_395_862).read(&account)).collect()
}

fn chinaums(signed: &str, form_of: &[String]) -> Vec<Result<Notice, Refusal>> {
    let account = account("chinaums", "realkey");
    let sign = in_hex(digest(&SHA256, format!("{signed}realkey").as_bytes()).as_ref());
    form_of.iter().map(|body| form(format!("{body}&sign={sign}"), 0).read(&account)).collect()
}

fn escaped(text: &str) -> String {
    percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string()
}

#[test]
fn a_value_with_nothing_around_it_can_not_become_a_parameter() {
    let remark = "mt_peisong_id9status50timestamp1477395862z";
    let signed = format!("appkeytestmt_peisong_id1order_idAremark{remark}status20timestamp1477395862version1.0");
    let genuine =
        format!("appkey=test&mt_peisong_id=1&order_id=A&remark={remark}&status=20&timestamp=1477395862&version=1.0");
    let forged = "appkey=testmt_peisong_id1order_idAremark&mt_peisong_id=9&status=50&timestamp=1477395862\
                  &z=status20timestamp1477395862version1.0";
    // With such a remark, the genuine one is doubtful too.
    assert_eq!(meituan(&signed, &[&genuine, forged]), [PARTED, PARTED]);
}

#[test]
fn a_payment_with_nothing_behind_it_can_not_take_in_what_follows_nor_lose_its_end() {
    let signed = "mt_peisong_id1order_idAstatus50timestamp1477395862";
    let all = meituan(
        signed,
        &[
            "mt_peisong_id=1&order_id=A&status=50&timestamp=1477395862",
            "mt_peisong_id=1order_idA&status=50&timestamp=1477395862",
            "mt_peisong_id=1&order_id=Astatus50&timestamp=1477395862",
            "mt_peisong_id=1order_idAstatus50timestamp1477395862",
        ],
    );
    assert!(matches!(&all[0], Ok(Notice::Paid(paid)) if paid[0].id == "1"), "{all:?}");
    assert_eq!(all[1..3], [PARTED, PARTED]);
    assert_eq!(all[3], Err(Refusal::Malformed("timestamp")));
    // A name that nobody reads is behind the payment, or its letters are the payment's own.
    let signed = "mt_peisong_id1number2status50timestamp1477395862";
    let all = meituan(
        signed,
        &[
            "mt_peisong_id=1&number=2&status=50&timestamp=1477395862",
            "mt_peisong_id=1number2&status=50&timestamp=1477395862",
            "mt_peisong_id=1n&umber=2&status=50&timestamp=1477395862",
        ],
    );
    assert!(matches!(&all[0], Ok(Notice::Paid(paid)) if paid[0].id == "1"), "{all:?}");
    assert_eq!(all[1], PARTED);
    assert!(all[2].is_err());
}

#[test]
fn a_value_can_not_become_a_parameter_by_what_stands_between_two() {
    let attached = "x&payTime=2026-11-21 12:31:07&status=TRADE_SUCCESS&targetOrderId=9&z=";
    let rest = "&merOrderId=1&status=WAIT_BUYER_PAY&targetOrderId=1";
    let genuine = format!("attachedData={}&merOrderId=1&status=WAIT_BUYER_PAY&targetOrderId=1", escaped(attached));
    let forged =
        format!("attachedData=x&payTime=2026-11-21+12:31:07&status=TRADE_SUCCESS&targetOrderId=9&z={}", escaped(rest));
    assert_eq!(chinaums(&format!("attachedData={attached}{rest}"), &[genuine, forged]), [PARTED, PARTED]);
}

#[test]
fn a_payment_can_not_take_in_the_parameter_behind_it() {
    let start = "payTime=2026-11-21 12:31:07&status=TRADE_SUCCESS&targetOrderId=1";
    let all = chinaums(
        &format!("{start}&targetSys=WXPay"),
        &[
            format!("{start}&targetSys=WXPay"),
            format!("{start}%26targetSys%3DWXPay"),
            format!("{start}&targetSys%3DWXPay="),
            "payTime%3D2026-11-21 12:31:07%26status=TRADE_SUCCESS&targetOrderId=1&targetSys=WXPay".to_owned(),
        ],
    );
    assert!(matches!(&all[0], Ok(Notice::Paid(paid)) if paid[0].id == "1"), "{all:?}");
    assert_eq!(all[1], PARTED);
    assert!(all[2..].iter().all(Result::is_err), "{all:?}");
    // Other values may contain what they like, as long as nothing that is read begins in them.
    let all =
        chinaums(&format!("attachedData=a&b=c=d&{start}"), &[format!("attachedData={}&{start}", escaped("a&b=c=d"))]);
    assert!(matches!(&all[0], Ok(Notice::Paid(paid)) if paid[0].places[0].1 == "a&b=c=d"), "{all:?}");
}

#[test]
fn a_body_can_not_be_moved_into_the_parameter_before_it() {
    let account = account("keruyun", "realkey");
    let body = r#"{"note":body,"operation":93,"tradeId":1,"tradePayStatus":3}"#;
    let signed = format!("timestamp1425635264version2.0body{body}realkey");
    let sign = in_hex(digest(&SHA256, signed.as_bytes()).as_ref());
    let (before, after) = body.split_once("body").unwrap();
    let moved = format!("timestamp=1425635264&version=2.0body{}&sign={sign}", escaped(before));
    let mut sent = form(after.to_owned(), 1_425_635_264);
    sent.query = moved;
    assert_eq!(sent.read(&account), PARTED);
}

/// An item of Adyen's, signed for the key of its samples, with the eight fields as they are parted.
fn item(signed: &str, of: [&str; 8]) -> Value {
    let key = hex::bytes("DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00").unwrap();
    let signature = STANDARD.encode(hmac_sha256(&key, signed.as_bytes()));
    json!({ "NotificationRequestItem": {
        "pspReference": of[0], "originalReference": of[1], "merchantAccountCode": of[2], "merchantReference": of[3],
        "amount": { "value": of[4], "currency": of[5] }, "eventCode": of[6], "success": of[7],
        "eventDate": "2026-11-21T05:31:07Z", "additionalData": { "hmacSignature": signature },
    } })
}

#[test]
fn a_nonce_can_not_take_in_the_body_behind_it() {
    let account = super::made(ours()).unwrap();
    let mapping: Mapping = serde_json::from_value(ours()).unwrap();
    let genuine = Sent::of(&mapping.samples[0]);
    // The address is parted from the nonce by a dot, so that a nonce with dots could begin the address.
    for nonce in ["a.b", "a b", "a%0Ab", "%C3%A9", "."] {
        let mut sent = genuine.clone();
        let written = percent_encoding::percent_decode_str(nonce).decode_utf8().unwrap().into_owned();
        let body = String::from_utf8(sent.body.clone()).unwrap();
        let message = format!("{SECOND}123.{written}.https://example.com/payments/x\n{body}");
        sent.headers[0].1 = format!("v1 {}", super::signed(&message));
        sent.query = format!("nonce={}", nonce.replace(' ', "+"));
        assert_eq!(sent.read(&account), Err(Refusal::Malformed("nonce")), "{nonce}");
    }
}

#[test]
fn an_items_fields_can_not_be_parted_otherwise() {
    let mapping = shipped("adyen");
    let account = super::account(&mapping);
    // The merchant's reference is the guest's to write, as far as the merchant lets them.
    let signed = "A::M:T:1:USD:100:EUR:AUTHORISATION:true";
    for (of, taken) in [
        (["A", "", "M", "T:1:USD", "100", "EUR", "AUTHORISATION", "true"], true),
        // The reference may begin earlier or later, and nothing hangs on it.
        (["A", "", "M:T", "1:USD", "100", "EUR", "AUTHORISATION", "true"], true),
        (["A:", "M", "T", "1:USD", "100", "EUR", "AUTHORISATION", "true"], false),
        (["A::M", "T", "1", "USD", "100", "EUR", "AUTHORISATION", "true"], false),
        (["A", "", "M", "T", "1", "USD:100:EUR", "AUTHORISATION", "true"], false),
        (["A", "", "M", "T:1", "USD:100", "EUR", "AUTHORISATION", "true"], false),
    ] {
        let mut sent = Sent::of(&mapping.samples[0]);
        sent.body = json!({ "notificationItems": [item(signed, of)] }).to_string().into_bytes();
        let read = sent.read(&account);
        match taken {
            true => assert!(matches!(&read, Ok(Notice::Paid(paid)) if paid[0].amount == Some(100)), "{read:?}"),
            false => assert_eq!(read, Err(Refusal::Malformed("fields")), "{of:?}"),
        }
    }
}

#[test]
fn what_can_never_be_told_apart_is_a_mistake() {
    let mistakes = |name: &str, pointer: &str, value: Value| {
        let mut mapping = serde_json::to_value(shipped(name)).unwrap();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        mapping.pointer_mut(parent).unwrap()[field] = value;
        let mapping: Mapping = serde_json::from_value(mapping).unwrap();
        Account::new(mapping, &["00ff".to_owned()]).unwrap_err().join(" ")
    };
    for (name, pointer, value, sentence) in [
        (
            "meituan",
            "/says/order",
            json!({ "form": "id" }),
            "signed.sorted: with nothing in between, `id` can't be told from `mt_peisong_id`.",
        ),
        (
            "meituan",
            "/says/paid/0/is",
            json!(["done"]),
            "says.paid[0].is: with nothing in between, a value may only have digits.",
        ),
        (
            "chinaums",
            "/signed/sorted/pair_joiner",
            json!("&&"),
            "signed.sorted.pair_joiner: it has more than one character.",
        ),
        (
            "chinaums",
            "/signed/sorted/pair_joiner",
            json!("="),
            "signed.sorted.pair_joiner: it is the same as `joiner`.",
        ),
        (
            "adyen",
            "/says/payment",
            json!({ "json": "/merchantAccountCode" }),
            "signed.fields.of[2]: what decides has to be before or behind all else, as nothing is escaped.",
        ),
    ] {
        assert_eq!(mistakes(name, pointer, value), sentence);
    }
    for joiner in ["||", "\\"] {
        let mut mapping = serde_json::to_value(shipped("adyen")).unwrap();
        mapping["signed"]["fields"]["joiner"] = json!(joiner);
        mapping["signed"]["fields"]["escape"] = json!(true);
        let mapping: Mapping = serde_json::from_value(mapping).unwrap();
        assert_eq!(
            Account::new(mapping, &["00ff".to_owned()]).unwrap_err(),
            ["signed.fields.joiner: with `escape` it is one character, and no backslash."]
        );
    }
}
