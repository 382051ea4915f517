//! What all pages share. A page is one reply: it asks for nothing else.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::survey::nearest_language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::words::is_from_right;
use crate::http::Page;

/// What a page is beside its body.
pub struct Shell<'a> {
    /// Its language.
    pub language: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The brand's colour, already checked to be `#rrggbb`.
    pub colour: &'a str,
    /// Its styles, beside those that all pages have.
    pub style: &'a str,
    /// Its script.
    pub script: Option<&'a str>,
    /// Which sites may show the page in a frame: `'none'`, or their addresses.
    pub framed_by: &'a str,
}

impl Shell<'_> {
    /// Puts a page together.
    pub fn page(&self, body: Markup) -> Page {
        let Self { language, title, colour, script, framed_by, .. } = self;
        let style = format!(":root{{--brand:{colour};--on-brand:{}}}{STYLE}{}", ink_on(colour), self.style);
        let page = html! {
            (DOCTYPE)
            html lang=(language) dir=[is_from_right(language).then_some("rtl")] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(&style)) }
                }
                body {
                    main { (body) }
                    @if let Some(script) = script { script { (PreEscaped(script)) } }
                }
            }
        };
        let mut policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}",
            hash(&style)
        );
        if let Some(script) = script {
            // What a script sends goes to where the page came from, and nowhere else.
            policy += &format!("; script-src 'sha256-{}'; connect-src 'self'", hash(script));
        }
        Page { html: page.into_string(), policy }
    }
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// White or near-black, whichever is read better on a colour: their contrasts with it (WCAG 2.2, relative luminance)
/// are equal at a luminance of about 0.18.
fn ink_on(colour: &str) -> &'static str {
    let channel = |at: usize| {
        let value = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or_default();
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    if 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.18 { "#1d1b1a" } else { "#fff" }
}

const STYLE: &str = include_str!("page.css");

/// The languages of the pages for those who sign in.
pub const LANGUAGES: [&str; 3] = ["zh-CN", "zh-TW", "en"];

/// The nearest of these to what is wanted; English for those who want none of them.
pub fn built_in_language(wanted: &[String]) -> &'static str {
    nearest_language(wanted, &LANGUAGES).unwrap_or("en")
}

/// The address of a page in a language.
pub fn in_language(address: &str, language: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}lang={language}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_on_the_brands_colour_can_be_read() {
        for (colour, ink) in [
            ("#b4232a", "#fff"),
            ("#ffffff", "#1d1b1a"),
            ("#000000", "#fff"),
            ("#ffd400", "#1d1b1a"),
            ("#1677ff", "#1d1b1a"),
        ] {
            assert_eq!(ink_on(colour), ink, "{colour}");
        }
    }
}
