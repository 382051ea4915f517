//! Signing in by a link that works once, sessions, and forms that only their own pages send.

use std::time::Duration;

use aftertaste::domain::access::Ticket;
use aftertaste_local::Clock;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    World,
    browser::{Browser, link, list, looks, operate, set},
};

#[tokio::test]
async fn a_link_works_once_and_whoever_only_opens_it_uses_nothing_up() {
    let world = World::new().await;
    assert_eq!(list(&world, "li", looks("cn/east")).await.status, 201);
    let link = link(&world, "li").await;
    // A program that scans messages follows their links.
    let scanner = Browser::new(&world);
    for _ in 0..3 {
        let page = scanner.open(&link).await;
        assert!(page.status == 200 && page.headers.get("set-cookie").is_none(), "{}", page.text);
        // The page says as whom one signs in, in any language.
        assert!(page.text.contains("<strong>li</strong>") && page.text.contains(&format!("{link}&amp;lang=zh-TW")));
    }
    let mut phone = Browser::new(&world);
    let pressed = phone.press(&link).await;
    assert_eq!(
        (pressed.status.as_u16(), &pressed.headers["location"]),
        (303, &"/reports/cn/east.html".parse().unwrap())
    );
    assert_eq!((phone.report("cn/east").await, phone.report("store/12").await), (200, 200));
    assert_eq!((phone.report("cn").await, phone.report("cn/north").await), (403, 403));
    assert!(phone.open("/reports/cn/east.html").await.text.contains("li"));
    // Somebody who finds it later is not signed in.
    let mut late = Browser::new(&world);
    assert_eq!(late.open(&link).await.status, 410);
    assert_eq!(late.press(&link).await.status, 410);
    assert!(late.cookie.is_empty() && late.report("cn/east").await == 401);
    let deeds = operate(&world, Method::GET, "/audit", Value::Null).await.json();
    let deeds: Vec<&str> =
        deeds["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["sign-in-link-made", "person-written"]);
}

#[tokio::test]
async fn whoever_has_to_sign_in_first_goes_on_to_the_page_that_they_wanted() {
    let world = World::new().await;
    list(&world, "li", json!([{"role": "owns-cases", "scope": "cn"}])).await;
    let mut phone = Browser::new(&world);
    let refused = phone.open("/cases/store/12?lang=en").await;
    let kept = refused.headers["set-cookie"].to_str().unwrap().to_owned();
    assert_eq!(
        (refused.status.as_u16(), kept.as_str()),
        (401, "__Host-aftertaste-wanted=/cases/store/12?lang=en; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Lax")
    );
    phone.cookie = kept.split(';').next().unwrap().to_owned();
    let pressed = phone.press(&link(&world, "li").await).await;
    assert_eq!(
        (pressed.status.as_u16(), &pressed.headers["location"]),
        (303, &"/cases/store/12?lang=en".parse().unwrap())
    );
    let cookies: Vec<_> = pressed.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies[1].starts_with("__Host-aftertaste-wanted=; Max-Age=0;"), "{cookies:?}");
    assert_eq!(phone.open("/cases/store/12?lang=en").await.status, 200);
    // Another site's address is none, and what is no page keeps nothing.
    let mut other = Browser::new(&world);
    other.cookie = "__Host-aftertaste-wanted=//evil.example/cases".to_owned();
    let pressed = other.press(&link(&world, "li").await).await;
    assert_eq!(pressed.headers["location"], "/reports/cn.html");
    let json = world.get("/reports/cn.json", "application/json").await;
    assert!(json.status == 401 && json.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn a_link_ends_after_its_minutes_and_none_is_made_up() {
    let world = World::new().await;
    list(&world, "li", looks("cn")).await;
    let old = link(&world, "li").await;
    let id = world.grant_keys().id_of(Ticket::SignIn, old.split_once("link=").unwrap().1).unwrap();
    let past = (Timestamp::now() - 1.second()).as_second().to_string();
    set(&world, "SIGN-IN", &id.to_string(), "expires", json!({"N": past})).await;
    assert_eq!(Browser::new(&world).press(&old).await.status, 410);
    // Signed with these keys, and kept nowhere; a session's; and none at all.
    let keys = world.grant_keys();
    let made_up = [keys.ticket(Ticket::SignIn, Uuid::new_v4()), keys.ticket(Ticket::Session, id), "x".into()];
    for ticket in made_up {
        assert_eq!(Browser::new(&world).press(&format!("link={ticket}")).await.status, 410);
    }
    // A link from before everything of theirs was ended.
    let before = link(&world, "li").await;
    assert_eq!(operate(&world, Method::DELETE, "/people/li/sessions", Value::Null).await.status, 204);
    assert_eq!(Browser::new(&world).press(&before).await.status, 410);
    assert_eq!(Browser::new(&world).press(&link(&world, "li").await).await.status, 303);
    // Of two who press at once one is signed in.
    let raced = link(&world, "li").await;
    let (mut one, mut other) = (Browser::new(&world), Browser::new(&world));
    let (one, other) = tokio::join!(one.press(&raced), other.press(&raced));
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 410]);
}

