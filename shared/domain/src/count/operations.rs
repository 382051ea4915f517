//! Operations data: orders and revenue of a store's business day, as the merchant's systems know them.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The largest amount of a day: a trillion.
const LARGEST_AMOUNT: f64 = 1e12;

/// A store's day, checked. A value from the table passes the same door as the body of `PUT /stores/{store}/days/{day}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DayDetails", into = "DayDetails")]
pub struct DayOperations(DayDetails);

impl Deref for DayOperations {
    type Target = DayDetails;

    fn deref(&self) -> &DayDetails {
        &self.0
    }
}

impl From<DayOperations> for DayDetails {
    fn from(day: DayOperations) -> Self {
        day.0
    }
}

/// A store's day as the merchant reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayDetails {
    /// Orders that were paid.
    pub orders: u64,
    /// The money they brought in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<f64>,
    /// The money that was paid back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunds: Option<f64>,
    /// The same orders by the hour in which they were paid, 0 to 23 on the store's clock.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub orders_by_hour: BTreeMap<u8, u64>,
    /// The currency of both: three capitals (ISO 4217).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// The additive operations of any set of store-days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Operations {
    /// Store-days for which orders were given.
    pub store_days: u64,
    /// Orders.
    pub orders: u64,
    /// Whole responses on these store-days, so that an answer is never set against orders that nobody reported.
    pub answered: u64,
    /// Revenue by currency, in hundredths.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub revenue: BTreeMap<String, u64>,
    /// Refunds by currency, in hundredths.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refunds: BTreeMap<String, u64>,
}

/// What was sold in one currency, in hundredths. Written as both in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Option<u64>, Option<u64>)", into = "(Option<u64>, Option<u64>)")]
pub struct Sales {
    /// The money that orders brought in; none where nobody gave it.
    pub revenue: Option<u64>,
    /// The money that was paid back, likewise.
    pub refunds: Option<u64>,
}

impl Sales {
    /// Adds what else was sold.
    pub fn merge(&mut self, other: &Self) {
        for (to, from) in [(&mut self.revenue, other.revenue), (&mut self.refunds, other.refunds)] {
            *to = to.map_or(from, |to| Some(to + from.unwrap_or(0)));
        }
    }
}

impl From<(Option<u64>, Option<u64>)> for Sales {
    fn from((revenue, refunds): (Option<u64>, Option<u64>)) -> Self {
        Self { revenue, refunds }
    }
}

impl From<Sales> for (Option<u64>, Option<u64>) {
    fn from(Sales { revenue, refunds }: Sales) -> Self {
        (revenue, refunds)
    }
}

impl TryFrom<DayDetails> for DayOperations {
    type Error = Invalid;

    fn try_from(day: DayDetails) -> Result<Self, Invalid> {
        if day.orders > 10_000_000 {
            return Err(Invalid(format!("orders is at most 10000000 a day; this is {}.", day.orders)));
        }
        for (name, amount) in [("revenue", day.revenue), ("refunds", day.refunds)] {
            if amount.is_some_and(|amount| !(0.0..=LARGEST_AMOUNT).contains(&amount)) {
                return Err(Invalid(format!("{name} is an amount from 0 to a trillion.")));
            }
        }
        if let Some(hour) = day.orders_by_hour.keys().find(|hour| **hour > 23) {
            return Err(Invalid(format!("orders_by_hour: {hour} is no hour; they are 0 to 23.")));
        }
        let by_hour = day.orders_by_hour.values().fold(0_u64, |sum, orders| sum.saturating_add(*orders));
        if !day.orders_by_hour.is_empty() && by_hour != day.orders {
            return Err(Invalid(format!("orders_by_hour adds up to {by_hour}, and orders is {}.", day.orders)));
        }
        let amounts = day.revenue.is_some() || day.refunds.is_some();
        match &day.currency {
            None if amounts => Err(Invalid("An amount needs its currency, such as CNY.".into())),
            Some(code) if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) => {
                Err(Invalid("currency is three capitals, such as CNY.".into()))
            }
            _ => Ok(Self(day)),
        }
    }
}

