//! The providers by one name each: their accounts here, and their notices.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::{Timestamp, tz};
use notices::mapped::{Mapping, PlaceName};
use serde_json::{Value, json};

use super::keys::Keys;
use super::sent::{Delivery, Payment, Sent, Told};
use super::{alipay, mapped, square, standard, stripe, wechat};
use crate::Failure;

/// The most characters of an account's name.
const LONGEST_NAME: usize = 32;

/// The sender of notices, as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderName {
    /// WeChat Pay, API v3.
    Wechat,
    /// Alipay.
    Alipay,
    /// Stripe.
    Stripe,
    /// Square.
    Square,
    /// Standard Webhooks.
    Standard,
    /// A provider that a file describes.
    Mapped(PathBuf),
}

impl FromStr for ProviderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("mapped", file)) if !file.is_empty() => Ok(Self::Mapped(file.into())),
            _ => match text {
                "wechat" => Ok(Self::Wechat),
                "alipay" => Ok(Self::Alipay),
                "stripe" => Ok(Self::Stripe),
                "square" => Ok(Self::Square),
                "standard" => Ok(Self::Standard),
                _ => Err("It is wechat, alipay, stripe, square, standard or mapped:FILE, such as \
                          mapped:providers/shouqianba.json."
                    .to_owned()),
            },
        }
    }
}

/// The sender of notices, with everything that has to be read for it.
pub(crate) enum Provider {
    Wechat,
    Alipay,
    Stripe,
    Square,
    Standard,
    Mapped { mapping: Box<Mapping>, account: String },
}

impl Provider {
    /// The provider of a name.
    ///
    /// # Errors
    /// When the file of a mapping can't be read, or no notice can be made after it.
    pub fn of(name: &ProviderName) -> Result<Self, Failure> {
        Ok(match name {
            ProviderName::Wechat => Self::Wechat,
            ProviderName::Alipay => Self::Alipay,
            ProviderName::Stripe => Self::Stripe,
            ProviderName::Square => Self::Square,
            ProviderName::Standard => Self::Standard,
            ProviderName::Mapped(file) => {
                let wrong = |what: &dyn fmt::Display| Failure(format!("{}: {what}", file.display()));
                let text = fs::read_to_string(file).map_err(|error| wrong(&format!("{error}.")))?;
                let mapping: Mapping = serde_json::from_str(&text).map_err(|error| wrong(&format!("{error}.")))?;
                mapped::sample(&mapping).map_err(|failure| wrong(&failure))?;
                mapped::store_at(&mapping).map_err(|failure| wrong(&failure))?;
                Self::Mapped { mapping: Box::new(mapping), account: account_of(file) }
            }
        })
    }

