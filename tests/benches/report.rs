//! How long a report takes, as a manager's browser waits for it: 92 days over 200 stores, and a store with 50,000 answers
//! today.
//!
//! `cargo report-bench`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../harness/stores.rs"]
mod stores;

use std::time::{Duration, Instant};

use aftertaste::domain::{
    count::{Content, Rollup, Tally},
    place::Scope,
    survey::Survey,
    visit::Channel,
};
use aftertaste_local::{Database, Demo, Options, Stack, new_keys};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::json;

const STORES: u32 = 200;
const DAYS: i32 = 92;
/// Answers of a store on a day: few, then a hundred times as many.
const ANSWERS: [u32; 2] = [30, 3_000];

#[tokio::main]
async fn main() {
    // `cargo test --all-targets` runs it too, unoptimized, where no figure means anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let keys = new_keys().unwrap();
    let database = Database::start(None, 0).await.unwrap();
    let options = Options { demo: Demo::Nothing, ..harness::options(&database.url) };
    let stack = Stack::start(options, keys).await.unwrap();
    let table = &stack.app.table;
    let survey = stores::put_stores(table, STORES, "UTC").await;
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let scope: Scope = "cn".parse().unwrap();
    let grant = harness::grant(&stack.app.keys.grants, "report:", Timestamp::now() + 1.hour());
    let from = today.saturating_sub((DAYS - 1).days());
    for answers in ANSWERS {
        let content = node_day(&survey, answers);
        // As many days again before, for the change.
        for back in 0..2 * DAYS {
            let rollup = Rollup { content: content.clone(), counted_at: Timestamp::now(), ..Rollup::default() };
            table.put_rollup(&scope, today.saturating_sub(back.days()), &rollup).await.unwrap();
        }
        let responses = u64::from(answers) * u64::from(STORES) * 92;
        println!("\nA report of {DAYS} days over {STORES} stores, {responses} responses, 15 calls each:");
        for ending in ["json", "csv", "html"] {
            call(&format!("{}/reports/cn.{ending}?from={from}&to={today}", stack.url), &grant, ending).await;
        }
        println!("  the most memory that this process has had: {}", most_memory());
    }
    busy_day(&stack, &database, &grant).await;
    stack.stop().await;
}

/// The report of a store with fifty thousand answers today, before a count and after one.
async fn busy_day(stack: &Stack, database: &Database, grant: &str) {
    const TODAY: usize = 50_000;
    let guests = harness::answers().store(1).text("guest").times(TODAY);
    database.bulk().import(guests.items(&stack.app.keys.guests)).await.unwrap();
    for counted in [false, true] {
        if counted {
            let count = reqwest::Client::new().post(format!("{}/_local/schedules/RollUpStoresHourly", stack.url));
            // The node's rollups of before were put here without any response behind them.
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
            let event = json!({"from": today.saturating_sub(1.day()), "to": today, "accept_fewer": true});
            assert_eq!(count.json(&event).send().await.unwrap().status(), 200);
        }
        println!(
            "\nA report of a store with {TODAY} answers today, {} its count, 15 calls each:",
            if counted { "after" } else { "before" }
        );
        for ending in ["json", "csv", "html"] {
            let slowest = call(&format!("{}/reports/store/1.{ending}", stack.url), grant, ending).await;
            assert!(!counted || slowest < Duration::from_secs(1), "a manager waits {slowest:?} on a busy day");
        }
    }
}

/// Fetches a report fifteen times, and prints how long that takes.
async fn call(url: &str, grant: &str, ending: &str) -> Duration {
    let mut times = Vec::new();
    let mut size = 0;
    for _ in 0..15 {
        let began = Instant::now();
        let reply = reqwest::Client::new().get(url).bearer_auth(grant).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        size = reply.bytes().await.unwrap().len();
        times.push(began.elapsed());
    }
    times.sort();
    println!("  {ending:4}  median {:>7.1?}  slowest {:>7.1?}  {size} bytes", times[7], times[14]);
    times[14]
}

/// A day's rollup of the node, as a count of two hundred stores leaves it.
fn node_day(survey: &Survey, answers: u32) -> Content {
    let mut store_day = Tally::default();
    for i in 0..answers {
        let n = u8::try_from(i % 11).unwrap();
        let guest = harness::answers().channel(Channel::ALL[usize::from(n)]).segment(n);
        let guest = guest.nps(n).csat(1 + (i % 5) as u8).scale("trust", 1 + (i % 5) as u8);
        let guest = guest.scale("choice", 1 + (i % 4) as u8).scale("respect", 5);
        store_day.add(&guest.response, 11 + n, survey);
    }
    let of_store = harness::content(store_day);
    let mut content = Content::default();
    for number in 1..=STORES {
        content.merge(&of_store, &Scope::Store(number.try_into().unwrap()));
    }
    content
}

/// The kernel's figure; none on a system that keeps none.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" not known").trim().to_owned()
}
