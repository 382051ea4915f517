//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, lambda};
use jiff::Timestamp;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    lambda::serve(async |request| manage_catalog::handle(app, &request, Timestamp::now()).await).await
}
