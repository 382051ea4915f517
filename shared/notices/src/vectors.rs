//! Notices to test with. A few are in `tests/data/notices` of the repository. The whole collection is read from the
//! folder that `AFTERTASTE_REAL_DATA` names, if it has one.
//!
//! Those of WeChat Pay and Alipay name their keys by the file, as `notices`; the others have their own secret, as
//! `vectors`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Notice, Refusal, Request};

/// A request that can be changed.
#[derive(Clone)]
pub(crate) struct Sent {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub now: Timestamp,
}

impl Sent {
    pub fn request(&self) -> Request<'_> {
        let url = "https://s.example.cn/payments/wechat/main";
        Request { headers: &self.headers, query: "", url, body: &self.body, now: self.now }
    }
}

/// Texts as an account takes them.
pub(crate) fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A file of the repository's own notices.
pub(crate) fn kept(file: &str) -> Value {
    parsed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/notices").join(file))
}

/// A file of the whole collection; none when it is not at hand, which is said in one line.
#[expect(clippy::print_stdout, reason = "who runs the tests is to know what they left out")]
pub(crate) fn real(file: &str) -> Option<Value> {
    let path = std::env::var_os("AFTERTASTE_REAL_DATA").map(|folder| PathBuf::from(folder).join("payments").join(file));
    let path = path.filter(|path| path.is_file());
    if path.is_none() {
        println!(
            "Left out: the notices of {file}. To test them, set AFTERTASTE_REAL_DATA to a folder with payments/{file}."
        );
    }
    path.map(|path| parsed(&path))
}

fn parsed(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The notices of a file, each by its name as it was sent.
pub(crate) fn sent(file: &Value) -> Vec<(String, Sent)> {
    let notices = file["notices"].as_array().unwrap();
    let of = |name: &Value| notices.iter().find(|notice| notice["name"] == *name).unwrap();
    let one = |notice: &Value| {
        let body = notice.get("body").unwrap_or_else(|| &of(&notice["body_of"])["body"]);
        let headers = notice.get("headers").and_then(Value::as_object).into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let sent = Sent {
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            body: text(body).into_bytes(),
            now: Timestamp::from_second(notice["now"].as_i64().unwrap_or(1_795_235_469)).unwrap(),
        };
        (text(&notice["name"]), sent)
    };
    notices.iter().map(one).collect()
}

/// A notice, and what has to become of it.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
    pub(crate) now: i64,
    pub(crate) outcome: String,
}

impl Vector {
    /// A notice that a test signs itself. It has no address.
    pub(crate) fn signed_here(secret: &str, headers: &[(&str, &str)], body: &[u8], now: i64) -> Self {
        Self {
            name: "signed here".to_owned(),
            secret: secret.to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            url: String::new(),
            body: body.to_vec(),
            now,
            outcome: String::new(),
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        let now = Timestamp::from_second(self.now).unwrap();
        Request { headers: &self.headers, query: "", url: &self.url, body: &self.body, now }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).unwrap().1
    }

    /// The same with another value of a header.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.iter_mut().filter(|(other, _)| other.eq_ignore_ascii_case(name)).for_each(|header| {
            header.1 = value.to_owned();
        });
        other
    }
}

/// The vectors of a file: those of the repository, then the others if they are at hand.
pub(crate) fn vectors(file: &str) -> Vec<Vector> {
    [Some(kept(file)), real(file)].iter().flatten().flat_map(vectors_of).collect()
}

fn vectors_of(file: &Value) -> Vec<Vector> {
    let list = file["vectors"].as_array().unwrap();
    let text = |vector: &Value, name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    let body_of = |vector: &Value| match vector["body_of"].as_str() {
        Some(name) => text(list.iter().find(|other| other["name"] == name).unwrap(), "body"),
        None => text(vector, "body"),
    };
    let headers = |vector: &Value| {
        let headers = vector["headers"].as_object().unwrap().iter();
        headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
    };
    let vector = |vector: &Value| Vector {
        name: text(vector, "name"),
        secret: text(vector, "secret") + &text(vector, "signature_key"),
        headers: headers(vector),
        url: text(vector, "notification_url"),
        body: body_of(vector).into_bytes(),
        now: vector["now"].as_i64().unwrap_or_default(),
        outcome: text(vector, "outcome"),
    };
    assert!(!list.is_empty());
    list.iter().map(vector).collect()
}

