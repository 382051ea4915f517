//! The brand: what all of a table's stores share.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    Cause, Colour, Texts, Touchpoint,
    cause::{built_in, check_causes},
    language::is_language_tag,
    touchpoint::check_journey,
};
use crate::{
    Mistakes, check_line, is_blank, shortened,
    visit::{Minute, Segment},
};

/// The shortest retention, in days: longer than any link lives, so that no answer expires while its day is counted.
pub const SHORTEST_RETENTION_DAYS: u32 = 90;
/// The longest retention, in days: ten years.
pub const LONGEST_RETENTION_DAYS: u32 = 3653;

/// A brand that has been checked. A value from the table passes the same door as the body of `PUT /brand`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BrandDetails", into = "BrandDetails")]
pub struct Brand(BrandDetails);

impl Brand {
    /// The built-in brand, where nothing else can be read than how long responses are kept: that was promised.
    pub fn of_retention(days: Option<u32>) -> Self {
        let details = BrandDetails::default();
        let days = days.filter(|days| (SHORTEST_RETENTION_DAYS..=LONGEST_RETENTION_DAYS).contains(days));
        Self(BrandDetails { retention_days: days.unwrap_or(details.retention_days), ..details })
    }

    /// The file that a platform asks for by name, to see whose address this is.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.wechat.iter().chain(&self.alipay).find_map(|program| program.files.get(name)).map(String::as_str)
    }

    /// The causes that a case can have: the brand's own list, or the built-in one where it has none.
    pub fn known_causes(&self) -> Vec<Cause> {
        known(&self.causes)
    }

    /// Until when what is known of a visit is kept: so many days after its payment, so that a day's responses go together.
    pub fn kept_until(&self, paid: Minute) -> Timestamp {
        let retention = (i64::from(self.retention_days) * 24).hours();
        paid.start().checked_add(retention).unwrap_or(Timestamp::MAX)
    }
}

/// The causes of a brand that names these.
fn known(causes: &[Cause]) -> Vec<Cause> {
    if causes.is_empty() { built_in() } else { causes.to_vec() }
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
    /// The name that guests read.
    pub name: String,
    /// The colour of buttons: `#rrggbb`.
    pub colour: String,
    /// The privacy note by language: what is kept, tied to what, how long. Empty for the built-in words.
    pub privacy: Texts,
    /// The thanks after an answer, by language. Empty for the built-in words.
    pub thanks: Texts,
    /// The text that guests who were let down read in place of the thanks, by language. Empty for the built-in words.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub sorry: Texts,
    /// A link of the brand's own after the thanks. It is the same for every guest, whatever they answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<BrandLink>,
    /// The logo: an SVG image, cleaned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
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
    /// The causes that a case can have, 30 at most. Empty for the built-in list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// The touchpoints of a guest's journey in their order, 20 at most. Empty for no map.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub journey: Vec<Touchpoint>,
}

/// A link of the brand's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrandLink {
    /// Where it leads: `https://…`.
    pub url: String,
    /// The text that guests read, by language.
    pub text: Texts,
}

/// Where a mini-program's survey page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiniProgram {
    /// The platform's id of the mini-program.
    pub app_id: String,
    /// The page, without a leading slash or a query, such as `pages/survey/survey`.
    pub page: String,
    /// Files by which the platform checks whose address this is, five at most: what stands in each, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

/// How many files of a platform there are at most.
const MOST_FILES: usize = 5;

impl MiniProgram {
    fn check(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_line("app_id", &self.app_id));
        if self.page.is_empty() || self.page.starts_with('/') || self.page.contains('?') {
            mistakes.add("page has no leading slash and no query, such as pages/survey/survey.");
        }
        if self.files.len() > MOST_FILES {
            mistakes.add(format!("files names {MOST_FILES} files at most."));
        }
        for (name, content) in &self.files {
            let stem = name.strip_suffix(".txt").unwrap_or_default();
            let is_name = (1..=60).contains(&stem.len())
                && stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
            if !is_name {
                mistakes.add(format!(
                    "files: a name is letters, digits, '-' and '_' with .txt at its end; this is {:?}.",
                    shortened(name)
                ));
            }
            if !(1..=200).contains(&content.len()) || !content.bytes().all(|b| b.is_ascii_graphic()) {
                mistakes.add(format!(
                    "files: {:?} holds 1 to 200 letters, digits and signs without spaces.",
                    shortened(name)
                ));
            }
        }
    }
}

/// Checks texts by language: each has a tag and shows something.
fn check_texts(what: &str, texts: &Texts, most: usize, mistakes: &mut Mistakes) {
    for (language, text) in &texts.0 {
        if !is_language_tag(language) {
            mistakes.add(format!("{what}: {:?} is no language tag such as zh-CN.", shortened(language)));
        }
        if is_blank(text) || text.chars().count() > most || text.chars().any(char::is_control) {
            mistakes.add(format!("{what}: a text is 1 to {most} characters that can be seen, without line breaks."));
        }
    }
}

impl BrandLink {
    fn check(&self, mistakes: &mut Mistakes) {
        let host =
            self.url.strip_prefix("https://").unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
        let is_plain =
            self.url.len() <= 500 && self.url.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
        if !is_plain || host.contains('@') || !host.contains('.') || host.starts_with('.') {
            mistakes.add(
                "link.url is an address such as https://www.example.cn/club, of 500 characters at most. A host in other letters \
                 is written xn--…, and other signs in percent.",
            );
        }
        if self.text.is_empty() {
            mistakes.add("link.text says in at least one language what guests read.");
        }
        check_texts("link.text", &self.text, 80, mistakes);
    }
}

impl Default for BrandDetails {
    fn default() -> Self {
        Self {
            name: "Aftertaste".into(),
            colour: "#b4232a".into(),
            privacy: Texts::default(),
            thanks: Texts::default(),
            sorry: Texts::default(),
            link: None,
            logo: None,
            segments: BTreeMap::new(),
            retention_days: 730,
            wechat: None,
            alipay: None,
            causes: Vec::new(),
            journey: Vec::new(),
        }
    }
}

impl TryFrom<BrandDetails> for Brand {
    type Error = Mistakes;

    fn try_from(details: BrandDetails) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        mistakes.check(check_line("The brand's name", &details.name));
        if Colour::parse(&details.colour).is_none() {
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
            program.check(&mut mistakes);
        }
        check_texts("sorry", &details.sorry, 300, &mut mistakes);
        if let Some(link) = &details.link {
            link.check(&mut mistakes);
        }
        check_causes(&details.causes, &mut mistakes);
        check_journey(&details.journey, &known(&details.causes), &mut mistakes);
        mistakes.unless(Self(details))
    }
}
