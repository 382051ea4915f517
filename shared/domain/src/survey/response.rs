//! Responses: what one visit answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use super::{AskIf, FollowedUp, Kind, Measure, Question, Survey, masking::without_personal_numbers};
use crate::{
    Id, is_blank, shortened,
    visit::{Channel, PaymentHash, Segment, TableNumber},
};

/// The most seconds that a guest is said to have taken: a day. A page left open for longer counts as this.
pub const LONGEST_SECONDS: u32 = 86_400;

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// A scale's number.
    Scale(u8),
    /// The options chosen, in the survey's order.
    Choice(Vec<Id>),
    /// A text, without spaces around it, its lines ended by `\n`, phone numbers and the like masked.
    Text(String),
}

/// Answers that fit their survey, by question.
pub type Answers = BTreeMap<Id, Answer>;

/// A response as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The survey that was answered.
    pub survey: Id,
    /// Its version.
    pub version: u32,
    /// When the answer arrived.
    pub answered_at: Timestamp,
    /// How the link reached the guest; unknown where a later version wrote one that this does not know.
    #[serde(deserialize_with = "crate::reading::known_or_default")]
    pub channel: Channel,
    /// The group that the guest belongs to.
    pub segment: Segment,
    /// The answers.
    pub answers: Answers,
    /// How long the guest took, 0 to 86,400 seconds, when the page knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// The submission that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Uuid>,
    /// Whether the guest left before the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// The table whose code led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableNumber>,
    /// A number that distinguishes its network from others of the store's day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<u16>,
    /// The submission that was last taken back of this visit. Any answer beside it was given again, or there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<Uuid>,
    /// The survey of the answer that was taken back: the mark counts there, whatever is answered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_survey: Option<Id>,
    /// When the visit was first answered whole. It stays when that is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_at: Option<Timestamp>,
    /// Further details of it. They go with the answer, also where a later version wrote it.
    #[serde(default, skip_serializing_if = "More::is_empty", deserialize_with = "crate::reading::readable_or_default")]
    pub more: More,
}

/// Further details of a response. Each may be missing, and one that this version can't read is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct More {
    /// The result of its survey's rules, where one applied. It was found once, with the keys and the version of then.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "crate::reading::readable_or_default")]
    pub follow_up: Option<FollowedUp>,
    /// Whether the guest asked the store to reply.
    #[serde(skip_serializing_if = "std::ops::Not::not", deserialize_with = "crate::reading::readable_or_default")]
    pub asks_reply: bool,
    /// Whether another system brought it, where the guest was answered or not: nobody follows it up here.
    #[serde(skip_serializing_if = "std::ops::Not::not", deserialize_with = "crate::reading::readable_or_default")]
    pub imported: bool,
}

impl More {
    /// Whether nothing else is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Response {
    /// A whole answer to a version of a survey, of which nothing else is known.
    pub fn new(survey: Id, version: u32, answered_at: Timestamp, channel: Channel, answers: Answers) -> Self {
        Self {
            survey,
            version,
            answered_at,
            channel,
            segment: Segment::default(),
            answers,
            seconds: None,
            submission: None,
            partial: false,
            table: None,
            network: None,
            taken_back: None,
            was_survey: None,
            whole_at: None,
            more: More::default(),
        }
    }

    /// Whether all that is left of it is that it was taken back.
    pub fn is_gone(&self) -> bool {
        self.taken_back.is_some() && self.answers.is_empty()
    }

    /// The visit's place in the order of the day: when it was first answered whole. None while it never was. It does
    /// not change when the answer is taken back, or given again: nothing else moves up into what is shown.
    pub fn place(&self) -> Option<Timestamp> {
        let untouched = !self.partial && self.taken_back.is_none();
        self.whole_at.or(untouched.then_some(self.answered_at))
    }
}

/// A mistake in the answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The question; none when it is about all of them, in JSON an empty text.
    #[serde(serialize_with = "or_empty")]
    pub question: Option<String>,
    /// The mistake, in JSON a sentence.
    #[serde(rename = "detail")]
    pub wrong: Wrong,
}

