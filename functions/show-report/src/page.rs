//! The report as a page: readable without script, printable, the figure that matters first.

use aftertaste::{
    domain::{
        Id,
        place::Path,
        report::{Against, Behind},
        visit::Origin,
    },
    http::Page,
    pages::{Shell, filled, language_name, people_languages},
    reading::Window,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use maud::{Markup, html};

use crate::{
    address::{About, Address},
    asked::Asked,
    beside::{self, Other},
    business, cases, children, drift,
    drivers::{self, Named},
    journey,
    loading::Loaded,
    over_time, parts,
    sentence::sentence,
    signed_in::SignedIn,
    since_when, staff, themes, top, trust, when,
    words::Words,
};

/// So many stores that ask another survey are named.
const NAMED: usize = 5;

/// The contents of the page.
pub(crate) struct ReportPage<'a> {
    pub loaded: &'a Loaded,
    /// The state that its address asks for.
    pub asked: Asked,
    /// Whose comments are shown.
    pub about: About,
    /// What it stands beside.
    pub other: Option<Other>,
    /// Scopes to choose from.
    pub scopes: Scopes,
    pub language: &'a str,
    /// The scope above, when the manager may see it.
    pub above: Option<Path>,
    /// Today, for the links to the last days.
    pub today: Date,
    /// The reader who has signed in; none of a program.
    pub signed_in: Option<SignedIn>,
}

/// Scopes that a reader may choose, each with its name.
pub(crate) struct Scopes {
    /// What the report could stand beside.
    pub siblings: Vec<(String, String)>,
    /// All that are the reader's own, if there are several.
    pub places: Vec<(String, String)>,
}

