//! Values that are kept as JSON, deflated: a write is billed by the kilobyte.

use std::io::{BufReader, Result};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Serialize, de::DeserializeOwned};

use super::Item;

pub(super) fn deflated(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, value)?;
    encoder.finish()
}

pub(super) fn inflated<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_reader(BufReader::new(DeflateDecoder::new(bytes)))
}

/// The same as an item's attribute.
pub(super) fn attribute(value: &impl Serialize) -> Result<AttributeValue> {
    Ok(AttributeValue::B(Blob::new(deflated(value)?)))
}

/// The value of an item's attribute.
pub(super) fn read<T: DeserializeOwned>(item: &Item, name: &str) -> std::result::Result<T, String> {
    let bytes = item.get(name).and_then(|content| content.as_b().ok()).ok_or_else(|| format!("it has no {name}"))?;
    inflated(bytes.as_ref()).map_err(|error| error.to_string())
}