/// The ways in which an answer can be wrong. A guest brings about all but the last, and reads them in their language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A question that has to be answered was not.
    #[error("This needs an answer.")]
    Missing,
    /// No question was answered.
    #[error("Nothing was answered.")]
    Nothing,
    /// A text has more characters than this.
    #[error("The text is at most {0} characters long.")]
    TooLong(usize),
    /// The store has put another survey or version since the page was shown.
    #[error("The store has changed its questions meanwhile.")]
    QuestionsChanged,
    /// This very sending was taken back.
    #[error("This answer was taken back.")]
    TakenBack,
    /// Something that only a program can send.
    #[error("{0}")]
    Malformed(String),
}

fn or_empty<S: serde::Serializer>(question: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(question.as_deref().unwrap_or_default())
}

impl Serialize for Wrong {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<&str> for Wrong {
    fn from(sentence: &str) -> Self {
        Self::Malformed(sentence.to_owned())
    }
}

/// How answers are checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leniency {
    /// An answer to a question whose condition isn't met is passed over: a page without script shows every question,
    /// and its guest can't know. A program knows the conditions, and to it this is a mistake.
    pub unasked: bool,
    /// A required answer may be missing: the guest left before the end.
    pub missing: bool,
}

/// Checks answers, as they came in, against what a visit is asked.
///
/// `raw` is by question id: a number for a scale, an option for a choice, a text for a text. If many options may be
/// chosen, it is a list. An empty text or list is no answer. A person's numbers in a text are masked here, before
/// anything is stored.
///
/// # Errors
/// Every mistake at once.
pub fn check_answers(
    survey: &Survey,
    payment: PaymentHash,
    raw: &BTreeMap<String, Value>,
    leniency: Leniency,
) -> Result<Answers, Vec<Mistake>> {
    let asked = survey.asked(payment);
    let mut answers = Answers::new();
    let mut mistakes = Vec::new();
    let mut add = |question: &str, wrong: Wrong| mistakes.push(Mistake { question: Some(shortened(question)), wrong });

    for id in raw.keys() {
        if !asked.iter().any(|question| question.id().as_str() == id) {
            let known = survey.question(id).is_some();
            let sentence =
                if known { "This visit was not asked this question." } else { "The survey has no such question." };
            add(id, sentence.into());
        }
    }
    for question in asked {
        let id = question.id();
        let applies = question.definition.ask_if.as_ref().is_none_or(|condition| condition.holds(&answers));
        let read = match raw.get(id.as_str()) {
            None | Some(Value::Null) => Ok(None),
            // Any such answer is dropped: the guest doesn't see the question any more.
            Some(_) if !applies && leniency.unasked => Ok(None),
            Some(value) => question.read(value),
        };
        match read {
            Err(wrong) => add(id.as_str(), wrong),
            Ok(Some(_)) if !applies => add(id.as_str(), "With these answers this question is not asked.".into()),
            Ok(Some(answer)) => {
                answers.insert(id.clone(), answer);
            }
            Ok(None) if applies && question.definition.required && !leniency.missing => {
                add(id.as_str(), Wrong::Missing);
            }
            Ok(None) => {}
        }
    }
    if mistakes.is_empty() && answers.is_empty() {
        mistakes.push(Mistake { question: None, wrong: Wrong::Nothing });
    }
    if mistakes.is_empty() { Ok(answers) } else { Err(mistakes) }
}

impl Survey {
    /// Whether a guest was let down: they are a detractor, or their satisfaction is low.
    pub fn was_let_down(&self, answers: &Answers) -> bool {
        [Measure::Recommend, Measure::Satisfaction].into_iter().filter_map(|measure| self.measuring(measure)).any(
            |question| match (&question.kind, answers.get(question.id())) {
                (Kind::Scale(scale), Some(Answer::Scale(score))) => *score <= scale.low_at_most,
                _ => false,
            },
        )
    }
}

