//! The body that each route takes.

use aftertaste::domain::access::Ticket;
use serde_json::{Value, json};

use super::{
    accounts, cases, endpoints,
    parameters::encoded,
    scene::{ANSWERED, Draw, OWN_STORE, OWN_SURVEY, Plan, payment_of, store_of, submission_of},
    trends,
};

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const CSV: &str = "text/csv";

/// The routes whose bodies are known here.
const KNOWN: [&str; 28] = [
    "POST /case/{case}",
    "POST /trend/{trend}",
    "POST /actions",
    "POST /action/{action}",
    "POST /awards",
    "POST /erasures",
    "POST /grants",
    "POST /links",
    "POST /codes",
    "POST /s/{link}",
    "POST /s/{link}/case",
    "PUT /stores/{store}",
    "PUT /surveys/{id}",
    "PUT /brand",
    "PUT /accounts/{account}",
    "PUT /endpoints/{endpoint}",
    "POST /endpoints/{endpoint}",
    "PUT /duty/{scope+}",
    "PUT /stores/{store}/days/{day}",
    "PUT /days",
    "PUT /nodes",
    "PUT /nodes/{path+}",
    "PUT /people/{id}",
    "POST /sign-in",
    "POST /sign-out",
    "POST /people",
    "POST /people/{id}",
    "POST /grants/{id}",
];

const COMMENTS: [&str; 9] = [
    "汤很鲜，上菜也快。",
    "Great value for lunch. 🥟",
    "Call me: 138 1234 5678, a.b@example.cn",
    "<script>alert(1)</script>",
    "=1+1",
    "",
    " ",
    "two\nlines",
    "e\u{301}\u{202e}\u{200d}👩‍👩‍👧‍👦",
];

/// A body that can still be changed part by part; `Raw` is bytes of some content type.
pub enum Body {
    Json(Value),
    Form(Vec<(String, String)>),
    Csv(Vec<Vec<String>>),
    Raw(&'static str, Vec<u8>),
}

impl Body {
    pub fn content_type(&self) -> &'static str {
        match *self {
            Self::Json(_) => JSON,
            Self::Form(_) => FORM,
            Self::Csv(_) => CSV,
            Self::Raw(kind, _) => kind,
        }
    }

    pub fn written(&self) -> Vec<u8> {
        match self {
            Self::Json(value) => value.to_string().into_bytes(),
            Self::Form(fields) => {
                let pair = |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
                fields.iter().map(pair).collect::<Vec<_>>().join("&").into_bytes()
            }
            Self::Csv(rows) => rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n").into_bytes(),
            Self::Raw(_, bytes) => bytes.clone(),
        }
    }
}

/// The body that a route takes; none where it takes none.
pub fn right(draw: &mut Draw, plan: &Plan<'_>) -> Option<Body> {
    let key = plan.key();
    if KNOWN.contains(&key.as_str()) {
        return Some(of(&key, draw, plan));
    }
    // A route that is new gets what the others take.
    ["POST", "PUT", "PATCH"].contains(&plan.route.method.as_str()).then(|| any(draw, plan))
}

/// The body that one of the routes takes.
pub fn any(draw: &mut Draw, plan: &Plan<'_>) -> Body {
    let key = draw.pick(&KNOWN);
    of(key, draw, plan)
}

