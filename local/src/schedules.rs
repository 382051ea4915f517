//! The schedules of template.yaml, fired by this machine's clock or by hand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use aftertaste::{
    app::App,
    aws,
    domain::access::AllKeys,
    environment::optional,
    lambda::within,
    memory::Catalog,
    table::{Table, TableError},
    web::{SystemLookup, Web},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use croner::{Cron, parser::CronParser};
use jiff::{Timestamp, tz::TimeZone};
use roll_up_stores::{CountError, Event};
use send_notices::{Sender, Summary, Terms};
use serde_json::{Value, json};
use tokio::{
    runtime,
    sync::{Mutex, watch},
    time::Instant,
};
use uuid::Uuid;
use watch_stores::WatchError;

use crate::{Clock, Failure, Schedule, Template, with};

/// How long after a start the schedules first count: the start and its first guest come before them.
const FIRST: Duration = Duration::from_secs(10);

/// When a schedule fires.
enum Times {
    /// Again and again after so long.
    Every(Duration),
    /// At the times of a cron expression, in UTC.
    At(Box<Cron>),
}

/// A schedule and when it fires next.
struct Due {
    schedule: Schedule,
    times: Times,
    at: Instant,
}

/// The runs that are under way, one of each function at a time. By a faster clock a lease ends before the work that it
/// stands for is done.
#[derive(Default)]
pub(crate) struct Turns {
    counting: Mutex<()>,
    sending: Mutex<()>,
}

/// The parts that the scheduled functions share.
pub(crate) struct Scheduled {
    /// A table that a count may take its time with.
    table: Table,
    sender: Sender,
    clock: Clock,
    turns: Arc<Turns>,
}

impl Scheduled {
    /// As each would have it when it is deployed. Mail and the event bus are there if the environment names them.
    pub(crate) async fn new(app: &App<AllKeys>, (table, clock): (Table, Clock), turns: Arc<Turns>) -> Self {
        let (bus, mail_from) = (optional("EVENT_BUS"), optional("MAIL_FROM"));
        let sdk = if bus.is_some() || mail_from.is_some() { Some(aws::sdk().await) } else { None };
        let web = Web::outward(app.reach, SystemLookup);
        let sender = Sender { app: with(app, app.keys.seal.clone()), web, sdk, bus, mail_from };
        Self { table, sender, clock, turns }
    }
}

/// Starts the schedules, each with a first run soon, which catches up after a time without runs. Those of a function
/// fire one after another on a thread of their own. So a count of many answers takes no thread from the guests.
pub(crate) fn start(
    template: &Template,
    app: &Arc<App<AllKeys>>,
    (table, clock): (&Table, Clock),
    turns: &Arc<Turns>,
    stopped: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    let at = Instant::now() + FIRST;
    let mut by_function: BTreeMap<&str, Vec<Due>> = BTreeMap::new();
    for schedule in &template.schedules {
        let due = Due { schedule: schedule.clone(), times: Times::parse(&schedule.expression)?, at };
        by_function.entry(&schedule.function).or_default().push(due);
    }
    for due in by_function.into_values() {
        let (app, table, turns, stopped) = (app.clone(), table.clone(), turns.clone(), stopped.clone());
        thread::spawn(move || match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                runtime.block_on(async {
                    let scheduled = Scheduled::new(&app, (table, clock), turns).await;
                    keep_firing(due, &scheduled, stopped).await;
                });
            }
            Err(error) => tracing::error!(outcome = "schedules-not-started", %error),
        });
    }
    Ok(())
}

async fn keep_firing(mut due: Vec<Due>, scheduled: &Scheduled, mut stopped: watch::Receiver<bool>) {
    let firing = async {
        while let Some(next) = due.iter_mut().min_by_key(|due| due.at) {
            tokio::time::sleep_until(next.at).await;
            if let Err(error) = fire(scheduled, &next.schedule, &next.schedule.input).await {
                tracing::error!(schedule = next.schedule.logical_id, outcome = "failed", %error);
            }
            next.at = next.times.after(next.at, &scheduled.clock);
        }
    };
    tokio::select! {
        // An error means that the stack is gone, which is a stop too.
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = firing => {}
    }
}

/// `POST /_local/schedules/{LogicalId}`: fires a schedule, with the event in the body if there is one, and answers
/// with what the function answered.
pub(crate) async fn fire_now(scheduled: &Scheduled, schedule: &Schedule, body: &str) -> Response {
    let event = if body.trim().is_empty() { &schedule.input } else { body };
    match fire(scheduled, schedule, event).await {
        Ok(summary) => Json(summary).into_response(),
        Err(Fault::Event(message)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"message": message}))).into_response()
        }
        Err(Fault::Failed(message)) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"message": message}))).into_response()
        }
    }
}

/// Why a schedule's function has no result.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// Its event is none.
    #[error("{0}")]
    Event(String),
    /// It failed.
    #[error("{0}")]
    Failed(String),
}

