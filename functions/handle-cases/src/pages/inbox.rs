//! The page of an inbox.

use aftertaste::domain::{
    case::State,
    place::{Scope, Store},
    survey::Severity,
};
use maud::{Markup, html};

use super::frame::{Body, Frame};
use crate::{
    Asked,
    inbox::{Inbox, Which},
    listed::Listed,
    words::Words,
};

pub(crate) fn page(asked: &Asked<'_>, frame: &Frame, inbox: &Inbox) -> Body {
    let words = frame.words;
    let address = address(&inbox.scope, inbox.which);
    let nothing = if inbox.which.closed { words.nothing_closed } else { words.nothing_open };
    let markup = html! {
        h1 { (inbox.name) }
        (scopes(frame, inbox))
        (filters(frame, inbox))
        @if inbox.cases.is_empty() {
            div.end { span.seal aria-hidden="true" { "✓" } p { (nothing) } }
        } @else {
            (list(asked, frame, inbox.of(false)))
            @if inbox.of(true).next().is_some() {
                h2 { (words.praises) }
                (list(asked, frame, inbox.of(true)))
            }
            @if inbox.more > 0 { p.note { (words.more.0) (inbox.more) (words.more.1) } }
        }
    };
    Body { title: format!("{} · {}", words.cases, inbox.name), way: "/cases", address, markup }
}

/// The address of an inbox.
fn address(scope: &Scope, which: Which) -> String {
    match (which.closed, which.mine) {
        (false, false) => format!("/cases/{scope}"),
        (false, true) => format!("/cases/{scope}?mine=1"),
        (true, false) => format!("/cases/{scope}?state=closed"),
        (true, true) => format!("/cases/{scope}?state=closed&mine=1"),
    }
}

/// The other scopes of whoever has several.
fn scopes(frame: &Frame, inbox: &Inbox) -> Markup {
    html! {
        @if !inbox.others.is_empty() {
            div.chips { @for (scope, name) in &inbox.others {
                a href=(frame.to(&format!("/cases/{scope}"))) { (name) }
            } }
        }
    }
}

fn filters(frame: &Frame, inbox: &Inbox) -> Markup {
    let (words, now) = (frame.words, inbox.which);
    let all = [
        (Which { closed: false, mine: false }, words.open),
        (Which { closed: false, mine: true }, words.mine),
        (Which { closed: true, mine: false }, words.closed),
    ];
    html! {
        nav.filters aria-label=(words.cases) {
            @for (which, name) in all {
                a href=(frame.to(&address(&inbox.scope, which))) aria-current=[(which == now).then_some("true")] { (name) }
            }
        }
    }
}

fn list<'a>(asked: &Asked<'_>, frame: &Frame, cases: impl Iterator<Item = &'a (Listed, Store)>) -> Markup {
    html! { ul.inbox { @for (listed, store) in cases { li { (row(asked, frame, (listed, store))) } } } }
}

fn row(asked: &Asked<'_>, frame: &Frame, (listed, store): (&Listed, &Store)) -> Markup {
    let words = frame.words;
    html! {
        a.row.(kind(listed.severity)) href=(frame.to(&format!("/case/{}", listed.case))) {
            span.top {
                (badge(words, listed.severity))
                @match listed.due {
                    Some(due) => span.due.late[listed.overdue] { (words.due(due, &store.calendar.zone, asked.call.now)) },
                    None => span.due { (ending(words, listed)) },
                }
            }
            span.words { @match &listed.words { Some(words) => (words), None => i { (words.no_words) } } }
            small {
                (listed.store_name)
                @if listed.due.is_some() { " · " (owner(listed).unwrap_or(words.unowned)) }
                @else if let Some(name) = owner(listed) { " · " (name) }
                @if listed.level > 0 && listed.due.is_some() { " · " b { (words.escalated) } }
                @if listed.reopened > 0 { " · " b { (words.reopened.0) (listed.reopened) (words.reopened.1) } }
            }
        }
    }
}

fn owner(listed: &Listed) -> Option<&str> {
    listed.owner_name.as_deref().or(listed.owner.as_deref())
}

/// How it ended, or where it stands.
pub(super) fn ending(words: &Words, listed: &Listed) -> &'static str {
    listed
        .outcome
        .filter(|_| listed.state == State::Closed)
        .map_or(words.state(listed.state), |outcome| words.outcome(outcome))
}

/// How much it matters.
pub(super) fn badge(words: &Words, severity: Severity) -> Markup {
    html! { span.badge.(kind(severity)) { (words.severity(severity)) } }
}

pub(super) fn kind(severity: Severity) -> &'static str {
    severity.name()
}
