//! Tallies: the additive state of any set of responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AmountBand, Bands, DriverSums, Group, Histogram, JointSums, Named, Ordered, PairCounts, Sign, Signs, band,
    group::{read_terse, write_terse},
    keep_most, merge_signs,
};
use crate::{
    Id, known_keys,
    survey::{Answer, Kind, Measure, Question, Response, Scale, Survey},
    visit::{Channel, Context, Segment},
};

/// So many answers of a running day at a time are shown: nobody learns from one report to the next whose came in.
pub const STEP: usize = 5;

/// So many tables, and as many of those who serve, are counted separately on one day of a store.
pub const MOST_NAMES: usize = 100;

/// The additive state of a set of responses to one survey. Two tallies merge into the tally of the union, in any order
/// and grouping. A tally never has a zero, so that equal sets have equal tallies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Whole responses.
    pub responses: u64,
    /// Responses of guests who left before the end. Their answers are not counted anywhere else.
    #[serde(skip_serializing_if = "is_zero")]
    pub partial: u64,
    /// Visits whose answer was taken back, whether or not they were answered again.
    #[serde(skip_serializing_if = "is_zero")]
    pub taken_back: u64,
    /// Of these, visits that have a whole answer again. It is one of the responses.
    #[serde(skip_serializing_if = "is_zero")]
    pub answered_anew: u64,
    /// Whole responses of a day that was still running, which are in no figure yet: they are shown five at a time.
    #[serde(skip_serializing_if = "is_zero")]
    pub waiting: u64,
    /// Responses of a day that was still running: they are in no part.
    #[serde(skip_serializing_if = "is_no_group")]
    pub running: Group,
    /// Signs of gaming.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub signs: Signs,
    /// Scale questions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scales: BTreeMap<Id, Histogram>,
    /// Choice questions: how many chose each option.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<Id, BTreeMap<Id, u64>>,
    /// Text questions: how many wrote something.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<Id, u64>,
    /// Each driver against satisfaction, from the responses that answered both.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub drivers: BTreeMap<Id, DriverSums>,
    /// The same by segment, of guests who have one; the bands are all that is kept. Absent in what versions before 0.2
    /// counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub drivers_by_segment: BTreeMap<Segment, BTreeMap<Id, Bands>>,
    /// All drivers together against satisfaction, from the responses that answered all. The key is the drivers' ids in
    /// order, joined by spaces: a survey that asks others is another regression. Versions before 0.2 took the survey's
    /// order.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub joint: BTreeMap<String, JointSums>,
    /// Each two drivers together, from the responses that answered both and satisfaction, where guests are asked only some
    /// of the drivers. By the lower id, then the higher one. Absent in what versions before 0.2 counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pairs: BTreeMap<Id, BTreeMap<Id, PairCounts>>,
    /// By channel.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub channels: BTreeMap<Channel, Group>,
    /// By segment.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub segments: BTreeMap<Segment, Group>,
    /// By the hour of payment on the store's clock, 0 to 23.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub hours: BTreeMap<u8, Group>,
    /// Of days whose orders are known by the hour: the orders of each hour beside its responses. Absent in what versions
    /// before 0.2 counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub ordered: BTreeMap<u8, Ordered>,
    /// By table, of a store. Of the days of versions before 0.2 nothing is known of tables, staff and amounts.
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "write_terse",
        deserialize_with = "read_terse"
    )]
    pub tables: Named,
    /// By the person who served, of a store.
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "write_terse",
        deserialize_with = "read_terse"
    )]
    pub staff: Named,
    /// By what was paid.
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "write_terse",
        deserialize_with = "read_terse"
    )]
    pub amounts: BTreeMap<AmountBand, Group>,
    /// Seconds taken, summed, and the number of responses that say how long.
    #[serde(skip_serializing_if = "is_zero_pair")]
    pub seconds: (u64, u64),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

fn is_no_group(group: &Group) -> bool {
    *group == Group::default()
}

