//! The page of a score that changed: what happened first, then what is done about it.

use aftertaste::{
    app::Stop,
    domain::{
        case::{LONGEST_NOTE, Refused, State},
        place::Scope,
        survey::Brand,
    },
    pages::{filled, filled_with, part_names},
};
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};

use super::{
    action_rows,
    frame::{Body, Frame, told},
    history::{by_name, history},
    move_forms::{MoveForms, cause_name, cause_options, named_outcome},
    trend_rows::{badge, name, standing},
};
use crate::{
    Asked,
    listed::People,
    sent::Mistake,
    trends::{Came, Found, Listed, Shown},
};

/// The report shows so many days before a change, and as many from it on.
const REPORT_DAYS: i64 = 14;

/// All that the page is made from.
struct Page<'a> {
    moves: MoveForms<'a>,
    found: &'a Found,
    shown: &'a Shown,
    brand: &'a Brand,
    people: &'a People,
    today: Date,
}

pub(crate) async fn page(
    asked: &Asked<'_>,
    frame: &Frame,
    (found, shown): (&Found, &Shown),
    came: Option<&Came>,
) -> Result<Body, Stop> {
    let (words, now, listed) = (frame.words, asked.call.now, &shown.listed);
    let (brand, people) = (asked.app.catalog.brand(now).await?, People::of(asked.app, now).await?);
    let address = format!("/trend/{}", listed.trend);
    let keeps = matches!(came, Some(Came::Wrong(_) | Came::Overtaken | Came::Refused(_)));
    let moves = MoveForms { asked, frame, v: listed.v, address: &address, keeps };
    let today = now.to_zoned(listed.zone.clone()).date();
    let page = Page { moves, found, shown, brand: &brand, people: &people, today };
    let markup = html! {
        (said(frame, came))
        p.lead { (badge(words, listed)) (standing(words, listed, now)) }
        h1 { (name(frame, listed)) }
        (what_happened(frame, &page))
        (facts(frame, &page))
        (ways_on(frame, &page))
        (actions(frame, &page))
        (forms(&page))
        (history(frame, &shown.log, (&listed.zone, now), |done| {
            (by_name(frame, done).to_owned(), words.trend.act(done.what).unwrap_or(words.act(done.what)))
        }))
        (bar(&page))
    };
    let way = if listed.fell() { words.trend.drop } else { words.trend.rise };
    Ok(Body { title: format!("{way} · {}", listed.scope_name), way: "", address: address.clone(), markup })
}

/// Says how the form that was sent fared.
fn said(frame: &Frame, came: Option<&Came>) -> Markup {
    let words = frame.words;
    let sentence = match came {
        None | Some(Came::Made(_)) => return html! {},
        Some(Came::Refused(Refused::NotItsOutcome)) => words.bad_outcome.to_owned(),
        Some(Came::Overtaken | Came::Refused(_)) => words.trend.overtaken.to_owned(),
        Some(Came::Wrong(mistake)) => match mistake {
            Mistake::NoOutcome(_) => words.bad_outcome.to_owned(),
            Mistake::NoCause => words.bad_cause.to_owned(),
            Mistake::TooLong { most, .. } => filled(words.too_long, &[("most", most)]),
            Mistake::ControlCharacters(_) => words.bad_characters.to_owned(),
            Mistake::NoPerson(_) => words.trend.bad_person.to_owned(),
            _ => words.bad_move.to_owned(),
        },
    };
    told(false, &sentence)
}

/// In a sentence by how much the score changed and since when, then where most.
fn what_happened(frame: &Frame, page: &Page<'_>) -> Markup {
    let (words, listed) = (&frame.words.trend, &page.shown.listed);
    let parts = listed.change.parts.as_ref().map(|parts| match parts.as_slice() {
        [] => words.everywhere.to_owned(),
        parts => {
            let names = part_names(parts.iter().map(|moved| moved.part), page.brand, frame.language);
            filled(words.most_in, &[("parts", &names)])
        }
    });
    html! {
        section {
            p.said { (sentence(frame, listed, page.today)) }
            @if let Some(parts) = parts { p { (parts) } }
            p.note { (words.looks_larger) }
        }
    }
}

fn sentence(frame: &Frame, listed: &Listed, today: Date) -> Markup {
    let (words, change) = (frame.words, &listed.change);
    let day = |day: Date| words.near(day, today);
    let since = match change.earliest == change.latest {
        true => filled(words.trend.on_day, &[("day", &day(change.since))]),
        false => filled(
            words.trend.between,
            &[("day", &day(change.since)), ("first", &day(change.earliest)), ("last", &day(change.latest))],
        ),
    };
    // How far it fell is said without a sign.
    let (text, low, high) = match (listed.fell(), change.beside) {
        (true, false) => (words.trend.fell, -change.high, -change.low),
        (true, true) => (words.trend.fell_behind, -change.high, -change.low),
        (false, false) => (words.trend.rose, change.low, change.high),
        (false, true) => (words.trend.rose_ahead, change.low, change.high),
    };
    filled_with(
        text,
        &[
            ("name", name(frame, listed)),
            ("points", html! { (words.trend.points(change.points)) }),
            ("low", html! { (whole(low)) }),
            ("high", html! { (whole(high)) }),
            ("since", html! { (since) }),
        ],
    )
}

