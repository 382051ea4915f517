//! Finds the mistakes of a mapping. Each is a sentence that begins with its field.

use jiff::tz::TimeZone;

use super::borders;
use super::mapping::{
    Clock, Currency, KeyForm, Mapping, Origin, Pairs, Part, Scheme, Signed, Spot, Tick, TimeFormat, Unit,
};
use super::sample::Expected;
use crate::money::is_currency;

/// All mistakes of a mapping but those that only its samples bring to light.
pub(super) fn mistakes(mapping: &Mapping) -> Vec<String> {
    let mut found = Vec::new();
    scheme(mapping, &mut found);
    signed(mapping, &mut found);
    origins(mapping, &mut found);
    covered(mapping, &mut found);
    values(mapping, &mut found);
    found.extend(borders::mistakes(mapping));
    found
}

/// The list of parts that a mapping signs, by the field that it is.
fn parts(signed: &Signed) -> Vec<(&'static str, &[Part])> {
    match signed {
        Signed::Template(parts) => vec![("signed.template", parts)],
        Signed::Sorted(sorted) => {
            vec![("signed.sorted.prefix", &sorted.prefix), ("signed.sorted.suffix", &sorted.suffix)]
        }
        Signed::Fields(_) => Vec::new(),
    }
}

fn has(signed: &Signed, part: &Part) -> bool {
    parts(signed).iter().any(|(_, parts)| parts.contains(part))
}

fn scheme(mapping: &Mapping, found: &mut Vec<String>) {
    let (name, plain) = match mapping.how {
        Scheme::RsaSha256 => ("rsa-sha256", false),
        Scheme::HmacSha256 => ("hmac-sha256", false),
        Scheme::Sha256 => ("sha256", true),
        Scheme::Sha1 => ("sha1", true),
    };
    if plain && !mapping.weak {
        found.push(format!("how: `{name}` of a text with the key in it is weak. Write `\"weak\": true` to use it."));
    }
    if !plain && mapping.weak {
        found.push(format!("weak: `{name}` is not weak. Leave `weak` out."));
    }
    match (plain, has(&mapping.signed, &Part::Key)) {
        (true, false) => found.push(format!("signed: without the part `key` anybody can make a `{name}`.")),
        (false, true) => found.push(format!("signed: `{name}` takes the key by itself. Leave the part `key` out.")),
        _ => {}
    }
    match (mapping.how, mapping.key) {
        (Scheme::RsaSha256, KeyForm::Text | KeyForm::Hex) => {
            found.push("key: a public key is written as `pem` or `base64`.".to_owned());
        }
        (Scheme::HmacSha256 | Scheme::Sha256 | Scheme::Sha1, KeyForm::Pem) => {
            found.push(format!("key: the key of `{name}` is written as `text`, `base64` or `hex`."));
        }
        _ => {}
    }
}

fn signed(mapping: &Mapping, found: &mut Vec<String>) {
    let from = &mapping.from;
    if from.timestamp.is_none() && from.timestamp_unit != Tick::Seconds {
        found.push("from.timestamp_unit: there is no `timestamp` that it could be of.".to_owned());
    }
    for (field, parts) in parts(&mapping.signed) {
        let unknown = |part: &Part| match part {
            Part::Timestamp if from.timestamp.is_none() => Some("timestamp"),
            Part::Nonce if from.nonce.is_none() => Some("nonce"),
            _ => None,
        };
        for (at, part) in parts.iter().enumerate() {
            if let Some(name) = unknown(part) {
                found.push(format!("{field}[{at}]: where the {name} is, `from.{name}` has to say."));
            }
        }
    }
    adjacent(&mapping.signed, found);
    let stamps = [("timestamp", &from.timestamp, Part::Timestamp), ("nonce", &from.nonce, Part::Nonce)];
    for (name, spot, part) in stamps {
        if spot.as_ref().is_some_and(|spot| !has(&mapping.signed, &part) && !covers(&mapping.signed, &spot.at)) {
            found.push(format!("from.{name}: it is not signed, and so says nothing."));
        }
    }
    // The signed text can't contain its own signature.
    if covers(&mapping.signed, &from.signature.at) {
        found.push("from.signature: it is among what is signed. Name it in `leave_out`, or look elsewhere.".to_owned());
    }
    match &mapping.signed {
        Signed::Template(parts) if parts.is_empty() => found.push("signed.template: it has no part.".to_owned()),
        Signed::Fields(fields) => {
            if fields.of.is_empty() {
                found.push("signed.fields.of: it names no field.".to_owned());
            }
            // Without anything between them, `1` and `23` are signed as `12` and `3` are.
            if fields.joiner.is_empty() {
                found.push("signed.fields.joiner: it is empty.".to_owned());
            }
            let named = fields.of.iter().enumerate().map(|(at, pointer)| (format!("signed.fields.of[{at}]"), pointer));
            let items = fields.items.iter().map(|pointer| ("signed.fields.items".to_owned(), pointer));
            let item = Some(&fields.item).filter(|pointer| !pointer.is_empty());
            let item = item.map(|pointer| ("signed.fields.item".to_owned(), pointer));
            for (field, pointer) in named.chain(items).chain(item) {
                found.extend(pointer_mistake(&field, pointer));
            }
        }
        _ => {}
    }
}

