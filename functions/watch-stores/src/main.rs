//! Wires the handler to the Lambda runtime.

use aftertaste::{aws, environment, lambda, logs, table::Table};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use uuid::Uuid;
use watch_stores::{Event, days_apart};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::begin();
    let name = environment::variable("TABLE_NAME")?;
    let days_apart = days_apart()?;
    let table = &Table::new(aws_sdk_dynamodb::Client::new(&aws::sdk().await), name);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        let watch = watch_stores::handle(table, event.payload, days_apart, Uuid::new_v4(), Timestamp::now());
        Box::pin(lambda::within(watch_stores::FUNCTION, "schedule", watch)).await.map_err(Error::from)
    }))
    .await
}
