//! The nightly watch on a table: which trends it opens, and what it keeps.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        case::State,
        place::{Path, Scope},
        trend::{Night, Outcome, Trend},
        watch::{Direction, NodeDay},
    },
    table::{Look, Table, node_day_item},
    watching::{History, first_of_window},
};
use futures::StreamExt;
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use watch_stores::{Event, Summary};

use crate::{
    change::{Answered, put},
    harness::{World, answers, days_ago},
    watching::put_history,
};

async fn history(table: &Table) -> History {
    let stores = table.stores().await.unwrap().stores;
    History::read(table, stores, (first_of_window(days_ago(1)), days_ago(1))).await.unwrap()
}

pub async fn watch(table: &Table, day: Option<Date>) -> Summary {
    let event = Event { day };
    watch_stores::handle(table, event, 100, Uuid::new_v4(), Timestamp::now()).await.unwrap()
}

/// The trends of a table by their scopes and directions.
async fn trends(table: &Table) -> Vec<(String, Direction, Trend)> {
    let all = table.trends(days_ago(400)).await.unwrap().into_iter();
    all.map(|stored| (stored.trend.watched.scope.to_string(), stored.trend.change.direction, stored.trend)).collect()
}

async fn night(table: &Table) -> Night {
    table.last_night(days_ago(0), 7).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_store_that_fell_is_one_trend_however_often_the_night_is_run() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    let first = watch(table, None).await;
    assert_eq!((first.day, first.opened, first.trends), (Some(days_ago(1)), 1, 1), "{first:?}");
    let opened = trends(table).await;
    let [(scope, Direction::Drop, trend)] = &opened[..] else { panic!("{opened:?}") };
    assert_eq!((scope.as_str(), trend.change.since, trend.state), ("store/405", days_ago(10), State::Open));
    assert_eq!(trend.change.parts, Some(Vec::new()), "everywhere alike");
    let found = night(table).await;
    // The same night again, and the night after.
    let again = watch(table, None).await;
    assert_eq!(Summary { opened: 1, ..again }, first);
    assert_eq!((trends(table).await, night(table).await), (opened.clone(), found));
    for back in [2, 5, 40] {
        assert_eq!(watch(table, Some(days_ago(back))).await.opened, 0, "{back}: what a later night named is known");
    }
    assert_eq!((watch(table, None).await.opened, trends(table).await), (0, opened));
}

#[tokio::test]
async fn what_a_store_moves_above_it_is_no_trend_of_its_own() {
    let world = World::new().await;
    let places: Vec<(u32, &str)> =
        (401..=412).map(|number| (number, if number < 404 { "cn/west/a" } else { "cn/west/b" })).collect();
    let day = |back: i64| -> Vec<Answered> {
        let of = |number: u64| {
            let more = (13 * number + 7 * back.unsigned_abs()) % 5;
            if number == 402 && back <= 10 { [0, 2, 38] } else { [22 + more, 8, 8 - more] }
        };
        (401..=412).map(of).collect()
    };
    put(&world, &places, &(1..=66).map(|back| (back, day(back))).collect::<Vec<_>>()).await;
    let table = &world.stack.app.table;
    assert_eq!(watch(table, None).await.opened, 1);
    let opened = trends(table).await;
    assert_eq!(opened[0].0, "store/402");
    let found = night(table).await;
    let moved: Vec<_> = found.found.iter().filter(|found| found.is_certain() && found.trend.is_none()).collect();
    assert!(moved.iter().any(|found| found.watched.scope.to_string() == "cn/west/a"), "{found:?}");
    assert!(moved.iter().all(|found| found.because == [opened[0].2.id.clone()]), "{moved:?}");
}

/// Twelve stores of two nodes of which nothing changed, by how many days ago and by number.
fn steady(back: i64, number: u64) -> Answered {
    let more = (13 * number + 7 * back.unsigned_abs()) % 5;
    [22 + more, 8, 8 - more]
}

#[tokio::test]
async fn a_node_with_other_stores_has_not_fallen() {
    let world = World::new().await;
    let places: Vec<(u32, &str)> =
        (401..=412).map(|number| (number, if number < 405 { "cn/west/a" } else { "cn/west/b" })).collect();
    // Four weak stores open in a node ten days ago: each is as it always was.
    let days: Vec<(i64, Vec<Answered>)> = (1..=66)
        .map(|back| {
            let of = |number: u64| match number {
                403 | 404 if back > 10 => [0, 0, 0],
                403 | 404 => [6, 6, 28],
                _ => steady(back, number),
            };
            (back, (401..=412).map(of).collect())
        })
        .collect();
    put(&world, &places, &days).await;
    let table = &world.stack.app.table;
    assert_eq!(watch(table, None).await.opened, 0);
    let found = night(table).await;
    let node = found.of(&"cn/west/a".parse().unwrap()).next().cloned();
    assert!(node.is_some_and(|node| !node.is_certain()), "it is shown as uncertain: {found:?}");
}

