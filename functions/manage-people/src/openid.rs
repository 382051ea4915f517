//! Signing in with the chain's own identity provider: OpenID Connect 1.0, the authorization code flow with PKCE.
//!
//! [`OpenId::begin`] says where the browser goes, and [`OpenId::finish`] who came back. The provider says who somebody
//! is; what they may do stands in the table.

mod id_token;
mod provider;

use std::{sync::Arc, time::Duration};

use aftertaste::{
    environment::{self, ConfigError},
    web::{Answer, NoAnswer, Web},
};
use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use form_urlencoded::Serializer;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use id_token::NotValid;
use id_token::{Address, Expected};
use provider::{Keys, Metadata, Said, Tokens, UserInfo, is_safe};

/// How long somebody has at the provider.
pub const TIME_TO_SIGN_IN: SignedDuration = SignedDuration::from_mins(10);

/// How long all calls to the provider may take together. The function's own end is after 8 seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long it is remembered what the provider says of itself.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// A key that is not known may be new. The provider is asked for it, once a minute at most: anybody can name a key.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// The provider, and what it calls this stack.
pub struct OpenId {
    issuer: String,
    client_id: String,
    client_secret: String,
    web: Web,
    known: Mutex<Option<Arc<Provider>>>,
}

/// Where the browser goes.
pub struct Begun {
    /// The address at the provider.
    pub url: String,
    /// What [`OpenId::finish`] needs. The browser keeps it, sealed: whoever reads it can take the sign-in over.
    pub kept: String,
}

/// With what the browser comes back.
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
}

/// Why nobody is signed in. No sentence has a code, a token or a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was begun in another browser, or not here, or has been finished.
    #[error("this sign-in was not begun in this browser")]
    State,
    /// It took longer than [`TIME_TO_SIGN_IN`].
    #[error("this sign-in took too long")]
    Expired,
    /// The person said no: to the provider, or to what it would tell us.
    #[error("the person ended the sign-in at the identity provider")]
    Denied,
    /// The provider refused, in its own word, such as `invalid_client`.
    #[error("the identity provider refused: {0}")]
    Provider(String),
    /// No answer, or none in time.
    #[error("the identity provider does not answer: {0}")]
    Unreachable(NoAnswer),
    /// An answer that is none.
    #[error("the identity provider's {0} can't be read, or is not its own")]
    Unreadable(&'static str),
    /// A forged token, or one for another.
    #[error("the identity provider's token does not hold: {0}")]
    Token(NotValid),
    /// There is no address to find a person by.
    #[error("the identity provider tells no e-mail address")]
    NoEmail,
    /// Anybody may have written that address.
    #[error("the identity provider does not say that the e-mail address is verified")]
    Unverified,
}

impl From<NotValid> for Refused {
    fn from(wrong: NotValid) -> Self {
        Self::Token(wrong)
    }
}

/// What is kept in the browser from the beginning to the end.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    nonce: String,
    verifier: String,
    at: Timestamp,
}

/// What the provider says of itself, and when it did.
struct Provider {
    metadata: Metadata,
    keys: Vec<Jwk>,
    at: Timestamp,
}

impl Back {
    /// Reads it from the query that the provider sends the browser back with.
    pub fn read(query: impl Fn(&str) -> Option<String>) -> Self {
        Self { code: query("code"), state: query("state"), issuer: query("iss"), error: query("error") }
    }
}

impl OpenId {
    /// The provider that the environment names; none when it names none.
    ///
    /// # Errors
    /// When a part is missing or malformed, or the secret can't be fetched.
    pub async fn from_environment() -> Result<Option<Self>, ConfigError> {
        match ["OPENID_ISSUER", "OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET"].map(environment::optional) {
            [None, None, None] => Ok(None),
            [Some(issuer), Some(client_id), Some(_)] => {
                let secret = environment::secret("OPENID_CLIENT_SECRET").await?;
                Self::new(issuer.trim(), client_id.trim(), secret.trim()).map(Some)
            }
            _ => {
                let sentence =
                    "OPENID_ISSUER, OPENID_CLIENT_ID and OPENID_CLIENT_SECRET go together: set all, or none.";
                Err(ConfigError(sentence.into()))
            }
        }
    }

