//! Bodies that are nearly right, and bodies that are nothing.

use serde_json::{Value, json};

use super::{
    bodies::{Body, CSV, FORM, JSON},
    scene::Draw,
};

/// The most bytes of a body.
const LARGEST_BODY: usize = 16_384;

/// Stands in JSON for what no value can be. It is replaced in the text.
const MARK: &str = "@@";

const ODD_TEXTS: [&str; 30] = [
    "",
    " ",
    "\u{0}",
    "a\u{7}b",
    "\r\n",
    "💩💩💩",
    "\u{202e}abc",
    "\u{feff}",
    "\u{fdfa}",
    "..",
    "../../etc/passwd",
    "'",
    "\"",
    "\\",
    "<b>",
    "{days}{when}",
    "-1",
    "1e400",
    "NaN",
    "007",
    "99999999999999999999",
    "null",
    "true",
    "[]",
    "2026-02-30",
    "2026-11-21T12:31:07",
    "9999-12-31T23:59:59Z",
    "-009999-01-01T00:00:00Z",
    "store/12",
    "nps",
];

/// Tokens that stand in a text for JSON and are none, or are JSON at its limits.
const TOKENS: [&str; 14] = [
    "1e400",
    "-1e400",
    "1E+9999",
    "-0",
    "-0.0",
    "01",
    ".5",
    "NaN",
    "Infinity",
    "'x'",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\u{1}\"",
    "1.0",
];

/// A body with some of its parts dropped, doubled, of another type or too large, or with its bytes mangled.
pub fn spoiled(draw: &mut Draw, mut body: Body) -> Body {
    for _ in 0..draw.below(4) {
        match &mut body {
            Body::Json(value) => spoil_value(draw, value),
            Body::Form(fields) => spoil_fields(draw, fields),
            Body::Csv(rows) => spoil_rows(draw, rows),
            Body::Raw(..) => {}
        }
    }
    let (kind, mut bytes) = (body.content_type(), body.written());
    if kind == JSON {
        bytes = spoil_text(draw, &String::from_utf8_lossy(&bytes)).into_bytes();
    }
    if draw.one_in(3) {
        mangle(draw, &mut bytes);
    }
    Body::Raw(kind, bytes)
}

/// Changes something somewhere in a value: each step down is drawn.
pub fn spoil_value(draw: &mut Draw, value: &mut Value) {
    let deeper = !draw.one_in(4);
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let name = fields.keys().nth(draw.below(fields.len())).unwrap().clone();
            match draw.below(8) {
                0 => {
                    fields.remove(&name);
                }
                1 => {
                    let again = fields[&name].clone();
                    fields.insert(format!("{name}s"), again);
                }
                2 => {
                    fields.insert(odd_text(draw), odd_value(draw));
                }
                _ => spoil_value(draw, &mut fields[&name]),
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = draw.below(items.len());
            match draw.below(4) {
                0 => {
                    items.remove(at);
                }
                1 => {
                    let again = items[at].clone();
                    items.push(again);
                }
                _ => spoil_value(draw, &mut items[at]),
            }
        }
        _ => *value = odd_value(draw),
    }
}

fn odd_value(draw: &mut Draw) -> Value {
    match draw.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1.5),
        4 => json!(1e300),
        5 => json!(u64::MAX),
        6 => json!([]),
        7 => json!({}),
        8 => json!([[[{"a": [{}]}]]]),
        9 => Value::from(vec![7; 500]),
        10 => json!(MARK),
        11 => json!(draw.below(100)),
        _ => json!(odd_text(draw)),
    }
}

fn odd_text(draw: &mut Draw) -> String {
    match draw.below(12) {
        0 => "x".repeat(draw.pick(&[41, 81, 129, 301, 501, 1_001, 4_000])),
        1 => "味".repeat(draw.pick(&[27, 81, 501, 1_001])),
        2 => "\u{1}".repeat(600),
        _ => draw.pick(&ODD_TEXTS).to_owned(),
    }
}