#[tokio::test]
async fn a_store_that_moved_makes_no_node_fall_or_rise() {
    let world = World::new().await;
    let place = |moved: bool| -> Vec<(u32, &'static str)> {
        let of = |number: u32| match number {
            401..=403 => "cn/west/a",
            404 if !moved => "cn/west/a",
            _ => "cn/west/b",
        };
        (401..=412).map(|number| (number, of(number))).collect()
    };
    let day = |back: i64| {
        let of = |number: u64| if number == 404 { [0, 2, 38] } else { steady(back, number) };
        (back, (401..=412).map(of).collect::<Vec<Answered>>())
    };
    put(&world, &place(false), &(11..=66).map(day).collect::<Vec<_>>()).await;
    put(&world, &place(true), &(1..=10).map(day).collect::<Vec<_>>()).await;
    let table = &world.stack.app.table;
    let done = watch(table, None).await;
    assert_eq!(done.opened, 0, "{done:?} {:?}", night(table).await);
}

/// Every check that is due of trends.
async fn looks(table: &Table) -> usize {
    let all: Vec<_> = table.looks(Timestamp::now() + 1.minute()).collect().await;
    all.into_iter().filter(|due| matches!(due.as_ref().unwrap().look, Look::Trend(_))).count()
}

#[tokio::test]
async fn a_run_that_was_killed_is_done_again() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    watch(table, None).await;
    assert_eq!(looks(table).await, 1);
    // As if it had been killed after the trend and before its check, and nobody tried again before the next night.
    let due = table.looks(Timestamp::now() + 1.minute()).next().await.unwrap().unwrap();
    table.take_look(&due).await.unwrap();
    let tomorrow = Timestamp::now() + 24.hours();
    let next = watch_stores::handle(table, Event::default(), 100, Uuid::new_v4(), tomorrow).await.unwrap();
    assert_eq!((next.day, next.opened, looks(table).await), (Some(days_ago(0)), 0, 1));
    // Two runs at once.
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    tokio::join!(watch(table, None), watch(table, None), watch(table, None));
    assert_eq!((trends(table).await.len(), looks(table).await), (1, 1));
}

#[tokio::test]
async fn days_of_nodes_say_what_their_rollups_say_and_one_that_is_broken_is_read_from_its_rollup() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    let (first, last) = (first_of_window(days_ago(1)), days_ago(1));
    let before = history(table).await.watch(last, 100);
    for path in ["cn/west/a", "cn/west/b"] {
        let path = Path::try_from(path.to_owned()).unwrap();
        for (day, rollup) in table.rollups(&Scope::Node(path.clone()), first, last).await.unwrap() {
            table.put_node_day(&path, day, &NodeDay::of(&rollup.content)).await.unwrap();
        }
        let mut item = node_day_item(&path, days_ago(20), &NodeDay::default()).unwrap();
        item.insert("content".into(), aws_sdk_dynamodb::types::AttributeValue::S("broken".into()));
        world.database.bulk().import(vec![item]).await.unwrap();
    }
    world.proxy.taken();
    let after = history(table).await.watch(last, 100);
    assert_eq!((before.watched, before.watch), (after.watched, after.watch));
}

