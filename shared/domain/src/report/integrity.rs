//! Signs of gaming as figures, and which siblings show more of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Child, compare_shares,
    hidden::{FEW, TOO_FEW},
    ranking::discoveries,
};
use crate::{
    count::{Sign, Tally},
    number,
    place::Scope,
};

/// Signs that answers may be made up, or made to vanish. They prove nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Integrity {
    /// Visits whose answer was taken back.
    pub taken_back: u64,
    /// Of these, visits that were answered again.
    pub answered_anew: u64,
    /// Each sign about which something is known.
    pub signs: Vec<SignFigure>,
}

/// One sign.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignFigure {
    /// Which.
    pub sign: Sign,
    /// How many show it; none of fewer than five.
    pub k: Option<u64>,
    /// Of how many.
    pub n: u64,
    /// k of n, 0 to 1.
    pub share: Option<f64>,
}

impl Integrity {
    pub(super) fn of(all: &Tally) -> Self {
        let figure = |(sign, (k, n)): (&Sign, &(u64, u64))| {
            // A store-day is no guest: how many had more answers than orders identifies nobody.
            let enough = *n >= TOO_FEW || *sign == Sign::MoreAnswersThanOrders;
            let share = (enough && *n > 0).then(|| number(*k) / number(*n));
            SignFigure { sign: *sign, k: enough.then_some(*k), n: *n, share }
        };
        Self {
            taken_back: all.taken_back,
            answered_anew: all.answered_anew,
            signs: all.signs.iter().map(figure).collect(),
        }
    }
}

/// So many store-days at least are set against those of siblings.
const STORE_DAYS: u64 = 7;

/// So many siblings at least show what is usual among them.
const SIBLINGS: usize = 5;

/// The median of the square of a standard normal z.
const MEDIAN_OF_SQUARES: f64 = 0.454_936_423_119_572_8;

/// Which signs each scope shows more often than its siblings.
///
/// For each sign, a scope of at least 30 answers (or seven store-days) is compared with a sibling of its own size. That
/// sibling shows the sign as often as the median sibling (Agresti and Caffo 2000). Stores differ for many honest
/// reasons. So if the z of all spread more than by chance, they are divided by that spread. It is the root of the
/// median of z² over that of a standard normal (Spiegelhalter 2005, overdispersion). The median replaces the mean, so
/// that scopes that stand out do not hide themselves. False marks over all scopes and signs are kept at 5 % (Benjamini
/// and Hochberg 1995), one-sided.
pub(super) fn stand_out(children: &[Child]) -> BTreeMap<Scope, Vec<Sign>> {
    let mut tested: Vec<(f64, &Scope, Sign)> =
        Sign::ALL.into_iter().flat_map(|sign| against_siblings(children, sign)).collect();
    tested.sort_by(|a, b| a.0.total_cmp(&b.0));
    let marked = discoveries(tested.iter().map(|(p, ..)| *p), tested.len() as u64);
    let mut signs: BTreeMap<Scope, Vec<Sign>> = BTreeMap::new();
    for (_, scope, sign) in tested.into_iter().take(marked) {
        signs.entry(scope.clone()).or_default().push(sign);
    }
    signs.values_mut().for_each(|signs| signs.sort());
    signs
}

/// How often chance alone makes each scope show a sign as often, one-sided. Nothing where too few can be compared.
fn against_siblings(children: &[Child], sign: Sign) -> Vec<(f64, &Scope, Sign)> {
    let least = if sign == Sign::MoreAnswersThanOrders { STORE_DAYS } else { FEW };
    let known = |child: &'_ Child| child.signs.get(&sign).copied().filter(|(_, n)| *n >= least);
    let siblings: Vec<(&Scope, u64, u64)> =
        children.iter().filter_map(|child| known(child).map(|(k, n)| (&child.scope, k, n))).collect();
    if siblings.len() < SIBLINGS {
        return Vec::new();
    }
    let usual = median(siblings.iter().map(|(_, k, n)| number(*k) / number(*n)).collect());
    let z = |(_, k, n): &(&Scope, u64, u64)| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of n, 0 to n")]
        let expected = (usual * number(*n)).round() as u64;
        compare_shares((*k, *n), (expected, *n)).map_or(0.0, |difference| difference.z)
    };
    let zs: Vec<f64> = siblings.iter().map(z).collect();
    let spread = (median(zs.iter().map(|z| z * z).collect()) / MEDIAN_OF_SQUARES).max(1.0).sqrt();
    let one_sided = |z: f64| libm::erfc(z / spread / std::f64::consts::SQRT_2) / 2.0;
    siblings.iter().zip(zs).map(|((scope, ..), z)| (one_sided(z), *scope, sign)).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |i: usize| values.get(i).copied().unwrap_or_default();
    if values.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.saturating_sub(1)), at(middle)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn children(signs: &[(u64, u64)], sign: Sign) -> Vec<Child> {
        let child = |(i, counts): (u32, &(u64, u64))| Child {
            scope: Scope::Store(i.try_into().unwrap()),
            name: String::new(),
            days: Vec::new(),
            before: Vec::new(),
            answered: (0, 0),
            signs: [(sign, *counts)].into(),
        };
        (1..).zip(signs).map(child).collect()
    }

    fn marked(signs: &[(u64, u64)]) -> Vec<String> {
        stand_out(&children(signs, Sign::TakenBack)).keys().map(Scope::to_string).collect()
    }

    #[test]
    fn a_store_that_makes_answers_vanish_stands_out_and_its_siblings_do_not() {
        assert_eq!(marked(&[(1, 100), (0, 120), (2, 90), (1, 150), (30, 100), (0, 80)]), ["store/5"]);
        assert_eq!(marked(&[(1, 100), (0, 120), (2, 90), (1, 150), (3, 100), (0, 80)]), [] as [&str; 0]);
    }

    #[test]
    fn fewer_than_five_siblings_or_thirty_answers_say_nothing() {
        assert_eq!(marked(&[(0, 100), (0, 100), (0, 100), (90, 100)]), [] as [&str; 0]);
        assert_eq!(marked(&[(0, 100), (0, 100), (0, 100), (0, 100), (29, 29)]), [] as [&str; 0]);
    }

    #[test]
    fn siblings_that_differ_for_honest_reasons_are_not_marked_by_the_dozen() {
        // Shares of the commonest network from 4 to 23 %, of a thousand answers each: far beyond chance.
        let honest: Vec<(u64, u64)> = (4..24).map(|percent| (percent * 10, 1000)).collect();
        assert_eq!(marked(&honest), [] as [&str; 0]);
        let with_one: Vec<(u64, u64)> = honest.into_iter().chain([(900, 1000)]).collect();
        assert_eq!(marked(&with_one), ["store/21"]);
    }

    #[test]
    fn chance_alone_marks_hardly_anybody() {
        let mut rng = fastrand::Rng::with_seed(9);
        let mut rounds = 0;
        for _ in 0..400 {
            let store = |_| (0..200).filter(|_| rng.f64() < 0.1).count() as u64;
            let signs: Vec<(u64, u64)> = (0..20).map(store).map(|k| (k, 200)).collect();
            rounds += usize::from(!marked(&signs).is_empty());
        }
        assert!(rounds <= 20, "{rounds} of 400 rounds marked somebody");
    }
}
