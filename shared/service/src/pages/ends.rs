//! How a guest's visit to the page of a survey ends.

use domain::{
    survey::Brand,
    visit::{Channel, Origin},
};
use jiff::Timestamp;
use maud::html;
use uuid::Uuid;

use super::{brand::header, survey::shell, words::words};
use crate::http::Page;

/// The thanks to a guest: the brand's own words, or those that are built in. The former are not for staff.
pub fn thanks_line<'a>(brand: &'a Brand, channel: Channel, language: &str) -> &'a str {
    let words = words(language);
    if channel.origin() == Origin::Staff {
        return words.thanks_of_staff;
    }
    brand.thanks.get(language).filter(|own| !own.is_empty()).unwrap_or(words.thanks_more)
}

/// The words in its place for guests who were let down.
pub fn sorry_line<'a>(brand: &'a Brand, channel: Channel, language: &str) -> &'a str {
    if channel.origin() == Origin::Staff {
        return thanks_line(brand, channel, language);
    }
    brand.sorry.get(language).filter(|own| !own.is_empty()).unwrap_or(words(language).sorry_more)
}

/// How a visit to the page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The answer was recorded.
    Thanks,
    /// The answer of a guest who was let down was recorded.
    Sorry,
    /// Another answer was there.
    Answered,
    /// The answer was taken back.
    TakenBack,
}

impl End {
    /// The end with a name, as the script writes it into the address so that a reload shows the end again.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Thanks, Self::Sorry, Self::Answered].into_iter().find(|end| end.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thanks => "thanks",
            Self::Sorry => "sorry",
            Self::Answered => "answered",
            Self::TakenBack => "taken-back",
        }
    }
}

/// A visit whose page has ended.
#[derive(Clone, Copy)]
pub struct Ended<'a> {
    /// The brand.
    pub brand: &'a Brand,
    /// The store's name.
    pub store: &'a str,
    /// The link, as it stands in the address.
    pub link: &'a str,
    /// The language.
    pub language: &'a str,
    /// The submission that brought the guest's answer, where it is known.
    pub submission: Option<Uuid>,
    /// How its guest came. A kiosk's screen is not their own: the next comes along, and takes nothing back.
    pub channel: Channel,
    /// The reply that they may come back for, as far as the server knows.
    pub awaited: Option<Awaited>,
}

/// The reply that a guest whose answer opened a case may come back for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// Whether the store is to reply.
    pub promised: bool,
    /// Until when the link leads to the case.
    pub until: Timestamp,
}

/// The page at the end, with the way back from it: with the submission that the guest's answer came with. Where that is
/// not known, the script may know it, and shows the form.
pub fn end(end: End, visit: &Ended<'_>) -> Page {
    let Ended { brand, store, link, language, submission, channel, awaited } = *visit;
    let words = words(language);
    let is_theirs = channel != Channel::Kiosk;
    let (title, more) = match end {
        End::Thanks => (words.thanks, thanks_line(brand, channel, language)),
        End::Sorry => (words.sorry, sorry_line(brand, channel, language)),
        End::Answered if channel.origin() == Origin::Staff => (words.answered, words.answered_of_staff),
        End::Answered => (words.answered, words.answered_more),
        End::TakenBack => (words.taken_back, words.taken_back_more),
    };
    // The same for every guest who has answered: asking only the happy ones for more is asking for a better picture.
    let has_own = matches!(end, End::Thanks | End::Sorry) && is_theirs && channel.origin() != Origin::Staff;
    let own = brand.link.as_ref().filter(|_| has_own);
    let address = format!("/s/{link}?lang={language}");
    let submission_field = submission.map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        (header(brand, Some(store), None))
        div.end data-end=(end.name()) data-case=[awaited.map(|awaited| awaited.until.as_millisecond())] {
            @if end == End::Thanks { span.seal aria-hidden="true" { "✓" } }
            h1 { (title) }
            p { (more) }
            @if let Some(link) = own { p { a.own href=(link.url) rel="noopener" { (link.text.in_language(language)) } } }
            @if end == End::TakenBack {
                p { a href=(address) { (words.again) } }
            } @else if is_theirs {
                @if awaited.is_some_and(|awaited| awaited.promised) { p { (words.store_replies) } }
                form.case method="post" action=(format!("/s/{link}/case?lang={language}"))
                    hidden[submission.is_none() || awaited.is_none()] {
                    input type="hidden" name="submission" value=(submission_field);
                    button type="submit" { (words.see_reply) }
                }
                form method="post" action=(address) hidden[submission.is_none()] {
                    input type="hidden" name="submission" value=(submission_field);
                    @if end == End::Answered { p { (words.answered_back) } }
                    button.quiet type="submit" name="take_back" value="1" { (words.take_back) }
                }
            }
        }
    };
    shell(language, title, brand).page(body)
}
