//! Two reports side by side: of two scopes, or of two windows.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Difference, Score, Temperature,
    change::by_day,
    hidden::TOO_FEW,
    nps::{compare_over, sum},
    proportion::compare_shares_over,
};
use crate::count::Group;

/// What a report stands beside.
#[derive(Debug, Clone, Serialize)]
pub struct Beside {
    /// The other scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The first business day.
    pub from: Date,
    /// The last business day.
    pub to: Date,
    /// Its scores.
    #[serde(flatten)]
    pub score: Score,
    /// Its temperature.
    pub temperature: Option<Temperature>,
    /// The score of this report less that of the other. None where some answers are in both, or too few in one.
    pub nps_difference: Option<Difference>,
    /// The satisfied share of this report less that of the other, on −1 to 1, likewise.
    pub satisfied_difference: Option<Difference>,
}

/// The score of some days less that of others, and likewise the satisfied share, on −1 to 1. None with fewer than five
/// answers. With `overlaps` some answers are in both: their difference varies less than that of independent ones, and
/// nothing is said of it.
pub fn differences(days: &[Group], others: &[Group], overlaps: bool) -> [Option<Difference>; 2] {
    let recommended = [days, others].map(|days| by_day(days.iter().copied()));
    let satisfied = [days, others].map(|days| days.iter().map(|day| (day.satisfied, day.rated)).collect::<Vec<_>>());
    let enough = recommended.iter().all(|days| sum(days).n() >= TOO_FEW)
        && satisfied.iter().all(|days| days.iter().map(|(_, n)| n).sum::<u64>() >= TOO_FEW);
    if overlaps || !enough {
        return [None, None];
    }
    let [now, before] = &recommended;
    let [satisfied_now, satisfied_before] = &satisfied;
    [compare_over(now, before), compare_shares_over(satisfied_now, satisfied_before)]
}
