//! What would go out to other systems, shown where nothing goes out.

use std::sync::Arc;

use aftertaste::{app::App, domain::access::AllKeys, table::OutgoingEvent};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Every event that waits or was sent, the latest first.
pub(crate) async fn show(app: &Arc<App<AllKeys>>) -> Response {
    match app.table.events().await {
        Ok(events) => Json(json!({"events": events.iter().map(shown).collect::<Vec<_>>()})).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"message": error.to_string()}))).into_response(),
    }
}

fn shown(event: &OutgoingEvent) -> Value {
    json!({
        "id": event.id,
        "type": event.kind,
        "state": event.state,
        "timestamp": event.at,
        "not_before": event.not_before,
        "until": event.until,
        "data": event.data,
    })
}
