//! The watch over all stores, on a table: which ones changed, since when, and what the command prints.

use aftertaste::{
    domain::{
        place::Scope,
        watch::{Direction, first_day},
    },
    watching::{History, Night, first_of_window},
};
use jiff::ToSpan;
use tokio::process::Command;

use crate::{
    change::{Answered, put},
    harness::{World, days_ago, program},
    process::run,
};

/// Twelve stores of two nodes, of which one falls nine days before yesterday. Days differ a little.
pub async fn put_history(world: &World) {
    let places: Vec<(u32, &str)> =
        (401..=412).map(|number| (number, if number < 408 { "cn/west/a" } else { "cn/west/b" })).collect();
    let day = |back: i64| -> Vec<Answered> {
        let of = |number: u64| {
            let more = (13 * number + 7 * back.unsigned_abs()) % 5;
            if number == 405 && back <= 10 { [12 + more, 8, 20] } else { [22 + more, 8, 8 - more] }
        };
        (401..=412).map(of).collect()
    };
    let days: Vec<(i64, Vec<Answered>)> = (1..=66).map(|back| (back, day(back))).collect();
    put(world, &places, &days).await;
}

fn named(night: &Night, direction: Direction) -> Vec<(String, bool)> {
    let alarms = if direction == Direction::Drop { &night.watch.drops } else { &night.watch.rises };
    let mut named: Vec<(String, bool)> = alarms
        .named
        .iter()
        .map(|at| (night.watched[*at].scope.to_string(), night.watched[*at].part.is_some()))
        .collect();
    named.sort();
    named
}

#[tokio::test]
async fn a_store_that_fell_is_named_with_the_day_since_when() {
    let world = World::new().await;
    put_history(&world).await;
    let table = &world.stack.app.table;
    let last = days_ago(1);
    let stores = table.stores().await.unwrap().stores;
    let first = first_of_window(last.saturating_sub(12.days()));
    let history = History::read(table, stores.clone(), (first, last)).await.unwrap();
    let night = history.watch(last, 100);
    assert!(named(&night, Direction::Rise).is_empty());
    assert!(named(&night, Direction::Drop).contains(&("store/405".to_owned(), false)));
    assert!(
        !named(&night, Direction::Drop).iter().any(|(scope, _)| scope.starts_with("store/") && scope != "store/405")
    );
    let at = night.watched.iter().position(|watched| watched.scope == "store/405".parse::<Scope>().unwrap()).unwrap();
    let moved = &night.watch.evidence[at].as_ref().unwrap().drop;
    assert_eq!(first_day(last, moved.since.likeliest), days_ago(10));
    assert!(moved.plain.high < -30.0, "{:?}", moved.plain);
    // Before it fell, nobody is named; two nights after, it is. The same night again says the same.
    assert!(named(&history.watch(days_ago(11), 100), Direction::Drop).is_empty());
    assert!(named(&history.watch(days_ago(8), 100), Direction::Drop).contains(&("store/405".to_owned(), false)));
    let again = History::read(table, stores, (first_of_window(last), last)).await.unwrap().watch(last, 100);
    assert_eq!((again.watched, again.watch), (night.watched, night.watch));
    // Twelve stores are siblings, though each of both nodes has fewer than ten.
    let siblings = night.groups.iter().find(|(_, _, stores, _)| *stores).unwrap();
    assert_eq!((siblings.1.as_ref().unwrap().as_str(), siblings.3), ("cn/west", 12));
}

/// Runs the command on a world's table, as on one of AWS: whether it succeeded, what it said, what it complained of.
async fn watch(world: &World, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(program("aftertaste-local"));
    command.args(["watch", "--table", "aftertaste"]).args(arguments);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &world.database.url).env("AWS_REGION", "local");
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let output = command.output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn the_command_prints_the_news_of_each_night_once_from_any_table() {
    let world = World::new().await;
    put_history(&world).await;
    let [from, to] = [11, 1].map(|back| days_ago(back).to_string());
    let (_, told, complaint) = watch(&world, &["--from", &from, "--to", &to]).await;
    let news: Vec<&str> =
        told.lines().filter(|line| line.contains("Store 405 (store/405), dine-in: dropped by ")).collect();
    assert_eq!(news.len(), 1, "{told} {complaint}");
    assert!(news[0].contains(&format!("since {} (", days_ago(10))), "{told}");
    assert!(told.contains("dine-in, 12 stores below cn/west: "), "{told}");
    let (done, told, _) = watch(&world, &["--to", &from]).await;
    assert!(done && told.contains("Nothing has changed for certain."), "{told}");
}

#[tokio::test]
async fn the_command_says_what_is_wrong_with_its_days_and_its_table() {
    let world = World::new().await;
    for (arguments, said) in [
        (
            vec!["--from", "2026-11-02", "--to", "2026-11-01"],
            "The range is reversed: --from 2026-11-02 is after --to 2026-11-01.",
        ),
        (vec!["--to", "2101-01-01"], "is not over yet"),
        (vec!["--from", "2024-01-01", "--to", "2026-01-01"], "is too long: 400 nights at most."),
        (vec!["--to", "0001-01-01"], "Nights lie within the years 2020 to 2530."),
        (vec!["--days-apart", "0"], "0 is not in 1..=100000"),
    ] {
        let (done, _, complaint) = watch(&world, &arguments).await;
        assert!(!done && complaint.contains(said), "{complaint}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (done, _, complaint) = run(&["watch", "--data", folder.path().to_str().unwrap()]).await;
    assert!(!done && complaint.contains("There is no table in "), "{complaint}");
}
