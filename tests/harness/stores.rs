//! The stores of a bench.

use aftertaste::{
    domain::{place::Store, survey::Survey},
    table::Table,
};
use jiff::Timestamp;
use serde_json::json;

/// Puts `dine-in` and as many stores that ask it.
pub async fn put_stores(table: &Table, count: u32, time_zone: &str) -> Survey {
    let survey = Survey::new(serde_json::from_str(include_str!("../../surveys/dine-in.json")).unwrap()).unwrap();
    table.put_survey(&survey, Timestamp::now()).await.unwrap();
    for number in 1..=count {
        let name = format!("Store {number}");
        let details = json!({"name": name, "path": "cn", "time_zone": time_zone, "survey": "dine-in"});
        let details = serde_json::from_value(details).unwrap();
        table.put_store(&Store::new(number.try_into().unwrap(), details).unwrap()).await.unwrap();
    }
    survey
}
