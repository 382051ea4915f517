//! The calls of accounts and payment providers: an operator puts an account, and notices come.

use serde_json::{Value, json};

use super::calls::{Call, new};
use crate::events::event;

pub fn payments() -> Vec<Call> {
    let notices = [
        "account-unknown",
        "valid",
        "valid-base64",
        "refund",
        "valid",
        "self-test",
        "another-event",
        "store-unknown",
        "wrong-signature",
        "no-signature",
        "stale",
        "no-payment",
    ];
    let mut all = accounts();
    all.extend(notices.map(notice));
    let at = |provider: &str, account: &str| {
        new("POST /payments/{provider}/{account}").at(&[("provider", provider), ("account", account)])
    };
    all.extend([
        at("stripe", "till").json(&json!({})),
        at("wechat", "till").json(&json!({})),
        at("standard", "Till").json(&json!({})),
        at("standard", "till").sends("application/json", &"x".repeat(262_145)),
        new("GET /accounts/{account}").at(&[("account", "till")]).grant("admin"),
    ]);
    all
}

/// An account that is put, and what comes to it, each with its status.
pub fn of_one_account() -> Vec<(Call, u16)> {
    let body: Value = serde_json::from_str(event("manage-catalog", "valid-account")["body"].as_str().unwrap()).unwrap();
    let put = new("PUT /accounts/{account}").at(&[("account", "till")]).grant("admin").json(&body);
    let [valid, unknown, forged] = ["valid", "store-unknown", "wrong-signature"].map(notice);
    vec![(put, 200), (valid, 200), (unknown, 200), (forged, 401)]
}

fn accounts() -> Vec<Call> {
    let put = || new("PUT /accounts/{account}").at(&[("account", "till")]);
    let body: Value = serde_json::from_str(event("manage-catalog", "valid-account")["body"].as_str().unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = body.clone();
        changed[name] = value;
        changed
    };
    let get = || new("GET /accounts/{account}").at(&[("account", "till")]);
    vec![
        get().grant("admin"),
        put().grant("admin").json(&body),
        put().grant("admin").json(&json!({"provider": {"standard": {}}, "stores": [{"from": "location"}]})),
        put().grant("admin").json(&with("secrets", json!([]))),
        put().grant("admin").json(&with("secrets", json!(["whsec_"]))),
        put().grant("admin").json(&with("secrets", json!("whsec_"))),
        put().grant("admin").json(&with("stores", json!([{"from": "location", "is": {"a": 404}}]))),
        put().grant("admin").json(&with("colour", json!("red"))),
        put().grant("admin").json(&with("provider", json!({"paypal": {}}))),
        put().grant("admin:cn").json(&body),
        put().grant("issue").json(&body),
        put().json(&body),
        get().grant("admin:cn"),
        get().grant("admin"),
        new("GET /accounts/{account}").at(&[("account", "Till")]).grant("admin"),
    ]
}

/// A notice of events/, as it is written.
fn notice(name: &str) -> Call {
    let event = event("receive-payment", name);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let is_base64 = event["isBase64Encoded"] == true;
    let mut call = new("POST /payments/{provider}/{account}").at(&[
        ("provider", &text(&event["pathParameters"]["provider"])),
        ("account", &text(&event["pathParameters"]["account"])),
    ]);
    for (header, value) in event["headers"].as_object().unwrap() {
        // A call's headers live as long as the tests do.
        call = call.header(header.clone().leak(), text(value).leak());
    }
    Call { body: text(&event["body"]), is_base64, ..call }
}
