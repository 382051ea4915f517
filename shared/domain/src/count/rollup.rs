//! Rollups: what is known of one scope on one business day, and how it adds up to the scopes above.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    CaseCounts, DayOperations, Group, Operations, Series, Sign, Signs, Tallies, merge_signs, merge_tallies,
    paid_responses,
};
use crate::{
    known_keys,
    place::{Path, Scope, StoreNumber},
    visit::Origin,
};

/// The stored counts of one scope on one business day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollup {
    /// The counts.
    pub content: Content,
    /// When the reading of what was counted began.
    pub counted_at: Timestamp,
    /// Of a store: the node that its day counts towards. It stays when the store moves.
    pub path: Option<Path>,
    /// Of a store: when the first of the responses expires. From then on a recount would lose some.
    pub complete_until: Option<Timestamp>,
    /// How many items of responses the count met, whatever they say: answers, parts of one, what was taken back, what was
    /// erased. They never become fewer. None from a version that did not keep it.
    pub items: Option<u64>,
}

impl Rollup {
    /// A node's day, before anything below it is added.
    pub fn of_a_node() -> Self {
        Self { items: Some(0), ..Self::default() }
    }

    /// Adds the counts of one of the scopes below. How many items there are is known only if it is of all.
    pub fn add_below(&mut self, below: &Self, child: &Scope) {
        self.content.merge(&below.content, child);
        // A scope whose answers were all erased is known by its items: else it would seem to have been lost.
        if below.items.is_some_and(|items| items > 0) {
            self.content.children.entry(child.to_string()).or_default();
        }
        self.items = self.items.zip(below.items).map(|(all, items)| all.saturating_add(items));
    }
}

/// The counts. They are written as JSON, deflated: a write is billed by the kilobyte, and each rollup is written every
/// hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// By series.
    #[serde(deserialize_with = "known_keys")]
    pub tallies: Tallies,
    /// Orders and revenue.
    #[serde(skip_serializing_if = "is_nothing")]
    pub operations: Operations,
    /// Of a node: the responses of each scope directly below, by series. So that a report of two hundred stores is
    /// one query.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "children")]
    pub children: BTreeMap<String, BTreeMap<Series, Group>>,
    /// Of a node: the whole responses of each scope directly below on store-days with orders, and these orders.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answered: BTreeMap<String, (u64, u64)>,
    /// Of a node: the signs of gaming of each scope directly below, by series.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "signs")]
    pub signs: BTreeMap<String, BTreeMap<Series, Signs>>,
    /// Of a node: the stores below it whose latest count is not in here, and when they were counted last.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub behind: BTreeMap<StoreNumber, Timestamp>,
    /// Cases of these visits, of days that are over.
    #[serde(skip_serializing_if = "CaseCounts::is_empty")]
    pub cases: CaseCounts,
    /// Of a store's running day: from when on answers wait to be shown, by series.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub shown_before: BTreeMap<Series, Timestamp>,
}

fn children<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, BTreeMap<Series, Group>>, D::Error> {
    #[derive(Deserialize)]
    struct Child(#[serde(deserialize_with = "known_keys")] BTreeMap<Series, Group>);
    let children = BTreeMap::<String, Child>::deserialize(deserializer)?;
    Ok(children.into_iter().map(|(scope, Child(groups))| (scope, groups)).collect())
}

fn signs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, BTreeMap<Series, Signs>>, D::Error> {
    #[derive(Deserialize)]
    struct Known(#[serde(deserialize_with = "known_keys")] Signs);
    #[derive(Deserialize)]
    struct Child(#[serde(deserialize_with = "known_keys")] BTreeMap<Series, Known>);
    let children = BTreeMap::<String, Child>::deserialize(deserializer)?;
    let known =
        |series: BTreeMap<Series, Known>| series.into_iter().map(|(series, Known(signs))| (series, signs)).collect();
    Ok(children.into_iter().map(|(scope, Child(series))| (scope, known(series))).collect())
}

fn is_nothing(operations: &Operations) -> bool {
    operations.store_days == 0
}

impl Content {
    /// The counts of the responses and the orders of a store's day.
    pub fn of_store_day(mut tallies: Tallies, given: Option<&DayOperations>) -> Self {
        let answered = paid_responses(&tallies);
        let operations = given.map(|given| given.with_answers(answered)).unwrap_or_default();
        if operations.store_days > 0 {
            let sign = (u64::from(answered > operations.orders), 1);
            for (_, tally) in tallies.iter_mut().filter(|(series, _)| series.origin == Origin::Payment) {
                tally.signs.insert(Sign::MoreAnswersThanOrders, sign);
                tally.order(given.map_or(&BTreeMap::new(), |given| &given.orders_by_hour));
            }
        }
        Self { tallies, operations, ..Self::default() }
    }

    /// The same without what staff answered.
    #[must_use]
    pub fn of_guests(&self) -> Self {
        let is_of_guests = |series: &Series| series.origin != Origin::Staff;
        let mut content = self.clone();
        content.tallies.retain(|series, _| is_of_guests(series));
        content.shown_before.retain(|series, _| is_of_guests(series));
        content.children.values_mut().for_each(|groups| groups.retain(|series, _| is_of_guests(series)));
        content.signs.values_mut().for_each(|signs| signs.retain(|series, _| is_of_guests(series)));
        content.children.retain(|_, groups| !groups.is_empty());
        content.signs.retain(|_, signs| !signs.is_empty());
        content
    }

    /// Adds the counts of one of the scopes below.
    pub fn merge(&mut self, other: &Self, child: &Scope) {
        merge_tallies(&mut self.tallies, &other.tallies);
        self.operations.merge(&other.operations);
        self.cases.merge(&other.cases);
        let scope = child.to_string();
        if other.operations.store_days > 0 {
            let (answered, orders) = self.answered.entry(scope.clone()).or_default();
            (*answered, *orders) = (*answered + other.operations.answered, *orders + other.operations.orders);
        }
        for (series, tally) in &other.tallies {
            let child = self.children.entry(scope.clone()).or_default();
            child.entry(series.clone()).or_default().merge(&tally.total());
            if !tally.signs.is_empty() {
                let signs = self.signs.entry(scope.clone()).or_default();
                merge_signs(signs.entry(series.clone()).or_default(), &tally.signs);
            }
        }
    }
}
