//! Actions: started for stores that one follows, shown with their verdicts, and withdrawn once.

use aftertaste::{
    domain::{
        Id,
        action::{Judgement, Term},
        trend::TrendId,
        watch::Direction,
    },
    table::StoredAction,
};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    cases::scene::owns,
    harness::{
        Answer, World,
        browser::{Browser, list, looks, operate, set},
        days_ago,
    },
    trends::{opened, trend},
};

const FOLLOWS: &str = "follow:store/12";

/// An action of store 12 that begins today.
fn described() -> Value {
    json!({"stores": [12], "start": days_ago(0), "what": "中午加一台收银机", "owner": "grace"})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = described();
    body[name] = value;
    body
}

async fn start(world: &World, scopes: &str, body: Value) -> Answer {
    world.call(Method::POST, "/actions", scopes, body).await
}

async fn started(world: &World, body: Value) -> Id {
    let made = start(world, "follow:", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["action"].as_str().unwrap().parse().unwrap()
}

async fn action(world: &World, id: &Id) -> Value {
    let shown = world.call(Method::GET, &format!("/action/{id}"), "follow:", Value::Null).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    shown.json()
}

async fn listed(world: &World, scope: &str) -> Vec<Value> {
    let listed = world.call(Method::GET, &format!("/actions/{scope}"), "follow:", Value::Null).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.json()["actions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_action_is_started_listed_and_withdrawn_once() {
    let world = World::new().await;
    let tomorrow = days_ago(-1);
    let body = json!({"stores": [12, 31], "start": tomorrow, "settling_days": 3, "owner": "lin",
        "what": "换汤。<b>试</b> 13812345678"});
    let made = start(&world, "follow:", body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let shown = made.json();
    let id: Id = shown["action"].as_str().unwrap().parse().unwrap();
    assert_eq!(made.headers["location"], format!("/action/{id}"));
    assert!(id.as_str().len() == 17 && id.as_str().starts_with(&tomorrow.strftime("%Y%m%d-").to_string()), "{id}");
    assert_eq!(shown["what"], "换汤。<b>试</b> ***");
    assert_eq!(
        (&shown["owner"], &shown["by"], &shown["may"]["withdraw"]),
        (&json!("lin"), &json!("test"), &json!(true))
    );
    assert_eq!(shown["judged_on"], json!(tomorrow + 17.days()), "three days settle, fourteen are judged");
    assert_eq!(start(&world, "follow:", body).await.json()["action"], json!(id), "sent twice, it is started once");
    let earlier = started(&world, with("start", json!(days_ago(13)))).await;
    let all: Vec<Value> = listed(&world, "cn").await.iter().map(|listed| listed["action"].clone()).collect();
    assert_eq!(all, [json!(id), json!(earlier)], "the latest first");
    let own = &listed(&world, "store/31").await[0];
    assert_eq!((own["stores"].as_array().unwrap().len(), &own["more"]), (1, &json!(1)));
    assert!(listed(&world, "store/13").await.is_empty());
    let path = format!("/action/{id}");
    let withdraw = json!({"move": "withdraw"});
    let refused = world.call(Method::POST, &path, "follow:", json!({"move": "fly"})).await;
    assert!(refused.problem() == (422, "invalid".into()) && refused.text.contains("move is withdraw."));
    let ended = world.call(Method::POST, &path, "follow:", withdraw.clone()).await;
    assert!(ended.status == 200 && ended.json()["withdrawn_at"].is_string(), "{}", ended.text);
    let again = world.call(Method::POST, &path, "follow:", withdraw).await;
    assert_eq!(again.problem(), (409, "action-moved".into()));
    assert_eq!(again.json()["action"]["withdrawn_at"], ended.json()["withdrawn_at"]);
    assert!(action(&world, &id).await["judged_on"].is_null());
}

#[tokio::test]
async fn whoever_follows_only_some_of_the_stores_sees_only_these_and_withdraws_nothing() {
    let world = World::new().await;
    let id = started(&world, json!({"stores": [12, 13, 31], "start": days_ago(3), "what": "x", "owner": "lin"})).await;
    let path = format!("/action/{id}");
    let shown = world.call(Method::GET, &path, FOLLOWS, Value::Null).await.json();
    assert_eq!((&shown["stores"][0]["store"], shown["stores"].as_array().unwrap().len()), (&json!(12), 1));
    assert_eq!((&shown["more"], &shown["may"]["withdraw"]), (&json!(2), &json!(false)));
    let withdraw = json!({"move": "withdraw"});
    let (unknown, may_not) = ((404, "action-unknown".into()), (403, "grant-insufficient".into()));
    for (scopes, refusal) in [
        (FOLLOWS, &may_not),
        ("follow:cn/east", &may_not),
        ("follow:store/14", &unknown),
        ("report:", &may_not),
        ("admin", &may_not),
    ] {
        let refused = world.call(Method::POST, &path, scopes, withdraw.clone()).await;
        assert_eq!(refused.problem(), *refusal, "{scopes}");
    }
    // Of none of its stores: as if there were no such action.
    let shown = world.call(Method::GET, &path, "follow:store/14", Value::Null).await;
    assert_eq!(shown.problem(), unknown);
    for (path, scopes) in [
        (path.as_str(), "report:"),
        ("/actions/store/12", "follow:store/13"),
        ("/actions/cn/east", "follow:store/12"),
        ("/actions/store/12", "report:store/12"),
    ] {
        let refused = world.call(Method::GET, path, scopes, Value::Null).await;
        assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{path} {scopes}");
    }
    for unknown in ["20261121-0f1e2d3c", "x", "%2F", "_"] {
        let refused = world.call(Method::GET, &format!("/action/{unknown}"), "follow:", Value::Null).await;
        assert_eq!(refused.problem(), (404, "action-unknown".into()), "{unknown}");
    }
    let mars = world.call(Method::GET, "/actions/mars", "follow:", Value::Null).await;
    assert_eq!(mars.problem(), (404, "scope-unknown".into()));
    set(&world, "ACTIONS", id.as_str(), "action", json!({"S": "{}"})).await;
    let spoiled = world.call(Method::GET, &path, "follow:", Value::Null).await;
    assert_eq!(spoiled.problem(), (404, "action-unknown".into()));
    assert!(listed(&world, "cn").await.is_empty());
    list(&world, "li", looks("store/12")).await;
    let viewer = Browser::signed_in(&world, "li").await;
    assert_eq!(viewer.open("/actions/store/12").await.status, 403);
}

#[tokio::test]
async fn what_can_not_be_started_is_refused_with_a_sentence() {
    let world = World::new().await;
    list(&world, "wang", owns("store/13", false)).await;
    let unknown = "20261120-0f1e2d3c4b5a6978";
    let other = opened(&world, "store/13", Direction::Drop).await;
    let north = opened(&world, "cn/north", Direction::Drop).await;
    let rise = opened(&world, "store/12", Direction::Rise).await;
    let of = |trend: &dyn ToString| with("trends", json!([trend.to_string()]));
    for (body, words) in [
        (with("stores", json!([])), "stores are 1 to 200"),
        (with("stores", json!((1..=201).collect::<Vec<u32>>())), "stores are 1 to 200; these are 201."),
        (with("stores", json!([12, 12])), "stores: 12 is named more than once"),
        (with("stores", json!([4_040])), "stores: there is no store 4040."),
        (with("start", json!("1999-11-21")), "start: start is a day such as"),
        (with("start", json!(days_ago(14))), "start is a day from"),
        (with("start", json!(days_ago(-181))), "start is a day from"),
        (with("start", json!("tomorrow")), "start: start is a day such as"),
        (with("settling_days", json!(29)), "settling_days are 0 to 28; these are 29."),
        (with("what", json!("")), "what says in 1 to 300"),
        (with("what", json!("食".repeat(301))), "what says in 1 to 300"),
        (with("what", json!("\u{202e}tsaE")), "what has control characters."),
        (with("owner", json!("nobody")), "owner is the id of a person who"),
        (with("owner", json!("wang")), "owner is the id of a person who"),
        (with("owner", json!(7)), "owner: "),
        (with("colour", json!("red")), "unknown field `colour`"),
        (of(&unknown), "trends: there is no trend 20261120-0f1e2d3c4b5a6978."),
        (of(&other), &format!("trends: {other} is of none of these stores")),
        (of(&north), &format!("trends: {north} is of none of these stores")),
        (of(&rise), &format!("trends: the score of {rise} rose.")),
    ] {
        let refused = start(&world, "follow:", body.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{body}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(words), "{body}: {detail}");
    }
    for (scopes, stores) in [(FOLLOWS, json!([12, 13])), ("follow:store/13", json!([12])), ("report:", json!([12]))] {
        let refused = start(&world, scopes, with("stores", stores.clone())).await;
        assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{scopes} {stores}");
    }
    assert_eq!(start(&world, "follow:", json!([])).await.problem(), (422, "invalid".into()));
    assert!(world.items("ACTIONS").await.is_empty());
    assert_eq!(trend(&world, &other).await["v"], 1);
}

#[tokio::test]
async fn an_action_that_answers_a_score_takes_it() {
    let world = World::new().await;
    let store = opened(&world, "store/12", Direction::Drop).await;
    let node = opened(&world, "cn/east", Direction::Drop).await;
    // Whoever does not follow the node does not learn that its score changed.
    let both = with("trends", json!([store.to_string(), node.to_string()]));
    let refused = start(&world, FOLLOWS, both).await;
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail, format!("trends: there is no trend {node}."));
    let body = with("trends", json!([store.to_string()]));
    let made = start(&world, FOLLOWS, body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let taken = trend(&world, &store).await;
    assert_eq!((&taken["state"], &taken["owner"], &taken["v"]), (&json!("taken"), &json!("test"), &json!(2)));
    assert_eq!(taken["actions"][0]["action"], made.json()["action"]);
    assert_eq!(trend(&world, &node).await["state"], "open", "of a node that they do not follow");
    assert_eq!(start(&world, FOLLOWS, body).await.status, 201);
    assert_eq!(trend(&world, &store).await["v"], 2);
    let another = with("trends", json!([node.to_string()]));
    assert_eq!(start(&world, "follow:cn/east", another).await.status, 201);
    assert_eq!(trend(&world, &node).await["state"], "taken");
}

#[tokio::test]
async fn a_lost_reply_starts_and_ends_nothing_twice() {
    let world = World::new().await;
    world.proxy.lose_replies("PutItem", 1);
    let id = started(&world, described()).await;
    assert_eq!(world.items("ACTIONS").await.len(), 1);
    world.proxy.lose_replies("UpdateItem", 1);
    let ended = world.call(Method::POST, &format!("/action/{id}"), FOLLOWS, json!({"move": "withdraw"})).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
}

/// Writes a verdict, as the watch does.
async fn judge(world: &World, id: &Id, term: Term, judgement: Value) {
    let table = &world.stack.app.table;
    let before = table.action(id).await.unwrap().unwrap();
    let mut after: StoredAction = before.clone();
    after.action.verdicts.insert(term, serde_json::from_value::<Judgement>(judgement).unwrap());
    assert!(table.change_action(&before, &after).await.unwrap());
}

fn effect(effect: f64, low: f64, high: f64) -> Value {
    json!({"effect": effect, "se": 2.0, "low": low, "high": high, "least": 5.64, "stores": 1, "siblings": 24,
        "moved_as_far": 3, "p": 0.16, "between": 1.25, "scatter": 1.0})
}

#[tokio::test]
async fn a_verdict_is_said_in_words() {
    let world = World::new().await;
    list(&world, "mei", json!([{"role": "everything", "scope": "*"}])).await;
    let mei = Browser::signed_in(&world, "mei").await;
    let recovery = |back: bool| json!({"difference": -1.25, "low": -4.0, "high": 1.5, "back": back});
    let better = json!({"verdict": "better", "reference": "earlier", "effect": effect(8.26, 4.2, 12.3), "recovery": recovery(true)});
    let worse = json!({"verdict": "worse", "effect": effect(-8.0, -12.0, -4.0), "recovery": recovery(false)});
    let mixed = json!({"verdict": "mixed", "mixed": ["another-action", "measure", "channels", "weather"], "effect": effect(1.0, -1.0, 3.0)});
    for (at, (judgement, en, zh)) in [
        (
            better,
            &[
                "Better",
                "Effect: +8.3 points (95 % interval: +4.2 to +12.3), against 24 stores beside it.",
                "Of 24 stores beside it, 3 moved as far by themselves.",
                "It began in a dip",
                "Beside the level before it fell, the score is now at −1.3 points",
                "it is back.",
            ][..],
            "有改善",
        ),
        (worse, &["Worse", "−8.0 points", "it is not certain that it is back"], "变差"),
        (
            json!({"verdict": "cannot-tell", "effect": effect(1.0, -3.0, 5.0)}),
            &["tell", "An effect of 5.6 points or more"],
            "无法判断",
        ),
        (json!({"verdict": "too-early"}), &["Too few answers", "No store has 100 answers"], "回答太少"),
        (json!({"verdict": "no-comparison"}), &["No comparison", "fewer than five have answers enough"], "无从比较"),
        (
            mixed,
            &["Mixed", "Another action of these stores", "in another way", "by other channels", "does not know"],
            "另有变化",
        ),
        (json!({"verdict": "splendid"}), &["This version does not know this verdict."], "未知"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = started(&world, with("what", json!(format!("第 {at} 项")))).await;
        judge(&world, &id, Term::Fortnight, judgement).await;
        let page = mei.open(&format!("/action/{id}?lang=en")).await.text;
        for words in en {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(page.contains("After 14 days") && page.contains("After 28 days"), "{page}");
        let page = mei.open(&format!("/action/{id}?lang=zh-CN")).await.text;
        assert!(page.contains(zh), "{zh}: {page}");
        let shown = action(&world, &id).await;
        assert!(shown["verdicts"]["14"]["verdict"].is_string(), "{shown}");
        assert_eq!(shown["judged_on"], json!(days_ago(-28)));
        let list = mei.open("/actions/store/12?lang=en").await.text;
        assert!(list.contains(&format!("/action/{id}?lang=en")));
        let ended = world.call(Method::POST, &format!("/action/{id}"), "follow:", json!({"move": "withdraw"})).await;
        assert_eq!(ended.status, 200);
    }
}

/// Sends the form of a new action.
async fn send(browser: &Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let token = browser.token("/actions/cn/east").await;
    browser.send("/actions", &[&[("token", token.as_str()), ("scope", "cn/east")], fields].concat()).await
}

#[tokio::test]
async fn a_manager_goes_from_a_score_that_fell_to_an_action() {
    let world = World::new().await;
    let fell: TrendId = opened(&world, "store/12", Direction::Drop).await;
    let person = json!({"name": "Mei", "language": "zh-CN", "roles": owns("cn/east", false)});
    assert_eq!(operate(&world, Method::PUT, "/people/mei", person).await.status, 201);
    let mei = Browser::signed_in(&world, "mei").await;
    let form = mei.open(&format!("/actions/cn/east?trend={fell}")).await;
    let (trend_id, today) = (fell.to_string(), days_ago(0).to_string());
    assert!(form.text.contains(&format!("name=\"trends\" value=\"{fell}\"")), "{}", form.text);
    assert!(
        form.text.contains("name=\"stores\" value=\"12\" checked")
            && form.text.contains("name=\"stores\" value=\"13\">")
    );
    assert!(form.text.contains("value=\"mei\" selected") && form.text.contains(&format!("value=\"{today}\"")));
    let what = "<script>alert(1)</script>\"'> 13812345678";
    let usual = [("what", what), ("start", &today), ("settling_days", "2"), ("owner", "mei"), ("trends", &trend_id)];
    for (name, value, said) in [
        ("stores", "x", "请选择 1 至 200 家门店"),
        ("start", "", "请选择开始日期"),
        ("start", "1999-01-01", "请选择开始日期"),
        ("start", "2400-01-01", "开始日期须在"),
        ("settling_days", "29", "适应期为 0 至 28 天"),
        ("settling_days", "-1", "适应期为 0 至 28 天"),
        ("what", " ", "请用 1 至 300 个字"),
        ("owner", "grace", "请选择负责所选全部门店反馈的同事"),
        ("trends", "x", "这项措施不能针对这条评分变化"),
    ] {
        let mut fields: Vec<(&str, &str)> = [("stores", "12"), ("stores", "13")].into_iter().chain(usual).collect();
        fields.retain(|(field, _)| *field != name);
        fields.push((name, value));
        let refused = send(&mei, &fields).await;
        assert!(refused.status == 422 && refused.text.contains(said), "{name} {value}: {}", refused.text);
        assert!(!refused.text.contains("<script>"), "{}", refused.text);
        let kept = name == "what" || refused.text.contains("&lt;script&gt;");
        assert!(kept && (name == "stores" || refused.text.contains("value=\"13\" checked")), "{}", refused.text);
    }
    assert!(world.items("ACTIONS").await.is_empty());
    let fields: Vec<(&str, &str)> = [("stores", "12"), ("stores", "13")].into_iter().chain(usual).collect();
    let made = send(&mei, &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(send(&mei, &fields).await.headers["location"], path.as_str(), "the button was pressed twice");
    let page = mei.open(&path).await;
    assert!(page.status == 200 && page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{}", page.text);
    assert!(page.text.contains("***") && !page.text.contains("<script>") && page.text.contains("Mei"), "{}", page.text);
    assert!(page.text.contains(&format!("/trend/{fell}")), "{}", page.text);
    let answered = mei.open(&format!("/trend/{fell}")).await;
    assert!(answered.text.contains(&path) && answered.text.contains("处理中"), "{}", answered.text);
    let token = mei.token(&path).await;
    let ended = mei.send(&path, &[("token", &token), ("move", "withdraw")]).await;
    assert!(ended.status == 200 && ended.text.contains("已于"), "{}", ended.text);
    let again = mei.send(&path, &[("token", &token), ("move", "withdraw")]).await;
    assert!(again.status == 409 && again.text.contains("之前已撤销"), "{}", again.text);
    assert_eq!(mei.send(&path, &[("move", "withdraw")]).await.status, 403, "without the token");
}

#[tokio::test]
async fn without_an_owner_an_action_is_its_callers_if_they_are_a_person() {
    let world = World::new().await;
    list(&world, "mei", owns("store/12", false)).await;
    let mei = Browser::signed_in(&world, "mei").await;
    let token = mei.token("/actions/store/12").await;
    let today = days_ago(0).to_string();
    let fields = [("token", token.as_str()), ("scope", "store/12"), ("stores", "12"), ("start", &today), ("what", "x")];
    let made = mei.send("/actions", &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    assert_eq!(listed(&world, "store/12").await[0]["owner"], "mei");
    // Stores of others are not for the asking.
    let others = [fields[0], fields[1], ("stores", "13"), fields[3], fields[4]];
    assert_eq!(mei.send("/actions", &others).await.status, 403);
    let mut without = described();
    without.as_object_mut().unwrap().remove("owner");
    assert_eq!(start(&world, FOLLOWS, without).await.problem(), (422, "invalid".into()));
}

#[tokio::test]
async fn actions_speak_three_languages() {
    let world = World::new().await;
    let id = started(&world, with("start", json!(days_ago(2)))).await;
    list(&world, "mei", json!([{"role": "everything", "scope": "*"}])).await;
    let mei = Browser::signed_in(&world, "mei").await;
    for (language, words, judged) in
        [("en", "Actions", "judged on"), ("zh-CN", "改进措施", "评估"), ("zh-TW", "改善措施", "評估")]
    {
        for path in ["/actions/cn".to_owned(), "/actions/store/12".into(), format!("/action/{id}")] {
            let page = mei.open(&format!("{path}?lang={language}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.text.contains(&format!("<html lang=\"{language}\"")), "{}", page.text);
            assert!(page.text.contains(words) && page.text.contains(judged), "{path} {language}: {}", page.text);
        }
    }
    let unknown = mei.open("/actions/store/12?trend=x&lang=en").await;
    assert!(unknown.status == 404 && unknown.text.contains("Score not found"), "{}", unknown.text);
    let now = Timestamp::now();
    assert!(world.stack.app.table.action(&id).await.unwrap().unwrap().at <= now);
}
