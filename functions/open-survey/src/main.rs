//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, lambda};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    lambda::serve(open_survey::FUNCTION, async |request, call| open_survey::handle(app, &request, call).await).await
}
