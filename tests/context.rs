//! A merchant's knowledge of a visit: the table, the server, the amount. It is sent once, and reports go by it.

use aftertaste::domain::visit::Channel;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    blinding::{count, poison},
    harness::{Answer, World, answers, days_ago, inflated, proxy::Consumed},
};

/// A payment of a minute ago at store 12, with what the till knows besides.
fn payment(payment: &str, context: &Value) -> Value {
    let paid_at = Timestamp::now() - 1.minute();
    json!({"store": 12, "payment": payment, "paid_at": paid_at, "channel": "receipt", "context": context})
}

async fn issue(world: &World, body: &Value) -> Answer {
    world.call(Method::POST, "/links", "issue", body.clone()).await
}

/// The report of yesterday.
async fn yesterday(world: &World, scope: &str, more: &str) -> Value {
    world.report_for(scope, &format!("from={0}&to={0}{more}", days_ago(1))).await
}

/// The parts of a report: what each is called, how many answers it has, and its NPS to the hundredth.
fn parts(report: &Value, field: &str, name: &str) -> Vec<(Value, u64, Option<f64>)> {
    let part = |part: &Value| {
        (part[name].clone(), part["n"].as_u64().unwrap(), part["nps"].as_f64().map(|nps| (100.0 * nps).round() / 100.0))
    };
    report[field].as_array().unwrap().iter().map(part).collect()
}

/// Yesterday at store 12: nine guests of table 10, six of table 2, five of whom nothing is known, and one who did not answer.
async fn two_tables(world: &World) {
    let (lin, wang) = (
        json!({"table": "10", "staff": "lin", "amount": 18_800, "currency": "CNY"}),
        json!({"table": "2", "staff": "wang", "amount": 30_000, "currency": "CNY"}),
    );
    answers().hours_ago(24).nps(10).csat(5).known(lin).times(9).put(world).await;
    answers().hours_ago(24).nps(0).csat(1).known(wang).times(6).put(world).await;
    answers().hours_ago(24).nps(9).csat(4).times(5).put(world).await;
    answers().hours_ago(24).known(json!({"table": "99"})).times(40).put_unanswered(world).await;
}

#[tokio::test]
async fn what_a_till_tells_of_a_visit_is_kept_once_for_one_write_unit() {
    let world = World::new().await;
    let told = json!({"table": "7", "staff": "lin", "amount": 18_800, "currency": "CNY", "items": ["宫保鸡丁"],
        "fields": {"shift": "noon"}});
    world.link("so that the catalog is in memory").await;
    world.proxy.taken();
    let body = payment("till", &told);
    let issued = issue(&world, &body).await;
    assert_eq!(issued.status, 201, "{}", issued.text);
    let once = (Consumed { read: 0.0, written: 1.0 }, vec!["PutItem".to_owned()]);
    assert_eq!(world.proxy.taken(), once);
    let link = issued.json()["link"].as_str().unwrap().to_owned();
    let said = json!({"submission": Uuid::new_v4(), "answers": {"nps": 0, "csat": 1}});
    assert_eq!(world.answer(&link, said).await.status, 201);
    world.proxy.taken();

    // A bad answer is in: nobody lays it at somebody else's door.
    let mut again = body.clone();
    again["context"] = json!({"staff": "wang"});
    let issued = issue(&world, &again).await;
    assert_eq!((issued.status.as_u16(), &issued.json()["link"]), (201, &json!(link)));
    assert_eq!(world.proxy.taken(), once);
    let (contexts, responses) = (world.items("V#").await, world.items("R#").await);
    assert_eq!((contexts.len(), &contexts[0]["pk"]), (1, &json!("V#12")));
    for name in ["sk", "expires"] {
        assert_eq!(contexts[0][name], responses[0][name], "{name}");
    }
    for (name, value) in told.as_object().unwrap() {
        assert_eq!(&contexts[0][name], value, "{name}");
    }
}

#[tokio::test]
async fn what_a_till_tells_after_the_answer_came_is_laid_at_nobodys_door() {
    let world = World::new().await;
    let paid_at = Timestamp::now() - 24.hours();
    let body = |payment: &str, context: Value| json!({"store": 12, "payment": payment, "paid_at": paid_at, "context": context});
    for i in 0..6 {
        let (late, early) = (format!("late {i}"), format!("early {i}"));
        let link = world.issue(body(&late, json!({}))).await;
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 0, "csat": 1}})).await.status, 201);
        let link = world.issue(body(&early, json!({"staff": "lin"}))).await;
        assert_eq!(world.answer(&link, json!({"answers": {"nps": 10, "csat": 5}})).await.status, 201);
    }
    // A second later: it goes by whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for i in 0..6 {
        world.issue(body(&format!("late {i}"), json!({"staff": "scapegoat"}))).await;
    }
    count(&world).await.unwrap();
    let report = yesterday(&world, "store/12", "").await;
    assert_eq!(
        parts(&report, "by_staff", "staff"),
        [(json!("lin"), 6, Some(100.0)), (Value::Null, 6, Some(-100.0))],
        "what nobody told in time is of nobody"
    );
}

