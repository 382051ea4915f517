//! Actions are judged: golden figures, edges, and chains in which nothing is done.

use jiff::{ToSpan, civil::Date};

use super::*;
use crate::{count::Recommendations, visit::Channel};

#[allow(dead_code, reason = "the bench needs more of it")]
#[path = "../../benches/effect/day_variance.rs"]
mod day_variance;
#[allow(dead_code, reason = "the bench needs more of it")]
#[path = "../../benches/effect/world.rs"]
mod world;

type Three = (u64, u64, u64);

const START: Date = Date::constant(2026, 11, 2);

fn windows() -> Windows {
    Windows::new(START, 0, Term::FourWeeks)
}

fn over() -> Date {
    windows().last_day()
}

/// A store's days, whose windows have these answers in all: the 35 days, the 28 before, and those after.
fn store(earlier: Three, before: Three, after: Three) -> Vec<Recommendations> {
    [(earlier, 35), (before, 28), (after, 28)].into_iter().flat_map(|(counts, days)| spread(counts, days)).collect()
}

/// These answers over so many days, some on each.
fn spread((promoters, passives, detractors): Three, days: u64) -> Vec<Recommendations> {
    let part = |all: u64, day: u64| all * (day + 1) / days - all * day / days;
    let of_day = |day: u64| Recommendations {
        promoters: part(promoters, day),
        passives: part(passives, day),
        detractors: part(detractors, day),
    };
    (0..days).map(of_day).collect()
}

fn undisturbed(days: Vec<Recommendations>) -> Sibling {
    Sibling { days, undisturbed: true }
}

fn nothing_else(_: Date, _: Date) -> Circumstances {
    Circumstances::default()
}

fn judged(acting: &[Vec<Recommendations>], siblings: &[Sibling], day_variance: f64) -> Judgement {
    judge(&windows(), over(), &Evidence { acting, siblings, day_variance }, None, nothing_else)
}

/// Judged, and nothing in it is anything but a number.
fn sound(acting: &[Vec<Recommendations>], siblings: &[Sibling]) -> Judgement {
    for day_variance in [0.0, 25.0, -1.0, f64::NAN, f64::INFINITY] {
        let judgement = judged(acting, siblings, day_variance);
        if let Some(effect) = judgement.effect {
            let Effect { effect, se, low, high, least, p, between, scatter, .. } = effect;
            let all = [effect, se, low, high, least, between, scatter, p.unwrap_or(0.0)];
            assert!(all.iter().all(|figure| figure.is_finite()) && se > 0.0 && low <= high, "{judgement:?}");
        }
        assert!(judgement.fall.is_none_or(f64::is_finite), "{judgement:?}");
    }
    judged(acting, siblings, 25.0)
}

const ACTING: (Three, Three) = ((380, 200, 140), (470, 190, 90));
const SIBLINGS: [(Three, Three); 7] = [
    ((520, 210, 120), (515, 215, 125)),
    ((460, 190, 110), (470, 180, 115)),
    ((610, 260, 130), (600, 255, 140)),
    ((300, 150, 80), (310, 150, 75)),
    ((410, 170, 120), (405, 180, 118)),
    ((700, 280, 170), (690, 290, 175)),
    ((350, 160, 90), (360, 150, 95)),
];

/// Stores of which nothing is known before the window before.
fn golden() -> (Vec<Vec<Recommendations>>, Vec<Sibling>) {
    let of = |(before, after): (Three, Three)| store((0, 0, 0), before, after);
    (vec![of(ACTING)], SIBLINGS.into_iter().map(|counts| undisturbed(of(counts))).collect())
}

fn near(figures: &[f64], expected: &[f64]) {
    assert_eq!(figures.len(), expected.len());
    for (figure, expected) in figures.iter().zip(expected) {
        assert!((figure - expected).abs() < 1e-6, "{figures:?} are not {expected}");
    }
}

