//! Requests, as API Gateway's HTTP API hands them over (payload format 2.0).

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    access::{Grant, GrantKeys},
    strictly,
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{LARGEST_BODY, Problem};
use crate::token;

/// The parts of the event that Aftertaste reads. Anything that a caller sends decodes: nothing here can fail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// The route that API Gateway chose, as template.yaml writes it: `PUT /stores/{store}`.
    pub route_key: String,
    /// Headers; values of one name are joined by commas.
    pub headers: HashMap<String, String>,
    /// The values of the route's braces, percent-decoded.
    pub path_parameters: HashMap<String, String>,
    /// The path of the address.
    pub raw_path: String,
    /// The query as it was sent, without `?`.
    pub raw_query_string: String,
    /// Cookies, each `name=value`.
    pub cookies: Vec<String>,
    /// The body, in base64 if the next field says so.
    pub body: String,
    /// Whether the body is in base64.
    pub is_base64_encoded: bool,
    /// The details that API Gateway adds to the call.
    pub request_context: RequestContext,
}

/// The details that API Gateway adds to a call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RequestContext {
    /// The connection.
    pub http: Connection,
}

/// The connection that a call came over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    /// The method: a route may take several.
    pub method: String,
    /// The address of the caller, or of the last proxy before API Gateway.
    pub source_ip: String,
}

impl Request {
    /// The value of the route's braces of this name; empty when the route has none.
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.get(name).map_or("", String::as_str)
    }

    /// A header, whatever the case of its name: API Gateway writes it small, `sam local` as it was sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.raw_query_string.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a browser sends the cookie of a session.
    pub fn has_session(&self) -> bool {
        self.cookie(COOKIE).is_some()
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// A problem when there are more than [`LARGEST_BODY`].
    pub fn bytes(&self) -> Result<Vec<u8>, Problem> {
        self.bytes_up_to(LARGEST_BODY)
    }

    /// The body's bytes, of a route that takes more.
    ///
    /// # Errors
    /// A problem when there are more than `most`.
    pub fn bytes_up_to(&self, most: usize) -> Result<Vec<u8>, Problem> {
        let bytes = if self.is_base64_encoded {
            // API Gateway wrote the base64 itself.
            STANDARD.decode(&self.body).unwrap_or_default()
        } else {
            self.body.clone().into_bytes()
        };
        if bytes.len() > most { Err(Problem::body_too_large(most)) } else { Ok(bytes) }
    }

    /// Whether `Accept-Encoding` names gzip, or anything, with a weight (RFC 9110, section 12.5.3).
    pub fn takes_gzip(&self) -> bool {
        let accepted = self.header("accept-encoding").unwrap_or_default();
        let weight = |wanted: &str| {
            accepted.split(',').find_map(|coding| {
                let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
                let weight = weight.trim().trim_start_matches(['q', 'Q', '=']).parse::<f32>().unwrap_or(1.0);
                name.trim().eq_ignore_ascii_case(wanted).then_some(weight)
            })
        };
        weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
    }

    /// The media type of the body, without its parameters, in lower case.
    pub fn content_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Reads a JSON body.
///
/// # Errors
/// A problem that says where the body is not what the route takes.
pub fn body_json<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    body_json_up_to(request, LARGEST_BODY)
}

/// Reads a JSON body of a route that takes more.
///
/// # Errors
/// A problem that says where the body is not what the route takes.
pub fn body_json_up_to<T: DeserializeOwned>(request: &Request, most: usize) -> Result<T, Problem> {
    let content_type = request.content_type();
    if !(content_type.is_empty() || content_type == "application/json" || content_type.ends_with("+json")) {
        return Err(Problem::unsupported_media_type("application/json"));
    }
    let value: Value =
        serde_json::from_slice(&request.bytes_up_to(most)?).map_err(|error| Problem::malformed(error.to_string()))?;
    if !value.is_object() {
        return Err(Problem::invalid("The body is a JSON object: { … }."));
    }
    Ok(strictly(value)?)
}

