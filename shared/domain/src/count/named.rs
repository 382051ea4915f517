//! Groups under names that a merchant gives: tables, and those who served there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Group;

/// Groups by name.
pub type Named = BTreeMap<String, Group>;

/// Under this, which is no name, stand those that are too many to be kept apart.
pub const OTHERS: &str = "";

/// Keeps the names with most responses apart, those with as many by their order; all others become one group.
pub fn keep_most(named: &mut Named, most: usize) {
    let mut others = named.remove(OTHERS).unwrap_or_default();
    let mut names: Vec<(Reverse<u64>, String)> =
        named.iter().map(|(name, group)| (Reverse(group.responses), name.clone())).collect();
    names.sort();
    for (_, name) in names.into_iter().skip(most) {
        if let Some(group) = named.remove(&name) {
            others.merge(&group);
        }
    }
    if others != Group::default() {
        named.insert(OTHERS.to_owned(), others);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(counts: &[(&str, u64)]) -> Named {
        let group = |responses| Group { responses, ..Group::default() };
        counts.iter().map(|(name, n)| ((*name).to_owned(), group(*n))).collect()
    }

    #[test]
    fn the_names_with_most_answers_stay_and_the_rest_is_one_group() {
        let mut few = named(&[("a", 1), ("b", 2)]);
        keep_most(&mut few, 2);
        assert_eq!(few, named(&[("a", 1), ("b", 2)]));
        let mut many = named(&[("", 1), ("a", 1), ("b", 2), ("c", 1), ("d", 9)]);
        keep_most(&mut many, 3);
        assert_eq!(many, named(&[("", 2), ("a", 1), ("b", 2), ("d", 9)]));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_what_was_kept_is_kept_again(counts in prop::collection::btree_map("[a-c]{0,3}", 1_u64..9, 0..12), most in 0_usize..6) {
            let before: Named = counts.into_iter().map(|(name, responses)| (name, Group { responses, ..Group::default() })).collect();
            let mut kept = before.clone();
            keep_most(&mut kept, most);
            let sum = |named: &Named| Group::of_all(&named.values().copied().collect::<Vec<_>>());
            prop_assert_eq!(sum(&kept), sum(&before));
            prop_assert!(kept.keys().filter(|name| *name != OTHERS).count() <= most);
            let mut again = kept.clone();
            keep_most(&mut again, most);
            prop_assert_eq!(again, kept);
        }
    }
}