    /// Its name in the address of its notices.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::Stripe => "stripe",
            Self::Square => "square",
            Self::Standard => "standard",
            Self::Mapped { .. } => "mapped",
        }
    }

    /// The name of its account here.
    pub fn account(&self) -> String {
        match self {
            Self::Mapped { account, .. } => account.clone(),
            _ => format!("demo-{}", self.path()),
        }
    }

    /// The account as it is put.
    ///
    /// # Errors
    /// When its keys can't be written.
    pub fn account_body(&self, keys: &Keys) -> Result<Value, Failure> {
        let (provider, secrets) = match self {
            Self::Wechat => wechat::account(keys)?,
            Self::Alipay => alipay::account(keys)?,
            Self::Stripe => stripe::account(keys),
            Self::Square => square::account(keys),
            Self::Standard => standard::account(keys),
            Self::Mapped { mapping, .. } => (json!({"mapped": mapping}), mapped::secrets(keys, mapping)?),
        };
        let attached = |name: &str| json!({"from": "attached", "name": name});
        let from = |place: &str| json!({"from": place});
        let (store, table) = match self {
            Self::Wechat | Self::Alipay | Self::Square => (attached("store"), Some(attached("table"))),
            Self::Stripe => (from("metadata.store"), Some(from("metadata.table"))),
            Self::Standard => (from("location"), Some(from("metadata.table"))),
            Self::Mapped { mapping, .. } => match &mapped::store_at(mapping)?.place {
                PlaceName::Attached => (attached("store"), Some(attached("table"))),
                PlaceName::Location => (from("location"), None),
                PlaceName::Device => (from("device"), None),
                PlaceName::Merchant => (from("merchant"), None),
                PlaceName::Metadata(name) => (from(&format!("metadata.{name}")), None),
            },
        };
        let mut body = json!({"provider": provider, "stores": [store], "channel": self.channel()});
        if let Value::Object(fields) = &mut body {
            // Alipay has none: its keys are public.
            if !secrets.is_empty() {
                fields.insert("secrets".to_owned(), json!(secrets));
            }
            if let Some(table) = table {
                fields.insert("context".to_owned(), json!({"table": table}));
            }
        }
        Ok(body)
    }

    /// How its guests are likely to be reached.
    fn channel(&self) -> &'static str {
        match self {
            Self::Wechat | Self::Mapped { .. } => "wechat-message",
            Self::Alipay => "alipay-mini-program",
            Self::Stripe | Self::Square => "email",
            Self::Standard => "app",
        }
    }

    /// A payment's id as the provider writes them, which no payment has had.
    pub fn new_id(&self, now: Timestamp) -> String {
        let day = tz::offset(8).to_datetime(now).strftime("%Y%m%d");
        let letters = |count| std::iter::repeat_with(fastrand::alphanumeric).take(count).collect::<String>();
        let digits = |count| std::iter::repeat_with(|| fastrand::digit(10)).take(count).collect::<String>();
        match self {
            Self::Wechat => format!("4200001234{day}{}", digits(10)),
            Self::Alipay => format!("{day}22001412{}", digits(12)),
            Self::Stripe => format!("pi_3{}", letters(23)),
            Self::Square => letters(29),
            Self::Standard => format!("demo-{}", digits(12)),
            Self::Mapped { mapping, .. } => {
                mapped::sample(mapping).map(|(_, payment)| mapped::new_id(payment)).unwrap_or_default()
            }
        }
    }

    /// A guest who has an id of their own at the provider.
    pub fn new_payer(&self) -> String {
        let letters = |count| std::iter::repeat_with(fastrand::alphanumeric).take(count).collect::<String>();
        let digits = |count| std::iter::repeat_with(|| fastrand::digit(10)).take(count).collect::<String>();
        match self {
            Self::Wechat | Self::Mapped { .. } => format!("o{}", letters(27)),
            Self::Alipay => format!("2088{}", digits(12)),
            Self::Stripe => format!("cus_{}", letters(14)),
            Self::Square => letters(26),
            Self::Standard => format!("guest-{}", digits(8)),
        }
    }

    /// The currency of its payments; none where its notices have no amount.
    pub fn currency(&self) -> Option<String> {
        match self {
            Self::Mapped { mapping, .. } => mapped::currency(mapping),
            _ => Some("CNY".to_owned()),
        }
    }

    /// Whether its notices say who paid.
    pub fn tells_payer(&self) -> bool {
        !matches!(self, Self::Mapped { mapping, .. } if mapping.says.payer.is_none())
    }

    /// Whether its signature covers the time of the signature.
    pub fn signs_time(&self) -> bool {
        match self {
            Self::Wechat | Self::Stripe | Self::Standard => true,
            Self::Alipay | Self::Square => false,
            Self::Mapped { mapping, .. } => mapped::has_time(mapping),
        }
    }

    /// Whether its notices say when the payment was made, and not only when they were sent.
    pub fn tells_time_of_payment(&self) -> bool {
        !matches!(self, Self::Mapped { mapping, .. } if mapped::tells_no_time_of_payment(mapping))
    }

    /// One notice in each of some deliveries: signed again where the provider does so, else the very same.
    ///
    /// # Errors
    /// When it can't be made or signed.
    pub fn notices(
        &self,
        keys: &Keys,
        payment: &Payment,
        told: Told,
        deliveries: &[Delivery<'_>],
    ) -> Result<Vec<Sent>, Failure> {
        let all = deliveries.iter();
        match self {
            Self::Wechat => {
                let body = wechat::body(keys, payment, told)?;
                all.map(|delivery| wechat::signed(keys, body.clone(), delivery)).collect()
            }
            Self::Alipay => Ok(vec![alipay::notice(keys, payment, told)?; deliveries.len()]),
            Self::Stripe => {
                let body = stripe::body(payment, told);
                Ok(all.map(|delivery| stripe::signed(keys, body.clone(), delivery)).collect())
            }
            Self::Square => {
                let Some(first) = deliveries.first() else { return Ok(Vec::new()) };
                let one = square::notice(keys, payment, told, first);
                Ok(vec![one; deliveries.len()])
            }
            Self::Standard => {
                let body = standard::body(payment, told);
                let id = format!("msg_{}", uuid::Uuid::new_v4().simple());
                all.map(|delivery| standard::signed(keys, body.clone(), &id, delivery)).collect()
            }
            Self::Mapped { mapping, .. } => {
                all.map(|delivery| mapped::signed(mapping, keys, payment, told, delivery)).collect()
            }
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wechat => "WeChat Pay 微信支付",
            Self::Alipay => "Alipay 支付宝",
            Self::Stripe => "Stripe",
            Self::Square => "Square",
            Self::Standard => "Standard Webhooks",
            Self::Mapped { account, .. } => {
                return write!(f, "{} (by its mapping)", account.trim_start_matches("demo-"));
            }
        })
    }
}

