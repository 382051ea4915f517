//! The demo's people, and who of them is on duty.

use std::collections::BTreeMap;

use aftertaste::domain::{Id, Invalid, access::Person, case::Duty, place::Scope};
use serde_json::json;

use super::failed;
use crate::Failure;

/// A head office, a region and a store, each as their role sees it: `cargo run -- login chen`.
pub(super) fn people() -> Result<Vec<(Id, Person)>, Failure> {
    let people = json!({
        "lin": {"name": "林夏", "language": "zh-CN", "email": "lin@example.cn",
            "roles": [{"role": "everything", "scope": "*"}]},
        "chen": {"name": "陈晨", "language": "zh-CN", "email": "chen@example.cn",
            "roles": [{"role": "owns-cases", "scope": "cn/east"}, {"role": "sets-up", "scope": "cn/east"}]},
        "grace": {"name": "Grace Wu", "language": "en", "email": "grace@example.cn",
            "roles": [{"role": "owns-cases", "scope": "store/12", "contact": true}]},
    });
    let people: BTreeMap<Id, Person> = serde_json::from_value(people).map_err(|error| failed(&error))?;
    Ok(people.into_iter().collect())
}

/// The people on duty: a store's manager, then the region, then head office. No robot or mailbox is notified.
pub(super) fn duties() -> Result<Vec<(Scope, Duty)>, Failure> {
    let duties = [("store/12", "grace"), ("cn/east", "chen"), ("cn", "lin")].map(|(scope, person)| {
        let duty = serde_json::from_value(json!({"people": [person]})).map_err(|error| failed(&error))?;
        Ok((scope.parse().map_err(|error: Invalid| failed(&error))?, duty))
    });
    duties.into_iter().collect()
}
