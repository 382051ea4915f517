//! The pages of a guest: the survey, and how a visit to it ends. A plain form; the script adds to it.

use std::collections::BTreeMap;

use domain::{
    survey::{Brand, Kind, Mistake, Question, Survey, Texts, Wrong},
    visit::{Channel, Origin},
};
use jiff::Timestamp;
use maud::{Markup, html};
use uuid::Uuid;

use super::{
    script::SCRIPT,
    shell::Shell,
    words::{Words, language_name, words},
};
use crate::http::Page;

const STYLE: &str = include_str!("survey.css");

/// Where WeChat Pay shows a merchant's page after a payment, in a frame.
const RECEIPT_FRAME: &str = "https://payapp.weixin.qq.com";

const RECEIPT_SCRIPT: &str = include_str!("receipt.js");

impl Words {
    /// What a guest is told about an answer that does not fit.
    fn of(&self, wrong: &Wrong) -> String {
        match wrong {
            Wrong::Missing => self.missing.into(),
            Wrong::Nothing => self.nothing.into(),
            Wrong::TooLong(most) => self.too_long.replace("{most}", &most.to_string()),
            Wrong::ControlCharacters => self.control_characters.into(),
            Wrong::QuestionsChanged => self.questions_changed.into(),
            Wrong::TakenBack => self.taken_back_before.into(),
            Wrong::Malformed(_) => self.malformed.into(),
        }
    }
}

/// What the page of a survey shows.
pub struct SurveyPage<'a> {
    /// The brand.
    pub brand: &'a Brand,
    /// The store's name.
    pub store: &'a str,
    /// The survey.
    pub survey: &'a Survey,
    /// Its version.
    pub version: u32,
    /// The questions that this visit is asked.
    pub questions: &'a [&'a Question],
    /// The language.
    pub language: &'a str,
    /// How the guest came here.
    pub channel: Channel,
    /// Until when it can be answered.
    pub until: Timestamp,
    /// The link, as it stands in the address.
    pub link: &'a str,
    /// The sending's own id, kept with the answer: by it the answer is found to have been sent, and taken back.
    pub submission: Uuid,
    /// What was answered, when the page is shown again.
    pub answers: &'a BTreeMap<String, Vec<String>>,
    /// Whether a reply was asked for, when the page is shown again.
    pub asks_reply: bool,
    /// What was wrong with that.
    pub mistakes: &'a [Mistake],
}

impl SurveyPage<'_> {
    /// The page.
    pub fn render(&self) -> Page {
        let words = words(self.language);
        let definition = &self.survey.definition;
        let title = definition.title.in_language(self.language);
        let action = format!("/s/{}?lang={}", self.link, self.language);
        let body = html! {
            (header(self.brand, Some(self.store)))
            h1 { (title) }
            div.survey data-action=(action) data-needed=(words.missing) data-sending=(words.sending)
                data-offline=(words.offline) data-busy=(words.busy) data-later=(words.later)
                data-until=(self.until.as_millisecond()) {
                progress hidden aria-label=(words.progress) {}
                @if !self.mistakes.is_empty() { div.mistake role="alert" {
                    (words.mend)
                    @for mistake in self.mistakes.iter().filter(|mistake| !self.shows(mistake.question.as_deref())) {
                        br; (words.of(&mistake.wrong))
                    }
                } }
                form method="post" action=(action) {
                    input type="hidden" name="submission" value=(self.submission);
                    input type="hidden" name="survey" value=(definition.id);
                    input type="hidden" name="version" value=(self.version);
                    @for question in self.questions { (self.question(question, words)) }
                    @if self.survey.offers_reply(self.channel) { label.reply {
                        input type="checkbox" name="asks_reply" value="true" checked[self.asks_reply];
                        (words.asks_reply)
                    } }
                    button type="submit" { (words.submit) }
                    p.note role="status" {}
                }
            }
            footer {
                p { (privacy_line(self.brand, self.channel, self.language)) }
                p { @for language in self.survey.languages() {
                    a href=(format!("/s/{}?lang={language}", self.link)) lang=(language)
                        aria-current=[(language == self.language).then_some("true")] { (language_name(language)) } " "
                } }
            }
        };
        shell(self.language, title, self.brand).page(body)
    }

    fn shows(&self, question: Option<&str>) -> bool {
        self.questions.iter().any(|shown| Some(shown.id().as_str()) == question)
    }

    fn question(&self, question: &Question, words: &Words) -> Markup {
        let definition = &question.definition;
        let id = question.id().as_str();
        let mistake = self.mistakes.iter().find(|mistake| mistake.question.as_deref() == Some(id));
        let missed = mistake.is_some();
        let wrong = format!("wrong-{id}");
        let condition = definition.ask_if.as_ref().and_then(|condition| serde_json::to_string(condition).ok());
        let title = html! {
            (definition.text.in_language(self.language))
            @if !definition.required { " " small { (words.optional) } }
        };
        let mark = html! { @if let Some(mistake) = mistake { p.mistake id=(wrong) { (words.of(&mistake.wrong)) } } };
        html! {
            @if let Kind::Text { max_length } = question.kind {
                div.question.missed[missed] data-id=(id) data-kind="text" data-required[definition.required]
                    data-ask-if=[condition] {
                    label for=(id) { (title) }
                    // Browsers count an emoji as two: the server, and the script, as one.
                    textarea id=(id) name=(id) rows="3" maxlength=(2 * max_length) required[is_required(question)]
                        aria-describedby=(wrong) aria-invalid=[missed.then_some("true")] {
                        // A line break right after the tag would be swallowed.
                        "\n" (self.given(id).first().map_or("", String::as_str))
                    }
                    p.note.counter hidden data-of=(id) data-most=(max_length) {}
                    (mark)
                }
            } @else {
                @let kind = if matches!(question.kind, Kind::Scale(_)) { "scale" } else { "choice" };
                fieldset.question.missed[missed] data-id=(id) data-kind=(kind) data-required[definition.required]
                    data-ask-if=[condition] aria-describedby=(format!("ends-{id} {wrong}")) {
                    legend { (title) }
                    (self.choices(question))
                    (mark)
                }
            }
        }
    }

    /// What can be chosen of a scale or a choice.
    fn choices(&self, question: &Question) -> Markup {
        let definition = &question.definition;
        let id = question.id().as_str();
        let text = |texts: &Texts| texts.in_language(self.language).to_owned();
        let choice = |kind: &str, value: &str, label: &str| {
            let is_given = self.given(id).iter().any(|given| given == value);
            html! {
                label {
                    input type=(kind) name=(id) value=(value) checked[is_given]
                        required[is_required(question) && kind == "radio"];
                    span { (label) }
                }
            }
        };
        html! {
            @match &question.kind {
                Kind::Scale(scale) => {
                    div.scale {
                        @for value in scale.min..=scale.max {
                            (choice("radio", &value.to_string(), &value.to_string()))
                        }
                    }
                    div.ends id=(format!("ends-{id}")) {
                        span { @if let Some(low) = &definition.low_label { (text(low)) } }
                        span { @if let Some(high) = &definition.high_label { (text(high)) } }
                    }
                }
                Kind::Choice { many, .. } => div.options {
                    @for option in &definition.options {
                        (choice(if *many { "checkbox" } else { "radio" }, option.id.as_str(), &text(&option.text)))
                    }
                },
                Kind::Text { .. } => {}
            }
        }
    }

    /// What was answered to a question, when the page is shown again.
    fn given(&self, id: &str) -> &[String] {
        self.answers.get(id).map_or(&[], Vec::as_slice)
    }
}

