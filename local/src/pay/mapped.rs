//! Notices of a provider that a mapping describes: its first sample of a payment, made another one and signed again.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, fmt::strtime, tz};
use notices::Request;
use notices::mapped::{
    Clock, Currency, Encoding, Expected, ExpectedPayment, KeyForm, Mapping, Origin, PlaceName, Sample, Scheme, Signed,
    Tick, TimeFormat, Unit, Whereabouts, to_sign,
};
use serde_json::Value;

use super::keys::{Keys, hmac_sha256, in_hex};
use super::placing::{put, put_part};
use super::sent::{Delivery, Payment, Sent, Told};
use crate::Failure;

/// How many digits of an id are drawn at least, so that two payments are not the same by chance.
const FEWEST_DIGITS: usize = 8;

/// The secrets of an account: the one key, written as the mapping has it.
pub(crate) fn secrets(keys: &Keys, mapping: &Mapping) -> Result<Vec<String>, Failure> {
    let is_public = mapping.how == Scheme::RsaSha256;
    let key = match mapping.key {
        KeyForm::Pem => keys.public_pem()?,
        KeyForm::Base64 if is_public => keys.public_key()?,
        KeyForm::Base64 => STANDARD.encode(keys.mapped()),
        KeyForm::Text | KeyForm::Hex => in_hex(&keys.mapped()),
    };
    Ok(vec![key])
}

/// The first sample that reports a payment.
///
/// # Errors
/// When there is none, or one of the samples is signed with the provider's own key: the stack would try it with ours.
pub(crate) fn sample(mapping: &Mapping) -> Result<(&Sample, &ExpectedPayment), Failure> {
    if let Some(at) = mapping.samples.iter().position(|sample| sample.key.is_none()) {
        return Err(Failure(format!(
            "samples[{at}] has no key of its own, so that the account would need the provider's. Give it a `key`."
        )));
    }
    let paid = mapping.samples.iter().find_map(|sample| match &sample.says {
        Expected::Paid(paid) => Some((sample, paid.first()?)),
        _ => None,
    });
    paid.ok_or_else(|| Failure("No sample of this mapping tells of a payment that was made.".to_owned()))
}

/// Where the store is put, and under which name a store rule finds it: what was attached if there is such a text.
pub(crate) fn store_at(mapping: &Mapping) -> Result<&Whereabouts, Failure> {
    let order = |place: &PlaceName| match place {
        PlaceName::Attached => 0,
        PlaceName::Location => 1,
        PlaceName::Metadata(_) => 2,
        PlaceName::Device => 3,
        PlaceName::Merchant => 4,
    };
    let nearest = mapping.says.places.iter().min_by_key(|at| order(&at.place));
    nearest
        .ok_or_else(|| Failure("This mapping reads nothing that tells the store: `says.places` is empty.".to_owned()))
}

/// A payment's id that is written as that of the sample, and another.
pub(crate) fn new_id(sample: &ExpectedPayment) -> String {
    let mut digits = 0;
    let draw = |letter: char| match letter {
        '0'..='9' => {
            digits += 1;
            // A number does not begin with a zero.
            fastrand::char('1'..='9')
        }
        other => other,
    };
    let mut id: String = sample.id.chars().map(draw).collect();
    id.extend((digits..FEWEST_DIGITS).map(|_| fastrand::char('1'..='9')));
    id
}

/// Whether the provider signs a time.
pub(crate) fn has_time(mapping: &Mapping) -> bool {
    mapping.from.timestamp.is_some()
}

/// Whether a payment's time is that of the notice's signature.
pub(crate) fn tells_no_time_of_payment(mapping: &Mapping) -> bool {
    mapping.from.timestamp.as_ref().is_some_and(|spot| spot.at == mapping.says.time.at)
}

/// The currency of the payments, if the mapping says it or its sample does.
pub(crate) fn currency(mapping: &Mapping) -> Option<String> {
    mapping.says.amount.as_ref()?;
    match mapping.says.currency.as_ref()? {
        Currency::Always(code) => Some(code.clone()),
        Currency::At(_) => sample(mapping).ok()?.1.currency.clone(),
    }
}

