//! People: invited, signed in by a link that works once, refused where their roles do not reach, and signed out.

use std::time::Duration;

use aftertaste::domain::access::Ticket;
use aftertaste_local::{TABLE, Template};
use jiff::{Timestamp, ToSpan};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};
use uuid::Uuid;

#[path = "harness/stores.rs"]
mod stores;

use crate::harness::{Answer, World, answers, proxy::ask};

/// What an operator does, with a grant of everything.
async fn operate(world: &World, method: Method, path: &str, body: Value) -> Answer {
    world.call(method, path, "admin", body).await
}

async fn list(world: &World, id: &str, roles: Value) -> Answer {
    operate(world, Method::PUT, &format!("/people/{id}"), json!({"name": id, "roles": roles})).await
}

fn looks(scope: &str) -> Value {
    json!([{"role": "looks", "scope": scope}])
}

/// The link that an operator makes, as far as its path.
async fn link(world: &World, id: &str) -> String {
    let made = operate(world, Method::POST, &format!("/people/{id}/link"), Value::Null).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    link.strip_prefix(&world.stack.url).unwrap().to_owned()
}

/// A browser: it keeps the session's cookie, and says where its forms come from.
struct Browser<'a> {
    world: &'a World,
    cookie: String,
    site: &'static str,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, cookie: String::new(), site: "same-origin" }
    }

    async fn signed_in(world: &'a World, id: &str) -> Self {
        let mut browser = Self::new(world);
        let pressed = browser.press(&link(world, id).await).await;
        assert_eq!(pressed.status, 303, "{}", pressed.text);
        browser
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let request = http.request(method, format!("{}{path}", self.world.stack.url));
        let request = request.header("accept", "text/html").header("sec-fetch-site", self.site);
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    async fn open(&self, path: &str) -> Answer {
        self.world.send(self.request(Method::GET, path)).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.world.send(form(self.request(Method::POST, path), fields)).await
    }

    /// Presses the button of a sign-in link's page, and keeps the cookie.
    async fn press(&mut self, link: &str) -> Answer {
        let ticket = link.split_once("link=").unwrap().1;
        let pressed = self.send("/sign-in", &[("link", ticket)]).await;
        if let Some(cookie) = pressed.headers.get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        pressed
    }

    /// The token of the forms on a page.
    async fn token(&self, path: &str) -> String {
        let page = self.open(path).await;
        let after =
            page.text.split(r#"name="token" value=""#).nth(1).unwrap_or_else(|| panic!("{path}: {}", page.text));
        after.split('"').next().unwrap().to_owned()
    }

    async fn report(&self, scope: &str) -> u16 {
        self.open(&format!("/reports/{scope}.html")).await.status.as_u16()
    }

    fn session(&self) -> Uuid {
        let ticket = self.cookie.split_once('=').unwrap().1;
        self.world.grant_keys().id_of(Ticket::Session, ticket).unwrap()
    }
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// Sets an attribute of an item, as time or another version would have left it.
async fn set(world: &World, pk: &str, sk: &str, name: &str, value: Value) {
    let request = json!({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "SET #name = :value", "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": value}});
    ask(&world.proxy.url, "UpdateItem", &request).await;
}

#[tokio::test]
async fn a_link_works_once_and_whoever_only_opens_it_uses_nothing_up() {
    let world = World::new().await;
    assert_eq!(list(&world, "li", looks("cn/east")).await.status, 201);
    let link = link(&world, "li").await;
    // A program that looks into messages follows their links.
    let scanner = Browser::new(&world);
    for _ in 0..3 {
        let page = scanner.open(&link).await;
        assert!(page.status == 200 && page.headers.get("set-cookie").is_none(), "{}", page.text);
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
    // Whoever finds it later is not signed in.
    let mut late = Browser::new(&world);
    assert_eq!(late.press(&link).await.status, 410);
    assert!(late.cookie.is_empty() && late.report("cn/east").await == 401);
    let deeds = operate(&world, Method::GET, "/audit", Value::Null).await.json();
    let deeds: Vec<&str> =
        deeds["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["sign-in-link-made", "person-written"]);
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
        let path = route.path.replace("{scope+}", "store/13").replace("{link}", "AAAA").replace("{code}", "AAAA");
        let path = path.replace("{store}", "12").replace("{day}", "2026-11-21").replace("{file}", "qr.svg");
        let path = path.replace("/people/{id}", "/people/li").replace("/grants/{id}", &format!("/grants/{id}"));
        let path = path.replace("{id}", "dine-in");
        let method: Method = route.method.parse().unwrap();
        let mut sent = browser.request(method.clone(), &path);
        if method != Method::GET {
            sent = form(sent, &[("token", token.as_str()), ("name", "x"), ("everything", "*"), ("do", "link")]);
        }
        let reply = world.send(sent).await;
        let may = match (route.method.as_str(), route.path.as_str()) {
            ("GET", "/sign-in") => 303,
            ("POST", "/sign-in") => 200,
            // Of guests: there is no such link and no such code.
            (_, path) if path.starts_with("/s/") || path.starts_with("/t/") => 404,
            ("GET", path) if path.starts_with("/links/") || path.starts_with("/codes/") => 404,
            _ => 0,
        };
        let is_refused = [401, 403].contains(&reply.status.as_u16());
        assert!(reply.status == may || (may == 0 && is_refused), "{method} {path}: {} {}", reply.status, reply.text);
    }
    assert_eq!(world.items("PEOPLE").await.len(), 1 + 3, "the demo's and this one");
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
async fn a_person_who_can_not_be_taken_is_refused_with_a_sentence() {
    let world = World::new().await;
    for (body, words) in [
        (json!({"name": "x", "roles": []}), "roles are 1 to 400"),
        (json!({"name": " ", "roles": looks("cn")}), "name is 1 to 80"),
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
    set(&world, "PEOPLE", "broken", "name", json!({"N": "1"})).await;
    let people = operate(&world, Method::GET, "/people", Value::Null).await;
    assert_eq!((people.status.as_u16(), people.json()["people"].as_array().unwrap().len()), (200, 4));
}
