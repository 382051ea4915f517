//! Notices of payments: genuine, genuine and unreadable, tampered with, stale, and what no provider ever sent.

use aftertaste::http::LARGEST_NOTICE;
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};

use super::{
    bodies::{Body, FORM, JSON},
    parameters::spoiled as spoiled_text,
    scene::{Draw, OWN_STORE, Plan},
    signing::{self, API_V3_KEY, Header, Stamp},
    spoiled::{noise, spoil_fields, spoil_value, spoiled},
    told::{Payment, What},
};
use crate::payments::signing::resource;

/// The route that takes them.
pub const ROUTE: &str = "POST /payments/{provider}/{account}";

/// How many payments each account reports: few enough that they are reported again, and paid back.
const PAYMENTS: u32 = 40;

/// Few, so that some were asked not long ago.
const PAYERS: [&str; 5] = ["guest-1", "guest-2", "guest-3", "guest-4", "客人"];

/// Seconds by which a clock may be off: the first half is near enough.
const SKEWS: [i64; 12] = [0, -1, 60, -200, 240, -240, 400, -400, 100_000, -100_000, -1_700_000_000, 200_000_000_000];

/// Values of headers that no provider writes.
const ODD_VALUES: [&[u8]; 9] =
    [b"", b"\xff\xfe", b"t=,v1=", b"v1,", b"t=1,t=1,v1=00,v1=00", b",,,,", b"\t", b"=", b"WECHATPAY/SIGNTEST/x"];

/// A notice as it is sent.
pub struct Notice {
    pub headers: Vec<Header>,
    /// The part behind the `?`; empty without one.
    pub query: String,
    pub body: Body,
    /// Whether the provider signed it, so that its content may be unreadable.
    pub is_signed: bool,
}

pub fn drawn(draw: &mut Draw, plan: &Plan<'_>) -> Notice {
    let (kind, payment) = (plan.account.kind, payment(draw, plan));
    let is_spoilt = draw.slips(2);
    let url = format!("http://{}/payments/{}/{}", plan.scene.host, plan.account.provider(), plan.account.id());
    let nonce = format!("nonce-{}", draw.below(1_000_000));
    let stamp = Stamp { time: payment.told_at.as_second(), nonce: &nonce, url: &url };
    let mut notice = match kind {
        "alipay" | "chinaums" | "meituan" => form(draw, kind, &payment, is_spoilt),
        "adyen" => items(draw, &payment, is_spoilt),
        _ => {
            let body = body(draw, kind, &payment, is_spoilt);
            let (headers, query) = signing::whole(kind, &body, &stamp);
            Notice { headers, query, body: Body::Raw(JSON, body), is_signed: true }
        }
    };
    if !is_spoilt && draw.slips(2) {
        tamper(draw, &mut notice);
        // Tampering makes nothing unreadable, unless the account is, or the provider signs a part alone.
        notice.is_signed = !plan.account.is_own || kind == "adyen";
    }
    notice
}

fn payment(draw: &mut Draw, plan: &Plan<'_>) -> Payment {
    let number = plan.visit % PAYMENTS;
    let skew = if draw.slips(3) { draw.pick(&SKEWS) } else { draw.pick(&SKEWS[..SKEWS.len() / 2]) };
    let told_at = plan.scene.moment();
    Payment {
        id: format!("42000012342026{number:04}"),
        store: if draw.slips(4) { draw.pick(&[13, 77, 4_040, 0, u32::MAX]) } else { OWN_STORE },
        // Some so long ago that nobody is asked any more.
        paid_at: plan.scene.now - (i64::from(number) * 41).minutes(),
        told_at: told_at + SignedDuration::from_secs(skew),
        payer: draw.pick(&PAYERS).to_owned(),
        amount: draw.pick(&[0, 1, 18_800, u64::MAX]),
        what: draw.pick(&[What::Paid, What::Paid, What::Paid, What::Paid, What::Refunded, What::Other]),
    }
}

/// A body that is signed as a whole.
fn body(draw: &mut Draw, kind: &str, payment: &Payment, is_spoilt: bool) -> Vec<u8> {
    let said = payment.json(kind);
    if kind != "wechat" {
        return if is_spoilt { spoilt(draw, said) } else { said.to_string().into_bytes() };
    }
    let is_inner = draw.one_in(2);
    let said = if is_spoilt && is_inner { spoilt(draw, said) } else { said.to_string().into_bytes() };
    let envelope = json!({"id": payment.id, "create_time": payment.paid_at, "resource_type": "encrypt-resource",
        "event_type": payment.event_at_wechat(), "summary": "支付成功", "resource": resource(&said, API_V3_KEY)});
    if is_spoilt && !is_inner { spoilt(draw, envelope) } else { envelope.to_string().into_bytes() }
}

