//! One bad item, one slow count, one store that fails: nothing of it stops the chain, and nothing is quietly wrong.

use std::time::Duration;

use aftertaste::{domain::visit::Channel, memory::Catalog, table::Work};
use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use roll_up_stores::{CountError, Event, Summary, Window, handle};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, answers, days_ago, proxy::ask};

/// A world that remembers nothing of the catalog, with ten answers of yesterday at three stores, and their count.
pub async fn chain() -> World {
    let world = World::with_catalog_age(Duration::ZERO).await;
    for store in [12, 13, 31] {
        answers().store(store).hours_ago(24).times(10).put(&world).await;
    }
    assert_eq!(count(&world).await.unwrap().responses, 30);
    world
}

pub async fn count(world: &World) -> Result<Summary, CountError> {
    count_as(world, json!({"days": "recent"})).await
}

pub async fn count_as(world: &World, event: Value) -> Result<Summary, CountError> {
    let table = &world.stack.app.table;
    let catalog = Catalog::new(table.clone(), Catalog::AGE);
    handle(table, &catalog, serde_json::from_value(event).unwrap(), Uuid::new_v4(), Timestamp::now).await
}

/// Yesterday's figures of a scope's report: answers, and the stores that are behind.
pub async fn yesterday(world: &World, scope: &str) -> (u64, Vec<u64>) {
    let report = world.report_for(scope, &format!("from={0}&to={0}", days_ago(1))).await;
    let behind = report["behind"].as_array().unwrap().iter().map(|store| store["store"].as_u64().unwrap());
    (report["responses"].as_u64().unwrap(), behind.collect())
}

/// Sets an attribute of an item to something that Aftertaste does not write.
pub async fn poison(world: &World, pk: &str, sk: &str, attribute: &str, value: Value) {
    let request = json!({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "SET #a = :v", "ExpressionAttributeNames": {"#a": attribute},
        "ExpressionAttributeValues": {":v": value}});
    ask(&world.proxy.url, "UpdateItem", &request).await;
}

/// Five more guests at store 13 are counted, store 31 is untouched, and their guests and managers are served.
async fn goes_on(world: &World, what: &str) {
    let link = world.signed(13, Timestamp::now() - 1.minute(), &format!("guest {what}"));
    assert_eq!(world.get(&format!("/s/{link}"), "text/html").await.status, 200, "{what}");
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201, "{what}");
    assert_eq!(yesterday(world, "store/13").await, (15, vec![]), "{what}");
    assert_eq!(yesterday(world, "cn/north").await, (10, vec![]), "{what}");
    assert_eq!(yesterday(world, "cn").await.0, 35, "{what}: the last that is known of store 12 stays in");
}

