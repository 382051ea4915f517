//! Which parts show no more than how many answers they have, so that nobody is found out.

use crate::count::{Group, Recommendations};

/// Below so many answers a part shows their number and nothing else.
pub const TOO_FEW: u64 = 5;

/// Below so many answers a sibling is marked as having few, and there is no temperature.
pub(super) const FEW: u64 = 30;

/// Which parts of a whole are hidden, by how many answers each has. These are the parts of fewer than five, and then
/// the smallest of the others until at least five answers are hidden. The hidden parts are the whole minus the shown
/// ones: with fewer answers they could be found by subtraction.
pub(super) fn hidden(parts: &[u64]) -> Vec<bool> {
    let mut hidden: Vec<bool> = parts.iter().map(|n| *n < TOO_FEW).collect();
    let mut left: u64 = parts.iter().filter(|n| **n < TOO_FEW).sum();
    let mut others: Vec<(usize, u64)> = parts.iter().copied().enumerate().filter(|(_, n)| *n >= TOO_FEW).collect();
    others.sort_by_key(|(_, n)| *n);
    for (at, n) in others {
        if left == 0 || left >= TOO_FEW {
            break;
        }
        left += n;
        if let Some(part) = hidden.get_mut(at) {
            *part = true;
        }
    }
    hidden
}

/// Which of several wholes are hidden, each by how many answers are hidden in its parts. A whole less its parts that are
/// shown gives those away: of each whole, and of all hidden ones together, these are nobody or at least five.
pub(super) fn hidden_wholes(secrets: &[u64]) -> Vec<bool> {
    // Nobody is found out by a whole with no secret.
    hidden(secrets).into_iter().zip(secrets).map(|(hidden, secret)| hidden && *secret > 0).collect()
}

/// Which cells of a table are hidden whose lines are known as wholes too: its rows and its columns. Each cell comes with
/// its two lines, and with whether it is hidden in any case. In every line, nobody is hidden or at least five, or all of
/// it is.
pub(super) fn hidden_in_lines(cells: &[(u64, bool)], lines: &[[u8; 2]]) -> Vec<bool> {
    let mut hidden: Vec<bool> = cells.iter().map(|(n, hidden)| *n < TOO_FEW || *hidden).collect();
    let cells: Vec<u64> = cells.iter().map(|(n, _)| *n).collect();
    let mut all: Vec<u8> = lines.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    // Each round that changes something hides a cell more.
    loop {
        let before = hidden.clone();
        for line in &all {
            let inside = |at: usize| lines.get(at).is_some_and(|lines| lines.contains(line));
            let of_line: Vec<(usize, u64)> = (0..).zip(cells.iter().copied()).filter(|(at, _)| inside(*at)).collect();
            let is_hidden = |at: &usize| hidden.get(*at).copied().unwrap_or(true);
            let left: u64 = of_line.iter().filter(|(at, _)| is_hidden(at)).map(|(_, n)| n).sum();
            let smallest = of_line.iter().filter(|(at, _)| !is_hidden(at)).min_by_key(|(_, n)| *n);
            if let Some((at, _)) = smallest.filter(|_| (1..TOO_FEW).contains(&left))
                && let Some(cell) = hidden.get_mut(*at)
            {
                *cell = true;
            }
        }
        if hidden == before {
            return hidden;
        }
    }
}

/// The parts of a whole as they may be shown: each without the answers to a question that too few of them gave.
pub(super) fn shown(parts: &[Group]) -> Vec<Group> {
    let by = |n: fn(&Group) -> u64| hidden(&parts.iter().map(n).collect::<Vec<_>>());
    let recommended = by(|part| part.recommendations.n());
    let rated = by(|part| part.rated);
    let parts = parts.iter().zip(recommended.into_iter().zip(rated));
    parts.map(|(part, (recommended, rated))| without(part, recommended, rated)).collect()
}

/// A group as it may be shown by itself.
pub(super) fn shown_alone(group: &Group) -> Group {
    without(group, group.recommendations.n() < TOO_FEW, group.rated < TOO_FEW)
}

fn without(group: &Group, recommended: bool, rated: bool) -> Group {
    let mut shown = *group;
    if recommended {
        shown.recommendations = Recommendations::default();
    }
    if rated {
        (shown.rated, shown.satisfied) = (0, 0);
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_of_fewer_than_five_takes_its_complement_along() {
        for (parts, expected) in [
            (vec![100, 50], vec![false, false]),
            (vec![100, 3], vec![true, true]),
            (vec![100, 50, 3], vec![false, true, true]),
            (vec![100, 3, 2], vec![false, true, true]),
            (vec![100, 0], vec![false, true]),
            (vec![4], vec![true]),
            (vec![], vec![]),
        ] {
            assert_eq!(hidden(&parts), expected, "{parts:?}");
        }
    }

    proptest! {
        #[test]
        fn of_a_line_of_a_table_nobody_is_hidden_or_at_least_five(cells in prop::collection::vec(0_u64..30, 0..40)) {
            let lines: Vec<[u8; 2]> = (0..40).map(|at| [at % 5, 10 + at / 5]).take(cells.len()).collect();
            let hidden = hidden_in_lines(&cells.iter().map(|n| (*n, false)).collect::<Vec<_>>(), &lines);
            for line in 0..20 {
                let inside = || cells.iter().zip(&lines).zip(&hidden).filter(|((_, lines), _)| lines.contains(&line));
                let left: u64 = inside().filter(|(_, hidden)| **hidden).map(|((n, _), _)| n).sum();
                prop_assert!(left == 0 || left >= 5 || inside().all(|(_, hidden)| *hidden));
            }
            prop_assert!(cells.iter().zip(&hidden).all(|(n, hidden)| *hidden || *n >= 5));
        }

        #[test]
        fn what_is_hidden_is_nobody_or_at_least_five_unless_all_is(parts in prop::collection::vec(0_u64..40, 0..8)) {
            let hidden = hidden(&parts);
            let left: u64 = parts.iter().zip(&hidden).filter(|(_, hidden)| **hidden).map(|(n, _)| n).sum();
            prop_assert!(left == 0 || left >= 5 || hidden.iter().all(|hidden| *hidden));
            prop_assert!(parts.iter().zip(&hidden).all(|(n, hidden)| *hidden || *n >= 5));
        }
    }
}
