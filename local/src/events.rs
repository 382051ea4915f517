//! The events under `events/`, brought to another time: their links and payments were made for one moment, and a
//! link lives a week.

use aftertaste::domain::{
    access::GuestKeys,
    visit::{Claim, Minute},
};
use jiff::Timestamp;
use serde_json::Value;

/// The moment for which the events are written: four minutes after the payment that they are about.
pub const WRITTEN_FOR: &str = "2026-11-21T04:35:00Z";

/// An event as it would read if it had been written for `now`. A link that these keys signed is signed anew, as old
/// as it was; so is `paid_at` in the body. A forged link stays as it is.
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
    event
}

fn set(object: &mut Value, name: &str, value: String) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value.into());
    }
}