fn is_zero_pair(pair: &(u64, u64)) -> bool {
    *pair == (0, 0)
}

impl Tally {
    /// Adds one response of whose visit nothing else is known. The `hour` is that of the payment on the store's clock.
    /// The `survey` is the version that was answered.
    pub fn add(&mut self, response: &Response, hour: u8, survey: &Survey) {
        self.add_with(response, hour, survey, &Context::default());
    }

    /// Adds one response with what the merchant knows of its visit.
    pub fn add_with(&mut self, response: &Response, hour: u8, survey: &Survey, context: &Context) {
        if response.is_gone() {
            return;
        }
        if response.partial {
            self.partial += 1;
            return;
        }
        self.responses += 1;
        for (question, answer) in &response.answers {
            match answer {
                Answer::Scale(n) => *self.scales.entry(question.clone()).or_default().entry(*n).or_default() += 1,
                Answer::Choice(chosen) => {
                    let counts = self.choices.entry(question.clone()).or_default();
                    for option in chosen {
                        *counts.entry(option.clone()).or_default() += 1;
                    }
                }
                Answer::Text(_) => *self.texts.entry(question.clone()).or_default() += 1,
            }
        }
        let mut group = Group { responses: 1, ..Group::default() };
        if let Some((answer, _)) = measured(response, survey, Measure::Recommend) {
            group.recommendations.add(answer, 1);
        }
        if let Some((answer, scale)) = measured(response, survey, Measure::Satisfaction) {
            group.rated = 1;
            group.satisfied = u64::from(answer >= scale.satisfied_at_least);
            self.add_drivers(response, survey, u64::from(answer));
        }
        self.channels.entry(response.channel).or_default().merge(&group);
        self.segments.entry(response.segment).or_default().merge(&group);
        self.hours.entry(hour).or_default().merge(&group);
        self.add_to_known(response, context, &group);
        if let Some(seconds) = response.seconds {
            self.seconds.0 += u64::from(seconds);
            self.seconds.1 += 1;
        }
    }

    /// Adds a response to the parts that its visit is known to belong to.
    fn add_to_known(&mut self, response: &Response, context: &Context, group: &Group) {
        // The code on a table says where it hangs; of a payment the merchant does.
        let of_code = response.table.map(u32::from).filter(|number| *number > 0).map(|number| number.to_string());
        if let Some(table) = of_code.or_else(|| context.table.clone()) {
            self.tables.entry(table).or_default().merge(group);
        }
        if let Some(staff) = &context.staff {
            self.staff.entry(staff.clone()).or_default().merge(group);
        }
        if let Some((amount, currency)) = context.amount.zip(context.currency.as_ref()) {
            self.amounts.entry(AmountBand::of(amount, currency)).or_default().merge(group);
        }
    }

    /// Keeps as many tables, and of those who serve as many, apart as a day of a store may: its rollup stays small.
    pub fn keep_most_names(&mut self) {
        keep_most(&mut self.tables, MOST_NAMES);
        keep_most(&mut self.staff, MOST_NAMES);
    }

    /// Counts that a visit was answered and, in the series of the answer that was taken back, whether it was. The new
    /// answer is in `response`, if it is whole.
    pub fn mark(&mut self, response: &Response, taken_back: bool) {
        if taken_back {
            self.taken_back += 1;
            self.answered_anew += u64::from(!response.partial);
        }
        merge_signs(&mut self.signs, &[(Sign::TakenBack, (u64::from(taken_back), 1))].into());
    }

