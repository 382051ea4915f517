//! The states of a report's page: each has an address, and a mistake in one is said in the reader's language.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, answers, days_ago};

/// Answers of the last twelve days. Guests of store 12 are happy, or have waited an hour; those of 13 and 14 are happy.
async fn put(world: &World) {
    for back in 1..=12 {
        let guest = |store| answers().store(store).hours_ago(24 * back);
        let loved = |store| guest(store).nps(10).csat(5).scale("convenience", 5).text("We loved it");
        loved(12).times(6).put(world).await;
        // Satisfaction varies from day to day: else nothing could be said of chance.
        let more = u8::from(back % 3 == 0);
        guest(12).nps(9).csat(3 + more).scale("convenience", 3).scale("trust", 5).times(4).put(world).await;
        let waited = guest(12).nps(2).csat(1 + more).scale("convenience", 1).scale("trust", 4);
        waited.text("We waited an hour").times(5).put(world).await;
        loved(13).times(9).put(world).await;
        loved(14).times(7).put(world).await;
    }
    world.fire("RollUpStoresNightly", json!({"from": days_ago(13), "to": days_ago(0)})).await;
}

async fn page(world: &World, path: &str) -> (u16, String) {
    let page = world.call(Method::GET, &format!("/reports/{path}"), "report:", Value::Null).await;
    (page.status.as_u16(), page.text)
}

/// How often a page says something, of a page that is shown.
async fn says(world: &World, path: &str, words: &str) -> usize {
    let (status, page) = page(world, path).await;
    assert_eq!(status, 200, "{path}: {page}");
    page.matches(words).count()
}

#[tokio::test]
async fn comments_are_of_guests_who_rated_low_what_is_to_be_fixed_first() {
    let world = World::new().await;
    put(&world).await;
    let first = world.report("store/12").await["drivers"]["fix_first"].clone();
    assert_eq!(first, json!(["convenience"]));
    for (query, loved, waited) in [("", 0, true), ("&about=all", 1, true), ("&about=convenience", 0, true)] {
        let path = format!("store/12.html?lang=en{query}");
        assert_eq!(says(&world, &path, "We loved it").await > 0, loved > 0, "{query}");
        assert_eq!(says(&world, &path, "We waited an hour").await > 0, waited, "{query}");
    }
    // By no other driver: a reader could find out all that a comment's guest answered.
    for other in ["trust", "nps", "nobody", "%27"] {
        let path = format!("store/12.html?lang=en&about={other}");
        assert!(says(&world, &path, "We loved it").await > 0, "{other}");
    }
    // Programs get all, unless they ask.
    let texts = |report: &Value| {
        report["comments"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["text"].as_str().unwrap().starts_with("We loved it"))
            .count()
    };
    let all = world.report("store/12").await;
    assert!(texts(&all) > 0, "{}", all["comments"]);
    assert_eq!(texts(&world.report_for("store/12", "about=convenience").await), 0);
}

#[tokio::test]
async fn a_report_stands_beside_another_scope_or_other_days() {
    let world = World::new().await;
    put(&world).await;
    let beside = world.report_for("store/12", "with=store/13").await["beside"].clone();
    assert_eq!((&beside["scope"], &beside["n"], &beside["nps"]), (&json!("store/13"), &json!(108), &json!(100.0)));
    let difference = &beside["nps_difference"];
    assert!((difference["difference"].as_f64().unwrap() + 66.666_666_666_667).abs() < 1e-9, "{difference}");
    assert_eq!(difference["distinguishable"], true);
    assert!(says(&world, "store/12.html?lang=en&with=store/13", "significant").await > 0);
    let days = |from: i64, to: i64| format!("from={}&to={}", days_ago(from), days_ago(to));
    let others = format!("with_from={}&with_to={}", days_ago(12), days_ago(7));
    let earlier = world.report_for("store/12", &format!("{}&{others}", days(6, 1))).await["beside"].clone();
    assert_eq!((&earlier["from"], &earlier["n"]), (&json!(days_ago(12)), &json!(90)));
    assert_eq!(earlier["nps_difference"]["difference"], 0.0);
    // Some answers are in both: nothing is said of the difference.
    for query in ["with=cn".to_owned(), format!("{}&{others}", days(8, 1))] {
        let report = world.report_for("store/12", &query).await;
        let beside = &report["beside"];
        assert!(beside["nps"].is_number() && beside["nps_difference"].is_null(), "{query}: {beside}");
    }
    let page = format!("store/12.html?lang=en&{}", "with=cn");
    assert_eq!(says(&world, &page, "some answers are in both").await, 1);
    assert!(world.report("store/12").await.get("beside").is_none());
}

