//! Reads what a notice says that is believed.

use jiff::{Timestamp, fmt::strtime, tz::TimeZone};
use serde_json::Value;

use super::mapping::{Amount, Clock, Condition, Currency, Origin, Says, Tick, TimeFormat, Unit};
use super::seen::{Json, Seen};
use crate::{Notice, Payment, Place, Refusal, money};

/// How much of a name is kept that nothing follows from.
const NAME_CHARACTERS: usize = 64;

/// One notice, or one item of it.
pub(super) struct Saying<'a> {
    pub says: &'a Says,
    pub zone: Option<&'a TimeZone>,
    pub seen: &'a Seen<'a>,
    pub json: Option<Json<'a>>,
    pub time_is_signed: bool,
}

impl Saying<'_> {
    /// Reads the notice.
    pub fn notice(&self) -> Result<Notice, Refusal> {
        let says = self.says;
        if !says.refunded.is_empty() && self.all(&says.refunded) {
            let id = self.text(says.refund_of.as_ref().unwrap_or(&says.payment));
            return id.map(Notice::Refunded).ok_or(Refusal::Unreadable("the id of what was paid back"));
        }
        if self.all(&says.paid) {
            return Ok(Notice::Paid(vec![self.payment()?]));
        }
        let name = says.paid.first().and_then(|condition| self.text(&condition.at)).unwrap_or_default();
        Ok(Notice::Other(name.chars().take(NAME_CHARACTERS).collect()))
    }

    fn payment(&self) -> Result<Payment, Refusal> {
        let says = self.says;
        let optional = |origin: &Option<Origin>| origin.as_ref().and_then(|origin| self.text(origin));
        let places = says
            .places
            .iter()
            .filter_map(|whereabouts| self.text(&whereabouts.at).map(|text| (Place::from(&whereabouts.place), text)));
        let currency = says.currency.as_ref().and_then(|currency| match currency {
            Currency::Always(code) => Some(code.clone()),
            Currency::At(origin) => self.text(origin),
        });
        Ok(Payment {
            time_is_signed: self.time_is_signed,
            id: self.text(&says.payment).ok_or(Refusal::Unreadable("the payment's id"))?,
            order: optional(&says.order),
            paid_at: self.time(&says.time).ok_or(Refusal::Unreadable("the payment's time"))?,
            places: places.collect(),
            amount: says.amount.as_ref().and_then(|amount| self.amount(amount)),
            currency: currency.filter(|code| money::is_currency(code)),
            payer: optional(&says.payer),
            items: Vec::new(),
        })
    }

    fn all(&self, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| self.text(&condition.at).is_some_and(|value| condition.is.contains(&value)))
    }

    fn text(&self, origin: &Origin) -> Option<String> {
        self.seen.text(origin, self.json)
    }

    fn time(&self, clock: &Clock) -> Option<Timestamp> {
        let text = self.text(&clock.at)?;
        match &clock.format {
            TimeFormat::Unix(Tick::Seconds) => Timestamp::from_second(number(&text)?).ok(),
            TimeFormat::Unix(Tick::Milliseconds) => Timestamp::from_millisecond(number(&text)?).ok(),
            TimeFormat::Rfc3339 => text.parse().ok(),
            TimeFormat::Pattern(pattern) => {
                let parsed = strtime::parse(pattern, &text).ok()?;
                match self.zone {
                    Some(zone) => parsed.to_datetime().ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp()),
                    None => parsed.to_timestamp().ok(),
                }
            }
        }
    }

    fn amount(&self, amount: &Amount) -> Option<u64> {
        match (amount.unit, &amount.at) {
            (Unit::Smallest, at) => number(&self.text(at)?).and_then(|number| u64::try_from(number).ok()),
            // Here alone a number may have decimals. No number of a size that counts loses any.
            (Unit::Hundred, Origin::Json(pointer)) => match &*self.json?.at(pointer)? {
                Value::Number(number) => in_hundredths(&number.to_string()),
                Value::String(text) => in_hundredths(text),
                _ => None,
            },
            (Unit::Hundred, at) => in_hundredths(&self.text(at)?),
        }
    }
}

/// A number of at most fifteen digits, which is how many thousandths of a second twelve digits of seconds have.
fn number(text: &str) -> Option<i64> {
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// An amount in hundredths, of at most fifteen digits before the full stop.
fn in_hundredths(text: &str) -> Option<u64> {
    let digits = text.find('.').unwrap_or(text.len());
    money::hundredths(text).filter(|_| digits <= 15)
}
