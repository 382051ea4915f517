//! The texts of a path and of its query: right, nearly right and hostile.

use aftertaste::domain::visit::Channel;
use jiff::ToSpan;

use uuid::Uuid;

use super::{
    accounts::Account,
    cases,
    scene::{Draw, OWN_STORE, Plan, Scene},
    trends,
};
use crate::{
    harness::{signed_by, signed_for},
    replies::calls::code,
};

/// Twelve demo stores: one address may open only so many codes of each in a minute.
const DEMO_STORES: [u32; 12] = [12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34];

const PROVIDERS: [&str; 6] = ["wechat", "alipay", "stripe", "square", "standard", "mapped"];
const FILES: [&str; 4] = ["qr", "qr.svg", "qr.png", "qr.bin"];
const SCOPES: [&str; 7] = ["cn", "cn/east", "cn/east/shanghai", "cn/north", "store/12", "store/13", "store/31"];
const ENDINGS: [&str; 4] = ["", ".json", ".csv", ".html"];

/// The same for each parameter.
const HOSTILE: [&str; 30] = [
    "",
    ".",
    "..",
    "%2e%2e",
    "%2F",
    "..%2F..%2Fetc%2Fpasswd",
    "%00",
    "12%00",
    "%20",
    "%0d%0aset-cookie:%20a=b",
    "%F0%9F%A5%9F",
    "%E5%9B%9E%E5%91%B3",
    "%E2%80%AE",
    "%EF%BB%BF",
    "%ff%fe",
    "%C0%AF",
    "%ED%A0%80",
    "%F4%90%80%80",
    "%",
    "%z",
    "%zz",
    "%u0031",
    "回味",
    "'--",
    "%22%3E%3Cscript%3E",
    "{link}",
    "*",
    "~",
    "a?b=c",
    "%23",
];

const ODD_QUERIES: [&str; 24] = [
    "",
    "%",
    "%ff",
    "%00",
    "+",
    "%F0%9F",
    "回味",
    "..%2F",
    "%3Cscript%3E",
    "en%0d%0ax:%20y",
    "yesterday",
    "2026-02-30",
    "2019-12-31",
    "2530-12-31",
    "2531-01-01",
    "-9999-01-01",
    "+002026-11-21",
    "dine-in@",
    "@table",
    "dine-in@table@table",
    "fuzz-1@table",
    "2026-11-21T00:00Z%23",
    "9999-99-99T99:99Z%23zzzzzzzzz",
    "null",
];

/// A parameter of the path, as it stands in an address.
pub fn parameter(draw: &mut Draw, plan: &Plan<'_>, name: &str) -> String {
    let right = right(draw, plan, name);
    // Behind most wrong addresses of a notice is nothing that reads it.
    let seldom = if ["provider", "account"].contains(&name) { 4 } else { 1 };
    if draw.slips(6 * seldom) {
        spoiled(draw, &right)
    } else if draw.slips(8 * seldom) {
        near(draw, name).to_owned()
    } else if draw.slips(8 * seldom) {
        hostile(draw)
    } else {
        right
    }
}