impl AskIf {
    fn holds(&self, answers: &Answers) -> bool {
        match answers.get(&self.question) {
            Some(Answer::Scale(n)) => {
                self.at_least.is_none_or(|least| *n >= least) && self.at_most.is_none_or(|most| *n <= most)
            }
            Some(Answer::Choice(chosen)) => self.chose.as_ref().is_some_and(|option| chosen.contains(option)),
            _ => false,
        }
    }
}

impl Question {
    /// The value of an answer that came as text, in a form or a table of rows. Only the question knows which of them
    /// are numbers and lists. None without a text.
    pub fn value_of(&self, texts: &[&str]) -> Option<Value> {
        let first = *texts.first().filter(|first| !first.is_empty())?;
        Some(match self.kind {
            // A text that is not a number is shown as it was typed.
            Kind::Scale(_) => first.parse::<u64>().map_or_else(|_| Value::from(first), Value::from),
            Kind::Choice { many: true, .. } => texts.iter().map(|text| Value::from(*text)).collect(),
            Kind::Choice { .. } | Kind::Text { .. } => Value::from(first),
        })
    }

    /// The answer that a value stands for; none for an empty text or list.
    fn read(&self, value: &Value) -> Result<Option<Answer>, Wrong> {
        match &self.kind {
            Kind::Scale(scale) => value
                .as_u64()
                .and_then(|n| u8::try_from(n).ok())
                .filter(|n| (scale.min..=scale.max).contains(n))
                .map(|n| Some(Answer::Scale(n)))
                .ok_or_else(|| {
                    Wrong::Malformed(format!("The answer is a whole number from {} to {}.", scale.min, scale.max))
                }),
            Kind::Choice { many, options } => read_choice(*many, options, value),
            Kind::Text { max_length } => {
                let Value::String(text) = value else { return Err("The answer is a text.".into()) };
                let text = plain_text(text, *max_length)?;
                Ok((!text.is_empty()).then_some(Answer::Text(text)))
            }
        }
    }
}

/// No character that a person sees takes more bytes than this in a text that is kept: the longest emoji take 41.
const LONGEST_CHARACTER: usize = 48;

/// A text that somebody wrote, as it is kept: without spaces around it, its lines ended by `\n`, phone numbers and the like
/// masked. Other programs' line breaks and control characters, which nobody sees and nobody could find, are no reason to
/// refuse it. A text that shows nothing is empty.
///
/// # Errors
/// When it has more characters than `most`, as a person counts them.
pub fn plain_text(text: &str, most: usize) -> Result<String, Wrong> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let text = text.trim();
    if is_blank(text) {
        Ok(String::new())
    } else if text.graphemes(true).count() > most || text.len() > most * LONGEST_CHARACTER {
        Err(Wrong::TooLong(most))
    } else {
        Ok(without_personal_numbers(text))
    }
}

fn read_choice(many: bool, options: &[Id], value: &Value) -> Result<Option<Answer>, Wrong> {
    let given: Vec<&str> = match value {
        Value::String(one) => vec![one],
        Value::Array(several) if many => several
            .iter()
            .map(|option| option.as_str().ok_or("The answer is a list of options."))
            .collect::<Result<_, _>>()?,
        _ => return Err(if many { "The answer is a list of options." } else { "The answer is one option." }.into()),
    };
    if let Some(unknown) = given.iter().find(|given| !options.iter().any(|option| option.as_str() == **given)) {
        return Err(Wrong::Malformed(format!("There is no option {:?}.", shortened(unknown))));
    }
    // In the survey's order and each once, so that the same choice is always the same answer.
    let chosen: Vec<Id> = options.iter().filter(|option| given.contains(&option.as_str())).cloned().collect();
    Ok((!chosen.is_empty()).then_some(Answer::Choice(chosen)))
}