#[tokio::test]
async fn one_bad_item_of_any_kind_stops_nothing() {
    let day = days_ago(1).to_string();
    let in_2400 = json!({"N": "13569465600000000"});
    // The spoiled item, whether nodes go without the latest of store 12, and whether the count fails because of it.
    let kinds: [(&str, &str, &str, &str, Value, bool, bool); 21] = [
        ("store", "STORES", "000012", "name", json!({"N": "1"}), true, false),
        ("a store whose day starts at no hour", "STORES", "000012", "day_starts", json!({"S": "noon"}), true, false),
        ("a store that opens at no time", "STORES", "000012", "opening", json!({"S": "noon"}), true, false),
        ("a store that is closed on no day", "STORES", "000012", "closed_on", json!({"S": "noon"}), true, false),
        ("brand", "BRAND", "-", "brand", json!({"S": "{\"colour\":\"red\"}"}), false, false),
        ("brand of another type", "BRAND", "-", "brand", json!({"N": "1"}), false, false),
        ("rollup of a store", "D#store/12", &day, "content", json!({"B": "AAAA"}), false, false),
        ("rollup counted at no time", "D#store/12", &day, "counted_at", json!({"S": "noon"}), false, false),
        ("rollup of a node counted at no time", "D#cn", &day, "counted_at", json!({"S": "noon"}), false, false),
        ("lease", "COUNT", "-", "until", json!({"S": "for ever"}), false, false),
        ("rollup of a node", "D#cn/east", &day, "form", json!({"S": "x"}), false, false),
        ("operations", "O#12", &day, "orders", json!({"S": "many"}), false, false),
        ("response", "R#12", "", "channel", json!({"N": "1"}), true, true),
        ("response that expires at no time", "R#12", "", "expires", json!({"S": "never"}), true, true),
        ("response taken back by no submission", "R#12", "", "taken_back", json!({"N": "1"}), true, true),
        ("rollup of no number of items", "D#store/12", &day, "items", json!({"S": "many"}), false, false),
        ("rollup of no node", "D#store/12", &day, "path", json!({"N": "1"}), false, false),
        ("rollup counted in the year 2400", "D#store/13", &day, "counted_at", in_2400.clone(), false, false),
        ("rollup of a node counted in the year 2400", "D#cn", &day, "counted_at", in_2400, false, false),
        ("survey put at no time", "SURVEY#dine-in", "v00001", "put_at", json!({"S": "noon"}), false, false),
        ("lease until the year 2100", "COUNT", "-", "until", json!({"N": "4102444800"}), false, false),
    ];
    for (what, pk, sk, attribute, value, is_behind, fails) in kinds {
        let world = chain().await;
        let first = world.items("R#12").await[0]["sk"].as_str().unwrap().to_owned();
        poison(&world, pk, if sk.is_empty() { &first } else { sk }, attribute, value).await;
        answers().store(13).hours_ago(24).times(5).put(&world).await;
        let counted = tokio::time::timeout(Duration::from_secs(60), count(&world)).await;
        let counted = counted.unwrap_or_else(|_| panic!("{what}: the count waits"));
        assert_eq!(counted.is_err(), fails, "{what}: {counted:?}");
        goes_on(&world, what).await;
        let behind = if is_behind { vec![12] } else { vec![] };
        for scope in ["cn", "cn/east", "cn/east/shanghai"] {
            assert_eq!(yesterday(&world, scope).await.1, behind, "{what} {scope}");
        }
        let page = world.call(Method::GET, "/reports/cn.html?lang=en", "report:", Value::Null).await.text;
        assert_eq!(page.contains("Not up to date"), is_behind, "{what}");
    }
}

#[tokio::test]
async fn a_bad_survey_is_passed_over_and_its_version_before_serves_on() {
    let world = chain().await;
    let mut definition: Value = serde_json::from_str(include_str!("../surveys/dine-in.json")).unwrap();
    definition["link_lifetime_days"] = json!(8);
    assert_eq!(world.call(Method::PUT, "/surveys/dine-in", "admin", definition.clone()).await.status, 201);
    poison(&world, "SURVEY#dine-in", "v00002", "definition", json!({"S": "{\"questions\":[]}"})).await;
    answers().store(13).hours_ago(24).times(5).put(&world).await;
    count(&world).await.unwrap();
    goes_on(&world, "the latest version").await;
    let told = world.call(Method::GET, "/surveys/dine-in", "admin", Value::Null).await;
    assert_eq!(told.problem(), (409, "item-unreadable".into()));
    // Put again it is the next version: nobody wrote over what is there.
    assert_eq!(world.call(Method::PUT, "/surveys/dine-in", "admin", definition).await.json()["version"], 3);

    // The only version of a survey that one store asks.
    let other = json!({"id": "other", "title": {"en": "?"}, "questions": [
        {"id": "nps", "kind": "scale", "min": 0, "max": 10, "measures": "recommend", "text": {"en": "?"}}]});
    assert_eq!(world.call(Method::PUT, "/surveys/other", "admin", other).await.status, 201);
    let details = world.call(Method::GET, "/stores/12", "admin", Value::Null).await.json();
    let mut details = details.as_object().unwrap().clone();
    details.insert("survey".into(), json!("other"));
    assert_eq!(world.call(Method::PUT, "/stores/12", "admin", details.into()).await.status, 200);
    poison(&world, "SURVEY#other", "v00001", "definition", json!({"N": "1"})).await;
    count(&world).await.unwrap();
    goes_on(&world, "the only version").await;
}

