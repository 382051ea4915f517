//! Robots that write into a group's chat: `WeCom`, `DingTalk`, Feishu and Lark. One message reports many cases.
//!
//! A robot is an address of its provider's, which is a secret: anybody who knows it can write. On request, `DingTalk`
//! and Feishu give a second secret, which signs the time. A signature is good for an hour.

mod answer;
mod kind;
mod message;

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::Invalid;
use http::Uri;
use jiff::Timestamp;
pub use kind::{Form, Kind};
pub use message::{Link, Mention, Message};
use serde_json::{Value, json};

use crate::addresses::{Address, Host};
use crate::retries::{Attempt, Next};

/// The `Content-Type` of every request.
pub const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// The longest key in an address, and the longest secret.
const LONGEST_KEY: usize = 128;

/// A robot, as its provider shows it to the person who adds it to a chat.
#[derive(Clone, PartialEq, Eq)]
pub struct Robot {
    kind: Kind,
    address: String,
    secret: Option<String>,
}

/// The request to post to a robot.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to. It is a secret.
    pub url: String,
    /// The JSON.
    pub body: Vec<u8>,
}

/// Without address and secret.
impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Robot").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Without the address, which is a secret.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("body_length", &self.body.len()).finish_non_exhaustive()
    }
}

impl Robot {
    /// A robot by its address, which says whose it is, and by its second secret if it has one.
    ///
    /// # Errors
    /// When the address is none that a provider gives, or the secret can't be one. The sentence repeats neither.
    pub fn new(address: &str, secret: Option<&str>) -> Result<Self, Invalid> {
        let endpoint = Address::parse(address)?;
        let uri: Uri = address.parse().map_err(|_| Invalid("A robot's address is a URL.".to_owned()))?;
        let (kind, address) = known(&endpoint, &uri).ok_or_else(|| {
            Invalid("A robot's address is as WeCom, DingTalk, Feishu or Lark shows it, with its key.".to_owned())
        })?;
        if kind == Kind::WeCom && secret.is_some() {
            return Err(Invalid("A robot of WeCom has no secret: its address is one.".to_owned()));
        }
        let fits = |secret: &str| {
            (1..=LONGEST_KEY).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !secret.is_none_or(fits) {
            return Err(Invalid("A robot's secret is 1 to 128 characters of ASCII without blanks.".to_owned()));
        }
        Ok(Self { kind, address, secret: secret.map(ToOwned::to_owned) })
    }

    /// The provider whose it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The request by which the robot says this, signed at a time. It has as many of the lines as fit, and says how
    /// many were left out.
    pub fn request(&self, message: &Message, form: Form, at: Timestamp) -> Request {
        let build = |shown: usize| {
            let text = message.text(self.kind, form, shown);
            let body = self.body(message, &text, form, at).to_string().into_bytes();
            let counted = if self.kind == Kind::WeCom { text.len() } else { body.len() };
            (counted <= self.kind.limit(form), body)
        };
        let url = self.url(at);
        let (fits, body) = build(message.lines());
        if fits {
            return Request { url, body };
        }
        // No line at all always fits, and all of them don't. A body's length isn't the sum of its lines', which are
        // escaped in it, so that the number between is searched for.
        let (mut some, mut too_many) = (0, message.lines());
        while too_many - some > 1 {
            let middle = some.midpoint(too_many);
            if build(middle).0 { some = middle } else { too_many = middle }
        }
        Request { url, body: build(some).1 }
    }

    /// Reads its answer, by status and body. A redirect is never followed.
    pub fn answered(&self, status: u16, body: &[u8], attempt: &Attempt) -> Next {
        answer::meaning(self.kind, status, body, attempt)
    }

    fn url(&self, at: Timestamp) -> String {
        match &self.secret {
            Some(secret) if self.kind == Kind::DingTalk => {
                let time = at.as_millisecond();
                let signature = sign(secret, &format!("{time}\n{secret}"));
                let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
                format!("{}&timestamp={time}&sign={signature}", self.address)
            }
            _ => self.address.clone(),
        }
    }

    fn body(&self, message: &Message, text: &str, form: Form, at: Timestamp) -> Value {
        let title = message.title();
        match (self.kind, form) {
            (Kind::WeCom, Form::Markdown) => json!({"msgtype": "markdown", "markdown": {"content": text}}),
            (Kind::WeCom, Form::Text) => json!({"msgtype": "text", "text": {"content": text}}),
            (Kind::DingTalk, _) => {
                let at = json!({"atUserIds": message.mentions(), "isAtAll": false});
                match form {
                    Form::Markdown => {
                        json!({"msgtype": "markdown", "markdown": {"title": title, "text": text}, "at": at})
                    }
                    Form::Text => json!({"msgtype": "text", "text": {"content": text}, "at": at}),
                }
            }
            (Kind::Feishu, _) => {
                let mut body = match form {
                    Form::Markdown => json!({"msg_type": "interactive", "card": card(title, text)}),
                    Form::Text => json!({"msg_type": "text", "content": {"text": text}}),
                };
                if let (Some(secret), Some(members)) = (&self.secret, body.as_object_mut()) {
                    let time = at.as_second();
                    members.insert("timestamp".to_owned(), json!(time.to_string()));
                    // Here the key is what DingTalk signs, and nothing is signed.
                    members.insert("sign".to_owned(), json!(sign(&format!("{time}\n{secret}"), "")));
                }
                body
            }
        }
    }
}

fn card(title: &str, text: &str) -> Value {
    let header = json!({"template": "orange", "title": {"tag": "plain_text", "content": title}});
    json!({"schema": "2.0", "header": header, "body": {"elements": [{"tag": "markdown", "content": text}]}})
}

fn sign(key: &str, message: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, message.as_bytes()))
}