/// Checks that a genuine notice is read alike whatever the case of its headers. With one bit of its body changed it is
/// refused, and with one of its headers missing or there twice.
pub(crate) fn check_taken(vector: &Vector, signed_headers: &[&str], read: impl Fn(&Vector) -> Result<Notice, Refusal>) {
    let said = read(vector);
    assert!(said.is_ok(), "{}: {said:?}", vector.name);
    for case in [str::to_ascii_lowercase, title, str::to_ascii_uppercase] {
        let mut other = vector.clone();
        other.headers.iter_mut().for_each(|(name, _)| *name = case(name));
        assert_eq!(read(&other), said, "{}", vector.name);
    }
    for place in 0..vector.body.len() {
        let mut other = vector.clone();
        other.body[place] ^= 1 << (place % 8);
        assert_eq!(read(&other), Err(Refusal::WrongSignature), "{}: byte {place}", vector.name);
    }
    for name in signed_headers {
        let mut without = vector.clone();
        without.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        assert!(matches!(read(&without), Err(Refusal::Malformed(_))), "{}: {name}", vector.name);
        let mut twice = vector.clone();
        twice.headers.push(((*name).to_owned(), vector.header(name).to_owned()));
        assert!(matches!(read(&twice), Err(Refusal::Malformed(_))), "{}: {name}", vector.name);
    }
}

/// Checks that a genuine notice is believed for 300 seconds both ways, and no longer.
pub(crate) fn check_window(vector: &Vector, signed_at: i64, read: impl Fn(&Vector) -> Result<Notice, Refusal>) {
    for (seconds, taken) in [(-301, false), (-300, true), (300, true), (301, false)] {
        let said = read(&Vector { now: signed_at + seconds, ..vector.clone() });
        assert_eq!(said.is_ok(), taken, "{}: {seconds} {said:?}", vector.name);
        assert!(taken || said == Err(Refusal::Stale), "{}: {seconds}", vector.name);
    }
}

/// Each text that differs from this one by one bit of one byte, within a part of it.
pub(crate) fn bent<'a>(text: &'a str, part: &str) -> impl Iterator<Item = String> + 'a {
    let start = text.find(part).unwrap();
    (start..start + part.len()).map(|place| {
        let mut bytes = text.as_bytes().to_vec();
        // The lowest bit keeps ASCII what it is.
        bytes[place] ^= 1;
        String::from_utf8(bytes).unwrap()
    })
}

/// Bodies near to this one, to be signed again: cut off anywhere, and with any one byte of another kind.
pub(crate) fn spoilt(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let others = [0, b'0', b'"', b'{', b']', b',', 0xFF];
    let cut = (0..body.len()).map(|end| body[..end].to_vec());
    cut.chain((0..body.len()).flat_map(move |place| {
        others.map(|other| body.iter().enumerate().map(|(at, byte)| if at == place { other } else { *byte }).collect())
    }))
}

fn title(name: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..].to_ascii_lowercase();
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// A message's tag of HMAC-SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Bytes in small hexadecimal digits.
pub(crate) fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key of our own, to sign what no vector says.
static OWN: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// The public half of the key of our own, in base64.
pub(crate) fn own_key() -> String {
    let der: PublicKeyX509Der = OWN.public_key().as_der().unwrap();
    STANDARD.encode(&*der)
}

/// A message's signature by the key of our own, in base64.
pub(crate) fn own_signature(message: &[u8]) -> String {
    let mut signature = vec![0; OWN.public_modulus_len()];
    OWN.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    STANDARD.encode(signature)
}
