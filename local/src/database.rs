//! The embedded DynamoDB and its table.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use aftertaste::table::Item;
use aws_sdk_dynamodb::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    primitives::Blob,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TableDescription, TimeToLiveSpecification,
    },
};
use jiff::Timestamp;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{Failure, KeySchema, TABLE, Template, bind, dynamodb, expiry, waiting::Waiting};

/// How long a start waits for a DynamoDB that does not answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a start waits before it checks the table again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// How many items are imported at once. That is one write to the disk for all of them, and some tens of milliseconds in
/// which nobody else is served.
const AT_ONCE: usize = 2_000;

/// A DynamoDB in this process.
pub struct Database {
    /// Where it listens, such as `http://127.0.0.1:8000`.
    pub url: String,
    engine: dynoxide::Database,
    expires: String,
    stop: Option<oneshot::Sender<()>>,
    stop_sweeping: Option<mpsc::Sender<()>>,
    threads: Vec<thread::JoinHandle<()>>,
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
        let expires = Template::read()?.expires;
        let listener = bind(address, "--dynamodb-port").await?;
        let mut address = listener.local_addr().map_err(|error| Failure(error.to_string()))?;
        if address.ip().is_unspecified() {
            // "Every address" is none to call.
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let listener = listener.into_std().map_err(|error| Failure(error.to_string()))?;
        let engine = open(file.map(Path::to_owned)).await?;
        let (stop, stopped) = oneshot::channel();
        let served = engine.clone();
        // A thread of its own: it works synchronously behind one lock, and would block the functions otherwise.
        let serving = thread::spawn(move || {
            let Ok(runtime) = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() else {
                return;
            };
            runtime.block_on(serve(listener, served, stopped));
            runtime.shutdown_timeout(Duration::from_secs(1));
        });
        let (stop_sweeping, stopped) = mpsc::channel();
        let (swept, attribute) = (engine.clone(), expires.clone());
        // Neither on the threads that serve nor on those of the functions.
        let sweeping = thread::spawn(move || expiry::sweep_now_and_then(&swept, &attribute, &stopped));
        Ok(Self {
            url: format!("http://{address}"),
            engine,
            expires,
            stop: Some(stop),
            stop_sweeping: Some(stop_sweeping),
            threads: vec![serving, sweeping],
        })
    }

    /// The door for many items at once.
    pub fn bulk(&self) -> Bulk {
        Bulk(self.engine.clone())
    }

    /// Drops what expired before an instant, and says how much that was. It happens by itself now and then.
    ///
    /// # Errors
    /// When the table can't be read or written.
    pub fn sweep(&self, now: Timestamp) -> Result<usize, Failure> {
        expiry::sweep(&self.engine, &self.expires, now, || false)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.stop_sweeping.take());
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Opens the file. After a crash that may take a while: the log beside it is read first.
async fn open(file: Option<PathBuf>) -> Result<dynoxide::Database, Failure> {
    let Some(path) = file else {
        return dynoxide::Database::memory()
            .map_err(|error| Failure(format!("No table can be kept in memory: {error}.")));
    };
    let _waiting = Waiting::with_clock(format!("Waiting for the table in {}", path.display()));
    let failed = |error: &dyn std::fmt::Display| {
        Failure(format!("The table's file {} can't be opened: {error}.", path.display()))
    };
    let name = path.to_string_lossy().into_owned();
    let opened = tokio::task::spawn_blocking(move || dynoxide::Database::new(&name)).await;
    opened.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

/// A door into the embedded DynamoDB for many items at once: past HTTP and the SDK, a few writes to the disk in all.
/// Nothing is checked, and what is there is written over. Only a demo and tests go through it.
#[derive(Clone)]
pub struct Bulk(dynoxide::Database);

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bulk")
    }
}

impl Bulk {
    /// Writes items as the functions would have. They are on the disk when this returns: each piece is one transaction
    /// of the engine, which ends as every other write does.
    ///
    /// # Errors
    /// When there is no table, or it can't be written. Some of the items may be there then.
    pub async fn import(&self, items: Vec<Item>) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure(format!("Items can't be imported: {error}"));
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let piece = items.by_ref().take(AT_ONCE).map(as_the_engine_has_it).collect::<Option<Vec<_>>>();
            let piece = piece.ok_or_else(|| failed(&"an attribute has a type that is not known here."))?;
            let engine = self.0.clone();
            let import = move || engine.import_items(TABLE, piece, dynoxide::ImportOptions::default());
            let imported = tokio::task::spawn_blocking(import).await;
            imported.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        }
        Ok(())
    }
}

