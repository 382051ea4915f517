//! The moves of a case: a bar that stays at the thumb, and a form for each move.

use aftertaste::domain::{
    case::{AwardTo, LONGEST_NOTE, LONGEST_REPLY, Outcome},
    place::Store,
    survey::{Brand, Severity},
};
use maud::{Markup, html};

use super::move_forms::{MoveForms, cause_options, named_outcome};
use crate::{detail::Shown, listed::People};

/// All that the forms are made from.
pub(super) struct Forms<'a> {
    pub moves: MoveForms<'a>,
    pub shown: &'a Shown,
    pub store: &'a Store,
    pub brand: &'a Brand,
    pub people: &'a People,
}

/// Every form that fits.
pub(super) fn all(forms: &Forms<'_>) -> Markup {
    let may = &forms.shown.may;
    html! {
        @if forms.moves.frame.has_forms() {
            @if may.answer { (answer(forms)) }
            @if may.read_contact && forms.shown.contact.is_none() { (read_contact(forms)) }
            @if may.hand_over { (hand_over(forms)) }
            @if !may.close.is_empty() { (close(forms)) }
            @if may.award { (award(forms)) }
        }
    }
}

/// The one thing to do now, at the thumb.
pub(super) fn bar(forms: &Forms<'_>) -> Markup {
    let (words, may) = (forms.moves.frame.words, &forms.shown.may);
    let answer = if forms.shown.listed.severity == Severity::Praise { words.thank } else { words.answer };
    // Where the guest is to say whether it is solved, closing is not the next thing.
    let ends_well = may.close.iter().any(|outcome| matches!(outcome, Outcome::Solved | Outcome::Thanked));
    html! {
        @if forms.moves.frame.has_forms() && (may.answer || !may.close.is_empty()) {
            div.bar {
                @if may.take { (forms.moves.form(None, &forms.moves.button("take", words.take))) }
                @if may.answer { a.button.quiet[may.take] href="#answer" { (answer) } }
                @else { a.button.quiet[!ends_well] href="#close" { (words.close) } }
            }
        }
    }
}

fn answer(forms: &Forms<'_>) -> Markup {
    let words = forms.moves.frame.words;
    let is_praise = forms.shown.listed.severity == Severity::Praise;
    let causes = if is_praise { Vec::new() } else { forms.brand.known_causes() };
    let fields = html! {
        @if !is_praise {
            label { span { (words.cause) } select name="cause" required {
                option value="" { (words.choose) }
                (cause_options(&causes, forms.moves.asked.languages, forms.moves.typed("cause")))
            } }
        }
        label {
            span { (words.our_reply) }
            small { (words.reply_hint) }
            textarea name="reply" rows="4" maxlength=(LONGEST_REPLY) required { (forms.moves.typed("reply")) }
        }
        (forms.moves.button("answer", words.send))
    };
    html! {
        section.doing {
            h2 { (if is_praise { words.thank } else { words.answer }) }
            (forms.moves.form(Some("answer"), &fields))
        }
    }
}

fn read_contact(forms: &Forms<'_>) -> Markup {
    let words = forms.moves.frame.words;
    let fields = html! { button.quiet type="submit" name="move" value="read-contact" { (words.read_contact) } };
    html! {
        section.doing {
            h2 { (words.contact) }
            p.note { (words.contact_left) }
            (forms.moves.form(None, &fields))
        }
    }
}

fn hand_over(forms: &Forms<'_>) -> Markup {
    let words = forms.moves.frame.words;
    let own = forms.shown.listed.owner.as_deref();
    let fields = html! {
        label { span { (words.to_whom) } select name="to" required {
            option value="" { (words.choose) }
            @for (id, name) in forms.people.who_follow(forms.store) {
                @if Some(id.as_str()) != own { option value=(id) { (name) } }
            }
        } }
        (forms.moves.button("hand-over", words.hand_over))
    };
    forms.moves.folded("hand-over", (words.hand_over, None), &fields)
}

fn close(forms: &Forms<'_>) -> Markup {
    let words = forms.moves.frame.words;
    let is_praise = forms.shown.listed.severity == Severity::Praise;
    let may_be_solved = is_praise || forms.shown.may.close.contains(&Outcome::Solved);
    let fields = html! {
        fieldset {
            legend { (words.outcome) }
            @for outcome in &forms.shown.may.close {
                label.choice {
                    input type="radio" name="outcome" required value=(named_outcome(outcome));
                    span { (words.outcome(*outcome)) }
                }
            }
        }
        label {
            span { (words.note) }
            small { (words.note_hint) }
            textarea name="note" rows="2" maxlength=(LONGEST_NOTE) { (forms.moves.typed("note")) }
        }
        (forms.moves.button("close", words.close))
    };
    forms.moves.folded("close", (words.close, Some(words.solved_later).filter(|_| !may_be_solved)), &fields)
}

fn award(forms: &Forms<'_>) -> Markup {
    let words = forms.moves.frame.words;
    let typed = forms.moves.typed("currency");
    let known = forms.shown.visit.context.currency.as_deref().unwrap_or("CNY");
    let currency = if typed.is_empty() { known } else { typed };
    let is_praise = forms.shown.listed.severity == Severity::Praise;
    let receivers = [("guest", AwardTo::Guest), ("staff", AwardTo::Staff)];
    let fields = html! {
        fieldset {
            legend { (words.receiver) }
            @for (value, to) in receivers {
                label.choice {
                    input type="radio" name="to" required value=(value) checked[(value == "staff") == is_praise];
                    span { (words.award_to(to)) }
                }
            }
        }
        div.two {
            label { span { (words.sum) } input name="sum" inputmode="decimal" required maxlength="12" autocomplete="off" value=(forms.moves.typed("sum")); }
            label { span { (words.currency) } input name="currency" required maxlength="3" size="3" autocapitalize="characters" autocomplete="off" spellcheck="false" value=(currency); }
        }
        (forms.moves.button("award", words.give))
    };
    forms.moves.folded("award", (words.award, Some(words.award_hint).filter(|_| !is_praise)), &fields)
}
