//! Moves: each is made once, by somebody who may, and a refused one changes nothing.

use aftertaste::{
    cases::{Pushed, push, withdraw},
    domain::{
        case::{CaseId, Move, Moving},
        survey::Severity,
    },
    table::{CaseKey, Contact},
};
use futures::future::join_all;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{FOLLOWS, answer, case, moved, opened, opened_at, owns, unhappy, usual};
use crate::harness::{World, answers, browser::list};

/// A guest's step in their case.
async fn guest(world: &World, key: &CaseKey, step: &Move) {
    let app = &world.stack.app;
    let store = app.catalog.store(key.store, Timestamp::now()).await.unwrap().unwrap();
    let moving = Moving { by: "guest", at: Timestamp::now(), id: Uuid::new_v4(), store: &store };
    assert!(matches!(push(&app.table, key, step, moving).await.unwrap(), Pushed::Made(_)));
}

#[tokio::test]
async fn a_case_is_taken_answered_and_closed_when_its_guest_says_so() {
    let world = World::new().await;
    let guests = unhappy().known(json!({"table": "7", "staff": "lin", "amount": 18_850, "currency": "CNY"}));
    let key = CaseKey::from(guests.visits(world.keyring())[0].0);
    let id = opened(&world, Severity::High, guests).await;
    let shown = case(&world, &id).await;
    assert_eq!((&shown["state"], &shown["v"], &shown["severity"]), (&json!("open"), &json!(1), &json!("high")));
    assert_eq!((&shown["visit"]["table"], &shown["visit"]["amount"]), (&json!("7"), &json!(18_850)));
    let answers = shown["answers"].as_array().unwrap();
    let of = |question: &str| answers.iter().find(|answered| answered["question"] == question).unwrap();
    assert_eq!((&of("nps")["answer"], &of("csat")["answer"]), (&json!("2 / 10"), &json!("1 / 5")));
    assert_eq!(of("why")["answer"], "等了四十分钟，菜还是凉的");

    let taken = moved(&world, &id, FOLLOWS, json!({"v": 1, "move": "take"})).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!((&taken.json()["state"], &taken.json()["owner"]), (&json!("taken"), &json!("test")));
    let answered = answer(&world, &id, 2).await.json();
    assert_eq!((&answered["state"], &answered["cause"]), (&json!("answered"), &json!("waiting")));
    assert!(answered["due"].is_null() && answered["may"]["answer"] == false, "{answered}");
    // Nobody closes it as solved over the head of its guest.
    let early = moved(&world, &id, FOLLOWS, json!({"v": 3, "move": "close", "outcome": "solved"})).await;
    assert_eq!(early.problem(), (409, "case-moved".into()));
    assert!(early.json()["detail"].as_str().unwrap().starts_with("Its guest has not said"), "{}", early.text);
    guest(&world, &key, &Move::SayNotSolved).await;
    let again = case(&world, &id).await;
    assert_eq!((&again["state"], &again["reopened"], &again["level"]), (&json!("open"), &json!(1), &json!(1)));
    assert_eq!(answer(&world, &id, 4).await.status, 200);
    guest(&world, &key, &Move::SaySolved).await;
    let solved = case(&world, &id).await;
    assert_eq!(
        (&solved["state"], &solved["outcome"], &solved["said"]),
        (&json!("closed"), &json!("solved"), &json!("solved"))
    );
    let acts: Vec<&str> = solved["log"].as_array().unwrap().iter().map(|done| done["what"].as_str().unwrap()).collect();
    assert_eq!(acts, ["opened", "taken", "answered", "not-solved", "answered", "solved"]);
}