#[tokio::test]
async fn a_reader_sees_no_other_scope_beside_their_own() {
    let world = World::new().await;
    put(&world).await;
    for ending in ["json", "html"] {
        let path = format!("/reports/store/12.{ending}?with=store/13");
        let status = world.call(Method::GET, &path, "report:store/12", Value::Null).await.status;
        assert_eq!(status, 403, "{ending}");
    }
    let own = world.call(Method::GET, "/reports/store/12.html", "report:store/12", Value::Null).await;
    assert!(own.status == 200 && !own.text.contains("Xujiahui"), "no form offers it");
    // Three stores have a rank: it would say which is better than which.
    let report = world.call(Method::GET, "/reports/store/12.json", "report:store/12", Value::Null).await.json();
    assert_eq!(report["rank"], Value::Null);
    assert_eq!(world.report("store/12").await["rank"], json!({"low": 3, "high": 3, "of": 3}));
}

#[tokio::test]
async fn a_reader_of_several_places_gets_from_each_to_the_others() {
    let world = World::new().await;
    put(&world).await;
    for (grant, path, places) in [
        ("report:store/12 report:store/13", "store/12", vec!["store/12", "store/13"]),
        (
            "report:cn/east/shanghai report:store/1 report:store/1",
            "cn/east/shanghai",
            vec!["cn/east/shanghai", "store/1"],
        ),
        ("report:store/12", "store/12", vec![]),
        ("report:", "store/12", vec![]),
    ] {
        let page = world.call(Method::GET, &format!("/reports/{path}.html?lang=en"), grant, Value::Null).await.text;
        let shown = page.split_once("<details class=\"places\">").map_or("", |(_, after)| after);
        let shown = shown.split_once("</details>").map_or("", |(places, _)| places);
        let linked: Vec<&str> = shown
            .split("href=\"/reports/")
            .skip(1)
            .filter_map(|link| link.split_once(".html"))
            .map(|(to, _)| to)
            .collect();
        assert_eq!(linked, places, "{grant}");
        assert_eq!(shown.matches("aria-current=\"page\"").count(), usize::from(!places.is_empty()), "{grant}");
    }
}

#[tokio::test]
async fn the_scopes_below_stand_in_the_order_that_is_asked_for() {
    let world = World::new().await;
    put(&world).await;
    for (sort, first) in
        [("", "store/13"), ("&sort=answers", "store/12"), ("&sort=name", "store/12"), ("&sort=no", "store/13")]
    {
        let (_, page) = page(&world, &format!("cn/east/shanghai.html?lang=en{sort}")).await;
        let table = page.split_once("<table class=\"children\">").unwrap().1;
        let at = |store: &str| table.find(&format!("/reports/{store}.html")).unwrap();
        let others = ["store/12", "store/13", "store/14"].into_iter().filter(|store| *store != first);
        assert!(others.into_iter().all(|store| at(first) < at(store)), "{sort}");
    }
}

#[tokio::test]
async fn a_mistake_in_an_address_is_said_with_a_way_on() {
    let world = World::new().await;
    put(&world).await;
    let (to, from) = (days_ago(9), days_ago(2));
    let (_, page_of_days) =
        page(&world, "store/12.html?from=yesterday&survey=dine-in&with=store/13&sort=name&about=%22").await;
    for kept in [
        "name=\"survey\" value=\"dine-in\"",
        "name=\"with\" value=\"store/13\"",
        "name=\"sort\" value=\"name\"",
        "value=\"&quot;\"",
    ] {
        assert!(page_of_days.contains(kept), "{kept}: what else was asked for stays");
    }
    for (query, said) in [
        (format!("from={from}&to={to}"), "晚于结束日期"),
        ("from=2026-01-01&to=2026-12-01".to_owned(), "最多 92 天"),
        ("from=yesterday".to_owned(), "日期有误"),
        ("survey=nothing-of-this".to_owned(), "没有这份问卷"),
        ("with=store/12".to_owned(), "要比较"),
        ("with=cn/atlantis".to_owned(), "要比较"),
        ("with_from=2026-11-01".to_owned(), "要比较"),
        ("against=month".to_owned(), "无法识别"),
    ] {
        let (status, page) = page(&world, &format!("store/12.html?lang=zh-CN&{query}")).await;
        assert!([422, 404].contains(&status) && page.contains(said), "{query}: {status} {page}");
        assert!(page.contains("<form") && page.contains("南京路店"), "{query}: it says where, and how to go on");
        assert!(
            !page.contains(r#"name="with_from""#) && !page.contains("atlantis"),
            "{query}: the mistake is not repeated"
        );
        let json = world.call(Method::GET, &format!("/reports/store/12.json?{query}"), "report:", Value::Null).await;
        assert!(json.status.is_client_error() && json.json()["detail"].is_string(), "{query}: {}", json.text);
    }
}

#[tokio::test]
async fn nodes_are_called_by_their_names_in_the_readers_language() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    put(&world).await;
    let names = json!({"name": {"en": "China & Co", "zh-CN": "全国"}});
    assert_eq!(world.call(Method::PUT, "/nodes/cn", "admin", names).await.status, 200);
    for (language, name) in [("en", "China &amp; Co"), ("zh-CN", "全国"), ("zh-TW", "全国")] {
        let (_, page) = page(&world, &format!("cn.html?lang={language}")).await;
        assert!(page.contains(&format!("<strong>{name}</strong>")), "{language}: {page}");
    }
    assert_eq!(world.report_for("cn", "lang=zh-CN").await["name"], "全国");
    assert_eq!(world.call(Method::DELETE, "/nodes/cn/east", "admin", Value::Null).await.status, 200);
    assert_eq!(world.report("cn/east").await["name"], "cn/east", "nobody has named it");
}

