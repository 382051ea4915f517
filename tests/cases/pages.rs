//! The pages of cases: by a session, with forms that only they send.

use aftertaste::domain::{access::Ticket, case::CaseId, survey::Severity};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{FOLLOWS, answer, case, moved, opened, owns, unhappy, usual};
use crate::harness::{
    World, answers,
    browser::{Browser, list, operate},
};

async fn manager<'a>(world: &'a World, id: &str) -> Browser<'a> {
    signed_in(world, id, true).await
}

/// Somebody who reads Chinese.
async fn signed_in<'a>(world: &'a World, id: &str, contact: bool) -> Browser<'a> {
    let person = json!({"name": id, "language": "zh-CN", "roles": owns("store/12", contact)});
    assert_eq!(operate(world, Method::PUT, &format!("/people/{id}"), person).await.status, 201);
    Browser::signed_in(world, id).await
}

async fn send(browser: &Browser<'_>, id: &CaseId, fields: &[(&str, &str)]) -> crate::harness::Answer {
    let path = format!("/case/{id}");
    let token = browser.token(&path).await;
    browser.send(&path, &[&[("token", token.as_str())], fields].concat()).await
}

#[tokio::test]
async fn a_manager_goes_from_the_inbox_to_a_reply() {
    let world = World::new().await;
    let id = opened(&world, Severity::High, unhappy().known(json!({"table": "7"}))).await;
    let lin = manager(&world, "mei").await;
    let found = lin.open("/cases").await;
    assert_eq!(found.headers["location"], "/cases/store/12");
    let inbox = lin.open("/cases/store/12?lang=en").await;
    assert!(inbox.text.contains(&format!("/case/{id}?lang=en")) && inbox.text.contains("Nobody yet"), "{}", inbox.text);
    let page = lin.open(&format!("/case/{id}?lang=en")).await;
    assert!(page.text.contains("等了四十分钟") && page.text.contains("Take it"), "{}", page.text);
    let taken = send(&lin, &id, &[("v", "1"), ("move", "take")]).await;
    assert!(taken.status == 200 && taken.text.contains("mei"), "{}", taken.text);
    let again = send(&lin, &id, &[("v", "1"), ("move", "take")]).await;
    assert_eq!(again.status, 200, "the button was pressed twice");
    let empty = send(&lin, &id, &[("v", "2"), ("move", "answer"), ("cause", "waiting"), ("reply", " ")]).await;
    assert!(empty.status == 422 && empty.text.contains("请填写回复"), "{}", empty.text);
    let long = "味".repeat(301);
    let long = send(&lin, &id, &[("v", "2"), ("move", "answer"), ("cause", "dish"), ("reply", &long)]).await;
    assert!(long.status == 422 && long.text.contains("最多 300 个字") && long.text.contains(&"味".repeat(301)));
    assert!(long.text.contains("value=\"dish\" selected"), "what was chosen stays: {}", long.text);
    let reply = "对不起。<b>下次</b>\n请打 13812345678";
    let answered = send(&lin, &id, &[("v", "2"), ("move", "answer"), ("cause", "dish"), ("reply", reply)]).await;
    assert_eq!(answered.status, 200);
    assert!(answered.text.contains("&lt;b&gt;下次&lt;/b&gt;\n请打 ***"), "{}", answered.text);
    assert_eq!(case(&world, &id).await["cause"], "dish");
}

#[tokio::test]
async fn whoever_comes_late_sees_the_case_as_it_is() {
    let world = World::new().await;
    let id = usual(&world).await;
    let (lin, wang) = (manager(&world, "mei").await, manager(&world, "wang").await);
    assert_eq!(send(&lin, &id, &[("v", "1"), ("move", "take")]).await.status, 200);
    let late = send(&wang, &id, &[("v", "1"), ("move", "take")]).await;
    assert!(
        late.status == 409 && late.text.contains("有人先一步处理了") && late.text.contains("name=\"v\" value=\"2\"")
    );
    let early = send(&wang, &id, &[("v", "2"), ("move", "close"), ("outcome", "solved")]).await;
    assert!(early.status == 409 && early.text.contains("还没有回复顾客"), "{}", early.text);
    assert!(!early.text.contains("仍可提出异议"), "there is nothing to object to");
    for (v, step) in [("", "take"), ("2", "fly"), ("2", ""), ("-1", "take")] {
        assert_eq!(send(&wang, &id, &[("v", v), ("move", step)]).await.status, 422, "{v} {step}");
    }
    assert_eq!(case(&world, &id).await["v"], 2);
    let refused = moved(&world, &id, FOLLOWS, json!({"v": 2, "move": "close", "outcome": "solved"})).await;
    assert_eq!(refused.json()["detail"], "Its guest has no answer yet, so nobody knows that it is solved.");
    assert_eq!(answer(&world, &id, 2).await.status, 200);
    let early = send(&wang, &id, &[("v", "3"), ("move", "close"), ("outcome", "solved")]).await;
    assert!(early.status == 409 && early.text.contains("仍可提出异议"), "{}", early.text);
}

