//! The words for people, on their pages and in their messages: a file a language, `words/people/en.json` and so on. Each
//! function has a section of the file, and a type of its own that takes every word of the section and no other.

use std::fmt::Display;
use std::sync::LazyLock;

use domain::{
    report::Meal,
    survey::{Brand, nearest_language},
    trend::ChangedPart,
    visit::Channel,
};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::Value;

// `FILES`: each language's tag with its file.
include!(concat!(env!("OUT_DIR"), "/people.rs"));

/// A file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    /// Its name in itself.
    name: String,
    /// In which direction it is written: `ltr` or `rtl`.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares it"))]
    dir: String,
    /// The words of `show-report`.
    report: Value,
    /// The words of `handle-cases`.
    cases: Value,
    /// The words of `manage-people`.
    people: Value,
    /// The words of `send-notices`.
    notices: Value,
    /// The names of parts of guests, for all of these.
    parts: Value,
}

impl Language {
    fn section(&self, name: &str) -> &Value {
        match name {
            "report" => &self.report,
            "cases" => &self.cases,
            "people" => &self.people,
            "notices" => &self.notices,
            "parts" => &self.parts,
            _ => &Value::Null,
        }
    }
}

static LANGUAGES: LazyLock<Vec<(&'static str, Language)>> =
    LazyLock::new(|| FILES.iter().filter_map(|(tag, file)| Some((*tag, read(tag, file).ok()?))).collect());

fn read(tag: &str, file: &str) -> Result<Language, String> {
    serde_json::from_str(file).map_err(|error| format!("words/people/{tag}.json: {error}"))
}

/// The words of a section in every language.
pub struct Section<T> {
    languages: Vec<(&'static str, T)>,
    /// The words without a language: the tests see to it that they are never shown.
    none: T,
}

impl<T: Default + Deserialize<'static>> Section<T> {
    /// Reads it from the files.
    pub fn read(name: &str) -> Self {
        let languages =
            LANGUAGES.iter().filter_map(|(tag, language)| Some((*tag, words(tag, name, language.section(name)).ok()?)));
        Self { languages: languages.collect(), none: T::default() }
    }

    /// The words in a language, or in the nearest that there is.
    pub fn of(&self, language: &str) -> &T {
        let nearest = people_language(&[language.to_owned()]);
        self.languages.iter().find(|(tag, _)| *tag == nearest).map_or(&self.none, |(_, words)| words)
    }

    /// The mistakes in the files, for a test: each sentence names a file and a word.
    pub fn mistakes(name: &str) -> Vec<String> {
        let broken = FILES.iter().filter_map(|(tag, file)| read(tag, file).err());
        let wrong = LANGUAGES.iter().filter_map(|(tag, language)| words::<T>(tag, name, language.section(name)).err());
        broken.chain(wrong).collect()
    }
}

fn words<'a, T: Deserialize<'a>>(tag: &str, name: &str, section: &'a Value) -> Result<T, String> {
    T::deserialize(section).map_err(|error| format!("words/people/{tag}.json: {name}: {error}"))
}

/// A text about a number of things. A language that says it in another way of one thing has that as `one`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    one: Option<&'static str>,
    other: &'static str,
}

impl Counted {
    /// The text for so many.
    pub fn of(&self, n: u64) -> &'static str {
        self.one.filter(|_| n == 1).unwrap_or(self.other)
    }
}

/// The names of meals, in each section that needs them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meals {
    breakfast: &'static str,
    lunch: &'static str,
    afternoon: &'static str,
    dinner: &'static str,
    night: &'static str,
}

impl Meals {
    /// The name of a meal.
    pub fn of(&self, meal: Meal) -> &'static str {
        match meal {
            Meal::Breakfast => self.breakfast,
            Meal::Lunch => self.lunch,
            Meal::Afternoon => self.afternoon,
            Meal::Dinner => self.dinner,
            Meal::Night => self.night,
        }
    }
}

/// The names of channels, in each section that needs them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    unknown: &'static str,
    receipt: &'static str,
    table: &'static str,
    wechat_mini_program: &'static str,
    wechat_message: &'static str,
    alipay_mini_program: &'static str,
    sms: &'static str,
    email: &'static str,
    app: &'static str,
    delivery: &'static str,
    kiosk: &'static str,
    web: &'static str,
    test: &'static str,
    staff: &'static str,
}

