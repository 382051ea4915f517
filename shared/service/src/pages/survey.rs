//! The page of a survey. A plain form; the script adds to it.

use std::collections::BTreeMap;

use domain::{
    place::Store,
    survey::{Brand, Kind, Look, Mistake, Question, Survey, Texts, Wrong},
    visit::{Channel, Claim, Origin},
};
use jiff::Timestamp;
use maud::{Markup, html};
use uuid::Uuid;

use super::{
    brand::header,
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
    /// The words for an answer that does not fit.
    fn of(&self, wrong: &Wrong) -> String {
        match wrong {
            Wrong::Missing => self.missing.into(),
            Wrong::Nothing => self.nothing.into(),
            Wrong::TooLong(most) => self.too_long.replace("{most}", &most.to_string()),
            Wrong::QuestionsChanged => self.questions_changed.into(),
            Wrong::TakenBack => self.taken_back_before.into(),
            Wrong::Malformed(_) => self.malformed.into(),
        }
    }
}

/// The parts of a survey's page.
pub struct SurveyPage<'a> {
    /// The brand.
    pub brand: &'a Brand,
    /// The store.
    pub store: &'a Store,
    /// The link's claim about the visit.
    pub claim: &'a Claim,
    /// The survey.
    pub survey: &'a Survey,
    /// Its version.
    pub version: u32,
    /// The questions that this visit is asked.
    pub questions: &'a [&'a Question],
    /// The language.
    pub language: &'a str,
    /// Until when it can be answered.
    pub until: Timestamp,
    /// The link, as it stands in the address.
    pub link: &'a str,
    /// The sending's own id, kept with the answer: by it the answer is found to have been sent, and taken back.
    pub submission: Uuid,
    /// The answers, when the page is shown again.
    pub answers: &'a BTreeMap<String, Vec<String>>,
    /// Whether a reply was asked for, when the page is shown again.
    pub asks_reply: bool,
    /// The mistakes in them.
    pub mistakes: &'a [Mistake],
}

impl SurveyPage<'_> {
    /// The page.
    pub fn render(&self) -> Page {
        let words = words(self.language);
        let definition = &self.survey.definition;
        let title = definition.title.in_language(self.language);
        let action = format!("/s/{}?lang={}", self.link, self.language);
        let visit = visit_line(self.store, self.claim, self.language);
        let body = html! {
            (header(self.brand, Some(&self.store.details.name), visit.as_deref()))
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
                form method="post" action=(action) { (self.fields(words)) }
            }
            footer {
                p { (privacy_line(self.brand, self.claim.channel, self.language)) }
                p { @for language in self.survey.languages() {
                    a href=(format!("/s/{}?lang={language}", self.link)) lang=(language)
                        aria-current=[(language == self.language).then_some("true")] { (language_name(language)) } " "
                } }
            }
        };
        shell(self.language, title, self.brand).page(body)
    }

    /// The form: first what every guest has to answer, then the rest together, and the button always in reach.
    fn fields(&self, words: &Words) -> Markup {
        let (first, more): (Vec<_>, Vec<_>) =
            self.questions.iter().partition(|question| self.survey.is_asked_first(question));
        let offers_reply = self.survey.offers_reply(self.claim.channel);
        html! {
            input type="hidden" name="submission" value=(self.submission);
            input type="hidden" name="survey" value=(self.survey.definition.id);
            input type="hidden" name="version" value=(self.version);
            @for question in first { (self.question(question, words)) }
            @if !more.is_empty() || offers_reply { div.more role="group" aria-label=(words.more) {
                h2 { (words.more) " " small { (words.optional) } }
                @for question in more { (self.question(question, words)) }
                @if offers_reply { label.reply {
                    input type="checkbox" name="asks_reply" value="true" checked[self.asks_reply];
                    (words.asks_reply)
                } }
            } }
            div.send {
                p.note role="status" {}
                button type="submit" { (words.submit) }
            }
        }
    }

    fn shows(&self, question: Option<&str>) -> bool {
        self.questions.iter().any(|shown| Some(shown.id().as_str()) == question)
    }

    fn question(&self, question: &Question, words: &Words) -> Markup {
        let definition = &question.definition;
        let id = question.id().as_str();
        let mistake = self.mistakes.iter().find(|mistake| mistake.question.as_deref() == Some(id));
        let missed = mistake.is_some();
        // No question has an id that begins like this.
        let wrong = format!("_wrong-{id}");
        let condition = definition.ask_if.as_ref().and_then(|condition| serde_json::to_string(condition).ok());
        let title = definition.text.in_language(self.language);
        let mark = html! { @if let Some(mistake) = mistake { p.mistake id=(wrong) { (words.of(&mistake.wrong)) } } };
        html! {
            @if let Kind::Text { max_length } = question.kind {
                div.question.missed[missed] data-id=(id) data-kind="text" data-required[definition.required]
                    data-ask-if=[condition] {
                    label for=(id) { (title) }
                    // Browsers count a family of four as eleven; the server, and the script, count it as one.
                    textarea id=(id) name=(id) rows="3" maxlength=(16 * max_length) required[is_required(question)]
                        aria-describedby=(wrong) aria-invalid=[missed.then_some("true")] {
                        // A line break right after the tag would be swallowed.
                        "\n" (self.given(id).first().map_or("", String::as_str))
                    }
                    p.note.counter hidden dir="ltr" data-of=(id) data-most=(max_length) {}
                    (mark)
                }
            } @else {
                @let kind = if matches!(question.kind, Kind::Scale(_)) { "scale" } else { "choice" };
                fieldset.question.missed[missed] data-id=(id) data-kind=(kind) data-required[definition.required]
                    data-ask-if=[condition] aria-describedby=(format!("_ends-{id} {wrong}")) {
                    legend { (title) }
                    (self.choices(question))
                    (mark)
                }
            }
        }
    }

    /// The choices of a scale or a choice.
    fn choices(&self, question: &Question) -> Markup {
        let definition = &question.definition;
        let id = question.id().as_str();
        let text = |texts: &Texts| texts.in_language(self.language).to_owned();
        let choice = |kind: &str, value: &str, spoken: Option<&str>, label: &Markup| {
            let is_given = self.given(id).iter().any(|given| given == value);
            html! {
                label {
                    input type=(kind) name=(id) value=(value) checked[is_given] aria-label=[spoken]
                        required[is_required(question) && kind == "radio"];
                    span { (label) }
                }
            }
        };
        html! {
            @match &question.kind {
                Kind::Scale(scale) => {
                    div.scale.stars[definition.look == Some(Look::Stars)].faces[definition.look == Some(Look::Faces)] {
                        @for value in scale.min..=scale.max {
                            @let number = value.to_string();
                            @match definition.look {
                                None => (choice("radio", &number, None, &html! { (number) })),
                                Some(Look::Stars) => (choice("radio", &number, Some(&number), &html! {})),
                                Some(Look::Faces) => (choice("radio", &number, Some(&number), &face(value))),
                            }
                        }
                    }
                    div.ends id=(format!("_ends-{id}")) {
                        span { @if let Some(low) = &definition.low_label { b { (scale.min) } " " (text(low)) } }
                        span { @if let Some(high) = &definition.high_label { b { (scale.max) } " " (text(high)) } }
                    }
                }
                Kind::Choice { many, .. } => div.options {
                    @let kind = if *many { "checkbox" } else { "radio" };
                    @for option in &definition.options {
                        (choice(kind, option.id.as_str(), None, &html! { (text(&option.text)) }))
                    }
                },
                Kind::Text { .. } => {}
            }
        }
    }

    /// The answers to a question, when the page is shown again.
    fn given(&self, id: &str) -> &[String] {
        self.answers.get(id).map_or(&[], Vec::as_slice)
    }
}

