//! People who are judged by the figures try to bend them: with their links, with the grants of a till, with answers of
//! their own.

use aftertaste::domain::visit::Channel;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{World, answers};

async fn figures(world: &World, scope: &str) -> (Value, Value, Value) {
    let report = world.report(scope).await;
    (report["responses"].clone(), report["nps"]["score"].clone(), report["taken_back"].clone())
}

pub fn form(world: &World, link: &str, body: String) -> reqwest::RequestBuilder {
    let request = world.request(Method::POST, &format!("/s/{link}?lang=en")).header("accept", "text/html");
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

#[tokio::test]
async fn staff_who_hold_the_links_can_not_make_bad_answers_vanish() {
    let world = World::new().await;
    let mut links = Vec::new();
    for (i, nps) in [10, 10, 10, 10, 10, 0, 0, 0, 0, 0].into_iter().enumerate() {
        let link = world.link(&format!("payment {i}")).await;
        let body = json!({"submission": Uuid::new_v4(), "answers": {"nps": nps, "csat": 3}});
        assert_eq!(world.answer(&link, body).await.status, 201);
        links.push(link);
    }
    let before = figures(&world, "store/12").await;
    assert_eq!(before, (json!(10), json!(0.0), json!(0)));
    for link in &links[5..] {
        // The till gets the same link again, and a photo of the receipt has it.
        let delete = || world.request(Method::DELETE, &format!("/s/{link}"));
        assert_eq!(world.send(delete()).await.problem(), (409, "not-taken-back".into()));
        let guessed = delete().header("submission", Uuid::new_v4().to_string());
        assert_eq!(world.send(guessed).await.problem(), (409, "not-taken-back".into()));
        for body in ["take_back=1".to_owned(), format!("take_back=1&submission={}", Uuid::new_v4())] {
            let page = world.send(form(&world, link, body)).await;
            assert!(page.status == 409 && page.text.contains("Only the phone"), "{}", page.text);
        }
        // Nor does any page of the link hand out what would take the answer back.
        for path in [format!("/s/{link}"), format!("/s/{link}?end=thanks"), format!("/s/{link}?end=answered")] {
            let shown = world.get(&path, "text/html").await.text;
            for item in world.items("R#").await {
                assert!(!shown.contains(item["submission"].as_str().unwrap()), "{path}");
            }
        }
        assert_eq!(world.answer(link, json!({"answers": {"nps": 10, "csat": 5}})).await.status, 409);
    }
    assert_eq!(figures(&world, "store/12").await, before);
}

#[tokio::test]
async fn what_a_guest_takes_back_stays_known_and_what_they_sent_before_does_not_come_in_again() {
    let world = World::new().await;
    let link = world.link("guest").await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    let send = async |submission: Uuid, nps: u8, partial: bool| {
        let body = json!({"submission": submission, "answers": {"nps": nps, "csat": 2}, "partial": partial});
        let answer = world.answer(&link, body).await;
        if answer.status.is_success() { (answer.status.as_u16(), String::new()) } else { answer.problem() }
    };
    let take_back = async |submission: Uuid| {
        let delete = world.request(Method::DELETE, &format!("/s/{link}")).header("submission", submission.to_string());
        world.send(delete).await.status.as_u16()
    };
    assert_eq!(
        take_back(first).await,
        409,
        "there is nothing of this submission: nor is it told whether there is another"
    );
    assert!(world.items("R#").await.is_empty(), "and nothing is left of having asked");
    assert_eq!(send(first, 2, false).await.0, 201);
    assert_eq!((take_back(first).await, take_back(first).await), (204, 204));
    let kept = world.items("R#").await.remove(0);
    let named: Vec<&str> =
        kept.keys().map(String::as_str).filter(|name| !["pk", "sk", "expires"].contains(name)).collect();
    for gone in ["seconds", "network", "submission", "table"] {
        assert!(!named.contains(&gone), "{kept:?}");
    }
    assert_eq!((&kept["answers"], &kept["taken_back"]), (&json!({}), &json!(first.to_string())));

    // A late beacon, and the whole answer once more.
    for partial in [true, false] {
        assert_eq!(send(first, 2, partial).await, (409, "taken-back-before".into()));
    }
    assert_eq!(send(second, 9, false).await.0, 201);
    assert_eq!(send(first, 2, true).await.0, 409);
    let report = world.report("store/12").await;
    assert_eq!((&report["taken_back"], &report["integrity"]["answered_anew"]), (&json!(1), &json!(1)));
    assert_eq!(take_back(second).await, 204);
    let report = world.report("store/12").await;
    assert_eq!((&report["taken_back"], &report["integrity"]["answered_anew"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_form_gone_back_to_after_taking_back_comes_again_filled_in_and_is_answered_anew() {
    let world = World::new().await;
    let link = world.link("back").await;
    let submission = Uuid::new_v4();
    let sent = format!("submission={submission}&nps=3&csat=2&why=slow");
    assert_eq!(world.send(form(&world, &link, sent.clone())).await.status, 201);
    let back = format!("take_back=1&submission={submission}");
    assert_eq!(world.send(form(&world, &link, back)).await.status, 200);
    let again = world.send(form(&world, &link, sent)).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("You have taken these answers back") && again.text.contains("slow"), "{}", again.text);
    let fresh = again.text.split("name=\"submission\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_ne!(fresh, submission.to_string());
    let sent = format!("submission={fresh}&nps=3&csat=2&why=slow");
    assert_eq!(world.send(form(&world, &link, sent)).await.status, 201);
}

#[tokio::test]
async fn an_answer_without_a_submission_says_that_it_can_not_be_taken_back() {
    let world = World::new().await;
    let link = world.link("program").await;
    let told = world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.json();
    assert_eq!((&told["status"], &told["can_be_taken_back"]), (&json!("recorded"), &json!(false)));
    assert_eq!(told["detail"], "It was sent without a submission, so it cannot be taken back.");
    let delete = world.request(Method::DELETE, &format!("/s/{link}"));
    assert_eq!(world.send(delete).await.problem(), (409, "not-taken-back".into()));
}

#[tokio::test]
async fn a_till_puts_answers_into_no_other_store_and_into_no_day_long_past() {
    let world = World::new().await;
    let paid = |store: u32, hours_ago: i64| {
        let paid_at = Timestamp::now() - hours_ago.hours();
        json!({"store": store, "payment": "p", "paid_at": paid_at, "channel": "receipt"})
    };
    let links = async |scopes: &str, store: u32| world.call(Method::POST, "/links", scopes, paid(store, 0)).await;
    let codes =
        async |scopes: &str, store: u32| world.call(Method::POST, "/codes", scopes, json!({"store": store})).await;
    for scopes in ["issue:store/12", "issue:cn/east/shanghai", "report: issue:store/12", "issue", "issue:"] {
        assert_eq!(
            (links(scopes, 12).await.status, codes(scopes, 12).await.status),
            (201.try_into().unwrap(), 201.try_into().unwrap()),
            "{scopes}"
        );
    }
    for scopes in ["issue:store/12", "issue:cn/east/shanghai", "report:cn/north", "admin"] {
        assert_eq!(links(scopes, 31).await.problem(), (403, "grant-insufficient".into()), "{scopes}");
        assert_eq!(codes(scopes, 31).await.problem(), (403, "grant-insufficient".into()), "{scopes}");
    }
    let fresh_only = world.grant_with("issue:store/12", Some(24));
    let issue = async |hours_ago: i64| {
        let request = world.request(Method::POST, "/links").bearer_auth(&fresh_only).json(&paid(12, hours_ago));
        world.send(request).await
    };
    assert_eq!(issue(23).await.status, 201);
    assert_eq!(issue(6 * 24).await.problem(), (422, "payment-too-old".into()));
    assert_eq!(world.call(Method::POST, "/links", "issue:store/12", paid(12, 6 * 24)).await.status, 201);
}

#[tokio::test]
async fn a_store_with_answers_of_its_own_making_stands_out_and_its_siblings_do_not() {
    let world = World::new().await;
    for store in [12, 13, 14, 15, 16] {
        // Yesterday to the minute, so that all fall into one business day that is over.
        let mut guests = answers().store(store).hours_ago(24).times(60);
        guests.response.answered_at = guests.paid_at() + 5.minutes();
        guests.put(&world).await;
    }
    let mut made_up = answers().store(14).hours_ago(24).payment("made up").nps(10).csat(5).times(60);
    made_up.response.answered_at = made_up.paid_at();
    made_up.response.network = Some(7);
    made_up.response.seconds = Some(1);
    made_up.put(&world).await;
    world.fire("RollUpStoresHourly", Value::Null).await;
    let node = world.report("cn/east/shanghai").await;
    for child in node["children"].as_array().unwrap() {
        let marks = child.get("stands_out").cloned().unwrap_or(json!([]));
        let expected =
            if child["scope"] == "store/14" { json!(["within_a_minute", "under_three_seconds"]) } else { json!([]) };
        assert_eq!(marks, expected, "{child}");
    }
    let page = world.call(Method::GET, "/reports/cn/east/shanghai.html?lang=en", "report:", Value::Null).await.text;
    assert!(page.contains("more often than others: answered in the minute of payment"), "{page}");
    assert!(page.contains("None of this is proof"), "{page}");
}

#[tokio::test]
async fn a_response_keeps_sixteen_bits_of_its_network_and_no_report_shows_them() {
    let world = World::new().await;
    for i in 0..5 {
        // Paid yesterday, to the minute: signs are shown of days that are over.
        let link = world.signed(12, Timestamp::now() - 24.hours(), &format!("{i}"));
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 9, "csat": 5}})).await.status, 201);
    }
    world.fire("RollUpStoresHourly", Value::Null).await;
    let networks: Vec<u64> = world.items("R#").await.iter().map(|item| item["network"].as_u64().unwrap()).collect();
    assert!(networks.iter().all(|network| *network == networks[0] && *network < 65_536), "{networks:?}");
    let report = world.report("store/12").await;
    let sign = |name: &str| {
        let signs = report["integrity"]["signs"].as_array().unwrap();
        signs.iter().find(|sign| sign["sign"] == name).cloned().unwrap_or_else(|| panic!("no {name}: {report}"))
    };
    assert_eq!(sign("one_network"), json!({"sign": "one_network", "k": 5, "n": 5, "share": 1.0}));
    assert_eq!(sign("within_a_minute")["n"], 5);
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains("\"network\""), "{text}");
}

