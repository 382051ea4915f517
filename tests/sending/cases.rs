//! People on duty are notified of cases: once, in one message a run, in their language, and with no word of a guest.

use aftertaste::domain::{
    case::{Move, Outcome, State},
    survey::Severity,
};
use jiff::ToSpan;
use serde_json::json;

use super::{
    desk::{answer, case, chain, clock, close, complain, desk, duty, guest, person, robot, said, shop, step, sweep},
    office::Office,
    people::{DINGTALK, FEISHU, WECOM, path},
};
use crate::harness::receiver::Manner;

/// How many messages each of the three robots has said.
fn messages(office: &Office) -> [usize; 3] {
    [WECOM, DINGTALK, FEISHU].map(|address| said(office, address).len())
}

#[tokio::test]
async fn a_case_is_told_to_whoever_is_on_duty_once_and_to_systems_without_the_minute() {
    let office = chain().await;
    person(&office, "lin", json!({"mentions": {"wecom": "lin.wei"}})).await;
    duty(&office, "store/31", json!({"people": ["lin"], "endpoint": "wecom", "digest": "none"})).await;
    office.put("crm", json!({"types": ["case.*"]})).await;
    let key = complain(&office, &guest(&office, 31, Severity::High)).await;
    let opened = office.now();
    let summary = sweep(&office).await;
    assert_eq!((summary.looked, summary.delivered, summary.broken), (1, 2, 0), "{summary:?}");
    let due = case(&office, &key).await.case.due().unwrap();
    let expected = format!(
        "**1 条反馈待处理**\n> 南京路店 1 条，须在 {} 前回复\n[去处理](https://s.example.cn/cases/store/31) <@lin.wei>",
        clock(due)
    );
    assert_eq!(said(&office, WECOM), [expected]);
    let got: Vec<_> = office.receiver.got().into_iter().filter(|got| got.path == "/crm").collect();
    let hour = |at: jiff::Timestamp| {
        at.round(jiff::TimestampRound::new().smallest(jiff::Unit::Hour).mode(jiff::RoundMode::Trunc)).unwrap()
    };
    let id = case(&office, &key).await.case.id.to_string();
    let data = json!({"case": id, "store": 31, "severity": "high", "level": 0, "state": "open", "due": hour(due)});
    let body = json!({"type": "case.opened", "timestamp": hour(opened), "data": data});
    assert_eq!(got.iter().map(crate::harness::receiver::Got::json).collect::<Vec<_>>(), [body]);
    for _ in 0..3 {
        sweep(&office).await;
    }
    assert_eq!(messages(&office), [1, 0, 0]);
    assert_eq!(office.items("EVENT#").await, 0);
    // Neither what the guest wrote nor the reply leaves.
    answer(&office, &key).await;
    sweep(&office).await;
    let all = office.receiver.got().into_iter().map(|got| String::from_utf8(got.body).unwrap()).collect::<String>();
    assert!(all.contains("case.answered"), "{all}");
    assert!(!all.contains("汤") && !all.contains("138"), "{all}");
    assert_eq!(messages(&office), [1, 0, 0], "their own doing is told to nobody");
}

#[tokio::test]
async fn what_nobody_answers_goes_up_from_the_store_to_the_city_and_the_region() {
    let office = chain().await;
    let key = complain(&office, &guest(&office, 31, Severity::High)).await;
    let opened = office.now();
    // Of the two hours for the first answer 90 minutes are gone, then all; then the day for the last.
    for (minutes, expected) in [
        (5, [1, 0, 0]),
        (85, [1, 0, 0]),
        (95, [2, 0, 0]),
        (115, [2, 0, 0]),
        (125, [2, 1, 0]),
        (1_435, [2, 1, 0]),
        (1_445, [2, 1, 1]),
        (9_000, [2, 1, 1]),
    ] {
        office.set(opened + minutes.minutes());
        while office.now() < opened + minutes.minutes() || office.now().as_second() / 60 % 5 != 2 {
            office.forward(1.minute());
        }
        office.run().await.unwrap();
        assert_eq!(messages(&office), expected, "after {minutes} minutes");
    }
    let due = clock(case(&office, &key).await.case.due().unwrap());
    let city = said(&office, DINGTALK).pop().unwrap();
    assert!(
        city.starts_with(&format!("### 1 条反馈待处理\n- 【升级】南京路店 1 条，已超时（最早应在 {due} 前回复）")),
        "{city}"
    );
    assert!(city.ends_with("[去处理](https://s.example.cn/cases/cn/east/shanghai)"), "{city}");
    let region = said(&office, FEISHU).pop().unwrap();
    assert!(region.contains("【升级】南京路店") && region.contains("日 16:02 前回复"), "{region}");
}

#[tokio::test]
async fn what_is_critical_is_told_one_duty_higher_at_once() {
    let office = chain().await;
    complain(&office, &guest(&office, 31, Severity::Critical)).await;
    sweep(&office).await;
    assert_eq!(messages(&office), [0, 1, 0]);
    let text = said(&office, DINGTALK).pop().unwrap();
    assert!(text.contains("- 【紧急】南京路店 1 条，须在 14:32 前回复"), "{text}");
}