/// The robot's kind by the few hosts and paths that there are, and its address with nothing but its key.
fn known(endpoint: &Address, uri: &Uri) -> Option<(Kind, String)> {
    let Host::Name(host) = endpoint.host() else { return None };
    let (path, port) = (uri.path(), endpoint.port());
    let key = |name: &str| {
        let mut found = form_urlencoded::parse(uri.query()?.as_bytes()).filter(|(other, _)| other == name);
        match (found.next(), found.next()) {
            (Some((_, key)), None) if is_key(&key) => Some(format!("https://{host}{path}?{name}={key}")),
            _ => None,
        }
    };
    match (host.as_str(), path, port) {
        ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", 443) => Some((Kind::WeCom, key("key")?)),
        ("oapi.dingtalk.com", "/robot/send", 443) => Some((Kind::DingTalk, key("access_token")?)),
        ("open.feishu.cn" | "open.larksuite.com", _, 443) => {
            let key = path.strip_prefix("/open-apis/bot/v2/hook/").filter(|key| is_key(key))?;
            Some((Kind::Feishu, format!("https://{host}/open-apis/bot/v2/hook/{key}")))
        }
        _ => None,
    }
}

fn is_key(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WECOM: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4";
    const DINGTALK: &str = "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33";
    const FEISHU: &str = "https://open.feishu.cn/open-apis/bot/v2/hook/a1b2-c3d4";
    const LARK: &str = "https://open.larksuite.com/open-apis/bot/v2/hook/a1b2-c3d4";

    /// Made with Python: DingTalk `base64.b64encode(hmac.new(secret, b'1764088426000\n' + secret, hashlib.sha256).digest())`,
    /// Feishu `base64.b64encode(hmac.new(b'1764088426\n' + secret, b'', hashlib.sha256).digest())`.
    const SECRET: &str = "SEC000102030405060708090a0b0c0d0e0f";
    const SIGNED_FEISHU: &str = "rpaTboxKgfyHqN1gKcVh0hFhK0QnNIJ+5ZkisvL6NiU=";
    const SIGNED_DINGTALK: &str = "timestamp=1764088426000&sign=xpep60iV0McaLQXcZfsHyKS8QGGyTCVWpaZvkB2veKs%3D";

    fn at() -> Timestamp {
        "2025-11-25T16:33:46Z".parse().unwrap()
    }

    fn message() -> Message {
        let lines = ["南京路店 2 条，最早须在 17:31 前回应", "徐汇店 1 条"].map(ToOwned::to_owned);
        let link = Link::new("打开", "https://s.example.cn/cases/cn/east/shanghai").unwrap();
        Message::new("3 条反馈待处理", &lines, &[link], &[Mention::new("lin").unwrap()])
    }

    fn said(address: &str, secret: Option<&str>, form: Form) -> (String, Value) {
        let request = Robot::new(address, secret).unwrap().request(&message(), form, at());
        (request.url, serde_json::from_slice(&request.body).unwrap())
    }

    #[test]
    fn wecom_is_told_in_its_own_markdown() {
        let content = "**3 条反馈待处理**\n> 南京路店 2 条，最早须在 17:31 前回应\n> 徐汇店 1 条\n\
                       [打开](https://s.example.cn/cases/cn/east/shanghai) <@lin>";
        let body = json!({"msgtype": "markdown", "markdown": {"content": content}});
        assert_eq!(said(WECOM, None, Form::Markdown), (WECOM.to_owned(), body));
        let content = "3 条反馈待处理\n南京路店 2 条，最早须在 17:31 前回应\n徐汇店 1 条\n\
                       打开 https://s.example.cn/cases/cn/east/shanghai <@lin>";
        let body = json!({"msgtype": "text", "text": {"content": content}});
        assert_eq!(said(WECOM, None, Form::Text), (WECOM.to_owned(), body));
    }

    #[test]
    fn dingtalk_is_signed_in_its_address() {
        let (url, body) = said(DINGTALK, Some(SECRET), Form::Markdown);
        assert_eq!(url, format!("{DINGTALK}&{SIGNED_DINGTALK}"));
        let text = "### 3 条反馈待处理\n- 南京路店 2 条，最早须在 17:31 前回应\n- 徐汇店 1 条\n\n\
                    [打开](https://s.example.cn/cases/cn/east/shanghai) @lin";
        let at = json!({"atUserIds": ["lin"], "isAtAll": false});
        let markdown = json!({"title": "3 条反馈待处理", "text": text});
        assert_eq!(body, json!({"msgtype": "markdown", "markdown": markdown, "at": at}));
        let (url, body) = said(DINGTALK, None, Form::Text);
        assert_eq!((url.as_str(), &body["msgtype"], &body["at"]), (DINGTALK, &json!("text"), &at));
    }

    #[test]
    fn feishu_and_lark_are_signed_in_the_body() {
        let text = "- 南京路店 2 条，最早须在 17:31 前回应\n- 徐汇店 1 条\n\
                    [打开](https://s.example.cn/cases/cn/east/shanghai) <at id=lin></at>";
        for address in [FEISHU, LARK] {
            let (url, body) = said(address, Some(SECRET), Form::Markdown);
            assert_eq!(url, address);
            assert_eq!((&body["timestamp"], &body["sign"]), (&json!("1764088426"), &json!(SIGNED_FEISHU)));
            assert_eq!((&body["msg_type"], &body["card"]["schema"]), (&json!("interactive"), &json!("2.0")));
            assert_eq!(body["card"]["header"]["title"]["content"], "3 条反馈待处理");
            assert_eq!(body["card"]["body"]["elements"], json!([{"tag": "markdown", "content": text}]));
        }
        let (_, body) = said(FEISHU, None, Form::Text);
        let text = "3 条反馈待处理\n南京路店 2 条，最早须在 17:31 前回应\n徐汇店 1 条\n\
                    打开 https://s.example.cn/cases/cn/east/shanghai <at user_id=\"lin\"></at>";
        assert_eq!(body, json!({"msg_type": "text", "content": {"text": text}}));
    }

    #[test]
    fn a_copied_address_is_kept_with_nothing_but_its_key() {
        let copied = format!("{}&timestamp=1&sign=x", DINGTALK.replace("oapi", "OAPI"));
        assert_eq!(Robot::new(&copied, None).unwrap().request(&message(), Form::Text, at()).url, DINGTALK);
        let robot = Robot::new(&copied, Some(SECRET)).unwrap();
        assert_eq!((robot.kind(), format!("{robot:?}")), (Kind::DingTalk, "Robot { kind: DingTalk, .. }".to_owned()));
        let shown = format!("{:?}", robot.request(&message(), Form::Text, at()));
        assert!(!shown.contains("566cc69da782ec33"), "{shown}");
    }

    #[test]
    fn any_other_address_or_secret_is_refused() {
        for address in [
            "https://hooks.example.cn/cgi-bin/webhook/send?key=1",
            "https://qyapi.weixin.qq.com.example.cn/cgi-bin/webhook/send?key=1",
            "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=1",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1&key=2",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a%26b",
            "https://qyapi.weixin.qq.com/cgi-bin/token?key=1",
            "https://oapi.dingtalk.com/robot/send?key=1",
            "https://open.feishu.cn/open-apis/bot/v2/hook/",
            "https://open.feishu.cn/open-apis/bot/v2/hook/../x",
            "http://open.feishu.cn/open-apis/bot/v2/hook/x",
            "https://8.8.8.8/robot/send?access_token=1",
        ] {
            assert!(Robot::new(address, None).is_err(), "{address}");
        }
        assert!(Robot::new(WECOM, Some(SECRET)).is_err());
        let long = "a".repeat(129);
        for secret in ["", "a b", "秘", &long] {
            assert!(Robot::new(DINGTALK, Some(secret)).is_err(), "{secret}");
        }
    }

    /// How many bytes the provider counts, and the text that people read.
    fn counted(kind: Kind, body: &[u8]) -> (usize, String) {
        let said: Value = serde_json::from_slice(body).unwrap();
        let places =
            ["/markdown/content", "/text/content", "/markdown/text", "/content/text", "/card/body/elements/0/content"];
        let text = places.into_iter().find_map(|place| said.pointer(place)?.as_str()).unwrap().to_owned();
        (if kind == Kind::WeCom { text.len() } else { body.len() }, text)
    }

    #[test]
    fn of_400_cases_as_many_as_fit_are_told_and_the_rest_counted() {
        let lines: Vec<_> = (0..400).map(|store| format!("店 {store}：1 条，最早须在 17:31 前回应")).collect();
        let message = Message::new("400 条反馈待处理", &lines, &[], &[]);
        for (address, form, expected) in [
            (WECOM, Form::Markdown, 84),
            (WECOM, Form::Text, 44),
            (DINGTALK, Form::Markdown, 399),
            (FEISHU, Form::Markdown, 398),
        ] {
            let robot = Robot::new(address, None).unwrap();
            let (bytes, text) = counted(robot.kind(), &robot.request(&message, form, at()).body);
            let shown = text.matches("前回应").count();
            assert!(text.ends_with(&format!("… +{}", 400 - shown)), "{text}");
            let limit = robot.kind().limit(form);
            assert!(bytes <= limit && bytes + 60 > limit, "{bytes}");
            assert_eq!(shown, expected, "{address} {form:?}");
        }
    }

    proptest! {
        #[test]
        fn no_message_is_longer_than_the_robot_takes(
            address in prop::sample::select(vec![WECOM, DINGTALK, FEISHU]),
            form in prop::sample::select(vec![Form::Markdown, Form::Text]),
            character in any::<char>(),
            lengths in prop::collection::vec(0_usize..300, 0..150),
            other in any::<String>(),
            people in 0_usize..30,
        ) {
            let of = |length: usize| character.to_string().repeat(length);
            let mut lines: Vec<_> = lengths.into_iter().map(of).collect();
            lines.push(other);
            let link = Link::new(&of(300), &format!("https://{}", "a".repeat(342))).unwrap();
            let mentions = vec![Mention::new(&"a".repeat(64)).unwrap(); people];
            let message = Message::new(&of(300), &lines, &[link.clone(), link], &mentions);
            let secret = if address == WECOM { None } else { Some(SECRET) };
            let robot = Robot::new(address, secret).unwrap();
            let request = robot.request(&message, form, at());
            let (bytes, _) = counted(robot.kind(), &request.body);
            prop_assert!(bytes <= robot.kind().limit(form), "{bytes}");
        }

        #[test]
        fn no_address_brings_the_reader_down(text in ".{0,60}") {
            let _ = Robot::new(&text, None);
            let _ = Robot::new(&format!("{WECOM}{text}"), Some(&text));
            let _ = Robot::new(&format!("{FEISHU}{text}"), Some(&text));
        }
    }
}
