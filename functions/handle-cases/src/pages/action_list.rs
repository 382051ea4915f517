//! The page of a scope's actions, with the form of a new one.

use std::collections::BTreeSet;

use aftertaste::{
    domain::{
        action::{LONGEST_WHAT, MOST_SETTLING_DAYS, MOST_STORES},
        place::{Scope, Store},
    },
    pages::filled,
};
use maud::{Markup, html};

use super::{
    action_rows::rows,
    frame::{Body, Frame, told},
    trend_rows::{self, way_on},
};
use crate::{
    Asked,
    actions::{AHEAD_DAYS, BACK_DAYS, Days, Mistake, OfScope},
    listed::{People, follows},
    trends::Listed as ListedTrend,
};

/// All that the page is made from.
pub(crate) struct OnList<'a> {
    pub scope: &'a Scope,
    pub of_scope: &'a OfScope,
    /// The reader's other scopes, with what people call them.
    pub others: &'a [(Scope, String)],
    /// The trend that a new action is to answer.
    pub trend: Option<ListedTrend>,
    /// What is wrong with the form that was sent. It has what was typed into it.
    pub mistake: Option<&'a Mistake>,
}

pub(crate) fn page(asked: &Asked<'_>, frame: &Frame, people: &People, list: &OnList<'_>) -> Body {
    let (words, of_scope) = (frame.words, list.of_scope);
    let name = of_scope.stores.name();
    let days = Days::of(of_scope.stores.all.iter(), asked.call.now);
    let address = format!("/actions/{}", list.scope);
    let markup = html! {
        @if let Some(mistake) = list.mistake { (told(false, &said(frame, mistake))) }
        h1 { bdi { (name) } }
        @if !list.others.is_empty() {
            div.chips { @for (scope, name) in list.others {
                a href=(frame.to(&format!("/actions/{scope}"))) { bdi { (name) } }
            } }
        }
        // What was sent and can't be taken, and what somebody came for, is not below a long list.
        @let is_first = list.trend.is_some() || list.mistake.is_some();
        @if is_first && frame.has_forms() { (new(asked, frame, people, (list, days))) }
        h2 { (words.action.actions) }
        @if of_scope.actions.is_empty() { p.note { (words.action.nothing) } }
        @else { (rows(frame, &of_scope.actions, days.today)) }
        @if of_scope.more > 0 { p.note { (filled(words.action.older, &[("n", &of_scope.more)])) } }
        @if !is_first && frame.has_forms() { (new(asked, frame, people, (list, days))) }
        (way_on(frame, &format!("/cases/{}", list.scope), words.cases, &name))
    };
    Body { title: format!("{} · {name}", words.action.actions), way: "/actions", address, markup }
}

/// Says what is wrong with the form that was sent.
fn said(frame: &Frame, mistake: &Mistake) -> String {
    let words = frame.words;
    match mistake {
        Mistake::NoStores | Mistake::StoreUnknown(_) => filled(words.action.bad_stores, &[("most", &MOST_STORES)]),
        Mistake::NoStart => words.action.bad_day.to_owned(),
        Mistake::StartOutside(first, last) => {
            let day = |day: &jiff::civil::Date| words.date(*day);
            filled(words.action.bad_start, &[("first", &day(first)), ("last", &day(last))])
        }
        Mistake::NoSettling => filled(words.action.bad_settling, &[("most", &MOST_SETTLING_DAYS)]),
        Mistake::NoWhat => filled(words.action.bad_what, &[("most", &LONGEST_WHAT)]),
        Mistake::ControlCharacters => words.bad_characters.to_owned(),
        Mistake::NoOwner => words.action.bad_owner.to_owned(),
        Mistake::TrendUnknown(_) | Mistake::TrendRose(_) | Mistake::TrendElsewhere(_) | Mistake::TrendOver(_) => {
            words.action.bad_trend.to_owned()
        }
    }
}

/// The form of a new action. It is open where a trend led to it, or where something is wrong with it.
fn new(asked: &Asked<'_>, frame: &Frame, people: &People, (list, days): (&OnList<'_>, Days)) -> Markup {
    let words = frame.words;
    let typed = |field: &str| if list.mistake.is_some() { asked.caller.field(field) } else { "" };
    let or = |text: &str, usual: String| if text.is_empty() { usual } else { text.to_owned() };
    html! {
        details.fold open[list.trend.is_some() || list.mistake.is_some()] {
            summary { (words.action.start) }
            form method="post" action=(frame.to("/actions")) {
                (frame.token())
                input type="hidden" name="scope" value=(list.scope);
                @if let Some(trend) = &list.trend {
                    input type="hidden" name="trends" value=(trend.trend);
                    p { strong { (words.action.answers) } }
                    (trend_rows::rows(frame, std::slice::from_ref(trend), asked.call.now))
                }
                label {
                    span { (words.action.what) }
                    small { (words.action.what_hint) }
                    textarea name="what" rows="3" maxlength=(LONGEST_WHAT) required { (typed("what")) }
                }
                (stores(asked, frame, list))
                label {
                    span { (words.action.first_day) }
                    small { (filled(words.action.first_day_hint, &[("back", &BACK_DAYS), ("ahead", &AHEAD_DAYS)])) }
                    input type="date" name="start" required min=(days.first) max=(days.last)
                        value=(or(typed("start"), days.today.to_string()));
                }
                label {
                    span { (filled(words.action.settling, &[("most", &MOST_SETTLING_DAYS)])) }
                    small { (words.action.settling_hint) }
                    input type="number" name="settling_days" min="0" max=(MOST_SETTLING_DAYS) inputmode="numeric"
                        value=(or(typed("settling_days"), "0".to_owned()));
                }
                (owner(frame, people, list, &or(typed("owner"), asked.caller.by().to_owned())))
                button type="submit" { (words.action.begin) }
            }
        }
    }
}

/// The stores of the scope, the first two hundred of them. Those of the trend are ticked.
fn stores(asked: &Asked<'_>, frame: &Frame, list: &OnList<'_>) -> Markup {
    let (words, all) = (frame.words, &list.of_scope.stores.all);
    let chosen: BTreeSet<&str> = asked.caller.each("stores").collect();
    let is_ticked = |store: &Store| match &list.trend {
        _ if list.mistake.is_some() => chosen.contains(store.number.to_string().as_str()),
        Some(trend) => is_of(&trend.watched.scope, store),
        None => all.len() == 1,
    };
    html! {
        fieldset {
            legend { (words.action.stores) }
            @if all.len() > MOST_STORES { small { (filled(words.action.many_stores, &[("n", &MOST_STORES)])) } }
            div.stores { @for store in all.iter().take(MOST_STORES) {
                label.choice {
                    input type="checkbox" name="stores" value=(store.number) checked[is_ticked(store)];
                    span { bdi { (store.details.name) } " · " (store.number) }
                }
            } }
        }
    }
}

/// Whether a scope is a store, or a node above it.
fn is_of(scope: &Scope, store: &Store) -> bool {
    match scope {
        Scope::Store(number) => store.number == *number,
        Scope::Node(path) => path.covers(&store.details.path),
    }
}

/// The people who follow any of the stores that can be ticked.
fn owner(frame: &Frame, people: &People, list: &OnList<'_>, chosen: &str) -> Markup {
    let words = frame.words;
    let stores = || list.of_scope.stores.all.iter().take(MOST_STORES);
    html! {
        label { span { (words.owner) } select name="owner" required {
            option value="" { (words.choose) }
            @for (id, name) in people.who(|person| stores().any(|store| follows(person, store))) {
                option value=(id) selected[id.as_str() == chosen] { (name) }
            }
        } }
    }
}
