//! The page on which awards are handed out.

use aftertaste::{domain::place::Store, http::ProblemKind, table::Claimable};
use maud::html;

use super::frame::{Body, Frame, told};
use crate::{awards::Claimed, money::money};

/// What became of a code that was typed.
pub(crate) enum Claim {
    HandedOut(Claimable),
    Refused(ProblemKind),
}

pub(crate) fn page(frame: &Frame, stores: &[Store], came: Option<(&Claim, &Claimed)>) -> Body {
    let words = frame.words;
    let said = came.map(|(claim, _)| match claim {
        Claim::HandedOut(award) => {
            let (before, after) = words.handed_out;
            (true, format!("{before}{}{after}", money(award.amount, &award.currency)))
        }
        Claim::Refused(ProblemKind::AwardRedeemed) => (false, words.award_redeemed.to_owned()),
        Claim::Refused(_) => (false, words.award_unknown.to_owned()),
    });
    let chosen = came.map(|(_, claimed)| claimed.store);
    let mistyped = came.filter(|(claim, _)| matches!(claim, Claim::Refused(_))).map(|(_, claimed)| &claimed.code);
    let markup = html! {
        h1 { (words.awards) }
        @if let Some((is_good, sentence)) = &said { (told(*is_good, sentence)) }
        @if frame.has_forms() {
            form method="post" action=(frame.to("/awards")) {
                (frame.token())
                label { span { (words.store) } select name="store" required {
                    @for store in stores {
                        option value=(store.number) selected[Some(store.number) == chosen] { (store.details.name) " · " (store.number) }
                    }
                } }
                label {
                    span { (words.code) }
                    small { (words.code_hint) }
                    input.code name="code" required inputmode="numeric" pattern="[0-9 ]{10,14}" maxlength="14" autocomplete="off"
                        value=(mistyped.map_or("", String::as_str));
                }
                button type="submit" { (words.hand_out) }
            }
        }
    };
    Body { title: words.awards.into(), way: "/awards", address: "/awards".into(), markup }
}
