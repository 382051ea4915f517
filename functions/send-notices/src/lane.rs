//! An endpoint during a run: its pace, whether it is left alone, and how it fares.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aftertaste::table::{Again, Delivery, Due, Health, StoredEndpoint, Table, TableError};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Semaphore, time::Instant};

/// How many attempts at one endpoint are under way at once. One that hangs blocks so many.
const AT_ONCE: usize = 8;

/// After so many failures in a row an endpoint is left alone for a while.
const PATIENCE: u32 = 3;

/// How many deliveries wait at one endpoint at once, and how many at all. The others stay where they are.
const MOST_WAITING: usize = 1_000;
const MOST_WAITING_IN_ALL: usize = 4_000;

/// For how long at first, and at most. It doubles with each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(60);

/// After so many days of nothing but failures an endpoint is switched off.
pub(crate) const DAYS_OF_FAILURES: i64 = 5;

/// How many events one message to people has. The others come with the next run's.
const MOST_IN_A_MESSAGE: usize = 200;

/// How many of cases, of which a message says how many there are at each store.
const MOST_CASES_IN_A_MESSAGE: usize = 1_000;

/// An endpoint during a run.
pub(crate) struct Lane {
    pub(crate) stored: StoredEndpoint,
    /// One at a time, as long as it is not known whether it is well again.
    pub(crate) under_way: Semaphore,
    /// How many may wait. One that takes its time must not fill the run.
    pub(crate) waiting: Semaphore,
    /// Locked while it is written how the endpoint fares.
    writing: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    health: Health,
    /// As it was read.
    before: Health,
    /// When the next attempt may begin.
    next: Instant,
    /// How many may be under way.
    at_once: usize,
    failures_in_a_row: u32,
    /// Deliveries that people get at the end of the run.
    collected: Vec<(Due, Delivery)>,
}

/// Whether an endpoint takes something now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It does.
    Open,
    /// It is left alone until then.
    Paused(Timestamp),
    /// It is switched off. Why, in a sentence.
    Off(String),
}

impl Lane {
    /// One of so many.
    pub(crate) fn new(stored: StoredEndpoint, health: Health, lanes: usize) -> Self {
        let at_once = if health.pauses > 0 { 1 } else { AT_ONCE };
        let state = State {
            before: health.clone(),
            health,
            next: Instant::now(),
            at_once,
            failures_in_a_row: 0,
            collected: Vec::new(),
        };
        Self {
            stored,
            under_way: Semaphore::new(at_once),
            waiting: Semaphore::new(MOST_WAITING.min(MOST_WAITING_IN_ALL / lanes.max(1))),
            writing: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        let state = self.state();
        match (state.health.off_since, state.health.paused_until) {
            (Some(_), _) => {
                Standing::Off(state.health.why.clone().unwrap_or_else(|| "The endpoint is switched off.".to_owned()))
            }
            (None, Some(until)) if until > now => Standing::Paused(until),
            _ => Standing::Open,
        }
    }

    /// When an attempt may begin, within the endpoint's pace; none if that is too late for this run.
    pub(crate) fn turn(&self, stop: Instant) -> Option<Instant> {
        let mut state = self.state();
        let turn = state.next.max(Instant::now());
        if turn >= stop {
            return None;
        }
        state.next = turn + Duration::from_secs(1) / self.stored.endpoint.per_second.max(1);
        Some(turn)
    }

    /// Something arrived.
    pub(crate) fn succeeded(&self, now: Timestamp) {
        let mut state = self.state();
        state.failures_in_a_row = 0;
        let is_well = state.health.failing_since.is_none() && state.health.paused_until.is_none();
        // Once an hour is enough for a reader, and costs no write a run.
        let is_old =
            state.health.last_success.is_none_or(|last| now.duration_since(last) >= SignedDuration::from_hours(1));
        if !is_well || is_old {
            let Health { off_since, writes, paused_until, .. } = state.health;
            // Its request for a pause still counts, also where another delivery arrived just then.
            let paused_until = paused_until.filter(|until| *until > now);
            state.health = Health { last_success: Some(now), off_since, writes, paused_until, ..Health::default() };
        }
        // As many at once as if it had never failed.
        self.under_way.add_permits(AT_ONCE.saturating_sub(state.at_once));
        state.at_once = AT_ONCE;
    }

    /// The endpoint wants to be left alone until then.
    pub(crate) fn asked(&self, until: Timestamp) {
        let mut state = self.state();
        state.health.paused_until = state.health.paused_until.max(Some(until));
    }

    /// An attempt failed. Whether the endpoint is to be switched off, because nothing has arrived for days.
    pub(crate) fn failed(&self, now: Timestamp, why: &str) -> bool {
        let mut state = self.state();
        let since = *state.health.failing_since.get_or_insert(now);
        state.health.why = Some(why.to_owned());
        state.failures_in_a_row += 1;
        // One that was left alone before is tried once.
        let is_enough = state.failures_in_a_row >= PATIENCE || state.health.pauses > 0;
        let is_paused = state.health.paused_until.is_some_and(|until| until > now);
        if is_enough && !is_paused {
            let doubled = FIRST_PAUSE.checked_mul(1 << state.health.pauses.min(6)).unwrap_or(LONGEST_PAUSE);
            let pause = now.checked_add(doubled.min(LONGEST_PAUSE)).unwrap_or(now);
            state.health.pauses += 1;
            state.health.paused_until = Some(pause);
        }
        let days = now.duration_since(since);
        state.health.off_since.is_none() && days >= SignedDuration::from_hours(24 * DAYS_OF_FAILURES)
    }

    /// Switches the endpoint off. Whether it was on.
    pub(crate) fn switch_off(&self, now: Timestamp, why: &str) -> bool {
        let mut state = self.state();
        let was_on = state.health.off_since.is_none();
        if was_on {
            state.health.off_since = Some(now);
            state.health.why = Some(why.to_owned());
        }
        was_on
    }

    /// Writes how it fares, if that has changed. Not over what an operator did since it was read.
    pub(crate) async fn keep_health(&self, table: &Table, now: Timestamp) -> Result<(), TableError> {
        let _one_at_a_time = self.writing.lock().await;
        let health = {
            let state = self.state();
            if state.health == state.before {
                return Ok(());
            }
            state.health.clone()
        };
        if table.change_health(&self.stored.id, &health, now).await? {
            let mut state = self.state();
            let writes = health.writes.saturating_add(1);
            state.health.writes = writes;
            state.before = Health { writes, ..health };
        }
        Ok(())
    }

    /// Keeps a delivery that people get at the end of the run. Beyond so many it stays where it is.
    pub(crate) fn collect(&self, due: Due, delivery: Delivery) {
        let is_of_a_case = delivery.kind.starts_with("case.");
        let most = if is_of_a_case { MOST_CASES_IN_A_MESSAGE } else { MOST_IN_A_MESSAGE };
        let mut state = self.state();
        if state.collected.len() < most {
            state.collected.push((due, delivery));
        }
    }

    /// The deliveries that were collected.
    pub(crate) fn collected(&self) -> Vec<(Due, Delivery)> {
        std::mem::take(&mut self.state().collected)
    }

    /// A delivery that is due again here.
    pub(crate) fn again(&self, delivery: &Delivery, is_replay: bool) -> Again {
        Again { endpoint: self.stored.id.clone(), id: delivery.id.clone(), at: delivery.at, is_replay }
    }
}
