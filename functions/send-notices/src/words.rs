//! Messages to people, in their language: the section `notices` of `words/people/en.json` and the other languages'
//! files.

use std::sync::LazyLock;

use aftertaste::{
    pages::{Counted, Section, filled},
    table::Delivery,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;

/// The words in every language.
static WORDS: LazyLock<Section<Words>> = LazyLock::new(|| Section::read("notices"));

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    title: Counted,
    cases_title: Counted,
    alerts_title: Counted,
    alert_down: &'static str,
    alert_up: &'static str,
    /// The same where its own score did not move that way.
    alert_behind: &'static str,
    alert_ahead: &'static str,
    /// Of answers by codes.
    alert_of_codes: &'static str,
    alert_parts: &'static str,
    alert_of_part: &'static str,
    /// Before a fallen score that nobody has taken.
    alert_overdue: &'static str,
    day_title: &'static str,
    week_title: &'static str,
    pub to_cases: &'static str,
    pub to_report: &'static str,
    count_failed: Counted,
    count_failed_entirely: &'static str,
    switched_off: &'static str,
    test: &'static str,
    /// Before the cases of a store where somebody may have been harmed.
    critical: &'static str,
    /// The same where others should have seen to one before.
    escalated: &'static str,
    at_store: &'static str,
    at_store_due: Counted,
    at_store_overdue: &'static str,
    at_store_partly_overdue: &'static str,
    /// How a day is written.
    day: &'static str,
    digest: &'static str,
    answers: Counted,
    answers_and_nps: Counted,
    none_open: &'static str,
    open: &'static str,
    praises: Counted,
}

/// The cases of one store in a message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtStore {
    /// How many.
    pub(crate) cases: u64,
    /// How many of them should have been answered.
    pub(crate) overdue: u64,
    /// By when the first is to be answered.
    pub(crate) due: Option<Timestamp>,
    /// Whether somebody may have been harmed.
    pub(crate) is_critical: bool,
    /// Whether others should have seen to one before.
    pub(crate) is_escalated: bool,
}