    /// Counts the shown visits of a running day, in their order: as a whole, and in no part, which would grow by one
    /// guest. A visit whose answer was taken back is `None`: it keeps its place, so that nothing moves up. If
    /// not all answered a measured question, it counts five at a time of those who did.
    pub fn add_running(&mut self, places: &[Option<(&Response, &Survey)>]) {
        let responses = places.iter().flatten().count() as u64;
        self.responses += responses;
        self.running.responses += responses;
        for measure in [Measure::Recommend, Measure::Satisfaction] {
            let answered = |place: &Option<(&Response, &Survey)>| match place {
                None => Some(None),
                Some((response, survey)) => {
                    let question = survey.measuring(measure)?.id().clone();
                    measured(response, survey, measure).map(|(answer, scale)| Some((question, answer, scale)))
                }
            };
            let answers: Vec<Option<(Id, u8, Scale)>> = places.iter().filter_map(answered).collect();
            let shown = answers.len() - answers.len() % STEP;
            for (question, answer, scale) in answers.into_iter().take(shown).flatten() {
                *self.scales.entry(question).or_default().entry(answer).or_default() += 1;
                if measure == Measure::Recommend {
                    self.running.recommendations.add(answer, 1);
                } else {
                    self.running.rated += 1;
                    self.running.satisfied += u64::from(answer >= scale.satisfied_at_least);
                }
            }
        }
    }

    fn add_drivers(&mut self, response: &Response, survey: &Survey, y: u64) {
        for (question, scale) in survey.drivers() {
            let Some(Answer::Scale(x)) = response.answers.get(question.id()) else { continue };
            self.drivers.entry(question.id().clone()).or_default().add(*x, scale, y);
            // Guests of no known segment are all others: nothing is kept of them apart.
            if response.segment != Segment::default() {
                let sums = self.drivers_by_segment.entry(response.segment).or_default();
                sums.entry(question.id().clone()).or_default().add(*x, scale, y);
            }
        }
        let together = survey.drivers_together();
        let answered = |(question, scale): &(&Question, Scale)| match response.answers.get(question.id()) {
            Some(Answer::Scale(x)) => Some((question.id().clone(), band(*x, *scale))),
            _ => None,
        };
        let bands: Vec<(Id, usize)> = together.iter().filter_map(answered).collect();
        if !bands.is_empty() && bands.len() == together.len() {
            self.joint.entry(survey.joint_key()).or_default().merge(&JointSums::of_one(&bands, y));
        }
        if survey.counts_pairs() {
            self.add_pairs(&bands);
        }
    }

    fn add_pairs(&mut self, bands: &[(Id, usize)]) {
        for (i, (first, row)) in bands.iter().enumerate() {
            for (second, column) in bands.iter().skip(i + 1) {
                let pair = self.pairs.entry(first.clone()).or_default().entry(second.clone()).or_default();
                if let Some(count) = pair.get_mut(3 * row + column) {
                    *count += 1;
                }
            }
        }
    }

    /// The joint sums of a survey's drivers, in the order of their ids, whatever order they were counted in.
    pub fn joint_sums(&self, survey: &Survey) -> JointSums {
        let wanted = survey.joint_key();
        let mut all = JointSums::default();
        for (key, sums) in &self.joint {
            let ids: Vec<&str> = key.split(' ').collect();
            let mut order: Vec<usize> = (0..ids.len()).collect();
            order.sort_by_key(|at| ids.get(*at));
            let sorted: Vec<&str> = order.iter().filter_map(|at| ids.get(*at).copied()).collect();
            if sorted.join(" ") == wanted
                && let Some(sums) = sums.reordered(&order)
            {
                all.merge(&sums);
            }
        }
        all
    }

    /// Puts the orders of each hour of a day beside its responses. Those of a running day are in no hour yet.
    pub fn order(&mut self, by_hour: &BTreeMap<u8, u64>) {
        if by_hour.is_empty() || self.hours.is_empty() || !is_no_group(&self.running) {
            return;
        }
        for (hour, group) in &self.hours {
            self.ordered.entry(*hour).or_default().group = *group;
        }
        for (hour, orders) in by_hour.iter().filter(|(_, orders)| **orders > 0) {
            self.ordered.entry(*hour).or_default().orders = *orders;
        }
    }

