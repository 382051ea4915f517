//! Surveys: versioned sets of questions in several languages.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{AskIf, Definition, KindName, Measure, QuestionDefinition, Texts, nearest_language};
use crate::{Id, Invalid, Mistakes, visit::PaymentHash};

/// How many characters all texts of a survey may have together, so that every answer fits into a body.
pub const LONGEST_TEXTS: usize = 1000;

/// The longest lifetime of a link, in days.
pub const LONGEST_LINK_LIFETIME_DAYS: u32 = 60;

/// Fields that a submission has beside its answers, so that no question can be called like one.
const RESERVED: [&str; 7] = ["submission", "survey", "version", "seconds", "answers", "partial", "take_back"];

/// A survey that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// How it was written.
    pub definition: Definition,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// A question that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// How it was written.
    pub definition: QuestionDefinition,
    /// What answers it takes.
    pub kind: Kind,
}

impl Question {
    /// The question's id.
    pub fn id(&self) -> &Id {
        &self.definition.id
    }
}

/// What answers a question takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A whole number in a range.
    Scale(Scale),
    /// One or many of some options.
    Choice {
        /// More than one.
        many: bool,
        /// The options.
        options: Vec<Id>,
    },
    /// A text.
    Text {
        /// The most characters.
        max_length: usize,
    },
}

/// A scale and its cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The lowest answer.
    pub min: u8,
    /// The highest answer.
    pub max: u8,
    /// The highest answer that counts as low.
    pub low_at_most: u8,
    /// The lowest answer that counts as high.
    pub high_at_least: u8,
    /// The lowest answer that counts as satisfied.
    pub satisfied_at_least: u8,
}

impl Definition {
    /// Questions that are called like a field of the form itself. A survey that is put may have none; one that was
    /// stored before the field was there goes on.
    pub fn reserved_names(&self) -> Mistakes {
        let reserved = self.questions.iter().map(|question| &question.id).filter(|id| RESERVED.contains(&id.as_str()));
        let sentence = |id: &Id| format!("{id}: the form itself has a field of this name. Take another id.");
        Mistakes(reserved.map(sentence).map(Invalid).collect())
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
        mistakes.unless(Self { definition, questions })
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

    /// What tells the regression on all drivers of this survey from that on others: their ids, joined by spaces.
    pub fn joint_key(&self) -> String {
        self.drivers().map(|(question, _)| question.id().as_str()).collect::<Vec<_>>().join(" ")
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

    /// The questions that a visit is asked (conditions aside): all outside modules, and of each module as many as it
    /// says, chosen by the payment alone and evenly over payments.
    pub fn asked(&self, payment: PaymentHash) -> Vec<&Question> {
        let mut left_out: BTreeSet<&Id> = BTreeSet::new();
        for (name, module) in &self.definition.modules {
            let mut members: Vec<&Id> = self
                .questions
                .iter()
                .filter(|q| q.definition.module.as_ref() == Some(name))
                .map(Question::id)
                .collect();
            // Ranked by a hash of the payment and the question, each subset is as likely as any other, and a new
            // question takes its share without reshuffling the rest.
            members.sort_by_cached_key(|id| lot(payment, id));
            left_out.extend(members.into_iter().skip(module.ask));
        }
        self.questions.iter().filter(|question| !left_out.contains(question.id())).collect()
    }

    /// What would break the promise that answers to one id can always be counted together, if this survey followed
    /// `earlier`.
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

impl Kind {
    /// What counts as low, high and satisfied.
    fn cuts(&self) -> Option<(u8, u8, u8)> {
        match self {
            Self::Scale(scale) => Some((scale.low_at_most, scale.high_at_least, scale.satisfied_at_least)),
            Self::Choice { .. } | Self::Text { .. } => None,
        }
    }

    /// Whether answers given under `before` can be counted with this kind's.
    fn keeps(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Scale(now), Self::Scale(then)) => (now.min, now.max) == (then.min, then.max),
            // Options may come and go; what was chosen keeps its id.
            (Self::Choice { many: now, .. }, Self::Choice { many: then, .. }) => now == then,
            (Self::Text { .. }, Self::Text { .. }) => true,
            _ => false,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Scale(scale) => format!("a scale of {} to {}", scale.min, scale.max),
            Self::Choice { many: true, .. } => "a choice of many".into(),
            Self::Choice { many: false, .. } => "a choice of one".into(),
            Self::Text { .. } => "a text".into(),
        }
    }
}

impl AskIf {
    fn fits(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Scale(_) => self.chose.is_none() && (self.at_least.is_some() || self.at_most.is_some()),
            Kind::Choice { options, .. } => {
                self.at_least.is_none()
                    && self.at_most.is_none()
                    && self.chose.as_ref().is_some_and(|option| options.contains(option))
            }
            Kind::Text { .. } => false,
        }
    }
}

