//! Surveys: versioned sets of questions in several languages.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{
    Definition, Kind, LONGEST_LINK_LIFETIME_DAYS, LONGEST_TEXTS, Measure, Question, QuestionDefinition, Rule, Scale,
    Texts, checked_rules, language::is_language_tag, nearest_language,
};
use crate::{Id, Invalid, Mistakes, visit::PaymentHash};

/// Fields that a submission has beside its answers, so that no question can be called like one.
const RESERVED: [&str; 9] =
    ["submission", "survey", "version", "seconds", "answers", "partial", "take_back", "asks_reply", "imported"];

/// So many drivers at most are counted in pairs.
const MOST_IN_PAIRS: usize = 16;

/// A survey that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// How it was written.
    pub definition: Definition,
    /// Its questions, in order.
    pub questions: Vec<Question>,
    /// Its rules of what somebody follows up, in the order in which they are written.
    pub rules: Vec<Rule>,
}

impl Definition {
    /// Questions that are called like a field of the form itself. A survey that is put may have none; one that was
    /// stored before the field was there goes on.
    pub fn reserved_names(&self) -> Mistakes {
        let reserved = self.questions.iter().map(|question| &question.id).filter(|id| RESERVED.contains(&id.as_str()));
        let sentence = |id: &Id| format!("{id}: the form itself has a field of this name. Take another id.");
        Mistakes(reserved.map(sentence).map(Invalid).collect())
    }

    /// Drivers that are asked on a condition. A survey that is put may have none: what they cost would be that among the
    /// guests who are asked alone. One that was stored before goes on.
    pub fn conditional_drivers(&self) -> Mistakes {
        let is_one =
            |question: &&QuestionDefinition| question.measures == Some(Measure::Driver) && question.ask_if.is_some();
        let sentence = |question: &QuestionDefinition| {
            format!(
                "{}: a question that measures driver is asked of everyone, so it has no ask_if. Leave one of the two out.",
                question.id
            )
        };
        Mistakes(self.questions.iter().filter(is_one).map(sentence).map(Invalid).collect())
    }
}

