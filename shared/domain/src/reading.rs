//! How JSON becomes values: strictly at the door, leniently at the table.
//!
//! A caller's JSON may have no field that nobody reads: it would be a spelling mistake that goes unnoticed. An item of
//! the table may have one, because a later version may have written it and been rolled back.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, IntoDeserializer, MapAccess, Visitor, value::Error},
};
use serde_json::Value;

use crate::{Mistakes, shortened};

/// How many mistakes a refusal names at most: it stays short whatever was sent.
pub const NAMED_AT_MOST: usize = 40;

/// Reads a value that a caller sent.
///
/// # Errors
/// Says where something has the wrong type, and names every field that there is not.
pub fn strictly<T: DeserializeOwned>(json: Value) -> Result<T, Mistakes> {
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(place(&path.to_string()));
    let mut track = serde_path_to_error::Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(json, &mut track);
    let read = T::deserialize(serde_ignored::Deserializer::new(deserializer, &mut note));
    let mut mistakes = Mistakes::default();
    for field in unknown.iter().take(NAMED_AT_MOST) {
        mistakes.add(format!("unknown field `{}`: check its spelling, or leave it out.", shortened(field)));
    }
    match read {
        Ok(value) => mistakes.unless(value),
        Err(error) => {
            let path = track.path().to_string();
            let at = if path == "." { String::new() } else { format!("{path}: ") };
            mistakes.add(format!("{at}{}", sentence(&error.to_string())));
            Err(mistakes)
        }
    }
}

/// A place in JSON as it is written for a type: `questions[1].min`, without the marks of optional fields.
fn place(path: &str) -> String {
    let parts = path.split('.').filter(|part| *part != "?");
    parts.fold(String::new(), |before, part| match part.parse::<usize>() {
        Ok(at) => format!("{before}[{at}]"),
        Err(_) if before.is_empty() => part.to_owned(),
        Err(_) => format!("{before}.{part}"),
    })
}

/// The words of serde, as a sentence without the names of Rust's numbers.
fn sentence(text: &str) -> String {
    let numbers = ["u8", "u16", "u32", "u64", "usize"].map(|name| format!("expected {name}"));
    let plain =
        numbers.iter().find_map(|number| Some(format!("{}expected a whole number", text.strip_suffix(number)?)));
    let text = plain.unwrap_or_else(|| text.to_owned());
    if text.ends_with('.') { text } else { format!("{text}.") }
}

/// Reads a map from the table and ignores the keys that this version does not know. An example is the channel or the
/// series of a later one.
///
/// # Errors
/// When it is no map, or the value of a known key can't be read.
pub fn known_keys<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    struct Known<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Known<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(name) = access.next_key::<String>()? {
                match known_key(&name) {
                    Some(key) => {
                        map.insert(key, access.next_value()?);
                    }
                    None => {
                        access.next_value::<IgnoredAny>()?;
                    }
                }
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(Known(PhantomData))
}

/// A key of a JSON object as what it stands for; numbers are keys as text.
fn known_key<'de, K: Deserialize<'de>>(name: &str) -> Option<K> {
    let as_text = K::deserialize(IntoDeserializer::<Error>::into_deserializer(name.to_owned()));
    as_text.ok().or_else(|| {
        let number: u64 = name.parse().ok()?;
        K::deserialize(IntoDeserializer::<Error>::into_deserializer(number)).ok()
    })
}

/// A value, or the default where this version does not know it.
///
/// # Errors
/// When it is no text.
pub(crate) fn known_or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let name = String::deserialize(deserializer)?;
    Ok(known_key(&name).unwrap_or_default())
}

/// A value, or the default where this version can't read it, whatever it is.
///
/// # Errors
/// None but that of a text that is no JSON at all.
pub(crate) fn readable_or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Read<T> {
        Known(T),
        Other(IgnoredAny),
    }
    Ok(match Read::deserialize(deserializer)? {
        Read::Known(value) => value,
        Read::Other(_) => T::default(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        count::{Content, Series},
        place::StoreDetails,
        survey::{Brand, Definition},
        visit::Channel,
    };

    #[test]
    fn a_caller_reads_where_and_what_is_wrong() {
        let details = |json: Value| strictly::<StoreDetails>(json).unwrap_err().to_string();
        let good = json!({"name": "x", "path": "cn", "time_zone": "UTC", "survey": "s"});
        assert!(strictly::<StoreDetails>(good.clone()).is_ok());
        let with = |name: &str, value: Value| {
            let mut changed = good.clone();
            changed[name] = value;
            changed
        };
        assert_eq!(
            details(with("colour", json!("red"))),
            "unknown field `colour`: check its spelling, or leave it out."
        );
        assert_eq!(details(with("name", json!(7))), "name: invalid type: integer `7`, expected a string.");
        assert!(details(with("day_starts", json!("noon"))).starts_with("day_starts: day_starts is a time such as"));
        assert!(details(json!({})).starts_with("missing field `name`"));
    }

    #[test]
    fn unknown_fields_are_all_named_with_their_places() {
        let wrong = json!({"name": "x", "wechat": {"app_id": "w", "page": "p", "pag": 1}, "joy": 1});
        assert_eq!(
            strictly::<Brand>(wrong).unwrap_err().to_string(),
            "unknown field `wechat.pag`: check its spelling, or leave it out. \
             unknown field `joy`: check its spelling, or leave it out."
        );
        let definition = json!({"id": "s", "title": {"en": "S"}, "questions": [
            {"id": "q", "kind": "text", "text": {"en": "?"}, "colour": 1}, {"id": "r", "kind": "scale", "text": {"en": "?"}, "min": "x"}]});
        assert_eq!(
            strictly::<Definition>(definition).unwrap_err().to_string(),
            "unknown field `questions[0].colour`: check its spelling, or leave it out. \
             questions[1].min: invalid type: string \"x\", expected a whole number."
        );
    }

    #[test]
    fn what_a_later_version_wrote_is_passed_over() {
        let content = json!({
            "tallies": {"dine-in": {"responses": 3, "later": 1, "channels": {"receipt": [3,0,0,0,0,0], "drone": [1,0,0,0,0,0]},
                "hours": {"12": [3,0,0,0,0,0]}}, "dine-in@later": {"form": "unknown"}},
            "children": {"cn": {"dine-in": [3,0,0,0,0,0], "dine-in@later": "?"}}, "later": {},
        });
        let content: Content = serde_json::from_value(content).unwrap();
        let series: Series = "dine-in".parse().unwrap();
        assert_eq!(content.tallies.keys().collect::<Vec<_>>(), [&series]);
        let tally = &content.tallies[&series];
        assert_eq!((tally.channels.len(), tally.channels[&Channel::Receipt].responses, tally.hours.len()), (1, 3, 1));
        assert_eq!(content.children["cn"].len(), 1);
    }
}
