//! The meaning of an answer, and when to try again.
//!
//! An attempt fails when it is not answered with 2xx in time. Then it is made again, later and later, ten times in all.
//! None comes after the event's own end: an invitation is of no use on the day after.

use std::fmt;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

/// How long after the attempt before it each attempt is made, as Standard Webhooks recommends.
pub const SCHEDULE: [SignedDuration; 10] = [
    SignedDuration::ZERO,
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// The last attempt of the schedule comes within so many days, with all jitter.
pub const DAYS: i64 = 4;

/// A receiver may ask for a longer pause than the schedule's, but not for one that would end only after years.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// How long a receiver with too much to do is left alone if it does not say for how long.
pub(crate) const SLOW: SignedDuration = SignedDuration::from_mins(1);

/// The step that follows an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It has arrived, and is never sent again.
    Delivered,
    /// It failed, and is tried again.
    TryAgain {
        /// Not before this time.
        after: Timestamp,
    },
    /// It failed, and is not tried again.
    GiveUp(Reason),
    /// The receiver wants nothing any more.
    SwitchOff,
}

/// Why something is not tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The last attempt of the schedule failed.
    LastAttempt,
    /// The next attempt would come after the end.
    PastItsEnd,
    /// The receiver said that it will never take it, in these words. They may be cut.
    Refused(String),
}

/// Sentences for an operator.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LastAttempt => write!(f, "All {} attempts failed.", SCHEDULE.len()),
            Self::PastItsEnd => f.write_str("The next attempt would come too late."),
            Self::Refused(words) => write!(f, "The receiver refuses it: {words}"),
        }
    }
}

/// An attempt that was made.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// How many were made, this one too.
    pub made: usize,
    /// When it ended.
    pub now: Timestamp,
    /// When the event loses its use.
    pub until: Timestamp,
    /// Spreads attempts, so that those of many events don't come at one moment. Anything random will do.
    pub random: u32,
}

impl Attempt {
    /// Reads an endpoint's answer, by its status and its header `Retry-After`. A redirect is a failure, and is never
    /// followed: it could lead to an address that may not be connected to.
    pub fn answered(&self, status: u16, retry_after: Option<&str>) -> Next {
        match status {
            200..=299 => Next::Delivered,
            410 => Next::SwitchOff,
            429 | 502..=504 => {
                let asked = retry_after.and_then(|text| asked(text, self.now));
                self.again(asked.unwrap_or(SLOW))
            }
            _ => self.again(SignedDuration::ZERO),
        }
    }

    /// Until when a receiver with too much to do is left alone, by its status and its header `Retry-After`. It is a
    /// minute, if it does not say for how long, and a day at the most. None where the status says nothing of it.
    pub fn asked_for(now: Timestamp, status: u16, retry_after: Option<&str>) -> Option<Timestamp> {
        if !matches!(status, 429 | 502..=504) {
            return None;
        }
        let wait = retry_after.and_then(|text| asked(text, now)).unwrap_or(SLOW);
        now.checked_add(wait.clamp(SignedDuration::ZERO, LONGEST_WAIT)).ok()
    }

    /// Decides what follows when there was no answer: no connection, or none in time.
    pub fn unanswered(&self) -> Next {
        self.again(SignedDuration::ZERO)
    }

    /// The next attempt as the schedule says, but not before `wait` is over.
    pub(crate) fn again(&self, wait: SignedDuration) -> Next {
        let Some(planned) = SCHEDULE.get(self.made) else { return Next::GiveUp(Reason::LastAttempt) };
        // From 90 % to 110 % of the schedule's pause, but never less than the receiver asked for.
        let planned = part(*planned, 900 + self.random % 201);
        let wait = wait.clamp(SignedDuration::ZERO, LONGEST_WAIT);
        let wait = part(wait, 1_000 + self.random % 101);
        // A timestamp that can't be written down lies past every end.
        match self.now.checked_add(planned.max(wait)) {
            Ok(after) if after <= self.until => Next::TryAgain { after },
            _ => Next::GiveUp(Reason::PastItsEnd),
        }
    }
}

/// So many thousandths of a pause. Pauses have a day at the most, which is far from overflowing.
fn part(pause: SignedDuration, thousandths: u32) -> SignedDuration {
    SignedDuration::from_micros(pause.as_secs().saturating_mul(1_000).saturating_mul(i64::from(thousandths)))
}

