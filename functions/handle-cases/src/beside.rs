//! A problem with what is there now beside it: the caller need not ask again.

use aftertaste::http::{Problem, Reply};
use serde::Serialize;
use serde_json::Value;

/// The reply of a problem, with one more member.
pub(crate) fn with_what_is_there(problem: Problem, name: &str, there: &impl Serialize) -> Reply {
    let mut reply = Reply::from(problem);
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) {
        body.insert(name.to_owned(), serde_json::to_value(there).unwrap_or_default());
        reply.body = Value::Object(body).to_string().into_bytes();
    }
    reply
}
