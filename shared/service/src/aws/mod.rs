//! AWS: the SDK's configuration and its bounds, and `call`, by which every service besides DynamoDB is reached.
//! [`send_mail`] and [`put_event`] go by it.
//!
//! An SDK for each service would cost a minute or two of build for a handful of calls
//! (`docs/adr/0015-one-signed-call.md`).

mod bus;
mod mail;
mod send_error;

pub use bus::{BusEvent, put_event};
pub use mail::{Mail, send_mail};
pub use send_error::SendError;

use std::{fmt, time::Duration};

use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    retries::classifiers::AwsErrorCodeClassifier,
};
use aws_sdk_dynamodb::{
    config::{
        Layer, RuntimeComponentsBuilder,
        endpoint::{DefaultResolver, Params, ResolveEndpoint},
        http::{HttpRequest, HttpResponse},
    },
    error::{BoxError, ErrorMetadata, ProvideErrorMetadata, SdkError},
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::client::{
    auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
    orchestrator::{OrchestratorError, SensitiveOutput},
    runtime_plugin::StaticRuntimePlugin,
};
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
    service_config::ServiceConfigKey,
};
use serde_json::{Value, json};

/// The SDK's configuration from the environment, within [`bounds`].
pub async fn sdk() -> SdkConfig {
    bounds(aws_config::defaults(BehaviorVersion::latest())).load().await
}

/// Bounds that suit a guest who waits. By default the SDK would try for as long as the function lives, and wait a
/// second before the second attempt.
pub fn bounds(loader: ConfigLoader) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let retries = RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(50));
    loader.timeout_config(timeouts).retry_config(retries)
}

/// The words of AWS, or that it said nothing. The SDK's own description repeats the whole reply, and that may contain a
/// guest's comment or a key.
pub(crate) fn describe<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::ServiceError(said) => {
            let said = said.err();
            format!("{}: {}", said.code().unwrap_or("an error"), said.message().unwrap_or("it gave no reason"))
        }
        SdkError::TimeoutError(_) => "it did not answer in time".into(),
        SdkError::DispatchFailure(_) => "it can't be reached".into(),
        SdkError::ResponseError(_) => UNREADABLE.into(),
        _ => "the request can't be made".into(),
    }
}

const UNREADABLE: &str = "its reply can't be read";

/// The value of a parameter in Parameter Store, deciphered; `None` when it has none.
///
/// # Errors
/// What AWS said, as [`describe`] puts it. It never repeats the value.
pub(crate) async fn parameter(sdk: &SdkConfig, name: &str) -> Result<Option<String>, String> {
    let request = http::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AmazonSSM.GetParameter")
        .body(json!({"Name": name, "WithDecryption": true}).to_string().into_bytes());
    let request = request.map_err(|_| "the request can't be made".to_owned())?;
    let reply = call(sdk, &PARAMETER_STORE, request).await.map_err(|error| describe(&error))?;
    let reply: Value = serde_json::from_slice(&reply.body).map_err(|_| UNREADABLE.to_owned())?;
    Ok(reply.pointer("/Parameter/Value").and_then(Value::as_str).map(str::to_owned))
}

/// A service of AWS, by the names it goes by.
pub(crate) struct Service {
    /// The SDK's name for it, as in `AWS_ENDPOINT_URL_SSM`.
    id: &'static str,
    /// The first word of its host, as in `ssm.cn-north-1.amazonaws.com.cn`.
    host: &'static str,
    /// Its name in a signature.
    signs_as: &'static str,
}

const PARAMETER_STORE: Service = Service { id: "SSM", host: "ssm", signs_as: "ssm" };

/// A service's reply.
pub(crate) struct Reply {
    /// As it came.
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Reply {
    /// Nothing of it: the SDK logs the result of a call at the level TRACE, and this may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reply")
    }
}

/// Sends a signed request to a service, and waits and tries again as the SDK does, within the bounds of `sdk`.
///
/// The request's address is a path and a query; the service's is put before it. All of it is the SDK's own machinery,
/// which is here already for DynamoDB: connections, signatures, credentials, attempts.
///
/// # Errors
/// What the service refused, or that it can't be reached.
pub(crate) async fn call(
    sdk: &SdkConfig,
    service: &Service,
    request: http::Request<Vec<u8>>,
) -> Result<Reply, SdkError<ErrorMetadata, HttpResponse>> {
    let region = sdk.region().ok_or_else(|| SdkError::construction_failure("there is no region"))?;
    let url = endpoint(sdk, service, region).await.map_err(SdkError::construction_failure)?;
    let operation = Operation::builder()
        .service_name(service.id)
        .operation_name("call")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&url)
        .runtime_plugin(signed(sdk, service, region))
        .timeout_config(sdk.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
        .standard_retry(&sdk.retry_config().cloned().unwrap_or_else(RetryConfig::disabled))
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_connection_poisoning()
        .serializer(|request: http::Request<Vec<u8>>| Ok(HttpRequest::try_from(request.map(Into::into))?))
        .deserializer(|response: &HttpResponse| {
            let body = response.body().bytes().unwrap_or_default();
            match response.status().is_success() {
                true => Ok(Reply { body: body.to_vec() }),
                false => Err(OrchestratorError::operation(refusal(response.headers().get("x-amzn-errortype"), body))),
            }
        })
        .build();
    operation.invoke(request).await
}

