//! A guest asks to be forgotten: what they said is gone from the table and from the figures at once, and for good.

use aftertaste::table::Work;
use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    blinding::{chain, count, count_as, poison, yesterday},
    harness::{
        Answer, World, answers, days_ago,
        proxy::{Item, ask},
    },
};

async fn erase(world: &World, body: Value) -> Answer {
    world.call(Method::POST, "/erasures", "admin", body).await
}

/// That one answer is erased, and its day is counted.
async fn is_erased(world: &World, body: Value) {
    let erased = erase(world, body).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    assert_eq!(erased.json(), json!({"erased": 1, "counted": true}));
}

async fn send(world: &World, link: &str, submission: Uuid, partial: bool) -> Answer {
    let said = json!({"nps": 0, "csat": 1, "why": "a hair in the soup"});
    world.answer(link, json!({"submission": submission, "answers": said, "seconds": 40, "partial": partial})).await
}

async fn take_back(world: &World, link: &str, submission: Uuid) -> Answer {
    let delete = world.request(Method::DELETE, &format!("/s/{link}"));
    world.send(delete.header("submission", submission.to_string())).await
}

/// A day's figures in a scope's report: answers, the NPS, parts, those taken back; and all of it as text.
async fn figures(world: &World, scope: &str, days: i64) -> ([Value; 4], String) {
    let report = world.report_for(scope, &format!("from={0}&to={0}", days_ago(days))).await;
    let of = |name: &str| report[name].clone();
    ([of("responses"), report["nps"]["score"].clone(), of("partial"), of("taken_back")], report.to_string())
}

fn is_marked(item: &Item) -> bool {
    item.get("erased") == Some(&json!(true))
}

/// The one item that was erased; and the others.
async fn items(world: &World) -> (Item, Vec<Item>) {
    let (mut erased, others): (Vec<Item>, Vec<Item>) = world.items("R#").await.into_iter().partition(is_marked);
    assert_eq!(erased.len(), 1);
    (erased.remove(0), others)
}

