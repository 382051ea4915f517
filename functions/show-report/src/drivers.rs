//! The part of the page that says what satisfaction depends on.

use aftertaste::domain::{
    report::{Class, DriverFigure, Drivers, Estimate, Quadrant},
    survey::Survey,
};
use maud::{Markup, html};

use crate::{pictures::importance_performance, words::Words};

/// What satisfaction depends on, as a picture and a table.
pub(crate) fn section(drivers: &Drivers, survey: &Survey, language: &str, words: &Words) -> Markup {
    if drivers.n == 0 {
        return html! {};
    }
    let points = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:+.2}").replace('-', "−"));
    html! {
        section {
            h2 { (words.drivers) }
            p.note { (words.method(drivers.method, drivers.n)) }
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
                            span.note {
                                @if let Some(quadrant) = driver.quadrant { strong { (words.quadrant(quadrant)) } " · " }
                                (words.class(driver.class))
                                @if let Some(Estimate { low, high, .. }) = driver.impact_asymmetry {
                                    " (" (format!("{low:.2} … {high:.2}").replace('-', "−"))
                                    @if !driver.certain && driver.class != Class::Unclassified { ", " (words.uncertain) } ")"
                                }
                            }
                        }
                        td { (driver.mean.map_or_else(String::new, |mean| format!("{mean:.2}"))) br; span.note { (driver.n) } }
                        td { (points(driver.effect.map(|effect| -effect.penalty))) }
                        td { (points(driver.effect.map(|effect| effect.reward))) }
                    }
                } }
            } }
        }
    }
}

/// The question that a driver is.
pub(crate) fn text<'a>(driver: &'a DriverFigure, survey: &'a Survey, language: &str) -> &'a str {
    let question = survey.question(driver.question.as_str());
    question.map_or(driver.question.as_str(), |question| question.definition.text.in_language(language))
}

/// The driver that matters most among those that are weak; without one, the one whose lack costs most for sure.
pub(crate) fn first_to_look_at(drivers: &Drivers) -> Option<&DriverFigure> {
    let most = |by: fn(&DriverFigure) -> Option<f64>, of: fn(&DriverFigure) -> bool| {
        drivers.drivers.iter().filter(|driver| of(driver)).max_by(|a, b| {
            let figure = |driver| by(driver).unwrap_or(f64::NEG_INFINITY);
            figure(a).total_cmp(&figure(b))
        })
    };
    most(|driver| driver.correlation, |driver| driver.quadrant == Some(Quadrant::ConcentrateHere))
        .or_else(|| most(|driver| driver.effect.map(|effect| effect.penalty), |driver| driver.class == Class::Basic))
}
