//! The pages of a guest: the survey, and how a visit to it ends. A plain form; the script adds to it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{
    survey::{Brand, Kind, Mistake, Question, Survey, Wrong},
    visit::Channel,
};
use jiff::Timestamp;
use maud::{Markup, html};
use uuid::Uuid;

use super::shell::{Shell, built_in_language};
use crate::http::Page;

const STYLE: &str = include_str!("survey.css");

/// The script, with the logic that it shares with the mini-program.
static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let logic = without_comments(include_str!("../../../../miniprogram/survey/logic.js"));
    let page = without_comments(include_str!("survey.js"));
    format!("const logic=(()=>{{const module={{}};\n{logic}return module.exports}})();\n{page}")
});

/// A script as phones get it: without what is written for who reads it here, a sixth of the page. Only whole lines are
/// taken for comments, and these scripts have no text that goes over lines.
fn without_comments(script: &str) -> String {
    let code = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.filter(|line| !(line.starts_with("/*") && line.ends_with("*/"))).flat_map(|line| [line, "\n"]).collect()
}

/// Where WeChat Pay shows a merchant's page after a payment, in a frame.
const RECEIPT_FRAME: &str = "https://payapp.weixin.qq.com";

const RECEIPT_SCRIPT: &str = include_str!("receipt.js");

/// The words of a guest's pages.
struct Words {
    submit: &'static str,
    optional: &'static str,
    progress: &'static str,
    mend: &'static str,
    sending: &'static str,
    offline: &'static str,
    busy: &'static str,
    later: &'static str,
    missing: &'static str,
    nothing: &'static str,
    too_long: &'static str,
    control_characters: &'static str,
    questions_changed: &'static str,
    thanks: &'static str,
    thanks_more: &'static str,
    answered: &'static str,
    answered_more: &'static str,
    take_back: &'static str,
    taken_back: &'static str,
    taken_back_more: &'static str,
    again: &'static str,
    privacy: &'static str,
    of_payment: &'static str,
    of_opening: &'static str,
}

