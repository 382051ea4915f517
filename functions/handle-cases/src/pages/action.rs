//! The page of an action: what is done, and what became of it.

use aftertaste::{domain::action::Term, pages::filled};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use maud::{Markup, html};

use super::{
    action_rows::{badge, owner, standing, stores},
    frame::{Body, Frame, told},
    trend_rows,
    verdict::verdict,
};
use crate::{Asked, actions::Shown};

/// So many stores are named.
const NAMED: usize = 20;

/// `was_withdrawn` where somebody wants to withdraw it a second time.
pub(crate) fn page(asked: &Asked<'_>, frame: &Frame, shown: &Shown, was_withdrawn: bool) -> Body {
    let (words, listed) = (frame.words, &shown.listed);
    let today = asked.call.now.to_zoned(TimeZone::UTC).date();
    let address = format!("/action/{}", listed.action);
    let title = filled(words.action.title, &[("day", &words.near(listed.start, today))]);
    let markup = html! {
        @if was_withdrawn { (told(false, words.action.withdrawn_before)) }
        p.lead { (badge(words, listed)) span.due { (standing(words, listed, today)) } }
        h1 { (title) }
        figure { blockquote { (listed.what) } }
        (facts(frame, shown))
        @for term in Term::ALL { (after(frame, shown, term, today)) }
        (answered(frame, shown, asked.call.now))
        @if shown.may.withdraw && frame.has_forms() { (withdraw(frame, &address)) }
    };
    Body { title, way: "/actions", address, markup }
}

fn facts(frame: &Frame, shown: &Shown) -> Markup {
    let (words, listed) = (frame.words, &shown.listed);
    let settles = Some(listed.settling_days).filter(|days| *days > 0);
    // Whoever writes it down later may have seen how it went.
    let written = shown.at.to_zoned(TimeZone::UTC).date();
    let days_late = listed.start.until(written).map(|span| span.get_days()).ok().filter(|days| *days > 1);
    html! {
        dl.facts.known {
            div { dt { (words.owner) } dd { (owner(listed)) } }
            div { dt { (words.action.stores) } dd { (stores(words, listed, NAMED)) } }
            @if let Some(days) = settles {
                div { dt { (words.action.settles) } dd { (filled(words.action.days, &[("n", &days)])) } }
            }
            div { dt { (words.action.written_by) } dd {
                (shown.by_name.as_deref().unwrap_or(&shown.by))
                @if let Some(days) = days_late { " · " (filled(words.action.late, &[("n", &days)])) }
            } }
        }
    }
}

/// The verdict after so many days, if there is one, or will be. A withdrawn action waits for none.
fn after(frame: &Frame, shown: &Shown, term: Term, today: Date) -> Markup {
    let (words, listed) = (&frame.words.action, &shown.listed);
    let judgement = listed.verdicts.get(&term);
    html! {
        @if let Some(judgement) = judgement {
            section.verdict {
                h2 { (filled(words.verdict.judged, &[("n", &term.days()), ("verdict", &words.verdict.name(judgement.verdict))])) }
                (verdict(&words.verdict, judgement))
            }
        } @else if let Some(day) = shown.judged_on(term) {
            section.verdict {
                h2 { (filled(words.verdict.after, &[("n", &term.days())])) }
                p.note { (filled(words.judged_on, &[("day", &frame.words.near(day, today))])) }
            }
        }
    }
}

/// The scores that it is to bring back.
fn answered(frame: &Frame, shown: &Shown, now: Timestamp) -> Markup {
    html! {
        @if !shown.answered.is_empty() {
            section {
                h2 { (frame.words.action.answers) }
                (trend_rows::rows(frame, &shown.answered, now))
            }
        }
    }
}

fn withdraw(frame: &Frame, address: &str) -> Markup {
    let words = &frame.words.action;
    html! {
        details.fold {
            summary { (words.withdraw) }
            p.note { (words.withdraw_hint) }
            form method="post" action=(frame.to(address)) {
                (frame.token())
                button type="submit" name="move" value="withdraw" { (words.withdraw) }
            }
        }
    }
}