#[tokio::test]
async fn a_guest_who_says_that_it_is_not_solved_is_told_to_whoever_answered_and_one_duty_higher() {
    let office = chain().await;
    office.put("crm", json!({"types": ["case.*"]})).await;
    let key = complain(&office, &guest(&office, 31, Severity::Normal)).await;
    sweep(&office).await;
    step(&office, &key, "lin", &Move::Take).await;
    answer(&office, &key).await;
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 0, 0]);
    step(&office, &key, "guest", &Move::SayNotSolved).await;
    sweep(&office).await;
    assert_eq!(messages(&office), [2, 1, 0]);
    sweep(&office).await;
    assert_eq!(messages(&office), [2, 1, 0], "once");
    answer(&office, &key).await;
    step(&office, &key, "guest", &Move::SaySolved).await;
    sweep(&office).await;
    let kinds = |office: &Office| -> Vec<String> {
        let got = office.receiver.got().into_iter().filter(|got| got.path == "/crm");
        got.map(|got| got.json()["type"].as_str().unwrap().to_owned()).collect()
    };
    let mut told = kinds(&office);
    told.sort();
    assert_eq!(
        told,
        ["case.answered", "case.answered", "case.closed", "case.opened", "case.reopened"],
        "in whatever order"
    );
    assert_eq!(case(&office, &key).await.case.outcome, Some(Outcome::Solved));
}

#[tokio::test]
async fn an_answer_stands_after_seven_days_and_silence_lapses_after_thirty() {
    let office = chain().await;
    let (answered, silent) = (guest(&office, 31, Severity::High), guest(&office, 31, Severity::Normal));
    let (answered, silent) = (complain(&office, &answered).await, complain(&office, &silent).await);
    answer(&office, &answered).await;
    sweep(&office).await;
    office.forward((7 * 24 - 1).hours());
    sweep(&office).await;
    assert_eq!(case(&office, &answered).await.case.state, State::Answered);
    office.forward(1.hour());
    sweep(&office).await;
    let settled = case(&office, &answered).await.case;
    assert_eq!((settled.state, settled.outcome, settled.said), (State::Closed, Some(Outcome::Solved), None));
    assert_eq!(settled.log.last().unwrap().by, "-");
    office.forward((23 * 24).hours());
    sweep(&office).await;
    let lapsed = case(&office, &silent).await.case;
    assert_eq!((lapsed.state, lapsed.outcome), (State::Closed, Some(Outcome::Lapsed)));
    sweep(&office).await;
    let looks: Vec<_> = office.world.items("DUE#").await;
    assert!(looks.is_empty(), "what is over is looked at no more: {looks:?}");
}

#[tokio::test]
async fn the_case_of_an_answer_that_is_gone_is_withdrawn() {
    let office = chain().await;
    office.put("crm", json!({"types": ["case.*"]})).await;
    // Taken back between the put of the answer and that of its case; and after its case was reported.
    let (before, after) = (guest(&office, 31, Severity::High), guest(&office, 31, Severity::High));
    let gone = complain(&office, &before).await;
    before.take_back(&office.world).await;
    let told = complain(&office, &after).await;
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 0, 0]);
    assert!(said(&office, WECOM)[0].contains("1 条反馈"));
    after.take_back(&office.world).await;
    office.forward(2.hours());
    sweep(&office).await;
    for key in [&gone, &told] {
        assert!(case(&office, key).await.case.is_withdrawn());
    }
    let closed = office.receiver.got().into_iter().filter(|got| got.path == "/crm");
    let kinds: Vec<_> = closed.map(|got| got.json()["type"].clone()).collect();
    assert_eq!(kinds, ["case.opened", "case.closed"], "of the one that was told");
    assert_eq!(messages(&office), [1, 0, 0]);
    assert_eq!(office.items("DUE#").await, 0);
}

#[tokio::test]
async fn where_a_duty_reaches_nobody_the_next_one_above_is_told() {
    let office = chain().await;
    // The store's robot is switched off, and later its endpoint is gone.
    office.receiver.answer(&path(WECOM), Manner::Says(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#));
    complain(&office, &guest(&office, 31, Severity::Normal)).await;
    sweep(&office).await;
    assert_eq!(office.shown("wecom").await["state"], "off");
    complain(&office, &guest(&office, 31, Severity::Normal)).await;
    sweep(&office).await;
    // The others hear that it is off.
    assert_eq!(messages(&office), [1, 1, 1]);
    let gone = office.world.call(reqwest::Method::DELETE, "/endpoints/wecom", "admin", json!(null)).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    complain(&office, &guest(&office, 31, Severity::Normal)).await;
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 2, 1]);
    // Nobody is notified of a store without any duty, and nothing waits for ever.
    shop(&office, 32, "无人店", "us/west").await;
    complain(&office, &guest(&office, 32, Severity::Normal)).await;
    let summary = sweep(&office).await;
    assert_eq!((summary.looked, summary.events, summary.broken), (1, 0, 0), "{summary:?}");
    assert_eq!(messages(&office), [1, 2, 1]);
}

