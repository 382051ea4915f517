//! Goldens of whole stores, and stores that are hard to judge.

use super::*;
use crate::count::Recommendations;

fn near(figure: f64, golden: f64) {
    assert!((figure - golden).abs() < 1e-6, "{figure} is not {golden}");
}

fn answers(promoters: u64, passives: u64, detractors: u64) -> Recommendations {
    Recommendations { promoters, passives, detractors }
}

/// Generated store k. The fourth has dropped ten days ago.
fn store(k: u64) -> Stream {
    let day = |t: u64| {
        let n = 80 + (13 * k + 7 * t) % 41 + if t % 7 >= 5 { 30 } else { 0 };
        let [promote, detract] = if k == 4 && t >= 53 { [46, 20] } else { [58, 12] };
        let promoters = n * (promote + (5 * k + 3 * t) % 9) / 100;
        let detractors = n * (detract + (3 * k + 5 * t) % 7) / 100;
        answers(promoters, n - promoters - detractors, detractors)
    };
    Stream::new(std::array::from_fn(|t| day(t as u64)))
}

fn stores(numbers: impl IntoIterator<Item = u64>) -> Vec<Stream> {
    numbers.into_iter().map(store).collect()
}

/// All of them beside each other.
fn watch(streams: &[Stream]) -> Watch {
    let all: Vec<usize> = (0..streams.len()).collect();
    Watch::of(streams, &[Group { siblings: all.clone(), judged: all }], DAYS_APART)
}

#[test]
fn generated_stores_are_as_published() {
    assert_eq!((store(4).days()[0], store(4).days()[62]), (answers(54, 22, 15), answers(78, 38, 29)));
    let all: Vec<u64> = (0..12).collect();
    for (numbers, common, [day_variance, scale], shift, evidence, (since, probability)) in [
        (
            &all[..],
            [0.064_306, -0.137_020, 0.189_850, -0.489_275],
            [2.222_209, 1.0],
            [-18.894_684, 6.271_545, 26.580_133],
            26.864_737,
            ([10, 10, 11], 0.752_313),
        ),
        (
            &[3, 4, 5],
            [0.427_544, 0.201_572, 0.036_429, 0.182_237],
            [19.614_318, 1.078_704],
            [-19.167_972, 9.054_672, 18.570_612],
            18.962_588,
            ([10, 9, 11], 0.675_720),
        ),
        (
            &[4],
            [-0.798_744, 0.775_672, 2.273_560, 1.306_702],
            [25.297_578, 1.0],
            [-19.175_728, 9.082_201, 18.526_403],
            18.956_414,
            ([10, 9, 11], 0.650_502),
        ),
    ] {
        let streams = stores(numbers.iter().copied());
        let siblings = Siblings::of(&streams);
        let found = Evidence::of(&store(4), &siblings).unwrap();
        for (day, golden) in [0, 1, 2, 62].into_iter().zip(common) {
            near(siblings.common_day()[day], golden);
        }
        near(siblings.day_variance(), day_variance);
        near(found.scale, scale);
        let at_ten = found.shifts[9];
        assert_eq!((at_ten.days, found.shifts.len()), (10, 28));
        near(at_ten.difference, shift[0]);
        near(at_ten.variance, shift[1]);
        near(at_ten.log.drop, shift[2]);
        near(found.drop.log_evidence, evidence);
        near(found.drop.since.probability, probability);
        assert_eq!([found.drop.since.likeliest, found.drop.since.fewest, found.drop.since.most], since);
    }
}

#[test]
fn of_generated_stores_the_one_that_dropped_is_named() {
    let found = watch(&stores(0..12));
    for (evidence, golden) in found.evidence.iter().zip([
        1.443_964, 1.591_638, 1.306_328, 1.739_485, 26.864_737, 1.609_448, 1.621_618, 1.554_160, 1.495_546, 1.285_749,
        1.684_139, 1.336_588,
    ]) {
        near(evidence.as_ref().unwrap().drop.log_evidence, golden);
    }
    assert_eq!((found.drops.named, found.drops.suspects), (vec![4], vec![]));
    assert_eq!(found.rises, Alerts::default());
    near(found.day_variances[0], 2.222_209);
}

