//! The messages that go out to other systems and people, as the table has them.

use std::sync::Arc;

use aftertaste::{
    app::App,
    domain::access::AllKeys,
    table::{Delivery, DeliveryState, Due, NOBODY, OutgoingEvent, PaymentState, TableError, Task},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// How many deliveries of each endpoint are shown.
const MOST: i32 = 100;

/// Every event that waits, and the outcome of the latest that were handed out, the latest first.
pub(crate) async fn show(app: &Arc<App<AllKeys>>) -> Response {
    match events(app).await {
        Ok(events) => Json(json!({"events": events})).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"message": error.to_string()}))).into_response(),
    }
}

async fn events(app: &App<AllKeys>) -> Result<Vec<Value>, TableError> {
    let mut shown = Vec::new();
    for Due { task, .. } in app.table.outbox().await? {
        // An endpoint's own items are among its deliveries.
        let Task::HandOut(event) = task else { continue };
        let payment = match event.payment {
            Some(key) => app.table.payment_state(key).await?,
            None => None,
        };
        shown.push((event.at, waiting(&event, payment)));
    }
    let endpoints = app.table.endpoints().await?.into_iter().map(|endpoint| endpoint.id.to_string());
    for endpoint in endpoints.chain([NOBODY.to_owned()]) {
        let deliveries = app.table.latest_deliveries(&endpoint, MOST).await?;
        shown.extend(deliveries.iter().map(|delivery| (delivery.at, delivered(&endpoint, delivery))));
    }
    shown.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(shown.into_iter().map(|(_, event)| event).collect())
}

fn waiting(event: &OutgoingEvent, payment: Option<PaymentState>) -> Value {
    // The sender of events checks the payment first.
    let is_stopped = matches!(payment, Some(PaymentState::Refunded | PaymentState::Quiet));
    json!({
        "id": event.id,
        "type": event.kind,
        "state": if is_stopped { "stopped" } else { "waiting" },
        "timestamp": event.at,
        "not_before": event.not_before,
        "until": event.until,
        "data": event.data,
    })
}

fn delivered(endpoint: &str, delivery: &Delivery) -> Value {
    let data: Value = serde_json::from_str(&delivery.data).unwrap_or_default();
    let state = if delivery.state == DeliveryState::Delivered { json!("sent") } else { json!(delivery.state) };
    json!({
        "id": delivery.id,
        "type": delivery.kind,
        "state": state,
        "endpoint": (endpoint != NOBODY).then_some(endpoint),
        "attempts": delivery.attempts,
        "next": delivery.next,
        "why": delivery.why,
        "timestamp": delivery.at,
        "until": delivery.until,
        "data": data,
    })
}