#[test]
fn the_effect_is_the_golden_one() {
    let (acting, siblings) = golden();
    for (day_variance, expected) in [
        (0.0, [17.865_527, 4.111_943, 7.803_964, 27.927_089, 0.0, 1.0]),
        (25.0, [17.832_403, 4.354_834, 7.176_509, 28.488_297, 0.0, 1.0]),
    ] {
        let judgement = judged(&acting, &siblings, day_variance);
        let effect = judgement.effect.unwrap();
        let Effect { effect: size, se, low, high, between, scatter, .. } = effect;
        near(&[size, se, low, high, between, scatter], &expected);
        near(&[effect.least], &[2.8 * se]);
        assert_eq!((effect.stores, effect.siblings, effect.moved_as_far, effect.p), (1, 7, 0, None));
        assert_eq!(
            (judgement.verdict, judgement.reference, judgement.fall),
            (Verdict::Better, Reference::Before, None)
        );
    }
}

#[test]
fn each_stores_change_is_the_golden_one() {
    let (acting, siblings) = golden();
    let stores = acting.iter().chain(siblings.iter().map(|sibling| &sibling.days));
    let change = |days: &Vec<Recommendations>| apart::Change::between(&days[35..63], &days[63..91], 25.0);
    let changes: Vec<apart::Change> = stores.map(change).collect();
    near(
        &changes.iter().map(|change| change.difference).collect::<Vec<_>>(),
        &[17.269_787, -1.438_772, 0.352_399, -1.764_246, 2.404_500, -0.600_220, -1.493_813, 0.467_782],
    );
    near(
        &changes.iter().map(|change| change.variance).collect::<Vec<_>>(),
        &[16.758_897, 14.330_353, 16.006_195, 12.189_038, 21.824_963, 18.301_829, 11.262_441, 20.069_276],
    );
}

/// Seven siblings whose changes are further apart than chance explains, worked out apart with exact fractions.
#[test]
fn siblings_that_differ_have_a_variance_between_them() {
    let change = |difference: f64, variance: f64| apart::Change { difference, variance };
    let changes = [change(0.0, 1.0), change(4.0, 1.0), change(8.0, 1.0)];
    let siblings = apart::Siblings::of(&changes);
    // With equal weights τ² is the sample variance 16 less 1, h² is 1, and the mean has the error √(16/3).
    near(&[siblings.mean, siblings.between, siblings.scatter], &[4.0, 15.0, 1.0]);
    let apart = siblings.apart(&[change(10.0, 1.0), change(14.0, 1.0)]);
    near(&[apart.effect, apart.se], &[8.0, (16.0_f64 / 2.0 + 16.0 / 3.0).sqrt()]);
}

#[test]
fn fewer_than_five_siblings_are_no_comparison() {
    let (acting, siblings) = golden();
    for few in [0, 1, 4] {
        let judgement = sound(&acting, &siblings[..few]);
        assert_eq!((judgement.verdict, judgement.effect), (Verdict::NoComparison, None));
    }
    assert_eq!(sound(&acting, &siblings[..5]).effect.unwrap().siblings, 5);
    let disturbed = Sibling { undisturbed: false, ..siblings[0].clone() };
    let with_an_action: Vec<Sibling> = siblings[1..5].iter().cloned().chain([disturbed]).collect();
    assert_eq!(sound(&acting, &with_an_action).verdict, Verdict::NoComparison);
    let nearly = undisturbed(store((0, 0, 0), (60, 20, 19), (60, 20, 21)));
    let few_answers: Vec<Sibling> = siblings[1..5].iter().cloned().chain([nearly]).collect();
    assert_eq!(sound(&acting, &few_answers).verdict, Verdict::NoComparison, "99 answers before");
}

#[test]
fn nothing_is_said_before_the_days_are_over_or_there_are_answers() {
    let (acting, siblings) = golden();
    let evidence = Evidence { acting: &acting, siblings: &siblings, day_variance: 25.0 };
    let at = |over: Date, start: Date, term| {
        judge(&Windows::new(start, 0, term), over, &evidence, None, nothing_else).verdict
    };
    assert_eq!(at(over(), START, Term::FourWeeks), Verdict::Better);
    assert_eq!(at(over().saturating_sub(1.day()), START, Term::FourWeeks), Verdict::TooEarly);
    assert_eq!(at(over().saturating_sub(1.day()), START, Term::Fortnight), Verdict::Better);
    assert_eq!(at(over(), over().saturating_add(2.days()), Term::Fortnight), Verdict::TooEarly, "it starts tomorrow");
    for few in [store((0, 0, 0), (300, 100, 50), (60, 20, 19)), store((0, 0, 0), (0, 0, 0), (0, 0, 0)), Vec::new()] {
        assert_eq!(sound(&[few], &siblings).verdict, Verdict::TooEarly);
    }
    assert_eq!(sound(&[], &siblings).verdict, Verdict::TooEarly);
    // A store that has too few is left out, and does not hold up the others.
    let with_few = [acting[0].clone(), store((0, 0, 0), (50, 0, 0), (0, 0, 50))];
    assert_eq!(sound(&with_few, &siblings).effect, sound(&acting, &siblings).effect);
}