#[tokio::test]
async fn a_count_keeps_the_days_of_lowest_nodes() {
    let world = World::new().await;
    answers().nps(9).csat(5).times(7).send(&world).await;
    answers().nps(3).csat(2).hours_ago(25).times(6).put(&world).await;
    let table = &world.stack.app.table;
    let (path, from) = (Path::try_from("cn/east/shanghai".to_owned()).unwrap(), days_ago(2));
    let days = async || {
        let kept = table.node_days(&path, from, days_ago(0)).await.unwrap();
        let rollups = table.rollups(&Scope::Node(path.clone()), from, days_ago(0)).await.unwrap();
        let of_rollups: BTreeMap<Date, NodeDay> =
            rollups.into_iter().map(|(day, rollup)| (day, NodeDay::of(&rollup.content))).collect();
        for (day, of_rollup) in &of_rollups {
            assert_eq!(kept.get(day), Some(of_rollup));
        }
        kept
    };
    world.fire("RollUpStoresNightly", Value::Null).await;
    assert_eq!(days().await.values().filter(|day| !day.0.is_empty()).count(), 2);
    // Where one was lost, or written by nobody, the next count writes it.
    world.database.bulk().import(vec![node_day_item(&path, days_ago(1), &NodeDay::default()).unwrap()]).await.unwrap();
    world.fire("RollUpStoresNightly", Value::Null).await;
    assert_eq!(days().await.values().filter(|day| !day.0.is_empty()).count(), 2);
    // Nodes above them have none: they have no stores of their own.
    let above = Path::try_from("cn/east".to_owned()).unwrap();
    assert_eq!(table.node_days(&above, from, days_ago(0)).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_store_that_moved_keeps_its_days_of_the_node_that_it_left() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    watch(table, Some(days_ago(2))).await;
    // All stores of one node move to the other.
    for number in 408..=412 {
        let details = json!({"name": format!("Store {number}"), "path": "cn/west/a", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
        let put = world.call(Method::PUT, &format!("/stores/{number}"), "admin", details).await;
        assert!(put.status.is_success(), "{}", put.text);
    }
    let history = history(table).await;
    let answered = history.paid_days(410.try_into().unwrap(), first_of_window(days_ago(1)), days_ago(1));
    assert_eq!(answered.iter().filter(|day| day.n() > 0).count(), 63);
    assert!(history.nodes().any(|node| node.as_str() == "cn/west/b"));
}

#[tokio::test]
async fn a_closed_trend_is_not_opened_again_while_its_change_is_recent() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    watch(table, Some(days_ago(4))).await;
    let (.., trend) = trends(table).await.remove(0);
    let close = aftertaste::domain::trend::Move::Close { outcome: Outcome::Explained, cause: None, note: None };
    let closed = trend.after(&close, "lin", Timestamp::now(), Uuid::new_v4()).unwrap();
    assert!(table.move_trend(&trend, &closed, Timestamp::now()).await.unwrap());
    assert!(table.move_trend(&trend, &closed, Timestamp::now()).await.unwrap(), "the same write once more is made");
    let other = trend.after(&close, "chen", Timestamp::now(), Uuid::new_v4()).unwrap();
    assert!(!table.move_trend(&trend, &other, Timestamp::now()).await.unwrap());
    let after = watch(table, None).await;
    assert_eq!((after.opened, after.trends), (0, 1), "it is named still, and known");
    assert_eq!(trends(table).await.len(), 1);
}

#[tokio::test]
async fn a_night_of_five_hundred_stores_reads_little() {
    let world = World::new().await;
    let table = &world.stack.app.table;
    let mut items = Vec::new();
    for node in 0..10_u32 {
        let path = Path::try_from(format!("cn/n{node}")).unwrap();
        for back in 1..=63 {
            let counted = |n: u64| [20 + n % 7, 6 + n % 3, 4 + n % 5];
            let stores: BTreeMap<String, [u64; 3]> =
                (0..50).map(|k| ((1_000 + 50 * node + k).to_string(), counted(u64::from(k) + back))).collect();
            let segments: BTreeMap<String, [u64; 3]> = (0..16).map(|k| (k.to_string(), counted(k + back))).collect();
            let channels: BTreeMap<&str, [u64; 3]> =
                ["receipt", "table", "wechat-mini-program", "sms", "app", "delivery"]
                    .map(|name| (name, counted(back)))
                    .into();
            let day: NodeDay = serde_json::from_value(
                json!({"dine-in": {"stores": stores, "segments": segments, "channels": channels}}),
            )
            .unwrap();
            items.push(node_day_item(&path, days_ago(back.try_into().unwrap()), &day).unwrap());
        }
        for k in 0..50 {
            let number = (1_000 + 50 * node + k).try_into().unwrap();
            let details = json!({"name": format!("Store {k}"), "path": format!("cn/n{node}"), "time_zone": "Asia/Shanghai", "survey": "dine-in"});
            let details = serde_json::from_value(details).unwrap();
            table.put_store(&aftertaste::domain::place::Store::new(number, details).unwrap()).await.unwrap();
        }
    }
    world.database.bulk().import(items).await.unwrap();
    world.proxy.taken();
    let done = watch(table, None).await;
    let (consumed, _) = world.proxy.taken();
    assert!(done.watched > 700, "{done:?}");
    assert!(consumed.read < 200.0 && consumed.written < 10.0, "{consumed:?}");
}

#[tokio::test]
async fn without_stores_and_for_days_that_are_not_over_nothing_is_watched() {
    let world = World::new().await;
    let table = &world.stack.app.table;
    for day in [days_ago(0), days_ago(-1), days_ago(122)] {
        let event = Event { day: Some(day) };
        let said = watch_stores::handle(table, event, 100, Uuid::new_v4(), Timestamp::now()).await.unwrap_err();
        assert_eq!(said.to_string(), "day is one of the last 120 days that are over for every store.");
    }
    let fired = world.request(Method::POST, "/_local/schedules/WatchStoresNightly").body(r#"{"dya":1}"#.to_owned());
    let answer = world.send(fired).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["message"], r#"The event is {}, or {"day":"2026-11-20"}."#);
    assert_eq!(world.fire("WatchStoresNightly", Value::Null).await["trends"], 0);
}