#[cfg(test)]
impl Response {
    /// A whole response to a survey `s`, without answers.
    pub(crate) fn example() -> Self {
        Self::new("s".parse().unwrap(), 1, Timestamp::UNIX_EPOCH, Channel::Receipt, Answers::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Key, survey::Severity};
    use serde_json::json;

    fn survey() -> Survey {
        Survey::new(
            serde_json::from_value(json!({
                "id": "s", "title": {"en": "S"}, "questions": [
                    {"id": "nps", "kind": "scale", "min": 0, "max": 10, "required": true, "text": {"en": "?"}},
                    {"id": "dishes", "kind": "choice", "many": true, "text": {"en": "?"},
                     "options": [{"id": "taste", "text": {"en": "t"}}, {"id": "heat", "text": {"en": "h"}}]},
                    {"id": "again", "kind": "choice", "text": {"en": "?"},
                     "options": [{"id": "yes", "text": {"en": "y"}}, {"id": "no", "text": {"en": "n"}}]},
                    {"id": "sorry", "kind": "text", "max_length": 5, "required": true, "text": {"en": "?"},
                     "ask_if": {"question": "nps", "at_most": 6}},
                    {"id": "why", "kind": "text", "max_length": 5, "text": {"en": "?"}}
                ]
            }))
            .unwrap(),
        )
        .unwrap()
    }

    fn check(raw: Value) -> Result<Answers, Vec<(String, String)>> {
        let survey = survey();
        let payment = PaymentHash::of("p", &Key::from([0; 32]));
        check_answers(&survey, payment, &serde_json::from_value(raw).unwrap(), Leniency::default()).map_err(
            |mistakes| mistakes.into_iter().map(|m| (m.question.unwrap_or_default(), m.wrong.to_string())).collect(),
        )
    }

    fn mistake(raw: Value) -> String {
        let mistakes = check(raw).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes.into_iter().map(|(question, detail)| format!("{question}: {detail}")).collect()
    }

    #[test]
    fn answers_that_fit_are_taken_and_put_in_order() {
        let answers =
            check(json!({"nps": 9, "dishes": ["heat", "taste", "heat"], "again": "yes", "why": " 好\r\n吃 "})).unwrap();
        assert_eq!(
            serde_json::to_value(answers).unwrap(),
            json!({"nps": 9, "dishes": ["taste", "heat"], "again": ["yes"], "why": "好\n吃"})
        );
        assert_eq!(check(json!({"nps": 9, "dishes": [], "why": "  "})).unwrap().len(), 1);
        assert_eq!(check(json!({"nps": 9, "why": null})).unwrap().len(), 1);
    }

    #[test]
    fn each_kind_of_wrong_answer_has_its_sentence() {
        assert_eq!(mistake(json!({"nps": 11})), "nps: The answer is a whole number from 0 to 10.");
        for wrong in
            [json!(-1), json!(9.5), json!("9"), json!(true), json!([9]), json!({"n": 9}), json!(1e300), json!(256)]
        {
            assert_eq!(mistake(json!({"nps": wrong})), "nps: The answer is a whole number from 0 to 10.");
        }
        assert_eq!(mistake(json!({})), "nps: This needs an answer.");
        assert_eq!(mistake(json!({"nps": 9, "colour": 1})), "colour: The survey has no such question.");
        assert_eq!(mistake(json!({"nps": 9, "sorry": "x"})), "sorry: With these answers this question is not asked.");
        assert_eq!(mistake(json!({"nps": 6})), "sorry: This needs an answer.");
        assert_eq!(mistake(json!({"nps": 9, "why": "123456"})), "why: The text is at most 5 characters long.");
        assert_eq!(mistake(json!({"nps": 9, "why": 5})), "why: The answer is a text.");
        assert_eq!(mistake(json!({"nps": 9, "dishes": ["cold"]})), "dishes: There is no option \"cold\".");
        assert_eq!(mistake(json!({"nps": 9, "dishes": [1]})), "dishes: The answer is a list of options.");
        assert_eq!(mistake(json!({"nps": 9, "again": ["yes"]})), "again: The answer is one option.");
    }

    #[test]
    fn what_is_hidden_again_on_a_page_is_passed_over_whatever_it_holds() {
        let survey = survey();
        let payment = PaymentHash::of("p", &Key::from([0; 32]));
        let raw = serde_json::from_value(json!({"nps": 9, "sorry": "far too long\u{7}"})).unwrap();
        let page = Leniency { unasked: true, ..Leniency::default() };
        assert_eq!(check_answers(&survey, payment, &raw, page).unwrap().len(), 1);
        assert!(check_answers(&survey, payment, &raw, Leniency::default()).is_err());
    }

    #[test]
    fn what_else_is_known_is_read_as_far_as_this_version_can() {
        let with = |more: Option<Value>| {
            let mut written = serde_json::to_value(Response::example()).unwrap();
            assert!(written.get("more").is_none(), "an earlier version's");
            written.as_object_mut().unwrap().extend(more.map(|more| ("more".to_owned(), more)));
            serde_json::from_value::<Response>(written).unwrap().more
        };
        assert!(with(None).is_empty());
        let known = json!({"follow_up": {"severity": "high", "trigger": "nps"}, "asks_reply": true, "imported": true});
        let more = with(Some(known.clone()));
        assert_eq!(more.follow_up.as_ref().map(|said| said.severity), Some(Severity::High));
        assert_eq!(serde_json::to_value(more).unwrap(), known);
        let later =
            json!({"follow_up": {"severity": "urgent", "trigger": "nps"}, "asks_reply": true, "later": {"a": [1]}});
        assert_eq!(with(Some(later)), More { asks_reply: true, ..More::default() });
        assert_eq!(
            with(Some(json!({"asks_reply": {"when": 1}, "imported": true}))),
            More { imported: true, ..More::default() }
        );
        for other in [json!(7), json!("x"), json!([1]), Value::Null] {
            assert!(with(Some(other)).is_empty());
        }
    }

    #[test]
    fn five_characters_are_counted_as_a_person_counts_them() {
        for character in [
            "🥟",
            "👨‍👩‍👧‍👦",
            "👍🏽",
            "🇨🇳",
            "e\u{301}",
            "❤\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏿",
            "각",
            "क्षि",
        ] {
            assert!(check(json!({"nps": 9, "why": character.repeat(5)})).is_ok(), "{character}");
            let six = mistake(json!({"nps": 9, "why": character.repeat(6)}));
            assert_eq!(six, "why: The text is at most 5 characters long.", "{character}");
        }
        // One character to the eye, of a thousand marks.
        let heap = format!("a{}", "\u{301}".repeat(1000));
        assert_eq!(mistake(json!({"nps": 9, "why": heap})), "why: The text is at most 5 characters long.");
    }

    #[test]
    fn what_nobody_sees_is_dropped_and_is_no_answer() {
        for (written, kept) in [
            ("a\u{8}b", "ab"),
            ("a\u{b}b", "a\nb"),
            ("a\u{7f}", "a"),
            ("a\u{85}b", "a\nb"),
            ("\u{0}\u{7}a", "a"),
            ("a\rb\r\nc", "a\nb\nc"),
            ("a\tb", "a\tb"),
            ("a\u{2028}b", "a\nb"),
        ] {
            let answers = check(json!({"nps": 9, "why": written})).unwrap();
            assert_eq!(serde_json::to_value(answers).unwrap()["why"], kept, "{written:?}");
        }
        for blank in ["\u{200b}", "\u{3164}\u{3000}", "\u{7}", "\u{feff}\n"] {
            assert_eq!(check(json!({"nps": 9, "why": blank})).unwrap().len(), 1, "{blank:?}");
            assert_eq!(mistake(json!({"nps": 6, "sorry": blank})), "sorry: This needs an answer.", "{blank:?}");
        }
    }

    #[test]
    fn every_mistake_is_named() {
        assert_eq!(check(json!({"nps": 99, "why": "123456", "x": 1})).unwrap_err().len(), 3);
    }
}
