//! The summaries of duties: in the morning on the store's clock, once, and with figures alone.

use aftertaste::{
    domain::{
        case::{Digest, Duty},
        place::Scope,
        survey::Severity,
    },
    table::Look,
};
use jiff::{Timestamp, ToSpan, civil::Weekday, tz::TimeZone};
use serde_json::json;

use super::{
    desk::{chain, complain, guest, said, sweep},
    office::Office,
    people::{DINGTALK, WECOM},
};
use crate::harness::{World, answers};

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// Puts a duty whose first summary is due after the office's now. By the machine's clock it could be due before that.
pub async fn duty(office: &Office, scope: &str, endpoint: &str, digest: Option<Digest>) {
    let (scope, table): (Scope, _) = (scope.parse().unwrap(), &office.sender.app.table);
    let duty = Duty { people: Vec::new(), endpoint: Some(endpoint.parse().unwrap()), digest };
    table.put_duty(&scope, &duty).await.unwrap();
    if let Some(morning) = duty.digest_of(&scope).next(office.now(), &shanghai()) {
        table.put_look(&Look::Digest(scope), morning).await.unwrap();
    }
}

/// The count of an hour.
pub async fn count(office: &Office) {
    let table = &office.sender.app.table;
    let catalog = aftertaste::memory::Catalog::new(table.clone(), aftertaste::memory::Catalog::AGE);
    let event = serde_json::from_value(json!({"days": "recent"})).unwrap();
    roll_up_stores::handle(table, &catalog, event, uuid::Uuid::new_v4(), || office.now()).await.unwrap();
}

/// Sets the office's clock on to the next time at so many hours and minutes in Shanghai.
pub fn next(office: &Office, hour: i8, minute: i8) -> Timestamp {
    let now = office.now().to_zoned(shanghai());
    let mut at = now.date().at(hour, minute, 0, 0).to_zoned(shanghai()).unwrap();
    if at <= now {
        at = at.checked_add(1.day()).unwrap();
    }
    office.set(at.timestamp());
    at.timestamp()
}

pub async fn answered(world: &World, paid: Timestamp, nps: u8, times: usize) {
    answers().store(31).paid(paid).nps(nps).times(times).put(world).await;
}

/// The texts of summaries that a robot has said.
fn summaries(office: &Office, address: &str) -> Vec<String> {
    said(office, address).into_iter().filter(|text| text.contains("小结")).collect()
}

#[tokio::test]
async fn a_store_hears_each_morning_what_guests_said_and_what_waits() {
    let office = chain().await;
    let evening = next(&office, 20, 2);
    duty(&office, "store/31", "wecom", None).await;
    answered(&office.world, evening - 6.hours(), 10, 6).await;
    answered(&office.world, evening - 6.hours(), 2, 2).await;
    for severity in [Severity::High, Severity::Normal, Severity::Praise] {
        complain(&office, &guest(&office, 31, severity)).await;
    }
    sweep(&office).await;
    next(&office, 7, 57);
    office.run().await.unwrap();
    count(&office).await;
    next(&office, 8, 2);
    office.run().await.unwrap();
    let texts = summaries(&office, WECOM);
    assert_eq!(texts.len(), 1, "{:?}", said(&office, WECOM));
    let day = (office.now() - 24.hours()).to_zoned(shanghai());
    let date = day.strftime("%-m月%-d日").to_string();
    let expected = format!("> 南京路店（{date}）：");
    assert!(texts[0].contains(&expected) && texts[0].contains("份回答，NPS +"), "{texts:?}");
    assert!(texts[0].contains("待处理 2 条，其中已超时 2 条、今天到期 0 条"), "{texts:?}");
    assert!(texts[0].contains("1 条表扬待转达"), "{texts:?}");
    let report = format!("[查看报表](https://s.example.cn/reports/store/31.html?from={0}&to={0})", day.date());
    assert!(
        texts[0].contains("[去处理](https://s.example.cn/cases/store/31) ") && texts[0].contains(&report),
        "{texts:?}"
    );
    sweep(&office).await;
    assert_eq!(summaries(&office, WECOM).len(), 1, "once");
    next(&office, 8, 2);
    office.run().await.unwrap();
    assert_eq!(summaries(&office, WECOM).len(), 2, "and again the next morning");
}

#[tokio::test]
async fn a_node_hears_on_mondays_and_one_that_is_late_hears_once() {
    let office = chain().await;
    duty(&office, "cn/east/shanghai", "dingtalk", None).await;
    // Nothing ran until the Thursday after the next.
    next(&office, 9, 2);
    while office.now().to_zoned(shanghai()).weekday() != Weekday::Thursday {
        office.forward(24.hours());
    }
    office.forward((14 * 24).hours());
    office.run().await.unwrap();
    let texts = summaries(&office, DINGTALK);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].starts_with("### 上周小结\n- 上海（"), "{texts:?}");
    assert!(texts[0].contains("：0 份回答\n- 没有待处理的反馈\n"), "{texts:?}");
    let looks: Vec<_> = office.world.items("DUE#").await;
    let next: Timestamp = looks[0]["sk"].as_str().unwrap().split('#').next().unwrap().parse().unwrap();
    let monday = next.to_zoned(shanghai());
    assert_eq!((looks.len(), monday.weekday(), monday.hour()), (1, Weekday::Monday, 8));
    for _ in 0..3 {
        office.forward(24.hours());
        office.run().await.unwrap();
    }
    assert_eq!(summaries(&office, DINGTALK).len(), 1);
}

#[tokio::test]
async fn of_fewer_than_five_answers_only_their_number_is_told() {
    let office = chain().await;
    let evening = next(&office, 20, 2);
    duty(&office, "store/31", "wecom", None).await;
    answered(&office.world, evening - 6.hours(), 0, 4).await;
    next(&office, 7, 57);
    count(&office).await;
    next(&office, 8, 2);
    office.run().await.unwrap();
    let text = summaries(&office, WECOM).pop().unwrap();
    assert!(text.contains("：4 份回答\n") && !text.contains("NPS"), "{text}");
}

#[tokio::test]
async fn a_duty_that_is_gone_or_wants_none_gets_no_summary() {
    let office = chain().await;
    duty(&office, "store/31", "wecom", None).await;
    duty(&office, "cn/east/shanghai", "dingtalk", Some(Digest::Daily)).await;
    duty(&office, "cn/east/shanghai", "dingtalk", Some(Digest::None)).await;
    let gone = office.world.call(reqwest::Method::DELETE, "/duty/store/31", "admin", json!(null)).await;
    assert_eq!(gone.status, 200);
    assert_eq!(office.items("DUE#").await, 2);
    next(&office, 9, 2);
    office.forward(24.hours());
    office.run().await.unwrap();
    assert_eq!(office.items("DUE#").await, 0);
    assert!(said(&office, WECOM).is_empty() && said(&office, DINGTALK).is_empty());
}
