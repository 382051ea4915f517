//! Grants: issued, listed and ended one by one, and never longer than their kind may live.

use std::time::Duration;

use aftertaste_local::TABLE;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, World, days_ago, proxy::ask};

async fn issue(world: &World, body: Value) -> Answer {
    world.call(Method::POST, "/grants", "admin", body).await
}

async fn with(world: &World, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let request = world.request(method, path).bearer_auth(token);
    world.send(if body.is_null() { request } else { request.json(&body) }).await
}

fn payment(hours_ago: i64) -> Value {
    json!({"store": 12, "payment": "p", "paid_at": Timestamp::now() - hours_ago.hours()})
}

#[tokio::test]
async fn a_grant_is_issued_listed_used_ended_and_refused() {
    // A function that remembers for no time stands in for one whose minute is over.
    let world = World::with_catalog_age(Duration::ZERO).await;
    let till = issue(&world, json!({"subject": "till 12", "scope": "issue:store/12"})).await;
    assert_eq!(till.status, 201, "{}", till.text);
    let till = till.json();
    assert_eq!((&till["paid_within"], &till["by"]), (&json!(24), &json!("test")), "a day, if it is not said");
    let manager = issue(&world, json!({"subject": "Li", "scope": "report:store/12", "days": 30})).await.json();
    let (till_token, manager_token) = (till["token"].as_str().unwrap(), manager["token"].as_str().unwrap());
    assert_eq!(with(&world, till_token, Method::POST, "/links", payment(1)).await.status, 201);
    assert_eq!(with(&world, till_token, Method::POST, "/links", payment(30)).await.problem().1, "payment-too-old");
    let report = async |token: &str| with(&world, token, Method::GET, "/reports/store/12.json", Value::Null).await;
    assert_eq!(report(manager_token).await.status, 200);

    let listed = world.call(Method::GET, "/grants", "admin", Value::Null).await.json();
    let listed = listed["grants"].as_array().unwrap();
    let of = |subject: &str| listed.iter().find(|grant| grant["subject"] == subject).unwrap();
    assert_eq!(
        (listed.len(), &of("till 12")["scope"], &of("till 12")["ended"]),
        (2, &json!("issue:store/12"), &json!(false))
    );
    let today = Timestamp::now().to_string()[..10].to_owned();
    assert_eq!((&of("Li")["last_seen"], &of("till 12")["last_seen"]), (&json!(today), &Value::Null));
    assert!(!world.call(Method::GET, "/grants", "admin", Value::Null).await.text.contains(manager_token));

    let end = format!("/grants/{}", manager["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(world.call(Method::DELETE, &end, "admin", Value::Null).await.status, 204);
    }
    assert_eq!(report(manager_token).await.problem(), (401, "grant-expired".into()));
    let login = async |token: &str| world.get(&format!("/login?grant={token}"), "application/json").await.problem();
    assert_eq!(login(manager_token).await, (410, "sign-in-ended".into()));
    // Nor is anybody let in by one that lives: a person who sees such an address could use it for as long.
    let other = issue(&world, json!({"subject": "Li", "scope": "report:store/12"})).await.json();
    assert_eq!(login(other["token"].as_str().unwrap()).await, (410, "sign-in-ended".into()));
    assert_eq!(with(&world, till_token, Method::POST, "/links", payment(1)).await.status, 201, "the other goes on");
    // The trail names the person who did it.
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    let deeds: Vec<&str> =
        trail["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["grant-issued", "grant-ended", "grant-ended", "grant-issued", "grant-issued"]);
}

#[tokio::test]
async fn nobody_issues_a_grant_that_lives_too_long_or_says_nothing() {
    let world = World::new().await;
    for (body, words) in [
        (json!({"subject": "x", "scope": "admin", "days": 2}), "days is 1 to 1 "),
        (json!({"subject": "x", "scope": "report:cn issue:cn", "days": 91}), "days is 1 to 90 "),
        (json!({"subject": "x", "scope": "issue", "days": 401}), "days is 1 to 400 "),
        (json!({"subject": "x", "scope": "issue", "days": 0}), "days is 1 to 400 "),
        (json!({"subject": "x", "scope": " "}), "scope says what"),
        (json!({"subject": "x", "scope": "everything"}), "A grant allows"),
        (json!({"subject": "x", "scope": "issue:cn ".repeat(51)}), "scope has 50 words at most"),
        (json!({"subject": " ", "scope": "issue"}), "subject says whom"),
        (json!({"subject": "x", "scope": "issue", "role": "king"}), "unknown field `role`"),
        (json!({"subject": "x", "scope": "issue", "paid_within": 0}), "paid_within is 1 to 1440 "),
        (json!({"subject": "x", "scope": "issue", "paid_within": 1441}), "paid_within is 1 to 1440 "),
    ] {
        let refused = issue(&world, body.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{body}");
        assert!(refused.json()["detail"].as_str().unwrap().starts_with(words), "{}", refused.text);
    }
    assert!(world.items("GRANTS").await.is_empty());
    // Without a limit on payments only if that is said.
    let all = issue(&world, json!({"subject": "x", "scope": "issue", "paid_within": null})).await.json();
    assert_eq!(all.get("paid_within"), None);
    assert_eq!(with(&world, all["token"].as_str().unwrap(), Method::POST, "/links", payment(30)).await.status, 201);
    for scopes in ["issue", "report:", "report:store/12"] {
        for (method, path) in [(Method::GET, "/grants"), (Method::POST, "/grants"), (Method::GET, "/audit")] {
            let refused = world.call(method, path, scopes, json!({})).await;
            assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{scopes} {path}");
        }
    }
    assert_eq!(world.call(Method::GET, "/audit?month=2026-13", "admin", Value::Null).await.problem().0, 422);
}

#[tokio::test]
async fn issuing_a_link_writes_nothing_and_looking_writes_once_a_day() {
    let world = World::new().await;
    let till = issue(&world, json!({"subject": "till", "scope": "issue:store/12"})).await.json();
    let manager = issue(&world, json!({"subject": "Li", "scope": "report:store/12"})).await.json();
    let token = |grant: &Value| grant["token"].as_str().unwrap().to_owned();
    with(&world, &token(&till), Method::POST, "/links", payment(0)).await;
    world.proxy.taken();
    for _ in 0..3 {
        assert_eq!(with(&world, &token(&till), Method::POST, "/links", payment(0)).await.status, 201);
    }
    assert_eq!(world.proxy.taken().1, Vec::<String>::new());
    let path = format!("/reports/store/12.json?from={0}&to={0}", days_ago(1));
    for writes in [1.0, 0.0, 0.0] {
        assert_eq!(with(&world, &token(&manager), Method::GET, &path, Value::Null).await.status, 200);
        assert_eq!(world.proxy.taken().0.written, writes);
    }
}

#[tokio::test]
async fn what_an_operator_changes_stands_in_the_trail() {
    let world = World::new().await;
    assert_eq!(world.call(Method::PUT, "/brand", "admin", json!({"name": "Lane"})).await.status, 200);
    let day = days_ago(1);
    let path = format!("/stores/12/days/{day}");
    assert_eq!(world.call(Method::PUT, &path, "admin", json!({"orders": 9})).await.status, 200);
    assert_eq!(world.call(Method::PUT, &path, "admin", json!({"orders": -9})).await.status, 422);
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    let deeds = trail["deeds"].as_array().unwrap();
    assert_eq!(deeds.len(), 2, "what was refused was not done: {trail}");
    assert_eq!(
        (&deeds[0]["what"], &deeds[0]["on"], &deeds[0]["by"]),
        (&json!("operations-written"), &json!(format!("12 {day}")), &json!("test"))
    );
    assert_eq!(deeds[1]["what"], "brand-written");
    // Spoiled items of it are left out, and the rest is shown.
    for item in world.items("AUDIT").await.iter().take(1) {
        crate::blinding::poison(
            &world,
            item["pk"].as_str().unwrap(),
            item["sk"].as_str().unwrap(),
            "at",
            json!({"N": "1"}),
        )
        .await;
    }
    let trail = world.call(Method::GET, "/audit", "admin", Value::Null).await.json();
    assert_eq!(trail["deeds"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_ended_administrator_is_refused_at_once_whatever_functions_remember() {
    let world = World::new().await;
    let admin = issue(&world, json!({"subject": "Wang", "scope": "admin"})).await.json();
    let token = admin["token"].as_str().unwrap();
    let catalog = async || with(&world, token, Method::GET, "/stores", Value::Null).await;
    assert_eq!(catalog().await.status, 200);
    let end = format!("/grants/{}", admin["id"].as_str().unwrap());
    assert_eq!(world.call(Method::DELETE, &end, "admin", Value::Null).await.status, 204);
    assert_eq!(catalog().await.problem(), (401, "grant-expired".into()));
    let another = with(&world, token, Method::POST, "/grants", json!({"subject": "x", "scope": "issue"})).await;
    assert_eq!(another.problem(), (401, "grant-expired".into()));
}

#[tokio::test]
async fn however_many_were_ended_a_listed_grant_can_be() {
    let world = World::with_catalog_age(Duration::ZERO).await;
    let put_ended = async |ids: usize, until: i64| {
        let mut item = json!({"pk": {"S": "ENDED"}, "sk": {"S": "-"}});
        for _ in 0..ids {
            item[Uuid::new_v4().to_string()] = json!({"N": until.to_string()});
        }
        ask(&world.proxy.url, "PutItem", &json!({"TableName": TABLE, "Item": item})).await;
    };
    let ended = async || world.stack.app.table.ended_grants().await.unwrap().len();
    let unlisted = || format!("/grants/{}", Uuid::new_v4());
    // More are overdue than one write can remove: they go bit by bit.
    put_ended(600, 1).await;
    assert_eq!(world.call(Method::DELETE, &unlisted(), "admin", Value::Null).await.status, 204);
    assert_eq!(ended().await, 501);
    // Nobody fills the item with ids that they made up.
    put_ended(4_000, Timestamp::now().as_second() + 86_400).await;
    let refused = world.call(Method::DELETE, &unlisted(), "admin", Value::Null).await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    let till = issue(&world, json!({"subject": "till", "scope": "issue"})).await.json();
    let end = format!("/grants/{}", till["id"].as_str().unwrap());
    assert_eq!(world.call(Method::DELETE, &end, "admin", Value::Null).await.status, 204);
    let token = till["token"].as_str().unwrap();
    let refused = with(&world, token, Method::POST, "/links", payment(1)).await;
    assert_eq!(refused.problem(), (401, "grant-expired".into()));
}

/// The body of `PUT /stores/{store}` for a store of a node.
fn store_of(path: &str) -> Value {
    json!({"name": "A store", "path": path, "time_zone": "Asia/Shanghai", "survey": "dine-in"})
}

#[tokio::test]
async fn whoever_sets_up_a_region_sets_up_that_and_nothing_else() {
    let world = World::new().await;
    let east = async |method: Method, path: &str, body: Value| world.call(method, path, "admin:cn/east", body).await;
    for (store, path) in [(9001, "cn/east/wuxi"), (9002, "cn/north/tianjin")] {
        let put = world.call(Method::PUT, &format!("/stores/{store}"), "admin", store_of(path)).await;
        assert_eq!(put.status, 200, "{}", put.text);
    }
    let own = store_of("cn/east/wuxi");
    for (method, path, body) in [
        (Method::GET, "/stores/9001", Value::Null),
        (Method::PUT, "/stores/9001", own.clone()),
        (Method::PUT, "/stores/9001", store_of("cn/east/suzhou")),
        (Method::PUT, "/stores/9003", own.clone()),
        (Method::PUT, &format!("/stores/9001/days/{}", days_ago(1)), json!({"orders": 9})),
        (Method::GET, "/surveys/dine-in", Value::Null),
        (Method::GET, "/brand", Value::Null),
    ] {
        let reply = east(method.clone(), path, body).await;
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text);
    }
    for (method, path, body) in [
        (Method::GET, "/stores/9002", Value::Null),
        (Method::PUT, "/stores/9002", store_of("cn/north/tianjin")),
        (Method::PUT, "/stores/9002", own.clone()),
        (Method::PUT, "/stores/9001", store_of("cn/north/tianjin")),
        (Method::PUT, "/stores/9001", store_of("cn/eastern")),
        (Method::PUT, "/stores/9004", store_of("cn")),
        (Method::PUT, &format!("/stores/9002/days/{}", days_ago(1)), json!({"orders": 9})),
        (Method::PUT, "/brand", json!({"name": "Lane"})),
        (Method::PUT, "/surveys/dine-in", json!({})),
        (Method::GET, "/audit", Value::Null),
    ] {
        let refused = east(method.clone(), path, body).await;
        assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{method} {path}");
    }
    let seen = east(Method::GET, "/stores", Value::Null).await.json();
    let seen: Vec<&str> =
        seen["stores"].as_array().unwrap().iter().map(|store| store["path"].as_str().unwrap()).collect();
    assert!(seen.len() > 2 && seen.iter().all(|path| path.starts_with("cn/east")), "{seen:?}");
    // A caller with one store sets it up, and does not choose the others that it is compared with.
    let one = async |path: &str| world.call(Method::PUT, "/stores/9001", "admin:store/9001", store_of(path)).await;
    assert_eq!(one("cn/east/suzhou").await.status, 200);
    assert_eq!(one("cn/east/wuxi").await.problem(), (403, "grant-insufficient".into()));
    let csv = |store: u32| format!("store,day,orders\n{store},{},9\n", days_ago(1));
    let file = async |store: u32| {
        let request = world.request(Method::PUT, "/days").bearer_auth(world.grant("admin:cn/east"));
        world.send(request.header("content-type", "text/csv").body(csv(store))).await
    };
    assert_eq!((file(9001).await.status.as_u16(), file(9002).await.status.as_u16()), (200, 422));
}

#[tokio::test]
async fn nobody_gives_lists_or_ends_a_grant_for_what_they_do_not_have() {
    let world = World::new().await;
    let give = async |scopes: &str, scope: &str| {
        world.call(Method::POST, "/grants", scopes, json!({"subject": "x", "scope": scope})).await
    };
    let east = "admin:cn/east report:cn/east/shanghai";
    for scope in ["issue:cn/east", "issue:store/12 report:store/12", "admin:cn/east/shanghai", "admin:store/12"] {
        let given = give(east, scope).await;
        assert_eq!(given.status, 201, "{scope}: {}", given.text);
    }
    for (scope, needed) in [
        ("issue", "admin"),
        ("admin", "admin"),
        ("admin:cn", "admin:cn"),
        ("issue:store/31", "admin:store/31"),
        ("issue:store/4040", "admin:store/4040"),
        ("report:", "report:"),
        ("issue:store/12 report:cn/east", "report:cn/east"),
    ] {
        let refused = give(east, scope).await;
        assert_eq!(refused.problem(), (403, "grant-insufficient".into()), "{scope}");
        let detail = refused.json()["detail"].clone();
        assert_eq!(detail, format!("This needs a grant whose scope has {needed}."), "{scope}");
    }
    let north = give("admin", "report:cn/north").await.json();
    let listed = world.call(Method::GET, "/grants", east, Value::Null).await.json();
    assert_eq!(listed["grants"].as_array().unwrap().len(), 4, "those that they may give: {listed}");
    let end =
        async |id: &str, scopes: &str| world.call(Method::DELETE, &format!("/grants/{id}"), scopes, Value::Null).await;
    let foreign = end(north["id"].as_str().unwrap(), east).await;
    assert_eq!(foreign.problem(), (403, "grant-insufficient".into()));
    assert_eq!(end(&Uuid::new_v4().to_string(), east).await.problem().0, 403, "nobody knows whose it is");
    assert_eq!(end(listed["grants"][0]["id"].as_str().unwrap(), east).await.status, 204);
}
