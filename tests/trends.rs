//! Scores that changed: in the inbox, on their own pages, and the moves of the people who follow up.

use aftertaste::{
    domain::report::Meal,
    domain::{
        place::Scope,
        trend::{Change, ChangedPart, Moved, Trend, TrendId},
        visit::Channel,
        watch::{Direction, Part, Watched},
    },
};
use futures::future::join_all;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    cases::scene::owns,
    harness::{
        Answer, World,
        browser::{Browser, list, looks, operate},
        days_ago,
    },
};

/// A change of a score, named last night.
pub fn changed(scope: &str, direction: Direction, part: Option<Part>) -> Trend {
    let watched = Watched { series: "dine-in".parse().unwrap(), scope: scope.parse::<Scope>().unwrap(), part };
    let sign = if direction == Direction::Drop { 1.0 } else { -1.0 };
    let change = Change {
        direction,
        since: days_ago(5),
        earliest: days_ago(6),
        latest: days_ago(4),
        points: -14.5 * sign,
        low: -14.5 * sign - 5.5,
        high: -14.5 * sign + 5.5,
        beside: false,
        parts: None,
    };
    let id = TrendId::of(days_ago(1), &watched, direction);
    Trend::open(id, watched, change, Timestamp::now(), Uuid::new_v4())
}

pub async fn opened(world: &World, scope: &str, direction: Direction) -> TrendId {
    put(world, changed(scope, direction, None)).await
}

async fn put(world: &World, trend: Trend) -> TrendId {
    assert!(world.stack.app.table.open_trend(&trend).await.unwrap());
    trend.id
}

const FOLLOWS: &str = "follow:store/12";

pub async fn trend(world: &World, id: &TrendId) -> Value {
    let shown = world.call(Method::GET, &format!("/trend/{id}"), "follow:", Value::Null).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    shown.json()
}

async fn moved(world: &World, id: &TrendId, body: Value) -> Answer {
    world.call(Method::POST, &format!("/trend/{id}"), FOLLOWS, body).await
}

