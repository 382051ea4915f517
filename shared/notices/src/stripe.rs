//! Stripe's events (<https://docs.stripe.com/webhooks>).
//!
//! The header `Stripe-Signature` is `t=…,v1=…`: HMAC-SHA-256 in hexadecimal over `t` as it is written, a full stop and
//! the body. The key is the endpoint's whole secret as text, `whsec_` included. While a secret is rolled, two `v1`
//! come, the right one first or last.
//!
//! One payment brings up to three events with different ids. Each names the same payment intent, which is therefore the
//! payment; only the charge knows the terminal.
//!
//! Amounts are taken as they are, mostly in the currency's smallest unit: those of yen are whole yen. A few currencies
//! have no smaller unit, and Stripe gives hundredths all the same: ISK and UGX.

use jiff::Timestamp;
use serde_json::Value;

use crate::event::{self, currency, is_true, mail, text, whole};
use crate::secrets::{MOST_SIGNATURES, Secrets};
use crate::{Notice, Payment, Place, Refusal, Request, hex};

const SIGNATURE: &str = "stripe-signature";

/// The beginning of each secret.
const PREFIX: &str = "whsec_";

/// The name of the notice that a thin event gives, as Stripe calls such an object. It carries no payment: the operator
/// has to set the destination to snapshot events.
pub const THIN_EVENT: &str = "v2.core.event";

/// The name of the notice of a payment whose event does not say that it is live, unless the account takes those too.
pub const TEST_MODE: &str = "livemode: false";

/// An endpoint at Stripe: its secrets, and whether payments in test mode count.
#[derive(Debug, Clone)]
pub struct Account {
    secrets: Secrets,
    test_mode: bool,
}

impl Account {
    /// An endpoint with one secret, or with two while it is rolled. With `test_mode`, payments of no money count too.
    ///
    /// # Errors
    /// A sentence for each mistake in `secrets`. There is none, there are more than two, or one does not begin with
    /// `whsec_` or has a blank.
    pub fn new(secrets: &[String], test_mode: bool) -> Result<Self, Vec<String>> {
        // Its id, `we_…`, stands beside the secret and is no secret at all.
        let is_secret = |text: &String| text.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty());
        let wrong = secrets.iter().enumerate().filter(|(_, text)| !is_secret(text));
        let wrong =
            wrong.map(|(at, _)| format!("secrets[{at}]: it has to begin with {PREFIX}, and something follows."));
        let wrong: Vec<_> = wrong.collect();
        if wrong.is_empty() { Self::of_any(secrets, test_mode) } else { Err(wrong) }
    }

    /// With secrets that begin with anything.
    fn of_any(secrets: &[String], test_mode: bool) -> Result<Self, Vec<String>> {
        Ok(Self { secrets: Secrets::of_texts("secrets", secrets)?, test_mode })
    }

    /// Reads a request, if Stripe signed it within five minutes of now.
    ///
    /// # Errors
    /// When it is not believed, or is a payment's and lacks what identifies one.
    pub fn read(&self, request: &Request) -> Result<Notice, Refusal> {
        let signed = Signed::parse(request.header_with_commas(SIGNATURE)?)?;
        let message = [signed.time.as_bytes(), b".", request.body].concat();
        if !self.secrets.fit_any(&message, &signed.signatures) {
            return Err(Refusal::WrongSignature);
        }
        request.check_time(SIGNATURE, signed.time)?;
        self.understand(&event::parse(request.body)?)
    }

    fn understand(&self, event: &Value) -> Result<Notice, Refusal> {
        if text(event, "/object") == Some(THIN_EVENT) {
            return Ok(Notice::Other(THIN_EVENT.to_owned()));
        }
        let is_live = is_true(event, "/livemode");
        match said(event)? {
            Notice::Paid(_) | Notice::Refunded(_) if !is_live && !self.test_mode => {
                Ok(Notice::Other(TEST_MODE.to_owned()))
            }
            notice => Ok(notice),
        }
    }
}

/// The parts of the header that matter.
struct Signed<'a> {
    time: &'a str,
    signatures: Vec<Vec<u8>>,
}