fn spoilt(draw: &mut Draw, said: Value) -> Vec<u8> {
    let mut bytes = match draw.below(4) {
        0 => large(draw),
        _ => spoiled(draw, Body::Json(said)).written(),
    };
    if draw.one_in(12) {
        bytes.resize(LARGEST_NOTICE + draw.below(2), b' ');
    }
    bytes
}

/// A body that is nobody's notice, up to as long as one may be.
fn large(draw: &mut Draw) -> Vec<u8> {
    let most = draw.pick(&[1_000, 60_000, LARGEST_NOTICE, LARGEST_NOTICE + 1]);
    let mut bytes = match draw.below(8) {
        0 => b"[".repeat(most),
        1 => b"{\"data\":".repeat(most / 8 + 1),
        2 => format!("{}{}", "[".repeat(most / 2), "]".repeat(most / 2)).into_bytes(),
        3 => (0..most / 4).map(|number| format!("a{number}=&")).collect::<String>().into_bytes(),
        4 => b"QUJDREVG".repeat(most / 8 + 1),
        5 => format!("[{}0]", "0,".repeat(most / 2)).into_bytes(),
        6 => draw.bytes(most),
        _ => return noise(draw).written(),
    };
    bytes.truncate(most);
    bytes
}

fn form(draw: &mut Draw, kind: &str, payment: &Payment, is_spoilt: bool) -> Notice {
    let mut fields = payment.form(kind);
    if is_spoilt {
        for _ in 0..1 + draw.below(3) {
            spoil_fields(draw, &mut fields);
        }
        if draw.one_in(8) {
            let count = draw.pick(&[480, 500, 20_000]);
            fields.extend((0..count).map(|number| (format!("b{number}"), "1".to_owned())));
        }
    }
    let signature = signing::of_form(kind, &fields);
    fields.push(("sign".to_owned(), signature));
    if kind == "alipay" {
        fields.push(("sign_type".to_owned(), "RSA2".to_owned()));
    }
    let body = Body::Raw(FORM, Body::Form(fields).written());
    Notice { headers: Vec::new(), query: String::new(), body, is_signed: true }
}

/// One to three items, of which each is signed.
fn items(draw: &mut Draw, payment: &Payment, is_spoilt: bool) -> Notice {
    let mut items = Vec::new();
    for _ in 0..if draw.slips(3) { draw.pick(&[2, 3, 60]) } else { 1 } {
        let mut item = payment.json("adyen");
        for _ in 0..if is_spoilt { 1 + draw.below(2) } else { 0 } {
            spoil_value(draw, &mut item);
        }
        let signature = signing::of_item(&item);
        if let Some(more) = item.pointer_mut("/additionalData").and_then(Value::as_object_mut) {
            more.insert("hmacSignature".into(), json!(signature));
        }
        items.push(json!({"NotificationRequestItem": item}));
    }
    let body = json!({"live": "true", "notificationItems": items}).to_string().into_bytes();
    Notice { headers: Vec::new(), query: String::new(), body: Body::Raw(JSON, body), is_signed: true }
}

/// Changes something that the signature is of, or the signature.
fn tamper(draw: &mut Draw, notice: &mut Notice) {
    let (kind, mut body) = (notice.body.content_type(), notice.body.written());
    let at = draw.below(body.len());
    match draw.below(if notice.headers.is_empty() { 6 } else { 12 }) {
        0 | 1 => body[at] ^= 1 << draw.below(8),
        2 => body.insert(at, draw.pick(b"0 &=\"\xff")),
        3 => body = large(draw),
        4 => notice.query = spoiled_text(draw, &notice.query).replace(' ', "+"),
        5 => {
            body.remove(at);
        }
        _ => tamper_with_header(draw, &mut notice.headers),
    }
    notice.body = Body::Raw(kind, body);
}

fn tamper_with_header(draw: &mut Draw, headers: &mut Vec<Header>) {
    let at = draw.below(headers.len());
    let (name, value) = headers[at].clone();
    match draw.below(9) {
        0 => headers.push((name, value)),
        1 => headers.push((name.to_uppercase(), draw.pick(&ODD_VALUES).to_vec())),
        2 => {
            headers.remove(at);
        }
        3 => headers[at].1 = draw.pick(&ODD_VALUES).to_vec(),
        4 => headers[at].1 = value.to_ascii_uppercase(),
        5 => headers[at].1 = [value.as_slice(), b", ", &value].concat(),
        6 => headers[at].1 = draw.pick(&[b"QUJD", b"t=1,", b"v1,x", b"0000"]).repeat(800),
        7 => headers[at].0 = name.replace('-', "_"),
        _ => headers[at].1 = spoiled_text(draw, &String::from_utf8_lossy(&value)).into_bytes(),
    }
}
