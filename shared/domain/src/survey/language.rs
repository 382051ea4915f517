//! Texts in several languages, and the choice among them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A text by language (`zh-CN`, `zh-TW`, `en` …), in the order of the definition: the first is the fallback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("minProperties" = 1)))]
#[serde(transparent)]
pub struct Texts(pub IndexMap<String, String>);

impl Texts {
    /// The languages, the fallback first.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The text in a language, or in the fallback; none when there is no text at all.
    pub fn get(&self, language: &str) -> Option<&str> {
        self.0.get(language).or_else(|| self.0.values().next()).map(String::as_str)
    }

    /// The same of a survey's text, of which there is always one.
    pub fn in_language(&self, language: &str) -> &str {
        self.get(language).unwrap_or_default()
    }
}

/// The language to use, among those offered, for a guest who wants `wanted`, most wanted first.
///
/// A language matches itself, then any of the same writing: a guest who wants `zh-HK` is better served by
/// `zh-TW` than by `zh-CN`. None when nothing on offer is wanted.
pub fn nearest_language<'a>(wanted: &[String], offered: &[&'a str]) -> Option<&'a str> {
    let exact = |want: &str| offered.iter().copied().find(|offer| offer.eq_ignore_ascii_case(want));
    let alike = |want: &str| offered.iter().copied().find(|offer| writing(offer) == writing(want));
    wanted.iter().find_map(|want| exact(want).or_else(|| alike(want)))
}

/// The language without its region, Chinese split by script.
fn writing(tag: &str) -> String {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    match parts.next().unwrap_or_default() {
        "zh" if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) => "zh-hant".into(),
        "zh" => "zh-hans".into(),
        language => language.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_gets_the_nearest_language() {
        let offered = ["zh-CN", "zh-TW", "en"];
        let chosen = |wanted: &[&str]| {
            nearest_language(&wanted.iter().map(|want| (*want).to_owned()).collect::<Vec<_>>(), &offered)
        };
        assert_eq!(chosen(&["en-GB"]), Some("en"));
        assert_eq!(chosen(&["zh-HK"]), Some("zh-TW"));
        assert_eq!(chosen(&["zh-Hant-CN"]), Some("zh-TW"));
        assert_eq!(chosen(&["zh"]), Some("zh-CN"));
        assert_eq!(chosen(&["fr", "EN"]), Some("en"));
        assert_eq!(chosen(&["fr"]), None);
        assert_eq!(chosen(&[]), None);
    }
}
