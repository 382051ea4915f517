//! What people read, in their language.

use aftertaste::table::Delivery;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

/// The cases of one store in a message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtStore {
    /// How many.
    pub(crate) cases: usize,
    /// How many of them should have been answered.
    pub(crate) overdue: usize,
    /// By when the first is to be answered.
    pub(crate) due: Option<Timestamp>,
    /// Whether somebody may have been harmed.
    pub(crate) is_critical: bool,
    /// Whether others should have seen to one before.
    pub(crate) is_escalated: bool,
}

/// The language in which somebody is written to, of the three that there are.
pub(crate) fn language_of(tag: &str) -> &'static str {
    let tag = tag.to_lowercase();
    match tag.as_str() {
        "zh-tw" | "zh-hk" | "zh-mo" => "zh-TW",
        _ if tag.starts_with("zh-hant") => "zh-TW",
        _ if tag == "zh" || tag.starts_with("zh-") => "zh-CN",
        _ => "en",
    }
}

/// The heading of a message of so many lines.
pub(crate) fn title(lines: usize, language: &str) -> String {
    match (language, lines) {
        ("en", 1) => "Aftertaste: 1 notice".to_owned(),
        ("en", _) => format!("Aftertaste: {lines} notices"),
        ("zh-TW", _) => format!("回味：{lines} 則通知"),
        _ => format!("回味：{lines} 条通知"),
    }
}

/// What happened, on one line.
pub(crate) fn line(delivery: &Delivery, language: &str) -> String {
    let data: Value = serde_json::from_str(&delivery.data).unwrap_or_default();
    let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| data.get(name).and_then(Value::as_u64).unwrap_or_default();
    let endpoint = text("endpoint");
    match (delivery.kind.as_str(), language) {
        ("count.failed", "en") => {
            format!(
                "A count is not whole: {} stores or scopes are behind. The next one tries again.",
                number("failures")
            )
        }
        ("count.failed", "zh-TW") => {
            format!("統計未完成：{} 個門市或範圍尚未更新，下次統計時會重試。", number("failures"))
        }
        ("count.failed", _) => format!("统计未完成：{} 个门店或范围尚未更新，下次统计时会重试。", number("failures")),
        ("endpoint.switched_off", "en") => format!("The endpoint {endpoint} was switched off. {}", text("why")),
        ("endpoint.switched_off", "zh-TW") => format!("推送端點 {endpoint} 已停用。{}", text("why")),
        ("endpoint.switched_off", _) => format!("推送端点 {endpoint} 已停用。{}", text("why")),
        ("endpoint.test", "en") => format!("A test of the endpoint {endpoint}: messages arrive here."),
        ("endpoint.test", "zh-TW") => format!("推送端點 {endpoint} 的測試：訊息可以送達。"),
        ("endpoint.test", _) => format!("推送端点 {endpoint} 的测试：消息可以送达。"),
        (kind, _) => kind.to_owned(),
    }
}

/// The heading of a message about so many cases.
pub(crate) fn cases_title(cases: usize, language: &str) -> String {
    match (language, cases) {
        ("en", 1) => "1 case waits for an answer".to_owned(),
        ("en", _) => format!("{cases} cases wait for an answer"),
        ("zh-TW", _) => format!("{cases} 則回饋待處理"),
        _ => format!("{cases} 条反馈待处理"),
    }
}

/// The heading of a message of summaries alone.
pub(crate) fn digest_title<'a>(mut digests: impl Iterator<Item = &'a Value>, language: &str) -> String {
    let is_of_a_day = |data: &Value| data.get("from") == data.get("to");
    let title = match (language, digests.all(is_of_a_day)) {
        ("en", true) => "Yesterday in short",
        ("en", false) => "Last week in short",
        ("zh-TW", true) => "昨日小結",
        ("zh-TW", false) => "上週小結",
        (_, true) => "昨日小结",
        (_, false) => "上周小结",
    };
    title.to_owned()
}

/// The words of the links to the cases and to the report.
pub(crate) fn link_words(language: &str) -> (&'static str, &'static str) {
    match language {
        "en" => ("Open the cases", "Open the report"),
        "zh-TW" => ("前往處理", "查看報表"),
        _ => ("去处理", "查看报表"),
    }
}

