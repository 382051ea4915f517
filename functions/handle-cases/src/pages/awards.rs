//! The page on which awards are handed out, and which says what they came to.

use aftertaste::{
    domain::{
        place::{Month, Store},
        report::TOO_FEW,
    },
    http::ProblemKind,
    pages::filled,
    table::Claimable,
};
use maud::{Markup, html};

use super::frame::{Body, Frame, told};
use crate::{
    Asked,
    awards::Claimed,
    money::money,
    month::{AtStore, OfMonth, Sum, ToGuests},
    words::Words,
};

/// The outcome of a code that was typed.
pub(crate) enum Claim {
    HandedOut(Claimable),
    Refused(ProblemKind),
}

pub(crate) fn page(
    asked: &Asked<'_>,
    frame: &Frame,
    (stores, of_month): (&[Store], Option<&OfMonth>),
    came: Option<(&Claim, &Claimed)>,
) -> Body {
    let words = frame.words;
    let address = of_month.map_or_else(|| "/awards".to_owned(), |of| address(of, of.month));
    let said = came.map(|(claim, _)| match claim {
        Claim::HandedOut(award) => {
            (true, filled(words.handed_out, &[("award", &money(award.amount, &award.currency))]))
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
        @match of_month {
            Some(of_month) => (sums(frame, of_month)),
            None => @if let Some(store) = stores.first() {
                @let this_month = Month::of(asked.call.now, &store.calendar.zone);
                p { a href=(frame.to(&format!("/awards?month={this_month}"))) { (words.awards_by_month) } }
            }
        }
    };
    Body { title: words.awards.into(), way: "/awards", address, markup }
}

/// The address of the awards of another month.
fn address(of: &OfMonth, month: Month) -> String {
    let scope = of.scope.as_ref().map_or_else(String::new, |scope| format!("&scope={scope}"));
    format!("/awards?month={month}{scope}")
}

/// Shows what each store gave in a month.
fn sums(frame: &Frame, of: &OfMonth) -> Markup {
    let words = frame.words;
    html! {
        section {
            h2 { (words.awards_by_month) " · " (words.month(of.month)) }
            @if let Some(scope) = &of.scope { p.note { (scope) } }
            nav.filters aria-label=(words.awards_by_month) {
                @for month in [of.month.before(), of.month.next()] {
                    a href=(frame.to(&address(of, month))) { (words.month(month)) }
                }
            }
            @if of.stores.is_empty() { p.note { (words.no_awards) } }
            @else { ul.inbox { @for at in &of.stores { li.row { strong { (at.name) } (at_store(words, at)) } } } }
        }
    }
}

fn at_store(words: &Words, at: &AtStore) -> Markup {
    let sum = |Sum { n, amount }: Sum, currency: &str| format!("{n} · {}", money(amount, currency));
    let few = || filled(words.fewer_than, &[("n", &TOO_FEW)]);
    html! {
        dl.facts {
            @for (currency, ToGuests { given, redeemed }) in &at.guests {
                div {
                    dt { (words.to_guests) }
                    dd { (sum(*given, currency)) }
                    dd { small { (words.redeemed) " " (sum(*redeemed, currency)) } }
                }
            }
            @for (currency, given) in &at.staff {
                div {
                    dt { (words.to_staff) }
                    dd { @match given {
                        Some(given) => (sum(*given, currency)),
                        None => { (few()) " · " (currency) }
                    } }
                }
            }
        }
    }
}
