//! Scores that changed, and actions: some that are moved in any way, started and withdrawn.

use aftertaste::{
    domain::{
        Id,
        access::Ticket,
        action::{Action, ActionDetails},
        place::Scope,
        trend::{Change, Trend, TrendId},
        watch::{Direction, Watched},
    },
    table::{StoredAction, Table},
};
use jiff::ToSpan;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bodies::Body,
    cases::OWNER,
    scene::{Draw, Plan, Scene},
};

/// Whose scores changed. The last one rose.
const SCOPES: [&str; 6] = ["store/12", "store/13", "cn/east", "cn/east/shanghai", "cn", "store/12"];

const ACTIONS: usize = 6;

/// Puts both, each as it is at first.
pub async fn put(table: &Table, scene: &Scene) {
    for number in 0..SCOPES.len() {
        let (id, watched, direction) = trend(scene, number);
        let since = scene.day(5);
        let change = Change {
            direction,
            since,
            earliest: since,
            latest: scene.day(4),
            points: -14.5,
            low: -20.0,
            high: -9.0,
            beside: false,
            parts: (number > 1).then(Vec::new),
        };
        table.open_trend(&Trend::open(id, watched, change, scene.now, Uuid::new_v4())).await.unwrap();
    }
    for number in 0..ACTIONS {
        let stores = if number % 2 == 0 { json!([12]) } else { json!([12, 13, 31]) };
        let details = json!({"stores": stores, "start": scene.day(10), "what": "中午加一台收银机", "owner": OWNER});
        let details: ActionDetails = serde_json::from_value(details).unwrap();
        let action = Action::new(action(scene, number), details).unwrap();
        let stored = StoredAction { action, by: OWNER.into(), at: scene.now, withdrawn_at: None, withdrawn_by: None };
        assert!(table.put_action(&stored).await.unwrap());
    }
}

fn trend(scene: &Scene, number: usize) -> (TrendId, Watched, Direction) {
    let scope: Scope = SCOPES[number].parse().unwrap();
    let watched = Watched { series: "dine-in".parse().unwrap(), scope, part: None };
    let direction = if number + 1 == SCOPES.len() { Direction::Rise } else { Direction::Drop };
    (TrendId::of(scene.day(1), &watched, direction), watched, direction)
}

fn action(scene: &Scene, number: usize) -> Id {
    format!("{}-{number:08x}", scene.day(10).strftime("%Y%m%d")).parse().unwrap()
}

/// The id of a trend that is there.
pub fn drawn(draw: &mut Draw, scene: &Scene) -> String {
    trend(scene, draw.below(SCOPES.len())).0.to_string()
}

/// The id of an action that is there.
pub fn drawn_action(draw: &mut Draw, scene: &Scene) -> String {
    action(scene, draw.below(ACTIONS)).to_string()
}

/// The body of one of these routes, as a program or a form sends it.
pub fn body(key: &str, draw: &mut Draw, plan: &Plan<'_>) -> Body {
    let body = match key {
        "POST /trend/{trend}" => moved(draw),
        "POST /actions" => described(draw, plan),
        _ => withdrawn(draw),
    };
    if plan.is_form_too() { Body::Form(as_form(plan, &body)) } else { Body::Json(body) }
}

fn moved(draw: &mut Draw) -> Value {
    let step = draw.pick(&["take", "take", "hand-over", "close", "fly"]);
    let v = if draw.one_in(2) { 1 } else { 1 + draw.below(5) };
    let mut body = json!({"v": v, "move": step});
    let fields = match step {
        "hand-over" => json!({"to": draw.pick(&["fuzz", OWNER, "person-1", "-"])}),
        "close" => json!({"outcome": draw.pick(&["explained", "noted", "lapsed"]), "note": "13812345678",
            "cause": draw.pick(&["dish", "weather", ""])}),
        _ => json!({}),
    };
    body.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
    body
}

/// The one move of an action.
fn withdrawn(draw: &mut Draw) -> Value {
    json!({"move": draw.pick(&["withdraw", "withdraw", "withdraw", "take", ""])})
}

/// An action that can mostly be started.
fn described(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let start = match draw.slips(4) {
        true => draw.pick(&["1999-01-01", "2026-02-30", "today", "2400-01-01"]).to_owned(),
        false => (plan.scene.day(draw.below(50)) + 5.days()).to_string(),
    };
    let mut body = json!({
        "stores": draw.pick(&[json!([12]), json!([13, 12])]),
        "start": start,
        "what": draw.pick(&["换一种汤", "Call 138 1234 5678", "<b>x</b>", "a\u{7}\r\nb"]),
        "owner": draw.pick(&[OWNER, OWNER, "fuzz"]),
    });
    if draw.one_in(3) {
        body["settling_days"] = json!(draw.below(29));
    }
    if draw.one_in(3) {
        body["trends"] = json!([drawn(draw, plan.scene)]);
    }
    if draw.slips(4) {
        let (name, value) = draw.pick(&[
            ("stores", json!((1..=201).collect::<Vec<_>>())),
            ("stores", json!([4_040])),
            ("owner", json!("person-1")),
            ("settling_days", json!(29)),
            ("what", json!("\u{202e}tsaE")),
            ("trends", json!(["20261120-0f1e2d3c4b5a6978"])),
        ]);
        body[name] = value;
    }
    body
}

/// The same fields as the form of a page has them: one for each of a list.
fn as_form(plan: &Plan<'_>, body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut fields = vec![
        ("token".to_owned(), plan.scene.ticket(Ticket::Form, plan.session)),
        ("scope".to_owned(), "cn/east".to_owned()),
    ];
    for (name, value) in body.as_object().unwrap() {
        let one = std::slice::from_ref(value);
        let values = value.as_array().map_or(one, Vec::as_slice);
        fields.extend(values.iter().map(|value| (name.clone(), text(value))));
    }
    fields
}
