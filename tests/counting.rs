//! A count leaves rollups that agree with a plain recount of the raw items. The order, overlap, repetition or
//! interruption of earlier counts does not matter.

use std::collections::BTreeMap;
use std::time::Duration;

use aftertaste::{
    domain::count::{Rollup, Tally},
    memory::Catalog,
    table::Work,
};
use jiff::{Timestamp, ToSpan, civil::date, tz::TimeZone};
use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::Method;
use roll_up_stores::{Event, Window, handle};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::blinding::poison;
use crate::harness::{Guests, World, answers, content, days_ago, inflated, proxy::Item};

/// Store, scopes above.
const STORES: [(u32, [&str; 3]); 4] = [
    (12, ["cn", "cn/east", "cn/east/shanghai"]),
    (13, ["cn", "cn/east", "cn/east/shanghai"]),
    (21, ["cn", "cn/east", "cn/east/hangzhou"]),
    (31, ["cn", "cn/north", "cn/north/beijing"]),
];

#[derive(Debug, Clone)]
enum Step {
    Answer { store: usize, hours_ago: u32, payment: u8, nps: u8, csat: u8 },
    TakeBack { store: usize, hours_ago: u32, payment: u8 },
    Count(Window),
    CountsAtOnce(Window, Window),
    CountInterrupted { after: Duration },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few visits, so that answers meet takings-back; minutes on both sides of midnight and of the day's start.
    let visit = (0_usize..4, prop::sample::select(vec![1_u32, 13, 20, 25, 47]), 0_u8..7);
    let window = prop::sample::select(vec![Window::Recent, Window::Answerable]);
    let step = prop_oneof![
        6 => (visit.clone(), 0_u8..=10, 1_u8..=5).prop_map(|((store, hours_ago, payment), nps, csat)| Step::Answer { store, hours_ago, payment, nps, csat }),
        2 => visit.prop_map(|(store, hours_ago, payment)| Step::TakeBack { store, hours_ago, payment }),
        1 => window.clone().prop_map(Step::Count),
        1 => (window.clone(), window).prop_map(|(a, b)| Step::CountsAtOnce(a, b)),
        2 => (0_u64..40_000).prop_map(|micros| Step::CountInterrupted { after: Duration::from_micros(micros) }),
    ];
    prop::collection::vec(step, 1..60)
}

fn guest(now: Timestamp, store: usize, hours_ago: u32, payment: u8) -> Guests {
    answers().store(STORES[store].0).paid(now - i64::from(hours_ago).hours()).payment(&payment.to_string())
}

async fn count(world: &World, window: Window) {
    let table = &world.stack.app.table;
    let catalog = Catalog::new(table.clone(), Catalog::AGE);
    handle(table, &catalog, Event::Window { days: window }, Uuid::new_v4(), Timestamp::now).await.unwrap();
}

async fn play(world: &World, now: Timestamp, steps: &[Step]) {
    for step in steps {
        match *step {
            Step::Answer { store, hours_ago, payment, nps, csat } => {
                guest(now, store, hours_ago, payment).nps(nps).csat(csat).record(world).await;
            }
            Step::TakeBack { store, hours_ago, payment } => {
                guest(now, store, hours_ago, payment).take_back(world).await;
            }
            Step::Count(window) => count(world, window).await,
            Step::CountsAtOnce(a, b) => {
                tokio::join!(count(world, a), count(world, b));
            }
            Step::CountInterrupted { after } => {
                // Dropped in the middle, as a killed process would leave it. The next to have the table ends its lease.
                let _ = tokio::time::timeout(after, count(world, Window::Answerable)).await;
                world.proxy.quiet().await;
                world.stack.app.table.end_lease(Work::Counting).await.unwrap();
            }
        }
    }
}