/// Finds parts of which one's end could be the next one's beginning.
fn adjacent(signed: &Signed, found: &mut Vec<String>) {
    let varies = |part: &Part| matches!(part, Part::Timestamp | Part::Nonce | Part::Url | Part::Body);
    for (field, parts) in parts(signed) {
        for (at, part) in parts.iter().enumerate() {
            if matches!(part, Part::Text(text) if text.is_empty()) {
                found.push(format!("{field}[{at}]: the text is empty."));
            }
            if varies(part) && parts.get(at + 1).is_some_and(varies) {
                found.push(format!(
                    "{field}[{at}]: nothing parts it from the next, so that one could become the other."
                ));
            }
        }
    }
    if let Signed::Sorted(sorted) = signed {
        if sorted.prefix.last().is_some_and(varies) {
            found.push("signed.sorted.prefix: nothing parts its last from the parameters.".to_owned());
        }
        if sorted.suffix.first().is_some_and(varies) {
            found.push("signed.sorted.suffix: nothing parts its first from the parameters.".to_owned());
        }
    }
}

/// Whether nobody but the provider can have written what is found there.
pub(super) fn covers(signed: &Signed, origin: &Origin) -> bool {
    let body = has(signed, &Part::Body);
    match (signed, origin) {
        (_, Origin::Header(_)) => false,
        (Signed::Fields(fields), Origin::Json(pointer)) => fields.of.contains(pointer),
        (Signed::Fields(_), _) => false,
        (_, Origin::Json(_)) => body,
        (Signed::Template(_), Origin::Form(_)) => body,
        (Signed::Template(_), Origin::Query(_)) => false,
        (Signed::Sorted(sorted), Origin::Form(name)) => {
            body || (sorted.of == Pairs::Form && !sorted.leave_out.contains(name))
        }
        (Signed::Sorted(sorted), Origin::Query(name)) => sorted.of == Pairs::Query && !sorted.leave_out.contains(name),
    }
}

/// All that a mapping reads, by the field that says where, and whether it has to be signed whatever is written.
pub(super) fn read(mapping: &Mapping) -> Vec<(String, &Origin, bool)> {
    let says = &mapping.says;
    let mut all =
        vec![("says.payment".to_owned(), &says.payment, true), ("says.time.at".to_owned(), &says.time.at, false)];
    for (name, list) in [("paid", &says.paid), ("refunded", &says.refunded)] {
        all.extend(list.iter().enumerate().map(|(at, one)| (format!("says.{name}[{at}].at"), &one.at, true)));
    }
    all.extend(says.refund_of.iter().map(|origin| ("says.refund_of".to_owned(), origin, true)));
    all.extend(says.order.iter().map(|origin| ("says.order".to_owned(), origin, false)));
    all.extend(says.places.iter().enumerate().map(|(at, one)| (format!("says.places[{at}].at"), &one.at, false)));
    all.extend(says.amount.iter().map(|amount| ("says.amount.at".to_owned(), &amount.at, false)));
    if let Some(Currency::At(origin)) = &says.currency {
        all.push(("says.currency.at".to_owned(), origin, false));
    }
    all.extend(says.payer.iter().map(|origin| ("says.payer".to_owned(), origin, false)));
    all
}

/// Whether anything that a mapping reads is in a JSON body.
pub(super) fn reads_json(mapping: &Mapping) -> bool {
    read(mapping).iter().any(|(_, origin, _)| matches!(origin, Origin::Json(_)))
}

/// Whether anything of a mapping is a parameter of the body.
pub(super) fn reads_form(mapping: &Mapping) -> bool {
    let from = &mapping.from;
    let spots = [Some(&from.signature), from.timestamp.as_ref(), from.nonce.as_ref()].into_iter().flatten();
    let read = read(mapping);
    let mut origins = spots.map(|spot| &spot.at).chain(read.iter().map(|(_, origin, _)| *origin));
    origins.any(|origin| matches!(origin, Origin::Form(_)))
        || matches!(&mapping.signed, Signed::Sorted(sorted) if sorted.of == Pairs::Form)
}

fn covered(mapping: &Mapping, found: &mut Vec<String>) {
    let unsigned = |(_, origin, always): &(String, &Origin, bool)| !always && !covers(&mapping.signed, origin);
    if mapping.says.unsigned && !read(mapping).iter().any(unsigned) {
        found.push("says.unsigned: all that is read is signed. Leave it out.".to_owned());
    }
    for (field, origin, always) in read(mapping) {
        match (covers(&mapping.signed, origin), always, mapping.says.unsigned) {
            (true, ..) | (false, false, true) => {}
            (false, true, _) => found.push(format!("{field}: it is not signed, so that anybody could write it.")),
            (false, false, false) => {
                found.push(format!("{field}: it is not signed. Write `\"unsigned\": true` in `says` to read it."));
            }
        }
    }
}

