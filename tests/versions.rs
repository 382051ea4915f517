//! Two versions side by side: a deploy is not atomic, and may be rolled back. What version 0.1 wrote is read and goes
//! on; so is what a later version may write, with attributes and fields that this one does not know.

use aftertaste::domain::{access::Keyring, visit::Claim};
use aftertaste_local::TABLE;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::ToSpan;
use serde_json::{Value, json};

use crate::{
    events::keyring,
    harness::{World, file, proxy::ask},
    replies::{Scene, calls, receipt},
};

/// The items of a table, and links, a code and a grant of the same keyring.
const WRITTEN: &str = "tests/data/written-by-0.1.json";

const REPORTS: [&str; 4] = ["store/12.json", "store/13.csv", "cn.json", "cn/east.csv"];

/// What the table of a scene holds, and what it says. To write it for a version:
/// `WRITE_VERSION=tests/data/written-by-0.1.json cargo black-box version_writes`.
async fn written(world: &World, scene: &Scene) -> Value {
    let mut reports = json!({});
    for scope in REPORTS {
        reports[scope] = report(scene, scope).await;
    }
    let items = ask(&world.proxy.url, "Scan", &json!({"TableName": TABLE})).await;
    assert!(items.get("LastEvaluatedKey").is_none(), "one page has all");
    let code = calls::code(&keyring(), 12);
    json!({"link": receipt(12, "open", scene.now), "answered": receipt(12, "answered", scene.now), "code": code,
        "grant": scene.token("report:"), "reports": reports, "items": items["Items"]})
}

async fn report(scene: &Scene, scope: &str) -> Value {
    let call = calls::new("GET /reports/{scope+}").at(&[("scope", scope)]).query("from=2026-11-19&to=2026-11-21");
    let reply = scene.reply(&call.grant("report:")).await;
    assert_eq!(reply.status, 200, "{scope}");
    String::from_utf8_lossy(&reply.body).into()
}

#[tokio::test]
async fn a_version_writes_what_it_can_read() {
    let world = World::new().await;
    let scene = Scene::of(&world.stack);
    let brand =
        json!({"name": "巷子小馆", "segments": {"1": "VIP"}, "privacy": {"zh-CN": "{days} 天", "en": "{days} days"}});
    assert_eq!(scene.reply(&calls::new("PUT /brand").grant("admin").json(&brand)).await.status, 200);
    let answer = calls::new("POST /s/{link}").at(&[("link", &receipt(12, "answered", scene.now))]);
    assert_eq!(scene.reply(&answer.json(&json!({"answers": {"nps": 9, "csat": 5}}))).await.status, 201);
    scene.fill().await;
    let opened = calls::new("GET /t/{code}").at(&[("code", &calls::code(&keyring(), 12))]);
    assert_eq!(scene.reply(&opened).await.status, 303);
    let written = written(&world, &scene).await;
    if let Some(path) = std::env::var_os("WRITE_VERSION") {
        std::fs::write(file(path.to_str().unwrap()), format!("{written:#}\n")).unwrap();
    }
    serves(&written).await;
}

#[tokio::test]
async fn what_version_0_1_wrote_is_read_verified_and_counted_to_the_same() {
    serves(&fixture()).await;
}

#[tokio::test]
async fn what_a_later_version_adds_to_every_item_is_passed_over() {
    let mut written = fixture();
    let mut kinds = std::collections::BTreeSet::new();
    for item in written["items"].as_array_mut().unwrap() {
        kinds.insert(item["pk"]["S"].as_str().unwrap().split('#').next().unwrap().to_owned());
        item["later"] = json!({"M": {"more": {"L": [{"N": "1"}]}}});
        for name in ["definition", "brand"] {
            if let Some(text) = item.get(name).and_then(|text| text["S"].as_str()) {
                item[name] = json!({"S": with_more(serde_json::from_str(text).unwrap()).to_string()});
            }
        }
        if let Some(content) = item.get("content").and_then(|content| content["B"].as_str()) {
            item["content"] = json!({"B": STANDARD.encode(deflated(&with_more(inflated(content))))});
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["BRAND", "D", "L", "O", "R", "STORES", "SURVEY"]);
    serves(&written).await;
}

/// Fields in every object that is no map, and in a map of series a series, in one of channels a channel.
fn with_more(mut value: Value) -> Value {
    value["later"] = json!({"more": [1]});
    for question in value.get_mut("questions").and_then(Value::as_array_mut).into_iter().flatten() {
        question["later"] = json!(1);
    }
    for tally in value.get_mut("tallies").and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut()) {
        tally["later"] = json!({"more": [1]});
        tally["channels"]["later"] = json!([9, 9, 9, 9, 9, 9, 9]);
    }
    if let Some(tallies) = value.get_mut("tallies") {
        tallies["dine-in@later"] = json!({"later": true});
    }
    value
}

