//! Items that can't be read: they are fuzzed like any other, and stop nothing.

use aftertaste_local::TABLE;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    scene::{OWN_STORE, Scene, UNREADABLE_STORE, UNREADABLE_SURVEY},
    wire::exchange,
};
use crate::harness::proxy::ask;

/// Puts a store, a survey and a rollup of the store that always works, none of which can be read.
pub async fn put(dynamodb: &str, scene: &Scene) {
    let path = json!({"S": "cn/east/shanghai"});
    let store = json!({"pk": {"S": "STORES"}, "sk": {"S": format!("{UNREADABLE_STORE:06}")}, "path": path,
        "name": {"N": "1"}});
    let survey = json!({"pk": {"S": format!("SURVEY#{UNREADABLE_SURVEY}")}, "sk": {"S": "v00001"},
        "definition": {"S": "{\"questions\":[]}"}});
    // Of a day that no count replaces, and that reports ask for.
    let rollup = json!({"pk": {"S": format!("D#store/{OWN_STORE}")}, "sk": {"S": scene.day(15).to_string()},
        "form": {"N": "1"}, "counted_at": {"N": "1"}, "content": {"B": "AAAA"}});
    for item in [store, survey, rollup] {
        ask(dynamodb, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    }
}

/// An operator learns which item can't be read.
pub async fn is_told(scene: &Scene) {
    let grant = scene.token("admin", scene.now + 1.hour());
    for path in [format!("/stores/{UNREADABLE_STORE}"), format!("/surveys/{UNREADABLE_SURVEY}")] {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", scene.host);
        let request = format!("{head}authorization: Bearer {grant}\r\n\r\n");
        let reply = exchange(&scene.host, request.as_bytes()).await.unwrap();
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &body["type"]), (409, &json!("/problems/item-unreadable")), "{path}");
    }
}