impl DayOperations {
    /// The same in additive form, beside the number of responses of the day.
    pub fn with_answers(&self, answered: u64) -> Operations {
        let hundredths = |amount: Option<f64>| -> BTreeMap<String, u64> {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0 to 10¹²")]
            let whole = |amount: f64| (amount * 100.0).round() as u64;
            self.currency.clone().zip(amount.map(whole)).into_iter().collect()
        };
        Operations {
            store_days: 1,
            orders: self.orders,
            answered,
            revenue: hundredths(self.revenue),
            refunds: hundredths(self.refunds),
        }
    }
}

impl Operations {
    /// Adds the operations of other store-days.
    pub fn merge(&mut self, other: &Self) {
        self.store_days += other.store_days;
        self.orders += other.orders;
        self.answered += other.answered;
        for (to, from) in [(&mut self.revenue, &other.revenue), (&mut self.refunds, &other.refunds)] {
            for (currency, amount) in from {
                *to.entry(currency.clone()).or_default() += amount;
            }
        }
    }

    /// What was sold, by currency.
    pub fn sales(&self) -> BTreeMap<&String, Sales> {
        let currencies = self.revenue.keys().chain(self.refunds.keys());
        let sold = |currency: &String| Sales {
            revenue: self.revenue.get(currency).copied(),
            refunds: self.refunds.get(currency).copied(),
        };
        currencies.map(|currency| (currency, sold(currency))).collect()
    }

    /// Answers for each order, 0 to 1. None without orders, because a rate of nothing is not 0 %; and none where there are
    /// fewer orders than answers, because then orders are missing.
    pub fn response_rate(&self) -> Option<f64> {
        response_rate(self.answered, self.orders)
    }

    /// Amounts in whole units.
    pub fn amounts(&self, hundredths: &BTreeMap<String, u64>) -> BTreeMap<String, f64> {
        #[expect(clippy::cast_precision_loss, reason = "an amount of 90 trillion is exact")]
        let unit = |amount: &u64| *amount as f64 / 100.0;
        hundredths.iter().map(|(currency, amount)| (currency.clone(), unit(amount))).collect()
    }
}

/// The same of any answers and orders.
pub fn response_rate(answered: u64, orders: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
    let rate = || answered as f64 / orders as f64;
    (orders > 0 && answered <= orders).then(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(json: &str) -> Result<DayOperations, String> {
        let day: DayDetails = serde_json::from_str(json).map_err(|error| error.to_string())?;
        day.try_into().map_err(|error: Invalid| error.0)
    }

    #[test]
    fn a_day_without_orders_has_no_rate() {
        assert_eq!(day(r#"{"orders":0}"#).unwrap().with_answers(0).response_rate(), None);
        assert_eq!(day(r#"{"orders":8}"#).unwrap().with_answers(2).response_rate(), Some(0.25));
        assert_eq!(day(r#"{"orders":8}"#).unwrap().with_answers(9).response_rate(), None, "orders are missing");
    }

    #[test]
    fn amounts_add_up_by_currency() {
        let mut all = day(r#"{"orders":1,"revenue":0.1,"currency":"CNY"}"#).unwrap().with_answers(0);
        all.merge(&day(r#"{"orders":1,"revenue":0.2,"refunds":1,"currency":"CNY"}"#).unwrap().with_answers(1));
        all.merge(&day(r#"{"orders":1,"revenue":5,"currency":"HKD"}"#).unwrap().with_answers(0));
        assert_eq!(all.amounts(&all.revenue), [("CNY".to_owned(), 0.3), ("HKD".to_owned(), 5.0)].into());
        assert_eq!((all.store_days, all.orders, all.answered), (3, 3, 1));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(day(r#"{"orders":1,"revenue":5}"#).unwrap_err(), "An amount needs its currency, such as CNY.");
        assert_eq!(
            day(r#"{"orders":1,"revenue":-5,"currency":"CNY"}"#).unwrap_err(),
            "revenue is an amount from 0 to a trillion."
        );
        assert_eq!(
            day(r#"{"orders":1,"revenue":5,"currency":"yuan"}"#).unwrap_err(),
            "currency is three capitals, such as CNY."
        );
        assert!(day(r#"{"orders":-1}"#).is_err());
        let hours = |hours: &str| day(&format!(r#"{{"orders":3,"orders_by_hour":{hours}}}"#)).unwrap_err();
        assert_eq!(hours(r#"{"24":3}"#), "orders_by_hour: 24 is no hour; they are 0 to 23.");
        assert_eq!(hours(r#"{"12":3,"13":1}"#), "orders_by_hour adds up to 4, and orders is 3.");
    }
}
