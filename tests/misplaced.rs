//! A clumsy operator's work by hand: items under other keys, copies, changed times. No figure is quietly wrong.

use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    blinding::{chain, count, count_as, poison, yesterday},
    harness::{World, answers, days_ago, proxy::ask},
};

/// Copies an item, as it is, to another sort key.
async fn copy(world: &World, pk: &str, from: &str, to: &str) {
    let key = json!({"pk": {"S": pk}, "sk": {"S": from}});
    let got = ask(&world.proxy.url, "GetItem", &json!({"TableName": TABLE, "Key": key})).await;
    let mut item = got["Item"].clone();
    item["sk"] = json!({"S": to});
    ask(&world.proxy.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
}

async fn remove(world: &World, pk: &str, sk: &str) {
    let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
    ask(&world.proxy.url, "DeleteItem", &json!({"TableName": TABLE, "Key": key})).await;
}

#[tokio::test]
async fn an_answer_that_is_to_expire_at_once_stops_no_day() {
    let world = World::new().await;
    answers().times(5).put(&world).await;
    count(&world).await.unwrap();
    let one = world.items("R#12").await.remove(0);
    let now = Timestamp::now().as_second();
    poison(&world, "R#12", one["sk"].as_str().unwrap(), "expires", json!({"N": now.to_string()})).await;
    answers().payment("later").times(50).put(&world).await;
    let counted = count(&world).await.unwrap();
    assert_eq!((counted.left.len(), world.report("cn").await["responses"].clone()), (0, json!(55)));
    // The item itself goes; then the count says that one is missing, and an operator says that it may.
    remove(&world, "R#12", one["sk"].as_str().unwrap()).await;
    assert!(count(&world).await.is_err());
    let today = days_ago(0);
    count_as(&world, json!({"from": today, "to": today, "accept_fewer": true})).await.unwrap();
    assert_eq!(world.report("cn").await["responses"], 50);
}

#[tokio::test]
async fn a_day_that_was_left_for_good_is_counted_when_an_operator_accepts_fewer() {
    let world = chain().await;
    let day = days_ago(1);
    poison(&world, "D#store/12", &day.to_string(), "complete_until", json!({"N": "0"})).await;
    answers().store(12).hours_ago(24).payment("more").times(5).put(&world).await;
    assert_eq!(count(&world).await.unwrap().left.get(&day), Some(&1));
    count_as(&world, json!({"from": day, "to": day, "accept_fewer": true})).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (35, vec![]));
}

#[tokio::test]
async fn a_store_under_another_key_or_gone_leaves_its_nodes_as_they_were_or_marked() {
    let world = chain().await;
    copy(&world, "STORES", "000012", "12 ").await;
    remove(&world, "STORES", "000012").await;
    answers().store(13).hours_ago(24).payment("more").times(20).put(&world).await;
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (50, vec![12]));
    // Gone altogether: its siblings outgrow what it had, and its nodes still don't lose it.
    remove(&world, "STORES", "12 ").await;
    answers().store(13).hours_ago(24).payment("still more").times(20).put(&world).await;
    assert!(count(&world).await.is_err());
    assert_eq!((yesterday(&world, "cn").await.0, yesterday(&world, "store/13").await.0), (50, 50));
    let day = days_ago(1);
    count_as(&world, json!({"from": day, "to": day, "accept_fewer": true})).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (60, vec![]));
    count(&world).await.unwrap();
}

#[tokio::test]
async fn copies_beside_the_items_count_for_nothing() {
    let world = chain().await;
    let day = days_ago(1).to_string();
    copy(&world, "STORES", "000013", "13").await;
    copy(&world, "SURVEY#dine-in", "v00001", "w-note").await;
    copy(&world, "SURVEY#dine-in", "v00001", "v9").await;
    copy(&world, "D#store/31", &day, &format!("{day} 10:00")).await;
    let first = world.items("R#31").await[0]["sk"].as_str().unwrap().to_owned();
    copy(&world, "R#31", &first, &format!("{first}-copy")).await;
    answers().store(31).hours_ago(24).payment("more").times(10).put(&world).await;
    assert_eq!(count(&world).await.unwrap().unreadable, 1);
    assert_eq!((yesterday(&world, "store/31").await.0, yesterday(&world, "cn").await.0), (20, 40));
    let survey = world.call(Method::GET, "/surveys/dine-in", "admin", Value::Null).await.json();
    assert_eq!(survey["version"], 1);
    let mut changed = survey.as_object().unwrap().clone();
    changed.insert("link_lifetime_days".into(), json!(8));
    assert_eq!(world.call(Method::PUT, "/surveys/dine-in", "admin", changed.into()).await.json()["version"], 2);
    assert_eq!(world.call(Method::GET, "/surveys/dine-in", "admin", Value::Null).await.json()["version"], 2);
}

#[tokio::test]
async fn a_rollup_of_the_future_is_replaced() {
    let world = chain().await;
    let day = days_ago(1).to_string();
    let next_year = (Timestamp::now() + 8_766.hours()).as_microsecond().to_string();
    for counted_at in [next_year, "9".repeat(30)] {
        for pk in ["D#store/31", "D#cn/north", "D#cn"] {
            poison(&world, pk, &day, "counted_at", json!({"N": counted_at})).await;
        }
        answers().store(31).hours_ago(24).payment(&counted_at).times(10).put(&world).await;
        let counted = count(&world).await.unwrap();
        assert_eq!(counted.overtaken, 0, "{counted_at}: {counted:?}");
    }
    assert_eq!((yesterday(&world, "store/31").await.0, yesterday(&world, "cn").await.0), (30, 50));
}

#[tokio::test]
async fn a_survey_of_one_store_that_can_not_be_read_keeps_no_nodes_report_from_the_others() {
    let world = chain().await;
    let mut other: Value = serde_json::from_str(include_str!("../surveys/dine-in.json")).unwrap();
    other["id"] = json!("other");
    assert_eq!(world.call(Method::PUT, "/surveys/other", "admin", other).await.status, 201);
    let mut guests = answers().store(12).hours_ago(24).payment("other").times(50);
    guests.response.survey = "other".parse().unwrap();
    guests.put(&world).await;
    count(&world).await.unwrap();
    assert_eq!(world.report("cn").await["survey"], "other", "most answered that");
    poison(&world, "SURVEY#other", "v00001", "definition", json!({"S": "{}"})).await;
    let fresh = World { stack: restarted(&world).await, ..world };
    for form in ["json", "html", "csv"] {
        let report = fresh.call(Method::GET, &format!("/reports/cn.{form}"), "report:", Value::Null).await;
        assert_eq!(report.status, 200, "{form}: {}", report.text);
    }
    assert_eq!(fresh.report("cn").await["survey"], "dine-in");
    fresh.stack.stop().await;
}

/// Another stack on the same table, which remembers nothing.
async fn restarted(world: &World) -> aftertaste_local::Stack {
    let options = crate::harness::options(&world.proxy.url);
    aftertaste_local::Stack::start(options, world.stack.app.keys.clone()).await.unwrap()
}
