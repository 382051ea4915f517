//! Alipay's notices: forms, signed over their values.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::keys::Keys;
use super::sent::{Payment, Sent, Told};
use crate::Failure;

const APP: &str = "2021000000000012";

/// The provider of an account, and its secrets, of which Alipay has none.
pub(crate) fn account(keys: &Keys) -> Result<(Value, Vec<String>), Failure> {
    Ok((json!({"alipay": {"app_id": APP, "keys": [keys.public_key()?]}}), Vec::new()))
}

/// A notice. A repetition has the same signature: Alipay signs no time of its own.
pub(crate) fn notice(keys: &Keys, payment: &Payment, told: Told) -> Result<Sent, Failure> {
    let mut form = parameters(payment);
    match told {
        Told::Paid => form.insert("trade_status", "TRADE_SUCCESS".to_owned()),
        Told::Refunded => {
            form.insert("refund_fee", payment.in_hundreds());
            form.insert("gmt_refund", format!("{}.000", in_china(payment.paid_at)));
            form.insert("out_biz_no", format!("R{}", payment.order()));
            form.insert("trade_status", "TRADE_CLOSED".to_owned())
        }
    };
    let signed: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = keys.rsa_signature(signed.join("&").as_bytes())?;
    form.insert("sign", signature);
    form.insert("sign_type", "RSA2".to_owned());
    let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let kind = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    Ok(Sent { headers: vec![(kind.0.to_owned(), kind.1.to_owned())], query: String::new(), body: pairs.join("&") })
}

/// The fields that both kinds of notice have, without those that are never signed.
fn parameters(payment: &Payment) -> BTreeMap<&'static str, String> {
    let time = in_china(payment.paid_at);
    BTreeMap::from([
        ("app_id", APP.to_owned()),
        ("auth_app_id", APP.to_owned()),
        ("buyer_id", payment.payer.clone()),
        ("buyer_pay_amount", payment.in_hundreds()),
        ("charset", "utf-8".to_owned()),
        ("gmt_create", time.clone()),
        ("gmt_payment", time.clone()),
        ("invoice_amount", payment.in_hundreds()),
        ("notify_id", uuid::Uuid::new_v4().simple().to_string()),
        ("notify_time", time),
        ("notify_type", "trade_status_sync".to_owned()),
        ("out_trade_no", payment.order()),
        // The merchant's system has to encode it in the order, and Alipay signs it as it was sent.
        ("passback_params", encoded(&payment.attached())),
        ("receipt_amount", payment.in_hundreds()),
        ("seller_id", "2088000000000012".to_owned()),
        ("subject", "堂食 & 外带".to_owned()),
        ("total_amount", payment.in_hundreds()),
        ("trade_no", payment.id.clone()),
        ("version", "1.0".to_owned()),
    ])
}

/// A time of China's, which Alipay writes without a zone.
fn in_china(time: Timestamp) -> String {
    tz::offset(8).to_datetime(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use notices::{Notice, Place, Refusal, alipay::Account};

    use super::super::trying::{KEYS, is_of, payment, read};
    use super::*;

    #[test]
    fn a_notice_is_genuine_until_a_byte_is_changed() {
        let (provider, secrets) = account(&KEYS).unwrap();
        assert!(secrets.is_empty());
        let text = |pointer: &str| provider.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let account = Account::new(&text("/alipay/app_id"), &[text("/alipay/keys/0")]).unwrap();
        let reads = |sent: &Sent| read(sent, |request| account.read(request));
        let payment = payment("2026112122001412341234567890");
        let sent = notice(&KEYS, &payment, Told::Paid).unwrap();
        is_of(reads(&sent), &payment, &Place::Attached, Some("guest-1"));
        let Ok(Notice::Paid(paid)) = reads(&sent) else { panic!() };
        assert_eq!((paid[0].amount, paid[0].currency.as_deref()), (Some(18_805), Some("CNY")));
        assert_eq!(reads(&sent.tampered(&payment.id)), Err(Refusal::WrongSignature));
        let refund = notice(&KEYS, &payment, Told::Refunded).unwrap();
        assert_eq!(reads(&refund), Ok(Notice::Refunded(payment.id)));
    }
}
