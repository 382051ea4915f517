//! Sweeps at once, and sweeps that are killed between any two writes: everybody is notified, and no check stays behind.

use std::collections::BTreeMap;
use std::time::Duration;

use aftertaste::domain::{
    case::{Move, Outcome},
    survey::Severity,
};
use futures::future;
use jiff::ToSpan;
use serde_json::json;

use super::{
    desk::{answer, case, chain, close, complain, guest, said, step, sweep, to_sweep},
    office::Office,
    people::WECOM,
};

/// An office that waits for answers also where the machine is busy.
async fn patient() -> Office {
    let mut office = chain().await;
    office.terms.patience = Duration::from_secs(10);
    office
}

/// How often a system took each event.
fn taken(office: &Office) -> BTreeMap<String, usize> {
    let mut taken = BTreeMap::new();
    for got in office.receiver.got().into_iter().filter(|got| got.path == "/crm" && got.taken) {
        *taken.entry(got.id().to_owned()).or_default() += 1;
    }
    taken
}

#[tokio::test]
async fn of_two_sweeps_at_once_one_tells() {
    let office = patient().await;
    office.put("crm", json!({"types": ["case.*"]})).await;
    complain(&office, &guest(&office, 31, Severity::High).times(20)).await;
    to_sweep(&office);
    let runs = future::join_all((0..4).map(|_| office.run())).await;
    let looked: u64 = runs.into_iter().map(|run| run.unwrap().looked).sum();
    assert_eq!(looked, 20);
    // On a machine that is busy one may be left for the next.
    sweep(&office).await;
    assert_eq!(said(&office, WECOM).len(), 1);
    assert!(taken(&office).len() == 20 && taken(&office).values().all(|times| *times == 1), "{:?}", taken(&office));
}

/// Sweeps until nothing waits any more. On a machine that is busy something may have to be tried again.
async fn settle(office: &Office) {
    sweep(office).await;
    for _ in 0..6 {
        // The sweep before moved some cases on: the next one takes their checks away.
        sweep(office).await;
        if office.items("EVENT#").await == 0 {
            return;
        }
    }
}

/// Sweeps that are killed after ever more writes, until one is not.
async fn killed(office: &Office) {
    let mut writes = 0;
    loop {
        let loses_reply = writes % 2 == 1;
        office.receiver.forget();
        office.receiver.answer(&super::people::path(WECOM), ok());
        let key = complain(office, &guest(office, 31, Severity::Normal)).await;
        to_sweep(office);
        office.world.proxy.cut_after(writes, loses_reply);
        let victim = office.another_sender(&office.world.proxy.url).await;
        let is_killed = tokio::select! {
            _ = office.run_by(&victim) => false,
            () = office.world.proxy.spent() => true,
        };
        office.world.proxy.quiet().await;
        office.world.proxy.bury();
        settle(office).await;
        let what = format!("after {writes} writes, lost: {loses_reply}, {:?}", taken(office));
        assert_eq!(taken(office).len(), 1, "{what}");
        assert!(taken(office).values().all(|times| *times <= 2), "{what}");
        assert!((1..=2).contains(&said(office, WECOM).len()), "{what}: {:?}", said(office, WECOM));
        let stored = case(office, &key).await;
        assert_eq!(stored.telling.told, stored.case.v, "{what}");
        let left = office.world.items("EVENT#").await;
        assert!(left.is_empty(), "{what}: {left:?}");
        // No check is lost, and none stays behind.
        let next = stored.telling.look_at.unwrap();
        let looks: Vec<_> = office.world.items("DUE#").await;
        let of_this = looks.iter().filter(|look| look["sk"].as_str().unwrap().contains(&next_of(next))).count();
        assert!(of_this >= 1, "{what}: {looks:?}");
        // Else its own clocks strike while others are reported.
        step(office, &key, "lin", &Move::Take).await;
        close(office, &key, Outcome::Unsolved).await;
        sweep(office).await;
        if !is_killed {
            break;
        }
        writes += 1;
    }
    assert!(writes > 10, "so many writes are few: {writes}");
}

fn ok() -> crate::harness::receiver::Manner {
    crate::harness::receiver::Manner::Says(200, r#"{"errcode":0}"#)
}

/// The beginning of a check's key.
fn next_of(at: jiff::Timestamp) -> String {
    aftertaste::table::whole_second_after(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[tokio::test]
async fn nobody_is_left_out_by_a_sweep_that_is_killed() {
    let office = patient().await;
    office.put("crm", json!({"types": ["case.opened"]})).await;
    killed(&office).await;
}

#[tokio::test]
async fn a_case_that_comes_to_its_end_is_told_by_a_sweep_that_is_killed() {
    let office = patient().await;
    office.put("crm", json!({"types": ["case.closed"]})).await;
    let mut writes = 0;
    loop {
        let key = complain(&office, &guest(&office, 31, Severity::Normal)).await;
        step(&office, &key, "lin", &Move::Take).await;
        answer(&office, &key).await;
        sweep(&office).await;
        office.receiver.forget();
        office.forward((7 * 24).hours());
        to_sweep(&office);
        office.world.proxy.cut_after(writes, writes % 2 == 1);
        let victim = office.another_sender(&office.world.proxy.url).await;
        let is_killed = tokio::select! {
            _ = office.run_by(&victim) => false,
            () = office.world.proxy.spent() => true,
        };
        office.world.proxy.quiet().await;
        office.world.proxy.bury();
        settle(&office).await;
        let stored = case(&office, &key).await;
        let ends = stored.case.log.iter().filter(|entry| entry.by == "-").count();
        assert_eq!((stored.case.v, ends, stored.telling.told), (4, 1, 4), "after {writes} writes");
        assert_eq!(taken(&office).len(), 1, "after {writes} writes: {:?}", taken(&office));
        assert_eq!(office.items("DUE#").await, 0, "after {writes} writes");
        if !is_killed {
            break;
        }
        writes += 1;
    }
    assert!(writes > 5, "so many writes are few: {writes}");
}