fn total(days: &[Recommendations]) -> Recommendations {
    let sum = |count: fn(&Recommendations) -> u64| days.iter().map(count).sum();
    answers(sum(|day| day.promoters), sum(|day| day.passives), sum(|day| day.detractors))
}

#[test]
fn the_size_of_a_drop_is_shown_as_answered_with_its_interval() {
    let streams = stores(0..12);
    let found = watch(&streams).evidence[4].clone().unwrap();
    let Moved { plain, adjusted, .. } = found.drop;
    let score = |days: &[Recommendations]| total(days).nps().unwrap().score;
    let days = streams[4].days();
    near(plain.difference, score(&days[53..]) - score(&days[..53]));
    assert!(plain.low < plain.difference && plain.difference < plain.high && plain.distinguishable, "{plain:?}");
    near(adjusted.value, -18.894_684);
    near(adjusted.high - adjusted.low, 2.0 * 1.959_963_985 * 6.271_545_f64.sqrt());
    // The days' own variance is in the interval: without it, that of two scores alone is narrower.
    let alone = crate::report::compare_over(&[total(&days[53..])], &[total(&days[..53])]).unwrap();
    assert!(plain.high - plain.low > alone.high - alone.low, "{plain:?} {alone:?}");
}

#[test]
fn the_order_of_stores_changes_nothing() {
    for count in [9, 12] {
        let streams = stores(0..count);
        let turned: Vec<Stream> = streams.iter().rev().cloned().collect();
        let (found, mut other) = (watch(&streams), watch(&turned));
        other.evidence.reverse();
        assert_eq!(found.evidence, other.evidence);
        assert_eq!(found.day_variances, other.day_variances);
        let named: Vec<usize> = other.drops.named.iter().map(|at| streams.len() - 1 - at).collect();
        assert_eq!((found.drops.named, named), (vec![4], vec![4]));
    }
}

/// With so many of each day's promoters passive, where a store has so many.
fn lowered(stream: &Stream, days: std::ops::Range<usize>, share: f64) -> Stream {
    let mut changed = *stream.days();
    for day in &mut changed[days] {
        let fewer = (share * day.n() as f64).round() as u64;
        day.promoters -= fewer.min(day.promoters);
        day.passives += fewer;
    }
    Stream::new(changed)
}

/// With 100 answers on one day: stores differ a little, and this is added for all alike.
fn with_day(stream: &Stream, at: usize, store: u64, more: u64) -> Stream {
    let mut days = *stream.days();
    days[at] = answers(40 + store % 3 + more, 45 - more, 15 - store % 3);
    Stream::new(days)
}

#[test]
fn what_is_added_to_one_day_of_all_stores_changes_no_name() {
    let streams = stores(0..12);
    for at in [0, 30, 53, 62] {
        let of = |more| {
            let stores = (0..).zip(&streams).map(|(store, stream)| with_day(stream, at, store, more));
            watch(&stores.collect::<Vec<_>>())
        };
        let (usual, better) = (of(0), of(40));
        assert_eq!(usual.drops, Alerts { named: vec![4], suspects: vec![] });
        assert_eq!((&better.drops, &better.rises), (&usual.drops, &usual.rises));
        for (a, b) in usual.evidence.iter().flatten().zip(better.evidence.iter().flatten()) {
            let moved = (a.drop.log_evidence - b.drop.log_evidence).abs();
            assert!(moved < 0.02 * a.drop.log_evidence.abs(), "by {moved}: only the variance of an answer is another");
        }
    }
}

