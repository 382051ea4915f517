//! The inbox: what is due first on top, of the scope and no other.

use aftertaste::domain::survey::Severity;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use super::scene::{FOLLOWS, answer, moved, opened, opened_at, unhappy, usual};
use crate::harness::{
    World, answers,
    browser::{Browser, list, set},
    proxy::ask,
};
use crate::people::stores;

async fn inbox(world: &World, path: &str, scopes: &str) -> Value {
    let inbox = world.call(Method::GET, &format!("/cases/{path}"), scopes, Value::Null).await;
    assert_eq!(inbox.status, 200, "{}", inbox.text);
    inbox.json()
}

fn ids(inbox: &Value) -> Vec<String> {
    inbox["cases"].as_array().unwrap().iter().map(|case| case["case"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_due_first_is_on_top_and_praises_come_last() {
    let world = World::new().await;
    let hours_ago = |hours: i64| Timestamp::now() - hours.hours();
    let praise = opened_at(&world, Severity::Praise, answers().text("好吃"), hours_ago(90)).await;
    let answered = opened_at(&world, Severity::Normal, unhappy(), hours_ago(80)).await;
    assert_eq!(answer(&world, &answered, 1).await.status, 200);
    let normal = usual(&world).await;
    let critical = opened(&world, Severity::Critical, unhappy().text("有玻璃")).await;
    let late = opened_at(&world, Severity::High, unhappy(), hours_ago(30)).await;
    let other = opened(&world, Severity::High, unhappy().store(13)).await;
    let far = opened(&world, Severity::High, unhappy().store(31)).await;
    let shown = inbox(&world, "store/12", FOLLOWS).await;
    let ordered = [&late, &critical, &normal, &answered, &praise].map(ToString::to_string);
    assert_eq!(ids(&shown), ordered);
    let first = &shown["cases"][0];
    assert_eq!((&first["overdue"], &first["store_name"]), (&json!(true), &shown["cases"][1]["store_name"]));
    assert!(shown["cases"][1]["overdue"] == false && shown["cases"][1]["level"] == 1, "critical is escalated at once");
    assert_eq!((&shown["more"], &shown["scope"]), (&json!(0), &json!("store/12")));
    // Only what is written here identifies a case.
    let names: Vec<&String> = first.as_object().unwrap().keys().collect();
    let known = ["case", "store", "store_name", "severity", "state", "due", "overdue", "level", "reopened", "v"];
    assert_eq!(names, [&known[..], &["opened_at", "words"]].concat());
    let east = ids(&inbox(&world, "cn/east", "follow:cn").await);
    assert!(east.contains(&other.to_string()) && !east.contains(&far.to_string()), "{east:?}");
    assert!(ids(&inbox(&world, "cn", "follow:").await).contains(&far.to_string()));
}

#[tokio::test]
async fn one_sees_ones_own_and_what_was_closed_lately() {
    let world = World::new().await;
    let (mine, other) = (usual(&world).await, usual(&world).await);
    assert_eq!(moved(&world, &mine, FOLLOWS, json!({"v": 1, "move": "take"})).await.status, 200);
    assert_eq!(ids(&inbox(&world, "store/12?mine=1", FOLLOWS).await), [mine.to_string()]);
    let close = |v: u64| json!({"v": v, "move": "close", "outcome": "unsolved"});
    assert_eq!(moved(&world, &mine, FOLLOWS, close(2)).await.status, 200);
    assert_eq!(ids(&inbox(&world, "store/12", FOLLOWS).await), [other.to_string()]);
    let closed = inbox(&world, "store/12?state=closed", FOLLOWS).await;
    assert_eq!((ids(&closed), &closed["cases"][0]["outcome"]), (vec![mine.to_string()], &json!("unsolved")));
    assert!(ids(&inbox(&world, "store/12?state=closed&mine=1", FOLLOWS).await).len() == 1);
    for query in ["state=all", "mine=yes"] {
        let refused = world.call(Method::GET, &format!("/cases/store/12?{query}"), FOLLOWS, Value::Null).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{query}");
    }
    for scope in ["mars", "store/99", "store/0", "CN", ""] {
        let refused = world.call(Method::GET, &format!("/cases/{scope}"), "follow:", Value::Null).await;
        assert!(refused.status == 404 || scope.is_empty(), "{scope}: {}", refused.text);
    }
}

#[tokio::test]
async fn an_inbox_is_read_by_who_follows_and_found_without_its_address() {
    let world = World::new().await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for (scopes, address) in [("follow:store/12 follow:cn", "/cases/store/12"), ("report: follow:", "/cases/cn")] {
        let request = http.get(format!("{}/cases", world.stack.url)).bearer_auth(world.grant(scopes));
        let found = world.send(request).await;
        assert_eq!((found.status.as_u16(), &found.headers["location"]), (303, &address.parse().unwrap()));
    }
}

#[tokio::test]
async fn one_case_that_can_not_be_read_hides_no_other() {
    let world = World::new().await;
    let (good, bad) = (usual(&world).await, usual(&world).await);
    let broken = world.items("C#store/12").await;
    let broken = broken.iter().find(|item| item["id"] == bad.to_string()).unwrap();
    let (pk, sk) = (broken["pk"].as_str().unwrap(), broken["sk"].as_str().unwrap());
    set(&world, pk, sk, "severity", json!({"S": "cosmic"})).await;
    assert_eq!(ids(&inbox(&world, "store/12", FOLLOWS).await), [good.to_string()]);
    let path = format!("/case/{bad}");
    assert_eq!(world.call(Method::GET, &path, FOLLOWS, Value::Null).await.problem(), (404, "case-unknown".into()));
    // Nor does an answer that can't be read hide its case.
    let key = world.items("C#store/12").await.into_iter().find(|item| item["id"] == good.to_string()).unwrap();
    set(&world, "R#12", key["sk"].as_str().unwrap(), "answers", json!({"S": "x"})).await;
    let shown = inbox(&world, "store/12", FOLLOWS).await;
    assert!(ids(&shown) == [good.to_string()] && shown["cases"][0].get("words").is_none(), "{shown}");
    assert_eq!(world.call(Method::GET, &format!("/case/{good}"), FOLLOWS, Value::Null).await.status, 200);
}

#[tokio::test]
async fn the_inbox_of_five_hundred_stores_costs_half_a_unit_each_and_the_words_that_it_shows() {
    let world = World::new().await;
    stores::put_stores(&world.stack.app.table, 500, "Asia/Shanghai").await;
    for store in [1, 250, 500] {
        opened(&world, Severity::Normal, unhappy().store(store)).await;
    }
    inbox(&world, "cn", "follow:").await;
    world.proxy.taken();
    let shown = inbox(&world, "cn", "follow:").await;
    assert_eq!(ids(&shown).len(), 3);
    let (consumed, calls) = world.proxy.taken();
    let queries = calls.iter().filter(|call| *call == "Query").count();
    // The demo's stores of other numbers are among them. A word is read as it is at this moment: a unit each.
    assert!(queries >= shown_stores(&world).await, "{calls:?}");
    let half_units = 0.5 * f64::from(u32::try_from(queries).unwrap());
    assert!(consumed.read - half_units <= 3.0 && consumed.written == 0.0, "{consumed:?}");
}

async fn shown_stores(world: &World) -> usize {
    let query = json!({"TableName": aftertaste_local::TABLE, "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "STORES"}}});
    let stores = ask(&world.proxy.url, "Query", &query).await;
    stores["Items"].as_array().unwrap().len()
}

#[tokio::test]
async fn hundreds_of_cases_are_shown_fifty_at_a_time() {
    let world = World::new().await;
    let now = Timestamp::now();
    for i in 0..123 {
        opened_at(&world, Severity::Normal, unhappy(), now - 40.hours() + i.minutes()).await;
    }
    let praise = opened(&world, Severity::Praise, answers().text("好吃")).await;
    inbox(&world, "store/12", FOLLOWS).await;
    world.proxy.taken();
    let first = inbox(&world, "store/12", FOLLOWS).await;
    let (consumed, calls) = world.proxy.taken();
    let reads = calls.iter().filter(|call| *call == "GetItem").count();
    assert!(reads <= 50 + 2, "{reads}: {consumed:?}");
    assert_eq!((ids(&first).len(), &first["more"]), (50, &json!(74)));
    let pages =
        [first, inbox(&world, "store/12?page=2", FOLLOWS).await, inbox(&world, "store/12?page=3", FOLLOWS).await];
    assert_eq!((&pages[1]["more"], &pages[2]["more"]), (&json!(24), &json!(0)));
    let all: Vec<String> = pages.iter().flat_map(ids).collect();
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 124, "each once");
    assert_eq!(all.last(), Some(&praise.to_string()));
    let due: Vec<&str> = pages
        .iter()
        .flat_map(|page| page["cases"].as_array().unwrap())
        .filter_map(|case| case["due"].as_str())
        .collect();
    assert!(due.is_sorted(), "what is due first comes first");
    let beyond = inbox(&world, "store/12?page=4", FOLLOWS).await;
    assert_eq!((ids(&beyond).len(), &beyond["more"]), (0, &json!(0)));
    for wrong in ["0", "-1", "x", "1.5", "99999999999999999999"] {
        let refused = world.call(Method::GET, &format!("/cases/store/12?page={wrong}"), FOLLOWS, Value::Null).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{wrong}");
    }
    list(&world, "mei", super::scene::owns("store/12", false)).await;
    let mei = Browser::signed_in(&world, "mei").await;
    let page = async |query: &str| mei.open(&format!("/cases/store/12?lang=en{query}")).await.text;
    let first = page("").await;
    assert!(first.contains("/cases/store/12?page=2&amp;lang=en") && first.contains("Next page (74 more)"), "{first}");
    assert!(!first.contains("Previous page"));
    let last = page("&page=3").await;
    assert!(last.contains("/cases/store/12?page=2&amp;lang=en") && last.contains("Previous page"), "{last}");
    assert!(!last.contains("Next page") && last.contains("Praise to pass on"), "{last}");
    let beyond = page("&page=4").await;
    assert!(
        beyond.contains("Previous page") && beyond.contains("Praise to pass on"),
        "past the end is the end: {beyond}"
    );
    let odd = mei.open("/cases/store/12?lang=zh-CN&page=0").await;
    assert!(odd.status == 422 && odd.text.contains("无法读取提交的内容"), "{}", odd.text);
}
