//! Actions, as rows of a list.

use aftertaste::{
    domain::action::Verdict,
    pages::{filled, filled_with},
};
use jiff::{civil::Date, tz::TimeZone};
use maud::{Markup, html};

use super::frame::Frame;
use crate::{actions::Listed, words::Words};

/// So many stores are named in a row.
const NAMED: usize = 3;

/// Several, each with a link to its page.
pub(super) fn rows(frame: &Frame, actions: &[Listed], today: Date) -> Markup {
    html! { ul.inbox { @for listed in actions { li { (row(frame, listed, today)) } } } }
}

fn row(frame: &Frame, listed: &Listed, today: Date) -> Markup {
    let words = frame.words;
    let from = words.near(listed.start, today);
    html! {
        a.row.(kind(listed)) href=(frame.to(&format!("/action/{}", listed.action))) {
            span.top { (badge(words, listed)) span.due { (standing(words, listed, today)) } }
            span.words { bdi { (listed.what) } }
            small {
                (stores(words, listed, NAMED)) " · " (filled(words.action.from, &[("day", &from)])) " · "
                bdi { (owner(listed)) }
            }
        }
    }
}

/// The names of the first stores, and how many more there are.
pub(super) fn stores(words: &Words, listed: &Listed, most: usize) -> Markup {
    let more = listed.stores.len().saturating_sub(most) + listed.more;
    html! {
        @for (at, named) in listed.stores.iter().take(most).enumerate() {
            @if at > 0 { " · " }
            bdi { (named.name) }
        }
        @if more > 0 { " " (filled(words.action.more, &[("n", &more)])) }
    }
}

pub(super) fn owner(listed: &Listed) -> &str {
    listed.owner_name.as_deref().unwrap_or(listed.owner.as_str())
}

/// What is said of it so far; nothing before the first verdict.
pub(super) fn badge(words: &Words, listed: &Listed) -> Markup {
    let name = match (listed.withdrawn_at, listed.latest()) {
        (Some(_), _) => Some(words.action.withdrawn),
        (None, Some((_, judgement))) => Some(words.action.verdict.name(judgement.verdict)),
        (None, None) => None,
    };
    html! { @if let Some(name) = name { span.badge.(kind(listed)) { (name) } } }
}

/// When it is judged next, or where it stands.
pub(super) fn standing(words: &Words, listed: &Listed, today: Date) -> Markup {
    let on = |text: &str, day: Date| filled_with(text, &[("day", html! { (words.near(day, today)) })]);
    let latest = listed.latest().map(|(term, _)| filled(words.action.verdict.after, &[("n", &term.days())]));
    html! {
        @if let Some(at) = listed.withdrawn_at {
            (on(words.action.withdrawn_on, at.to_zoned(TimeZone::UTC).date()))
            @if let Some(by) = &listed.withdrawn_by { " · " bdi { (by) } }
        }
        @else if let Some(day) = listed.judged_on { (on(words.action.judged_on, day)) }
        @else if let Some(latest) = latest { (latest) }
        @else { (words.action.not_judged) }
    }
}

/// A verdict is marked as cases are: a harm as an urgent one, a gain as a praise.
fn kind(listed: &Listed) -> &'static str {
    let verdict = listed.latest().filter(|_| listed.withdrawn_at.is_none()).map(|(_, judgement)| judgement.verdict);
    match verdict {
        Some(Verdict::Better) => "praise",
        Some(Verdict::Worse) => "critical",
        _ => "normal",
    }
}
