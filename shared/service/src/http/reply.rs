//! Replies, as API Gateway's HTTP API takes them (payload format 2.0).

use std::collections::BTreeMap;
use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

/// A page and the content security policy that it needs.
pub struct Page {
    /// The page.
    pub html: String,
    /// Its policy.
    pub policy: String,
}

/// Below so many bytes a reply fits into a packet or two anyway.
const WORTH_COMPRESSING: usize = 2048;

/// A reply. Every one carries the headers that keep it out of caches, frames and referrers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Headers by lower-case name.
    pub headers: BTreeMap<&'static str, String>,
    /// Cookies that the browser is to keep or to forget, each as `Set-Cookie` has it.
    pub cookies: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body is no text.
    is_binary: bool,
}

impl Reply {
    /// A reply of some type.
    pub fn new(status: StatusCode, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
            ("content-type", content_type),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=63072000"),
            ("vary", "accept, accept-encoding, accept-language"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ];
        Self {
            status,
            headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
            cookies: Vec::new(),
            body: body.into(),
            is_binary: false,
        }
    }

    /// JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Fails only on maps whose keys are not texts, and no reply has one.
        let text = serde_json::to_string(body).unwrap_or_else(|_| "null".into());
        Self::new(status, "application/json", text)
    }

    /// A page, with the content security policy that lets in its own style and script and nothing else.
    pub fn page(status: StatusCode, page: Page) -> Self {
        Self::new(status, "text/html; charset=utf-8", page.html).with("content-security-policy", page.policy)
    }

    /// A body that is no text.
    pub fn bytes(status: StatusCode, content_type: &str, body: Vec<u8>) -> Self {
        Self { is_binary: true, ..Self::new(status, content_type, body) }
    }

    /// No body.
    pub fn empty(status: StatusCode) -> Self {
        let mut reply = Self::new(status, "", String::new());
        reply.headers.remove("content-type");
        reply
    }

    /// The same without its body, for those who ask for the head alone.
    #[must_use]
    pub fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    /// The same with a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// The same with a cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// The same, compressed for a caller who takes gzip: API Gateway doesn't do it, and a phone in a basement waits for
    /// each kilobyte. A short reply stays as it is.
    #[must_use]
    pub fn compressed(mut self) -> Self {
        if self.is_binary || self.body.len() < WORTH_COMPRESSING {
            return self;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let Ok(compressed) = encoder.write_all(&self.body).and_then(|()| encoder.finish()) else { return self };
        self.body = compressed;
        self.is_binary = true;
        self.with("content-encoding", "gzip")
    }

    /// The event that API Gateway takes.
    pub fn into_event(self) -> Value {
        json!({
            "cookies": self.cookies,
            "statusCode": self.status.as_u16(),
            "headers": self.headers,
            "body": if self.is_binary {
                STANDARD.encode(&self.body)
            } else {
                String::from_utf8_lossy(&self.body).into_owned()
            },
            "isBase64Encoded": self.is_binary,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_long_text_is_compressed_and_a_short_one_is_not() {
        let long = "味".repeat(2000);
        let reply = || Reply::new(StatusCode::OK, "text/plain", long.clone());
        let event = reply().compressed().into_event();
        assert_eq!((&event["headers"]["content-encoding"], &event["isBase64Encoded"]), (&json!("gzip"), &json!(true)));
        let bytes = STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, long);
        assert_eq!(reply().into_event()["body"], long);
        let short = Reply::new(StatusCode::OK, "text/plain", "short").compressed().into_event();
        assert_eq!(short["body"], "short");
    }
}
