//! A guest's words go: with the answer, or when they want it.

use aftertaste::domain::case::State;
use reqwest::Method;
use serde_json::json;

use super::{Guest, cases};
use crate::harness::World;

#[tokio::test]
async fn an_answer_that_is_taken_back_takes_its_case_along() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "back").await;
    let first = guest.submission;
    assert_eq!(guest.post(json!({"contact": {"how": "13812345678"}})).await.status, 200);
    guest.is_replied_to().await;
    assert_eq!(guest.takes_back().await.status, 204);
    let case = guest.case().await.case;
    assert!(case.is_withdrawn() && case.reply.is_none() && !case.contact);
    assert_eq!(world.items("K#").await.len(), 0);

    let guest = guest.anew().await;
    assert_eq!(guest.answers(4).await.status, 201);
    assert!(guest.case().await.case.is_withdrawn());
    assert_eq!(guest.by_link().await.problem(), (404, "link-unknown".into()));
    assert_eq!(guest.takes_back().await.status, 204);

    let guest = guest.anew().await;
    assert_eq!(guest.answers(1).await.status, 201);
    let case = guest.case().await.case;
    assert_eq!((case.state, case.reply.as_deref(), cases(&world).await.len()), (State::Open, None, 1));
    assert_eq!(guest.sees().await["state"], "open");
    // The answer that was taken back first does not speak for the one after it.
    let earlier = Guest { submission: first, link: guest.link.clone(), world: &world };
    assert_eq!(earlier.says("solved").await.problem(), (409, "case-not-yours".into()));
    assert_eq!(earlier.takes_back().await.problem().0, 409);
    assert!(!guest.case().await.case.is_withdrawn());
}

#[tokio::test]
async fn a_taking_back_that_failed_half_way_is_finished_by_the_next() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "half").await;
    world.proxy.cut_after(1, false);
    assert_eq!(guest.takes_back().await.status, 503);
    world.proxy.mend();
    // The answer is gone, so nobody speaks for the case.
    assert_eq!(guest.says("solved").await.problem(), (404, "link-unknown".into()));
    assert_eq!(guest.takes_back().await.status, 204);
    assert!(guest.case().await.case.is_withdrawn());
}

#[tokio::test]
async fn an_answer_that_is_erased_takes_its_case_along() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "erased").await;
    guest.is_replied_to().await;
    let erased = world.call(Method::POST, "/erasures", "admin", json!({"link": guest.link})).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    let case = guest.case().await.case;
    assert!(case.is_withdrawn() && case.reply.is_none());
    assert_eq!(world.send(guest.ask(guest.submission)).await.problem(), (404, "link-unknown".into()));
}

#[tokio::test]
async fn a_contact_is_kept_apart_for_as_long_as_the_guest_wants() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "call me").await;
    for wrong in ["", "  ", "a\u{7}", "\u{202e}\u{200b} \u{2066}", "\u{3164}", "\u{200d}", &"8".repeat(81)] {
        let refused = guest.post(json!({"contact": {"how": wrong}})).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{wrong:?}");
    }
    let page = world.send(guest.form("contact_how=13812345678")).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("tick the box to agree"), "{}", page.text);
    assert!(page.text.contains(r#"value="13812345678""#), "nothing has to be typed again: {}", page.text);
    assert_eq!((world.items("K#").await.len(), guest.case().await.case.v), (0, 1));

    assert_eq!(world.send(guest.form("contact_how=+86+138+1234+5678&contact_agreed=1")).await.status, 200);
    let left = guest.post(json!({"contact": {"how": " 微信 lane "}})).await;
    assert_eq!(left.json()["contact"], json!({"left": true, "may_be_left": true}));
    let kept = world.items("K#").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["pk"], &kept[0]["how"]), (&json!("K#store/12"), &json!("微信 lane")));
    assert!(kept[0]["agreed"].as_str().unwrap().contains("30"), "{kept:?}");
    // Phones put marks around a number that is pasted, and others turn what is read.
    for (sent, shown) in [
        ("\u{202d}138 1234\u{202c} ", "138 1234"),
        ("lane\u{202e}821\u{200b}", "lane821"),
        ("👩\u{200d}🍳 lane", "👩\u{200d}🍳 lane"),
    ] {
        assert_eq!(guest.post(json!({"contact": {"how": sent}})).await.status, 200);
        assert_eq!(world.items("K#").await[0]["how"], json!(shown));
    }
    // Leaving it twice is one move, and neither the case nor the answer has it.
    assert_eq!(guest.case().await.case.v, 2);
    let others = [world.items("C#").await, world.items("R#").await].concat();
    assert!(others.iter().all(|item| !json!(item).to_string().contains("lane")), "{others:?}");

    assert_eq!(guest.post(json!({"contact": null})).await.json()["contact"]["left"], false);
    assert_eq!(world.items("K#").await.len(), 0);
    assert_eq!(guest.post(json!({"contact": {"how": "lane"}})).await.status, 200);
    guest.is_replied_to().await;
    assert_eq!(guest.says("solved").await.json()["contact"], json!({"left": true, "may_be_left": false}));
    let late = guest.post(json!({"contact": {"how": "lane"}})).await;
    assert_eq!(late.problem(), (409, "not-of-this-case".into()));
    assert_eq!(world.send(guest.form("forget_contact=1")).await.status, 200);
    assert_eq!(world.items("K#").await.len(), 0);
}

#[tokio::test]
async fn a_contact_does_not_stay_behind_when_its_case_is_withdrawn_meanwhile() {
    let world = World::new().await;
    let guest = Guest::unhappy(&world, "racing").await;
    world.proxy.hold("PutItem", "K#store/12");
    let leaving = guest.post(json!({"contact": {"how": "13812345678"}}));
    let taking_back = async {
        world.proxy.held().await;
        assert_eq!(guest.takes_back().await.status, 204);
        world.proxy.let_go();
    };
    let (left, ()) = tokio::join!(leaving, taking_back);
    assert_eq!(left.problem(), (404, "link-unknown".into()));
    assert_eq!(world.items("K#").await.len(), 0);
}
