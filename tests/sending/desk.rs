//! Those who answer for cases: shops, people on duty with their robots, and guests who complain.

use aftertaste::{
    domain::{
        Id,
        case::{Move, Moving, Outcome},
        place::Store,
        survey::{FollowedUp, Severity},
    },
    table::{CaseKey, Opening, StoredCase},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use reqwest::Method;
use send_notices::Summary;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    office::Office,
    people::{self, DINGTALK, FEISHU, SECRET, WECOM},
};
use crate::harness::{Guests, answers};

/// An office whose robots are on this machine. On its clock it is 14:02 in Shanghai, and time for a sweep.
pub async fn desk() -> Office {
    let office = people::office().await;
    let day = Timestamp::now().to_zoned(TimeZone::UTC).date();
    office.set(day.at(6, 2, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp());
    office
}

pub async fn shop(office: &Office, number: u32, name: &str, path: &str) {
    let store = json!({"name": name, "path": path, "time_zone": "Asia/Shanghai", "survey": "dine-in"});
    let put = office.world.call(Method::PUT, &format!("/stores/{number}"), "admin", store).await;
    assert!(put.status.is_success(), "{}", put.text);
}

pub async fn person(office: &Office, id: &str, more: Value) {
    let mut body = json!({"name": id, "roles": [{"role": "owns-cases", "scope": "*"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let put = office.world.call(Method::PUT, &format!("/people/{id}"), "admin", body).await;
    assert!(put.status.is_success(), "{}", put.text);
}

pub async fn duty(office: &Office, scope: &str, body: Value) {
    let put = office.world.call(Method::PUT, &format!("/duty/{scope}"), "admin", body).await;
    assert_eq!(put.status, 200, "{}", put.text);
}

pub async fn robot(office: &Office, kind: &str) {
    let secrets = match kind {
        "wecom" => json!([WECOM]),
        "dingtalk" => json!([DINGTALK, SECRET]),
        _ => json!([FEISHU, SECRET]),
    };
    office.put_as(kind, json!({"to": {"robot": kind}, "secrets": secrets})).await;
}

/// A shop in Shanghai, with a robot of each kind for it, for its city and for its region.
pub async fn chain() -> Office {
    let office = desk().await;
    shop(&office, 31, "南京路店", "cn/east/shanghai").await;
    for (scope, kind) in [("store/31", "wecom"), ("cn/east/shanghai", "dingtalk"), ("cn/east", "feishu")] {
        robot(&office, kind).await;
        duty(&office, scope, json!({"endpoint": kind, "digest": "none"})).await;
    }
    office
}

/// A guest who has just paid at a store, and says this.
pub fn guest(office: &Office, store: u32, severity: Severity) -> Guests {
    let mut guest = answers().store(store).paid(office.now()).text("汤凉了，请给 13800138000 回电。");
    guest.response.more.follow_up = Some(FollowedUp { severity, trigger: "nps".into() });
    guest
}

/// The guest's answer, with its case.
pub async fn complain(office: &Office, guest: &Guests) -> CaseKey {
    guest.put(&office.world).await;
    let table = &office.sender.app.table;
    let mut keys = Vec::new();
    for (visit, response) in guest.visits(office.world.keyring()) {
        let opening = Opening {
            visit,
            called: response.more.follow_up.as_ref().unwrap(),
            submission: response.submission.unwrap(),
            store: &store_of(office, visit.store.get()).await,
            at: office.now(),
            entry: Uuid::new_v4(),
            expires: office.now() + 17_520.hours(),
        };
        assert!(table.open_case(&opening).await.unwrap());
        keys.push(visit.into());
    }
    keys.pop().unwrap()
}

pub async fn store_of(office: &Office, number: u32) -> Store {
    office.sender.app.table.store(number.try_into().unwrap()).await.unwrap().unwrap()
}

pub async fn case(office: &Office, key: &CaseKey) -> StoredCase {
    office.sender.app.table.case(key).await.unwrap().unwrap()
}

/// Somebody moves a case now.
pub async fn step(office: &Office, key: &CaseKey, by: &str, step: &Move) {
    let store = store_of(office, key.store.get()).await;
    let moving = Moving { by, at: office.now(), id: Uuid::new_v4(), store: &store };
    let pushed = aftertaste::cases::push(&office.sender.app.table, key, step, moving).await.unwrap();
    assert!(matches!(pushed, aftertaste::cases::Pushed::Made(_)), "{step:?}: {pushed:?}");
}

pub async fn answer(office: &Office, key: &CaseKey) {
    let cause: Id = "dish".parse().unwrap();
    step(office, key, "lin", &Move::Answer { cause: Some(cause), reply: "对不起，下次请您喝热汤。".into() }).await;
}

pub async fn close(office: &Office, key: &CaseKey, outcome: Outcome) {
    step(office, key, "lin", &Move::Close { outcome, note: None }).await;
}

/// The run of the next sweep, a minute later at the soonest.
pub async fn sweep(office: &Office) -> Summary {
    to_sweep(office);
    office.run().await.unwrap()
}

/// Sets the clock on to the minute of the next sweep.
pub fn to_sweep(office: &Office) {
    office.forward(1.minute());
    while office.now().as_second() / 60 % 5 != 2 {
        office.forward(1.minute());
    }
}

/// The messages of a robot: of each its text.
pub fn said(office: &Office, address: &str) -> Vec<String> {
    let places = ["/markdown/content", "/markdown/text", "/card/body/elements/0/content"];
    people::got(office, address)
        .iter()
        .map(|got| {
            let body = got.json();
            let text = places.into_iter().find_map(|place| body.pointer(place)?.as_str());
            let title = body.pointer("/card/header/title/content").and_then(Value::as_str).unwrap_or_default();
            format!("{title}{}", text.unwrap())
        })
        .collect()
}

/// A time on Shanghai's clock.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).strftime("%H:%M").to_string()
}
