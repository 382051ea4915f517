//! The page of an inbox.

use aftertaste::{
    domain::{
        case::State,
        place::{Scope, Store},
        survey::Severity,
    },
    pages::filled,
};
use maud::{Markup, html};

use super::{
    frame::{Body, Frame},
    trend_rows::{self, way_on},
};
use crate::{
    Asked,
    inbox::{Inbox, Which},
    listed::Listed,
    words::Words,
};

pub(crate) fn page(asked: &Asked<'_>, frame: &Frame, inbox: &Inbox) -> Body {
    let words = frame.words;
    let address = address(&inbox.scope, inbox.which, inbox.page);
    let nothing = if inbox.which.closed { words.nothing_closed } else { words.nothing_open };
    let markup = html! {
        h1 { (inbox.name) }
        (scopes(frame, inbox))
        (filters(frame, inbox))
        (changed(asked, frame, inbox))
        @if inbox.cases.is_empty() && inbox.page == 1 {
            @if inbox.trends.is_empty() { div.end { span.seal aria-hidden="true" { "✓" } p { (nothing) } } }
        } @else {
            @if !inbox.trends.is_empty() { h2 { (words.cases) } }
            (list(asked, frame, inbox.of(false)))
            @if inbox.of(true).next().is_some() {
                h2 { (words.praises) }
                (list(asked, frame, inbox.of(true)))
            }
            (pages(frame, inbox))
        }
        (way_on(frame, &format!("/actions/{}", inbox.scope), words.action.actions, &inbox.name))
    };
    Body { title: format!("{} · {}", words.cases, inbox.name), way: "/cases", address, markup }
}

/// The scores that changed.
fn changed(asked: &Asked<'_>, frame: &Frame, inbox: &Inbox) -> Markup {
    html! {
        @if !inbox.trends.is_empty() {
            section.changed {
                h2 { (frame.words.trend.changed) }
                (trend_rows::rows(frame, &inbox.trends, asked.call.now))
            }
        }
    }
}

/// The pages before and after this one.
fn pages(frame: &Frame, inbox: &Inbox) -> Markup {
    let words = frame.words;
    let to = |page: usize| frame.to(&address(&inbox.scope, inbox.which, page));
    html! {
        @if inbox.page > 1 || inbox.more > 0 {
            nav.chips.pages aria-label=(words.pages) {
                @if inbox.page > 1 { a href=(to(inbox.page - 1)) { (words.previous_page) } }
                @if inbox.more > 0 { a href=(to(inbox.page + 1)) { (filled(words.next_page, &[("n", &inbox.more)])) } }
            }
        }
    }
}

/// The address of a page of an inbox.
fn address(scope: &Scope, which: Which, page: usize) -> String {
    let closed = which.closed.then(|| "state=closed".to_owned());
    let mine = which.mine.then(|| "mine=1".to_owned());
    let page = (page > 1).then(|| format!("page={page}"));
    let query: Vec<String> = [closed, mine, page].into_iter().flatten().collect();
    if query.is_empty() { format!("/cases/{scope}") } else { format!("/cases/{scope}?{}", query.join("&")) }
}

/// The other scopes of a person who has several.
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
                a href=(frame.to(&address(&inbox.scope, which, 1))) aria-current=[(which == now).then_some("true")] { (name) }
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
                @if listed.reopened > 0 { " · " b { (filled(words.reopened, &[("n", &listed.reopened)])) } }
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
