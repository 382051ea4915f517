//! Which reader an account needs, and what its provider wants to hear.

use domain::payment::Provider;
use serde_json::Value;

use crate::{Notice, Refusal, Request, alipay, mapped, square, standard, stripe, wechat};

/// The reader of an account's notices.
#[derive(Debug)]
pub enum Reader {
    /// WeChat Pay's.
    WeChat(wechat::Account),
    /// Alipay's.
    Alipay(alipay::Account),
    /// Stripe's.
    Stripe(stripe::Account),
    /// Square's.
    Square(square::Account),
    /// A sender's by Standard Webhooks.
    Standard(standard::Account),
    /// Those of a provider that a mapping describes.
    Mapped(Box<mapped::Account>),
}

impl Reader {
    /// The reader of an account with its secrets.
    ///
    /// # Errors
    /// A sentence for each mistake, which begins with the field; none repeats a secret.
    pub fn new(provider: &Provider, secrets: &[String]) -> Result<Self, Vec<String>> {
        let made = Self::of(provider, secrets);
        made.map_err(|mistakes| mistakes.iter().map(|mistake| placed(provider, mistake)).collect())
    }

    fn of(provider: &Provider, secrets: &[String]) -> Result<Self, Vec<String>> {
        match provider {
            Provider::WeChat(at) => {
                let named: Vec<_> = at.public_keys.iter().map(|key| (key.id.clone(), key.pem.clone())).collect();
                wechat::Account::new(&at.merchant, secrets, &at.certificates, &named).map(Self::WeChat)
            }
            Provider::Alipay(_) if !secrets.is_empty() => {
                Err(vec!["secrets: Alipay's notices need none. Its public keys are `provider.alipay.keys`.".to_owned()])
            }
            Provider::Alipay(at) => alipay::Account::new(&at.app_id, &at.keys).map(Self::Alipay),
            Provider::Stripe(at) => stripe::Account::new(secrets, at.test_mode).map(Self::Stripe),
            Provider::Square(at) => square::Account::new(secrets, at.url.clone()).map(Self::Square),
            Provider::Standard(_) => standard::Account::new(secrets).map(Self::Standard),
            Provider::Mapped(mapping) => {
                let mapping = mapping_of(mapping)?;
                mapped::Account::new(mapping, secrets).map(|account| Self::Mapped(Box::new(account)))
            }
        }
    }

    /// Reads a notice, if its provider sent it.
    ///
    /// # Errors
    /// Why it is not believed or not understood.
    pub fn read(&self, request: &Request<'_>) -> Result<Notice, Refusal> {
        match self {
            Self::WeChat(account) => account.read(request),
            Self::Alipay(account) => account.read(request),
            Self::Stripe(account) => account.read(request),
            Self::Square(account) => account.read(request),
            Self::Standard(account) => account.read(request),
            Self::Mapped(account) => account.read(request),
        }
    }

    /// The answer that the provider expects for a notice that was taken, also one that nothing follows from: the
    /// content type and the body.
    pub fn answer(&self) -> (&str, &str) {
        match self {
            // It checks the status alone.
            Self::WeChat(_) => ("text/plain", ""),
            Self::Stripe(_) | Self::Square(_) | Self::Standard(_) => ("application/json", "{}"),
            // Exactly these seven bytes.
            Self::Alipay(_) => ("text/plain", "success"),
            Self::Mapped(account) => (&account.answer().content_type, &account.answer().body),
        }
    }
}

/// A mistake with the place of its field in an account. Square and mappings call their secrets keys.
fn placed(provider: &Provider, mistake: &str) -> String {
    let calls_them_keys = matches!(provider, Provider::Square(_) | Provider::Mapped(_));
    match mistake.strip_prefix("keys").filter(|_| calls_them_keys) {
        Some(rest) => format!("secrets{rest}"),
        None if mistake.starts_with("secrets") || mistake.starts_with("provider.") => mistake.to_owned(),
        None => format!("provider.{}.{mistake}", provider.name()),
    }
}

/// A mapping, strictly: a field that this version does not know might say how notices are to be checked.
fn mapping_of(mapping: &Value) -> Result<mapped::Mapping, Vec<String>> {
    domain::strictly(mapping.clone())
        .map_err(|mistakes| mistakes.0.into_iter().map(|mistake| format!("provider.mapped: {mistake}")).collect())
}
