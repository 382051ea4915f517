//! The environment of a function, read once at its start.
//!
//! | variable | value |
//! | --- | --- |
//! | `TABLE_NAME` | the name of the DynamoDB table |
//! | `PUBLIC_URL` | the address that guests see, such as `https://s.example.cn`, without a path |
//! | `GRANT_DAYS` | optional: how many days grants live at most, such as `admin=1 report=90 issue=400` |
//! | `GUEST_KEYS` | `ssm:<name>` of a SecureString in Parameter Store, or the JSON of [`GuestKeys`] itself |
//! | `GRANT_KEYS` | the same of [`GrantKeys`] |
//! | `SEAL_KEYS` | the same of [`SealKeys`] |
//! | `DAYS_APART` | optional: how many days lie between two false alarms of the watch on average, 100 if not said |
//! | `TELL_RESPONSES` | optional: `hourly`, or `at-once`: when endpoints get a response |
//! | `EVENT_BUS` | optional: the event bus that endpoints may send to, by its name or ARN |
//! | `MAIL_FROM` | optional: the address that mail comes from |
//! | `OPENID_ISSUER` | optional: the identity provider that people sign in with, such as `https://login.example.cn` |
//! | `OPENID_CLIENT_ID` | with it: what the provider calls this stack |
//! | `OPENID_CLIENT_SECRET` | with it: `ssm:<name>` of a SecureString, or the secret itself |
//!
//! `AWS_ENDPOINT_URL_DYNAMODB` and all other `AWS_…` variables are the SDK's own: [`aws`].

use std::fmt;

use aws_config::SdkConfig;

use domain::{
    Invalid,
    access::{BothKeys, GrantKeys, GuestKeys, Lifetimes, OperatorKeys, ReceiverKeys, SealKeys},
};

use crate::aws;

/// Why a function can't start: a sentence that names the variable.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl fmt::Debug for ConfigError {
    /// As `main` prints it when it returns this: the sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A variable of the environment.
///
/// # Errors
/// When it is missing or empty.
pub fn variable(name: &str) -> Result<String, ConfigError> {
    optional(name).ok_or_else(|| ConfigError(format!("{name} is not set: {}.", meaning(name))))
}

/// A variable that may be left out. An empty one is none: a template can't leave one out.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn meaning(name: &str) -> &'static str {
    match name {
        "TABLE_NAME" => "it is the name of the DynamoDB table",
        "PUBLIC_URL" => "it is the address that guests see, such as https://s.example.cn",
        "GUEST_KEYS" | "GRANT_KEYS" | "SEAL_KEYS" => "it is ssm:<name of a SecureString>, or the keyring's JSON itself",
        _ => "the function needs it",
    }
}

/// The address that guests see, without a slash at its end.
///
/// # Errors
/// When it is missing, or is not an address without a path.
pub fn public_url() -> Result<String, ConfigError> {
    parse_public_url(&variable("PUBLIC_URL")?)
}

fn parse_public_url(value: &str) -> Result<String, ConfigError> {
    let url = value.trim().trim_end_matches('/');
    let uri: Option<http::Uri> = url.parse().ok();
    let plain = uri.filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    match plain.map(|uri| uri.path().len() <= 1 && uri.query().is_none() && !url.contains('#')) {
        Some(true) => Ok(url.to_owned()),
        _ => Err(ConfigError(
            "PUBLIC_URL is not an address such as https://s.example.cn, with http or https and without a path.".into(),
        )),
    }
}

/// How long grants live at most, as built in where the variable is not set.
///
/// # Errors
/// When it says something else.
pub fn lifetimes() -> Result<Lifetimes, ConfigError> {
    let set = std::env::var("GRANT_DAYS").unwrap_or_default();
    set.parse().map_err(|error| ConfigError(format!("GRANT_DAYS: {error}.")))
}

/// Whether endpoints get each response at once, and then not what it says.
pub fn responses_at_once() -> bool {
    optional("TELL_RESPONSES").is_some_and(|when| when == "at-once")
}

/// The keys that a function needs.
pub trait Keys: Sized {
    /// Reads them, from Parameter Store where a variable says so.
    ///
    /// # Errors
    /// When they are missing, can't be fetched or are no keyring. No sentence repeats any of them.
    fn read(sdk: &SdkConfig) -> impl Future<Output = Result<Self, ConfigError>>;
}

impl Keys for GuestKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        keyring(sdk, "GUEST_KEYS", Self::parse).await
    }
}

impl Keys for GrantKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        keyring(sdk, "GRANT_KEYS", Self::parse).await
    }
}

impl Keys for SealKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        keyring(sdk, "SEAL_KEYS", Self::parse).await
    }
}

impl Keys for OperatorKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        let (grants, seal) = tokio::try_join!(GrantKeys::read(sdk), SealKeys::read(sdk))?;
        Ok(Self { grants, seal })
    }
}

impl Keys for ReceiverKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        let (guests, seal) = tokio::try_join!(GuestKeys::read(sdk), SealKeys::read(sdk))?;
        Ok(Self { guests, seal })
    }
}

impl Keys for BothKeys {
    async fn read(sdk: &SdkConfig) -> Result<Self, ConfigError> {
        let (guests, grants) = tokio::try_join!(GuestKeys::read(sdk), GrantKeys::read(sdk))?;
        Ok(Self { guests, grants })
    }
}

async fn keyring<K>(sdk: &SdkConfig, name: &str, parse: impl Fn(&str) -> Result<K, Invalid>) -> Result<K, ConfigError> {
    let value = variable(name)?;
    let (json, from) = match value.strip_prefix("ssm:") {
        None => (value, name.to_owned()),
        Some(parameter) => {
            (fetched(sdk, name, parameter).await?, format!("The parameter {parameter} that {name} names"))
        }
    };
    parse(&json).map_err(|error| ConfigError(format!("{from} is not a keyring: {error}.")))
}

async fn fetched(sdk: &SdkConfig, name: &str, parameter: &str) -> Result<String, ConfigError> {
    aws::parameter(sdk, parameter)
        .await
        .map_err(|said| ConfigError(format!("{name} names the parameter {parameter}, which can't be read: {said}.")))?
        .ok_or_else(|| ConfigError(format!("{name} names the parameter {parameter}, which has no value.")))
}

/// A secret: the value of the variable, or of the SecureString that it names with `ssm:`.
///
/// # Errors
/// When it is missing, or can't be fetched. No sentence repeats any of it.
pub async fn secret(name: &str) -> Result<String, ConfigError> {
    let value = variable(name)?;
    match value.strip_prefix("ssm:") {
        None => Ok(value),
        // The SDK's configuration is read for this alone, so that a laptop needs none.
        Some(parameter) => fetched(&aws::sdk().await, name, parameter).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_address_without_a_path() {
        assert_eq!(parse_public_url("https://s.example.cn/").unwrap(), "https://s.example.cn");
        assert_eq!(parse_public_url("http://127.0.0.1:3000").unwrap(), "http://127.0.0.1:3000");
        for wrong in [
            "s.example.cn",
            "ftp://s.example.cn",
            "https://s.example.cn/x",
            "https://",
            "https://a?b",
            "https://a#b",
            "x y",
        ] {
            let sentence = parse_public_url(wrong).unwrap_err().to_string();
            assert!(sentence.starts_with("PUBLIC_URL is not an address"), "{wrong:?}: {sentence}");
        }
    }

    #[test]
    fn a_missing_variable_is_named_with_what_it_means() {
        assert_eq!(
            variable("TABLE_NAME").unwrap_err().to_string(),
            "TABLE_NAME is not set: it is the name of the DynamoDB table."
        );
    }
}
