//! DynamoDB's HTTP protocol in front of the embedded database.
//!
//! dynoxide has a server of its own, which answers any page of any site and takes no check in front of it. So its
//! operations are served here, behind `guard`.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::post,
};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{net::TcpListener, sync::oneshot};

use crate::guard;

/// The largest body that DynamoDB takes: 16 MB.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Serves until it is asked to close; the calls that run then are ended.
pub(crate) async fn serve(
    listener: TcpListener,
    database: Database,
    closed: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/", post(answer))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(guard::only_programs))
        .with_state(Arc::new(database));
    let close = async {
        // An error means that the one who would close it is gone, which is a close too.
        let _ = closed.await;
    };
    axum::serve(listener, router).with_graceful_shutdown(close).await
}

async fn answer(State(database): State<Arc<Database>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (status, body) = match carried_out(&database, target.trim_start_matches("DynamoDB_20120810."), &body) {
        Ok(json) => (StatusCode::OK, json),
        Err(error) => (StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST), error.to_json()),
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// Carries an operation out: JSON in, JSON out. Streams and tags are left out, because nothing here has them.
fn carried_out(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
        "BatchExecuteStatement" => call(body, |sent| database.batch_execute_statement(sent)),
        "BatchGetItem" => call(body, |sent| database.batch_get_item(sent)),
        "BatchWriteItem" => call(body, |sent| database.batch_write_item(sent)),
        "CreateTable" => call(body, |sent| database.create_table(sent)),
        "DeleteItem" => call(body, |sent| database.delete_item(sent)),
        "DeleteTable" => call(body, |sent| database.delete_table(sent)),
        "DescribeTable" => call(body, |sent| database.describe_table(sent)),
        "DescribeTimeToLive" => call(body, |sent| database.describe_time_to_live(sent)),
        "ExecuteStatement" => call(body, |sent| database.execute_statement(sent)),
        "ExecuteTransaction" => call(body, |sent| database.execute_transaction(sent)),
        "GetItem" => call(body, |sent| database.get_item(sent)),
        "ListTables" => call(body, |sent| database.list_tables(sent)),
        "PutItem" => call(body, |sent| database.put_item(sent)),
        "Query" => call(body, |sent| database.query(sent)),
        "Scan" => call(body, |sent| database.scan(sent)),
        "TransactGetItems" => call(body, |sent| database.transact_get_items(sent)),
        "TransactWriteItems" => call(body, |sent| database.transact_write_items(sent)),
        "UpdateItem" => call(body, |sent| database.update_item(sent)),
        "UpdateTable" => call(body, |sent| database.update_table(sent)),
        "UpdateTimeToLive" => call(body, |sent| database.update_time_to_live(sent)),
        other => Err(DynoxideError::UnsupportedCapability(other.to_owned())),
    }
}

fn call<Sent: DeserializeOwned, Reply: Serialize>(
    body: &[u8],
    carry_out: impl FnOnce(Sent) -> dynoxide::Result<Reply>,
) -> Result<String, DynoxideError> {
    let sent =
        serde_json::from_slice(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    serde_json::to_string(&carry_out(sent)?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