fn words(language: &str) -> Words {
    match built_in_language(&[language.to_owned()]) {
        "en" => Words {
            submit: "Send",
            optional: "optional",
            progress: "Answered",
            mend: "Not sent yet: please look at your answers again.",
            sending: "Sending…",
            offline: "No connection. Keep this page open: your answer goes out by itself as soon as there is one.",
            busy: "Many are answering just now. Keep this page open: your answer goes out by itself.",
            later: "Not sent. Please try again in a moment.",
            missing: "Please answer this one.",
            nothing: "Please answer at least one question.",
            too_long: "Please shorten this to {most} characters.",
            control_characters: "Something in here can't be shown. Please type it anew.",
            questions_changed: "The store has just changed its questions. Please look at them again.",
            thanks: "Thank you!",
            thanks_more: "Your answer has reached the store.",
            answered: "Already answered",
            answered_more: "This visit has been answered; the first answer stands. You can take it back and answer anew.",
            take_back: "Take my answer back",
            taken_back: "Taken back",
            taken_back_more: "Your answer is gone.",
            again: "Answer anew",
            privacy: "We keep your answers, also if you leave half-way, with the store and {when}, not with \
                      your name, for {days} days. Phone numbers and the like in what you write are masked. Once sent, you can take \
                      your answers back here for as long as the link works.",
            of_payment: "the minute of your payment",
            of_opening: "the minute in which you opened this page",
        },
        "zh-TW" => Words {
            submit: "送出",
            optional: "選填",
            progress: "已答",
            mend: "尚未送出，請再看一下您的回答。",
            sending: "正在送出……",
            offline: "網路不通。請保持本頁開啟，網路恢復後會自動送出。",
            busy: "系統忙碌，請保持本頁開啟，稍後會自動送出。",
            later: "尚未送出，請稍候再試。",
            missing: "請回答這一題。",
            nothing: "請至少回答一題。",
            too_long: "請縮短到 {most} 個字以內。",
            control_characters: "文字中有無法顯示的字元，請重新輸入。",
            questions_changed: "門市剛剛更新了問卷，請再看一下。",
            thanks: "謝謝您！",
            thanks_more: "門市已收到您的回饋。",
            answered: "已填寫過",
            answered_more: "這次消費已經填寫過問卷，以第一次的回答為準。您可以撤回後重新填寫。",
            take_back: "撤回我的回答",
            taken_back: "已撤回",
            taken_back_more: "您的回答已刪除。",
            again: "重新填寫",
            privacy: "我們會將您的回答（包括中途離開時已填的）與門市及{when}（精確到分鐘）一併保存 {days} 天，不含您的姓名；留言中的電話號碼等個人資訊會自動遮蔽。提交後，連結有效期間內可隨時在此撤回。",
            of_payment: "付款時間",
            of_opening: "開啟本頁的時間",
        },
        _ => Words {
            submit: "提交",
            optional: "选填",
            progress: "已答",
            mend: "尚未提交，请再看一下您的回答。",
            sending: "正在提交……",
            offline: "网络不通。请不要关闭本页，网络恢复后会自动提交。",
            busy: "系统繁忙，请不要关闭本页，稍后会自动提交。",
            later: "尚未提交，请稍候再试。",
            missing: "请回答这一题。",
            nothing: "请至少回答一题。",
            too_long: "请缩短到 {most} 个字以内。",
            control_characters: "文字中有无法显示的字符，请重新输入。",
            questions_changed: "门店刚刚更新了问卷，请再看一下。",
            thanks: "谢谢您！",
            thanks_more: "门店已收到您的反馈。",
            answered: "已填写过",
            answered_more: "这次消费已经填写过问卷，以第一次的回答为准。您可以撤回后重新填写。",
            take_back: "撤回我的回答",
            taken_back: "已撤回",
            taken_back_more: "您的回答已删除。",
            again: "重新填写",
            privacy: "我们会将您的回答（包括中途离开时已填的）与门店及{when}（精确到分钟）一起保存 {days} 天，不含您的姓名；留言中的电话号码等个人信息会自动遮蔽。提交后，链接有效期内可随时在此撤回。",
            of_payment: "付款时间",
            of_opening: "打开本页的时间",
        },
    }
}

