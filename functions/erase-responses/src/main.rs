//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, domain::access::BothKeys, lambda};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::<BothKeys>::start().await?;
    lambda::serve(erase_responses::FUNCTION, async |request, call| erase_responses::handle(app, &request, call).await)
        .await
}