fn of(key: &str, draw: &mut Draw, plan: &Plan<'_>) -> Body {
    match key {
        "POST /links" => Body::Json(payment(draw, plan)),
        "POST /codes" => Body::Json(json!({"store": store_of(plan.visit), "table": draw.below(40)})),
        "POST /s/{link}" if draw.one_in(3) => Body::Form(form(draw, plan)),
        "POST /s/{link}" => Body::Json(answer(draw, plan)),
        "POST /s/{link}/case" if draw.one_in(2) => Body::Form(cases::form_of_guest(draw, plan)),
        "POST /s/{link}/case" => Body::Json(cases::word_of_guest(draw, plan)),
        "PUT /stores/{store}" => Body::Json(details(draw, plan)),
        "PUT /surveys/{id}" => Body::Json(definition(draw, plan)),
        "PUT /brand" => Body::Json(brand(draw)),
        "PUT /accounts/{account}" => Body::Json(accounts::body(draw, plan)),
        "PUT /endpoints/{endpoint}" => Body::Json(endpoints::body(draw, plan)),
        "POST /endpoints/{endpoint}" => Body::Json(endpoints::act(draw, plan)),
        "POST /case/{case}" | "POST /awards" => cases::body(key, draw, plan),
        "POST /trend/{trend}" | "POST /actions" | "POST /action/{action}" => trends::body(key, draw, plan),
        "PUT /duty/{scope+}" => Body::Json(duty(draw)),
        "POST /erasures" => Body::Json(erasure(draw, plan)),
        "POST /grants" => {
            let scope = draw.pick(&["issue:store/12", "report:cn/east", "issue report:store/12", "admin"]);
            Body::Json(json!({"subject": "fuzz", "scope": scope, "days": 1}))
        }
        "PUT /people/{id}" => Body::Json(json!({"name": "Fuzz", "language": "zh-CN", "roles": [
            {"role": draw.pick(&["looks", "owns-cases", "sets-up", "everything"]), "scope": draw.pick(&["cn", "store/12", "*"])}]})),
        "POST /sign-in" => Body::Form(sign_in(draw, plan)),
        "POST /sign-out" | "POST /grants/{id}" => Body::Form(vec![token(plan)]),
        "POST /people" | "POST /people/{id}" => Body::Form(person(draw, plan)),
        "PUT /days" => Body::Csv(days(draw, plan)),
        "PUT /nodes" => Body::Csv(nodes(draw)),
        "PUT /nodes/{path+}" => Body::Json(json!({"name": {"en": draw.pick(&NAMES), "zh-CN": draw.pick(&NAMES)}})),
        _ => Body::Json(orders(draw)),
    }
}

/// The people on duty: somebody who may follow cases, people who may not, or nobody. The endpoint is none or reaches
/// none of them.
fn duty(draw: &mut Draw) -> Value {
    let mut body = json!({"people": [draw.pick(&[cases::OWNER, cases::OWNER, "person-1"])]});
    if draw.one_in(3) {
        body["digest"] = json!(draw.pick(&["daily", "weekly", "none", "hourly"]));
    }
    if draw.slips(6) {
        body["endpoint"] = json!(draw.pick(&["own", "spare-1", "spoiled", "none", "_x"]));
    }
    if draw.slips(8) {
        body["people"] = Value::from(vec![draw.pick(&["nobody", "Fuzz", "person-1"]); draw.pick(&[1, 20, 21, 2_000])]);
    }
    body
}

/// The token of the session that the request's cookie has.
fn token(plan: &Plan<'_>) -> (String, String) {
    ("token".into(), plan.scene.ticket(Ticket::Form, plan.session))
}

/// A link, of which some are used up, or an address.
fn sign_in(draw: &mut Draw, plan: &Plan<'_>) -> Vec<(String, String)> {
    match draw.one_in(2) {
        true => vec![("link".into(), plan.scene.ticket(Ticket::SignIn, plan.session))],
        false => vec![("email".into(), draw.pick(&["fuzz@example.cn", "nobody@example.cn", "@"]).into())],
    }
}

/// The form of a person's page.
fn person(draw: &mut Draw, plan: &Plan<'_>) -> Vec<(String, String)> {
    let mut fields = vec![token(plan), ("name".into(), draw.pick(&COMMENTS).chars().take(40).collect())];
    for (name, values) in [
        ("do", &["save", "link", "sign-out", "x"][..]),
        ("looks", &["cn", "store/12 store/13", "", "cn、mars", "*"]),
        ("contact", &["", "cn/east"]),
        ("pulse", &["", "cn/east", "-"]),
        ("email", &["", "somebody@example.cn", "@"]),
        ("language", &["", "en", "zh_CN"]),
        ("mentions", &["", "wecom LinXia", "wecom"]),
    ] {
        fields.push((name.into(), draw.pick(values).into()));
    }
    fields
}

/// The payment of the visit, so that its link is the one that is opened and answered.
fn payment(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let mut body = json!({
        "store": store_of(plan.visit),
        "payment": payment_of(plan.visit),
        "paid_at": plan.scene.paid_at(plan.visit).to_string(),
    });
    if draw.one_in(2) {
        body["channel"] = json!(draw.pick(&["unknown", "receipt", "wechat-mini-program", "sms", "kiosk", "web"]));
    }
    if draw.one_in(3) {
        body["segment"] = json!(draw.below(16));
    }
    if draw.one_in(3) {
        body["context"] = context(draw);
    }
    body
}

