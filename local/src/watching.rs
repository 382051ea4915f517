//! `cargo run -- watch`: what the watch over all stores would have said on each night of a range, from any table.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use aftertaste::{
    aws,
    domain::{
        place::{Scope, is_in_range},
        watch::{DAYS, DAYS_APART, Direction, Moved, Part, Watched, first_day},
    },
    table::{Table, TableError},
    watching::{History, Night, first_of_window, over_for_all},
};
use clap::Args;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{Data, Database, Failure, TABLE, Taken, client};

/// The longest range of nights.
const LONGEST_DAYS: i32 = 400;

/// What to watch, and where.
#[derive(Args)]
pub struct WatchCommand {
    /// The last business day of the first night; by default that of the last
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// The last business day of the last night; by default the last one that is over everywhere
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// How many days lie between two false alarms on average, over all that is watched
    #[arg(long, value_name = "DAYS", default_value_t = DAYS_APART, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    days_apart: u64,
    /// The folder of the table
    #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
    data: PathBuf,
    /// The embedded DynamoDB of a stack that runs on this folder
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000")]
    dynamodb: String,
    /// A table of AWS instead, with the credentials and the region of the environment
    #[arg(long, value_name = "NAME", conflicts_with_all = ["data", "dynamodb"])]
    table: Option<String>,
}

impl WatchCommand {
    /// Reads the table and prints what was found. It writes nothing there.
    ///
    /// # Errors
    /// When the range is none, or the table can't be read.
    pub async fn run(&self) -> Result<String, Failure> {
        let failed = |error: TableError| Failure(error.to_string());
        if let Some(name) = &self.table {
            let table = Table::new(aws_sdk_dynamodb::Client::new(&aws::sdk().await), name.clone());
            return self.told(&table).await.map_err(failed)?;
        }
        let data = Data::open(&self.data)?;
        match data.take()? {
            Taken::Elsewhere(_) => {
                let table = Table::new(client::client(&self.dynamodb).await, TABLE.to_owned());
                self.told(&table).await.map_err(failed)?
            }
            Taken::Here(_lock) => {
                if !data.has_table() {
                    let data = self.data.display();
                    return Err(Failure(format!(
                        "There is no table in {data} yet. Start a stack with cargo run, or name a table with --table."
                    )));
                }
                let database = Database::start(Some(&data.table()?), 0).await?;
                let table = Table::new(client::client(&database.url).await, TABLE.to_owned());
                let told = self.told(&table).await;
                drop(database);
                told.map_err(failed)?
            }
        }
    }

    async fn told(&self, table: &Table) -> Result<Result<String, Failure>, TableError> {
        let stores = table.stores().await?.stores;
        let now = Timestamp::now();
        let today = now.to_zoned(TimeZone::UTC).date();
        let over = over_for_all(&stores, now).unwrap_or_else(|| today.yesterday().unwrap_or(today));
        let to = self.to.unwrap_or(over);
        let from = self.from.unwrap_or(to);
        if let Err(mistake) = checked(from, to, over) {
            return Ok(Err(mistake));
        }
        let history = History::read(table, stores.clone(), (first_of_window(from), to)).await?;
        let nodes = table.nodes().await?;
        let name = |scope: &Scope| {
            let name = match scope {
                Scope::Store(number) => {
                    let store = stores.iter().find(|store| store.number == *number);
                    store.map(|store| store.details.name.as_str())
                }
                Scope::Node(path) => nodes.name_of(path, "en"),
            };
            name.map_or_else(|| scope.to_string(), |name| format!("{name} ({scope})"))
        };
        Ok(Ok(self.nights(&history, (from, to), &name)))
    }

    /// All nights, each with what was not named in the night before.
    fn nights(&self, history: &History, (from, to): (Date, Date), name: &dyn Fn(&Scope) -> String) -> String {
        let (mut lines, mut before) = (String::new(), BTreeSet::new());
        let mut last = history.watch(from, self.days_apart);
        for day in from.series(1.day()).take_while(|day| *day <= to) {
            last = history.watch(day, self.days_apart);
            let mut named = BTreeSet::new();
            for (at, direction) in alarms(&last) {
                let Some(watched) = last.watched.get(at) else { continue };
                named.insert((watched.clone(), direction));
                if !before.contains(&(watched.clone(), direction)) {
                    lines += &alarm(&last, (at, direction), day, name);
                }
            }
            before = named;
        }
        if lines.is_empty() {
            lines += "Nothing has changed for certain.\n";
        }
        format!(
            "Watched {} scopes and parts of scopes, each over the {DAYS} days up to a night. Nights from {from} to {to}.\n\
             False alarms are {} days apart on average over all of them, drops and rises each.\n\n{lines}\n{}",
            last.watched.len(),
            self.days_apart,
            variances(&last)
        )
    }
}

fn checked(from: Date, to: Date, over: Date) -> Result<(), Failure> {
    if !(is_in_range(from) && is_in_range(to)) {
        return Err(Failure("Nights lie within the years 2020 to 2530.".into()));
    }
    if from > to {
        return Err(Failure(format!("The range is reversed: --from {from} is after --to {to}.")));
    }
    if to > over {
        return Err(Failure(format!(
            "--to {to} is not over yet. The last day that is over for every store is {over}."
        )));
    }
    if from < to.saturating_sub((LONGEST_DAYS - 1).days()) {
        return Err(Failure(format!("From {from} to {to} is too long: {LONGEST_DAYS} nights at most.")));
    }
    Ok(())
}

/// The places of all that is named, drops first, the surest first.
fn alarms(night: &Night) -> Vec<(usize, Direction)> {
    let drops = night.watch.drops.named.iter().map(|at| (*at, Direction::Drop));
    drops.chain(night.watch.rises.named.iter().map(|at| (*at, Direction::Rise))).collect()
}

fn alarm(night: &Night, (at, direction): (usize, Direction), day: Date, name: &dyn Fn(&Scope) -> String) -> String {
    let found = night.watched.get(at).zip(night.watch.evidence.get(at).and_then(Option::as_ref));
    let Some((Watched { series, scope, part }, evidence)) = found else { return String::new() };
    let part = match part {
        None => String::new(),
        Some(Part::Channel(channel)) => format!(", channel {}", channel.name()),
        Some(Part::Segment(segment)) => format!(", segment {}", u8::from(*segment)),
    };
    let Moved { since, plain, .. } = evidence.towards(direction);
    let verb = if direction == Direction::Drop { "dropped" } else { "rose" };
    let [likeliest, first, last] = [since.likeliest, since.most, since.fewest].map(|days| first_day(day, days));
    format!(
        "{day}  {}{part}, {series}: {verb} by {:.1} points ({:+.1} to {:+.1}), since {likeliest} ({first} to {last})\n",
        name(scope),
        plain.difference.abs(),
        plain.low,
        plain.high,
    )
}

/// How days vary beside siblings, to compare with simulated chains.
fn variances(night: &Night) -> String {
    let mut text = String::from(
        "The variance of a day beside its siblings, in points squared (docs/statistics.md says how to read it):\n",
    );
    for ((series, above, stores, siblings), variance) in night.groups.iter().zip(&night.watch.day_variances) {
        if *stores {
            let above = above.as_ref().map_or_else(String::new, |node| format!(" below {node}"));
            let _ = writeln!(text, "  {series}, {siblings} stores{above}: {variance:.1}");
        }
    }
    text
}
