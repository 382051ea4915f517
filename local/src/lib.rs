//! Aftertaste on one machine: an embedded DynamoDB and every function behind one port.
//!
//! There is no mock here. The functions are the deployed ones, the SDK is the real one, and the routes, schedules and
//! keys are those of template.yaml.

mod client;
mod clock;
mod data;
mod database;
mod demo;
mod dynamodb;
pub mod events;
mod expiry;
mod grant;
mod guard;
pub mod listen;
mod login;
mod outbox;
pub mod pay;
pub mod replay;
mod schedules;
mod server;
mod template;
mod waiting;
pub mod watching;

pub use clock::{Clock, parse_times};
pub use data::{Data, Lock, Taken, new_keys};
pub use database::{Bulk, Database};
pub use grant::sign_grant;
pub use login::sign_in_link;
pub use server::dispatch;
pub use template::{KeySchema, Route, Schedule, Template};

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aftertaste::{
    app::App,
    domain::{
        access::{AllKeys, Lifetimes},
        place::StoreNumber,
    },
    environment::responses_at_once,
    memory::Catalog,
    table::{Table, Work},
};
use deliveries::addresses::Reach;
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// The name of the table in the embedded DynamoDB.
pub const TABLE: &str = "aftertaste";

/// Why something could not be done: a sentence for the person at the terminal.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says something to the person at the terminal.
///
/// # Errors
/// When nobody reads it any more.
pub fn say(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|error| Failure(format!("The terminal can't be written to: {error}.")))
}

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port of the functions; 0 for a free one.
    pub port: u16,
    /// Where the DynamoDB is, if not in this process.
    pub dynamodb: String,
    /// How long the functions remember the catalog: short, so that a change shows at once.
    pub catalog_age: Duration,
    /// The data to put in when the table is empty.
    pub demo: Demo,
    /// Whether the schedules fire by themselves. By hand they always do.
    pub schedules: bool,
    /// By which clock.
    pub clock: Clock,
}

/// The data that an empty table is given.
#[derive(Debug, Clone)]
pub enum Demo {
    /// Nothing.
    Nothing,
    /// A brand, a survey and stores.
    Stores,
    /// These, with a hundred days of answers, put in through the bulk door of the table.
    Answers(Bulk),
}

/// A running stack.
pub struct Stack {
    /// Where the functions are, such as `http://127.0.0.1:3000`.
    pub url: String,
    /// The parts that the functions share.
    pub app: Arc<App<AllKeys>>,
    /// By which clock it goes.
    pub clock: Clock,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Stack {
    /// Starts every function behind one port, and their schedules.
    ///
    /// # Errors
    /// When the port is taken, the table is another one's, or the template can't be read.
    pub async fn start(options: Options, keys: AllKeys) -> Result<Self, Failure> {
        let template = Template::read()?;
        manage_people::identity_provider().await.map_err(|error| Failure(error.0))?;
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)), "--port").await?;
        let address = listener.local_addr().map_err(|error| Failure(error.to_string()))?;
        let url = format!("http://{address}");
        let client = client::client(&options.dynamodb).await;
        database::have_table(&client, &template, &options.dynamodb).await?;
        let unhurried = Table::new(client::unhurried(&client), TABLE);
        let table = Table::new(client, TABLE);
        let catalog = Arc::new(Catalog::new(table.clone(), options.catalog_age));
        let app = Arc::new(App {
            table,
            catalog,
            keys,
            public_url: url.clone(),
            lifetimes: Lifetimes::default(),
            reach: Reach::ThisMachineToo,
            responses_at_once: responses_at_once(),
            pace: options.clock.pace(),
        });
        let now = options.clock.now();
        // A process that was killed at work has left its lease, and this one alone has the table.
        for work in [Work::Counting, Work::Sending] {
            app.table.end_lease(work).await.map_err(|error| Failure(error.to_string()))?;
        }
        match &options.demo {
            Demo::Nothing => {}
            Demo::Stores => demo::put_in(&app.table, now, None).await?,
            Demo::Answers(bulk) => demo::put_in(&app.table, now, Some(bulk)).await?,
        }
        let (stop, stopped) = watch::channel(false);
        let turns = Arc::default();
        if options.schedules {
            schedules::start(&template, &app, (&unhurried, options.clock), &turns, &stopped)?;
        }
        let server = tokio::spawn(server::serve(listener, template, app.clone(), (options.clock, turns), stopped));
        Ok(Self { url, app, clock: options.clock, stop, server })
    }

    /// Stops taking calls, ends those that run, and returns.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A client that keeps its connection open must not keep the process.
        let _ = tokio::time::timeout(Duration::from_secs(3), self.server).await;
    }

    /// A link that nobody has answered, for the lowest store of the catalog; none without a store.
    pub async fn fresh_link(&self, now: Timestamp) -> Option<String> {
        let stores = self.app.catalog.stores(now).await.ok()?;
        let store: StoreNumber = stores.iter().map(|store| store.number).min()?;
        let link = demo::link(&self.app.keys.guests, store, now)?;
        Some(format!("{}/s/{link}", self.url))
    }
}

/// A listener at an address of this machine.
async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    let (ip, port) = (address.ip(), address.port());
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrNotAvailable => {
            Failure(format!("{ip} is no address of this machine ({error}). Give --bind one that is."))
        }
        _ => Failure(format!("Port {port} on {ip} can't be used ({error}). Choose another with {option}.")),
    })
}

/// A function's parts: the same with the keys that it reads when it is deployed.
fn with<K>(app: &App<AllKeys>, keys: K) -> App<K> {
    let App { table, catalog, public_url, lifetimes, reach, responses_at_once, pace, .. } = app;
    App {
        table: table.clone(),
        catalog: catalog.clone(),
        keys,
        public_url: public_url.clone(),
        lifetimes: *lifetimes,
        reach: *reach,
        responses_at_once: *responses_at_once,
        pace: *pace,
    }
}
