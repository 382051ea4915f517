//! What satisfaction depends on, and what to fix first.

use aftertaste::{
    domain::{
        Id,
        report::{Coefficient, DriverFigure, Drivers, Errors, Estimate, Method},
        survey::{Measure, Survey},
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    figures::{hundredths, unsigned},
    pictures,
    words::Words,
};

/// Drivers by the names that people call them by.
pub(crate) struct Named<'a> {
    pub survey: &'a Survey,
    pub language: &'a str,
    pub words: &'a Words,
}

impl Named<'_> {
    /// Whether the survey asks for this.
    pub(crate) fn asks(&self, measure: Measure) -> bool {
        self.survey.measuring(measure).is_some()
    }

    /// A driver's theme, or else its question.
    pub(crate) fn of<'a>(&'a self, driver: &'a DriverFigure) -> &'a str {
        self.of_question(driver.theme.as_ref(), &driver.question)
    }

    /// The theme of a question, or else its text.
    pub(crate) fn of_question<'a>(&'a self, theme: Option<&Id>, question: &'a Id) -> &'a str {
        let theme = theme.and_then(|theme| self.words.themes.get(theme.as_str()).copied());
        theme.unwrap_or_else(|| self.text(question))
    }

    /// The text of a question.
    fn text<'a>(&'a self, question: &'a Id) -> &'a str {
        let asked = self.survey.question(question.as_str());
        asked.map_or(question.as_str(), |asked| asked.definition.text.in_language(self.language))
    }

    /// The drivers to fix first.
    pub(crate) fn first<'a>(&self, drivers: &'a Drivers) -> Vec<&'a DriverFigure> {
        let find = |id: &Id| drivers.drivers.iter().find(|driver| driver.question == *id);
        drivers.fix_first.iter().filter_map(find).collect()
    }
}

/// The drivers to fix first, each with the cost of its low answers; or that nothing stands out.
pub(crate) fn to_fix_first(drivers: &Drivers, named: &Named<'_>) -> Markup {
    let (first, words) = (named.first(drivers), named.words);
    html! {
        h2 { (words.fix_first) }
        @if first.is_empty() {
            p { (words.nothing_first) }
        } @else {
            ul.first { @for driver in first {
                li {
                    strong { (named.of(driver)) }
                    @if let Some(penalty) = driver.effect.map(|effect| effect.penalty.estimate()) {
                        " " span.note { (filled(words.costs, &[("points", &cost(penalty))])) }
                    }
                }
            } }
            @if drivers.method == Method::Marginal { p.note { (words.on_its_own) } }
        }
    }
}

fn cost(Estimate { value, low, high }: Estimate) -> String {
    format!("{} ({} … {})", unsigned(value), unsigned(low), unsigned(high))
}

/// The drivers of satisfaction, each as two bars with whiskers, and a table of the figures. With nothing beside it, it
/// takes the width of the page.
pub(crate) fn section(drivers: &Drivers, named: &Named<'_>, is_alone: bool) -> Markup {
    let words = named.words;
    if drivers.n == 0 {
        return html! {};
    }
    let few_days = drivers.drivers.iter().filter_map(|d| d.effect).any(|effect| effect.errors == Errors::Classic);
    let estimates = drivers.drivers.iter().filter_map(|driver| driver.effect);
    let ends = estimates.flat_map(|effect| [effect.penalty, effect.reward].map(|side| side.estimate()));
    let widest = ends.fold(0.1_f64, |widest, side| widest.max(side.low.abs()).max(side.high.abs()));
    html! {
        section.drivers.alone[is_alone] {
            h2 { (words.drivers) }
            p.note { (words.method(drivers.method, drivers.n)) @if few_days { " " (words.few_days) } }
            p.note.ends aria-hidden="true" { span { "← " (words.penalty) } span { (words.reward) " →" } }
            ul.bars { @for driver in drivers.drivers.iter().filter(|driver| driver.effect.is_some()) {
                li {
                    div.named {
                        strong { (named.of(driver)) }
                        span.note { (said(driver, words)) }
                    }
                    @if let Some(effect) = driver.effect {
                        (pictures::effect(&effect, (driver.penalty_certain, driver.reward_certain), widest))
                        p.note {
                            (words.penalty) " " (value(-effect.penalty.value, driver.penalty_certain)) " " (between(lost(&effect.penalty))) br;
                            (words.reward) " " (value(effect.reward.value, driver.reward_certain)) " " (between(effect.reward.estimate()))
                        }
                    }
                }
            } }
            @let unknown: Vec<&str> = drivers.drivers.iter().filter(|driver| driver.effect.is_none()).map(|driver| named.of(driver)).collect();
            @if !unknown.is_empty() {
                p.note { (filled(words.not_enough, &[("themes", &unknown.join(words.sentence.comma))])) }
            }
            (table(drivers, named))
        }
    }
}

/// Importance and performance, and the question itself.
fn table(drivers: &Drivers, named: &Named<'_>) -> Markup {
    let words = named.words;
    html! {
        details {
            summary { (words.importance) " · " (words.performance) }
            div.wide role="region" aria-label=(words.drivers) tabindex="0" { table {
                thead { tr {
                    th scope="col" { (words.driver) } th scope="col" { (words.answers) } th scope="col" { (words.mean) }
                    th scope="col" { (words.importance) } th scope="col" { (words.performance) }
                } }
                tbody { @for driver in &drivers.drivers {
                    tr {
                        th scope="row" { (named.text(&driver.question)) }
                        td { (driver.n) }
                        td { (two_digits(driver.mean)) }
                        td { (two_digits(driver.correlation)) }
                        td { (driver.performance.map_or_else(String::new, |share| words.percent(share))) }
                    }
                } }
            } }
        }
    }
}

fn two_digits(figure: Option<f64>) -> String {
    figure.map_or_else(String::new, unsigned)
}

/// The advice on a driver and its kind, as far as these are known.
fn said(driver: &DriverFigure, words: &Words) -> Markup {
    html! {
        @if let Some(advice) = driver.advice { strong { (words.advice(advice)) } }
        @if let Some(class) = words.class(driver.class) {
            @if driver.advice.is_some() { " · " }
            @if driver.certain { (class) } @else { (filled(words.leaning, &[("class", &class)])) }
        }
    }
}

/// A penalty as what is lost.
fn lost(penalty: &Coefficient) -> Estimate {
    let Estimate { value, low, high } = penalty.estimate();
    Estimate { value: -value, low: -high, high: -low }
}

/// Points of satisfaction, strong if they are certain.
fn value(points: f64, is_certain: bool) -> Markup {
    html! { @if is_certain { strong { (hundredths(points)) } } @else { (hundredths(points)) } }
}

fn between(Estimate { low, high, .. }: Estimate) -> String {
    format!("({} … {})", hundredths(low), hundredths(high))
}
