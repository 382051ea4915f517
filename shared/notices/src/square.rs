//! Square's events (<https://developer.squareup.com/docs/webhooks/overview>).
//!
//! The header `x-square-hmacsha256-signature` is the base64 of HMAC-SHA-256 over an address and the body. The address
//! is the one that the subscription names, and the key is its signature key as text. The older `x-square-signature`,
//! with SHA-1, still comes and is not checked. Nothing says when an event was signed: its payment keeps an old one from
//! counting again.
//!
//! A payment comes several times as it goes on, for fees or receipts, each time under another id of the event. Its own
//! id and `created_at` never change.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::Value;

use crate::event::{self, currency, mail, text, whole};
use crate::secrets::Secrets;
use crate::{Notice, Payment, Place, Refusal, Request};

const SIGNATURE: &str = "x-square-hmacsha256-signature";

/// A subscription at Square: its signature keys, and its address if it is not the stack's own.
#[derive(Debug, Clone)]
pub struct Account {
    keys: Secrets,
    url: Option<String>,
}

impl Account {
    /// A subscription with one signature key, or with two while it is changed. Without `url`, the address that was
    /// signed is the request's; one that is given stands byte for byte as in the subscription.
    ///
    /// # Errors
    /// A sentence for each mistake in `keys` and `url`. There is no key, an empty one, one with a blank, or more than
    /// two; or the address is without `https`.
    pub fn new(keys: &[String], url: Option<String>) -> Result<Self, Vec<String>> {
        let wrong = url.as_ref().filter(|url| !url.starts_with("https://"));
        let wrong = wrong.map(|_| "url: it has to begin with https://.".to_owned());
        match (Secrets::of_texts("keys", keys), wrong) {
            (Ok(keys), None) => Ok(Self { keys, url }),
            (keys, wrong) => Err(keys.err().into_iter().flatten().chain(wrong).collect()),
        }
    }

    /// Reads a request, if Square signed it.
    ///
    /// # Errors
    /// When it is not believed, or is a payment's and lacks what identifies one.
    pub fn read(&self, request: &Request) -> Result<Notice, Refusal> {
        let signature = STANDARD.decode(request.header(SIGNATURE)?).map_err(|_| Refusal::WrongSignature)?;
        let url = self.url.as_deref().unwrap_or(request.url);
        if !self.keys.fit_any(&[url.as_bytes(), request.body].concat(), &[signature]) {
            return Err(Refusal::WrongSignature);
        }
        said(&event::parse(request.body)?)
    }
}

fn said(event: &Value) -> Result<Notice, Refusal> {
    let payment = event.pointer("/data/object/payment").unwrap_or(&Value::Null);
    match event::name(event) {
        "webhooks.test_notification" => Ok(Notice::SelfTest),
        "payment.created" | "payment.updated" if text(payment, "/status") == Some("COMPLETED") => {
            let id = text(payment, "/id").ok_or(Refusal::Unreadable("A payment has no id."))?.to_owned();
            if is_refunded(payment) {
                return Ok(Notice::Refunded(id));
            }
            paid(event, payment, id)
        }
        _ => Ok(event::other(event)),
    }
}

/// A dish that was taken off the bill leaves a visit, so that only a refund of all of it counts.
fn is_refunded(payment: &Value) -> bool {
    let [total, refunded] = ["/total_money/amount", "/refunded_money/amount"].map(|pointer| whole(payment, pointer));
    refunded.is_some_and(|refunded| refunded > 0 && Some(refunded) >= total)
}

fn paid(event: &Value, payment: &Value, id: String) -> Result<Notice, Refusal> {
    let customer = text(payment, "/customer_id").map(str::to_owned);
    Ok(Notice::Paid(vec![Payment {
        time_is_signed: true,
        id,
        // `reference_id` may be a table, which many payments share. `order_id` is one order's.
        order: text(payment, "/order_id").map(str::to_owned),
        paid_at: time(payment).ok_or(Refusal::Unreadable("A payment has no time."))?,
        places: places(event, payment),
        amount: whole(payment, "/total_money/amount"),
        currency: currency(payment, "/total_money/currency"),
        payer: customer.or_else(|| mail(payment, "/buyer_email_address")),
        items: Vec::new(),
    }]))
}

/// A till without network sends the payment later, and Square makes it then.
fn time(payment: &Value) -> Option<Timestamp> {
    let time = |pointer| text(payment, pointer).and_then(|text| text.parse().ok());
    time("/offline_payment_details/client_created_at").or_else(|| time("/created_at"))
}

