//! The load that a laptop bears. A folder of a million answers is opened twenty times. Then it serves a trickle of
//! guests for five minutes, while the schedules count and expired items are swept.
//!
//! `cargo weight-bench -- --answers 1000000 --starts 20 --seconds 300`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../harness/stores.rs"]
mod stores;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use aftertaste::domain::access::AllKeys;
use aftertaste_local::{Data, Database, Demo, Options, Stack};
use harness::{Guests, answers};
use jiff::{Timestamp, ToSpan};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use stores::put_stores;

const STORES: u32 = 500;
const DAYS: u32 = 60;

/// No call may take longer.
const BOUND: Duration = Duration::from_millis(500);

/// Between two calls of the guests: four a second.
const TRICKLE: Duration = Duration::from_millis(250);

/// So many visits are followed by a manager who opens a report.
const VISITS_A_REPORT: usize = 5;

#[tokio::main]
async fn main() -> ExitCode {
    let (answers, starts, seconds) =
        (number("--answers", 1_000_000), number("--starts", 20), u64::from(number("--seconds", 300)));
    let folder = tempfile::tempdir().unwrap();
    let data = Data::open(folder.path()).unwrap();
    let keys = data.keys().unwrap();

    let began = Instant::now();
    fill(&data, &keys, answers).await;
    let size = std::fs::metadata(data.table().unwrap()).unwrap().len() >> 20;
    println!("{answers} answers of {STORES} stores and {DAYS} days: {size} MB, made in {:.0?}", began.elapsed());

    let mut opened = 0;
    for start in 1..=starts {
        let began = Instant::now();
        match open(&data, &keys).await {
            Ok((database, stack)) => {
                opened += 1;
                println!("start {start:2}: {:.0?}", began.elapsed());
                stack.stop().await;
                drop(database);
            }
            Err(error) => println!("start {start:2}: {error}"),
        }
    }
    println!("{opened} of {starts} starts");

    let (database, stack) = open(&data, &keys).await.unwrap();
    let times = trickle(&stack, Duration::from_secs(seconds)).await;
    println!("\nA trickle of guests for {seconds} s:\n  call      count      p50      p99      max");
    for (kind, mut times) in times.clone() {
        times.sort();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        println!("  {kind:7} {:7} {:>8.1?} {:>8.1?} {:>8.1?}", times.len(), at(50), at(99), at(100));
    }
    let longest = times.values().flatten().max().copied().unwrap_or_default();
    println!("the longest call took {longest:.1?}; {BOUND:?} is the most");
    println!("records a second: {:.0} in this folder", records_a_second(&stack, &keys).await);
    stack.stop().await;
    drop(database);
    println!("                  {:.0} in memory", in_memory(&keys).await);
    if opened == starts && longest <= BOUND { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The number behind an option of the command line.
fn number(option: &str, otherwise: u32) -> u32 {
    let mut words = std::env::args().skip_while(|word| word != option).skip(1);
    words.next().map_or(otherwise, |word| word.parse().unwrap())
}

/// As `cargo run` starts: the file, every function, the schedules; it is open when it has a link to show.
async fn open(data: &Data, keys: &AllKeys) -> Result<(Database, Stack), String> {
    let database = Database::start(Some(&data.table().unwrap()), 0).await.map_err(|error| error.to_string())?;
    let stack = start(&database, keys, true).await?;
    stack.fresh_link(Timestamp::now()).await.ok_or("there is no store")?;
    Ok((database, stack))
}

async fn start(database: &Database, keys: &AllKeys, schedules: bool) -> Result<Stack, String> {
    let options = harness::options(&database.url);
    let options = Options { catalog_age: Duration::from_secs(1), demo: Demo::Nothing, schedules, ..options };
    Stack::start(options, keys.clone()).await.map_err(|error| error.to_string())
}

/// Spreads the answers over stores and days. One in a hundred has expired, so that the sweep finds something.
async fn fill(data: &Data, keys: &AllKeys, answers: u32) {
    let database = Database::start(Some(&data.table().unwrap()), 0).await.unwrap();
    let stack = start(&database, keys, false).await.unwrap();
    put_stores(&stack.app.table, STORES, "Asia/Shanghai").await;
    let now = Timestamp::now();
    let mut items = Vec::new();
    for i in 0..answers {
        let (store, day) = (1 + i % STORES, i / STORES % DAYS);
        // Two a minute at most, over sixteen hours of each day; none is paid in the future.
        let minutes = day * 1_440 + 1 + i / STORES / DAYS % 960;
        let guest = guest(store, i, now - i64::from(minutes).minutes());
        let expires = if i % 100 == 0 { now - 1.minute() } else { now + 17_520.hours() };
        items.extend(guest.expires(expires).items(&keys.guests));
        if items.len() == 20_000 {
            database.bulk().import(std::mem::take(&mut items)).await.unwrap();
        }
    }
    database.bulk().import(items).await.unwrap();
    stack.stop().await;
}

fn guest(store: u32, i: u32, paid: Timestamp) -> Guests {
    let why = if i.is_multiple_of(5) { "汤很鲜，上菜也快。" } else { "-" };
    let guest = answers().store(store).paid(paid).payment(&format!("weight {i}")).text(why);
    let below = |n: u32| (i % n) as u8;
    guest.nps(below(11)).csat(1 + below(5)).scale("trust", 1 + below(5)).scale("respect", 1 + below(4))
}

type Times = BTreeMap<&'static str, Vec<Duration>>;

/// A guest after the other: a till issues a link, the guest opens and answers it; at times a manager opens a report.
async fn trickle(stack: &Stack, long: Duration) -> Times {
    let grant = harness::grant(&stack.app.keys.grants, "issue report:", Timestamp::now() + 1.hour());
    let (http, times) = (Client::new(), Mutex::new(Times::new()));
    let timed = async |kind: &'static str, request: RequestBuilder| {
        let began = Instant::now();
        let reply = request.send().await.unwrap();
        assert!(reply.status().is_success(), "{kind}: {}", reply.status());
        let body = reply.bytes().await.unwrap();
        times.lock().unwrap().entry(kind).or_default().push(began.elapsed());
        tokio::time::sleep(TRICKLE).await;
        body
    };
    let began = Instant::now();
    for visit in 0_usize.. {
        if began.elapsed() > long {
            break;
        }
        let store = 1 + visit as u32 % STORES;
        let paid = json!({"store": store, "payment": format!("guest {visit}"), "paid_at": Timestamp::now()});
        let issued = timed("issue", http.post(format!("{}/links", stack.url)).bearer_auth(&grant).json(&paid)).await;
        let issued: Value = serde_json::from_slice(&issued).unwrap();
        let link = format!("{}/s/{}", stack.url, issued["link"].as_str().unwrap());
        timed("open", http.get(&link)).await;
        timed("answer", http.post(&link).json(&json!({"answers": {"nps": visit % 11, "csat": 1 + visit % 5}}))).await;
        if visit % VISITS_A_REPORT == 0 {
            let scope = if visit % 2 == 0 { format!("store/{store}") } else { "cn".into() };
            timed("report", http.get(format!("{}/reports/{scope}.html", stack.url)).bearer_auth(&grant)).await;
        }
    }
    times.into_inner().unwrap()
}

/// Thirty-two guests at once record for five seconds, each one answer after the other.
async fn records_a_second(stack: &Stack, keys: &AllKeys) -> f64 {
    let began = Instant::now();
    let guests = (0..32_u32).map(|number| async move {
        let mut recorded = 0;
        while began.elapsed() < Duration::from_secs(5) {
            let next = guest(1, 100_000_000 + number * 1_000_000 + recorded, Timestamp::now());
            let (visit, response) = next.visits(&keys.guests).remove(0);
            stack.app.table.record(visit, &response, Timestamp::now() + 1.hour()).await.unwrap();
            recorded += 1;
        }
        recorded
    });
    let recorded: u32 = futures::future::join_all(guests).await.into_iter().sum();
    f64::from(recorded) / began.elapsed().as_secs_f64()
}

async fn in_memory(keys: &AllKeys) -> f64 {
    let database = Database::start(None::<&Path>, 0).await.unwrap();
    let stack = start(&database, keys, false).await.unwrap();
    put_stores(&stack.app.table, 1, "Asia/Shanghai").await;
    let rate = records_a_second(&stack, keys).await;
    stack.stop().await;
    rate
}
