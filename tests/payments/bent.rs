//! Genuine notices with one bit changed: refused, and nothing is written but that it came.

use std::collections::BTreeMap;

use super::desk::{Desk, Notice};
use super::vectors::{Outcome, Vector, vectors};

/// Every so manyth byte of a body. Each of them is bent in the unit tests.
const STEP: usize = 13;

/// The headers of a provider that are signed, or say how.
fn signed_headers(provider: &str) -> &'static [&'static str] {
    match provider {
        "wechat" => &[
            "Wechatpay-Timestamp",
            "Wechatpay-Nonce",
            "Wechatpay-Signature",
            "Wechatpay-Serial",
            "Wechatpay-Signature-Type",
        ],
        "stripe" => &["Stripe-Signature"],
        "square" => &["x-square-hmacsha256-signature"],
        "standard" => &["webhook-id", "webhook-timestamp", "webhook-signature"],
        _ => &[],
    }
}

/// The notice with one bit of each signed part changed, one after the other.
fn bent(vector: &Vector) -> Vec<(String, Notice)> {
    let mut all = Vec::new();
    let notice = &vector.notice;
    // The only parameter of a form that is not signed. It has to be what it is, or else empty, and says nothing.
    let unsigned = notice.body.windows(14).position(|part| part == b"sign_type=RSA2").map(|at| at..at + 14);
    for place in (0..notice.body.len()).step_by(STEP) {
        if unsigned.as_ref().is_some_and(|unsigned| unsigned.contains(&place)) {
            continue;
        }
        let mut other = notice.clone();
        // Of a form, another bit may only turn `%3A` into `%3a`, which is the same.
        other.body[place] ^= if notice.provider == "alipay" { 1 } else { 1 << (place % 8) };
        all.push((format!("byte {place} of the body"), other));
    }
    for (at, (name, value)) in notice.headers.iter().enumerate() {
        if !signed_headers(notice.provider).iter().any(|signed| signed.eq_ignore_ascii_case(name)) {
            continue;
        }
        // Of several signatures one has to fit, so that another may be anything.
        let several = value.contains(' ') || value.matches("v1=").count() > 1 || value.contains("v0=");
        for place in (0..value.len()).step_by(if several { value.len() } else { 5 }) {
            let mut bytes = value.as_bytes().to_vec();
            bytes[place] ^= 1;
            let mut other = notice.clone();
            other.headers[at].1 = String::from_utf8(bytes).unwrap();
            if !several {
                all.push((format!("byte {place} of {name}"), other));
            }
        }
        let mut without = notice.clone();
        without.headers.remove(at);
        // Without it, RSA is meant.
        if !name.eq_ignore_ascii_case("Wechatpay-Signature-Type") {
            all.push((format!("no {name}"), without));
        }
    }
    all
}

async fn is_refused_with_one_bit_changed(provider: &'static str) {
    let desk = Desk::new().await;
    let mut tried = 0;
    for (i, vector) in vectors(provider).iter().enumerate() {
        // Names of parameters without a value are not signed there, so that they may be any.
        let leaves_out = vector.name.ends_with("empty-value-left-out-of-the-signed-string");
        if !matches!(vector.outcome(), Outcome::Answered(200, _)) || leaves_out {
            continue;
        }
        let id = format!("account-{i}");
        desk.put(&id, vector.account.clone()).await;
        desk.world.proxy.taken();
        for (what, notice) in bent(vector) {
            let reply = desk.hand_over(&notice.request(&id, true), notice.now).await;
            assert_eq!(reply.status, 401, "{} with {what}", vector.name);
            tried += 1;
        }
        let (consumed, calls) = desk.world.proxy.taken();
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        calls.iter().for_each(|call| *counted.entry(call).or_default() += 1);
        // The account is read once. Of each reason the operator sees the first, and within the minute no more of it.
        let seen = counted.get("UpdateItem").copied().unwrap_or_default();
        assert!((1..=3).contains(&seen), "{}: {counted:?}", vector.name);
        assert_eq!(counted.get("GetItem"), Some(&1), "{}: {counted:?}", vector.name);
        assert_eq!((counted.len(), consumed.written), (2, seen as f64), "{}: {counted:?}", vector.name);
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(desk.left().await, BTreeMap::new());
}

#[tokio::test]
async fn a_notice_of_wechat_pay_with_one_bit_changed_is_refused() {
    is_refused_with_one_bit_changed("wechat").await;
}

#[tokio::test]
async fn a_notice_of_alipay_with_one_bit_changed_is_refused() {
    is_refused_with_one_bit_changed("alipay").await;
}

#[tokio::test]
async fn a_notice_of_stripe_with_one_bit_changed_is_refused() {
    is_refused_with_one_bit_changed("stripe").await;
}

#[tokio::test]
async fn a_notice_of_square_with_one_bit_changed_is_refused() {
    is_refused_with_one_bit_changed("square").await;
}

#[tokio::test]
async fn a_notice_by_standard_webhooks_with_one_bit_changed_is_refused() {
    is_refused_with_one_bit_changed("standard").await;
}
