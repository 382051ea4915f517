//! Puts values where a mapping reads them, so that a sample becomes another notice.

use std::borrow::Cow;

use notices::mapped::{Origin, Spot};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::sent::Sent;

/// Puts a value at a place, which has to be there except for the last step of a pointer. The pointer of the item, at
/// which all others begin, is `item`. `None` when it can't be put.
pub(crate) fn put(sent: &mut Sent, origin: &Origin, item: &str, value: &str) -> Option<()> {
    match origin {
        Origin::Header(name) => {
            let header = sent.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
            value.clone_into(&mut header.1);
        }
        Origin::Query(name) => sent.query = with_parameter(&sent.query, name, value)?,
        Origin::Form(name) => sent.body = with_parameter(&sent.body, name, value)?,
        Origin::Json(pointer) => {
            let mut body: Value = serde_json::from_str(&sent.body).ok()?;
            let pointer = format!("{item}{pointer}");
            let steps: Vec<&str> = pointer.strip_prefix('/')?.split('/').collect();
            set(&mut body, &steps, value)?;
            sent.body = body.to_string();
        }
    }
    Some(())
}

/// Puts a value at the part of a place that counts, and leaves what is around it.
pub(crate) fn put_part(sent: &mut Sent, spot: &Spot, item: &str, value: &str) -> Option<()> {
    let whole = there(sent, &spot.at, item)?;
    let prefix = spot.strip.as_deref().unwrap_or_default();
    let text = whole.strip_prefix(prefix)?;
    let (before, inner, behind) = match &spot.part {
        None => ("", text, ""),
        Some(name) => around(text, name)?,
    };
    let mark = spot.after_last.as_deref().unwrap_or_default();
    let kept = inner.rsplit_once(mark).filter(|_| !mark.is_empty()).map(|(kept, _)| [kept, mark].concat());
    let text = [prefix, before, &kept.unwrap_or_default(), value, behind].concat();
    put(sent, &spot.at, item, &text)
}

/// The text that is at a place.
fn there(sent: &Sent, origin: &Origin, item: &str) -> Option<String> {
    match origin {
        Origin::Header(name) => {
            sent.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        }
        Origin::Query(name) => parameter(&sent.query, name),
        Origin::Form(name) => parameter(&sent.body, name),
        Origin::Json(pointer) => {
            let body: Value = serde_json::from_str(&sent.body).ok()?;
            body.pointer(&format!("{item}{pointer}")).map(|value| value.as_str().unwrap_or_default().to_owned())
        }
    }
}

/// The texts before, in and behind the value of a name in `name="value",name="value"`.
fn around<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str, &'t str)> {
    let start = format!("{name}=\"");
    let (at, _) = text
        .match_indices(&start)
        .find(|(at, _)| text.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([',', ' '])))?;
    let (before, rest) = text.split_at_checked(at + start.len())?;
    let (inner, _) = rest.split_once('"')?;
    let (_, behind) = rest.split_at_checked(inner.len())?;
    Some((before, inner, behind))
}

fn parameter(text: &str, name: &str) -> Option<String> {
    let (_, value) =
        text.split('&').filter_map(|pair| pair.split_once('=')).find(|(other, _)| decoded(other) == name)?;
    Some(decoded(value).into_owned())
}

/// A form or query with another value of a name that it has. All else stays as it is written.
fn with_parameter(text: &str, name: &str, value: &str) -> Option<String> {
    let mut found = false;
    let pair = |pair| match str::split_once(pair, '=') {
        Some((other, _)) if decoded(other) == name => {
            found = true;
            format!("{other}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        }
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = text.split('&').map(pair).collect();
    found.then(|| pairs.join("&"))
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Puts a value into JSON, through texts that are JSON themselves. A number stays one if the value is one.
fn set(here: &mut Value, steps: &[&str], value: &str) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        *here = match (&*here, value.parse::<u64>()) {
            (Value::Number(_), Ok(number)) => number.into(),
            (Value::Bool(_), _) if value == "true" || value == "false" => (value == "true").into(),
            _ => value.into(),
        };
        return Some(());
    };
    let step = step.replace("~1", "/").replace("~0", "~");
    match here {
        Value::Object(members) if rest.is_empty() => set(members.entry(step).or_insert(Value::Null), rest, value),
        Value::Object(members) => set(members.get_mut(&step)?, rest, value),
        Value::Array(entries) => set(entries.get_mut(step.parse::<usize>().ok()?)?, rest, value),
        Value::String(text) => {
            let mut inside: Value = serde_json::from_str(text).ok()?;
            set(&mut inside, steps, value)?;
            *text = inside.to_string();
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(header: &str, query: &str, body: &str) -> Sent {
        let headers = vec![("Authorization".to_owned(), header.to_owned())];
        Sent { headers, query: query.to_owned(), body: body.to_owned() }
    }

    fn spot(strip: Option<&str>, after_last: Option<&str>, part: Option<&str>) -> Spot {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let at = Origin::Header("authorization".to_owned());
        Spot { at, strip: owned(strip), after_last: owned(after_last), part: owned(part) }
    }

    #[test]
    fn what_is_around_a_value_stays() {
        let mut lists = sent("KEY my_n=\"1\",n=\"2\", m=\"3\"", "", "");
        put_part(&mut lists, &spot(Some("KEY "), None, Some("n")), "", "9").unwrap();
        put_part(&mut lists, &spot(Some("KEY "), None, Some("m")), "", "8").unwrap();
        assert_eq!(lists.headers[0].1, "KEY my_n=\"1\",n=\"9\", m=\"8\"");
        for (before, after) in [("terminal old", "terminal new"), ("old", "new")] {
            let mut signed = sent(before, "", "");
            put_part(&mut signed, &spot(None, Some(" "), None), "", "new").unwrap();
            assert_eq!(signed.headers[0].1, after);
        }
    }

    #[test]
    fn parameters_are_encoded_and_numbers_stay_numbers() {
        let mut one = sent("", "a=1&b=%31", r#"{"list":[{"of":{"n":1,"t":"x","in":"{\"n\":2}"}}]}"#);
        put(&mut one, &Origin::Query("b".to_owned()), "", "store=12").unwrap();
        assert_eq!(one.query, "a=1&b=store%3D12");
        for (pointer, value) in [("/n", "5"), ("/t", "5"), ("/in/n", "6"), ("/new", "7")] {
            put(&mut one, &Origin::Json(pointer.to_owned()), "/list/0/of", value).unwrap();
        }
        assert_eq!(one.body, r#"{"list":[{"of":{"n":5,"t":"5","in":"{\"n\":6}","new":"7"}}]}"#);
        for missing in [Origin::Query("c".to_owned()), Origin::Header("x".to_owned()), Origin::Form("a".to_owned())] {
            assert_eq!(put(&mut one, &missing, "", "1"), None);
        }
        assert_eq!(put(&mut one, &Origin::Json("/no/where".to_owned()), "", "1"), None);
    }
}