fn inflated(content: &str) -> Value {
    let bytes = STANDARD.decode(content).unwrap();
    serde_json::from_reader(flate2::read::DeflateDecoder::new(bytes.as_slice())).unwrap()
}

fn deflated(content: &Value) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    serde_json::to_writer(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

fn fixture() -> Value {
    serde_json::from_slice(&std::fs::read(file(WRITTEN)).unwrap()).unwrap()
}

/// What a report says of the day before the running one: its figures mean the same in every version. Of the running
/// day later versions show less.
fn of_the_day_before(report: &str) -> Value {
    const DAY: &str = "2026-11-20";
    match serde_json::from_str::<Value>(report) {
        Ok(report) => {
            let days = report["days"].as_array().unwrap();
            days.iter().find(|day| day["day"] == DAY).unwrap_or_else(|| panic!("no {DAY}: {report}")).clone()
        }
        Err(_) => report.lines().filter(|line| line.contains(DAY)).map(str::to_owned).collect(),
    }
}

/// Puts the items into a fresh table, and does with them what guests, managers and the count do.
async fn serves(written: &Value) {
    let world = World::new().await;
    for item in written["items"].as_array().unwrap() {
        ask(&world.proxy.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    }
    let scene = Scene::of(&world.stack);
    let text = |name: &str| written[name].as_str().unwrap();
    let keyring: Keyring = keyring();
    let claim = Claim::verify(text("link"), &keyring).unwrap();
    assert_eq!(claim.sign(&keyring).unwrap().as_str(), text("link"), "the same payment keeps its link");
    let reports = written["reports"].as_object().unwrap();
    let the_same = async || {
        for (scope, before) in reports {
            let now = report(&scene, scope).await;
            let now = now.as_str().unwrap();
            assert_eq!(of_the_day_before(now), of_the_day_before(before.as_str().unwrap()), "{scope}");
        }
    };
    the_same().await;
    // Another count than the one that wrote: it finds what this version counts besides.
    let count = scene.count_at(scene.now + 1.second()).await;
    assert_eq!((count.written + count.unchanged, count.overtaken, count.unreadable), (9, 0, 0), "{count:?}");
    assert!(count.responses > 60, "{count:?}");
    the_same().await;
    let again = scene.count_at(scene.now + 2.seconds()).await;
    assert_eq!((again.written, again.unchanged), (0, 9), "{again:?}");

    let at = |route, link| calls::new(route).at(&[("link", link)]).wants_json();
    let open = scene.reply(&at("GET /s/{link}", text("link"))).await;
    assert_eq!(open.status, 200);
    let body: Value = serde_json::from_slice(&open.body).unwrap();
    assert_eq!((&body["brand"]["name"], &body["survey"]), (&json!("巷子小馆"), &json!("dine-in")));
    for (link, status) in [("link", 201), ("answered", 409)] {
        let answer = at("POST /s/{link}", text(link)).json(&json!({"answers": {"nps": 3, "csat": 2}}));
        assert_eq!(scene.reply(&answer).await.status, status, "{link}");
    }
    assert_eq!(scene.reply(&calls::new("GET /t/{code}").at(&[("code", text("code"))])).await.status, 303);
    // The grant of the fixture was signed for the moment of the scene, and is read as it was written.
    let call = calls::new("GET /reports/{scope+}").at(&[("scope", "cn.json")]).bearer(text("grant"));
    assert_eq!(scene.reply(&call).await.status, 200);
}
