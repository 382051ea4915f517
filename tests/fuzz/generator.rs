//! Requests, one after the other, as a seed gives them: a third is right in every part, the others slip here and there.

use aftertaste::domain::access::Ticket;
use aftertaste_local::Route;
use jiff::ToSpan;

use super::{
    bodies::{self, Body, CSV, FORM, JSON},
    notices::{self, Notice},
    parameters::{parameter, query, spoiled as spoiled_text},
    scene::{Draw, Plan, Scene, key, submission_of},
    signing::Header,
    spoiled::{noise, spoiled},
};

/// A request as it is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Which one it is since the seed, from 0.
    pub number: usize,
    /// The route for which it was made. It may reach another, or none.
    pub route: String,
    pub method: String,
    pub target: String,
    /// Head and body.
    pub bytes: Vec<u8>,
    /// Whether it is a payment provider's own notice, which may still be unreadable.
    pub is_signed_notice: bool,
}

/// Any request may have these: the name, values that callers send, and values that nobody should.
const HEADERS: [(&str, &[&str], &[&str]); 12] = [
    (
        "accept",
        &[
            "application/json",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "*/*",
            "text/csv",
            "image/png,image/*;q=0.8",
            "application/vnd.escpos",
        ],
        &[
            "",
            ";;;,/,",
            "text",
            "text/html;q=nan",
            "*/*;q=1e999, application/json;q=-1",
            "a/b;c=\"d",
            "image/svg+xml+x",
        ],
    ),
    (
        "accept-language",
        &["en", "zh-CN,zh;q=0.9,en;q=0.8", "zh-HK", "de-DE"],
        &["", "*", "en;q=2", ";;;q=,,/", "zh-", "-", "en;q=nan,zh;q=1e999", "zh-Hant-TW-x-a-b-c-d-e-f-g-h-i-j"],
    ),
    (
        "accept-encoding",
        &["gzip", "gzip, deflate, br", "identity"],
        &["", "*", "gzip;q=0", "gzip;q=nan", ";q=1", "gzip;;;q", "gzip;q=-1, *;q=1e400"],
    ),
    (
        "cookie",
        &["a=1", "lang=en; theme=dark"],
        &["", "grant", "grant=", "a=b; =; grant", "grant=x; grant=y", ";;;", "="],
    ),
    ("sec-fetch-site", &["same-origin", "none"], &["cross-site", "same-site", "", "x"]),
    ("sec-fetch-mode", &["navigate", "cors"], &["no-cors", ""]),
    ("user-agent", &["Mozilla/5.0 MicroMessenger/8.0"], &["", "() { :;}; x"]),
    ("x-forwarded-proto", &["https"], &["", "javascript", "http, https"]),
    ("x-forwarded-for", &["192.0.2.1"], &["unknown", "::ffff:1.2.3.4, x", ""]),
    ("content-encoding", &[], &["gzip", "br", "identity", "x"]),
    ("range", &[], &["bytes=0-", "bytes=9-1"]),
    ("x-http-method-override", &[], &["DELETE", "PUT"]),
];

/// Bytes that header values may have, and some that they may not.
const ODD_BYTES: [&[u8]; 7] =
    [b"\xff\xfe", b"\xc3\xa9\xe5\x91\xb3", b"\t", b"a\x00b", b"a\x7fb", b"a\x01b", b"\xf0\x9f\xa5\x9f"];

const ODD_TYPES: [&str; 14] = [
    JSON,
    FORM,
    CSV,
    "application/json; charset=utf-8",
    "application/json;charset=\"",
    "APPLICATION/JSON",
    "application/problem+json",
    "application/x-www-form-urlencoded; charset=gbk",
    "text/csv; header=present",
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    ";;;",
    "",
];

const METHODS: [&str; 10] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND"];

/// Scopes of grants. This version need not know each.
const SCOPES: [&str; 17] = [
    "pulse:cn report:",
    "follow:cn/east",
    "follow: contact:store/13",
    "issue",
    "issue:",
    "issue:cn/east",
    "issue:store/12",
    "issue:store/0",
    "admin",
    "report:",
    "report:cn",
    "report:cn/east",
    "report:store/12",
    "report:mars",
    "issue admin report:",
    "sing",
    "",
];

/// No grants: among them one that names no algorithm.
const ODD_GRANTS: [&str; 5] =
    ["x", "x.y.z", "", "....", "eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIiwic3ViIjoieCIsImV4cCI6NDEwMjQ0NDgwMH0."];

