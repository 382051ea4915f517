//! What would go out to other systems, shown where nothing goes out.

use std::sync::Arc;

use aftertaste::{
    app::App,
    domain::access::AllKeys,
    table::{OutgoingEvent, PaymentState, TableError},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Every event that waits, was sent or was stopped, the latest first.
pub(crate) async fn show(app: &Arc<App<AllKeys>>) -> Response {
    match events(app).await {
        Ok(events) => Json(json!({"events": events})).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"message": error.to_string()}))).into_response(),
    }
}

async fn events(app: &App<AllKeys>) -> Result<Vec<Value>, TableError> {
    let mut shown = Vec::new();
    for event in app.table.events().await? {
        let payment = match event.payment.filter(|_| event.state == "waiting") {
            Some(key) => app.table.payment_state(key).await?,
            None => None,
        };
        shown.push(one(&event, payment));
    }
    Ok(shown)
}

fn one(event: &OutgoingEvent, payment: Option<PaymentState>) -> Value {
    // Whoever sends events looks at the payment first.
    let is_stopped = matches!(payment, Some(PaymentState::Refunded | PaymentState::Quiet));
    json!({
        "id": event.id,
        "type": event.kind,
        "state": if is_stopped { "stopped" } else { &event.state },
        "timestamp": event.at,
        "not_before": event.not_before,
        "until": event.until,
        "data": event.data,
    })
}