/// The service's address: what the environment says, else its host in the region.
///
/// Each partition of AWS has domains of its own, and others for FIPS and for IPv6. The SDK knows them, for DynamoDB;
/// another service differs in its name alone.
async fn endpoint(sdk: &SdkConfig, service: &Service, region: &Region) -> Result<String, BoxError> {
    let key =
        ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build()?;
    let named = sdk.service_config().and_then(|config| config.load_config(key));
    if let Some(url) = named.or_else(|| sdk.endpoint_url().map(str::to_owned)) {
        return Ok(url);
    }
    let params = Params::builder()
        .region(region.as_ref())
        .use_fips(sdk.use_fips().unwrap_or_default())
        .use_dual_stack(sdk.use_dual_stack().unwrap_or_default())
        .build()?;
    let dynamodb = DefaultResolver::new().resolve_endpoint(&params).await?;
    let rest = dynamodb.url().strip_prefix("https://dynamodb").ok_or("the region has no such services")?;
    Ok(format!("https://{}{rest}", service.host))
}

/// The signer, how it signs and for what; and with which connections, clock and sleep.
fn signed(sdk: &SdkConfig, service: &Service, region: &Region) -> StaticRuntimePlugin {
    let mut layer = Layer::new("signed");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SensitiveOutput);
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(region.clone())),
        name: Some(SigningName::from_static(service.signs_as)),
        ..SigV4OperationSigningConfig::default()
    });
    let mut components = RuntimeComponentsBuilder::new("signed")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_identity_cache(sdk.identity_cache())
        .with_http_client(sdk.http_client())
        .with_sleep_impl(sdk.sleep_impl())
        .with_time_source(sdk.time_source());
    if let Some(credentials) = sdk.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

