//! Surveys as they are written. `surveys/schema.json` is made from these types, so that editors complete them.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

#[cfg(test)]
use super::MOST_RULES;
use super::{FollowUp, Invite, Texts};
use crate::Id;

/// The longest lifetime of a link, in days.
pub const LONGEST_LINK_LIFETIME_DAYS: u32 = 60;

/// How many characters all texts of a survey may have together, so that every answer fits into a body.
pub const LONGEST_TEXTS: usize = 1000;

/// A survey as it is written: the body of `PUT /surveys/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Definition {
    /// Where an editor finds the schema. It is not kept.
    #[serde(rename = "$schema", default, skip_serializing, deserialize_with = "ignored")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub schema: (),
    /// The survey's id, the same as in its address.
    pub id: Id,
    /// The title; its languages are the survey's, the first is the fallback.
    pub title: Texts,
    /// How many days after the payment the link can be answered, 1 to 60.
    #[serde(default = "seven")]
    #[cfg_attr(test, schemars(range(min = 1, max = LONGEST_LINK_LIFETIME_DAYS)))]
    pub link_lifetime_days: u32,
    /// Whom to ask, and when, after payments that a provider tells of.
    #[serde(default, skip_serializing_if = "is_usual")]
    #[cfg_attr(test, schemars(default))]
    pub invite: Invite,
    /// The questions, in the order in which they are asked.
    #[cfg_attr(test, schemars(length(min = 1, max = 40)))]
    pub questions: Vec<QuestionDefinition>,
    /// Groups of questions of which each visit is asked only some.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<Id, Module>,
    /// Rules: which answers somebody has to follow up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(max = MOST_RULES)))]
    pub follow_up: Vec<FollowUp>,
}

fn is_usual(invite: &Invite) -> bool {
    *invite == Invite::default()
}

fn seven() -> u32 {
    7
}

fn ignored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    Value::deserialize(deserializer).map(drop)
}

/// A question as it is written. Which of the optional fields it has depends on its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields, extend("allOf" = fields_of_each_kind())))]
pub struct QuestionDefinition {
    /// The question's id; it keeps its kind and range for ever.
    pub id: Id,
    /// What kind of answer it takes.
    pub kind: KindName,
    /// What is asked.
    pub text: Texts,
    /// Whether a guest who is asked has to answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// What the report does with the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measure>,
    /// The experience theme it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Id>,
    /// The module it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<Id>,
    /// When it is asked; always, if there is no condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_if: Option<AskIf>,
    /// Scale: the lowest answer, 0 or 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(max = 1)))]
    pub min: Option<u8>,
    /// Scale: the highest answer, up to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 2, max = 10)))]
    pub max: Option<u8>,
    /// Scale: what the lowest answer means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_label: Option<Texts>,
    /// Scale: what the highest answer means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_label: Option<Texts>,
    /// Scale: the highest answer that counts as low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(max = 10)))]
    pub low_at_most: Option<u8>,
    /// Scale: the lowest answer that counts as high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(max = 10)))]
    pub high_at_least: Option<u8>,
    /// Scale of 1 to 5: what guests tap in place of numbers; numbers, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    /// Choice: whether more than one option may be chosen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub many: bool,
    /// Choice: the options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(min = 2, max = 30)))]
    pub options: Vec<ChoiceOption>,
    /// Text: the most characters, 1 to 1000; 500 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = LONGEST_TEXTS)))]
    pub max_length: Option<u16>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The kinds of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum KindName {
    /// A whole number in a range.
    Scale,
    /// One or many of some options.
    Choice,
    /// A text.
    Text,
}

/// What guests tap in place of the numbers 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Stars: the chosen one and those before it are filled.
    Stars,
    /// Faces, from sad to happy.
    Faces,
}

/// What the report does with a question's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// NPS: promoters answer 9 or 10, detractors 6 or less.
    Recommend,
    /// The satisfied share, and the outcome that drivers explain.
    Satisfaction,
    /// Something that may drive satisfaction.
    Driver,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct ChoiceOption {
    /// Its id.
    pub id: Id,
    /// What the guest reads.
    pub text: Texts,
}

/// A group of questions of which each visit is asked only some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct Module {
    /// How many of them.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub ask: usize,
}

