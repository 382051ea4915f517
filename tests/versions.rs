//! Two versions side by side: a deploy is not atomic, and may be rolled back. Items of version 0.1 can still be read
//! and used. So can items of a later version, with attributes and fields that this one does not know.

mod later;
mod outbox;

use aftertaste::{
    domain::{
        action::Action,
        trend::{Found, Night, Trend, TrendId},
        visit::Claim,
        watch::{Direction, Watched},
    },
    table::StoredAction,
};
use aftertaste_local::TABLE;
use jiff::{ToSpan, civil::date};
use roll_up_stores::Summary;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    events::keys,
    harness::{World, file, inflated, proxy::ask, signed_by},
    replies::{Scene, calls, endpoints::put_one_that_is_off, payments, receipt},
};

/// The items of a table, and links, a code and a grant of the same keyring.
const WRITTEN: &str = "tests/data/written-by-0.1.json";

const REPORTS: [&str; 4] = ["store/12.json", "store/13.csv", "cn.json", "cn/east.csv"];

/// The content of a scene's table, and its reports. To write it for a version:
/// `WRITE_VERSION=tests/data/written-by-0.1.json cargo black-box version_writes`.
async fn written(world: &World, scene: &Scene) -> Value {
    let mut reports = json!({});
    for scope in REPORTS {
        reports[scope] = report(scene, scope).await;
    }
    let items = ask(&world.proxy.url, "Scan", &json!({"TableName": TABLE})).await;
    assert!(items.get("LastEvaluatedKey").is_none(), "one page has all");
    let code = calls::code(&keys().guests, 12);
    json!({"link": receipt(12, "open", scene.now), "answered": receipt(12, "answered", scene.now), "code": code,
        "grant": scene.token("report:"), "reports": reports, "items": items["Items"]})
}

async fn report(scene: &Scene, scope: &str) -> Value {
    let call = calls::new("GET /reports/{scope+}").at(&[("scope", scope)]).query("from=2026-11-19&to=2026-11-21");
    let reply = scene.reply(&call.grant("report:")).await;
    assert_eq!(reply.status, 200, "{scope}");
    String::from_utf8_lossy(&reply.body).into()
}

/// The steps of guests and an operator, and the count of them.
async fn play(scene: &Scene) {
    let program = json!({"app_id": "w", "page": "p", "files": {"w.txt": "w"}});
    let brand = json!({"name": "巷子小馆", "segments": {"1": "VIP"}, "wechat": program, "alipay": program,
        "privacy": {"zh-CN": "{days} 天", "en": "{days} days"}, "sorry": {"en": "Sorry."},
        "link": {"url": "https://club.example.cn", "text": {"en": "Club"}},
        "logo": "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9v9z\"/></svg>"});
    assert_eq!(scene.reply(&calls::new("PUT /brand").grant("admin").json(&brand)).await.status, 200);
    let answer = calls::new("POST /s/{link}").at(&[("link", &receipt(12, "answered", scene.now))]);
    assert_eq!(scene.reply(&answer.json(&json!({"answers": {"nps": 9, "csat": 5}}))).await.status, 201);
    scene.fill().await;
    let opened = calls::new("GET /t/{code}").at(&[("code", &calls::code(&keys().guests, 12))]);
    assert_eq!(scene.reply(&opened).await.status, 303);
}

