//! The deliveries to a receiver, and the result that it must have for each.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use deliveries::webhook::{Secret, sign};
use jiff::Timestamp;
use serde_json::{Value, json};

const AT: i64 = 1_764_088_426;
const ID: &str = "msg_0123456789abcdef01234567";

/// Not as a program would write it: with blanks, an escape, more than ASCII, and the character that many put where
/// bytes are no text.
const BODY: &str =
    "{\"type\": \"survey.link.issued\",  \"data\": {\"store\": 12, \"words\": \"麻婆豆腐 \\u4e2d <&> \u{fffd}\"}}\n";

const NO_SIGNATURE: Result<(), &str> = Err("no signature fits");
const NO_TIME: Result<(), &str> = Err("webhook-timestamp is missing, doubled or malformed");
const NO_SECRET: Result<(), &str> = Err("a secret is whsec_ and base64 of 24 bytes or more");

/// An event that is sent, and what follows: it is taken, or refused with this sentence.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    secrets: Vec<String>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    now: i64,
    expected: Result<(), &'static str>,
}

impl Case {
    /// Signed by what we send with, at this second since 1970, for a receiver that knows the current secret.
    pub fn signed(at: i64, current: &Secret, previous: Option<&Secret>) -> Self {
        let time = Timestamp::from_second(at).unwrap();
        let headers = sign(ID, time, BODY.as_bytes(), current, previous).unwrap();
        Self {
            name: "what we sign".to_owned(),
            secrets: vec![current.text()],
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: BODY.as_bytes().to_vec(),
            now: at,
            expected: Ok(()),
        }
    }

    pub fn named(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// For a receiver that knows these secrets.
    pub fn known(&self, secrets: &[String]) -> Self {
        Self { secrets: secrets.to_vec(), ..self.clone() }
    }

    /// With another value in the header of this number: 0 is the id, 1 the time, 2 the signature.
    pub fn with(&self, header: usize, value: impl Into<String>) -> Self {
        let mut case = self.clone();
        case.headers[header].1 = value.into();
        case
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn at(&self, now: i64) -> Self {
        Self { now, ..self.clone() }
    }

    pub fn expecting(&self, expected: Result<(), &'static str>) -> Self {
        Self { expected, ..self.clone() }
    }

    /// As the receivers read it, with what they have to say.
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "secrets": self.secrets,
            "headers": self.headers,
            "body": STANDARD.encode(&self.body),
            "now": self.now,
            "expected": self.expected(),
        })
    }

    /// The expected result of a receiver: the event, or a sentence.
    pub fn expected(&self) -> Value {
        match self.expected {
            Ok(()) => json!({"event": serde_json::from_slice::<Value>(&self.body).unwrap()}),
            Err(sentence) => json!({"error": sentence}),
        }
    }
}

/// A secret, another for each number.
pub fn secret(number: u8) -> Secret {
    Secret::new([number; 32])
}

/// Signed here, by any key and with any text for id and time: only one of them can be the reason to refuse it.
fn by_hand(key: &[u8], id: &str, time: &str, now: i64) -> Case {
    let message = [format!("{id}.{time}.").as_bytes(), BODY.as_bytes()].concat();
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &message);
    let case = Case::signed(now, &secret(1), None).named(format!("{id:?} at {time:?}"));
    case.with(0, id).with(1, time).with(2, format!("v1,{}", STANDARD.encode(code)))
}

/// All cases, each checked against every receiver.
pub fn cases() -> Vec<Case> {
    [published(), changed(), bent(), timely(), times_and_ids(), headers(), signatures(), secrets()].concat()
}

/// The signatures by HMAC among the tests' notices.
fn published() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("../data/notices/standard-webhooks.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let shared = vectors.iter().filter(|vector| vector["secret"].as_str().unwrap().starts_with("whsec_"));
    let cases: Vec<Case> = shared
        .map(|vector| Case {
            name: vector["name"].as_str().unwrap().to_owned(),
            secrets: vec![vector["secret"].as_str().unwrap().to_owned()],
            headers: headers_of(vector),
            body: vector["body"].as_str().unwrap().as_bytes().to_vec(),
            now: vector["now"].as_i64().unwrap(),
            expected: if vector["signature_valid"] == json!(true) { Ok(()) } else { NO_SIGNATURE },
        })
        .collect();
    assert_eq!(cases.len(), 3);
    cases
}

fn headers_of(vector: &Value) -> Vec<(String, String)> {
    let headers: BTreeMap<String, String> = serde_json::from_value(vector["headers"].clone()).unwrap();
    headers.into_iter().collect()
}

