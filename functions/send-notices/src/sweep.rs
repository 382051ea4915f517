//! Every five minutes the cases whose time has come are checked. The people who answer for them are notified, and cases
//! that nobody goes on with end.
//!
//! ```text
//!  look that is due ─▶ the case, and its answer ─▶ events in the outbox ─▶ how far it is reported ─▶ the next look
//!                                                                              │
//!                                                     the look is taken away ◀─┘ last
//! ```
//! A run that is killed anywhere leaves the look, and the next one does the same again: its events have the same ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use aftertaste::{
    cases,
    domain::{
        Id,
        case::{Act, Case, Duty, Move, Moving, Notice, State, Telling},
        place::{Scope, Store},
        survey::Severity,
    },
    table::{CONTACT_DAYS_AFTER_CLOSING, CaseKey, DueLook, Look, Moved, OutgoingEvent, StoredCase, TableError},
};
use deliveries::endpoint::TYPES_FOR_DUTY;
use futures::{StreamExt, future, stream};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    lane::Standing,
    run::{Run, of_hour},
};

/// A sweep is every so many minutes, and in which of them. Counts begin at the full hour.
const EVERY_MINUTES: i64 = 5;
const IN_MINUTE: i64 = 2;

/// How many checks one sweep makes, and how many are under way at once. The others wait for the next.
const MOST_LOOKS: usize = 5_000;
const UNDER_WAY: usize = 16;

/// After how many minutes something is checked again whose store can't be read.
const LATER_MINUTES: i64 = 60;

/// Whether a run is to check cases too.
pub(crate) fn is_due(now: Timestamp) -> bool {
    now.as_second().div_euclid(60).rem_euclid(EVERY_MINUTES) == IN_MINUTE
}