/// Rare actions, on the day before: an answer is taken back, another is given again after that, and a third is erased.
/// A store switches to another survey, which has questions of every kind.
async fn play_seldom(scene: &Scene) {
    const SUBMISSION: &str = "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10";
    for payment in ["taken back", "anew"] {
        let link = signed_by(&keys().guests, 13, scene.now - 25.hours(), payment);
        let at = |route| calls::new(route).at(&[("link", &link)]);
        let first = at("POST /s/{link}").json(&json!({"answers": {"nps": 2, "csat": 1}, "submission": SUBMISSION}));
        assert_eq!(scene.reply(&first).await.status, 201);
        assert_eq!(scene.reply(&at("DELETE /s/{link}").header("submission", SUBMISSION)).await.status, 204);
        if payment == "anew" {
            let anew = at("POST /s/{link}").json(&json!({"answers": {"nps": 9, "csat": 5}}));
            assert_eq!(scene.reply(&anew).await.status, 201);
        }
    }
    // A guest who rates what they are asked, on a day whose orders are known by the hour.
    let link = signed_by(&keys().guests, 13, scene.now - 25.hours(), "themes");
    let at = |route| calls::new(route).at(&[("link", &link)]);
    let asked: Value = serde_json::from_slice(&scene.reply(&at("GET /s/{link}").wants_json()).await.body).unwrap();
    let themes = asked["questions"].as_array().unwrap().iter().filter(|question| question["max"] == 5);
    let answers: serde_json::Map<String, Value> =
        themes.map(|question| (question["id"].as_str().unwrap().to_owned(), json!(4))).collect();
    let answers = json!({"answers": answers.into_iter().chain([("nps".to_owned(), json!(9))]).collect::<serde_json::Map<_, _>>()});
    assert_eq!(scene.reply(&at("POST /s/{link}").json(&answers)).await.status, 201, "{answers}");
    told(scene).await;
    by_notice(scene).await;
    put_one_that_is_off(scene).await;
    found(scene).await;
    let orders = calls::new("PUT /stores/{store}/days/{day}").at(&[("store", "13"), ("day", "2026-11-20")]);
    let by_hour = json!({"orders": 90, "orders_by_hour": {"12": 90}});
    assert_eq!(scene.reply(&orders.grant("admin").json(&by_hour)).await.status, 200);
    let link = signed_by(&keys().guests, 13, scene.now - 25.hours(), "erased");
    let answer = calls::new("POST /s/{link}").at(&[("link", &link)]).json(&json!({"answers": {"nps": 0, "csat": 1}}));
    assert_eq!(scene.reply(&answer).await.status, 201);
    let visit = Claim::verify(&link, &keys().guests).unwrap().visit;
    assert!(scene.app.table.erase(visit).await.unwrap());
    let definition: Value = serde_json::from_str(include_str!("../surveys/delivery.json")).unwrap();
    let survey = calls::new("PUT /surveys/{id}").at(&[("id", "delivery")]).grant("admin");
    assert_eq!(scene.reply(&survey.json(&definition)).await.status, 201);
    let details = json!({"name": "Lujiazui", "path": "cn/east/shanghai", "time_zone": "Asia/Shanghai",
        "survey": "delivery", "opening": {"daily": ["10:00-14:00", "17:00-02:00"]}, "closed_on": ["2027-02-06"]});
    let store = calls::new("PUT /stores/{store}").at(&[("store", "14")]).grant("admin");
    assert_eq!(scene.reply(&store.json(&details)).await.status, 200);
    // Somebody is listed, signs in, and asks for a link; a grant is issued, used and ended.
    let li = json!({"name": "Li", "email": "li@example.cn", "mentions": {"wecom": "LiMing"},
        "roles": [{"role": "looks", "scope": "cn"}]});
    let at = |route| calls::new(route).at(&[("id", "li")]).grant("admin");
    let own = |form: &str| calls::new("POST /sign-in").header("sec-fetch-site", "same-origin").form(form);
    let grant = json!({"subject": "Li", "scope": "report:cn"});
    for (call, status) in [
        (at("PUT /people/{id}").json(&li), 201),
        (at("POST /people/{id}/link"), 201),
        (own("link=SIGN_IN"), 303),
        (own("email=li%40example.cn"), 200),
        (calls::new("POST /grants").grant("admin").json(&grant), 201),
    ] {
        assert_eq!(scene.reply(&call).await.status, status, "{}", call.name());
    }
}

