//! Scores that changed, as rows of a list.

use aftertaste::pages::{filled_with, part_name};
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::Frame;
use crate::{trends::Listed, words::Words};

/// Several, each with a link to its page.
pub(super) fn rows(frame: &Frame, trends: &[Listed], now: Timestamp) -> Markup {
    html! { ul.inbox { @for listed in trends { li { (row(frame, listed, now)) } } } }
}

fn row(frame: &Frame, listed: &Listed, now: Timestamp) -> Markup {
    let words = frame.words;
    let text = match (listed.fell(), listed.change.beside) {
        (true, false) => words.trend.fell_since,
        (true, true) => words.trend.fell_behind_since,
        (false, false) => words.trend.rose_since,
        (false, true) => words.trend.rose_ahead_since,
    };
    let owner = listed.owner_name.as_deref().or(listed.owner.as_deref());
    html! {
        a.row.(kind(listed)) href=(frame.to(&format!("/trend/{}", listed.trend))) {
            span.top { (badge(words, listed)) (standing(words, listed, now)) }
            span.words { (sentence(frame, listed, text, now)) }
            @match owner {
                Some(owner) => small { (owner) },
                None => @if listed.due.is_some() { small { (words.unowned) } }
            }
        }
    }
}

/// A row's text, with the score's name, how far it moved and since when.
pub(super) fn sentence(frame: &Frame, listed: &Listed, text: &str, now: Timestamp) -> Markup {
    let today = now.to_zoned(listed.zone.clone()).date();
    filled_with(
        text,
        &[
            ("name", name(frame, listed)),
            ("points", html! { (frame.words.trend.points(listed.change.points)) }),
            ("day", html! { (frame.words.near(listed.change.since, today)) }),
        ],
    )
}

/// The name of the scope, and of the part of its guests.
pub(super) fn name(frame: &Frame, listed: &Listed) -> Markup {
    html! {
        bdi { (listed.scope_name) }
        @if let Some(part) = listed.part() { " · " bdi { (part_name(part, frame.brand(), frame.language)) } }
    }
}

/// Which way the score moved.
pub(super) fn badge(words: &Words, listed: &Listed) -> Markup {
    html! { span.badge.(kind(listed)) { (if listed.fell() { words.trend.drop } else { words.trend.rise }) } }
}

/// By when somebody is to take it, or else where it stands.
pub(super) fn standing(words: &Words, listed: &Listed, now: Timestamp) -> Markup {
    let texts = (words.trend.take_by, words.trend.overdue);
    html! {
        @match listed.due {
            Some(due) => span.due.late[listed.overdue] { (words.due_as(texts, due, &listed.zone, now)) },
            None => span.due { (ending(words, listed)) },
        }
    }
}

/// How it ended, or where it stands.
fn ending(words: &Words, listed: &Listed) -> &'static str {
    listed.outcome.map_or(words.state(listed.state), |outcome| words.trend.outcome(outcome))
}

/// A score that fell is marked as an important case is, one that rose as a praise.
fn kind(listed: &Listed) -> &'static str {
    if listed.fell() { "high" } else { "praise" }
}

/// What is said of a page that leads elsewhere: the name of the pages, and that of the scope.
pub(super) fn way_on(frame: &Frame, address: &str, pages: &str, scope: &str) -> Markup {
    html! { nav.chips.pages aria-label=(pages) { a href=(frame.to(address)) { span { (pages) " · " bdi { (scope) } } } } }
}
