//! An action: what some stores change from a day on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    judgement::Judgement,
    windows::{Term, Windows},
};
use crate::{
    Id, Mistakes, known_keys,
    place::{StoreNumber, parse_day},
    survey::plain_text,
    trend::TrendId,
};

/// How many stores one action has at most.
pub const MOST_STORES: usize = 200;

/// How many days an action settles at most before it is judged.
pub const MOST_SETTLING_DAYS: u8 = 28;

/// The most characters of what is done.
pub const LONGEST_WHAT: usize = 300;

/// How many trends one action answers at most.
pub const MOST_TRENDS: usize = 20;

/// An action as a caller describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDetails {
    /// The stores that act, 1 to 200, each once.
    pub stores: Vec<StoreNumber>,
    /// The first day of it, such as `2026-11-21`.
    #[serde(deserialize_with = "start")]
    pub start: Date,
    /// For how many days from then on guests may still see the old way, 0 to 28. They are not judged.
    #[serde(default)]
    pub settling_days: u8,
    /// What is done, 1 to 300 characters.
    pub what: String,
    /// The person whose action it is, by id.
    pub owner: Id,
    /// The trends that it answers, 20 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trends: Vec<TrendId>,
}

fn start<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_day("start", &text).map_err(serde::de::Error::custom)
}

impl ActionDetails {
    /// Those that a caller sent, with the text as it is kept: without control characters, personal numbers masked.
    ///
    /// # Errors
    /// Everything that can't be taken.
    pub fn checked(mut self) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let count = self.stores.len();
        if !(1..=MOST_STORES).contains(&count) {
            mistakes.add(format!("stores are 1 to {MOST_STORES}; these are {count}."));
        }
        for store in again(&self.stores) {
            mistakes.add(format!("stores: {store} is named more than once. Name each store once."));
        }
        if self.settling_days > MOST_SETTLING_DAYS {
            let days = self.settling_days;
            mistakes.add(format!("settling_days are 0 to {MOST_SETTLING_DAYS}; these are {days}."));
        }
        match plain_text(&self.what, LONGEST_WHAT) {
            Ok(what) if !what.is_empty() => self.what = what,
            _ => mistakes.add(format!("what says in 1 to {LONGEST_WHAT} characters what is done.")),
        }
        let count = self.trends.len();
        if count > MOST_TRENDS {
            mistakes.add(format!("trends: {MOST_TRENDS} at most; these are {count}."));
        }
        for key in again(&self.trends) {
            mistakes.add(format!("trends: {key} is named more than once. Name each trend once."));
        }
        mistakes.unless(self)
    }

    /// What is compared at a term.
    pub fn windows(&self, term: Term) -> Windows {
        Windows::new(self.start, self.settling_days, term)
    }

    /// Whether any store of another action is one of these.
    pub fn shares_stores(&self, other: &Self) -> bool {
        self.stores.iter().any(|store| other.stores.contains(store))
    }

    /// Whether it begins or settles on any of these days, so that what is compared in them is not its alone.
    pub fn falls_into(&self, first: Date, last: Date) -> bool {
        let settled = self.start.saturating_add(i64::from(self.settling_days).days());
        self.start <= last && settled >= first
    }
}

/// Those that are named a second time, each once, in order.
fn again<T: Ord>(all: &[T]) -> BTreeSet<&T> {
    let mut seen = BTreeSet::new();
    all.iter().filter(|one| !seen.insert(*one)).take(crate::NAMED_AT_MOST).collect()
}

/// An action as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Kept")]
pub struct Action {
    /// Its id.
    pub id: Id,
    /// What it is.
    #[serde(flatten)]
    pub details: ActionDetails,
    /// The verdicts on it, by how many days they are about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub verdicts: BTreeMap<Term, Judgement>,
}

/// An action of the table, before it is checked.
#[derive(Deserialize)]
struct Kept {
    id: Id,
    #[serde(flatten)]
    details: ActionDetails,
    #[serde(default, deserialize_with = "known_keys")]
    verdicts: BTreeMap<Term, Judgement>,
}