/// A service's refusal, and why. The kind is in a header or in the body, and may have a namespace before and a schema's
/// address behind: `com.amazonaws.ssm#ParameterNotFound:http://…`.
fn refusal(header: Option<&str>, body: &[u8]) -> ErrorMetadata {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| said.get(name)).and_then(Value::as_str);
    let mut refusal = ErrorMetadata::builder();
    if let Some(kind) = header.or_else(|| text(["__type", "code"])) {
        let kind = kind.split_once(':').map_or(kind, |(kind, _)| kind);
        refusal = refusal.code(kind.rsplit_once('#').map_or(kind, |(_, kind)| kind));
    }
    if let Some(message) = text(["message", "Message"]) {
        refusal = refusal.message(message);
    }
    refusal.build()
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex},
    };

    use aws_sdk_dynamodb::config::{Credentials, SharedHttpClient};
    use aws_smithy_async::time::StaticTimeSource;
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };

    use super::*;

    /// The network's end: keeps what is sent, and answers with one reply after the other, then no more.
    #[derive(Clone, Debug)]
    pub(super) struct Wire {
        pub(super) sent: Arc<Mutex<Vec<HttpRequest>>>,
        replies: Arc<Mutex<VecDeque<http::Response<&'static str>>>>,
    }

    impl Wire {
        pub(super) fn new(replies: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
            let reply = |(status, body)| http::Response::builder().status(status).body(body).unwrap();
            let replies = replies.into_iter().map(reply).collect();
            Self { sent: Arc::default(), replies: Arc::new(Mutex::new(replies)) }
        }

        fn client(&self) -> SharedHttpClient {
            let wire = self.clone();
            http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone()))
        }

        pub(super) fn sent(&self) -> usize {
            self.sent.lock().unwrap().len()
        }
    }

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.sent.lock().unwrap().push(request);
            match self.replies.lock().unwrap().pop_front() {
                Some(reply) => HttpConnectorFuture::ready(Ok(reply.map(Into::into).try_into().unwrap())),
                None => HttpConnectorFuture::new(std::future::pending()),
            }
        }
    }

    pub(super) async fn config(region: &'static str, wire: &Wire) -> SdkConfig {
        let session = Some("a session".to_owned());
        let credentials =
            Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", session, None, "the test");
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials)
            .http_client(wire.client())
            // 2026-11-21T04:31:07Z
            .time_source(StaticTimeSource::from_secs(1_795_235_467));
        bounds(loader).load().await
    }

    async fn fetch(wire: &Wire) -> Result<Option<String>, String> {
        parameter(&config("cn-north-1", wire).await, "/aftertaste/keyring").await
    }

    const FOUND: (u16, &str) = (200, r#"{"Parameter":{"Name":"/aftertaste/keyring","Value":"a keyring"}}"#);

    #[tokio::test]
    async fn a_call_is_signed_with_its_session_as_botocore_signs_it() {
        let wire = Wire::new([FOUND]);
        assert_eq!(fetch(&wire).await.unwrap().unwrap(), "a keyring");
        let sent = wire.sent.lock().unwrap();
        let sent = sent.first().unwrap();
        assert_eq!((sent.method(), sent.uri()), ("POST", "https://ssm.cn-north-1.amazonaws.com.cn/"));
        assert_eq!(sent.body().bytes().unwrap(), br#"{"Name":"/aftertaste/keyring","WithDecryption":true}"#);
        assert_eq!(sent.headers().get("x-amz-security-token").unwrap(), "a session");
        // By botocore 1.44's SigV4Auth, for the same request, keys and time.
        assert_eq!(
            sent.headers().get("authorization").unwrap(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/cn-north-1/ssm/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
             Signature=45e8f5d65c74d6938418dda5b8e165a2fdfb0fd8112a68ee1ad8c433ccdec1ab"
        );
    }

    #[tokio::test]
    async fn a_service_is_found_in_every_partition() {
        let plain = config("cn-north-1", &Wire::new([])).await;
        for (region, fips, dual_stack, url) in [
            ("us-east-1", false, false, "https://ssm.us-east-1.amazonaws.com"),
            ("us-east-1", true, false, "https://ssm-fips.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, "https://ssm.us-east-1.api.aws"),
            ("cn-north-1", false, false, "https://ssm.cn-north-1.amazonaws.com.cn"),
            ("cn-northwest-1", false, false, "https://ssm.cn-northwest-1.amazonaws.com.cn"),
            ("cn-north-1", false, true, "https://ssm.cn-north-1.api.amazonwebservices.com.cn"),
            ("us-gov-west-1", true, false, "https://ssm.us-gov-west-1.amazonaws.com"),
            ("us-iso-east-1", false, false, "https://ssm.us-iso-east-1.c2s.ic.gov"),
            ("eusc-de-east-1", false, false, "https://ssm.eusc-de-east-1.amazonaws.eu"),
        ] {
            let sdk = plain.to_builder().use_fips(fips).use_dual_stack(dual_stack).build();
            assert_eq!(endpoint(&sdk, &PARAMETER_STORE, &Region::new(region)).await.unwrap(), url);
        }
        let here = plain.to_builder().endpoint_url("http://127.0.0.1:4566").build();
        let url = endpoint(&here, &PARAMETER_STORE, &Region::new("cn-north-1")).await.unwrap();
        assert_eq!(url, "http://127.0.0.1:4566");
    }

    #[tokio::test]
    async fn what_passes_is_tried_four_times_and_what_is_refused_once() {
        let passes = Wire::new([(503, "busy"), (400, r#"{"__type":"ThrottlingException"}"#), (500, "{}"), FOUND]);
        assert_eq!((fetch(&passes).await.unwrap().unwrap().as_str(), passes.sent()), ("a keyring", 4));

        let stays = Wire::new([(503, "busy"); 5]);
        assert_eq!((fetch(&stays).await.unwrap_err().as_str(), stays.sent()), ("an error: it gave no reason", 4));

        let refused = Wire::new([(400, r#"{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"None such."}"#)]);
        assert_eq!((fetch(&refused).await.unwrap_err().as_str(), refused.sent()), ("ParameterNotFound: None such.", 1));
    }

    #[tokio::test]
    async fn a_service_that_never_answers_is_given_up() {
        let wire = Wire::new([]);
        let short = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
        let sdk = config("cn-north-1", &wire).await.to_builder().timeout_config(short).build();
        assert_eq!(parameter(&sdk, "/aftertaste/keyring").await.unwrap_err(), "it did not answer in time");
    }

    #[tokio::test]
    async fn a_reply_that_is_none_is_not_repeated() {
        assert_eq!(fetch(&Wire::new([(200, "a secret")])).await.unwrap_err(), "its reply can't be read");
        assert_eq!(fetch(&Wire::new([(200, "{}")])).await.unwrap(), None);
        assert_eq!(format!("{:?}", Reply { body: b"a secret".to_vec() }), "a reply");
    }

    #[test]
    fn a_refusal_is_read_from_header_and_body() {
        for (header, body, code, message) in [
            (None, r#"{"__type":"AccessDenied","Message":"No."}"#, "AccessDenied", Some("No.")),
            (Some("Invalid:http://x/"), r#"{"__type":"Other","message":"No."}"#, "Invalid", Some("No.")),
            (Some("a.b#Invalid"), "", "Invalid", None),
        ] {
            let refused = refusal(header, body.as_bytes());
            assert_eq!((refused.code(), refused.message()), (Some(code), message), "{body}");
        }
    }
}