/// A merchant's knowledge of a visit.
fn context(draw: &mut Draw) -> Value {
    let amount = draw.pick(&[0, 99, 18_800, 1_000_000_000_000_000_u64]);
    match draw.below(4) {
        0 => json!({}),
        1 => json!({"table": draw.pick(&["7", "A12", "包厢 3", "=1+1"]), "staff": draw.pick(&["lin", "007"])}),
        2 => json!({"amount": amount, "currency": draw.pick(&["CNY", "JPY", "KWD", "XTS"])}),
        _ => json!({"staff": "lin", "items": ["宫保鸡丁", "soup"], "fields": {"shift": "noon", "guests": "4"}}),
    }
}

/// A visit by its link or by its payment: every other time the one that is sure to have been answered.
fn erasure(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let visit = if draw.one_in(2) { ANSWERED } else { plan.visit };
    if draw.one_in(2) {
        return json!({"link": plan.scene.link(visit)});
    }
    json!({"store": store_of(visit), "day": plan.scene.day_of(visit), "payment": payment_of(visit)})
}

/// Every survey that is put right asks these three.
fn answer(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let mut body = json!({"answers": {"nps": draw.below(11), "csat": 1 + draw.below(5)}});
    if draw.one_in(2) {
        body["answers"]["why"] = json!(draw.pick(&COMMENTS));
    }
    if !draw.one_in(3) {
        body["submission"] = json!(submission_of(plan.visit));
    }
    if draw.one_in(4) {
        body["version"] = json!(1);
    }
    // The stores that are put meanwhile may ask another.
    if store_of(plan.visit) == OWN_STORE && draw.one_in(4) {
        body["survey"] = json!(OWN_SURVEY);
    }
    if draw.one_in(2) {
        body["seconds"] = json!(draw.below(300));
    }
    if draw.one_in(6) {
        body["partial"] = json!(true);
    }
    for name in ["asks_reply", "imported"] {
        if draw.one_in(4) {
            body[name] = json!(draw.one_in(2));
        }
    }
    body
}