#[tokio::test]
async fn a_session_ends_unused_or_when_its_time_is_over_or_when_somebody_ends_it() {
    let world = World::new().await;
    list(&world, "li", looks("cn")).await;
    let hours_ago = |hours: i64| json!({"S": (Timestamp::now() - hours.hours()).to_string()});
    // They have been listed for long.
    set(&world, "PEOPLE", "li", "ended_before", hours_ago(40 * 24)).await;
    let browser = Browser::signed_in(&world, "li").await;
    let session = browser.session().to_string();
    set(&world, "SESSIONS", &session, "began", hours_ago(29 * 24)).await;
    set(&world, "SESSIONS", &session, "used", hours_ago(11)).await;
    assert_eq!(browser.report("cn").await, 200, "it is used, and goes on");
    set(&world, "SESSIONS", &session, "used", hours_ago(12)).await;
    assert_eq!(browser.report("cn").await, 401);

    let browser = Browser::signed_in(&world, "li").await;
    set(&world, "SESSIONS", &browser.session().to_string(), "began", hours_ago(30 * 24)).await;
    assert_eq!(browser.report("cn").await, 401);

    // Somebody who sets something up is signed out sooner.
    list(&world, "li", json!([{"role": "everything", "scope": "*"}])).await;
    let browser = Browser::signed_in(&world, "li").await;
    set(&world, "SESSIONS", &browser.session().to_string(), "used", hours_ago(1)).await;
    assert_eq!(browser.report("cn").await, 401);

    // A browser that signs in again has one session, and not two.
    let mut browser = Browser::signed_in(&world, "li").await;
    let before = browser.cookie.clone();
    assert_eq!(browser.press(&link(&world, "li").await).await.status, 303);
    let old = Browser { cookie: before, ..Browser::new(&world) };
    assert_eq!((browser.report("cn").await, old.report("cn").await), (200, 401));

    let [one, other] = [Browser::signed_in(&world, "li").await, Browser::signed_in(&world, "li").await];
    let token = one.token("/people").await;
    assert_eq!(one.send("/sign-out", &[("token", &token)]).await.status, 303);
    assert_eq!((one.report("cn").await, other.report("cn").await), (401, 200));
    let token = other.token("/people").await;
    let third = Browser::signed_in(&world, "li").await;
    assert_eq!(other.send("/sign-out", &[("token", &token), ("everywhere", "1")]).await.status, 303);
    assert_eq!((other.report("cn").await, third.report("cn").await), (401, 401));
}

