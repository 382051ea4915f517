//! How the nightly watch judges actions, on a table.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        Id,
        action::{Action, ActionDetails, Judgement, Term, Verdict},
        case::State,
        trend::{Change, Outcome, Trend, TrendId},
        watch::{Direction, Watched},
    },
    table::{StoredAction, StoredTrend, Table, action_item},
};
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use uuid::Uuid;
use watch_stores::Event;

use crate::{
    change::{Answered, put},
    harness::{World, days_ago},
    nights::watch,
};

/// Twelve stores of one node for 110 days. From a day on, store 405 is better; from another until then it was worse.
pub async fn put_improved(world: &World, better: i64, worse: Option<i64>) {
    let places: Vec<(u32, &str)> = (401..=412).map(|number| (number, "cn/west/a")).collect();
    let day = |back: i64| -> Vec<Answered> {
        let of = |number: u64| {
            let more = (13 * number + 7 * back.unsigned_abs()) % 5;
            match number {
                405 if back <= better => [30 + more, 6, 6 - more],
                405 if worse.is_some_and(|worse| back <= worse) => [12 + more, 8, 20],
                _ => [22 + more, 8, 8 - more],
            }
        };
        (401..=412).map(of).collect()
    };
    put(world, &places, &(1..=110).map(|back| (back, day(back))).collect::<Vec<_>>()).await;
}

pub fn action(id: &str, stores: &[u32], back: i64, trends: &[TrendId]) -> StoredAction {
    let start = days_ago(back);
    let details =
        json!({"stores": stores, "start": start, "what": "One more till at noon.", "owner": "lin", "trends": trends});
    let details: ActionDetails = serde_json::from_value(details).unwrap();
    let id: Id = format!("{}-{id}", start.strftime("%Y%m%d")).parse().unwrap();
    StoredAction {
        action: Action::new(id, details).unwrap(),
        by: "lin".into(),
        at: Timestamp::now(),
        withdrawn_at: None,
        withdrawn_by: None,
    }
}

async fn verdicts(table: &Table, action: &StoredAction) -> BTreeMap<Term, Judgement> {
    table.action(&action.action.id).await.unwrap().unwrap().action.verdicts
}

#[tokio::test]
async fn an_action_is_judged_after_fourteen_and_after_twenty_eight_days() {
    let world = World::new().await;
    put_improved(&world, 40, None).await;
    let table = &world.stack.app.table;
    let (helped, nothing, soon) =
        (action("helped", &[405], 40, &[]), action("nothing", &[409], 35, &[]), action("soon", &[410], 5, &[]));
    for action in [&helped, &nothing, &soon] {
        assert!(table.put_action(action).await.unwrap());
    }
    assert_eq!(watch(table, Some(days_ago(28))).await.judged, 0, "the fourteenth day is not over");
    assert_eq!(watch(table, Some(days_ago(27))).await.judged, 1);
    let first = verdicts(table, &helped).await;
    assert_eq!((first.len(), first[&Term::Fortnight].verdict), (1, Verdict::Better));
    let effect = first[&Term::Fortnight].effect.unwrap();
    // Store 409 has an action of its own in these days, and is no sibling.
    assert_eq!((effect.stores, effect.siblings, effect.moved_as_far), (1, 10, 0));
    assert!(effect.low > 8.0, "{effect:?}");
    assert_eq!(watch(table, None).await.judged, 3);
    assert_eq!(verdicts(table, &helped).await[&Term::FourWeeks].verdict, Verdict::Better);
    let unsure = verdicts(table, &nothing).await;
    assert_eq!([Term::Fortnight, Term::FourWeeks].map(|term| unsure[&term].verdict), [Verdict::CannotTell; 2]);
    assert_eq!((verdicts(table, &soon).await.len(), watch(table, None).await.judged), (0, 0));
}

#[tokio::test]
async fn an_action_is_mixed_with_another_and_a_withdrawn_one_is_none() {
    let world = World::new().await;
    put_improved(&world, 40, None).await;
    let table = &world.stack.app.table;
    let (one, other, gone) =
        (action("one", &[405], 40, &[]), action("other", &[405, 406], 30, &[]), action("gone", &[405], 38, &[]));
    for action in [&one, &other, &gone] {
        assert!(table.put_action(action).await.unwrap());
    }
    let withdrawn = StoredAction { withdrawn_at: Some(Timestamp::now()), ..gone.clone() };
    assert!(table.change_action(&gone, &withdrawn).await.unwrap() && !withdrawn.disturbs());
    // One that ran for days and was then withdrawn did move something.
    let late = StoredAction { withdrawn_at: Some(gone.at + 48.hours()), ..gone.clone() };
    assert!(late.disturbs());
    watch(table, None).await;
    assert_eq!(verdicts(table, &one).await[&Term::FourWeeks].verdict, Verdict::Mixed);
    assert!(verdicts(table, &gone).await.is_empty());
    // Without the other it would be judged.
    let withdrawn = table.action(&other.action.id).await.unwrap().unwrap();
    let gone = StoredAction { withdrawn_at: Some(Timestamp::now()), ..withdrawn.clone() };
    assert!(table.change_action(&withdrawn, &gone).await.unwrap());
    world.database.bulk().import(vec![action_item(&one).unwrap()]).await.unwrap();
    watch(table, None).await;
    assert_eq!(verdicts(table, &one).await[&Term::FourWeeks].verdict, Verdict::Better);
}

