//! The events under `events/`, brought to another time: their links, payments and notices were made for one moment. A link
//! lives a week, and a notice is believed for five minutes.

use aftertaste::domain::{
    access::GuestKeys,
    visit::{Claim, Minute},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::pay::standard::signature;

/// The moment for which the events are written: four minutes after the payment that they are about.
pub const WRITTEN_FOR: &str = "2026-11-21T04:35:00Z";

/// The secret of the account in `events/manage-catalog/valid-account.json`. Everybody knows it.
const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBldmVudHMvIGhlcmU=";

/// An event as it would read if it had been written for `now`. A link that these keys signed is signed again, as old
/// as it was. So is `paid_at` in the body, the `start` of an action, and a notice of the account that the events put. Forged
/// parts stay as they are.
pub fn at(mut event: Value, keys: &GuestKeys, now: Timestamp) -> Value {
    let Ok(written_for) = WRITTEN_FOR.parse::<Timestamp>() else { return event };
    let moved = |instant: Timestamp| instant.saturating_add(now.duration_since(written_for)).unwrap_or(instant);
    let old_link = event.pointer("/pathParameters/link").and_then(Value::as_str).map(str::to_owned);
    if let Some(old) = old_link
        && let Some(mut claim) = Claim::verify(&old, keys)
        && let Some(minute) = Minute::of(moved(claim.visit.minute.start()))
    {
        claim.visit.minute = minute;
        if let Some(link) = claim.sign(keys) {
            let text = event.to_string().replace(&old, link.as_str());
            event = serde_json::from_str(&text).unwrap_or(event);
        }
    }
    let body = event.get("body").and_then(Value::as_str).and_then(|body| serde_json::from_str(body).ok());
    if let Some(mut body) = body
        && let Some(paid) = Value::as_object(&body).and_then(|body| body.get("paid_at")?.as_str()?.parse().ok())
    {
        set(&mut body, "paid_at", moved(paid).to_string());
        set(&mut event, "body", body.to_string());
    }
    start_at(&mut event, now.to_zoned(TimeZone::UTC).date() - written_for.to_zoned(TimeZone::UTC).date());
    notice_at(event, &moved)
}

/// An action whose first day is as long ago as it was.
fn start_at(event: &mut Value, moved: Span) {
    let body = event.get("body").and_then(Value::as_str).and_then(|body| serde_json::from_str::<Value>(body).ok());
    let Some(mut body) = body.filter(|body| body.get("stores").is_some()) else { return };
    let start = body.get("start").and_then(Value::as_str).and_then(|start| start.parse::<Date>().ok());
    if let Some(start) = start.and_then(|start| start.checked_add(moved).ok()) {
        set(&mut body, "start", start.to_string());
        set(event, "body", body.to_string());
    }
}

/// A notice by Standard Webhooks that the events' own secret signed. It is signed again, and as old as it was.
fn notice_at(mut event: Value, moved: &impl Fn(Timestamp) -> Timestamp) -> Value {
    let signed = || {
        let header = |name: &str| event.pointer(&format!("/headers/webhook-{name}"))?.as_str();
        let at = Timestamp::from_second(header("timestamp")?.parse().ok()?).ok()?;
        let text = event.get("body")?.as_str()?;
        let is_base64 = event.get("isBase64Encoded") == Some(&Value::Bool(true));
        let body = if is_base64 { String::from_utf8(STANDARD.decode(text).ok()?).ok()? } else { text.to_owned() };
        let is_ours = signature(SECRET, header("id")?, &body, at).ok()? == header("signature")?;
        is_ours.then(|| (header("id").unwrap_or_default().to_owned(), at, body, is_base64))
    };
    let Some((id, at, body, is_base64)) = signed() else { return event };
    let Ok(mut said) = serde_json::from_str::<Value>(&body) else { return event };
    for pointer in ["/timestamp", "/data/paid_at"] {
        if let Some(Value::String(time)) = said.pointer_mut(pointer)
            && let Ok(old) = time.parse()
        {
            *time = moved(old).to_string();
        }
    }
    let (body, at) = (said.to_string(), moved(at));
    if let (Ok(signature), Some(headers)) = (signature(SECRET, &id, &body, at), event.get_mut("headers")) {
        set(headers, "webhook-timestamp", at.as_second().to_string());
        set(headers, "webhook-signature", signature);
        set(&mut event, "body", if is_base64 { STANDARD.encode(body) } else { body });
    }
    event
}

fn set(object: &mut Value, name: &str, value: String) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value.into());
    }
}
