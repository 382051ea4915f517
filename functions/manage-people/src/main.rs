//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, lambda};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Half a provider is a mistake that shows here, and not when somebody signs in.
    manage_people::identity_provider().await?;
    let app = &App::start().await?;
    lambda::serve(manage_people::FUNCTION, async |request, call| manage_people::handle(app, &request, call).await).await
}
