//! Rules of a survey that have been checked: for which answers they apply.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::{FollowUp, Kind, LONGEST_WORD, MOST_RULES, MOST_WORDS, Question, Severity, Share, When};
use crate::{Id, Mistakes};

/// A rule that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How urgent it is.
    pub severity: Severity,
    /// The answers for which it applies.
    pub condition: Condition,
    /// The share of them that somebody follows up.
    pub share: Share,
    /// Whether it also applies to those who opened the code on a table.
    pub codes: bool,
}

/// The answers for which a rule applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One of some words stands in a text.
    Words {
        /// The question; any that takes a text, if none is named.
        text: Option<Id>,
        /// The words, folded as answers are.
        any_of: Vec<String>,
    },
    /// The guest asks for a reply.
    AsksReply,
    /// The answer on a scale lies between two numbers, which belong to it.
    Scored {
        /// The question.
        question: Id,
        /// The lowest of them.
        at_least: u8,
        /// The highest.
        at_most: u8,
        /// The guest also wrote something.
        with_text: bool,
    },
    /// An option was chosen.
    Chose {
        /// The question.
        question: Id,
        /// The option.
        option: Id,
        /// The guest also wrote something.
        with_text: bool,
    },
}

/// The rules as they are read, without those that something is wrong with.
pub(super) fn checked_rules(rules: &[FollowUp], questions: &[Question], mistakes: &mut Mistakes) -> Vec<Rule> {
    if rules.len() > MOST_RULES {
        mistakes.add(format!("follow_up has at most {MOST_RULES} rules."));
    }
    let mut checked = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        match rule.when.read(questions) {
            Ok(condition) => {
                checked.push(Rule { severity: rule.severity, condition, share: rule.share, codes: rule.codes });
            }
            Err(sentence) => mistakes.add(format!("follow_up[{at}]: {sentence}")),
        }
    }
    checked
}

impl When {
    /// Its condition; a sentence where it has none, or does not fit the survey.
    fn read(&self, questions: &[Question]) -> Result<Condition, String> {
        let about_words = self.text.is_some() || !self.any_of.is_empty();
        let about_a_number = self.at_least.is_some() || self.at_most.is_some();
        let about_an_answer = self.question.is_some() || about_a_number || self.chose.is_some() || self.with_text;
        match (about_words, self.asks_reply, about_an_answer) {
            (true, false, false) => self.words(questions),
            (false, true, false) => Ok(Condition::AsksReply),
            (false, false, true) => self.answer(questions),
            _ => Err("when says one thing: any_of words, asks_reply, or a question with at_least, at_most or chose. \
                      Make a rule of each."
                .into()),
        }
    }

    fn words(&self, questions: &[Question]) -> Result<Condition, String> {
        let texts: Vec<&Id> =
            questions.iter().filter(|question| matches!(question.kind, Kind::Text { .. })).map(Question::id).collect();
        match &self.text {
            Some(text) if !texts.contains(&text) => {
                return Err(format!("the survey has no text question {text} in which to look for words."));
            }
            None if texts.is_empty() => return Err("the survey asks for no text in which to look for words.".into()),
            _ => {}
        }
        if !(1..=MOST_WORDS).contains(&self.any_of.len()) {
            return Err(format!("any_of has 1 to {MOST_WORDS} words."));
        }
        let fits = |word: &str| !word.trim().is_empty() && word.chars().count() <= LONGEST_WORD;
        if let Some(wrong) = self.any_of.iter().find(|word| !fits(word)) {
            return Err(format!(
                "a word of any_of has 1 to {LONGEST_WORD} characters; this is {:?}.",
                crate::shortened(wrong)
            ));
        }
        Ok(Condition::Words { text: self.text.clone(), any_of: self.any_of.iter().map(|word| folded(word)).collect() })
    }

    fn answer(&self, questions: &[Question]) -> Result<Condition, String> {
        let Some(id) = &self.question else {
            return Err("at_least, at_most, chose and with_text are about a question; when names none.".into());
        };
        let Some(question) = questions.iter().find(|question| question.id() == id) else {
            return Err(format!("the survey has no question {id}."));
        };
        let (id, with_text) = (id.clone(), self.with_text);
        match (&question.kind, &self.chose) {
            (Kind::Scale(scale), None) if self.at_least.is_some() || self.at_most.is_some() => {
                let at_least = self.at_least.unwrap_or(scale.min).max(scale.min);
                let at_most = self.at_most.unwrap_or(scale.max).min(scale.max);
                if at_least > at_most {
                    return Err(format!("no answer to {id} is between its at_least and its at_most."));
                }
                Ok(Condition::Scored { question: id, at_least, at_most, with_text })
            }
            (Kind::Choice { options, .. }, Some(option)) if self.at_least.is_none() && self.at_most.is_none() => {
                if !options.contains(option) {
                    return Err(format!("{id} has no option {option}."));
                }
                Ok(Condition::Chose { question: id, option: option.clone(), with_text })
            }
            _ => Err(format!("{id} needs at_least or at_most if it is a scale, or chose if it is a choice.")),
        }
    }
}

/// A text in the form in which words are searched: without regard to width and other forms of a character (NFKC), nor
/// to case. So `１２３１５` and `12315` are the same, and so are `Straße` and `STRASSE`.
pub(super) fn folded(text: &str) -> String {
    const FORM: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
    // By way of the upper case, because some letters are alike only there: `ß` and `ss`, `ς` and `σ`.
    let folded: String =
        FORM.normalize(text).chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    // A composed letter may come apart in another case.
    FORM.normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike_in_every_width_and_case() {
        for (one, other) in [
            ("１２３１５", "12315"),
            ("Food Poisoning", "FOOD POISONING"),
            ("ＡＬＬＥＲＧＩＣ", "allergic"),
            ("Straße", "STRASSE"),
            ("ﬂies", "flies"),
            ("ΟΔΟΣ", "οδος"),
            ("cafe\u{301}", "CAFÉ"),
            ("ｶﾞﾗｽ", "ガラス"),
        ] {
            assert_eq!(folded(one), folded(other));
            assert_eq!(folded(&folded(one)), folded(one));
        }
        assert_ne!(folded("过敏"), folded("過敏"), "the two writings are two words");
    }
}
