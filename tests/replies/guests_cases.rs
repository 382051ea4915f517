//! A guest's steps in the case that their answer opened.

use aftertaste::domain::{access::GuestKeys, visit::Channel};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::{
    calls::{Call, new},
    receipt,
};
use crate::harness::signed_for;

/// A guest's steps in the case that their answer opened, before the store has replied.
pub fn guests_cases(keys: &GuestKeys, now: Timestamp) -> Vec<Call> {
    const SUBMISSION: &str = "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b14";
    let (link, none) = (receipt(12, "case", now), receipt(12, "no case", now));
    let old = signed_for(keys, 12, now - 800.hours(), "old", Channel::Receipt, 0);
    let get = |link: &str| new("GET /s/{link}/case").at(&[("link", link)]);
    let post = || new("POST /s/{link}/case").at(&[("link", &link)]);
    let theirs = |body: Value| {
        let mut body = body;
        body["submission"] = json!(SUBMISSION);
        post().json(&body)
    };
    let form = |fields: &str| post().query("lang=en").form(&format!("submission={SUBMISSION}{fields}"));
    let answer = json!({"answers": {"nps": 1, "csat": 1, "why": "汤是凉的"}, "submission": SUBMISSION});
    let answers = || new("POST /s/{link}").at(&[("link", &link)]).json(&answer);
    vec![
        answers(),
        answers(),
        get(&link).wants_json(),
        get(&link).wants_page(),
        get(&link).wants_json().header("submission", SUBMISSION),
        get(&link).wants_json().header("submission", "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b99"),
        get(&link).wants_json().header("submission", "x"),
        theirs(json!({"said": "solved"})),
        theirs(json!({"said": "perhaps"})),
        theirs(json!({"said": "solved", "contact": null})),
        theirs(json!({"contact": {"how": "13812345678"}})),
        theirs(json!({"contact": {"how": ""}})),
        theirs(json!({"contact": null})),
        theirs(json!({})),
        post().json(&json!({"said": "solved"})),
        post().sends("text/plain", "solved"),
        form(""),
        form("&said=not-solved"),
        form("&said=x"),
        form("&contact_how=13812345678&contact_agreed=1"),
        form("&contact_how=13812345678"),
        form("&forget_contact=1"),
        post().query("lang=en").form("submission=&said=solved"),
        get(&none).wants_json(),
        get(&none).wants_page(),
        get(&old).wants_json(),
        get("forged").wants_json(),
        new("DELETE /s/{link}").at(&[("link", &link)]).header("submission", SUBMISSION),
        get(&link).wants_json(),
    ]
}
