//! An operator names nodes, one by one or from a table, and reports and messages can call them so.

use std::time::Duration;

use aftertaste::domain::place::Path;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    blinding::poison,
    harness::{Answer, World},
};

async fn put(world: &World, path: &str, body: Value) -> Answer {
    world.call(Method::PUT, &format!("/nodes/{path}"), "admin", body).await
}

async fn put_csv(world: &World, scopes: &str, table: impl Into<reqwest::Body>) -> Answer {
    let request = world.request(Method::PUT, "/nodes").bearer_auth(world.grant(scopes));
    world.send(request.header("content-type", "text/csv; charset=utf-8").body(table)).await
}

/// The nodes that a grant sees, each as its path and its name.
async fn listed(world: &World, scopes: &str) -> Vec<(String, Value)> {
    let all = world.call(Method::GET, "/nodes", scopes, Value::Null).await;
    assert_eq!(all.status, 200, "{}", all.text);
    let all = all.json()["nodes"].as_array().unwrap().clone();
    all.iter().map(|node| (node["path"].as_str().unwrap().to_owned(), node["name"].clone())).collect()
}

async fn named(world: &World, path: &str) -> Value {
    let all = listed(world, "admin").await;
    all.into_iter().find(|(node, _)| node == path).map_or(Value::Null, |(_, name)| name)
}

fn detail(answer: &Answer) -> String {
    assert_eq!(answer.problem(), (422, "invalid".into()), "{}", answer.text);
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_node_is_named_listed_and_loses_its_names_again() {
    let world = World::new().await;
    let name = json!({"zh-CN": "华东大区", "en": "The East"});
    let stored = put(&world, "cn/east", json!({"name": name})).await;
    assert_eq!((stored.status.as_u16(), stored.json()), (200, json!({"path": "cn/east", "name": name})));
    // As `GET` shows it, it can be put back, and the first language stays the first.
    assert_eq!(put(&world, "cn/east", stored.json()).await.json(), stored.json());
    let all = world.call(Method::GET, "/nodes", "admin", Value::Null).await;
    assert!(all.text.contains(r#"{"path":"cn/east","name":{"zh-CN":"华东大区","en":"The East"}}"#), "{}", all.text);
    assert_eq!(all.json()["unreadable"], json!([]));

    // A node may be named before its first store, and one that has stores is listed without a name.
    assert_eq!(put(&world, "cn/west", json!({"name": {"en": "China West"}})).await.status, 200);
    let gone = json!({"path": "cn/east", "state": "gone"});
    for path in ["cn/east", "cn/east"] {
        let deleted = world.call(Method::DELETE, &format!("/nodes/{path}"), "admin", Value::Null).await;
        assert_eq!((deleted.status.as_u16(), deleted.json()), (200, gone.clone()));
    }
    let paths: Vec<String> = listed(&world, "admin").await.into_iter().map(|(path, _)| path).collect();
    let demo = ["cn", "cn/east", "cn/east/hangzhou", "cn/east/shanghai", "cn/north", "cn/north/beijing"];
    assert_eq!(paths, [&demo[..], &["cn/west"]].concat());
    assert_eq!(named(&world, "cn/east").await, Value::Null);
    assert_eq!(named(&world, "cn/east/shanghai").await["zh-CN"], "上海", "the demo names its own");
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    let deeds: Vec<(&str, &str)> = trail["deeds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deed| (deed["what"].as_str().unwrap(), deed["on"].as_str().unwrap()))
        .collect();
    let (east, west) = (("node-written", "cn/east"), ("node-written", "cn/west"));
    let deleted = ("node-deleted", "cn/east");
    assert_eq!(deeds, [deleted, deleted, west, east, east]);
}

#[tokio::test]
async fn whoever_reads_gets_the_nearest_language_from_memory() {
    let world = World::with_catalog_age(Duration::from_secs(60)).await;
    let (catalog, now) = (&world.stack.app.catalog, Timestamp::now());
    put(&world, "cn/south", json!({"name": {"en": "China South", "zh-CN": "华南", "zh-TW": "華南"}})).await;
    put(&world, "cn/west", json!({"name": {"zh-CN": "华西"}})).await;
    let path = |text: &str| Path::try_from(text.to_owned()).unwrap();
    let nodes = catalog.nodes(now).await.unwrap();
    let names = |node: &str| {
        ["en-GB", "zh-Hans", "zh-HK", "fr"].map(|language| nodes.name_of(&path(node), language).map(str::to_owned))
    };
    let some = |names: [&str; 4]| names.map(|name| Some(name.to_owned()));
    assert_eq!(names("cn/south"), some(["China South", "华南", "華南", "China South"]));
    assert_eq!(names("cn/west"), some(["华西"; 4]));
    assert_eq!(nodes.name_of(&path("cn/south/xiamen"), "en"), None);

    put(&world, "cn/west", json!({"name": {"en": "China West"}})).await;
    let west = async |now| catalog.nodes(now).await.unwrap().name_of(&path("cn/west"), "en").map(str::to_owned);
    assert_eq!(west(now + 59.seconds()).await.as_deref(), Some("华西"));
    assert_eq!(west(now + 61.seconds()).await.as_deref(), Some("China West"));
}

#[tokio::test]
async fn a_table_names_many_nodes_at_once() {
    let world = World::new().await;
    put(&world, "cn/east", json!({"name": {"en": "Old", "fr": "Vieux"}})).await;
    // As a spreadsheet saves it: a mark in front, \r\n, lines without text, quotes. A formula is a name like any other.
    let table = "\u{feff}path,zh-CN,en\r\n cn ,全国,China\r\n\r\n,,\r\n\
                 cn/east,,\"East, \"\"the coast\"\"\"\r\ncn/south,=HYPERLINK(1),@x\r\n";
    let answer = put_csv(&world, "admin", table).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"written": 3})), "{}", answer.text);
    assert_eq!(named(&world, "cn").await, json!({"zh-CN": "全国", "en": "China"}));
    assert_eq!(named(&world, "cn/east").await, json!({"en": "East, \"the coast\""}), "a line is all names of its node");
    assert_eq!(named(&world, "cn/south").await, json!({"zh-CN": "=HYPERLINK(1)", "en": "@x"}));
    assert_eq!(named(&world, "cn/north").await["en"], "China North", "the others stay");
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    assert_eq!(trail["deeds"][0]["what"], "node-written");

    let lines: String = (0..1_000).map(|n| format!("mars/{n},M\n")).collect();
    assert_eq!(put_csv(&world, "admin", format!("path,en\n{lines}")).await.json(), json!({"written": 1_000}));
}

