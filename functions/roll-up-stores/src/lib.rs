//! The schedule counts: each store's business days from their responses, then each scope above from its stores.

mod days;

use std::time::Duration;

use aftertaste::{
    count::{Counting, Terms, give_back_after, take_lease},
    environment::responses_at_once,
    memory::Catalog,
    table::{OutgoingEvent, Table, TableError},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

pub use aftertaste::count::{CountError, Summary};

use days::{Days, days_of};

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "roll-up-stores";

/// How long a count may keep the lease: 16 minutes. template.yaml ends it after fifteen.
const LONGEST: Duration = Duration::from_secs(16 * 60);

/// How long a count waits for another to end. Lambda tries it again twice, after one and two minutes: together they
/// outlast the lease of a count that was killed.
const PATIENCE: Duration = Duration::from_secs(420);

/// The request of a schedule (or an operator).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Event {
    /// `{"days":"recent"}` or `{"days":"answerable"}`
    Window {
        /// Which days.
        days: Window,
    },
    /// `{"from":"2026-11-01","to":"2026-11-21"}`, business days, both included; `"accept_fewer":true` if so
    Range {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
        /// Whether days are written also where fewer responses are left than were counted before: an operator knows
        /// that some are gone for good.
        #[serde(default)]
        accept_fewer: bool,
    },
}

/// Days named by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    /// Today and yesterday.
    Recent,
    /// Every day on which a link can still be answered.
    Answerable,
}

/// Counts. Two counts never overlap: each takes the lease under `fresh`, a random id. The `clock` is read when the
/// reading of each store begins. That decides between a later count and a late write of this one.
///
/// # Errors
/// When the event can't be counted, or not everything could be.
pub async fn handle(
    table: &Table,
    catalog: &Catalog,
    event: Event,
    fresh: Uuid,
    clock: impl Fn() -> Timestamp + Sync,
) -> Result<Summary, CountError> {
    let terms = Terms { holder: fresh, longest: LONGEST, patience: PATIENCE };
    let until = take_lease(table, terms, &clock).await?;
    let began = clock();
    let counted = give_back_after(table, fresh, count_all(table, catalog, event, until, &clock)).await;
    if let Err(error) = &counted {
        tell_of_failure(table, error, began).await;
    }
    counted
}

/// Puts an event for endpoints that want to know of failed counts: one an hour, however often a count is tried again.
/// Where even that fails, the alarm on errors is left.
async fn tell_of_failure(table: &Table, error: &CountError, began: Timestamp) {
    let failures = match error {
        CountError::Some(failures) => Some(*failures),
        CountError::Table(_) => None,
        CountError::Event(_) | CountError::Busy => return,
    };
    let data = json!({"failures": failures, "message": error.to_string()});
    let hour = began.strftime("%Y-%m-%dT%H").to_string();
    let event = OutgoingEvent::of_hour("count.failed", &hour, began, data);
    if let Err(error) = table.put_event(&event).await {
        tracing::warn!(outcome = "failure-not-told", %error);
    }
}

/// From when on endpoints want to know of responses. A count by hand is of days long past: it notifies nobody, and
/// neither does one where each answer is sent at once.
async fn tell_since(table: &Table, event: Event) -> Result<Option<Timestamp>, TableError> {
    if matches!(event, Event::Range { .. }) || responses_at_once() {
        return Ok(None);
    }
    let endpoints = table.endpoints().await?;
    let wanting =
        endpoints.iter().filter(|stored| stored.endpoint.wants_any(&["response.recorded", "response.taken_back"]));
    Ok(wanting.map(|stored| stored.since).min())
}

async fn count_all(
    table: &Table,
    catalog: &Catalog,
    event: Event,
    until: Timestamp,
    clock: &(impl Fn() -> Timestamp + Sync),
) -> Result<Summary, CountError> {
    let now = clock();
    let list = catalog.stores(now).await?;
    let brand = catalog.brand(now).await?;
    let Some(Days { all: days, read_from }) = days_of(table, event, &list, now).await? else {
        tracing::info!(outcome = "nothing-to-count");
        return Ok(Summary::default());
    };
    let counting = Counting {
        table,
        catalog,
        days: &days,
        read_from,
        only: None,
        retention_days: i64::from(brand.retention_days),
        accept_fewer: matches!(event, Event::Range { accept_fewer: true, .. }),
        tell_since: tell_since(table, event).await?,
        began: now,
        until,
        clock,
    };
    let summary = counting.run(&list).await;
    summary.log();
    summary.whole()
}
