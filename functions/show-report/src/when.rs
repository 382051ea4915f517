//! When guests are happy: by the part of the day, and by day of the week and hour.

use aftertaste::domain::report::{CellFigure, Meal, Report};
use maud::{Markup, html};

use crate::{figures::whole, parts, words::Words};

/// The hours of the week as a table of scores, and the parts of the day.
pub(crate) fn section(report: &Report, words: &Words) -> Markup {
    let cells = &report.by_weekday_and_hour;
    let whole_score = report.nps.as_ref().map_or(0.0, |nps| nps.score);
    html! {
        @if !cells.is_empty() {
            section.when {
                h2 { (words.when) }
                p.note { (words.when_meaning) }
                div.wide role="region" aria-label=(words.when) tabindex="0" { table.heat {
                    thead { tr {
                        th scope="col" { (words.hour_short) }
                        @for weekday in &words.weekdays { th scope="col" { (weekday) } }
                    } }
                    tbody { @for hour in hours(cells) {
                        tr {
                            th scope="row" { (hour) }
                            @for weekday in 1..=7 {
                                (cell(cells.iter().find(|cell| (cell.weekday, cell.hour) == (weekday, hour)), whole_score, words))
                            }
                        }
                    } }
                } }
            }
        }
        (parts::section(words.meal, None, &report.by_meal, words))
    }
}

/// The hours with answers, from morning to night.
fn hours(cells: &[CellFigure]) -> Vec<u8> {
    let mut hours: Vec<u8> = cells.iter().map(|cell| cell.hour).collect();
    hours.sort_by_key(|hour| (Meal::of_hour(*hour).in_order(), u8::from(*hour < 5), *hour));
    hours.dedup();
    hours
}

fn cell(cell: Option<&CellFigure>, whole_score: f64, words: &Words) -> Markup {
    let Some(cell) = cell else { return html! { td {} } };
    let Some(nps) = cell.nps else { return html! { td.hidden-cell title=(words.too_few) { "·" } } };
    let class = match (cell.stands_out, nps.value > whole_score) {
        (true, true) => Some("warm"),
        (true, false) => Some("cold"),
        (false, _) => None,
    };
    html! { td class=[class] { (whole(nps.value)) @if let Some(class) = class { span.sign { (if class == "warm" { "▲" } else { "▼" }) } } } }
}
