//! The payment, keys and checks that the tests of all providers share.

use std::sync::LazyLock;

use notices::{Notice, Refusal, Request};

use super::keys::Keys;
use super::sent::{Delivery, Payment, Sent};

/// Keys for the tests of one process, which take a second to make.
pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::parse(&Keys::drawn().unwrap()).unwrap());

/// The address of every test.
pub(crate) const URL: &str = "http://127.0.0.1:3000/payments/provider/demo";

/// A moment without parts of a second.
pub(crate) fn now() -> jiff::Timestamp {
    "2026-11-21T04:31:09Z".parse().unwrap()
}

/// A payment two minutes before that moment.
pub(crate) fn payment(id: &str) -> Payment {
    let paid_at = "2026-11-21T04:29:09Z".parse().unwrap();
    Payment { id: id.to_owned(), paid_at, store: 12, amount: 18_805, payer: "guest-1".to_owned() }
}

/// A delivery whose signature is some seconds off.
pub(crate) fn delivery(skew: i64) -> Delivery<'static> {
    let at = now() + jiff::SignedDuration::from_secs(skew);
    Delivery { at, nonce: "5K8264ILTKCH16CQ".to_owned(), url: URL }
}

/// Reads a request as the stack would.
pub(crate) fn read(sent: &Sent, read: impl Fn(&Request<'_>) -> Result<Notice, Refusal>) -> Result<Notice, Refusal> {
    let Sent { headers, query, body } = sent;
    read(&Request { headers, query, url: URL, body: body.as_bytes(), now: now() })
}

/// That a notice reports the payment and nothing else, with these texts among those that may name the store.
pub(crate) fn is_of(notice: Result<Notice, Refusal>, payment: &Payment, place: &notices::Place, payer: Option<&str>) {
    let paid = match notice {
        Ok(Notice::Paid(paid)) if paid.len() == 1 => paid.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!((&paid.id, paid.paid_at), (&payment.id, payment.paid_at));
    let text = paid.places.iter().find(|(other, _)| other == place).map(|(_, text)| text.as_str());
    assert!(text == Some("12") || text == Some("store=12;table=7"), "{:?}", paid.places);
    assert_eq!(paid.payer.as_deref(), payer);
}
