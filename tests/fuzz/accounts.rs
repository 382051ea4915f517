//! Accounts at payment providers, two of each kind: one that stays as it is, and a spare one that is put in any way.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    scene::{Draw, OWN_STORE, Plan, Scene},
    signing::{self, ADYEN_KEY, API_V3_KEY, APP_ID, DIGEST_KEY, MERCHANT, SQUARE_KEY, STANDARD_KEY, STRIPE_KEY},
    wire::exchange,
};
use crate::payments::signing::public_pem;

/// The first five are providers; the others are mappings.
const KINDS: [&str; 12] = [
    "wechat",
    "alipay",
    "stripe",
    "square",
    "standard",
    "adyen",
    "chinaums",
    "douyin",
    "keruyun",
    "lakala",
    "meituan",
    "shouqianba",
];

const PROVIDERS: usize = 5;

/// An account that a request is about.
#[derive(Clone, Copy)]
pub struct Account {
    /// The provider, or the name of the mapping.
    pub kind: &'static str,
    /// Whether nothing but what is right is put there.
    pub is_own: bool,
}

impl Account {
    pub fn drawn(draw: &mut Draw, is_own: bool) -> Self {
        Self { kind: draw.pick(&KINDS), is_own }
    }

    pub fn id(self) -> String {
        format!("{}-{}", if self.is_own { "own" } else { "spare" }, self.kind)
    }

    pub fn provider(self) -> &'static str {
        if KINDS[..PROVIDERS].contains(&self.kind) { self.kind } else { "mapped" }
    }

    /// The account as it is put, with the key that its notices are signed with.
    fn details(self) -> Value {
        let attached = json!([{"from": "attached", "name": "store"}]);
        let location = json!([{"from": "location"}]);
        let pem = public_pem();
        let (provider, secrets, stores) = match self.kind {
            "wechat" => {
                let keys = json!([{"id": signing::PUBLIC_KEY_ID, "pem": pem}]);
                (json!({"wechat": {"merchant": MERCHANT, "public_keys": keys}}), vec![API_V3_KEY], attached)
            }
            "alipay" => (json!({"alipay": {"app_id": APP_ID, "keys": [pem]}}), vec![], attached),
            "stripe" => (json!({"stripe": {}}), vec![STRIPE_KEY], json!([{"from": "metadata.store"}])),
            "square" => (json!({"square": {}}), vec![SQUARE_KEY], attached),
            "standard" => (json!({"standard": {}}), vec![STANDARD_KEY], location),
            "adyen" => (mapped(include_str!("../../providers/adyen.json")), vec![ADYEN_KEY], location),
            "chinaums" => (mapped(include_str!("../../providers/chinaums.json")), vec![DIGEST_KEY], attached),
            "douyin" => (mapped(include_str!("../../providers/douyin.json")), vec![pem.as_str()], attached),
            "keruyun" => (mapped(include_str!("../../providers/keruyun.json")), vec![DIGEST_KEY], location),
            "lakala" => {
                (mapped(include_str!("../../providers/lakala.json")), vec![pem.as_str()], json!([{"from": "device"}]))
            }
            "meituan" => (mapped(include_str!("../../providers/meituan.json")), vec![DIGEST_KEY], location),
            _ => (mapped(include_str!("../../providers/shouqianba.json")), vec![pem.as_str()], attached),
        };
        json!({"provider": provider, "secrets": secrets, "stores": stores})
    }
}

fn mapped(mapping: &str) -> Value {
    json!({"mapped": serde_json::from_str::<Value>(mapping).unwrap()})
}

/// Puts all of them.
pub async fn put(scene: &Scene) {
    let grant = scene.token("admin", scene.now + 1.hour());
    for account in KINDS.iter().flat_map(|kind| [true, false].map(|is_own| Account { kind, is_own })) {
        let (id, body) = (account.id(), account.details().to_string());
        let head = format!("PUT /accounts/{id} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", scene.host);
        let head = format!("{head}authorization: Bearer {grant}\r\ncontent-length: {}\r\n\r\n", body.len());
        let reply = exchange(&scene.host, (head + &body).as_bytes()).await.unwrap();
        assert_eq!(reply.status, 200, "{id}: {}", String::from_utf8_lossy(&reply.body));
    }
}

/// A body for `PUT /accounts/{account}`, now and then nearly as large as it may be.
pub fn body(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let mut body = plan.account.details();
    if draw.one_in(3) {
        // Those that it has stay.
        body.as_object_mut().unwrap().shift_remove("secrets");
    }
    if draw.one_in(3) {
        body["channel"] = json!(draw.pick(&["wechat-message", "alipay-mini-program", "email", "app", "test", "staff"]));
        body["segment"] = json!(draw.below(16));
    }
    if draw.one_in(3) {
        body["payment_id"] = json!(draw.pick(&["transaction", "order"]));
    }
    if draw.one_in(3) {
        let fields = json!({"shift": {"from": "metadata.shift"}, "till": {"from": "device"}});
        body["context"] = json!({"table": {"from": "attached", "name": "table"}, "fields": fields});
    }
    if draw.one_in(6) {
        // As `GET` shows it.
        body["seen"] = json!({"paid": {"notices": 1}});
        body["secrets_set"] = json!(1);
    }
    if draw.slips(6) {
        enlarge(draw, &mut body);
    }
    body
}

fn enlarge(draw: &mut Draw, body: &mut Value) {
    let count = draw.pick(&[100, 5_000, 9_990, 10_001]);
    let values = || (0..count).map(|number| (format!("till {number}"), json!(OWN_STORE)));
    match draw.below(6) {
        0 => body["stores"] = json!([{"from": "order", "begins": Value::Object(values().collect())}]),
        1 => body["stores"] = json!([{"from": "device", "is": Value::Object(values().collect())}]),
        2 => body["stores"] = Value::Array(vec![json!({"from": "location"}); draw.pick(&[50, 51, 8_000])]),
        3 => body["secrets"] = json!([DIGEST_KEY, "\\".repeat(count * 12)]),
        4 => body["secrets"] = json!([STRIPE_KEY, format!("whsec_{}", "a".repeat(250_000))]),
        _ if body["provider"]["mapped"].is_object() => {
            body["provider"]["mapped"]["note"] = json!("味".repeat(draw.pick(&[1_000, 80_000])));
        }
        _ => body["provider"]["square"] = json!({"url": format!("https://{}", "a".repeat(200_000))}),
    }
}