async fn deeds(world: &World) -> Vec<Value> {
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    trail["deeds"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_answer_is_erased_by_its_link_and_nobody_elses_with_it() {
    let world = World::new().await;
    answers().hours_ago(24).nps(10).csat(5).text("lovely").times(5).put(&world).await;
    let others = world.items("R#").await;
    let link = world.signed(12, Timestamp::now() - 24.hours(), "guest");
    let submission = Uuid::new_v4();
    assert_eq!(send(&world, &link, submission, false).await.status, 201);
    count(&world).await.unwrap();
    for scope in ["store/12", "cn/east/shanghai", "cn"] {
        assert_eq!(figures(&world, scope, 1).await.0[0], json!(6), "{scope}");
    }
    assert!(figures(&world, "store/12", 1).await.1.contains("hair"));

    is_erased(&world, json!({"link": link})).await;
    for scope in ["store/12", "cn/east/shanghai", "cn"] {
        let (figures, text) = figures(&world, scope, 1).await;
        assert_eq!(figures, [json!(5), json!(100.0), json!(0), json!(0)], "{scope}");
        assert!(!text.contains("hair"), "{text}");
    }
    let (erased, mut left) = items(&world).await;
    let mut names: Vec<&str> = erased.keys().map(String::as_str).collect();
    names.sort_unstable();
    let kept = ["answered_at", "answers", "channel", "erased", "expires", "partial"];
    assert_eq!(names, [kept.as_slice(), &["pk", "segment", "sk", "survey", "version"]].concat());
    assert_eq!(
        (&erased["answers"], &erased["channel"], &erased["segment"]),
        (&json!({}), &json!("unknown"), &json!(0))
    );
    let minute = erased["sk"].as_str().unwrap().split_once("Z#").unwrap().0.to_owned();
    assert_eq!(erased["answered_at"], format!("{minute}:00Z"), "it says no more than the key");
    let mut before = others;
    for items in [&mut left, &mut before] {
        items.sort_by_key(|item| item["sk"].as_str().unwrap().to_owned());
    }
    assert_eq!(left, before);

    let trail = deeds(&world).await;
    assert_eq!(trail.len(), 1, "{trail:?}");
    assert_eq!((&trail[0]["what"], &trail[0]["by"]), (&json!("response-erased"), &json!("test")));
    assert_eq!(trail[0]["on"], format!("store/12 {}", days_ago(1)));
    let written = serde_json::to_string(&world.items("AUDIT").await).unwrap();
    let hash = erased["sk"].as_str().unwrap().split('#').nth(1).unwrap();
    assert!(!written.contains(&link) && !written.contains("guest") && !written.contains(hash), "{written}");
    // The schedule's count finds what the erasing has counted.
    let counted = count(&world).await.unwrap();
    assert_eq!((counted.written, counted.kept, counted.responses), (0, 0, 5), "{counted:?}");
}

#[tokio::test]
async fn a_payment_of_a_day_that_no_schedule_counts_is_erased_and_its_day_is_counted_at_once() {
    let world = World::new().await;
    let paid = Timestamp::now() - (20 * 24).hours();
    let guests = |payment: &str| answers().paid(paid).payment(payment);
    guests("others").nps(9).times(5).put(&world).await;
    for payment in ["till", "late"] {
        guests(payment).nps(0).csat(1).text("a hair in the soup").put(&world).await;
    }
    let day = days_ago(20);
    count_as(&world, json!({"from": day, "to": day})).await.unwrap();
    assert_eq!(figures(&world, "cn", 20).await.0[0], json!(7));

    is_erased(&world, json!({"store": 12, "day": day, "payment": "till 0"})).await;
    assert_eq!(figures(&world, "cn", 20).await.0[0], json!(6));
    let expired = world.signed(12, paid, "late 0");
    assert_eq!(world.get(&format!("/s/{expired}"), "application/json").await.problem().0, 410);
    is_erased(&world, json!({"link": expired})).await;
    for scope in ["store/12", "cn/east", "cn"] {
        let (figures, text) = figures(&world, scope, 20).await;
        assert_eq!(figures, [json!(5), json!(100.0), json!(0), json!(0)], "{scope}");
        assert!(!text.contains("hair"), "{text}");
    }
    let rollups = world.items("D#store/12").await;
    assert_eq!(rollups.iter().map(|rollup| rollup["items"].clone()).collect::<Vec<_>>(), [json!(7)]);
    let others = world.items("R#").await.into_iter().filter(|item| !is_marked(item)).count();
    assert_eq!(others, 5);
    for item in world.items("R#").await.iter().filter(|item| is_marked(item)) {
        assert!(item.get("submission").is_none() && item["answers"] == json!({}), "{item:?}");
    }
    let trail = serde_json::to_string(&deeds(&world).await).unwrap();
    assert!(!trail.contains("till 0") && !trail.contains("late 0"), "{trail}");
}

#[tokio::test]
async fn nothing_that_is_sent_to_an_erased_visit_brings_anything_back() {
    for state in ["whole", "partial", "taken back"] {
        let world = World::new().await;
        let (link, submission) = (world.link(state).await, Uuid::new_v4());
        assert_eq!(send(&world, &link, submission, state == "partial").await.status, 201);
        if state == "taken back" {
            assert_eq!(take_back(&world, &link, submission).await.status, 204);
        }
        is_erased(&world, json!({"link": link})).await;
        let (erased, _) = items(&world).await;
        let text = serde_json::to_string(&erased).unwrap();
        assert!(!text.contains(&submission.to_string()) && !text.contains("hair"), "{state}: {text}");

        for (submission, partial) in [(submission, false), (submission, true), (Uuid::new_v4(), false)] {
            let refused = send(&world, &link, submission, partial).await;
            assert_eq!(refused.problem(), (409, "already-answered".into()), "{state}");
            assert_eq!(refused.json().get("can_be_taken_back"), None, "{state}");
        }
        let refused = take_back(&world, &link, submission).await;
        assert_eq!(refused.problem(), (409, "not-taken-back".into()), "{state}");
        assert_eq!(items(&world).await.0, erased, "{state}");
        // Done again it changes nothing, and says the same.
        is_erased(&world, json!({"link": link})).await;
        assert_eq!(items(&world).await.0, erased, "{state}");

        let report = world.report("store/12").await;
        for name in ["responses", "partial", "taken_back", "waiting", "running"] {
            assert_eq!(report[name], json!(0), "{state} {name}");
        }
        assert_eq!(world.items("D#store/12").await[0]["items"], json!(1), "{state}: the item is met");
        count(&world).await.unwrap();
    }
}

#[tokio::test]
async fn an_erasing_needs_admin_and_one_visit_that_was_answered() {
    let world = World::new().await;
    let (link, day) = (world.link("guest").await, days_ago(0));
    let named = json!({"store": 12, "day": day, "payment": "guest"});
    for scopes in ["issue", "report:", "report:store/12", "admin:cn", "admin:store/12"] {
        let refused = world.call(Method::POST, "/erasures", scopes, named.clone()).await;
        assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{scopes}");
    }
    let bare = world.send(world.request(Method::POST, "/erasures").json(&named)).await;
    assert_eq!(bare.problem(), (401, "grant-missing".into()));
    for (body, status, kind) in [
        (json!({"link": link}), 404, "response-unknown"),
        (named, 404, "response-unknown"),
        (json!({"link": "forged"}), 404, "link-unknown"),
        (json!({"store": 4_040, "day": day, "payment": "guest"}), 404, "store-unknown"),
        (json!({}), 422, "invalid"),
        (json!({"link": link, "store": 12}), 422, "invalid"),
        (json!({"store": 12, "day": day}), 422, "invalid"),
        (json!({"store": 12, "day": day, "payment": ""}), 422, "invalid"),
        (json!({"store": 12, "day": "2026-02-30", "payment": "guest"}), 422, "invalid"),
        (json!({"store": 0, "day": day, "payment": "guest"}), 422, "invalid"),
        (json!({"link": link, "why": "they asked"}), 422, "invalid"),
    ] {
        assert_eq!(erase(&world, body.clone()).await.problem(), (status, kind.into()), "{body}");
    }
    for prefix in ["AUDIT", "COUNT", "D#", "R#"] {
        assert!(world.items(prefix).await.is_empty(), "{prefix}");
    }
}

#[tokio::test]
async fn while_another_count_runs_the_caller_is_asked_to_send_it_again_for_the_count() {
    let world = World::new().await;
    answers().hours_ago(24).nps(9).times(5).put(&world).await;
    answers().hours_ago(24).payment("till").nps(0).put(&world).await;
    count(&world).await.unwrap();
    let table = &world.stack.app.table;
    let (other, now) = (Uuid::new_v4(), Timestamp::now());
    assert!(table.take_lease(Work::Counting, other, now, now + 10.minutes()).await.unwrap());
    let named = json!({"store": 12, "day": days_ago(1), "payment": "till 0"});
    let refused = erase(&world, named.clone()).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["counted"]), (202, &json!(false)));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("Another count is running. Send this again"), "{detail}");
    assert_eq!(items(&world).await.0["answers"], json!({}));
    assert_eq!(figures(&world, "cn", 1).await.0[0], json!(6), "as it was counted");
    assert_eq!(world.items("COUNT").await[0]["holder"], other.to_string(), "the lease is whose it was");

    table.give_back_lease(Work::Counting, other).await.unwrap();
    is_erased(&world, named).await;
    assert_eq!(figures(&world, "cn", 1).await.0[0], json!(5));
    assert!(world.items("COUNT").await.is_empty(), "it gives its lease back");
    assert_eq!(deeds(&world).await.len(), 2, "each is a deed of somebody");
}