/// A delivery of a notice.
///
/// # Errors
/// When the sample lacks what the mapping reads, or the mapping knows no refunds.
pub(crate) fn signed(
    mapping: &Mapping,
    keys: &Keys,
    payment: &Payment,
    told: Told,
    delivery: &Delivery<'_>,
) -> Result<Sent, Failure> {
    let (sample, _) = sample(mapping)?;
    let headers = sample.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut sent = Sent { headers, query: sample.query.clone(), body: sample.body.clone() };
    let item = match &mapping.signed {
        Signed::Fields(fields) => match &fields.items {
            Some(items) => format!("{items}/0{}", fields.item),
            None => fields.item.clone(),
        },
        Signed::Template(_) | Signed::Sorted(_) => String::new(),
    };
    for (field, origin, value) in values(mapping, payment, told)? {
        put(&mut sent, origin, &item, &value).ok_or_else(|| unlike(field))?;
    }
    let from = &mapping.from;
    let stamps = [
        ("from.timestamp", &from.timestamp, in_ticks(delivery.at, from.timestamp_unit)),
        ("from.nonce", &from.nonce, delivery.nonce.clone()),
    ];
    for (field, spot, value) in stamps {
        if let Some(spot) = spot {
            put_part(&mut sent, spot, &item, &value).ok_or_else(|| unlike(field))?;
        }
    }
    let signature = signature(mapping, keys, &sent, &item, delivery)?;
    put_part(&mut sent, &from.signature, &item, &signature).ok_or_else(|| unlike("from.signature"))?;
    if !sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        let is_json = serde_json::from_str::<Value>(&sent.body).is_ok();
        let kind = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
        sent.headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    Ok(sent)
}

fn unlike(field: &str) -> Failure {
    Failure(format!("The first sample of a payment has nothing where the mapping reads `{field}`."))
}

/// The values that a notice is to have, and where: the fields of the mapping, their places and the values.
fn values<'m>(
    mapping: &'m Mapping,
    payment: &Payment,
    told: Told,
) -> Result<Vec<(&'static str, &'m Origin, String)>, Failure> {
    let says = &mapping.says;
    let mut values = vec![("says.payment", &says.payment, payment.id.clone())];
    if told == Told::Refunded {
        if says.refunded.is_empty() {
            return Err(Failure("--refund: this mapping does not say how a refund is told.".to_owned()));
        }
        let conditions = says.refunded.iter();
        let is =
            conditions.filter_map(|condition| Some(("says.refunded", &condition.at, condition.is.first()?.clone())));
        values.extend(is);
        values.extend(says.refund_of.as_ref().map(|of| ("says.refund_of", of, payment.id.clone())));
    }
    values.extend(says.order.as_ref().map(|order| ("says.order", order, payment.order())));
    values.extend(says.payer.as_ref().map(|payer| ("says.payer", payer, payment.payer.clone())));
    if let Some(amount) = &says.amount {
        let value = match amount.unit {
            Unit::Smallest => payment.amount.to_string(),
            Unit::Hundred => payment.in_hundreds(),
        };
        values.push(("says.amount", &amount.at, value));
    }
    let store = store_at(mapping)?;
    let is_attached = store.place == PlaceName::Attached;
    let text = if is_attached { payment.attached() } else { payment.store.to_string() };
    values.push(("says.places", &store.at, text));
    values.push(("says.time", &says.time.at, written(payment.paid_at, &says.time)?));
    Ok(values)
}

/// A time as the mapping reads it.
fn written(time: Timestamp, clock: &Clock) -> Result<String, Failure> {
    let wrong = |error: jiff::Error| Failure(format!("says.time: the time can't be written so: {error}."));
    Ok(match &clock.format {
        TimeFormat::Unix(tick) => in_ticks(time, *tick),
        TimeFormat::Rfc3339 => time.display_with_offset(tz::offset(8)).to_string(),
        TimeFormat::Pattern(pattern) => {
            let zone = clock.zone.as_deref().unwrap_or("Asia/Shanghai");
            strtime::format(pattern, &time.in_tz(zone).map_err(wrong)?).map_err(wrong)?
        }
    })
}

fn in_ticks(time: Timestamp, tick: Tick) -> String {
    match tick {
        Tick::Seconds => time.as_second().to_string(),
        Tick::Milliseconds => time.as_millisecond().to_string(),
    }
}

