//! Very many events at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use serde_json::json;

use super::office::{Office, TERMS};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_leave_within_the_pace_of_each_endpoint() {
    let mut office = Office::new().await;
    office.terms = send_notices::Terms { work: Duration::from_secs(35), ..TERMS };
    office.put("quick", json!({"per_second": 200, "types": ["response.recorded"]})).await;
    office.put("slow", json!({"per_second": 5, "types": ["response.taken_back"]})).await;
    let events: Vec<_> = (0..10_000)
        .map(|n| office.event(if n % 100 == 0 { "response.taken_back" } else { "response.recorded" }))
        .collect();
    let table = &office.sender.app.table;
    stream::iter(&events).for_each_concurrent(16, async |event| assert!(table.put_event(event).await.unwrap())).await;
    let mut began = Instant::now();
    let mut runs = 0;
    while office.items("EVENT#").await > 0 {
        let before = office.receiver.got().len();
        let summary = office.minute().await;
        let elapsed = began.elapsed().as_secs_f64();
        // Of both together: no run may be quicker than their paces.
        let sent = f64::from(u32::try_from(office.receiver.got().len() - before).unwrap());
        assert!(sent <= 205.0 * elapsed + 2.0, "{sent} in {elapsed} s");
        assert_eq!((summary.failed, summary.again, summary.broken), (0, 0, 0), "{summary:?}");
        began = Instant::now();
        runs += 1;
        assert!(runs < 20, "{summary:?}");
    }
    let got = office.receiver.got();
    let ids: BTreeSet<_> = got.iter().map(|got| got.id().to_owned()).collect();
    assert_eq!((ids.len(), got.len()), (10_000, 10_000));
    assert!(runs > 1, "nobody is sent 10,000 in one run");
}
