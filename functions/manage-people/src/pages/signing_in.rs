//! The pages of whoever has not signed in.

use maud::html;

use super::frame::{Body, Frame};

/// The sign-in page: the button of a link, or the question for one.
pub(crate) fn sign_in(frame: &Frame, link: Option<&str>) -> Body {
    let words = frame.words;
    let markup = html! {
        @if let Some(link) = link {
            p { (words.press) }
            form method="post" action="/sign-in" {
                input type="hidden" name="link" value=(link);
                button type="submit" { (words.sign_in) }
            }
        } @else {
            @if let Some(host) = &frame.openid {
                p { a.button href="/sign-in/openid" { (words.sign_in) " · " (host) } }
            }
            h2 { (words.ask) }
            p { (words.ask_more) }
            form method="post" action="/sign-in" {
                label { span { (words.email) } input type="email" name="email" autocomplete="email" required maxlength="254"; }
                button type="submit" { (words.send) }
            }
        }
    };
    Body { title: words.sign_in.into(), address: "", markup }
}

/// What everybody is told who asks for a link, listed or not.
pub(crate) fn asked(frame: &Frame) -> Body {
    let markup = html! { p role="status" { (frame.words.asked_more) } };
    Body { title: frame.words.asked.into(), address: "", markup }
}