#[tokio::test]
async fn every_mistake_of_a_table_has_its_line_and_column_and_nothing_is_written() {
    let world = World::new().await;
    let before = world.items("NODES").await;
    let answer = put_csv(
        &world,
        "admin",
        "path,en,zh-CN\r\n\r\ncn/south,South,华南\r\nCN,x,\r\ncn/west,\u{202e}tseW,\"a\nb\"\r\n\
         cn/far,,\r\ncn/few,x\r\ncn/many,a,b,c\r\ncn/south,again,\r\n,nobody,\r\n",
    )
    .await;
    let detail_of_all = detail(&answer);
    for words in [
        "Line 4, column path: A path is 1 to 6 segments",
        "Line 5, column en: A node's name is of characters that can be seen",
        "Line 5, column zh-CN: A node's name is 1 to 80 characters without control characters; this is \"a\\nb\".",
        // The line before holds a line break.
        "Line 7, column en: the node has no name in any language.",
        "Line 8, column 3: the line has 2 cells, and the first line 3.",
        "Line 9, column 4: the line has 4 cells, and the first line 3.",
        "Line 10, column path: cn/south is on line 3 too.",
        "Line 11, column path: A path is 1 to 6 segments",
    ] {
        assert!(detail_of_all.contains(words), "{words}: {detail_of_all}");
    }
    assert_eq!(detail_of_all.matches("Line ").count(), 8, "{detail_of_all}");
    assert_eq!(world.items("NODES").await, before);
}

