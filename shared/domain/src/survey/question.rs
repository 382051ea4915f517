//! Questions: what answers they take, and what a definition of one may say.

use std::collections::BTreeSet;

use super::{AskIf, KindName, LONGEST_TEXTS, Measure, QuestionDefinition};
use crate::{Id, Mistakes};

/// A question that has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// How it was written.
    pub definition: QuestionDefinition,
    /// The answers it takes.
    pub kind: Kind,
}

impl Question {
    /// The question's id.
    pub fn id(&self) -> &Id {
        &self.definition.id
    }
}

/// The kinds of answers that a question takes.
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

impl Kind {
    /// The cuts for low, high and satisfied.
    pub(super) fn cuts(&self) -> Option<(u8, u8, u8)> {
        match self {
            Self::Scale(scale) => Some((scale.low_at_most, scale.high_at_least, scale.satisfied_at_least)),
            Self::Choice { .. } | Self::Text { .. } => None,
        }
    }

    /// Whether answers given under `before` can be counted with this kind's.
    pub(super) fn keeps(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Scale(now), Self::Scale(then)) => (now.min, now.max) == (then.min, then.max),
            // Options may come and go; what was chosen keeps its id.
            (Self::Choice { many: now, .. }, Self::Choice { many: then, .. }) => now == then,
            (Self::Text { .. }, Self::Text { .. }) => true,
            _ => false,
        }
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Scale(scale) => format!("a scale of {} to {}", scale.min, scale.max),
            Self::Choice { many: true, .. } => "a choice of many".into(),
            Self::Choice { many: false, .. } => "a choice of one".into(),
            Self::Text { .. } => "a text".into(),
        }
    }
}

impl AskIf {
    pub(super) fn fits(&self, kind: &Kind) -> bool {
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
    pub(super) fn check(&self, mistakes: &mut Mistakes) -> Option<Kind> {
        let id = &self.id;
        let scale_fields = [self.min, self.max, self.low_at_most, self.high_at_least].iter().any(Option::is_some)
            || self.low_label.is_some()
            || self.high_label.is_some();
        if scale_fields && self.kind != KindName::Scale {
            mistakes.add(format!("{id}: only a scale has min, max, labels and cuts."));
        }
        if self.look.is_some() && (self.min, self.max) != (Some(1), Some(5)) {
            mistakes.add(format!("{id}: only a scale of 1 to 5 has a look."));
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