#[test]
fn equal_siblings_differ_by_nothing_but_their_errors() {
    let same = store((500, 200, 100), (400, 160, 80), (400, 160, 80));
    let siblings = vec![undisturbed(same.clone()); 24];
    let judgement = sound(&[same], &siblings);
    let effect = judgement.effect.unwrap();
    near(&[effect.effect, effect.between, effect.scatter], &[0.0, 0.0, 1.0]);
    assert_eq!((judgement.verdict, effect.moved_as_far), (Verdict::CannotTell, 24), "all moved as far: by nothing");
    assert_eq!(effect.p, Some(1.0));
}

#[test]
fn a_large_store_and_unanimous_ones_are_numbers_too() {
    let (acting, mut siblings) = golden();
    siblings.push(undisturbed(store((0, 0, 0), (52_000, 21_000, 12_000), (51_500, 21_500, 12_500))));
    assert_eq!(sound(&acting, &siblings).verdict, Verdict::Better);
    let large = store((0, 0, 0), (38_000, 20_000, 14_000), (47_000, 19_000, 9_000));
    assert_eq!(sound(&[large], &siblings[..7]).verdict, Verdict::Better);
    let all = |n: u64| store((n, 0, 0), (n, 0, 0), (n, 0, 0));
    let happy = vec![undisturbed(all(1_000_000)); 30];
    assert_eq!(sound(&[all(1_000)], &happy).verdict, Verdict::CannotTell);
    assert_eq!(sound(&[store((0, 0, 900), (0, 0, 900), (900, 0, 0))], &happy).verdict, Verdict::Better);
    assert_eq!(sound(&[store((900, 0, 0), (900, 0, 0), (0, 0, 900))], &happy).verdict, Verdict::Worse);
}

#[test]
fn an_action_that_begins_in_a_dip_is_compared_with_the_days_before() {
    let usual = store((625, 250, 125), (500, 200, 100), (500, 200, 100));
    let siblings = vec![undisturbed(usual.clone()); 24];
    // It fell by 20 points, and is where it was: against the dip that would be better.
    let dipped = [store((625, 250, 125), (420, 200, 180), (500, 200, 100))];
    let judgement = sound(&dipped, &siblings);
    assert_eq!((judgement.verdict, judgement.reference), (Verdict::CannotTell, Reference::Earlier));
    assert!(judgement.fall.unwrap() < -2.0);
    let evidence = Evidence { acting: &dipped, siblings: &siblings, day_variance: 25.0 };
    let against_the_dip = evidence.effect(windows().reference(Reference::Before), windows().after());
    assert!(against_the_dip.unwrap().low > 0.0);
    // A level that is low for long is no dip.
    let low = store((525, 250, 225), (420, 200, 180), (500, 200, 100));
    let judgement = sound(&[low], &siblings);
    assert_eq!((judgement.verdict, judgement.reference), (Verdict::Better, Reference::Before));
    // A store that fell and stays down was not harmed by the action, unless it fell once more.
    let fell = |after: Three| store((625, 250, 125), (420, 200, 180), after);
    let judgement = sound(&[fell((420, 200, 180))], &siblings);
    assert!(judgement.effect.unwrap().high < 0.0);
    assert_eq!((judgement.verdict, judgement.reference), (Verdict::CannotTell, Reference::Earlier));
    assert_eq!(sound(&[fell((300, 200, 300))], &siblings).verdict, Verdict::Worse);
    // When everybody fell, nobody was in a dip of their own.
    let all_fell = store((625, 250, 125), (420, 200, 180), (420, 200, 180));
    let judgement = sound(&dipped, &vec![undisturbed(all_fell); 24]);
    assert_eq!((judgement.verdict, judgement.reference), (Verdict::Better, Reference::Before));
}

