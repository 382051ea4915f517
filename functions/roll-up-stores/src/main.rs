//! Wires the handler to the Lambda runtime.

use aftertaste::{aws, environment, lambda, logs, memory::Catalog, table::Table};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use roll_up_stores::Event;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logs::begin();
    let name = environment::variable("TABLE_NAME")?;
    let table = &Table::new(aws_sdk_dynamodb::Client::new(&aws::sdk().await), name);
    // Nothing is remembered from one count to the next: a count goes by the catalog as it is.
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        let catalog = Catalog::new(table.clone(), Catalog::AGE);
        let count = roll_up_stores::handle(table, &catalog, event.payload, Uuid::new_v4(), Timestamp::now);
        Box::pin(lambda::within(roll_up_stores::FUNCTION, "schedule", count)).await.map_err(Error::from)
    }))
    .await
}