impl From<CountError> for Fault {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Event(message) => Self::Event(message),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<WatchError> for Fault {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::Event(message) => Self::Event(message),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The result of a function, as JSON.
async fn fire(scheduled: &Scheduled, schedule: &Schedule, event: &str) -> Result<Value, Fault> {
    match schedule.function.as_str() {
        roll_up_stores::FUNCTION => Box::pin(count(scheduled, event)).await,
        send_notices::FUNCTION => Ok(Box::pin(send(scheduled)).await?),
        watch_stores::FUNCTION => Box::pin(watch_all(scheduled, event)).await,
        other => Err(Fault::Event(format!("template.yaml has a schedule of {other} that local/ does not know."))),
    }
}

async fn send(Scheduled { sender, clock, turns, .. }: &Scheduled) -> Result<Value, TableError> {
    let _turn = clock.waits_for(&turns.sending).await;
    // One reading of a faster clock a run: by the next its minute may be over, and with it the time for cases.
    let clock = clock.of_a_run();
    // `listen` asks every two seconds. A run that finds nothing says so, and would fill the log.
    if !send_notices::has_work(sender, clock()).await? {
        return Ok(json!(Summary::default()));
    }
    let sent = send_notices::handle(sender, Terms::default(), Uuid::new_v4(), clock);
    Ok(json!(within(send_notices::FUNCTION, "schedule", sent).await?))
}

async fn count(Scheduled { table, clock, turns, .. }: &Scheduled, event: &str) -> Result<Value, Fault> {
    let _turn = clock.waits_for(&turns.counting).await;
    let event: Event = serde_json::from_str(event).map_err(|_| {
        Fault::Event(
            r#"The event is {"days":"recent"}, {"days":"answerable"} or {"from":"2026-11-01","to":"2026-11-21"}, with "accept_fewer":true if so."#
                .into(),
        )
    })?;
    // As deployed: a count remembers nothing of the one before.
    let catalog = Catalog::new(table.clone(), Catalog::AGE);
    let count = roll_up_stores::handle(table, &catalog, event, Uuid::new_v4(), || clock.now());
    Ok(json!(within(roll_up_stores::FUNCTION, "schedule", count).await?))
}

async fn watch_all(Scheduled { table, clock, turns, .. }: &Scheduled, event: &str) -> Result<Value, Fault> {
    // It reads what a count writes.
    let _turn = clock.waits_for(&turns.counting).await;
    let event: watch_stores::Event =
        serde_json::from_str(event).map_err(|_| Fault::Event(r#"The event is {}, or {"day":"2026-11-20"}."#.into()))?;
    let days_apart = watch_stores::days_apart().map_err(|error| Fault::Failed(error.to_string()))?;
    let watch = watch_stores::handle(table, event, days_apart, Uuid::new_v4(), clock.now());
    Ok(json!(within(watch_stores::FUNCTION, "schedule", watch).await?))
}

impl Times {
    fn parse(expression: &str) -> Result<Self, Failure> {
        let inside = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        let parsed =
            if let Some(rate) = inside("rate") { parse_rate(rate) } else { inside("cron").and_then(parse_cron) };
        parsed.ok_or_else(|| Failure(format!("template.yaml has a schedule {expression:?} that does not run locally.")))
    }

    /// When it fires after a time at which it was to fire. Nothing is made up for where a run took longer than that.
    fn after(&self, at: Instant, clock: &Clock) -> Instant {
        let from = if matches!(self, Self::Every(_)) { at } else { Instant::now() };
        (from + clock.real(self.until_next(clock.now()))).max(Instant::now())
    }

    fn until_next(&self, now: Timestamp) -> Duration {
        match self {
            Self::Every(duration) => *duration,
            Self::At(cron) => cron
                .find_next_occurrence(&now.to_zoned(TimeZone::UTC), false)
                .ok()
                .and_then(|next| next.timestamp().duration_since(now).try_into().ok())
                // An expression without a next time never fires again; a day later it is asked once more.
                .unwrap_or(Duration::from_secs(86_400)),
        }
    }
}

fn parse_rate(rate: &str) -> Option<Times> {
    let (count, unit) = rate.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Times::Every(Duration::from_secs(count.parse::<u64>().ok().filter(|count| *count > 0)? * seconds)))
}

/// AWS writes a sixth field, the year, and counts weekdays from 1 for Sunday, as Quartz does.
fn parse_cron(fields: &str) -> Option<Times> {
    let (fields, year) = fields.rsplit_once(' ')?;
    let cron = CronParser::builder().alternative_weekdays(true).build().parse(fields).ok()?;
    (year == "*").then(|| Times::At(Box::new(cron)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_fire_when_aws_would_fire_them() {
        let now: Timestamp = "2026-11-21T20:30:00Z".parse().unwrap();
        let wait = |expression: &str| Times::parse(expression).unwrap().until_next(now).as_secs();
        assert_eq!(wait("rate(1 hour)"), 3_600);
        assert_eq!(wait("rate(5 minutes)"), 300);
        assert_eq!(wait("cron(40 20 * * ? *)"), 600);
        // 2026-11-21 is a Saturday; 1 is Sunday.
        assert_eq!(wait("cron(30 20 ? * 1 *)"), 86_400);
        for wrong in ["rate(hour)", "rate(0 hours)", "cron(40 20 * * ? 2027)", "cron(x)", "at(2026-11-21T00:00:00)"] {
            assert!(Times::parse(wrong).is_err(), "{wrong}");
        }
    }
}
