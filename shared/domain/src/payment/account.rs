//! Accounts: what a merchant has at a payment provider, and what follows from its payments.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Payment, Pick, Place, Source, source::value};
use crate::{
    Id, Invalid, Mistakes,
    place::StoreNumber,
    shortened,
    visit::{Channel, ContextDetails, Origin, Segment},
};

/// How many rules an account has at most.
const MOST_RULES: usize = 50;

/// How many values the rules name together at most.
const MOST_VALUES: usize = 10_000;

/// How many characters of a value are shown, and how many a name has at most.
const LONGEST_SHOWN: usize = 64;

/// How many fields of its own a visit's context has at most.
const MOST_FIELDS: usize = 10;

/// An account's id, which stands in the address of its notices: 1 to 32 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let is_of_it = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(is_of_it) {
            Ok(Self(text))
        } else {
            Err(Invalid(format!("An account's id is 1 to 32 of a-z, 0-9 and '-'; this is {:?}.", shortened(&text))))
        }
    }
}

impl std::str::FromStr for AccountId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_owned().try_into()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account as an operator describes it, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountDetails {
    /// The provider whose notices it takes, and the public details of the account there.
    pub provider: Provider,
    /// How a payment finds its store: the first rule that leads to one that exists.
    pub stores: Vec<StoreRule>,
    /// How the links reach the guests.
    #[serde(default)]
    pub channel: Channel,
    /// The group that they belong to.
    #[serde(default)]
    pub segment: Segment,
    /// The id that stands for the payment in its link.
    #[serde(default)]
    pub payment_id: PaymentId,
    /// Further details that are kept of a visit.
    #[serde(default, skip_serializing_if = "ContextRules::is_empty")]
    pub context: ContextRules,
}

/// A payment provider, and what is public about an account there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// WeChat Pay, API v3. Its secrets are one or two APIv3 keys.
    WeChat(WeChat),
    /// Alipay. It has no secrets.
    Alipay(Alipay),
    /// Stripe. Its secrets are those of the endpoint.
    Stripe(Stripe),
    /// Square. Its secrets are the signature keys of the subscription.
    Square(Square),
    /// A sender by Standard Webhooks. Its secrets are `whsec_…` or `whpk_…`.
    Standard(Standard),
    /// A provider that a mapping describes. Its secrets are the keys, public ones too.
    Mapped(Value),
}

impl Provider {
    /// Its name in an address.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WeChat(_) => "wechat",
            Self::Alipay(_) => "alipay",
            Self::Stripe(_) => "stripe",
            Self::Square(_) => "square",
            Self::Standard(_) => "standard",
            Self::Mapped(_) => "mapped",
        }
    }

    /// Whether its notices are believed by secrets of the account. Otherwise by public keys alone.
    pub fn has_secrets(&self) -> bool {
        !matches!(self, Self::Alipay(_))
    }
}

/// The public details of a merchant, or a service provider, at WeChat Pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeChat {
    /// Its number.
    pub merchant: String,
    /// Platform certificates, as PEM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// WeChat Pay's public keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_keys: Vec<PublicKey>,
}

/// A public key of WeChat Pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// `PUB_KEY_ID_` and digits.
    pub id: String,
    /// The key, as PEM.
    pub pem: String,
}

/// The public details of an app at Alipay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alipay {
    /// Its number.
    pub app_id: String,
    /// Alipay's public keys, as base64 or PEM, or its certificates as PEM.
    pub keys: Vec<String>,
}

/// The public details of an endpoint at Stripe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stripe {
    /// Whether payments in test mode count.
    #[serde(default)]
    pub test_mode: bool,
}

/// The public details of a subscription at Square.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Square {
    /// Its address as it stands there, where that is not this stack's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Of a sender by Standard Webhooks nothing is public.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {}

/// One way to a payment's store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreRule {
    /// The text that names it.
    pub from: Source,
    /// Of a text that lists names with values, the name whose value counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The store of each value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub is: BTreeMap<String, StoreNumber>,
    /// The store of each beginning; the longest that fits counts. Without this and `is`, the value is the store's number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub begins: BTreeMap<String, StoreNumber>,
}

/// The id that stands for a payment in its link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentId {
    /// The provider's id of the payment.
    #[default]
    Transaction,
    /// The merchant's own number of the order, where the notice has it.
    Order,
}

/// Which values of a payment are kept as the context of its visit, beside amount and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContextRules {
    /// The table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Pick>,
    /// The code of the person who served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<Pick>,
    /// Fields of the merchant's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Id, Pick>,
}

impl ContextRules {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An account that has been checked, but for what only its provider's own reader knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Account(AccountDetails);

impl Deref for Account {
    type Target = AccountDetails;