#[tokio::test]
async fn four_hundred_cases_are_one_message_and_no_name_acts() {
    let mut office = desk().await;
    // On a machine that is busy too, one sweep checks all of them.
    office.terms.work = std::time::Duration::from_secs(180);
    for kind in ["wecom", "dingtalk", "feishu"] {
        robot(&office, kind).await;
    }
    for (number, name, node) in
        [(41, "<@all>", "cn/east"), (42, "](http://x) 店", "cn/east"), (43, "**<at id=all></at>**", "cn/east")]
    {
        shop(&office, number, name, node).await;
        complain(&office, &guest(&office, number, Severity::Normal)).await;
    }
    complain(&office, &guest(&office, 41, Severity::High).times(397)).await;
    for (endpoint, language) in [("wecom", "zh-CN"), ("dingtalk", "en"), ("feishu", "zh-TW")] {
        let id = format!("p-{endpoint}");
        person(&office, &id, json!({"language": language})).await;
        duty(&office, "cn/east", json!({"people": [id], "endpoint": endpoint, "digest": "none"})).await;
        if endpoint != "wecom" {
            complain(&office, &guest(&office, 42, Severity::Normal)).await;
        }
        let summary = sweep(&office).await;
        assert_eq!((summary.failed, summary.left, summary.broken), (0, 0, 0), "{summary:?}");
    }
    assert_eq!(messages(&office), [1, 1, 1]);
    let text = said(&office, WECOM).pop().unwrap();
    assert!(text.starts_with("**400 条反馈待处理**\n> ＜＠all＞ 398 条，最早须在 "), "{text}");
    assert!(text.contains("\n> ］(http：//x) 店 1 条，须在 ") && text.contains("＊＊＜at id=all＞"), "{text}");
    assert!(text.len() <= 4_096 && !text.contains("<@all>") && !text.contains("](http://"), "{text}");
    let text = said(&office, DINGTALK).pop().unwrap();
    assert!(text.starts_with("### 1 case waits for a reply\n- ］(http：//x) 店: 1, reply by "), "{text}");
    assert!(text.contains("[Open the cases](https://s.example.cn/cases/cn/east)"), "{text}");
    let text = said(&office, FEISHU).pop().unwrap();
    assert!(text.starts_with("1 則回饋待處理- ］(http：//x) 店 1 則，須在 "), "{text}");
    assert_eq!(office.items("EVENT#").await, 0);
}

#[tokio::test]
async fn what_a_robot_refuses_comes_in_one_message_when_it_takes_it() {
    let office = chain().await;
    office.receiver.answer(&path(WECOM), Manner::Says(200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#));
    for _ in 0..3 {
        complain(&office, &guest(&office, 31, Severity::Normal)).await;
    }
    let summary = sweep(&office).await;
    assert_eq!((summary.again, summary.delivered, summary.failed), (3, 0, 0), "{summary:?}");
    office.receiver.answer(&path(WECOM), Manner::Says(200, r#"{"errcode":0}"#));
    office.forward(1.hour());
    let summary = sweep(&office).await;
    assert_eq!((summary.delivered, summary.failed), (3, 0), "{summary:?}");
    assert_eq!(messages(&office), [2, 0, 0]);
    assert!(said(&office, WECOM)[1].starts_with("**3 条反馈待处理**"), "{:?}", said(&office, WECOM));
    assert_eq!(office.items("EVENT#").await, 0);
}

#[tokio::test]
async fn a_praise_is_told_to_nobody_at_once() {
    let office = chain().await;
    complain(&office, &guest(&office, 31, Severity::Praise)).await;
    let summary = sweep(&office).await;
    assert_eq!((summary.looked, summary.events), (1, 0), "{summary:?}");
    assert_eq!(messages(&office), [0, 0, 0]);
}

#[tokio::test]
async fn a_contact_is_forgotten_seven_days_after_its_case_was_closed() {
    let office = chain().await;
    let key = complain(&office, &guest(&office, 31, Severity::High)).await;
    let how = aftertaste::table::Contact { how: "13800138000".into(), agreed: "回电".into(), at: office.now() };
    office.sender.app.table.put_contact(&key, &how).await.unwrap();
    step(&office, &key, "guest", &Move::LeaveContact).await;
    step(&office, &key, "lin", &Move::Take).await;
    close(&office, &key, Outcome::Unsolved).await;
    sweep(&office).await;
    office.forward((7 * 24 - 1).hours());
    sweep(&office).await;
    assert_eq!(office.items("K#").await, 1);
    office.forward(1.hour());
    sweep(&office).await;
    assert_eq!(office.items("K#").await, 0);
    assert_eq!(office.items("DUE#").await, 0);
    let sent = office.receiver.got().into_iter().map(|got| String::from_utf8(got.body).unwrap()).collect::<String>();
    assert!(!sent.contains("138"), "{sent}");
}