/// A score fell, somebody acts, and a night found it.
async fn found(scene: &Scene) {
    let table = &scene.app.table;
    let (trend, action) = what_was_found();
    assert!(table.open_trend(&trend).await.unwrap() && table.put_action(&action).await.unwrap());
    let found = Found {
        watched: trend.watched.clone(),
        change: trend.change.clone(),
        trend: Some(trend.id.clone()),
        because: Vec::new(),
    };
    let night = Night { day: trend.id.day, watched: 9, days_apart: 100, nodes: Vec::new(), found: vec![found] };
    table.put_night(&night).await.unwrap();
}

fn what_was_found() -> (Trend, StoredAction) {
    let (day, at) = (date(2026, 11, 19), "2026-11-20T21:40:00Z".parse().unwrap());
    let watched = Watched { series: "dine-in".parse().unwrap(), scope: "store/13".parse().unwrap(), part: None };
    let change = json!({"direction": "down", "since": "2026-11-12", "earliest": "2026-11-11", "latest": "2026-11-13",
        "points": -14.5, "low": -20.0, "high": -9.0, "parts": [{"part": {"channel": "receipt"}, "difference": -9.5}]});
    let id = TrendId::of(day, &watched, Direction::Drop);
    let trend = Trend::open(id.clone(), watched, serde_json::from_value(change).unwrap(), at, Uuid::from_u128(7));
    let details =
        json!({"stores": [13], "start": "2026-11-20", "what": "One more host.", "owner": "li", "trends": [id]});
    let action = Action::new("20261120-00000007".parse().unwrap(), serde_json::from_value(details).unwrap()).unwrap();
    (trend, StoredAction { action, by: "li".into(), at, withdrawn_at: None, withdrawn_by: None })
}

/// An account is put, and a payment, one without a store and a refusal come to it by notice.
async fn by_notice(scene: &Scene) {
    for (call, status) in payments::of_one_account() {
        assert_eq!(scene.reply(&call).await.status, status, "{}", call.name());
    }
}

/// A notice that comes again meets its payment, which asks nobody twice; so does one of whose payment a later version knows
/// more. The account goes on.
async fn notices_go_on(world: &World, scene: &Scene) {
    let before = world.items("EVENT#").await.len();
    by_notice(scene).await;
    assert_eq!((before, world.items("EVENT#").await.len()), (1, 1));
    let payment = world.items("P#").await.remove(0);
    let key = json!({"pk": {"S": payment["pk"]}, "sk": {"S": payment["sk"]}});
    let changed = json!({"TableName": TABLE, "Key": key, "UpdateExpression": "SET #state = :state",
        "ExpressionAttributeNames": {"#state": "state"}, "ExpressionAttributeValues": {":state": {"S": "posted"}}});
    ask(&world.proxy.url, "UpdateItem", &changed).await;
    by_notice(scene).await;
    assert_eq!(world.items("P#").await.remove(0)["state"], "posted");
    let account = scene.reply(&calls::new("GET /accounts/{account}").at(&[("account", "till")]).grant("admin")).await;
    let account: Value = serde_json::from_slice(&account.body).unwrap();
    assert_eq!((&account["secrets_set"], &account["stores"][0]["from"]), (&json!(1), &json!("location")), "{account}");
    assert!(
        account["seen"]["payment-linked"]["notices"].as_u64().unwrap() > 0 && account["unmapped"][0].is_object(),
        "{account}"
    );
}

/// An endpoint is shown with how it fares and what it got, and put again it is switched on.
async fn endpoints_go_on(scene: &Scene) {
    let at = |route| calls::new(route).at(&[("endpoint", "old")]).grant("admin");
    let shown = async |call: calls::Call| -> Value {
        let reply = scene.reply(&call).await;
        assert_eq!(reply.status, 200, "{}", call.name());
        serde_json::from_slice(&reply.body).unwrap()
    };
    let old = shown(at("GET /endpoints/{endpoint}")).await;
    let latest = &old["deliveries"][0];
    assert_eq!(
        (&old["state"], &old["failed"], &latest["state"]),
        (&json!("off"), &json!(1), &json!("waiting")),
        "{old}"
    );
    assert_eq!(latest["attempts"].as_array().unwrap().len(), 2);
    let put = json!({"to": {"webhook": {"url": "https://hooks.example.invalid/old"}}});
    let again = shown(at("PUT /endpoints/{endpoint}").json(&put)).await;
    assert!(again["state"] == "on" && again.get("secret").is_none(), "its secret is kept: {again}");
}