#[tokio::test]
async fn one_day_with_most_answers_bears_no_claim() {
    let world = World::new().await;
    for back in 1..=14 {
        answers().store(12).hours_ago(24 * back).nps(3).csat(2).times(7).put(&world).await;
    }
    world.fire("RollUpStoresNightly", json!({"from": days_ago(15), "to": days_ago(0)})).await;
    let path = "store/12.html?lang=en";
    assert_eq!(says(&world, path, "</bdi> is cold (").await, 1);
    // A manager lets two hundred friends answer at one noon.
    answers().store(12).hours_ago(24).nps(10).csat(5).text("friend").times(200).put(&world).await;
    world.fire("RollUpStoresNightly", json!({"from": days_ago(15), "to": days_ago(0)})).await;
    let (_, page) = page(&world, path).await;
    let sentence = page.split_once("<h1 class=\"sentence\">").unwrap().1.split_once("</h1>").unwrap().0;
    assert!(sentence.contains("</bdi> is at ") && !sentence.contains("warm"), "{sentence}");
    assert!(page.contains("of the answers are of one day") && page.contains("no verdict"), "{page}");
}

#[tokio::test]
async fn names_can_not_be_taken_for_another_or_for_the_sentence() {
    let world = World::new().await;
    put(&world).await;
    let store = |name: &str| json!({"name": name, "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    for name in ["\u{202e}mraw si erotS", "\u{2068}Nanjing", "\u{2800}", " "] {
        let put = world.call(Method::PUT, "/stores/13", "admin", store(name)).await;
        assert_eq!(put.status, 422, "{name:?}: {}", put.text);
    }
    for brand in [json!({"name": "\u{202e}yes"}), json!({"name": "Lane", "segments": {"3": "\u{200b}"}})] {
        assert_eq!(world.call(Method::PUT, "/brand", "admin", brand).await.status, 422);
    }
    let named = store("Nanjing Road is warm (99°)");
    assert!(world.call(Method::PUT, "/stores/12", "admin", named.clone()).await.status.is_success());
    assert!(world.call(Method::PUT, "/stores/13", "admin", named).await.status.is_success());
    assert_eq!(says(&world, "store/12.html?lang=en", "<bdi>Nanjing Road is warm (99°)</bdi> is ").await, 1);
    for store in ["store/12", "store/13"] {
        let one = format!("Nanjing Road is warm (99°) ({store})</a>");
        assert!(says(&world, "cn/east/shanghai.html?lang=en", &one).await > 0, "{store}");
    }
}

#[tokio::test]
async fn a_node_says_which_stores_ask_another_survey() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    put(&world).await;
    assert_eq!(says(&world, "cn/east/shanghai.html?lang=en", "ask another survey").await, 0);
    let delivery = include_str!("../surveys/delivery.json");
    let survey = serde_json::from_str(delivery).unwrap();
    assert!(world.call(Method::PUT, "/surveys/delivery", "admin", survey).await.status.is_success());
    let gone = json!({"name": "Gone Elsewhere", "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai", "survey": "delivery"});
    assert!(world.call(Method::PUT, "/stores/14", "admin", gone).await.status.is_success());
    let said = "they ask another survey: Gone Elsewhere";
    assert_eq!(says(&world, "cn/east/shanghai.html?lang=en", said).await, 1);
    assert_eq!(says(&world, "store/12.html?lang=en", said).await, 0);
}