#[tokio::test]
async fn answers_to_a_test_link_mix_with_nobody_and_are_not_made_to_wait() {
    let world = World::new().await;
    let paid = json!({"store": 12, "payment": "try", "paid_at": Timestamp::now(), "channel": "test"});
    let link = world.issue(paid).await;
    assert_eq!(world.answer(&link, json!({"answers": {"nps": 0, "csat": 1}})).await.status, 201);
    answers().channel(Channel::Receipt).times(5).put(&world).await;
    let report = world.report("store/12").await;
    assert_eq!((&report["survey"], &report["responses"]), (&json!("dine-in"), &json!(5)));
    assert_eq!(report["surveys"], json!(["dine-in", "dine-in@test"]));
    let tried = world.report_for("store/12", "survey=dine-in@test").await;
    assert_eq!(
        (&tried["responses"], &tried["waiting"], &tried["tied_to_payment"]),
        (&json!(1), &json!(0), &json!(false))
    );
}

#[tokio::test]
async fn no_link_of_another_kind_takes_the_mark_of_a_taking_back_away() {
    let world = World::with_catalog_age(std::time::Duration::ZERO).await;
    answers().hours_ago(24).times(5).put(&world).await;
    let paid_at = Timestamp::now() - 24.hours();
    let link = |channel: &'static str| {
        let paid = json!({"store": 12, "payment": "bad", "paid_at": paid_at, "channel": channel});
        world.issue(paid)
    };
    let (receipt, test) = (link("receipt").await, link("test").await);
    let submission = Uuid::new_v4();
    let send = async |link: &str, submission: Uuid| {
        world.answer(link, json!({"submission": submission, "answers": {"nps": 0, "csat": 1}})).await.status.as_u16()
    };
    // A trial before the guest's answer does not replace it, and a later trial hides nothing.
    assert_eq!((send(&test, Uuid::new_v4()).await, send(&receipt, submission).await), (201, 201));
    let delete = world.request(Method::DELETE, &format!("/s/{receipt}")).header("submission", submission.to_string());
    assert_eq!(world.send(delete).await.status, 204);
    assert_eq!(send(&test, Uuid::new_v4()).await, 409);
    // The store goes over to another survey, and the visit is answered again with that.
    let mut other: Value = serde_json::from_str(include_str!("../surveys/dine-in.json")).unwrap();
    other["id"] = json!("other");
    assert_eq!(world.call(Method::PUT, "/surveys/other", "admin", other).await.status, 201);
    let mut store = world.call(Method::GET, "/stores/12", "admin", Value::Null).await.json();
    store["survey"] = json!("other");
    assert_eq!(world.call(Method::PUT, "/stores/12", "admin", store).await.status, 200);
    assert_eq!(send(&receipt, Uuid::new_v4()).await, 201);
    world.fire("RollUpStoresHourly", Value::Null).await;
    for scope in ["store/12", "cn"] {
        let report = world.report_for(scope, "survey=dine-in").await;
        assert_eq!((&report["taken_back"], &report["integrity"]["answered_anew"]), (&json!(1), &json!(1)), "{scope}");
    }
}

#[tokio::test]
async fn a_kiosk_is_no_guests_phone_and_takes_nothing_back() {
    let world = World::new().await;
    let paid = json!({"store": 12, "payment": "kiosk", "paid_at": Timestamp::now(), "channel": "kiosk"});
    let link = world.issue(paid).await;
    let sent = world.send(form(&world, &link, format!("submission={}&nps=0&csat=1", Uuid::new_v4()))).await;
    assert!(sent.status == 201 && sent.text.contains("Thank you for being so open"), "{}", sent.text);
    assert!(!sent.text.contains("take_back"), "{}", sent.text);
    for end in ["thanks", "answered"] {
        let page = world.get(&format!("/s/{link}?end={end}"), "text/html").await.text;
        assert!(!page.contains("take_back"), "{page}");
    }
}