fn as_the_engine_has_it(item: Item) -> Option<dynoxide::Item> {
    item.into_iter().map(|(name, value)| Some((name, value_as_the_engine_has_it(value)?))).collect()
}

fn value_as_the_engine_has_it(value: AttributeValue) -> Option<dynoxide::AttributeValue> {
    use dynoxide::AttributeValue as Engine;
    Some(match value {
        AttributeValue::S(text) => Engine::S(text),
        AttributeValue::N(number) => Engine::N(number),
        AttributeValue::B(bytes) => Engine::B(bytes.into_inner()),
        AttributeValue::Bool(yes) => Engine::BOOL(yes),
        AttributeValue::Null(null) => Engine::NULL(null),
        AttributeValue::Ss(texts) => Engine::SS(texts),
        AttributeValue::Ns(numbers) => Engine::NS(numbers),
        AttributeValue::Bs(all) => Engine::BS(all.into_iter().map(Blob::into_inner).collect()),
        AttributeValue::L(values) => {
            Engine::L(values.into_iter().map(value_as_the_engine_has_it).collect::<Option<_>>()?)
        }
        AttributeValue::M(fields) => Engine::M(as_the_engine_has_it(fields)?),
        _ => return None,
    })
}

async fn serve(listener: std::net::TcpListener, database: dynoxide::Database, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
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
            // Requests that run end; a client that never finishes must not keep the process.
            let _ = tokio::time::timeout(Duration::from_secs(2), serving).await;
        }
    }
}

/// Sees to it that the table is there as template.yaml has it: makes it, or checks that it has the same keys. Waits for
/// a DynamoDB that does not answer yet.
pub(crate) async fn have_table(client: &Client, template: &Template, url: &str) -> Result<(), Failure> {
    let _waiting = Waiting::with_clock(format!("Waiting for the table in {url}"));
    let began = Instant::now();
    loop {
        match look(client, template).await {
            Look::Right => return Ok(()),
            Look::Missing => return create(client, template).await,
            Look::Unlike => return Err(unlike(client, template).await),
            Look::Late(_) if began.elapsed() < PATIENCE => tokio::time::sleep(LOOK_AGAIN).await,
            Look::Late(why) => {
                return Err(Failure(format!(
                    "The DynamoDB at {url} could not be asked for its table within {} s: {why}. Is the disk full, or does \
                     another program hold the file?",
                    PATIENCE.as_secs()
                )));
            }
        }
    }
}

/// The result of a check of the table.
enum Look {
    /// It has the keys of the template.
    Right,
    /// It has other keys.
    Unlike,
    /// There is none.
    Missing,
    /// Nothing, so far.
    Late(String),
}

/// Reads one item by both keys, as the functions do: a table of other keys refuses this. Calling `DescribeTable` would
/// count every item first, which takes seconds in a large table.
async fn look(client: &Client, template: &Template) -> Look {
    let mut query = client.query().table_name(TABLE).limit(1);
    let mut conditions = Vec::new();
    for (i, (name, attribute_type, _)) in template.keys.iter().enumerate() {
        let value = match attribute_type.as_str() {
            "N" => AttributeValue::N("0".into()),
            "B" => AttributeValue::B(Blob::new([0])),
            _ => AttributeValue::S("-".into()),
        };
        query = query
            .expression_attribute_names(format!("#k{i}"), name)
            .expression_attribute_values(format!(":k{i}"), value);
        conditions.push(format!("#k{i} = :k{i}"));
    }
    match query.key_condition_expression(conditions.join(" AND ")).send().await {
        Ok(_) => Look::Right,
        Err(error) => match error.as_service_error() {
            Some(said) if said.is_resource_not_found_exception() => Look::Missing,
            Some(said) if said.code() == Some("ValidationException") => Look::Unlike,
            _ => Look::Late(DisplayErrorContext(error).to_string()),
        },
    }
}

/// Says how the table that is there differs.
async fn unlike(client: &Client, template: &Template) -> Failure {
    match client.describe_table().table_name(TABLE).send().await {
        Ok(described) => Failure(format!(
            "The table {TABLE} that is there has the keys {}, and template.yaml says {}. Move the data folder away, \
             or choose another with --data.",
            written(&described.table.as_ref().map(keys_of).unwrap_or_default()),
            written(&template.keys)
        )),
        Err(error) => failed("be asked for its table", error),
    }
}

/// Creates the table as template.yaml has it.
async fn create(client: &Client, template: &Template) -> Result<(), Failure> {
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
