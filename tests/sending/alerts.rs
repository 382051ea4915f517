//! People on duty are notified of a score that changed: once, and those above them if nobody takes it.

use aftertaste::domain::{
    case::State,
    trend::{Change, ChangedPart, Moved, Outcome, Trend, TrendId},
    watch::{Direction, Watched},
};
use jiff::{ToSpan, civil::date};
use serde_json::json;
use uuid::Uuid;

use super::{
    desk::{chain, duty, person, said, sweep},
    office::Office,
    people::{DINGTALK, FEISHU, WECOM},
};

pub fn trend(office: &Office, scope: &str, direction: Direction) -> Trend {
    let watched = Watched { series: "dine-in".parse().unwrap(), scope: scope.parse().unwrap(), part: None };
    let since = date(2026, 11, 25);
    let dinner = ChangedPart::Meal(serde_json::from_value(json!("dinner")).unwrap());
    let change = Change {
        direction,
        since,
        earliest: since,
        latest: since,
        points: if direction == Direction::Drop { -14.4 } else { 14.4 },
        low: -20.0,
        high: -9.0,
        beside: false,
        parts: Some(vec![Moved { part: dinner, difference: -27.5 }]),
    };
    let id = TrendId::of(date(2026, 11, 28), &watched, direction);
    Trend::open(id, watched, change, office.now(), Uuid::new_v4())
}

fn messages(office: &Office) -> [usize; 3] {
    [WECOM, DINGTALK, FEISHU].map(|address| said(office, address).len())
}

#[tokio::test]
async fn a_score_that_fell_is_told_once_with_since_when_and_what_changed() {
    let office = chain().await;
    person(&office, "lin", json!({"mentions": {"wecom": "lin.wei"}})).await;
    duty(&office, "store/31", json!({"people": ["lin"], "endpoint": "wecom", "digest": "none"})).await;
    office.put("crm", json!({"types": ["alert.*"]})).await;
    let fell = trend(&office, "store/31", Direction::Drop);
    assert!(office.sender.app.table.open_trend(&fell).await.unwrap());
    sweep(&office).await;
    let expected = "**1 个评分发生变化**\n> 南京路店：NPS 自 11月25日 起下降约 14 分，变化最大：晚餐\n\
                    [去处理](https://s.example.cn/cases/store/31) <@lin.wei>";
    assert_eq!(said(&office, WECOM), [expected]);
    let got = office.receiver.got().into_iter().find(|got| got.path == "/crm").unwrap().json();
    assert_eq!((&got["type"], &got["data"]["trend"]), (&json!("alert.raised"), &json!(fell.id)));
    assert_eq!((&got["data"]["points"], &got["data"]["since"]), (&json!(-14.4), &json!("2026-11-25")));
    assert_eq!(got["data"]["parts"], json!([{"part": {"meal": "dinner"}, "difference": -27.5}]));
    for _ in 0..3 {
        sweep(&office).await;
    }
    assert_eq!(messages(&office), [1, 0, 0]);
}

#[tokio::test]
async fn what_nobody_takes_in_two_days_goes_one_up_and_ends_after_nine_weeks() {
    let office = chain().await;
    let table = &office.sender.app.table;
    let (fell, rose) = (trend(&office, "store/31", Direction::Drop), trend(&office, "store/31", Direction::Rise));
    for trend in [&fell, &rose] {
        assert!(table.open_trend(trend).await.unwrap());
    }
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 0, 0], "one message for both");
    office.forward(47.hours());
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 0, 0]);
    office.forward(2.hours());
    sweep(&office).await;
    assert_eq!(messages(&office), [1, 1, 0]);
    let late = said(&office, DINGTALK).pop().unwrap();
    assert!(late.contains("- 【无人认领】南京路店：NPS 自 11月25日 起下降约 14 分"), "{late}");
    office.forward((24 * 63).hours());
    sweep(&office).await;
    for trend in [&fell, &rose] {
        let ended = table.trend(&trend.id).await.unwrap().unwrap().trend;
        assert_eq!((ended.state, ended.outcome), (State::Closed, Some(Outcome::Lapsed)));
    }
    assert_eq!(messages(&office), [1, 1, 0]);
    // That it ended is a move too, which has a check of its own.
    sweep(&office).await;
    assert_eq!((messages(&office), office.items("DUE#").await), ([1, 1, 0], 0));
}

#[tokio::test]
async fn a_node_is_told_to_its_own_duty_and_a_taken_one_goes_nowhere() {
    let office = chain().await;
    let table = &office.sender.app.table;
    let fell = trend(&office, "cn/east", Direction::Drop);
    assert!(table.open_trend(&fell).await.unwrap());
    sweep(&office).await;
    assert_eq!(messages(&office), [0, 0, 1]);
    let taken = fell.after(&aftertaste::domain::trend::Move::Take, "lin", office.now(), Uuid::new_v4()).unwrap();
    assert!(table.move_trend(&fell, &taken, office.now()).await.unwrap());
    office.forward(72.hours());
    sweep(&office).await;
    assert_eq!(messages(&office), [0, 0, 1]);
    // Of a store that is gone nobody is told, and nothing waits for ever.
    let gone = trend(&office, "store/999", Direction::Drop);
    assert!(table.open_trend(&gone).await.unwrap());
    let summary = sweep(&office).await;
    assert_eq!((summary.broken, messages(&office)), (0, [0, 0, 1]), "{summary:?}");
}
