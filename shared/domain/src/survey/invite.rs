//! Whom to ask, and when: what a survey says about the guests of payments that a provider tells of.

use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};
#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid, Mistakes,
    access::GuestKeys,
    shortened,
    visit::{CLOCK_TOLERANCE_MINUTES, PaymentHash},
};

/// The longest quiet period, in days.
pub const LONGEST_QUIET_DAYS: u32 = 365;

/// Whom to ask, and when. Each part may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Invite {
    /// The share of payments whose guests are asked, more than 0 and up to 1, with at most four decimals. A lot decides,
    /// which falls alike each time.
    #[serde(skip_serializing_if = "Share::is_all")]
    pub share: Share,
    /// For so many days after a guest was asked they are not asked again, 0 to 365; 30 if not said.
    #[cfg_attr(test, schemars(range(max = LONGEST_QUIET_DAYS)))]
    pub quiet_days: u32,
    /// The hours on the store's clock in which nobody is messaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// How many hours after the payment a guest is messaged at the latest, up to the link's lifetime; 24 if not said.
    #[cfg_attr(test, schemars(range(min = 1, max = 1440)))]
    pub within_hours: u32,
}

impl Default for Invite {
    fn default() -> Self {
        Self { share: Share::default(), quiet_days: 30, quiet_hours: None, within_hours: 24 }
    }
}

/// When the guest of a payment may be messaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// From one instant on and before another.
    Between(Timestamp, Timestamp),
    /// Not any more; or their payment lies in the future.
    Never,
}

impl Invite {
    /// What is wrong with it, in a survey whose links live so many days.
    pub(super) fn check(&self, link_lifetime_days: u32, mistakes: &mut Mistakes) {
        if self.quiet_days > LONGEST_QUIET_DAYS {
            mistakes.add(format!("invite.quiet_days is 0 to {LONGEST_QUIET_DAYS}."));
        }
        let most = link_lifetime_days.max(1) * 24;
        if !(1..=most).contains(&self.within_hours) {
            mistakes.add(format!("invite.within_hours is 1 to {most}: for longer, the link can't be answered."));
        }
        if self.quiet_hours.is_some_and(|hours| hours.from == hours.to) {
            mistakes.add("invite.quiet_hours: from and to are the same, so nobody knows whether all day or never.");
        }
    }

    /// Whether the guest of a payment is drawn. It falls alike whenever it is asked, and nobody works it out without the
    /// keys.
    pub fn draws(&self, payment: PaymentHash, keys: &GuestKeys) -> bool {
        self.share.draws("invite", payment, keys)
    }

    /// When the guest of a payment may be messaged, as far as it is known now.
    pub fn invitation(&self, paid: Timestamp, now: Timestamp, zone: &TimeZone) -> Invitation {
        let ahead = i64::from(CLOCK_TOLERANCE_MINUTES).minutes();
        let until = paid.saturating_add(i64::from(self.within_hours).hours()).unwrap_or(Timestamp::MAX);
        if now.saturating_add(ahead).is_ok_and(|latest| paid > latest) {
            return Invitation::Never;
        }
        let from = self.quiet_hours.map_or(now, |hours| hours.end_after(now, zone));
        if from < until { Invitation::Between(from, until) } else { Invitation::Never }
    }
}

/// A share of all, in ten thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(with = "f64", extend("exclusiveMinimum" = 0, "maximum" = 1)))]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(u32);

impl Share {
    const WHOLE: u32 = 10_000;

    /// Whether it is all.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    pub(super) fn is_all(&self) -> bool {
        self.0 == Self::WHOLE
    }

    /// Whether a payment is drawn at random for a purpose. The result is the same each time, and a larger share
    /// includes everybody of a smaller one. Nobody can predict it without the keys.
    pub(super) fn draws(self, purpose: &str, payment: PaymentHash, keys: &GuestKeys) -> bool {
        let [a, b, c, d, ..] = payment.lot(purpose, keys);
        let drawn = (u64::from(u32::from_be_bytes([a, b, c, d])) * u64::from(Self::WHOLE)) >> 32;
        drawn < u64::from(self.0)
    }
}

impl Default for Share {
    fn default() -> Self {
        Self(Self::WHOLE)
    }
}

impl TryFrom<f64> for Share {
    type Error = Invalid;

    fn try_from(share: f64) -> Result<Self, Invalid> {
        let whole = f64::from(Self::WHOLE);
        let parts = (1..=Self::WHOLE).find(|parts| (f64::from(*parts) / whole - share).abs() < 1e-9);
        parts.map(Self).ok_or_else(|| {
            Invalid(format!("a share is more than 0 and up to 1, with at most four decimals; this is {share}."))
        })
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        Self::from(share.0) / Self::from(Share::WHOLE)
    }
}

/// Hours of each day on the store's clock. They may go past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct QuietHours {
    /// When they begin, such as `21:30`.
    pub from: ClockTime,
    /// When they end.
    pub to: ClockTime,
}