/// While a secret is changed, on either side.
fn changed() -> Vec<Case> {
    let [one, two, three] = [1, 2, 3].map(|number| secret(number).text());
    let alone = Case::signed(AT, &secret(1), None);
    let both = Case::signed(AT, &secret(1), Some(&secret(2)));
    vec![
        alone.named("one signature"),
        alone.named("one signature, and a new secret is known too").known(&[two.clone(), one.clone()]),
        alone.named("one signature, of another").known(std::slice::from_ref(&two)).expecting(NO_SIGNATURE),
        alone.named("no secret is known").known(&[]).expecting(NO_SIGNATURE),
        both.named("two signatures, the first is known"),
        both.named("two signatures, the second is known").known(std::slice::from_ref(&two)),
        both.named("two signatures, both are known").known(&[one, two]),
        both.named("two signatures, neither is known").known(&[three]).expecting(NO_SIGNATURE),
    ]
}

/// One bit is another.
fn bent() -> Vec<Case> {
    let right = Case::signed(AT, &secret(1), Some(&secret(2)));
    let bodies = (0..right.body.len()).map(|at| {
        let mut case = right.named(format!("byte {at} of the body"));
        case.body[at] ^= 1 << (at % 8);
        case
    });
    let alone = Case::signed(AT, &secret(1), None);
    let code = STANDARD.decode(alone.headers[2].1.strip_prefix("v1,").unwrap()).unwrap();
    let codes = (0..code.len()).map(|at| {
        let mut code = code.clone();
        code[at] ^= 1 << (at % 8);
        alone.named(format!("byte {at} of the signature")).with(2, format!("v1,{}", STANDARD.encode(code)))
    });
    let (id, time) = (ID.replacen('m', "l", 1), (AT ^ 1).to_string());
    let mut unreadable = right.named("bytes that are no text");
    let text = String::from_utf8(unreadable.body).unwrap();
    let (before, behind) = text.split_once('\u{fffd}').unwrap();
    unreadable.body = [before.as_bytes(), &[0xff], behind.as_bytes()].concat();
    let others = [right.named("the id").with(0, id), right.named("the time").with(1, time), unreadable];
    bodies.chain(codes).chain(others).map(|case| case.expecting(NO_SIGNATURE)).collect()
}

/// Five minutes both ways.
fn timely() -> Vec<Case> {
    let far = Err("webhook-timestamp is more than five minutes off");
    [(-300, Ok(())), (300, Ok(())), (-301, far), (301, far), (-AT, far), (i64::from(u32::MAX), far)]
        .map(|(off, expected)| {
            Case::signed(AT, &secret(1), None).named(format!("{off} s off")).at(AT + off).expecting(expected)
        })
        .into()
}

/// Signed rightly, over times and ids that no sender has.
fn times_and_ids() -> Vec<Case> {
    let key = [1; 32];
    let now = AT.to_string();
    let (huge, wide) = ("9".repeat(5_000), now.replace('0', "\u{ff10}"));
    let spoiled = [
        &format!("+{now}"),
        &format!("-{now}"),
        &format!(" {now}"),
        &format!("{now} "),
        &format!("{now}\n"),
        &format!("0{now}"),
        &format!("{now}.0"),
        &format!("{now}, {now}"),
        &format!("{now}000"),
        &wide,
        &huge,
        "18446744073709551616",
        "",
        " ",
    ];
    let times = spoiled.into_iter().map(|time| by_hand(&key, ID, time, AT).expecting(NO_TIME));
    let small = [("1e3", 1_000), ("0x3e8", 1_000), ("1_000", 1_000), ("-1", 0), ("0", 0), ("NaN", 0), ("Infinity", 0)];
    let small = small.map(|(time, now)| by_hand(&key, ID, time, now).expecting(NO_TIME));
    let far = by_hand(&key, ID, "999999999999", AT).expecting(Err("webhook-timestamp is more than five minutes off"));
    let (long, longer) = ("a".repeat(64), "a".repeat(65));
    let ids = ["", "msg.1", "msg 1", "msg_1, msg_1", "msg_1\n", "味", &longer];
    let no_id = Err("webhook-id is missing, doubled or malformed");
    let ids = ids.map(|id| by_hand(&key, id, &now, AT).expecting(no_id));
    let right = [by_hand(&key, ID, &now, AT), by_hand(&key, &long, &now, AT), by_hand(&key, ID, "100", 400)];
    times.chain(small).chain([far]).chain(ids).chain(right).collect()
}

