//! Wires the handler to the Lambda runtime.

use aftertaste::{
    app::App,
    aws,
    environment::optional,
    lambda,
    web::{SystemLookup, Web},
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use send_notices::{Event, Sender, Terms};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = App::start().await?;
    let sender = &Sender {
        web: Web::outward(app.reach, SystemLookup),
        app,
        sdk: Some(aws::sdk().await),
        bus: optional("EVENT_BUS"),
        mail_from: optional("MAIL_FROM"),
    };
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Event>| {
        let sent = send_notices::handle(sender, Terms::default(), Uuid::new_v4(), Timestamp::now);
        Box::pin(lambda::within(send_notices::FUNCTION, "schedule", sent)).await.map_err(Error::from)
    }))
    .await
}
