//! The people on duty: put, listed and taken away by those who set up the scope.

use aftertaste::{
    domain::{
        case::{Digest, Duty},
        survey::Severity,
    },
    table::Look,
};
use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    desk::{chain, complain, desk, duty, guest, person, robot, said, shop, sweep},
    office::Office,
    people::{DINGTALK, FEISHU, WECOM},
};

async fn call(office: &Office, method: Method, path: &str, grant: &str, body: Value) -> (u16, Value) {
    let replied = office.world.call(method, path, grant, body).await;
    (replied.status.as_u16(), replied.json())
}

#[tokio::test]
async fn a_duty_is_put_listed_and_taken_away_by_whoever_sets_up_its_scope() {
    let office = desk().await;
    shop(&office, 31, "南京路店", "cn/east/shanghai").await;
    person(&office, "lin", json!({})).await;
    robot(&office, "wecom").await;
    let body = json!({"people": ["lin"], "endpoint": "wecom"});
    let shown = json!({"duty": "cn/east/shanghai", "people": ["lin"], "endpoint": "wecom"});
    let path = "/duty/cn/east/shanghai";
    assert_eq!(call(&office, Method::PUT, path, "admin:cn/east", body.clone()).await, (200, shown.clone()));
    // As it was shown it can be put back.
    assert_eq!(call(&office, Method::PUT, path, "admin:cn/east", shown.clone()).await.0, 200);
    let (status, store) = call(&office, Method::PUT, "/duty/store/31", "admin:store/31", body.clone()).await;
    assert_eq!((status, &store["duty"]), (200, &json!("store/31")));
    let (_, mut all) = call(&office, Method::GET, "/duty", "admin", Value::Null).await;
    let are_ours = |duty: &Value| [&json!("store/31"), &json!("cn/east/shanghai")].contains(&&duty["duty"]);
    all["duties"].as_array_mut().unwrap().retain(are_ours);
    assert_eq!(all, json!({"duties": [store, shown]}), "beside those of the demo");
    let (_, of_store) = call(&office, Method::GET, "/duty", "admin:store/31", Value::Null).await;
    assert_eq!(of_store, json!({"duties": [store]}));
    for (grant, path) in
        [("admin:store/31", path), ("admin:cn/west", path), ("admin:cn/east/shanghai", "/duty/cn/east")]
    {
        let (status, problem) = call(&office, Method::PUT, path, grant, body.clone()).await;
        assert_eq!(
            (status, &problem["type"]),
            (403, &json!("/problems/grant-insufficient")),
            "{grant} {path}: {problem}"
        );
        assert_eq!(call(&office, Method::DELETE, path, grant, Value::Null).await.0, 403);
    }
    // Each has its first summary, once: put again it is where it was.
    let looks = office.world.items("DUE#").await;
    assert_eq!(looks.len(), 2);
    for look in looks {
        let at: Timestamp = look["sk"].as_str().unwrap().split('#').next().unwrap().parse().unwrap();
        assert_eq!(at.to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).time(), Time::constant(8, 0, 0, 0));
    }
    let before = office.items("DUTY").await;
    let gone = json!({"duty": "cn/east/shanghai", "state": "gone"});
    for _ in 0..2 {
        assert_eq!(call(&office, Method::DELETE, path, "admin", Value::Null).await, (200, gone.clone()));
    }
    assert_eq!(office.items("DUTY").await, before - 1);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_duty_is_said_at_once() {
    let office = desk().await;
    shop(&office, 31, "南京路店", "cn/east/shanghai").await;
    office.put("crm", json!({})).await;
    person(&office, "lin", json!({})).await;
    person(&office, "wu", json!({"name": "Wu Di", "roles": [{"role": "looks", "scope": "*"}]})).await;
    person(&office, "chen", json!({"roles": [{"role": "owns-cases", "scope": "store/31"}]})).await;
    let before = office.items("DUTY").await;
    for (scope, body, expected) in [
        ("store/31", json!({}), vec!["A duty names people, or an endpoint that tells them."]),
        (
            "cn/west",
            json!({"people": ["nobody"], "endpoint": "none"}),
            vec![
                "people: nobody who may follow the cases of cn/west is listed as nobody.",
                "endpoint: there is no none. Put it first, with PUT /endpoints/{endpoint}.",
                "There is no store in cn/west: put its stores first, with PUT /stores/{store}.",
            ],
        ),
        (
            "store/31",
            json!({"endpoint": "crm"}),
            vec!["endpoint: crm is read by no person. Name a robot or a mailbox."],
        ),
        (
            "cn/east",
            json!({"people": ["lin", "wu", "lin", "chen", "lin"]}),
            vec![
                "people: lin is named more than once. Name each person once.",
                "people: nobody who may follow the cases of cn/east is listed as wu. Give them the role owns-cases there \
                 first, with PUT /people/wu, or leave them out.",
                "people: nobody who may follow the cases of cn/east is listed as chen. Give them the role owns-cases there \
                 first, with PUT /people/chen, or leave them out.",
            ],
        ),
        (
            "store/31",
            json!({"people": ["wu"]}),
            vec!["people: nobody who may follow the cases of store/31 is listed as wu."],
        ),
    ] {
        let (status, problem) = call(&office, Method::PUT, &format!("/duty/{scope}"), "admin", body).await;
        assert_eq!(status, 422, "{problem}");
        let said = problem["detail"].as_str().unwrap();
        for sentence in expected {
            assert_eq!(said.matches(sentence).count(), 1, "{sentence} {said}");
        }
    }
    let (status, _) = call(&office, Method::PUT, "/duty/store/31", "admin", json!({"digest": "hourly"})).await;
    assert_eq!(status, 422);
    assert_eq!((office.items("DUTY").await, office.items("DUE#").await), (before, 0));
}