#[tokio::test]
async fn only_a_page_of_the_session_changes_a_case() {
    let world = World::new().await;
    let id = usual(&world).await;
    let lin = manager(&world, "mei").await;
    let path = format!("/case/{id}");
    let token = lin.token(&path).await;
    let take = [("v", "1"), ("move", "take")];
    assert_eq!(lin.send(&path, &take).await.status, 403, "without the token");
    let other = world.grant_keys().ticket(Ticket::Form, Uuid::new_v4());
    assert_eq!(lin.send(&path, &[take[0], take[1], ("token", &other)]).await.status, 403);
    for site in ["cross-site", "same-site", "none"] {
        let elsewhere = Browser { site, cookie: lin.cookie.clone(), world: &world };
        assert_eq!(elsewhere.send(&path, &[take[0], take[1], ("token", &token)]).await.status, 403, "{site}");
        let claim = [("store", "12"), ("code", "0123456789"), ("token", token.as_str())];
        assert_eq!(elsewhere.send("/awards", &claim).await.status, 403, "{site}");
    }
    let json = lin.request(Method::POST, &path).json(&json!({"v": 1, "move": "take"}));
    assert_eq!(world.send(json).await.status, 415);
    // No address changes anything by being opened.
    for query in ["move=take&v=1", "v=1&move=close&outcome=unsolved"] {
        assert_eq!(lin.open(&format!("{path}?{query}")).await.status, 200);
    }
    assert_eq!(case(&world, &id).await["v"], 1);
    assert_eq!(Browser::new(&world).open(&path).await.status, 401);
}

#[tokio::test]
async fn a_form_gives_an_award_that_another_hands_out() {
    let world = World::new().await;
    let id = usual(&world).await;
    let lin = manager(&world, "mei").await;
    let give = |sum: &'static str| [("v", "1"), ("move", "award"), ("to", "guest"), ("sum", sum), ("currency", "cny")];
    for wrong in ["", "x", "0", "12.345", "99999"] {
        assert_eq!(send(&lin, &id, &give(wrong)).await.status, 422, "{wrong}");
    }
    let given = send(&lin, &id, &give("20.5")).await;
    assert!(given.status == 200 && given.text.contains("20.50 CNY"), "{}", given.text);
    let code = world.items("AWARD#").await[0]["sk"].as_str().unwrap().to_owned();
    assert!(!given.text.contains(&code));
    let token = lin.token("/awards").await;
    let claim = async |code: &str| lin.send("/awards", &[("token", &token), ("store", "12"), ("code", code)]).await;
    let mistyped = claim("0000000000").await;
    assert!(mistyped.status == 404 && mistyped.text.contains("value=\"0000000000\""), "{}", mistyped.text);
    let spaced = format!("{} {}", &code[..5], &code[5..]);
    let handed = claim(&spaced).await;
    assert!(handed.status == 200 && handed.text.contains("20.50 CNY"), "{}", handed.text);
    let again = claim(&code).await;
    assert!(again.status == 409 && again.text.contains("已核销过"), "{}", again.text);
}

#[tokio::test]
async fn a_contact_is_shown_on_the_page_that_asked_for_it_and_no_other() {
    use aftertaste::{
        cases::push,
        domain::case::{Move, Moving},
        table::{CaseKey, Contact},
    };
    use jiff::Timestamp;
    let world = World::new().await;
    let guests = unhappy();
    let key = CaseKey::from(guests.visits(world.keyring())[0].0);
    let id = opened(&world, Severity::High, guests).await;
    let app = &world.stack.app;
    let contact = Contact { how: "<i>微信 lin_123".into(), agreed: "可以联系我".into(), at: Timestamp::now() };
    app.table.put_contact(&key, &contact).await.unwrap();
    let store = app.catalog.store(id.store, Timestamp::now()).await.unwrap().unwrap();
    let moving = Moving { by: "guest", at: Timestamp::now(), id: Uuid::new_v4(), store: &store };
    push(&app.table, &key, &Move::LeaveContact, moving).await.unwrap();
    let lin = manager(&world, "mei").await;
    let page = lin.open(&format!("/case/{id}")).await;
    assert!(page.text.contains("查看联系方式") && !page.text.contains("lin_123"), "{}", page.text);
    let read = send(&lin, &id, &[("v", "2"), ("move", "read-contact")]).await;
    assert!(read.text.contains("&lt;i&gt;微信 lin_123") && read.text.contains("可以联系我"), "{}", read.text);
    assert!(!lin.open(&format!("/case/{id}")).await.text.contains("lin_123"));
    let wu = signed_in(&world, "wu", false).await;
    assert!(!wu.open(&format!("/case/{id}")).await.text.contains("查看联系方式"));
    assert_eq!(send(&wu, &id, &[("v", "3"), ("move", "read-contact")]).await.status, 403);
}

#[tokio::test]
async fn pages_speak_three_languages_and_show_what_was_written_as_text() {
    let world = World::new().await;
    let markup = "<script>alert(1)</script>\"'>";
    let known = json!({"table": markup, "staff": markup, "items": [markup]});
    let id = opened(&world, Severity::Critical, unhappy().text(markup).known(known)).await;
    opened(&world, Severity::Praise, answers().text("谢谢小林")).await;
    list(&world, "mei", json!([{"role": "everything", "scope": "*"}])).await;
    let lin = Browser::signed_in(&world, "mei").await;
    for (language, words) in [("en", "Urgent"), ("zh-CN", "紧急"), ("zh-TW", "緊急")] {
        for path in [format!("/case/{id}"), "/cases/cn".into(), "/cases/cn?state=closed".into(), "/awards".into()] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = lin.open(&format!("{path}{joint}lang={language}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.text.contains(&format!("<html lang=\"{language}\"")) && !page.text.contains("<script>"));
            assert!(path.contains("closed") || path == "/awards" || page.text.contains(words), "{path} {language}");
        }
    }
    let report = lin.open("/reports/store/12.html?lang=en").await;
    assert!(report.text.contains("/cases/store/12"), "{}", report.text);
    let close = json!({"v": 1, "move": "take"});
    assert_eq!(moved(&world, &id, FOLLOWS, close).await.status, 200);
    let _: Value = case(&world, &id).await;
}
