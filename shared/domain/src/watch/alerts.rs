//! Who is named, with false alarms kept rare over all scopes together.

use crate::number;

/// The mean number of days from one false alarm to the next, over all scopes together, if days are as assumed.
pub const DAYS_APART: u64 = 100;

/// The same of suspects, who are shown and told to nobody. Far fewer make everybody one: of 28 days on which a change
/// may have begun, each adds 1 to the evidence on average where nothing changed.
pub const SUSPECTED_DAYS_APART: u64 = 30;

/// Which of some scopes changed in one direction, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alerts {
    /// Those that certainly did, the strongest evidence first.
    pub named: Vec<usize>,
    /// Others that may have, likewise.
    pub suspects: Vec<usize>,
}

/// Who is named, from the logarithm of each scope's evidence; none where nothing can be said. There are so many scopes
/// watched, and false alarms are so many days apart on average.
///
/// It is the e-BH procedure (Wang and Ramdas 2022): the k with most evidence, for the largest k whose least evidence is
/// K·A/k or more. Those named yesterday are among them, so less is asked of each where much is changing. Each direction
/// has its own budget.
pub fn alerts(evidence: &[Option<f64>], scopes: u64, days_apart: u64) -> Alerts {
    let mut order: Vec<(usize, f64)> =
        evidence.iter().enumerate().filter_map(|(at, evidence)| Some((at, (*evidence)?))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let places = |some: &[(usize, f64)]| some.iter().map(|(at, _)| *at).collect();
    let certain = count(&order, scopes, days_apart);
    let suspected = count(&order, scopes, days_apart.min(SUSPECTED_DAYS_APART));
    let (named, others) = order.split_at_checked(certain).unwrap_or_default();
    let suspects = others.get(..suspected.saturating_sub(certain)).unwrap_or_default();
    Alerts { named: places(named), suspects: places(suspects) }
}

fn count(order: &[(usize, f64)], scopes: u64, days_apart: u64) -> usize {
    let threshold = |k: usize| (number(scopes) * number(days_apart) / number(k as u64)).ln();
    let enough = order.iter().zip(1..).filter(|((_, evidence), k)| *evidence >= threshold(*k));
    enough.last().map_or(0, |(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(evidence: &[f64], scopes: u64) -> Vec<usize> {
        alerts(&evidence.iter().copied().map(Some).collect::<Vec<_>>(), scopes, DAYS_APART).named
    }

    #[test]
    fn the_more_changed_the_less_is_asked_of_each() {
        assert_eq!(named(&[15.0, 11.0, 9.9, 9.2, 3.0], 1_000), [0, 1]);
        assert_eq!(named(&[11.4, 11.0, 10.5, 3.0], 1_000), [0, 1, 2]);
        assert!(named(&[11.4, 10.0, 10.0], 1_000).is_empty());
        assert_eq!(named(&[10.0, 11.0, 11.4, 10.5], 1_000), [2, 1, 3], "in any order");
    }

    #[test]
    fn one_alone_needs_its_own_evidence() {
        let enough = 100_f64.ln();
        assert_eq!(named(&[enough], 1), [0]);
        assert!(named(&[enough - 1e-9], 1).is_empty());
        assert!(named(&[enough], 2).is_empty());
        assert!(named(&[], 0).is_empty());
        assert_eq!(alerts(&[None, Some(9.0)], 2, DAYS_APART).named, [1]);
    }

    #[test]
    fn suspects_are_not_named() {
        // ln(1,000) = 6.91; ln(300/2) = 5.01, ln(300/3) = 4.61 and ln(300/4) = 4.32.
        let evidence = [8.0, 6.0, 4.2, 5.1].map(Some);
        let found = alerts(&evidence, 10, DAYS_APART);
        assert_eq!(found, Alerts { named: vec![0], suspects: vec![1, 3] });
        // Where false alarms may come more often than suspects do, nobody is merely suspected.
        assert!(alerts(&evidence, 10, 1).suspects.is_empty());
    }
}