/// A parameter that a new route brings gets a number.
fn right(draw: &mut Draw, plan: &Plan<'_>, name: &str) -> String {
    match name {
        "link" if draw.slips(4) => other_link(draw, plan.scene),
        "link" => plan.scene.link(plan.visit),
        "code" => {
            let store = if draw.slips(6) { 4_040 } else { draw.pick(&DEMO_STORES) };
            code(&plan.scene.keys.guests, store)
        }
        "file" => draw.pick(&FILES).to_owned(),
        "provider" if draw.slips(30) => draw.pick(&PROVIDERS).to_owned(),
        "provider" => plan.account.provider().to_owned(),
        "account" if draw.slips(30) => Account::drawn(draw, false).id(),
        "account" => plan.account.id(),
        "endpoint" => plan.endpoint.to_owned(),
        "id" if plan.route.path.starts_with("/grants") => Uuid::from_u128(draw.below(9) as u128).to_string(),
        "id" if plan.route.path.starts_with("/people") => format!("person-{}", draw.below(4)),
        "id" => plan.survey.to_owned(),
        "case" => cases::drawn(draw, plan.scene),
        "trend" => trends::drawn(draw, plan.scene),
        "action" => trends::drawn_action(draw, plan.scene),
        "day" => plan.scene.day(draw.below(5)).to_string(),
        // Inboxes have no endings.
        "path" => draw.pick(&["cn", "cn/east", "cn/east/shanghai", "cn/west", "mars"]).to_owned(),
        "scope" if plan.route.path.starts_with("/actions") => draw.pick(&SCOPES).to_owned(),
        "scope" if plan.route.path.starts_with("/cases") => draw.pick(&SCOPES).to_owned(),
        "scope" if plan.route.path.starts_with("/duty") => draw.pick(&SCOPES).to_owned(),
        "scope" => format!("{}{}", draw.pick(&SCOPES), draw.pick(&ENDINGS)),
        _ => plan.store.to_string(),
    }
}

/// A link that is signed, and is late, early, of no store, or of another channel.
fn other_link(draw: &mut Draw, Scene { keys, now, .. }: &Scene) -> String {
    match draw.below(5) {
        0 => signed_by(&keys.guests, OWN_STORE, *now - 200.hours(), "fuzz old"),
        1 => signed_by(&keys.guests, OWN_STORE, *now + 3.hours(), "fuzz soon"),
        2 => signed_by(&keys.guests, 4_040, *now - 1.hour(), "fuzz gone"),
        3 => signed_for(&keys.guests, OWN_STORE, *now - 9.minutes(), "fuzz table", Channel::Table, 0),
        _ => signed_for(&keys.guests, 13, *now - 9.minutes(), "fuzz segment", Channel::Sms, 15),
    }
}

