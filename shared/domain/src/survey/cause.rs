//! Causes: what was at the bottom of something that a guest is answered for, each with the department that it falls to.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Texts;
use crate::{Id, Mistakes, check_line};

/// How many causes a brand names at most.
const MOST_CAUSES: usize = 30;

/// The cause at the bottom of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Its id, which cases keep.
    pub id: Id,
    /// The name that people read, by language.
    pub name: Texts,
    /// The department that it falls to, by language; none where it is nobody's fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Texts>,
}

/// Adds what is wrong with a brand's causes.
pub(super) fn check_causes(causes: &[Cause], mistakes: &mut Mistakes) {
    if causes.len() > MOST_CAUSES {
        mistakes.add(format!("causes are {MOST_CAUSES} at most; these are {}.", causes.len()));
    }
    let ids: BTreeSet<&Id> = causes.iter().map(|cause| &cause.id).collect();
    if ids.len() < causes.len() {
        mistakes.add("Two causes have the same id.");
    }
    for cause in causes.iter().take(MOST_CAUSES) {
        for (what, texts) in [("name", Some(&cause.name)), ("department", cause.department.as_ref())] {
            let Some(texts) = texts else { continue };
            if texts.0.is_empty() {
                mistakes.add(format!("The cause {} has no {what} in any language.", cause.id));
            }
            for text in texts.0.values() {
                mistakes.check(check_line(&format!("The {what} of the cause {}", cause.id), text));
            }
        }
    }
}

/// A text in English, simplified and traditional Chinese.
type Names = [&'static str; 3];

/// The departments of the causes that are built in.
const FRONT: Names = ["Front of house", "前厅", "外場"];
const KITCHEN: Names = ["Kitchen", "后厨", "廚房"];
const QUALITY: Names = ["Food safety", "品控", "品管"];
const CASHIER: Names = ["Cashier", "收银", "收銀"];
const ORDERS: Names = ["Front of house and kitchen", "前厅和后厨", "外場與廚房"];
const FACILITIES: Names = ["Facilities", "工程", "工務"];
const DELIVERY: Names = ["Delivery", "外送", "外送"];

/// The causes that are built in: id, name, department.
const BUILT_IN: [(&str, Names, Option<Names>); 10] = [
    ("service", ["Service", "服务态度", "服務態度"], Some(FRONT)),
    ("waiting", ["Waiting time", "等待时间", "等候時間"], Some(FRONT)),
    ("dish", ["Quality of a dish", "菜品质量", "餐點品質"], Some(KITCHEN)),
    ("food-safety", ["Foreign object or food safety", "异物或食品安全", "異物或食品安全"], Some(QUALITY)),
    ("cleanliness", ["Cleanliness", "卫生清洁", "環境清潔"], Some(FRONT)),
    ("bill", ["Price or bill", "价格或账单", "價格或帳單"], Some(CASHIER)),
    ("order", ["Missing or wrong order", "漏单或上错菜", "漏單或送錯餐"], Some(ORDERS)),
    ("surroundings", ["Surroundings or noise", "环境或噪音", "環境或噪音"], Some(FACILITIES)),
    ("delivery", ["Delivery or packing", "配送或包装", "外送或包裝"], Some(DELIVERY)),
    ("no-fault", ["No fault found", "未发现问题", "查無問題"], None),
];

/// The causes of a brand that names none itself.
pub(super) fn built_in() -> Vec<Cause> {
    let texts = |[english, simplified, traditional]: Names| {
        let all = [("zh-CN", simplified), ("zh-TW", traditional), ("en", english)];
        Texts(all.map(|(language, text)| (language.to_owned(), text.to_owned())).into_iter().collect())
    };
    let all = BUILT_IN.into_iter().filter_map(|(id, name, department)| {
        let id = id.parse().ok()?;
        Some(Cause { id, name: texts(name), department: department.map(texts) })
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_causes_that_are_built_in_pass_the_check_of_a_brands_own() {
        let causes = built_in();
        assert_eq!(causes.len(), BUILT_IN.len());
        let mut mistakes = Mistakes::default();
        check_causes(&causes, &mut mistakes);
        assert_eq!(mistakes, Mistakes::default());
        assert!(causes.iter().all(|cause| cause.name.languages().eq(["zh-CN", "zh-TW", "en"])));
    }

    #[test]
    fn every_mistake_in_a_brands_causes_is_named() {
        let cause = |id: &str, name: &str| Cause {
            id: id.parse().unwrap(),
            name: Texts([("en".to_owned(), name.to_owned())].into_iter().collect()),
            department: Some(Texts::default()),
        };
        let mut mistakes = Mistakes::default();
        check_causes(&[cause("a", "Slow"), cause("a", " ")], &mut mistakes);
        assert_eq!(
            mistakes.to_string(),
            "Two causes have the same id. The cause a has no department in any language. The name of the cause a is 1 to \
             80 characters without control characters; this is \" \". The cause a has no department in any language."
        );
        let many: Vec<Cause> = (0..31).map(|n| Cause { department: None, ..cause(&format!("c{n}"), "x") }).collect();
        let mut mistakes = Mistakes::default();
        check_causes(&many, &mut mistakes);
        assert_eq!(mistakes.to_string(), "causes are 30 at most; these are 31.");
    }
}
