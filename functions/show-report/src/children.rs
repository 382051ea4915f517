//! The scopes directly below a node, beside each other.

use std::cmp::Reverse;

use aftertaste::{
    domain::report::{Against, ChildFigure, Difference, Report},
    pages::filled,
};
use maud::{Markup, html};

use crate::{
    address::{Address, Sort},
    figures::{between, signed},
    integrity,
    pictures::{self, Range},
    words::Words,
};

/// So many are printed: as many as one page holds. `page.css` leaves out the others.
const PRINTED: usize = 12;

/// So many of those that changed are listed.
const LISTED: usize = 10;

/// Whether a scope's score is certainly below that of the others.
pub(crate) fn is_behind(child: &ChildFigure) -> bool {
    child.against_the_rest.is_some_and(|rest| rest.distinguishable && rest.difference < 0.0)
}

/// The scopes as dots with whiskers, in the order that was asked for.
pub(crate) fn section(report: &Report, address: &Address<'_>, words: &Words) -> Markup {
    if report.children.is_empty() {
        return html! {};
    }
    let whole = report.nps.as_ref().map(|nps| nps.score);
    let scores = report.children.iter().filter_map(|child| child.score.nps);
    let range = pictures::range(scores.flat_map(|nps| [nps.low, nps.high]).chain(whole));
    let weekly = pictures::range(report.children.iter().flat_map(|child| child.weekly_nps.iter().flatten().copied()));
    let head = |sort: Sort, text: &str| {
        let is_sorted = address.sort == sort;
        html! {
            th scope="col" aria-sort=[is_sorted.then_some("other")] {
                @if is_sorted { (text) } @else { a href=(format!("{}#below", Address { sort, ..address.clone() })) { (text) } }
            }
        }
    };
    html! {
        section.below #below {
            h2 { (words.below) }
            p.note {
                (words.dots_meaning)
                @if report.children.len() > 1 { " " (words.rank_meaning) }
            }
            div.wide role="region" aria-label=(words.below) tabindex="0" { table.children {
                thead { tr {
                    (head(Sort::Name, words.scope)) (head(Sort::Score, words.nps))
                    th.dots scope="col" { (words.interval) }
                    (head(Sort::Change, words.changed))
                    th scope="col" { (words.weeks) }
                    th scope="col" { (words.satisfied) }
                    (head(Sort::Answers, words.answers))
                } }
                tbody { @for child in sorted(&report.children, address.sort) { (row(child, (whole, range, weekly), address, words)) } }
            } }
            @if report.children.len() > PRINTED {
                p.note.on-paper { (filled(words.printed, &[("n", &PRINTED), ("all", &report.children.len())])) }
            }
        }
    }
}

fn sorted(children: &[ChildFigure], sort: Sort) -> Vec<&ChildFigure> {
    let mut children: Vec<&ChildFigure> = children.iter().collect();
    match sort {
        // As they come.
        Sort::Score => {}
        Sort::Name => children.sort_by(|a, b| a.name.cmp(&b.name)),
        Sort::Answers => children.sort_by_key(|child| Reverse(child.score.n)),
        Sort::Change => children.sort_by(|a, b| {
            let key = |child: &ChildFigure| {
                let change = child.change.map_or(f64::INFINITY, |change| change.difference);
                (!child.change.is_some_and(|change| change.distinguishable), change)
            };
            key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1))
        }),
    }
    children
}

fn row(
    child: &ChildFigure,
    (whole, range, weekly): (Option<f64>, Range, Range),
    address: &Address<'_>,
    words: &Words,
) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href=(address.of(&child.scope)) { (child.name) }
                div.note { (remarks(child, words)) }
            }
            @if let Some(nps) = child.score.nps {
                td { (signed(nps.value)) }
                td.dots { (pictures::dot((nps, verdict(child)), whole, range)) span.note { (between(nps.low, nps.high)) } }
            } @else {
                td {} td {}
            }
            td { @if let Some(change) = child.change { (changed(&change)) } }
            td { @if child.weekly_nps.windows(2).any(|two| two.iter().all(Option::is_some)) { (pictures::spark(&child.weekly_nps, weekly)) } }
            td { (child.score.satisfied.map_or_else(String::new, |share| words.whole_percent(share.value))) }
            td { (child.score.n) }
        }
    }
}

/// The colour class of a scope: whether it is certainly behind the others, or before them.
fn verdict(child: &ChildFigure) -> Option<&'static str> {
    let rest = child.against_the_rest.filter(|rest| rest.distinguishable)?;
    Some(if rest.difference < 0.0 { "cold" } else { "warm" })
}

/// A change, strong if it is certain.
fn changed(change: &Difference) -> Markup {
    let points = signed(change.difference);
    html! { @if change.distinguishable { strong { (arrow(change.difference)) (points) } } @else { span.note { (points) } } }
}

fn arrow(difference: f64) -> &'static str {
    if difference < 0.0 { "▼" } else { "▲" }
}

fn remarks(child: &ChildFigure, words: &Words) -> Markup {
    html! {
        @match (child.rank_low, child.rank_high) {
            (Some(low), Some(high)) if low == high => (filled(words.rank, &[("rank", &low)])),
            (Some(low), Some(high)) => (filled(words.rank, &[("rank", &format!("{low}–{high}"))])),
            _ => (words.too_few),
        }
        @if child.few && child.rank_low.is_some() { " · " (words.few) }
        @if is_behind(child) { " · " strong.cold { (words.behind_others) } }
        @if let (Some(false), Some(rate)) = (child.alike, child.response_rate) {
            " · " (filled(words.unlike_siblings, &[("rate", &words.percent(rate))]))
        }
        (integrity::marks(&child.stands_out, words))
    }
}

/// The scopes that certainly changed, those that became colder first. For a reader who follows many.
pub(crate) fn changes(report: &Report, address: &Address<'_>, words: &Words) -> Markup {
    if report.children.iter().all(|child| child.change.is_none()) || report.children.len() < 2 {
        return html! {};
    }
    let certain = |child: &&ChildFigure| child.change.is_some_and(|change| change.distinguishable);
    let changed_ones: Vec<&ChildFigure> = sorted(&report.children, Sort::Change).into_iter().filter(certain).collect();
    html! {
        section.changes {
            h2 { (words.what_changed) }
            @if changed_ones.is_empty() {
                p { (match report.change.as_ref().map(|change| change.against) {
                    Some(Against::Year) => words.nothing_changed_year,
                    _ => words.nothing_changed,
                }) }
            } @else {
                ul.rows { @for child in changed_ones.iter().take(LISTED) {
                    @if let Some(change) = child.change {
                        li {
                            a href=(address.of(&child.scope)) { (child.name) }
                            span { (changed(&change)) " " span.note { (between(change.low, change.high)) } }
                        }
                    }
                } }
                @if changed_ones.len() > LISTED {
                    p.note { (filled(words.and_more, &[("n", &(changed_ones.len() - LISTED))])) }
                }
                @if report.children.iter().any(|child| !child.scope.starts_with("store/")) {
                    p.note { (words.changes_meaning) }
                }
            }
        }
    }
}
