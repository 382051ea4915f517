//! Where in a payment a value is found.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Payment, Place};
use crate::{Invalid, shortened};

/// A text of a payment: `merchant`, `attached`, `device`, `location`, `order` or `metadata.<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// The merchant's own number of the order.
    Order,
    /// One of the texts that may name the store.
    At(Place),
}

/// How a field of the metadata is named.
const METADATA: &str = "metadata.";

impl TryFrom<String> for Source {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let place = match text.as_str() {
            "order" => return Ok(Self::Order),
            "merchant" => Place::Merchant,
            "attached" => Place::Attached,
            "device" => Place::Device,
            "location" => Place::Location,
            other => match other.strip_prefix(METADATA).filter(|name| (1..=64).contains(&name.len())) {
                Some(name) => Place::Metadata(name.to_owned()),
                None => {
                    return Err(Invalid(format!(
                        "from is merchant, attached, device, location, order or metadata.<name>; this is {:?}.",
                        shortened(&text)
                    )));
                }
            },
        };
        Ok(Self::At(place))
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order => f.write_str("order"),
            Self::At(Place::Merchant) => f.write_str("merchant"),
            Self::At(Place::Attached) => f.write_str("attached"),
            Self::At(Place::Device) => f.write_str("device"),
            Self::At(Place::Location) => f.write_str("location"),
            Self::At(Place::Metadata(name)) => write!(f, "{METADATA}{name}"),
        }
    }
}

/// Which value of a payment is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// The text.
    pub from: Source,
    /// Of a text that lists names with values, such as `store=12;table=7` or a JSON object, whose value is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Pick {
    /// The value, if the payment has one.
    pub fn of(&self, payment: &Payment) -> Option<String> {
        value(payment, &self.from, self.name.as_deref())
    }
}

/// The value of a payment at a source; none where it is empty.
pub(super) fn value(payment: &Payment, from: &Source, name: Option<&str>) -> Option<String> {
    let text = match from {
        Source::Order => payment.order.as_deref(),
        Source::At(place) => payment.places.iter().find(|(at, _)| at == place).map(|(_, text)| text.as_str()),
    };
    let text = text?;
    let value = match name {
        None => Some(text.to_owned()),
        Some(name) => named(text, name),
    };
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The value of a name: in a JSON object, or in a list such as `store=12;table=7` or `store=12&table=7`.
fn named(text: &str, name: &str) -> Option<String> {
    if text.trim_start().starts_with('{') {
        let object: Value = serde_json::from_str(text).ok()?;
        return match object.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
    }
    let mut pairs = text.split([';', '&', ',']).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_written_as_it_is_read() {
        for text in ["merchant", "attached", "device", "location", "order", "metadata.store"] {
            assert_eq!(String::from(Source::try_from(text.to_owned()).unwrap()), text);
        }
        for text in ["", "metadata.", "Merchant", "payer"] {
            assert!(Source::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_named_value_is_found_in_lists_and_objects() {
        for (text, found) in [
            ("store=12;table=7", Some("12")),
            ("table=7&store=12", Some("12")),
            ("table=7, store = 12 ", Some("12")),
            (r#"{"store":"12"}"#, Some("12")),
            (r#" {"store":12,"table":7}"#, Some("12")),
            (r#"{"store":{"no":12}}"#, None),
            (r#"{"store":12"#, None),
            ("store=", None),
            ("restore=12", None),
            ("12", None),
            ("", None),
        ] {
            let payment = Payment { places: vec![(Place::Attached, text.to_owned())], ..Payment::default() };
            let pick = Pick { from: Source::At(Place::Attached), name: Some("store".into()) };
            assert_eq!(pick.of(&payment).as_deref(), found, "{text}");
        }
    }
}
