//! The report as a page.

use aftertaste::{
    domain::brand::Brand,
    http::page::Page,
    stats::report::{GroupFigure, GroupName, Report, Score},
};
use maud::{Markup, html};

struct Words {
    answers: &'static str,
    nps: &'static str,
    satisfied: &'static str,
    temperature: &'static str,
    interval: &'static str,
    nothing: &'static str,
    by_day: &'static str,
    by_channel: &'static str,
    by_segment: &'static str,
    by_hour: &'static str,
    counted: &'static str,
    answer: &'static str,
}

const ENGLISH: Words = Words {
    answers: "Answers",
    nps: "NPS",
    satisfied: "Satisfied",
    temperature: "Temperature",
    interval: "95 % between",
    nothing: "No answers in these days yet.",
    by_day: "By day",
    by_channel: "By channel",
    by_segment: "By segment",
    by_hour: "By hour of payment",
    counted: "Counted",
    answer: "Answer",
};

const CHINESE: Words = Words {
    answers: "回答数",
    nps: "NPS",
    satisfied: "满意率",
    temperature: "温度",
    interval: "95 % 区间",
    nothing: "这些日期内还没有回答。",
    by_day: "按日",
    by_channel: "按渠道",
    by_segment: "按客群",
    by_hour: "按付款时段",
    counted: "统计于",
    answer: "分值",
};

/// The languages of the page.
pub(crate) const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// The page of a report.
pub(crate) fn render(report: &Report, brand: &Brand, language: &str) -> Page {
    let words = if language.starts_with("zh") { &CHINESE } else { &ENGLISH };
    let range = |low: f64, high: f64, unit: &str| {
        html! { span.note { (words.interval) " " (rounded(low)) " … " (rounded(high)) (unit) } }
    };
    let body = html! {
        header { span.logo aria-hidden="true" { (brand.name.chars().next().unwrap_or('·')) }
            div { strong { (brand.name) } br; (report.scope) } }
        h1 { (report.name) }
        p.note { (report.from) " – " (report.to) " · " (report.survey) }
        ul.figures {
            li { (words.answers) strong { (report.responses) } }
            @if let Some(nps) = &report.nps {
                li { (words.nps) strong { (signed(nps.score)) } (range(nps.low, nps.high, "")) }
            }
            @if let Some(satisfaction) = &report.satisfaction {
                li { (words.satisfied) strong { (rounded(100.0 * satisfaction.share)) " %" }
                    (range(100.0 * satisfaction.low, 100.0 * satisfaction.high, " %")) }
            }
            @if let Some(temperature) = &report.temperature {
                li { (words.temperature) strong { (rounded(temperature.value)) "°" } (range(temperature.low, temperature.high, "°")) }
            }
        }
        @if report.responses == 0 { p { (words.nothing) } } @else {
            @if let Some(nps) = &report.nps {
                h2 { (words.nps) }
                div.wide { table {
                    tr { th { (words.answer) } @for value in nps.histogram.keys() { th { (value) } } }
                    tr { td { (words.answers) } @for count in nps.histogram.values() { td { (count) } } }
                } }
            }
            (scores(words.by_day, words, report.days.iter().map(|day| (day.day.to_string(), &day.score))))
            @for (title, groups) in [(words.by_channel, &report.by_channel), (words.by_segment, &report.by_segment), (words.by_hour, &report.by_hour)] {
                (scores(title, words, groups.iter().map(|group| (name(group), &group.score))))
            }
        }
        @if let Some(at) = report.counted_at { footer { (words.counted) " " (at.strftime("%Y-%m-%d %H:%M UTC")) } }
    };
    Page::new(language, &report.name, &brand.colour, body)
}

fn scores<'a>(title: &str, words: &Words, rows: impl Iterator<Item = (String, &'a Score)>) -> Markup {
    html! {
        h2 { (title) }
        div.wide { table {
            tr { th { } th { (words.answers) } th { (words.nps) } th { (words.interval) } }
            @for (name, score) in rows {
                tr {
                    td { (name) }
                    td { (score.n) }
                    td { @if let Some(nps) = score.nps { (signed(nps)) } }
                    td { @if let (Some(low), Some(high)) = (score.low, score.high) { (signed(low)) " … " (signed(high)) } }
                }
            }
        } }
    }
}

fn name(group: &GroupFigure) -> String {
    match &group.group {
        GroupName::Channel { channel } => channel.name().to_owned(),
        GroupName::Segment { segment, name } => name.clone().unwrap_or_else(|| u8::from(*segment).to_string()),
        GroupName::Hour { hour } => format!("{hour:02}:00"),
    }
}

fn rounded(figure: f64) -> String {
    format!("{figure:.1}")
}

/// With its sign, since a score may be on either side of zero. A true minus, not a hyphen.
fn signed(figure: f64) -> String {
    let text = format!("{figure:+.1}");
    if text == "-0.0" || text == "+0.0" { "0.0".into() } else { text.replace('-', "−") }
}