impl Channels {
    /// The name of a channel.
    pub fn of(&self, channel: Channel) -> &'static str {
        match channel {
            Channel::Unknown => self.unknown,
            Channel::Receipt => self.receipt,
            Channel::Table => self.table,
            Channel::WechatMiniProgram => self.wechat_mini_program,
            Channel::WechatMessage => self.wechat_message,
            Channel::AlipayMiniProgram => self.alipay_mini_program,
            Channel::Sms => self.sms,
            Channel::Email => self.email,
            Channel::App => self.app,
            Channel::Delivery => self.delivery,
            Channel::Kiosk => self.kiosk,
            Channel::Web => self.web,
            Channel::Test => self.test,
            Channel::Staff => self.staff,
        }
    }
}

/// The names of parts of guests.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    meals: Meals,
    channels: Channels,
    segment: &'static str,
    no_segment: &'static str,
    /// Between two of a list.
    and: &'static str,
}

static PARTS: LazyLock<Section<Parts>> = LazyLock::new(|| Section::read("parts"));

/// The name of a part of a brand's guests, in a language that people have words in.
pub fn part_name(part: ChangedPart, brand: &Brand, language: &str) -> String {
    let words = PARTS.of(language);
    match part {
        ChangedPart::Meal(meal) => words.meals.of(meal).to_owned(),
        ChangedPart::Channel(channel) => words.channels.of(channel).to_owned(),
        ChangedPart::Segment(segment) => match (brand.segments.get(&segment), u8::from(segment)) {
            (Some(name), _) => name.clone(),
            (None, 0) => words.no_segment.to_owned(),
            (None, n) => filled(words.segment, &[("n", &n)]),
        },
    }
}

/// The names of several, as a list.
pub fn part_names(parts: impl IntoIterator<Item = ChangedPart>, brand: &Brand, language: &str) -> String {
    let names: Vec<String> = parts.into_iter().map(|part| part_name(part, brand, language)).collect();
    names.join(PARTS.of(language).and)
}

/// A text with its placeholders, such as `{n}`, replaced by what they stand for.
pub fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        let value = values.iter().find(|(known, _)| *known == name);
        debug_assert!(value.is_some(), "nothing stands for {{{name}}} of: {text}");
        whole += before;
        whole += &value.map(|(_, value)| value.to_string()).unwrap_or_default();
        rest = after;
    }
    whole + rest
}

/// The same on a page, where more than text stands for a placeholder.
pub fn filled_with(text: &str, values: &[(&str, Markup)]) -> Markup {
    let escaped = html! { (text) };
    let values: Vec<(&str, &dyn Display)> = values.iter().map(|(name, value)| (*name, &value.0 as _)).collect();
    PreEscaped(filled(&escaped.0, &values))
}

/// The languages that there are words for people in, by their tags.
pub fn people_languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(tag, _)| *tag)
}

/// The nearest of these to what is wanted; English for those who want none of them.
pub fn people_language(wanted: &[String]) -> &'static str {
    let tags: Vec<&'static str> = people_languages().collect();
    nearest_language(wanted, &tags).unwrap_or("en")
}

