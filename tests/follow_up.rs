//! The results of a survey's rules for an answer are stored with it, and go with it.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    bending::form,
    harness::{World, proxy::Item},
};
use jiff::Timestamp;

const BAD: &str = "等了一个小时";

/// The data that are stored beside an answer.
async fn more(world: &World) -> Option<Value> {
    let mut items: Vec<Item> = world.items("R#").await;
    assert_eq!(items.len(), 1);
    items.remove(0).remove("more")
}

fn take_back(world: &World, link: &str, submission: Uuid) -> RequestBuilder {
    world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission.to_string())
}

#[tokio::test]
async fn an_answer_says_which_rule_held_until_it_is_taken_back_or_erased() {
    let world = World::new().await;
    let link = world.link("unhappy").await;
    let answers = json!({"nps": 2, "csat": 1, "why": BAD});
    // A part says nothing yet but that the guest would like a reply.
    let part = json!({"answers": {"nps": 2}, "partial": true, "asks_reply": true});
    assert_eq!(world.answer(&link, part).await.status, 201);
    assert_eq!(more(&world).await, Some(json!({"asks_reply": true})));
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    let whole = json!({"submission": first, "answers": answers});
    assert_eq!(world.answer(&link, whole.clone()).await.status, 201);
    assert_eq!(more(&world).await, Some(json!({"follow_up": {"severity": "high", "trigger": "csat"}})));
    assert_eq!(world.answer(&link, whole).await.status, 200);
    // A guest who asks for a reply only now has to know that the store did not get the request.
    let asks = json!({"submission": first, "answers": answers, "asks_reply": true});
    assert_eq!(world.answer(&link, asks).await.problem(), (409, "already-answered".into()));

    assert_eq!(world.send(take_back(&world, &link, first)).await.status, 204);
    assert_eq!(more(&world).await, None);
    let anew = json!({"submission": second, "answers": {"nps": 9, "csat": 5}, "asks_reply": true});
    assert_eq!(world.answer(&link, anew).await.status, 201);
    let asked = json!({"follow_up": {"severity": "high", "trigger": "asks-reply"}, "asks_reply": true});
    assert_eq!(more(&world).await, Some(asked));
    let erased = world.call(Method::POST, "/erasures", "admin", json!({"link": link})).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    assert_eq!(more(&world).await, None);
}

#[tokio::test]
async fn nobody_follows_up_what_is_content_imported_a_trial_or_came_by_a_code() {
    let bad = json!({"nps": 0, "csat": 1, "why": "食物中毒"});
    let now = Timestamp::now();
    for (channel, body, kept) in [
        ("receipt", json!({"answers": {"nps": 8, "csat": 4, "why": "还行"}}), None),
        ("receipt", json!({"answers": {"nps": 0, "csat": 1}}), None),
        ("receipt", json!({"answers": bad, "imported": true}), Some(json!({"imported": true}))),
        ("test", json!({"answers": bad, "asks_reply": true}), Some(json!({"asks_reply": true}))),
        ("receipt", json!({"answers": bad}), Some(json!({"follow_up": {"severity": "critical", "trigger": "text"}}))),
    ] {
        let world = World::new().await;
        let paid = json!({"store": 12, "payment": "p", "paid_at": now, "channel": channel});
        let sent = world.answer(&world.issue(paid).await, body.clone()).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        assert_eq!(more(&world).await, kept, "{channel} {body}");
    }
}

#[tokio::test]
async fn the_page_offers_a_reply_and_keeps_what_was_ticked_when_it_is_shown_again() {
    let world = World::new().await;
    let link = world.link("asks").await;
    let offer = "Please reply to me here";
    let box_of =
        |page: &str| page.split("name=\"asks_reply\"").nth(1).map(|rest| rest.split('>').next().unwrap().to_owned());
    let page = world.get(&format!("/s/{link}?lang=en"), "text/html").await.text;
    assert!(page.contains(offer) && !box_of(&page).unwrap().contains("checked"), "{page}");
    let again = world.send(form(&world, &link, "nps=3&asks_reply=true".into())).await;
    assert_eq!(again.status, 422);
    assert!(box_of(&again.text).unwrap().contains("checked"), "{}", again.text);
    assert_eq!(world.get(&format!("/s/{link}"), "application/json").await.json()["asks_reply"], true);
    assert_eq!(world.send(form(&world, &link, "nps=3&csat=4&asks_reply=true".into())).await.status, 201);
    assert_eq!(more(&world).await.unwrap()["follow_up"]["trigger"], "asks-reply");
    // Only programs bring in what other systems took.
    let sent = world.send(form(&world, &world.link("other").await, "nps=3&csat=4&imported=true".into())).await;
    assert_eq!(sent.status, 422);

    // A kiosk stays in the store when the guest goes.
    let paid = json!({"store": 12, "payment": "kiosk", "paid_at": Timestamp::now(), "channel": "kiosk"});
    let kiosk = world.issue(paid).await;
    assert!(box_of(&world.get(&format!("/s/{kiosk}"), "text/html").await.text).is_none());
    assert_eq!(world.get(&format!("/s/{kiosk}"), "application/json").await.json()["asks_reply"], false);
}

#[tokio::test]
async fn a_survey_whose_rule_is_wrong_is_refused_with_its_place() {
    let world = World::new().await;
    let put = async |rule: Value, question: &str| {
        let survey = json!({"id": "s", "title": {"en": "S"}, "follow_up": [rule],
            "questions": [{"id": question, "kind": "text", "text": {"en": "?"}}]});
        world.call(Method::PUT, "/surveys/s", "admin", survey).await
    };
    let refused = async |rule: Value, question: &str| {
        let reply = put(rule, question).await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        reply.json().to_string()
    };
    let right = json!({"severity": "high", "when": {"any_of": ["x"]}, "share": 0.5});
    let severity = refused(json!({"severity": "urgent", "when": {"asks_reply": true}}), "q").await;
    assert!(severity.contains("follow_up[0].severity"), "{severity}");
    let field = refused(json!({"severity": "high", "when": {"asks_replies": true}}), "q").await;
    assert!(field.contains("unknown field `follow_up[0].when.asks_replies`"), "{field}");
    let text = refused(json!({"severity": "high", "when": {"text": "w", "any_of": ["x"]}}), "q").await;
    assert!(text.contains("follow_up[0]: the survey has no text question w"), "{text}");
    for name in ["asks_reply", "imported"] {
        let reserved = refused(right.clone(), name).await;
        assert!(reserved.contains(&format!("{name}: the form itself has a field of this name")), "{reserved}");
    }
    let stored = put(right.clone(), "q").await;
    assert!(stored.status.is_success(), "{}", stored.text);
    let read = world.call(Method::GET, "/surveys/s", "admin", Value::Null).await.json();
    assert!(read.to_string().contains("\"share\":0.5"), "{read}");
}
