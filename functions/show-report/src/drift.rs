//! Needs that drift: what matters more or less to guests than in the days before.

use aftertaste::{
    domain::report::{DriftFigure, Report},
    pages::filled,
};
use maud::{Markup, html};

use crate::{drivers::Named, figures::hundredths};

/// Only what is certain is said; or that nothing is.
pub(crate) fn section(report: &Report, named: &Named<'_>) -> Markup {
    let words = named.words;
    let Some(drift) = report.drift.as_ref().filter(|drift| !drift.figures.is_empty()) else { return html! {} };
    let certain: Vec<&DriftFigure> = drift.figures.iter().filter(|figure| figure.distinguishable).collect();
    html! {
        section.drift {
            h2 { (words.drift.title) }
            @if certain.is_empty() {
                p { (words.drift.nothing) }
            } @else {
                ul.rows { @for figure in certain { li { span { (said(figure, named)) } } } }
            }
            p.note { (words.drift.meaning) }
        }
    }
}

fn said(figure: &DriftFigure, named: &Named<'_>) -> Markup {
    let words = &named.words.drift;
    let theme = named.of_question(figure.theme.as_ref(), &figure.question);
    let text = if figure.difference > 0.0 { words.more } else { words.less };
    let who = match (&figure.segment, &figure.name) {
        (None, _) => words.all_guests.to_owned(),
        (Some(_), Some(name)) => name.clone(),
        (Some(segment), None) => format!("{} {}", named.words.segment, u8::from(*segment)),
    };
    let values: [(&str, &dyn std::fmt::Display); 2] = [("theme", &theme), ("who", &who)];
    let [before, now] = [figure.importance_before, figure.importance].map(|estimate| format!("{:.2}", estimate.value));
    html! {
        strong { (filled(text, &values)) } " "
        span.note { (before) " → " (now) " (" (hundredths(figure.low)) " … " (hundredths(figure.high)) ")" }
    }
}
