//! A demo brand, so that a first run has something to show.

use aftertaste::{
    domain::{
        brand::Brand,
        keyring::Keyring,
        link::{Channel, Claim, Minute, PaymentHash, Visit},
        store::{Store, StoreDetails, StoreNumber},
        survey::Survey,
    },
    table::Table,
};
use jiff::Timestamp;
use serde_json::json;

use crate::Failure;

const SURVEY: &str = include_str!("../../surveys/dine-in.json");

/// Number, name, path.
const STORES: [(u32, &str, &str); 4] = [
    (12, "南京路店 Nanjing Road", "cn/east/shanghai"),
    (13, "徐家汇店 Xujiahui", "cn/east/shanghai"),
    (21, "西湖店 West Lake", "cn/east/hangzhou"),
    (31, "三里屯店 Sanlitun", "cn/north/beijing"),
];

/// Puts the demo in if the catalog is empty.
pub(crate) async fn put_in(table: &Table) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure(format!("The demo can't be put in: {error}"));
    if !table.stores().await.map_err(|error| failed(&error))?.is_empty() {
        return Ok(());
    }
    let brand: Brand = serde_json::from_value(json!({
        "name": "巷子小馆 Lane's Kitchen (demo)",
        "segments": {"1": "VIP", "2": "New guest"},
    }))
    .map_err(|error| failed(&error))?;
    table.put_brand(&brand).await.map_err(|error| failed(&error))?;
    let definition = serde_json::from_str(SURVEY).map_err(|error| failed(&error))?;
    let survey = Survey::new(definition).map_err(|mistakes| failed(&format!("{mistakes:?}")))?;
    table.put_survey(&survey).await.map_err(|error| failed(&error))?;
    for (number, name, path) in STORES {
        let details: StoreDetails = serde_json::from_value(json!({
            "name": name, "path": path, "time_zone": "Asia/Shanghai", "day_starts": "04:00", "survey": "dine-in",
        }))
        .map_err(|error| failed(&error))?;
        let number = StoreNumber::try_from(number).map_err(|error| failed(&error))?;
        let store = Store::new(number, details).map_err(|error| failed(&error))?;
        table.put_store(&store).await.map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// The link of a payment that was made just now.
pub(crate) fn link(keyring: &Keyring, store: StoreNumber, now: Timestamp) -> Option<String> {
    let claim = Claim {
        visit: Visit {
            store,
            minute: Minute::of(now)?,
            payment: PaymentHash::of(&format!("demo {}", now.as_microsecond()), keyring.payment()),
        },
        channel: Channel::Receipt,
        segment: aftertaste::domain::link::Segment::default(),
    };
    claim.sign(keyring).map(|link| link.as_str().to_owned())
}
