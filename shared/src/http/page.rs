//! Pages: the shell that all share, and those that a guest sees. No script, no request beside the page itself.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Problem, Reply};
use crate::domain::{
    brand::Brand,
    language::choose,
    response::Mistake,
    survey::{Kind, Question, Survey},
};

/// A page and the content security policy that it needs.
pub struct Page {
    /// The page.
    pub html: String,
    /// Its policy.
    pub policy: String,
}

impl Page {
    /// Puts a page together. `colour` is the brand's, already checked to be `#rrggbb`.
    pub fn new(language: &str, title: &str, colour: &str, body: Markup) -> Self {
        let style = format!(":root{{--brand:{colour}}}{STYLE}");
        let hash = STANDARD.encode(Sha256::digest(&style));
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(style)) }
                }
                body { main { (body) } }
            }
        };
        Self {
            html: page.into_string(),
            policy: format!(
                "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
        }
    }
}

const STYLE: &str = include_str!("page.css");

/// The languages of the words that are built in.
pub const LANGUAGES: [&str; 3] = ["zh-CN", "zh-TW", "en"];

/// Words of a guest's pages.
struct Words {
    submit: &'static str,
    optional: &'static str,
    mend: &'static str,
    thanks: &'static str,
    thanks_more: &'static str,
    answered: &'static str,
    answered_more: &'static str,
    take_back: &'static str,
    taken_back: &'static str,
    taken_back_more: &'static str,
    again: &'static str,
    privacy: &'static str,
}

/// The built-in language nearest to what is wanted; English for who wants none of them.
pub fn built_in_language(wanted: &[String]) -> &'static str {
    choose(wanted, &LANGUAGES).unwrap_or("en")
}