impl ReportPage<'_> {
    pub fn render(&self) -> Page {
        let report = &self.loaded.report;
        let (words, named, address) = (self.words(), self.named(), self.address());
        let body = html! {
            (self.header())
            (self.notes())
            @if report.responses == 0 {
                h1 { (report.name) }
                @if report.waiting == 0 { p { (words.nothing) } } @else { p { (self.waiting()) } }
                (self.today())
            } @else {
                h1.sentence { (sentence(report, self.loaded.change(), &named, words)) }
                p.dates { (words.span(report.from, report.to)) }
                (self.today())
                (top::tiles(report, &named, &self.as_of(), &self.since_when()))
            }
            div.sections {
                (beside::section(self.loaded, self.other.as_ref(), &address, &named))
                @if report.responses > 0 { (self.figures()) }
                (cases::section(report.cases.as_ref(), &self.loaded.brand.known_causes(), self.language, words))
                (staff::section(self.loaded.staff.as_ref(), &report.children, self.language, words))
                (trust::section(report, words))
                @if report.responses > 0 { (self.method()) }
            }
            (self.footer())
        };
        let shell = Shell {
            language: self.language,
            title: &report.name,
            colour: &self.loaded.brand.colour,
            style: include_str!("page.css"),
            script: None,
            framed_by: "'none'",
        };
        shell.page(body)
    }

    /// The sections with figures: of a node its scopes come first, of a store what to fix and what guests wrote.
    fn figures(&self) -> Markup {
        let (report, words, named, address) = (&self.loaded.report, self.words(), self.named(), self.address());
        let is_node = self.loaded.store().is_none();
        html! {
            (children::section(report, &address, words))
            (self.other_surveys())
            (children::changes(report, &address, words))
            (since_when::section(self.loaded, &address, self.language, words))
            (themes::section(report, &address, &named))
            (journey::section(report, &self.loaded.brand, &named))
            @if is_node { (over_time::recommendations_of(report, words)) }
            (drivers::section(&report.drivers, &named, is_node))
            (self.comments())
            (over_time::section(report, self.loaded.change(), words))
            @if !is_node { (over_time::recommendations_of(report, words)) }
            (when::section(report, words))
            (drift::section(report, &named))
            (business::section(report, words))
            (self.parts())
        }
    }

    fn since_when(&self) -> Markup {
        let may_say_nothing = !top::is_changed(&self.loaded.report);
        since_when::line(self.loaded, may_say_nothing, self.language, self.words())
    }

    /// The stores that ask another survey: their answers are in none of these figures.
    fn other_surveys(&self) -> Markup {
        let (words, own) = (self.words(), &self.loaded.series.survey);
        let others: Vec<&str> = (self.loaded.stores.all.iter())
            .filter(|store| store.details.survey != *own)
            .map(|store| store.details.name.as_str())
            .collect();
        let named = others.iter().take(NAMED).copied().collect::<Vec<_>>().join(words.sentence.comma);
        let more = others.len().saturating_sub(NAMED);
        let named =
            if more > 0 { filled(words.sentence.more_behind, &[("names", &named), ("n", &more)]) } else { named };
        html! { @if self.loaded.store().is_none() && !others.is_empty() {
            p.note.other-surveys { (filled(words.other_surveys, &[("stores", &named)])) }
        } }
    }

    /// What there is today: answers so far, and guests who wait for a reply.
    fn today(&self) -> Markup {
        let (report, words) = (&self.loaded.report, self.words());
        let answers = report.running + report.waiting;
        let waiting = report.cases.as_ref().and_then(|cases| cases.waiting).filter(|n| *n > 0);
        html! {
            @if report.to == self.today {
                p.today.note {
                    (filled(words.today_so_far.of(answers), &[("n", &answers)]))
                    @if let Some(n) = waiting { " · " (filled(words.guests_wait.of(n), &[("n", &n)])) }
                }
            }
        }
    }

    fn waiting(&self) -> String {
        let waiting = self.loaded.report.waiting;
        filled(self.words().waiting.of(waiting), &[("n", &waiting)])
    }

    fn named(&self) -> Named<'_> {
        Named { survey: &self.loaded.survey, language: self.language, words: self.words() }
    }

    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    fn address(&self) -> Address<'_> {
        let Loaded { scope, window, series, .. } = self.loaded;
        let Asked { against, sort, about, beside, .. } = &self.asked;
        Address {
            scope: scope.to_string(),
            window: *window,
            survey: Some(series),
            survey_is_chosen: self.asked.series.is_some(),
            against: *against,
            language: self.language,
            sort: *sort,
            about: about.clone(),
            beside: beside.clone(),
        }
    }

    /// Notes on the people behind the answers, and on what is not in the figures.
    fn notes(&self) -> Markup {
        let (report, words) = (&self.loaded.report, self.words());
        html! {
            @match report.origin {
                Origin::Code => p.note { (words.untied) },
                Origin::Test => p.note { (words.trying) },
                // Staff have no report of their own.
                Origin::Payment | Origin::Staff => {},
            }
            @if !report.behind.is_empty() {
                @let since = |store: &Behind| {
                    filled(words.store_since, &[("store", &store.name), ("time", &self.moment(store.since))])
                };
                @let stores: Vec<String> = report.behind.iter().map(since).collect();
                p.behind #not-up-to-date role="status" { (filled(words.behind, &[("stores", &stores.join(" · "))])) }
            }
        }
    }

    /// The brand and the scope, with the way up and to the cases, and the days. It stays in sight.
    fn header(&self) -> Markup {
        let (report, words, address) = (&self.loaded.report, self.words(), self.address());
        html! {
            header.bar {
                span.logo aria-hidden="true" { (self.loaded.brand.name.chars().next().unwrap_or('·')) }
                div.grow { small { (self.loaded.brand.name) } strong { (report.name) } }
                nav {
                    @if let Some(above) = &self.above { a href=(address.of(above.as_str())) { "↑ " (words.up) } }
                    @if self.signed_in.as_ref().is_some_and(|reader| reader.follows) {
                        a href=(format!("/cases/{}", report.scope)) { (words.inbox) }
                    }
                }
                @if !self.scopes.places.is_empty() {
                    details.places {
                        summary { (filled(words.your_places, &[("n", &self.scopes.places.len())])) }
                        nav { @for (scope, name) in &self.scopes.places {
                            a href=(address.of(scope)) aria-current=[(*scope == report.scope).then_some("page")] { (name) }
                        } }
                    }
                }
                details.days {
                    summary { (words.span(report.from, report.to)) " · " (filled(words.days, &[("n", &self.loaded.window.days())])) }
                    (self.window())
                    (beside::form(&address, report, &self.scopes.siblings, words))
                }
            }
        }
    }

    fn window(&self) -> Markup {
        let Loaded { scope, report, series, survey, .. } = self.loaded;
        let (words, address) = (self.words(), self.address());
        let days = |length: i32| Window { from: self.today.saturating_sub((length - 1).days()), to: self.today };
        let others: Vec<_> = report.surveys.iter().filter(|other| *other != series).collect();
        html! {
            form.window method="get" action=(format!("/reports/{scope}.html")) {
                @let others_fit = !others.is_empty() || !report.surveys.contains(series);
                (address.kept(if others_fit { &["from", "to", "survey"] } else { &["from", "to"] }))
                label { (words.from) " " input type="date" name="from" value=(report.from) required; }
                label { (words.to) " " input type="date" name="to" value=(report.to) required; }
                @if others_fit {
                    select name="survey" aria-label=(words.survey) {
                        option value=(series) selected { (survey.definition.title.in_language(self.language)) (self.origin(series.origin)) }
                        @for other in others {
                            option value=(other) { (self.title(&other.survey)) (self.origin(other.origin)) }
                        }
                    }
                }
                button type="submit" { (words.show) }
                // Whole weeks: each day of the week is in both windows as often.
                @for length in [7, 28, 91] {
                    a href=(address.over(days(length))) { (filled(words.days, &[("n", &length)])) }
                }
                @if self.asked.against == Against::Year {
                    a href=(Address { against: Against::Before, ..address }) { (words.against_before) }
                } @else {
                    a href=(Address { against: Against::Year, ..address }) { (words.against_year) }
                }
            }
        }
    }

    /// A survey by its title.
    fn title<'a>(&'a self, id: &'a Id) -> &'a str {
        let survey = self.loaded.titles.get(id);
        survey.map_or(id.as_str(), |survey| survey.definition.title.in_language(self.language))
    }

    fn origin(&self, origin: Origin) -> Markup {
        let words = self.words();
        html! {
            @match origin {
                Origin::Payment | Origin::Staff => {},
                Origin::Code => { " · " (words.table_codes) },
                Origin::Test => { " · " (words.test) },
            }
        }
    }

    fn parts(&self) -> Markup {
        let (report, words) = (&self.loaded.report, self.words());
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

    /// What guests wrote; first of those who rated low what is to be fixed first.
    fn comments(&self) -> Markup {
        let (report, words, named) = (&self.loaded.report, self.words(), self.named());
        let about = &self.about;
        let chosen = report.drivers.drivers.iter().find(|driver| *about == About::Driver(driver.question.clone()));
        if report.comments.is_empty() && report.comments_before.is_none() && chosen.is_none() {
            return html! {};
        }
        let address = |about: About| format!("{}#comments", Address { about, ..self.address() });
        html! {
            // It scrolls by itself on a desk.
            section.said tabindex="0" aria-labelledby="comments" {
                h2 #comments { (words.comments) }
                p.note {
                    @if let Some(driver) = chosen {
                        (filled(words.rated_low, &[("theme", &named.of(driver))])) " · "
                        a href=(address(About::All)) { (words.all_comments) }
                    } @else {
                        @for driver in named.first(&report.drivers) {
                            a href=(address(About::Driver(driver.question.clone()))) {
                                (filled(words.rated_low, &[("theme", &named.of(driver))]))
                            } " "
                        }
                    }
                }
                @if report.comments.is_empty() { p { (if chosen.is_some() { words.none_wrote } else { words.no_comments }) } }
                @for comment in &report.comments {
                    article.comment {
                        p { (comment.text) }
                        p.note { (words.day_of(comment.day)) " · " (words.meal(comment.meal)) @if let Some(nps) = comment.nps { " · " (nps) "/10" } }
                    }
                }
                @if let Some(before) = &report.comments_before {
                    p { a href=(format!("{}&comments_before={before}#comments", Address { about: about.clone(), ..self.address() })) { (words.older) " →" } }
                }
            }
        }
    }

    fn method(&self) -> Markup {
        let (report, words) = (&self.loaded.report, self.words());
        html! {
            section.method {
                h2 { (words.method_title) }
                (top::mix(report, words))
                @if report.waiting > 0 { p.note { (self.waiting()) } }
                @if report.running > 0 { p.note { (filled(words.parts_wait.of(report.running), &[("n", &report.running)])) } }
                p.note { (words.hidden) }
                p.note { (words.how_figured) }
            }
        }
    }

    /// When the figures were counted, as files, in other languages, and the way out.
    fn footer(&self) -> Markup {
        let (words, address) = (self.words(), self.address());
        html! {
            footer.more {
                span { (self.as_of()) }
                nav {
                    a href=(address.ending("csv")) { "CSV" }
                    a href=(address.ending("json")) { "JSON" }
                    // In the reader's own language, whatever this page is in.
                    @if self.signed_in.as_ref().is_some_and(|reader| reader.sets_up) { a href="/people" { (words.people) } }
                    @for other in people_languages().filter(|language| *language != self.language) {
                        a lang=(other) href=(Address { language: other, ..self.address() }) { (language_name(other)) }
                    }
                }
            }
            @if let Some(signed_in) = &self.signed_in { (signed_in.footer(words)) }
        }
    }

    fn as_of(&self) -> String {
        let at = self.loaded.report.counted_at;
        at.map_or_else(String::new, |at| filled(self.words().counted, &[("time", &self.moment(at))]))
    }

    /// An instant on the clock of the store, or of all stores if they share one.
    fn moment(&self, at: Timestamp) -> String {
        let zones = || self.loaded.stores.all.iter().map(|store| &store.calendar.zone);
        let shared = zones().next().filter(|first| zones().all(|zone| zone == *first));
        let zoned = at.to_zoned(shared.cloned().unwrap_or(TimeZone::UTC));
        let clock = if shared.is_some() { "" } else { " UTC" };
        format!("{} {}{clock}", self.words().day_of(zoned.date()), zoned.strftime("%H:%M"))
    }
}