/// (scope, day, question, answer) → how many: from the raw responses, without the code under test. Of the running day
/// each store shows the first five, ten, fifteen … by the time of their answers.
fn recount(responses: &[Item]) -> BTreeMap<(String, String, String, u64), u64> {
    let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
    // The day begins at four: four hours earlier the calendar shows it.
    let day_of = |at: Timestamp| (at - 4.hours()).to_zoned(shanghai.clone()).date().to_string();
    let today = day_of(Timestamp::now());
    // When it was answered, which visit, and what.
    type Answered<'a> = (Timestamp, &'a str, &'a Item);
    let mut days: BTreeMap<(u32, String), Vec<Answered<'_>>> = BTreeMap::new();
    for item in responses {
        let store: u32 = item["pk"].as_str().unwrap().trim_start_matches("R#").parse().unwrap();
        let sk = item["sk"].as_str().unwrap();
        let paid: Timestamp = format!("{}:00Z", sk.split_once("Z#").unwrap().0).parse().unwrap();
        // Its place is that of its first whole answer, even if it was taken back and given again.
        let answered: Timestamp = item["whole_at"].as_str().unwrap().parse().unwrap();
        days.entry((store, day_of(paid))).or_default().push((answered, sk, item));
    }
    let mut counts = BTreeMap::new();
    for ((store, day), mut answered) in days {
        answered.sort_by_key(|(at, sk, _)| (*at, *sk));
        if day == today {
            answered.truncate(answered.len() / 5 * 5);
            // An answer that was given again waits until the day is over.
            answered.retain(|(.., item)| item.get("taken_back").is_none());
        }
        let above = STORES.iter().find(|(number, _)| *number == store).unwrap().1;
        for scope in above.iter().map(|scope| (*scope).to_owned()).chain([format!("store/{store}")]) {
            for (question, answer) in answered.iter().flat_map(|(.., item)| item["answers"].as_object().unwrap()) {
                let key = (scope.clone(), day.clone(), question.clone(), answer.as_u64().unwrap());
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    counts
}

/// The same from the rollups.
fn rolled_up(rollups: &[Item]) -> BTreeMap<(String, String, String, u64), u64> {
    let mut counts = BTreeMap::new();
    for item in rollups {
        let scope = item["pk"].as_str().unwrap().trim_start_matches("D#").to_owned();
        let content = inflated(item["content"].as_str().unwrap());
        for tally in content["tallies"].as_object().unwrap().values() {
            for (question, histogram) in tally.get("scales").and_then(Value::as_object).into_iter().flatten() {
                for (answer, n) in histogram.as_object().unwrap() {
                    let key = (
                        scope.clone(),
                        item["sk"].as_str().unwrap().to_owned(),
                        question.clone(),
                        answer.parse().unwrap(),
                    );
                    counts.insert(key, n.as_u64().unwrap());
                }
            }
        }
    }
    counts
}

#[test]
fn a_rollup_equals_a_recount_whatever_happened_before() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&steps(), |steps| {
            let (raw, rollups) = runtime.block_on(async {
                let world = World::new().await;
                play(&world, Timestamp::now(), &steps).await;
                count(&world, Window::Answerable).await;
                (world.items("R#").await, world.items("D#").await)
            });
            prop_assert_eq!(recount(&raw), rolled_up(&rollups));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_count_that_began_earlier_does_not_replace_one_that_began_later() {
    let world = World::new().await;
    let table = &world.stack.app.table;
    let scope = "store/12".parse().unwrap();
    let rollup = |second: i64, nps: u8| {
        let mut tally = Tally::default();
        tally.scales.insert("nps".parse().unwrap(), [(nps, 1)].into());
        let counted_at = Timestamp::from_second(second).unwrap();
        Rollup { content: content(tally), counted_at, ..Rollup::default() }
    };
    let day = date(2026, 11, 21);
    assert!(table.put_rollup(&scope, day, &rollup(200, 9)).await.unwrap());
    assert!(!table.put_rollup(&scope, day, &rollup(100, 1)).await.unwrap());
    assert!(!table.put_rollup(&scope, day, &rollup(200, 1)).await.unwrap());
    assert_eq!(table.rollups(&scope, day, day).await.unwrap()[&day], rollup(200, 9));
    assert!(table.put_rollup(&scope, day, &rollup(300, 2)).await.unwrap());
}

#[tokio::test]
async fn a_day_whose_responses_may_have_expired_is_left_as_it_was_counted() {
    let world = World::new().await;
    let now = Timestamp::now();
    // Counted while its one response was there, after the shortest time that responses are kept. It expires a second from
    // now, and is gone.
    let day = days_ago(95);
    let guest = answers().hours_ago(95 * 24).expires(now + 1.second());
    guest.record(&world).await;
    let event = json!({"from": day, "to": day});
    let of_the_day = async || {
        let report = world.report_for("cn", &format!("from={day}&to={day}")).await;
        report["responses"].clone()
    };
    world.fire("RollUpStoresHourly", event.clone()).await;
    assert_eq!(of_the_day().await, 1);
    guest.vanish(&world).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let counted = world.fire("RollUpStoresHourly", event).await;
    assert_eq!(counted["left"].as_object().unwrap().values().collect::<Vec<_>>(), [&json!(1)], "{counted}");
    assert_eq!(of_the_day().await, 1);

    // So is a day that nobody counted while it was kept.
    let old = world.fire("RollUpStoresNightly", json!({"from": "2023-01-01", "to": "2023-01-02"})).await;
    assert_eq!((&old["left"], &old["written"]), (&json!({"2023-01-01": 12, "2023-01-02": 12}), &json!(0)));
}

#[tokio::test]
async fn a_store_that_moves_takes_its_coming_days_along_and_leaves_its_past_ones() {
    let world = World::new().await;
    answers().hours_ago(25).record(&world).await;
    count(&world, Window::Answerable).await;
    let store = json!({"name": "Moved", "path": "cn/south", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    assert_eq!(world.call(Method::PUT, "/stores/12", "admin", store).await.status, 200);
    answers().nps(1).csat(1).times(5).record(&world).await;
    count(&world, Window::Answerable).await;
    let responses = async |scope: &str| world.report(scope).await["responses"].clone();
    assert_eq!(responses("cn").await, 6);
    assert_eq!(responses("cn/east").await, 1);
    assert_eq!(responses("cn/south").await, 5);
}

#[tokio::test]
async fn a_schedule_fires_by_hand_with_an_event_of_ones_own() {
    let world = World::new().await;
    let fire = async |event: &str| {
        let request = world.request(Method::POST, "/_local/schedules/RollUpStoresHourly").body(event.to_owned());
        world.send(request).await
    };
    let day = fire(r#"{"from":"2026-11-01","to":"2026-11-03"}"#).await;
    assert_eq!((day.status.as_u16(), &day.json()["from"]), (200, &json!("2026-11-01")));
    for wrong in [
        r#"{"from":"2026-11-03","to":"2026-11-01"}"#,
        r#"{"from":"2020-01-01","to":"2026-11-01"}"#,
        r#"{"days":"some"}"#,
        "x",
    ] {
        let answer = fire(wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.json()["message"].as_str().unwrap().starts_with("The "), "{}", answer.text);
    }
    assert_eq!(world.send(world.request(Method::POST, "/_local/schedules/Weekly")).await.status, 404);
}

#[tokio::test]
async fn more_responses_than_fit_one_page_are_all_counted() {
    let world = World::new().await;
    // 900 comments of 500 characters, nearly all in three bytes each: 1.4 MB, and a page of a query is 1 MB.
    answers().hours_ago(1).text(&"味".repeat(496)).times(900).record(&world).await;
    world.proxy.taken();
    let counted = world.fire("RollUpStoresHourly", Value::Null).await;
    assert_eq!(counted["responses"], 900);
    assert_eq!(world.report("store/12").await["responses"], 900);
}

#[tokio::test]
async fn an_answer_at_the_end_of_all_time_ends_no_count() {
    // The last instant that can be read, and a later one, which makes the item one that can't be.
    for (at, readable) in [(Timestamp::MAX.to_string(), 5), ("9999-12-31T23:59:59.999999999Z".to_owned(), 4)] {
        let world = World::new().await;
        answers().times(5).put(&world).await;
        let sk = world.items("R#12").await.pop().unwrap()["sk"].as_str().unwrap().to_owned();
        poison(&world, "R#12", &sk, "answered_at", json!({"S": at})).await;
        let counted = world.fire("RollUpStoresHourly", Value::Null).await;
        assert_eq!((&counted["responses"], &counted["unreadable"]), (&json!(readable), &json!(5 - readable)), "{at}");
        let report = world.report("store/12").await;
        assert_eq!(report["responses"], json!(readable / 5 * 5), "{at}");
    }
}