    fn deref(&self) -> &AccountDetails {
        &self.0
    }
}

impl Account {
    /// Checks an account.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn new(details: AccountDetails) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        if !(1..=MOST_RULES).contains(&details.stores.len()) {
            mistakes.add(format!("stores: 1 to {MOST_RULES} rules are needed, so that a payment finds its store."));
        }
        let values: usize = details.stores.iter().map(|rule| rule.is.len() + rule.begins.len()).sum();
        if values > MOST_VALUES {
            mistakes.add(format!("stores: the rules name {values} values together, and {MOST_VALUES} is the most."));
        }
        for (at, rule) in details.stores.iter().enumerate() {
            if !rule.is.is_empty() && !rule.begins.is_empty() {
                mistakes.add(format!("stores[{at}]: is and begins are two rules. Make two of it."));
            }
            if rule.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_SHOWN) {
                mistakes.add(format!("stores[{at}].name is 1 to {LONGEST_SHOWN} characters."));
            }
            if rule.is.keys().chain(rule.begins.keys()).any(String::is_empty) {
                mistakes.add(format!("stores[{at}]: one of the values is empty, and every payment would fit."));
            }
        }
        // It would lie in the table and be shown.
        if serde_json::to_string(&details.provider).is_ok_and(|text| text.contains("PRIVATE KEY")) {
            mistakes
                .add("provider: there is a private key in it. It stays with its owner: give the public half alone.");
        }
        if details.channel.origin() == Origin::Code {
            mistakes.add("channel: table is for the codes on tables, which no payment stands behind.");
        }
        if details.channel.origin() == Origin::Staff {
            mistakes.add("channel: staff is for whoever works in the store, and no payment is theirs.");
        }
        if details.context.fields.len() > MOST_FIELDS {
            mistakes.add(format!("context.fields: {MOST_FIELDS} is the most."));
        }
        mistakes.unless(Self(details))
    }

    /// The stores that a payment may belong to, the likeliest first. A number need not be that of a store.
    pub fn stores_of(&self, payment: &Payment) -> Vec<StoreNumber> {
        self.0.stores.iter().filter_map(|rule| rule.store_of(payment)).collect()
    }

    /// An operator needs to see this about a payment that finds no store: the value that the first rule used, or that
    /// there was none.
    pub fn unmapped(&self, payment: &Payment) -> String {
        let told = self.0.stores.iter().find_map(|rule| Some((rule, rule.value(payment)?)));
        match told {
            // Every order has another number, which would fill the list.
            Some((rule, value)) if rule.from == Source::Order && rule.begins.is_empty() && rule.name.is_none() => {
                format!("{} ({} characters)", rule.from, value.chars().count())
            }
            Some((rule, value)) => {
                // Of a number of an order, only what may be its store's beginning: every order has another.
                let longest = rule.begins.keys().map(|begin| begin.chars().count()).max();
                let shown = longest.unwrap_or(LONGEST_SHOWN).min(LONGEST_SHOWN);
                let value: String = value.chars().take(shown).collect();
                match &rule.name {
                    Some(name) => format!("{} {name}={value}", rule.from),
                    None => format!("{} {value}", rule.from),
                }
            }
            None => match self.0.stores.first() {
                Some(rule) => format!("{} (nothing there)", rule.from),
                None => "(no rule)".to_owned(),
            },
        }
    }

    /// The context that a payment gives its visit. A sender by Standard Webhooks names table, staff and fields itself.
    pub fn context_of(&self, payment: &Payment) -> ContextDetails {
        let rules = &self.0.context;
        let own = |name: &str| Pick { from: Source::At(Place::Metadata(name.to_owned())), name: None };
        let is_named = matches!(self.0.provider, Provider::Standard(_));
        let pick = |rule: &Option<Pick>, name: &str| {
            rule.clone().or_else(|| is_named.then(|| own(name))).and_then(|pick| pick.of(payment))
        };
        let mut fields: BTreeMap<String, String> =
            rules.fields.iter().filter_map(|(name, pick)| Some((name.to_string(), pick.of(payment)?))).collect();
        if is_named && fields.is_empty() {
            fields.extend(payment.places.iter().filter_map(|(place, text)| match place {
                Place::Metadata(name) if !["table", "staff"].contains(&name.as_str()) => {
                    Some((name.clone(), text.clone()))
                }
                _ => None,
            }));
        }
        ContextDetails {
            table: pick(&rules.table, "table"),
            staff: pick(&rules.staff, "staff"),
            amount: payment.amount,
            currency: payment.currency.clone(),
            items: payment.items.clone(),
            fields,
        }
    }

    /// The id that stands for a payment in its link.
    pub fn id_in_link<'a>(&self, payment: &'a Payment) -> &'a str {
        match (self.0.payment_id, &payment.order) {
            (PaymentId::Order, Some(order)) => order,
            _ => &payment.id,
        }
    }
}

impl StoreRule {
    fn value(&self, payment: &Payment) -> Option<String> {
        value(payment, &self.from, self.name.as_deref())
    }

