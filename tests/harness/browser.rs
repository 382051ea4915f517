//! People in a browser, and the operator who lists them.

use aftertaste::domain::access::Ticket;
use aftertaste_local::TABLE;
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, World, proxy::ask};

/// An operator's call, with a grant of everything.
pub async fn operate(world: &World, method: Method, path: &str, body: Value) -> Answer {
    world.call(method, path, "admin", body).await
}

pub async fn list(world: &World, id: &str, roles: Value) -> Answer {
    operate(world, Method::PUT, &format!("/people/{id}"), json!({"name": id, "roles": roles})).await
}

pub fn looks(scope: &str) -> Value {
    json!([{"role": "looks", "scope": scope}])
}

/// The link that an operator makes, as far as its path.
pub async fn link(world: &World, id: &str) -> String {
    let made = operate(world, Method::POST, &format!("/people/{id}/link"), Value::Null).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    link.strip_prefix(&world.stack.url).unwrap().to_owned()
}

/// A browser: it keeps the session's cookie, and says where its forms come from.
pub struct Browser<'a> {
    pub world: &'a World,
    pub cookie: String,
    pub site: &'static str,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Self {
        Self { world, cookie: String::new(), site: "same-origin" }
    }

    pub async fn signed_in(world: &'a World, id: &str) -> Self {
        let mut browser = Self::new(world);
        let pressed = browser.press(&link(world, id).await).await;
        assert_eq!(pressed.status, 303, "{}", pressed.text);
        browser
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let request = http.request(method, format!("{}{path}", self.world.stack.url));
        let request = request.header("accept", "text/html").header("sec-fetch-site", self.site);
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    pub async fn open(&self, path: &str) -> Answer {
        self.world.send(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.world.send(form(self.request(Method::POST, path), fields)).await
    }

    /// Presses the button of a sign-in link's page, and keeps the cookie.
    pub async fn press(&mut self, link: &str) -> Answer {
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
    pub async fn token(&self, path: &str) -> String {
        let page = self.open(path).await;
        let after =
            page.text.split(r#"name="token" value=""#).nth(1).unwrap_or_else(|| panic!("{path}: {}", page.text));
        after.split('"').next().unwrap().to_owned()
    }

    pub async fn report(&self, scope: &str) -> u16 {
        self.open(&format!("/reports/{scope}.html")).await.status.as_u16()
    }

    pub fn session(&self) -> Uuid {
        let ticket = self.cookie.split_once('=').unwrap().1;
        self.world.grant_keys().id_of(Ticket::Session, ticket).unwrap()
    }
}

pub fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// Sets an attribute of an item, as time or another version would have left it.
pub async fn set(world: &World, pk: &str, sk: &str, name: &str, value: Value) {
    let request = json!({"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "SET #name = :value", "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": value}});
    ask(&world.proxy.url, "UpdateItem", &request).await;
}