#[tokio::test]
async fn whoever_may_not_follow_any_more_is_told_nothing_and_the_next_duty_is_if_nobody_is_left() {
    let office = chain().await;
    for id in ["lin", "wu"] {
        person(&office, id, json!({"mentions": {"wecom": id}})).await;
    }
    duty(&office, "store/31", json!({"people": ["wu", "lin"], "endpoint": "wecom", "digest": "none"})).await;
    let complains = async || complain(&office, &guest(&office, 31, Severity::Normal)).await;
    complains().await;
    sweep(&office).await;
    assert!(said(&office, WECOM)[0].ends_with("<@lin> <@wu>"), "{:?}", said(&office, WECOM));
    // One follows another store now.
    person(&office, "wu", json!({"mentions": {"wecom": "wu"}, "roles": [{"role": "owns-cases", "scope": "store/12"}]}))
        .await;
    complains().await;
    sweep(&office).await;
    assert!(
        said(&office, WECOM)[1].ends_with("(https://s.example.cn/cases/store/31) <@lin>"),
        "{:?}",
        said(&office, WECOM)
    );
    // The other is off the list.
    let gone = office.world.call(Method::DELETE, "/people/lin", "admin", Value::Null).await;
    assert!(gone.status.is_success(), "{}", gone.text);
    complains().await;
    sweep(&office).await;
    assert_eq!([WECOM, DINGTALK, FEISHU].map(|address| said(&office, address).len()), [2, 1, 0]);
    // Back on it, they are notified again.
    person(&office, "lin", json!({"mentions": {"wecom": "lin"}})).await;
    complains().await;
    sweep(&office).await;
    assert_eq!([WECOM, DINGTALK, FEISHU].map(|address| said(&office, address).len()), [3, 1, 0]);
}

#[tokio::test]
async fn a_duty_of_which_nobody_is_left_gets_no_summary() {
    let office = chain().await;
    person(&office, "lin", json!({})).await;
    duty(&office, "store/31", json!({"people": ["lin"], "endpoint": "wecom", "digest": "none"})).await;
    let (scope, table) = ("store/31".parse().unwrap(), &office.sender.app.table);
    let daily = Duty { digest: Some(Digest::Daily), ..table.duty(&scope).await.unwrap().unwrap() };
    table.put_duty(&scope, &daily).await.unwrap();
    table.put_look(&Look::Digest(scope.clone()), office.now()).await.unwrap();
    let morning = |office: &Office| {
        office.forward(24.hours());
        while office.now().as_second() / 60 % 5 != 2 {
            office.forward(1.minute());
        }
    };
    morning(&office);
    office.run().await.unwrap();
    let told = said(&office, WECOM).len();
    assert_eq!(told, 1, "{:?}", said(&office, WECOM));
    person(&office, "lin", json!({"roles": [{"role": "looks", "scope": "*"}]})).await;
    for _ in 0..2 {
        morning(&office);
        office.run().await.unwrap();
    }
    assert_eq!(said(&office, WECOM).len(), told);
    // The next one is checked all the same.
    person(&office, "lin", json!({})).await;
    morning(&office);
    office.run().await.unwrap();
    assert_eq!(said(&office, WECOM).len(), told + 1);
}
