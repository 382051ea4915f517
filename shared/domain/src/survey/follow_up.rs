//! What a survey says of answers that somebody has to follow up, and what was found of one.

use serde::{Deserialize, Serialize};

#[cfg(test)]
use schemars::JsonSchema;

use super::Share;
use crate::Id;

/// How urgent it is that somebody follows an answer up, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody may have been harmed.
    Critical,
    /// A guest waits for a reply, or is very unhappy.
    High,
    /// A guest is unhappy.
    Normal,
    /// A guest praises, so there is somebody to thank.
    Praise,
}

impl Severity {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Praise];

    /// Its name in surveys and items.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Praise => "praise",
        }
    }
}

/// A rule: which answers somebody has to follow up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields))]
pub struct FollowUp {
    /// How urgent that is. Of the rules that hold, the most urgent one counts; of two alike, the first.
    pub severity: Severity,
    /// For which answers it holds.
    pub when: When,
    /// The share of those answers that somebody follows up, more than 0 and up to 1, with at most four decimals; all if not
    /// said. A lot decides, which falls alike each time.
    #[serde(default, skip_serializing_if = "Share::is_all")]
    #[cfg_attr(test, schemars(default))]
    pub share: Share,
    /// Whether it also holds for those who opened the code on a table, which anybody can do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub codes: bool,
}

/// For which answers a rule holds. It says one of three things: `any_of` words (in the text `text`, or in any); `asks_reply`;
/// or a `question` with `at_least` or `at_most` for a scale, or `chose` for a choice, and perhaps `with_text`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema), schemars(deny_unknown_fields, extend("oneOf" = one_of_three())))]
#[serde(default)]
pub struct When {
    /// Words: the text question in which they are looked for; any text question if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Id>,
    /// Words of 1 to 40 characters. One of them stands in the text, also inside a longer word, in whichever case and width.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(length(min = 1, max = MOST_WORDS), inner(length(min = 1, max = LONGEST_WORD))))]
    pub any_of: Vec<String>,
    /// The guest asks for a reply. The page of a survey with such a rule offers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks_reply: bool,
    /// The question whose answer decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Id>,
    /// Its answer, on a scale, is this or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u8>,
    /// Its answer, on a scale, is this or less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u8>,
    /// This option of it was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chose: Option<Id>,
    /// The guest also wrote something, in answer to any question.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_text: bool,
}

/// The fields of which a rule has one. What goes with which of them, the server checks.
#[cfg(test)]
fn one_of_three() -> serde_json::Value {
    serde_json::json!([
        {"required": ["any_of"]},
        {"required": ["asks_reply"], "properties": {"asks_reply": {"const": true}}},
        {"required": ["question"]},
    ])
}

/// The most rules of a survey.
pub const MOST_RULES: usize = 20;

/// The most words of a rule.
pub const MOST_WORDS: usize = 200;

/// The most characters of such a word.
pub const LONGEST_WORD: usize = 40;

/// What the rules of its survey said of an answer when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedUp {
    /// How urgent it is.
    pub severity: Severity,
    /// What made the rule hold: `text` for words, `asks-reply`, or the id of the question.
    pub trigger: String,
}

impl FollowedUp {
    /// The trigger of a guest who asks for a reply.
    pub const ASKS_REPLY: &'static str = "asks-reply";
}
