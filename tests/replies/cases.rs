//! The calls of cases: an inbox, the moves of a case one after the other, and an award that is handed out. Also those of a
//! trend, and of an action that answers it.

use aftertaste::{
    domain::{
        case::CaseId,
        place::Scope,
        survey::{FollowedUp, Severity},
        trend::{Change, Trend, TrendId},
        watch::{Direction, Watched},
    },
    table::{Contact, Opening},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Scene,
    calls::{Call, new},
    receipt,
};
use crate::{events::keys, harness::visit};

const SUBMISSION: &str = "0c8f4f2e-6f0a-4a7e-9d55-0f6c1d3a9b21";

/// The store of these calls, which no other call names.
const STORE: u32 = 34;

/// Opens a case whose guest left a contact.
pub async fn put_case(scene: &Scene) {
    let link = receipt(STORE, "case", scene.now);
    let body = json!({"answers": {"nps": 2, "csat": 1, "why": "汤凉了"}, "submission": SUBMISSION});
    let answered = scene.reply(&new("POST /s/{link}").at(&[("link", &link)]).json(&body)).await;
    assert_eq!(answered.status, 201);
    let visit = visit(&keys().guests, STORE, scene.now - 4.minutes(), "case");
    let (table, now) = (&scene.app.table, scene.now);
    let store = table.store(visit.store).await.unwrap().unwrap();
    let called = FollowedUp { severity: Severity::High, trigger: "csat".into() };
    let (submission, entry, expires) = (SUBMISSION.parse().unwrap(), Uuid::from_u128(7), now + 17_520.hours());
    table
        .open_case(&Opening { visit, called: &called, submission, store: &store, at: now, entry, expires })
        .await
        .unwrap();
    let contact = Contact { how: "微信 lin_123".into(), agreed: "可以联系我".into(), at: now };
    table.put_contact(&visit.into(), &contact).await.unwrap();
}

fn watched() -> Watched {
    Watched { series: "dine-in".parse().unwrap(), scope: Scope::Store(STORE.try_into().unwrap()), part: None }
}

/// The id of the store's score that fell.
fn trend(now: Timestamp) -> TrendId {
    TrendId::of(now.to_zoned(TimeZone::UTC).date() - 1.day(), &watched(), Direction::Drop)
}

/// Opens a trend of the same store.
pub async fn put_trend(scene: &Scene) {
    let id = trend(scene.now);
    let (since, direction) = (id.day - 3.days(), Direction::Drop);
    let (earliest, latest) = (since - 1.day(), since + 1.day());
    let change = Change {
        direction,
        since,
        earliest,
        latest,
        points: -14.5,
        low: -20.0,
        high: -9.0,
        beside: false,
        parts: None,
    };
    let trend = Trend::open(id, watched(), change, scene.now, Uuid::from_u128(8));
    scene.app.table.open_trend(&trend).await.unwrap();
}

/// The calls of a trend and of an action that answers it.
pub fn trends(now: Timestamp) -> Vec<Call> {
    let id = trend(now).to_string();
    let show = || new("GET /trend/{trend}").at(&[("trend", &id)]).grant("follow:store/34");
    let step = |body: Value| new("POST /trend/{trend}").at(&[("trend", &id)]).grant("follow:store/34").json(&body);
    let today = now.to_zoned(TimeZone::UTC).date();
    let described =
        json!({"stores": [STORE], "start": today, "what": "中午加一台收银机", "owner": "lin", "trends": [id]});
    let start = |body: &Value| new("POST /actions").grant("follow:store/34").json(body);
    let mut without_owner = described.clone();
    without_owner["owner"] = json!("nobody");
    // Every id that a call makes is nil.
    let action = format!("{}-00000000", today.strftime("%Y%m%d"));
    let shown = || new("GET /action/{action}").at(&[("action", &action)]).grant("follow:store/34");
    let end = |step: &str| {
        let call = new("POST /action/{action}").at(&[("action", &action)]).grant("follow:store/34");
        call.json(&json!({"move": step}))
    };
    let list = |scope: &str| new("GET /actions/{scope+}").at(&[("scope", scope)]).grant("follow:");
    vec![
        new("GET /cases/{scope+}").at(&[("scope", "store/34")]).grant("follow:"),
        show(),
        show().wants_page(),
        show().grant("follow:store/12"),
        new("GET /trend/{trend}").at(&[("trend", "20261120-0f1e2d3c4b5a6978")]).grant("follow:"),
        new("GET /trend/{trend}").at(&[("trend", "x")]).grant("follow:"),
        step(json!({"v": 1, "move": "fly"})),
        start(&without_owner),
        start(&described).grant("follow:store/12"),
        start(&described),
        start(&described),
        step(json!({"v": 1, "move": "take"})),
        step(json!({"v": 1, "move": "close", "outcome": "explained"})),
        step(json!({"v": 2, "move": "hand-over", "to": "nobody"})),
        step(json!({"v": 2, "move": "hand-over", "to": "lin"})),
        step(json!({"v": 3, "move": "close", "outcome": "explained", "note": "门口修路"})),
        list("store/34"),
        list("store/34").wants_page(),
        list("mars"),
        list("store/34").grant("follow:cn/east"),
        shown(),
        shown().wants_page(),
        shown().grant("follow:store/12"),
        new("GET /action/{action}").at(&[("action", "20261121-0f1e2d3c")]).grant("follow:"),
        end("take"),
        end("withdraw"),
        end("withdraw"),
    ]
}

