//! Requests of clumsy or hostile callers: each has its problem, and nothing is written.

use std::collections::BTreeMap;

use aftertaste::domain::access::{GuestKeys, Key};
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, World, signed_by};

const GOOD: &str = r#"{"answers":{"nps":9,"csat":5}}"#;

async fn post(world: &World, link: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = world.request(Method::POST, &format!("/s/{link}")).header("content-type", content_type);
    world.send(request.body(body)).await
}

#[tokio::test]
async fn a_link_that_is_not_ours_is_unknown_in_the_same_words_whatever_is_wrong_with_it() {
    let world = World::new().await;
    // One whose end nobody takes for punctuation: it would be found without it.
    let mut link = world.link("p").await;
    for n in 0.. {
        if !link[29..].contains(['-', '_']) {
            break;
        }
        link = world.link(&format!("p{n}")).await;
    }
    let last = if link.ends_with('A') { 'B' } else { 'A' };
    let retired =
        GuestKeys::new(9, BTreeMap::from([(9, Key::from([9; 32]))]), world.keyring().payment().clone()).unwrap();
    let wrong = [
        format!("{}{last}", &link[..31]),
        link[..31].to_owned(),
        link[..8].to_owned(),
        format!("x{link}"),
        format!("%E2%80%8B{link}"),
        "A".repeat(32),
        "%E5%9B%9E%E5%91%B3".repeat(3),
        "%00".repeat(32),
        "a%20b".to_owned(),
        "..%2F..%2Fetc%2Fpasswd".to_owned(),
        format!("{}=", &link[..31]),
        format!("{}+%2F", &link[..30]),
        signed_by(&retired, 12, Timestamp::now() - 1.minute(), "p"),
    ];
    let mut bodies = Vec::new();
    for wrong in &wrong {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = world.request(method, &format!("/s/{wrong}")).header("accept", "application/json");
            let answer = world.send(request.header("content-type", "application/json").body(GOOD)).await;
            assert_eq!(answer.headers["content-type"], "application/problem+json", "{wrong}");
            assert_eq!(answer.problem(), (404, "link-unknown".into()), "{wrong}");
            bodies.push(answer.text);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert!(world.items("R#").await.is_empty());
}

#[tokio::test]
async fn a_link_out_of_its_time_says_so() {
    let world = World::new().await;
    let now = Timestamp::now();
    let ask = async |method: Method, link: String| {
        let request = world.request(method, &format!("/s/{link}")).header("accept", "application/json");
        world.send(request.header("content-type", "application/json").body(GOOD)).await.problem()
    };
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(ask(method.clone(), world.signed(12, now - 169.hours(), "old")).await, (410, "link-expired".into()));
        assert_eq!(
            ask(method.clone(), world.signed(12, now + 13.minutes(), "soon")).await,
            (404, "link-from-the-future".into())
        );
        assert_eq!(ask(method, world.signed(4040, now - 1.minute(), "gone")).await, (404, "store-unknown".into()));
    }
    assert!(world.items("R#").await.is_empty());
    assert_eq!(
        post(&world, &world.signed(12, now + 9.minutes(), "clocks differ"), "application/json", GOOD).await.status,
        201
    );
}

#[tokio::test]
async fn a_guest_with_a_bad_link_reads_a_page_in_her_language() {
    let world = World::new().await;
    let page = async |language: &str| {
        let request =
            world.request(Method::GET, "/s/forged").header("accept", "text/html").header("accept-language", language);
        let answer = world.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
            (404, "text/html; charset=utf-8")
        );
        answer.text
    };
    assert!(page("en").await.contains("Not a survey link"));
    assert!(page("zh-CN").await.contains("这不是问卷链接"));
    assert!(page("zh-Hant").await.contains("這不是問卷連結"));
}