#[tokio::test]
async fn of_64_who_take_it_at_once_one_has_it() {
    let world = World::new().await;
    let id = usual(&world).await;
    // Somebody who presses often reads each time that it is made.
    let pressed = join_all((0..16).map(|_| moved(&world, &id, FOLLOWS, json!({"v": 1, "move": "take"})))).await;
    assert!(pressed.iter().all(|reply| reply.status == 200), "the same move of the same person");
    assert_eq!(case(&world, &id).await["v"], 2, "and made once");

    let id = usual(&world).await;
    let tokens = (0..64).map(|n| {
        let permissions = vec![FOLLOWS.parse().unwrap()];
        let expires = Timestamp::now() + 1.hour();
        let subject = format!("m{n}");
        let grant = aftertaste::domain::access::Grant { permissions, subject, expires, paid_within: None, issue: None };
        aftertaste::token::sign(&grant, world.grant_keys()).unwrap()
    });
    let path = format!("/case/{id}");
    let take = |token: String| {
        let request = world.request(Method::POST, &path).bearer_auth(token);
        world.send(request.json(&json!({"v": 1, "move": "take"})))
    };
    let replies = join_all(tokens.map(take)).await;
    let (made, late): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((made.len(), late.len()), (1, 63));
    let owner = made[0].json()["owner"].clone();
    for reply in late {
        assert_eq!(reply.problem(), (409, "case-moved".into()));
        let there = &reply.json()["case"];
        assert_eq!((&there["owner"], &there["v"], &there["state"]), (&owner, &json!(2), &json!("taken")));
    }
    assert_eq!(case(&world, &id).await["log"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn whoever_may_not_follow_sees_and_moves_nothing() {
    let world = World::new().await;
    let id = usual(&world).await;
    let path = format!("/case/{id}");
    let take = json!({"v": 1, "move": "take"});
    for scopes in ["follow:store/13", "follow:cn/north", "report:", "report:store/12", "admin", "contact:", "issue"] {
        for (method, path, body) in [
            (Method::GET, path.as_str(), Value::Null),
            (Method::POST, &path, take.clone()),
            (Method::GET, "/cases/store/12", Value::Null),
            (Method::GET, "/cases/cn/east", Value::Null),
            (Method::POST, "/awards", json!({"store": 12, "code": "0123456789"})),
        ] {
            let refused = world.call(method.clone(), path, scopes, body).await;
            assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{scopes} {method} {path}");
        }
    }
    for scopes in ["follow:", "follow:cn", "follow:cn/east/shanghai", "follow:store/12"] {
        assert_eq!(world.call(Method::GET, &path, scopes, Value::Null).await.status, 200, "{scopes}");
    }
    assert_eq!(world.send(world.request(Method::GET, &path)).await.problem(), (401, "grant-missing".into()));
    for unknown in ["12-20261121-0f1e2d3c4b5a69788796", "4040-20261121-0f1e2d3c4b5a69788796", "x", "12-%2F"] {
        let refused = world.call(Method::GET, &format!("/case/{unknown}"), "follow:", Value::Null).await;
        assert_eq!(refused.problem(), (404, "case-unknown".into()), "{unknown}");
    }
    assert_eq!(case(&world, &id).await["v"], 1);
}

#[tokio::test]
async fn what_can_not_be_taken_is_refused_with_a_sentence() {
    let world = World::new().await;
    list(&world, "wang", owns("store/13", false)).await;
    list(&world, "li", owns("cn/east", false)).await;
    let (id, praise) = (usual(&world).await, opened(&world, Severity::Praise, answers().text("很棒")).await);
    let reply = |reply: &str| json!({"v": 1, "move": "answer", "cause": "waiting", "reply": reply});
    for (body, words) in [
        (json!({"v": 1}), "move is take"),
        (json!({"v": 1, "move": "fly"}), "move is take"),
        (json!({"move": "take"}), "v is the whole number"),
        (json!({"v": "1", "move": "take"}), "v: "),
        (json!({"v": 1, "move": "take", "colour": 1}), "unknown field `colour`"),
        (reply(""), "reply is 1 to 300"),
        (reply(" \n "), "reply is 1 to 300"),
        (reply(&"味".repeat(301)), "reply is at most 300"),
        (json!({"v": 1, "move": "answer", "reply": "x"}), "cause is an id"),
        (json!({"v": 1, "move": "answer", "reply": "x", "cause": "weather"}), "cause is an id"),
        (json!({"v": 1, "move": "close"}), "outcome is one of solved, unsolved"),
        (json!({"v": 1, "move": "close", "outcome": "lapsed"}), "outcome is one of solved"),
        (json!({"v": 1, "move": "close", "outcome": "thanked"}), "outcome is one of solved"),
        (json!({"v": 1, "move": "close", "outcome": "not-ours", "note": "x".repeat(501)}), "note is at most 500"),
        (json!({"v": 1, "move": "hand-over"}), "to is the id of a person"),
        (json!({"v": 1, "move": "hand-over", "to": "nobody"}), "to is the id of a person"),
        (json!({"v": 1, "move": "hand-over", "to": "wang"}), "to is the id of a person"),
        (json!({"v": 1, "move": "award", "amount": 2000, "currency": "CNY"}), "to is guest or staff"),
        (json!({"v": 1, "move": "award", "to": "guest", "amount": 0, "currency": "CNY"}), "amount is a whole"),
        (json!({"v": 1, "move": "award", "to": "guest", "amount": 1_000_001, "currency": "CNY"}), "amount is a whole"),
        (json!({"v": 1, "move": "award", "to": "guest", "amount": 2.5, "currency": "CNY"}), "amount: "),
        (json!({"v": 1, "move": "award", "to": "guest", "amount": 1, "currency": "cny"}), "currency is a code"),
    ] {
        let refused = moved(&world, &id, FOLLOWS, body.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{body}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(words), "{body}: {detail}");
    }
    let needless = json!({"v": 1, "move": "answer", "reply": "谢谢", "cause": "service"});
    let needless = moved(&world, &praise, FOLLOWS, needless).await;
    assert!(needless.status == 422 && needless.text.contains("A praise has no cause"), "{}", needless.text);
    assert_eq!((case(&world, &id).await["v"].clone(), world.items("AWARD#").await.len()), (json!(1), 0));
    // One of a region above the store can have it, and a praise is thanked for and passed on.
    let handed = moved(&world, &id, FOLLOWS, json!({"v": 1, "move": "hand-over", "to": "li"})).await.json();
    assert_eq!(
        (&handed["owner"], &handed["state"], &handed["log"][1]["to"]),
        (&json!("li"), &json!("open"), &json!("li"))
    );
    let thanked = moved(&world, &praise, FOLLOWS, json!({"v": 1, "move": "answer", "reply": "谢谢"})).await;
    assert_eq!(thanked.status, 200, "{}", thanked.text);
    let closed = moved(&world, &praise, FOLLOWS, json!({"v": 2, "move": "close", "outcome": "thanked"})).await.json();
    assert_eq!((&closed["state"], &closed["outcome"]), (&json!("closed"), &json!("thanked")));
}

#[tokio::test]
async fn numbers_in_a_reply_are_masked_as_guests_are() {
    let world = World::new().await;
    let id = usual(&world).await;
    let reply = "抱歉。\r\n请打 13812345678 或写信到 li@example.cn";
    let body = json!({"v": 1, "move": "answer", "cause": "no-fault", "reply": reply});
    let answered = moved(&world, &id, FOLLOWS, body.clone()).await.json();
    assert_eq!(answered["reply"], "抱歉。\n请打 *** 或写信到 ***");
    // Sent again it is the same reply, and no second one.
    let again = moved(&world, &id, FOLLOWS, body).await;
    assert_eq!((again.status.as_u16(), &again.json()["v"]), (200, &json!(2)));
    let other = json!({"v": 1, "move": "answer", "cause": "no-fault", "reply": "别的话"});
    assert_eq!(moved(&world, &id, FOLLOWS, other).await.problem(), (409, "case-moved".into()));
    let close = json!({"v": 2, "move": "close", "outcome": "unreachable", "note": "电话 13812345678 无人接"});
    let closed = moved(&world, &id, FOLLOWS, close.clone()).await.json();
    assert_eq!(closed["note"], "电话 *** 无人接");
    assert_eq!(moved(&world, &id, FOLLOWS, close).await.status, 200);
}

#[tokio::test]
async fn a_move_whose_reply_was_lost_is_made_once() {
    let world = World::new().await;
    let id = usual(&world).await;
    world.proxy.lose_replies("UpdateItem", 1);
    let taken = moved(&world, &id, FOLLOWS, json!({"v": 1, "move": "take"})).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["v"]), (200, &json!(2)), "{}", taken.text);
    assert_eq!(case(&world, &id).await["log"].as_array().unwrap().len(), 2);
    world.proxy.set_down(true);
    let down = moved(&world, &id, FOLLOWS, json!({"v": 2, "move": "take"})).await;
    assert_eq!(down.problem(), (503, "unavailable".into()));
    world.proxy.set_down(false);
}

#[tokio::test]
async fn how_a_guest_wants_to_be_reached_is_read_by_few_and_each_time_noted() {
    let world = World::new().await;
    let guests = unhappy();
    let key = CaseKey::from(guests.visits(world.keyring())[0].0);
    let id = opened(&world, Severity::High, guests).await;
    let contact =
        Contact { how: "微信 lin_123".into(), agreed: "门店可以联系我".into(), at: Timestamp::now() };
    let read = json!({"move": "read-contact"});
    let both = "follow:store/12 contact:store/12";
    assert_eq!(moved(&world, &id, both, read.clone()).await.problem(), (404, "contact-unknown".into()));
    world.stack.app.table.put_contact(&key, &contact).await.unwrap();
    guest(&world, &key, &Move::LeaveContact).await;
    let shown = case(&world, &id).await;
    assert!(shown["has_contact"] == true && !shown.to_string().contains("lin_123"), "{shown}");
    assert_eq!(moved(&world, &id, FOLLOWS, read.clone()).await.problem(), (403, "grant-insufficient".into()));
    let elsewhere = "follow:store/12 contact:store/13";
    assert_eq!(moved(&world, &id, elsewhere, read.clone()).await.problem(), (403, "grant-insufficient".into()));
    for v in [3, 4] {
        let told = moved(&world, &id, both, read.clone()).await.json();
        assert_eq!((&told["contact"]["how"], &told["v"]), (&json!("微信 lin_123"), &json!(v)));
        assert_eq!(told["log"].as_array().unwrap().last().unwrap()["what"], "contact-read");
    }
    let deeds = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    let deeds = deeds["deeds"].as_array().unwrap();
    let reads = deeds.iter().filter(|deed| deed["what"] == "contact-read" && deed["on"] == id.to_string());
    assert_eq!(reads.count(), 2);
    assert!(!json!(deeds).to_string().contains("lin_123"));
    // It goes with the answer.
    let store = world.stack.app.catalog.store(id.store, Timestamp::now()).await.unwrap().unwrap();
    withdraw(&world.stack.app.table, &key, &store, Timestamp::now(), Uuid::new_v4()).await.unwrap();
    assert_eq!(moved(&world, &id, both, read).await.problem(), (404, "contact-unknown".into()));
}

#[tokio::test]
async fn an_answer_that_was_taken_back_leaves_a_case_without_words() {
    let world = World::new().await;
    let guests = unhappy().payment("gone");
    let (visit, response) = guests.visits(world.keyring()).remove(0);
    let id = opened(&world, Severity::Normal, guests).await;
    let table = &world.stack.app.table;
    table.take_back(visit, response.submission.unwrap()).await.unwrap();
    // Answered again, which is no case: its words are nobody's business here.
    let anew = unhappy().payment("gone").text("别处写的话").visits(world.keyring()).remove(0).1;
    let anew = aftertaste::domain::survey::Response { submission: Some(Uuid::new_v4()), ..anew };
    table.record(visit, &anew, Timestamp::now() + 9_000.hours()).await.unwrap();
    for shown in [
        case(&world, &id).await,
        world.call(Method::GET, "/cases/store/12", FOLLOWS, Value::Null).await.json()["cases"][0].clone(),
    ] {
        let text = shown.to_string();
        assert!(!text.contains("凉的") && !text.contains("别处写的话"), "{text}");
        assert_eq!(shown["case"], json!(id));
    }
    let store = world.stack.app.catalog.store(id.store, Timestamp::now()).await.unwrap().unwrap();
    let key = CaseKey::from(visit);
    withdraw(table, &key, &store, Timestamp::now(), Uuid::new_v4()).await.unwrap();
    let shown = case(&world, &id).await;
    assert_eq!(
        (&shown["state"], &shown["outcome"], &shown["answers"]),
        (&json!("closed"), &json!("withdrawn"), &json!([]))
    );
    let refused = answer(&world, &id, 2).await;
    assert_eq!(refused.problem(), (409, "case-moved".into()));
    let _: CaseId = shown["case"].as_str().unwrap().parse().unwrap();
}

#[tokio::test]
async fn nothing_that_is_shown_tells_the_payment_or_the_submission() {
    let world = World::new().await;
    let guests = unhappy().known(json!({"table": "7"}));
    let (visit, response) = guests.visits(world.keyring()).remove(0);
    let id = opened_at(&world, Severity::Normal, guests, Timestamp::now() - 3.hours()).await;
    let award = json!({"v": 1, "move": "award", "to": "guest", "amount": 2000, "currency": "CNY"});
    assert_eq!(moved(&world, &id, FOLLOWS, award).await.status, 200);
    let code = world.items("AWARD#").await[0]["sk"].as_str().unwrap().to_owned();
    let secrets = [visit.payment.to_string(), response.submission.unwrap().to_string(), code];
    for (path, accept) in [
        (format!("/case/{id}"), "application/json"),
        (format!("/case/{id}"), "text/html"),
        ("/cases/cn".to_owned(), "application/json"),
        ("/cases/cn".to_owned(), "text/html"),
    ] {
        let request = world.request(Method::GET, &path).bearer_auth(world.grant("follow:")).header("accept", accept);
        let shown = world.send(request).await;
        assert_eq!(shown.status, 200);
        for secret in &secrets {
            assert!(!shown.text.contains(secret), "{path} {accept} {secret}: {}", shown.text);
        }
        assert!(shown.text.contains("等了四十分钟"), "{path} {accept}: {}", shown.text);
    }
}
