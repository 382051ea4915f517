//! Answers of staff: by links and grants of their own, beside their guests' by whole months, never of fewer than five.

use std::time::Duration;

use aftertaste::domain::{survey::Response, visit::Channel};
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Guests, World, answers, browser, inflated};

/// The demo's stores, which ask their staff.
async fn world() -> World {
    World::with_catalog_age(Duration::ZERO).await
}

fn staff(store: u32) -> Guests {
    let mut staff = answers().store(store).channel(Channel::Staff);
    staff.response = Response { survey: "pulse".parse().unwrap(), version: 1, ..staff.response };
    staff.response.answers.clear();
    staff.nps(9).csat(5).scale("respect", 4)
}

/// The 20th of the month before last, and that month: whatever day today is, no answer comes in for it any more.
fn a_settled_day() -> (Timestamp, Date, String) {
    let today = Timestamp::now().in_tz("UTC").unwrap().date();
    let day = today.first_of_month().saturating_sub(40.days()).first_of_month().saturating_add(19.days());
    let paid = day.at(6, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    (paid, day, day.strftime("%Y-%m").to_string())
}

/// Counts the days around one, as the nightly count would have.
async fn count(world: &World, day: Date) {
    let (from, to) = (day.saturating_sub(1.day()), day.saturating_add(1.day()));
    world.fire("RollUpStoresHourly", json!({"from": from, "to": to})).await;
}

/// The report of a window that ends with the month of a day.
async fn report(world: &World, scope: &str, day: Date, scopes: &str) -> Value {
    let path = format!("/reports/{scope}.json?from={}&to={}", day.first_of_month(), day.last_of_month());
    let reply = world.call(Method::GET, &path, scopes, Value::Null).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

const BOTH: &str = "report:cn pulse:cn";

#[tokio::test]
async fn a_link_for_staff_asks_their_survey_and_needs_its_own_grant() {
    let world = world().await;
    let invited = json!({"store": 12, "payment": "invitation 7", "paid_at": Timestamp::now(), "channel": "staff"});
    for (scopes, problem) in
        [("issue", "grant-insufficient"), ("report: admin", "grant-insufficient"), ("pulse:cn/w", "grant-insufficient")]
    {
        let refused = world.call(Method::POST, "/links", scopes, invited.clone()).await;
        assert_eq!(refused.problem(), (403, problem.into()), "{scopes}");
    }
    let reply = world.call(Method::POST, "/links", "pulse:store/12", invited.clone()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let link = reply.json()["link"].as_str().unwrap().to_owned();
    let mut paid = invited.clone();
    paid["channel"] = json!("receipt");
    let refused = world.call(Method::POST, "/links", "pulse:", paid.clone()).await;
    assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "a till's grant is another");
    assert_ne!(world.issue(paid).await, link, "and a payment with the same id is another visit");

    let asked = world.get(&format!("/s/{link}?lang=en"), "application/json").await.json();
    assert_eq!((&asked["survey"], &asked["asks_reply"]), (&json!("pulse"), &json!(false)));
    assert!(asked["privacy"].as_str().unwrap().contains("five or more"), "{asked:#}");
    let page = world.get(&format!("/s/{link}?lang=zh-CN"), "text/html").await.text;
    assert!(page.contains("在这里工作感觉如何") && page.contains("满五人"), "{page}");
    let answered = world.answer(&link, json!({"answers": {"nps": 2, "csat": 1}})).await;
    assert_eq!(answered.status, 201, "{}", answered.text);
    let kept = world.items("R#").await.remove(0);
    assert!(kept.get("network").is_none() && kept.get("more").is_none(), "nothing tells one from another: {kept:?}");
    assert!(world.items("C#").await.is_empty() && world.items("V#").await.is_empty(), "nobody looks for who answered");
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 409);
    let again = world.get(&format!("/s/{link}?lang=en&end=answered"), "text/html").await.text;
    assert!(again.contains("This invitation has been answered"), "{again}");
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_said_in_a_sentence() {
    let world = world().await;
    let invited = |more: Value| {
        let mut invited = json!({"store": 12, "payment": "7", "paid_at": Timestamp::now(), "channel": "staff"});
        invited.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        invited
    };
    let refused = world.call(Method::POST, "/links", "pulse:", invited(json!({"segment": 1}))).await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    assert!(refused.text.contains("segment is for guests"), "{}", refused.text);
    let mut details = world.call(Method::GET, "/stores/12", "admin", Value::Null).await.json();
    for (survey, sentence) in [("nowhere", "There is no survey nowhere"), ("dine-in", "asks for texts")] {
        details["staff_survey"] = json!(survey);
        let refused = world.call(Method::PUT, "/stores/12", "admin", details.clone()).await;
        assert!(refused.status == 422 && refused.text.contains(sentence), "{survey}: {}", refused.text);
    }
    let link = world.call(Method::POST, "/links", "pulse:", invited(json!({}))).await.json()["link"].clone();
    details.as_object_mut().unwrap().remove("staff_survey");
    assert_eq!(world.call(Method::PUT, "/stores/12", "admin", details).await.status, 200);
    let refused = world.call(Method::POST, "/links", "pulse:", invited(json!({}))).await;
    assert!(refused.status == 422 && refused.text.contains("staff_survey"), "{}", refused.text);
    let closed = world.get(&format!("/s/{}", link.as_str().unwrap()), "application/json").await;
    assert_eq!(closed.problem(), (404, "survey-unknown".into()), "nobody asks them any more");
}

#[tokio::test]
async fn figures_stand_beside_the_guests_for_whoever_may_see_them_and_nobody_else() {
    let world = world().await;
    let (paid, day, month) = a_settled_day();
    answers().paid(paid).nps(3).times(6).put(&world).await;
    staff(12).paid(paid).nps(10).times(4).put(&world).await;
    staff(12).paid(paid).nps(0).csat(1).times(2).put(&world).await;
    staff(13).paid(paid).times(4).put(&world).await;
    staff(14).paid(paid).nps(9).times(5).put(&world).await;
    count(&world, day).await;

    let plain = report(&world, "store/12", day, "report:cn").await;
    let rich = report(&world, "store/12", day, BOTH).await;
    assert!(plain.get("staff").is_none(), "{plain:#}");
    let mut without = rich.clone();
    without.as_object_mut().unwrap().remove("staff");
    assert_eq!(plain, without, "staff move no figure of the guests'");
    assert_eq!((&plain["surveys"], &plain["responses"]), (&json!(["dine-in"]), &json!(6)));
    let figure = &rich["staff"];
    assert_eq!((&figure["month"], &figure["responses"]), (&json!(month), &json!(6)), "{figure:#}");
    let nps = figure["nps"].as_f64().unwrap();
    assert!((nps - 100.0 / 3.0).abs() < 1e-9 && figure["low"].as_f64().unwrap() < nps, "{figure:#}");
    assert_eq!(figure["questions"][2], json!({"question": "respect", "n": 6, "mean": 4.0}));

    // Of a node its stores, those of fewer than five without a number, and their sum.
    let node = report(&world, "cn/east/shanghai", day, BOTH).await["staff"].clone();
    let of = |store: &Value| (store["scope"].as_str().unwrap()[6..].parse().unwrap(), store["responses"].as_u64());
    let stores: Vec<(u32, Option<u64>)> = node["stores"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(stores, [(12, Some(6)), (13, None), (14, Some(5)), (15, None), (16, None)]);
    assert_eq!((&node["responses"], &node["n"]), (&json!(11), &json!(11)), "{node:#}");
    let top = report(&world, "cn", day, BOTH).await["staff"].clone();
    assert_eq!((&top["responses"], top["stores"].as_array().unwrap().len()), (&json!(11), 12), "{top:#}");
    assert!(report(&world, "cn", day, "report: pulse:store/12").await.get("staff").is_none());
    let other = report(&world, "store/13", day, BOTH).await["staff"].clone();
    assert_eq!((&other["responses"], &other["nps"], &other["questions"]), (&json!(0), &Value::Null, &json!([])));

    let asked = world.call(Method::GET, "/reports/store/12.json?survey=pulse@staff", BOTH, Value::Null).await;
    assert_eq!(
        asked.problem(),
        (404, "survey-unknown".into()),
        "they have no report of their own, by day or by window"
    );
}

#[tokio::test]
async fn a_month_is_not_shown_before_its_last_answer_can_have_come() {
    let world = world().await;
    staff(12).times(9).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let reply = world.call(Method::GET, "/reports/store/12.json", BOTH, Value::Null).await.json();
    assert_eq!(reply["staff"]["responses"], 0, "{:#}", reply["staff"]);
    assert_eq!((&reply["responses"], &reply["waiting"], &reply["surveys"]), (&json!(0), &json!(0), &json!([])));
    // An older version only sees a series of it, which it passes over.
    let rollup = world.items("D#store/12").await.remove(0);
    let content = inflated(rollup["content"].as_str().unwrap());
    assert!(content["tallies"].get("pulse@staff").is_some(), "{content:#}");
}

#[tokio::test]
async fn people_see_it_by_a_role_of_their_own() {
    let world = world().await;
    let (paid, day, month) = a_settled_day();
    staff(12).paid(paid).times(5).put(&world).await;
    answers().paid(paid).times(5).put(&world).await;
    count(&world, day).await;
    let path = format!("/reports/store/12.html?from={}&to={}&lang=en", day.first_of_month(), day.last_of_month());
    for (id, roles, sees) in [
        ("lin", json!([{"role": "looks", "scope": "cn"}]), false),
        ("hua", json!([{"role": "looks", "scope": "cn", "pulse": true}]), true),
        ("wei", json!([{"role": "owns-cases", "scope": "cn", "contact": true}]), false),
    ] {
        assert!(browser::list(&world, id, roles).await.status.is_success());
        let page = browser::Browser::signed_in(&world, id).await.open(&path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.contains("What staff say") && page.text.contains(&month), sees, "{id}: {}", page.text);
    }
    let refused = browser::list(&world, "mei", json!([{"role": "owns-cases", "scope": "cn", "pulse": true}])).await;
    assert!(refused.status == 422 && refused.text.contains("pulse is for the role looks"), "{}", refused.text);
}

#[tokio::test]
async fn a_store_that_moves_shows_the_same_on_its_own_report_as_on_its_node() {
    let world = world().await;
    let (paid, day, _) = a_settled_day();
    staff(12).paid(paid).nps(0).csat(1).times(1).put(&world).await;
    count(&world, day).await;
    let mut details = world.call(Method::GET, "/stores/12", "admin", Value::Null).await.json();
    details["path"] = json!("cn/south");
    assert_eq!(world.call(Method::PUT, "/stores/12", "admin", details).await.status, 200);
    staff(12).paid(paid + 24.hours()).nps(10).times(5).put(&world).await;
    count(&world, day.saturating_add(2.days())).await;
    let own = report(&world, "store/12", day, BOTH).await["staff"].clone();
    let node = report(&world, "cn/south", day, BOTH).await["staff"].clone();
    assert_eq!((&own["responses"], &own["nps"]), (&json!(5), &json!(100.0)), "the day before the move is on no report");
    assert_eq!((&node["responses"], &node["nps"]), (&json!(5), &json!(100.0)));
}

#[tokio::test]
async fn no_time_of_the_guests_report_moves_when_staff_answer() {
    let world = world().await;
    answers().hours_ago(24).times(6).put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let before = async || {
        let mut reports = Vec::new();
        for scope in ["store/12", "cn/east", "cn"] {
            let yesterday = world.report(scope).await["days"][0]["day"].as_str().unwrap().to_owned();
            reports.push(world.report_for(scope, &format!("from={yesterday}&to={yesterday}")).await);
        }
        reports
    };
    let first = before().await;
    assert!(first.iter().all(|report| report["counted_at"].is_string()), "{first:?}");
    staff(12).hours_ago(24).times(7).put(&world).await;
    let counted = world.fire("RollUpStoresHourly", Value::Null).await;
    assert!(counted["written"].as_u64().unwrap() >= 3, "it is counted: {counted}");
    assert_eq!(before().await, first);
}

#[tokio::test]
async fn a_survey_that_staff_are_asked_takes_no_texts_and_their_answers_are_erased_by_payment() {
    let world = world().await;
    let mut pulse: Value = serde_json::from_str(include_str!("../surveys/pulse.json")).unwrap();
    let text =
        json!({"id": "why", "kind": "text", "max_length": 100, "text": {"zh-CN": "？", "zh-TW": "？", "en": "?"}});
    pulse["questions"].as_array_mut().unwrap().push(text);
    let refused = world.call(Method::PUT, "/surveys/pulse", "admin", pulse).await;
    assert!(refused.status == 422 && refused.text.contains("asks for texts"), "{}", refused.text);

    let invited = json!({"store": 12, "payment": "invitation 7", "paid_at": Timestamp::now(), "channel": "staff"});
    let link = world.call(Method::POST, "/links", "pulse:", invited).await.json()["link"].clone();
    let answered = world.answer(link.as_str().unwrap(), json!({"answers": {"nps": 2, "csat": 1}})).await;
    assert_eq!(answered.status, 201);
    let day = world.report("store/12").await["to"].clone();
    let erased = json!({"store": 12, "day": day, "payment": "invitation 7"});
    let erased = world.call(Method::POST, "/erasures", "admin", erased).await;
    assert!(erased.status.is_success(), "{}", erased.text);
    assert!(world.items("R#").await[0]["answers"].as_object().unwrap().is_empty());
}
