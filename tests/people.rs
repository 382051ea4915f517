//! People: listed with roles, which nobody gives who does not have them, and refused where their roles do not reach.

use aftertaste::domain::access::Ticket;
use aftertaste_local::Template;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

#[path = "harness/stores.rs"]
pub mod stores;

use crate::harness::{
    World, answers,
    browser::{Browser, form, list, looks, operate, set},
};

#[tokio::test]
async fn nobody_gives_a_role_that_they_do_not_have_nor_touches_whoever_has_one() {
    let world = World::new().await;
    let everything = |scope: &str| json!([{"role": "everything", "scope": scope}]);
    list(&world, "head", everything("*")).await;
    list(&world, "north", looks("cn/north")).await;
    let east = world.grant("admin:cn/east report:cn/east follow:cn/east");
    let with = async |method: Method, path: &str, body: Value| {
        let request = world.request(method, path).bearer_auth(&east);
        world.send(if body.is_null() { request } else { request.json(&body) }).await
    };
    let put = async |id: &str, roles: Value| {
        with(Method::PUT, &format!("/people/{id}"), json!({"name": id, "roles": roles})).await.status.as_u16()
    };
    assert_eq!(put("own", json!([{"role": "owns-cases", "scope": "store/12"}])).await, 201);
    assert_eq!(put("own", json!([{"role": "sets-up", "scope": "cn/east"}])).await, 200);
    for roles in [
        everything("*"),
        everything("cn/east"),
        looks("cn"),
        looks("*"),
        looks("store/31"),
        json!([{"role": "owns-cases", "scope": "cn/east", "contact": true}]),
        json!([{"role": "looks", "scope": "cn/east"}, {"role": "sets-up", "scope": "cn"}]),
    ] {
        assert_eq!(put("own", roles.clone()).await, 403, "{roles}");
    }
    // To change somebody's address, or to make a link of theirs, would be to sign in as them.
    for id in ["head", "north"] {
        assert_eq!(put(id, looks("cn/east")).await, 403, "{id}");
        for (method, path) in [
            (Method::GET, format!("/people/{id}")),
            (Method::DELETE, format!("/people/{id}")),
            (Method::POST, format!("/people/{id}/link")),
            (Method::DELETE, format!("/people/{id}/sessions")),
        ] {
            assert_eq!(with(method.clone(), &path, Value::Null).await.status, 403, "{method} {path}");
        }
    }
    let listed = with(Method::GET, "/people", Value::Null).await.json();
    let ids: Vec<&str> = listed["people"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["chen", "own"], "the demo's head of that region too");
    // A role of a later version may be more than all that is known here.
    let later = json!({"L": [{"M": {"role": {"S": "looks"}, "scope": {"S": "cn/east"}}},
        {"M": {"role": {"S": "owns-everything"}, "scope": {"S": "*"}}}]});
    set(&world, "PEOPLE", "own", "roles", later).await;
    assert_eq!(put("own", looks("cn/east")).await, 403);
    assert_eq!(operate(&world, Method::GET, "/people/own", Value::Null).await.json()["roles"], looks("cn/east"));
}

#[tokio::test]
async fn a_viewer_gets_nowhere_but_to_their_report() {
    let world = World::new().await;
    list(&world, "li", looks("store/12")).await;
    let browser = Browser::signed_in(&world, "li").await;
    let token = world.grant_keys().ticket(Ticket::Form, browser.session());
    let id = Uuid::new_v4().to_string();
    let routes = Template::read().unwrap().routes.into_iter().filter(|route| route.path != "/sign-out");
    for route in routes {
        let path = route
            .path
            .replace("{scope+}", "store/13")
            .replace("{path+}", "cn/east")
            .replace("{link}", "AAAA")
            .replace("{code}", "AAAA");
        let path = path.replace("{store}", "12").replace("{day}", "2026-11-21").replace("{file}", "qr.svg");
        let path = path.replace("/people/{id}", "/people/li").replace("/grants/{id}", &format!("/grants/{id}"));
        let path = path.replace("{id}", "dine-in").replace("{account}", "till").replace("{endpoint}", "crm");
        let path = path.replace("{case}", "12-20261121-0f1e2d3c4b5a69788796");
        let path = path.replace("{trend}", "20261120-0f1e2d3c4b5a6978").replace("{action}", "20261121-0f1e2d3c");
        let method: Method = route.method.parse().unwrap();
        let mut sent = browser.request(method.clone(), &path);
        if method != Method::GET {
            sent = form(sent, &[("token", token.as_str()), ("name", "x"), ("everything", "*"), ("do", "link")]);
        }
        let reply = world.send(sent).await;
        let may = match (route.method.as_str(), route.path.as_str()) {
            ("GET", "/sign-in") => 303,
            ("POST", "/sign-in") => 200,
            // No provider is named here.
            ("GET", "/sign-in/openid") => 404,
            // Of guests: there is no such link and no such code.
            (_, path) if path.starts_with("/s/") || path.starts_with("/t/") => 404,
            ("GET", path) if path.starts_with("/links/") || path.starts_with("/codes/") => 404,
            // Of payment providers: there is no such account.
            ("POST", path) if path.starts_with("/payments/") => 404,
            _ => 0,
        };
        let is_refused = [401, 403].contains(&reply.status.as_u16());
        assert!(reply.status == may || (may == 0 && is_refused), "{method} {path}: {} {}", reply.status, reply.text);
    }
    assert_eq!(world.items("PEOPLE").await.len(), 1 + 3, "the demo's and this one");
    assert!(world.items("ENDPOINTS").await.is_empty() && world.items("EVENT#").await.is_empty());
    assert_eq!(browser.report("store/12").await, 200);
}

