//! The context of a visit, as the merchant knows it besides the payment: at which table, served by whom, for how much.

use std::collections::BTreeMap;
use std::ops::Deref;

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use crate::{Id, Invalid, Mistakes, NAMED_AT_MOST, access::check_visible, shortened};

/// The most characters of a table, of a person who served, of an item.
const LONGEST_LINE: usize = 64;

/// The most items.
const MOST_ITEMS: usize = 100;

/// The most fields of the merchant's own.
const MOST_FIELDS: usize = 10;

/// The most characters of such a field.
const LONGEST_FIELD: usize = 100;

/// The largest amount, in the smallest unit of any currency: a trillion of those that have thousandths. Sums of many
/// stay far below 2⁶⁴.
const LARGEST_AMOUNT: u64 = 1_000_000_000_000_000;

/// The context of a visit, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ContextDetails", into = "ContextDetails")]
pub struct Context(ContextDetails);

impl Deref for Context {
    type Target = ContextDetails;

    fn deref(&self) -> &ContextDetails {
        &self.0
    }
}

impl From<Context> for ContextDetails {
    fn from(context: Context) -> Self {
        context.0
    }
}

/// The same as a merchant reports it. Each is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContextDetails {
    /// At which table, as the merchant calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The code of the person who served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The amount that was paid, in the smallest unit of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// The currency of the amount, by its code in ISO 4217. Without an amount it says nothing, and is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The items that were ordered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Anything else the merchant wants to know later, by names of its own, which are ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

impl TryFrom<ContextDetails> for Context {
    type Error = Mistakes;

    fn try_from(told: ContextDetails) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let mut checked = ContextDetails {
            table: told.table.and_then(|text| mistakes.check(line("table", &text, LONGEST_LINE))),
            staff: told.staff.and_then(|text| mistakes.check(line("staff", &text, LONGEST_LINE))),
            ..ContextDetails::default()
        };
        let known = mistakes.check(told.currency.as_deref().map_or(Ok(()), check_currency));
        if let Some(amount) = told.amount.and_then(|amount| mistakes.check(check_amount(amount))) {
            if known.is_some() && told.currency.is_none() {
                mistakes.add("amount needs its currency, such as CNY.");
            }
            (checked.amount, checked.currency) = (Some(amount), told.currency);
        }
        if told.items.len() > MOST_ITEMS {
            mistakes.add(format!("items are at most {MOST_ITEMS}; these are {}.", told.items.len()));
        }
        for (at, item) in told.items.iter().enumerate() {
            checked.items.extend(mistakes.check(line(&format!("items[{at}]"), item, LONGEST_LINE)));
        }
        if told.fields.len() > MOST_FIELDS {
            mistakes.add(format!("fields are at most {MOST_FIELDS}; these are {}.", told.fields.len()));
        }
        for (name, value) in told.fields {
            let what = format!("fields.{}", shortened(&name));
            if let Some(value) = mistakes.check(line(&what, &value, LONGEST_FIELD)) {
                checked.fields.extend(mistakes.check(Id::try_from(name)).map(|name| (name.into(), value)));
            }
        }
        mistakes.0.truncate(NAMED_AT_MOST);
        mistakes.unless(Self(checked))
    }
}

impl Context {
    /// The valid parts of a context whose sender can't correct it: a notice of a payment, or an item in the table. A
    /// text that is too long is cut; any other mistake is left out.
    pub fn of_notice(told: ContextDetails) -> Self {
        let fitting = |text: String, longest: usize| {
            let cut: String = text.trim().chars().take(longest).collect();
            line("", &cut, longest).ok()
        };
        let is_known = told.currency.as_deref().is_some_and(|code| check_currency(code).is_ok());
        let amount = told.amount.filter(|amount| check_amount(*amount).is_ok());
        let amount = amount.zip(told.currency.filter(|_| is_known));
        let fields = told.fields.into_iter().filter(|(name, _)| Id::try_from(name.clone()).is_ok());
        Self(ContextDetails {
            table: told.table.and_then(|text| fitting(text, LONGEST_LINE)),
            staff: told.staff.and_then(|text| fitting(text, LONGEST_LINE)),
            amount: amount.as_ref().map(|(amount, _)| *amount),
            currency: amount.map(|(_, currency)| currency),
            items: told.items.into_iter().filter_map(|text| fitting(text, LONGEST_LINE)).take(MOST_ITEMS).collect(),
            fields: fields
                .filter_map(|(name, text)| Some((name, fitting(text, LONGEST_FIELD)?)))
                .take(MOST_FIELDS)
                .collect(),
        })
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0 == ContextDetails::default()
    }
}

/// A line of text without spaces around it.
fn line(what: &str, text: &str, longest: usize) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        return Err(Invalid(format!(
            "{what} is 1 to {longest} characters without control characters; this is {:?}.",
            shortened(text)
        )));
    }
    check_visible(what, text)?;
    Ok(text.to_owned())
}

fn check_amount(amount: u64) -> Result<u64, Invalid> {
    if amount > LARGEST_AMOUNT {
        return Err(Invalid(format!("amount is at most {LARGEST_AMOUNT}; this is {amount}.")));
    }
    Ok(amount)
}

