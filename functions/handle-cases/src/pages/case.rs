//! The page of a case: what the guest said first, what can be done always at hand, what was done last.

use aftertaste::{
    app::Stop,
    domain::{
        case::{AWARD_DAYS, Act, AwardTo, Refused, State},
        survey::Brand,
    },
    pages::filled,
};
use maud::{Markup, html};

use super::{
    forms::{self, Forms},
    frame::{Body, Frame, told},
    history::{by_name, history},
    inbox::{badge, ending},
    move_forms::{MoveForms, cause_name},
};
use crate::{
    Asked,
    detail::{Done, Found, Shown},
    listed::People,
    money::money,
    moves::Came,
    sent::Mistake,
};

pub(crate) async fn page(
    asked: &Asked<'_>,
    frame: &Frame,
    (found, shown): (&Found, &Shown),
    came: Option<&Came>,
) -> Result<Body, Stop> {
    let (words, now) = (frame.words, asked.call.now);
    let (brand, people) = (asked.app.catalog.brand(now).await?, People::of(asked.app, now).await?);
    let address = format!("/case/{}", shown.listed.case);
    let zone = &found.store.calendar.zone;
    // The page keeps text that was typed and not taken: nobody types it twice.
    let keeps = matches!(came, Some(Came::Wrong(_) | Came::Overtaken | Came::Refused(_)));
    let moves = MoveForms { asked, frame, v: shown.listed.v, address: &address, keeps };
    let forms = Forms { moves, shown, store: &found.store, brand: &brand, people: &people };
    let markup = html! {
        (said(asked, frame, found, came))
        p.lead {
            (badge(words, shown.listed.severity))
            @match shown.listed.due {
                Some(due) => span.due.late[shown.listed.overdue] { (words.due(due, zone, now)) },
                None => span.due { (ending(words, &shown.listed)) },
            }
        }
        h1 { (shown.listed.store_name) }
        (guest(frame, shown))
        (visit(frame, shown))
        (answered(asked, frame, (found, shown), &brand))
        (contact(frame, shown))
        (forms::all(&forms))
        (history(frame, &shown.log, (zone, now), |done| (whose(frame, done).to_owned(), words.act(done.what))))
        (forms::bar(&forms))
    };
    let title = format!("{} · {}", words.severity(shown.listed.severity), shown.listed.store_name);
    Ok(Body { title, way: "", address, markup })
}

/// Says how the form that was sent fared.
fn said(asked: &Asked<'_>, frame: &Frame, found: &Found, came: Option<&Came>) -> Markup {
    let words = frame.words;
    let sentence = match came {
        None | Some(Came::Made(_)) => return html! {},
        Some(Came::Overtaken | Came::Refused(Refused::NotFrom(_) | Refused::TooOften)) => words.overtaken.to_owned(),
        Some(Came::Refused(Refused::TooEarly(until))) => {
            filled(words.too_early, &[("time", &words.time(*until, &found.store.calendar.zone, asked.call.now))])
        }
        Some(Came::Refused(Refused::NotAnswered)) => words.not_answered.to_owned(),
        Some(Came::Refused(Refused::Awarded)) => words.has_award.to_owned(),
        Some(Came::Refused(Refused::TooLate)) => filled(words.award_late, &[("days", &AWARD_DAYS)]),
        Some(Came::Refused(Refused::NotItsOutcome) | Came::Wrong(Mistake::NoOutcome(_))) => {
            words.bad_outcome.to_owned()
        }
        Some(Came::Wrong(mistake)) => match mistake {
            Mistake::NoCause | Mistake::NeedlessCause => words.bad_cause.to_owned(),
            Mistake::NoReply => words.bad_reply.to_owned(),
            Mistake::TooLong { most, .. } => filled(words.too_long, &[("most", most)]),
            Mistake::ControlCharacters(_) => words.bad_characters.to_owned(),
            Mistake::NoPerson(_) => words.bad_person.to_owned(),
            Mistake::NoReceiver | Mistake::NoAmount | Mistake::NoCurrency => words.bad_award.to_owned(),
            Mistake::NoMove(_) | Mistake::NoVersion(_) | Mistake::NoOutcome(_) => words.bad_move.to_owned(),
        },
    };
    told(false, &sentence)
}