#[tokio::test]
async fn a_guest_whose_answer_meets_an_item_that_can_not_be_read_is_told_so_and_not_sent_away() {
    let world = World::new().await;
    let link = world.link("spoiled").await;
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201);
    let item = world.items("R#12").await.remove(0);
    poison(&world, "R#12", item["sk"].as_str().unwrap(), "answers", json!({"S": "x"})).await;
    let again = world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await;
    assert_eq!(again.problem(), (409, "already-answered".into()));

    let code = world.call(Method::POST, "/codes", "issue", json!({"store": 12})).await.json();
    let path = format!("/t/{}", code["code"].as_str().unwrap());
    assert_eq!(world.get(&path, "text/html").await.status, 200);
    for item in world.items("L#").await {
        poison(&world, item["pk"].as_str().unwrap(), item["sk"].as_str().unwrap(), "done", json!({"S": "x"})).await;
    }
    assert_eq!(world.get(&path, "text/html").await.status, 200, "a count that is none turns nobody away");
}

#[tokio::test]
async fn an_operator_sees_what_can_not_be_read_and_mends_it() {
    let world = chain().await;
    poison(&world, "STORES", "000012", "time_zone", json!({"S": "Asia/Atlantis"})).await;
    poison(&world, "BRAND", "-", "brand", json!({"S": "x"})).await;
    let admin = async |method: Method, path: &str, body: Value| world.call(method, path, "admin", body).await;
    let list = admin(Method::GET, "/stores", Value::Null).await.json();
    assert_eq!(list["stores"].as_array().unwrap().len(), 11);
    assert_eq!(
        (&list["unreadable"][0]["store"], &list["unreadable"][0]["path"]),
        (&json!(12), &json!("cn/east/shanghai"))
    );
    assert!(list["unreadable"][0]["detail"].as_str().unwrap().contains("Asia/Atlantis"), "{list}");
    for path in ["/stores/12", "/brand"] {
        assert_eq!(admin(Method::GET, path, Value::Null).await.problem(), (409, "item-unreadable".into()));
    }
    // Its own guests wait; everybody else's are served, in what is built in.
    let of_12 = world.signed(12, Timestamp::now() - 1.minute(), "p");
    assert_eq!(world.get(&format!("/s/{of_12}"), "application/json").await.status, 503);
    goes_on_with_brand(&world, "Aftertaste").await;
    assert_eq!(admin(Method::PUT, "/brand", json!({"name": "Lane's Kitchen"})).await.status, 200);
    goes_on_with_brand(&world, "Lane's Kitchen").await;
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (30, vec![12]));
    let store =
        json!({"name": "Nanjing Road", "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    assert_eq!(admin(Method::PUT, "/stores/12", store).await.status, 200);
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (30, vec![]));
}

async fn goes_on_with_brand(world: &World, name: &str) {
    let link = world.signed(13, Timestamp::now() - 1.minute(), "brand");
    let shown = world.get(&format!("/s/{link}"), "application/json").await.json();
    assert_eq!(shown["brand"]["name"], name);
}

#[tokio::test]
async fn a_store_that_fails_holds_back_no_other_and_its_nodes_say_so() {
    let world = chain().await;
    answers().store(13).hours_ago(24).times(5).put(&world).await;
    // Its responses are never answered for: the SDK gives up after five seconds.
    world.proxy.hold("Query", "\"R#12\"");
    let counted = count(&world).await.unwrap_err().to_string();
    world.proxy.let_go();
    assert!(counted.starts_with("1 stores or scopes could not be counted"), "{counted}");
    assert_eq!(yesterday(&world, "cn").await, (35, vec![12]));
    let since = world.report("cn").await["behind"][0]["since"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(since < Timestamp::now() - 4.seconds(), "it was counted before: {since}");
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (35, vec![]));

    // Not even its rollups are: the nodes above it stay as they are, and lose nothing of it.
    answers().store(13).hours_ago(24).payment("more").times(20).put(&world).await;
    answers().store(31).hours_ago(24).payment("more").times(20).put(&world).await;
    world.proxy.hold("Query", "store/12\"");
    assert!(count(&world).await.is_err());
    world.proxy.let_go();
    for (scope, responses) in [("store/13", 35), ("cn", 35), ("cn/east", 25), ("cn/north", 30)] {
        assert_eq!(yesterday(&world, scope).await.0, responses, "{scope}");
    }
}

