//! Finds values in a request, before anything of it is believed.

use std::borrow::Cow;

use serde_json::Value;

use super::mapping::{Origin, Spot};
use crate::form::{self, Pair};
use crate::{Refusal, Request};

/// A request and its parameters.
pub(super) struct Seen<'a> {
    /// The request itself.
    pub request: &'a Request<'a>,
    /// The parameters of the body, if it is a form.
    pub form: Vec<Pair>,
    /// The parameters of the address.
    pub query: Vec<Pair>,
}

/// JSON that values are searched in. The text that a pointer leads to may also be a whole number, `true` or `false`.
#[derive(Clone, Copy)]
pub(super) enum Json<'v> {
    /// A body that is believed. A text on the way of a pointer is read as JSON, one layer of quotes for each step.
    Body(&'v Value),
    /// An item that has to be read before it is believed. Its texts are left alone: each pointer would read the same
    /// one again, and a forged notice would be expensive.
    Item(&'v Value),
}

impl<'v> Json<'v> {
    /// The value that a JSON pointer leads to.
    pub fn at(self, pointer: &str) -> Option<Cow<'v, Value>> {
        match self {
            Self::Body(body) => inside(body, pointer),
            Self::Item(item) => item.pointer(pointer).map(Cow::Borrowed),
        }
    }

    /// The text that a JSON pointer leads to.
    pub fn text_at(self, pointer: &str) -> Option<String> {
        text_of(&*self.at(pointer)?)
    }
}

/// The value is there more than once: which one is signed, and which one is read?
pub(super) struct Twice;

impl<'a> Seen<'a> {
    /// Reads the parameters, those of the body only where it is a form.
    pub fn of(request: &'a Request<'a>, reads_form: bool) -> Result<Self, Refusal> {
        let body = if reads_form { request.body } else { b"" };
        let [form, query] = [body, request.query.as_bytes()].map(form::pairs);
        let too_many = || Refusal::Malformed("parameters");
        Ok(Self { request, form: form.ok_or_else(too_many)?, query: query.ok_or_else(too_many)? })
    }

    /// A value, if it is there. Pointers begin at `json`.
    pub fn find(&self, origin: &Origin, json: Option<Json<'_>>) -> Result<Option<Cow<'_, [u8]>>, Twice> {
        let parameter = |pairs: &'_ [Pair], wanted: &str| -> Result<Option<Vec<u8>>, Twice> {
            let mut values = pairs.iter().filter(|(name, _)| name == wanted.as_bytes()).map(|(_, value)| value);
            let first = values.next();
            if values.next().is_some() { Err(Twice) } else { Ok(first.cloned()) }
        };
        match origin {
            Origin::Header(wanted) => {
                let mut values = self.request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
                let first = values.next().map(|(_, value)| Cow::Borrowed(value.as_bytes()));
                if values.next().is_some() { Err(Twice) } else { Ok(first) }
            }
            Origin::Query(name) => Ok(parameter(&self.query, name)?.map(Cow::Owned)),
            Origin::Form(name) => Ok(parameter(&self.form, name)?.map(Cow::Owned)),
            Origin::Json(pointer) => {
                Ok(json.and_then(|json| json.text_at(pointer)).map(|text| Cow::Owned(text.into_bytes())))
            }
        }
    }

    /// A value that is text and not empty, if it is there once.
    pub fn text(&self, origin: &Origin, json: Option<Json<'_>>) -> Option<String> {
        let bytes = self.find(origin, json).ok()??.into_owned();
        String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
    }

    /// The part of a value that counts. It has to be there once.
    pub fn spot(&self, spot: &Spot, json: Option<Json<'_>>, role: &'static str) -> Result<String, Refusal> {
        let value = self.find(&spot.at, json).ok().flatten().ok_or(Refusal::Malformed(role))?;
        let text = std::str::from_utf8(&value).ok().and_then(|text| part_that_counts(spot, text));
        text.filter(|text| !text.is_empty()).map(str::to_owned).ok_or(Refusal::Malformed(role))
    }
}

fn part_that_counts<'t>(spot: &Spot, text: &'t str) -> Option<&'t str> {
    // Two headers of one name arrive joined by a comma. Nobody can know which of them is signed.
    if matches!(spot.at, Origin::Header(_)) && spot.part.is_none() && text.contains(',') {
        return None;
    }
    let text = spot.strip.as_ref().map_or(Some(text), |prefix| text.strip_prefix(prefix.as_str()))?;
    let text = spot.part.as_ref().map_or(Some(text), |name| named_part(text, name))?;
    let behind = spot.after_last.as_ref().and_then(|mark| text.rsplit_once(mark.as_str()));
    Some(behind.map_or(text, |(_, behind)| behind))
}

/// The value of a name in `name="value",name="value"`. The whole text has to be so written, and the name there once.
fn named_part<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    let (mut rest, mut found) = (text, None);
    loop {
        let (name, behind) = rest.split_once("=\"")?;
        let (value, behind) = behind.split_once('"')?;
        let name = name.trim_start();
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return None;
        }
        if name == wanted && found.replace(value).is_some() {
            return None;
        }
        if behind.is_empty() {
            return found;
        }
        rest = behind.strip_prefix(',')?;
    }
}

/// A value as text. A number that is not whole, or too long for one, was rounded: two payments would have one id.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value that a JSON pointer leads to, also inside texts.
fn inside<'v>(value: &'v Value, pointer: &str) -> Option<Cow<'v, Value>> {
    let mut steps = pointer.split('/');
    steps.next().filter(|start| start.is_empty())?;
    let mut here = Cow::Borrowed(value);
    for step in steps {
        let inside = match here.as_str() {
            Some(text) => Cow::Owned(serde_json::from_str(text).ok()?),
            None => here,
        };
        let step = format!("/{step}");
        here = match inside {
            Cow::Borrowed(value) => Cow::Borrowed(value.pointer(&step)?),
            Cow::Owned(mut value) => Cow::Owned(value.pointer_mut(&step)?.take()),
        };
    }
    Some(here)
}