/// The guest's words, and the scores beside them.
fn guest(frame: &Frame, shown: &Shown) -> Markup {
    let words = frame.words;
    let (texts, rest): (Vec<_>, Vec<_>) = shown.answers.iter().partition(|answered| answered.is_text);
    html! {
        section aria-label=(words.answers) {
            @for answered in &texts {
                figure { blockquote { (answered.answer) } figcaption { (answered.text) } }
            }
            @if shown.answers.is_empty() { p.note { (words.gone) } }
            @else if texts.is_empty() { p.note { (words.no_words) } }
            @if !rest.is_empty() {
                dl.facts { @for answered in rest { div { dt { (answered.text) } dd { (answered.answer) } } } }
            }
        }
    }
}

/// The visit, as far as it is known.
fn visit(frame: &Frame, shown: &Shown) -> Markup {
    let (words, visit) = (frame.words, &shown.visit);
    let bill = visit.context.amount.zip(visit.context.currency.as_deref());
    let facts = [
        (words.table, visit.context.table.clone()),
        (words.staff, visit.context.staff.clone()),
        (words.paid, bill.map(|(amount, currency)| money(amount, currency))),
        (words.ordered, Some(visit.context.items.join(" · ")).filter(|items| !items.is_empty())),
    ];
    html! {
        section {
            h2 { (words.visit) }
            dl.facts {
                div { dt { (words.date(visit.day)) } dd { (words.meal(visit.meal)) } }
                @for (name, value) in facts { @if let Some(value) = value { div { dt { (name) } dd { (value) } } } }
                @for (name, value) in &visit.context.fields { div { dt { (name) } dd { (value) } } }
            }
        }
    }
}

/// The answer to the guest, the guest's reaction to it, and how the case ended.
fn answered(asked: &Asked<'_>, frame: &Frame, (found, shown): (&Found, &Shown), brand: &Brand) -> Markup {
    let (words, zone) = (frame.words, &found.store.calendar.zone);
    let cause = shown.cause.as_ref().map(|id| cause_name(brand, id, asked.languages));
    let award = shown.award.as_ref().map(|award| {
        let state = match (award.redeemed_at, award.to) {
            (Some(_), _) => format!(" · {}", words.redeemed),
            (None, AwardTo::Guest) => format!(" · {}", words.not_redeemed),
            _ => String::new(),
        };
        format!("{} · {}{state}", money(award.amount, &award.currency), words.award_to(award.to))
    });
    let owner = shown.listed.owner_name.clone().or_else(|| shown.listed.owner.clone());
    let outcome = shown.listed.outcome.filter(|_| shown.listed.state == State::Closed);
    let facts = [
        (words.owner, owner),
        (words.cause, cause),
        (words.outcome, outcome.map(|outcome| words.outcome(outcome).to_owned())),
        (words.award, award),
        (words.note, shown.note.clone()),
    ];
    html! {
        @if let Some(reply) = &shown.reply {
            section {
                h2 { (words.our_reply) }
                p.reply { (reply) }
                @if let Some(at) = shown.replied_at { small { (words.time(at, zone, asked.call.now)) } }
                @if let Some(said) = shown.said { p { strong { (words.said(said)) } } }
            }
        }
        @if facts.iter().any(|(_, value)| value.is_some()) {
            dl.facts.known { @for (name, value) in facts { @if let Some(value) = value { div { dt { (name) } dd { (value) } } } } }
        }
    }
}

/// How the guest wants to be reached, where that was asked for just now.
fn contact(frame: &Frame, shown: &Shown) -> Markup {
    let words = frame.words;
    html! {
        @if let Some(contact) = &shown.contact {
            section.told role="status" {
                h2 { (words.contact) }
                p.how { (contact.how) }
                p { small { (words.agreed) " " (contact.agreed) } }
            }
        }
    }
}

/// The one who did it, by the name that people know.
fn whose<'a>(frame: &Frame, done: &'a Done) -> &'a str {
    let is_guests = matches!(done.what, Act::Opened | Act::Solved | Act::NotSolved | Act::Withdrawn | Act::ContactLeft);
    if is_guests { frame.words.guest } else { by_name(frame, done) }
}
