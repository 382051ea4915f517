//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, lambda};
use jiff::Timestamp;
use lambda_runtime::Error;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    lambda::serve(async |request| record_response::handle(app, &request, Timestamp::now(), Uuid::new_v4()).await).await
}
