//! All that was done with a case or a trend.

use aftertaste::pages::filled_with;
use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use super::frame::Frame;
use crate::detail::Done;

/// A history, oldest first. `said` has of each deed whose it is, and the words for it.
pub(super) fn history(
    frame: &Frame,
    log: &[Done],
    (zone, now): (&TimeZone, Timestamp),
    said: impl Fn(&Done) -> (String, &'static str),
) -> Markup {
    let words = frame.words;
    html! {
        section.history {
            h2 { (words.history) }
            ol { @for done in log {
                @let (who, text) = said(done);
                li {
                    small { (words.time(done.at, zone, now)) }
                    span { (filled_with(text, &[
                        ("who", html! { strong { (who) } }),
                        ("to", html! { @if let Some(to) = done.to_name.as_ref().or(done.to.as_ref()) { strong { (to) } } }),
                    ])) }
                }
            } }
        }
    }
}

/// The one who did it, by the name that people know.
pub(super) fn by_name<'a>(frame: &Frame, done: &'a Done) -> &'a str {
    match done.name.as_deref() {
        Some(name) => name,
        None if done.by == "-" => frame.words.nobody,
        None => &done.by,
    }
}