#[tokio::test]
async fn a_count_that_finds_fewer_responses_keeps_what_was_counted_and_fails() {
    let world = chain().await;
    let gone = answers().store(12).hours_ago(24).payment("gone").times(3);
    gone.put(&world).await;
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await.0, 33);
    gone.vanish(&world).await;
    for _ in 0..2 {
        assert!(count(&world).await.is_err());
        assert_eq!(yesterday(&world, "store/12").await.0, 13);
        assert_eq!(yesterday(&world, "cn").await, (33, vec![12]));
    }
    // An operator who knows that they are gone says so.
    let day = days_ago(1).to_string();
    let counted = count_as(&world, json!({"from": day, "to": day, "accept_fewer": true})).await.unwrap();
    assert_eq!((counted.kept, counted.behind), (0, 0));
    assert_eq!(yesterday(&world, "cn").await, (30, vec![]));
    count(&world).await.unwrap();
}

#[tokio::test]
async fn two_counts_never_overlap_so_that_none_writes_over_what_the_other_knows() {
    for change in ["an answer taken back", "orders corrected back"] {
        let world = chain().await;
        let guest = answers().store(12).hours_ago(24).payment("late").times(1);
        let day = days_ago(1);
        let put_orders = async |orders: u64| {
            let path = format!("/stores/12/days/{day}");
            assert_eq!(world.call(Method::PUT, &path, "admin", json!({"orders": orders})).await.status, 200);
        };
        put_orders(100).await;
        count(&world).await.unwrap();
        if change == "an answer taken back" {
            guest.record(&world).await
        } else {
            put_orders(120).await
        }
        // A reads this, and is stopped before it writes. B begins when what A has read is no longer so.
        world.proxy.hold("PutItem", "D#store/12");
        let first = count(&world);
        let then = async {
            world.proxy.held().await;
            if change == "an answer taken back" {
                guest.take_back(&world).await
            } else {
                put_orders(100).await
            }
            let mut second = Box::pin(count(&world));
            let waits = tokio::time::timeout(Duration::from_millis(700), &mut second).await;
            assert!(waits.is_err(), "{change}: the second count did not wait");
            world.proxy.let_go();
            second.await.unwrap();
        };
        let (first, ()) = tokio::join!(first, then);
        first.unwrap();
        let report = world.report_for("store/12", &format!("from={day}&to={day}")).await;
        assert_eq!((&report["responses"], &report["operations"]["orders"]), (&json!(10), &json!(100)), "{change}");
        assert_eq!(report["taken_back"], u64::from(change == "an answer taken back"), "{change}");
    }
}

#[tokio::test]
async fn the_lease_of_a_killed_count_ends_by_itself() {
    let world = World::new().await;
    let table = &world.stack.app.table;
    let now = Timestamp::now();
    let (a, b) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(table.take_lease(Work::Counting, a, now, now + 16.minutes()).await.unwrap());
    assert!(
        table.take_lease(Work::Counting, a, now, now + 16.minutes()).await.unwrap(),
        "the SDK may have put it twice"
    );
    assert!(!table.take_lease(Work::Counting, b, now + 15.minutes(), now + 31.minutes()).await.unwrap());
    table.give_back_lease(Work::Counting, b).await.unwrap();
    assert!(!table.take_lease(Work::Counting, b, now, now + 1.minute()).await.unwrap(), "nobody gives back another's");
    assert!(table.take_lease(Work::Counting, b, now + 16.minutes(), now + 32.minutes()).await.unwrap());
    table.give_back_lease(Work::Counting, b).await.unwrap();
    assert!(table.take_lease(Work::Counting, a, now, now + 1.minute()).await.unwrap());
    assert_eq!(world.items("COUNT").await.len(), 1);
}

#[tokio::test]
async fn a_count_that_ends_with_an_error_gives_its_lease_back() {
    let world = chain().await;
    world.proxy.hold("Query", "\"R#12\"");
    let meanwhile = async {
        world.proxy.held().await;
        world.items("COUNT").await.len()
    };
    let (counted, leases) = tokio::join!(count(&world), meanwhile);
    world.proxy.let_go();
    assert!(counted.is_err() && leases == 1, "{counted:?}, {leases}");
    assert!(world.items("COUNT").await.is_empty());
}

