//! Each night all scopes are watched for those that changed for certain, and actions are judged whose time has come.
//!
//! It reads the days of the lowest nodes and keeps nothing of its own between nights: a night that is run again finds the
//! same, and opens nothing twice.

mod causes;
mod judging;
mod night;

use aftertaste::{
    domain::{action::DAYS_BEFORE, watch::DAYS_APART},
    environment::{ConfigError, optional},
    table::{StoredAction, Table, TableError},
    watching::{History, first_of_window, over_for_all},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "watch-stores";

/// Actions that began more days ago are judged, or never will be: the days before them are known for so long.
const ACTIONS_BACK_DAYS: i64 = 90;

/// Actions that began up to so many days before those may fall into the days that these are compared with.
const OTHERS_BACK_DAYS: i64 = 63 + 28;

/// How far back a night can be run again.
const NIGHTS_BACK_DAYS: i64 = 120;

/// The most days between false alarms that can be asked for.
const MOST_DAYS_APART: u64 = 100_000;

/// The request of a schedule, `{}`, or of an operator: `{"day":"2026-11-20"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The last day of the window; else the last one that is over for every store.
    #[serde(default)]
    pub day: Option<Date>,
}

/// The work of a night.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The last day of the window; none without a store.
    pub day: Option<Date>,
    /// Scopes and parts of scopes that were watched.
    pub watched: u64,
    /// Trends that were opened now.
    pub opened: u64,
    /// Trends that are not closed, or are still named.
    pub trends: u64,
    /// Suspects, of which nobody is told.
    pub suspects: u64,
    /// Verdicts on actions that were written now.
    pub judged: u64,
    /// Actions that could not be judged, and are tried again.
    pub failed: u64,
}

/// Why a night is not whole. The schedule tries again.
#[derive(thiserror::Error)]
pub enum WatchError {
    /// The event asks for something that can't be watched.
    #[error("{0}")]
    Event(String),
    /// The table can't be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Some actions could not be judged; everything else is done.
    #[error("{0} actions could not be judged; each is in the log. The next night tries again.")]
    Some(u64),
}

impl std::fmt::Debug for WatchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// How many days lie between two false alarms on average, over all that is watched: `DAYS_APART`, or 100.
///
/// # Errors
/// When it is no such number.
pub fn days_apart() -> Result<u64, ConfigError> {
    let Some(text) = optional("DAYS_APART") else { return Ok(DAYS_APART) };
    let days = text.trim().parse().ok().filter(|days| (1..=MOST_DAYS_APART).contains(days));
    days.ok_or_else(|| ConfigError(format!("DAYS_APART is a whole number of days from 1 to {MOST_DAYS_APART}.")))
}

/// Watches a night. `fresh` is a random id.
///
/// # Errors
/// When the event can't be watched, or not everything could be done.
pub async fn handle(
    table: &Table,
    event: Event,
    days_apart: u64,
    fresh: Uuid,
    now: Timestamp,
) -> Result<Summary, WatchError> {
    let stores = table.stores().await?.stores;
    let Some(over) = over_for_all(&stores, now) else {
        tracing::info!(outcome = "nothing-to-watch");
        return Ok(Summary::default());
    };
    let day = event.day.unwrap_or(over);
    if day > over || day < over.saturating_sub(NIGHTS_BACK_DAYS.days()) {
        let message = format!("day is one of the last {NIGHTS_BACK_DAYS} days that are over for every store.");
        return Err(WatchError::Event(message));
    }
    let actions = table.actions(day.saturating_sub((ACTIONS_BACK_DAYS + OTHERS_BACK_DAYS).days()), day).await?;
    let due: Vec<&StoredAction> = actions.iter().filter(|stored| is_due(stored, day)).collect();
    let history = History::read(table, stores, (first_day(&due, day), day)).await?;
    let mut summary = Summary { day: Some(day), ..Summary::default() };
    let run = Run { table, history: &history, day, now, fresh };
    // Neither waits for the other: what fails is tried again.
    let watched = run.watch(days_apart, &mut summary).await;
    if history.is_counted(day) {
        run.judge_all(&due, &actions, &mut summary).await?;
    } else if !due.is_empty() {
        tracing::warn!(outcome = "actions-wait-for-count", day = day.to_string(), actions = due.len());
    }
    watched?;
    summary.log();
    if summary.failed > 0 { Err(WatchError::Some(summary.failed)) } else { Ok(summary) }
}

/// Whether an action is to be judged in a night.
fn is_due(stored: &StoredAction, day: Date) -> bool {
    let earliest = day.saturating_sub(ACTIONS_BACK_DAYS.days());
    stored.stands() && stored.action.details.start >= earliest && stored.action.due(day).next().is_some()
}

/// The first day whose answers are needed: that of the window, or of the earliest action that is to be judged.
fn first_day(due: &[&StoredAction], day: Date) -> Date {
    let before = i64::try_from(DAYS_BEFORE).unwrap_or(0).days();
    let first = due.iter().map(|stored| stored.action.details.start.saturating_sub(before)).min();
    first_of_window(day).min(first.unwrap_or(day))
}

/// A night's run.
#[derive(Clone, Copy)]
struct Run<'a> {
    table: &'a Table,
    history: &'a History,
    /// The last day of the window.
    day: Date,
    now: Timestamp,
    /// A random id.
    fresh: Uuid,
}

/// An id of what is done that is the same whenever it is done again.
fn id_of(what: &[&str]) -> Uuid {
    let hash = Sha256::new().chain_update(b"aftertaste/watch/v1\0").chain_update(what.join("\0").as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Summary {
    fn log(&self) {
        let Self { day, watched, opened, trends, suspects, judged, failed } = self;
        let day = day.map(|day| day.to_string());
        tracing::info!(outcome = "watched", day, watched, opened, trends, suspects, judged, failed);
    }
}