/// A language's own name, if people have words in it.
pub(super) fn name(language: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(tag, _)| *tag == language).map(|(_, words)| words.name.as_str())
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::survey::is_from_right;
    use serde_json::json;

    use super::*;

    /// Each word by where it stands, with its placeholders.
    fn placeholders(place: &str, words: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
        match words {
            Value::Object(words) => {
                words.iter().for_each(|(name, words)| placeholders(&format!("{place}.{name}"), words, found));
            }
            words => {
                let parts = words.as_str().unwrap_or_default().split('{').skip(1);
                let names = parts.map(|part| part.split('}').next().unwrap_or_default().to_owned());
                found.insert(place.trim_start_matches('.').to_owned(), names.collect());
            }
        }
    }

    /// The differences of a language's file from the English one.
    fn unlike_english(tag: &str, file: &str) -> Vec<String> {
        let (_, english) = FILES.iter().find(|(tag, _)| *tag == "en").unwrap();
        differences("words/people", tag, english, file)
    }

    /// The differences of a file in a folder from the English one there.
    pub(in crate::pages) fn differences(folder: &str, tag: &str, english: &str, file: &str) -> Vec<String> {
        let [english, own] = [english, file].map(|file| {
            let mut found = BTreeMap::new();
            placeholders("", &serde_json::from_str(file).unwrap(), &mut found);
            found
        });
        // A language may say the same of one thing as of many, or differ from English in that.
        let of_one = |place: &str| place.ends_with(".one");
        let lacks = english.keys().filter(|place| !of_one(place) && !own.contains_key(*place));
        let lacks = lacks.map(|place| format!("{folder}/{tag}.json: {place} is missing"));
        let unlike = own.iter().filter_map(|(place, has)| {
            let like = if of_one(place) { format!("{}.other", place.trim_end_matches(".one")) } else { place.clone() };
            match english.get(&like) {
                Some(wanted) if wanted == has => None,
                Some(wanted) => Some(format!("{folder}/{tag}.json: {place} has {has:?}, not {wanted:?}")),
                None => Some(format!("{folder}/{tag}.json: {place} is unknown")),
            }
        });
        lacks.chain(unlike).collect()
    }

    #[test]
    fn every_file_has_the_words_and_placeholders_of_the_english_one() {
        let broken: Vec<String> = FILES.iter().filter_map(|(tag, file)| read(tag, file).err()).collect();
        assert!(broken.is_empty(), "{broken:#?}");
        let unlike: Vec<String> = FILES.iter().flat_map(|(tag, file)| unlike_english(tag, file)).collect();
        assert!(unlike.is_empty(), "{unlike:#?}");
        for (tag, words) in LANGUAGES.iter() {
            assert_eq!(words.dir, if is_from_right(tag) { "rtl" } else { "ltr" }, "words/people/{tag}.json: dir");
        }
    }

    #[test]
    fn a_word_that_is_missing_unknown_or_has_other_placeholders_is_named_with_its_file() {
        let (_, file) = FILES.iter().find(|(tag, _)| *tag == "en").unwrap();
        let changed = |change: fn(&mut Value)| {
            let mut words: Value = serde_json::from_str(file).unwrap();
            change(&mut words);
            unlike_english("fr", &words.to_string())
        };
        let missing = changed(|words| drop(words["report"].as_object_mut().unwrap().remove("answers")));
        assert_eq!(missing, ["words/people/fr.json: report.answers is missing"]);
        let unknown = changed(|words| words["cases"]["closde"] = "x".into());
        assert_eq!(unknown, ["words/people/fr.json: cases.closde is unknown"]);
        let unlike = changed(|words| words["report"]["rank"] = "Rank".into());
        assert_eq!(unlike, ["words/people/fr.json: report.rank has {}, not {\"rank\"}"]);
        let section = read("fr", r#"{"name": "Français", "dir": "ltr"}"#).map(|_| ()).unwrap_err();
        assert!(section.starts_with("words/people/fr.json: missing field `report`"), "{section}");
    }

    #[test]
    fn a_function_takes_every_word_of_its_section_and_no_other() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Words<'a> {
            open: &'a str,
        }
        let said = |section: &Value| words::<Words<'_>>("fr", "cases", section).map(|words| words.open.to_owned());
        assert_eq!(said(&json!({"open": "\"ouvert\""})), Ok("\"ouvert\"".to_owned()));
        let missing = said(&json!({})).unwrap_err();
        assert_eq!(missing, "words/people/fr.json: cases: missing field `open`");
        let unknown = said(&json!({"open": "x", "opne": "x"})).unwrap_err();
        assert!(unknown.starts_with("words/people/fr.json: cases: unknown field `opne`"), "{unknown}");
    }

    #[test]
    fn parts_have_names_in_every_language() {
        assert_eq!(Section::<Parts>::mistakes("parts"), Vec::<String>::new());
    }

    #[test]
    fn placeholders_are_replaced_once() {
        assert_eq!(filled("{a} of {b}", &[("b", &"{a}"), ("a", &1)]), "1 of {a}");
        assert_eq!(filled("a } {", &[]), "a } {");
        let bold = filled_with("<{name}>", &[("name", html! { b { "&" } })]);
        assert_eq!(bold.0, "&lt;<b>&amp;</b>&gt;");
    }

    #[test]
    fn one_thing_is_counted_as_one_where_a_language_does_so() {
        let counted = Counted { one: Some("{n} case"), other: "{n} cases" };
        assert_eq!([0, 1, 2].map(|n| counted.of(n)), ["{n} cases", "{n} case", "{n} cases"]);
        assert_eq!(Counted { one: None, other: "{n} 条" }.of(1), "{n} 条");
    }

    #[test]
    fn people_who_want_another_language_read_english() {
        for (tag, language) in
            [("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("zh-Hant-HK", "zh-TW"), ("zh-HK", "zh-TW"), ("fr", "en"), ("", "en")]
        {
            assert_eq!(people_language(&[tag.to_owned()]), language);
        }
    }
}