    /// All responses as one group: each has one channel, or is of a running day.
    pub fn total(&self) -> Group {
        let mut total = self.running;
        for group in self.channels.values() {
            total.merge(group);
        }
        total
    }

    /// Adds another tally of the same store.
    pub fn merge(&mut self, other: &Self) {
        self.merge_below(other);
        merge_groups(&mut self.tables, &other.tables);
        merge_groups(&mut self.staff, &other.staff);
    }

    /// Adds the tally of a scope below. Table 7 of one store is not that of another, and each store knows its own staff.
    pub fn merge_below(&mut self, other: &Self) {
        self.responses += other.responses;
        self.partial += other.partial;
        self.taken_back += other.taken_back;
        self.answered_anew += other.answered_anew;
        self.waiting += other.waiting;
        self.running.merge(&other.running);
        merge_signs(&mut self.signs, &other.signs);
        for (question, histogram) in &other.scales {
            add_counts(self.scales.entry(question.clone()).or_default(), histogram);
        }
        for (question, counts) in &other.choices {
            add_counts(self.choices.entry(question.clone()).or_default(), counts);
        }
        add_counts(&mut self.texts, &other.texts);
        for (driver, sums) in &other.drivers {
            self.drivers.entry(driver.clone()).or_default().merge(sums);
        }
        for (segment, drivers) in &other.drivers_by_segment {
            let to = self.drivers_by_segment.entry(*segment).or_default();
            drivers.iter().for_each(|(driver, bands)| to.entry(driver.clone()).or_default().merge(bands));
        }
        for (drivers, sums) in &other.joint {
            self.joint.entry(drivers.clone()).or_default().merge(sums);
        }
        for (first, pairs) in &other.pairs {
            let to = self.pairs.entry(first.clone()).or_default();
            for (second, counts) in pairs {
                let to = to.entry(second.clone()).or_default();
                to.iter_mut().zip(counts).for_each(|(to, count)| *to += count);
            }
        }
        merge_groups(&mut self.channels, &other.channels);
        merge_groups(&mut self.segments, &other.segments);
        merge_groups(&mut self.hours, &other.hours);
        merge_groups(&mut self.amounts, &other.amounts);
        for (hour, ordered) in &other.ordered {
            let to = self.ordered.entry(*hour).or_default();
            to.orders += ordered.orders;
            to.group.merge(&ordered.group);
        }
        self.seconds.0 += other.seconds.0;
        self.seconds.1 += other.seconds.1;
    }
}

/// The answer to the question that measures something, with its scale.
fn measured(response: &Response, survey: &Survey, measure: Measure) -> Option<(u8, Scale)> {
    let question = survey.measuring(measure)?;
    match (response.answers.get(question.id()), &question.kind) {
        (Some(Answer::Scale(n)), Kind::Scale(scale)) => Some((*n, *scale)),
        _ => None,
    }
}

fn add_counts<K: Ord + Clone>(to: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (key, count) in from {
        *to.entry(key.clone()).or_default() += count;
    }
}

