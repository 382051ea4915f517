//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, lambda};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    lambda::serve(handle_cases::FUNCTION, async |request, call| handle_cases::handle(app, &request, call).await).await
}
