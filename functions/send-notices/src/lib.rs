//! Each minute, what other systems and people should know goes out: webhooks, messages of robots, mail, and events on a
//! bus. Every five minutes the cases whose time has come are checked too.
//!
//! An event is handed out once. Each endpoint that wants it has its own delivery from then on, which is tried again as
//! Standard Webhooks recommends. Everything is written before what it replaces is taken away. So a process may be
//! killed anywhere: nothing is lost, and no more is sent twice than was under way.

mod attempt;
mod digest;
mod hand_out;
mod lane;
mod mail;
mod replay;
mod run;
mod summary;
mod sweep;
mod told;
mod trends;
mod words;

use std::time::Duration;

use aftertaste::{
    app,
    domain::access::SealKeys,
    table::{TableError, Work},
    web::Web,
};
use aws_config::SdkConfig;
use futures::{StreamExt, future};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use run::Run;

type App = app::App<SealKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "send-notices";

/// The request of a schedule: nothing but what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Event {}

/// All that sending needs at hand.
pub struct Sender {
    /// The table, the catalog, the keys under which secrets are sealed, and how far deliveries go.
    pub app: App,
    /// Connections that reach no further.
    pub web: Web,
    /// AWS, for mail and the event bus; none where there is none.
    pub sdk: Option<SdkConfig>,
    /// The event bus, by its name or ARN, if the stack has one.
    pub bus: Option<String>,
    /// From which address mail comes, if the stack sends mail.
    pub mail_from: Option<String>,
}

/// How long things may take. template.yaml ends a run after 55 seconds.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How long attempts are begun.
    pub work: Duration,
    /// How long an answer is waited for.
    pub patience: Duration,
    /// How long the run keeps the lease. Less than a minute: the next run never finds the lease of one that was killed.
    pub lease: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { work: seconds(35), patience: seconds(15), lease: seconds(55) }
    }
}

/// The work of a run, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Cases and summaries that were checked.
    pub looked: u64,
    /// Events that were handed out to the endpoints that want them.
    pub events: u64,
    /// Deliveries that arrived.
    pub delivered: u64,
    /// Deliveries that did not arrive, and are tried again.
    pub again: u64,
    /// Deliveries that are not tried again.
    pub failed: u64,
    /// Events that no endpoint wanted.
    pub unheard: u64,
    /// Events that did not go out: their payment was paid back, their guest is not to be asked, or it was too late.
    pub stopped: u64,
    /// Deliveries that wait for the next run: their endpoint takes no more at once.
    pub left: u64,
    /// Items that could not be read or written, and wait for the next run.
    pub broken: u64,
}

/// Whether a run would find something: to send, or in a minute in which cases are checked, to check.
///
/// # Errors
/// When the table can't be read.
pub async fn has_work(sender: &Sender, now: Timestamp) -> Result<bool, TableError> {
    let table = &sender.app.table;
    if table.due(now).next().await.transpose().is_ok_and(|due| due.is_none()) {
        return Ok(sweep::is_due(now) && table.looks(now).next().await.is_some());
    }
    Ok(true)
}

/// Sends what is due. Two runs never send at once: each takes the lease under `fresh`, a random id. The `clock` is read
/// before each attempt.
///
/// # Errors
/// When the table can't be read or written. All that was due stays due.
pub async fn handle(
    sender: &Sender,
    terms: Terms,
    fresh: Uuid,
    clock: impl Fn() -> Timestamp + Sync,
) -> Result<Summary, TableError> {
    let table = &sender.app.table;
    let now = clock();
    // Most runs have nothing to do: they take no lease, and write nothing.
    let is_sweep = sweep::is_due(now);
    let looks = async { if is_sweep { table.looks(now).next().await } else { None } };
    let (due, look) = future::join(async { table.due(now).next().await }, looks).await;
    match (due, &look) {
        (None, None) => {
            tracing::info!(outcome = "nothing-to-send");
            return Ok(Summary::default());
        }
        (Some(Err(error @ TableError::Failed { .. })), _) => return Err(error),
        // One that can't be read is met, and logged, by the run.
        _ => {}
    }
    let until = now.saturating_add(terms.lease).unwrap_or(Timestamp::MAX);
    if !table.take_lease(Work::Sending, fresh, now, until).await? {
        tracing::info!(outcome = "another-sends");
        return Ok(Summary::default());
    }
    let sent = match Run::begin(sender, terms, fresh, &clock).await {
        Ok(run) => run.all(now, look.is_some()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = table.give_back_lease(Work::Sending, fresh).await {
        tracing::warn!(outcome = "lease-not-given-back", %error);
    }
    if let Ok(summary) = &sent {
        summary.log();
    }
    sent
}

impl Summary {
    fn log(&self) {
        let Self { looked, events, delivered, again, failed, unheard, stopped, left, broken } = self;
        tracing::info!(outcome = "sent", looked, events, delivered, again, failed, unheard, stopped, left, broken);
    }
}