impl<'a> Signed<'a> {
    /// A second `t` means that two headers were joined, and which of both times was signed would be a guess.
    fn parse(header: &'a str) -> Result<Self, Refusal> {
        let malformed = || Refusal::Malformed(SIGNATURE);
        let (mut times, mut found) = (Vec::new(), Vec::new());
        for part in header.split(',') {
            let (name, value) = part.split_once('=').filter(|(_, value)| !value.contains('=')).ok_or_else(malformed)?;
            match name {
                "t" => times.push(value),
                "v1" => found.push(value),
                // `v0` belongs to test mode, and what comes later is not known.
                _ => {}
            }
        }
        match times.as_slice() {
            [time] if (1..=MOST_SIGNATURES).contains(&found.len()) => {
                Ok(Self { time, signatures: found.into_iter().filter_map(hex::bytes).collect() })
            }
            _ => Err(malformed()),
        }
    }
}

/// The event in our terms. Of a session that was paid without money there is no payment intent.
fn said(event: &Value) -> Result<Notice, Refusal> {
    let object = event.pointer("/data/object").unwrap_or(&Value::Null);
    let intent = text(object, "/payment_intent").or_else(|| text(object, "/id"));
    // The intent was made when the guest began to pay, and the session before that. Only the charge is made by paying.
    let (of_event, of_object) = (seconds(event), seconds(object));
    match event::name(event) {
        "payment_intent.succeeded" if text(object, "/status") == Some("succeeded") => {
            paid(event, object, text(object, "/id"), of_event, ["/amount_received", "/amount"])
        }
        // A charge that only keeps the money ready is captured later, and has succeeded before.
        "charge.succeeded" | "charge.captured" if is_true(object, "/paid") && is_true(object, "/captured") => {
            paid(event, object, intent, of_object, ["/amount_captured", "/amount"])
        }
        // The money of a subscription has another id, by which an event of its own reports it.
        "checkout.session.completed" | "checkout.session.async_payment_succeeded"
            if text(object, "/mode") == Some("subscription") =>
        {
            Ok(event::other(event))
        }
        "checkout.session.completed" if session_is_paid(object) => {
            paid(event, object, intent, of_event, ["/amount_total"; 2])
        }
        "checkout.session.async_payment_succeeded" => paid(event, object, intent, of_event, ["/amount_total"; 2]),
        "charge.refunded" if is_true(object, "/refunded") => {
            intent.map(|id| Notice::Refunded(id.to_owned())).ok_or(Refusal::Unreadable("A refund has no payment."))
        }
        _ => Ok(event::other(event)),
    }
}

/// A session that only keeps a card for later needs no payment either, and nobody has bought anything.
fn session_is_paid(session: &Value) -> bool {
    text(session, "/mode") != Some("setup")
        && matches!(text(session, "/payment_status"), Some("paid" | "no_payment_required"))
}

fn seconds(made: &Value) -> Option<Timestamp> {
    made.pointer("/created").and_then(Value::as_i64).and_then(|seconds| Timestamp::from_second(seconds).ok())
}

fn paid(
    event: &Value,
    object: &Value,
    id: Option<&str>,
    paid_at: Option<Timestamp>,
    [amount, otherwise]: [&str; 2],
) -> Result<Notice, Refusal> {
    let payer = text(object, "/customer").map(str::to_owned);
    Ok(Notice::Paid(vec![Payment {
        time_is_signed: true,
        id: id.ok_or(Refusal::Unreadable("A payment has no id."))?.to_owned(),
        order: text(object, "/client_reference_id").map(str::to_owned),
        paid_at: paid_at.ok_or(Refusal::Unreadable("A payment has no time."))?,
        places: places(event, object),
        amount: whole(object, amount).or_else(|| whole(object, otherwise)),
        currency: currency(object, "/currency"),
        payer: payer.or_else(|| mail(object, "/receipt_email")).or_else(|| mail(object, "/customer_details/email")),
        items: Vec::new(),
    }]))
}

