//! How long a night of the watch takes, how much memory and how many read units: 500 stores in ten nodes, 20,000 in a
//! hundred. The watch runs in a process of its own, as it does in Lambda.
//!
//! `cargo night-bench`
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

#[allow(dead_code, unused_imports, reason = "the tests need more of it")]
#[path = "../harness/mod.rs"]
mod harness;

use std::collections::BTreeMap;
use std::time::Instant;

use aftertaste::{
    aws,
    domain::{
        place::{Path, Store},
        watch::NodeDay,
    },
    table::{Table, node_day_item},
};
use aftertaste_local::{Database, Demo, Options, Stack, TABLE, new_keys};
use jiff::Timestamp;
use serde_json::json;
use tokio::process::Command;
use uuid::Uuid;
use watch_stores::Event;

/// Set in a process that only watches.
const ONLY_WATCHES: &str = "NIGHT_BENCH_ONLY_WATCHES";

const SIZES: [(u32, u32); 2] = [(10, 50), (100, 200)];

/// The days of the window.
const DAYS: u32 = 63;

#[tokio::main]
async fn main() {
    if std::env::var_os(ONLY_WATCHES).is_some() {
        return watch().await;
    }
    // `cargo test --all-targets` runs it too, unoptimized, where no figure means anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    for (nodes, stores) in SIZES {
        let database = Database::start(None, 0).await.unwrap();
        let proxy = harness::proxy::Proxy::start(&database.url).await;
        let options = Options { demo: Demo::Nothing, ..harness::options(&database.url) };
        let stack = Stack::start(options, new_keys().unwrap()).await.unwrap();
        put(&stack.app.table, &database, (nodes, stores)).await;
        println!("\nA night of {} stores in {nodes} nodes:", nodes * stores);
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.env(ONLY_WATCHES, "1").env("AWS_ENDPOINT_URL_DYNAMODB", &proxy.url).env("AWS_REGION", "local");
        child.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        let output = child.output().await.unwrap();
        print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let consumed = proxy.taken().0;
        println!("  {:.0} read units, {:.0} write units", consumed.read, consumed.written);
        stack.stop().await;
    }
}

/// A night of a table that is there.
async fn watch() {
    let table = Table::new(aws_sdk_dynamodb::Client::new(&aws::sdk().await), TABLE);
    let began = Instant::now();
    let done = watch_stores::handle(&table, Event::default(), 100, Uuid::new_v4(), Timestamp::now()).await.unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" not known").trim().to_owned();
    println!("  {} watched, {} opened, {:.2?}, the most memory: {most}", done.watched, done.opened, began.elapsed());
}

/// Stores and their days; one in five hundred falls ten days ago.
async fn put(table: &Table, database: &Database, (nodes, stores): (u32, u32)) {
    let counted = |seed: u32| json!([20 + seed % 7, 6 + seed % 3, 4 + seed % 5]);
    let channels =
        ["receipt", "table", "wechat-mini-program", "alipay-mini-program", "sms", "email", "app", "delivery"];
    for node in 0..nodes {
        let path = Path::try_from(format!("cn/r{}/n{node}", node / 10)).unwrap();
        let numbers: Vec<u32> = (0..stores).map(|k| 1 + node * stores + k).collect();
        let mut items = Vec::new();
        for back in 1..=DAYS {
            let of_store = |number: u32| {
                let fell = number.is_multiple_of(500) && back <= 10;
                if fell { json!([4, 6, 20]) } else { counted(number.wrapping_mul(13) + back * 7) }
            };
            let of_stores: BTreeMap<String, _> =
                numbers.iter().map(|number| (number.to_string(), of_store(*number))).collect();
            let of_channels: BTreeMap<&str, _> =
                channels.iter().zip(0..).map(|(name, k)| (*name, counted(k + back))).collect();
            let of_segments: BTreeMap<String, _> = (0..16).map(|k| (k.to_string(), counted(k + back))).collect();
            let day: NodeDay = serde_json::from_value(
                json!({"dine-in": {"stores": of_stores, "channels": of_channels, "segments": of_segments}}),
            )
            .unwrap();
            items.push(node_day_item(&path, harness::days_ago(back.into()), &day).unwrap());
        }
        database.bulk().import(items).await.unwrap();
        for number in numbers {
            let details = json!({"name": format!("Store {number}"), "path": path.as_str(), "time_zone": "Asia/Shanghai",
                "day_starts": "04:00", "survey": "dine-in"});
            let store = Store::new(number.try_into().unwrap(), serde_json::from_value(details).unwrap()).unwrap();
            table.put_store(&store).await.unwrap();
        }
    }
}
