//! Signing in with the chain's own identity provider: OpenID Connect 1.0, the authorization code flow with PKCE.
//!
//! [`OpenId::begin`] says where the browser goes, and [`OpenId::finish`] who came back. The provider says who somebody
//! is; what they may do stands in the table.

use std::{pin::Pin, sync::Arc, time::Duration};

use aftertaste::{
    environment::{self, ConfigError},
    web::{NoAnswer, Web},
};
use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

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
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    http: Http,
    known: Mutex<Option<Arc<Provider>>>,
}

/// Where the browser goes.
pub struct Begun {
    /// The address at the provider.
    pub url: String,
    /// The state that [`OpenId::finish`] needs. The browser keeps it, sealed: a reader of it could take the sign-in
    /// over.
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
    /// The person said no: to the provider, or to what it would share with us.
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
    /// A forged token, or one for another, in the library's words.
    #[error("the identity provider's token does not hold: {0}")]
    Token(String),
    /// There is no address to find a person by.
    #[error("the identity provider tells no e-mail address")]
    NoEmail,
    /// Anybody may have written that address.
    #[error("the identity provider does not say that the e-mail address is verified")]
    Unverified,
}

/// The connections to the provider, as the library asks by them.
struct Http(Web);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.ask(request))
    }
}

/// The state that the browser keeps from the beginning to the end.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    at: Timestamp,
}

/// The provider's description of itself, and the time of it.
struct Provider {
    metadata: CoreProviderMetadata,
    at: Timestamp,
}

/// The error response of a provider that refuses.
type CoreErrorResponse = openidconnect::StandardErrorResponse<openidconnect::core::CoreErrorResponseType>;