fn signature(
    mapping: &Mapping,
    keys: &Keys,
    sent: &Sent,
    item: &str,
    delivery: &Delivery<'_>,
) -> Result<String, Failure> {
    let Sent { headers, query, body } = sent;
    let request = Request { headers, query, url: delivery.url, body: body.as_bytes(), now: delivery.at };
    let key = match mapping.key {
        KeyForm::Text => in_hex(&keys.mapped()).into_bytes(),
        KeyForm::Base64 | KeyForm::Hex | KeyForm::Pem => keys.mapped(),
    };
    let json: Option<Value> = serde_json::from_str(body).ok();
    let item = json.as_ref().and_then(|json| json.pointer(item));
    let message = to_sign(mapping, &key, &request, item)
        .map_err(|refusal| Failure(format!("The first sample of a payment can't be signed anew: {refusal:?}.")))?;
    let signature = match mapping.how {
        Scheme::RsaSha256 => {
            let signature = keys.rsa_signature(&message)?;
            STANDARD.decode(signature).map_err(|error| Failure(error.to_string()))?
        }
        Scheme::HmacSha256 => hmac_sha256(&key, &message),
        Scheme::Sha256 => digest(&SHA256, &message).as_ref().to_vec(),
        Scheme::Sha1 => digest(&SHA1_FOR_LEGACY_USE_ONLY, &message).as_ref().to_vec(),
    };
    Ok(match mapping.from.encoding {
        Encoding::Base64 => STANDARD.encode(signature),
        Encoding::Hex => in_hex(&signature),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use notices::{Notice, Place, Refusal, mapped::Account};

    use super::super::trying::{KEYS, delivery, is_of, payment, read};
    use super::*;

    fn shipped() -> Vec<(String, Mapping)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path))).collect()
    }

    #[test]
    fn every_shipped_mapping_can_be_signed_and_is_genuine_until_a_byte_is_changed_or_its_clock_is_off() {
        let shipped = shipped();
        assert_eq!(shipped.len(), 7);
        for (name, mapping) in shipped {
            let account = Account::new(mapping.clone(), &secrets(&KEYS, &mapping).unwrap()).unwrap();
            let reads = |sent: &Sent| read(sent, |request| account.read(request));
            let mut payment = payment(&new_id(sample(&mapping).unwrap().1));
            for skew in [-300, 0, 300, -301, 301] {
                let delivery = delivery(skew);
                if tells_no_time_of_payment(&mapping) {
                    payment.paid_at = delivery.at;
                }
                let sent = signed(&mapping, &KEYS, &payment, Told::Paid, &delivery).unwrap();
                assert_eq!(reads(&sent.clone().tampered(&payment.id)), Err(Refusal::WrongSignature), "{name}");
                if skew.abs() > 300 && has_time(&mapping) {
                    assert_eq!(reads(&sent), Err(Refusal::Stale), "{name}");
                    continue;
                }
                let payer = mapping.says.payer.as_ref().map(|_| "guest-1");
                is_of(reads(&sent), &payment, &Place::from(&store_at(&mapping).unwrap().place), payer);
                let Ok(Notice::Paid(paid)) = reads(&sent) else { panic!("{name}") };
                assert_eq!(paid[0].amount, mapping.says.amount.as_ref().map(|_| 18_805), "{name}");
                assert_eq!(paid[0].currency, currency(&mapping), "{name}");
            }
            let refund = signed(&mapping, &KEYS, &payment, Told::Refunded, &delivery(0));
            match mapping.says.refunded.is_empty() {
                true => assert!(refund.is_err(), "{name}"),
                false => assert_eq!(reads(&refund.unwrap()), Ok(Notice::Refunded(payment.id.clone())), "{name}"),
            }
        }
    }

    #[test]
    fn ids_are_written_as_the_samples_and_are_others() {
        let expected = |id: &str| ExpectedPayment {
            id: id.to_owned(),
            order: None,
            paid_at: Timestamp::UNIX_EPOCH,
            places: Vec::new(),
            amount: None,
            currency: None,
            payer: None,
        };
        let id = new_id(&expected("motb52726742583682313810123"));
        assert!(id.starts_with("motb") && id.len() == 27 && id != "motb52726742583682313810123", "{id}");
        let short = new_id(&expected("a-17"));
        assert!(short.starts_with("a-") && short.len() == 10, "{short}");
    }

    #[test]
    fn a_mapping_without_a_key_for_its_samples_is_refused_with_a_sentence() {
        let (_, mut mapping) = shipped().remove(0);
        mapping.samples[0].key = None;
        assert!(sample(&mapping).err().unwrap().to_string().starts_with("samples[0] has no key of its own"));
        mapping.samples.clear();
        assert!(sample(&mapping).err().unwrap().to_string().starts_with("No sample"));
    }
}
