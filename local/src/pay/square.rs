//! Square's events.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::keys::{Keys, hmac_sha256};
use super::sent::{Delivery, Payment, Sent, Told};

/// The provider of an account, and its secrets.
pub(crate) fn account(keys: &Keys) -> (Value, Vec<String>) {
    (json!({"square": {}}), vec![keys.square().to_owned()])
}

/// An event. A repetition has the same signature: Square signs no time.
pub(crate) fn notice(keys: &Keys, payment: &Payment, told: Told, delivery: &Delivery<'_>) -> Sent {
    let body = body(payment, told);
    let signature = hmac_sha256(keys.square().as_bytes(), [delivery.url, &body].concat().as_bytes());
    Sent::json(body, [("x-square-hmacsha256-signature", STANDARD.encode(signature))])
}

fn body(payment: &Payment, told: Told) -> String {
    let time = payment.paid_at.to_string();
    let money = |amount: u64| json!({"amount": amount, "currency": "CNY"});
    let mut said = json!({
        "id": payment.id,
        "amount_money": money(payment.amount),
        "created_at": time,
        "customer_id": payment.payer,
        "location_id": "LDEMO",
        "order_id": payment.order(),
        "reference_id": payment.attached(),
        "source_type": "CARD",
        "status": "COMPLETED",
        "total_money": money(payment.amount),
        "updated_at": time,
    });
    if let (Told::Refunded, Value::Object(said)) = (told, &mut said) {
        said.insert("refunded_money".to_owned(), money(payment.amount));
        said.insert("refund_ids".to_owned(), json!([format!("{}_refund", payment.id)]));
    }
    let event = json!({
        "merchant_id": "MDEMO",
        "type": "payment.updated",
        "event_id": uuid::Uuid::new_v4(),
        "created_at": time,
        "data": {"type": "payment", "id": payment.id, "object": {"payment": said}},
    });
    event.to_string()
}

#[cfg(test)]
mod tests {
    use notices::{Notice, Place, Refusal, square::Account};

    use super::super::trying::{KEYS, delivery, is_of, payment, read};
    use super::*;

    #[test]
    fn an_event_is_genuine_until_a_byte_of_it_or_of_its_address_is_changed() {
        let (_, secrets) = account(&KEYS);
        let account = Account::new(&secrets, None).unwrap();
        let reads = |sent: &Sent| read(sent, |request| account.read(request));
        let payment = payment("hYy9pRFVxpDsO1FB05SunFWUe9JZY");
        let sent = notice(&KEYS, &payment, Told::Paid, &delivery(0));
        is_of(reads(&sent), &payment, &Place::Attached, Some("guest-1"));
        assert_eq!(reads(&sent.tampered(&payment.id)), Err(Refusal::WrongSignature));
        let elsewhere = Delivery { url: "http://localhost:3000/payments/square/demo", ..delivery(0) };
        assert_eq!(reads(&notice(&KEYS, &payment, Told::Paid, &elsewhere)), Err(Refusal::WrongSignature));
        let refund = notice(&KEYS, &payment, Told::Refunded, &delivery(0));
        assert_eq!(reads(&refund), Ok(Notice::Refunded(payment.id)));
    }
}