/// Reads a form body: fields in their order, a name once for each of its values.
///
/// # Errors
/// A problem when the body is too large.
pub fn form_fields(request: &Request) -> Result<Vec<(String, String)>, Problem> {
    form_fields_up_to(request, LARGEST_BODY)
}

/// Reads a form body of a route that takes more.
///
/// # Errors
/// A problem when the body is too large.
pub fn form_fields_up_to(request: &Request, most: usize) -> Result<Vec<(String, String)>, Problem> {
    Ok(form_urlencoded::parse(&request.bytes_up_to(most)?).into_owned().collect())
}

/// The cookie with a person's session. By its prefix browsers take it only with `Secure` and for this host alone, so
/// that no other host of the domain can plant one.
pub const COOKIE: &str = "__Host-aftertaste";

/// Its name in 0.1.0, which browsers may still send, with a grant in it. The version after this one forgets it.
pub const COOKIE_BEFORE: &str = "grant";

/// The cookie by which a phone that scans a table's code again goes on with the visit that it has begun.
pub const VISIT_COOKIE: &str = "aftertaste-visit";

/// For so many seconds it does.
pub const VISIT_SECONDS: u32 = 3600;

/// Has a phone keep the link that it got by a code for so many seconds; forget it with none.
pub fn visit_cookie(code: &str, link: &str, seconds: u32) -> String {
    format!("{VISIT_COOKIE}={link}; Path=/t/{code}; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

/// Whether a caller says that it has a grant: then no cookie counts.
pub fn has_bearer(request: &Request) -> bool {
    request.header("authorization").is_some()
}

fn bearer_token(request: &Request) -> Option<&str> {
    let value = request.header("authorization")?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

/// The grant of a program: a bearer token in `Authorization`. A cookie is none: a browser sends it by itself, also when a
/// page of somebody else's makes it call.
///
/// # Errors
/// A problem when there is none, it can't be read or it has ended.
pub fn bearer(keys: &GrantKeys, request: &Request, now: Timestamp) -> Result<Grant, Problem> {
    let token = bearer_token(request).ok_or_else(Problem::grant_missing)?;
    Ok(token::verify(token, keys, now)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_request_are_read() {
        let request: Request = serde_json::from_str(
            r#"{"version":"2.0","headers":{"content-type":"Application/JSON; charset=utf-8"},"cookies":["a=1","grant=x=y"],
                "rawQueryString":"from=2026-11-01&name=a%20b+c","requestContext":{"http":{"method":"GET"}},
                "body":"eyJhIjoxfQ==","isBase64Encoded":true}"#,
        )
        .unwrap();
        assert_eq!(request.content_type(), "application/json");
        assert_eq!(request.cookie("grant"), Some("x=y"));
        assert_eq!(request.query("name").as_deref(), Some("a b c"));
        assert_eq!(request.bytes().unwrap(), br#"{"a":1}"#);
        assert_eq!(body_json::<Value>(&request).unwrap(), serde_json::json!({"a": 1}));
    }

    #[test]
    fn gzip_is_taken_by_who_says_so() {
        let takes = |value: &str| {
            Request { headers: [("accept-encoding".into(), value.into())].into(), ..Request::default() }.takes_gzip()
        };
        assert!(["gzip", "br, GZIP;q=0.5", "*", "deflate,gzip"].into_iter().all(takes));
        assert!(!["", "br", "gzip;q=0", "br, gzip; q=0.0", "gzip;Q=0, *", "identity"].into_iter().any(takes));
    }

    #[test]
    fn a_body_of_16_kb_is_read_and_a_byte_more_is_not() {
        let request = |length| Request { body: "x".repeat(length), ..Request::default() };
        assert!(request(LARGEST_BODY).bytes().is_ok());
        assert_eq!(request(LARGEST_BODY + 1).bytes().unwrap_err().kind.status(), 413);
    }
}
