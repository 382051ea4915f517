//! Notices by Standard Webhooks, as a till of one's own would send them.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::keys::{Keys, hmac_sha256};
use super::sent::{Delivery, Payment, Sent, TABLE, Told};
use crate::Failure;

/// The provider of an account, and its secrets.
pub(crate) fn account(keys: &Keys) -> (Value, Vec<String>) {
    (json!({"standard": {}}), vec![keys.standard().to_owned()])
}

/// The body of a notice, the same in each delivery.
pub(crate) fn body(payment: &Payment, told: Told) -> String {
    let time = payment.paid_at_in_china();
    let body = match told {
        Told::Refunded => {
            json!({"type": "payment.refunded", "timestamp": time, "data": {"payment": payment.id}})
        }
        Told::Paid => json!({
            "type": "payment.succeeded",
            "timestamp": time,
            "data": {
                "payment": payment.id,
                "paid_at": time,
                "store": payment.store,
                "amount": payment.amount,
                "currency": "CNY",
                "payer": payment.payer,
                "table": TABLE,
            },
        }),
    };
    body.to_string()
}

/// A delivery of it: each is signed again, under the same id.
pub(crate) fn signed(keys: &Keys, body: String, id: &str, delivery: &Delivery<'_>) -> Result<Sent, Failure> {
    let signature = signature(keys.standard(), id, &body, delivery.at)?;
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", delivery.at.as_second().to_string()),
        ("webhook-signature", signature),
    ];
    Ok(Sent::json(body, headers))
}

/// The header `webhook-signature` of a body, under a secret `whsec_…`.
pub(crate) fn signature(secret: &str, id: &str, body: &str, at: Timestamp) -> Result<String, Failure> {
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let key = key.ok_or_else(|| Failure("A secret of Standard Webhooks is whsec_ and base64.".to_owned()))?;
    let message = format!("{id}.{}.{body}", at.as_second());
    Ok(format!("v1,{}", STANDARD.encode(hmac_sha256(&key, message.as_bytes()))))
}

#[cfg(test)]
mod tests {
    use notices::{Notice, Place, Refusal, standard::Account};

    use super::super::trying::{KEYS, delivery, is_of, payment, read};
    use super::*;

    #[test]
    fn a_notice_is_genuine_until_a_byte_is_changed_or_its_clock_is_off() {
        let (_, secrets) = account(&KEYS);
        let account = Account::new(&secrets).unwrap();
        let reads = |sent: &Sent| read(sent, |request| account.read(request));
        let payment = payment("4711");
        let body = body(&payment, Told::Paid);
        for skew in [-300, 0, 300] {
            let sent = signed(&KEYS, body.clone(), "msg_4711", &delivery(skew)).unwrap();
            is_of(reads(&sent), &payment, &Place::Location, Some("guest-1"));
            assert_eq!(reads(&sent.tampered(&payment.id)), Err(Refusal::WrongSignature));
        }
        for skew in [-301, 301] {
            assert_eq!(reads(&signed(&KEYS, body.clone(), "msg_4711", &delivery(skew)).unwrap()), Err(Refusal::Stale));
        }
        let refund = signed(&KEYS, super::body(&payment, Told::Refunded), "msg_4712", &delivery(0)).unwrap();
        assert_eq!(reads(&refund), Ok(Notice::Refunded(payment.id)));
        assert!(signature("4711", "msg_1", "{}", delivery(0).at).is_err());
    }
}
