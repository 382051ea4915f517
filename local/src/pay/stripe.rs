//! Stripe's events, in test mode: no money moved.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::keys::{Keys, hmac_sha256, in_hex};
use super::sent::{Delivery, Payment, Sent, TABLE, Told};

/// The provider of an account, and its secrets.
pub(crate) fn account(keys: &Keys) -> (Value, Vec<String>) {
    (json!({"stripe": {"test_mode": true}}), vec![keys.stripe().to_owned()])
}

/// The body of an event, the same in each delivery.
pub(crate) fn body(payment: &Payment, told: Told) -> String {
    let id: String = std::iter::repeat_with(fastrand::alphanumeric).take(24).collect();
    let paid_back = told == Told::Refunded;
    let charge = json!({
        "id": format!("ch_{}", payment.id),
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount,
        "amount_refunded": if paid_back { payment.amount } else { 0 },
        "captured": true,
        "created": payment.paid_at.as_second(),
        "currency": "cny",
        "customer": payment.payer,
        "livemode": false,
        "metadata": {"store": payment.store.to_string(), "table": TABLE},
        "paid": true,
        "payment_intent": payment.id,
        "payment_method_details": {
            "type": "card_present",
            "card_present": {"location": "tml_demo", "reader": "tmr_demo"},
        },
        "refunded": paid_back,
        "status": "succeeded",
    });
    let event = json!({
        "id": format!("evt_{id}"),
        "object": "event",
        "created": payment.paid_at.as_second(),
        "data": {"object": charge},
        "livemode": false,
        "type": if paid_back { "charge.refunded" } else { "charge.succeeded" },
    });
    event.to_string()
}

/// A delivery of it: each is signed again.
pub(crate) fn signed(keys: &Keys, body: String, delivery: &Delivery<'_>) -> Sent {
    let header = signature(keys.stripe(), &body, delivery.at);
    Sent::json(body, [("Stripe-Signature", header)])
}

/// The header `Stripe-Signature` of a body. The key is the whole secret as text.
pub(crate) fn signature(secret: &str, body: &str, at: Timestamp) -> String {
    let time = at.as_second();
    format!("t={time},v1={}", in_hex(&hmac_sha256(secret.as_bytes(), format!("{time}.{body}").as_bytes())))
}

#[cfg(test)]
mod tests {
    use notices::{Notice, Place, Refusal, stripe::Account};

    use super::super::trying::{KEYS, delivery, is_of, payment, read};
    use super::*;

    #[test]
    fn an_event_is_genuine_until_a_byte_is_changed_or_its_clock_is_off() {
        let (provider, secrets) = account(&KEYS);
        let test_mode = provider.pointer("/stripe/test_mode").unwrap().as_bool().unwrap();
        let account = Account::new(&secrets, test_mode).unwrap();
        let reads = |sent: &Sent| read(sent, |request| account.read(request));
        let payment = payment("pi_3PabcdefGHIJKLmn0opqrstu");
        let body = body(&payment, Told::Paid);
        for skew in [-300, 0, 300] {
            let sent = signed(&KEYS, body.clone(), &delivery(skew));
            is_of(reads(&sent), &payment, &Place::Metadata("store".to_owned()), Some("guest-1"));
            assert_eq!(reads(&sent.tampered(&payment.id)), Err(Refusal::WrongSignature));
        }
        for skew in [-301, 301] {
            assert_eq!(reads(&signed(&KEYS, body.clone(), &delivery(skew))), Err(Refusal::Stale));
        }
        let refund = signed(&KEYS, super::body(&payment, Told::Refunded), &delivery(0));
        assert_eq!(reads(&refund), Ok(Notice::Refunded(payment.id)));
    }
}
