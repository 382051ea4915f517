//! Cases, in counts that add up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Id,
    case::{AwardTo, Case, Outcome, Said, State},
    known_keys,
    survey::Severity,
};

/// The counts of cases. Those of answers that were taken back or erased are not in here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseCounts {
    /// How many were opened, by how much they matter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub opened: BTreeMap<Severity, u64>,
    /// The same by the rule that opened them, praises left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, u64>,
    /// Of those with a deadline, how many were answered in time, and how many have been answered or are late.
    #[serde(skip_serializing_if = "is_none")]
    pub in_time: (u64, u64),
    /// Opening minutes to the first reply, in powers of two. Under `b` are those of 2ᵇ⁻¹ minutes to less than 2ᵇ, under
    /// 0 those of less than one. Praises are left out here and below.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reply_minutes: BTreeMap<u8, u64>,
    /// Opening minutes to the first closing by people or guests, likewise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub close_minutes: BTreeMap<u8, u64>,
    /// How many guests said last that it is solved, and how many that it is not, whatever they were answered since.
    #[serde(skip_serializing_if = "is_none")]
    pub said: (u64, u64),
    /// How many were answered, and never said anything.
    #[serde(skip_serializing_if = "is_zero")]
    pub silent: u64,
    /// How often guests said that it is not solved.
    #[serde(skip_serializing_if = "is_zero")]
    pub reopened: u64,
    /// How many nobody answered for thirty days.
    #[serde(skip_serializing_if = "is_zero")]
    pub lapsed: u64,
    /// How many wait for the store.
    #[serde(skip_serializing_if = "is_zero")]
    pub waiting: u64,
    /// How many had which cause.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub causes: BTreeMap<Id, u64>,
    /// Awards to guests by currency: how many, and their sum in its smallest unit. Those to staff are not in here: of a
    /// few, people who work there would know whose they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub awards: BTreeMap<String, (u64, u64)>,
}

fn is_none(counts: &(u64, u64)) -> bool {
    *counts == (0, 0)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Which power of two a number of minutes is below.
fn power_above(minutes: u64) -> u8 {
    u8::try_from(u64::BITS - minutes.leading_zeros()).unwrap_or(u8::MAX)
}

impl CaseCounts {
    /// Counts a case as it stands at an instant.
    pub fn add(&mut self, case: &Case, now: Timestamp) {
        // An award that was handed out stays in the sums, even if the answer was taken back.
        if let Some(award) = case.award.as_ref().filter(|award| award.to == AwardTo::Guest) {
            let (n, amount) = self.awards.entry(award.currency.clone()).or_default();
            (*n, *amount) = (n.saturating_add(1), amount.saturating_add(award.amount));
        }
        if case.is_withdrawn() {
            return;
        }
        add(&mut self.opened, case.severity, 1);
        if case.severity == Severity::Praise {
            return;
        }
        add(&mut self.triggers, case.trigger.clone(), 1);
        let is_late = case.due_first.is_some_and(|due| due < now) && case.replied_at.is_none();
        if case.in_time.is_some() || is_late {
            self.in_time.0 += u64::from(case.in_time == Some(true));
            self.in_time.1 += 1;
        }
        if let Some(minutes) = case.reply_minutes {
            add(&mut self.reply_minutes, power_above(minutes), 1);
        }
        if let Some(minutes) = case.close_minutes {
            add(&mut self.close_minutes, power_above(minutes), 1);
        }
        match case.said {
            Some(Said::Solved) => self.said.0 += 1,
            // Another answer takes no word of the guest away.
            Some(Said::NotSolved) => self.said.1 += 1,
            None if case.reopened > 0 => self.said.1 += 1,
            None => self.silent += u64::from(case.reply.is_some()),
        }
        self.reopened += u64::from(case.reopened);
        self.lapsed += u64::from(case.outcome == Some(Outcome::Lapsed));
        self.waiting += u64::from(matches!(case.state, State::Open | State::Taken));
        if let Some(cause) = &case.cause {
            add(&mut self.causes, cause.clone(), 1);
        }
    }

    /// Adds the counts of other cases.
    pub fn merge(&mut self, other: &Self) {
        merge(&mut self.opened, &other.opened);
        merge(&mut self.triggers, &other.triggers);
        merge(&mut self.reply_minutes, &other.reply_minutes);
        merge(&mut self.close_minutes, &other.close_minutes);
        merge(&mut self.causes, &other.causes);
        for (currency, (n, amount)) in &other.awards {
            let (all, sum) = self.awards.entry(currency.clone()).or_default();
            (*all, *sum) = (all.saturating_add(*n), sum.saturating_add(*amount));
        }
        let pairs = |one: &mut (u64, u64), other: (u64, u64)| *one = (one.0 + other.0, one.1 + other.1);
        pairs(&mut self.in_time, other.in_time);
        pairs(&mut self.said, other.said);
        self.silent += other.silent;
        self.reopened += other.reopened;
        self.lapsed += other.lapsed;
        self.waiting += other.waiting;
    }

    /// Whether there is nothing in here.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many were opened that are no praise.
    pub fn complaints(&self) -> u64 {
        self.opened.iter().filter(|(severity, _)| **severity != Severity::Praise).map(|(_, n)| n).sum()
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, n: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(n);
}

fn merge<K: Ord + Clone>(counts: &mut BTreeMap<K, u64>, other: &BTreeMap<K, u64>) {
    other.iter().for_each(|(key, n)| add(counts, key.clone(), *n));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_kept_by_the_power_of_two_above_them() {
        let powers: Vec<u8> = [0, 1, 2, 3, 4, 7, 8, 1_440, u64::MAX].into_iter().map(power_above).collect();
        assert_eq!(powers, [0, 1, 2, 2, 3, 3, 4, 11, 64]);
    }

    #[test]
    fn awards_to_guests_alone_are_counted() {
        let case = |award: &str| -> Case {
            serde_json::from_str(&format!(
                r#"{{"id":"12-20261121-0f1e2d3c4b5a69788796","v":2,"state":"open","severity":"praise","trigger":"nps",
                "opened_at":"2026-11-21T04:31:00Z","round_at":"2026-11-21T04:31:00Z","log":[],"award":{{"amount":5000,
                "currency":"CNY","by":"lin","at":"2026-11-21T05:00:00Z","to":"{award}"}}}}"#
            ))
            .unwrap()
        };
        let mut counts = CaseCounts::default();
        for to in ["staff", "guest", "staff"] {
            counts.add(&case(to), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(counts.awards, BTreeMap::from([("CNY".to_owned(), (1, 5_000))]));
    }
}
