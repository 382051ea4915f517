//! The brand: what all of a table's stores share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Texts;
use crate::{Invalid, check_line, visit::Segment};

/// The shortest retention, in days: longer than any link lives, so that no answer expires while its day is counted.
pub const SHORTEST_RETENTION_DAYS: u32 = 90;
/// The longest retention, in days: ten years.
pub const LONGEST_RETENTION_DAYS: u32 = 3653;

/// The body of `PUT /brand`, and what is used before there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Brand {
    /// What guests read.
    pub name: String,
    /// The colour of buttons: `#rrggbb`.
    pub colour: String,
    /// What is kept, tied to what, how long; by language. Empty for the built-in words.
    pub privacy: Texts,
    /// The thanks after an answer, by language. Empty for the built-in words.
    pub thanks: Texts,
    /// Names of segments by number.
    pub segments: BTreeMap<Segment, String>,
    /// How many days a response is kept after its payment, 90 to 3653.
    pub retention_days: u32,
    /// The WeChat mini-program's app id and page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechat: Option<MiniProgram>,
    /// The Alipay mini-program's app id and page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alipay: Option<MiniProgram>,
}

/// Where a mini-program's survey page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiniProgram {
    /// The platform's id of the mini-program.
    pub app_id: String,
    /// The page, without a leading slash or a query, such as `pages/survey/survey`.
    pub page: String,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: "Aftertaste".into(),
            colour: "#b4232a".into(),
            privacy: Texts::default(),
            thanks: Texts::default(),
            segments: BTreeMap::new(),
            retention_days: 730,
            wechat: None,
            alipay: None,
        }
    }
}

impl Brand {
    /// Checks what serde can't.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn check(&self) -> Result<(), Vec<Invalid>> {
        let mut mistakes: Vec<Invalid> = check_line("The brand's name", &self.name).err().into_iter().collect();
        let hex = self.colour.strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            mistakes.push(Invalid("colour is written #rrggbb, such as #b4232a.".into()));
        }
        if !(SHORTEST_RETENTION_DAYS..=LONGEST_RETENTION_DAYS).contains(&self.retention_days) {
            mistakes.push(Invalid(format!(
                "retention_days is {SHORTEST_RETENTION_DAYS} to {LONGEST_RETENTION_DAYS}; this is {}.",
                self.retention_days
            )));
        }
        mistakes.extend(self.segments.values().filter_map(|name| check_line("A segment's name", name).err()));
        for program in self.wechat.iter().chain(&self.alipay) {
            mistakes.extend(check_line("app_id", &program.app_id).err());
            if program.page.is_empty() || program.page.starts_with('/') || program.page.contains('?') {
                mistakes.push(Invalid("page has no leading slash and no query, such as pages/survey/survey.".into()));
            }
        }
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }
}