/// The library's client, with the addresses that a provider may have.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

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
        let read = IssuerUrl::new(issuer.to_owned()).ok();
        let issuer = read.filter(|_| is_safe(issuer) && !issuer.contains(['?', '#'])).ok_or_else(|| {
            ConfigError("OPENID_ISSUER is not an address such as https://login.example.cn, with https.".into())
        })?;
        Ok(Self {
            issuer,
            client_id: ClientId::new(client_id.to_owned()),
            client_secret: ClientSecret::new(client_secret.to_owned()),
            http: Http(Web::default()),
            known: Mutex::default(),
        })
    }

    /// The provider's host, such as `login.example.cn`: a name for it where there is no other.
    pub fn host(&self) -> &str {
        self.issuer.url().host_str().unwrap_or_default()
    }

    /// Begins a sign-in that ends at `redirect_uri`, which the provider has to know.
    ///
    /// # Errors
    /// When the provider can't be asked where the browser is to go.
    pub async fn begin(&self, redirect_uri: &str, now: Timestamp) -> Result<Begun, Refused> {
        let provider = in_time(self.provider(now, REMEMBERED)).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client(&provider, redirect_uri)?
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".into()))
            .set_pkce_challenge(challenge)
            .url();
        let kept = serde_json::to_string(&Kept { state, nonce, verifier, at: now }).map_err(|_| Refused::State)?;
        Ok(Begun { url: url.into(), kept })
    }

    /// Ends a sign-in: the person's e-mail address, in lower case, which the provider has verified.
    ///
    /// `kept` is what [`OpenId::begin`] gave for this browser. The caller sees to it that no browser uses it twice.
    ///
    /// # Errors
    /// Why nobody is signed in.
    pub async fn finish(&self, redirect_uri: &str, kept: &str, back: &Back, now: Timestamp) -> Result<String, Refused> {
        let kept: Kept = serde_json::from_str(kept).map_err(|_| Refused::State)?;
        let code = self.code(&kept, back, now)?;
        in_time(self.email(redirect_uri, kept, code, now)).await
    }

    /// The code that the browser comes back with. Nothing else of it is believed before the state fits.
    fn code<'a>(&self, kept: &Kept, back: &'a Back, now: Timestamp) -> Result<&'a str, Refused> {
        // The library compares hashes of the two, so that the time it takes gives nothing away.
        let is_ours = CsrfToken::new(back.state.clone().unwrap_or_default()) == kept.state;
        // A sender that calls itself another provider is one (RFC 9207).
        if !is_ours || back.issuer.as_ref().is_some_and(|issuer| *issuer != *self.issuer.as_str()) {
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

    async fn email(&self, redirect_uri: &str, kept: Kept, code: &str, now: Timestamp) -> Result<String, Refused> {
        let provider = self.provider(now, REMEMBERED).await?;
        let client = self.client(&provider, redirect_uri)?;
        let code = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let code = code.map_err(|_| Refused::Unreadable("configuration"))?.set_pkce_verifier(kept.verifier);
        let tokens = code.request_async(&self.http).await.map_err(not_exchanged)?;
        let claims = match verified(&client, &tokens, &kept.nonce) {
            // A key that is not known may be new.
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let provider = self.provider(now, ASKED_AGAIN).await?;
                verified(&self.client(&provider, redirect_uri)?, &tokens, &kept.nonce)
            }
            verified => verified,
        };
        let claims = claims.map_err(|why| Refused::Token(why.to_string()))?;
        let mut told = (claims.email().cloned(), claims.email_verified());
        if (told.0.is_none() || told.1.is_none()) && provider.metadata.userinfo_endpoint().is_some() {
            // A provider that goes by the book has the address here, and not in the token.
            let info = self.user_info(&client, tokens.access_token(), claims.subject()).await?;
            told = (info.email().cloned(), info.email_verified());
        }
        let email = told.0.ok_or(Refused::NoEmail)?;
        if told.1 == Some(true) { Ok(email.trim().to_lowercase()) } else { Err(Refused::Unverified) }
    }

    /// The provider's facts about the person. The library sees to it that it is the one of the token.
    async fn user_info(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<CoreUserInfoClaims, Refused> {
        let unreadable = || Refused::Unreadable("user info");
        let asked = client.user_info(token.clone(), Some(subject.clone())).map_err(|_| unreadable())?;
        asked.request_async(&self.http).await.map_err(|_| unreadable())
    }

    fn client(&self, provider: &Provider, redirect_uri: &str) -> Result<Client, Refused> {
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| Refused::Unreadable("own address"))?;
        let metadata = provider.metadata.clone();
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let takes = |method: &CoreClientAuthMethod| methods.contains(method);
        // In the header, as the standard wants it, unless the provider takes it in the form alone.
        let in_form =
            takes(&CoreClientAuthMethod::ClientSecretPost) && !takes(&CoreClientAuthMethod::ClientSecretBasic);
        let client =
            CoreClient::from_provider_metadata(metadata, self.client_id.clone(), Some(self.client_secret.clone()));
        let kind = if in_form { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(client.set_redirect_uri(redirect_uri).set_auth_type(kind))
    }

    /// The provider's description of itself, not older than this.
    async fn provider(&self, now: Timestamp, oldest: SignedDuration) -> Result<Arc<Provider>, Refused> {
        // Locked while the provider is asked: of many that want to know, one asks. An error is not remembered.
        let mut known = self.known.lock().await;
        match &*known {
            Some(provider) if now.duration_since(provider.at) <= oldest => Ok(Arc::clone(provider)),
            _ => {
                let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
                let metadata = found.map_err(not_found)?;
                if !is_safe_throughout(&metadata) {
                    return Err(Refused::Unreadable("configuration"));
                }
                let provider = Arc::new(Provider { metadata, at: now });
                *known = Some(Arc::clone(&provider));
                Ok(provider)
            }
        }
    }
}

/// The claims of an ID token for us that the provider has signed, lately, for this sign-in.
fn verified<'a>(
    client: &Client,
    tokens: &'a CoreTokenResponse,
    nonce: &Nonce,
) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    // Those that are made with the client's secret, and that of no signature, are not among them.
    let algorithms = [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];
    let verifier = client.id_token_verifier().set_allowed_algs(algorithms);
    let token = tokens.id_token().ok_or_else(|| ClaimsVerificationError::Other("there is none".into()))?;
    token.claims(&verifier, nonce)
}

/// Whether what is sent to any of a provider's addresses stays between the two.
fn is_safe_throughout(metadata: &CoreProviderMetadata) -> bool {
    let token = metadata.token_endpoint().map(|url| url.as_str());
    let info = metadata.userinfo_endpoint().map(|url| url.as_str());
    let all = [metadata.authorization_endpoint().as_str(), metadata.jwks_uri().as_str()];
    all.into_iter().chain(token).chain(info).all(is_safe)
}