/// A visit of the day before with more details from the till, and its answer.
async fn told(scene: &Scene) {
    let paid = scene.now - 25.hours();
    let context = json!({"table": "7", "staff": "lin", "amount": 18_800, "currency": "CNY", "items": ["宫保鸡丁"],
        "fields": {"shift": "noon"}});
    let body = json!({"store": 13, "payment": "told", "paid_at": paid, "context": context});
    assert_eq!(scene.reply(&calls::new("POST /links").grant("issue").json(&body)).await.status, 201);
    let link = signed_by(&keys().guests, 13, paid, "told");
    let answer = calls::new("POST /s/{link}").at(&[("link", &link)]).json(&json!({"answers": {"nps": 9, "csat": 5}}));
    assert_eq!(scene.reply(&answer).await.status, 201);
}

#[tokio::test]
async fn a_version_writes_what_it_can_read() {
    let world = World::new().await;
    let scene = Scene::of(&world.stack);
    play(&scene).await;
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
    let kinds = later::add_to(written["items"].as_array_mut().unwrap());
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["BRAND", "D", "L", "O", "R", "STORES", "SURVEY"]);
    serves(&written).await;
}

/// Every kind of item that the scene makes.
const KINDS: &str = "ACCOUNTS ACTIONS ASKED AUDIT BRAND C COUNT D DELIVERY DUE DUTY ENDPOINTS EVENT FAILED GRANTS HEALTH L N NODES \
                     NOTICED O P PEOPLE Q R SENDING SESSIONS SIGN-IN STORES SURVEY TRENDS UNMAPPED V WATCH";

#[tokio::test]
async fn what_a_later_version_adds_to_all_that_this_one_writes_is_passed_over() {
    let world = World::new().await;
    let scene = Scene::of(&world.stack);
    play_seldom(&scene).await;
    play(&scene).await;
    // The brand was put on the way: a scene that remembers no other reads its reports.
    let mut written = written(&world, &Scene::of(&world.stack)).await;
    let items = written["items"].as_array_mut().unwrap();
    // A count gives its lease back, and so does a sender: these were killed, and their leases have ended.
    for lease in ["COUNT", "SENDING"] {
        items.push(json!({"pk": {"S": lease}, "sk": {"S": "-"}, "holder": {"S": "a-later-count"},
            "until": {"N": scene.now.as_second().to_string()}}));
    }
    has_all_there_is(items);
    let kinds = later::add_to(items);
    assert_eq!(kinds.into_iter().collect::<Vec<_>>().join(" "), KINDS);

    let fresh = put_in(&written).await;
    let scene = Scene::of(&fresh.stack);
    for (scope, before) in written["reports"].as_object().unwrap() {
        assert_eq!(&report(&scene, scope).await, before, "{scope}");
    }
    // People who have signed in stay signed in, with the roles that are known here.
    let page = calls::new("GET /reports/{scope+}").at(&[("scope", "cn.html")]).in_session().wants_page();
    assert_eq!(scene.reply(&page).await.status, 200);
    let listed = scene.reply(&calls::new("GET /people").grant("admin")).await;
    let listed: Value = serde_json::from_slice(&listed.body).unwrap();
    let li = listed["people"].as_array().unwrap().iter().find(|person| person["id"] == "li").unwrap();
    assert_eq!((&li["sessions"], li["asked_at"].is_string()), (&json!(1), true));
    let (trend, action) = what_was_found();
    assert_eq!(scene.app.table.trend(&trend.id).await.unwrap().unwrap().trend, trend);
    assert_eq!(scene.app.table.action(&action.action.id).await.unwrap().unwrap(), action);
    let night = scene.app.table.last_night(trend.id.day, 7).await.unwrap().unwrap();
    assert_eq!(night.found[0].trend.as_ref(), Some(&trend.id));
    notices_go_on(&fresh, &scene).await;
    endpoints_go_on(&scene).await;
    let count = serves(&written).await;
    assert_eq!((count.written, count.unchanged, count.behind), (0, 9, 0), "{count:?}");
}

