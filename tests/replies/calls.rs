//! One call for each thing that a route may say.

use aftertaste::domain::{
    access::GuestKeys,
    visit::{Channel, TableCode, TableNumber},
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::{
    cases::{cases, trends},
    endpoints::endpoints,
    guests_cases::guests_cases,
    nodes::nodes,
    payments::payments,
    people, receipt,
};
use crate::harness::signed_for;

/// A call as API Gateway would hand it over.
#[derive(Clone, Default)]
pub struct Call {
    pub route: &'static str,
    pub parameters: Vec<(&'static str, String)>,
    pub query: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub grant: Option<&'static str>,
    pub token: Option<String>,
    pub body: String,
    pub is_base64: bool,
    /// The session's cookie, as `SESSION` stands for it.
    pub cookie: Option<&'static str>,
}

pub fn new(route: &'static str) -> Call {
    Call { route, ..Call::default() }
}

impl Call {
    pub fn at(mut self, parameters: &[(&'static str, &str)]) -> Self {
        self.parameters = parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    pub fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// A grant for these scopes; one that ended an hour ago if they begin with `ended `.
    pub fn grant(self, scopes: &'static str) -> Self {
        Self { grant: Some(scopes), ..self }
    }

    /// A token as it is.
    pub fn bearer(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A page of the session that the calls before have begun.
    pub fn in_session(self) -> Self {
        Self { cookie: Some("__Host-aftertaste=SESSION"), ..self.header("sec-fetch-site", "same-origin") }
    }

    pub fn json(self, body: &Value) -> Self {
        self.sends("application/json", &body.to_string())
    }

    pub fn form(self, body: &str) -> Self {
        self.sends("application/x-www-form-urlencoded", body).header("accept", "text/html,*/*;q=0.8")
    }

    pub fn sends(self, kind: &'static str, body: &str) -> Self {
        Self { body: body.to_owned(), ..self.header("content-type", kind) }
    }

    pub fn wants_json(self) -> Self {
        self.header("accept", "application/json")
    }

    pub fn wants_page(self) -> Self {
        self.header("accept", "text/html").header("accept-language", "en")
    }

    pub fn name(&self) -> String {
        let values: Vec<&str> = self.parameters.iter().map(|(_, value)| value.as_str()).collect();
        let kind = self.headers.iter().find(|(name, _)| *name == "accept").map_or("", |(_, value)| value);
        let body: String = self.body.chars().take(120).collect();
        [self.route, &values.join(" "), self.query, kind, self.grant.unwrap_or("no grant"), &body].join(" | ")
    }
}

pub fn calls(keys: &GuestKeys, now: Timestamp) -> Vec<Call> {
    let of_guests = [links(), codes(keys), surveys(keys, now), answers(keys, now), guests_cases(keys, now)].concat();
    let of_operators = [
        catalog(),
        nodes(),
        days(),
        people::people(),
        erasures(now),
        payments(),
        endpoints(now),
        cases(now),
        trends(now),
    ]
    .concat();
    [of_guests, reports(), of_operators].concat()
}

fn links() -> Vec<Call> {
    let post = || new("POST /links").grant("issue");
    let paid = |store: u32, at: &str, more: Value| {
        let mut body = json!({"store": store, "payment": "4200001234202611211234567890", "paid_at": at});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        body
    };
    let at = "2026-11-21T12:31:07+08:00";
    let draw =
        |file| new("GET /links/{link}/{file}").at(&[("link", "EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj"), ("file", file)]);
    vec![
        post().json(&paid(12, at, json!({"channel": "receipt"}))),
        post().json(&paid(12, at, json!({"channel": "sms", "segment": 2}))),
        post().json(&paid(12, at, json!({"channel": "staff"}))),
        new("POST /links").grant("pulse:").json(&paid(12, at, json!({"channel": "staff"}))),
        new("POST /links").grant("pulse:").json(&paid(12, at, json!({"channel": "staff", "segment": 1}))),
        post().json(&paid(
            12,
            at,
            json!({"context": {"table": "7", "staff": "lin", "amount": 18_800, "currency": "CNY"}}),
        )),
        post().json(&paid(12, at, json!({"context": {"amount": 18_800}}))),
        post().json(&paid(12, at, json!({"channel": "table"}))),
        post().json(&paid(12, at, json!({"channel": "test"}))),
        post().grant("issue:store/12").json(&paid(12, at, json!({}))),
        post().grant("issue:store/13").json(&paid(12, at, json!({}))),
        post().json(&paid(12, at, json!({"segment": 16}))),
        post().json(&paid(12, at, json!({"payment": ""}))),
        post().json(&paid(12, at, json!({"customer": "x"}))),
        post().json(&paid(12, at, json!({"customer": "x", "payment": "4711"}))),
        post().json(&paid(12, at, json!({"customer": ""}))),
        post().json(&paid(12, "2026-11-21T12:50:00+08:00", json!({}))),
        post().json(&paid(12, "2026-11-01T12:50:00+08:00", json!({}))),
        post().json(&paid(12, "2019-11-01T12:50:00+08:00", json!({}))),
        post().json(&paid(12, "noon", json!({}))),
        post().json(&paid(4040, at, json!({}))),
        post().json(&json!([])),
        post().json(&json!({})),
        post().sends("application/json", "{"),
        post().sends("text/plain", "{}"),
        post().sends("application/json", &"x".repeat(16_385)),
        new("POST /links").json(&json!({})),
        new("POST /links").bearer("x").json(&json!({})),
        new("POST /links").grant("ended issue").json(&json!({})),
        new("POST /links").grant("admin").json(&json!({})),
        draw("qr").header("accept", "image/png"),
        draw("qr.svg"),
        draw("qr.png"),
        draw("qr.bin"),
        draw("qr.csv"),
        draw("x"),
        new("GET /links/{link}/{file}").at(&[("link", "forged"), ("file", "qr.svg")]),
    ]
}

/// The code of a store's table 7.
pub fn code(keys: &GuestKeys, store: u32) -> String {
    TableCode { store: store.try_into().unwrap(), table: TableNumber::try_from(7).unwrap() }.sign(keys)
}

fn codes(keys: &GuestKeys) -> Vec<Call> {
    let code = |store| code(keys, store);
    let post = || new("POST /codes").grant("issue");
    let mut calls = vec![
        post().json(&json!({"store": 12, "table": 7})),
        post().json(&json!({"store": 12})),
        post().json(&json!({"store": 4040})),
        post().json(&json!({"store": 12, "table": -1})),
        new("POST /codes").grant("admin").json(&json!({"store": 12})),
        new("GET /codes/{code}/{file}").at(&[("code", &code(12)), ("file", "qr.svg")]),
        new("GET /codes/{code}/{file}").at(&[("code", &code(12)), ("file", "qr.pdf")]),
        new("GET /codes/{code}/{file}").at(&[("code", "forged"), ("file", "qr.svg")]),
        new("GET /t/{code}").at(&[("code", "forged")]).wants_page(),
        new("GET /t/{code}").at(&[("code", "forged")]).wants_json(),
        new("GET /t/{code}").at(&[("code", &code(4040))]).wants_json(),
        new("GET /t/{code}").at(&[("code", &code(13))]).query("lang=en").wants_page(),
    ];
    // One more than an address may open in a minute.
    calls.extend(std::iter::repeat_n(new("GET /t/{code}").at(&[("code", &code(14))]).wants_json(), 21));
    calls
}

fn surveys(keys: &GuestKeys, now: Timestamp) -> Vec<Call> {
    let get = |link: &str| new("GET /s/{link}").at(&[("link", link)]);
    let link = receipt(12, "survey", now);
    let table = signed_for(keys, 12, now - 4.minutes(), "table", Channel::Table, 0);
    let (old, future, gone) = (
        signed_for(keys, 12, now - 200.hours(), "old", Channel::Receipt, 0),
        signed_for(keys, 12, now + 1.hour(), "future", Channel::Receipt, 0),
        receipt(4040, "gone", now),
    );
    let mut calls = vec![
        get(&link).wants_json(),
        get(&link).wants_json().query("lang=en"),
        get(&table).wants_json().query("lang=zh-TW"),
        get(&link).wants_page(),
        get(&link).wants_page().query("end=thanks"),
        get(&link).wants_page().query("end=answered"),
        new("GET /s/{link}/receipt").at(&[("link", &link)]).wants_page(),
        new("GET /s/{link}/receipt").at(&[("link", "forged")]).wants_page(),
    ];
    for wrong in ["forged", &old, &future, &gone] {
        calls.extend([get(wrong).wants_json(), get(wrong).wants_page()]);
    }
    calls
}

fn answers(keys: &GuestKeys, now: Timestamp) -> Vec<Call> {
    let at = |link: &str| new("POST /s/{link}").at(&[("link", link)]);
    let back = |link: &str| new("DELETE /s/{link}").at(&[("link", link)]);
    let (link, form, half) = (receipt(12, "json", now), receipt(12, "form", now), receipt(12, "half", now));
    let old = signed_for(keys, 12, now - 200.hours(), "old", Channel::Receipt, 0);
    const SUBMISSION: &str = "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10";
    let good = json!({"answers": {"nps": 9, "csat": 5, "why": "汤 13812345678"}, "seconds": 11,
        "submission": SUBMISSION});
    let many: Value = (0..60).map(|i| (format!("a{i}"), json!(i))).collect::<serde_json::Map<_, _>>().into();
    vec![
        at(&link).json(&json!({"answers": {"nps": 11, "colour": 1, "why": "a\u{7}"}})),
        at(&link).json(&json!({"answers": {}})),
        at(&link).json(&json!({"answers": {"nps": 9, "csat": 5}, "survey": "other"})),
        at(&link).json(&json!({"answers": {"nps": 9, "csat": 5}, "version": 99})),
        at(&link).json(&json!({"answers": {"nps": 9, "csat": 5}, "joy": 1})),
        at(&link).json(&json!({"answers": {"nps": 9, "csat": 5}, "submission": "x"})),
        at(&link).json(&json!({"nps": 9})),
        at(&link).sends("text/plain", "9"),
        at(&link).sends("application/json", "9"),
        at(&link).json(&good),
        at(&link).json(&good),
        at(&link).json(&json!({"answers": {"nps": 1, "csat": 1}})),
        at(&link).json(&json!({"answers": {"nps": 1}, "partial": true})),
        back(&link),
        back(&link).header("submission", "x"),
        back(&link).header("submission", "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b99"),
        back(&link).header("submission", SUBMISSION),
        back(&link).header("submission", SUBMISSION),
        at(&link).json(&good),
        at(&link).json(&json!({"answers": {"nps": 8, "csat": 4}})),
        at(&half).json(&json!({"answers": {"nps": 1}, "partial": true})),
        at(&half).json(&json!({"answers": {"nps": 2}, "partial": true})),
        at(&half).json(&json!({"answers": {"nps": 3, "csat": 3}, "asks_reply": "yes"})),
        at(&half).json(&json!({"answers": {"nps": 3, "csat": 3}, "asks_reply": true, "imported": true})),
        at(&form).query("lang=en").form("nps=9&csat=9&why=kept"),
        at(&form).query("lang=en").form("nps=9&csat=5&survey=other"),
        at(&form).query("lang=en").form("nps=9&csat=5&version=99"),
        at(&form).query("lang=en").form("nps=9&csat=5&version=x"),
        at(&form).query("lang=en").form("nps=9&csat=5&seconds=-3&submission=0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10"),
        at(&form).query("lang=en").form("nps=1&csat=1"),
        at(&form).sends("application/x-www-form-urlencoded", "nps=1&csat=1").wants_json(),
        at(&form).query("lang=en").form("take_back=1"),
        at(&form).query("lang=en").form("take_back=1&submission=0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10"),
        at(&form).query("lang=en").form("nps=9&csat=5&submission=0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b10"),
        at(&link).json(&json!({"answers": many})),
        at(&form).form(&format!("why={}", "x".repeat(17_000))),
        at("forged").json(&good),
        at("forged").form("nps=9"),
        at(&old).json(&good),
        back("forged"),
    ]
}

fn reports() -> Vec<Call> {
    let get = |scope: &str| new("GET /reports/{scope+}").at(&[("scope", scope)]).grant("report:");
    vec![
        get("store/12.json"),
        get("store/13.json").query("from=2026-11-20&to=2026-11-20"),
        get("cn.json"),
        get("cn/east/shanghai.json").query("survey=dine-in@table"),
        get("store/12.json").query("survey=other"),
        get("store/12.json").query("comments_before=2026-11-21T00:00Z%23000000000"),
        get("store/12.csv"),
        get("cn/east.csv"),
        get("store/12").wants_page(),
        get("cn").wants_page().query("lang=zh-CN"),
        get("cn").header("accept", "text/csv"),
        get("store/12.json").query("from=2026-11-21&to=2026-11-20"),
        get("store/12.json").query("from=2026-01-01&to=2026-11-20"),
        get("store/12.json").query("from=yesterday"),
        get("store/4040.json"),
        get("fr.json"),
        get("NOT A SCOPE.json"),
        get("store/12.json").grant("report:cn/north"),
        get("store/12.json").grant("ended report:"),
        new("GET /reports/{scope+}").at(&[("scope", "cn.json")]),
        new("GET /reports/{scope+}").at(&[("scope", "cn.html")]).wants_page(),
        new("GET /login").query("grant=GRANT"),
        new("GET /login").query("grant=x"),
        new("GET /login"),
    ]
}

fn catalog() -> Vec<Call> {
    let admin = |route| new(route).grant("admin");
    let store = |body: Value| admin("PUT /stores/{store}").at(&[("store", "77")]).json(&body);
    let details = json!({"name": "七十七", "path": "cn/west", "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    let with = |field: &str, value: Value| {
        let mut changed = details.clone();
        changed[field] = value;
        store(changed)
    };
    let survey = |body: Value| admin("PUT /surveys/{id}").at(&[("id", "tiny")]).json(&body);
    let tiny = |max: u8| {
        json!({"id": "tiny", "title": {"en": "Tiny"}, "questions": [
            {"id": "nps", "kind": "scale", "min": 0, "max": max, "measures": "recommend", "text": {"en": "?"}}]})
    };
    vec![
        store(details.clone()),
        with("time_zone", json!("Asia/Atlantis")),
        with("name", json!("")),
        with("path", json!("store/1")),
        with("survey", json!("none")),
        with("staff_survey", json!("none")),
        with("staff_survey", json!("dine-in")),
        with("colour", json!("red")),
        with("opening", json!({"mon": ["10:00-10:00"]})),
        with("opening", json!({"daily": ["9-21"]})),
        with("opening", json!({"monday": ["10:00-14:00"]})),
        with("closed_on", json!(["2027-02-06", "tomorrow"])),
        store(json!({"name": "七十七", "path": "cn/west", "time_zone": "Asia/Shanghai", "survey": "dine-in",
            "opening": {"daily": ["17:00-21:30", "10:00-14:00"], "fri": ["18:00-02:00"], "sun": []},
            "closed_on": ["2027-02-07", "2027-02-06"]})),
        admin("PUT /stores/{store}").at(&[("store", "0")]).json(&details),
        admin("PUT /stores/{store}").at(&[("store", "12")]).json(&json!({
            "name": "x", "path": "cn/east/shanghai", "time_zone": "Asia/Tokyo", "survey": "dine-in"})),
        admin("GET /stores/{store}").at(&[("store", "77")]),
        admin("GET /stores/{store}").at(&[("store", "4040")]),
        admin("GET /stores"),
        new("GET /stores").grant("issue"),
        new("GET /stores"),
        survey(tiny(10)),
        survey(tiny(10)),
        survey(tiny(5)),
        survey(json!({"id": "tiny", "title": {}, "questions": []})),
        survey(json!({"id": "other", "title": {"en": "x"}, "questions": []})),
        survey(json!({"id": "tiny"})),
        admin("GET /surveys/{id}").at(&[("id", "tiny")]),
        admin("GET /surveys/{id}").at(&[("id", "none")]),
        admin("GET /surveys/{id}").at(&[("id", "-")]),
        admin("GET /brand"),
        admin("PUT /brand").json(&json!({"name": "", "colour": "red", "retention_days": 1, "segments": {"1": ""},
            "wechat": {"app_id": "", "page": "/x"}})),
        admin("PUT /brand").json(&json!({"name": "Lane", "joy": 1})),
        admin("PUT /brand").json(&json!({"name": "Lane", "privacy": {"en": "{days}"}, "segments": {"1": "VIP"},
            "alipay": {"app_id": "1", "page": "p"}, "wechat": {"app_id": "w", "page": "p"}})),
    ]
}

/// The visits are those with which the scene is filled.
fn erasures(now: Timestamp) -> Vec<Call> {
    let post = || new("POST /erasures").grant("admin");
    let named = |payment: &str| json!({"store": 13, "day": "2026-11-20", "payment": payment});
    vec![
        post().json(&named("visit 1")),
        post().json(&named("visit 1")),
        post().json(&named("visit 2")),
        post().json(&json!({"link": receipt(12, "never answered", now)})),
        post().json(&json!({"link": "forged"})),
        post().json(&json!({"store": 13, "day": "2026-02-30", "payment": "visit 1"})),
        post().json(&json!({"store": 4040, "day": "2026-11-20", "payment": "visit 1"})),
        post().json(&json!({})),
        post().sends("text/plain", "{}"),
        new("POST /erasures").grant("admin:cn").json(&named("visit 1")),
        new("POST /erasures").grant("report:").json(&named("visit 1")),
        new("POST /erasures").json(&named("visit 1")),
    ]
}

fn days() -> Vec<Call> {
    let admin = |route| new(route).grant("admin");
    let day = |store: &str, day: &str, body: Value| {
        admin("PUT /stores/{store}/days/{day}").at(&[("store", store), ("day", day)]).json(&body)
    };
    let csv = |text: &str| admin("PUT /days").sends("text/csv", text);
    vec![
        day("12", "2026-11-21", json!({"orders": 9, "revenue": 1.5, "currency": "CNY"})),
        day("12", "2026-11-21", json!({"orders": 9, "revenue": 1.5})),
        day("12", "2026-11-21", json!({"orders": 99_000_000})),
        day("12", "2026-02-30", json!({"orders": 9})),
        day("4040", "2026-11-21", json!({"orders": 9})),
        csv("store,day,orders\n12,2026-11-19,5\n13,2026-11-19,6\n"),
        csv("store,day,orders\n12,2026-11-19,5\n4040,2026-11-19,6\n"),
        csv("store,day,orders\n12,noon,5\n"),
        csv("store,day\n12,2026-11-19\n"),
        admin("PUT /days").json(&json!({})),
    ]
}