/// Whether what is sent there stays between the two: by TLS, or within this machine.
fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(host)) => !host.is_empty(),
        (Some("http"), Some(host)) => matches!(host, "127.0.0.1" | "localhost"),
        _ => false,
    }
}

fn not_found(why: DiscoveryError<NoAnswer>) -> Refused {
    match why {
        DiscoveryError::Request(why) => Refused::Unreachable(why),
        _ => Refused::Unreadable("configuration"),
    }
}

fn not_exchanged(why: RequestTokenError<NoAnswer, CoreErrorResponse>) -> Refused {
    match why {
        RequestTokenError::Request(why) => Refused::Unreachable(why),
        RequestTokenError::ServerResponse(said) => refusal(said.error().as_ref()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Refused::Unreadable("tokens"),
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
    let late = |_| Err(Refused::Unreachable(NoAnswer::Late));
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(late)
}

/// A refusal in the provider's word. Any other text is not repeated: it comes by way of the browser.
fn refusal(error: &str) -> Refused {
    let is_word = (1..=60).contains(&error.len()) && error.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    Refused::Provider(if is_word { error } else { "without a reason" }.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
    };
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey, Header};

    use super::*;

    const NOW: &str = "2026-11-21T04:31:07Z";
    const CALLBACK: &str = "https://s.example.cn/sign-in/openid/callback";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn openid() -> OpenId {
        OpenId::new("https://login.example.cn/chain", "after taste", "a:secret&").unwrap()
    }

    fn metadata(token_endpoint: &str) -> CoreProviderMetadata {
        let json = format!(
            r#"{{"issuer": "https://login.example.cn/chain", "token_endpoint": "{token_endpoint}",
            "authorization_endpoint": "https://login.example.cn/start?tenant=7", "jwks_uri": "https://login.example.cn/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "later"]}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    fn kept() -> Kept {
        let json = format!(r#"{{"state": "a state", "nonce": "a nonce", "verifier": "a verifier", "at": "{NOW}"}}"#);
        serde_json::from_str(&json).unwrap()
    }

    fn back(query: &[(&str, &str)]) -> Back {
        Back::read(|name| query.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
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
        assert!(is_safe_throughout(&metadata("https://login.example.cn/token")));
        assert!(!is_safe_throughout(&metadata("http://login.example.cn/token")));
    }

    #[tokio::test]
    async fn a_sign_in_begins_at_the_provider_with_a_challenge_and_without_its_answer() {
        let provider = Provider { metadata: metadata("https://login.example.cn/token"), at: at(NOW) };
        let openid = OpenId { known: Mutex::new(Some(Arc::new(provider))), ..openid() };
        let Begun { url, kept } = openid.begin(CALLBACK, at(NOW)).await.ok().unwrap();
        assert!(url.starts_with("https://login.example.cn/start?tenant=7&"), "{url}");
        for part in [
            "response_type=code",
            "scope=openid+email",
            "client_id=after+taste",
            "redirect_uri=https%3A%2F%2Fs.example.cn%2Fsign-in%2Fopenid%2Fcallback",
            "code_challenge_method=S256",
        ] {
            assert!(url.contains(part), "{part}: {url}");
        }
        let kept: Kept = serde_json::from_str(&kept).unwrap();
        for (secret, is_told) in
            [(kept.state.secret(), true), (kept.nonce.secret(), true), (kept.verifier.secret(), false)]
        {
            assert_eq!(url.contains(secret), is_told, "{url}");
        }
        assert!(!url.contains("secret"));
    }

    #[test]
    fn only_who_began_comes_back_and_in_time() {
        let openid = openid();
        let code = |query: &[(&str, &str)], now: &str| openid.code(&kept(), &back(query), at(now)).map(str::to_owned);
        let (good, ten_minutes_later) = (("state", "a state"), "2026-11-21T04:41:07Z");
        assert_eq!(code(&[("code", "c"), good], ten_minutes_later), Ok("c".into()));
        assert_eq!(code(&[("code", "c"), good, ("iss", "https://login.example.cn/chain")], NOW), Ok("c".into()));
        for (query, now, refused) in [
            (&[("code", "c"), good][..], "2026-11-21T04:41:08Z", Refused::Expired),
            (&[("code", "c"), ("state", "another")], NOW, Refused::State),
            (&[("code", "c")], NOW, Refused::State),
            (&[("code", "c"), good, ("iss", "https://login.example.cn")], NOW, Refused::State),
            // A stranger's error is not believed either.
            (&[("error", "access_denied")], NOW, Refused::State),
            (&[("error", "access_denied"), good], NOW, Refused::Denied),
            (&[("error", "server_error"), good], NOW, Refused::Provider("server_error".into())),
            (&[("error", "<b>"), good], NOW, Refused::Provider("without a reason".into())),
            (&[good], NOW, Refused::Unreadable("reply")),
        ] {
            assert_eq!(code(query, now), Err(refused), "{query:?}");
        }
    }

    #[tokio::test]
    async fn what_was_not_kept_here_finishes_nothing() {
        for odd in ["", "{}", "null"] {
            let finished = openid().finish(CALLBACK, odd, &back(&[("code", "c"), ("state", "")]), at(NOW)).await;
            assert_eq!(finished, Err(Refused::State), "{odd}");
        }
    }

    #[tokio::test]
    async fn a_provider_that_is_not_there_is_said_to_be_so() {
        let nobody = OpenId::new("http://127.0.0.1:1", "a", "b").unwrap();
        let refused = nobody.begin(CALLBACK, at(NOW)).await.err().unwrap();
        assert_eq!(refused.to_string(), "the identity provider does not answer: it can't be reached");
    }

    /// A key of a provider, and as the provider publishes it.
    fn signing_key() -> (EncodingKey, serde_json::Value) {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let half = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let published = serde_json::json!({"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig",
            "x": half(&point[..32]), "y": half(&point[32..])});
        (EncodingKey::from_ec_der(pkcs8.as_ref()), published)
    }

    #[test]
    fn a_token_that_is_forged_or_for_another_signs_nobody_in() {
        let (key, published) = signing_key();
        let keys = serde_json::from_value(serde_json::json!({"keys": [published]})).unwrap();
        let provider = Provider { metadata: metadata("https://login.example.cn/token").set_jwks(keys), at: at(NOW) };
        let client = openid().client(&provider, CALLBACK).ok().unwrap();
        let signed = |algorithm: Algorithm, key: &EncodingKey, change: (&str, serde_json::Value)| {
            let seconds = Timestamp::now().as_second();
            let mut claims = serde_json::json!({"iss": "https://login.example.cn/chain", "aud": "after taste", "sub": "7",
                "exp": seconds + 300, "iat": seconds, "nonce": "a nonce", "email": "lin@example.cn"});
            claims[change.0] = change.1;
            let header = Header { kid: Some("1".into()), ..Header::new(algorithm) };
            jsonwebtoken::encode(&header, &claims, key).unwrap()
        };
        let is_verified = |token: &str| {
            let json = serde_json::json!({"access_token": "a", "token_type": "bearer", "id_token": token});
            verified(&client, &serde_json::from_value(json).unwrap(), &kept().nonce).is_ok()
        };
        let good = signed(Algorithm::ES256, &key, ("name", "Lin".into()));
        assert!(is_verified(&good));
        let old = Timestamp::now().as_second() - 1;
        for change in [
            ("iss", "https://login.example.cn".into()),
            ("aud", "another".into()),
            ("aud", serde_json::json!(["after taste", "another"])),
            ("nonce", "another".into()),
            ("nonce", serde_json::Value::Null),
            ("exp", old.into()),
        ] {
            let token = signed(Algorithm::ES256, &key, change.clone());
            assert!(!is_verified(&token), "{change:?}");
        }
        let (other_key, _) = signing_key();
        let by_secret = EncodingKey::from_secret(b"a:secret&");
        for token in [
            signed(Algorithm::ES256, &other_key, ("name", "Lin".into())),
            signed(Algorithm::HS256, &by_secret, ("name", "Lin".into())),
            // {"alg":"none"} in place of the header, and no signature.
            format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap()),
            good[..good.len() - 4].to_owned(),
        ] {
            assert!(!is_verified(&token), "{token}");
        }
    }
}
