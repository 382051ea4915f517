//! The shell that all pages share. A page is one reply: it asks for nothing else.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::survey::{Accent, Colour, is_from_right};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::http::Page;

/// The parts of a page beside its body.
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
        let style = format!("{}{STYLE}{}", colours(colour), self.style);
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
            // A script sends only to where the page came from.
            policy += &format!("; script-src 'sha256-{}'; connect-src 'self'", hash(script));
        }
        let html = page.into_string();
        // A brand's logo comes with the page. Nothing that somebody wrote has a quotation mark that is not escaped.
        if html.contains(" src=\"data:image/svg+xml,") {
            policy += "; img-src data:";
        }
        Page { html, policy }
    }
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// The brand's colour as each scheme may use it.
fn colours(brand: &str) -> String {
    let colour = Colour::parse(brand).unwrap_or(Colour::BLACK);
    let set = |Accent { fill, ink }: Accent| format!(":root{{--brand:{fill};--on-brand:{ink}}}");
    format!("{}@media(prefers-color-scheme:dark){{{}}}", set(colour.on_light()), set(colour.on_dark()))
}

const STYLE: &str = include_str!("page.css");

/// The address of a page in a language.
pub fn in_language(address: &str, language: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}lang={language}")
}
