//! Tests of trends.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, civil::date};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    case::{Act, Refused, State, Telling},
    count::Tally,
    watch::{Direction, Part, Watched},
};

fn at(hours: i64) -> Timestamp {
    "2026-11-21T20:55:00Z".parse::<Timestamp>().unwrap() + hours.hours()
}

fn watched() -> Watched {
    Watched { series: "dine-in".parse().unwrap(), scope: "store/12".parse().unwrap(), part: None }
}

fn change(direction: Direction) -> Change {
    Change {
        direction,
        since: date(2026, 11, 17),
        earliest: date(2026, 11, 15),
        latest: date(2026, 11, 18),
        points: -14.5,
        low: -20.0,
        high: -9.0,
        beside: false,
        parts: None,
    }
}

fn trend(direction: Direction) -> Trend {
    let id = TrendId::of(date(2026, 11, 20), &watched(), direction);
    Trend::open(id, watched(), change(direction), at(0), Uuid::from_u128(1))
}

fn after(trend: &Trend, step: &Move) -> Result<Trend, Refused> {
    trend.after(step, "lin", at(1), Uuid::from_u128(2))
}

fn close(outcome: Outcome) -> Move {
    Move::Close { outcome, cause: None, note: Some("Works in the street.".into()) }
}

#[test]
fn an_id_is_of_the_night_and_of_what_changed_which_way() {
    let id = TrendId::of(date(2026, 11, 20), &watched(), Direction::Drop);
    assert_eq!(id, TrendId::of(date(2026, 11, 20), &watched(), Direction::Drop));
    assert_eq!(id.to_string().parse::<TrendId>().unwrap(), id);
    let part = |part| Watched { part: Some(part), ..watched() };
    let segment = |n: u8| Part::Segment(serde_json::from_value(json!(n)).unwrap());
    let channel = Part::Channel(serde_json::from_value(json!("delivery")).unwrap());
    let others = [
        TrendId::of(date(2026, 11, 21), &watched(), Direction::Drop),
        TrendId::of(date(2026, 11, 20), &watched(), Direction::Rise),
        TrendId::of(date(2026, 11, 20), &part(segment(1)), Direction::Drop),
        TrendId::of(date(2026, 11, 20), &part(segment(2)), Direction::Drop),
        TrendId::of(date(2026, 11, 20), &part(channel), Direction::Drop),
        id,
    ];
    let different: std::collections::BTreeSet<_> = others.iter().collect();
    assert_eq!(different.len(), others.len());
    for wrong in [
        "",
        "20261120",
        "20261120-",
        "2026112-0f1e2d3c4b5a6978",
        "20261120-0F1E2D3C4B5A6978",
        "20261131-0f1e2d3c4b5a6978",
    ] {
        let said = wrong.parse::<TrendId>().unwrap_err().to_string();
        assert!(said.starts_with("A trend's id is such as 20261120-0f1e2d3c4b5a6978; this is "), "{said}");
    }
}

#[test]
fn a_score_that_fell_is_taken_and_closed() {
    let open = trend(Direction::Drop);
    assert_eq!((open.state, open.due()), (State::Open, Some(at(48))));
    let taken = after(&open, &Move::Take).unwrap();
    assert_eq!((taken.state, taken.owner.as_deref(), taken.due(), taken.v), (State::Taken, Some("lin"), None, 2));
    assert_eq!(after(&taken, &Move::Take), Err(Refused::NotFrom(State::Taken)));
    let closed = after(&taken, &close(Outcome::Explained)).unwrap();
    assert_eq!((closed.state, closed.outcome), (State::Closed, Some(Outcome::Explained)));
    for step in [Move::Take, Move::Lapse, close(Outcome::Unsolved), Move::Judge { is_back: true }] {
        assert_eq!(after(&closed, &step), Err(Refused::NotFrom(State::Closed)));
    }
    let acts: Vec<Act> = closed.log.iter().map(|entry| entry.what).collect();
    assert_eq!(acts, [Act::Opened, Act::Taken, Act::Closed]);
}

#[test]
fn nobody_claims_that_a_score_recovered() {
    for direction in [Direction::Drop, Direction::Rise] {
        for outcome in [Outcome::Recovered, Outcome::Lapsed] {
            assert_eq!(after(&trend(direction), &close(outcome)), Err(Refused::NotItsOutcome));
        }
    }
    assert_eq!(after(&trend(Direction::Drop), &close(Outcome::Noted)), Err(Refused::NotItsOutcome));
    assert_eq!(after(&trend(Direction::Rise), &close(Outcome::Noted)).unwrap().state, State::Closed);
    let judged = after(&trend(Direction::Drop), &Move::Judge { is_back: false }).unwrap();
    assert_eq!((judged.state, judged.outcome), (State::Open, None));
    let back = after(&judged, &Move::Judge { is_back: true }).unwrap();
    assert_eq!((back.state, back.outcome), (State::Closed, Some(Outcome::Recovered)));
}

#[test]
fn a_history_keeps_its_beginning() {
    let mut trend = trend(Direction::Drop);
    for n in 0..40 {
        trend = after(&trend, &Move::HandOver { to: format!("p{n}") }).unwrap();
    }
    assert_eq!((trend.log.len(), trend.log[0].what, trend.v), (20, Act::Opened, 41));
    assert_eq!(trend.owner.as_deref(), Some("p39"));
}