    fn store_of(&self, payment: &Payment) -> Option<StoreNumber> {
        let value = self.value(payment)?;
        if !self.is.is_empty() {
            return self.is.get(&value).copied();
        }
        if !self.begins.is_empty() {
            let fitting = self.begins.iter().filter(|(begin, _)| value.starts_with(begin.as_str()));
            return fitting.max_by_key(|(begin, _)| begin.len()).map(|(_, store)| *store);
        }
        value.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{payment::Place, strictly};

    fn account(stores: Value) -> Account {
        Account::new(strictly(json!({"provider": {"standard": {}}, "stores": stores})).unwrap()).unwrap()
    }

    fn payment(places: &[(Place, &str)], order: &str) -> Payment {
        let places = places.iter().map(|(place, text)| (place.clone(), (*text).to_owned())).collect();
        Payment { places, order: Some(order.to_owned()), id: "4200".into(), ..Payment::default() }
    }

    fn numbers(account: &Account, payment: &Payment) -> Vec<u32> {
        account.stores_of(payment).into_iter().map(StoreNumber::get).collect()
    }

    #[test]
    fn a_payment_finds_its_store_by_the_first_rule_that_knows() {
        let account = account(json!([
            {"from": "merchant", "is": {"1900": 12, "1901": 13}},
            {"from": "attached", "name": "store"},
            {"from": "order", "begins": {"SH-": 14, "SH-12-": 15}},
            {"from": "metadata.shop"},
        ]));
        for (places, order, found) in [
            (vec![(Place::Merchant, "1901")], "", vec![13]),
            (vec![(Place::Merchant, "1902"), (Place::Attached, "store=16;table=7")], "SH-12-9", vec![16, 15]),
            (vec![(Place::Merchant, "1902")], "SH-13-9", vec![14]),
            (vec![(Place::Metadata("shop".into()), "17")], "BJ-1", vec![17]),
            (vec![(Place::Metadata("shop".into()), "seventeen")], "BJ-1", vec![]),
            (vec![(Place::Metadata("shop".into()), "0")], "BJ-1", vec![]),
            (vec![(Place::Location, "12")], "", vec![]),
        ] {
            assert_eq!(numbers(&account, &payment(&places, order)), found, "{places:?} {order}");
        }
    }

    #[test]
    fn a_payment_without_a_store_is_listed_by_what_would_have_told_it() {
        let by_order = account(json!([{"from": "order", "begins": {"SH12-": 12}}]));
        assert_eq!(by_order.unmapped(&payment(&[], "BJ07-2026112112310001")), "order BJ07-");
        let by_name = account(json!([{"from": "attached", "name": "store", "is": {"A": 12}}]));
        assert_eq!(by_name.unmapped(&payment(&[(Place::Attached, "store=B&x=1")], "")), "attached store=B");
        assert_eq!(by_name.unmapped(&payment(&[], "")), "attached (nothing there)");
        let by_number = account(json!([{"from": "order", "is": {"T-1": 12}}]));
        assert_eq!(by_number.unmapped(&payment(&[], "T-20261121")), "order (10 characters)");
    }

    #[test]
    fn what_is_wrong_with_an_account_is_named_at_once() {
        let wrong = |json: Value| match strictly::<AccountDetails>(json) {
            Ok(details) => Account::new(details).unwrap_err().to_string(),
            Err(mistakes) => mistakes.to_string(),
        };
        let rule = json!({"from": "merchant", "is": {"": 12}, "begins": {"a": 12}});
        assert_eq!(
            wrong(json!({"provider": {"standard": {}}, "stores": [rule], "channel": "table"})),
            "stores[0]: is and begins are two rules. Make two of it. stores[0]: one of the values is empty, and every \
             payment would fit. channel: table is for the codes on tables, which no payment stands behind."
        );
        let odd = json!({"provider": {"stripe": {"livemode": true}}, "stores": [{"from": "till"}]});
        let said = wrong(odd);
        assert!(said.contains("unknown field `provider.livemode`"), "{said}");
        assert!(wrong(json!({"provider": {"paypal": {}}, "stores": []})).contains("unknown variant `paypal`"));
        for id in ["", "Till", "a_b", &"a".repeat(33)] {
            assert!(id.parse::<AccountId>().is_err(), "{id}");
        }
    }

    #[test]
    fn the_number_of_the_order_stands_for_the_payment_where_the_account_says_so() {
        let json = json!({"provider": {"standard": {}}, "stores": [{"from": "location"}], "payment_id": "order"});
        let by_order = Account::new(strictly(json).unwrap()).unwrap();
        assert_eq!(by_order.id_in_link(&payment(&[], "T-1")), "T-1");
        assert_eq!(by_order.id_in_link(&Payment { id: "4200".into(), ..Payment::default() }), "4200");
    }
}
