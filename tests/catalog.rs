//! An operator sets up stores, surveys and the brand.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, World, answers};

fn survey(text: &str, max: u8) -> Value {
    json!({"id": "counter", "title": {"en": "At the counter"}, "questions": [
        {"id": "nps", "kind": "scale", "min": 0, "max": max, "measures": "recommend", "required": true, "text": {"en": text}}]})
}

async fn put_store_12(world: &World, time_zone: &str, survey: &str) -> Answer {
    let store = json!({"name": "Lane", "path": "cn/east", "time_zone": time_zone, "survey": survey});
    world.call(Method::PUT, "/stores/12", "admin", store).await
}

#[tokio::test]
async fn a_changed_survey_is_a_new_version_and_the_same_one_stays() {
    let world = World::new().await;
    let put = async |body: Value| {
        let answer = world.call(Method::PUT, "/surveys/counter", "admin", body).await;
        (answer.status.as_u16(), answer.json())
    };
    assert_eq!(put(survey("Would you?", 10)).await.0, 201);
    assert_eq!(put(survey("Would you?", 10)).await.0, 200);
    let (status, second) = put(survey("Would you really?", 10)).await;
    assert_eq!((status, &second["version"]), (201, &json!(2)));
    let there = world.call(Method::GET, "/surveys/counter", "admin", Value::Null).await.json();
    assert_eq!(there, second);
    // The body of a `GET` can be put back unchanged.
    assert_eq!(put(there).await.0, 200);

    let (status, refused) = put(survey("Would you?", 5)).await;
    assert_eq!(status, 422);
    assert!(refused["detail"].as_str().unwrap().contains("recommend is measured on 0 to 10"), "{refused}");
    let mut text = survey("Why?", 10);
    text["questions"][0] = json!({"id": "nps", "kind": "text", "text": {"en": "Why?"}});
    let (status, refused) = put(text).await;
    assert_eq!(status, 422);
    assert_eq!(
        refused["detail"],
        "nps: an earlier version has it as a scale of 0 to 10; a question keeps its kind and range for ever. Take a new id."
    );
}

#[tokio::test]
async fn a_guest_answers_the_version_that_she_was_shown() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    world.call(Method::PUT, "/surveys/counter", "admin", survey("Would you?", 10)).await;
    assert_eq!(put_store_12(&world, "Asia/Shanghai", "counter").await.status, 200);
    let link = world.link("p").await;
    let mut next = survey("Would you?", 10);
    next["questions"] =
        json!([{"id": "taste", "kind": "scale", "min": 1, "max": 5, "required": true, "text": {"en": "Taste?"}}]);
    assert_eq!(world.call(Method::PUT, "/surveys/counter", "admin", next).await.json()["version"], 2);
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 9}})).await.status, 422);
    assert_eq!(world.answer(&link, json!({"version": 1, "answers": {"nps": 9}})).await.status, 201);
    world.fire("RollUpStoresHourly", Value::Null).await;
    assert_eq!(world.report("cn/east").await["waiting"], 1);
}

#[tokio::test]
async fn a_store_is_put_read_and_listed_and_its_mistakes_are_named() {
    let world = World::new().await;
    let put = async |path: &str, body: Value| world.call(Method::PUT, path, "admin", body).await;
    let store = json!({"name": "Pier 3", "path": "cn/south/xiamen", "time_zone": "Asia/Shanghai", "day_starts": "05:30", "survey": "dine-in"});
    let stored = put("/stores/99", store.clone()).await;
    assert_eq!((stored.status.as_u16(), &stored.json()["store"]), (200, &json!(99)));
    let read = world.call(Method::GET, "/stores/99", "admin", Value::Null).await.json();
    assert_eq!(read, stored.json());
    assert_eq!(put("/stores/99", read).await.status, 200);
    let all = world.call(Method::GET, "/stores", "admin", Value::Null).await.json();
    let numbers: Vec<u64> = all["stores"].as_array().unwrap().iter().map(|s| s["store"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34, 99]);

    for (change, words) in [
        (json!({"time_zone": "Mars/Olympus"}), "time_zone is an IANA name"),
        (json!({"path": "store/9"}), "does not begin with store"),
        (json!({"path": "CN"}), "A path is 1 to 6 segments"),
        (json!({"day_starts": "25:00"}), "day_starts is a time such as 04:00"),
        (json!({"name": " "}), "A store's name is 1 to 80 characters"),
        (json!({"survey": "nothing"}), "There is no survey nothing: put it first"),
        (json!({"colour": "red"}), "unknown field `colour`"),
    ] {
        let mut body = store.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = put("/stores/99", body).await;
        assert_eq!(answer.problem(), (422, "invalid".into()), "{words}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{}", answer.text);
    }
    assert_eq!(put("/stores/0", store.clone()).await.status, 422);
    assert_eq!(
        world.call(Method::GET, "/stores/98", "admin", Value::Null).await.problem(),
        (404, "store-unknown".into())
    );
}