/// A drop of store 405 as it was named before its action.
fn fell(back: i64) -> Trend {
    let watched = Watched { series: "dine-in".parse().unwrap(), scope: "store/405".parse().unwrap(), part: None };
    let day = days_ago(back);
    let since = day.saturating_sub(5.days());
    let change = Change {
        direction: Direction::Drop,
        since,
        earliest: since,
        latest: since,
        points: -30.0,
        low: -40.0,
        high: -20.0,
        beside: false,
        parts: None,
    };
    Trend::open(TrendId::of(day, &watched, Direction::Drop), watched, change, Timestamp::now(), Uuid::new_v4())
}

#[tokio::test]
async fn a_trend_ends_when_an_action_brought_the_score_back_and_only_once() {
    let world = World::new().await;
    put_improved(&world, 40, Some(60)).await;
    let table = &world.stack.app.table;
    let trend = fell(55);
    assert!(table.open_trend(&trend).await.unwrap());
    let answers_it = action("a", &[405], 40, std::slice::from_ref(&trend.id));
    assert!(table.put_action(&answers_it).await.unwrap());
    assert_eq!(watch(table, None).await.judged, 2);
    let judgement = verdicts(table, &answers_it).await[&Term::FourWeeks].clone();
    assert!(judgement.recovery.unwrap().back, "{judgement:?}");
    let StoredTrend { trend: ended, .. } = table.trend(&trend.id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.outcome), (State::Closed, Some(Outcome::Recovered)));
    // As if the run had been killed before the verdict was written: it is done again, and nothing is said twice.
    let events = world.items("EVENT#").await.len();
    assert!(events >= 2);
    world.database.bulk().import(vec![action_item(&answers_it).unwrap()]).await.unwrap();
    assert_eq!(watch(table, None).await.judged, 2);
    assert_eq!(table.trend(&trend.id).await.unwrap().unwrap().trend, ended);
    assert_eq!(world.items("EVENT#").await.len(), events);
}

#[tokio::test]
async fn an_action_ends_no_trend_of_another_store() {
    let world = World::new().await;
    put_improved(&world, 40, None).await;
    let table = &world.stack.app.table;
    // The score of store 405 fell, and an action of store 406 claims to answer it. So does one of a store in ten of a node.
    let of_store = fell(55);
    let of_node = Trend {
        watched: Watched { scope: "cn/west".parse().unwrap(), ..of_store.watched.clone() },
        ..of_store.clone()
    };
    let of_node = Trend { id: TrendId::of(of_node.id.day, &of_node.watched, Direction::Drop), ..of_node };
    for trend in [&of_store, &of_node] {
        assert!(table.open_trend(trend).await.unwrap());
    }
    let other = action("other", &[406], 40, &[of_store.id.clone(), of_node.id.clone()]);
    assert!(table.put_action(&other).await.unwrap());
    assert_eq!(watch(table, None).await.judged, 2);
    for trend in [&of_store, &of_node] {
        let judged = table.trend(&trend.id).await.unwrap().unwrap().trend;
        assert_eq!((judged.state, judged.log.len()), (State::Open, 2), "noted, and not ended");
    }
}

#[tokio::test]
async fn nothing_is_judged_before_its_days_are_counted() {
    let world = World::new().await;
    put_improved(&world, 40, None).await;
    let table = &world.stack.app.table;
    let helped = action("helped", &[405], 40, &[]);
    assert!(table.put_action(&helped).await.unwrap());
    // The running day is over tomorrow, and was not counted.
    let tomorrow = Timestamp::now() + 24.hours();
    let night = watch_stores::handle(table, Event::default(), 100, Uuid::new_v4(), tomorrow).await.unwrap();
    assert_eq!((night.day, night.judged), (Some(days_ago(0)), 0));
    assert!(verdicts(table, &helped).await.is_empty());
    assert_eq!(watch(table, None).await.judged, 2);
}

#[tokio::test]
async fn stores_alone_have_no_comparison() {
    let world = World::new().await;
    let places = [(405, "cn/west/a"), (406, "cn/west/a"), (407, "cn/west/a")];
    let days: Vec<(i64, Vec<Answered>)> = (1..=110).map(|back| (back, vec![[20, 8, 8]; 3])).collect();
    put(&world, &places, &days).await;
    let table = &world.stack.app.table;
    let alone = action("alone", &[405], 40, &[]);
    assert!(table.put_action(&alone).await.unwrap());
    watch(table, None).await;
    // The demo's stores below the same topmost node have no answers.
    assert_eq!(verdicts(table, &alone).await[&Term::FourWeeks].verdict, Verdict::NoComparison);
}
