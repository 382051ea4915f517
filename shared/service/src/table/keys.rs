//! Every key string there is.
//!
//! | item | pk | sk |
//! | --- | --- | --- |
//! | response | `R#12` | `2026-11-21T04:31Z#bddf4a72b`: minute of payment in UTC, payment hash |
//! | context | `V#12` | as its response |
//! | rollup | `D#store/12`, `D#cn/east` | `2026-11-21`: the business day |
//! | operations | `O#12` | `2026-11-21`: the business day |
//! | store | `STORES` | `000012` |
//! | names of a node | `NODES` | `cn/east` |
//! | survey | `SURVEY#dine-in` | `v00003` |
//! | brand | `BRAND` | `-` |
//! | grant issued · when it was used last · ids that were ended | `GRANTS` · `SEEN` · `ENDED` | id · id · `-` |
//! | person · who asked for a sign-in link | `PEOPLE` · `ASKED` | the person's id; `-` for whoever is not listed |
//! | session · sign-in link | `SESSIONS` · `SIGN-IN` | id |
//! | audit trail | `AUDIT#2026-11`: the month | instant and a random id |
//! | account at a payment provider · outcomes of its notices | `ACCOUNTS` · `NOTICED` | the account's id |
//! | payments that led to no store | `UNMAPPED` | `till#merchant 1900000109`: account and value |
//! | payment of a notice | `P#` and a keyed hash of account and payment id | `-` |
//! | quiet period | `Q#` and a keyed hash of the payer | `-` |
//! | event to go out | `EVENT#7`: one of 16 | `2026-11-21T04:31:07Z#evt_…`: not before, id |
//! | what of it is due again at one endpoint | `EVENT#7` | `2026-11-21T04:36:07Z#evt_…#crm`: when, id, endpoint |
//! | event as one endpoint got it, or `-` for those that reached none | `DELIVERY#crm` | `2026-11-21T04:31:07Z#evt_…`: when it happened, id |
//! | which of these failed for good | `FAILED#crm` | as its delivery |
//! | endpoint · how it fares | `ENDPOINTS` · `HEALTH` | the endpoint's id |
//! | case | `C#store/12` | as its response |
//! | how its guest wants to be reached | `K#store/12` | as the case |
//! | award that a guest can claim | `AWARD#store/12` | its code |
//! | who answers for a scope's cases | `DUTY` | `cn/east` |
//! | a lowest node's day, as the watch needs it | `N#cn/east/shanghai` | `2026-11-21`: the business day |
//! | what the watch of a night found | `WATCH` | `2026-11-21`: the last day of its window |
//! | score that changed for certain | `TRENDS` | its id: the night in which it was named, and a hash |
//! | action | `ACTIONS` | its id: its first day, and a random part |
//! | check to be made | `DUE#7`: one of 16 | `2026-11-21T04:31:07Z#store/12#…`: when, and the case; `…#digest#cn/east`, `…#trend#20261121-…` |
//! | responses of a day that have been reported to endpoints | `TOLD#12` | `2026-11-21`: the business day |
//! | lease of a count · of a sender | `COUNT` · `SENDING` | `-` |
//! | openings of codes | `L#` and a keyed hash of address and store | `2026-11-21T04:31Z`: the minute |

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Id,
    payment::{AccountId, Payer, PaymentKey},
    place::{Path, Scope, StoreNumber},
    trend::TrendId,
    visit::{Minute, Visit},
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::Item;

/// The partition and sort key of one item.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    /// An item under this key.
    pub(super) fn over(self, mut item: Item) -> Item {
        item.insert("pk".into(), text(self.pk));
        item.insert("sk".into(), text(self.sk));
        item
    }
}

pub(super) const STORES: &str = "STORES";
pub(super) const NODES: &str = "NODES";
pub(super) const BRAND: &str = "BRAND";

pub(super) fn response(visit: Visit) -> Key {
    Key { pk: responses(visit.store), sk: sk_of_response(visit.minute, visit.payment) }
}

/// The sort key of a response and of its context. `payment` is the hash, written as in the key.
pub(super) fn sk_of_response(minute: Minute, payment: impl std::fmt::Display) -> String {
    format!("{minute}#{payment}")
}

pub(super) fn context(visit: Visit) -> Key {
    Key { pk: contexts(visit.store), ..response(visit) }
}

pub(super) fn contexts(store: StoreNumber) -> String {
    format!("V#{store}")
}

pub(super) fn responses(store: StoreNumber) -> String {
    format!("R#{store}")
}