/// The data that the checks of a sweep share.
pub(crate) struct Sweep<'a> {
    pub(crate) now: Timestamp,
    pub(crate) duties: &'a BTreeMap<Scope, Duty>,
    /// Stores and nodes for whose cases nobody could be notified.
    without_duty: Mutex<BTreeSet<Scope>>,
    /// Duties whose endpoint notifies nobody, or whose people may all follow no more.
    not_reached: Mutex<BTreeSet<Scope>>,
}

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Makes all checks that are due. An item that can't be read or written is logged, and checked again by the next
    /// sweep.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<(), TableError> {
        let looks = self.due_looks(now).await?;
        if looks.is_empty() {
            return Ok(());
        }
        let (without_duty, not_reached) = (Mutex::default(), Mutex::default());
        let sweep = Sweep { now, duties: self.duties().await?, without_duty, not_reached };
        let waiting = AtomicU64::new(looks.len().try_into().unwrap_or(u64::MAX));
        let in_time = stream::iter(looks).take_while(|_| future::ready(Instant::now() < self.end_of_sweep));
        let look = async |(look, due): (Look, Vec<DueLook>)| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            let done = match &look {
                Look::Case(key) => Box::pin(self.look_at(&sweep, key, &due)).await,
                Look::Digest(scope) => Box::pin(self.summarize(&sweep, scope, &due)).await,
                Look::Trend(id) => Box::pin(self.look_at_trend(&sweep, id, &due)).await,
            };
            match done {
                Ok(()) => self.count(|did| did.looked += 1),
                Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
                Err(error) => self.broke(&error),
            }
        };
        in_time.for_each_concurrent(UNDER_WAY, look).await;
        self.count(|did| did.left += waiting.load(Ordering::Relaxed));
        sweep.log();
        Ok(())
    }

    /// The items to check, cases first, each once, with all its looks that are due.
    async fn due_looks(&self, now: Timestamp) -> Result<BTreeMap<Look, Vec<DueLook>>, TableError> {
        let mut looks: BTreeMap<Look, Vec<DueLook>> = BTreeMap::new();
        let mut due = self.table().looks(now).take(MOST_LOOKS);
        while let Some(due) = due.next().await {
            match due {
                Ok(due) => looks.entry(due.look.clone()).or_default().push(due),
                Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
                Err(error) => return Err(error),
            }
        }
        Ok(looks)
    }

    async fn look_at(&self, sweep: &Sweep<'_>, key: &CaseKey, due: &[DueLook]) -> Result<(), TableError> {
        let (table, now) = (self.table(), sweep.now);
        let Some(stored) = table.case(key).await? else { return self.take_looks(due).await };
        let Some(store) = self.sender.app.catalog.store(key.store, now).await? else {
            return self.look_later(&Look::Case(key.clone()), due, now).await;
        };
        let stored = match self.moved(stored, &store, now).await? {
            Ended::As(stored) => *stored,
            // The other move has put a look of its own.
            Ended::Overtaken => return Ok(()),
            Ended::Gone => return self.take_looks(due).await,
        };
        let step = stored.case.look(stored.telling, &store, now);
        // Nobody was notified of it, so nobody needs to know that it is gone.
        let is_unknown = stored.telling.told == 0 && stored.case.is_withdrawn();
        for notice in step.notices.iter().filter(|_| !is_unknown) {
            self.notify(sweep, &stored.case, &store, notice).await?;
        }
        let forget_at = self.forget_contact(&stored, now).await?;
        let look_at = [step.telling.look_at, forget_at].into_iter().flatten().min();
        let telling = Telling { look_at, ..step.telling };
        if telling != stored.telling && !table.keep_telling(&stored, telling).await? {
            return Ok(());
        }
        if let Some(at) = look_at {
            table.put_look(&Look::Case(key.clone()), at).await?;
        }
        self.take_looks(due).await
    }

    /// The case, after the sweep's own moves. It is withdrawn where its answer is gone, and ends where nobody went on
    /// with it.
    async fn moved(&self, stored: StoredCase, store: &Store, now: Timestamp) -> Result<Ended, TableError> {
        let table = self.table();
        if !stored.case.is_withdrawn() && self.is_answer_gone(&stored.key).await? {
            cases::withdraw(table, &stored.key, store, now, self.fresh).await?;
            return Ok(table.case(&stored.key).await?.map_or(Ended::Gone, |stored| Ended::As(Box::new(stored))));
        }
        let step = match stored.case.look(stored.telling, store, now).ends {
            Some(Act::Settled) => Move::Settle,
            Some(_) => Move::Lapse,
            None => return Ok(Ended::As(Box::new(stored))),
        };
        let moving = Moving { by: "-", at: now, id: self.fresh, store };
        let Ok(after) = stored.case.after(&step, moving) else { return Ok(Ended::As(Box::new(stored))) };
        Ok(match table.move_case(&stored, &after, now).await? {
            Moved::Made => Ended::As(Box::new(StoredCase { case: after, ..stored })),
            Moved::Overtaken(_) => Ended::Overtaken,
            Moved::Gone => Ended::Gone,
        })
    }

    /// Whether the answer that a case is about was taken back or erased, or calls for nobody. One that can't be read is
    /// there.
    async fn is_answer_gone(&self, key: &CaseKey) -> Result<bool, TableError> {
        match self.table().response_of_case(key).await {
            Ok(Some(stored)) => Ok(stored.erased || stored.response.more.follow_up.is_none()),
            Ok(None) => Ok(true),
            Err(error @ TableError::Unreadable { .. }) => {
                error.log_left_out();
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts the event of a notice: one for all that want it, and one for each endpoint of the people whose turn it is.
    async fn notify(&self, sweep: &Sweep<'_>, case: &Case, store: &Store, notice: &Notice) -> Result<(), TableError> {
        let (kind, now) = (notice.kind, sweep.now);
        let what = format!("{} {kind} {}", case.id, notice.at);
        let place = Some((store.number, Some(&store.details.path)));
        // Where nobody wants it, it costs nothing.
        if self.lanes().any(|lane| lane.stored.endpoint.wants(kind, place)) {
            // No other system gets the minute of an answer, and of an urgent case the deadline would reveal it.
            let data = data(case, notice, case.due().map(of_hour));
            self.table().put_event(&event(kind, &what, notice.at, now, data)).await?;
        }
        let is_for_people = TYPES_FOR_DUTY.contains(&kind) && case.severity != Severity::Praise;
        if !is_for_people || !case.waits_for_the_store() {
            return Ok(());
        }
        // The person who answered is to know too that it was no solution.
        let first = if kind == "case.reopened" { notice.level.saturating_sub(1) } else { notice.level };
        let mut whom = BTreeSet::new();
        for level in first..=notice.level {
            let scopes = Duty::scopes(store.number, &store.details.path);
            whom.extend(self.whom(sweep, scopes, level).await?);
        }
        for (scope, endpoint) in whom {
            let mut data = data(case, notice, case.due());
            if let Value::Object(data) = &mut data {
                data.insert("duty".to_owned(), json!(scope));
            }
            let event = event(kind, &format!("{what} {endpoint}"), notice.at, now, data);
            self.table().put_event(&OutgoingEvent { endpoint: Some(endpoint), ..event }).await?;
        }
        Ok(())
    }

    /// The endpoint of the duty whose turn it is, and those above it until one that can be reached. One whose people
    /// may all follow no more reaches nobody.
    ///
    /// The scopes are those in which a duty may lie, the nearest first.
    pub(crate) async fn whom(
        &self,
        sweep: &Sweep<'_>,
        scopes: Vec<Scope>,
        level: u8,
    ) -> Result<Vec<(Scope, Id)>, TableError> {
        let nearest = scopes.first().cloned();
        let duties: Vec<(Scope, &Duty)> =
            scopes.into_iter().filter_map(|scope| sweep.duties.get(&scope).map(|duty| (scope, duty))).collect();
        let turn = usize::from(level).min(duties.len().saturating_sub(1));
        let mut told = Vec::new();
        for (scope, duty) in duties.into_iter().skip(turn) {
            let lane = duty.endpoint.as_ref().and_then(|id| self.lane(id));
            let lane = lane.filter(|lane| lane.stored.endpoint.to.is_read_by_people());
            if let Some(lane) = lane
                && !self.is_left_by_all(&scope, duty).await?
            {
                // One that is switched off keeps it, for the person who fixes that.
                told.push((scope.clone(), lane.stored.id.clone()));
                if !matches!(lane.standing(sweep.now), Standing::Off(_)) {
                    return Ok(told);
                }
            }
            insert(&sweep.not_reached, scope);
        }
        nearest.into_iter().for_each(|scope| insert(&sweep.without_duty, scope));
        Ok(told)
    }

    /// Forgets how the guest of a case wants to be reached, if it was closed long enough ago; else says when that is.
    async fn forget_contact(&self, stored: &StoredCase, now: Timestamp) -> Result<Option<Timestamp>, TableError> {
        let case = &stored.case;
        if !case.contact || case.state != State::Closed {
            return Ok(None);
        }
        let ends = [Act::Closed, Act::Solved, Act::Settled, Act::Lapsed];
        let end = case.log.iter().rev().find(|entry| ends.contains(&entry.what));
        let closed = end.map_or(case.round_at, |entry| entry.at);
        let until = closed.saturating_add((CONTACT_DAYS_AFTER_CLOSING * 24).hours()).unwrap_or(Timestamp::MAX);
        if until > now {
            return Ok(Some(until));
        }
        self.table().forget_contact(&stored.key).await?;
        Ok(None)
    }

    /// Checks something again in an hour, because its store can't be read now.
    pub(crate) async fn look_later(&self, look: &Look, due: &[DueLook], now: Timestamp) -> Result<(), TableError> {
        let later = now.saturating_add(LATER_MINUTES.minutes()).unwrap_or(Timestamp::MAX);
        self.table().put_look(look, later).await?;
        self.take_looks(due).await
    }

    pub(crate) async fn take_looks(&self, due: &[DueLook]) -> Result<(), TableError> {
        for due in due {
            self.table().take_look(due).await?;
        }
        Ok(())
    }
}

/// A case after what the sweep did with it.
enum Ended {
    /// As it is now.
    As(Box<StoredCase>),
    /// Somebody else moved it meanwhile.
    Overtaken,
    /// It is there no more.
    Gone,
}

impl Sweep<'_> {
    /// Says once a sweep for which scopes nobody could be notified.
    fn log(&self) {
        let without = self.without_duty.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scope) = without.first() {
            tracing::warn!(outcome = "case-without-duty", scopes = without.len(), scope = scope.to_string());
        }
        let not_reached = self.not_reached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scope) = not_reached.first() {
            tracing::warn!(outcome = "duty-not-reached", duties = not_reached.len(), scope = scope.to_string());
        }
    }
}

fn insert<T: Ord>(set: &Mutex<BTreeSet<T>>, value: T) {
    set.lock().unwrap_or_else(PoisonError::into_inner).insert(value);
}

/// The event's data on a case: no word of its guest, and no reply.
fn data(case: &Case, notice: &Notice, due: Option<Timestamp>) -> Value {
    let mut data = json!({
        "case": case.id,
        "store": case.id.store,
        "severity": case.severity.name(),
        "level": notice.level,
        "state": case.state,
    });
    if let (Value::Object(data), Some(due)) = (&mut data, due) {
        data.insert("due".to_owned(), json!(due));
    }
    data
}

/// An event of the hour in which something happened. Sent late, it has as much time to arrive as any other.
pub(crate) fn event(kind: &str, what: &str, at: Timestamp, now: Timestamp, data: Value) -> OutgoingEvent {
    let until = OutgoingEvent::of(kind, what, now, Value::Null).until;
    let event = OutgoingEvent::of_hour(kind, what, at, data);
    OutgoingEvent { until: event.until.max(until), ..event }
}
