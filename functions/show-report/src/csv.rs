//! The report as CSV, rounded for reading: a row a day and one for all. Each table, each person who served and each
//! band of amounts has one, and so has each scope below.

use aftertaste::domain::report::{Estimate, GroupFigure, GroupName, Report, Score};
use serde::{Serialize, Serializer};

/// A row; its fields are the columns, in their order.
#[derive(Serialize)]
struct Row<'a> {
    scope: &'a str,
    survey: String,
    day: String,
    n: u64,
    nps: Hundredths,
    nps_low: Hundredths,
    nps_high: Hundredths,
    satisfied_percent: Hundredths,
    satisfied_low: Hundredths,
    satisfied_high: Hundredths,
    orders: Option<u64>,
    response_rate_percent: Hundredths,
    /// Of a part of all days what it is of, else empty.
    part: &'static str,
    /// Its name; empty for all others, and where it is not known.
    name: String,
}

/// A figure with two digits behind the point, or an empty cell.
struct Hundredths(Option<f64>);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(figure) => serializer.collect_str(&format_args!("{figure:.2}")),
            None => serializer.serialize_none(),
        }
    }
}

pub(crate) fn written(report: &Report) -> String {
    let row = |scope, day: &str, score: &Score, orders, rate: Option<f64>| {
        let part = |estimate: Option<Estimate>, part: fn(Estimate) -> f64, times: f64| {
            Hundredths(estimate.map(|estimate| times * part(estimate)))
        };
        let (value, low, high) = (|e: Estimate| e.value, |e: Estimate| e.low, |e: Estimate| e.high);
        Row {
            scope,
            survey: report.survey.to_string(),
            day: day.to_owned(),
            n: score.n,
            nps: part(score.nps, value, 1.0),
            nps_low: part(score.nps, low, 1.0),
            nps_high: part(score.nps, high, 1.0),
            satisfied_percent: part(score.satisfied, value, 100.0),
            satisfied_low: part(score.satisfied, low, 100.0),
            satisfied_high: part(score.satisfied, high, 100.0),
            orders,
            response_rate_percent: Hundredths(rate.map(|rate| 100.0 * rate)),
            part: "",
            name: String::new(),
        }
    };
    let days = report
        .days
        .iter()
        .map(|day| row(&report.scope, &day.day.to_string(), &day.score, day.orders, day.response_rate));
    let operations = report.operations.as_ref();
    let (orders, rate) = (operations.map(|all| all.orders), operations.and_then(|all| all.response_rate));
    let all = row(&report.scope, "all", &report.score, orders, rate);
    let parts = report.by_table.iter().chain(&report.by_staff).chain(&report.by_amount);
    let parts = parts.map(|GroupFigure { group, score, .. }| {
        let (part, name) = named(group);
        Row { part, name, ..row(&report.scope, "all", score, None, None) }
    });
    let children = report.children.iter().map(|child| row(&child.scope, "all", &child.score, None, None));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in days.chain([all]).chain(parts).chain(children) {
        // Writing to memory does not fail, and every row has as many cells.
        let _ = writer.serialize(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A part's kind, and its name.
fn named(group: &GroupName) -> (&'static str, String) {
    match group {
        GroupName::Table { table } => ("table", as_text(table.as_deref())),
        GroupName::Staff { staff } => ("staff", as_text(staff.as_deref())),
        GroupName::Amount { currency, from, .. } => {
            let band = currency.as_ref().zip(*from).map(|(currency, from)| format!("{currency} {from}"));
            ("amount", band.unwrap_or_default())
        }
        GroupName::Channel { .. } | GroupName::Segment { .. } | GroupName::Meal { .. } | GroupName::Hour { .. } => {
            ("", String::new())
        }
    }
}

/// A text that a till sent, so that no spreadsheet takes it for a formula: an apostrophe before it says so.
fn as_text(name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_formula() {
        for (name, cell) in [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-7", "'-7"), ("7", "7"), ("A-7", "A-7")] {
            assert_eq!(named(&GroupName::Table { table: Some(name.into()) }), ("table", cell.to_owned()));
        }
        assert_eq!(named(&GroupName::Staff { staff: None }), ("staff", String::new()));
        let band = GroupName::Amount { currency: Some("CNY".into()), from: Some(100), below: Some(200) };
        assert_eq!(named(&band), ("amount", "CNY 100".to_owned()));
    }
}