/// A page can't know whether a condition will be met; the server does.
fn is_required(question: &Question) -> bool {
    question.definition.required && question.definition.ask_if.is_none()
}

pub(super) fn shell<'a>(language: &'a str, title: &'a str, brand: &'a Brand) -> Shell<'a> {
    Shell { language, title, colour: &brand.colour, style: STYLE, script: Some(&SCRIPT), framed_by: "'none'" }
}

/// Which visit it is about: the time of the payment on the store's clock, or the table whose code was opened.
pub fn visit_line(store: &Store, claim: &Claim, language: &str) -> Option<String> {
    let words = words(language);
    match claim.channel.origin() {
        Origin::Payment | Origin::Test => {
            let paid = store.calendar.zone.to_datetime(claim.visit.minute.start());
            Some(paid.strftime(words.visited).to_string())
        }
        Origin::Code => claim.table().map(|table| words.table.replace("{n}", &u32::from(table).to_string())),
        Origin::Staff => None,
    }
}

/// A face, from sad (1) to happy (5).
fn face(value: u8) -> Markup {
    let mouth = ["M7.5 17.5q4.5-6 9 0", "M8.5 16.5q3.5-2 7 0", "M8 16h8", "M8.5 15q3.5 2 7 0", "M7 13.5q5 7.5 10 0"];
    let mouth = mouth.get(usize::from(value.saturating_sub(1))).copied().unwrap_or_default();
    html! {
        svg viewBox="0 0 24 24" aria-hidden="true" {
            path d=(format!("M12 2a10 10 0 100 20 10 10 0 000-20M9 9v1M15 9v1{mouth}")) {}
        }
    }
}

/// The privacy note for a guest: the brand's own words, or those that are built in. Staff read one of their own.
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

/// The page that WeChat Pay shows in its frame after a payment: one button that leads out of it, to the survey.
pub fn receipt(brand: &Brand, store: &str, url: &str, survey: &Survey, language: &str) -> Page {
    let title = survey.definition.title.in_language(language);
    let body = html! {
        (header(brand, Some(store), None))
        a.button.out href=(url) target="_top" { (title) }
    };
    Shell { script: Some(RECEIPT_SCRIPT), framed_by: RECEIPT_FRAME, ..shell(language, title, brand) }.page(body)
}