#[tokio::test]
async fn days_that_were_answered_under_a_longer_lifetime_are_still_counted() {
    let mut definition: Value = serde_json::from_str(include_str!("../surveys/dine-in.json")).unwrap();
    definition["link_lifetime_days"] = json!(30);
    for way in ["a shorter version", "another survey"] {
        let world = World::with_catalog_age(Duration::ZERO).await;
        let put = async |path: &str, body: &Value| world.call(Method::PUT, path, "admin", body.clone()).await.status;
        assert_eq!(put("/surveys/dine-in", &definition).await, 201);
        let link = world.signed(12, Timestamp::now() - (20 * 24).hours(), "long ago");
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201);
        answers().hours_ago(20 * 24).times(4).put(&world).await;
        let mut shorter = definition.clone();
        shorter["link_lifetime_days"] = json!(7);
        if way == "another survey" {
            shorter["id"] = json!("shorter");
        }
        let id = shorter["id"].as_str().unwrap().to_owned();
        assert_eq!(put(&format!("/surveys/{id}"), &shorter).await, 201);
        let mut details = world.call(Method::GET, "/stores/12", "admin", Value::Null).await.json();
        details["survey"] = json!(id);
        assert_eq!(put("/stores/12", &details).await, 200);
        // Put once more it has not forgotten.
        assert_eq!(put("/stores/12", &details).await, 200);
        let counted = count_as(&world, json!({"days": "answerable"})).await.unwrap();
        assert_eq!(counted.responses, 5, "{way}");
        let day = days_ago(20);
        let report = world.report_for("cn", &format!("from={day}&to={day}&survey=dine-in")).await;
        assert_eq!(report["responses"], 5, "{way}");
    }
}

#[tokio::test]
async fn five_who_paid_are_read_before_fourteen_hundred_who_opened_a_code() {
    let world = World::new().await;
    answers().hours_ago(25).text("paid for").times(5).put(&world).await;
    for hours_ago in [24, 23] {
        answers().hours_ago(hours_ago).channel(Channel::Table).text("drowning").times(700).put(&world).await;
    }
    world.fire("RollUpStoresNightly", Value::Null).await;
    let report = world.report("store/12").await;
    let texts: Vec<&str> = report["comments"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect();
    assert!(texts.len() == 5 && texts.iter().all(|text| text.starts_with("paid for")), "{texts:?}");
    let tables = world.report_for("store/12", "survey=dine-in@table").await;
    assert_eq!(tables["comments"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_running_day_with_very_many_answers_is_shown_as_it_was_counted_last() {
    let world = World::new().await;
    answers().text("guest").times(5_008).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let counted = world.report("store/12").await;
    assert_eq!((&counted["responses"], &counted["waiting"]), (&json!(5_005), &json!(3)));
    // Up to three of the fifty responses that are read wait too; chance puts them there.
    assert!((47..=50).contains(&counted["comments"].as_array().unwrap().len()));
    let mut later = answers().text("later").times(5);
    later.response.answered_at = Timestamp::now() + 1.second();
    later.put(&world).await;
    world.proxy.taken();
    let still = world.report("store/12").await;
    let (read, _) = world.proxy.taken();
    assert!(read.read < 60.0, "{read:?}");
    assert_eq!((&still["responses"], &still["counted_at"]), (&json!(5_005), &counted["counted_at"]));
    assert!(!still["comments"].to_string().contains("later"), "what is not counted is not shown");
    world.fire("RollUpStoresHourly", Value::Null).await;
    assert_eq!(world.report("store/12").await["responses"], 5_010);
}

#[test]
fn an_event_of_a_count_says_which_days_and_whether_fewer_are_accepted() {
    let event = |json: &str| serde_json::from_str::<Event>(json);
    assert_eq!(event(r#"{"days":"recent"}"#).unwrap(), Event::Window { days: Window::Recent });
    assert!(matches!(
        event(r#"{"from":"2026-11-01","to":"2026-11-02","accept_fewer":true}"#).unwrap(),
        Event::Range { accept_fewer: true, .. }
    ));
    assert!(matches!(
        event(r#"{"from":"2026-11-01","to":"2026-11-02"}"#).unwrap(),
        Event::Range { accept_fewer: false, .. }
    ));
    assert!(event(r#"{"from":"2026-11-01","to":"2026-11-02","accept_more":true}"#).is_err());
}
