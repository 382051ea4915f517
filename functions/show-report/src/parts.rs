//! Parts of the answers, such as channels, hours and tables, each in a row of its own.

use aftertaste::{
    domain::report::{GroupFigure, GroupName, Score},
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    figures::{between, signed},
    words::Words,
};

/// So many rows at most stand open on the page. More are there at a tap: a reader who searches for a table finds it.
const OPEN_ROWS: usize = 20;

/// The parts of one kind under their title, with what is to be said of them. Nothing where there are none.
pub(crate) fn section(title: &str, note: Option<&str>, parts: &[GroupFigure], words: &Words) -> Markup {
    if parts.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { (title) }
            @if let Some(note) = note { p.note { (note) } }
            @if parts.len() > OPEN_ROWS {
                details { summary { (title) " · " (parts.len()) } (rows(title, parts, words)) }
            } @else {
                (rows(title, parts, words))
            }
        }
    }
}

fn rows(title: &str, parts: &[GroupFigure], words: &Words) -> Markup {
    html! {
        div.wide role="region" aria-label=(title) tabindex="0" { table {
            thead { tr {
                th scope="col" { (title) } (score_heads(words)) th scope="col" { (words.satisfied) }
            } }
            tbody { @for part in parts {
                tr {
                    th scope="row" {
                        (name(&part.group, words))
                        @if let Some(nps) = part.against_the_rest.and_then(|rest| rest.nps) {
                            br; span.note {
                                (filled(words.against_rest, &[
                                    ("nps", &signed(nps.difference)), ("low", &signed(nps.low)), ("high", &signed(nps.high)),
                                ]))
                                @if nps.distinguishable { " · " strong { (words.differs) } }
                            }
                        }
                    }
                    (score_cells(&part.score))
                    td { (part.score.satisfied.map_or_else(String::new, |share| words.percent(share.value))) }
                }
            } }
        } }
    }
}

/// The heads over [`score_cells`].
pub(crate) fn score_heads(words: &Words) -> Markup {
    html! {
        th scope="col" { (words.answers) }
        th scope="col" { (words.nps) br; span.note { (words.interval) } }
    }
}

pub(crate) fn score_cells(score: &Score) -> Markup {
    html! {
        td { (score.n) }
        td {
            @if let Some(nps) = score.nps { (signed(nps.value)) br; span.note { (between(nps.low, nps.high)) } }
        }
    }
}

fn name(name: &GroupName, words: &Words) -> String {
    match name {
        GroupName::Channel { channel } => words.channel(*channel).to_owned(),
        GroupName::Segment { segment, name } => match (name, u8::from(*segment)) {
            (Some(name), _) => name.clone(),
            (None, 0) => words.none.to_owned(),
            (None, number) => number.to_string(),
        },
        GroupName::Meal { meal } => words.meal(*meal).to_owned(),
        GroupName::Hour { hour } => format!("{hour:02}:00"),
        GroupName::Table { table: name } | GroupName::Staff { staff: name } => {
            name.clone().unwrap_or_else(|| words.others.to_owned())
        }
        GroupName::Amount { currency: Some(currency), from: Some(from), below: Some(below) } => {
            words.band(currency, *from, *below)
        }
        GroupName::Amount { .. } => words.not_known.to_owned(),
    }
}