/// How long a receiver asks to be left alone: in seconds, or until a date as HTTP writes it today. Its two obsolete
/// forms are read as nothing, like any other text.
fn asked(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than the longest wait, too.
        return Some(text.parse().map_or(LONGEST_WAIT, SignedDuration::from_secs));
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date.duration_since(now))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    /// The middle of the jitter: exactly the schedule's pause.
    const MIDDLE: u32 = 100;

    fn noon() -> Timestamp {
        "2026-11-21T04:30:00Z".parse().unwrap()
    }

    fn attempt(made: usize) -> Attempt {
        Attempt { made, now: noon(), until: noon() + (30 * 24).hours(), random: MIDDLE }
    }

    fn again(pause: SignedDuration) -> Next {
        Next::TryAgain { after: noon() + pause }
    }

    #[test]
    fn an_answer_means_what_its_status_says() {
        let attempt = attempt(2);
        let as_planned = again(SignedDuration::from_mins(5));
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(attempt.answered(status, None), Next::Delivered, "{status}");
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 409, 422, 500, 501, 505, 0, 600, u16::MAX] {
            assert_eq!(attempt.answered(status, None), as_planned, "{status}");
            assert_eq!(attempt.answered(status, Some("3600")), as_planned, "{status}");
        }
        assert_eq!(attempt.answered(410, None), Next::SwitchOff);
        assert_eq!(attempt.unanswered(), as_planned);
    }

    #[test]
    fn who_has_too_much_to_do_is_left_alone_as_long_as_they_ask() {
        let second = Attempt { random: 0, ..attempt(1) };
        for status in [429, 502, 503, 504] {
            assert_eq!(second.answered(status, None), again(SLOW), "{status}");
            for (asked, pause) in [
                ("120", SignedDuration::from_secs(120)),
                (" 120 ", SignedDuration::from_secs(120)),
                ("Sat, 21 Nov 2026 04:40:00 GMT", SignedDuration::from_mins(10)),
                // The schedule's own pause is longer: nine tenths of 5 s.
                ("0", SignedDuration::from_millis(4_500)),
                ("Sat, 21 Nov 2026 04:00:00 GMT", SignedDuration::from_millis(4_500)),
                // Nobody is asked to wait for years.
                ("31536000", LONGEST_WAIT),
                ("99999999999999999999999", LONGEST_WAIT),
                ("Sat, 21 Nov 2099 04:40:00 GMT", LONGEST_WAIT),
                // These say nothing.
                ("", SLOW),
                ("soon", SLOW),
                ("-5", SLOW),
                ("1.5", SLOW),
                ("Saturday, 21-Nov-26 04:40:00 GMT", SLOW),
                ("Fri, 21 Nov 2026 04:40:00 GMT", SLOW),
            ] {
                assert_eq!(second.answered(status, Some(asked)), again(pause), "{status} {asked}");
            }
        }
    }

    #[test]
    fn ten_attempts_take_three_days_and_are_the_last() {
        let (mut now, mut made) = (noon(), 0);
        let given_up = loop {
            match (Attempt { now, ..attempt(made) }).unanswered() {
                Next::TryAgain { after } => (now, made) = (after, made + 1),
                other => break other,
            }
        };
        assert_eq!((given_up, made), (Next::GiveUp(Reason::LastAttempt), 10));
        let sum = 75.hours().minutes(35).seconds(5);
        assert_eq!(now, noon() + sum);
    }

    #[test]
    fn nothing_is_tried_after_its_end() {
        let until = |until| Attempt { until, ..attempt(2) };
        assert_eq!(until(noon() + 5.minutes()).unanswered(), again(SignedDuration::from_mins(5)));
        assert_eq!(until(noon() + 299.seconds()).unanswered(), Next::GiveUp(Reason::PastItsEnd));
        let late = until(noon() + 1.hours());
        assert_eq!(late.answered(503, Some("3601")), Next::GiveUp(Reason::PastItsEnd));
        let at_the_end_of_time = Attempt { now: Timestamp::MAX, until: Timestamp::MAX, ..attempt(2) };
        assert_eq!(at_the_end_of_time.unanswered(), Next::GiveUp(Reason::PastItsEnd));
    }

    #[test]
    fn a_reason_is_a_sentence() {
        assert_eq!(Reason::LastAttempt.to_string(), "All 10 attempts failed.");
        assert_eq!(Reason::Refused("sign not match".to_owned()).to_string(), "The receiver refuses it: sign not match");
    }

    proptest! {
        #[test]
        fn the_pause_is_within_a_tenth_of_the_schedule_and_never_shorter_than_asked(
            made in 0_usize..12,
            random in any::<u32>(),
            status in any::<u16>(),
            seconds in 0_u32..200_000,
        ) {
            let attempt = Attempt { made, random, ..attempt(made) };
            let told = attempt.answered(status, Some(&seconds.to_string()));
            if let (Some(planned), Next::TryAgain { after }) = (SCHEDULE.get(made), &told) {
                let pause = after.duration_since(noon()).as_millis();
                let asked = i128::from(seconds.min(86_400)) * 1_000;
                let asked = if matches!(status, 429 | 502..=504) { asked } else { 0 };
                let planned = planned.as_millis();
                prop_assert!(pause >= asked && pause * 10 >= planned * 9, "{pause} {asked} {planned}");
                prop_assert!(pause * 10 <= planned.max(asked) * 11, "{pause} {asked} {planned}");
            } else {
                let over = told == Next::GiveUp(Reason::LastAttempt);
                prop_assert!(over == (made >= 10) || matches!(told, Next::Delivered | Next::SwitchOff), "{told:?}");
            }
        }

        #[test]
        fn no_header_brings_it_down(text in ".{0,60}", now in any::<i64>()) {
            let now = Timestamp::from_second(now % 253_402_207_200).unwrap();
            attempt(1).answered(429, Some(&text));
            Attempt { now, ..attempt(1) }.answered(429, Some(&text));
        }
    }

    #[test]
    fn whoever_has_too_much_to_do_is_left_alone_whatever_becomes_of_the_event() {
        let asked = |status, text| Attempt::asked_for(noon(), status, text);
        assert_eq!(asked(429, Some("7200")), Some(noon() + 2.hours()));
        assert_eq!(asked(503, None), Some(noon() + 1.minute()));
        assert_eq!(asked(429, Some("99999999999999999999")), Some(noon() + 24.hours()));
        assert_eq!(asked(429, Some("-5")), Some(noon() + 1.minute()), "it is no number of seconds");
        assert_eq!((asked(500, Some("7200")), asked(200, Some("7200"))), (None, None));
    }
}
