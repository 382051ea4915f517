//! The report as a page: readable without script, printable, the figure that matters first.

use aftertaste::{
    domain::{
        report::{GroupFigure, GroupName, Report, Score, Subject},
        survey::nearest_language,
        visit::Origin,
    },
    http::Page,
    pages::Shell,
};
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};

use crate::{
    drivers,
    figures::{between, grouped, percent, rounded, signed},
    integrity,
    pictures::{thermometer, trend, warmth},
    signed_in::SignedIn,
    words::{CHINESE, ENGLISH, Words},
};

/// The languages of the page.
const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// The language of the page. Those who read one way of writing Chinese are better served by the other than by English.
pub(crate) fn language(wanted: &[String]) -> &'static str {
    let chinese = wanted.first().is_some_and(|first| first.to_ascii_lowercase().starts_with("zh"));
    if chinese { "zh-CN" } else { nearest_language(wanted, &LANGUAGES).unwrap_or("en") }
}

/// What the page shows.
pub(crate) struct ReportPage<'a> {
    pub report: &'a Report,
    /// What the report is about.
    pub subject: &'a Subject<'a>,
    pub language: &'a str,
    /// The scope above, when the manager may see it.
    pub above: Option<String>,
    /// Today, for the links to the last days.
    pub today: Date,
    /// Whoever has signed in; none of a program.
    pub signed_in: Option<SignedIn>,
}