/// None of these is the store or the survey that always works, however it is spelt.
fn near(draw: &mut Draw, name: &str) -> &'static str {
    let near: &[&'static str] = match name {
        "link" => &["forged", "EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        "code" => &["forged", "AAAMAAAH12I-sL558sNJ7VSL", "AAAAAAAAAAAAAAAAAAAAAAAA"],
        "file" => &["qr.pdf", "qr.", ".svg", "qr.svg.svg", "QR.svg", "qr.SVG", "qr%2Esvg"],
        "store" => &["0", "077", "+77", "-1", "77.0", "1e1", "1048576", "4040", "4294967373", "99999999999999999999"],
        "id" => &["none", "-", "_x", "fuzz-1%20", "Fuzz-1", "fuzz%2D1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
        "day" => &["2026-02-30", "2019-12-31", "2531-01-01", "20261121", "2026-1-1", "-002026-11-21", "today", "0"],
        "case" => &[
            "12-20261121-0f1e2d3c4b5a69788796",
            "12-20261131-0f1e2d3c4b5a69788796",
            "0-20261121-0f1e2d3c4b5a69788796",
            "12-99999999-0f1e2d3c4b5a69788796",
            "12-20261121-0F1E2D3C4B5A69788796",
            "12--",
            "-",
        ],
        "trend" => &[
            "20261120-0f1e2d3c4b5a6978",
            "20261131-0f1e2d3c4b5a6978",
            "20261120-0F1E2D3C4B5A6978",
            "-0f1e2d3c4b5a6978",
            "20261120-",
            "-",
        ],
        "action" => &["20261121-0f1e2d3c", "-", "_x", "a%20b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
        "provider" => &["WeChat", "wechat%20", "%77echat", "paypal", "mapped:", "wechat."],
        "account" => &["none", "-", "Own", "own_x", "own-wechat-", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "%6fwn"],
        "endpoint" => {
            &["none", "-", "_x", "Spare-1", "spare-1%20", "spare%2D1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
        }
        "scope" | "path" => &[
            "",
            "cn/",
            "/cn",
            "CN.json",
            "mars.json",
            "cn//east.csv",
            "store",
            "store/0",
            "store/012.json",
            "store/12/13",
            "store%2F12.json",
            "a/b/c/d/e/f/g.html",
            "cn.xml",
            ".json",
            "cn.json.json",
        ],
        _ => &["0", "-1", "x"],
    };
    draw.pick(near)
}

fn hostile(draw: &mut Draw) -> String {
    match draw.below(10) {
        0 => "a".repeat(draw.pick(&[32, 33, 256, 5_000])),
        1 => "%00".repeat(1_000),
        2 => "%F0%9F%A5%9F".repeat(8),
        3 => "../".repeat(20),
        _ => draw.pick(&HOSTILE).to_owned(),
    }
}

/// A text with one character changed, gone, more or written otherwise, or the whole of it twice.
pub fn spoiled(draw: &mut Draw, text: &str) -> String {
    // No digit among them makes one store another that is there.
    let other = draw.pick(&['A', '_', '.', '~', '=', '-']);
    let mut chars: Vec<char> = text.chars().collect();
    let at = draw.below(chars.len().max(1));
    match draw.below(6) {
        0 => chars.insert(at, other),
        1 => return text.repeat(2),
        2 => return text.to_uppercase(),
        _ if chars.is_empty() => {}
        3 => {
            chars.remove(at);
        }
        4 => {
            let code: Vec<char> = format!("%{:02x}", u32::from(chars[at])).chars().collect();
            chars.splice(at..=at, code);
        }
        _ => chars[at] = other,
    }
    chars.into_iter().collect()
}

/// The query behind the path, with its `?`; often nothing.
pub fn query(draw: &mut Draw, plan: &Plan<'_>) -> String {
    let mut parts = Vec::new();
    for name in [
        "from",
        "to",
        "against",
        "survey",
        "comments_before",
        "lang",
        "end",
        "state",
        "mine",
        "month",
        "scope",
        "page",
        "trend",
        "grant",
    ] {
        let needed = name == "grant" && plan.route.path == "/login";
        if (needed && !draw.slips(6)) || draw.one_in(6) {
            parts.push(format!("{name}={}", value(draw, plan, name)));
        }
    }
    if draw.slips(15) {
        let odd = ["&&=&to", "from", "from=2026-11-01", "FROM=x", "lang=%ff", "=x", "grant", "a[]=1", "survey=;"];
        parts.push(draw.pick(&odd).to_owned());
    }
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

fn value(draw: &mut Draw, plan: &Plan<'_>, name: &str) -> String {
    let Scene { now, .. } = plan.scene;
    if draw.slips(4) {
        return if draw.one_in(8) { "x".repeat(3_000) } else { draw.pick(&ODD_QUERIES).to_owned() };
    }
    match name {
        "from" => plan.scene.day(10 + draw.below(20)).to_string(),
        "to" => plan.scene.day(draw.below(8)).to_string(),
        "against" => draw.pick(&["before", "year", "month"]).to_owned(),
        "survey" => draw.pick(&["dine-in", "dine-in@table"]).to_owned(),
        "comments_before" => format!("{}T12:00Z%23000000000", plan.scene.day(1)),
        "lang" => draw.pick(&["en", "zh-CN", "zh-TW", "zh-HK", "fr"]).to_owned(),
        "end" => draw.pick(&["thanks", "answered"]).to_owned(),
        "state" => draw.pick(&["open", "closed", "all"]).to_owned(),
        "mine" => draw.pick(&["1", "0", "yes"]).to_owned(),
        "month" => plan.scene.day(draw.below(40)).strftime("%Y-%m").to_string(),
        "scope" => draw.pick(&SCOPES).to_owned(),
        "trend" => trends::drawn(draw, plan.scene),
        "page" => draw.pick(&["1", "2", "0", "4294967295"]).to_owned(),
        _ if draw.slips(4) => plan.scene.token("issue admin", *now + 10.hours()),
        _ => plan.scene.token(draw.pick(&["report:", "report:cn/east", "report:store/12"]), *now + 10.hours()),
    }
}

/// A text as an address or a form writes it.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