#[tokio::test]
async fn a_table_of_another_form_is_refused_and_a_long_one_is_not_written_in_part() {
    let world = World::new().await;
    let before = world.items("NODES").await;
    let bad_utf8 = b"path,en\ncn,China\ncn/east,\xbb\xaa\xb6\xab\n".to_vec();
    assert_eq!(
        detail(&put_csv(&world, "admin", bad_utf8).await),
        "Line 3, column en: this is not written in UTF-8. Save the table as CSV UTF-8."
    );
    for (table, words) in [
        ("", "Line 1, column 2: the first line is path and one language at least"),
        ("path\ncn\n", "Line 1, column 2: the first line is path and one language at least"),
        (
            "path;en\ncn;China\n",
            "Line 1, column 1: the first line is path and languages, path,en,zh-CN; this is \"path;en\".",
        ),
        ("path,en,Deutsch!\ncn,a,b\n", "Line 1, column 3: A language is a tag such as zh-CN; this is \"Deutsch!\"."),
        ("path,en,\ncn,a,\n", "Line 1, column 3: A language is a tag such as zh-CN; this is \"\"."),
        ("path,en,EN\ncn,a,b\n", "Line 1, column 3: \"en\" and \"EN\" are the same language: leave one out."),
        ("path,en\rcn,a\rCN,b\r", "Line 3, column path: A path is 1 to 6 segments"),
        ("path,en\ncn,\"China\ncn/east,East\n", "Line 2, column en: A node's name is 1 to 80 characters"),
    ] {
        let said = detail(&put_csv(&world, "admin", table).await);
        assert!(said.contains(words), "{table:?}: {said}");
    }
    let many: String = (0..30).map(|_| "CN,x\n").collect();
    let said = detail(&put_csv(&world, "admin", format!("path,en\n{many}")).await);
    assert!(said.starts_with("The table has 30 mistakes; these are the first 10. Line 2, column path: "), "{said}");
    assert!(said.contains("Line 11, ") && !said.contains("Line 12, "), "{said}");
    let long: String = (0..1_001).map(|n| format!("mars/{n},M\n")).collect();
    let said = detail(&put_csv(&world, "admin", format!("path,en\n{long}")).await);
    assert!(said.starts_with("Line 1002, column path: a table has 1000 lines of names at most."), "{said}");
    assert_eq!(world.items("NODES").await, before);
}