#[test]
fn of_stores_that_all_drop_at_once_none_is_named_and_the_node_above_is() {
    let streams: Vec<Stream> =
        stores((0..13).filter(|store| *store != 4)).iter().map(|stream| lowered(stream, 51..63, 0.15)).collect();
    let found = watch(&streams);
    assert_eq!((&found.drops.named, &found.rises.named), (&vec![], &vec![]));
    let of_day = |t: usize| total(&streams.iter().map(|stream| stream.days()[t]).collect::<Vec<_>>());
    let above = watch(&[Stream::new(std::array::from_fn(of_day))]);
    assert_eq!(above.drops.named, [0]);
    assert_eq!(above.evidence[0].as_ref().unwrap().drop.since.likeliest, 12);
}

/// Twelve stores that stay as they are, and one that is hard to judge. What is found of it, if the others are as
/// without it, and no figure of any is not a number.
fn beside_twelve(hard: Stream) -> (Option<Evidence>, bool) {
    let mut streams = stores((0..13).filter(|store| *store != 4));
    streams.push(hard);
    let found = watch(&streams);
    let is_named = found.drops.named.contains(&12) || found.rises.named.contains(&12);
    assert!(found.drops.named.iter().chain(&found.rises.named).all(|at| *at == 12), "{:?}", found.drops);
    assert_eq!(found.evidence.iter().flatten().count(), if found.evidence[12].is_some() { 13 } else { 12 });
    found.evidence.iter().flatten().for_each(is_finite);
    (found.evidence[12].clone(), is_named)
}

fn is_finite(evidence: &Evidence) {
    for moved in [&evidence.drop, &evidence.rise] {
        let Moved { log_evidence, since, adjusted, plain } = *moved;
        let figures = [log_evidence, since.probability, adjusted.low, adjusted.high, plain.low, plain.high, plain.z];
        assert!(figures.iter().all(|figure| figure.is_finite()), "{moved:?}");
        assert!((1..=28).contains(&since.fewest) && since.fewest <= since.most && since.most <= 28, "{since:?}");
    }
    assert!(evidence.scale >= 1.0 && evidence.scale.is_finite() && evidence.day_variance >= 1.0, "{evidence:?}");
}

fn shifts(evidence: Option<Evidence>) -> Vec<usize> {
    evidence.map_or(Vec::new(), |evidence| evidence.shifts.iter().map(|shift| shift.days).collect())
}

/// Store 20, on whose days in this range nobody answered.
fn closed(days: std::ops::Range<usize>) -> Stream {
    let mut changed = *store(20).days();
    changed[days].fill(answers(0, 0, 0));
    Stream::new(changed)
}

#[test]
fn of_a_store_that_is_new_nothing_is_said_before_28_days() {
    assert_eq!(beside_twelve(closed(0..43)), (None, false), "20 days old");
    assert_eq!(beside_twelve(closed(0..35)), (None, false), "28 days old");
    assert_eq!(shifts(beside_twelve(closed(0..34)).0), [1]);
    assert_eq!(shifts(beside_twelve(closed(0..23)).0), (1..=12).collect::<Vec<_>>());
}

#[test]
fn a_store_that_was_closed_for_ten_days_is_judged_by_the_others() {
    let (found, is_named) = beside_twelve(closed(53..63));
    assert_eq!((shifts(found), is_named), ((11..=28).collect(), false));
    let (found, is_named) = beside_twelve(closed(40..50));
    assert_eq!((shifts(found), is_named), ((1..=28).collect(), false));
    assert_eq!(beside_twelve(closed(35..63)).0, None, "closed for 28 days");
}

#[test]
fn stores_with_no_answer_with_one_and_with_thousands_are_judged_together() {
    assert_eq!(beside_twelve(Stream::default()), (None, false));
    let mut once = [answers(0, 0, 0); DAYS];
    once[40] = answers(0, 0, 1);
    assert_eq!(beside_twelve(Stream::new(once)), (None, false));
    let one_a_day = std::array::from_fn(|t| if t % 3 == 0 { answers(0, 0, 1) } else { answers(1, 0, 0) });
    let (found, is_named) = beside_twelve(Stream::new(one_a_day));
    assert_eq!((shifts(found).len(), is_named), (28, false));
    let thousands = store(20).days().map(|day| answers(20 * day.promoters, 20 * day.passives, 20 * day.detractors));
    let (found, is_named) = beside_twelve(Stream::new(thousands));
    assert_eq!((shifts(found).len(), is_named), (28, false));
    let mut seldom = thousands;
    seldom[62] = answers(0, 0, 1);
    assert!(!beside_twelve(Stream::new(seldom)).1, "one answer on a day, 2,000 on others");
}