/// A page can't tell whether a condition will hold; the server does.
fn is_required(question: &Question) -> bool {
    question.definition.required && question.definition.ask_if.is_none()
}

fn shell<'a>(language: &'a str, title: &'a str, brand: &'a Brand) -> Shell<'a> {
    Shell { language, title, colour: &brand.colour, style: STYLE, script: Some(&SCRIPT), framed_by: "'none'" }
}

pub(super) fn header(brand: &Brand, store: Option<&str>) -> Markup {
    html! {
        header {
            span.logo aria-hidden="true" { (brand.name.chars().next().unwrap_or('·')) }
            div { strong { (brand.name) } @if let Some(store) = store { br; (store) } }
        }
    }
}

/// What a guest is told about what is kept: the brand's own words, or those that are built in. Staff are told of theirs.
pub fn privacy_line(brand: &Brand, channel: Channel, language: &str) -> String {
    let words = words(language);
    let own = brand.privacy.get(language).filter(|own| !own.is_empty());
    let (line, when) = match channel.origin() {
        // The brand's own words are for guests.
        Origin::Staff => (words.privacy_of_staff, ""),
        Origin::Payment => (own.unwrap_or(words.privacy), words.of_payment),
        Origin::Code | Origin::Test => (own.unwrap_or(words.privacy), words.of_opening),
    };
    line.replace("{days}", &brand.retention_days.to_string()).replace("{when}", when)
}

/// What a guest is thanked with: the brand's own words, or those that are built in. The former are not for staff.
pub fn thanks_line(brand: &Brand, channel: Channel, language: &str) -> String {
    let words = words(language);
    if channel.origin() == Origin::Staff {
        return words.thanks_of_staff.to_owned();
    }
    brand.thanks.get(language).filter(|own| !own.is_empty()).unwrap_or(words.thanks_more).to_owned()
}

/// How a visit to the page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The answer was recorded.
    Thanks,
    /// Another answer was there.
    Answered,
    /// The answer was taken back.
    TakenBack,
}

impl End {
    /// The end with a name, as the script writes it into the address so that a reload shows the end again.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Thanks, Self::Answered].into_iter().find(|end| end.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Thanks => "thanks",
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
    /// What they may come back for, as far as the server knows.
    pub awaited: Option<Awaited>,
}

/// What a guest whose answer opened a case may come back for.
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
    let (thanks, is_theirs) = (thanks_line(brand, channel, language), channel != Channel::Kiosk);
    let (title, more) = match end {
        End::Thanks => (words.thanks, thanks.as_str()),
        End::Answered if channel.origin() == Origin::Staff => (words.answered, words.answered_of_staff),
        End::Answered => (words.answered, words.answered_more),
        End::TakenBack => (words.taken_back, words.taken_back_more),
    };
    let address = format!("/s/{link}?lang={language}");
    let submission_field = submission.map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        (header(brand, Some(store)))
        div.end data-end=(end.name()) data-case=[awaited.map(|awaited| awaited.until.as_millisecond())] {
            @if end == End::Thanks { span.seal aria-hidden="true" { "✓" } }
            h1 { (title) }
            p { (more) }
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

/// The page that WeChat Pay shows in its frame after a payment: one button that leads out of it, to the survey.
pub fn receipt(brand: &Brand, store: &str, url: &str, survey: &Survey, language: &str) -> Page {
    let title = survey.definition.title.in_language(language);
    let body = html! {
        (header(brand, Some(store)))
        a.button.out href=(url) target="_top" { (title) }
    };
    Shell { script: Some(RECEIPT_SCRIPT), framed_by: RECEIPT_FRAME, ..shell(language, title, brand) }.page(body)
}
