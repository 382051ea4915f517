//! The cost of sending, as DynamoDB bills it.

use jiff::ToSpan;
use serde_json::json;

use aftertaste::domain::survey::Severity;

use super::{
    desk::{chain, complain, guest, sweep, to_sweep},
    office::{Office, payment},
};
use crate::harness::proxy::{Consumed, ask};

/// The cost of a run that does not check cases.
async fn run(office: &Office) -> (Consumed, Vec<String>) {
    office.forward(1.minute());
    while office.now().as_second() / 60 % 5 == 2 {
        office.forward(1.minute());
    }
    as_it_is(office).await
}

async fn as_it_is(office: &Office) -> (Consumed, Vec<String>) {
    office.world.proxy.taken();
    office.run().await.unwrap();
    office.world.proxy.taken()
}

#[tokio::test]
async fn a_run_with_nothing_to_do_costs_sixteen_half_units() {
    let office = Office::new().await;
    for id in ["crm", "bi", "ops"] {
        office.put(id, json!({})).await;
    }
    for _ in 0..3 {
        office.tell("response.recorded").await;
    }
    let mut later = office.event("response.recorded");
    later.not_before += 10.hours();
    office.sender.app.table.put_event(&later).await.unwrap();
    run(&office).await;
    // Also with 9 deliveries and an event that is due later.
    let (consumed, calls) = run(&office).await;
    assert_eq!(consumed, Consumed { read: 8.0, written: 0.0 });
    assert_eq!(calls, vec!["Query".to_owned(); 16]);
    // Each fifth minute as much again, however many cases wait for a later one.
    complain(&office, &guest(&office, 12, Severity::Normal).times(20)).await;
    sweep(&office).await;
    to_sweep(&office);
    let (consumed, calls) = as_it_is(&office).await;
    assert_eq!(consumed, Consumed { read: 16.0, written: 0.0 });
    assert_eq!(calls, vec!["Query".to_owned(); 32]);
}

#[tokio::test]
async fn a_case_that_somebody_is_told_of_costs_nine_writes_beside_the_run() {
    let office = chain().await;
    let mut costs = Vec::new();
    // Ids fall on sixteen partitions by chance, and so do the pages that are read of them. So each of the two runs may
    // read up to one unit a partition more than the other, which is 0.16 a case here.
    for cases in [10, 110] {
        complain(&office, &guest(&office, 31, Severity::High).times(cases)).await;
        to_sweep(&office);
        costs.push(as_it_is(&office).await.0);
    }
    let written = (costs[1].written - costs[0].written) / 100.0;
    // The event, the case's progress, its next check, and this one; the delivery twice, when due, and both taken away.
    assert!(written <= 9.0, "{written}");
    let read = (costs[1].read - costs[0].read) / 100.0;
    assert!(read < 3.06 + 0.17, "the case, its answer, the delivery, and its share of the pages: {read}");
}

/// An endpoint that has got something in this hour, so that its health is not written again.
async fn with_one_endpoint() -> Office {
    let office = Office::new().await;
    office.put("crm", json!({})).await;
    office.tell("response.recorded").await;
    office.minute().await;
    office
}

/// The cost of each of a hundred more events beside the run. Their partitions are chance, and so is how far their pages are
/// rounded up: of a hundred that is little.
async fn each(office: &Office, with_payment: bool) -> (f64, f64) {
    let mut costs = Vec::new();
    for events in [10_u32, 110] {
        for n in 0..events {
            let mut event = office.event("survey.link.issued");
            if with_payment {
                let key = payment(u128::from(events * 1000 + n));
                let item = json!({"pk": {"S": format!("P#{key}")}, "sk": {"S": "-"}, "state": {"S": "new"}});
                ask(
                    &office.world.database.url,
                    "PutItem",
                    &json!({"TableName": aftertaste_local::TABLE, "Item": item}),
                )
                .await;
                event.payment = Some(key);
            }
            office.sender.app.table.put_event(&event).await.unwrap();
        }
        costs.push(run(office).await.0);
    }
    // The cost of the run itself is in both.
    ((costs[1].read - costs[0].read) / 100.0, (costs[1].written - costs[0].written) / 100.0)
}

#[tokio::test]
async fn an_event_to_one_endpoint_costs_two_writes_and_three_with_a_payment() {
    let office = with_one_endpoint().await;
    let (_, written) = each(&office, false).await;
    assert!((written - 2.0).abs() < 0.01, "the delivery, and the taking away: {written}");
    let (read, written) = each(&office, true).await;
    assert!((written - 3.0).abs() < 0.01, "the payment's mark too: {written}");
    assert!(read < 2.5, "the payment, whether it was delivered, and its share of two pages: {read}");
}

#[tokio::test]
async fn a_delivery_that_fails_costs_three_writes_an_attempt() {
    let office = with_one_endpoint().await;
    office.receiver.answer("/crm", crate::harness::receiver::Manner::Says(500, ""));
    office.tell("response.recorded").await;
    run(&office).await;
    office.forward(1.hour());
    // The delivery, when it is due, and the taking away; beside the lease, twice, and how the endpoint fares.
    let (consumed, calls) = run(&office).await;
    assert!(consumed.written <= 6.0, "{consumed:?} {calls:?}");
}