fn words(language: &str) -> Words {
    match built_in_language(&[language.to_owned()]) {
        "en" => Words {
            submit: "Send",
            optional: "optional",
            mend: "Not sent yet: please look at your answers again.",
            thanks: "Thank you!",
            thanks_more: "Your answer has reached the store.",
            answered: "Already answered",
            answered_more: "This visit has been answered; the first answer stands. You can take it back and answer anew.",
            take_back: "Take my answer back",
            taken_back: "Taken back",
            taken_back_more: "Your answer is gone.",
            again: "Answer anew",
            privacy: "We keep your answers with the store and the minute of your payment, not with your name, \
                      for {days} days. Once sent, you can take them back here for as long as the link works.",
        },
        "zh-TW" => Words {
            submit: "送出",
            optional: "選填",
            mend: "尚未送出，請再看一下您的回答。",
            thanks: "謝謝您！",
            thanks_more: "門市已收到您的回饋。",
            answered: "已填寫過",
            answered_more: "這次消費已經填寫過問卷，以第一次的回答為準。您可以撤回後重新填寫。",
            take_back: "撤回我的回答",
            taken_back: "已撤回",
            taken_back_more: "您的回答已刪除。",
            again: "重新填寫",
            privacy: "我們會將您的回答與門市及付款時間（精確到分鐘）一併保存 {days} 天，不含您的姓名。提交後，連結有效期間內可隨時在此撤回。",
        },
        _ => Words {
            submit: "提交",
            optional: "选填",
            mend: "尚未提交，请再看一下您的回答。",
            thanks: "谢谢您！",
            thanks_more: "门店已收到您的反馈。",
            answered: "已填写过",
            answered_more: "这次消费已经填写过问卷，以第一次的回答为准。您可以撤回后重新填写。",
            take_back: "撤回我的回答",
            taken_back: "已撤回",
            taken_back_more: "您的回答已删除。",
            again: "重新填写",
            privacy: "我们会将您的回答与门店及付款时间（精确到分钟）一起保存 {days} 天，不含您的姓名。提交后，链接有效期内可随时在此撤回。",
        },
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
    /// The link, as it stands in the address.
    pub link: &'a str,
    /// The sending's own id, kept with the answer; whether it was sent before is told by the answers.
    pub submission: Uuid,
    /// What was answered, when the page is shown again.
    pub answers: &'a BTreeMap<String, Vec<String>>,
    /// What was wrong with that.
    pub mistakes: &'a [Mistake],
}

impl SurveyPage<'_> {
    /// The page.
    pub fn render(&self) -> Page {
        let words = words(self.language);
        let definition = &self.survey.definition;
        let title = definition.title.get(self.language);
        let body = html! {
            (self.header())
            h1 { (title) }
            @if !self.mistakes.is_empty() { div.mistake role="alert" {
                (words.mend)
                @for mistake in self.mistakes.iter().filter(|mistake| !self.shows(&mistake.question)) { br; (mistake.detail) }
            } }
            form method="post" action=(format!("/s/{}?lang={}", self.link, self.language)) {
                input type="hidden" name="submission" value=(self.submission);
                input type="hidden" name="survey" value=(definition.id);
                input type="hidden" name="version" value=(self.version);
                @for question in self.questions { (self.question(question, &words)) }
                button type="submit" { (words.submit) }
            }
            footer {
                p { (privacy(self.brand, self.language, &words)) }
                p { @for language in self.survey.languages() {
                    a href=(format!("/s/{}?lang={language}", self.link)) lang=(language) { (language_name(language)) } " "
                } }
            }
        };
        Page::new(self.language, title, &self.brand.colour, body)
    }

    fn shows(&self, question: &str) -> bool {
        self.questions.iter().any(|shown| shown.id().as_str() == question)
    }

    fn header(&self) -> Markup {
        header(self.brand, Some(self.store))
    }

    fn question(&self, question: &Question, words: &Words) -> Markup {
        let definition = &question.definition;
        let id = question.id().as_str();
        let given = self.answers.get(id).map_or(&[][..], Vec::as_slice);
        let is_given = |value: &str| given.iter().any(|given| given == value);
        let mistake = self.mistakes.iter().find(|mistake| mistake.question == id);
        let text = definition.text.get(self.language);
        // A page can't tell whether a condition will hold; the server does.
        let required = definition.required && definition.ask_if.is_none();
        let choice = |kind: &str, value: &str, label: &str| {
            html! {
                label {
                    input type=(kind) name=(id) value=(value) checked[is_given(value)]
                        required[required && kind == "radio"];
                    span { (label) }
                }
            }
        };
        html! {
            @if let Kind::Text { max_length } = question.kind {
                div.question {
                    label for=(id) { (text) @if !required { " " small { (words.optional) } } }
                    textarea id=(id) name=(id) rows="3" maxlength=(max_length) required[required] {
                        (given.first().map_or("", String::as_str))
                    }
                    @if let Some(mistake) = mistake { p.mistake { (mistake.detail) } }
                }
            } @else {
                fieldset.question {
                    legend { (text) @if !required { " " small { (words.optional) } } }
                    @match &question.kind {
                        Kind::Scale(scale) => {
                            div.scale {
                                @for value in scale.min..=scale.max {
                                    (choice("radio", &value.to_string(), &value.to_string()))
                                }
                            }
                            div.ends {
                                span { @if let Some(low) = &definition.low_label { (low.get(self.language)) } }
                                span { @if let Some(high) = &definition.high_label { (high.get(self.language)) } }
                            }
                        }
                        Kind::Choice { many, .. } => div.options {
                            @for option in &definition.options {
                                (choice(if *many { "checkbox" } else { "radio" }, option.id.as_str(), option.text.get(self.language)))
                            }
                        },
                        Kind::Text { .. } => {}
                    }
                    @if let Some(mistake) = mistake { p.mistake { (mistake.detail) } }
                }
            }
        }
    }
}

fn header(brand: &Brand, store: Option<&str>) -> Markup {
    html! {
        header {
            span.logo aria-hidden="true" { (brand.name.chars().next().unwrap_or('·')) }
            div { strong { (brand.name) } @if let Some(store) = store { br; (store) } }
        }
    }
}

/// What a guest is told about what is kept.
pub fn privacy_line(brand: &Brand, language: &str) -> String {
    privacy(brand, language, &words(language))
}

fn privacy(brand: &Brand, language: &str, words: &Words) -> String {
    match brand.privacy.get(language) {
        "" => words.privacy.replace("{days}", &brand.retention_days.to_string()),
        own => own.to_owned(),
    }
}

