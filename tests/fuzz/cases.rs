//! Cases: some that are moved in any way, with contacts that are read and awards that are handed out.

use aftertaste::{
    domain::{
        access::{Person, Ticket},
        case::{Award, AwardTo, CaseId, Move, Moving},
        survey::{FollowedUp, Severity},
    },
    table::{CaseKey, Claimable, Contact, Opening, Seen, Table},
};
use jiff::ToSpan;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bodies::Body,
    scene::{Draw, OWN_STORE, Plan, Scene, payment_of, store_of, submission_of},
};
use crate::harness::{answers, visit};

/// Visits beyond all others, one for each case.
const FIRST: u32 = 410;
const CASES: u32 = 8;

/// Every other route that is called with a form is here too, beside JSON.
pub const BY_FORM_TOO: [&str; 5] =
    ["POST /case/{case}", "POST /awards", "POST /trend/{trend}", "POST /actions", "POST /action/{action}"];

const MOVES: [&str; 7] = ["take", "answer", "close", "hand-over", "award", "read-contact", "fly"];

/// Somebody who may follow every case, and whom no call changes.
pub const OWNER: &str = "owner";

/// Opens the cases, each with an answer, a contact and an award.
pub async fn put(table: &Table, scene: &Scene) {
    let owner = json!({"name": "Owner", "roles": [{"role": "owns-cases", "scope": "*"}]});
    let owner: Person = serde_json::from_value(owner).unwrap();
    table.put_person(&OWNER.parse().unwrap(), &owner, &Seen::Unreadable, scene.now).await.unwrap();
    for number in 0..CASES {
        let (key, id, now) = (key(scene, number), id(scene, number), scene.now);
        let visit = visit(&scene.keys.guests, OWN_STORE, scene.paid_at(FIRST + number), &payment_of(FIRST + number));
        let submission: Uuid = submission_of(FIRST + number).parse().unwrap();
        let response = answers().nps(1).csat(1).text("汤凉了").response;
        let response = aftertaste::domain::survey::Response { submission: Some(submission), ..response };
        table.record(visit, &response, now + 9_000.hours()).await.unwrap();
        let severity = Severity::ALL[number as usize % 4];
        let called = FollowedUp { severity, trigger: "nps".into() };
        let store = table.store(visit.store).await.unwrap().unwrap();
        let expires = now + 9_000.hours();
        let opening =
            Opening { visit, called: &called, submission, store: &store, at: now, entry: Uuid::new_v4(), expires };
        if !table.open_case(&opening).await.unwrap() {
            continue;
        }
        let contact = Contact { how: "微信 lin_123".into(), agreed: "可以联系我".into(), at: now };
        table.put_contact(&key, &contact).await.unwrap();
        let before = table.case(&key).await.unwrap().unwrap();
        let (by, code) = ("fuzz".to_owned(), Some(code(number)));
        let award =
            Award { amount: 2000, currency: "CNY".into(), to: AwardTo::Guest, by, at: now, code, redeemed_at: None };
        let moving = Moving { by: "fuzz", at: now, id: Uuid::new_v4(), store: &store };
        let after = before.case.after(&Move::Award(award.clone()), moving).unwrap();
        table.move_case(&before, &after, now).await.unwrap();
        let Award { amount, currency, by, at, code, .. } = award;
        let claimable = Claimable { case: id, amount, currency, by, at, redeemed_at: None, redeemed_by: None };
        table.put_award(visit.store, &code.unwrap(), &claimable).await.unwrap();
    }
}

fn key(scene: &Scene, number: u32) -> CaseKey {
    visit(&scene.keys.guests, OWN_STORE, scene.paid_at(FIRST + number), &payment_of(FIRST + number)).into()
}

fn id(scene: &Scene, number: u32) -> CaseId {
    let visit = visit(&scene.keys.guests, OWN_STORE, scene.paid_at(FIRST + number), &payment_of(FIRST + number));
    CaseId::of(visit, submission_of(FIRST + number).parse().unwrap())
}

