//! What is said of an action, and when nothing can be said.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    effect::{Effect, Evidence},
    windows::{Reference, Windows},
};
use crate::{number, visit::Channel};

/// Beyond so large a part of the answers that came another way than before, other guests were asked.
const CHANNELS_MOVED: f64 = 0.2;

/// The score is back where it was if it is certainly less than so many points below.
const BACK_WITHIN: f64 = 5.0;

/// What is said of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Not all days of the window are over, or no store that acted has 100 answers in each window.
    TooEarly,
    /// Fewer than five siblings have 100 answers in each window.
    NoComparison,
    /// Something else changed as well, so the action alone can't be judged.
    Mixed,
    /// The stores that acted became better than their siblings.
    Better,
    /// They became worse. If they fell before the action already, they are worse than then, too.
    Worse,
    /// Neither is certain. The effect says what may be, and how much would have been seen.
    CannotTell,
    /// One that a later version writes.
    #[serde(other)]
    Unknown,
}

/// What else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mixing {
    /// Another action of the same stores.
    AnotherAction,
    /// The question that the score is worked out from.
    Measure,
    /// The ways by which answers come.
    Channels,
    /// One that a later version writes.
    #[serde(other)]
    Unknown,
}

/// What else happened at the stores that acted, in the days that are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether another action of any of them falls into these days.
    pub another_action: bool,
    /// Whether the survey asked for the score in another way during them.
    pub measure_changed: bool,
    /// Answers by channel in the days that the action is compared with, of all stores that acted.
    pub channels_before: BTreeMap<Channel, u64>,
    /// The same after it.
    pub channels_after: BTreeMap<Channel, u64>,
}

impl Circumstances {
    fn mixing(&self) -> Vec<Mixing> {
        let moved = total_variation(&self.channels_before, &self.channels_after) > CHANNELS_MOVED;
        let all = [
            (self.another_action, Mixing::AnotherAction),
            (self.measure_changed, Mixing::Measure),
            (moved, Mixing::Channels),
        ];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, mixing)| mixing).collect()
    }
}

/// The total variation distance between the shares of two sets of counts, 0 to 1: the part that is in another place. 0
/// where either set is empty.
pub fn total_variation<K: Ord>(before: &BTreeMap<K, u64>, after: &BTreeMap<K, u64>) -> f64 {
    let total = |counts: &BTreeMap<K, u64>| counts.values().map(|count| number(*count)).sum::<f64>();
    let totals = (total(before), total(after));
    if totals.0 == 0.0 || totals.1 == 0.0 {
        return 0.0;
    }
    let share = |counts: &BTreeMap<K, u64>, key: &K, total: f64| counts.get(key).map_or(0.0, |n| number(*n)) / total;
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(key)));
    keys.map(|key| (share(before, key, totals.0) - share(after, key, totals.1)).abs() / 2.0).sum()
}

/// Whether the stores that acted are back at the level before their score dropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// How far they are above the level before, beside their siblings, in points.
    pub difference: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Whether it is certain that they are less than 5 points below.
    pub back: bool,
}

/// A verdict on an action, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// What is said.
    pub verdict: Verdict,
    /// What else changed; of a mixed verdict alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mixed: Vec<Mixing>,
    /// The days that it is compared with.
    #[serde(default)]
    pub reference: Reference,
    /// How far the stores fell before the action, in standard errors. None where too little is known of then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fall: Option<f64>,
    /// The effect. None where it is too early, or there is no comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Whether the level before a drop is reached. None without a drop, or where too little is known of before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
}

/// Judges an action.
///
/// `over` is the last day that is over for every store. `dropped_on` is the first day of the drop that the action answers,
/// if it answers one. The circumstances are asked of the days that are compared, from the first to the last.
pub fn judge(
    windows: &Windows,
    over: Date,
    evidence: &Evidence<'_>,
    dropped_on: Option<Date>,
    circumstances: impl FnOnce(Date, Date) -> Circumstances,
) -> Judgement {
    let (reference, fall) = evidence.reference(windows);
    let (from, to) = (windows.reference(reference), windows.after());
    let without = |verdict| Judgement { verdict, mixed: Vec::new(), reference, fall, effect: None, recovery: None };
    if over < windows.last_day() || !evidence.has_answers(&from, &to) {
        return without(Verdict::TooEarly);
    }
    let Some(effect) = evidence.effect(from, to) else {
        return without(Verdict::NoComparison);
    };
    let (first, last) = windows.compared(reference);
    let mixed = circumstances(first, last).mixing();
    let verdict = match effect {
        _ if !mixed.is_empty() => Verdict::Mixed,
        Effect { low, .. } if low > 0.0 => Verdict::Better,
        Effect { high, .. } if high < 0.0 && sank(windows, evidence, reference) => Verdict::Worse,
        _ => Verdict::CannotTell,
    };
    let recovery = dropped_on.and_then(|day| recovery(windows, evidence, day));
    Judgement { verdict, mixed, reference, fall, effect: Some(effect), recovery }
}

/// Whether stores that are below the days they are compared with sank after the action began. Those that had fallen before
/// and stay down do not show that it harmed. The store of 25 that fell most would be called worse for nothing in 9 to
/// 17 % of all cases, and is in less than 1 %.
fn sank(windows: &Windows, evidence: &Evidence<'_>, reference: Reference) -> bool {
    let against_the_dip = || evidence.effect(windows.reference(Reference::Before), windows.after());
    reference == Reference::Before || against_the_dip().is_some_and(|effect| effect.high < 0.0)
}

/// The level after an action beside that before a drop. It is measured against siblings like the effect, so that a bad
/// month of all stores hides no recovery, and a good one makes none.
fn recovery(windows: &Windows, evidence: &Evidence<'_>, dropped_on: Date) -> Option<Recovery> {
    let Effect { effect, low, high, .. } = evidence.effect(windows.before_drop(dropped_on)?, windows.after())?;
    Some(Recovery { difference: effect, low, high, back: low > -BACK_WITHIN })
}
