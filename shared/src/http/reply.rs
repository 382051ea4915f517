//! Replies, as API Gateway's HTTP API takes them (payload format 2.0).

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::page::Page;

/// A reply. Every one carries the headers that keep it out of caches, frames and referrers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Headers by lower-case name.
    pub headers: BTreeMap<&'static str, String>,
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
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("content-type", content_type),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=63072000"),
            ("vary", "accept, accept-language"),
            ("x-content-type-options", "nosniff"),
        ];
        Self {
            status,
            headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
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

    /// A page, with the content security policy that lets its own style in and nothing else.
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

    /// The same with a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// The event that API Gateway takes.
    pub fn into_event(mut self) -> Value {
        let cookies: Vec<String> = self.headers.remove("set-cookie").into_iter().collect();
        json!({
            "cookies": cookies,
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
