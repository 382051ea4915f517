//! One answer a visit, whatever happens on the way.

use std::collections::BTreeMap;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

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
    // The same answers are the same answer, whoever tied them together.
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 200);
    // Other answers were not recorded, and whoever sent them is told so.
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
    world.proxy.lose_replies("PutItem", 1);
    let answer = world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let (_, calls) = world.proxy.taken();
    assert_eq!(calls.iter().filter(|call| *call == "PutItem").count(), 2, "it was put twice: {calls:?}");
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
    // What is in memory goes on serving.
    assert_eq!(world.send(world.request(Method::GET, &format!("/s/{link}"))).await.status, 200);
    world.proxy.set_down(false);
    assert_eq!(world.answer(&link, body).await.status, 201);
}