fn places(event: &Value, payment: &Value) -> Vec<(Place, String)> {
    let named = [
        (Place::Merchant, text(event, "/merchant_id")),
        (Place::Location, text(payment, "/location_id")),
        (Place::Device, text(payment, "/device_details/device_id")),
        (Place::Attached, text(payment, "/reference_id")),
        (Place::Metadata("team_member_id".to_owned()), text(payment, "/team_member_id")),
    ];
    named.into_iter().filter_map(|(place, text)| Some((place, text?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::{Value, json};

    use super::*;
    use crate::vectors::{Vector, bent, check_taken, hmac_sha256, owned, spoilt, vectors};

    const KEY: &str = "signature-key";
    const URL: &str = "https://s.example.cn/payments/square/hq";

    fn account(vector: &Vector) -> Account {
        Account::new(from_ref(&vector.secret), None).unwrap()
    }

    fn signed(key: &str, url: &str, body: &[u8]) -> Vector {
        let signature = STANDARD.encode(hmac_sha256(key.as_bytes(), &[url.as_bytes(), body].concat()));
        Vector { url: URL.into(), ..Vector::signed_here(key, &[(SIGNATURE, &signature)], body, 0) }
    }

    fn read(event: &Value) -> Result<Notice, Refusal> {
        let vector = signed(KEY, URL, event.to_string().as_bytes());
        account(&vector).read(&vector.request())
    }

    fn event(kind: &str, payment: Value) -> Value {
        json!({"type": kind, "data": {"object": {"payment": payment}}})
    }

    fn payment() -> Payment {
        let places = [
            (Place::Merchant, "6SSW7HV8K2ST5"),
            (Place::Location, "L88917AVBK2S5"),
            (Place::Device, "deviceA"),
            (Place::Attached, "T-4711"),
            (Place::Metadata("team_member_id".into()), "TMoK_ogh6rH1o4dV"),
        ];
        Payment {
            time_is_signed: true,
            id: "KkAkhdMsgzn59SM8A89WgKwekxLZY".into(),
            order: Some("d7eKah653Z579f3gVtjlxpSlmUcZY".into()),
            paid_at: "2026-11-21T04:30:41Z".parse().unwrap(),
            places: places.map(|(place, text)| (place, text.into())).into(),
            amount: Some(18_800),
            currency: Some("USD".into()),
            payer: Some("guest@example.com".into()),
            items: Vec::new(),
        }
    }

    /// The result that each vector has to become.
    fn expected(name: &str) -> Result<Notice, Refusal> {
        match name {
            "test-notification" => Ok(Notice::SelfTest),
            "angle-brackets" => Ok(Notice::Other("without a type".into())),
            "payment-completed" | "payment-completed-again-with-fees" | "payment-refunded-in-part" => {
                Ok(Notice::Paid(vec![payment()]))
            }
            "payment-approved" => Ok(Notice::Other("payment.updated".into())),
            "another-address" | "another-key" | "signed-for-http" | "signed-with-a-slash" => {
                Err(Refusal::WrongSignature)
            }
            _ => panic!("{name} is a vector that no outcome is known of"),
        }
    }

    #[test]
    fn every_vector_becomes_what_it_says() {
        for vector in vectors("square.json") {
            let said = account(&vector).read(&vector.request());
            assert_eq!(said, expected(&vector.name), "{}", vector.name);
            assert_eq!(said.is_err(), vector.outcome.starts_with("refused"), "{}", vector.name);
        }
    }

    #[test]
    fn no_taken_vector_is_taken_with_one_bit_changed_in_what_is_signed() {
        for vector in vectors("square.json").into_iter().filter(|vector| expected(&vector.name).is_ok()) {
            let read = |other: &Vector| account(&vector).read(&other.request());
            check_taken(&vector, &[SIGNATURE], read);
            for url in bent(&vector.url, &vector.url) {
                let said = read(&Vector { url, ..vector.clone() });
                assert_eq!(said, Err(Refusal::WrongSignature), "{}", vector.name);
            }
            let header = vector.header(SIGNATURE);
            for signature in bent(header, header) {
                assert!(read(&vector.with(SIGNATURE, &signature)).is_err(), "{}: {signature}", vector.name);
            }
        }
    }

    #[test]
    fn an_account_has_one_or_two_keys_and_none_is_empty() {
        let new = |keys: &[&str], url: Option<&str>| Account::new(&owned(keys), url.map(str::to_owned)).map(|_| ());
        let number = "keys: 1 to 2 are needed, so that an old one and a new one fit into it.";
        let (empty, url) =
            ("keys[0]: it is empty. Whoever knows that could sign.", "url: it has to begin with https://.");
        assert_eq!(new(&[], None), Err(owned(&[number])));
        assert_eq!(new(&["a", "b", "c"], None), Err(owned(&[number])));
        assert_eq!(new(&[""], None), Err(owned(&[empty])));
        assert_eq!(new(&["a"], Some("s.example.cn")), Err(owned(&[url])));
        assert_eq!(new(&["", "b"], Some("http://s.example.cn")), Err(owned(&[empty, url])));
        assert_eq!(new(&["a", "b"], Some("https://s.example.cn")), Ok(()));
    }

    #[test]
    fn a_body_signed_with_the_empty_key_or_either_of_two_is_told_apart() {
        let account = Account::new(&["old".into(), "new".into()], None).unwrap();
        for (key, taken) in [("old", true), ("new", true), ("", false), ("oldnew", false)] {
            let said = account.read(&signed(key, URL, b"{}").request());
            assert_eq!(said.is_ok(), taken, "{key}");
        }
    }

    #[test]
    fn an_account_may_state_the_address_that_was_signed() {
        let stated = "https://other.example.cn/square/";
        let account = Account::new(&[KEY.into()], Some(stated.into())).unwrap();
        assert!(account.read(&signed(KEY, stated, b"{}").request()).is_ok());
        assert_eq!(account.read(&signed(KEY, URL, b"{}").request()), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_signature_that_is_not_strictly_base64_of_all_of_it_is_refused() {
        let vector = signed(KEY, URL, b"{}");
        let right = vector.header(SIGNATURE);
        let read = |header: &str| account(&vector).read(&vector.with(SIGNATURE, header).request());
        let joined = format!("{right},{right}");
        assert_eq!(read(&joined), Err(Refusal::Malformed(SIGNATURE)));
        for wrong in [right.trim_end_matches('='), &format!(" {right}"), &format!("{right}="), "ä"] {
            assert_eq!(read(wrong), Err(Refusal::WrongSignature), "{wrong}");
        }
        for wrong in ["", "AAAA", &STANDARD.encode([0; 33]), &STANDARD.encode([0; 10_000])] {
            assert_eq!(read(wrong), Err(Refusal::WrongSignature), "{wrong}");
        }
        let old = Vector { headers: vec![("x-square-signature".into(), right.into())], ..vector.clone() };
        assert_eq!(account(&vector).read(&old.request()), Err(Refusal::Malformed(SIGNATURE)));
    }

    #[test]
    fn only_a_completed_payment_is_paid_and_only_a_whole_refund_refunds_it() {
        let (money, time) = (|amount: u64| json!({"amount": amount}), "2026-11-21T04:30:41Z");
        for kind in ["payment.created", "payment.updated"] {
            let paid = json!({"id": "p", "status": "COMPLETED", "created_at": time, "total_money": money(9)});
            assert!(matches!(read(&event(kind, paid)), Ok(Notice::Paid(_))));
            for status in ["APPROVED", "PENDING", "CANCELED", "FAILED", "completed"] {
                let payment = json!({"id": "p", "status": status, "created_at": time});
                assert_eq!(read(&event(kind, payment)), Ok(Notice::Other(kind.into())));
            }
            for (refunded, whole) in [(0, false), (8, false), (9, true)] {
                let (total, refunded) = (money(9), money(refunded));
                let payment = json!({"id": "p", "status": "COMPLETED", "created_at": time,
                    "total_money": total, "refunded_money": refunded});
                let said = read(&event(kind, payment));
                assert_eq!(said == Ok(Notice::Refunded("p".into())), whole, "{said:?}");
            }
        }
        let free = json!({"id": "p", "status": "COMPLETED", "created_at": time,
            "total_money": money(0), "refunded_money": money(0)});
        assert!(matches!(read(&event("payment.updated", free)), Ok(Notice::Paid(_))));
        let other = event("refund.updated", json!({"id": "p", "status": "COMPLETED", "created_at": time}));
        assert_eq!(read(&other), Ok(Notice::Other("refund.updated".into())));
    }

    #[test]
    fn a_payment_taken_without_network_was_made_when_the_till_says() {
        let payment = json!({"id": "p", "status": "COMPLETED", "created_at": "2026-11-21T08:00:00Z", "customer_id": "C",
            "offline_payment_details": {"client_created_at": "2026-11-21T12:30:41+08:00"}, "later": {"a": []}});
        let Ok(Notice::Paid(payments)) = read(&event("payment.updated", payment)) else { panic!() };
        assert_eq!(payments[0].paid_at, "2026-11-21T04:30:41Z".parse().unwrap());
        assert_eq!(payments[0].payer.as_deref(), Some("C"));
    }

    #[test]
    fn a_payment_without_id_or_time_is_unreadable() {
        let no_id = json!({"status": "COMPLETED", "created_at": "2026-11-21T04:30:41Z"});
        assert_eq!(read(&event("payment.updated", no_id)), Err(Refusal::Unreadable("A payment has no id.")));
        for time in [json!(null), json!(7), json!("2026-11-21"), json!("2026-11-21T04:30:41"), json!("")] {
            let payment = json!({"id": "p", "status": "COMPLETED", "created_at": time});
            assert_eq!(read(&event("payment.updated", payment)), Err(Refusal::Unreadable("A payment has no time.")));
        }
        let vector = signed(KEY, URL, b"no JSON");
        let said = account(&vector).read(&vector.request());
        assert_eq!(said, Err(Refusal::Unreadable("The body is no JSON object.")));
    }

    #[test]
    fn no_body_that_is_rightly_signed_brings_it_down() {
        let vector = vectors("square.json").into_iter().find(|vector| vector.name == "payment-completed").unwrap();
        for body in spoilt(&vector.body) {
            let spoilt = signed(KEY, URL, &body);
            let said = account(&spoilt).read(&spoilt.request());
            assert!(matches!(said, Ok(_) | Err(Refusal::Unreadable(_))), "{said:?}");
        }
    }
}
