//! Since when a score changed, as a report says it from what the watch of the last night found.

use aftertaste::domain::trend::Night;
use jiff::civil::Date;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    change::{Answered, put},
    harness::{World, browser::set, days_ago},
};

const FOLLOWED: &str = "20261127-0f1e2d3c4b5a6978";

/// Three stores of two nodes, with eight weeks of answers in which nothing changes.
async fn world() -> World {
    let world = World::new().await;
    let places = [(401, "cn/west/a"), (402, "cn/west/a"), (403, "cn/west/b")];
    let days: Vec<(i64, Vec<Answered>)> = (1..=56).map(|back| (back, vec![[10, 5, 5]; 3])).collect();
    put(&world, &places, &days).await;
    world
}

/// A score that fell by 14 points five days ago, at dinner most of all.
fn fell(scope: &str) -> Value {
    json!({"series": "dine-in", "scope": scope, "direction": "down", "since": days_ago(5), "earliest": days_ago(7),
        "latest": days_ago(4), "points": -14.2, "low": -22.1, "high": -6.3,
        "parts": [{"part": {"meal": "dinner"}, "difference": -19.8}], "trend": FOLLOWED})
}

/// One that may have fallen: there is no trend, and it is not worked out which part it was.
fn may_have_fallen(scope: &str) -> Value {
    let mut found = fell(scope);
    found.as_object_mut().unwrap().retain(|name, _| !["parts", "trend"].contains(&name.as_str()));
    found
}

/// The same with other fields.
fn with(mut found: Value, other: Value) -> Value {
    found.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    found
}

async fn put_night(world: &World, day: Date, found: Vec<Value>) {
    let night =
        json!({"day": day, "watched": 1234, "days_apart": 100, "nodes": ["cn/west/a", "cn/west/b"], "found": found});
    let night: Night = serde_json::from_value(night).unwrap();
    world.stack.app.table.put_night(&night).await.unwrap();
}