/// A condition on the answer to an earlier question. All that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct AskIf {
    /// The earlier question.
    pub question: Id,
    /// Its answer, on a scale, is this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u8>,
    /// Its answer, on a scale, is this or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u8>,
    /// This option of it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chose: Option<Id>,
}

/// Which fields a question of each kind has to have, and which only it may have.
#[cfg(test)]
fn fields_of_each_kind() -> Value {
    use serde_json::json;
    let kind = |name: &str, required: &[&str], only: &[&str]| {
        let others: serde_json::Map<_, _> = only.iter().map(|field| ((*field).to_owned(), json!(false))).collect();
        json!({
            "if": {"properties": {"kind": {"const": name}}},
            "then": {"required": required},
            "else": {"properties": others},
        })
    };
    json!([
        kind(
            "scale",
            &["min", "max"],
            &["min", "max", "low_label", "high_label", "low_at_most", "high_at_least", "measures", "look"]
        ),
        kind("choice", &["options"], &["options", "many"]),
        kind("text", &[], &["max_length"]),
    ])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../surveys")
    }

    fn written(file: &str) -> Value {
        serde_json::from_slice(&std::fs::read(folder().join(file)).unwrap()).unwrap()
    }

    /// To write it anew: `WRITE_SCHEMA=1 cargo schema`.
    #[test]
    fn the_schema_that_ships_is_that_of_the_types() {
        let schema = serde_json::to_value(schemars::schema_for!(Definition)).unwrap();
        if std::env::var_os("WRITE_SCHEMA").is_some() {
            std::fs::write(folder().join("schema.json"), format!("{schema:#}\n")).unwrap();
        }
        assert_eq!(written("schema.json"), schema, "Write it anew: WRITE_SCHEMA=1 cargo schema");
    }

    #[test]
    fn the_schema_takes_what_is_right_and_finds_what_is_not() {
        let schema = jsonschema::validator_for(&written("schema.json")).unwrap();
        let mut files: Vec<String> = std::fs::read_dir(folder())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|file| file != "schema.json")
            .collect();
        files.sort();
        assert_eq!(
            files,
            [
                "bank-branch.json",
                "cafe.json",
                "clinic.json",
                "delivery.json",
                "dine-in.json",
                "hotel.json",
                "hotline.json",
                "mobi.json",
                "pulse.json",
                "retail.json",
            ]
        );
        for file in &files {
            let survey = written(file);
            assert!(schema.is_valid(&survey), "{file}");
            assert_eq!(survey["$schema"], "./schema.json");
        }
        for (pointer, wrong) in [
            ("/id", json!("with space")),
            ("/link_lifetime_days", json!(61)),
            ("/title", json!("one language")),
            ("/questions", json!([])),
            ("/questions/0/kind", json!("stars")),
            ("/questions/0/kind", json!("text")),
            ("/questions/0/max", json!(11)),
            ("/questions/0/measures", json!("joy")),
            ("/follow_up/0/severity", json!("urgent")),
            ("/follow_up/0/when/any_of", json!([])),
            ("/follow_up/1/when", json!({})),
            ("/follow_up/1/when", json!({"asks_reply": true, "question": "nps", "at_most": 6})),
            ("/follow_up/4/share", json!(0)),
        ] {
            let mut survey = written("dine-in.json");
            *survey.pointer_mut(pointer).unwrap() = wrong;
            assert!(!schema.is_valid(&survey), "{pointer}");
        }
    }

    #[test]
    fn the_schema_knows_the_looks_of_a_scale() {
        let schema = jsonschema::validator_for(&written("schema.json")).unwrap();
        let with = |question: usize, look: &str| {
            let mut survey = written("dine-in.json");
            survey["questions"][question]["look"] = json!(look);
            schema.is_valid(&survey)
        };
        let text = written("dine-in.json")["questions"].as_array().unwrap().len() - 1;
        assert!(with(1, "stars") && with(1, "faces"));
        assert!(!with(1, "hearts") && !with(text, "stars"));
    }

    #[test]
    fn where_the_schema_is_is_no_part_of_a_survey() {
        let mut survey = written("dine-in.json");
        let with: Definition = serde_json::from_value(survey.clone()).unwrap();
        survey.as_object_mut().unwrap().remove("$schema");
        assert_eq!(with, serde_json::from_value(survey).unwrap());
        assert!(serde_json::to_value(with).unwrap().get("$schema").is_none());
    }
}
