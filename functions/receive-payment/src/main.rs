//! Wires the handler to the Lambda runtime.

use aftertaste::{app::App, domain::access::ReceiverKeys, lambda};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::<ReceiverKeys>::start().await?;
    lambda::serve(receive_payment::FUNCTION, async |request, call| receive_payment::handle(app, &request, call).await)
        .await
}
