//! A verdict on an action, in words.

use aftertaste::{
    domain::action::{Effect, Judgement, Recovery, Reference, Verdict},
    pages::filled,
};
use maud::{Markup, html};

use crate::words::VerdictWords;

/// All sentences of a verdict, the most important first.
pub(super) fn verdict(words: &VerdictWords, judgement: &Judgement) -> Markup {
    html! {
        p { strong { (words.sentence(judgement.verdict)) } }
        @for mixing in &judgement.mixed { p { (words.mixing(*mixing)) } }
        @if let Some(effect) = judgement.effect.filter(|_| judgement.verdict != Verdict::Mixed) {
            p { (effect_of(words, &effect)) }
            @let moved = if effect.moved_as_far == 0 { words.none_moved_as_far } else { words.moved_as_far };
            p { (filled(moved, &[("n", &effect.siblings), ("moved", &effect.moved_as_far)])) }
            @if judgement.verdict == Verdict::CannotTell {
                p { (filled(words.least, &[("least", &plain(effect.least))])) }
            }
        }
        @if judgement.reference == Reference::Earlier && judgement.effect.is_some() && judgement.verdict != Verdict::Mixed {
            p { (words.dip) }
        }
        @if let Some(recovery) = &judgement.recovery { p { (recovery_of(words, recovery)) } }
    }
}

fn effect_of(words: &VerdictWords, effect: &Effect) -> String {
    let Effect { effect, low, high, siblings, .. } = *effect;
    let values = (signed(effect), signed(low), signed(high));
    filled(words.effect, &[("effect", &values.0), ("low", &values.1), ("high", &values.2), ("n", &siblings)])
}

fn recovery_of(words: &VerdictWords, recovery: &Recovery) -> String {
    let text = if recovery.back { words.back } else { words.not_back };
    let values = (signed(recovery.difference), signed(recovery.low), signed(recovery.high));
    filled(text, &[("difference", &values.0), ("low", &values.1), ("high", &values.2)])
}

/// Points with a sign that reads as one: `+4.2`, `−3.1` and `0.0`.
fn signed(points: f64) -> String {
    let text = plain(points);
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None if text == "0.0" => text,
        None => format!("+{text}"),
    }
}

/// Points to a tenth. None is a negative zero.
fn plain(points: f64) -> String {
    format!("{:.1}", (points * 10.0).round() / 10.0 + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_a_sign_and_one_decimal() {
        let written: Vec<String> = [4.24, -3.06, 0.04, -0.04, 12.0].into_iter().map(signed).collect();
        assert_eq!(written, ["+4.2", "−3.1", "0.0", "0.0", "+12.0"]);
    }
}