fn origins(mapping: &Mapping, found: &mut Vec<String>) {
    let from = &mapping.from;
    let spots: [(&str, Option<&Spot>); 3] = [
        ("from.signature", Some(&from.signature)),
        ("from.timestamp", from.timestamp.as_ref()),
        ("from.nonce", from.nonce.as_ref()),
    ];
    let mut all: Vec<(String, &Origin)> = Vec::new();
    for (field, spot) in spots {
        let Some(spot) = spot else { continue };
        all.push((format!("{field}.at"), &spot.at));
        for (name, text) in [("strip", &spot.strip), ("after_last", &spot.after_last), ("part", &spot.part)] {
            if text.as_ref().is_some_and(String::is_empty) {
                found.push(format!("{field}.{name}: it is empty."));
            }
        }
    }
    all.extend(read(mapping).into_iter().map(|(field, origin, _)| (field, origin)));
    for (field, origin) in all {
        match origin {
            Origin::Json(pointer) => found.extend(pointer_mistake(&field, pointer)),
            Origin::Header(name) | Origin::Query(name) | Origin::Form(name) if name.is_empty() => {
                found.push(format!("{field}: the name is empty."));
            }
            _ => {}
        }
    }
}

fn pointer_mistake(field: &str, pointer: &str) -> Option<String> {
    if !pointer.starts_with('/') {
        return Some(format!("{field}: a JSON pointer begins with a slash."));
    }
    let escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (!escaped).then(|| format!("{field}: in a JSON pointer `~` is written `~0`, and a slash in a name `~1`."))
}

fn values(mapping: &Mapping, found: &mut Vec<String>) {
    let says = &mapping.says;
    if says.paid.is_empty() {
        found.push("says.paid: it has no condition, so that every notice would be a payment.".to_owned());
    }
    for (name, list) in [("paid", &says.paid), ("refunded", &says.refunded)] {
        for (at, _) in list.iter().enumerate().filter(|(_, condition)| condition.is.is_empty()) {
            found.push(format!("says.{name}[{at}].is: it names no value."));
        }
    }
    if says.refund_of.is_some() && says.refunded.is_empty() {
        found.push("says.refund_of: without `refunded` nobody asks for it.".to_owned());
    }
    if says.places.is_empty() {
        found.push("says.places: nothing tells the store. Name at least one.".to_owned());
    }
    time(&says.time, found);
    if let Some(Currency::Always(code)) = &says.currency
        && !is_currency(code)
    {
        found.push("says.currency.always: a currency has three capitals, such as `CNY`.".to_owned());
    }
    // Not every currency has a hundred of its smallest unit, and one that a notice names may be any.
    let hundred = says.amount.as_ref().is_some_and(|amount| amount.unit == Unit::Hundred);
    if hundred && !matches!(says.currency, Some(Currency::Always(_))) {
        found.push("says.amount.unit: `hundred` needs a currency that is always the same.".to_owned());
    }
    let content_type = &mapping.answer.content_type;
    if !content_type.contains('/') || !content_type.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        found.push("answer.content_type: it has to be one, such as `application/json`.".to_owned());
    }
    let paid = |expected: &Expected| matches!(expected, Expected::Paid(payments) if !payments.is_empty());
    if !mapping.samples.iter().any(|sample| paid(&sample.says)) {
        found.push("samples: at least one has to tell of a payment that was made.".to_owned());
    }
}

/// Finds mistakes in how a time is written.
fn time(clock: &Clock, found: &mut Vec<String>) {
    let (directives, literal) = match &clock.format {
        TimeFormat::Pattern(pattern) => directives(pattern),
        TimeFormat::Unix(_) | TimeFormat::Rfc3339 => (vec!['z'], String::new()),
    };
    // `%z`, `%:z` and `%Q` bring an offset or a zone along, and `%s` needs none.
    match (directives.iter().any(|one| matches!(one, 'z' | 'Q' | 's')), clock.zone.as_deref()) {
        (false, None) => {
            found.push("says.time.zone: the pattern has no zone, so that one has to be named.".to_owned());
        }
        (true, Some(_)) => {
            found.push("says.time.zone: such a time says its own zone. Leave it out.".to_owned());
        }
        (false, Some(name)) if TimeZone::get(name).is_err() => {
            found.push("says.time.zone: there is no such time zone. One is `Asia/Shanghai`.".to_owned());
        }
        _ => {}
    }
    if literal.contains('Z') && clock.zone.as_deref().is_some_and(|zone| zone != "UTC") {
        found.push("says.time.zone: a `Z` in the pattern stands for the zone `UTC`.".to_owned());
    }
    if directives.iter().any(|one| matches!(one, 'I' | 'l')) && !directives.iter().any(|one| matches!(one, 'p' | 'P')) {
        found.push(
            "says.time.format.pattern: without `%p` an hour of twelve is the morning's or the evening's.".to_owned(),
        );
    }
}

/// The letters of a pattern's directives, without flags and colons, and all else of it.
fn directives(pattern: &str) -> (Vec<char>, String) {
    let (mut letters, mut literal) = (Vec::new(), String::new());
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        if character == '%' {
            letters.extend(rest.find(|one| one.is_ascii_alphabetic() || *one == '%'));
        } else {
            literal.push(character);
        }
    }
    (letters, literal)
}