#[tokio::test]
async fn the_brand_is_put_and_its_words_reach_the_guest() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    let brand = json!({"name": "Dumpling House", "colour": "#114488", "thanks": {"en": "See you soon.", "zh-CN": "期待再见。"},
        "privacy": {"en": "Kept for a quarter.", "zh-CN": "保存一个季度。"}, "segments": {"1": "VIP"}, "retention_days": 90});
    let put = world.call(Method::PUT, "/brand", "admin", brand).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let link = world.link("p").await;
    let page = world.send(world.request(Method::GET, &format!("/s/{link}?lang=en"))).await.text;
    for words in ["Dumpling House", "#114488", "Kept for a quarter."] {
        assert!(page.contains(words), "{words}");
    }
    let request = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
    let thanks =
        world.send(request.header("content-type", "application/x-www-form-urlencoded").body("nps=9&csat=5")).await;
    assert!(thanks.text.contains("See you soon."), "{}", thanks.text);
    let wrong =
        world.call(Method::PUT, "/brand", "admin", json!({"name": "", "colour": "red", "retention_days": 1})).await;
    let detail = wrong.json()["detail"].as_str().unwrap().to_owned();
    for words in
        ["The brand's name is 1 to 80", "colour is written #rrggbb", "retention_days is 90 to 3653; this is 1."]
    {
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn the_journey_of_a_brand_is_put_and_its_mistakes_are_named() {
    let world = World::new().await;
    let put = async |journey: Value| {
        world.call(Method::PUT, "/brand", "admin", json!({"name": "Dumpling House", "journey": journey})).await
    };
    let name = json!({"en": "Ordering", "zh-CN": "点餐"});
    let journey = json!([{"id": "ordering", "name": name, "asks": ["convenience"], "causes": ["order"],
        "front": {"en": "Takes the order"}}]);
    let stored = put(journey.clone()).await;
    assert_eq!((stored.status.as_u16(), &stored.json()["journey"]), (200, &journey), "{}", stored.text);
    let read = world.call(Method::GET, "/brand", "admin", Value::Null).await.json();
    assert_eq!(read["journey"], journey);

    let wrong = put(json!([
        {"id": "ordering", "name": name, "asks": ["convenience"], "causes": ["slow"]},
        {"id": "ordering", "name": {}, "asks": ["convenience"], "back": {"en": " "}},
    ]))
    .await;
    assert_eq!(wrong.problem(), (422, "invalid".into()));
    let detail = wrong.json()["detail"].as_str().unwrap().to_owned();
    for words in [
        "Two touchpoints have the same id.",
        "The touchpoint ordering names the cause slow, which is not in causes.",
        "The touchpoint ordering has no name in any language.",
        "The back of the touchpoint ordering is 1 to 80 characters",
        "The question or theme convenience belongs to one touchpoint, once.",
    ] {
        assert!(detail.contains(words), "{detail}");
    }
    let misspelt = put(json!([{"id": "ordering", "name": name, "ask": []}])).await;
    assert!(misspelt.text.contains("unknown field `journey[0].ask`"), "{}", misspelt.text);
}

#[tokio::test]
async fn answers_to_a_survey_that_the_store_no_longer_asks_are_not_filed_under_another() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    let link = world.link("p").await;
    let shown = world.get(&format!("/s/{link}"), "application/json").await.json();
    world.call(Method::PUT, "/surveys/counter", "admin", survey("Would you?", 10)).await;
    assert_eq!(put_store_12(&world, "Asia/Shanghai", "counter").await.status, 200);
    let body = json!({"survey": shown["survey"], "version": shown["version"], "answers": {"nps": 9}});
    assert_eq!(world.answer(&link, body).await.problem(), (409, "survey-changed".into()));
    let form = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
    let form = form.header("content-type", "application/x-www-form-urlencoded").body("survey=dine-in&version=1&nps=9");
    let again = world.send(form).await;
    assert!(
        again.status == 422 && again.text.contains("Would you?") && again.text.contains("have just changed"),
        "{}",
        again.text
    );
    assert!(world.items("R#").await.is_empty());
}

#[tokio::test]
async fn what_answers_have_been_counted_by_stays() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    let put_store = async |zone: &str| put_store_12(&world, zone, "dine-in").await;
    assert_eq!(put_store("Asia/Tokyo").await.status, 200, "nobody has answered yet");
    assert_eq!(put_store("Asia/Shanghai").await.status, 200);
    answers().send(&world).await;
    let refused = put_store("Asia/Tokyo").await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("keeps its time_zone and day_starts"),
        "{}",
        refused.text
    );

    world.call(Method::PUT, "/surveys/counter", "admin", survey("Would you?", 10)).await;
    let mut moved = survey("Would you?", 10);
    moved["questions"][0]["measures"] = Value::Null;
    let other =
        json!({"id": "again", "kind": "scale", "min": 0, "max": 10, "measures": "recommend", "text": {"en": "Again?"}});
    moved["questions"].as_array_mut().unwrap().push(other);
    let refused = world.call(Method::PUT, "/surveys/counter", "admin", moved).await;
    assert_eq!(refused.status, 422);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("measures something else") && detail.contains("a figure keeps its question"), "{detail}");
}

#[tokio::test]
async fn the_first_language_of_a_survey_stays_its_fallback() {
    let world = World::new().await;
    let mut definition = survey("Would you?", 10);
    definition["title"] = json!({"zh-CN": "柜台", "en": "At the counter"});
    definition["questions"][0]["text"] = json!({"zh-CN": "会推荐吗？", "en": "Would you?"});
    assert_eq!(world.call(Method::PUT, "/surveys/counter", "admin", definition.clone()).await.status, 201);
    let stored = world.call(Method::GET, "/surveys/counter", "admin", Value::Null).await.text;
    assert!(stored.find("zh-CN").unwrap() < stored.find("\"en\"").unwrap(), "{stored}");
    definition["title"] = json!({"en": "At the counter", "zh-CN": "柜台"});
    definition["questions"][0]["text"] = json!({"en": "Would you?", "zh-CN": "会推荐吗？"});
    assert_eq!(world.call(Method::PUT, "/surveys/counter", "admin", definition).await.json()["version"], 2);
}
