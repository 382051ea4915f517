//! Texts in several languages, and the choice among them.

use std::cell::LazyCell;
use std::str::FromStr;

use icu_locale::{LanguageIdentifier, LocaleDirectionality, LocaleExpander, subtags::Script};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A text by language (`zh-CN`, `zh-TW`, `en` …), in the order of the definition: the first is the fallback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("minProperties" = 1)))]
#[serde(transparent)]
pub struct Texts(pub IndexMap<String, String>);

impl Texts {
    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

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

/// The language to use, among those offered, for a guest who wants `wanted`, most wanted first. Phones write tags with
/// hyphens or underscores, with a script, a region, both or neither.
///
/// A language matches itself, then any of the same writing: a guest who wants `zh-HK` is better served by
/// `zh-TW` than by `zh-CN`. Where nothing on offer is written so, the language alone decides: a guest who wants `zh-HK`
/// rather reads `zh-CN` than nothing they know. None when nothing on offer is wanted.
pub fn nearest_language<'a>(wanted: &[String], offered: &[&'a str]) -> Option<&'a str> {
    let exact = |want: &str| offered.iter().copied().find(|offer| offer.eq_ignore_ascii_case(&want.replace('_', "-")));
    // Most guests want just what there is, and then nobody has to know how that is written.
    let offers =
        LazyCell::new(|| offered.iter().filter_map(|offer| Some((*offer, Writing::of(offer)?))).collect::<Vec<_>>());
    let like = |want: &str, alike: fn(&Writing, &Writing) -> bool| {
        let want = Writing::of(want)?;
        offers.iter().find(|(_, offer)| alike(&want, offer)).map(|(offer, _)| *offer)
    };
    let written_so = wanted.iter().find_map(|want| exact(want).or_else(|| like(want, Writing::reads)));
    written_so.or_else(|| wanted.iter().find_map(|want| like(want, Writing::speaks)))
}

/// Whether a text has the shape of a language tag.
pub(super) fn is_language_tag(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether a language is written from right to left.
pub fn is_from_right(tag: &str) -> bool {
    identifier(tag).is_some_and(|tag| LocaleDirectionality::new_extended().is_right_to_left(&tag))
}

/// A tag as it is understood. Older tags have the language behind a wider one: `zh-yue` is `yue`.
fn identifier(tag: &str) -> Option<LanguageIdentifier> {
    let tag = tag.trim().replace('_', "-");
    let within = |from: &str| LanguageIdentifier::from_str(from).ok().filter(|tag| !tag.language.is_unknown());
    within(&tag).or_else(|| tag.match_indices('-').take(2).find_map(|(at, _)| within(tag.get(at + 1..)?)))
}

/// A language with the script in which it is written.
#[derive(Debug, PartialEq, Eq)]
struct Writing {
    language: String,
    script: Option<Script>,
}

impl Writing {
    /// What a tag says, and what it leaves open as most people who write it mean it: `zh-TW` is written in `Hant`.
    fn of(tag: &str) -> Option<Self> {
        let mut tag = identifier(tag)?;
        LocaleExpander::new_extended().maximize(&mut tag);
        Some(Self { language: tag.language.to_string(), script: tag.script })
    }

    /// Whether a guest who reads this reads the other. The Chinese languages share their two scripts: who reads one of
    /// them in a script reads all of them.
    fn reads(&self, other: &Self) -> bool {
        let is_chinese = self.script.is_some_and(|script| ["Hans", "Hant"].contains(&script.as_str()));
        self.script == other.script && (is_chinese || self.language == other.language)
    }

    fn speaks(&self, other: &Self) -> bool {
        self.language == other.language
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(offered: &[&'static str], wanted: &[&str]) -> Option<&'static str> {
        nearest_language(&wanted.iter().map(|want| (*want).to_owned()).collect::<Vec<_>>(), offered)
    }

    #[test]
    fn a_guest_gets_the_nearest_language() {
        let chosen = |wanted: &[&str]| chosen(&["zh-CN", "zh-TW", "en"], wanted);
        for (wanted, nearest) in [
            ("en-GB", Some("en")),
            ("en_US", Some("en")),
            ("zh-HK", Some("zh-TW")),
            ("zh_TW", Some("zh-TW")),
            ("zh_tw", Some("zh-TW")),
            ("zh-Hant-CN", Some("zh-TW")),
            ("zh-Hans-HK", Some("zh-CN")),
            ("zh_Hans_CN", Some("zh-CN")),
            ("zh", Some("zh-CN")),
            ("zh-SG", Some("zh-CN")),
            ("zh_CN", Some("zh-CN")),
            ("yue-Hant-HK", Some("zh-TW")),
            ("yue", Some("zh-TW")),
            ("yue-CN", Some("zh-CN")),
            ("nan-TW", Some("zh-TW")),
            ("wuu", Some("zh-CN")),
            ("cmn-Hans", Some("zh-CN")),
            ("zh-Latn-CN", Some("zh-CN")),
            ("zh-yue", Some("zh-TW")),
            ("zh-min-nan", Some("zh-CN")),
            ("zh-cmn-Hant", Some("zh-TW")),
            ("zh-cmn-Hans-CN", Some("zh-CN")),
            ("fr", None),
            ("x", None),
            ("", None),
            ("*", None),
            ("中文", None),
        ] {
            assert_eq!(chosen(&[wanted]), nearest, "{wanted}");
        }
        assert_eq!(chosen(&["fr", "EN"]), Some("en"));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn languages_from_the_right_are_known_by_their_script() {
        for (tag, is_so) in [
            ("ar", true),
            ("he", true),
            ("fa-IR", true),
            ("ur_PK", true),
            ("dv", true),
            ("yi", true),
            ("ar-Latn", false),
            ("az-Arab", true),
            ("en", false),
            ("zh-CN", false),
            ("", false),
            ("?", false),
        ] {
            assert_eq!(is_from_right(tag), is_so, "{tag}");
        }
    }

    #[test]
    fn a_script_comes_before_a_language_and_a_language_before_none() {
        assert_eq!(chosen(&["sr-Latn", "sr-Cyrl"], &["sr"]), Some("sr-Cyrl"));
        assert_eq!(chosen(&["sr-Latn", "en"], &["sr-RS", "de"]), Some("sr-Latn"));
        assert_eq!(chosen(&["en", "zh-CN"], &["zh-HK"]), Some("zh-CN"));
        assert_eq!(chosen(&["en", "zh-CN"], &["zh-HK", "en"]), Some("en"));
        assert_eq!(chosen(&["pt-BR", "en"], &["pt_PT"]), Some("pt-BR"));
        assert_eq!(chosen(&["ar", "en"], &["ar_EG"]), Some("ar"));
        // Japanese and Korean are written in scripts of their own, and are no Chinese.
        assert_eq!(chosen(&["zh-CN", "ja"], &["ko"]), None);
    }
}
