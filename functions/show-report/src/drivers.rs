//! The part of the page that says what satisfaction depends on.

use aftertaste::{
    domain::{
        report::{Coefficient, DriverFigure, Drivers, Errors, Estimate},
        survey::Survey,
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::{figures::hundredths, pictures::importance_performance, words::Words};

/// The drivers of satisfaction, as a picture and a table.
pub(crate) fn section(drivers: &Drivers, survey: &Survey, language: &str, words: &Words) -> Markup {
    if drivers.n == 0 {
        return html! {};
    }
    let few_days = drivers.drivers.iter().filter_map(|d| d.effect).any(|effect| effect.errors == Errors::Classic);
    html! {
        section {
            h2 { (words.drivers) }
            p.note { (words.method(drivers.method, drivers.n)) @if few_days { " " (words.few_days) } }
            @if drivers.drivers.iter().any(|driver| driver.quadrant.is_some()) {
                (importance_performance(&drivers.drivers, words.performance, words.importance))
            }
            div.wide role="region" aria-label=(words.drivers) tabindex="0" { table.drivers {
                thead { tr {
                    th scope="col" { (words.driver) } th scope="col" { (words.mean) } th scope="col" { (words.penalty) }
                    th scope="col" { (words.reward) }
                } }
                tbody { @for (number, driver) in (1..).zip(&drivers.drivers) {
                    tr {
                        th scope="row" {
                            span.number { (number) } " " (text(driver, survey, language)) br;
                            span.note { (said(driver, words)) }
                        }
                        td { (driver.mean.map_or_else(String::new, |mean| format!("{mean:.2}"))) br; span.note { (driver.n) } }
                        td { @if let Some(effect) = driver.effect { (lost(&effect.penalty)) } }
                        td { @if let Some(effect) = driver.effect { (points(effect.reward.estimate())) } }
                    }
                } }
            } }
        }
    }
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

/// With its sign and its interval.
fn points(Estimate { value, low, high }: Estimate) -> Markup {
    html! { (hundredths(value)) br; span.note { (hundredths(low)) " … " (hundredths(high)) } }
}

/// A penalty as what is lost.
fn lost(penalty: &Coefficient) -> Markup {
    let Estimate { value, low, high } = penalty.estimate();
    points(Estimate { value: -value, low: -high, high: -low })
}

/// The question that a driver is.
pub(crate) fn text<'a>(driver: &'a DriverFigure, survey: &'a Survey, language: &str) -> &'a str {
    let question = survey.question(driver.question.as_str());
    question.map_or(driver.question.as_str(), |question| question.definition.text.in_language(language))
}

/// The driver to fix first, and the cost of its low answers; or that nothing stands out.
pub(crate) fn to_fix_first(drivers: &Drivers, survey: &Survey, language: &str, words: &Words) -> Markup {
    let first: Vec<&DriverFigure> = drivers
        .fix_first
        .iter()
        .filter_map(|id| drivers.drivers.iter().find(|driver| driver.question == *id))
        .collect();
    if first.is_empty() {
        return html! { @if drivers.n > 0 { p.note.first { (words.nothing_first) } } };
    }
    html! {
        p.change.first { strong { (words.fix_first) } }
        ul.first { @for driver in first {
            li {
                @let theme = driver.theme.as_ref().and_then(|theme| words.themes.get(theme.as_str()).copied());
                strong { (theme.unwrap_or_else(|| text(driver, survey, language))) }
                @if let Some(Estimate { value, low, high }) = driver.effect.map(|effect| effect.penalty.estimate()) {
                    @let points = format!("{value:.2} ({low:.2} … {high:.2})").replace('-', "−");
                    " · " span.note { (filled(words.costs, &[("points", &points)])) }
                }
            }
        } }
    }
}