/// All requests of a seed.
pub struct Generator<'a> {
    scene: &'a Scene,
    draw: Draw,
    /// Each route as often as its share. Guests' routes have most states.
    routes: Vec<&'a Route>,
    made: usize,
}

impl<'a> Generator<'a> {
    pub fn new(scene: &'a Scene, seed: u64) -> Self {
        let share = |route: &Route| match route.path.split('/').nth(1) {
            Some("payments") => 6,
            Some("s") => 4,
            _ => 1,
        };
        let routes = scene.routes.iter().flat_map(|route| std::iter::repeat_n(route, share(route))).collect();
        Self { scene, draw: Draw::new(seed), routes, made: 0 }
    }
}

impl Iterator for Generator<'_> {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        let draw = &mut self.draw;
        draw.begin();
        let route = draw.pick(&self.routes);
        let plan = Plan::drawn(draw, self.scene, route);
        let method = if draw.slips(12) { draw.pick(&METHODS).to_owned() } else { route.method.clone() };
        let mut target = target(draw, &plan);
        let notice = (plan.key() == notices::ROUTE).then(|| notices::drawn(draw, &plan));
        let is_signed_notice = notice.as_ref().is_some_and(|notice| notice.is_signed);
        let (headers, body) = match notice {
            Some(notice) => sent(draw, &plan, notice, &mut target),
            None => {
                let body = body(draw, &plan);
                (headers(draw, &plan, body.as_ref()), body)
            }
        };
        let head = format!("{method} {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.scene.host);
        let bytes = joined(head, &headers, body.as_ref());
        let number = self.made;
        self.made += 1;
        Some(Request { number, route: key(route), method, target, bytes, is_signed_notice })
    }
}

/// The headers of a notice among others, and its body. Its query comes first, so that it is not hidden by another.
fn sent(draw: &mut Draw, plan: &Plan<'_>, notice: Notice, target: &mut String) -> (Vec<Header>, Option<Body>) {
    if !notice.query.is_empty() {
        let (path, _) = target.split_once('?').unwrap_or((target, ""));
        *target = format!("{path}?{}", notice.query);
    }
    let mut headers = headers(draw, plan, Some(&notice.body));
    headers.extend(notice.headers);
    (headers, Some(notice.body))
}

fn joined(head: String, headers: &[Header], body: Option<&Body>) -> Vec<u8> {
    let mut bytes = head.into_bytes();
    let body = body.map(Body::written);
    let length = body.as_ref().map(|body| ("content-length".to_owned(), body.len().to_string().into_bytes()));
    for (name, value) in headers.iter().chain(&length) {
        bytes.extend_from_slice(&[name.as_bytes(), b": ", value.as_slice(), b"\r\n"].concat());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend(body.unwrap_or_default());
    bytes
}

fn target(draw: &mut Draw, plan: &Plan<'_>) -> String {
    let mut path = String::new();
    for segment in plan.route.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => path.push_str(&parameter(draw, plan, name.trim_end_matches('+'))),
            None => path.push_str(segment),
        }
    }
    if draw.slips(25) {
        path = match draw.below(7) {
            0 => "/".into(),
            1 => "//".into(),
            2 => "/nothing/here".into(),
            3 => format!("{path}/"),
            4 => format!("{path}/x"),
            5 => path.to_uppercase(),
            _ => format!("http://evil.example{path}"),
        };
    }
    path + &query(draw, plan)
}

fn body(draw: &mut Draw, plan: &Plan<'_>) -> Option<Body> {
    let right = bodies::right(draw, plan);
    if !draw.slips(2) {
        return right;
    }
    match (right, draw.below(5)) {
        (Some(body), 0..=2) => Some(spoiled(draw, body)),
        // A route without a body is seldom sent one.
        (None, 0..=2) => None,
        (_, 3) => Some(bodies::any(draw, plan)),
        _ => Some(noise(draw)),
    }
}

