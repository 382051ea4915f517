//! The names of the demo's nodes.

use std::collections::BTreeMap;

use aftertaste::domain::{place::Path, survey::Node};
use serde_json::{Value, json};

use super::failed;
use crate::Failure;

/// Path, and the name in English, simplified and traditional Chinese.
const NODES: [(&str, &str, &str, &str); 6] = [
    ("cn", "Lane's Kitchen China", "巷子小馆全国", "巷子小館全國"),
    ("cn/east", "China East", "华东", "華東"),
    ("cn/east/shanghai", "Shanghai", "上海", "上海"),
    ("cn/east/hangzhou", "Hangzhou", "杭州", "杭州"),
    ("cn/north", "China North", "华北", "華北"),
    ("cn/north/beijing", "Beijing", "北京", "北京"),
];

/// Every node above the demo's stores, with its names.
pub(super) fn nodes() -> Result<BTreeMap<Path, Node>, Failure> {
    let named = NODES.map(|(path, english, simplified, traditional)| {
        let name = json!({"name": {"en": english, "zh-CN": simplified, "zh-TW": traditional}});
        (path, name)
    });
    let nodes: serde_json::Map<String, Value> = named.map(|(path, name)| (path.to_owned(), name)).into_iter().collect();
    serde_json::from_value(nodes.into()).map_err(|error| failed(&error))
}
