//! Since when a score changed and what changed in it, as the page says it.

use aftertaste::{
    domain::{place::Scope, trend::Change, watch::Direction},
    pages::{filled, part_name, part_names},
};
use maud::{Markup, html};

use crate::{
    address::Address,
    figures::{about, counted, whole},
    loading::Loaded,
    watched::{ChangedScope, Watch},
    words::Words,
};

/// So many parts at most are named that changed more than others.
const NAMED: usize = 3;

/// Since when the score of the scope itself changed, in the tile of the score. Where the report says of its own days that
/// they differ, it is not said that nothing changed.
pub(crate) fn line(loaded: &Loaded, may_say_nothing: bool, language: &str, words: &Words) -> Markup {
    let Some(watch) = &loaded.watch else { return html! {} };
    let said = &words.since;
    html! {
        @if let Some(found) = watch.own() {
            p.since.found { (leading_to_trend(found, html! { strong { (moved(found, words)) } })) }
            p.note.of-change {
                @let (most, run) = (most_of_all(found, loaded, language, words), run(&found.change, words));
                @if let Some(most) = &most { span { (most) } }
                @if let Some(run) = &run { span.run { @if most.is_some() { " · " } (run) } }
            }
        } @else if let Some(found) = watch.own_suspicion() {
            p.since.found { (may_have_moved(found, words)) }
        } @else if watch.looked && may_say_nothing {
            p.note.since { (said.none) }
        }
    }
}

/// The scores that changed: of the scope, of its parts, and of what lies below it. Of a store only where there are any.
pub(crate) fn section(loaded: &Loaded, address: &Address<'_>, language: &str, words: &Words) -> Markup {
    let is_node = matches!(loaded.scope, Scope::Node(_));
    let Some(watch) = loaded.watch.as_ref().filter(|watch| is_node || !watch.found_nothing()) else {
        return html! {};
    };
    let said = &words.since;
    let list = |found: &[ChangedScope], more: usize| {
        html! {
            ul.rows { @for found in found { (row(found, loaded, (address, language), words)) } }
            @if more > 0 { p.note { (filled(words.and_more, &[("n", &more)])) } }
        }
    };
    html! {
        section.changed-scores #changed-scores {
            h2 { (said.title) }
            @if watch.changed.is_empty() { p { (said.nobody) } } @else { (list(&watch.changed, watch.more_changed)) }
            @if !watch.suspected.is_empty() {
                h3 { (said.suspects) }
                p.note { (said.suspects_meaning) }
                (list(&watch.suspected, watch.more_suspected))
            }
            p.note { (meaning(watch, words)) }
        }
    }
}

fn meaning(watch: &Watch, words: &Words) -> String {
    filled(words.since.meaning, &[("n", &counted(watch.watched)), ("days", &counted(watch.days_apart))])
}

fn row(found: &ChangedScope, loaded: &Loaded, (address, language): (&Address<'_>, &str), words: &Words) -> Markup {
    let Change { low, high, .. } = found.change;
    html! {
        li {
            span.whose {
                @if found.is_own { span.name { (found.name) } } @else { a href=(address.of(&found.scope.to_string())) { (found.name) } }
                @if let Some(part) = found.part { " · " span.note { (part_name(part, &loaded.brand, language)) } }
            }
            span.how {
                @if found.is_certain() { strong { (moved(found, words)) } } @else { (moved(found, words)) }
                " " span.note.interval { "(" (whole(low)) " … " (whole(high)) ")" }
                @let more = [run(&found.change, words), most_of_all(found, loaded, language, words)];
                @let more: Vec<String> = more.into_iter().flatten().collect();
                @if !more.is_empty() { br; span.note { (more.join(" · ")) } }
                @if found.may_follow { br; (leading_to_trend(found, html! { (words.since.follow) })) }
            }
        }
    }
}

/// A text that leads to the trend, for readers who may follow it up.
fn leading_to_trend(found: &ChangedScope, text: Markup) -> Markup {
    html! {
        @match &found.trend {
            Some(trend) if found.may_follow => a href=(format!("/trend/{trend}")) { (text) },
            _ => (text),
        }
    }
}

fn moved(found: &ChangedScope, words: &Words) -> String {
    let text = match (found.fell(), found.change.beside) {
        (true, false) => words.since.lower,
        (true, true) => words.since.behind,
        (false, false) => words.since.higher,
        (false, true) => words.since.ahead,
    };
    let Change { points, since, .. } = found.change;
    filled(text, &[("points", &about(points)), ("day", &words.day_of(since))])
}

fn may_have_moved(found: &ChangedScope, words: &Words) -> String {
    let text = if found.fell() { words.since.may_be_lower } else { words.since.may_be_higher };
    filled(text, &[("day", &words.day_of(found.change.since))])
}

/// The days on one of which the change began, if that is not known to the day.
fn run(change: &Change, words: &Words) -> Option<String> {
    let [from, to] = [change.earliest, change.latest].map(|day| words.day_of(day));
    (change.earliest < change.latest).then(|| filled(words.since.between, &[("from", &from), ("to", &to)]))
}

/// The places below that make up the change, or the parts that changed more than all others, or that all changed alike.
/// None where that was not worked out.
fn most_of_all(found: &ChangedScope, loaded: &Loaded, language: &str, words: &Words) -> Option<String> {
    if !found.because.is_empty() {
        let names: Vec<&str> = found.because.iter().take(NAMED).map(|cause| cause.name.as_str()).collect();
        return Some(filled(words.since.because, &[("places", &names.join(words.sentence.comma))]));
    }
    let parts = found.change.parts.as_ref()?;
    let names = part_names(parts.iter().take(NAMED).map(|moved| moved.part), &loaded.brand, language);
    Some(if parts.is_empty() { words.since.alike.to_owned() } else { filled(words.since.most, &[("parts", &names)]) })
}

/// The same in the sentence on top: which way by how many points, and what it says.
pub(crate) fn in_sentence(change: &Change, words: &Words) -> (f64, String) {
    let (side, text) = match change.direction {
        Direction::Drop => (-1.0, words.sentence.lower_since),
        Direction::Rise => (1.0, words.sentence.higher_since),
    };
    (side, filled(text, &[("points", &about(change.points)), ("day", &words.day_of(change.since))]))
}

/// What the line and its band in the picture are.
pub(crate) fn in_picture(change: &Change, words: &Words) -> String {
    let said = &words.since;
    let [since, from, to] = [change.since, change.earliest, change.latest].map(|day| words.day_of(day));
    let line = filled(said.picture, &[("day", &since)]);
    let band = filled(said.picture_run, &[("from", &from), ("to", &to)]);
    if change.earliest < change.latest { format!("{line}{}{band}", said.space) } else { line }
}