impl Words {
    /// The words in a language that there are words in.
    pub(crate) fn of(language: &str) -> &'static Self {
        WORDS.of(language)
    }

    /// The heading of a message of so many lines.
    pub(crate) fn title(&self, lines: u64) -> String {
        counted(&self.title, lines)
    }

    /// The event, on one line.
    pub(crate) fn line(&self, delivery: &Delivery) -> String {
        let data: Value = serde_json::from_str(&delivery.data).unwrap_or_default();
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let endpoint = text("endpoint");
        match delivery.kind.as_str() {
            "count.failed" => {
                let failures = data.get("failures").and_then(Value::as_u64);
                failures.map_or_else(|| self.count_failed_entirely.to_owned(), |n| counted(&self.count_failed, n))
            }
            "endpoint.switched_off" => filled(self.switched_off, &[("endpoint", &endpoint), ("why", &text("why"))]),
            "endpoint.test" => filled(self.test, &[("endpoint", &endpoint)]),
            kind => kind.to_owned(),
        }
    }

    /// The heading of a message about so many cases.
    pub(crate) fn cases_title(&self, cases: u64) -> String {
        counted(&self.cases_title, cases)
    }

    /// The heading of a message about so many scores that changed.
    pub(crate) fn alerts_title(&self, alerts: u64) -> String {
        counted(&self.alerts_title, alerts)
    }

    /// A score that changed, on one line. `parts` are the names of those that changed most.
    pub(crate) fn alert_line(
        &self,
        name: &str,
        (part, parts): (Option<&str>, &str),
        data: &Value,
        is_late: bool,
    ) -> String {
        let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
        let points = data.get("points").and_then(Value::as_f64).unwrap_or_default().abs();
        let since = text("since").parse::<Date>().map(|day| self.date(day)).unwrap_or_default();
        let name = match part {
            Some(part) => filled(self.alert_of_part, &[("store", &name), ("part", &part)]),
            None if text("series").contains('@') => filled(self.alert_of_codes, &[("store", &name)]),
            None => name.to_owned(),
        };
        let parts = if parts.is_empty() { String::new() } else { filled(self.alert_parts, &[("parts", &parts)]) };
        let is_beside = data.get("beside").and_then(Value::as_bool) == Some(true);
        let line = match (text("direction") == "up", is_beside) {
            (false, false) => self.alert_down,
            (false, true) => self.alert_behind,
            (true, false) => self.alert_up,
            (true, true) => self.alert_ahead,
        };
        let late = if is_late { self.alert_overdue } else { "" };
        let points = format!("{points:.0}");
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("store", &name), ("points", &points), ("since", &since), ("parts", &parts)];
        late.to_owned() + &filled(line, &values)
    }

    /// The heading of a message of summaries alone.
    pub(crate) fn digest_title<'a>(&self, mut digests: impl Iterator<Item = &'a Value>) -> String {
        let are_of_a_day = digests.all(|data| data.get("from") == data.get("to"));
        if are_of_a_day { self.day_title.to_owned() } else { self.week_title.to_owned() }
    }

    /// The cases of a store, on one line, with times on its clock.
    pub(crate) fn store_line(&self, name: &str, at: &AtStore, (zone, now): (&TimeZone, Timestamp)) -> String {
        let due = at.due.map(|due| self.clock(due, now, zone));
        let text = match (&due, at.overdue) {
            (None, _) => self.at_store,
            (_, 0) => self.at_store_due.of(at.cases),
            (_, late) if late == at.cases => self.at_store_overdue,
            _ => self.at_store_partly_overdue,
        };
        let due = due.unwrap_or_default();
        let line = filled(text, &[("store", &name), ("n", &at.cases), ("late", &at.overdue), ("due", &due)]);
        let marks = [(at.is_critical, self.critical), (at.is_escalated, self.escalated)];
        let marks: String = marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark).collect();
        marks + &line
    }

    /// A time on a store's clock, with its date on another day.
    fn clock(&self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let (at, now) = (zone.to_datetime(at), zone.to_datetime(now));
        let time = at.strftime("%H:%M");
        if at.date() == now.date() { time.to_string() } else { format!("{} {time}", self.date(at.date())) }
    }

    fn date(&self, day: Date) -> String {
        day.strftime(self.day).to_string()
    }

    /// The text of a summary, each thing on a line of its own.
    pub(crate) fn digest_lines(&self, name: &str, data: &Value) -> Vec<String> {
        let day = |field: &str| data.get(field).and_then(Value::as_str).and_then(|day| day.parse::<Date>().ok());
        let days: Vec<String> = match (day("from"), day("to")) {
            (Some(from), Some(to)) if from != to => vec![self.date(from), self.date(to)],
            (_, to) => to.map(|day| self.date(day)).into_iter().collect(),
        };
        let number = |field: &str| data.get(field).and_then(Value::as_u64);
        let answers = self.answers(data, number("responses").unwrap_or_default());
        let of_days = [("store", &name as _), ("days", &days.join("–") as _), ("answers", &answers as _)];
        let mut lines = vec![filled(self.digest, &of_days)];
        if let (Some(open), Some(overdue), Some(today)) = (number("open"), number("overdue"), number("due_today")) {
            let text = if open == 0 { self.none_open } else { self.open };
            lines.push(filled(text, &[("n", &open), ("overdue", &overdue), ("today", &today)]));
        }
        lines.extend(number("praises").filter(|n| *n > 0).map(|n| counted(&self.praises, n)));
        lines
    }

    fn answers(&self, data: &Value, n: u64) -> String {
        let nps = |field: &str| data.get("nps").and_then(|nps| nps.get(field)).and_then(Value::as_f64).map(signed);
        match (nps("score"), nps("low"), nps("high")) {
            (Some(nps), Some(low), Some(high)) => {
                let values = [("n", &n as _), ("nps", &nps as _), ("low", &low as _), ("high", &high as _)];
                filled(self.answers_and_nps.of(n), &values)
            }
            _ => counted(&self.answers, n),
        }
    }
}

fn counted(text: &Counted, n: u64) -> String {
    filled(text.of(n), &[("n", &n)])
}

/// A score with its sign, rounded.
fn signed(value: f64) -> String {
    match format!("{value:+.0}").as_str() {
        "+0" | "-0" => "0".to_owned(),
        signed => signed.replace('-', "−"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_its_sign() {
        for (value, shown) in [(42.4, "+42"), (-0.4, "0"), (0.0, "0"), (-38.5, "−38"), (-100.0, "−100")] {
            assert_eq!(signed(value), shown);
        }
    }

    #[test]
    fn every_language_has_every_word_and_no_other() {
        assert_eq!(Section::<Words>::mistakes("notices"), Vec::<String>::new());
    }
}