    /// A provider, by its issuer's address exactly as its tokens have it.
    ///
    /// # Errors
    /// When the address is not one of https. On this machine alone http will do.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str) -> Result<Self, ConfigError> {
        if !is_safe(issuer) || issuer.contains(['?', '#']) {
            let sentence = "OPENID_ISSUER is not an address such as https://login.example.cn, with https.";
            return Err(ConfigError(sentence.into()));
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            web: Web::default(),
            known: Mutex::default(),
        })
    }

    /// The provider's host, such as `login.example.cn`: a name for it where there is no other.
    pub fn host(&self) -> &str {
        let rest = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest);
        rest.split_once('/').map_or(rest, |(host, _)| host)
    }

    /// Begins a sign-in that ends at `redirect_uri`, which the provider has to know.
    ///
    /// # Errors
    /// When the provider can't be asked where the browser is to go.
    pub async fn begin(&self, redirect_uri: &str, now: Timestamp) -> Result<Begun, Refused> {
        let provider = in_time(self.provider(now, REMEMBERED)).await?;
        let kept = Kept { state: random(), nonce: random(), verifier: random(), at: now };
        let url = self.address(&provider.metadata, redirect_uri, &kept);
        let kept = serde_json::to_string(&kept).map_err(|_| Refused::State)?;
        Ok(Begun { url, kept })
    }

    /// Ends a sign-in: the e-mail address of who it is, in lower case, which the provider has verified.
    ///
    /// `kept` is what [`OpenId::begin`] gave for this browser. The caller sees to it that no browser uses it twice.
    ///
    /// # Errors
    /// Why nobody is signed in.
    pub async fn finish(&self, redirect_uri: &str, kept: &str, back: &Back, now: Timestamp) -> Result<String, Refused> {
        let kept: Kept = serde_json::from_str(kept).map_err(|_| Refused::State)?;
        let code = self.code(&kept, back, now)?;
        in_time(self.email(redirect_uri, &kept, code, now)).await
    }

    /// The code that the browser comes back with. Nothing else of it is believed before the state fits.
    fn code<'a>(&self, kept: &Kept, back: &'a Back, now: Timestamp) -> Result<&'a str, Refused> {
        let state = back.state.as_deref().unwrap_or_default();
        let is_ours = constant_time::verify_slices_are_equal(state.as_bytes(), kept.state.as_bytes()).is_ok();
        // Who says that they are another provider is one (RFC 9207).
        if !is_ours || back.issuer.as_ref().is_some_and(|issuer| *issuer != self.issuer) {
            return Err(Refused::State);
        }
        if now.duration_since(kept.at) > TIME_TO_SIGN_IN {
            return Err(Refused::Expired);
        }
        match (back.code.as_deref(), back.error.as_deref()) {
            (_, Some("access_denied")) => Err(Refused::Denied),
            (_, Some(error)) => Err(refusal(error)),
            (Some(code), None) => Ok(code),
            (None, None) => Err(Refused::Unreadable("reply")),
        }
    }

    async fn email(&self, redirect_uri: &str, kept: &Kept, code: &str, now: Timestamp) -> Result<String, Refused> {
        let provider = self.provider(now, REMEMBERED).await?;
        let tokens = self.redeem(&provider.metadata, redirect_uri, code, &kept.verifier).await?;
        let expected = Expected { issuer: &self.issuer, client_id: &self.client_id, nonce: &kept.nonce, now };
        let claims = match id_token::verify(&tokens.id_token, &provider.keys, &expected) {
            Err(NotValid::Key) => {
                let provider = self.provider(now, ASKED_AGAIN).await?;
                id_token::verify(&tokens.id_token, &provider.keys, &expected)?
            }
            verified => verified?,
        };
        let address = match &provider.metadata.userinfo_endpoint {
            // A provider that goes by the book has the address here, and not in the token.
            Some(url) if !claims.address.is_whole() => self.user_info(url, &tokens.access_token, &claims.sub).await?,
            _ => claims.address,
        };
        let email = address.email().ok_or(Refused::NoEmail)?;
        if address.is_verified() { Ok(email) } else { Err(Refused::Unverified) }
    }

    /// What the provider says of itself, not older than this.
    async fn provider(&self, now: Timestamp, oldest: SignedDuration) -> Result<Arc<Provider>, Refused> {
        // Held while the provider is asked: of many who want to know, one asks. An error is not remembered.
        let mut known = self.known.lock().await;
        match &*known {
            Some(provider) if now.duration_since(provider.at) <= oldest => Ok(Arc::clone(provider)),
            _ => {
                let provider = Arc::new(self.discover(now).await?);
                *known = Some(Arc::clone(&provider));
                Ok(provider)
            }
        }
    }

    async fn discover(&self, now: Timestamp) -> Result<Provider, Refused> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = read(&self.ask(http::Request::get(url), String::new()).await?, "configuration")?;
        // One that answers for another issuer would have that one's tokens taken for its own.
        if metadata.issuer != self.issuer || !metadata.is_safe() {
            return Err(Refused::Unreadable("configuration"));
        }
        let keys: Keys = read(&self.ask(http::Request::get(&metadata.jwks_uri), String::new()).await?, "keys")?;
        let keys = keys.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(Provider { metadata, keys, at: now })
    }

    /// The address at the provider that a sign-in begins at.
    fn address(&self, metadata: &Metadata, redirect_uri: &str, kept: &Kept) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, kept.verifier.as_bytes()));
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &kept.state)
            .append_pair("nonce", &kept.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let endpoint = &metadata.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{joint}{query}")
    }

    /// Exchanges the code for tokens.
    async fn redeem(
        &self,
        metadata: &Metadata,
        redirect_uri: &str,
        code: &str,
        verifier: &str,
    ) -> Result<Tokens, Refused> {
        let mut request = http::Request::post(&metadata.token_endpoint)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        if metadata.takes_secret_in_form() {
            form.extend([("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.as_str())]);
        } else {
            request = request.header("authorization", self.basic());
        }
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        let answer = self.ask(request, form).await?;
        match serde_json::from_slice::<Said>(&answer.body) {
            Ok(said) if answer.status != 200 => Err(refusal(&said.error)),
            _ => read(&answer, "tokens"),
        }
    }

    /// Who we are to the provider. Both parts are encoded as in a form before they are joined (RFC 6749, section 2.3.1).
    fn basic(&self) -> String {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let joined = format!("{}:{}", encoded(&self.client_id), encoded(&self.client_secret));
        format!("Basic {}", STANDARD.encode(joined))
    }

    async fn user_info(&self, url: &str, access_token: &str, subject: &str) -> Result<Address, Refused> {
        let request = http::Request::get(url)
            .header("authorization", format!("Bearer {access_token}"))
            .header("accept", "application/json");
        let info: UserInfo = read(&self.ask(request, String::new()).await?, "user info")?;
        // Without this, another's user info could be put in the place of who signed in (section 5.3.2).
        if info.sub == subject { Ok(info.address) } else { Err(Refused::Unreadable("user info")) }
    }

    async fn ask(&self, request: http::request::Builder, body: String) -> Result<Answer, Refused> {
        let request = request.body(body.into_bytes()).map_err(|_| Refused::Unreachable(NoAnswer::Request))?;
        self.web.ask(request).await.map_err(Refused::Unreachable)
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, what: &'static str) -> Result<T, Refused> {
    let json = serde_json::from_slice(&answer.body).ok();
    json.filter(|_| answer.status == 200).ok_or(Refused::Unreadable(what))
}

async fn in_time<T>(work: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
    let late = |_| Err(Refused::Unreachable(NoAnswer::Late));
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(late)
}

/// A refusal in the provider's word. What is no such word is not repeated: it comes by way of the browser.
fn refusal(error: &str) -> Refused {
    let is_word = (1..=60).contains(&error.len()) && error.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    Refused::Provider(if is_word { error } else { "without a reason" }.to_owned())
}

/// 244 random bits, as text that fits into an address and is long enough to be a verifier of PKCE.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const NOW: &str = "2026-11-21T04:31:07Z";
    const CALLBACK: &str = "https://s.example.cn/sign-in/openid/callback";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn openid() -> OpenId {
        OpenId::new("https://login.example.cn/chain", "after taste", "a:secret&").unwrap()
    }

    fn metadata() -> Metadata {
        let json = r#"{"issuer": "https://login.example.cn/chain",
            "authorization_endpoint": "https://login.example.cn/start?tenant=7",
            "token_endpoint": "https://login.example.cn/token", "jwks_uri": "https://login.example.cn/keys"}"#;
        serde_json::from_str(json).unwrap()
    }

    fn kept() -> Kept {
        Kept { state: "a state".into(), nonce: "a nonce".into(), verifier: "a verifier".into(), at: at(NOW) }
    }

    fn back(query: &str) -> Back {
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Back::read(|name| query.get(name).cloned())
    }

    #[test]
    fn an_issuer_is_an_address_with_tls_unless_it_is_this_machine() {
        for good in ["https://login.example.cn", "https://a/b/", "http://127.0.0.1:4000", "http://localhost"] {
            assert!(OpenId::new(good, "a", "b").is_ok(), "{good}");
        }
        for wrong in [
            "login.example.cn",
            "http://login.example.cn",
            "http://127.0.0.1@login.example.cn",
            "http://127.0.0.1.example.cn",
            "ftp://127.0.0.1",
            "https://",
            "https://a?b",
            "https://a#b",
        ] {
            let sentence = OpenId::new(wrong, "a", "b").err().unwrap().to_string();
            assert!(sentence.starts_with("OPENID_ISSUER is not an address"), "{wrong}: {sentence}");
        }
        assert_eq!(openid().host(), "login.example.cn");
    }

    #[test]
    fn a_sign_in_begins_at_the_provider_with_a_challenge_and_without_its_answer() {
        let url = openid().address(&metadata(), CALLBACK, &kept());
        let (endpoint, query) = url.split_once('&').unwrap();
        assert_eq!(endpoint, "https://login.example.cn/start?tenant=7");
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in [
            ("response_type", "code"),
            ("scope", "openid email"),
            ("client_id", "after taste"),
            ("redirect_uri", CALLBACK),
            ("state", "a state"),
            ("nonce", "a nonce"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(query[name], value);
        }
        assert_eq!(query["code_challenge"].len(), 43);
        assert!(!url.contains("verifier") && !url.contains("secret"));
        assert_eq!(random().len(), 64);
        assert_ne!(random(), random());
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let url = openid().address(&metadata(), CALLBACK, &Kept { verifier, ..kept() });
        assert!(url.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), "{url}");
    }

    #[test]
    fn only_who_began_comes_back_and_in_time() {
        let openid = openid();
        let code = |query: &str, now: &str| openid.code(&kept(), &back(query), at(now)).map(str::to_owned);
        let ten_minutes_later = "2026-11-21T04:41:07Z";
        assert_eq!(code("code=c&state=a+state", ten_minutes_later), Ok("c".into()));
        assert_eq!(code("code=c&state=a+state&iss=https://login.example.cn/chain", NOW), Ok("c".into()));
        for (query, now, refused) in [
            ("code=c&state=a+state", "2026-11-21T04:41:08Z", Refused::Expired),
            ("code=c&state=another", NOW, Refused::State),
            ("code=c", NOW, Refused::State),
            ("code=c&state=a+state&iss=https://login.example.cn", NOW, Refused::State),
            // A stranger's error is not believed either.
            ("error=access_denied", NOW, Refused::State),
            ("error=access_denied&state=a+state", NOW, Refused::Denied),
            ("error=server_error&state=a+state", NOW, Refused::Provider("server_error".into())),
            ("error=%3Cb%3E&state=a+state", NOW, Refused::Provider("without a reason".into())),
            ("state=a+state", NOW, Refused::Unreadable("reply")),
        ] {
            assert_eq!(code(query, now), Err(refused), "{query}");
        }
    }

    #[tokio::test]
    async fn what_was_not_kept_here_finishes_nothing() {
        for odd in ["", "{}", "null"] {
            let finished = openid().finish(CALLBACK, odd, &back("code=c&state="), at(NOW)).await;
            assert_eq!(finished, Err(Refused::State), "{odd}");
        }
    }

    #[tokio::test]
    async fn a_provider_that_is_not_there_is_said_to_be_so() {
        let nobody = OpenId::new("http://127.0.0.1:1", "a", "b").unwrap();
        let refused = nobody.begin(CALLBACK, at(NOW)).await.err().unwrap();
        assert_eq!(refused.to_string(), "the identity provider does not answer: it can't be reached");
    }

    #[test]
    fn the_secret_goes_into_the_header_encoded() {
        // "after+taste:a%3Asecret%26"
        assert_eq!(openid().basic(), "Basic YWZ0ZXIrdGFzdGU6YSUzQXNlY3JldCUyNg==");
    }
}