#[tokio::test]
async fn nothing_is_written_where_nothing_is_told_or_somebody_tries_the_survey_out() {
    let world = World::new().await;
    world.link("so that the catalog is in memory").await;
    world.proxy.taken();
    for nothing in [json!({}), json!({"table": null, "items": []}), json!({"currency": "CNY"})] {
        assert_eq!(issue(&world, &payment("till", &nothing)).await.status, 201, "{nothing}");
    }
    let mut trial = payment("till", &json!({"table": "7"}));
    trial["channel"] = json!("test");
    assert_eq!(issue(&world, &trial).await.status, 201);
    assert_eq!(world.proxy.taken(), (Consumed { read: 0.0, written: 0.0 }, vec![]));
}

#[tokio::test]
async fn a_context_that_does_not_fit_is_refused_with_all_that_is_wrong_and_nothing_is_written() {
    let world = World::new().await;
    for (context, sentences) in [
        (
            json!({"table": "", "amount": 5}),
            vec!["context: table is 1 to 64 characters", "amount needs its currency, such as CNY."],
        ),
        (
            json!({"amount": 1, "currency": "RMB"}),
            vec!["currency is a code of ISO 4217, such as CNY; this is \"RMB\"."],
        ),
        (json!({"items": vec!["x"; 101]}), vec!["items are at most 100; these are 101."]),
        (json!({"staff": "\u{202e}nil"}), vec!["staff is of characters that can be seen"]),
        (json!({"tabel": "7"}), vec!["unknown field `context.tabel`"]),
        (json!({"amount": -1, "currency": "CNY"}), vec!["context.amount"]),
        (json!({"amount": 1.5, "currency": "CNY"}), vec!["context.amount"]),
        (json!({"fields": {"a b": "1"}}), vec!["An id is 1 to 40 letters"]),
        (json!("7"), vec!["context"]),
    ] {
        let refused = issue(&world, &payment("till", &context)).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{context}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        for sentence in sentences {
            assert!(detail.contains(sentence), "{context}: {detail}");
        }
    }
    assert!(world.items("V#").await.is_empty());
}

#[tokio::test]
async fn a_store_is_told_its_tables_and_staff_by_name_and_a_node_only_what_was_paid() {
    let world = World::new().await;
    two_tables(&world).await;
    let today = json!({"table": "2", "staff": "lin", "amount": 18_800, "currency": "CNY"});
    answers().nps(9).known(today).times(5).put(&world).await;
    assert_eq!(count(&world).await.unwrap().unreadable, 0);

    let report = yesterday(&world, "store/12", "").await;
    assert_eq!(report["responses"], 20);
    let (bad, good) = (Some(-100.0), Some(100.0));
    assert_eq!(
        parts(&report, "by_table", "table"),
        [(json!("2"), 6, bad), (json!("10"), 9, good), (Value::Null, 5, good)]
    );
    assert_eq!(
        parts(&report, "by_staff", "staff"),
        [(json!("lin"), 9, good), (json!("wang"), 6, bad), (Value::Null, 5, good)]
    );
    let amounts = [(json!(100), 9, good), (json!(200), 6, bad), (Value::Null, 5, good)];
    assert_eq!(parts(&report, "by_amount", "from"), amounts);
    assert_eq!((&report["by_amount"][1]["currency"], &report["by_amount"][1]["below"]), (&json!("CNY"), &json!(500)));
    for staff in report["by_staff"].as_array().unwrap() {
        for rank in ["rank_low", "rank_high", "against_the_rest"] {
            assert_eq!(staff.get(rank), None, "for learning, not for ranking");
        }
    }

    let node = yesterday(&world, "cn", "").await;
    assert_eq!((&node["by_table"], &node["by_staff"]), (&json!([]), &json!([])));
    assert_eq!(parts(&node, "by_amount", "from"), amounts);
    for item in world.items("D#cn").await {
        let tally = &inflated(item["content"].as_str().unwrap())["tallies"]["dine-in"];
        assert_eq!((tally.get("tables"), tally.get("staff")), (None, None));
    }
    // The running day is in no part.
    let today = world.report_for("store/12", &format!("from={0}&to={0}", days_ago(0))).await;
    assert_eq!((&today["responses"], &today["by_table"], &today["by_amount"]), (&json!(5), &json!([]), &json!([])));
}