#[tokio::test]
async fn what_is_changed_of_a_person_holds_at_once() {
    let world = World::new().await;
    list(&world, "li", looks("cn/east")).await;
    let browser = Browser::signed_in(&world, "li").await;
    assert_eq!((browser.report("cn/east").await, browser.report("cn/north").await), (200, 403));
    assert_eq!(list(&world, "li", looks("cn/north")).await.status, 200);
    assert_eq!((browser.report("cn/east").await, browser.report("cn/north").await), (403, 200));
    assert_eq!(operate(&world, Method::DELETE, "/people/li", Value::Null).await.status, 204);
    assert_eq!(browser.report("cn/north").await, 401);
    // Somebody else may be listed under the id later.
    assert_eq!(list(&world, "li", looks("cn/north")).await.status, 201);
    assert_eq!(browser.report("cn/north").await, 401, "the session of whoever had the id before");
}

#[tokio::test]
async fn whoever_made_a_link_gets_no_more_by_it_when_the_person_is_given_more() {
    let world = World::new().await;
    let east = world.grant("admin:cn/east report:cn/east");
    let as_east = async |method: Method, path: &str, body: Value| {
        let request = world.request(method, path).bearer_auth(&east);
        world.send(if body.is_null() { request } else { request.json(&body) }).await
    };
    let wang = json!({"name": "Wang", "roles": looks("store/12")});
    assert_eq!(as_east(Method::PUT, "/people/wang", wang).await.status, 201);
    let made = async || {
        let made = as_east(Method::POST, "/people/wang/link", Value::Null).await.json();
        made["link"].as_str().unwrap().to_owned()
    };
    let (mut kept, mut later, unused) = (Browser::new(&world), Browser::new(&world), made().await);
    assert_eq!(kept.press(&made().await).await.status, 303);
    assert_eq!(list(&world, "wang", json!([{"role": "everything", "scope": "*"}])).await.status, 200);
    assert_eq!(later.press(&unused).await.status, 303);
    for browser in [&kept, &later] {
        assert_eq!((browser.report("store/12").await, browser.report("cn").await), (200, 403));
        assert_eq!(browser.open("/audit").await.status, 403);
        assert_eq!(browser.open("/people").await.status, 403);
    }
    // By a link from the person who gave it they have all of it, and a part that is taken away goes at once.
    let own = Browser::signed_in(&world, "wang").await;
    assert_eq!((own.report("cn").await, own.open("/audit").await.status.as_u16()), (200, 200));
    assert_eq!(list(&world, "wang", looks("cn/north")).await.status, 200);
    assert_eq!((kept.report("store/12").await, kept.report("cn/north").await), (403, 403));
}

#[tokio::test]
async fn what_ended_a_link_ends_the_session_that_began_by_it_at_the_same_moment() {
    let world = World::new().await;
    list(&world, "li", looks("cn")).await;
    let browser = Browser::signed_in(&world, "li").await;
    // The end was written after the link was made, and before the session that the link was pressed for.
    let session = browser.session().to_string();
    let at = json!({"S": (Timestamp::now() - 1.hour()).to_string()});
    set(&world, "SESSIONS", &session, "made", at).await;
    assert_eq!(browser.report("cn").await, 401);
}

#[tokio::test]
async fn a_cookie_changes_nothing_but_what_its_own_pages_send() {
    let world = World::new().await;
    list(&world, "boss", json!([{"role": "everything", "scope": "*"}])).await;
    let browser = Browser::signed_in(&world, "boss").await;
    for (method, path) in
        [(Method::PUT, "/brand"), (Method::POST, "/links"), (Method::PUT, "/stores/12"), (Method::POST, "/erasures")]
    {
        let sent = browser.request(method, path).header("accept", "application/json").json(&json!({}));
        assert_eq!(world.send(sent).await.status, 401, "{path}");
    }
    let token = browser.token("/people").await;
    let fields = [("name", "Eve"), ("everything", "*")];
    let with = |token: &'static str| [fields[0], fields[1], ("token", token)];
    assert_eq!(browser.send("/people", &fields).await.status, 403, "without the token");
    assert_eq!(browser.send("/people", &with("x")).await.status, 403);
    let other = world.grant_keys().ticket(Ticket::Form, Uuid::new_v4());
    assert_eq!(
        browser.send("/people", &[fields[0], fields[1], ("token", &other)]).await.status,
        403,
        "of another session"
    );
    for site in ["cross-site", "same-site", "none"] {
        let elsewhere = Browser { site, cookie: browser.cookie.clone(), world: &world };
        assert_eq!(elsewhere.send("/people", &[fields[0], fields[1], ("token", &token)]).await.status, 403, "{site}");
        assert_eq!(elsewhere.send("/sign-out", &[("token", &token)]).await.status, 403, "{site}");
        // Nor is anybody signed in as somebody else.
        let fresh = link(&world, "boss").await;
        let ticket = fresh.split_once("link=").unwrap().1.to_owned();
        assert_eq!(elsewhere.send("/sign-in", &[("link", &ticket)]).await.status, 403, "{site}");
    }
    let json = browser.request(Method::PUT, "/people/eve").json(&json!({"name": "Eve", "roles": looks("cn")}));
    assert_eq!(world.send(json).await.status, 415);
    assert_eq!(browser.send("/people", &[fields[0], fields[1], ("token", &token)]).await.status, 201);
}

