//! The words of a guest's pages and of the pages of problems: a file a language, `words/en.json` and so on. A file that misses
//! a word, or has one too many, is no language; a test says which word it is.

use std::sync::LazyLock;

use domain::survey::nearest_language;
use serde::Deserialize;

use super::people_words;

// `FILES`: each language's tag with its file.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// All words of a language. They are read as they stand in the file, so no word is written with a backslash.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    /// Its name in itself.
    name: &'static str,
    /// In which direction it is written: `ltr` or `rtl`. A page goes by its survey's language, which may be none of these.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares it"))]
    dir: &'static str,
    guest: Words,
    case: CaseWords,
    problems: ProblemWords,
    #[expect(dead_code, reason = "the mini-program's own file is written from them")]
    mini_program: MiniProgramWords,
}

/// The words of the survey's page and of its ends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub submit: &'static str,
    pub optional: &'static str,
    pub more: &'static str,
    /// How the time of a visit is written, in the signs of strftime.
    pub visited: &'static str,
    pub table: &'static str,
    pub asks_reply: &'static str,
    pub progress: &'static str,
    pub mend: &'static str,
    pub sending: &'static str,
    pub offline: &'static str,
    pub busy: &'static str,
    pub later: &'static str,
    pub missing: &'static str,
    pub nothing: &'static str,
    pub too_long: &'static str,
    pub malformed: &'static str,
    pub questions_changed: &'static str,
    pub thanks: &'static str,
    pub thanks_more: &'static str,
    pub thanks_of_staff: &'static str,
    pub sorry: &'static str,
    pub sorry_more: &'static str,
    pub answered: &'static str,
    pub answered_more: &'static str,
    pub answered_of_staff: &'static str,
    pub answered_back: &'static str,
    pub taken_back_before: &'static str,
    pub take_back: &'static str,
    pub taken_back: &'static str,
    pub taken_back_more: &'static str,
    pub again: &'static str,
    pub store_replies: &'static str,
    pub see_reply: &'static str,
    pub home: &'static str,
    pub home_more: &'static str,
    pub privacy: &'static str,
    pub privacy_of_staff: &'static str,
    pub of_payment: &'static str,
    pub of_opening: &'static str,
}

/// The words of the page on which a guest comes back to their case.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseWords {
    pub open: &'static str,
    pub taken: &'static str,
    pub answered: &'static str,
    pub closed: &'static str,
    pub their_phone: &'static str,
    pub see_more: &'static str,
    pub see_end: &'static str,
    pub reply: &'static str,
    pub ask: &'static str,
    pub solved: &'static str,
    pub not_solved: &'static str,
    pub said_solved: &'static str,
    pub said_not_solved: &'static str,
    pub no_more: &'static str,
    pub award: &'static str,
    pub code: &'static str,
    pub redeemed: &'static str,
    pub contact: &'static str,
    pub contact_how: &'static str,
    pub agreed: &'static str,
    pub leave: &'static str,
    pub left: &'static str,
    pub forget: &'static str,
    pub back: &'static str,
    pub not_answered: &'static str,
    pub not_now: &'static str,
    pub contact_wrong: &'static str,
}

/// The further words of the mini-program.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the mini-program's own file is written from them")]
struct MiniProgramWords {
    loading: &'static str,
    progress: &'static str,
    too_long: &'static str,
    try_later: &'static str,
    try_again: &'static str,
    offline: Said,
    unavailable: Said,
}

/// The words of a problem's page.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub title: &'static str,
    pub detail: &'static str,
}

/// The words of the problems that guests and managers meet.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProblemWords {
    /// The words of the way on: the sign-in page, which leads a person who is signed in to their own page.
    pub way_on: &'static str,
    pub nothing_here: Said,
    pub no_grant: Said,
    pub session_ended: Said,
    pub not_allowed: Said,
    pub spoiled: Said,
    pub form_refused: Said,
    pub sign_in_ended: Said,
    pub sign_in_refused: Said,
    pub person_unknown: Said,
    pub email_taken: Said,
    pub scope_unknown: Said,
    pub body_too_large: Said,
    pub unavailable: Said,
    pub over: Said,
    pub not_taken_back: Said,
    pub case_not_yours: Said,
    pub link_unknown: Said,
    pub code_unknown: Said,
    pub too_many: Said,
    pub link_expired: Said,
    pub link_from_the_future: Said,
    pub case_unknown: Said,
    pub case_moved: Said,
    pub trend_unknown: Said,
    pub action_unknown: Said,
    pub contact_unknown: Said,
    pub award_unknown: Said,
    pub award_redeemed: Said,
}

