//! WeChat Pay's notices: encrypted with the merchant's key, signed with WeChat Pay's.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::keys::Keys;
use super::sent::{Delivery, Payment, Sent, Told};
use crate::Failure;

/// The merchant's number: that of WeChat Pay's own examples.
const MERCHANT: &str = "1900000109";

const APP: &str = "wxd678efh567hg6787";

/// The resource is bound to this text.
const ABOUT: &str = "transaction";

/// The provider of an account, and its secrets.
pub(crate) fn account(keys: &Keys) -> Result<(Value, Vec<String>), Failure> {
    let public_key = json!({"id": keys.public_key_id(), "pem": keys.public_pem()?});
    let provider = json!({"wechat": {"merchant": MERCHANT, "certificates": [], "public_keys": [public_key]}});
    Ok((provider, vec![keys.api_v3_key().to_owned()]))
}

/// The body of a notice, the same in each delivery.
pub(crate) fn body(keys: &Keys, payment: &Payment, told: Told) -> Result<String, Failure> {
    let (event, original, summary, said) = match told {
        Told::Paid => ("TRANSACTION.SUCCESS", "transaction", "支付成功", transaction(payment)),
        Told::Refunded => ("REFUND.SUCCESS", "refund", "退款成功", refund(payment)),
    };
    let nonce: String = std::iter::repeat_with(fastrand::alphanumeric).take(12).collect();
    let notice = json!({
        "id": uuid::Uuid::new_v4(),
        "create_time": payment.paid_at_in_china(),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": summary,
        "resource": {
            "original_type": original,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": sealed(keys.api_v3_key(), &nonce, &said.to_string())?,
            "associated_data": ABOUT,
            "nonce": nonce,
        },
    });
    Ok(notice.to_string())
}

/// A delivery of it: each is signed again.
pub(crate) fn signed(keys: &Keys, body: String, delivery: &Delivery<'_>) -> Result<Sent, Failure> {
    let (timestamp, nonce) = (delivery.at.as_second(), &delivery.nonce);
    let signature = keys.rsa_signature(format!("{timestamp}\n{nonce}\n{body}\n").as_bytes())?;
    let headers = [
        ("Wechatpay-Timestamp", timestamp.to_string()),
        ("Wechatpay-Nonce", nonce.clone()),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Serial", keys.public_key_id().to_owned()),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
    ];
    Ok(Sent::json(body, headers))
}

fn transaction(payment: &Payment) -> Value {
    json!({
        "mchid": MERCHANT,
        "appid": APP,
        "out_trade_no": payment.order(),
        "transaction_id": payment.id,
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": payment.attached(),
        "success_time": payment.paid_at_in_china(),
        "payer": {"openid": payment.payer},
        "amount": {
            "total": payment.amount, "payer_total": payment.amount, "currency": "CNY", "payer_currency": "CNY",
        },
    })
}

fn refund(payment: &Payment) -> Value {
    json!({
        "mchid": MERCHANT,
        "transaction_id": payment.id,
        "out_trade_no": payment.order(),
        "refund_id": format!("5{}", payment.id),
        "out_refund_no": format!("R{}", payment.order()),
        "refund_status": "SUCCESS",
        "success_time": payment.paid_at_in_china(),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": payment.amount, "refund": payment.amount,
            "payer_total": payment.amount, "payer_refund": payment.amount,
        },
    })
}

fn sealed(key: &str, nonce: &str, said: &str) -> Result<String, Failure> {
    let mut text = said.as_bytes().to_vec();
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).map(LessSafeKey::new);
    let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes());
    key.and_then(|key| key.seal_in_place_append_tag(nonce?, Aad::from(ABOUT), &mut text))
        .map_err(|_| Failure("The notice can't be encrypted.".to_owned()))?;
    Ok(STANDARD.encode(text))
}

#[cfg(test)]
mod tests {
    use notices::{Notice, Place, Refusal, wechat::Account};

    use super::super::trying::{KEYS, delivery, is_of, payment, read};
    use super::*;

    #[test]
    fn a_notice_is_genuine_until_a_byte_is_changed_or_its_clock_is_off() {
        let (provider, secrets) = account(&KEYS).unwrap();
        let text = |pointer: &str| provider.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let public_key = (text("/wechat/public_keys/0/id"), text("/wechat/public_keys/0/pem"));
        let account = Account::new(&text("/wechat/merchant"), &secrets, &[], &[public_key]).unwrap();
        let reads = |sent: &Sent| read(sent, |request| account.read(request));
        let payment = payment("4200001234202611211234567890");
        let body = body(&KEYS, &payment, Told::Paid).unwrap();
        let payer = format!("{APP}/guest-1");
        for skew in [-300, 0, 300] {
            let sent = signed(&KEYS, body.clone(), &delivery(skew)).unwrap();
            is_of(reads(&sent), &payment, &Place::Attached, Some(&payer));
            assert_eq!(reads(&sent.tampered(&payment.id)), Err(Refusal::WrongSignature));
        }
        for skew in [-301, 301] {
            assert_eq!(reads(&signed(&KEYS, body.clone(), &delivery(skew)).unwrap()), Err(Refusal::Stale));
        }
        let body = super::body(&KEYS, &payment, Told::Refunded).unwrap();
        assert_eq!(reads(&signed(&KEYS, body, &delivery(0)).unwrap()), Ok(Notice::Refunded(payment.id)));
    }
}
