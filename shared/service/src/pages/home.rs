//! The page at the bare address: what this is, for those who come without a link.

use domain::survey::Brand;
use maud::html;

use super::{
    brand::header,
    survey::shell,
    words::{guests_language, problem_words, words},
};
use crate::http::Page;

/// The page.
pub fn home(brand: &Brand, wanted: &[String]) -> Page {
    let language = guests_language(wanted);
    let words = words(language);
    let body = html! {
        (header(brand, None, None))
        div.end {
            h1 { (words.home) }
            p { (words.home_more) }
            p { a href=(format!("/sign-in?lang={language}")) { (problem_words(language).way_on) } }
        }
    };
    let title = format!("{} · {}", words.home, brand.name);
    super::shell::Shell { script: None, ..shell(language, &title, brand) }.page(body)
}