/// A number of points in whole ones, with a minus sign that reads as one.
fn whole(points: f64) -> String {
    format!("{:.0}", points.round() + 0.0).replace('-', "−")
}

/// The person who has it, how it ended, and whose answers it is about.
fn facts(frame: &Frame, page: &Page<'_>) -> Markup {
    let (words, listed) = (frame.words, &page.shown.listed);
    let owner = listed.owner_name.clone().or_else(|| listed.owner.clone());
    let cause = page.shown.cause.as_ref().map(|id| cause_name(page.brand, id, page.moves.asked.languages));
    let outcome = listed.outcome.filter(|_| listed.state == State::Closed);
    let facts = [
        (words.owner, owner),
        (words.outcome, outcome.map(|outcome| words.trend.outcome(outcome).to_owned())),
        (words.cause, cause),
        (words.note, page.shown.note.clone()),
        (words.trend.survey, Some(listed.watched.series.to_string())),
    ];
    html! {
        dl.facts.known { @for (name, value) in facts { @if let Some(value) = value { div { dt { (name) } dd { (value) } } } } }
    }
}

/// The ways to the report of the days around the change, and to a new action.
fn ways_on(frame: &Frame, page: &Page<'_>) -> Markup {
    let (words, listed) = (frame.words, &page.shown.listed);
    let (asked, scope) = (page.moves.asked, &listed.watched.scope);
    let reads = asked.caller.grant.allows_report(scope, page.found.path());
    let from = listed.change.since.saturating_sub(REPORT_DAYS.days());
    let to = listed.change.since.saturating_add((REPORT_DAYS - 1).days()).min(page.today);
    let report = format!("/reports/{scope}.html?from={from}&to={to}&survey={}", listed.watched.series);
    html! {
        nav.chips.pages aria-label=(words.report) {
            @if reads { a href=(frame.to(&report)) { (words.trend.see_report) } }
            @if page.shown.may.act && frame.has_forms() {
                a href=(frame.to(&to_act(page.shown))) { (words.action.start) }
            }
        }
    }
}

/// The form of a new action, filled in for the score.
fn to_act(shown: &Shown) -> String {
    format!("/actions/{}?trend={}", shown.listed.watched.scope, shown.listed.trend)
}

fn actions(frame: &Frame, page: &Page<'_>) -> Markup {
    html! {
        @if !page.shown.actions.is_empty() {
            section {
                h2 { (frame.words.trend.actions) }
                (action_rows::rows(frame, &page.shown.actions, page.today))
            }
        }
    }
}

fn forms(page: &Page<'_>) -> Markup {
    html! {
        @if page.moves.frame.has_forms() {
            @if page.shown.may.hand_over { (hand_over(page)) }
            @if !page.shown.may.close.is_empty() { (close(page)) }
        }
    }
}

/// The one thing to do now, at the thumb.
fn bar(page: &Page<'_>) -> Markup {
    let (words, may) = (page.moves.frame.words, &page.shown.may);
    html! {
        @if page.moves.frame.has_forms() && !may.close.is_empty() {
            div.bar {
                @if may.take { (page.moves.form(None, &page.moves.button("take", words.take))) }
                @else if may.act { a.button href=(page.moves.frame.to(&to_act(page.shown))) { (words.action.start) } }
                a.button.quiet[may.take || may.act] href="#close" { (words.close) }
            }
        }
    }
}

fn hand_over(page: &Page<'_>) -> Markup {
    let (words, listed) = (page.moves.frame.words, &page.shown.listed);
    let scope: &Scope = &listed.watched.scope;
    let fields = html! {
        label { span { (words.to_whom) } select name="to" required {
            option value="" { (words.choose) }
            @for (id, name) in page.people.who(|person| person.follows(scope, page.found.path())) {
                @if Some(id.as_str()) != listed.owner.as_deref() { option value=(id) { (name) } }
            }
        } }
        (page.moves.button("hand-over", words.hand_over))
    };
    page.moves.folded("hand-over", (words.hand_over, None), &fields)
}

fn close(page: &Page<'_>) -> Markup {
    let (words, moves) = (page.moves.frame.words, &page.moves);
    let fields = html! {
        fieldset {
            legend { (words.outcome) }
            @for outcome in page.shown.may.close {
                @let value = named_outcome(outcome);
                label.choice {
                    input type="radio" name="outcome" required value=(value) checked[value == moves.typed("outcome")];
                    span { (words.trend.outcome(*outcome)) }
                }
            }
        }
        label { span { (words.trend.cause) } select name="cause" {
            option value="" { (words.choose) }
            (cause_options(&page.brand.known_causes(), moves.asked.languages, moves.typed("cause")))
        } }
        label {
            span { (words.note) }
            small { (words.note_hint) }
            textarea name="note" rows="2" maxlength=(LONGEST_NOTE) { (moves.typed("note")) }
        }
        (moves.button("close", words.close))
    };
    moves.folded("close", (words.close, None), &fields)
}
