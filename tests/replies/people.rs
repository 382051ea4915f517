//! The calls of people and grants: an operator lists somebody, who signs in by the link that was made.

use serde_json::json;

use super::calls::{Call, new};

pub fn people() -> Vec<Call> {
    [grants(), listed(), signed_in(), pages(), ended()].concat()
}

fn grants() -> Vec<Call> {
    let post = || new("POST /grants").grant("admin");
    let end = |id| new("DELETE /grants/{id}").at(&[("id", id)]);
    vec![
        new("GET /grants").grant("admin"),
        post().json(&json!({"subject": "till 12", "scope": "issue:store/12", "days": 7})),
        post().json(&json!({"subject": "Li", "scope": "report:cn", "days": 91})),
        post().json(&json!({"subject": "", "scope": "report:cn"})),
        post().json(&json!({"subject": "Li", "scope": "everything"})),
        new("POST /grants").grant("issue").json(&json!({"subject": "Li", "scope": "report:cn"})),
        new("GET /grants").grant("admin"),
        end("00000000-0000-0000-0000-000000000000").grant("admin"),
        end("x").grant("admin"),
        end("x").grant("report:"),
        new("GET /audit").grant("admin"),
        new("GET /audit").query("month=2026-11").grant("admin"),
        new("GET /audit").query("month=x").grant("admin"),
    ]
}

fn listed() -> Vec<Call> {
    let at = |route| new(route).at(&[("id", "li")]).grant("admin");
    let looks = json!([{"role": "looks", "scope": "cn"}, {"role": "sets-up", "scope": "*"}]);
    let li = json!({"name": "Li", "language": "en", "email": "Li@example.cn", "mentions": {"wecom": "LiMing"}, "roles": looks});
    vec![
        at("PUT /people/{id}").json(&li),
        at("PUT /people/{id}").json(&li),
        at("PUT /people/{id}").json(&json!({"name": "Li", "roles": []})),
        at("PUT /people/{id}").json(&json!({"name": "Li", "roles": [{"role": "looks", "scope": "mars"}]})),
        at("PUT /people/{id}").grant("admin:cn").json(&li),
        at("GET /people/{id}"),
        new("GET /people/{id}").at(&[("id", "nobody")]).grant("admin"),
        new("GET /people/{id}").at(&[("id", "-")]).grant("admin"),
        new("PUT /people/{id}").at(&[("id", "other")]).grant("admin").json(&li),
        new("GET /people").grant("admin"),
        new("GET /people").grant("admin:cn/north"),
        new("GET /people").grant("report:"),
        new("GET /people"),
        at("POST /people/{id}/link"),
        new("POST /people/{id}/link").at(&[("id", "nobody")]).grant("admin"),
    ]
}

fn signed_in() -> Vec<Call> {
    let own = |route| new(route).header("sec-fetch-site", "same-origin");
    vec![
        new("GET /sign-in").wants_page(),
        new("GET /sign-in").query("link=SIGN_IN").wants_page(),
        new("POST /sign-in").header("sec-fetch-site", "cross-site").form("link=SIGN_IN"),
        own("POST /sign-in").json(&json!({"link": "SIGN_IN"})),
        own("POST /sign-in").form("link=x"),
        own("POST /sign-in").form("link=SIGN_IN"),
        own("POST /sign-in").form("link=SIGN_IN"),
        own("POST /sign-in").form("email=li%40example.cn"),
        own("POST /sign-in").form("email=nobody%40example.cn"),
        new("GET /people").grant("admin"),
        new("GET /sign-in").in_session().wants_page(),
        new("GET /sign-in/openid"),
        new("GET /sign-in/openid/callback").query("code=x&state=y"),
        new("GET /reports/{scope+}").at(&[("scope", "cn.html")]).in_session().wants_page(),
        new("GET /reports/{scope+}").at(&[("scope", "cn.json")]).in_session(),
    ]
}

fn pages() -> Vec<Call> {
    let page = |route| new(route).in_session().wants_page();
    let form = |route, body: &str| new(route).in_session().form(&format!("token=FORM&{body}"));
    let li = |call: Call| call.at(&[("id", "li")]);
    vec![
        page("GET /people"),
        li(page("GET /people/{id}")),
        page("GET /grants"),
        page("GET /audit"),
        form("POST /people", "name=Wu&looks=cn"),
        form("POST /people", "name=Wu&looks=mars"),
        form("POST /people", "name=Wu"),
        new("POST /people").in_session().form("name=Wu&looks=cn"),
        li(form("POST /people/{id}", "do=save&name=Li&looks=cn&sets-up=*")),
        li(form("POST /people/{id}", "do=save&name=&looks=cn")),
        li(form("POST /people/{id}", "do=link")),
        form("POST /grants", "subject=till+14&scope=issue%3Astore%2F12"),
        form("POST /grants", "subject=till+14&scope=issue%3Astore%2F12&days=401"),
        form("POST /grants/{id}", "").at(&[("id", "00000000-0000-0000-0000-000000000000")]),
        new("POST /grants/{id}").at(&[("id", "x")]).grant("admin"),
        new("PUT /brand").in_session().json(&json!({"name": "Lane"})),
        new("POST /sign-out").in_session().form(""),
        form("POST /sign-out", ""),
        page("GET /people"),
    ]
}

fn ended() -> Vec<Call> {
    let at = |route| new(route).at(&[("id", "li")]).grant("admin");
    vec![
        at("DELETE /people/{id}/sessions"),
        at("DELETE /people/{id}"),
        at("DELETE /people/{id}"),
        at("DELETE /people/{id}/sessions"),
    ]
}