/// That the scene has made what is seldom there, so that something is added to it.
fn has_all_there_is(items: &[Value]) {
    let seldom = "asked_before closed_on complete_until erased items more network opening path put_at taken_back";
    for attribute in seldom.split(' ') {
        assert!(items.iter().any(|item| item.get(attribute).is_some()), "no item has {attribute}");
    }
    let contents = items.iter().filter_map(|item| item.get("content")?["B"].as_str()).map(inflated);
    let contents: Vec<Value> = contents.collect();
    for field in ["operations", "children", "answered", "signs", "shown_before"] {
        assert!(contents.iter().any(|content| content.get(field).is_some()), "no rollup has {field}");
    }
    let tallies = contents.iter().filter_map(|content| content["tallies"].as_object()).flat_map(|map| map.values());
    for field in ["signs", "ordered", "pairs", "tables", "staff", "amounts"] {
        assert!(tallies.clone().any(|tally| tally.get(field).is_some()), "no tally has {field}");
    }
}

/// The words in version 0.1's reports on the day before the running one, and those that replace them since the second
/// edition of the statistics. They are the interval of an NPS of 6 promoters, 3 passives and 16 detractors, in JSON and
/// in CSV. It is computed independently, by the operations of the program in their order. A temperature needs thirty
/// answers.
const SECOND_EDITION: [(&str, &str); 4] = [
    ("-66.96271149057739", "-69.74042331015549"),
    ("-4.465859937994016", "-4.333650763918601"),
    ("-66.96,-4.47", "-69.74,-4.33"),
    (
        r#"\"temperature\":{\"value\":29.802927833636204,\"low\":14.007478974056372,\"high\":45.59837669321604}"#,
        r#"\"temperature\":null"#,
    ),
];

fn fixture() -> Value {
    let mut written = std::fs::read_to_string(file(WRITTEN)).unwrap();
    for (first, second) in SECOND_EDITION {
        assert!(written.contains(first), "0.1 wrote {first}");
        written = written.replace(first, second);
    }
    serde_json::from_str(&written).unwrap()
}

/// A report on the day before the running one. Its counts mean the same in every version, and its intervals in every
/// edition of the statistics. For the running day later versions show less.
fn of_the_day_before(report: &str) -> Value {
    const DAY: &str = "2026-11-20";
    match serde_json::from_str::<Value>(report) {
        Ok(report) => {
            let days = report["days"].as_array().unwrap();
            days.iter().find(|day| day["day"] == DAY).unwrap_or_else(|| panic!("no {DAY}: {report}")).clone()
        }
        // A later version adds cells at the end.
        Err(_) => report.lines().filter(|line| line.contains(DAY)).map(|line| cells(line, 12)).collect(),
    }
}

/// The first cells of a line of CSV.
fn cells(line: &str, many: usize) -> String {
    line.split(',').take(many).collect::<Vec<_>>().join(",")
}

/// Puts the items into a fresh table.
async fn put_in(written: &Value) -> World {
    let world = World::new().await;
    for item in written["items"].as_array().unwrap() {
        ask(&world.proxy.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    }
    world
}

/// Does with the items what guests, managers and the count do, and returns what the first count did.
async fn serves(written: &Value) -> Summary {
    let world = put_in(written).await;
    let scene = Scene::of(&world.stack);
    let text = |name: &str| written[name].as_str().unwrap();
    let keys = keys().guests;
    let claim = Claim::verify(text("link"), &keys).unwrap();
    assert_eq!(claim.sign(&keys).unwrap().as_str(), text("link"), "the same payment keeps its link");
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
    count
}
