//! Keeps apart what is signed one behind the other and not escaped.
//!
//! `a=1&b=2` is signed alike as two parameters and as one whose value is `1&b=2`. Somebody with one genuine notice
//! could part it otherwise and make another of it. So a notice that could be read in two ways is refused, also a
//! genuine one.

use std::collections::BTreeMap;

use super::checking::read;
use super::mapping::{Fields, Mapping, Origin, Pairs, Part, Signed, Sorted};
use super::seen::Json;
use super::signing::joined_pairs;
use crate::{Refusal, form::Pair};

/// The values that have to be distinguished from their neighbours, found once for a mapping.
pub(super) struct Borders {
    /// The parameters that are read: their names, what they begin with where they are signed, and whether they decide.
    read: Vec<(Vec<u8>, Vec<u8>, bool)>,
    /// Fixed texts between the parameters and the body.
    texts: Vec<Vec<u8>>,
    /// The pointers of the fields that decide.
    fields: Vec<String>,
}

impl Borders {
    /// Those of a mapping.
    pub fn of(mapping: &Mapping) -> Self {
        match &mapping.signed {
            Signed::Template(_) => Self { read: Vec::new(), texts: Vec::new(), fields: Vec::new() },
            Signed::Sorted(sorted) => {
                let [joiner, pair_joiner] = [&sorted.joiner, &sorted.pair_joiner].map(String::as_bytes);
                let start = |name: &str| [pair_joiner, name.as_bytes(), joiner].concat();
                let read = read_names(mapping, sorted).into_iter();
                Self {
                    read: read.map(|(name, decides)| (name.into(), start(name), decides)).collect(),
                    texts: texts(sorted),
                    fields: Vec::new(),
                }
            }
            Signed::Fields(fields) => {
                let fields = fields.of.iter().filter(|pointer| !fields.escape && decides(mapping, pointer));
                Self { read: Vec::new(), texts: Vec::new(), fields: fields.cloned().collect() }
            }
        }
    }

    /// Whether parameters can be parted in one way only, as far as anything is read of them.
    pub fn check_pairs(&self, sorted: &Sorted, pairs: &[&Pair]) -> Result<(), Refusal> {
        let [joiner, pair_joiner] = [&sorted.joiner, &sorted.pair_joiner].map(String::as_bytes);
        let sound = |(name, value): &Pair| {
            let decides = self.read.iter().any(|(other, _, decides)| *decides && other == name);
            // A name that begins with a letter and a value without any can be distinguished even with nothing in
            // between.
            let begins = !joinerless(sorted) || name.first().is_some_and(u8::is_ascii_alphabetic);
            let ends = !joinerless(sorted) || value.iter().all(without_letters);
            let texts = self.texts.iter().any(|text| holds(name, text) || holds(value, text));
            let name = begins && !holds(name, joiner) && !holds(name, pair_joiner);
            name && !texts && (!decides || (ends && !holds(value, pair_joiner)))
        };
        // A name that is read is nowhere but where it is one. Otherwise it was hidden in a value, or came out of one.
        let message = [pair_joiner, &joined_pairs(sorted, pairs)].concat();
        let alone = |(name, start, _): &(Vec<u8>, Vec<u8>, bool)| {
            let there = pairs.iter().any(|(other, _)| other == name);
            message.windows(start.len().max(1)).filter(|part| part == start).count() == usize::from(there)
        };
        if pairs.iter().all(|pair| sound(pair)) && self.read.iter().all(alone) {
            Ok(())
        } else {
            Err(Refusal::Malformed("parameters"))
        }
    }

    /// Whether the fields that decide can be distinguished from the others.
    pub fn check_fields(&self, fields: &Fields, item: Option<Json<'_>>) -> Result<(), Refusal> {
        let text = |pointer: &String| item.and_then(|item| item.text_at(pointer));
        let sound = |pointer| text(pointer).is_none_or(|text| !text.contains(&fields.joiner));
        if self.fields.iter().all(sound) { Ok(()) } else { Err(Refusal::Malformed("fields")) }
    }
}

/// The values of a mapping that could never be distinguished.
pub(super) fn mistakes(mapping: &Mapping) -> Vec<String> {
    match &mapping.signed {
        Signed::Template(_) => Vec::new(),
        Signed::Sorted(sorted) => of_pairs(mapping, sorted),
        Signed::Fields(fields) => of_fields(mapping, fields),
    }
}

