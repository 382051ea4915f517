//! The themes of each region beside the others, for a reader who leads them all.

use aftertaste::domain::report::{Report, ThemeFigure};
use maud::{Markup, html};

use crate::{address::Address, drivers::Named};

/// A table of themes by region. What is certainly better or worse than in the other regions is marked.
pub(crate) fn section(report: &Report, address: &Address<'_>, named: &Named<'_>) -> Markup {
    let words = named.words;
    if report.themes.len() < 2 {
        return html! {};
    }
    html! {
        section.themes {
            h2 { (words.themes_by_region) }
            p.note { (words.themes_meaning) }
            div.wide role="region" aria-label=(words.themes_by_region) tabindex="0" { table.heat {
                thead { tr {
                    th scope="col" { (words.driver) }
                    @for child in &report.themes { th scope="col" { a href=(address.of(&child.scope)) { (child.name) } } }
                } }
                tbody { @for (at, driver) in report.drivers.drivers.iter().enumerate() {
                    tr {
                        th scope="row" { (named.of(driver)) }
                        @for child in &report.themes { (cell(child.drivers.get(at))) }
                    }
                } }
            } }
        }
    }
}

fn cell(figure: Option<&ThemeFigure>) -> Markup {
    let Some((figure, mean)) = figure.and_then(|figure| Some((figure, figure.mean?))) else {
        return html! { td.hidden-cell { "·" } };
    };
    let certain = figure.against_the_rest.filter(|rest| rest.distinguishable);
    let class = certain.map(|rest| if rest.difference > 0.0 { "warm" } else { "cold" });
    html! {
        td class=[class] {
            (format!("{mean:.1}"))
            @if let Some(class) = class { span.sign { (if class == "warm" { "▲" } else { "▼" }) } }
        }
    }
}
