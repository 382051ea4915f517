//! One answer a visit, in spite of everything that happens on the way.

use std::collections::BTreeMap;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_different_answers_at_once_exactly_one_is_recorded() {
    let world = World::new().await;
    let link = world.link("crowd").await;
    let answers = (0..64).map(|i| {
        world.answer(&link, json!({"answers": {"nps": i % 11, "csat": 1 + i % 5, "why": format!("guest {i}")}}))
    });
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for answer in join_all(answers).await {
        *statuses.entry(answer.status.as_u16()).or_default() += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(201, 1), (409, 63)]));
    assert_eq!(world.items("R#").await.len(), 1);
}

#[tokio::test]
async fn the_same_submission_again_is_a_success_and_another_answer_is_not() {
    let world = World::new().await;
    let link = world.link("again").await;
    let submission = "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10";
    let body = json!({"submission": submission, "answers": {"nps": 9, "csat": 5}, "seconds": 11});
    assert_eq!(world.answer(&link, body.clone()).await.status, 201);
    assert_eq!(world.answer(&link, body).await.status, 200);
    // A sender of the same answers under another id learns no more than one of others: it might be a guess.
    for guess in [json!({"nps": 9, "csat": 5}), json!({"nps": 9, "csat": 4})] {
        for body in [json!({"answers": guess}), json!({"answers": guess, "submission": Uuid::new_v4()})] {
            let told = world.answer(&link, body).await;
            assert_eq!(told.problem(), (409, "already-answered".into()));
            assert!(!told.text.contains("other answers"), "{}", told.text);
        }
    }
    // Other answers were not recorded, and the reply says so.
    let edited = world.answer(&link, json!({"submission": submission, "answers": {"nps": 1, "csat": 5}})).await;
    assert_eq!(edited.problem(), (409, "already-answered".into()));
    assert_eq!(world.items("R#").await[0]["answers"], json!({"nps": 9, "csat": 5}));
}

#[tokio::test]
async fn a_write_whose_reply_was_lost_ends_in_success_with_one_item() {
    let world = World::new().await;
    let link = world.link("lost").await;
    world.send(world.request(Method::GET, &format!("/s/{link}"))).await;
    world.proxy.taken();
    world.proxy.lose_replies("UpdateItem", 1);
    let answer = world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let (_, calls) = world.proxy.taken();
    assert_eq!(calls.iter().filter(|call| *call == "UpdateItem").count(), 2, "it was written twice: {calls:?}");
    assert_eq!(world.items("R#").await.len(), 1);
}

#[tokio::test]
async fn a_table_that_is_away_costs_a_guest_a_retry_and_no_answer() {
    let world = World::new().await;
    let link = world.link("away").await;
    let page = world.send(world.request(Method::GET, &format!("/s/{link}"))).await;
    assert_eq!(page.status, 200);
    world.proxy.set_down(true);
    let body = json!({"answers": {"nps": 9, "csat": 5}});
    let away = world.answer(&link, body.clone()).await;
    assert_eq!(away.problem(), (503, "unavailable".into()));
    assert_eq!(away.headers["retry-after"], "1");
    // The parts in memory go on serving.
    assert_eq!(world.send(world.request(Method::GET, &format!("/s/{link}"))).await.status, 200);
    world.proxy.set_down(false);
    assert_eq!(world.answer(&link, body).await.status, 201);
}

#[tokio::test]
async fn what_a_guest_leaves_half_way_is_replaced_by_the_whole_and_never_the_other_way_round() {
    let world = World::new().await;
    let link = world.link("half-way").await;
    let part = async |answers: Value| world.answer(&link, json!({"answers": answers, "partial": true})).await.status;
    let stored = async || {
        let items = world.items("R#").await;
        assert_eq!(items.len(), 1);
        (items[0]["answers"].clone(), items[0].get("partial") == Some(&json!(true)))
    };
    // A required answer may be missing from a part, and nothing else may be wrong with it.
    assert_eq!(part(json!({"nps": 3})).await, 201);
    assert_eq!(stored().await, (json!({"nps": 3}), true));
    assert_eq!(part(json!({"nps": 11})).await, 422);
    assert_eq!(part(json!({})).await, 422);
    assert_eq!(part(json!({"nps": 3, "why": "slow"})).await, 201);
    assert_eq!(stored().await, (json!({"nps": 3, "why": "slow"}), true));

    let report = world.report("store/12").await;
    assert_eq!((&report["responses"], &report["partial"]), (&json!(0), &json!(1)));
    assert_eq!(report["comments"], json!([]), "what was not sent is not shown");

    let whole = json!({"nps": 4, "csat": 2, "why": "slow"});
    assert_eq!(world.answer(&link, json!({"answers": whole})).await.status, 201);
    assert_eq!(stored().await, (whole.clone(), false));
    assert_eq!(part(json!({"nps": 3})).await, 409);
    assert_eq!(part(whole.clone()).await, 409, "not even the same answers: the whole one stands");
    assert_eq!(stored().await, (whole, false));
    let report = world.report("store/12").await;
    assert_eq!((&report["waiting"], &report["partial"]), (&json!(1), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_parts_and_the_whole_race_the_whole_is_kept() {
    let world = World::new().await;
    let link = world.link("race").await;
    let sent = (0..32).map(|i| {
        let part = json!({"answers": {"nps": i % 11}, "partial": true});
        let whole = json!({"answers": {"nps": 9, "csat": 5}});
        world.answer(&link, if i == 16 { whole } else { part })
    });
    let statuses: Vec<u16> = join_all(sent).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses[16], 201);
    let items = world.items("R#").await;
    assert_eq!((items.len(), &items[0]["answers"]), (1, &json!({"nps": 9, "csat": 5})));
}