#[tokio::test]
async fn a_grant_names_the_nodes_that_it_sets_up_and_no_others() {
    let world = World::new().await;
    let east = json!({"name": {"en": "East"}});
    for (scopes, path, status) in [
        ("admin:cn/east", "cn/east", 200),
        ("admin:cn/east", "cn/east/shanghai", 200),
        ("admin:cn", "cn/east", 200),
        ("admin:cn/east", "cn", 403),
        ("admin:cn/east", "cn/eastern", 403),
        ("admin:store/12", "cn/east/shanghai", 403),
        ("report:cn/east", "cn/east", 403),
        ("issue", "cn/east", 403),
    ] {
        for (method, body) in [(Method::PUT, east.clone()), (Method::DELETE, Value::Null)] {
            let answer = world.call(method, &format!("/nodes/{path}"), scopes, body).await;
            assert_eq!(answer.status, status, "{scopes} {path}: {}", answer.text);
        }
    }
    let none = world.send(world.request(Method::PUT, "/nodes/cn").json(&east)).await;
    assert_eq!(none.problem(), (401, "grant-missing".into()));

    assert!(listed(&world, "admin:store/12").await.is_empty());
    let seen = listed(&world, "admin:cn/north admin:store/12").await;
    assert_eq!(seen.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["cn/north", "cn/north/beijing"]);
    let said = detail(&put_csv(&world, "admin:cn/north", "path,en\ncn/north,North\ncn/east,Mine\n").await);
    assert_eq!(said, "Line 3, column path: this grant does not set up cn/east.");
    assert_eq!(put_csv(&world, "report:", "path,en\n").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(put_csv(&world, "admin:cn/north", "path,en\ncn/north,North\n").await.json(), json!({"written": 1}));
}

#[tokio::test]
async fn hostile_input_is_refused_with_a_sentence() {
    let world = World::new().await;
    let before = world.items("NODES").await;
    for path in
        ["..%2F..%2Fetc", "%2e%2e", "cn%2F..", "cn//east", "store/12", "a/b/c/d/e/f/g", "CN", "cn%00", "%E5%8D%8E"]
    {
        let answer = put(&world, path, json!({"name": {"en": "x"}})).await;
        assert!(answer.status.is_client_error(), "{path}: {} {}", answer.status, answer.text);
    }
    let languages: serde_json::Map<String, Value> = (0..200).map(|n| (format!("en-{n:03}"), json!("East"))).collect();
    for (name, words) in [
        (json!({}), "name says in at least one language what people read"),
        (Value::Object(languages), "A node is named in 40 languages at most; these are 200."),
        (json!({"en": "a\u{7}b"}), "name.en: A node's name is 1 to 80 characters without control characters"),
        (json!({"en": "East\nWest"}), "name.en: A node's name is 1 to 80 characters without control characters"),
        (json!({"en": "東".repeat(81)}), "name.en: A node's name is 1 to 80 characters"),
        (json!({"en": "\u{200b}\u{feff}"}), "name.en: A node's name is of characters that can be seen"),
        (json!({"<script>": "x"}), "A language is a tag such as zh-CN; this is \"<script>\"."),
        (json!({"en": 7}), "name.en: invalid type"),
        (json!("East"), "name: invalid type"),
    ] {
        let said = detail(&put(&world, "cn/south", json!({"name": name})).await);
        assert!(said.contains(words), "{said}");
    }
    let header: String = (0..200).map(|n| format!(",en-{n:03}")).collect();
    let said = detail(&put_csv(&world, "admin", format!("path{header}\n")).await);
    assert!(said.contains("Line 1, column 42: A node is named in 40 languages at most; these are 41."), "{said}");
    assert!(said.len() < 4_096, "{said}");
    let huge = json!({"name": {"en": "x".repeat(20_000)}});
    assert_eq!(put(&world, "cn/south", huge).await.problem(), (413, "body-too-large".into()));
    let huge = format!("path,en\n{}", "cn,x\n".repeat(14_000));
    assert_eq!(put_csv(&world, "admin", huge).await.problem(), (413, "body-too-large".into()));
    let json = world.call(Method::PUT, "/nodes", "admin", json!({"cn": "x"})).await;
    assert_eq!(json.problem(), (415, "unsupported-media-type".into()));
    assert_eq!(world.items("NODES").await, before);
    let text = put(&world, "cn/south", json!({"name": {"en": "=cmd|' /C calc'!A0", "de": "<b>Süd</b>"}})).await;
    assert_eq!(text.json()["name"], json!({"en": "=cmd|' /C calc'!A0", "de": "<b>Süd</b>"}));
}

#[tokio::test]
async fn a_name_that_can_not_be_read_is_left_out_until_it_is_put_again() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    poison(&world, "NODES", "cn/east", "node", json!({"S": "{\"name\":{}}"})).await;
    let all = world.call(Method::GET, "/nodes", "admin:cn/east", Value::Null).await.json();
    assert_eq!(all["nodes"][0], json!({"path": "cn/east"}), "its stores are there all the same");
    assert_eq!(all["unreadable"][0]["path"], "cn/east");
    assert!(all["unreadable"][0]["detail"].as_str().unwrap().contains("at least one language"), "{all}");
    let others = world.call(Method::GET, "/nodes", "admin:cn/north", Value::Null).await.json();
    assert_eq!(others["unreadable"], json!([]));
    let path = |text: &str| Path::try_from(text.to_owned()).unwrap();
    let nodes = world.stack.app.catalog.nodes(Timestamp::now()).await.unwrap();
    assert_eq!(
        (nodes.name_of(&path("cn/east"), "en"), nodes.name_of(&path("cn"), "zh-TW")),
        (None, Some("巷子小館全國"))
    );
    assert_eq!(put(&world, "cn/east", json!({"name": {"en": "East"}})).await.status, 200);
    let all = world.call(Method::GET, "/nodes", "admin", Value::Null).await.json();
    assert_eq!(all["unreadable"], json!([]));
    assert_eq!(named(&world, "cn/east").await, json!({"en": "East"}));
}
