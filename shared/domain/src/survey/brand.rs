//! The brand: what all of a table's stores share.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    Cause, Texts,
    cause::{built_in, check_causes},
};
use crate::{
    Mistakes, check_line,
    visit::{Minute, Segment},
};

/// The shortest retention, in days: longer than any link lives, so that no answer expires while its day is counted.
pub const SHORTEST_RETENTION_DAYS: u32 = 90;
/// The longest retention, in days: ten years.
pub const LONGEST_RETENTION_DAYS: u32 = 3653;

/// A brand that has been checked. What comes from the table passes the same door as the body of `PUT /brand`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BrandDetails", into = "BrandDetails")]
pub struct Brand(BrandDetails);

impl Brand {
    /// What is built in, where nothing else can be read than how long responses are kept: that was promised.
    pub fn of_retention(days: Option<u32>) -> Self {
        let details = BrandDetails::default();
        let days = days.filter(|days| (SHORTEST_RETENTION_DAYS..=LONGEST_RETENTION_DAYS).contains(days));
        Self(BrandDetails { retention_days: days.unwrap_or(details.retention_days), ..details })
    }

    /// What can be at the bottom of a case: the brand's own list, or the built-in one where it has none.
    pub fn known_causes(&self) -> Vec<Cause> {
        if self.causes.is_empty() { built_in() } else { self.causes.clone() }
    }

    /// Until when what is known of a visit is kept: so many days after its payment, so that a day's responses go together.
    pub fn kept_until(&self, paid: Minute) -> Timestamp {
        let retention = (i64::from(self.retention_days) * 24).hours();
        paid.start().checked_add(retention).unwrap_or(Timestamp::MAX)
    }
}

impl Deref for Brand {
    type Target = BrandDetails;

    fn deref(&self) -> &BrandDetails {
        &self.0
    }
}

impl From<Brand> for BrandDetails {
    fn from(brand: Brand) -> Self {
        brand.0
    }
}

/// A brand as an operator describes it, and what is used before there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrandDetails {
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
    /// What can be at the bottom of a case, 30 at most. Empty for the built-in list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
}

/// Where a mini-program's survey page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiniProgram {
    /// The platform's id of the mini-program.
    pub app_id: String,
    /// The page, without a leading slash or a query, such as `pages/survey/survey`.
    pub page: String,
}

impl Default for BrandDetails {
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
            causes: Vec::new(),
        }
    }
}

impl TryFrom<BrandDetails> for Brand {
    type Error = Mistakes;

    fn try_from(details: BrandDetails) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        mistakes.check(check_line("The brand's name", &details.name));
        let hex = details.colour.strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            mistakes.add("colour is written #rrggbb, such as #b4232a.");
        }
        if !(SHORTEST_RETENTION_DAYS..=LONGEST_RETENTION_DAYS).contains(&details.retention_days) {
            mistakes.add(format!(
                "retention_days is {SHORTEST_RETENTION_DAYS} to {LONGEST_RETENTION_DAYS}; this is {}.",
                details.retention_days
            ));
        }
        for name in details.segments.values() {
            mistakes.check(check_line("A segment's name", name));
        }
        for program in details.wechat.iter().chain(&details.alipay) {
            mistakes.check(check_line("app_id", &program.app_id));
            if program.page.is_empty() || program.page.starts_with('/') || program.page.contains('?') {
                mistakes.add("page has no leading slash and no query, such as pages/survey/survey.");
            }
        }
        check_causes(&details.causes, &mut mistakes);
        mistakes.unless(Self(details))
    }
}
