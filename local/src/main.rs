//! `cargo run`: Aftertaste on one machine.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use aftertaste::domain::{
    Invalid,
    access::{AllKeys, GrantKeys, GuestKeys, SealKeys},
    place::StoreNumber,
};
use aftertaste_local::{
    Clock, Data, Database, Demo, Failure, Lock, Options, Stack, TABLE, Taken, events,
    listen::Listen,
    new_keys, parse_times,
    pay::Pay,
    replay::{Outcome, Replay, read_rows, read_survey},
    say, sign_grant, sign_in_link,
    watching::WatchCommand,
};
use clap::{Args, Parser, Subcommand};
use futures::future::maybe_done;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, civil::Date};
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use serde_json::Value;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Aftertaste on this machine: an embedded DynamoDB and every function behind one port.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    run: Run,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Run {
    /// The port of the functions
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The port of the embedded DynamoDB
    #[arg(long, default_value_t = 8000)]
    dynamodb_port: u16,
    /// The address of the embedded DynamoDB: by default this machine's alone, which its containers do not reach
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// The folder of the table and the keys
    #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
    data: PathBuf,
    /// Keep the table and the keys in memory, and lose them at the end
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Put no demo brand into an empty table
    #[arg(long)]
    no_demo: bool,
    /// Let time run so many times as fast, so that deadlines can be watched: 60x. All its data has a date in the
    /// future, so nothing is kept
    #[arg(long, value_name = "TIMES", value_parser = parse_times)]
    clock: Option<u32>,
}