#[tokio::test]
async fn a_body_that_can_not_be_read_says_where() {
    let world = World::new().await;
    let link = world.link("p").await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: Vec<(&str, String, (u16, &str))> = vec![
        ("nothing", String::new(), (400, "malformed")),
        ("not JSON", "nps=9".into(), (400, "malformed")),
        ("cut off", GOOD[..20].into(), (400, "malformed")),
        ("two values", format!("{GOOD}{GOOD}"), (400, "malformed")),
        ("too deep", format!(r#"{{"answers":{{"nps":{deep}}}}}"#), (400, "malformed")),
        ("NaN", r#"{"answers":{"nps":NaN}}"#.into(), (400, "malformed")),
        ("a huge number", r#"{"answers":{"nps":1e999}}"#.into(), (400, "malformed")),
        ("a lone surrogate", r#"{"answers":{"nps":9,"csat":5,"why":"\ud83e"}}"#.into(), (400, "malformed")),
        ("a raw control character", "{\"answers\":{\"why\":\"a\u{1}b\"}}".into(), (400, "malformed")),
        ("a list", "[]".into(), (422, "invalid")),
        ("a text", "\"nps\"".into(), (422, "invalid")),
        ("no answers", "{}".into(), (422, "invalid")),
        ("answers in a list", r#"{"answers":[9,5]}"#.into(), (422, "invalid")),
        ("another field", r#"{"answers":{"nps":9,"csat":5},"store":13}"#.into(), (422, "invalid")),
        ("no uuid", r#"{"submission":"1","answers":{"nps":9,"csat":5}}"#.into(), (422, "invalid")),
        ("negative seconds", r#"{"seconds":-1,"answers":{"nps":9,"csat":5}}"#.into(), (422, "invalid")),
        ("no such version", r#"{"version":7,"answers":{"nps":9,"csat":5}}"#.into(), (422, "invalid")),
        (
            "99 KB",
            format!(r#"{{"answers":{{"nps":9,"csat":5,"why":"{}"}}}}"#, "x".repeat(99_000)),
            (413, "body-too-large"),
        ),
    ];
    for (what, body, (status, kind)) in cases {
        let answer = post(&world, &link, "application/json", body).await;
        assert_eq!(answer.problem(), (status, kind.to_owned()), "{what}: {}", answer.text);
    }
    assert_eq!(
        post(&world, &link, "application/xml", "<nps/>").await.problem(),
        (415, "unsupported-media-type".into())
    );
    let not_utf8 = post(&world, &link, "application/json", b"{\"answers\":{\"why\":\"\xff\"}}".to_vec()).await;
    assert_eq!(not_utf8.problem(), (400, "malformed".into()));
    let syntax = post(&world, &link, "application/json", "{\"answers\":}").await.json();
    assert_eq!(syntax["detail"], "The body is not JSON: expected value at line 1 column 12.");
    assert!(world.items("R#").await.is_empty());
}

#[tokio::test]
async fn answers_that_do_not_fit_are_named_one_by_one() {
    let world = World::new().await;
    let link = world.link("p").await;
    let refused = async |answers: Value| {
        let answer = world.answer(&link, json!({"answers": answers})).await;
        assert_eq!(answer.problem(), (422, "answers-invalid".into()), "{}", answer.text);
        answer.json()["errors"].clone()
    };
    let error = |question: &str, detail: &str| json!([{"question": question, "detail": detail}]);
    assert_eq!(
        refused(json!({"nps": 11, "csat": 5})).await,
        error("nps", "The answer is a whole number from 0 to 10.")
    );
    assert_eq!(
        refused(json!({"nps": 1e300, "csat": 5})).await,
        error("nps", "The answer is a whole number from 0 to 10.")
    );
    assert_eq!(
        refused(json!({"nps": "9", "csat": 5})).await,
        error("nps", "The answer is a whole number from 0 to 10.")
    );
    assert_eq!(refused(json!({"nps": 9})).await, error("csat", "This needs an answer."));
    assert_eq!(
        refused(json!({"nps": 9, "csat": 5, "colour": "red"})).await,
        error("colour", "The survey has no such question.")
    );
    assert_eq!(
        refused(json!({"nps": 9, "csat": 5, "why": "x".repeat(501)})).await,
        error("why", "The text is at most 500 characters long.")
    );
    let several = refused(json!({"nps": -1, "csat": true, "why": []})).await;
    assert_eq!(several.as_array().unwrap().len(), 3, "{several}");

    // The seven themes that this visit was not asked.
    let survey = world.get(&format!("/s/{link}"), "application/json").await.json();
    let asked: Vec<&str> = survey["questions"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap()).collect();
    let other =
        ["convenience", "respect", "trust", "promises"].into_iter().find(|theme| !asked.contains(theme)).unwrap();
    assert_eq!(
        refused(json!({"nps": 9, "csat": 5, other: 3})).await,
        error(other, "This visit was not asked this question.")
    );
    assert!(world.items("R#").await.is_empty());
}

#[tokio::test]
async fn a_payment_that_can_not_be_is_given_no_link() {
    let world = World::new().await;
    let now = Timestamp::now();
    let issue = async |body: Value| world.call(Method::POST, "/links", "issue", body).await;
    let payment = |fields: Value| {
        let mut body = json!({"store": 12, "payment": "p", "paid_at": now});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    for (fields, words) in [
        (json!({"paid_at": now + 11.minutes()}), "more than 10 minutes in the future"),
        (json!({"paid_at": now - 169.hours()}), "too long ago"),
        (json!({"paid_at": "1999-01-01T00:00:00Z"}), "before 2020"),
        (json!({"paid_at": "yesterday"}), "such as 2026-11-21T12:31:07+08:00"),
        (json!({"paid_at": "2026-11-21T12:31:07"}), "with its offset"),
        (json!({"payment": ""}), "1 to 128 bytes"),
        (json!({"payment": "x".repeat(129)}), "1 to 128 bytes"),
        (json!({"store": 0}), "A store number is 1 to 1048575; this is 0."),
        (json!({"store": 1_048_576}), "A store number is 1 to 1048575"),
        (json!({"segment": 16}), "A segment is 0 to 15; this is 16."),
        (json!({"channel": "pigeon"}), "pigeon"),
        (json!({"stoer": 12}), "unknown field `stoer`"),
    ] {
        let answer = issue(payment(fields)).await;
        assert_eq!(answer.problem(), (422, "invalid".into()));
        assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{}", answer.text);
    }
    assert_eq!(issue(payment(json!({"store": 4040}))).await.problem(), (404, "store-unknown".into()));
}

#[tokio::test]
async fn a_grant_opens_what_it_says_and_nothing_else() {
    let world = World::new().await;
    let body = json!({"store": 12, "payment": "p", "paid_at": Timestamp::now()});
    let with = async |authorization: Option<String>, method: Method, path: &str| {
        let mut request = world.request(method, path).header("accept", "application/json");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        world.send(request.json(&body)).await
    };
    let bearer = |token: String| Some(format!("Bearer {token}"));
    let issue = |authorization| with(authorization, Method::POST, "/links");
    assert_eq!(issue(None).await.problem(), (401, "grant-missing".into()));
    assert_eq!(issue(bearer("x.y.z".into())).await.problem(), (401, "grant-invalid".into()));
    assert_eq!(issue(Some("Basic dTpw".into())).await.problem(), (401, "grant-invalid".into()));
    let ended = world.grant_until("issue", Timestamp::now() - 1.second());
    assert_eq!(issue(bearer(ended)).await.problem(), (401, "grant-expired".into()));
    assert_eq!(issue(bearer(world.grant("admin report:"))).await.problem(), (403, "grant-insufficient".into()));
    let mut cut = world.grant("issue");
    cut.pop();
    assert_eq!(issue(bearer(cut)).await.problem(), (401, "grant-invalid".into()));

    let report = |scopes: &str, path: &'static str| with(bearer(world.grant(scopes)), Method::GET, path);
    assert_eq!(report("report:store/13", "/reports/store/12").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(report("report:cn/north", "/reports/store/12").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(report("report:cn/east", "/reports/cn").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(report("issue admin", "/reports/store/12").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(report("report:cn/east", "/reports/store/12").await.status, 200);
    assert_eq!(
        with(bearer(world.grant("issue report:")), Method::GET, "/stores").await.problem(),
        (403, "grant-insufficient".into())
    );
    // A caller who may not see a scope does not learn whether it exists.
    assert_eq!(report("report:store/13", "/reports/store/4040").await.problem(), (403, "grant-insufficient".into()));
    assert_eq!(report("report:", "/reports/store/4040").await.problem(), (404, "scope-unknown".into()));
    assert_eq!(report("report:", "/reports/mars").await.problem(), (404, "scope-unknown".into()));
    assert_eq!(report("report:", "/reports/CN").await.problem(), (404, "scope-unknown".into()));
}

#[tokio::test]
async fn a_window_that_can_not_be_reported_says_why() {
    let world = World::new().await;
    let report = async |query: &str| {
        world.call(Method::GET, &format!("/reports/store/12.json?{query}"), "report:", Value::Null).await
    };
    for (query, words) in [
        ("from=2026-11-21&to=2026-11-01", "The window is reversed: from 2026-11-21 is after to 2026-11-01."),
        ("from=2026-01-01&to=2026-04-03", "The window from 2026-01-01 to 2026-04-03 is too long: 92 days at most."),
        ("from=2026-02-30", "from is a day such as 2026-11-21."),
        ("to=now", "to is a day such as 2026-11-21."),
        ("from=-000002-12-15&to=-000001-01-15", "from is a day such as 2026-11-21."),
        ("from=2019-12-31", "from is a day such as 2026-11-21."),
        ("from=-9999-01-01&to=-9999-01-02", "from is a day such as 2026-11-21."),
    ] {
        let answer = report(query).await;
        assert_eq!(answer.problem(), (422, "invalid".into()), "{query}");
        assert_eq!(answer.json()["detail"], words, "{query}");
    }
    assert_eq!(report("from=2026-01-01&to=2026-04-02").await.status, 200);
    assert_eq!(report("survey=..%2F").await.problem(), (404, "survey-unknown".into()));
    assert_eq!(report("survey=nothing").await.problem(), (404, "survey-unknown".into()));
}

#[tokio::test]
async fn no_odd_header_path_or_query_brings_about_a_500() {
    let world = World::new().await;
    let link = world.link("odd").await;
    let odd: [&[u8]; 5] = [b"\xc3\xa9\xe5\x91\xb3", b"!!", b"\xff\xfe", b";;;q=,,/", b"a=b; =; grant"];
    for name in
        ["x-forwarded-proto", "accept", "accept-language", "authorization", "cookie", "content-type", "x-anything"]
    {
        for value in odd {
            for path in [
                format!("/s/{link}"),
                "/reports/store/12".into(),
                "/stores".into(),
                "/endpoints".into(),
                "/login?grant=%ff".into(),
            ] {
                let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
                let status = world.send(world.request(Method::GET, &path).header(name, value)).await.status;
                assert!(!status.is_server_error(), "{path} with {name}: {status}");
            }
        }
    }
    for path in [
        "/s/%F0%9F%A5%9F",
        "/reports/%20",
        "/reports/store/12.json?from=%ff&&&=&to",
        "/surveys/%00",
        "/endpoints/%00",
        "/endpoints/-",
        "/endpoints/..%2Fstores",
        "/login",
        "/login?grant",
        "/nothing",
    ] {
        let status = world.call(Method::GET, path, "admin report:", Value::Null).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
}