#[test]
fn what_changed_besides_makes_it_mixed() {
    let (acting, siblings) = golden();
    let evidence = Evidence { acting: &acting, siblings: &siblings, day_variance: 25.0 };
    let mixed = |circumstances: Circumstances| {
        let judgement = judge(&windows(), over(), &evidence, None, |first, last| {
            assert_eq!((first, last), (START.saturating_sub(28.days()), over()));
            circumstances
        });
        assert!(judgement.effect.is_some());
        (judgement.verdict, judgement.mixed)
    };
    let channels = |before: u64, after: u64| Circumstances {
        channels_before: [(Channel::Receipt, before), (Channel::Sms, 100 - before)].into(),
        channels_after: [(Channel::Receipt, after), (Channel::Kiosk, 100 - after)].into(),
        ..Circumstances::default()
    };
    let nothing = Circumstances::default();
    assert_eq!(mixed(nothing.clone()), (Verdict::Better, vec![]));
    let other = Circumstances { another_action: true, ..nothing.clone() };
    assert_eq!(mixed(other), (Verdict::Mixed, vec![Mixing::AnotherAction]));
    let measure = Circumstances { measure_changed: true, ..nothing };
    assert_eq!(mixed(measure), (Verdict::Mixed, vec![Mixing::Measure]));
    assert_eq!(mixed(channels(100, 79)), (Verdict::Mixed, vec![Mixing::Channels]));
    assert_eq!(mixed(channels(100, 81)), (Verdict::Better, vec![]));
    let all = Circumstances { another_action: true, measure_changed: true, ..channels(50, 50) };
    assert_eq!(mixed(all).1, [Mixing::AnotherAction, Mixing::Measure, Mixing::Channels]);
}

#[test]
fn total_variation_is_the_part_that_moved() {
    let counts = |all: &[(u8, u64)]| all.iter().copied().collect();
    for (before, after, moved) in [
        (&[(1, 50), (2, 50)][..], &[(1, 500), (2, 500)][..], 0.0),
        (&[(1, 50), (2, 50)], &[(1, 30), (2, 50), (3, 20)], 0.2),
        (&[(1, 7)], &[(2, 9)], 1.0),
        (&[], &[(2, 9)], 0.0),
        (&[(1, 9)], &[(1, 0)], 0.0),
    ] {
        near(&[total_variation(&counts(before), &counts(after))], &[moved]);
        near(&[total_variation(&counts(after), &counts(before))], &[moved]);
    }
}

#[test]
fn a_score_is_back_if_it_is_certainly_less_than_five_points_below() {
    let usual = store((6_250, 2_500, 1_250), (5_000, 2_000, 1_000), (5_000, 2_000, 1_000));
    let siblings = vec![undisturbed(usual); 24];
    let recovered = |after: Three, dropped_on: Date| {
        let mut days = spread((7_500, 3_000, 1_500), 42);
        days.extend(spread((3_000, 1_500, 1_500), 21));
        days.extend(spread(after, 28));
        let evidence = Evidence { acting: &[days], siblings: &siblings, day_variance: 1.0 };
        judge(&windows(), over(), &evidence, Some(dropped_on), nothing_else).recovery
    };
    let drop = START.saturating_sub(21.days());
    let back = recovered((5_000, 2_000, 1_000), drop).unwrap();
    assert!(back.back && back.low < 0.0 && 0.0 < back.high && back.difference.abs() < 0.1, "{back:?}");
    let half = recovered((4_500, 2_000, 1_500), drop).unwrap();
    assert!(!half.back && half.difference < -10.0, "{half:?}");
    assert_eq!(recovered((5_000, 2_000, 1_000), START.saturating_sub(60.days())), None, "not a week is known");
}