/// Checks that a code is that of a currency in which amounts have a smallest unit. Of gold there is none.
///
/// # Errors
/// Says that it is not.
pub fn check_currency(code: &str) -> Result<(), Invalid> {
    match Currency::from_code(code).and_then(Currency::exponent) {
        Some(_) => Ok(()),
        None => Err(Invalid(format!("currency is a code of ISO 4217, such as CNY; this is {:?}.", shortened(code)))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::strictly;

    fn read(json: Value) -> Result<Context, String> {
        strictly::<Context>(json).map_err(|mistakes| mistakes.to_string())
    }

    fn lenient(json: Value) -> Context {
        Context::of_notice(serde_json::from_value(json).unwrap())
    }

    fn whole() -> Value {
        json!({"table": "7", "staff": "lin", "amount": 18_800, "currency": "CNY", "items": ["宫保鸡丁"],
            "fields": {"shift": "noon"}})
    }

    #[test]
    fn what_is_told_is_kept_as_it_was_told_in_either_way() {
        let context = read(whole()).unwrap();
        assert_eq!(serde_json::to_value(&context).unwrap(), whole());
        assert_eq!(lenient(whole()), context);
        assert!(!context.is_empty());
        assert_eq!((context.table.as_deref(), context.amount), (Some("7"), Some(18_800)));
        assert_eq!(read(json!({"table": " 7 "})).unwrap(), read(json!({"table": "7"})).unwrap());
    }

    #[test]
    fn nothing_is_told_by_nothing_and_by_a_currency_alone() {
        for nothing in [json!({}), json!({"table": null, "items": [], "fields": {}}), json!({"currency": "CNY"})] {
            assert!(read(nothing.clone()).unwrap().is_empty(), "{nothing}");
            assert!(lenient(nothing.clone()).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let wrong =
            json!({"table": "", "staff": "a\nb", "amount": 1, "items": ["x".repeat(65)], "fields": {"a b": "1"}});
        assert_eq!(
            read(wrong).unwrap_err(),
            format!(
                "table is 1 to 64 characters without control characters; this is \"\". \
                 staff is 1 to 64 characters without control characters; this is \"a\\nb\". \
                 amount needs its currency, such as CNY. \
                 items[0] is 1 to 64 characters without control characters; this is \"{}…\". \
                 An id is 1 to 40 letters, digits, '_' or '-', beginning with a letter or digit; this is \"a b\".",
                "x".repeat(60)
            )
        );
        assert_eq!(
            read(json!({"amount": 1, "currency": "yuan"})).unwrap_err(),
            "currency is a code of ISO 4217, such as CNY; this is \"yuan\"."
        );
        assert_eq!(
            read(json!({"amount": LARGEST_AMOUNT + 1, "currency": "KWD"})).unwrap_err(),
            "amount is at most 1000000000000000; this is 1000000000000001."
        );
        assert_eq!(
            read(json!({"staff": "\u{202e}nil"})).unwrap_err(),
            "staff is of characters that can be seen; this is \"\\u{202e}nil\"."
        );
        assert_eq!(
            read(json!({"tabel": "7"})).unwrap_err(),
            "unknown field `tabel`: check its spelling, or leave it out."
        );
        let many = json!({"items": vec!["x"; 101], "fields": (0..11).map(|i| (format!("f{i}"), "x")).collect::<BTreeMap<_, _>>()});
        assert_eq!(
            read(many).unwrap_err(),
            "items are at most 100; these are 101. fields are at most 10; these are 11."
        );
        assert!(read(json!({"items": vec![""; 5_000]})).unwrap_err().len() < 4_000, "a refusal stays short");
    }

    #[test]
    fn of_a_notice_what_does_not_fit_is_cut_or_left_out() {
        let fields: BTreeMap<String, String> = (10..25).map(|i| (format!("f{i}"), "值".repeat(101))).collect();
        let items: Vec<&str> = ["", "\u{202e}", " soup "].into_iter().chain(["x"; 200]).collect();
        let context = lenient(json!({"table": "x".repeat(65), "staff": "\u{7}", "amount": 5, "currency": "yuan",
            "items": items,
            "fields": fields}));
        assert_eq!((context.table.as_deref(), &context.staff), (Some("x".repeat(64).as_str()), &None));
        assert_eq!((context.amount, &context.currency), (None, &None), "of no currency an amount says nothing");
        assert_eq!((context.items.len(), context.items[0].as_str()), (100, "soup"));
        assert_eq!((context.fields.len(), context.fields["f10"].chars().count()), (10, 100));
        assert!(lenient(json!({"fields": {"a b": "1"}})).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_left_of_anything_passes_the_strict_door(
            table in ".{0,80}", staff in prop::option::of(".{0,80}"), amount in prop::option::of(any::<u64>()),
            currency in prop::option::of("[A-Z]{2,4}"), items in prop::collection::vec(".{0,80}", 0..120),
            fields in prop::collection::btree_map("[a-z ]{0,3}", ".{0,120}", 0..14),
        ) {
            let told = ContextDetails { table: Some(table), staff, amount, currency, items, fields };
            let context = Context::of_notice(told.clone());
            prop_assert_eq!(read(serde_json::to_value(&context).unwrap()), Ok(context.clone()));
            if let Ok(strict) = Context::try_from(told) {
                prop_assert_eq!(strict, context);
            }
        }
    }

    #[test]
    fn a_currency_is_one_of_those_in_which_somebody_pays() {
        for code in ["CNY", "TWD", "HKD", "JPY", "KWD", "USD"] {
            assert_eq!(check_currency(code), Ok(()), "{code}");
        }
        for wrong in ["RMB", "cny", "CN", "CNYY", "ABC", "XXX", "XAU", "人民币", ""] {
            assert!(check_currency(wrong).is_err(), "{wrong}");
        }
    }
}