/// JSON's text with the marks replaced, and now and then its first field twice.
fn spoil_text(draw: &mut Draw, text: &str) -> String {
    let token = match draw.below(5) {
        0 => "[".repeat(10_000),
        1 => format!("{}{}", "[".repeat(126), "]".repeat(126)),
        2 => "9".repeat(400),
        _ => draw.pick(&TOKENS).to_owned(),
    };
    let text = text.replace(&format!("\"{MARK}\""), &token);
    let first = text.strip_prefix("{\"").and_then(|rest| rest.split_once('"'));
    match first {
        Some((name, _)) if draw.one_in(8) => format!("{{\"{name}\":1,{}", &text[1..]),
        _ => text,
    }
}

pub fn spoil_fields(draw: &mut Draw, fields: &mut Vec<(String, String)>) {
    let at = draw.below(fields.len().max(1));
    match draw.below(7) {
        0 => fields.push(("take_back".into(), odd_text(draw))),
        1 => fields.extend((0..400).map(|number| (format!("a{number}"), "1".to_owned()))),
        2 => fields.push((odd_text(draw), odd_text(draw))),
        _ if fields.is_empty() => {}
        3 => {
            fields.remove(at);
        }
        4 => {
            let again = fields[at].clone();
            fields.push(again);
        }
        5 => fields.push((fields[at].0.clone(), odd_text(draw))),
        _ => fields[at].1 = odd_text(draw),
    }
}

fn spoil_rows(draw: &mut Draw, rows: &mut Vec<Vec<String>>) {
    let at = draw.below(rows.len().max(1));
    match draw.below(7) {
        0 => rows.push(vec!["4040".into(), "2026-11-20".into(), "5".into()]),
        _ if rows.is_empty() => {}
        1 => {
            rows.remove(at);
        }
        2 => rows[at].push(odd_text(draw)),
        3 => {
            let again = rows[at].clone();
            rows.extend(std::iter::repeat_n(again, 400));
        }
        4 => {
            rows[at].pop();
        }
        _ => {
            let cell = draw.below(rows[at].len().max(1));
            // A text with a quote or a line's end opens or breaks cells, as it should.
            let odd = odd_text(draw);
            if let Some(cell) = rows[at].get_mut(cell) {
                *cell = odd;
            }
        }
    }
}

fn mangle(draw: &mut Draw, bytes: &mut Vec<u8>) {
    let at = draw.below(bytes.len() + 1);
    match draw.below(7) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, 0xff),
        2 => bytes.insert(at, 0),
        3 => bytes.extend_from_within(..),
        4 => {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        // As long as a body may be, or a byte longer. JSON ends in any number of spaces.
        _ => bytes.resize(LARGEST_BODY + draw.below(2), b' '),
    }
}

/// A body of no route: empty, deep, long, not UTF-8, compressed.
pub fn noise(draw: &mut Draw) -> Body {
    let fields = |count: usize, end: &str| -> String {
        (0..count).map(|number| format!("\"a{number}\":{end}")).collect::<Vec<_>>().join(",")
    };
    let bytes: Vec<u8> = match draw.below(14) {
        0 => Vec::new(),
        1 => b"[".repeat(10_000),
        2 => b"{\"a\":".repeat(3_000),
        3 => format!("{{{}}}", fields(1_700, "0")).into_bytes(),
        4 => format!("{{\"answers\":{{{}}}}}", fields(400, "1")).into_bytes(),
        5 => format!("{{\"answers\":{{\"nps\":[],\"csat\":{{}},{}}}}}", fields(30, "[{}]")).into_bytes(),
        6 => b"{\"answers\":{\"nps\":9,\"csat\":5,\"why\":\"\xff\xc0\xaf\"}}".to_vec(),
        7 => vec![b'x'; LARGEST_BODY + draw.below(2)],
        8 => b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\xcc\x2b\x2e\x4f\x2d\x02".to_vec(),
        9 => (0..400).map(|number| format!("a{number}=1")).collect::<Vec<_>>().join("&").into_bytes(),
        10 => b"%".repeat(300),
        11 => {
            draw.pick(&["null", "9", "\"x\"", "[]", "{}", "{", "store,day\n", "&&==&", "nps=9&nps=8&take_back"]).into()
        }
        12 => vec![b'x'; 60_000],
        _ => {
            let count = draw.below(300);
            draw.bytes(count)
        }
    };
    Body::Raw(draw.pick(&[JSON, JSON, FORM, CSV]), bytes)
}
