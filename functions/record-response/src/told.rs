//! Notifies endpoints of an answer at once, where the operator wants that.

use aftertaste::{
    count::response_id_at_once,
    domain::visit::{Claim, Origin},
    table::OutgoingEvent,
};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::App;

/// Puts an event that an answer came, or was taken back. It does not say what was answered: one answer alone is fewer
/// than five. A guest is thanked also where it can't be put.
pub(crate) async fn at_once(app: &App, kind: &str, claim: &Claim, submission: Option<Uuid>, now: Timestamp) {
    let is_of_guest = matches!(claim.channel.origin(), Origin::Payment | Origin::Code);
    let is_told = app.responses_at_once && is_of_guest;
    let Some(id) = submission.filter(|_| is_told).map(response_id_at_once) else { return };
    let event = OutgoingEvent::of_hour(kind, &id, now, json!({"response": id, "store": claim.visit.store}));
    if let Err(error) = app.table.put_event(&event).await {
        tracing::error!(outcome = "response-not-told", %error);
    }
}