fn of_pairs(mapping: &Mapping, sorted: &Sorted) -> Vec<String> {
    let mut found = Vec::new();
    for (field, joiner) in [("joiner", &sorted.joiner), ("pair_joiner", &sorted.pair_joiner)] {
        if joiner.chars().count() > 1 {
            found.push(format!("signed.sorted.{field}: it has more than one character."));
        }
    }
    if !joinerless(sorted) {
        if sorted.joiner == sorted.pair_joiner {
            found.push("signed.sorted.pair_joiner: it is the same as `joiner`.".to_owned());
        }
        return found;
    }
    let names = read_names(mapping, sorted);
    for name in names.keys() {
        for other in names.keys().filter(|other| *other != name && other.contains(name)) {
            found.push(format!("signed.sorted: with nothing in between, `{name}` can't be told from `{other}`."));
        }
    }
    for (field, list) in [("paid", &mapping.says.paid), ("refunded", &mapping.says.refunded)] {
        for (at, condition) in list.iter().enumerate() {
            let inside = name_of(sorted, &condition.at).is_some();
            if inside && !condition.is.iter().all(|value| value.as_bytes().iter().all(without_letters)) {
                found.push(format!("says.{field}[{at}].is: with nothing in between, a value may only have digits."));
            }
        }
    }
    found
}

fn of_fields(mapping: &Mapping, fields: &Fields) -> Vec<String> {
    let mut characters = fields.joiner.chars();
    if fields.escape && (characters.next() == Some('\\') || characters.next().is_some()) {
        return vec!["signed.fields.joiner: with `escape` it is one character, and no backslash.".to_owned()];
    }
    let free = |pointer: &String| !decides(mapping, pointer);
    let (first, last) = (fields.of.iter().position(free), fields.of.iter().rposition(free));
    let (Some(first), Some(last), false) = (first, last, fields.escape) else { return Vec::new() };
    let between = fields.of.iter().enumerate().filter(|(at, pointer)| (first..last).contains(at) && !free(pointer));
    between
        .map(|(at, _)| {
            format!("signed.fields.of[{at}]: what decides has to be before or behind all else, as nothing is escaped.")
        })
        .collect()
}

fn joinerless(sorted: &Sorted) -> bool {
    sorted.joiner.is_empty() || sorted.pair_joiner.is_empty()
}

fn without_letters(byte: &u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|other| other == part)
}

/// The name of a parameter that is among the sorted ones.
fn name_of<'m>(sorted: &Sorted, origin: &'m Origin) -> Option<&'m str> {
    let name = match (origin, sorted.of) {
        (Origin::Form(name), Pairs::Form) | (Origin::Query(name), Pairs::Query) => name,
        _ => return None,
    };
    (!sorted.leave_out.contains(name)).then_some(name)
}

/// The sorted parameters that are read, and whether they decide.
fn read_names<'m>(mapping: &'m Mapping, sorted: &Sorted) -> BTreeMap<&'m str, bool> {
    let from = &mapping.from;
    let spots = [&from.timestamp, &from.nonce].into_iter().flatten().map(|spot| (&spot.at, false));
    let read = read(mapping).into_iter().map(|(_, origin, always)| (origin, always));
    let mut names = BTreeMap::new();
    for (origin, decides) in read.chain(spots) {
        if let Some(name) = name_of(sorted, origin) {
            *names.entry(name).or_default() |= decides;
        }
    }
    names
}

/// The texts that part the parameters from the body.
fn texts(sorted: &Sorted) -> Vec<Vec<u8>> {
    let parts = || sorted.prefix.iter().chain(&sorted.suffix);
    if !parts().any(|part| matches!(part, Part::Body | Part::Nonce)) {
        return Vec::new();
    }
    let text = |part: &Part| match part {
        Part::Text(text) => Some(text.clone().into_bytes()),
        Part::Lf => Some(b"\n".to_vec()),
        _ => None,
    };
    parts().filter_map(text).collect()
}

/// Whether it hangs on a field if, when and how much was paid, and by which id.
fn decides(mapping: &Mapping, pointer: &str) -> bool {
    let more = ["says.time.at", "says.amount.at", "says.currency.at"];
    read(mapping).iter().any(|(field, origin, always)| {
        matches!(origin, Origin::Json(other) if other == pointer) && (*always || more.contains(&field.as_str()))
    })
}