fn code(number: u32) -> String {
    format!("{:010}", 4_711 + number)
}

/// A visit whose link leads to a case.
pub fn drawn_visit(draw: &mut Draw) -> u32 {
    let own: Vec<u32> = (FIRST..FIRST + CASES).filter(|visit| store_of(*visit) == OWN_STORE).collect();
    draw.pick(&own)
}

/// The id of a case that is there.
pub fn drawn(draw: &mut Draw, scene: &Scene) -> String {
    id(scene, u32::try_from(draw.below(CASES as usize)).unwrap()).to_string()
}

/// The body of one of these routes, as a program or a form sends it.
pub fn body(key: &str, draw: &mut Draw, plan: &Plan<'_>) -> Body {
    let body = if key == "POST /awards" { claimed(draw) } else { moved(draw) };
    if plan.is_form_too() { Body::Form(as_form(plan, &body)) } else { Body::Json(body) }
}

fn moved(draw: &mut Draw) -> Value {
    let step = draw.pick(&MOVES);
    // Mostly as it is when nothing was done yet: else nearly all would come too late.
    let v = if draw.one_in(3) { 1 + draw.below(8) } else { 2 };
    let mut body = json!({"v": v, "move": step});
    let fields = match step {
        "answer" => {
            json!({"cause": draw.pick(&["dish", "waiting", "weather"]), "reply": draw.pick(&["抱歉", "", "a\nb"])})
        }
        "close" => json!({"outcome": draw.pick(&["solved", "unsolved", "thanked", "lapsed"]), "note": "13812345678"}),
        "hand-over" => json!({"to": draw.pick(&["fuzz", "person-1", "nobody", "-"])}),
        "award" => json!({"to": draw.pick(&["guest", "staff", "me"]), "amount": draw.below(3_000), "currency": "CNY"}),
        _ => json!({}),
    };
    body.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
    body
}

/// A code that is mostly there.
fn claimed(draw: &mut Draw) -> Value {
    let number = u32::try_from(draw.below(CASES as usize + 1)).unwrap();
    json!({"store": draw.pick(&[OWN_STORE, OWN_STORE, 13]), "code": code(number)})
}

/// The same fields as the form of a page has them.
fn as_form(plan: &Plan<'_>, body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let token = ("token".to_owned(), plan.scene.ticket(Ticket::Form, plan.session));
    let fields = body.as_object().unwrap().iter().map(|(name, value)| match name.as_str() {
        "amount" => ("sum".to_owned(), text(value)),
        name => (name.to_owned(), text(value)),
    });
    [token].into_iter().chain(fields).collect()
}

/// A guest's word on the case that their answer opened, or how they want to be reached.
pub fn word_of_guest(draw: &mut Draw, plan: &Plan<'_>) -> Value {
    let mut body = match draw.below(4) {
        0 => json!({"contact": {"how": draw.pick(&["13812345678", "微信 lane", "a\u{7}", ""])}}),
        1 => json!({"contact": null}),
        2 => json!({}),
        _ => json!({"said": draw.pick(&["solved", "not-solved"])}),
    };
    if !draw.one_in(6) {
        body["submission"] = json!(submission_of(plan.visit));
    }
    body
}

pub fn form_of_guest(draw: &mut Draw, plan: &Plan<'_>) -> Vec<(String, String)> {
    let submission = if draw.one_in(6) { String::new() } else { submission_of(plan.visit) };
    let mut fields = vec![("submission", submission)];
    match draw.below(4) {
        0 => fields.push(("said", draw.pick(&["solved", "not-solved"]).into())),
        1 => fields.extend([("contact_how", "13812345678".into()), ("contact_agreed", "1".into())]),
        2 => fields.push(("forget_contact", "1".into())),
        _ => {}
    }
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
