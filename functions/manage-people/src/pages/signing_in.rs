//! The pages of people who have not signed in.

use aftertaste::pages::{filled, filled_with};
use maud::{Markup, html};

use super::frame::{Body, Frame};

/// The page of a sign-in link: whose it is, and the button that uses it.
pub(crate) fn sign_in_by(frame: &Frame, link: &str, name: &str) -> Body {
    let words = frame.words;
    let markup = html! {
        p { (filled_with(words.as_whom, &[("name", html! { strong { (name) } })])) }
        p { (words.press) }
        form method="post" action=(frame.to("/sign-in")) {
            input type="hidden" name="link" value=(link);
            button type="submit" { (words.sign_in) }
        }
    };
    Body { address: format!("/sign-in?link={link}"), ..body(words.sign_in, markup) }
}

/// The sign-in page: the identity provider, if there is one, and the question for a link.
pub(crate) fn sign_in(frame: &Frame) -> Body {
    let words = frame.words;
    let markup = html! {
        @if let Some(host) = &frame.openid {
            p { a.button href="/sign-in/openid" { (filled(words.sign_in_with, &[("provider", host)])) } }
        }
        h2 { (words.ask) }
        p { (words.ask_more) }
        form method="post" action=(frame.to("/sign-in")) {
            label { span { (words.email) } input type="email" name="email" autocomplete="email" required maxlength="254"; }
            button type="submit" { (words.send) }
        }
    };
    body(words.sign_in, markup)
}

/// The same page for everybody who asks for a link, listed or not.
pub(crate) fn asked(frame: &Frame) -> Body {
    body(frame.words.asked, html! { p role="status" { (frame.words.asked_more) } })
}

fn body(title: &str, markup: Markup) -> Body {
    Body { title: title.into(), way: "", address: "/sign-in".into(), markup }
}
