//! Duty: who answers for a scope.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::{
    Id, Mistakes,
    place::{Path, Scope, StoreNumber},
};

/// How many people one duty names at most.
const MOST_PEOPLE: usize = 20;

/// When summaries come, on a store's clock.
const MORNING: Time = Time::constant(8, 0, 0, 0);

/// A summary comes at least once in so many days, if it comes at all.
const DAYS_OF_A_WEEK: i32 = 7;

/// How often the person on duty gets a summary, beside what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Digest {
    /// Each morning at eight, on the store's clock.
    Daily,
    /// Each Monday at eight.
    Weekly,
    /// Never.
    None,
}

impl Digest {
    /// When the next summary comes after an instant, on a store's clock; none if there is none.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = zone.to_datetime(after).date();
        (0..=DAYS_OF_A_WEEK)
            .map(|days| today.saturating_add(days.days()))
            .filter(|day| self.comes_on(*day))
            .map(|day| morning(day, zone))
            .find(|morning| *morning > after)
    }

    /// The last morning on which a summary came, at an instant or before it, with its day on a store's clock.
    pub fn last(self, now: Timestamp, zone: &TimeZone) -> Option<(Date, Timestamp)> {
        let today = zone.to_datetime(now).date();
        (0..=DAYS_OF_A_WEEK)
            .map(|days| today.saturating_sub(days.days()))
            .filter(|day| self.comes_on(*day))
            .map(|day| (day, morning(day, zone)))
            .find(|(_, morning)| *morning <= now)
    }

    /// How many days a summary covers.
    pub fn days(self) -> i32 {
        match self {
            Self::Daily => 1,
            Self::Weekly => DAYS_OF_A_WEEK,
            Self::None => 0,
        }
    }

    fn comes_on(self, day: Date) -> bool {
        match self {
            Self::Daily => true,
            Self::Weekly => day.weekday() == Weekday::Monday,
            Self::None => false,
        }
    }
}

/// Eight in the morning of a day. Where the clocks skip it, the first moment after.
fn morning(day: Date, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(day.to_datetime(MORNING)).unwrap_or(Timestamp::MAX)
}

/// The people who answer for the cases of a scope, and how they are notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The people, by their ids. Robots mention them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Id>,
    /// The robot or the mailbox that notifies them: an endpoint's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Id>,
    /// How often a summary comes. If nothing is said, daily of a store and weekly of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl Duty {
    /// A duty that a caller sent.
    ///
    /// # Errors
    /// Everything that can't be taken.
    pub fn checked(self) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        if self.people.len() > MOST_PEOPLE {
            mistakes.add(format!("people: {MOST_PEOPLE} at most; these are {}.", self.people.len()));
        }
        let is_again = |at: usize, id: &Id| self.people.iter().take(at).filter(|other| *other == id).count() == 1;
        for (_, id) in self.people.iter().enumerate().filter(|(at, id)| is_again(*at, id)) {
            mistakes.add(format!("people: {id} is named more than once. Name each person once."));
        }
        if self.people.is_empty() && self.endpoint.is_none() {
            mistakes.add("A duty names people, or an endpoint that tells them.");
        }
        mistakes.unless(self)
    }

    /// How often a summary comes.
    pub fn digest_of(&self, scope: &Scope) -> Digest {
        self.digest.unwrap_or(match scope {
            Scope::Store(_) => Digest::Daily,
            Scope::Node(_) => Digest::Weekly,
        })
    }

    /// The scopes in which a duty for a store may lie, the nearest first.
    pub fn scopes(store: StoreNumber, path: &Path) -> Vec<Scope> {
        [Scope::Store(store)].into_iter().chain(Self::scopes_of_node(path)).collect()
    }

    /// The scopes in which a duty for a node may lie, the nearest first.
    pub fn scopes_of_node(path: &Path) -> Vec<Scope> {
        let nodes: Vec<Scope> = path.with_ancestors().map(Scope::Node).collect();
        nodes.into_iter().rev().collect()
    }

    /// The duty whose turn it is at a level, of duties from the nearest up: the highest there is, if there are not so
    /// many.
    pub fn at_level<T>(duties: &[T], level: u8) -> Option<&T> {
        duties.get(usize::from(level)).or(duties.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_are_looked_for_from_the_store_up() {
        let path = Path::try_from("cn/east/shanghai".to_owned()).unwrap();
        let scopes: Vec<String> = Duty::scopes(12.try_into().unwrap(), &path).iter().map(Scope::to_string).collect();
        assert_eq!(scopes, ["store/12", "cn/east/shanghai", "cn/east", "cn"]);
        assert_eq!(Duty::at_level(&["a", "b"], 0), Some(&"a"));
        assert_eq!(Duty::at_level(&["a", "b"], 7), Some(&"b"));
        assert_eq!(Duty::at_level::<&str>(&[], 0), None);
    }

    #[test]
    fn a_summary_comes_at_eight_on_the_stores_clock() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // A Saturday, at eight and a second before.
        let (eight, before) = (at("2026-11-21T08:00:00+08:00"), at("2026-11-21T07:59:59+08:00"));
        assert_eq!(Digest::Daily.next(before, &shanghai), Some(eight));
        assert_eq!(Digest::Daily.next(eight, &shanghai), Some(at("2026-11-22T08:00:00+08:00")));
        assert_eq!(Digest::Weekly.next(eight, &shanghai), Some(at("2026-11-23T08:00:00+08:00")));
        assert_eq!(Digest::None.next(eight, &shanghai), None);
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(Digest::Daily.last(eight, &shanghai), Some((day("2026-11-21"), eight)));
        let yesterday = at("2026-11-20T08:00:00+08:00");
        assert_eq!(Digest::Daily.last(before, &shanghai), Some((day("2026-11-20"), yesterday)));
        let monday = at("2026-11-16T08:00:00+08:00");
        assert_eq!(Digest::Weekly.last(eight, &shanghai), Some((day("2026-11-16"), monday)));
        let next = at("2026-11-23T08:00:00+08:00");
        assert_eq!(Digest::Weekly.next(monday, &shanghai), Some(next));
        assert_eq!(Digest::Weekly.next(next, &shanghai), Some(at("2026-11-30T08:00:00+08:00")));
        assert_eq!(Digest::Weekly.last(at("2026-11-23T07:00:00+08:00"), &shanghai), Some((day("2026-11-16"), monday)));
    }
}