impl QuestionDefinition {
    fn check(&self, mistakes: &mut Mistakes) -> Option<Kind> {
        let id = &self.id;
        let scale_fields = [self.min, self.max, self.low_at_most, self.high_at_least].iter().any(Option::is_some)
            || self.low_label.is_some()
            || self.high_label.is_some();
        if scale_fields && self.kind != KindName::Scale {
            mistakes.add(format!("{id}: only a scale has min, max, labels and cuts."));
        }
        if (self.many || !self.options.is_empty()) && self.kind != KindName::Choice {
            mistakes.add(format!("{id}: only a choice has many and options."));
        }
        if self.max_length.is_some() && self.kind != KindName::Text {
            mistakes.add(format!("{id}: only a text has max_length."));
        }
        if self.measures.is_some() && self.kind != KindName::Scale {
            mistakes.add(format!("{id}: only a scale measures something."));
        }
        match self.kind {
            KindName::Scale => self.scale(mistakes).map(Kind::Scale),
            KindName::Choice => {
                let options: BTreeSet<&Id> = self.options.iter().map(|option| &option.id).collect();
                if options.len() != self.options.len() {
                    mistakes.add(format!("{id}: two options have the same id."));
                }
                if !(2..=30).contains(&self.options.len()) {
                    mistakes.add(format!("{id}: a choice has 2 to 30 options."));
                }
                let options = self.options.iter().map(|option| option.id.clone()).collect();
                Some(Kind::Choice { many: self.many, options })
            }
            KindName::Text => {
                let max_length = usize::from(self.max_length.unwrap_or(500));
                if !(1..=LONGEST_TEXTS).contains(&max_length) {
                    mistakes.add(format!("{id}: max_length is 1 to {LONGEST_TEXTS}."));
                }
                Some(Kind::Text { max_length })
            }
        }
    }

    fn scale(&self, mistakes: &mut Mistakes) -> Option<Scale> {
        let id = &self.id;
        let (Some(min), Some(max)) = (self.min, self.max) else {
            mistakes.add(format!("{id}: a scale has min and max."));
            return None;
        };
        if min > 1 || max > 10 || max < min + 2 {
            mistakes.add(format!("{id}: a scale's min is 0 or 1, and its max is from min + 2 to 10."));
            return None;
        }
        // The cuts that the field uses; another range has to name its own.
        let cuts = match (min, max) {
            (1, 5) => Some((2, 5, 4)),
            (0 | 1, 10) => Some((6, 9, 8)),
            _ => None,
        };
        match self.measures {
            Some(Measure::Recommend) if max != 10 => {
                mistakes.add(format!("{id}: recommend is measured on 0 to 10 or 1 to 10."));
            }
            Some(Measure::Satisfaction) if cuts.is_none() => {
                mistakes.add(format!("{id}: satisfaction is measured on 1 to 5, 0 to 10 or 1 to 10."));
            }
            Some(Measure::Driver) if cuts.is_none() && (self.low_at_most.is_none() || self.high_at_least.is_none()) => {
                mistakes.add(format!("{id}: a driver on this range needs low_at_most and high_at_least."));
            }
            _ => {}
        }
        let (low, high, satisfied_at_least) = cuts.unwrap_or((min, max, max));
        let low_at_most = self.low_at_most.unwrap_or(low);
        let high_at_least = self.high_at_least.unwrap_or(high);
        if low_at_most < min || high_at_least > max || u16::from(low_at_most) + 1 >= u16::from(high_at_least) {
            mistakes.add(format!("{id}: low_at_most and high_at_least leave a middle between them, within the range."));
        }
        Some(Scale { min, max, low_at_most, high_at_least, satisfied_at_least })
    }
}

impl Mistakes {
    fn text(&mut self, what: &str, texts: &Texts, fallback: &str) {
        if texts.0.get(fallback).is_none_or(|text| text.trim().is_empty()) {
            let language = if fallback.is_empty() { "any language" } else { fallback };
            self.add(format!("{what} has no text in {language}."));
        }
        for (language, text) in &texts.0 {
            if !(2..=35).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            {
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

    #[test]
    fn the_surveys_that_ship_are_right() {
        for json in [
            include_str!("../../../../surveys/dine-in.json"),
            include_str!("../../../../surveys/retail.json"),
            include_str!("../../../../surveys/delivery.json"),
            include_str!("../../../../surveys/mobi.json"),
        ] {
            survey(json).unwrap();
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