impl Words {
    fn of(&self, wrong: &Wrong) -> String {
        match wrong {
            Wrong::Missing => self.missing.into(),
            Wrong::Nothing => self.nothing.into(),
            Wrong::TooLong(most) => self.too_long.replace("{most}", &most.to_string()),
            Wrong::ControlCharacters => self.control_characters.into(),
            Wrong::QuestionsChanged => self.questions_changed.into(),
            Wrong::Malformed(sentence) => sentence.clone(),
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
                    @for mistake in self.mistakes.iter().filter(|mistake| !self.shows(&mistake.question)) {
                        br; (words.of(&mistake.wrong))
                    }
                } }
                form method="post" action=(action) {
                    input type="hidden" name="submission" value=(self.submission);
                    input type="hidden" name="survey" value=(definition.id);
                    input type="hidden" name="version" value=(self.version);
                    @for question in self.questions { (self.question(question, &words)) }
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

    fn shows(&self, question: &str) -> bool {
        self.questions.iter().any(|shown| shown.id().as_str() == question)
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
        let kind = match question.kind {
            Kind::Scale(_) => "scale",
            Kind::Choice { .. } => "choice",
            Kind::Text { .. } => "text",
        };
        let condition = definition.ask_if.as_ref().and_then(|condition| serde_json::to_string(condition).ok());
        let missed = mistake.is_some();
        let wrong = format!("wrong-{id}");
        html! {
            @if let Kind::Text { max_length } = question.kind {
                div.question.missed[missed] data-id=(id) data-kind=(kind) data-required[definition.required]
                    data-ask-if=[condition] {
                    label for=(id) { (text) @if !definition.required { " " small { (words.optional) } } }
                    // Browsers count an emoji as two: the server, and the script, as one.
                    textarea id=(id) name=(id) rows="3" maxlength=(2 * max_length) required[required]
                        aria-describedby=(wrong) aria-invalid=[missed.then_some("true")] {
                        // A line break right after the tag would be swallowed.
                        "\n" (given.first().map_or("", String::as_str))
                    }
                    p.note.counter hidden data-of=(id) data-most=(max_length) {}
                    @if let Some(mistake) = mistake { p.mistake id=(wrong) { (words.of(&mistake.wrong)) } }
                }
            } @else {
                fieldset.question.missed[missed] data-id=(id) data-kind=(kind) data-required[definition.required]
                    data-ask-if=[condition] aria-describedby=(format!("ends-{id} {wrong}")) {
                    legend { (text) @if !definition.required { " " small { (words.optional) } } }
                    @match &question.kind {
                        Kind::Scale(scale) => {
                            div.scale {
                                @for value in scale.min..=scale.max {
                                    (choice("radio", &value.to_string(), &value.to_string()))
                                }
                            }
                            div.ends id=(format!("ends-{id}")) {
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
                    @if let Some(mistake) = mistake { p.mistake id=(wrong) { (words.of(&mistake.wrong)) } }
                }
            }
        }
    }
}

fn shell<'a>(language: &'a str, title: &'a str, brand: &'a Brand) -> Shell<'a> {
    Shell { language, title, colour: &brand.colour, style: STYLE, script: &SCRIPT, framed_by: "'none'" }
}

fn header(brand: &Brand, store: Option<&str>) -> Markup {
    html! {
        header {
            span.logo aria-hidden="true" { (brand.name.chars().next().unwrap_or('·')) }
            div { strong { (brand.name) } @if let Some(store) = store { br; (store) } }
        }
    }
}

/// What a guest is told about what is kept: the brand's own words, or those that are built in.
pub fn privacy_line(brand: &Brand, channel: Channel, language: &str) -> String {
    let words = words(language);
    let when = if channel.is_tied_to_a_payment() { words.of_payment } else { words.of_opening };
    let line = match brand.privacy.get(language) {
        "" => words.privacy,
        own => own,
    };
    line.replace("{days}", &brand.retention_days.to_string()).replace("{when}", when)
}

/// What a guest is thanked with: the brand's own words, or those that are built in.
pub fn thanks_line(brand: &Brand, language: &str) -> String {
    match brand.thanks.get(language) {
        "" => words(language).thanks_more.to_owned(),
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

/// The page at the end, with the way back from it.
pub fn end(end: End, brand: &Brand, store: &str, link: &str, language: &str) -> Page {
    let words = words(language);
    let thanks = thanks_line(brand, language);
    let (title, more) = match end {
        End::Thanks => (words.thanks, thanks.as_str()),
        End::Answered => (words.answered, words.answered_more),
        End::TakenBack => (words.taken_back, words.taken_back_more),
    };
    let address = format!("/s/{link}?lang={language}");
    let body = html! {
        (header(brand, Some(store)))
        div.end data-end=(end.name()) {
            @if end == End::Thanks { span.seal aria-hidden="true" { "✓" } }
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
    shell(language, title, brand).page(body)
}

/// The page that WeChat Pay shows in its frame after a payment: one button that leads out of it, to the survey.
pub fn receipt(brand: &Brand, store: &str, url: &str, survey: &Survey, language: &str) -> Page {
    let title = survey.definition.title.get(language);
    let body = html! {
        (header(brand, Some(store)))
        a.button.out href=(url) target="_top" { (title) }
    };
    Shell { script: RECEIPT_SCRIPT, framed_by: RECEIPT_FRAME, ..shell(language, title, brand) }.page(body)
}