/// The words that are logged when an item of a partition is left out because it can't be read.
pub(super) fn left_out(pk: &str) -> &'static str {
    match pk.split('#').next() {
        Some(STORES) => "store-left-out",
        Some(NODES) => "node-left-out",
        Some("SURVEY") => "survey-left-out",
        Some(BRAND) => "brand-left-out",
        Some("V") => "context-left-out",
        Some("D") => "rollup-left-out",
        Some("O") => "operations-left-out",
        Some(PEOPLE) => "person-left-out",
        Some(ACCOUNTS) => "account-left-out",
        Some(ENDPOINTS) => "endpoint-left-out",
        Some(DUTY) => "duty-left-out",
        Some("N") => "node-day-left-out",
        Some(TRENDS) => "trend-left-out",
        Some(ACTIONS) => "action-left-out",
        Some("C") => "case-left-out",
        Some("DUE") => "look-left-out",
        Some("EVENT") => "event-left-out",
        Some("DELIVERY") => "delivery-left-out",
        _ => "item-left-out",
    }
}

/// The minute of payment that a response's sort key begins with.
pub(super) fn minute_of(sk: &str) -> Option<Minute> {
    let (minute, _) = sk.split_once("Z#")?;
    Minute::of(format!("{minute}:00Z").parse::<Timestamp>().ok()?)
}

/// Whether a text is the sort key of a response: a minute and nine hexadecimal digits.
pub(super) fn is_response(sk: &str) -> bool {
    sk.len() == 27 && minute_of(sk).is_some()
}

/// A bound for sort keys of responses. Those paid at the instant or later are greater, all others less, because a
/// response's key goes on after the minute.
pub(super) fn response_bound(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%MZ").to_string()
}

pub(super) fn rollup(scope: &Scope, day: Date) -> Key {
    Key { pk: rollups(scope), sk: day.to_string() }
}

pub(super) fn rollups(scope: &Scope) -> String {
    format!("D#{scope}")
}

pub(super) fn operations(store: StoreNumber, day: Date) -> Key {
    Key { pk: all_operations(store), sk: day.to_string() }
}

pub(super) fn all_operations(store: StoreNumber) -> String {
    format!("O#{store}")
}

pub(super) fn store(number: StoreNumber) -> Key {
    Key { pk: STORES.into(), sk: format!("{:06}", number.get()) }
}

pub(super) fn node(path: &Path) -> Key {
    Key { pk: NODES.into(), sk: path.to_string() }
}

pub(super) fn survey(id: &Id, version: u32) -> Key {
    Key { pk: surveys(id), sk: format!("v{version:05}") }
}

pub(super) fn surveys(id: &Id) -> String {
    format!("SURVEY#{id}")
}

pub(super) fn survey_version(sk: &str) -> Option<u32> {
    sk.strip_prefix('v')?.parse().ok().filter(|version| format!("v{version:05}") == sk)
}

pub(super) fn brand() -> Key {
    Key { pk: BRAND.into(), sk: "-".into() }
}

pub(super) const GRANTS: &str = "GRANTS";
pub(super) const SEEN: &str = "SEEN";

pub(super) fn grant(id: Uuid) -> Key {
    Key { pk: GRANTS.into(), sk: id.to_string() }
}

pub(super) fn seen(id: Uuid) -> Key {
    Key { pk: SEEN.into(), sk: id.to_string() }
}

pub(super) fn ended() -> Key {
    Key { pk: "ENDED".into(), sk: "-".into() }
}

pub(super) const PEOPLE: &str = "PEOPLE";
pub(super) const ASKED: &str = "ASKED";
pub(super) const SESSIONS: &str = "SESSIONS";

pub(super) fn person(id: &Id) -> Key {
    Key { pk: PEOPLE.into(), sk: id.to_string() }
}

pub(super) fn asked(person: Option<&Id>) -> Key {
    Key { pk: ASKED.into(), sk: person.map_or_else(|| "-".to_owned(), Id::to_string) }
}

pub(super) fn session(id: Uuid) -> Key {
    Key { pk: SESSIONS.into(), sk: id.to_string() }
}

pub(super) fn sign_in(id: Uuid) -> Key {
    Key { pk: "SIGN-IN".into(), sk: id.to_string() }
}

pub(super) fn audit(month: &str) -> String {
    format!("AUDIT#{month}")
}

pub(super) const ACCOUNTS: &str = "ACCOUNTS";
pub(super) const UNMAPPED: &str = "UNMAPPED";

pub(super) fn account(id: &AccountId) -> Key {
    Key { pk: ACCOUNTS.into(), sk: id.to_string() }
}

pub(super) fn noticed(id: &AccountId) -> Key {
    Key { pk: "NOTICED".into(), sk: id.to_string() }
}

pub(super) fn unmapped(id: &AccountId, value: &str) -> Key {
    Key { pk: UNMAPPED.into(), sk: format!("{id}#{value}") }
}

pub(super) fn payment(key: PaymentKey) -> Key {
    Key { pk: format!("P#{key}"), sk: "-".into() }
}