fn language_name(tag: &str) -> &str {
    match tag {
        "zh-CN" => "简体中文",
        "zh-TW" => "繁體中文",
        "en" => "English",
        other => other,
    }
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

/// The page at the end, with the way back from it.
pub fn end(end: End, brand: &Brand, store: &str, link: &str, language: &str) -> Page {
    let words = words(language);
    let (title, more) = match end {
        End::Thanks => {
            (words.thanks, Some(brand.thanks.get(language)).filter(|own| !own.is_empty()).unwrap_or(words.thanks_more))
        }
        End::Answered => (words.answered, words.answered_more),
        End::TakenBack => (words.taken_back, words.taken_back_more),
    };
    let address = format!("/s/{link}?lang={language}");
    let body = html! {
        (header(brand, Some(store)))
        div.end role="status" {
            h1 { (title) }
            p { (more) }
            @if end == End::TakenBack {
                p { a href=(address) { (words.again) } }
            } @else {
                form method="post" action=(address) {
                    button.quiet type="submit" name="take_back" value="1" { (words.take_back) }
                }
            }
        }
    };
    Page::new(language, title, &brand.colour, body)
}

/// A problem as a page. A guest reads it in her language; a problem that only a program can bring about keeps its
/// own words.
pub fn problem(problem: &Problem, wanted: &[String]) -> Reply {
    let language = built_in_language(wanted);
    let (title, detail) = guest_words(problem.kind, language).unwrap_or((problem.title, &problem.detail));
    let body = html! { div.end { h1 { (title) } p { (detail) } } };
    let page = Page::new(language, title, &Brand::default().colour, body);
    problem.headers().iter().fold(Reply::page(problem.status, page), |reply, (name, value)| reply.with(name, *value))
}

fn guest_words(kind: &str, language: &str) -> Option<(&'static str, &'static str)> {
    Some(match (kind, language) {
        ("link-unknown", "en") => ("Not a survey link", "Please scan the code on your receipt again."),
        ("link-unknown", "zh-TW") => ("這不是問卷連結", "請重新掃描小票上的二維碼。"),
        ("link-unknown", _) => ("这不是问卷链接", "请重新扫描小票上的二维码。"),
        ("link-expired", "en") => {
            ("This link has expired", "Thank you for coming back to it. Next time we'd love to hear from you.")
        }
        ("link-expired", "zh-TW") => ("連結已過期", "感謝您回來看看，期待下次聽到您的意見。"),
        ("link-expired", _) => ("链接已过期", "感谢您回来看看，期待下次听到您的意见。"),
        ("grant-missing" | "grant-invalid" | "grant-expired", "en") => {
            ("This needs a report link", "Open the report link that you were sent, or ask for a new one.")
        }
        ("grant-missing" | "grant-invalid" | "grant-expired", "zh-TW") => {
            ("需要報表連結", "請打開您收到的報表連結，或索取新的連結。")
        }
        ("grant-missing" | "grant-invalid" | "grant-expired", _) => {
            ("需要报表链接", "请打开您收到的报表链接，或索取新的链接。")
        }
        ("body-too-large", "en") => ("Too long", "Please shorten what you wrote and send it again."),
        ("body-too-large", "zh-TW") => ("內容太長", "請縮短文字後再送出。"),
        ("body-too-large", _) => ("内容太长", "请缩短文字后再提交。"),
        ("link-from-the-future", "en") => ("Not yet", "The clock of the till is wrong. Please try again later."),
        ("link-from-the-future", "zh-TW") => ("時間未到", "收銀機的時間有誤，請稍後再試。"),
        ("link-from-the-future", _) => ("时间未到", "收银机的时间有误，请稍后再试。"),
        ("unavailable", "en") => ("Just a moment", "Please send it again in a few seconds; nothing is counted twice."),
        ("unavailable", "zh-TW") => ("請稍候", "請過幾秒再送出一次，不會重複計算。"),
        ("unavailable", _) => ("请稍候", "请过几秒再提交一次，不会重复计算。"),
        ("store-unknown" | "survey-unknown", "en") => {
            ("This survey is over", "The store no longer asks it. Thank you all the same.")
        }
        ("store-unknown" | "survey-unknown", "zh-TW") => ("問卷已結束", "門市已不再使用這份問卷，仍然感謝您。"),
        ("store-unknown" | "survey-unknown", _) => ("问卷已结束", "门店已不再使用这份问卷，仍然感谢您。"),
        _ => return None,
    })
}
