//! The embedded DynamoDB and its table.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use aftertaste::aws;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::{
    Client,
    config::Credentials,
    error::DisplayErrorContext,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription,
        TimeToLiveSpecification,
    },
};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{Failure, KeySchema, Template, dynamodb, listen};

/// The name of the table in the embedded DynamoDB.
pub const TABLE: &str = "aftertaste";

/// How often items whose time is over are dropped. DynamoDB itself takes hours.
const SWEEP: Duration = Duration::from_secs(60);

/// A DynamoDB in this process.
pub struct Database {
    /// Where it listens, such as `http://127.0.0.1:8000`.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Database {
    /// Starts a DynamoDB over a file, or in memory, for programs on this machine alone.
    ///
    /// # Errors
    /// When the file can't be opened or the port is taken.
    pub async fn start(file: Option<&Path>, port: u16) -> Result<Self, Failure> {
        Self::start_at(file, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
    }

    /// The same at another address of this machine, such as the one that its containers reach.
    ///
    /// # Errors
    /// When the file can't be opened, the port is taken or the address is not this machine's.
    pub async fn start_at(file: Option<&Path>, address: SocketAddr) -> Result<Self, Failure> {
        let database = match file {
            Some(path) => dynoxide::Database::new(&path.to_string_lossy())
                .map_err(|error| Failure(format!("The table's file {} can't be opened: {error}.", path.display())))?,
            None => dynoxide::Database::memory()
                .map_err(|error| Failure(format!("No table can be kept in memory: {error}.")))?,
        };
        let listener = listen(address, "--dynamodb-port").await?;
        let mut address = listener.local_addr().map_err(|error| Failure(error.to_string()))?;
        if address.ip().is_unspecified() {
            // "Every address" is none to call.
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let listener = listener.into_std().map_err(|error| Failure(error.to_string()))?;
        let (stop, stopped) = oneshot::channel();
        // A thread of its own: it works synchronously behind one lock, and would hold up the functions otherwise.
        let thread = thread::spawn(move || {
            let Ok(runtime) = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() else {
                return;
            };
            runtime.block_on(serve(listener, database, stopped));
            runtime.shutdown_timeout(Duration::from_secs(1));
        });
        Ok(Self { url: format!("http://{address}"), stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

async fn serve(listener: std::net::TcpListener, database: dynoxide::Database, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let sweeper = database.clone();
    let sweeping = tokio::spawn(async move {
        let mut timer = tokio::time::interval(SWEEP);
        loop {
            timer.tick().await;
            if let Err(error) = sweeper.sweep_ttl() {
                tracing::warn!(outcome = "sweep-failed", %error);
            }
        }
    });
    let (close, closed) = oneshot::channel::<()>();
    let serving = dynamodb::serve(listener, database, closed);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => {
            if let Err(error) = ended {
                tracing::error!(outcome = "dynamodb-ended", %error);
            }
        }
        _ = stopped => {
            let _ = close.send(());
            // What is running ends; a client that never finishes must not keep the process.
            let _ = tokio::time::timeout(Duration::from_secs(2), serving).await;
        }
    }
    sweeping.abort();
}

/// The real SDK, pointed at a DynamoDB on this machine, with the bounds that the functions have.
pub(crate) async fn client(url: &str) -> Client {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"));
    let sdk = aws::bounds(loader).load().await;
    Client::from_conf(aws_sdk_dynamodb::config::Builder::from(&sdk).endpoint_url(url).build())
}

/// Creates the table as template.yaml has it, or checks that the one that is there has the same keys.
pub(crate) async fn create_table(client: &Client, template: &Template) -> Result<(), Failure> {
    match client.describe_table().table_name(TABLE).send().await {
        Ok(described) => {
            let there = described.table.as_ref().map(keys_of).unwrap_or_default();
            if there == template.keys {
                return Ok(());
            }
            return Err(Failure(format!(
                "The table {TABLE} that is there has the keys {}, and template.yaml says {}. Move the data folder away, \
                 or choose another with --data.",
                written(&there),
                written(&template.keys)
            )));
        }
        Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {}
        Err(error) => return Err(failed("be asked for its table", error)),
    }
    let mut create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    for (name, attribute_type, key_type) in &template.keys {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::from(attribute_type.as_str()));
        let key = KeySchemaElement::builder().attribute_name(name).key_type(KeyType::from(key_type.as_str()));
        create = create
            .attribute_definitions(attribute.build().map_err(|error| Failure(error.to_string()))?)
            .key_schema(key.build().map_err(|error| Failure(error.to_string()))?);
    }
    create.send().await.map_err(|error| failed("create its table", error))?;
    let expiry = TimeToLiveSpecification::builder().attribute_name(&template.expires).enabled(true);
    client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(expiry.build().map_err(|error| Failure(error.to_string()))?)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("be told what expires", error))
}

fn keys_of(table: &TableDescription) -> KeySchema {
    let type_of = |name: &str| {
        let attribute = table.attribute_definitions().iter().find(|attribute| attribute.attribute_name() == name);
        attribute.map_or_else(String::new, |attribute| attribute.attribute_type().as_str().to_owned())
    };
    let keys = table.key_schema().iter();
    keys.map(|key| {
        let name = key.attribute_name();
        (name.to_owned(), type_of(name), key.key_type().as_str().to_owned())
    })
    .collect()
}

fn written(keys: &KeySchema) -> String {
    let keys: Vec<String> =
        keys.iter().map(|(name, attribute, kind)| format!("{name} ({attribute}, {kind})")).collect();
    keys.join(" and ")
}

fn failed(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure(format!("The DynamoDB could not {what}: {}", DisplayErrorContext(error)))
}
