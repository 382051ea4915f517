//! The journey of guests: a brand's touchpoints in their order, each with what is asked, done and found out about it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Cause, Texts};
use crate::{Id, Mistakes, check_line, visible::check_visible};

/// How many touchpoints a journey has at most.
const MOST_TOUCHPOINTS: usize = 20;

/// How many questions and themes a touchpoint names at most: as many as a survey has questions.
const MOST_ASKED: usize = 40;

/// A place in the journey at which a guest and the brand meet, such as ordering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touchpoint {
    /// Its id.
    pub id: Id,
    /// The name that people read, by language.
    pub name: Texts,
    /// The questions and the themes that are about it, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Id>,
    /// The causes of cases that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Id>,
    /// The work that guests see, by language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<Texts>,
    /// The work behind it that guests do not see, by language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Texts>,
    /// The work that supports both, by language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<Texts>,
}

/// Adds what is wrong with a brand's journey. The causes are those that its cases can have.
pub(super) fn check_journey(journey: &[Touchpoint], causes: &[Cause], mistakes: &mut Mistakes) {
    if journey.len() > MOST_TOUCHPOINTS {
        mistakes.add(format!("journey has {MOST_TOUCHPOINTS} touchpoints at most; these are {}.", journey.len()));
    }
    let ids: BTreeSet<&Id> = journey.iter().map(|touchpoint| &touchpoint.id).collect();
    if ids.len() < journey.len() {
        mistakes.add("Two touchpoints have the same id.");
    }
    let journey = || journey.iter().take(MOST_TOUCHPOINTS);
    let (mut asked, mut found) = (BTreeSet::new(), BTreeSet::new());
    for touchpoint in journey() {
        touchpoint.check(causes, mistakes);
        for asks in touchpoint.asks.iter().take(MOST_ASKED).filter(|asks| !asked.insert(*asks)) {
            mistakes.add(format!("The question or theme {asks} belongs to one touchpoint, once."));
        }
        for cause in touchpoint.causes.iter().take(MOST_ASKED).filter(|cause| !found.insert(*cause)) {
            mistakes.add(format!("The cause {cause} belongs to one touchpoint, once: its cases would count twice."));
        }
    }
}

impl Touchpoint {
    fn check(&self, causes: &[Cause], mistakes: &mut Mistakes) {
        let texts = [
            ("name", Some(&self.name)),
            ("front", self.front.as_ref()),
            ("back", self.back.as_ref()),
            ("support", self.support.as_ref()),
        ];
        for (what, texts) in texts {
            let Some(texts) = texts else { continue };
            if texts.is_empty() {
                mistakes.add(format!("The touchpoint {} has no {what} in any language.", self.id));
            }
            for text in texts.0.values() {
                let what = format!("The {what} of the touchpoint {}", self.id);
                mistakes.check(check_line(&what, text).and_then(|()| check_visible(&what, text)));
            }
        }
        for (what, ids) in [("asks", &self.asks), ("causes", &self.causes)] {
            if ids.len() > MOST_ASKED {
                mistakes.add(format!("{what} of the touchpoint {} names {MOST_ASKED} at most.", self.id));
            }
        }
        for cause in self.causes.iter().take(MOST_ASKED) {
            if causes.iter().all(|known| known.id != *cause) {
                mistakes.add(format!("The touchpoint {} names the cause {cause}, which is not in causes.", self.id));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::survey::Brand;

    /// What is said of a brand with such a journey, and with the causes that are built in.
    fn said(journey: &Value) -> String {
        let brand: Result<Brand, _> = serde_json::from_value(json!({"journey": journey}));
        brand.map_or_else(|mistakes| mistakes.to_string(), |brand| format!("{} touchpoints", brand.journey.len()))
    }

    #[test]
    fn a_journey_is_read_as_it_is_written_and_none_leaves_no_trace() {
        let journey = json!([
            {"id": "ordering", "name": {"en": "Ordering", "zh-CN": "点餐"}, "asks": ["convenience", "choice"],
             "causes": ["order"], "front": {"en": "Takes the order"}, "support": {"en": "Menu"}},
            {"id": "after", "name": {"en": "After"}},
        ]);
        let brand: Brand = serde_json::from_value(json!({"journey": journey})).unwrap();
        assert_eq!(serde_json::to_value(&brand).unwrap()["journey"], journey);
        assert_eq!(serde_json::to_value(Brand::default()).unwrap().get("journey"), None);
    }

    #[test]
    fn every_mistake_in_a_journey_is_named() {
        let touchpoint = |id: &str, more: Value| {
            let mut touchpoint = json!({"id": id, "name": {"en": "Ordering"}});
            touchpoint.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            touchpoint
        };
        let wrong = json!([
            touchpoint("a", json!({"asks": ["choice", "trust"], "causes": ["order", "slow"]})),
            touchpoint("a", json!({"name": {}, "asks": ["trust"], "causes": ["order"], "back": {"en": " "}})),
        ]);
        assert_eq!(
            said(&wrong),
            "Two touchpoints have the same id. The touchpoint a names the cause slow, which is not in causes. The \
             touchpoint a has no name in any language. The back of the touchpoint a is 1 to 80 characters without control \
             characters; this is \" \". The question or theme trust belongs to one touchpoint, once. The cause order belongs \
             to one touchpoint, once: its cases would count twice."
        );
        let of = |count: usize| (0..count).map(|at| touchpoint(&format!("t{at}"), json!({}))).collect();
        assert_eq!(said(&of(20)), "20 touchpoints");
        assert_eq!(said(&of(21)), "journey has 20 touchpoints at most; these are 21.");
        let asks: Vec<String> = (0..41).map(|at| format!("q{at}")).collect();
        assert_eq!(
            said(&json!([touchpoint("a", json!({"asks": asks}))])),
            "asks of the touchpoint a names 40 at most."
        );
    }

    #[test]
    fn a_journey_names_the_brands_own_causes() {
        let name = json!({"en": "Slow"});
        let brand = |cause: &str| {
            let journey = json!([{"id": "a", "name": name, "causes": [cause]}]);
            serde_json::from_value::<Brand>(json!({"causes": [{"id": "slow", "name": name}], "journey": journey}))
                .is_ok()
        };
        assert!(brand("slow"));
        assert!(!brand("waiting"), "built in, for a brand without causes");
    }
}