impl QuietHours {
    /// The instant itself, or the end of the quiet hours that it lies in.
    fn end_after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let there = at.to_zoned(zone.clone());
        let (time, from, to) = (there.time(), self.from.0, self.to.0);
        let ends_today = if from < to { from <= time && time < to } else { time < to };
        let ends_tomorrow = from > to && time >= from;
        let day = match (ends_today, ends_tomorrow) {
            (true, _) => Ok(there.date()),
            (_, true) => there.date().tomorrow(),
            _ => return at,
        };
        let end = day.and_then(|day| day.to_datetime(to).to_zoned(zone.clone()));
        end.map_or(at, |end| end.timestamp().max(at))
    }
}

/// A time of day, written `21:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(with = "String", extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$")))]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(Time);

impl TryFrom<String> for ClockTime {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let time = Time::strptime("%H:%M", &text).ok().map(Self);
        time.filter(|time| String::from(*time) == text)
            .ok_or_else(|| Invalid(format!("a time of day is written as 21:30; this is {:?}.", shortened(&text))))
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.0.strftime("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::access::Key;

    fn invite(json: serde_json::Value) -> Invite {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_left_out_is_as_usual_and_is_written_back_as_it_was_meant() {
        let usual = invite(json!({}));
        assert_eq!((usual.share, usual.quiet_days, usual.within_hours), (Share(10_000), 30, 24));
        let given =
            json!({"share": 0.3, "quiet_days": 7, "quiet_hours": {"from": "21:30", "to": "08:00"}, "within_hours": 48});
        assert_eq!(serde_json::to_value(invite(given.clone())).unwrap(), given);
    }

    #[test]
    fn a_share_of_nobody_or_of_more_than_all_is_refused() {
        for wrong in [0.0, -0.1, 1.0001, f64::NAN, 0.000_01, f64::INFINITY] {
            assert!(Share::try_from(wrong).is_err(), "{wrong}");
        }
        for right in [0.0001, 0.3, 0.9999, 1.0] {
            assert!((f64::from(Share::try_from(right).unwrap()) - right).abs() < 1e-12);
        }
    }

    #[test]
    fn a_lot_draws_about_the_share_and_always_alike() {
        let key = |byte| Key::from([byte; 32]);
        let keys = GuestKeys::new(1, BTreeMap::from([(1, key(1))]), key(2)).unwrap();
        let drawn = |share: f64| {
            let invite = invite(json!({"share": share}));
            let payments = (0..4000).map(|i| PaymentHash::of(&format!("payment-{i}"), keys.payment()));
            payments.filter(|payment| invite.draws(*payment, &keys)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1.0).len(), 4000);
        let some = drawn(0.3);
        assert!((1080..1320).contains(&some.len()), "{}", some.len());
        assert_eq!(some, drawn(0.3));
        let fewer = drawn(0.1);
        assert!(fewer.iter().all(|payment| some.contains(payment)), "a larger share draws whom a smaller one does");
    }

    #[test]
    fn nobody_is_messaged_in_quiet_hours_nor_too_late() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let night = invite(json!({"quiet_hours": {"from": "21:30", "to": "08:00"}}));
        for (now, from) in [
            ("2026-11-21T12:31:07+08:00", "2026-11-21T12:31:07+08:00"),
            ("2026-11-21T21:29:59+08:00", "2026-11-21T21:29:59+08:00"),
            ("2026-11-21T21:30:00+08:00", "2026-11-22T08:00:00+08:00"),
            ("2026-11-22T00:10:00+08:00", "2026-11-22T08:00:00+08:00"),
            ("2026-11-22T08:00:00+08:00", "2026-11-22T08:00:00+08:00"),
        ] {
            let (now, paid) = (at(now), at(now) - 1.minute());
            assert_eq!(
                night.invitation(paid, now, &zone),
                Invitation::Between(at(from), paid + 24.hours()),
                "at {now}"
            );
        }
        let noon = invite(json!({"quiet_hours": {"from": "12:00", "to": "14:00"}, "within_hours": 1}));
        let paid = at("2026-11-21T12:10:00+08:00");
        assert_eq!(noon.invitation(paid, paid, &zone), Invitation::Never, "it would be too late at two");
        let usual = Invite::default();
        assert_eq!(usual.invitation(paid, paid + 24.hours(), &zone), Invitation::Never);
        assert_eq!(usual.invitation(paid, paid - 601.seconds(), &zone), Invitation::Never);
        assert_eq!(
            usual.invitation(paid, paid - 600.seconds(), &zone),
            Invitation::Between(paid - 600.seconds(), paid + 24.hours())
        );
    }

    #[test]
    fn the_end_of_quiet_hours_is_right_when_the_clock_changes() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let night = invite(json!({"quiet_hours": {"from": "22:00", "to": "08:00"}}));
        // Clocks go back in that night, so that it has one hour more.
        let paid: Timestamp = "2026-10-24T20:30:00Z".parse().unwrap();
        let end: Timestamp = "2026-10-25T07:00:00Z".parse().unwrap();
        assert_eq!(night.invitation(paid, paid, &zone), Invitation::Between(end, paid + 24.hours()));
    }
}