async fn page(world: &World, scope: &str, scopes: &str) -> String {
    let path = format!("/reports/{scope}.html?lang=en");
    let page = world.call(Method::GET, &path, scopes, Value::Null).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

fn day(back: i64) -> String {
    days_ago(back).strftime("%-d %b").to_string()
}

#[tokio::test]
async fn a_store_that_fell_says_since_when_and_what_fell() {
    let world = world().await;
    put_night(&world, days_ago(1), vec![fell("store/401")]).await;
    let watch = world.report("store/401").await["watch"].clone();
    assert_eq!(
        (&watch["day"], &watch["watched"], &watch["days_apart"]),
        (&json!(days_ago(1)), &json!(1234), &json!(100))
    );
    let expected = json!({"scope": "store/401", "name": "Store 401", "part": null, "direction": "down",
        "since": days_ago(5), "earliest": days_ago(7), "latest": days_ago(4), "points": -14.2, "low": -22.1, "high": -6.3,
        "parts": [{"part": {"meal": "dinner"}, "difference": -19.8}], "trend": FOLLOWED});
    assert_eq!((&watch["changed"], &watch["suspected"]), (&json!([expected]), &json!([])));

    let page = page(&world, "store/401", "report:").await;
    let line = format!("Lower by about 14 points since {}", day(5));
    let tile = page.split("tile score").nth(1).unwrap().split("tile fix").next().unwrap();
    assert!(tile.contains(&line) && tile.contains("most of all: dinner"), "{tile}");
    assert!(tile.contains(&format!("between {} and {}", day(7), day(4))), "{tile}");
    let sentence = page.split("<h1").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(sentence.contains(&format!("lower by about 14 NPS points since {}", day(5))), "{sentence}");
    assert!(!sentence.contains("no significant change"), "{sentence}");
    // In the picture a line, told by the text beside it.
    let text = format!("Most likely the change began on {} (the upright line).", day(5));
    assert!(page.contains(r#"role="img" aria-labelledby="since""#) && page.contains(&text), "{page}");
    assert!(page.contains("Each night we check 1,234 scores") && page.contains("about every 100 days"), "{page}");
}

#[tokio::test]
async fn only_who_may_follow_up_is_led_to_the_trend() {
    let world = world().await;
    put_night(&world, days_ago(1), vec![fell("store/401"), fell("store/403")]).await;
    let link = format!("href=\"/trend/{FOLLOWED}\"");
    for (scope, scopes, links) in [
        ("store/401", "report:", 0),
        ("store/401", "report: follow:store/402", 0),
        ("store/401", "report: follow:cn/west", 2),
        ("cn/west", "report:", 0),
        ("cn/west", "report: follow:cn/west/b", 1),
        ("cn/west", "report: follow:", 2),
    ] {
        let page = page(&world, scope, scopes).await;
        assert_eq!(page.matches(&link).count(), links, "{scope} by {scopes}: {page}");
    }
}

#[tokio::test]
async fn a_suspect_is_called_no_more_than_that() {
    let world = world().await;
    put_night(&world, days_ago(1), vec![may_have_fallen("store/401")]).await;
    let watch = world.report("store/401").await["watch"].clone();
    assert_eq!((&watch["changed"], &watch["suspected"][0]["trend"]), (&json!([]), &Value::Null));
    let page = page(&world, "store/401", "report: follow:").await;
    let line = format!("May have fallen since {}; not certain yet", day(5));
    assert!(page.contains(&line) && page.contains("told to nobody"), "{page}");
    assert!(!page.contains("/trend/") && !page.contains("aria-labelledby=\"since\""), "{page}");
    assert!(page.contains("no significant change"), "{page}");
}

#[tokio::test]
async fn where_nothing_was_found_the_page_says_so_if_the_watch_looked() {
    let world = world().await;
    put_night(&world, days_ago(1), vec![]).await;
    let said = "No change found in the last 28 days";
    for scope in ["store/401", "cn/west"] {
        assert_eq!(world.report(scope).await["watch"]["changed"], json!([]));
        assert!(page(&world, scope, "report:").await.contains(said), "{scope}");
    }
    // Of too few days it would have found nothing.
    for number in 0..5 {
        let guest = json!({"store": 13, "payment": format!("p{number}"), "paid_at": jiff::Timestamp::now(), "channel": "receipt"});
        let link = world.issue(guest).await;
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201);
    }
    let (nodes, found): (_, [Value; 0]) = (json!(["cn/east/shanghai"]), []);
    let night = json!({"day": days_ago(1), "watched": 4, "days_apart": 100, "nodes": nodes, "found": found});
    world.stack.app.table.put_night(&serde_json::from_value(night).unwrap()).await.unwrap();
    assert!(!page(&world, "store/13", "report:").await.contains(said));
    // A store of a node in which it found no answers was not looked at.
    assert!(!page(&world, "store/401", "report:").await.contains(said));
}

#[tokio::test]
async fn an_old_night_a_broken_one_and_old_days_leave_the_report_without_it() {
    let world = world().await;
    let watch = async |query: &str| world.report_for("store/401", query).await["watch"].clone();
    assert_eq!(watch("").await, Value::Null, "there was no night");
    put_night(&world, days_ago(9), vec![fell("store/401")]).await;
    assert_eq!(watch("").await, Value::Null, "nine days ago");
    put_night(&world, days_ago(8), vec![fell("store/401")]).await;
    assert_eq!(watch("").await["day"], json!(days_ago(8)));
    put_night(&world, days_ago(2), vec![fell("store/401")]).await;
    for (last, is_there) in [(0, true), (8, true), (9, false)] {
        let query = format!("from={}&to={}", days_ago(last + 20), days_ago(last));
        assert_eq!(watch(&query).await.is_object(), is_there, "to {last} days ago");
    }
    assert_eq!(watch("survey=dine-in@test").await, Value::Null, "trials are not watched");

    set(&world, "WATCH", &days_ago(2).to_string(), "content", json!({"B": "bm90aGluZw=="})).await;
    for scope in ["store/401", "cn"] {
        let report = world.report(scope).await;
        assert!(report["watch"].is_null() && report["responses"].as_u64().unwrap() > 0, "{report}");
        assert!(!page(&world, scope, "report:").await.contains("Scores that changed"));
    }
}

#[tokio::test]
async fn a_report_shows_what_lies_below_and_nothing_above_or_beside() {
    let world = world().await;
    let of_channel = with(fell("cn/west/a"), json!({"part": {"channel": "table"}, "parts": null}));
    let of_codes = with(fell("store/402"), json!({"series": "dine-in@table"}));
    let found = vec![fell("store/402"), fell("store/403"), of_channel, fell("cn/west/a"), fell("cn/west"), of_codes];
    put_night(&world, days_ago(1), found).await;
    let scopes = async |scope: &str, scopes: &str| {
        let path = format!("/reports/{scope}.json");
        let report = world.call(Method::GET, &path, scopes, Value::Null).await.json();
        let changed = report["watch"]["changed"].as_array().unwrap().clone();
        let name = |found: &Value| format!("{} {}", found["scope"].as_str().unwrap(), found["part"]);
        changed.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(scopes("store/401", "report:store/401").await, Vec::<String>::new());
    assert_eq!(scopes("store/402", "report:").await, ["store/402 null"]);
    // The scope itself first, then its parts.
    let of_a = ["cn/west/a null", r#"cn/west/a {"channel":"table"}"#, "store/402 null"];
    assert_eq!(scopes("cn/west/a", "report:cn/west/a").await, of_a);
    assert_eq!(scopes("cn/west", "report:").await.len(), 5);
    assert_eq!(scopes("cn/east", "report:").await, Vec::<String>::new());

    let own = page(&world, "store/401", "report:store/401").await;
    assert!(!own.contains("Store 402") && !own.contains("Lower by about"), "{own}");
    assert!(!own.contains("Scores that changed"), "a store without any has no section");
    let node = page(&world, "cn/west/a", "report:").await;
    let section = node.split("id=\"changed-scores\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains("Store 402") && !section.contains("Store 403"), "{section}");
    assert!(section.contains("/reports/store/402.html") && section.contains(">table<"), "{section}");
}

#[tokio::test]
async fn twenty_of_each_kind_are_listed_and_the_rest_is_counted() {
    let world = world().await;
    let parts = (0..16).map(|segment| with(fell("cn/west/a"), json!({"part": {"segment": segment}})));
    let more = (0..16).map(|segment| with(fell("cn/west/b"), json!({"part": {"segment": segment}})));
    let suspects = (0..16).map(|segment| with(may_have_fallen("cn/west"), json!({"part": {"segment": segment}})));
    let rose = with(fell("cn/west"), json!({"direction": "up", "points": 12.0, "low": 4.0, "high": 20.0, "parts": []}));
    put_night(&world, days_ago(1), parts.chain(more).chain(suspects).chain([rose]).collect()).await;
    let watch = world.report("cn/west").await["watch"].clone();
    let count = |name: &str| watch[name].as_array().unwrap().len();
    assert_eq!((count("changed"), &watch["more_changed"]), (20, &json!(13)));
    assert_eq!((count("suspected"), &watch["more_suspected"]), (16, &json!(0)));
    assert_eq!(watch["changed"][0]["direction"], "up");
    let page = page(&world, "cn/west", "report:").await;
    assert!(page.contains("Higher by about 12 points since") && page.contains("everywhere alike"), "{page}");
    assert!(page.contains("and 13 more"), "{page}");
}

#[tokio::test]
async fn a_node_that_a_store_moved_says_because_of_whom() {
    let world = world().await;
    let because = json!({"trend": null, "parts": null, "because": [FOLLOWED]});
    let moved = |scope: &str, part: Value| with(with(fell(scope), because.clone()), part);
    let found = vec![
        fell("store/401"),
        moved("cn/west", json!({})),
        moved("cn/west/a", json!({})),
        moved("cn/west", json!({"part": {"channel": "receipt"}})),
    ];
    put_night(&world, days_ago(1), found).await;
    let watch = world.report_for("cn/west", "").await["watch"].clone();
    let changed = watch["changed"].as_array().unwrap();
    // What else comes of the store is not said again.
    let scopes: Vec<&str> = changed.iter().map(|found| found["scope"].as_str().unwrap()).collect();
    assert_eq!(scopes, ["cn/west", "store/401"]);
    let cause = json!([{"scope": "store/401", "name": "Store 401", "trend": FOLLOWED}]);
    assert_eq!((&changed[0]["because"], &changed[0]["trend"]), (&cause, &Value::Null));
    assert_eq!(watch["suspected"], json!([]));
    let shown = page(&world, "cn/west", "report: follow:").await;
    let line = format!("Lower by about 14 points since {}", day(5));
    assert!(shown.contains(&line) && shown.contains("mostly because of Store 401"), "{shown}");
}