/// Names in any case; each header is there once.
fn headers() -> Vec<Case> {
    let right = Case::signed(AT, &secret(1), None);
    let renamed = |name: &str, change: fn(&str) -> String| {
        let mut case = right.named(name);
        for (name, _) in &mut case.headers {
            *name = change(name);
        }
        case
    };
    let mut cases = vec![
        renamed("Names in capitals", str::to_uppercase),
        renamed("Names as Go has them", |name| name.replace("webhook-", "Webhook-").replace("-i", "-I")),
        right.named("more headers").and("Content-Type", "application/json").and("webhook-ids", "msg_1"),
    ];
    let sentences = [
        "webhook-id is missing, doubled or malformed",
        "webhook-timestamp is missing, doubled or malformed",
        "webhook-signature is missing, doubled or malformed",
    ];
    for (at, sentence) in sentences.into_iter().enumerate() {
        let (name, value) = &right.headers[at];
        let mut missing = right.named(format!("without {name}"));
        missing.headers.remove(at);
        let wrong = [
            missing,
            right.named(format!("{name} is empty")).with(at, ""),
            right.named(format!("{name} twice")).and(name, value),
            right.named(format!("{name} twice, in two cases")).and(&name.to_uppercase(), value),
            right.named(format!("{name} twice, by a comma")).with(at, format!("{value},{value}")),
            right.named(format!("{name} twice, by a comma and a blank")).with(at, format!("{value}, {value}")),
        ];
        cases.extend(wrong.map(|case| case.expecting(Err(sentence))));
    }
    cases
}

/// Kinds of signatures, and ways to write one.
fn signatures() -> Vec<Case> {
    let right = Case::signed(AT, &secret(1), None);
    let signature = right.headers[2].1.clone();
    let code = signature.strip_prefix("v1,").unwrap();
    let malformed = Err("webhook-signature is missing, doubled or malformed");
    // The last letter before the padding has two bits that belong to no byte.
    let (most, last) = code.trim_end_matches('=').split_at(42);
    let next = char::from(last.as_bytes()[0] + 1);
    let public = format!("v1a,{}", STANDARD.encode([7; 64]));
    let (before, behind) = (format!("{public} {signature}"), format!("{signature} {public}"));
    let crowd = format!("{} {signature}", vec![public.as_str(); 40].join(" "));
    let written = [
        (before, Ok(())),
        (behind, Ok(())),
        (crowd, Ok(())),
        (public, NO_SIGNATURE),
        (format!("v1a,{code}"), NO_SIGNATURE),
        (format!("V1,{code}"), NO_SIGNATURE),
        (format!("v2,{code}"), NO_SIGNATURE),
        (format!("v1,{most}{next}="), NO_SIGNATURE),
        (signature.trim_end_matches('=').to_owned(), NO_SIGNATURE),
        (format!("{signature}\n"), NO_SIGNATURE),
        ("v1,味".to_owned(), NO_SIGNATURE),
        ("v1,é".to_owned(), NO_SIGNATURE),
        (code.to_owned(), malformed),
        ("v1,".to_owned(), malformed),
        (format!("v1,{code},{code}"), malformed),
        (format!("{signature} v1"), malformed),
        (format!("{signature}  {signature}"), malformed),
    ];
    written.map(|(text, expected)| right.named(format!("signed {text:?}")).with(2, text).expecting(expected)).into()
}

/// Ways to write a secret. One that would leave the key empty or short is signed with that key, as a stranger would.
fn secrets() -> Vec<Case> {
    let right = Case::signed(AT, &secret(1), None);
    let text = secret(1).text();
    let now = AT.to_string();
    let short = |name: &str, key: &[u8], secret: &str| {
        by_hand(key, ID, &now, AT).named(name).known(&[secret.to_owned()]).expecting(NO_SECRET)
    };
    let encoded = |length: usize| format!("whsec_{}", STANDARD.encode(vec![0xfb; length]));
    let mut cases: Vec<Case> = [24, 25, 26, 64]
        .into_iter()
        .flat_map(|length| {
            let case = by_hand(&vec![0xfb; length], ID, &now, AT).named(format!("a secret of {length} bytes"));
            let bare = encoded(length).trim_end_matches('=').to_owned();
            [case.known(&[encoded(length)]), case.known(&[bare])]
        })
        .collect();
    cases.extend([
        right.named("a secret without padding").known(&[text.trim_end_matches('=').to_owned()]),
        short("an empty secret", b"", ""),
        short("a secret of no bytes", b"", "whsec_"),
        short("a secret of padding", b"", "whsec_===="),
        short("a secret of 23 bytes", &[0xfb; 23], &encoded(23)),
        short("a secret without its beginning", &[1; 32], text.trim_start_matches("whsec_")),
        short("a public key", &[1; 32], &text.replace("whsec_", "whpk_")),
        short("a secret with a line's end", &[1; 32], &format!("{text}\n")),
        short("a secret in the letters for addresses", &[0xfb; 32], &encoded(32).replace('+', "-")),
        right.named("an empty secret behind a right one").known(&[text, String::new()]).expecting(NO_SECRET),
    ]);
    cases
}