/// The cases of a store, on one line, with times on its clock.
pub(crate) fn store_line(name: &str, at: &AtStore, (zone, now): (&TimeZone, Timestamp), language: &str) -> String {
    let marks = marks(at, language);
    let (n, late) = (at.cases, at.overdue);
    let Some(due) = at.due.map(|due| clock(due, now, zone, language)) else {
        return match language {
            "en" => format!("{marks}{name}: {n}"),
            "zh-TW" => format!("{marks}{name} {n} 則"),
            _ => format!("{marks}{name} {n} 条"),
        };
    };
    match (language, late) {
        ("en", 0) if n == 1 => format!("{marks}{name}: 1, to be answered by {due}"),
        ("en", 0) => format!("{marks}{name}: {n}, the first to be answered by {due}"),
        ("en", _) if late == n => format!("{marks}{name}: {n}, overdue since {due}"),
        ("en", _) => format!("{marks}{name}: {n}, {late} of them overdue, the first since {due}"),
        ("zh-TW", 0) if n == 1 => format!("{marks}{name} 1 則，須在 {due} 前回覆"),
        ("zh-TW", 0) => format!("{marks}{name} {n} 則，最早須在 {due} 前回覆"),
        ("zh-TW", _) if late == n => format!("{marks}{name} {n} 則，已逾時（最早應在 {due} 前回覆）"),
        ("zh-TW", _) => format!("{marks}{name} {n} 則，其中 {late} 則已逾時（最早應在 {due} 前回覆）"),
        (_, 0) if n == 1 => format!("{marks}{name} 1 条，须在 {due} 前回复"),
        (_, 0) => format!("{marks}{name} {n} 条，最早须在 {due} 前回复"),
        _ if late == n => format!("{marks}{name} {n} 条，已超时（最早应在 {due} 前回复）"),
        _ => format!("{marks}{name} {n} 条，其中 {late} 条已超时（最早应在 {due} 前回复）"),
    }
}

fn marks(at: &AtStore, language: &str) -> String {
    let (critical, escalated) = match language {
        "en" => ("Urgent · ", "Escalated · "),
        "zh-TW" => ("【緊急】", "【升級】"),
        _ => ("【紧急】", "【升级】"),
    };
    let shown = [(at.is_critical, critical), (at.is_escalated, escalated)];
    shown.into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark).collect()
}

/// A time on a store's clock, with its date on another day.
fn clock(at: Timestamp, now: Timestamp, zone: &TimeZone, language: &str) -> String {
    let (at, now) = (zone.to_datetime(at), zone.to_datetime(now));
    let time = at.strftime("%H:%M");
    if at.date() == now.date() { time.to_string() } else { format!("{} {time}", date(at.date(), language)) }
}

fn date(day: Date, language: &str) -> String {
    let shown = if language == "en" { day.strftime("%-d %b") } else { day.strftime("%-m月%-d日") };
    shown.to_string()
}

/// What a summary says, each thing on a line of its own.
pub(crate) fn digest_lines(name: &str, data: &Value, language: &str) -> Vec<String> {
    let day = |field: &str| data.get(field).and_then(Value::as_str).and_then(|day| day.parse::<Date>().ok());
    let days: Vec<String> = match (day("from"), day("to")) {
        (Some(from), Some(to)) if from != to => vec![date(from, language), date(to, language)],
        (_, to) => to.map(|day| date(day, language)).into_iter().collect(),
    };
    let (open, close) = if language == "en" { (" (", "): ") } else { ("（", "）：") };
    let whose = format!("{name}{open}{}{close}", days.join("–"));
    let number = |field: &str| data.get(field).and_then(Value::as_u64);
    let mut lines = vec![format!("{whose}{}", answers(data, number("responses").unwrap_or_default(), language))];
    if let (Some(open), Some(overdue), Some(today)) = (number("open"), number("overdue"), number("due_today")) {
        lines.push(waiting(open, overdue, today, language));
    }
    match (number("praises"), language) {
        (None | Some(0), _) => {}
        (Some(1), "en") => lines.push("1 guest praised: somebody to thank".to_owned()),
        (Some(n), "en") => lines.push(format!("{n} guests praised: somebody to thank")),
        (Some(n), "zh-TW") => lines.push(format!("{n} 則表揚待致謝")),
        (Some(n), _) => lines.push(format!("{n} 条表扬待感谢")),
    }
    lines
}

fn answers(data: &Value, responses: u64, language: &str) -> String {
    let nps = |field: &str| data.get("nps").and_then(|nps| nps.get(field)).and_then(Value::as_f64).map(signed);
    let nps = match (nps("score"), nps("low"), nps("high"), language) {
        (Some(score), Some(low), Some(high), "en") => format!(", NPS {score} ({low} to {high})"),
        (Some(score), Some(low), Some(high), _) => format!("，NPS {score}（{low} 至 {high}）"),
        _ => String::new(),
    };
    match (language, responses) {
        ("en", 1) => format!("1 answer{nps}"),
        ("en", _) => format!("{responses} answers{nps}"),
        _ => format!("{responses} 份回答{nps}"),
    }
}

fn waiting(open: u64, overdue: u64, today: u64, language: &str) -> String {
    match language {
        "en" if open == 0 => "No case waits".to_owned(),
        "en" => format!("Cases that wait: {open}; overdue: {overdue}; due today: {today}"),
        "zh-TW" if open == 0 => "沒有待處理的回饋".to_owned(),
        "zh-TW" => format!("待處理 {open} 則，其中已逾時 {overdue} 則、今天到期 {today} 則"),
        _ if open == 0 => "没有待处理的反馈".to_owned(),
        _ => format!("待处理 {open} 条，其中已超时 {overdue} 条、今天到期 {today} 条"),
    }
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
    fn whoever_reads_another_language_is_written_to_in_english() {
        for (tag, language) in
            [("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("zh-Hant-HK", "zh-TW"), ("zh-HK", "zh-TW"), ("fr", "en"), ("", "en")]
        {
            assert_eq!(language_of(tag), language);
        }
    }
}
