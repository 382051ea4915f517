//! Rollups: what is known of one scope on one business day, and how it adds up to the scopes above.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    CaseCounts, DayOperations, Group, Operations, Sales, Series, Sign, Signs, Tallies, merge_signs, merge_tallies,
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
    /// Of a node: what each scope directly below sold, by currency and then by scope: a node has few currencies. Absent in
    /// what versions before 0.2 counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sales: BTreeMap<String, BTreeMap<String, Sales>>,
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

    /// Of a node: the orders and what was sold of a scope directly below, as they are known here. Of a node below it is not
    /// known of how many store-days they are, and they count as of one. None where no orders were given.
    pub fn operations_of(&self, child: &str) -> Option<Operations> {
        let (answered, orders) = *self.answered.get(child)?;
        let mut operations = Operations { store_days: 1, orders, answered, ..Operations::default() };
        for (currency, sales) in &self.sales {
            let Some(Sales { revenue, refunds }) = sales.get(child) else { continue };
            operations.revenue.extend(revenue.map(|amount| (currency.clone(), amount)));
            operations.refunds.extend(refunds.map(|amount| (currency.clone(), amount)));
        }
        Some(operations)
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
        for (currency, sold) in other.operations.sales() {
            self.sales.entry(currency.clone()).or_default().entry(scope.clone()).or_default().merge(&sold);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::count::DayDetails;

    /// A store's day with orders, revenue and refunds.
    fn store(orders: u64, revenue: Option<f64>, refunds: Option<f64>, currency: &str) -> Content {
        let currency = revenue.or(refunds).map(|_| currency.to_owned());
        let day = DayDetails { orders, revenue, refunds, orders_by_hour: BTreeMap::new(), currency };
        Content::of_store_day(Tallies::new(), Some(&day.try_into().unwrap()))
    }

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn a_node_knows_what_each_scope_directly_below_sold() {
        let mut city = Content::default();
        city.merge(&store(100, Some(6_000.5), Some(12.0), "CNY"), &scope("store/1"));
        city.merge(&store(50, Some(2_000.0), None, "CNY"), &scope("store/2"));
        city.merge(&store(10, None, None, "CNY"), &scope("store/3"));
        city.merge(&store(20, Some(300.0), Some(0.0), "EUR"), &scope("store/4"));
        let written = serde_json::to_value(&city).unwrap();
        let expected = json!({
            "CNY": {"store/1": [600_050, 1_200], "store/2": [200_000, null]},
            "EUR": {"store/4": [30_000, 0]},
        });
        assert_eq!(written["sales"], expected);
        assert_eq!(serde_json::from_value::<Content>(written).unwrap(), city);

        let first = city.operations_of("store/1").unwrap();
        assert_eq!(first, store(100, Some(6_000.5), Some(12.0), "CNY").operations);
        assert_eq!(city.operations_of("store/3").unwrap(), store(10, None, None, "CNY").operations);
        assert_eq!(city.operations_of("store/5"), None);

        // A day above, the city is one scope with both currencies.
        let mut country = Content::default();
        country.merge(&city, &scope("cn/shanghai"));
        let sold = json!({"CNY": {"cn/shanghai": [800_050, 1_200]}, "EUR": {"cn/shanghai": [30_000, 0]}});
        assert_eq!(serde_json::to_value(&country).unwrap()["sales"], sold);
    }

    #[test]
    fn rollups_without_sales_are_read_and_written_as_before() {
        let mut quiet = Content::default();
        quiet.merge(&store(10, None, None, "CNY"), &scope("store/3"));
        let written = serde_json::to_value(&quiet).unwrap();
        assert!(written.get("sales").is_none());
        // As an earlier version wrote it; a later one may write what this one passes over.
        let read: Content = serde_json::from_value(json!({"tallies": {}, "later": [1]})).unwrap();
        assert!(read.sales.is_empty());
        assert_eq!(store(1, None, None, "CNY").of_guests().sales, BTreeMap::new());
    }

    proptest! {
        #[test]
        fn what_was_sold_adds_up_to_the_operations_in_any_order(
            days in prop::collection::vec((0_u8..3, prop::option::of(0_u32..900), prop::option::of(0_u32..90), any::<bool>()), 0..12),
        ) {
            let add = |node: &mut Content, (store_number, revenue, refunds, euro): &(u8, Option<u32>, Option<u32>, bool)| {
                let day = store(1, revenue.map(f64::from), refunds.map(f64::from), if *euro { "EUR" } else { "CNY" });
                node.merge(&day, &scope(&format!("store/{}", store_number + 1)));
            };
            let (mut node, mut backwards) = (Content::default(), Content::default());
            days.iter().for_each(|day| add(&mut node, day));
            days.iter().rev().for_each(|day| add(&mut backwards, day));
            prop_assert_eq!(&node, &backwards);
            let mut all = Operations::default();
            ["store/1", "store/2", "store/3"].iter().filter_map(|child| node.operations_of(child)).for_each(|of| all.merge(&of));
            prop_assert_eq!((&all.revenue, &all.refunds), (&node.operations.revenue, &node.operations.refunds));
        }
    }
}