fn form(draw: &mut Draw, plan: &Plan<'_>) -> Vec<(String, String)> {
    let mut fields: Vec<(&str, String)> = if draw.one_in(4) {
        vec![("take_back", "1".into())]
    } else {
        vec![
            ("nps", draw.below(11).to_string()),
            ("csat", (1 + draw.below(5)).to_string()),
            ("why", draw.pick(&COMMENTS).into()),
            ("version", "1".into()),
            ("seconds", draw.below(300).to_string()),
        ]
    };
    if !draw.one_in(3) {
        fields.push(("submission", submission_of(plan.visit)));
    }
    if draw.one_in(6) {
        fields.push(("partial", "true".into()));
    }
    if draw.one_in(3) {
        fields.push(("asks_reply", "true".into()));
    }
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The store that always works keeps its survey.
fn details(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let survey = if plan.store == OWN_STORE { OWN_SURVEY } else { draw.pick(&[OWN_SURVEY, "fuzz-1"]) };
    let zone = match plan.store {
        78 => "Europe/Berlin",
        79 => "Pacific/Chatham",
        _ => "Asia/Shanghai",
    };
    json!({
        "name": draw.pick(&["Nanjing Road", "模糊店 🥟", "O'Neil & \"Co\" <b>"]),
        "path": draw.pick(&["cn/east/shanghai", "cn/west", "nz"]),
        "time_zone": zone,
        "day_starts": "04:00",
        "survey": survey,
        "staff_survey": draw.pick(&["pulse", "dine-in", "gone", "-"]),
        "opening": opening(draw),
        "closed_on": draw.pick(&[&[][..], &["2027-02-06", "2027-02-07"]]),
    })
}

/// Days with intervals that may be missing, overlap or pass midnight.
fn opening(draw: &mut Draw) -> Value {
    let mut days = json!({});
    for day in ["daily", "mon", "sat", "sun"] {
        if draw.one_in(2) {
            let intervals = ["10:00-14:00", "12:00-21:30", "18:00-02:00", "00:00-24:00"];
            days[day] = (0..draw.below(4)).map(|_| draw.pick(&intervals)).collect();
        }
    }
    days
}

/// The demo's survey with another title, so that it has several versions; or one with a question of each kind.
fn definition(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let turn = draw.below(4);
    if plan.survey == OWN_SURVEY {
        let mut definition: Value = serde_json::from_str(include_str!("../../surveys/dine-in.json")).unwrap();
        definition["title"]["en"] = json!(format!("How was your meal? {turn}"));
        return definition;
    }
    let text = |english: &str| json!({"en": english, "zh-CN": "问题"});
    json!({
        "id": plan.survey,
        "title": text(&format!("Fuzz {turn}")),
        "link_lifetime_days": 7,
        "questions": [
            {"id": "nps", "kind": "scale", "min": 0, "max": 10, "measures": "recommend", "required": true,
             "text": text("Recommend?"), "low_label": text("No"), "high_label": text("Yes")},
            {"id": "csat", "kind": "scale", "min": 1, "max": 5, "measures": "satisfaction", "text": text("Satisfied?")},
            {"id": "trust", "kind": "scale", "min": 1, "max": 5, "measures": "driver", "theme": "trust", "module": "m",
             "text": text("Trust?")},
            {"id": "choice", "kind": "scale", "min": 1, "max": 5, "measures": "driver", "theme": "choice", "module": "m",
             "text": text("Choice?")},
            {"id": "what", "kind": "choice", "many": true, "ask_if": {"question": "nps", "at_most": 6},
             "options": [{"id": "food", "text": text("Food")}, {"id": "wait", "text": text("Wait")}],
             "text": text("What?")},
            {"id": "why", "kind": "text", "max_length": 200, "text": text("Why?")},
        ],
        "modules": {"m": {"ask": 1}},
        "follow_up": [
            {"severity": "critical", "when": {"any_of": ["汤", "<script>"]}},
            {"severity": "high", "when": {"asks_reply": true}, "codes": true},
            {"severity": "normal", "when": {"question": "what", "chose": "wait"}},
            {"severity": "praise", "when": {"question": "nps", "at_least": 9, "with_text": true}, "share": 0.1},
        ],
    })
}

fn brand(draw: &mut Draw) -> Value {
    let mut body = json!({
        "name": draw.pick(&["Lane's Kitchen", "巷子小馆", "A & B <i>"]),
        "colour": draw.pick(&["#b4232a", "#336699"]),
        "segments": {"1": "VIP", "2": "新客"},
        "retention_days": 90 + draw.below(900),
    });
    if draw.one_in(2) {
        body["privacy"] = json!({"en": "We keep it {days} days with {when}.", "zh-CN": "保留 {days} 天。"});
        body["thanks"] = json!({"en": "Thanks!"});
    }
    for program in ["wechat", "alipay"] {
        if draw.one_in(2) {
            body[program] = json!({"app_id": "wx0000000000000000", "page": "pages/survey/survey"});
        }
    }
    body
}

fn orders(draw: &mut Draw) -> Value {
    let orders = draw.below(10_000);
    match draw.below(4) {
        0 => json!({"orders": orders}),
        1 => json!({"orders": orders, "orders_by_hour": {"11": 0, "12": orders}}),
        2 => json!({"orders": orders, "revenue": 61_034.5, "currency": "CNY"}),
        _ => json!({"orders": orders, "revenue": 1e12, "refunds": 0, "currency": "NZD"}),
    }
}

fn days(draw: &mut Draw, plan: &Plan<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![["store", "day", "orders", "revenue", "refunds", "currency"].map(str::to_owned).to_vec()];
    for _ in 0..1 + draw.below(6) {
        let (store, day, orders) = (draw.pick(&[12, 13, 14, 21, 31]), plan.scene.day(draw.below(40)), draw.below(900));
        let amounts = draw.pick(&[["", "", ""], ["512.25", "", "CNY"], ["90", "1", "NZD"]]);
        let first = [store.to_string(), day.to_string(), orders.to_string()];
        rows.push(first.into_iter().chain(amounts.map(str::to_owned)).collect());
    }
    rows
}

/// Names of nodes. Some can't be seen, or are are no single line.
const NAMES: [&str; 8] =
    ["China East", "华东", "=1+1", "\u{202e}tsaE", "East, \"the\" coast", "<b>East</b>", " ", "a\nb"];

fn nodes(draw: &mut Draw) -> Vec<Vec<String>> {
    let mut rows = vec![["path", "en", "zh-CN"].map(str::to_owned).to_vec()];
    for _ in 0..1 + draw.below(6) {
        let path = draw.pick(&["cn", "cn/east", "cn/east/shanghai", "cn/west", "mars", "store/1"]);
        rows.push([path, draw.pick(&NAMES), draw.pick(&NAMES)].map(str::to_owned).to_vec());
    }
    rows
}