#[test]
fn those_who_answer_for_it_are_notified_once_and_the_next_if_nobody_takes_it() {
    let open = trend(Direction::Drop);
    let kinds = |notices: &[crate::case::Notice]| notices.iter().map(|n| (n.kind, n.level)).collect::<Vec<_>>();
    let (notices, telling) = open.look(Telling::default(), at(0));
    assert_eq!((kinds(&notices), telling.look_at), (vec![("alert.raised", 0)], Some(at(48))));
    let (notices, again) = open.look(telling, at(1));
    assert_eq!((kinds(&notices), again), (vec![], telling));
    let (notices, telling) = open.look(telling, at(48));
    assert_eq!(kinds(&notices), [("alert.overdue", 1)]);
    assert_eq!(telling.look_at, Some(at(LAPSE_DAYS * 24)));
    assert_eq!(kinds(&open.look(telling, at(72)).0), []);
    // Nobody looked for two days: both are said at once.
    assert_eq!(kinds(&open.look(Telling::default(), at(50)).0), [("alert.raised", 0), ("alert.overdue", 1)]);
    let taken = after(&open, &Move::Take).unwrap();
    assert_eq!(kinds(&taken.look(Telling { told: 1, ..Telling::default() }, at(50)).0), []);
    let rose = trend(Direction::Rise);
    let (notices, telling) = rose.look(Telling::default(), at(0));
    assert_eq!((kinds(&notices), telling.look_at), (vec![("alert.raised", 0)], Some(at(LAPSE_DAYS * 24))));
    let closed = after(&rose, &close(Outcome::Noted)).unwrap();
    assert_eq!(kinds(&closed.look(Telling::default(), at(1)).0), [], "nobody is told of what is over");
    assert_eq!(closed.look(telling, at(1)).1.look_at, None);
}

#[test]
fn the_same_change_is_told_once_until_it_is_old_and_closed() {
    let open = trend(Direction::Drop);
    let later = |days: i64| date(2026, 11, 17) + days.days();
    let (drop, rise) = (change(Direction::Drop), change(Direction::Rise));
    assert!(open.is_the_same(&watched(), &drop, later(300)), "it is still open");
    assert!(!open.is_the_same(&watched(), &rise, later(3)));
    let closed = after(&open, &close(Outcome::Unsolved)).unwrap();
    assert!(closed.is_the_same(&watched(), &drop, later(27)));
    assert!(!closed.is_the_same(&watched(), &drop, later(28)));
    let other = Watched { scope: "store/13".parse().unwrap(), ..watched() };
    assert!(!open.is_the_same(&other, &drop, later(3)));
    // A night that is run again after the one that named it.
    assert!(open.is_the_same(&watched(), &drop, later(2)));
    assert!(!open.is_the_same(&watched(), &Change { since: later(-40), ..drop }, later(2)));
}

#[test]
fn a_trend_is_read_as_it_is_written_and_what_a_later_version_wrote_is_passed_over() {
    let mut trend = trend(Direction::Drop);
    trend.change.parts = Some(vec![Moved { part: ChangedPart::Meal(crate::report::Meal::Dinner), difference: -27.5 }]);
    let mut written = serde_json::to_value(&trend).unwrap();
    assert_eq!(serde_json::from_value::<Trend>(written.clone()).unwrap(), trend);
    assert_eq!((&written["scope"], &written["direction"]), (&json!("store/12"), &json!("down")));
    assert_eq!(written["parts"], json!([{"part": {"meal": "dinner"}, "difference": -27.5}]));
    written["mood"] = json!(1);
    written["parts"].as_array_mut().unwrap().push(json!({"part": {"weather": "rain"}, "difference": 1.0}));
    assert_eq!(serde_json::from_value::<Trend>(written).unwrap(), trend);
}

/// A day whose guests by hour and channel answered so.
fn day(hours: Value, channels: Value) -> Tally {
    serde_json::from_value(json!({"hours": hours, "channels": channels})).unwrap()
}

#[test]
fn the_evening_that_fell_is_named() {
    let before = day(
        json!({"12": [60, 36, 12, 12, 60, 50], "19": [60, 36, 12, 12, 60, 50]}),
        json!({"delivery": [120, 72, 24, 24, 120, 100]}),
    );
    let since = day(
        json!({"12": [60, 36, 12, 12, 60, 50], "19": [60, 12, 12, 36, 60, 20]}),
        json!({"delivery": [120, 48, 24, 48, 120, 70]}),
    );
    let days = (1..=20).map(|n| (date(2026, 11, n), if n < 15 { &before } else { &since }));
    let days: BTreeMap<_, _> = days.collect();
    let moved = what_changed_in(&days, date(2026, 11, 15), Direction::Drop);
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!(moved[0].part, ChangedPart::Meal(crate::report::Meal::Dinner));
    assert!((moved[0].difference + 80.0).abs() < 1.0, "{moved:?}");
    assert_eq!(what_changed_in(&BTreeMap::new(), date(2026, 11, 15), Direction::Drop), []);
}