/// Two actions of one store, of which the second begins while the first is looked at.
#[test]
fn overlapping_actions_are_seen() {
    let action = |start: Date, settling_days: u8, stores: &[u32]| ActionDetails {
        stores: stores.iter().map(|store| (*store).try_into().unwrap()).collect(),
        start,
        settling_days,
        what: "A second till at noon.".into(),
        owner: "lin".parse().unwrap(),
        trends: Vec::new(),
    };
    let own = action(START, 0, &[1, 2]);
    let (first, last) = own.windows(Term::FourWeeks).compared(Reference::Before);
    let other = |start: Date, settling_days: u8| action(start, settling_days, &[2, 3]).falls_into(first, last);
    assert!(own.shares_stores(&action(START, 0, &[2, 3])) && !own.shares_stores(&action(START, 0, &[3])));
    assert!(other(first, 0) && other(last, 0) && other(START, 0));
    assert!(!other(last.saturating_add(1.day()), 0) && !other(first.saturating_sub(1.day()), 0));
    assert!(other(first.saturating_sub(1.day()), 1), "it settled in these days");
}

/// A chain in which nothing is done, with its σ² as siblings have it.
struct Chain {
    stores: Vec<Vec<Recommendations>>,
    day_variance: f64,
}

impl Chain {
    fn new(rng: &mut fastrand::Rng, world: world::World, stores: usize, a_day: f64) -> Self {
        let counts = world.chain(rng, stores, 91, a_day);
        let day_variance = day_variance::day_variance(&counts);
        let of_day = |[promoters, passives, detractors]: &[u64; 3]| Recommendations {
            promoters: *promoters,
            passives: *passives,
            detractors: *detractors,
        };
        let stores = counts.iter().map(|days| days.iter().map(of_day).collect()).collect();
        Self { stores, day_variance }
    }

    /// The verdict on nothing at a store.
    fn judged(&self, store: usize) -> Verdict {
        let siblings = self.stores.iter().enumerate().filter(|(at, _)| *at != store);
        let siblings: Vec<Sibling> = siblings.map(|(_, days)| undisturbed(days.clone())).collect();
        judged(&self.stores[store..=store], &siblings, self.day_variance).verdict
    }

    /// The store with the lowest score in the four weeks before.
    fn worst(&self) -> usize {
        self.least(|days| score(&days[35..63]))
    }

    /// The store whose score fell most into these weeks.
    fn fell_most(&self) -> usize {
        self.least(|days| score(&days[35..63]) - score(&days[..35]))
    }

    fn least(&self, of: impl Fn(&[Recommendations]) -> f64) -> usize {
        let figures: Vec<f64> = self.stores.iter().map(|days| of(days)).collect();
        (0..figures.len()).min_by(|a, b| figures[*a].total_cmp(&figures[*b])).unwrap()
    }
}

fn score(days: &[Recommendations]) -> f64 {
    let sum = |of: fn(&Recommendations) -> u64| days.iter().map(of).sum::<u64>() as f64;
    (sum(|day| day.promoters) - sum(|day| day.detractors)) / sum(|day| day.n())
}

#[test]
fn where_nothing_is_done_it_is_seldom_said_that_it_helped_or_harmed() {
    const CHAINS: u32 = 300;
    for world in [world::USUAL, world::HARSH] {
        let mut rng = fastrand::Rng::with_seed(2026);
        let (mut changed, mut worst, mut fallen) = (0, 0, 0);
        for _ in 0..CHAINS {
            let chain = Chain::new(&mut rng, world, 25, 100.0);
            // Siblings of each other, four of a chain are nearly as good as four chains.
            let claims = (0..4).map(|store| chain.judged(store));
            changed += claims.map(|said| u32::from(matches!(said, Verdict::Better | Verdict::Worse))).sum::<u32>();
            worst += u32::from(chain.judged(chain.worst()) == Verdict::Better);
            fallen += u32::from(chain.judged(chain.fell_most()) == Verdict::Worse);
        }
        let percent = |count: u32, of: u32| 100.0 * f64::from(count) / f64::from(of);
        let [changed, worst, fallen] = [percent(changed, 4 * CHAINS), percent(worst, CHAINS), percent(fallen, CHAINS)];
        let name = world.name;
        assert!(changed <= 7.0, "{name}: {changed} % changed");
        assert!(worst <= 3.0, "{name}: {worst} % of the worst became better");
        assert!(fallen <= 3.0, "{name}: {fallen} % of the fallen became worse");
    }
}
