//! What a provider says, of itself and of a person.

use serde::Deserialize;
use serde_json::Value;

use super::id_token::Address;

/// OpenID Connect Discovery 1.0, section 3.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Whether the client's secret goes into the form: only where the provider does not take it in the header.
    pub(super) fn takes_secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|known| known == method);
        takes("client_secret_post") && !takes("client_secret_basic")
    }

    /// Whether what is sent to any of its addresses stays between the two.
    pub(super) fn is_safe(&self) -> bool {
        let more = self.userinfo_endpoint.as_deref();
        [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri].into_iter().all(|url| is_safe(url))
            && more.is_none_or(is_safe)
    }
}

/// Each key is read by itself: providers publish keys of kinds that nothing here knows.
#[derive(Deserialize)]
pub(super) struct Keys {
    pub(super) keys: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: String,
}

#[derive(Deserialize)]
pub(super) struct UserInfo {
    pub(super) sub: String,
    #[serde(flatten)]
    pub(super) address: Address,
}

#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) error: String,
}

/// Whether what is sent there stays between the two: by TLS, or within this machine.
pub(super) fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(host)) => !host.is_empty(),
        (Some("http"), Some(host)) => matches!(host, "127.0.0.1" | "localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        let json = r#"{"issuer": "https://login.example.cn",
            "authorization_endpoint": "https://login.example.cn/start",
            "token_endpoint": "https://login.example.cn/token", "jwks_uri": "https://login.example.cn/keys"}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_secret_goes_into_the_form_only_where_the_header_is_not_taken() {
        let takes = |methods: &[&str]| {
            let methods = Some(methods.iter().map(|method| (*method).to_owned()).collect());
            Metadata { token_endpoint_auth_methods_supported: methods, ..metadata() }.takes_secret_in_form()
        };
        assert!(!metadata().takes_secret_in_form());
        assert!(!takes(&["client_secret_post", "client_secret_basic"]));
        assert!(takes(&["client_secret_post", "private_key_jwt"]));
    }

    #[test]
    fn every_address_of_the_provider_has_tls() {
        let on = |url: &str| url.to_owned();
        let open = "http://login.example.cn/";
        assert!(metadata().is_safe());
        assert!(!Metadata { token_endpoint: on(open), ..metadata() }.is_safe());
        assert!(!Metadata { jwks_uri: on(open), ..metadata() }.is_safe());
        assert!(!Metadata { authorization_endpoint: on(open), ..metadata() }.is_safe());
        assert!(!Metadata { userinfo_endpoint: Some(on(open)), ..metadata() }.is_safe());
    }
}