fn merge_groups<K: Ord + Clone>(to: &mut BTreeMap<K, Group>, from: &BTreeMap<K, Group>) {
    for (key, group) in from {
        to.entry(key.clone()).or_default().merge(group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{count::OTHERS, survey::Answers, visit::ContextDetails};
    use proptest::prelude::*;
    use serde_json::json;

    fn survey() -> Survey {
        Survey::new(
            serde_json::from_value(json!({
                "id": "s", "title": {"en": "S"}, "questions": [
                    {"id": "nps", "kind": "scale", "min": 0, "max": 10, "measures": "recommend", "text": {"en": "?"}},
                    {"id": "csat", "kind": "scale", "min": 1, "max": 5, "measures": "satisfaction", "text": {"en": "?"}},
                    {"id": "dishes", "kind": "choice", "many": true, "text": {"en": "?"},
                     "options": [{"id": "a", "text": {"en": "t"}}, {"id": "b", "text": {"en": "h"}}]},
                    {"id": "staff", "kind": "scale", "min": 1, "max": 5, "measures": "driver", "module": "m", "text": {"en": "?"}},
                    {"id": "food", "kind": "scale", "min": 1, "max": 5, "measures": "driver", "module": "m", "text": {"en": "?"}},
                    {"id": "why", "kind": "text", "text": {"en": "?"}}
                ],
                "modules": {"m": {"ask": 2}}
            }))
            .unwrap(),
        )
        .unwrap()
    }

    /// A response, its hour, and what the merchant knows of its visit.
    type Visited = (Response, u8, Context);

    prop_compose! {
        fn context()(table in prop::option::of(0_u8..4), staff in prop::option::of("[a-c]"), amount in prop::option::of(0_u64..100_000)) -> Context {
            let table = table.map(|table| table.to_string());
            let currency = amount.map(|_| "CNY".to_owned());
            ContextDetails { table, staff, amount, currency, ..ContextDetails::default() }.try_into().unwrap()
        }
    }

    prop_compose! {
        fn responses()(some in prop::collection::vec(
            (prop::option::of(0_u8..=10), prop::option::of(1_u8..=5), 0_usize..4, any::<bool>(), 0_usize..12, 0_u8..16, 0_u8..24,
             prop::option::of(0_u32..900), (prop::bool::weighted(0.1), prop::option::of(1_u8..=5), prop::option::of(1_u8..=5)), context()), 0..40)) -> Vec<Visited> {
            some.into_iter().map(|(nps, csat, dishes, why, channel, segment, hour, seconds, (partial, food, staff), context)| {
                let id = |text: &str| text.parse::<Id>().unwrap();
                let mut answers = BTreeMap::new();
                answers.extend(nps.map(|n| (id("nps"), Answer::Scale(n))));
                answers.extend(csat.map(|n| (id("csat"), Answer::Scale(n))));
                answers.extend(food.map(|n| (id("food"), Answer::Scale(n))));
                answers.extend(staff.map(|n| (id("staff"), Answer::Scale(n))));
                let chosen: Vec<Id> = ["a", "b"].iter().enumerate().filter(|(i, _)| dishes & (1 << i) != 0).map(|(_, o)| id(o)).collect();
                if !chosen.is_empty() { answers.insert(id("dishes"), Answer::Choice(chosen)); }
                if why { answers.insert(id("why"), Answer::Text("because".into())); }
                let (channel, segment) = (Channel::ALL[channel], segment.try_into().unwrap());
                let table = (channel == Channel::Table).then(|| u32::from(hour % 3).try_into().unwrap());
                (Response { channel, segment, answers, seconds, partial, table, ..Response::example() }, hour, context)
            }).collect()
        }
    }

    fn tally(responses: &[Visited]) -> Tally {
        let survey = survey();
        let mut tally = Tally::default();
        for (response, hour, context) in responses {
            tally.add_with(response, *hour, &survey, context);
        }
        tally
    }

    fn merged(a: &Tally, b: &Tally) -> Tally {
        let mut sum = a.clone();
        sum.merge(b);
        sum
    }

    proptest! {
        #[test]
        fn tallies_merge_in_any_order_and_grouping(a in responses(), b in responses(), c in responses()) {
            let all: Vec<_> = [a.clone(), b.clone(), c.clone()].concat();
            let backwards: Vec<_> = all.iter().rev().cloned().collect();
            let (a, b, c) = (tally(&a), tally(&b), tally(&c));
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&merged(&a, &b), &c), tally(&all));
            prop_assert_eq!(tally(&all), tally(&backwards));
            prop_assert_eq!(merged(&a, &Tally::default()), a);
        }

        #[test]
        fn a_node_knows_amounts_and_neither_tables_nor_staff(a in responses(), b in responses()) {
            let both = tally(&[a.clone(), b.clone()].concat());
            let mut node = Tally::default();
            node.merge_below(&tally(&a));
            node.merge_below(&tally(&b));
            prop_assert_eq!(&node.amounts, &both.amounts);
            let without = Tally { tables: Named::new(), staff: Named::new(), ..both };
            prop_assert_eq!(node, without);
        }

        #[test]
        fn a_tally_survives_being_written_and_counts_what_a_plain_count_does(some in responses()) {
            let tally = tally(&some);
            let json = serde_json::to_string(&tally).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Tally>(&json).unwrap(), &tally);
            let whole = || some.iter().filter(|(r, ..)| !r.partial);
            prop_assert_eq!(tally.responses, whole().count() as u64);
            for n in 0..=10_u8 {
                let nines = whole().filter(|(r, ..)| r.answers.values().next_back().is_some() && r.answers.get(&"nps".parse::<Id>().unwrap()) == Some(&Answer::Scale(n))).count() as u64;
                let counted = tally.scales.get(&"nps".parse::<Id>().unwrap()).and_then(|h| h.get(&n)).copied().unwrap_or(0);
                prop_assert_eq!(counted, nines);
            }
            prop_assert_eq!(tally.hours.values().map(|g| g.responses).sum::<u64>(), tally.responses);
            let sum = |groups: &Named| groups.values().map(|g| g.responses).sum::<u64>();
            let known = |knows: fn(&Visited) -> bool| whole().filter(|visited| knows(visited)).count() as u64;
            prop_assert_eq!(sum(&tally.staff), known(|(_, _, context)| context.staff.is_some()));
            let of_code = |r: &Response| r.table.is_some_and(|table| u32::from(table) > 0);
            let by_hand = whole().filter(|(r, _, context)| of_code(r) || context.table.is_some()).count() as u64;
            prop_assert_eq!(sum(&tally.tables), by_hand);
            prop_assert_eq!(tally.amounts.values().map(|g| g.responses).sum::<u64>(), known(|(_, _, context)| context.amount.is_some()));
        }
    }

    #[test]
    fn drivers_are_kept_by_segment_of_guests_who_have_one() {
        let answers: Answers = serde_json::from_value(json!({"csat": 4, "staff": 5, "food": 1})).unwrap();
        let of = |segment: u8| {
            let segment = segment.try_into().unwrap();
            (Response { answers: answers.clone(), segment, ..Response::example() }, 12, Context::default())
        };
        let all = tally(&[of(0), of(3), of(3), of(15)]);
        let id = |text: &str| text.parse::<Id>().unwrap();
        let json = serde_json::to_value(&all).unwrap();
        let kept = json!({
            "3": {"food": [2, 8, 32, 0, 0, 0, 0, 0, 0], "staff": [0, 0, 0, 0, 0, 0, 2, 8, 32]},
            "15": {"food": [1, 4, 16, 0, 0, 0, 0, 0, 0], "staff": [0, 0, 0, 0, 0, 0, 1, 4, 16]},
        });
        assert_eq!(json["drivers_by_segment"], kept);
        assert_eq!(all.drivers[&id("food")].low.n, 4);
        // A later version may know more segments; an earlier one kept none.
        let mut later = json.clone();
        later["drivers_by_segment"]["16"] = json!({"food": "in another form"});
        assert_eq!(serde_json::from_value::<Tally>(later).unwrap(), all);
        let mut earlier = json;
        earlier.as_object_mut().unwrap().remove("drivers_by_segment");
        let read: Tally = serde_json::from_value(earlier).unwrap();
        assert_eq!(read, Tally { drivers_by_segment: BTreeMap::new(), ..all.clone() });
        // Of both together, what is known of one stays known.
        let both = merged(&read, &all);
        assert_eq!((&both.drivers_by_segment, both.responses), (&all.drivers_by_segment, 8));
        let nobody = tally(&[of(0)]);
        assert!(!serde_json::to_string(&nobody).unwrap().contains("drivers_by_segment"));
    }

    #[test]
    fn pairs_and_joint_sums_go_by_the_order_of_ids() {
        let answers = serde_json::from_value(json!({"csat": 4, "staff": 5, "food": 1})).unwrap();
        let tally = tally(&[(Response { answers, ..Response::example() }, 12, Context::default())]);
        let id = |text: &str| text.parse::<Id>().unwrap();
        // Low food, high staff.
        assert_eq!(tally.pairs, [(id("food"), [(id("staff"), [0, 0, 1, 0, 0, 0, 0, 0, 0])].into())].into());
        let sums = JointSums { yy: 16, xy: vec![4, 4, 0, 0, 4], xx: vec![1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1] };
        assert_eq!(tally.joint, [("food staff".to_owned(), sums.clone())].into());
        assert_eq!(tally.joint_sums(&survey()), sums);
        // As 0.1.0 counted them, in the order of the questions.
        let before =
            JointSums { yy: 16, xy: vec![4, 0, 4, 4, 0], xx: vec![1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0] };
        let mut both = Tally { joint: [("staff food".to_owned(), before.clone())].into(), ..Tally::default() };
        assert_eq!(both.joint_sums(&survey()), sums);
        both.merge(&tally);
        let mut twice = sums.clone();
        twice.merge(&sums);
        assert_eq!(both.joint_sums(&survey()), twice);
        // Sums of other drivers, or of another number than their key says, are of no use here.
        both.joint = [("food".to_owned(), before.clone()), ("food decor".to_owned(), before)].into();
        assert_eq!(both.joint_sums(&survey()), JointSums::default());
    }

    #[test]
    fn a_driver_that_is_asked_on_a_condition_stands_on_its_own() {
        let mut definition = survey().definition;
        definition.questions[4].ask_if =
            Some(serde_json::from_value(json!({"question": "nps", "at_most": 6})).unwrap());
        let mistakes = definition.conditional_drivers();
        assert_eq!(
            mistakes.to_string(),
            "food: a question that measures driver is asked of everyone, so it has no ask_if. Leave one of the two out."
        );
        let stored = Survey::new(definition).unwrap();
        assert_eq!((stored.joint_key().as_str(), stored.drivers().count()), ("staff", 2));
    }

    #[test]
    fn the_code_on_a_table_says_where_and_of_a_payment_the_merchant_does() {
        let told = |table: &str| -> Context {
            ContextDetails { table: Some(table.into()), ..ContextDetails::default() }.try_into().unwrap()
        };
        let at = |number: u32| Response { table: Some(number.try_into().unwrap()), ..Response::example() };
        let all = tally(&[
            (at(7), 12, Context::default()),
            (at(7), 12, told("8")),
            (at(0), 12, Context::default()),
            (Response::example(), 12, told("8")),
            (Response::example(), 12, Context::default()),
        ]);
        let counts: Vec<(&str, u64)> =
            all.tables.iter().map(|(name, group)| (name.as_str(), group.responses)).collect();
        assert_eq!(counts, [("7", 2), ("8", 1)]);
    }

    #[test]
    fn a_hundred_tables_and_as_many_who_serve_stay_apart_on_a_day() {
        let visited = |i: usize| -> Visited {
            // The first ten serve twice as often.
            let staff = if i < 150 { i } else { i - 150 };
            let details = ContextDetails {
                table: Some(i.to_string()),
                staff: Some(format!("s{staff:03}")),
                ..ContextDetails::default()
            };
            (Response::example(), 12, details.try_into().unwrap())
        };
        let mut all = tally(&(0..160).map(visited).collect::<Vec<_>>());
        assert_eq!((all.tables.len(), all.staff.len()), (160, 150));
        all.keep_most_names();
        assert_eq!((all.tables.len(), all.tables[OTHERS].responses), (MOST_NAMES + 1, 60));
        assert_eq!(
            (all.staff.len(), all.staff[OTHERS].responses, all.staff["s003"].responses),
            (MOST_NAMES + 1, 50, 2)
        );
        let kept = all.clone();
        all.keep_most_names();
        assert_eq!(all, kept);
    }
}
