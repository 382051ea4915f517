//! Signs of gaming: figures, with the words that they prove nothing.

use aftertaste::{
    domain::{
        count::Sign,
        report::{Integrity, SignFigure},
    },
    pages::filled,
};
use maud::{Markup, html};

use crate::words::Words;

pub(crate) fn table(integrity: &Integrity, words: &Words) -> Markup {
    if integrity.signs.is_empty() {
        return html! {};
    }
    html! {
            p.note { (words.proves_nothing) }
            div.wide role="region" aria-label=(words.integrity) tabindex="0" { table {
                thead { tr { th scope="col" { (words.sign) } th scope="col" { (words.share) } } }
                tbody { @for SignFigure { sign, k, n, share } in &integrity.signs {
                    tr {
                        th scope="row" {
                            (words.sign(*sign))
                            @if *sign == Sign::TakenBack && integrity.answered_anew > 0 {
                                br; span.note { (filled(words.again, &[("n", &integrity.answered_anew)])) }
                            }
                        }
                        td {
                            @if let Some(share) = share { (words.percent(*share)) br; }
                            span.note { @match k { Some(k) => (filled(words.k_of_n, &[("k", k), ("n", n)])), None => { (words.too_few) } } }
                        }
                    }
                } }
            } }
    }
}

/// The signs that a scope shows more often than its siblings.
pub(crate) fn marks(signs: &[Sign], words: &Words) -> Markup {
    let names: Vec<&str> = signs.iter().map(|sign| words.sign(*sign)).collect();
    html! { @if !names.is_empty() { " · " (filled(words.stands_out, &[("signs", &names.join(", "))])) } }
}