impl Survey {
    /// Checks a definition.
    ///
    /// # Errors
    /// Every mistake at once, each a sentence that names the question.
    pub fn new(definition: Definition) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let fallback = definition.title.languages().next().unwrap_or_default().to_owned();
        mistakes.text("title", &definition.title, &fallback);
        if !(1..=LONGEST_LINK_LIFETIME_DAYS).contains(&definition.link_lifetime_days) {
            mistakes.add(format!("link_lifetime_days is 1 to {LONGEST_LINK_LIFETIME_DAYS}."));
        }
        definition.invite.check(definition.link_lifetime_days, &mut mistakes);
        if !(1..=40).contains(&definition.questions.len()) {
            mistakes.add("A survey has 1 to 40 questions.");
        }
        let questions = checked_questions(&definition, &fallback, &mut mistakes);
        for (name, measure) in [("recommend", Measure::Recommend), ("satisfaction", Measure::Satisfaction)] {
            if definition.questions.iter().filter(|q| q.measures == Some(measure)).count() > 1 {
                mistakes.add(format!("Only one question may measure {name}."));
            }
        }
        let characters: usize = questions
            .iter()
            .map(|question| if let Kind::Text { max_length } = question.kind { max_length } else { 0 })
            .sum();
        if characters > LONGEST_TEXTS {
            mistakes
                .add(format!("The texts of a survey are at most {LONGEST_TEXTS} characters together (max_length)."));
        }
        for (name, module) in &definition.modules {
            let size = definition.questions.iter().filter(|q| q.module.as_ref() == Some(name)).count();
            if !(1..=size).contains(&module.ask) {
                mistakes.add(format!("modules: {name} asks {} of {size} questions.", module.ask));
            }
        }
        let rules = checked_rules(&definition.follow_up, &questions, &mut mistakes);
        mistakes.unless(Self { definition, questions, rules })
    }

    /// Its id.
    pub fn id(&self) -> &Id {
        &self.definition.id
    }

    /// The question with an id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id().as_str() == id)
    }

    /// The question that measures something, when there is one.
    pub fn measuring(&self, measure: Measure) -> Option<&Question> {
        self.questions.iter().find(|question| question.definition.measures == Some(measure))
    }

    /// The questions that may drive satisfaction, with their scales.
    pub fn drivers(&self) -> impl Iterator<Item = (&Question, Scale)> {
        self.questions.iter().filter_map(|question| match question.kind {
            Kind::Scale(scale) if question.definition.measures == Some(Measure::Driver) => Some((question, scale)),
            _ => None,
        })
    }

    /// Whether guests may write something.
    pub fn asks_texts(&self) -> bool {
        self.questions.iter().any(|question| matches!(question.kind, Kind::Text { .. }))
    }

    /// The drivers that fit into one regression, in the order of their ids. Those who are asked on a condition are
    /// others than all guests, so that such a question stands on its own.
    pub fn drivers_together(&self) -> Vec<(&Question, Scale)> {
        let mut drivers: Vec<_> = self.drivers().filter(|(question, _)| question.definition.ask_if.is_none()).collect();
        drivers.sort_by_key(|(question, _)| question.id());
        drivers
    }

    /// Whether each two of these drivers are counted together: where guests are asked only some of them. Of more than sixteen
    /// a day's counts would take more than the four kilobytes that are meant for them.
    pub fn counts_pairs(&self) -> bool {
        let drivers = self.drivers_together();
        drivers.len() <= MOST_IN_PAIRS && drivers.iter().any(|(question, _)| question.definition.module.is_some())
    }

    /// The key of the regression on all drivers of this survey, distinct from that on others: their ids in order,
    /// joined by spaces.
    pub fn joint_key(&self) -> String {
        let drivers = self.drivers_together();
        drivers.iter().map(|(question, _)| question.id().as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The languages that every text has, the fallback first.
    pub fn languages(&self) -> Vec<&str> {
        self.definition.title.languages().collect()
    }

    /// The language for a guest who wants `wanted`, most wanted first: the nearest there is, or the fallback.
    pub fn language_for(&self, wanted: &[String]) -> &str {
        let offered = self.languages();
        nearest_language(wanted, &offered).or(offered.first().copied()).unwrap_or_default()
    }

    /// The questions that a visit is asked (conditions aside). These are all outside modules, and of each module as
    /// many as it says. The choice depends only on the payment, and is even over payments. Those that have to be
    /// answered come first, so that guests in a hurry can send after them.
    pub fn asked(&self, payment: PaymentHash) -> Vec<&Question> {
        let mut left_out: BTreeSet<&Id> = BTreeSet::new();
        for (name, module) in &self.definition.modules {
            let mut members: Vec<&Id> = self
                .questions
                .iter()
                .filter(|q| q.definition.module.as_ref() == Some(name))
                .map(Question::id)
                .collect();
            // The order is by a hash of the payment and the question. So each subset is as likely as any other, and a
            // new question takes its share without reshuffling the rest.
            members.sort_by_cached_key(|id| lot(payment, id));
            left_out.extend(members.into_iter().skip(module.ask));
        }
        let asked = self.questions.iter().filter(|question| !left_out.contains(question.id()));
        let (first, then): (Vec<_>, Vec<_>) = asked.partition(|question| self.is_asked_first(question));
        first.into_iter().chain(then).collect()
    }

    /// Whether a question stands among those that every guest has to answer. One that hangs on a question that may be
    /// passed over stays behind it.
    pub fn is_asked_first(&self, question: &Question) -> bool {
        let definition = &question.definition;
        let before = definition.ask_if.as_ref().and_then(|condition| self.question(condition.question.as_str()));
        definition.required && before.is_none_or(|before| self.is_asked_first(before))
    }

    /// The changes that would break the promise that answers to one id can always be counted together, if this survey
    /// followed `earlier`.
    pub fn broken_promises(&self, earlier: &Self) -> Mistakes {
        let mut broken = Mistakes::default();
        for question in &self.questions {
            let Some(before) = earlier.question(question.id().as_str()) else { continue };
            if !question.kind.keeps(&before.kind) {
                broken.add(format!(
                    "{}: an earlier version has it as {}; a question keeps its kind and range for ever. Take a new id.",
                    question.id(),
                    before.kind.describe()
                ));
            } else if question.kind.cuts() != before.kind.cuts()
                || question.definition.measures != before.definition.measures
            {
                broken.add(format!(
                    "{}: an earlier version measures something else with it, or cuts it elsewhere; sums of both would mix. \
                     Take a new id.",
                    question.id()
                ));
            }
        }
        for measure in [Measure::Recommend, Measure::Satisfaction] {
            if let (Some(now), Some(then)) = (self.measuring(measure), earlier.measuring(measure))
                && now.id() != then.id()
            {
                broken.add(format!(
                    "{}: an earlier version measures this with {}, and a figure keeps its question. Make it a new survey.",
                    now.id(),
                    then.id()
                ));
            }
        }
        broken
    }
}

/// The questions of a definition that are right, with what is wrong with the others.
fn checked_questions(definition: &Definition, fallback: &str, mistakes: &mut Mistakes) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for question in &definition.questions {
        let id = &question.id;
        if questions.iter().any(|earlier| earlier.id() == id) {
            mistakes.add(format!("{id}: there are two questions of this id."));
        }
        mistakes.text(&format!("{id}: text"), &question.text, fallback);
        for (name, label) in [("low_label", &question.low_label), ("high_label", &question.high_label)] {
            if let Some(label) = label {
                mistakes.text(&format!("{id}: {name}"), label, fallback);
            }
        }
        for option in &question.options {
            mistakes.text(&format!("{id}: option {}", option.id), &option.text, fallback);
        }
        if question.module.as_ref().is_some_and(|module| !definition.modules.contains_key(module)) {
            mistakes.add(format!("{id}: modules does not name its module."));
        }
        if let Some(condition) = &question.ask_if {
            match questions.iter().find(|earlier| *earlier.id() == condition.question) {
                Some(earlier) if condition.fits(&earlier.kind) => {}
                Some(_) => mistakes.add(format!(
                    "{id}: ask_if has at_least or at_most for a scale, or chose with an option of a choice."
                )),
                None => mistakes.add(format!("{id}: ask_if names a question that does not come before.")),
            }
        }
        if let Some(kind) = question.check(mistakes) {
            questions.push(Question { definition: question.clone(), kind });
        }
    }
    questions
}