fn case(now: Timestamp) -> String {
    let visit = visit(&keys().guests, STORE, now - 4.minutes(), "case");
    CaseId::of(visit, SUBMISSION.parse().unwrap()).to_string()
}

/// Every id that a call makes is nil, and so the code of an award is always the same.
fn code() -> String {
    let lot = keys().grants.lot(&format!("award {} 0", Uuid::nil()));
    let number = lot[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:010}", number % 10_000_000_000)
}

pub fn cases(now: Timestamp) -> Vec<Call> {
    let inbox = |scope: &str| new("GET /cases/{scope+}").at(&[("scope", scope)]).grant("follow:");
    let id = case(now);
    let show = || new("GET /case/{case}").at(&[("case", &id)]).grant("follow:store/34");
    let step = |body: Value| new("POST /case/{case}").at(&[("case", &id)]).grant("follow:store/34").json(&body);
    let award =
        |store: u32, code: &str| new("POST /awards").grant("follow:").json(&json!({"store": store, "code": code}));
    vec![
        new("GET /cases").grant("follow:"),
        new("GET /cases").grant("follow:store/34 follow:cn"),
        new("GET /cases").grant("report:"),
        new("GET /cases"),
        inbox("store/34"),
        inbox("cn").query("mine=1"),
        inbox("store/34").query("state=closed"),
        inbox("store/34").query("state=all"),
        inbox("store/34").query("page=2"),
        inbox("store/34").query("page=0"),
        inbox("store/34").wants_page(),
        inbox("store/4040"),
        inbox("mars"),
        inbox("store/34").grant("follow:cn/east"),
        show(),
        show().wants_page(),
        show().grant("follow:store/12"),
        new("GET /case/{case}").at(&[("case", "34-20261121-0f1e2d3c4b5a69788796")]).grant("follow:"),
        new("GET /case/{case}").at(&[("case", "x")]).grant("follow:"),
        step(json!({"v": 1, "move": "fly"})),
        step(json!({"v": 1, "move": "answer", "cause": "dish"})),
        step(json!({"v": 1, "move": "take"})).grant("report:store/34"),
        step(json!({"v": 1, "move": "take"})),
        step(json!({"v": 1, "move": "take"})),
        step(json!({"v": 1, "move": "close", "outcome": "unsolved"})),
        step(json!({"v": 2, "move": "read-contact"})),
        step(json!({"v": 2, "move": "read-contact"})).grant("follow:store/34 contact:cn"),
        step(json!({"v": 3, "move": "award", "to": "guest", "amount": 2000, "currency": "CNY"})),
        step(json!({"v": 4, "move": "answer", "cause": "dish", "reply": "抱歉，请打 13812345678"})),
        step(json!({"v": 5, "move": "close", "outcome": "solved"})),
        step(json!({"v": 5, "move": "close", "outcome": "not-ours", "note": "隔壁店"})),
        new("GET /awards").grant("follow:store/34"),
        new("GET /awards").grant("follow:").wants_page(),
        new("GET /awards").grant("follow:store/34").query("month=2026-13"),
        new("GET /awards").grant("follow:store/34").query("month=2026-11&scope=cn"),
        award(34, "0000000000"),
        award(13, &code()),
        award(34, &code()),
        award(34, &code()),
        inbox("store/34").query("state=closed"),
    ]
}