#[test]
fn guests_who_all_promote_raise_no_alarm_until_they_do_not() {
    let (_, is_named) = beside_twelve(Stream::new([answers(100, 0, 0); DAYS]));
    assert!(!is_named);
    let all: Vec<Stream> = vec![Stream::new([answers(100, 0, 0); DAYS]); 12];
    let found = watch(&all);
    found.evidence.iter().flatten().for_each(is_finite);
    assert_eq!((found.drops, found.rises), (Alerts::default(), Alerts::default()));
    let fewer =
        Stream::new(std::array::from_fn(|t| answers(if t < 55 { 100 } else { 80 }, 0, if t < 55 { 0 } else { 20 })));
    assert!(beside_twelve(fewer).1);
}

#[test]
fn no_single_day_raises_an_alarm() {
    for at in [40, 56, 61, 62] {
        let mut days = *store(20).days();
        days[at] = answers(0, 0, days[at].n());
        let (found, is_named) = beside_twelve(Stream::new(days));
        let evidence = found.unwrap().drop.log_evidence;
        assert!(!is_named && evidence < 1_300_f64.ln(), "{at}: {evidence}");
    }
}

#[test]
fn equal_days_have_a_variance() {
    for count in [1, 9, 10, 12] {
        let streams = vec![Stream::new([answers(60, 25, 15); DAYS]); count];
        let found = watch(&streams);
        found.evidence.iter().for_each(|evidence| is_finite(evidence.as_ref().unwrap()));
        assert_eq!((found.drops, found.rises), (Alerts::default(), Alerts::default()));
        let first = found.evidence[0].as_ref().unwrap();
        assert!((first.scale - 1.0).abs() < 1e-12 && first.shifts.iter().all(|shift| shift.difference.abs() < 1e-9));
    }
}

#[test]
fn from_ten_siblings_on_each_day_is_compared() {
    let repeats = |count: u64| {
        let siblings = Siblings::of(&stores(0..count));
        let common = *siblings.common_day();
        assert_eq!(siblings.count() as u64, count);
        (7..DAYS).all(|day| common[day] == common[day - 7])
    };
    assert_eq!([1, 9, 10].map(repeats), [true, true, false]);
    // One that nobody answered does not count.
    let mut nine = stores(0..9);
    nine.push(Stream::default());
    assert_eq!(Siblings::of(&nine), Siblings::of(&stores(0..9)));
    for count in [1, 9, 10] {
        let others: Vec<u64> = (0..count - 1).map(|other| if other < 4 { other } else { other + 1 }).collect();
        let found = watch(&stores(others.into_iter().chain([4])));
        let dropped = usize::try_from(count - 1).unwrap();
        assert_eq!((found.drops.named, found.rises.named), (vec![dropped], vec![]), "of {count}");
    }
}

#[test]
fn a_scope_is_judged_beside_siblings_of_which_it_is_none() {
    let streams = stores(0..14);
    let groups = [
        Group { siblings: (5..14).collect(), judged: (5..14).collect() },
        Group { siblings: (0..14).collect(), judged: vec![0, 1, 2, 3, 4, 99] },
    ];
    let found = Watch::of(&streams, &groups, DAYS_APART);
    let alone = Evidence::of(&streams[4], &Siblings::of(&streams));
    assert_eq!((&found.evidence[4], found.day_variances.len()), (&alone, 2));
    assert_eq!(found.drops.named, [4]);
    assert!(found.evidence.iter().all(Option::is_some));
    assert_eq!(Watch::of(&[], &[], DAYS_APART).drops, Alerts::default());
}
