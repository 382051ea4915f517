//! The JSON body of an event, read leniently: providers add members, and what nothing needs may be anything.

use serde_json::Value;

use crate::{Notice, Refusal};

/// The name of an event that has none.
const UNNAMED: &str = "without a type";

/// The body, which has to be a JSON object.
///
/// # Errors
/// When it is anything else.
pub(crate) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).ok().filter(Value::is_object).ok_or(Refusal::Unreadable("The body is no JSON object."))
}

/// The provider's name of it.
pub(crate) fn name(event: &Value) -> &str {
    text(event, "/type").unwrap_or(UNNAMED)
}

/// An event that nothing follows from.
pub(crate) fn other(event: &Value) -> Notice {
    Notice::other(name(event))
}

/// The text behind a pointer, if it is a text and not empty.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The whole number behind a pointer, if it is one and not negative.
pub(crate) fn whole(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// Whether `true` stands behind a pointer.
pub(crate) fn is_true(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer) == Some(&Value::Bool(true))
}

/// The currency behind a pointer in capitals; Stripe writes it in small letters.
pub(crate) fn currency(value: &Value, pointer: &str) -> Option<String> {
    let code = text(value, pointer)?;
    let fits = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    fits.then(|| code.to_ascii_uppercase())
}

/// An address of mail, which identifies people: they write their own with and without capitals.
pub(crate) fn mail(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(str::to_lowercase)
}
