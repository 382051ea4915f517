//! How a brand shows itself: on the pages, and to programs that draw their own.

use domain::{
    survey::{Accent, Brand, Colour},
    visit::{Channel, Origin},
};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

/// The brand's logo, or its first letter, with its name, the store's and the visit's.
pub(super) fn header(brand: &Brand, store: Option<&str>, visit: Option<&str>) -> Markup {
    html! {
        header {
            @match &brand.logo {
                Some(svg) => img.logo alt="" width="44" height="44" src=(image(svg));
                None => span.logo aria-hidden="true" { (brand.name.chars().next().unwrap_or('·')) }
            }
            div {
                strong { (brand.name) }
                @if let Some(store) = store { br; (store) }
                @if let Some(visit) = visit { br; small { (visit) } }
            }
        }
    }
}

/// An SVG image as an address that needs no request.
fn image(svg: &str) -> String {
    /// The characters that can't stand in an address as they are; the others stay, because they compress better.
    const ESCAPED: &AsciiSet = &CONTROLS.add(b'%').add(b'#').add(b'"').add(b'<').add(b'>').add(b'&');
    format!("data:image/svg+xml,{}", utf8_percent_encode(svg, ESCAPED))
}

/// The brand for a program: its colour as each scheme may use it, its logo as an address, and its own link for guests.
pub fn brand_for_program(brand: &Brand, channel: Channel, language: &str) -> Value {
    let colour = Colour::parse(&brand.colour).unwrap_or(Colour::BLACK);
    let accent = |Accent { fill, ink }: Accent| json!({"fill": fill.to_string(), "ink": ink.to_string()});
    let mut told = json!({
        "name": brand.name,
        "colour": brand.colour,
        "light": accent(colour.on_light()),
        "dark": accent(colour.on_dark()),
    });
    if let Value::Object(fields) = &mut told {
        fields.extend(brand.logo.as_ref().map(|svg| ("logo".to_owned(), json!(image(svg)))));
        let own = brand.link.as_ref().filter(|_| channel.origin() != Origin::Staff);
        let link = own.map(|link| json!({"url": link.url, "text": link.text.in_language(language)}));
        fields.extend(link.map(|link| ("link".to_owned(), link)));
    }
    told
}