#[tokio::test]
async fn a_store_whose_only_answer_is_erased_stays_known_and_others_stay_as_they_were() {
    let world = chain().await;
    answers().store(21).hours_ago(24).payment("till").put(&world).await;
    poison(&world, "STORES", "000013", "name", json!({"N": "1"})).await;
    count(&world).await.unwrap();
    assert_eq!(yesterday(&world, "cn").await, (31, vec![13]));
    // Another guest of store 12 has answered since: the hourly count has that, and not the erasing.
    answers().store(12).hours_ago(24).put(&world).await;
    is_erased(&world, json!({"store": 21, "day": days_ago(1), "payment": "till 0"})).await;
    assert_eq!(yesterday(&world, "cn/east/hangzhou").await, (0, vec![]));
    assert_eq!(yesterday(&world, "cn").await, (30, vec![13]), "who is behind is so still");
    assert_eq!(yesterday(&world, "cn/north").await, (10, vec![]));
    let counted = count(&world).await.unwrap();
    assert_eq!(counted.kept, 0, "nothing was lost: {counted:?}");
    assert_eq!(yesterday(&world, "cn").await, (31, vec![13]));
}

#[tokio::test]
async fn a_version_that_does_not_know_the_mark_reads_a_part_without_answers() {
    let world = World::new().await;
    answers().hours_ago(24).nps(9).times(5).put(&world).await;
    answers().hours_ago(24).payment("till").nps(0).put(&world).await;
    is_erased(&world, json!({"store": 12, "day": days_ago(1), "payment": "till 0"})).await;
    let (erased, _) = items(&world).await;
    // An earlier version passes over an attribute that it does not know: to it there is none.
    let key = json!({"pk": {"S": erased["pk"]}, "sk": {"S": erased["sk"]}});
    let request = json!({"TableName": TABLE, "Key": key, "UpdateExpression": "REMOVE #erased",
        "ExpressionAttributeNames": {"#erased": "erased"}});
    ask(&world.proxy.url, "UpdateItem", &request).await;
    let counted = count(&world).await.unwrap();
    assert_eq!((counted.responses, counted.unreadable, counted.kept), (6, 0, 0), "{counted:?}");
    assert_eq!(figures(&world, "store/12", 1).await.0, [json!(5), json!(100.0), json!(1), json!(0)]);
}
