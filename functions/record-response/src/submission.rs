//! Submissions: as JSON by a program, or as a form by a page.

use std::collections::BTreeMap;

use aftertaste::{
    domain::survey::{LONGEST_SECONDS, Survey},
    http::{LARGEST_ANSWER, Problem, Request, body_json_up_to, form_fields_up_to},
};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use uuid::Uuid;

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A guest's submission.
pub(crate) enum Submission {
    /// An answer.
    Answered(Answered),
    /// The button that takes back the answer that a submission brought; none where the page did not know it.
    TakeBack(Option<Uuid>),
}

/// An answer, and what it says of itself.
#[derive(Deserialize)]
pub(crate) struct Answered {
    /// The sending's own id, kept with the answer.
    pub submission: Option<Uuid>,
    /// The survey that was shown; the store's if not said.
    pub survey: Option<String>,
    /// The version that was shown; the latest if not said.
    pub version: Option<u32>,
    /// How long the guest took, to the nearest second.
    #[serde(default, deserialize_with = "whole_seconds")]
    pub seconds: Option<u32>,
    /// Whether the guest left before the end. The whole answer may follow, and replaces this.
    #[serde(default)]
    pub partial: bool,
    /// Whether the guest asks the store to reply.
    #[serde(default)]
    pub asks_reply: bool,
    /// Whether another system took the answer, so that nobody follows it up here. Programs alone say so.
    #[serde(default)]
    pub imported: bool,
    answers: Sent,
}

/// Answers by question, as they came.
#[derive(Deserialize)]
#[serde(from = "BTreeMap<String, Value>")]
enum Sent {
    Json(BTreeMap<String, Value>),
    Form(BTreeMap<String, Vec<String>>),
}

impl From<BTreeMap<String, Value>> for Sent {
    fn from(answers: BTreeMap<String, Value>) -> Self {
        Self::Json(answers)
    }
}

impl Submission {
    /// Whether its sender knows its id.
    pub fn is_named(&self) -> bool {
        match self {
            Self::Answered(sent) => sent.submission.is_some(),
            Self::TakeBack(submission) => submission.is_some(),
        }
    }

    /// Whether it is an answer that its guest has sent themselves.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Answered(sent) if !sent.partial)
    }

    /// Reads a body.
    pub fn read(request: &Request) -> Result<Self, Problem> {
        if request.content_type() != FORM {
            return Ok(Self::Answered(body_json_up_to(request, LARGEST_ANSWER)?));
        }
        let fields = form_fields_up_to(request, LARGEST_ANSWER)?;
        if fields.iter().any(|(name, _)| name == "take_back") {
            return Ok(Self::TakeBack(submission_of(&fields)?));
        }
        Ok(Self::Answered(Answered::from_form(&fields)?))
    }
}

/// The submission in the header; none where it is empty.
pub(crate) fn of_header(request: &Request) -> Result<Option<Uuid>, Problem> {
    let submission = request.header("submission").map(str::trim).filter(|text| !text.is_empty());
    submission
        .map(|text| text.parse().map_err(|_| Problem::invalid("The header Submission is not a UUID.")))
        .transpose()
}

/// The submission in a form; none where it is empty.
pub(crate) fn submission_of(fields: &[(String, String)]) -> Result<Option<Uuid>, Problem> {
    let field = fields.iter().find(|(name, value)| name == "submission" && !value.is_empty());
    field.map(|(_, text)| text.parse().map_err(|_| wrong_field("submission"))).transpose()
}

fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(seconds) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
    rounded(seconds).map(Some).ok_or_else(|| de::Error::custom("seconds is 0 or more"))
}

/// Seconds to the nearest whole, at most a day; none where a clock ran backwards.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within 0 and a day")]
fn rounded(seconds: f64) -> Option<u32> {
    (seconds >= 0.0).then(|| seconds.round().min(f64::from(LONGEST_SECONDS)) as u32)
}

fn wrong_field(name: &str) -> Problem {
    Problem::invalid(format!("The form's field {name} is not what the page put there."))
}

impl Answered {
    fn from_form(fields: &[(String, String)]) -> Result<Self, Problem> {
        let field = |name: &str| {
            fields
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in fields {
            if !matches!(name.as_str(), "submission" | "survey" | "version" | "seconds" | "partial" | "asks_reply") {
                answers.entry(name.clone()).or_default().push(value.clone());
            }
        }
        Ok(Self {
            survey: field("survey").map(str::to_owned),
            submission: submission_of(fields)?,
            version: field("version").map(|text| text.parse().map_err(|_| wrong_field("version"))).transpose()?,
            partial: field("partial") == Some("true"),
            asks_reply: field("asks_reply") == Some("true"),
            imported: false,
            // For information only: whatever a phone's clock makes of it, the answer counts.
            seconds: field("seconds").and_then(|text| text.parse().ok()).and_then(rounded),
            answers: Sent::Form(answers),
        })
    }

    /// Whether a form brought it.
    pub fn is_form(&self) -> bool {
        matches!(self.answers, Sent::Form(_))
    }

    /// The answers as values: a form has only texts, so the survey says which of them are numbers and lists.
    pub fn answers_to(&self, survey: &Survey) -> BTreeMap<String, Value> {
        let fields = match &self.answers {
            Sent::Json(answers) => return answers.clone(),
            Sent::Form(fields) => fields,
        };
        let value = |(id, texts): (&String, &Vec<String>)| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let value = match survey.question(id) {
                Some(question) => question.value_of(&texts),
                None => texts.first().filter(|first| !first.is_empty()).map(|first| Value::from(*first)),
            };
            Some((id.clone(), value?))
        };
        fields.iter().filter_map(value).collect()
    }

    /// A form's fields, to be shown again.
    pub fn fields(&self) -> BTreeMap<String, Vec<String>> {
        match &self.answers {
            Sent::Json(_) => BTreeMap::new(),
            Sent::Form(fields) => fields.clone(),
        }
    }
}