static LANGUAGES: LazyLock<Languages> = LazyLock::new(|| all(&FILES));

type Languages = Vec<(&'static str, Language)>;

/// The languages of files, each with its tag.
fn all(files: &[(&'static str, &'static str)]) -> Languages {
    files.iter().filter_map(|(tag, file)| Some((*tag, read(tag, file).ok()?))).collect()
}

/// The words without a language: the tests see to it that they are never shown.
static NONE: LazyLock<Language> = LazyLock::new(Language::default);

fn read(tag: &str, file: &'static str) -> Result<Language, String> {
    serde_json::from_str(file).map_err(|error| format!("words/{tag}.json: {error}"))
}

/// The languages that there are words in, by their tags.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(tag, _)| *tag)
}

/// The nearest to what is wanted of the languages that there are words in; English for those who want none of them.
pub fn guests_language(wanted: &[String]) -> &'static str {
    let tags: Vec<&str> = languages().collect();
    nearest_language(wanted, &tags).unwrap_or("en")
}

/// A language's name in itself; of one that neither guests nor people have words in, its tag.
pub fn language_name(language: &str) -> &str {
    let own = LANGUAGES.iter().find(|(tag, _)| *tag == language).map(|(_, words)| words.name);
    own.or_else(|| people_words::name(language)).unwrap_or(language)
}

fn of(language: &str) -> &'static Language {
    let nearest = guests_language(&[language.to_owned()]);
    LANGUAGES.iter().find(|(tag, _)| *tag == nearest).map_or(&NONE, |(_, words)| words)
}

/// The words of the survey's page in a language, or in the nearest that there is.
pub(super) fn words(language: &str) -> &'static Words {
    &of(language).guest
}

/// Those of a case's page.
pub(super) fn case_words(language: &str) -> &'static CaseWords {
    &of(language).case
}

/// Those of problems.
pub(super) fn problem_words(language: &str) -> &'static ProblemWords {
    &of(language).problems
}

#[cfg(test)]
mod tests {
    use domain::survey::is_from_right;
    use serde_json::Value;

    use super::{super::people_words::tests::differences, *};

    #[test]
    fn every_file_has_every_word_and_no_other() {
        let wrong: Vec<String> = FILES.iter().filter_map(|(tag, file)| read(tag, file).err()).collect();
        assert!(wrong.is_empty() && languages().any(|tag| tag == "en"), "{wrong:#?}");
        let english = FILES.iter().find(|(tag, _)| *tag == "en").unwrap().1;
        let unlike = FILES.iter().flat_map(|(tag, file)| differences("words", tag, english, file));
        assert_eq!(unlike.collect::<Vec<_>>(), Vec::<String>::new());
        for (tag, words) in LANGUAGES.iter() {
            assert_eq!(words.dir, if is_from_right(tag) { "rtl" } else { "ltr" }, "words/{tag}.json: dir");
        }
    }

    #[test]
    fn a_file_more_is_a_language_more() {
        let english = FILES.iter().find(|(tag, _)| *tag == "en").unwrap().1;
        let dutch = english.replace("\"name\": \"English\"", "\"name\": \"Nederlands\"").leak();
        let with: Vec<(&str, &str)> = FILES.iter().copied().chain([("nl", &*dutch)]).collect();
        let languages = all(&with);
        assert_eq!(languages.len(), FILES.len() + 1);
        let tags: Vec<&str> = languages.iter().map(|(tag, _)| *tag).collect();
        assert_eq!(nearest_language(&["nl_BE".to_owned()], &tags), Some("nl"));
        assert_eq!(languages.last().map(|(_, words)| words.name), Some("Nederlands"));
    }

    #[test]
    fn a_word_that_is_missing_or_unknown_is_named_with_its_file() {
        let (_, file) = FILES.iter().find(|(tag, _)| *tag == "en").unwrap();
        let changed = |change: fn(&mut Value)| {
            let mut words: Value = serde_json::from_str(file).unwrap();
            change(&mut words);
            read("fr", words.to_string().leak()).map(|_| ()).unwrap_err()
        };
        let missing = changed(|words| drop(words["guest"].as_object_mut().unwrap().remove("submit")));
        assert!(missing.starts_with("words/fr.json: missing field `submit`"), "{missing}");
        let unknown = changed(|words| words["case"]["sovled"] = "x".into());
        assert!(unknown.starts_with("words/fr.json: unknown field `sovled`"), "{unknown}");
        let escaped = changed(|words| words["name"] = "\"".into());
        assert!(escaped.contains("expected a borrowed string"), "{escaped}");
    }
}