#[tokio::test]
async fn a_manager_of_three_hundred_stores_signs_in() {
    let world = World::new().await;
    stores::put_stores(&world.stack.app.table, 300, "Asia/Shanghai").await;
    let roles: Vec<Value> = (1..=300).map(|n| json!({"role": "looks", "scope": format!("store/{n}")})).collect();
    let listed = list(&world, "li", json!(roles)).await;
    assert_eq!(listed.status, 201, "{}", listed.text);
    let browser = Browser::signed_in(&world, "li").await;
    assert!(browser.cookie.len() < 100, "{}", browser.cookie.len());
    assert_eq!((browser.report("store/300").await, browser.report("cn").await), (200, 403));
}

#[tokio::test]
async fn a_person_who_can_not_be_taken_is_refused_with_a_sentence() {
    let world = World::new().await;
    for (body, words) in [
        (json!({"name": "x", "roles": []}), "roles are 1 to 400"),
        (json!({"name": " ", "roles": looks("cn")}), "name is 1 to 80"),
        (json!({"name": "\u{202e}nimda", "roles": looks("cn")}), "name is of characters that can be seen"),
        (json!({"name": "x", "email": "l\u{200b}in@example.cn", "roles": looks("cn")}), "email is an address"),
        (json!({"name": "x", "roles": looks("cn/eas")}), "roles: there is no store and no node cn/eas"),
        (json!({"name": "x", "roles": looks("store/99")}), "roles: there is no store and no node store/99"),
        (json!({"name": "x", "roles": looks("CN")}), "roles[0].scope: "),
        (json!({"name": "x", "roles": [{"role": "king", "scope": "*"}]}), "roles[0].role: "),
        (json!({"name": "x", "roles": [{"role": "looks"}]}), "roles[0]: missing field `scope`"),
        (json!({"name": "x", "roles": looks("cn"), "admin": true}), "unknown field `admin`"),
    ] {
        let refused = operate(&world, Method::PUT, "/people/x", body.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{body}");
        assert!(refused.json()["detail"].as_str().unwrap().starts_with(words), "{}", refused.text);
    }
    assert_eq!(operate(&world, Method::GET, "/people/x", Value::Null).await.problem(), (404, "person-unknown".into()));
    assert_eq!(
        operate(&world, Method::POST, "/people/x/link", Value::Null).await.problem(),
        (404, "person-unknown".into())
    );
}

#[tokio::test]
async fn pages_are_in_the_persons_own_language_and_an_item_that_can_not_be_read_holds_nobody_up() {
    let world = World::new().await;
    let body = json!({"name": "林", "language": "zh-TW", "roles": looks("store/12")});
    operate(&world, Method::PUT, "/people/li", body).await;
    let browser = Browser::signed_in(&world, "li").await;
    let refused = browser.request(Method::GET, "/people").header("accept-language", "en");
    let refused = world.send(refused).await;
    assert!(
        refused.status == 403 && refused.text.contains("超出您的權限") && refused.text.contains("/sign-in"),
        "{}",
        refused.text
    );
    answers().hours_ago(1).put(&world).await;
    set(&world, "PEOPLE", "broken", "name", json!({"M": {}})).await;
    let people = operate(&world, Method::GET, "/people", Value::Null).await;
    assert_eq!((people.status.as_u16(), people.json()["people"].as_array().unwrap().len()), (200, 4));
    let read = operate(&world, Method::GET, "/people/broken", Value::Null).await;
    assert_eq!(read.problem(), (409, "item-unreadable".into()));
    let linked = operate(&world, Method::POST, "/people/broken/link", Value::Null).await;
    assert_eq!(linked.problem(), (409, "item-unreadable".into()));
    // A person who signed in, and can't be read since, is signed out, and blocks nobody.
    let other = Browser::signed_in(&world, "grace").await;
    set(&world, "PEOPLE", "grace", "name", json!({"M": {}})).await;
    assert_eq!((other.report("store/12").await, browser.report("store/12").await), (401, 200));
    // They may have had any role: only somebody who may do everything puts them again.
    let put = async |scopes: &str| {
        let body = json!({"name": "Wu", "roles": looks("cn")});
        world.call(Method::PUT, "/people/broken", scopes, body).await.status.as_u16()
    };
    assert_eq!((put("admin:cn report:cn").await, put("admin").await), (409, 200));
    assert_eq!(operate(&world, Method::DELETE, "/people/broken", Value::Null).await.status, 204);
}

#[tokio::test]
async fn two_who_write_at_once_pass_over_nothing_that_the_other_gave() {
    let world = World::new().await;
    list(&world, "wang", looks("store/12")).await;
    // A region's manager has read whom they may change, and head office gives them everything before they write.
    world.proxy.hold("UpdateItem", "Wong");
    let as_east = world.request(Method::PUT, "/people/wang").bearer_auth(world.grant("admin:cn/east report:cn/east"));
    let lesser = world.send(as_east.json(&json!({"name": "Wong", "roles": looks("cn/east")})));
    let head = async {
        world.proxy.held().await;
        let given = list(&world, "wang", json!([{"role": "everything", "scope": "*"}])).await;
        world.proxy.let_go();
        given
    };
    let (lesser, given) = tokio::join!(lesser, head);
    assert_eq!((lesser.status.as_u16(), given.status.as_u16()), (403, 200), "{}", lesser.text);
    let wang = operate(&world, Method::GET, "/people/wang", Value::Null).await.json();
    assert_eq!((&wang["name"], &wang["roles"][0]["role"]), (&json!("wang"), &json!("everything")));
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_lists_one_person() {
    let world = World::new().await;
    list(&world, "boss", json!([{"role": "everything", "scope": "*"}])).await;
    let boss = Browser::signed_in(&world, "boss").await;
    let page = boss.open("/people").await.text;
    let hidden = |name: &str| {
        let after = page.split(&format!(r#"name="{name}" value=""#)).last().unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (id, token) = (hidden("id"), hidden("token"));
    let fields = [("token", token.as_str()), ("id", &id), ("name", "Wu"), ("email", "wu@example.cn"), ("looks", "cn")];
    let (one, other) = tokio::join!(boss.send("/people", &fields), boss.send("/people", &fields));
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (201, 201), "{} {}", one.text, other.text);
    assert_eq!(world.items("PEOPLE").await.iter().filter(|item| item["name"] == "Wu").count(), 1);
}

#[tokio::test]
async fn a_program_that_takes_pages_too_is_answered_as_a_program() {
    let world = World::new().await;
    let body = json!({"subject": "till", "scope": "issue"});
    let sent = world.request(Method::POST, "/grants").bearer_auth(world.grant("admin")).header("accept", "text/html");
    let issued = world.send(sent.json(&body)).await;
    assert!(issued.status == 201 && issued.json()["token"].is_string(), "{}", issued.text);
    let page = world.request(Method::GET, "/grants").bearer_auth(world.grant("admin")).header("accept", "text/html");
    let page = world.send(page).await;
    assert!(page.text.contains("till") && !page.text.contains(issued.json()["token"].as_str().unwrap()));
}

#[tokio::test]
async fn what_is_written_about_a_person_is_shown_as_text() {
    let world = World::new().await;
    list(&world, "boss", json!([{"role": "everything", "scope": "*"}])).await;
    let boss = Browser::signed_in(&world, "boss").await;
    let token = boss.token("/people").await;
    let markup = "<script>alert(1)</script>\"'>";
    for (path, fields) in [
        ("/people", [("name", markup), ("looks", "cn"), ("mentions", "wecom <b>")]),
        ("/people", [("name", markup), ("looks", "<i>"), ("mentions", "<b>")]),
        ("/people/boss", [("name", markup), ("everything", "* <u>"), ("email", "<a>@b")]),
        ("/grants", [("subject", markup), ("scope", "issue"), ("days", "<s>")]),
    ] {
        let sent = boss.send(path, &[&fields[..], &[("token", token.as_str())]].concat()).await;
        for tag in ["<script>alert", "<b>", "<i>", "<u>", "<a>@b", "<s>"] {
            assert!(!sent.text.contains(tag), "{path} {tag}: {}", sent.text);
        }
        assert!(sent.text.contains("&lt;script&gt;"), "{path}: {}", sent.text);
    }
}