fn places(event: &Value, object: &Value) -> Vec<(Place, String)> {
    let terminal = object.pointer("/payment_method_details/card_present").unwrap_or(&Value::Null);
    let named = [
        (Place::Merchant, text(event, "/account")),
        (Place::Location, text(terminal, "/location")),
        (Place::Device, text(terminal, "/reader")),
        (Place::Attached, text(object, "/client_reference_id")),
    ];
    let metadata = object.pointer("/metadata").and_then(Value::as_object).into_iter().flatten();
    let metadata = metadata.map(|(name, value)| (Place::Metadata(name.clone()), value.as_str()));
    let all = named.into_iter().chain(metadata);
    all.filter_map(|(place, text)| Some((place, text.filter(|text| !text.is_empty())?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::{Value, json};

    use super::*;
    use crate::vectors::{Vector, bent, check_taken, check_window, hmac_sha256, in_hex, owned, spoilt, vectors};

    const SECRET: &str = "whsec_test_secret";
    const NOW: i64 = 1_795_235_469;

    fn account(vector: &Vector) -> Account {
        // One published vector has a secret without `whsec_`.
        Account::of_any(from_ref(&vector.secret), false).unwrap()
    }

    fn tag(secret: &str, signed: &[u8]) -> String {
        in_hex(&hmac_sha256(secret.as_bytes(), signed))
    }

    fn signed(secret: &str, body: &[u8]) -> Vector {
        let header = format!("t={NOW},v1={}", tag(secret, &[b"1795235469.", body].concat()));
        Vector::signed_here(secret, &[(SIGNATURE, &header)], body, NOW)
    }

    fn read(event: &Value) -> Result<Notice, Refusal> {
        let vector = signed(SECRET, event.to_string().as_bytes());
        account(&vector).read(&vector.request())
    }

    fn event(kind: &str, object: Value) -> Value {
        json!({"type": kind, "created": NOW, "livemode": true, "data": {"object": object}})
    }

    fn payment(seconds: i64, places: &[(Place, &str)]) -> Payment {
        Payment {
            time_is_signed: true,
            id: "pi_3SaFtErTaStE0012".into(),
            order: None,
            paid_at: Timestamp::from_second(seconds).unwrap(),
            places: places.iter().map(|(place, text)| (place.clone(), (*text).to_owned())).collect(),
            amount: Some(18_800),
            currency: Some("CNY".into()),
            payer: Some("guest@example.com".into()),
            items: Vec::new(),
        }
    }

    fn at_a_terminal(others: &[(Place, &str)]) -> Notice {
        let terminal = [(Place::Location, "tml_0012NanjingRoad"), (Place::Device, "tmr_0012A")];
        Notice::Paid(vec![payment(1_795_235_467, &[others, &terminal].concat())])
    }

    /// The result that each vector has to become.
    fn expected(name: &str) -> Result<Notice, Refusal> {
        let metadata = |name: &str| Place::Metadata(name.into());
        let other = |name: &str| Ok(Notice::Other(name.into()));
        match name {
            "event-of-stripe-dotnet" => other("customer.created"),
            "payment-intent-succeeded" => {
                Ok(Notice::Paid(vec![payment(NOW, &[(metadata("store"), "12"), (metadata("table"), "7")])]))
            }
            "checkout-session-paid" => {
                let order = "T20261121-0012-4711";
                let paid = payment(NOW, &[(Place::Attached, order), (metadata("store"), "12")]);
                Ok(Notice::Paid(vec![Payment { order: Some(order.into()), ..paid }]))
            }
            "checkout-session-unpaid" => other("checkout.session.completed"),
            "connected-account" => Ok(at_a_terminal(&[(Place::Merchant, "acct_1Sub")])),
            "test-mode" => other(TEST_MODE),
            "charge-uncaptured" => other("charge.succeeded"),
            "charge-refunded" => Ok(Notice::Refunded("pi_3SaFtErTaStE0012".into())),
            "thin-event" => other(THIN_EVENT),
            "charge-succeeded-at-a-terminal"
            | "secret-rolled-new-first"
            | "secret-rolled-new-last"
            | "unreadable-v1-beside-the-right-one"
            | "edge-of-the-past" => Ok(at_a_terminal(&[])),
            "too-old" | "too-new" => Err(Refusal::Stale),
            "only-v0" | "header-doubled-and-joined" | "smallest-timestamp" => Err(Refusal::Malformed(SIGNATURE)),
            malformed if malformed.starts_with("malformed: ") => Err(Refusal::Malformed(SIGNATURE)),
            _ => panic!("{name} is a vector that no outcome is known of"),
        }
    }

    #[test]
    fn every_vector_becomes_what_it_says() {
        for vector in vectors("stripe.json") {
            let said = account(&vector).read(&vector.request());
            assert_eq!(said, expected(&vector.name), "{}", vector.name);
            assert_eq!(said.is_err(), vector.outcome.starts_with("refused"), "{}", vector.name);
        }
    }

    #[test]
    fn no_taken_vector_is_taken_with_one_bit_changed_in_what_is_signed() {
        for vector in vectors("stripe.json").into_iter().filter(|vector| expected(&vector.name).is_ok()) {
            let read = |other: &Vector| account(&vector).read(&other.request());
            check_taken(&vector, &[SIGNATURE], read);
            let header = vector.header(SIGNATURE);
            for time in bent(header, &header[2..12]) {
                assert!(read(&vector.with(SIGNATURE, &time)).is_err(), "{}: {time}", vector.name);
            }
            let (_, signature) = header.split_once("v1=").unwrap();
            if !signature.contains("v1=") {
                for signature in bent(header, &signature[..64]) {
                    let said = read(&vector.with(SIGNATURE, &signature));
                    assert_eq!(said, Err(Refusal::WrongSignature), "{}: {signature}", vector.name);
                }
            }
        }
    }

    #[test]
    fn a_notice_is_believed_for_300_seconds_both_ways() {
        let vector = signed(SECRET, br#"{"type":"ping"}"#);
        check_window(&vector, NOW, |other| account(&vector).read(&other.request()));
    }

    #[test]
    fn an_account_has_one_or_two_secrets_and_none_is_empty() {
        let new = |secrets: &[&str]| Account::new(&owned(secrets), false).map(|_| ());
        let refused = |sentence: &str| Err(vec![sentence.to_owned()]);
        for wrong in ["", "whsec_", "we_1", "wh_sec", "WHSEC_a", " whsec_a", "webhook_secret"] {
            let sentence = "secrets[1]: it has to begin with whsec_, and something follows.";
            assert_eq!(new(&[SECRET, wrong]), refused(sentence), "{wrong}");
        }
        for wrong in ["whsec_ ", "whsec_a ", "whsec_a\n", "whsec_ä", "whsec_\0"] {
            let sentence = "secrets[0]: it has a blank or another character that no provider uses.";
            assert_eq!(new(&[wrong]), refused(sentence), "{wrong}");
        }
        let number = "secrets: 1 to 2 are needed, so that an old one and a new one fit into it.";
        assert_eq!(new(&[]), refused(number));
        assert_eq!(new(&[SECRET, "whsec_b", "whsec_c"]), refused(number));
        assert_eq!(new(&["whsec_a", "whsec_b"]), Ok(()));
    }

    #[test]
    fn an_account_is_printed_without_its_secrets() {
        let account = Account::new(&["whsec_71".into(), "whsec_72".into()], true).unwrap();
        assert!(!format!("{account:?}").contains("71") && !format!("{account:?}").contains("[119, 104"), "{account:?}");
    }

    #[test]
    fn while_a_secret_is_rolled_either_fits_first_or_last() {
        let body = event("ping", json!({})).to_string();
        let message = [b"1795235469.", body.as_bytes()].concat();
        let (old, new) = (tag("whsec_old", &message), tag("whsec_new", &message));
        let of = |secrets: &[&str]| Account::new(&owned(secrets), false).unwrap();
        for header in [format!("t={NOW},v1={old},v1={new}"), format!("t={NOW},v1={new},v1={old}")] {
            let vector = signed("", body.as_bytes()).with(SIGNATURE, &header);
            for account in [of(&["whsec_old"]), of(&["whsec_new"]), of(&["whsec_x", "whsec_old"])] {
                assert_eq!(account.read(&vector.request()), Ok(Notice::Other("ping".into())), "{header}");
            }
            assert_eq!(of(&["whsec_x", "whsec_y"]).read(&vector.request()), Err(Refusal::WrongSignature));
        }
    }

    #[test]
    fn a_body_signed_with_the_empty_secret_is_not_taken() {
        let vector = signed("", event("ping", json!({})).to_string().as_bytes());
        let account = Account::new(&[SECRET.into()], false).unwrap();
        assert_eq!(account.read(&vector.request()), Err(Refusal::WrongSignature));
    }

    #[test]
    fn a_header_is_parsed_exactly() {
        let body = event("ping", json!({})).to_string();
        let vector = signed(SECRET, body.as_bytes());
        let right = tag(SECRET, &[b"1795235469.", body.as_bytes()].concat());
        let read = |header: &str| account(&vector).read(&vector.with(SIGNATURE, header).request());
        let zeros = "0".repeat(64);
        for taken in [
            format!("v1={right},t={NOW}"),
            format!("t={NOW},v1={}", right.to_ascii_uppercase()),
            format!("t={NOW},v1={zeros},v1=,v1=0,v1=ä,v1={right},v2=x,=,v0={zeros}"),
            format!("t={NOW}{},v1={right}", format!(",v1={zeros}").repeat(15)),
        ] {
            assert!(read(&taken).is_ok(), "{taken}");
        }
        for malformed in [
            format!("v1={right}"),
            format!("t={NOW}"),
            format!("t={NOW},t={NOW},v1={right}"),
            format!("t={NOW},v1={right}="),
            format!("t={NOW},v1={right},"),
            format!("t={NOW},v1={right},scheme"),
            format!("t={NOW} v1={right}"),
            format!("t={NOW}{},v1={right}", format!(",v1={zeros}").repeat(16)),
        ] {
            assert_eq!(read(&malformed), Err(Refusal::Malformed(SIGNATURE)), "{malformed}");
        }
        for wrong in [
            format!("t={NOW},v1="),
            format!("t={NOW},v1={right}00"),
            format!("t={NOW},v1={right}0"),
            format!("t={NOW},v1={}", &right[..62]),
            format!("t={NOW},v1={}", &right[..63]),
            format!("t= {NOW},v1={right}"),
            format!("T={NOW},t=0{NOW},v1={right}"),
            format!("t={NOW},v1= {right}"),
        ] {
            assert_eq!(read(&wrong), Err(Refusal::WrongSignature), "{wrong}");
        }
    }

    #[test]
    fn a_time_counts_only_as_up_to_twelve_digits_even_if_it_is_signed() {
        let vector = signed(SECRET, b"{}");
        for time in ["+1795235469", "-9223372036854775808", "1795235469.0", "0001795235469", "now", "", " 1795235469"] {
            let header = format!("t={time},v1={}", tag(SECRET, format!("{time}.{{}}").as_bytes()));
            let said = account(&vector).read(&vector.with(SIGNATURE, &header).request());
            assert_eq!(said, Err(Refusal::Malformed(SIGNATURE)), "{time}");
        }
        // Zeros in front are no way in which a provider writes a time.
        let padded = format!("t=001795235469,v1={}", tag(SECRET, b"001795235469.{}"));
        let said = account(&vector).read(&vector.with(SIGNATURE, &padded).request());
        assert_eq!(said, Err(Refusal::Malformed(SIGNATURE)));
    }

    #[test]
    fn an_account_set_to_test_mode_takes_its_payments() {
        let body = event("payment_intent.succeeded", json!({"id": "pi_1", "status": "succeeded"}));
        let body = body.to_string().replace("true", "false");
        let vector = signed(SECRET, body.as_bytes());
        let read = |test_mode| Account::new(from_ref(&vector.secret), test_mode).unwrap().read(&vector.request());
        assert_eq!(read(false), Ok(Notice::Other(TEST_MODE.into())));
        assert!(matches!(read(true), Ok(Notice::Paid(_))));
    }

    #[test]
    fn only_what_says_that_it_is_live_is_live() {
        let mut payment = event("payment_intent.succeeded", json!({"id": "pi_1", "status": "succeeded"}));
        let mut refund = event("charge.refunded", json!({"id": "ch_1", "refunded": true}));
        for event in [&mut payment, &mut refund] {
            for odd in [json!(null), json!("true"), json!(1), json!(false)] {
                event["livemode"] = odd;
                assert_eq!(read(event), Ok(Notice::Other(TEST_MODE.into())), "{event}");
            }
            event.as_object_mut().unwrap().remove("livemode");
            assert_eq!(read(event), Ok(Notice::Other(TEST_MODE.into())));
        }
    }

    #[test]
    fn a_payment_that_has_not_succeeded_or_is_paid_back_in_part_is_something_else() {
        for (kind, object) in [
            ("payment_intent.succeeded", json!({"id": "pi_1", "status": "requires_capture"})),
            ("payment_intent.created", json!({"id": "pi_1", "status": "succeeded"})),
            ("charge.succeeded", json!({"id": "ch_1", "paid": false, "captured": true})),
            ("charge.succeeded", json!({"id": "ch_1", "paid": "true", "captured": true})),
            ("charge.captured", json!({"id": "ch_1", "paid": true, "captured": false})),
            ("charge.refunded", json!({"id": "ch_1", "refunded": false, "amount_refunded": 1})),
            (
                "checkout.session.completed",
                json!({"id": "cs_1", "mode": "setup", "payment_status": "no_payment_required"}),
            ),
            (
                "checkout.session.completed",
                json!({"id": "cs_1", "mode": "subscription", "payment_status": "paid", "payment_intent": null,
                    "subscription": "sub_1", "invoice": "in_1"}),
            ),
            ("checkout.session.async_payment_succeeded", json!({"id": "cs_1", "mode": "subscription"})),
            ("checkout.session.async_payment_failed", json!({"id": "cs_1", "payment_status": "unpaid"})),
        ] {
            assert_eq!(read(&event(kind, object)), Ok(Notice::Other(kind.into())));
        }
        assert_eq!(read(&json!({"object": "event"})), Ok(Notice::Other("without a type".into())));
        let long = "ü".repeat(65);
        assert_eq!(read(&event(&long, json!({}))), Ok(Notice::Other("ü".repeat(64))));
    }

    #[test]
    fn a_payment_without_an_intent_is_known_by_its_own_id() {
        let id = |event: &Value| match read(event) {
            Ok(Notice::Paid(payments)) => payments[0].id.clone(),
            Ok(Notice::Refunded(id)) => id,
            said => panic!("{said:?}"),
        };
        let charge = json!({"id": "ch_1", "payment_intent": null, "paid": true, "captured": true, "created": 7});
        assert_eq!(id(&event("charge.succeeded", charge.clone())), "ch_1");
        assert_eq!(id(&event("charge.captured", charge)), "ch_1");
        assert_eq!(id(&event("charge.refunded", json!({"id": "ch_1", "refunded": true}))), "ch_1");
        let free = json!({"id": "cs_1", "payment_status": "no_payment_required", "payment_intent": null});
        assert_eq!(id(&event("checkout.session.completed", free)), "cs_1");
        let late = json!({"id": "cs_1", "payment_intent": "pi_1"});
        assert_eq!(id(&event("checkout.session.async_payment_succeeded", late)), "pi_1");
    }

    #[test]
    fn amounts_are_taken_as_they_are_and_what_is_odd_is_left_out() {
        let object = json!({
            "id": "pi_1", "status": "succeeded", "amount": 1200, "currency": "jpy", "customer": "cus_1",
            "receipt_email": "G@E.org", "metadata": {"store": 12, "table": "", "a": "b"}, "later": [{}],
        });
        let Ok(Notice::Paid(payments)) = read(&event("payment_intent.succeeded", object)) else { panic!() };
        assert_eq!((payments[0].amount, payments[0].currency.as_deref()), (Some(1200), Some("JPY")));
        assert_eq!(payments[0].payer.as_deref(), Some("cus_1"));
        assert_eq!(payments[0].places, [(Place::Metadata("a".into()), "b".into())]);

        let odd =
            json!({"id": "pi_1", "status": "succeeded", "amount": -1, "currency": "¥", "receipt_email": "G@E.org"});
        let Ok(Notice::Paid(payments)) = read(&event("payment_intent.succeeded", odd)) else { panic!() };
        assert_eq!((payments[0].amount, payments[0].currency.as_deref()), (None, None));
        assert_eq!(payments[0].payer.as_deref(), Some("g@e.org"));
    }

    #[test]
    fn a_payment_without_id_or_time_is_unreadable() {
        let no_id = event("payment_intent.succeeded", json!({"status": "succeeded"}));
        assert_eq!(read(&no_id), Err(Refusal::Unreadable("A payment has no id.")));
        for created in [json!(null), json!("1795235469"), json!(1.5), json!(i64::MIN), json!(u64::MAX)] {
            let charge = json!({"id": "ch_1", "paid": true, "captured": true, "created": created});
            assert_eq!(read(&event("charge.succeeded", charge)), Err(Refusal::Unreadable("A payment has no time.")));
        }
        let refund = event("charge.refunded", json!({"refunded": true}));
        assert_eq!(read(&refund), Err(Refusal::Unreadable("A refund has no payment.")));
        for body in ["", "[]", "7", "{", "{} {}", "\u{feff}{}", &"[".repeat(1000)] {
            let vector = signed(SECRET, body.as_bytes());
            let said = account(&vector).read(&vector.request());
            assert_eq!(said, Err(Refusal::Unreadable("The body is no JSON object.")), "{body}");
        }
    }

    #[test]
    fn no_body_that_is_rightly_signed_brings_it_down() {
        let vector = vectors("stripe.json").into_iter().find(|vector| vector.name.contains("terminal")).unwrap();
        for body in spoilt(&vector.body) {
            let spoilt = signed(SECRET, &body);
            let said = account(&spoilt).read(&spoilt.request());
            assert!(matches!(said, Ok(_) | Err(Refusal::Unreadable(_))), "{said:?}");
        }
    }
}
