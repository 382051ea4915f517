//! The embedded DynamoDB of a local run: what it takes in bulk, what it drops, and a start that has to wait for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aftertaste_local::{Database, Demo, Options, Stack, new_keys};
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::Client;
use serde_json::{Value, json};

use crate::harness::{
    World, answers, options,
    proxy::{self, Proxy},
};

#[tokio::test]
async fn what_comes_in_bulk_is_what_the_functions_write() {
    let world = World::new().await;
    let guest = answers().hours_ago(1).segment(2).text("味道好。");
    guest.record(&world).await;
    let recorded = world.items("R#12").await;
    guest.take_back(&world).await;
    guest.put(&world).await;
    assert_eq!(world.items("R#12").await, recorded);
    assert_eq!(recorded.len(), 1);
}

#[tokio::test]
async fn what_has_expired_goes_and_what_is_fresh_stays() {
    let world = World::new().await;
    let now = Timestamp::now();
    // More than the sweep looks at in one piece, and every third of it is over.
    let items = (0..500).flat_map(|i| {
        let expires = if i % 3 == 0 { now - 1.second() } else { now + 1.hour() };
        answers().hours_ago(1).expires(expires).items(world.keyring())
    });
    world.database.bulk().import(items.collect()).await.unwrap();
    let catalog = world.items("STORES").await.len();

    assert_eq!(world.database.sweep(now).unwrap(), 167);
    let left = world.items("R#12").await;
    assert_eq!(left.len(), 333);
    assert!(left.iter().all(|item| item["expires"].as_i64().unwrap() > now.as_second()));
    assert_eq!(world.items("STORES").await.len(), catalog, "what never expires stays");
    assert_eq!(world.database.sweep(now).unwrap(), 0);
}

#[tokio::test]
async fn a_start_waits_for_a_database_that_answers_late() {
    let database = Database::start(None, 0).await.unwrap();
    let proxy = Proxy::start(&database.url).await;
    proxy.set_hang(true);
    let began = Instant::now();
    // Longer than the five seconds after which the SDK gives up.
    let late = Duration::from_secs(7);
    let (started, ()) = tokio::join!(start(&proxy.url, Demo::Stores, false), async {
        tokio::time::sleep(late).await;
        proxy.set_hang(false);
    });
    assert!(began.elapsed() >= late);
    assert!(started.fresh_link(Timestamp::now()).await.is_some());
}

async fn start(url: &str, demo: Demo, schedules: bool) -> Stack {
    let keys = new_keys().unwrap();
    let options = Options { catalog_age: Duration::ZERO, demo, schedules, ..options(url) };
    Stack::start(options, keys).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_of_the_demo_finds_that_it_has_been_counted() {
    let database = Database::start(None, 0).await.unwrap();
    let stack = start(&database.url, Demo::Answers(database.bulk()), false).await;
    let days = |prefix: &str, items: &[proxy::Item]| -> BTreeSet<Date> {
        let of_prefix = items.iter().filter(|item| item["pk"].as_str().unwrap().starts_with(prefix));
        of_prefix.map(|item| item["sk"].as_str().unwrap().parse().unwrap()).collect()
    };
    let items = proxy::scan(&database.url, "").await;
    let operations = days("O#", &items);
    // The running day has no operations yet.
    assert_eq!(operations.len(), 99);
    let first = *operations.first().unwrap();
    let from = first.yesterday().unwrap();
    let to = operations.last().unwrap().tomorrow().unwrap();
    let url = format!("{}/_local/schedules/RollUpStoresHourly", stack.url);
    let body = json!({"from": from, "to": to}).to_string();
    let counted: Value = Client::new().post(url).body(body).send().await.unwrap().json().await.unwrap();
    assert_eq!((&counted["stores"], &counted["written"]), (&json!(12), &json!(0)), "{counted}");
    let of = |prefix: &str| items.iter().filter(|item| item["pk"].as_str().unwrap().starts_with(prefix)).count();
    assert_eq!(counted["unchanged"], of("D#"), "{counted}");
    assert_eq!(counted["responses"], of("R#"), "{counted}");
    assert!(of("R#") > 9_000 && of("D#") > 1_500 && of("O#") == 12 * 99, "{counted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_while_nothing_ran_is_counted_soon_after_a_start() {
    let world = World::new().await;
    answers().hours_ago(1).record(&world).await;
    assert!(world.items("D#").await.is_empty());
    let again = start(&world.database.url, Demo::Nothing, true).await;
    let counted = async {
        while world.items("D#store/12").await.is_empty() || world.items("D#cn").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), counted).await.expect("the schedules count by themselves");
    again.stop().await;
}