fn headers(draw: &mut Draw, plan: &Plan<'_>, body: Option<&Body>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (name, usual, odd) in HEADERS {
        let values = if draw.slips(4) { odd } else { usual };
        if draw.one_in(2) && !values.is_empty() {
            headers.push((name.to_owned(), draw.pick(values).into()));
        }
    }
    if draw.one_in(4) {
        let own = format!("http://{}", plan.scene.host);
        let odd = ["https://evil.example", "null", "", "http://127.0.0.1"];
        let origin = if draw.slips(2) { draw.pick(&odd).to_owned() } else { own };
        headers.push(("origin".into(), origin.into_bytes()));
    }
    // Nothing is taken back without it.
    let is_needed = plan.route.method == "DELETE" && !draw.slips(3);
    if is_needed || draw.one_in(3) {
        headers.push(("Submission".into(), submission(draw, plan).into_bytes()));
    }
    if let Some(body) = body {
        let kind = if draw.slips(6) { draw.pick(&ODD_TYPES) } else { body.content_type() };
        // JSON may come without its type.
        if kind != JSON || !draw.one_in(8) {
            headers.push(("content-type".into(), kind.into()));
        }
    }
    if plan.takes_own_forms() && !draw.slips(4) {
        // A browser says this of a form that a page of this site sends.
        headers.retain(|(name, _)| name != "sec-fetch-site");
        headers.push(("sec-fetch-site".into(), b"same-origin".to_vec()));
        headers.push(("cookie".into(), session(plan).into_bytes()));
    } else {
        headers.extend(grant(draw, plan));
    }
    if draw.slips(12) {
        headers.extend(odd_headers(draw));
    }
    headers
}

fn submission(draw: &mut Draw, plan: &Plan<'_>) -> String {
    let own = submission_of(plan.visit);
    if !draw.slips(3) {
        return own;
    }
    match draw.below(6) {
        0 => String::new(),
        1 => "1".into(),
        2 => format!("\"{own}\""),
        3 => own.to_uppercase(),
        4 => submission_of(plan.visit + 1),
        _ => spoiled_text(draw, &own),
    }
}

/// Values of odd bytes or much too long, or more headers than a server takes.
fn odd_headers(draw: &mut Draw) -> Vec<Header> {
    let (name, ..) = draw.pick(&HEADERS);
    match draw.below(8) {
        0 => (0..120).map(|number| (format!("x-{number}"), b"1".to_vec())).collect(),
        1 => vec![("accept-language".into(), "en;q=0.5,".repeat(400).into_bytes())],
        2 => vec![("cookie".into(), "a=1; ".repeat(800).into_bytes())],
        3 => vec![(name.to_owned(), b"a".repeat(5_000)), (name.to_owned(), b",;=".repeat(200))],
        _ => vec![(name.to_owned(), draw.pick(&ODD_BYTES).to_vec())],
    }
}

/// The cookie of the request's session.
fn session(plan: &Plan<'_>) -> String {
    format!("__Host-aftertaste={}", plan.scene.ticket(Ticket::Session, plan.session))
}

/// The credential of a caller: in `Authorization`, or as a browser's cookie.
fn grant(draw: &mut Draw, plan: &Plan<'_>) -> Option<Header> {
    let token = token(draw, plan)?;
    if draw.one_in(8) {
        return Some(("cookie".into(), session(plan).into_bytes()));
    }
    if draw.one_in(4) {
        return Some((
            "cookie".into(),
            format!("a=1; {}={token}", draw.pick(&["__Host-aftertaste", "grant"])).into_bytes(),
        ));
    }
    let scheme = if draw.slips(8) { draw.pick(&["bearer ", "Bearer  ", "Basic ", "", "Bearer\t"]) } else { "Bearer " };
    Some(("authorization".into(), format!("{scheme}{token}").into_bytes()))
}

fn token(draw: &mut Draw, plan: &Plan<'_>) -> Option<String> {
    let needed = match plan.route.path.split('/').nth(1) {
        Some("links" | "codes") => "issue pulse:",
        Some("stores" | "surveys" | "brand" | "days" | "accounts" | "endpoints" | "duty" | "nodes") => "admin",
        Some("reports" | "login") => "report: pulse:",
        Some("cases" | "case" | "awards" | "trend" | "actions" | "action") => "follow: contact:",
        Some("s" | "t" | "payments") => "",
        // A route that is new is shown all there are.
        _ => "issue admin report:",
    };
    let (scene, now) = (plan.scene, plan.scene.now);
    if !draw.slips(3) {
        let paid_within = paid_within(draw);
        return (!needed.is_empty()).then(|| scene.token_with(needed, now + 10.hours(), paid_within));
    }
    match draw.below(6) {
        0 => None,
        1 => Some(draw.pick(&ODD_GRANTS).to_owned()),
        2 => Some(scene.token(needed, now - 1.hour())),
        3 => Some(spoiled_text(draw, &scene.token(needed, now + 10.hours()))),
        _ => Some(scene.token(draw.pick(&SCOPES), now + 10.hours())),
    }
}

/// Every fourth grant is for payments of the last hours alone; those of careful requests for as many as there are visits
/// of.
fn paid_within(draw: &mut Draw) -> Option<u32> {
    if !draw.one_in(4) {
        return None;
    }
    Some(if draw.slips(2) { draw.pick(&[0, 1, 24, u32::MAX]) } else { 168 })
}
