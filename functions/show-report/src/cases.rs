//! What became of answers that needed somebody: by what guests say, and not by what was closed.

use aftertaste::domain::report::{CasePart as Part, CasesFigure};
use maud::{Markup, html};

use crate::{figures::percent, words::Words};

pub(crate) fn section(cases: Option<&CasesFigure>, words: &Words) -> Markup {
    let Some(cases) = cases else { return html! {} };
    let number = |name: &str, count: Option<u64>| {
        html! { @if let Some(count) = count { tr { th scope="row" { (name) } td { (count) } } } }
    };
    let minutes = |name: &str, minutes: Option<f64>| {
        html! { @if let Some(minutes) = minutes { tr { th scope="row" { (name) } td { (words.minutes(minutes)) } } } }
    };
    html! {
        section {
            h2 { (words.cases) }
            div.wide role="region" aria-label=(words.cases) tabindex="0" { table {
                tbody {
                    (number(words.cases_opened, Some(cases.opened)))
                    (part(words.in_time, cases.in_time, words))
                    (part(words.recovery, cases.recovery, words))
                    (number(words.silent, cases.silent))
                    (minutes(words.reply_minutes, cases.reply_minutes))
                    (minutes(words.close_minutes, cases.close_minutes))
                    (number(words.reopened, cases.reopened.filter(|n| *n > 0)))
                    (number(words.lapsed, cases.lapsed.filter(|n| *n > 0)))
                    (number(words.cases_waiting, cases.waiting.filter(|n| *n > 0)))
                    (number(words.praises, Some(cases.praises).filter(|n| *n > 0)))
                    @for (currency, (n, amount)) in &cases.awards {
                        tr { th scope="row" { (words.awards) } td { (n) br; span.note { (hundredths(*amount)) " " (currency) } } }
                    }
                }
            } }
            @if cases.recovery.is_some() { p.note { (words.recovery_meaning) } }
            @if !cases.causes.is_empty() {
                h3 { (words.causes) }
                div.wide role="region" aria-label=(words.causes) tabindex="0" { table {
                    tbody { @for cause in &cases.causes { tr { th scope="row" { (cause.cause) } td { (cause.n) } } } }
                } }
            }
        }
    }
}

fn part(name: &str, part: Option<Part>, words: &Words) -> Markup {
    html! {
        @if let Some(Part { k, n, share, low, high }) = part {
            tr {
                th scope="row" { (name) }
                td {
                    strong { (percent(share)) } " " span.note { (percent(low)) " … " (percent(high)) }
                    br; span.note { (k) " " (words.of) " " (n) }
                }
            }
        }
    }
}

/// An amount in the currency's smallest unit, as people write it.
fn hundredths(amount: u64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}