impl TryFrom<Kept> for Action {
    type Error = Mistakes;

    fn try_from(Kept { id, details, verdicts }: Kept) -> Result<Self, Mistakes> {
        Ok(Self { verdicts, ..Self::new(id, details)? })
    }
}

impl Action {
    /// One that nobody has judged yet.
    ///
    /// # Errors
    /// Everything in the details that can't be taken.
    pub fn new(id: Id, details: ActionDetails) -> Result<Self, Mistakes> {
        Ok(Self { id, details: details.checked()?, verdicts: BTreeMap::new() })
    }

    /// The terms at which it can be judged and has not been, given the last day that is over for every store.
    pub fn due(&self, over: Date) -> impl Iterator<Item = Term> {
        let is_over = move |term: &Term| self.details.windows(*term).last_day() <= over;
        Term::ALL.into_iter().filter(move |term| is_over(term) && !self.verdicts.contains_key(term))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;
    use crate::strictly;

    fn sent() -> Value {
        json!({"stores": [12, 7], "start": "2026-11-21", "what": "A second till at noon.", "owner": "lin"})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut changed = sent();
        changed[name] = value;
        changed
    }

    /// What is said of a body, whether it can't be read or can't be taken.
    fn refused(body: Value) -> String {
        strictly::<ActionDetails>(body).and_then(ActionDetails::checked).unwrap_err().to_string()
    }

    fn taken(body: Value) -> ActionDetails {
        strictly::<ActionDetails>(body).and_then(ActionDetails::checked).unwrap()
    }

    #[test]
    fn an_action_is_taken_as_it_is_described() {
        let details = taken(sent());
        assert_eq!((details.start, details.settling_days), (date(2026, 11, 21), 0));
        assert_eq!(details.stores.iter().map(|store| store.get()).collect::<Vec<_>>(), [12, 7]);
        let what = taken(with("what", json!(" 中午加一台收银机\u{8}。\r\nRing 13800138000 \u{0}")).clone()).what;
        assert!(what.starts_with("中午加一台收银机。\nRing ") && !what.contains("13800138000"), "{what:?}");
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(taken(with("what", json!(family.repeat(300)))).what, family.repeat(300));
        let trends = json!(["20261120-0f1e2d3c4b5a6978"]);
        assert_eq!(taken(with("trends", trends.clone())).trends[0].day, date(2026, 11, 20));
        assert_eq!(serde_json::to_value(taken(with("trends", trends.clone()))).unwrap()["trends"], trends);
        assert_eq!(taken(with("stores", (1..=200).collect())).stores.len(), 200);
        assert_eq!(taken(with("settling_days", json!(28))).settling_days, 28);
    }

    #[test]
    fn a_caller_reads_what_is_wrong_with_an_action() {
        let key = "20261120-0f1e2d3c4b5a6978";
        let keys: Vec<String> = (0..21).map(|n| format!("20261120-{n:016x}")).collect();
        for (body, said) in [
            (with("stores", json!([])), "stores are 1 to 200; these are 0."),
            (with("stores", (1..=201).collect()), "stores are 1 to 200; these are 201."),
            (with("stores", json!([7, 12, 7, 7])), "stores: 7 is named more than once. Name each store once."),
            (with("stores", json!([0])), "stores[0]: A store number is 1 to 1048575; this is 0."),
            (with("start", json!("21.11.2026")), "start: start is a day such as 2026-11-21."),
            (with("start", json!("1999-11-21")), "start: start is a day such as 2026-11-21."),
            (with("start", json!("2026-11-21T04:00")), "start: start is a day such as 2026-11-21."),
            (with("settling_days", json!(29)), "settling_days are 0 to 28; these are 29."),
            (with("what", json!("\u{200b}\u{8} ")), "what says in 1 to 300 characters what is done."),
            (with("what", json!("食".repeat(301))), "what says in 1 to 300 characters what is done."),
            (
                with("trends", json!([key, key])),
                &format!("trends: {key} is named more than once. Name each trend once."),
            ),
            (with("trends", json!(keys)), "trends: 20 at most; these are 21."),
            (with("colour", json!("red")), "unknown field `colour`: check its spelling, or leave it out."),
        ] {
            assert_eq!(refused(body), said);
        }
        assert!(refused(with("owner", json!("林"))).starts_with("owner: An id is 1 to 40 letters"));
        assert!(refused(with("settling_days", json!(-1))).starts_with("settling_days: invalid value: integer `-1`"));
        assert!(refused(with("trends", json!(["cn"]))).starts_with("trends[0]: A trend's id is such as"));
        let wrong = json!({"stores": [], "start": "2026-11-21", "settling_days": 99, "what": "", "owner": "lin"});
        assert_eq!(strictly::<ActionDetails>(wrong).unwrap().checked().unwrap_err().0.len(), 3);
    }

    fn action() -> Action {
        Action::new("a7".parse().unwrap(), taken(sent())).unwrap()
    }

    #[test]
    fn an_action_is_kept_with_its_verdicts() {
        let mut action = action();
        let judgement = json!({"verdict": "cannot-tell", "reference": "earlier", "fall": -1.5, "effect": {"effect": 3.5,
            "se": 2.0, "low": -0.5, "high": 7.5, "least": 5.6, "stores": 2, "siblings": 24, "moved_as_far": 3, "p": 0.16,
            "between": 1.25, "scatter": 1.0}});
        action.verdicts.insert(Term::Fortnight, serde_json::from_value(judgement.clone()).unwrap());
        let kept = serde_json::to_value(&action).unwrap();
        assert_eq!(kept["verdicts"], json!({"14": judgement}));
        assert_eq!((&kept["id"], &kept["stores"]), (&json!("a7"), &json!([12, 7])));
        assert_eq!(serde_json::from_value::<Action>(kept).unwrap(), action);
        assert_eq!(serde_json::to_value(self::action()).unwrap().get("verdicts"), None);
    }

    #[test]
    fn what_a_later_version_wrote_of_an_action_is_passed_over() {
        let mut later = serde_json::to_value(action()).unwrap();
        later["mood"] = json!("hopeful");
        later["verdicts"] = json!({
            "14": {"verdict": "splendid", "mixed": ["weather"], "tone": 7},
            "56": {"verdict": "better"},
            "soon": {},
        });
        let read: Action = serde_json::from_value(later).unwrap();
        let judgement = &read.verdicts[&Term::Fortnight];
        assert_eq!(read.verdicts.len(), 1);
        assert_eq!(judgement.verdict, super::super::Verdict::Unknown);
        assert_eq!(judgement.mixed, [super::super::Mixing::Unknown]);
    }

    #[test]
    fn an_action_of_the_table_goes_through_the_same_door() {
        let mut kept = serde_json::to_value(action()).unwrap();
        kept["stores"] = json!([7, 7]);
        let said = serde_json::from_value::<Action>(kept).unwrap_err().to_string();
        assert!(said.contains("stores: 7 is named more than once."), "{said}");
    }

    #[test]
    fn an_action_is_due_once_its_days_are_over() {
        let mut action = action();
        let due = |action: &Action, day: Date| action.due(day).collect::<Vec<_>>();
        assert_eq!(due(&action, date(2026, 12, 3)), []);
        assert_eq!(due(&action, date(2026, 12, 4)), [Term::Fortnight]);
        assert_eq!(due(&action, date(2026, 12, 18)), Term::ALL);
        let judgement = serde_json::from_value(json!({"verdict": "too-early"})).unwrap();
        action.verdicts.insert(Term::Fortnight, judgement);
        assert_eq!(due(&action, date(2026, 12, 18)), [Term::FourWeeks]);
        action.details.settling_days = 5;
        assert_eq!(due(&action, date(2026, 12, 18)), []);
    }
}