fn lot(payment: PaymentHash, question: &Id) -> [u8; 32] {
    Sha256::new().chain_update(payment.bits().to_be_bytes()).chain_update(question.as_str()).finalize().into()
}

impl Mistakes {
    fn text(&mut self, what: &str, texts: &Texts, fallback: &str) {
        if texts.0.get(fallback).is_none_or(|text| text.trim().is_empty()) {
            let language = if fallback.is_empty() { "any language" } else { fallback };
            self.add(format!("{what} has no text in {language}."));
        }
        for (language, text) in &texts.0 {
            if !is_language_tag(language) {
                self.add(format!("{what}: {:?} is no language tag such as zh-CN.", crate::shortened(language)));
            }
            if text.chars().count() > 300 || text.chars().any(char::is_control) {
                self.add(format!("{what} is at most 300 characters, none of them a control character."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::access::Key;

    fn survey(json: &str) -> Result<Survey, Vec<String>> {
        let definition = serde_json::from_str(json).map_err(|error| vec![error.to_string()])?;
        Survey::new(definition).map_err(|mistakes| mistakes.0.into_iter().map(|mistake| mistake.0).collect())
    }

    fn themes(ask: usize) -> String {
        let questions: Vec<String> = (0..10)
            .map(|i| {
                format!(r#"{{"id":"q{i}","kind":"scale","min":1,"max":5,"measures":"driver","module":"themes","text":{{"en":"?"}}}}"#)
            })
            .collect();
        format!(
            r#"{{"id":"s","title":{{"en":"S"}},"questions":[{}],"modules":{{"themes":{{"ask":{ask}}}}}}}"#,
            questions.join(",")
        )
    }

    /// The surveys that ship for guests.
    const FOR_GUESTS: [&str; 8] =
        ["dine-in", "cafe", "retail", "delivery", "hotel", "bank-branch", "clinic", "hotline"];

    fn shipped(id: &str) -> Survey {
        let file = format!("{}/../../surveys/{id}.json", env!("CARGO_MANIFEST_DIR"));
        survey(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    #[test]
    fn the_surveys_that_ship_are_right() {
        for id in FOR_GUESTS.into_iter().chain(["pulse", "mobi"]) {
            let survey = shipped(id);
            assert_eq!(survey.id().as_str(), id);
            assert_eq!(survey.definition.reserved_names(), Mistakes::default());
            assert_eq!(survey.definition.conditional_drivers(), Mistakes::default());
        }
    }

    #[test]
    fn the_surveys_for_guests_ask_three_of_the_same_ten_themes_in_three_languages() {
        let ten = [
            "autonomy",
            "benefit",
            "choice",
            "convenience",
            "identity",
            "knowledge",
            "promises",
            "recognition",
            "respect",
            "trust",
        ];
        for id in FOR_GUESTS {
            let survey = shipped(id);
            let themes: BTreeSet<&str> = survey
                .drivers()
                .filter_map(|(question, _)| question.definition.theme.as_ref())
                .map(Id::as_str)
                .collect();
            assert!(themes.into_iter().eq(ten), "{id}");
            let asked = survey.asked(PaymentHash::of("p", &Key::from([1; 32])));
            let drivers = asked.iter().filter(|question| question.definition.measures == Some(Measure::Driver));
            assert_eq!(drivers.count(), 3, "{id}");
            let texts = survey.definition.questions.iter().flat_map(|question| {
                let labels = question.low_label.iter().chain(&question.high_label);
                labels.chain([&question.text]).chain(question.options.iter().map(|option| &option.text))
            });
            for text in texts.chain([&survey.definition.title]) {
                assert!(text.languages().eq(["zh-CN", "zh-TW", "en"]), "{id}: {text:?}");
            }
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mistakes = survey(
            r#"{"id":"s","title":{"en":"S"},"link_lifetime_days":0,"questions":[
                {"id":"a","kind":"scale","min":0,"max":7,"measures":"recommend","text":{"en":"?"}},
                {"id":"a","kind":"text","min":1,"text":{"zh-CN":"?"}},
                {"id":"b","kind":"choice","options":[{"id":"x","text":{"en":"x"}}],"text":{"en":"?"},"module":"m"},
                {"id":"c","kind":"text","ask_if":{"question":"later","at_most":6},"text":{"en":"?"}}]}"#,
        )
        .unwrap_err();
        assert_eq!(
            mistakes,
            [
                "link_lifetime_days is 1 to 60.",
                "a: recommend is measured on 0 to 10 or 1 to 10.",
                "a: there are two questions of this id.",
                "a: text has no text in en.",
                "a: only a scale has min, max, labels and cuts.",
                "b: modules does not name its module.",
                "b: a choice has 2 to 30 options.",
                "c: ask_if names a question that does not come before.",
            ]
        );
    }

    #[test]
    fn a_module_asks_as_many_as_it_says_the_same_for_one_payment_and_evenly_over_payments() {
        let survey = survey(&themes(3)).unwrap();
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for payment in 0..10_000 {
            let payment = PaymentHash::of(&payment.to_string(), &Key::from([1; 32]));
            let asked: Vec<&str> = survey.asked(payment).iter().map(|question| question.id().as_str()).collect();
            assert_eq!(asked.len(), 3);
            assert_eq!(asked, survey.asked(payment).iter().map(|question| question.id().as_str()).collect::<Vec<_>>());
            for id in asked {
                *times.entry(id.to_owned()).or_default() += 1;
            }
        }
        // 3,000 expected each; the standard deviation of a share of 0.3 over 10,000 visits is 46.
        assert!(times.len() == 10 && times.values().all(|n| (2_800..3_200).contains(n)), "{times:?}");
    }

    #[test]
    fn a_question_keeps_its_kind_and_range_for_ever() {
        let before = survey(&themes(3)).unwrap();
        let wider = survey(&themes(3).replace("\"max\":5", "\"max\":10")).unwrap();
        let broken = wider.broken_promises(&before);
        assert_eq!(broken.0.len(), 10);
        assert_eq!(
            broken.0.first().unwrap().0,
            "q0: an earlier version has it as a scale of 1 to 5; a question keeps its kind and range for ever. Take a new id."
        );
        assert!(survey(&themes(2)).unwrap().broken_promises(&before).0.is_empty());
    }
}