async fn inbox(world: &World, scope: &str, query: &str) -> Vec<String> {
    let inbox = world.call(Method::GET, &format!("/cases/{scope}{query}"), "follow:", Value::Null).await.json();
    inbox["trends"].as_array().unwrap().iter().map(|listed| listed["trend"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_inbox_shows_the_scores_of_its_scope_and_of_all_below() {
    let world = World::new().await;
    let [store, other, node, top] = [
        opened(&world, "store/12", Direction::Drop).await,
        opened(&world, "store/31", Direction::Drop).await,
        opened(&world, "cn/east", Direction::Rise).await,
        opened(&world, "cn", Direction::Drop).await,
    ]
    .map(|id| id.to_string());
    let delivery = put(&world, changed("cn/east", Direction::Drop, Some(Part::Channel(Channel::Delivery)))).await;
    assert_eq!(inbox(&world, "store/12", "").await, std::slice::from_ref(&store), "neither beside nor above it");
    assert_eq!(inbox(&world, "store/13", "").await, Vec::<String>::new());
    let east = inbox(&world, "cn/east", "").await;
    assert_eq!(east.len(), 3, "{east:?}");
    assert_eq!(east.last(), Some(&node), "a rise is no hurry");
    assert!(east.contains(&store) && east.contains(&delivery.to_string()), "{east:?}");
    let all = inbox(&world, "cn", "").await;
    assert!(all.len() == 5 && all.contains(&other) && all.contains(&top), "{all:?}");
    assert!(inbox(&world, "cn", "?page=2").await.is_empty(), "on the first page alone");
    assert!(inbox(&world, "cn", "?mine=1").await.is_empty() && inbox(&world, "cn", "?state=closed").await.is_empty());
    let id: TrendId = store.parse().unwrap();
    assert_eq!(moved(&world, &id, json!({"v": 1, "move": "take"})).await.status, 200);
    assert_eq!(inbox(&world, "cn", "?mine=1").await, std::slice::from_ref(&store));
    assert_eq!(moved(&world, &id, json!({"v": 2, "move": "close", "outcome": "explained"})).await.status, 200);
    assert!(inbox(&world, "store/12", "").await.is_empty());
    assert_eq!(inbox(&world, "cn", "?state=closed").await, [store]);
}

#[tokio::test]
async fn a_trend_says_what_changed_and_by_how_much() {
    let world = World::new().await;
    let mut dropped = changed("store/12", Direction::Drop, None);
    let part = ChangedPart::Meal(Meal::Dinner);
    dropped.change.parts = Some(vec![Moved { part, difference: -21.333_333 }]);
    let id = put(&world, dropped).await;
    let shown = trend(&world, &id).await;
    assert_eq!((&shown["scope"], &shown["series"]), (&json!("store/12"), &json!("dine-in")));
    assert_eq!((&shown["direction"], &shown["points"]), (&json!("down"), &json!(-14.5)));
    assert_eq!((&shown["low"], &shown["high"]), (&json!(-20.0), &json!(-9.0)));
    assert_eq!((&shown["since"], &shown["latest"]), (&json!(days_ago(5)), &json!(days_ago(4))));
    assert_eq!(shown["parts"], json!([{"part": {"meal": "dinner"}, "difference": -21.3}]));
    assert_eq!((&shown["state"], &shown["v"], &shown["overdue"]), (&json!("open"), &json!(1), &json!(false)));
    let due: Timestamp = shown["due"].as_str().unwrap().parse().unwrap();
    assert!(due > Timestamp::now() + 47.hours() && due < Timestamp::now() + 49.hours());
    let may = json!({"take": true, "hand_over": true, "act": true, "close": ["explained", "false-alarm", "unsolved"]});
    assert_eq!((&shown["may"], &shown["log"][0]["what"]), (&may, &json!("opened")));
    let rise = trend(&world, &opened(&world, "store/12", Direction::Rise).await).await;
    assert_eq!((&rise["may"]["act"], &rise["may"]["close"]), (&json!(false), &json!(["noted", "false-alarm"])));
    assert!(rise["due"].is_null());
    for unknown in ["20261120-0f1e2d3c4b5a6978", "20261131-0f1e2d3c4b5a6978", "x", "%2F", "20261120-0F1E2D3C4B5A6978"] {
        let refused = world.call(Method::GET, &format!("/trend/{unknown}"), "follow:", Value::Null).await;
        assert_eq!(refused.problem(), (404, "trend-unknown".into()), "{unknown}");
    }
}

#[tokio::test]
async fn a_trend_that_can_not_be_read_is_none() {
    let world = World::new().await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    crate::harness::browser::set(&world, "TRENDS", &id.to_string(), "trend", json!({"S": "{}"})).await;
    let refused = world.call(Method::GET, &format!("/trend/{id}"), FOLLOWS, Value::Null).await;
    assert_eq!(refused.problem(), (404, "trend-unknown".into()));
    assert!(inbox(&world, "store/12", "").await.is_empty());
}

#[tokio::test]
async fn whoever_may_not_follow_sees_and_moves_no_trend() {
    let world = World::new().await;
    let (store, node) =
        (opened(&world, "store/12", Direction::Drop).await, opened(&world, "cn/east", Direction::Drop).await);
    let take = json!({"v": 1, "move": "take"});
    for (id, scopes) in [
        (&store, "follow:store/13"),
        (&store, "follow:cn/north"),
        (&store, "report:"),
        (&store, "admin"),
        (&node, "follow:store/12"),
        (&node, "follow:cn/east/shanghai"),
        (&node, "report:cn/east"),
    ] {
        let path = format!("/trend/{id}");
        for (method, body) in [(Method::GET, Value::Null), (Method::POST, take.clone())] {
            let refused = world.call(method.clone(), &path, scopes, body).await;
            // An id can be worked out: of a score that is not theirs, the reply is as if there were none.
            let expected = match scopes.starts_with("follow:") {
                true => (404, "trend-unknown".to_owned()),
                false => (403, "grant-insufficient".to_owned()),
            };
            assert_eq!(refused.problem(), expected, "{scopes} {method} {path}");
        }
    }
    for (id, scopes) in
        [(&store, FOLLOWS), (&store, "follow:cn/east/shanghai"), (&node, "follow:cn/east"), (&node, "follow:cn")]
    {
        let shown = world.call(Method::GET, &format!("/trend/{id}"), scopes, Value::Null).await;
        assert_eq!(shown.status, 200, "{scopes}");
    }
    assert_eq!((&trend(&world, &store).await["v"], &trend(&world, &node).await["v"]), (&json!(1), &json!(1)));
    list(&world, "li", looks("store/12")).await;
    let viewer = Browser::signed_in(&world, "li").await;
    assert_eq!(viewer.open(&format!("/trend/{store}")).await.status, 403);
}

#[tokio::test]
async fn of_two_who_take_it_at_once_one_has_it() {
    let world = World::new().await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    let path = format!("/trend/{id}");
    let tokens = ["m1", "m2"].map(|subject| {
        let permissions = vec![FOLLOWS.parse().unwrap()];
        let expires = Timestamp::now() + 1.hour();
        let grant = aftertaste::domain::access::Grant {
            permissions,
            subject: subject.into(),
            expires,
            paid_within: None,
            issue: None,
        };
        aftertaste::token::sign(&grant, world.grant_keys()).unwrap()
    });
    let take = |token: &String| {
        let request = world.request(Method::POST, &path).bearer_auth(token);
        world.send(request.json(&json!({"v": 1, "move": "take"})))
    };
    let replies = join_all(tokens.iter().map(take)).await;
    let (made, late): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((made.len(), late.len()), (1, 1));
    let owner = made[0].json()["owner"].clone();
    assert_eq!(late[0].problem(), (409, "trend-moved".into()));
    let there = &late[0].json()["trend"];
    assert_eq!((&there["owner"], &there["v"], &there["state"]), (&owner, &json!(2), &json!("taken")));
    // Whoever has it may send it again, and nothing changes.
    let own = tokens.iter().zip(["m1", "m2"]).find(|(_, subject)| json!(subject) == owner).unwrap().0;
    assert_eq!(take(own).await.status, 200);
    assert_eq!(trend(&world, &id).await["log"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_can_not_be_taken_is_refused_with_a_sentence() {
    let world = World::new().await;
    list(&world, "wang", owns("store/13", false)).await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    let close = |outcome: &str| json!({"v": 1, "move": "close", "outcome": outcome});
    let with = |name: &str, value: Value| {
        let mut body = close("explained");
        body[name] = value;
        body
    };
    for (body, words) in [
        (json!({"v": 1}), "move is take, hand-over or close."),
        (json!({"v": 1, "move": "answer"}), "move is take, hand-over or close."),
        (json!({"move": "take"}), "v is the whole number that the trend had"),
        (json!({"v": "1", "move": "take"}), "v: "),
        (json!({"v": 1, "move": "take", "reply": "x"}), "unknown field `reply`"),
        (json!({"v": 1, "move": "close"}), "outcome is one of explained, false-alarm, unsolved."),
        (close("recovered"), "outcome is one of explained"),
        (close("noted"), "outcome is one of explained"),
        (with("note", json!("x".repeat(501))), "note is at most 500"),
        (with("note", json!("\u{202e}tsaE")), "note has control characters."),
        (with("cause", json!("weather")), "cause is an id"),
        (json!({"v": 1, "move": "hand-over"}), "to is the id of a person"),
        (json!({"v": 1, "move": "hand-over", "to": "nobody"}), "to is the id of a person"),
        (json!({"v": 1, "move": "hand-over", "to": "wang"}), "to is the id of a person"),
    ] {
        let refused = moved(&world, &id, body.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{body}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(words), "{body}: {detail}");
    }
    assert_eq!(trend(&world, &id).await["v"], 1);
    let handed = moved(&world, &id, json!({"v": 1, "move": "hand-over", "to": "chen"})).await.json();
    assert_eq!((&handed["owner"], &handed["state"]), (&json!("chen"), &json!("open")), "one of the node above it");
    let stale = moved(&world, &id, json!({"v": 1, "move": "take"})).await;
    assert_eq!(stale.problem(), (409, "trend-moved".into()));
    let note = "门口修路，电话 13812345678";
    let body = json!({"v": 2, "move": "close", "outcome": "explained", "cause": "waiting", "note": note});
    let closed = moved(&world, &id, body.clone()).await.json();
    assert_eq!((&closed["state"], &closed["outcome"]), (&json!("closed"), &json!("explained")));
    assert_eq!((&closed["note"], &closed["cause"]), (&json!("门口修路，电话 ***"), &json!("waiting")));
    assert_eq!(moved(&world, &id, body).await.status, 200, "the same form again");
    let late = moved(&world, &id, json!({"v": 3, "move": "take"})).await;
    assert_eq!(late.problem(), (409, "trend-moved".into()));
    assert_eq!(late.json()["detail"], "The trend is no longer where this begins.");
}

#[tokio::test]
async fn a_move_whose_reply_was_lost_is_made_once() {
    let world = World::new().await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    world.proxy.lose_replies("UpdateItem", 1);
    let taken = moved(&world, &id, json!({"v": 1, "move": "take"})).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["v"]), (200, &json!(2)), "{}", taken.text);
    assert_eq!(trend(&world, &id).await["log"].as_array().unwrap().len(), 2);
}

/// Somebody who reads Chinese and follows store 12.
async fn manager<'a>(world: &'a World, id: &str) -> Browser<'a> {
    let person = json!({"name": id, "language": "zh-CN", "roles": owns("store/12", false)});
    assert_eq!(operate(world, Method::PUT, &format!("/people/{id}"), person).await.status, 201);
    Browser::signed_in(world, id).await
}

async fn send(browser: &Browser<'_>, id: &TrendId, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/trend/{id}");
    let token = browser.token(&path).await;
    browser.send(&path, &[&[("token", token.as_str())], fields].concat()).await
}

#[tokio::test]
async fn a_manager_goes_from_the_inbox_to_a_closed_trend() {
    let world = World::new().await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    let mei = manager(&world, "mei").await;
    let inbox = mei.open("/cases/store/12?lang=en").await;
    assert!(inbox.text.contains("Scores that changed") && inbox.text.contains(&format!("/trend/{id}?lang=en")));
    assert!(inbox.text.contains("/actions/store/12?lang=en") && !inbox.text.contains("All done"), "{}", inbox.text);
    let page = mei.open(&format!("/trend/{id}?lang=en")).await;
    for words in
        ["fell by about 15 points (95 % interval: 9 to 20), most likely on", "looks larger than it is", "Take it"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(page.text.contains(&format!("/actions/store/12?trend={id}&amp;lang=en")), "{}", page.text);
    assert!(page.text.contains("/reports/store/12.html?from="), "{}", page.text);
    let taken = send(&mei, &id, &[("v", "1"), ("move", "take")]).await;
    assert!(taken.status == 200 && taken.text.contains("mei"), "{}", taken.text);
    let long = "味".repeat(501);
    let close = [("v", "2"), ("move", "close"), ("outcome", "unsolved"), ("cause", "dish"), ("note", &long)];
    let long_note = send(&mei, &id, &close).await;
    assert!(long_note.status == 422 && long_note.text.contains("最多 500 个字") && long_note.text.contains(&long));
    assert!(
        long_note.text.contains("value=\"dish\" selected") && long_note.text.contains("value=\"unsolved\" checked")
    );
    let without = send(&mei, &id, &[("v", "2"), ("move", "close")]).await;
    assert!(without.status == 422 && without.text.contains("请选择处理结果"), "{}", without.text);
    let late = send(&mei, &id, &[("v", "1"), ("move", "close"), ("outcome", "unsolved")]).await;
    assert!(late.status == 409 && late.text.contains("有人先一步处理了"), "{}", late.text);
    let close = [("v", "2"), ("move", "close"), ("outcome", "unsolved"), ("note", "<b>x</b>")];
    let closed = send(&mei, &id, &close).await;
    assert!(closed.status == 200 && closed.text.contains("&lt;b&gt;x&lt;/b&gt;"), "{}", closed.text);
    assert!(!closed.text.contains("value=\"take\"") && !closed.text.contains("value=\"close\""), "{}", closed.text);
}

#[tokio::test]
async fn only_a_page_of_the_session_moves_a_trend() {
    let world = World::new().await;
    let id = opened(&world, "store/12", Direction::Drop).await;
    let mei = manager(&world, "mei").await;
    let path = format!("/trend/{id}");
    let token = mei.token(&path).await;
    let take = [("v", "1"), ("move", "take")];
    assert_eq!(mei.send(&path, &take).await.status, 403, "without the token");
    let elsewhere = Browser { site: "cross-site", cookie: mei.cookie.clone(), world: &world };
    assert_eq!(elsewhere.send(&path, &[take[0], take[1], ("token", &token)]).await.status, 403);
    let json = mei.request(Method::POST, &path).json(&json!({"v": 1, "move": "take"}));
    assert_eq!(world.send(json).await.status, 415);
    assert_eq!(mei.open(&format!("{path}?move=take&v=1")).await.status, 200);
    assert_eq!(trend(&world, &id).await["v"], 1);
    assert_eq!(Browser::new(&world).open(&path).await.status, 401);
}

#[tokio::test]
async fn trends_speak_three_languages() {
    let world = World::new().await;
    let mut alike = changed("cn/east", Direction::Rise, Some(Part::Channel(Channel::Delivery)));
    alike.change.parts = Some(Vec::new());
    let ids = [opened(&world, "store/12", Direction::Drop).await, put(&world, alike).await];
    list(&world, "mei", json!([{"role": "everything", "scope": "*"}])).await;
    let mei = Browser::signed_in(&world, "mei").await;
    for (language, words) in [
        ("en", ["Scores that changed", "Fell", "Rose", "delivery", "It changed everywhere alike."]),
        ("zh-CN", ["评分变化", "下降", "上升", "外卖", "各部分的变化差不多。"]),
        ("zh-TW", ["評分變化", "下降", "上升", "外送", "各部分的變化差不多。"]),
    ] {
        let inbox = mei.open(&format!("/cases/cn?lang={language}")).await.text;
        assert!(words[..4].iter().all(|word| inbox.contains(word)), "{language}: {inbox}");
        let [dropped, risen] = [&ids[0], &ids[1]].map(|id| format!("/trend/{id}?lang={language}"));
        let (dropped, risen) = (mei.open(&dropped).await.text, mei.open(&risen).await.text);
        assert!(dropped.contains(&format!("<html lang=\"{language}\"")) && dropped.contains(words[1]), "{dropped}");
        assert!(!dropped.contains(words[4]) && risen.contains(words[4]) && risen.contains(words[3]), "{risen}");
    }
}
