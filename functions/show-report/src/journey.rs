//! The journey of guests: the brand's touchpoints in their order, each with its figures, its work and where it breaks.

use aftertaste::{
    domain::{
        Id,
        report::{DriverFigure, JourneyPoint, JourneyPointKind, Report, TouchpointFigure},
        survey::{Brand, Texts},
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::{drivers::Named, words::Words};

/// The touchpoints; nothing for a brand without a journey.
pub(crate) fn section(report: &Report, brand: &Brand, named: &Named<'_>) -> Markup {
    let words = named.words;
    if report.journey.iter().all(|touchpoint| touchpoint.performance.is_none() && touchpoint.cases.unwrap_or(0) == 0) {
        return html! {};
    }
    html! {
        section.journey-map {
            h2 { (words.journey) }
            p.note { (words.journey_meaning) }
            ol.journey { @for touchpoint in &report.journey { (stop(touchpoint, report, brand, named)) } }
        }
    }
}

fn stop(figure: &TouchpointFigure, report: &Report, brand: &Brand, named: &Named<'_>) -> Markup {
    let words = named.words;
    let find = |id: &Id| report.drivers.drivers.iter().find(|driver| driver.question == *id);
    let drivers: Vec<&DriverFigure> = figure.drivers.iter().filter_map(find).collect();
    html! {
        li {
            strong { (figure.name.in_language(named.language)) }
            @if let Some(performance) = figure.performance {
                p.big { (words.whole_percent(performance)) }
            }
            @if figure.n > 0 { p.note { (filled(words.answered.of(figure.n), &[("n", &figure.n)])) } }
            @for point in &figure.points { (mark(point, &drivers, named)) }
            @if !drivers.is_empty() {
                ul.rows { @for driver in &drivers {
                    li { span { (named.of(driver)) } span { (mean(driver, words)) } }
                } }
            }
            @if let Some(cases) = figure.cases.filter(|cases| *cases > 0) {
                p { (filled(words.journey_cases.of(cases), &[("n", &cases)])) }
            }
            (work(figure, brand, named))
        }
    }
}

/// The mean of a driver.
fn mean(driver: &DriverFigure, words: &Words) -> String {
    driver.mean.map_or_else(|| words.too_few.to_owned(), |mean| format!("{mean:.1}"))
}

/// A point with its theme.
fn mark(point: &JourneyPoint, drivers: &[&DriverFigure], named: &Named<'_>) -> Markup {
    let words = named.words;
    let (class, kind) = match point.kind {
        JourneyPointKind::Defect => (Some("cold"), words.defect_point),
        JourneyPointKind::Misplaced => (None, words.misplaced_effort),
    };
    let driver = drivers.iter().find(|driver| driver.question == point.question);
    html! { p class=[class] { strong { (kind) } @if let Some(driver) = driver { " · " (named.of(driver)) } } }
}

/// The work at a touchpoint, as the brand describes it.
fn work(figure: &TouchpointFigure, brand: &Brand, named: &Named<'_>) -> Markup {
    let (words, language) = (named.words, named.language);
    let Some(touchpoint) = brand.journey.iter().find(|touchpoint| touchpoint.id == figure.touchpoint) else {
        return html! {};
    };
    let line = |name: &str, texts: Option<&Texts>| {
        html! { @if let Some(texts) = texts { dt { (name) } dd { (texts.in_language(language)) } } }
    };
    html! {
        @if touchpoint.front.is_some() || touchpoint.back.is_some() || touchpoint.support.is_some() {
            dl.note {
                (line(words.front_stage, touchpoint.front.as_ref()))
                (line(words.back_stage, touchpoint.back.as_ref()))
                (line(words.support, touchpoint.support.as_ref()))
            }
        }
    }
}