pub(super) fn quiet(payer: Payer) -> Key {
    Key { pk: format!("Q#{payer}"), sk: "-".into() }
}

/// How many partitions events to go out lie in, so that none is written to by all.
pub(super) const SHARDS: u8 = 16;

pub(super) fn events(shard: u8) -> String {
    format!("EVENT#{shard}")
}

/// The key of an event. Its id ends with a hexadecimal digit, which says where it lies.
pub(super) fn event(not_before: Timestamp, id: &str) -> Key {
    let shard = id.chars().last().and_then(|last| last.to_digit(SHARDS.into())).unwrap_or(0);
    Key { pk: format!("EVENT#{shard}"), sk: format!("{}#{id}", second(not_before)) }
}

/// Where it lies that an event is due again at an endpoint.
pub(super) fn due_again(when: Timestamp, id: &str, endpoint: &Id) -> Key {
    let Key { pk, sk } = event(when, id);
    Key { pk, sk: format!("{sk}#{endpoint}") }
}

/// A bound for what is due: keys of the second and before are less, because nothing in them comes after `~`.
pub(super) fn due_until(now: Timestamp) -> String {
    format!("{}~", second(now))
}

/// An instant whose texts sort as the instants do.
fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn cases(store: StoreNumber) -> String {
    format!("C#store/{store}")
}

/// How the guest of a case wants to be reached.
pub(super) fn contact(case: &super::CaseKey) -> Key {
    Key { pk: format!("K#store/{}", case.store), sk: case.sk().to_owned() }
}

pub(super) fn award(store: StoreNumber, code: &str) -> Key {
    Key { pk: format!("AWARD#store/{store}"), sk: code.to_owned() }
}

pub(super) const DUTY: &str = "DUTY";

pub(super) fn duty(scope: &Scope) -> Key {
    Key { pk: DUTY.into(), sk: scope.to_string() }
}

pub(super) fn node_days(path: &Path) -> String {
    format!("N#{path}")
}

pub(super) const WATCH: &str = "WATCH";
pub(super) const TRENDS: &str = "TRENDS";
pub(super) const ACTIONS: &str = "ACTIONS";

pub(super) fn trend(id: &TrendId) -> Key {
    Key { pk: TRENDS.into(), sk: id.to_string() }
}

pub(super) fn action(id: &Id) -> Key {
    Key { pk: ACTIONS.into(), sk: id.to_string() }
}

pub(super) fn looks(shard: u8) -> String {
    format!("DUE#{shard}")
}

pub(super) fn deliveries(endpoint: &str) -> String {
    format!("DELIVERY#{endpoint}")
}

pub(super) fn failures(endpoint: &str) -> String {
    format!("FAILED#{endpoint}")
}

/// The sort key of an event at an endpoint.
pub(super) fn sk_of_delivery(at: Timestamp, id: &str) -> String {
    format!("{}#{id}", second(at))
}

/// The responses of a store's day that have been reported.
pub(super) fn told(store: StoreNumber, day: Date) -> Key {
    Key { pk: format!("TOLD#{store}"), sk: day.to_string() }
}

pub(super) const ENDPOINTS: &str = "ENDPOINTS";
pub(super) const HEALTH: &str = "HEALTH";

pub(super) fn endpoint(id: &Id) -> Key {
    Key { pk: ENDPOINTS.into(), sk: id.to_string() }
}

pub(super) fn health(id: &Id) -> Key {
    Key { pk: HEALTH.into(), sk: id.to_string() }
}

pub(super) const COUNT: &str = "COUNT";
pub(super) const SENDING: &str = "SENDING";

/// The lease of [`COUNT`] or [`SENDING`].
pub(super) fn lease(pk: &str) -> Key {
    Key { pk: pk.into(), sk: "-".into() }
}

pub(super) fn limit(visitor: &str, minute: Minute) -> Key {
    Key { pk: format!("L#{visitor}"), sk: minute.to_string() }
}

pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use domain::access::Key as Secret;
    use domain::{access::GuestKeys, visit::Claim};

    #[test]
    fn a_response_is_found_under_the_key_that_its_link_gives() {
        let key = |first: u8| Secret::from(std::array::from_fn(|i| first + u8::try_from(i).unwrap()));
        let keyring = GuestKeys::new(1, BTreeMap::from([(1, key(0))]), key(0x20)).unwrap();
        let visit = Claim::verify("EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj", &keyring).unwrap().visit;
        let key = response(visit);
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("R#12", "2026-11-21T04:31Z#bddf4a72b"));
        assert_eq!(minute_of(&key.sk), Some(visit.minute));
        assert!(response_bound(visit.minute.start()) < key.sk);
        assert!(response_bound(visit.minute.after(1).start()) > key.sk);
    }
}
