//! A later version's data: more attributes, more fields, and more keys where this one knows each there is.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::harness::inflated;

/// Adds to every item what a later version may, and returns the kinds of items there are.
pub fn add_to(items: &mut [Value]) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for item in items {
        kinds.insert(item["pk"]["S"].as_str().unwrap().split('#').next().unwrap().to_owned());
        item["later"] = json!({"M": {"more": {"L": [{"N": "1"}]}}});
        if item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("R#")) {
            let follow_up = json!({"M": {"severity": {"S": "later"}, "trigger": {"S": "nps"}}});
            item["more"] = json!({"M": {"follow_up": follow_up, "later": {"L": [{"N": "1"}]}}});
        }
        if let Some(roles) = item.pointer_mut("/roles/L").and_then(Value::as_array_mut) {
            roles.iter_mut().for_each(|role| role["M"]["later"] = json!({"S": "more"}));
            roles.push(json!({"M": {"role": {"S": "later"}, "scope": {"S": "*"}}}));
        }
        for asked in item.pointer_mut("/asked_before/L").and_then(Value::as_array_mut).into_iter().flatten() {
            asked["M"]["later"] = json!({"S": "more"});
        }
        if let Some(opening) = item.pointer_mut("/opening/M") {
            opening["later"] = json!({"L": [{"S": "more"}]});
        }
        for tried in item.pointer_mut("/attempts/L").and_then(Value::as_array_mut).into_iter().flatten() {
            tried["M"]["later"] = json!({"S": "more"});
        }
        for name in ["definition", "brand", "account", "endpoint", "data", "node", "trend", "action"] {
            let text = item.get(name).and_then(|text| text["S"].as_str());
            // Of what is due, the endpoint is an id.
            if let Some(text) = text.filter(|text| text.starts_with('{')) {
                item[name] = json!({"S": with_more(serde_json::from_str(text).unwrap()).to_string()});
            }
        }
        if let Some(content) = item.get("content").and_then(|content| content["B"].as_str()) {
            item["content"] = json!({"B": STANDARD.encode(deflated(&with_more(inflated(content))))});
        }
    }
    kinds
}

/// A definition, a brand or the content of a rollup, with more in it.
fn with_more(mut value: Value) -> Value {
    add(&mut value);
    for question in within(&mut value, "questions") {
        add(question);
        within(question, "options").into_iter().for_each(add);
        question.get_mut("ask_if").into_iter().for_each(add);
    }
    for list in ["modules", "stores", "provider", "to"] {
        within(&mut value, list).into_iter().filter(|within| within.is_object()).for_each(add);
    }
    value.get_mut("invite").into_iter().for_each(add);
    for rule in within(&mut value, "follow_up") {
        add(rule);
        rule.get_mut("when").into_iter().for_each(add);
    }
    if let Some(types) = value.get_mut("types").and_then(Value::as_array_mut) {
        types.push(json!("later.*"));
    }
    for object in ["wechat", "alipay", "operations"] {
        value.get_mut(object).into_iter().for_each(add);
    }
    for tally in within(&mut value, "tallies") {
        add(tally);
        within(tally, "joint").into_iter().for_each(add);
        for map in ["channels", "segments", "hours"] {
            tally[map]["later"] = json!([9, 9, 9, 9, 9, 9, 9]);
        }
        tally["ordered"]["later"] = json!([9, [9, 9, 9, 9, 9, 9]]);
        tally["signs"]["later"] = json!([1, 2]);
        tally["amounts"]["CNY later"] = json!([9, 9, 9, 9, 9, 9, 9]);
        for named in ["tables", "staff"] {
            // A group may get more counts.
            within(tally, named)
                .into_iter()
                .filter_map(Value::as_array_mut)
                .filter(|counts| counts.len() == 6)
                .for_each(|counts| counts.push(json!(9)));
        }
    }
    for scope in within(&mut value, "signs") {
        for signs in values(scope) {
            signs["later"] = json!([1, 2]);
        }
    }
    for by_scope in ["children", "signs"] {
        for by_series in within(&mut value, by_scope) {
            by_series["dine-in@later"] = json!({"later": true});
        }
    }
    for name in ["tallies", "shown_before"] {
        if let Some(by_series) = value.get_mut(name) {
            by_series["dine-in@later"] = json!({"later": true});
        }
    }
    value
}

/// A field in an object.
fn add(object: &mut Value) {
    object["later"] = json!({"more": [1]});
}

/// The values in the list or the map of a field, where there is one.
fn within<'a>(value: &'a mut Value, field: &str) -> Vec<&'a mut Value> {
    value.get_mut(field).map(values).unwrap_or_default()
}

fn values(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    }
}

fn deflated(content: &Value) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    serde_json::to_writer(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}
