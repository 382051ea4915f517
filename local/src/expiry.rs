//! Drops items that expire, as DynamoDB does some time after their hour. The engine's own sweep reads the whole table
//! in one go each time; this one reads a page, lets the guests in, and goes on.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use dynoxide::{AttributeValue, Item};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Failure, TABLE};

/// How long after a start the first sweep begins: the start and its guests come first.
const FIRST: Duration = Duration::from_secs(120);

/// How long after a sweep the next begins. DynamoDB itself takes hours.
const NEXT: Duration = Duration::from_secs(600);

/// How many items are checked in one piece: a millisecond or two of the table's time.
const PIECE: usize = 200;

/// How long the table is left alone between two pieces.
const PAUSE: Duration = Duration::from_millis(20);

/// Sweeps now and then, until it is asked to stop.
pub(crate) fn sweep_now_and_then(database: &dynoxide::Database, expires: &str, stop: &Receiver<()>) {
    let stopped = |wait| stop.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
    let mut wait = FIRST;
    while !stopped(wait) {
        match sweep(database, expires, Timestamp::now(), || stopped(PAUSE)) {
            Ok(0) => {}
            Ok(dropped) => tracing::info!(outcome = "expired", dropped),
            Err(error) => tracing::warn!(outcome = "sweep-failed", %error),
        }
        wait = NEXT;
    }
}

/// Drops the items whose time was over at an instant, piece by piece, and says how many. Between two pieces `stopped`
/// waits, and says whether to stop.
pub(crate) fn sweep(
    database: &dynoxide::Database,
    expires: &str,
    now: Timestamp,
    stopped: impl Fn() -> bool,
) -> Result<usize, Failure> {
    let mut dropped = 0;
    let mut from = Value::Null;
    loop {
        let (expired, next) = expired(database, expires, now, &from)?;
        for item in expired {
            dropped += usize::from(drop_if_expired(database, expires, now, item)?);
        }
        match next {
            Some(next) if !stopped() => from = next,
            _ => return Ok(dropped),
        }
    }
}

/// The keys of the expired items of one piece, and where the next piece begins; none after the last.
fn expired(
    database: &dynoxide::Database,
    expires: &str,
    now: Timestamp,
    from: &Value,
) -> Result<(Vec<Item>, Option<Value>), Failure> {
    let mut request = json!({
        "TableName": TABLE,
        "Limit": PIECE,
        "FilterExpression": "#expires < :now",
        "ProjectionExpression": "pk, sk",
        "ExpressionAttributeNames": {"#expires": expires},
        "ExpressionAttributeValues": {":now": {"N": now.as_second().to_string()}},
    });
    if let (Value::Object(fields), false) = (&mut request, from.is_null()) {
        fields.insert("ExclusiveStartKey".into(), from.clone());
    }
    let request = serde_json::from_value(request).map_err(|error| failed(&error))?;
    // Before the first start has made the table there is nothing to drop.
    let page = match database.scan(request) {
        Err(dynoxide::DynoxideError::ResourceNotFoundException(_)) => return Ok((Vec::new(), None)),
        page => page.map_err(|error| failed(&error))?,
    };
    let next = page.last_evaluated_key.map(serde_json::to_value).transpose().map_err(|error| failed(&error))?;
    Ok((page.items.unwrap_or_default(), next))
}

/// Drops one item, unless it has been written again since it was checked.
fn drop_if_expired(
    database: &dynoxide::Database,
    expires: &str,
    now: Timestamp,
    key: HashMap<String, AttributeValue>,
) -> Result<bool, Failure> {
    let request = json!({
        "TableName": TABLE,
        "Key": key,
        "ConditionExpression": "#expires < :now",
        "ExpressionAttributeNames": {"#expires": expires},
        "ExpressionAttributeValues": {":now": {"N": now.as_second().to_string()}},
    });
    let request = serde_json::from_value(request).map_err(|error| failed(&error))?;
    match database.delete_item(request) {
        Ok(_) => Ok(true),
        Err(dynoxide::DynoxideError::ConditionalCheckFailedException(..)) => Ok(false),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("What has expired could not be dropped: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<T: serde::de::DeserializeOwned>(request: Value) -> T {
        serde_json::from_value(request).unwrap()
    }

    #[test]
    fn what_was_written_anew_since_it_was_looked_at_stays() {
        let database = dynoxide::Database::memory().unwrap();
        let now: Timestamp = "2026-11-21T04:35:00Z".parse().unwrap();
        assert_eq!(sweep(&database, "expires", now, || false).unwrap(), 0, "there is no table yet");
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let table = json!({
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "AttributeDefinitions": [text("pk"), text("sk")],
        });
        database.create_table(call(table)).unwrap();
        let put = |expires: i64| {
            let item = json!({"pk": {"S": "L#a"}, "sk": {"S": "-"}, "expires": {"N": expires.to_string()}});
            database.put_item(call(json!({"TableName": TABLE, "Item": item}))).unwrap();
        };
        put(now.as_second() - 1);
        let (mut found, next) = expired(&database, "expires", now, &Value::Null).unwrap();
        assert_eq!((found.len(), next), (1, None));
        put(now.as_second() + 1);
        assert!(!drop_if_expired(&database, "expires", now, found.remove(0)).unwrap());
        assert_eq!(sweep(&database, "expires", now, || false).unwrap(), 0);
        assert_eq!(
            sweep(&database, "expires", now.saturating_add(jiff::SignedDuration::from_secs(2)).unwrap(), || false)
                .unwrap(),
            1
        );
    }
}