#[derive(Subcommand)]
enum Command {
    /// Print a bearer token
    Grant {
        /// Its permissions, separated by spaces: issue, issue:<scope>, admin, admin:<scope>, report:<scope>,
        /// follow:<scope>, contact:<scope>, pulse:<scope>
        scopes: String,
        /// How many hours ago a payment may have been made whose link it asks for; by default as long as links live
        #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=1440))]
        paid_within: Option<u32>,
        /// How many days it lasts: by default 30, or less if its kind may not last so long
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        days: Option<u16>,
        /// The person or program that it is for
        #[arg(long, default_value = "local")]
        subject: String,
        /// The folder of the keys
        #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
        data: PathBuf,
        /// An environment whose keyring signs instead, such as events/env.json
        #[arg(long, value_name = "FILE", conflicts_with = "data")]
        env: Option<PathBuf>,
    },
    /// Print a sign-in link: it works once, for 15 minutes
    Login {
        /// The person who signs in, by their id; by default an operator, who may do everything
        person: Option<String>,
        /// The folder of the keys, and of the stack that runs on it
        #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
        data: PathBuf,
        /// A deployed stack that has these keys, such as https://s.example.cn
        #[arg(long)]
        url: Option<String>,
    },
    /// Send the rows of a CSV as responses: issue a link for each, answer it, count
    Replay {
        /// The survey definition that the rows answer
        #[arg(long, value_name = "FILE")]
        survey: PathBuf,
        /// The rows, with a header
        #[arg(long, value_name = "FILE")]
        csv: PathBuf,
        /// The store that they answer for; made if there is none
        #[arg(long)]
        store: u32,
        /// The business day of their payments
        #[arg(long, value_name = "YYYY-MM-DD")]
        day: Date,
        /// Which column answers which question; by default the one of the same name
        #[arg(long, value_name = "QUESTION=COLUMN", value_delimiter = ',')]
        map: Vec<String>,
        /// The folder of the table and the keys
        #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
        data: PathBuf,
    },
    /// Pay as a guest would: post a provider's genuine notices to the stack that runs
    Pay(Pay),
    /// Listen for the events of the stack that runs, as a receiver of them would, and show them
    Listen(Listen),
    /// Print which scopes changed since when, as the watch over all stores would have said on each of some nights
    Watch(WatchCommand),
    /// Make the three keyrings in a folder: guests.json, grants.json and seal.json, split from a keyring.json there
    Keyring {
        /// The folder of the keys
        #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
        data: PathBuf,
    },
    /// Print an event of events/ with its links and payments as recent as when it was written
    Event {
        /// Such as events/record-response/valid.json
        file: PathBuf,
        /// The environment whose keyring signs
        #[arg(long, value_name = "FILE", default_value = "events/env.json")]
        env: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    // The embedded DynamoDB warns of every failed condition, and those are expected outcomes.
    let usual = Targets::new().with_default(LevelFilter::INFO).with_target("dynoxide", LevelFilter::ERROR);
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse().ok()).unwrap_or(usual);
    let lines = fmt::layer().with_target(false).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(wanted)).init();
    let Arguments { run, command } = Arguments::parse();
    let done = match command {
        None => serve(run).await,
        Some(Command::Grant { scopes, paid_within, days, subject, data, env }) => {
            grant(&scopes, paid_within, days, subject, &data, env.as_deref())
        }
        Some(Command::Login { person, data, url }) => login(person.as_deref(), &data, url).await,
        Some(Command::Replay { survey, csv, store, day, map, data }) => {
            replay(survey, csv, store, day, &map, &data).await
        }
        Some(Command::Pay(pay)) => pay.run().await.and_then(|told| say(&told)),
        Some(Command::Listen(listen)) => listen.run().await,
        Some(Command::Watch(watch)) => watch.run().await.and_then(|told| say(told.trim_end())),
        Some(Command::Keyring { data }) => keyring(&data),
        Some(Command::Event { file, env }) => event(&file, &env),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            let _ = writeln!(std::io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(run: Run) -> Result<(), Failure> {
    if run.clock.is_some_and(|times| times > 1) && !run.memory {
        return Err(Failure("--clock goes with --memory: what a faster clock writes lies in the future.".into()));
    }
    let (keys, file, mut lock) = if run.memory {
        (new_keys()?, None, None)
    } else {
        let data = Data::open(&run.data)?;
        match data.take()? {
            Taken::Here(lock) => (data.keys()?, Some(data.table()?), Some(lock)),
            Taken::Elsewhere(url) => {
                return Err(Failure(format!("{} is in use by a stack that runs already: {url}", run.data.display())));
            }
        }
    };
    let database = Database::start_at(file.as_deref(), SocketAddr::new(run.bind, run.dynamodb_port)).await?;
    let options = Options {
        port: run.port,
        dynamodb: database.url.clone(),
        catalog_age: Duration::from_secs(1),
        demo: if run.no_demo { Demo::Nothing } else { Demo::Answers(database.bulk()) },
        schedules: true,
        clock: Clock::faster(run.clock.unwrap_or(1)),
    };
    let stack = Stack::start(options, keys).await?;
    if let Some(lock) = &mut lock {
        lock.listening_at(&stack.url)?;
    }
    let welcome = welcome(&run, &stack, &database).await?;
    // It is listened for before anybody reads that all is ready: else a quick hand would kill what it means to stop.
    let mut interrupted = pin!(maybe_done(tokio::signal::ctrl_c()));
    let _ = futures::poll!(&mut interrupted);
    say(&welcome)?;
    interrupted.as_mut().await;
    let heard = interrupted.take_output().unwrap_or(Ok(()));
    heard.map_err(|error| Failure(format!("Ctrl-C can't be waited for: {error}.")))?;
    let kept = if run.memory { "Nothing is kept: it was in memory." } else { "Everything that was answered is kept." };
    say(&format!("\nStopping. {kept}"))?;
    stack.stop().await;
    drop(database);
    Ok(())
}

async fn welcome(run: &Run, stack: &Stack, database: &Database) -> Result<String, Failure> {
    let now = stack.clock.now();
    let mut lines = vec![String::new(), "  Aftertaste 回味".to_owned(), String::new()];
    let link = stack.fresh_link(now).await;
    if let Some(link) = &link {
        let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|error| Failure(error.to_string()))?;
        lines.push(format!("  A guest answers   {link}"));
        lines.extend(code.render::<Dense1x2>().quiet_zone(true).build().lines().map(|line| format!("      {line}")));
    } else {
        lines.push("  No store yet: PUT /surveys/{id} and PUT /stores/{store}, with an admin grant.".into());
    }
    // No other command has the keys of a run in memory: there it is the only way in.
    if link.is_some() || run.memory {
        let grant = sign_grant(&stack.app.keys.grants, "admin", None, None, "local".into())?;
        let link = sign_in_link(&stack.url, &grant, None).await?;
        lines.push(format!("  A manager looks   {link}"));
        let next = if run.memory { " It makes grants too." } else { " The next one: cargo run -- login" };
        lines.push(format!("                    It works once, for 15 minutes.{next}"));
    }
    let kept = if run.memory { "in memory".into() } else { format!("kept in {}", run.data.display()) };
    lines.push(format!("  DynamoDB          {} (table {TABLE}, {kept})", database.url));
    lines.push(String::new());
    lines.push(format!("ready {}", stack.url));
    Ok(lines.join("\n"))
}

fn grant(
    scopes: &str,
    paid_within: Option<u32>,
    days: Option<u16>,
    subject: String,
    data: &Path,
    env: Option<&Path>,
) -> Result<(), Failure> {
    let keys = match env {
        Some(env) => keys_of(env)?,
        None => Data::open(data)?.keys()?,
    };
    say(&sign_grant(&keys.grants, scopes, paid_within, days, subject)?)
}

async fn login(person: Option<&str>, data: &Path, url: Option<String>) -> Result<(), Failure> {
    let folder = Data::open(data)?;
    let none = || {
        let data = data.display();
        Failure(format!("No stack runs on {data}. Start one with cargo run, or name a deployed one with --url."))
    };
    let url = match url {
        Some(url) => url,
        None => folder.running()?.ok_or_else(none)?,
    };
    let grant = sign_grant(&folder.keys()?.grants, "admin", None, None, "local".into())?;
    say(&sign_in_link(&url, &grant, person).await?)
}

fn keyring(data: &Path) -> Result<(), Failure> {
    Data::open(data)?.keys()?;
    // Not on the standard output: an earlier version printed a keyring there, and scripts kept what it printed.
    let _ = writeln!(
        std::io::stderr(),
        "In {}: guests.json, grants.json and seal.json. What was there is as it was.",
        data.display()
    );
    Ok(())
}

async fn replay(
    survey: PathBuf,
    csv: PathBuf,
    store: u32,
    day: Date,
    map: &[String],
    folder: &Path,
) -> Result<(), Failure> {
    let store = StoreNumber::try_from(store).map_err(|error| Failure(format!("--store: {error}")))?;
    let survey = read_survey(&survey)?;
    let rows = read_rows(&csv, &survey, map)?;
    let data = Data::open(folder)?;
    let keys = data.keys()?;
    let admin = sign_grant(&keys.grants, "admin", None, None, "local".into())?;
    let grant = sign_grant(&keys.grants, "issue admin", None, None, "replay".into())?;
    let (url, own) = stack_on(&data, folder, keys).await?;
    let style = ProgressStyle::with_template("  {bar:40} {pos}/{len} rows, {per_sec}, {eta} to go");
    let progress = ProgressBar::new(0).with_style(style.map_err(|error| Failure(error.to_string()))?);
    let name = csv.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let replay = Replay { url: url.clone(), grant, survey, rows, name, store, day };
    let outcome = replay.run(Timestamp::now(), &progress).await?;
    replay.count().await?;

    let mut lines = told(&outcome);
    if let Some((stack, database, lock)) = own {
        lines.push(format!("Counted. `cargo run` shows it: /reports/store/{store}.html"));
        stack.stop().await;
        drop((database, lock));
    } else {
        let link = sign_in_link(&url, &admin, None).await?;
        lines.push(format!("Counted. Sign in by {link} and open {url}/reports/store/{store}.html"));
    }
    say(&lines.join("\n"))
}

/// A stack of our own, for as long as a command takes.
type Own = (Stack, Database, Lock);

/// The address of the stack that runs on a folder; without one, of one of our own.
async fn stack_on(data: &Data, folder: &Path, keys: AllKeys) -> Result<(String, Option<Own>), Failure> {
    match data.take()? {
        Taken::Elsewhere(url) if url.is_empty() => {
            Err(Failure(format!("The stack on {} is still starting. Try again in a moment.", folder.display())))
        }
        Taken::Elsewhere(url) => Ok((url, None)),
        Taken::Here(lock) => {
            let database = Database::start(Some(&data.table()?), 0).await?;
            let options = Options {
                port: 0,
                dynamodb: database.url.clone(),
                catalog_age: Duration::from_secs(1),
                demo: Demo::Nothing,
                schedules: false,
                clock: Clock::default(),
            };
            let stack = Stack::start(options, keys).await?;
            Ok((stack.url.clone(), Some((stack, database, lock))))
        }
    }
}

/// The outcome of a replay's rows, in lines.
fn told(outcome: &Outcome) -> Vec<String> {
    let mut lines = vec![
        format!("recorded         {}", outcome.recorded),
        format!("recorded before  {}", outcome.before),
        format!("refused          {}", outcome.refused.len()),
    ];
    lines.extend(outcome.refused.iter().take(10).map(|(row, why)| format!("  row {row}: {why}")));
    if outcome.refused.len() > 10 {
        lines.push(format!("  … and {} more", outcome.refused.len() - 10));
    }
    lines
}

fn event(file: &Path, env: &Path) -> Result<(), Failure> {
    say(&events::at(read_json(file)?, &keys_of(env)?.guests, Timestamp::now()).to_string())
}

/// The keys of an environment such as events/env.json.
fn keys_of(env: &Path) -> Result<AllKeys, Failure> {
    let variables = read_json(env)?;
    let variable = |name: &str| {
        let value = variables.pointer(&format!("/Parameters/{name}")).and_then(Value::as_str);
        value.ok_or_else(|| Failure(format!("{}: there is no Parameters.{name}.", env.display())))
    };
    let none = |error: Invalid| Failure(format!("{}: {error}.", env.display()));
    Ok(AllKeys {
        guests: GuestKeys::parse(variable("GUEST_KEYS")?).map_err(none)?,
        grants: GrantKeys::parse(variable("GRANT_KEYS")?).map_err(none)?,
        seal: SealKeys::parse(variable("SEAL_KEYS")?).map_err(none)?,
    })
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}.", path.display())))?;
    serde_json::from_str(&text).map_err(|error| Failure(format!("{}: {error}.", path.display())))
}
