//! The outcomes of answers that needed somebody.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{hidden::TOO_FEW, share};
use crate::{Id, count::CaseCounts, number, survey::Severity};

/// Cases of a window, without those of the running day. Of fewer than five only how many there were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CasesFigure {
    /// How many were opened, praises left out.
    pub opened: u64,
    /// The same by how much they matter.
    pub by_severity: BTreeMap<Severity, u64>,
    /// How many praises there were to thank for.
    pub praises: u64,
    /// How many wait for the store.
    pub waiting: Option<u64>,
    /// How many were answered in time, of those that have been answered or are late.
    pub in_time: Option<Part>,
    /// The recovery: of guests who said whether it is solved, how many said that it is.
    pub recovery: Option<Part>,
    /// How many were answered, and their guests said nothing. They are in no share.
    pub silent: Option<u64>,
    /// Opening minutes to the first answer, of half of them at most so many; about, from counts by powers of two.
    pub reply_minutes: Option<f64>,
    /// Opening minutes to the first closing, likewise.
    pub close_minutes: Option<f64>,
    /// How often guests said that it is not solved.
    pub reopened: Option<u64>,
    /// How many nobody answered for thirty days.
    pub lapsed: Option<u64>,
    /// The causes that were found, the commonest first.
    pub causes: Vec<CauseFigure>,
    /// Awards to guests by currency: how many, and their sum in its smallest unit.
    pub awards: BTreeMap<String, (u64, u64)>,
}

/// k of n, with Wilson's 95 % interval, on 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// How many.
    pub k: u64,
    /// Of how many.
    pub n: u64,
    /// k of n.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How many cases had a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseFigure {
    /// Its id in the brand's list.
    pub cause: Id,
    /// How many.
    pub n: u64,
}

impl Part {
    /// None of fewer than five.
    fn of(k: u64, n: u64) -> Option<Self> {
        let share = share(k, n).filter(|_| n >= TOO_FEW)?;
        Some(Self { k, n, share: share.share, low: share.low, high: share.high })
    }
}

impl CasesFigure {
    /// The figures of cases; none where none were opened.
    pub(super) fn of(counts: &CaseCounts) -> Option<Self> {
        if counts.is_empty() {
            return None;
        }
        let opened = counts.complaints();
        let praises = counts.opened.get(&Severity::Praise).copied().unwrap_or(0);
        let enough = opened >= TOO_FEW;
        let complaints = counts.opened.iter().filter(|(severity, _)| **severity != Severity::Praise);
        let mut causes: Vec<CauseFigure> =
            counts.causes.iter().map(|(cause, n)| CauseFigure { cause: cause.clone(), n: *n }).collect();
        causes.sort_by(|one, other| other.n.cmp(&one.n).then_with(|| one.cause.cmp(&other.cause)));
        let (solved, not_solved) = counts.said;
        let shown = |count: u64| enough.then_some(count);
        Some(Self {
            opened,
            by_severity: if enough {
                complaints.map(|(severity, n)| (*severity, *n)).collect()
            } else {
                BTreeMap::new()
            },
            praises,
            waiting: shown(counts.waiting),
            in_time: Part::of(counts.in_time.0, counts.in_time.1),
            recovery: Part::of(solved, solved + not_solved),
            silent: shown(counts.silent),
            reply_minutes: median(&counts.reply_minutes),
            close_minutes: median(&counts.close_minutes),
            reopened: shown(counts.reopened),
            lapsed: shown(counts.lapsed),
            causes: if enough { causes } else { Vec::new() },
            awards: if enough { counts.awards.clone() } else { BTreeMap::new() },
        })
    }
}

/// The median of minutes that are counted by powers of two, as if those of one power lay evenly; none of fewer than five.
fn median(powers: &BTreeMap<u8, u64>) -> Option<f64> {
    let n: u64 = powers.values().sum();
    if n < TOO_FEW {
        return None;
    }
    let half = number(n) / 2.0;
    let mut before = 0.0;
    for (power, count) in powers {
        let here = number(*count);
        if before + here >= half {
            let (low, high) = match power {
                0 => (0.0, 1.0),
                power => (libm::exp2(f64::from(power - 1)), libm::exp2(f64::from(*power))),
            };
            return Some(low + (high - low) * (half - before) / here);
        }
        before += here;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_where_half_of_them_do() {
        assert_eq!(median(&BTreeMap::from([(5, 4)])), None, "fewer than five");
        // Eight of 16 to 32 minutes, two of 64 to 128: the fifth of the eight.
        assert_eq!(median(&BTreeMap::from([(5, 8), (7, 2)])), Some(26.0));
        assert_eq!(median(&BTreeMap::from([(0, 10)])), Some(0.5));
    }

    #[test]
    fn recovery_is_what_guests_say_and_silence_is_in_no_share() {
        let opened = BTreeMap::from([(Severity::High, 30), (Severity::Praise, 3)]);
        let counts = CaseCounts { opened, said: (6, 4), silent: 20, in_time: (18, 25), ..CaseCounts::default() };
        let figure = CasesFigure::of(&counts).unwrap();
        let recovery = figure.recovery.unwrap();
        assert_eq!((recovery.k, recovery.n, figure.silent), (6, 10, Some(20)));
        // Wilson 1927: 6 of 10 is 0.3127 to 0.8318.
        assert!((recovery.low - 0.312_7).abs() < 1e-4 && (recovery.high - 0.831_8).abs() < 1e-4, "{recovery:?}");
        assert_eq!((figure.opened, figure.praises, figure.by_severity.len()), (30, 3, 1));
        assert_eq!(CasesFigure::of(&CaseCounts::default()), None);
    }

    #[test]
    fn of_fewer_than_five_only_their_number_is_shown() {
        let opened = BTreeMap::from([(Severity::High, 4)]);
        let causes = BTreeMap::from([("waiting".parse().unwrap(), 4)]);
        let counts = CaseCounts { opened, said: (2, 2), waiting: 1, causes, ..CaseCounts::default() };
        let figure = CasesFigure::of(&counts).unwrap();
        assert_eq!((figure.opened, figure.waiting, figure.recovery, figure.causes.len()), (4, None, None, 0));
        assert!(figure.by_severity.is_empty());
    }
}
