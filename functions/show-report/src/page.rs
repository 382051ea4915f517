//! The report as a page: readable without script, printable, the figure that matters first.

use aftertaste::{
    domain::{
        report::{Against, Behind, Report, Subject},
        visit::Origin,
    },
    http::Page,
    pages::{Shell, filled, language_name, people_languages},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use maud::{Markup, html};

use crate::{
    cases, drivers,
    figures::{grouped, rounded},
    integrity,
    parts::{self, score_cells, score_heads},
    pictures::trend,
    signed_in::SignedIn,
    staff::{self, Staff},
    summary,
    words::Words,
};

/// The contents of the page.
pub(crate) struct ReportPage<'a> {
    pub report: &'a Report,
    /// The subject of the report.
    pub subject: &'a Subject<'a>,
    /// Staff's answers, if the reader may see them.
    pub staff: Option<&'a Staff>,
    pub language: &'a str,
    /// The scope above, when the manager may see it.
    pub above: Option<String>,
    /// The window that the figures are compared with.
    pub against: Against,
    /// Today, for the links to the last days.
    pub today: Date,
    /// The reader who has signed in; none of a program.
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
                (summary::section(report, self.subject.survey, self.language, self.words()))
                (self.histogram())
                (self.days())
                (drivers::section(&report.drivers, self.subject.survey, self.language, self.words()))
                (self.children())
                (self.parts())
                (self.comments())
            }
            (cases::section(report.cases.as_ref(), &self.subject.brand.known_causes(), self.language, self.words()))
            (staff::section(self.staff, &report.children, self.language, self.words()))
            (integrity::section(&report.integrity, self.words()))
            @if report.responses > 0 { p.note { (self.words().hidden) } }
            footer { @if let Some(at) = report.counted_at { (filled(self.words().counted, &[("time", &moment(at))])) } }
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

    /// Notes on the people behind the answers, and on what is not in the figures.
    fn notes(&self) -> Markup {
        let (report, words) = (self.report, self.words());
        html! {
            @match report.origin {
                Origin::Payment => {},
                Origin::Code => p.note { (words.untied) },
                Origin::Test => p.note { (words.trying) },
                // They have no report of their own.
                Origin::Staff => {},
            }
            @if report.waiting > 0 { p.note { (filled(words.waiting.of(report.waiting), &[("n", &report.waiting)])) } }
            @if report.running > 0 { p.note { (filled(words.parts_wait.of(report.running), &[("n", &report.running)])) } }
            @if !report.behind.is_empty() {
                @let since = |store: &Behind| {
                    filled(words.store_since, &[("store", &store.name), ("time", &moment(store.since))])
                };
                @let stores: Vec<String> = report.behind.iter().map(since).collect();
                p.behind role="status" { (filled(words.behind, &[("stores", &stores.join(" · "))])) }
            }
        }
    }

    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// The address of a scope's page over the same days, set against the same.
    fn address(&self, scope: &str) -> String {
        self.address_of(scope, (self.report.from, self.report.to), self.language, self.against)
    }

    fn address_of(&self, scope: &str, (from, to): (Date, Date), language: &str, against: Against) -> String {
        let against = if against == Against::Year { "&against=year" } else { "" };
        let survey = &self.report.survey;
        format!("/reports/{scope}.html?from={from}&to={to}&survey={survey}{against}&lang={language}")
    }

    fn header(&self) -> Markup {
        let Report { scope, from, to, .. } = self.report;
        html! {
            header {
                span.logo aria-hidden="true" { (self.subject.brand.name.chars().next().unwrap_or('·')) }
                div.grow { strong { (self.subject.brand.name) } br; (scope) }
                nav {
                    @if let Some(above) = &self.above { a href=(self.address(above)) { "↑ " (self.words().up) } }
                    @if self.signed_in.as_ref().is_some_and(|reader| reader.follows) {
                        a href=(format!("/cases/{}", self.report.scope)) { (self.words().inbox) }
                    }
                    // In the reader's own language, whatever this page is in.
                    @if self.signed_in.as_ref().is_some_and(|reader| reader.sets_up) { a href="/people" { (self.words().people) } }
                    @for other in people_languages().filter(|language| *language != self.language) {
                        a lang=(other) href=(self.address_of(scope, (*from, *to), other, self.against)) { (language_name(other)) }
                    }
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
                @if self.against == Against::Year { input type="hidden" name="against" value="year"; }
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
                                    Origin::Staff => {},
                                }
                            }
                        }
                    }
                }
                button type="submit" { (words.show) }
                // Whole weeks: each day of the week is in both windows as often.
                @for length in [7, 28, 91] {
                    a href=(self.address_of(scope, (self.today.saturating_sub((length - 1).days()), self.today), self.language, self.against)) {
                        (filled(words.days, &[("n", &length)]))
                    }
                }
                @if self.against == Against::Year {
                    a href=(self.address_of(scope, (*from, *to), self.language, Against::Before)) { (words.against_before) }
                } @else {
                    a href=(self.address_of(scope, (*from, *to), self.language, Against::Year)) { (words.against_year) }
                }
            }
        }
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
                    thead { tr { th scope="col" { (words.score) } th scope="col" { (words.answers) } td {} } }
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
                            th scope="col" { (words.day) } (score_heads(words)) th scope="col" { (words.temperature) }
                            @if operations { th scope="col" { (words.response_rate) } th scope="col" { (words.revenue) } }
                        } }
                        tbody { @for day in days.iter().rev() {
                            tr {
                                th.day scope="row" { (day.day) }
                                (score_cells(&day.score))
                                td { @if let Some(temperature) = day.temperature { (rounded(temperature.value)) "°" } }
                                @if operations {
                                    td { @match (day.response_rate, day.orders) {
                                        (Some(rate), _) => (words.percent(rate)),
                                        (None, Some(orders)) if orders > 0 || day.score.n > 0 => (words.orders_missing),
                                        (None, _) => (words.no_orders),
                                    } }
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
                @if self.report.children.len() > 1 { p.note { (words.rank_meaning) } }
                div.wide role="region" aria-label=(words.below) tabindex="0" { table {
                    thead { tr {
                        th scope="col" { (words.scope) } (score_heads(words)) th scope="col" { (words.satisfied) }
                    } }
                    tbody { @for child in &self.report.children {
                        tr {
                            th scope="row" {
                                a href=(self.address(&child.scope)) { (child.name) } br;
                                span.note {
                                    @match (child.rank_low, child.rank_high) {
                                        (Some(low), Some(high)) if low == high => (filled(words.rank, &[("rank", &low)])),
                                        (Some(low), Some(high)) => (filled(words.rank, &[("rank", &format!("{low}–{high}"))])),
                                        _ => (words.too_few),
                                    }
                                    @if child.few && child.rank_low.is_some() { " · " (words.few) }
                                    @if let (Some(false), Some(rate)) = (child.alike, child.response_rate) {
                                        br; (filled(words.unlike_siblings, &[("rate", &words.percent(rate))]))
                                    }
                                }
                                (integrity::marks(&child.stands_out, words))
                            }
                            (score_cells(&child.score))
                            td { (child.score.satisfied.map_or_else(String::new, |share| words.percent(share.value))) }
                        }
                    } }
                } }
            }
        }
    }

    fn parts(&self) -> Markup {
        let (report, words) = (self.report, self.words());
        let all = [
            (words.channel, None, &report.by_channel),
            (words.segment, None, &report.by_segment),
            (words.hour, None, &report.by_hour),
            (words.table, None, &report.by_table),
            (words.staff, Some(words.for_learning), &report.by_staff),
            (words.amount, None, &report.by_amount),
        ];
        html! { @for (title, note, parts) in all { (parts::section(title, note, parts, words)) } }
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

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
