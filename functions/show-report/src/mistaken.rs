//! The page of an address with a mistake: what it is, in the reader's language, and the form to choose again.

use aftertaste::{
    domain::{place::Scope, survey::Brand},
    http::{Page, Request},
    pages::{Shell, filled},
};
use jiff::{ToSpan, civil::Date};
use maud::html;

use crate::{
    asked::{LONGEST_WINDOW_DAYS, Mistake},
    words::Words,
};

/// What an address asks for besides days, as it stands there.
const ELSE: [&str; 7] = ["survey", "against", "sort", "about", "with", "with_from", "with_to"];

/// What an address asks for besides days, without the mistake.
pub(crate) fn kept(request: &Request, mistake: &Mistake) -> Vec<(&'static str, String)> {
    let is_mistaken = |name: &str| match mistake {
        Mistake::Survey => name == "survey",
        Mistake::Beside => name.starts_with("with"),
        // Which of the days it is, it does not say.
        Mistake::Day(_) | Mistake::Reversed(..) | Mistake::TooLong(..) => name.starts_with("with_"),
        Mistake::Other(_) => name == "against",
    };
    let asked = |name| Some((name, request.query(name).filter(|text| !text.is_empty())?));
    ELSE.into_iter().filter(|name| !is_mistaken(name)).filter_map(asked).collect()
}

pub(crate) fn page(
    (brand, scope, name): (&Brand, &Scope, &str),
    (mistake, kept): (&Mistake, &[(&str, String)]),
    today: Date,
    language: &str,
) -> Page {
    let words = Words::of(language);
    let body = html! {
        div.asked-again {
            p.note { (brand.name) " · " (name) }
            h1 { (words.address_mistaken) }
            p role="alert" { (said(mistake, words)) }
            form.window method="get" action=(format!("/reports/{scope}.html")) {
                input type="hidden" name="lang" value=(language);
                @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                label { (words.from) " " input type="date" name="from" value=(today.saturating_sub(27.days())) required; }
                label { (words.to) " " input type="date" name="to" value=(today) required; }
                button type="submit" { (words.show) }
            }
            p { a href=(format!("/reports/{scope}.html?lang={language}")) { (words.usual_report) " →" } }
        }
    };
    let style = include_str!("page.css");
    Shell { language, title: words.address_mistaken, colour: &brand.colour, style, script: None, framed_by: "'none'" }
        .page(body)
}

fn said(mistake: &Mistake, words: &Words) -> String {
    match mistake {
        Mistake::Day(_) => words.mistakes.day.to_owned(),
        Mistake::Reversed(from, to) => {
            filled(words.mistakes.reversed, &[("from", &words.date(*from)), ("to", &words.date(*to))])
        }
        Mistake::TooLong(from, to) => filled(
            words.mistakes.too_long,
            &[("from", &words.date(*from)), ("to", &words.date(*to)), ("most", &LONGEST_WINDOW_DAYS)],
        ),
        Mistake::Survey => words.mistakes.survey.to_owned(),
        Mistake::Beside => words.mistakes.beside.to_owned(),
        Mistake::Other(_) => words.mistakes.other.to_owned(),
    }
}