/// The account's name for a file: `demo-` and what of its name may stand there.
fn account_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let name = if name.is_empty() { "mapped" } else { &name };
    format!("demo-{name}").chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::super::trying::{KEYS, delivery, payment};
    use super::*;

    fn all() -> Vec<Provider> {
        let mapped = concat!("mapped:", env!("CARGO_MANIFEST_DIR"), "/../providers/douyin.json");
        let names = ["wechat", "alipay", "stripe", "square", "standard", mapped];
        names.map(|name| Provider::of(&name.parse().unwrap()).unwrap()).into()
    }

    #[test]
    fn each_provider_has_an_account_that_names_its_store() {
        for provider in all() {
            let body = provider.account_body(&KEYS).unwrap();
            assert!(body["provider"].get(provider.path()).is_some(), "{body}");
            assert_eq!(body["stores"].as_array().unwrap().len(), 1);
            let name = provider.account();
            assert!((1..=32).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
            // Alipay alone has nothing secret.
            assert_eq!(body.get("secrets").is_none(), matches!(provider, Provider::Alipay));
        }
        assert_eq!(account_of(Path::new("a/My_Mapping 2.json")), "demo-mymapping2");
        assert_eq!(account_of(Path::new("映射.json")), "demo-mapped");
    }

    #[test]
    fn a_repetition_is_signed_anew_where_the_provider_does_so() {
        for provider in all() {
            let two = [delivery(0), Delivery { nonce: "another".to_owned(), ..delivery(1) }];
            let sent = provider.notices(&KEYS, &payment("4711"), Told::Paid, &two).unwrap();
            assert_eq!(sent.len(), 2);
            assert_eq!(sent[0].headers != sent[1].headers, provider.signs_time(), "{provider}");
            // The body is that of the first time.
            assert_eq!(sent[0].body, sent[1].body, "{provider}");
        }
    }

    #[test]
    fn ids_and_payers_are_others_each_time() {
        let now = Timestamp::UNIX_EPOCH;
        for provider in all() {
            assert_ne!(provider.new_id(now), provider.new_id(now));
            assert_ne!(provider.new_payer(), provider.new_payer());
        }
    }

    #[test]
    fn a_provider_that_there_is_not_is_refused_with_those_that_there_are() {
        for text in ["paypal", "mapped", "mapped:", "WeChat", ""] {
            assert!(text.parse::<ProviderName>().unwrap_err().contains("mapped:FILE"), "{text}");
        }
        let missing = Provider::of(&"mapped:no/such/file.json".parse().unwrap()).err().unwrap();
        assert!(missing.to_string().starts_with("no/such/file.json: "), "{missing}");
    }
}