#[tokio::test]
async fn the_page_says_what_staff_is_for_and_the_csv_has_a_row_for_each_part() {
    let world = World::new().await;
    two_tables(&world).await;
    let odd = json!({"table": "=1+1", "staff": "<b>lin</b>"});
    answers().hours_ago(24).nps(10).csat(5).known(odd).times(5).put(&world).await;
    count(&world).await.unwrap();
    let get = async |path: &str| world.call(Method::GET, path, "report:", Value::Null).await.text;
    let window = format!("from={0}&to={0}", days_ago(1));
    let english = get(&format!("/reports/store/12.html?{window}&lang=en")).await;
    for words in
        ["Served by", "for learning, not for ranking", "CNY 100 to under 200", "other or unknown", "&lt;b&gt;lin"]
    {
        assert!(english.contains(words), "{words}");
    }
    assert!(!english.contains("<b>lin"), "escaped");
    let chinese = get(&format!("/reports/store/12.html?{window}&lang=zh-CN")).await;
    for words in ["桌号", "服务人员", "不作排名", "CNY 100 至不足 200", "其他或未知"] {
        assert!(chinese.contains(words), "{words}");
    }
    let node = get(&format!("/reports/cn.html?{window}&lang=en")).await;
    assert!(node.contains("Amount paid") && !node.contains("Served by") && !node.contains("for learning"));

    let csv = get(&format!("/reports/store/12.csv?{window}")).await;
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with("response_rate_percent,part,name"), "{}", lines[0]);
    let ends = |end: &str| lines.iter().any(|line| line.starts_with("store/12,dine-in,all,") && line.ends_with(end));
    for end in
        [",,,table,2", ",,,table,10", ",,,table,'=1+1", ",,,table,", ",,,staff,wang", ",,,amount,CNY 200", ",,,,"]
    {
        assert!(ends(end), "{end}: {csv}");
    }
}

#[tokio::test]
async fn of_a_table_with_fewer_than_five_and_of_what_is_left_without_it_the_number_alone_is_told() {
    let world = World::new().await;
    let at = |table: &str| answers().hours_ago(24).csat(5).known(json!({"table": table}));
    at("1").nps(10).times(9).put(&world).await;
    at("2").nps(10).times(6).put(&world).await;
    at("3").nps(0).times(1).put(&world).await;
    // One sat where nobody knows.
    answers().hours_ago(24).nps(0).put(&world).await;
    count(&world).await.unwrap();
    let report = yesterday(&world, "store/12", "").await;
    assert_eq!(
        parts(&report, "by_table", "table"),
        [(json!("1"), 9, Some(100.0)), (json!("2"), 6, None), (json!("3"), 1, None), (Value::Null, 1, None)]
    );
    for table in report["by_table"].as_array().unwrap().iter().skip(1) {
        assert_eq!((&table["satisfied"], &table["low"]), (&Value::Null, &Value::Null), "{table}");
    }
}

#[tokio::test]
async fn answers_to_codes_are_told_by_the_table_whose_code_it_is() {
    let world = World::new().await;
    for (table, nps) in [(7, 10), (12, 0), (0, 9)] {
        let mut guests = answers().hours_ago(24).channel(Channel::Table).nps(nps).times(5);
        guests.response.table = Some(u32::try_from(table).unwrap().try_into().unwrap());
        guests.put(&world).await;
    }
    count(&world).await.unwrap();
    let report = yesterday(&world, "store/12", "&survey=dine-in@table").await;
    assert_eq!(
        parts(&report, "by_table", "table"),
        [(json!("7"), 5, Some(100.0)), (json!("12"), 5, Some(-100.0)), (Value::Null, 5, Some(100.0))]
    );
    assert!(world.items("V#").await.is_empty());
}

#[tokio::test]
async fn what_is_known_of_an_erased_visit_goes_with_its_answer() {
    let world = World::new().await;
    two_tables(&world).await;
    let guest = json!({"table": "2", "staff": "wang", "fields": {"member": "4711"}});
    answers().hours_ago(24).nps(0).csat(1).payment("till").known(guest.clone()).put(&world).await;
    let issued = issue(&world, &payment("by link", &guest)).await.json();
    let link = issued["link"].as_str().unwrap();
    assert_eq!(world.answer(link, json!({"answers": {"nps": 0, "csat": 1}})).await.status, 201);
    count(&world).await.unwrap();
    assert_eq!(parts(&yesterday(&world, "store/12", "").await, "by_table", "table")[0].1, 7);
    let before = world.items("V#").await.len();
    for named in [json!({"link": link}), json!({"store": 12, "day": days_ago(1), "payment": "till 0"})] {
        let erased = world.call(Method::POST, "/erasures", "admin", named).await;
        assert_eq!(erased.json(), json!({"erased": 1, "counted": true}));
    }
    let left = world.items("V#").await;
    assert_eq!(left.len(), before - 2);
    assert!(!format!("{left:?}").contains("4711"));
    assert_eq!(parts(&yesterday(&world, "store/12", "").await, "by_table", "table")[0].1, 6);
}

#[tokio::test]
async fn a_context_that_cannot_be_read_is_left_out_and_the_answer_counts() {
    let world = World::new().await;
    two_tables(&world).await;
    let contexts = world.items("V#12").await;
    let one = contexts.iter().find(|context| context["table"] == "2").unwrap();
    poison(&world, "V#12", one["sk"].as_str().unwrap(), "staff", json!({"N": "1"})).await;
    let counted = count(&world).await.unwrap();
    assert_eq!((counted.responses, counted.unreadable), (20, 0), "{counted:?}");
    let report = yesterday(&world, "store/12", "").await;
    assert_eq!(
        parts(&report, "by_table", "table"),
        [(json!("2"), 5, Some(-100.0)), (json!("10"), 9, Some(100.0)), (Value::Null, 6, Some(66.67))]
    );
}