impl ReportPage<'_> {
    pub fn render(&self) -> Page {
        let report = self.report;
        let body = html! {
            (self.header())
            h1 { (report.name) }
            (self.window())
            (self.notes())
            @if report.responses == 0 {
                p.end { (self.words().nothing) }
            } @else {
                (self.summary())
                (self.histogram())
                (self.days())
                (drivers::section(&report.drivers, self.subject.survey, self.language, self.words()))
                (self.children())
                (self.groups(self.words().channel, &report.by_channel))
                (self.groups(self.words().segment, &report.by_segment))
                (self.groups(self.words().hour, &report.by_hour))
                (self.comments())
            }
            (integrity::section(&report.integrity, self.words()))
            @if report.responses > 0 { p.note { (self.words().hidden) } }
            footer { @if let Some(at) = report.counted_at { (self.words().counted) " " (at.strftime("%Y-%m-%d %H:%M UTC")) } }
            @if let Some(signed_in) = &self.signed_in { (signed_in.footer(self.words())) }
        };
        let shell = Shell {
            language: self.language,
            title: &report.name,
            colour: &self.subject.brand.colour,
            style: include_str!("page.css"),
            script: None,
            framed_by: "'none'",
        };
        shell.page(body)
    }

    /// What stands behind the answers, and what is not in the figures.
    fn notes(&self) -> Markup {
        let (report, words) = (self.report, self.words());
        html! {
            @match report.origin {
                Origin::Payment => {},
                Origin::Code => p.note { (words.untied) },
                Origin::Test => p.note { (words.trying) },
            }
            @if report.waiting > 0 { p.note { (words.waiting) " " (report.waiting) } }
            @if report.running > 0 { p.note { (words.parts_wait) " " (report.running) } }
            @if !report.behind.is_empty() {
                p.behind role="status" {
                    (words.behind)
                    @for (i, store) in report.behind.iter().enumerate() {
                        @if i > 0 { "," } " " (store.name) " (" (store.since.strftime("%Y-%m-%d %H:%M UTC")) ")"
                    }
                }
            }
        }
    }

    fn words(&self) -> &'static Words {
        if self.language.starts_with("zh") { &CHINESE } else { &ENGLISH }
    }

    /// The address of a scope's page over the same days.
    fn address(&self, scope: &str) -> String {
        let Report { from, to, survey, .. } = self.report;
        format!("/reports/{scope}.html?from={from}&to={to}&survey={survey}&lang={}", self.language)
    }

    fn header(&self) -> Markup {
        let (other, name) = self.words().other_language;
        let Report { scope, from, to, survey, .. } = self.report;
        html! {
            header {
                span.logo aria-hidden="true" { (self.subject.brand.name.chars().next().unwrap_or('·')) }
                div.grow { strong { (self.subject.brand.name) } br; (scope) }
                nav {
                    @if let Some(above) = &self.above { a href=(self.address(above)) { "↑ " (self.words().up) } }
                    // In the reader's own language: those of the people's pages are more than the report's.
                    @if self.signed_in.as_ref().is_some_and(|reader| reader.sets_up) { a href="/people" { (self.words().people) } }
                    a lang=(other) href=(format!("/reports/{scope}.html?from={from}&to={to}&survey={survey}&lang={other}")) { (name) }
                }
            }
        }
    }

    fn window(&self) -> Markup {
        let Report { scope, from, to, survey, surveys, .. } = self.report;
        let words = self.words();
        html! {
            form.window method="get" action=(format!("/reports/{scope}.html")) {
                input type="hidden" name="lang" value=(self.language);
                label { (words.from) " " input type="date" name="from" value=(from) required; }
                label { (words.to) " " input type="date" name="to" value=(to) required; }
                @if surveys.len() > 1 || !surveys.contains(survey) {
                    select name="survey" aria-label=(words.survey) {
                        @for series in surveys.iter().chain(Some(survey).filter(|survey| !surveys.contains(survey))) {
                            option value=(series) selected[series == survey] {
                                (series.survey)
                                @match series.origin {
                                    Origin::Payment => {},
                                    Origin::Code => { " · " (words.table_codes) },
                                    Origin::Test => { " · " (words.test) },
                                }
                            }
                        }
                    }
                }
                button type="submit" { (words.show) }
                @for length in [7, 30, 90] {
                    a href=(format!("/reports/{scope}.html?from={}&to={}&survey={survey}&lang={}", self.today.saturating_sub((length - 1).days()), self.today, self.language)) {
                        (length) " " (words.days)
                    }
                }
            }
        }
    }

    /// How warm, how sure, whether it changed, what to look at first.
    fn summary(&self) -> Markup {
        let (report, words) = (self.report, self.words());
        html! {
            @if let Some(temperature) = &report.temperature {
                section.warmth {
                    p class={ "degrees " (warmth(temperature.value)) } { (rounded(temperature.value)) "°" small { " " (words.temperature) } }
                    (thermometer(temperature))
                    p.note { (words.interval) " " (rounded(temperature.low)) "° … " (rounded(temperature.high)) "°" }
                }
            }
            p.change { (self.change()) }
            @if let Some(driver) = drivers::first_to_look_at(&report.drivers) {
                p.change { strong { (words.fix_first) ": " } (drivers::text(driver, self.subject.survey, self.language)) }
            }
            ul.figures {
                li { (words.answers) strong { (report.responses) }
                    @if report.partial > 0 { span.note { (words.partial) " " (report.partial) } } }
                @if let Some(nps) = &report.nps {
                    li { (words.nps) strong { (signed(nps.score)) } span.note { (words.interval) " " (between(nps.low, nps.high)) } }
                }
                @if let Some(satisfaction) = &report.satisfaction {
                    li { (words.satisfied) strong { (percent(satisfaction.share)) }
                        span.note { (words.interval) " " (percent(satisfaction.low)) " … " (percent(satisfaction.high)) } }
                }
                @if let Some(operations) = &report.operations {
                    li { (words.response_rate)
                        strong { (operations.response_rate.map_or_else(|| words.none.to_owned(), percent)) }
                        span.note { (operations.orders) " " (words.orders) } }
                    @for (currency, amount) in &operations.revenue {
                        li { (words.revenue) strong { (grouped(*amount)) } span.note { (currency) } }
                    }
                }
            }
        }
    }

    fn change(&self) -> Markup {
        let words = self.words();
        let Some(change) = &self.report.change else { return html! { (words.no_before) } };
        let verdict = match (change.distinguishable, change.nps > 0.0) {
            (true, true) => words.warmer,
            (true, false) => words.colder,
            (false, _) => words.steady,
        };
        html! { strong { (verdict) " " (signed(change.nps)) } " " span.note { (words.before) " (" (words.interval) " " (between(change.low, change.high)) ")" } }
    }

    fn histogram(&self) -> Markup {
        let Some(nps) = &self.report.nps else { return html! {} };
        let words = self.words();
        let most = nps.histogram.values().copied().max().unwrap_or(1).max(1);
        let kind = |value: u8| {
            if value >= 9 {
                "warm"
            } else if value >= 7 {
                "mild"
            } else {
                "cold"
            }
        };
        html! {
            section {
                h2 { (words.histogram) }
                div.wide role="region" aria-label=(words.histogram) tabindex="0" { table.bars {
                    thead { tr { th scope="col" { (words.answer) } th scope="col" { (words.answers) } td {} } }
                    tbody { @for (value, count) in &nps.histogram {
                        tr {
                            th scope="row" { (value) }
                            td { (count) }
                            td { svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect class=(kind(*value)) width=(100 * count / most) height="10" {}
                            } }
                        }
                    } }
                } }
            }
        }
    }

    fn days(&self) -> Markup {
        let (days, words) = (&self.report.days, self.words());
        let operations = self.report.operations.is_some();
        html! {
            section {
                h2 { (words.trend) }
                @if days.len() > 1 { (trend(days)) }
                details open[days.len() <= 7] {
                    summary { (words.day) " · " (words.nps) " · " (words.temperature) }
                    div.wide role="region" aria-label=(words.trend) tabindex="0" { table {
                        thead { tr {
                            th scope="col" { (words.day) } (self.score_heads()) th scope="col" { (words.temperature) }
                            @if operations { th scope="col" { (words.response_rate) } th scope="col" { (words.revenue) } }
                        } }
                        tbody { @for day in days.iter().rev() {
                            tr {
                                th scope="row" { (day.day) }
                                (score_cells(&day.score))
                                td { @if let Some(temperature) = day.temperature { (rounded(temperature.value)) "°" } }
                                @if operations {
                                    td { @match day.response_rate { Some(rate) => (percent(rate)), None => (words.no_orders) } }
                                    td { @for (currency, amount) in &day.revenue { (grouped(*amount)) " " (currency) " " } }
                                }
                            }
                        } }
                    } }
                }
            }
        }
    }

    fn children(&self) -> Markup {
        let words = self.words();
        if self.report.children.is_empty() {
            return html! {};
        }
        html! {
            section {
                h2 { (words.below) }
                div.wide role="region" aria-label=(words.below) tabindex="0" { table {
                    thead { tr {
                        th scope="col" { (words.scope) } (self.score_heads()) th scope="col" { (words.satisfied) }
                    } }
                    tbody { @for child in &self.report.children {
                        tr {
                            th scope="row" {
                                a href=(self.address(&child.scope)) { (child.name) } br;
                                span.note {
                                    @match (child.rank_low, child.rank_high) {
                                        (Some(low), Some(high)) if low == high => { (words.rank) " " (low) },
                                        (Some(low), Some(high)) => { (words.rank) " " (low) "–" (high) },
                                        _ => (words.too_few),
                                    }
                                    @if child.few && child.rank_low.is_some() { ", " (words.few) }
                                }
                                (integrity::marks(&child.stands_out, words))
                            }
                            (score_cells(&child.score))
                            td { (child.score.satisfied.map_or_else(String::new, |share| percent(share.value))) }
                        }
                    } }
                } }
            }
        }
    }

    fn groups(&self, title: &str, groups: &[GroupFigure]) -> Markup {
        let words = self.words();
        if groups.is_empty() {
            return html! {};
        }
        html! {
            section {
                h2 { (title) }
                div.wide role="region" aria-label=(title) tabindex="0" { table {
                    thead { tr {
                        th scope="col" { (title) } (self.score_heads()) th scope="col" { (words.satisfied) }
                    } }
                    tbody { @for group in groups {
                        tr {
                            th scope="row" {
                                (self.group_name(&group.group))
                                @if let Some(nps) = group.against_the_rest.and_then(|rest| rest.nps) {
                                    br; span.note {
                                        (words.against_rest) " " (signed(nps.difference)) " (" (between(nps.low, nps.high))
                                        @if nps.distinguishable { ", " strong { (words.differs) } } ")"
                                    }
                                }
                            }
                            (score_cells(&group.score))
                            td { (group.score.satisfied.map_or_else(String::new, |share| percent(share.value))) }
                        }
                    } }
                } }
            }
        }
    }

    /// The heads over [`score_cells`].
    fn score_heads(&self) -> Markup {
        let words = self.words();
        html! {
            th scope="col" { (words.answers) }
            th scope="col" { (words.nps) br; span.note { (words.interval) } }
        }
    }

    fn group_name(&self, name: &GroupName) -> String {
        match name {
            GroupName::Channel { channel } => self.words().channel(*channel).to_owned(),
            GroupName::Segment { segment, name } => match (name, u8::from(*segment)) {
                (Some(name), _) => name.clone(),
                (None, 0) => self.words().none.to_owned(),
                (None, number) => number.to_string(),
            },
            GroupName::Hour { hour } => format!("{hour:02}:00"),
        }
    }

    fn comments(&self) -> Markup {
        let (report, words) = (self.report, self.words());
        if report.comments.is_empty() && report.comments_before.is_none() {
            return html! {};
        }
        html! {
            section {
                h2 #comments { (words.comments) }
                @for comment in &report.comments {
                    article.comment {
                        p { (comment.text) }
                        p.note { (comment.day) " · " (words.meal(comment.meal)) @if let Some(nps) = comment.nps { " · " (nps) "/10" } }
                    }
                }
                @if let Some(before) = &report.comments_before {
                    p { a href=(format!("{}&comments_before={}#comments", self.address(&report.scope), before)) { (words.older) " →" } }
                }
            }
        }
    }
}

fn score_cells(score: &Score) -> Markup {
    html! {
        td { (score.n) }
        td {
            @if let Some(nps) = score.nps { (signed(nps.value)) br; span.note { (between(nps.low, nps.high)) } }
        }
    }
}