#[tokio::test]
async fn whoever_asks_for_a_link_learns_nothing_of_who_is_listed() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    let body = json!({"name": "Li", "email": "Li@Example.CN", "roles": looks("cn")});
    assert_eq!(operate(&world, Method::PUT, "/people/li", body.clone()).await.status, 201);
    let browser = Browser::new(&world);
    let asked = async |email: &str| {
        world.proxy.taken();
        let page = browser.send("/sign-in", &[("email", email)]).await;
        let (consumed, calls) = world.proxy.taken();
        (page.status.as_u16(), page.text, calls, consumed.written)
    };
    let (listed, unlisted) = (asked(" li@example.cn ").await, asked("eve@example.cn").await);
    assert_eq!(listed, unlisted);
    assert_eq!(listed.0, 200);
    let li =
        |people: &Value| people["people"].as_array().unwrap().iter().find(|one| one["id"] == "li").unwrap().clone();
    let people = async || li(&operate(&world, Method::GET, "/people", Value::Null).await.json());
    assert!(people().await["asked_at"].is_string());
    link(&world, "li").await;
    assert!(people().await.get("asked_at").is_none(), "a link was made");
    // Two with one address would both be signed in by it.
    let taken = operate(&world, Method::PUT, "/people/other", body).await;
    assert_eq!(taken.problem(), (409, "email-taken".into()));
}

#[tokio::test]
async fn at_a_fast_clock_people_have_as_much_time_as_they_are_used_to() {
    let world = World::at(Clock::faster(60)).await;
    list(&world, "head", json!([{"role": "everything", "scope": "*"}])).await;
    let made = operate(&world, Method::POST, "/people/head/link", Value::Null).await.json();
    let lives = made["until"].as_str().unwrap().parse::<Timestamp>().unwrap().duration_since(world.stack.clock.now());
    assert!((600..=900).contains(&lives.as_mins()), "fifteen minutes are fifteen hours by this clock: {lives:?}");
    let mut head = Browser::new(&world);
    let link = made["link"].as_str().unwrap().strip_prefix(&world.stack.url).unwrap().to_owned();
    let pressed = head.press(&link).await;
    assert!(pressed.headers["set-cookie"].to_str().unwrap().contains("; Max-Age=43200;"), "a browser goes by its own");
    let session = head.session().to_string();
    let hours_ago = |hours: i64| json!({"S": (world.stack.clock.now() - hours.hours()).to_string()});
    set(&world, "SESSIONS", &session, "used", hours_ago(50)).await;
    assert_eq!(head.report("store/12").await, 200);
    set(&world, "SESSIONS", &session, "used", hours_ago(60)).await;
    assert_eq!(head.report("store/12").await, 401);
    set(&world, "SESSIONS", &session, "used", hours_ago(1)).await;
    set(&world, "SESSIONS", &session, "began", hours_ago(600)).await;
    assert_eq!(head.report("store/12").await, 200);
    set(&world, "SESSIONS", &session, "began", hours_ago(720)).await;
    assert_eq!(head.report("store/12").await, 401);
}
