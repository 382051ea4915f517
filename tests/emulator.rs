//! The real binaries under AWS's own runtime emulator, each with its events.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use aftertaste::domain::visit::LINK_LENGTH;
use aftertaste_local::{Database, Options, Stack, events::at};
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpListener,
    process::{Child, Command},
    task::JoinHandle,
};

use crate::{
    documents::keys_of_functions,
    events::{Case, cases, check, check_scheduled, environment, event, keys},
    harness::{grant, options, program, proxy::Proxy},
};

/// The functions that answer calls.
const BEHIND_THE_API: [&str; 9] = [
    "issue-link",
    "receive-payment",
    "open-survey",
    "record-response",
    "show-report",
    "manage-catalog",
    "manage-people",
    "handle-cases",
    "erase-responses",
];

/// The emulator, which comes inside the Python package aws-sam-cli; tests/run installs that and says where it is.
fn emulator() -> PathBuf {
    let path = std::env::var("AFTERTASTE_RIE")
        .expect("AFTERTASTE_RIE names AWS's runtime emulator: run the tests with tests/run, which installs it.");
    PathBuf::from(path)
}

/// A function's binary under the emulator.
pub struct Function {
    url: String,
    child: Child,
    /// Its output, read all the while: a pipe that nobody reads is soon full.
    printed: [JoinHandle<Vec<u8>>; 2],
}

/// Reads to the end, in the background.
fn collected(mut from: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes).await;
        bytes
    })
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

impl Function {
    pub async fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let (port, api_port) = (free_port().await, free_port().await);
        let mut child = Command::new(emulator())
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}"), "--log-level", "error"])
            .arg(program(name))
            .env_clear()
            .envs([("AWS_LAMBDA_FUNCTION_TIMEOUT", "30"), ("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_REGION", "local")])
            .envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local"), ("PATH", "/usr/bin:/bin")])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let printed = [collected(child.stdout.take().unwrap()), collected(child.stderr.take().unwrap())];
        Self { url: format!("http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"), child, printed }
    }

    pub async fn invoke(&self, event: &Value) -> Value {
        for _ in 0..100 {
            match reqwest::Client::new().post(&self.url).body(event.to_string()).send().await {
                Ok(response) => {
                    let text = response.text().await.unwrap();
                    return serde_json::from_str(&text).unwrap_or(Value::String(text));
                }
                // The emulator isn't listening yet.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("the emulator never listened");
    }

    /// Ends it, and returns what it and its function printed.
    pub async fn stop(mut self) -> String {
        self.child.kill().await.unwrap();
        let mut text = String::new();
        for printed in self.printed {
            // The function's process may keep the pipes open a moment longer than the emulator lives.
            let bytes = tokio::time::timeout(Duration::from_secs(5), printed).await.expect("the pipe ends").unwrap();
            text += &String::from_utf8_lossy(&bytes);
        }
        text
    }
}

/// A DynamoDB with the demo's catalog.
pub async fn database() -> (Database, Stack) {
    let database = Database::start(None, 0).await.unwrap();
    let options = Options { catalog_age: Duration::ZERO, ..options(&database.url) };
    let stack = Stack::start(options, keys()).await.unwrap();
    (database, stack)
}

/// The environment of a function, with the keys that template.yaml gives it and no others.
fn variables<'a>(function: &str, environment: &'a Map<String, Value>, dynamodb: &'a str) -> Vec<(&'a str, &'a str)> {
    let keys = keys_of_functions().remove(function).unwrap_or_default();
    let named = environment.iter().filter(|(name, _)| !name.ends_with("_KEYS") || keys.contains(*name));
    let own = named.map(|(name, value)| match name.as_str() {
        "AWS_ENDPOINT_URL_DYNAMODB" => (name.as_str(), dynamodb),
        _ => (name.as_str(), value.as_str().unwrap()),
    });
    own.collect()
}

#[tokio::test]
async fn each_binary_answers_its_events_and_logs_one_line_an_outcome() {
    let (database, _stack) = database().await;
    let environment = environment();
    let variables = |function: &str| variables(function, &environment, &database.url);
    let now = Timestamp::now();
    let mut functions = std::collections::BTreeMap::new();
    for function in BEHIND_THE_API {
        functions.insert(function, (Function::start(function, &variables(function)).await, Vec::new()));
    }
    let mut secrets =
        vec!["汤很鲜".to_owned(), "Lovely".into(), "AAECAwQFBgcI".into(), "4200001234202611211234567890".into()];
    secrets.extend(["guest-4711".to_owned(), "dGhlIHNlY3JldCBvZiBldmVudHMvIGhlcmU".into()]);
    let (cases, scheduled) = cases();
    for case in &cases {
        if let Some((function, needed)) = case.needs() {
            let (running, outcomes) = functions.get_mut(function).unwrap();
            let reply = running.invoke(&at(event(function, needed), &keys().guests, now)).await;
            outcomes.push(reply["statusCode"].as_u64().unwrap());
        }
        let (running, outcomes) = functions.get_mut(case.function.as_str()).unwrap();
        let event = at(event(&case.function, &case.name), &keys().guests, now);
        secrets.extend(event.pointer("/pathParameters/link").and_then(Value::as_str).map(str::to_owned));
        let reply = running.invoke(&event).await;
        check(case, &reply);
        // A link, and an endpoint's own secret, which is shown this once.
        let body: Value = reply["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        secrets.extend(["link", "secret"].iter().filter_map(|name| body[name].as_str()).map(str::to_owned));
        if let Some(address) = reply.pointer("/headers/location").and_then(Value::as_str) {
            secrets.push(address.trim_start_matches("/s/").to_owned());
        }
        outcomes.push(reply["statusCode"].as_u64().unwrap());
    }
    for (function, (running, outcomes)) in functions {
        let logged = running.stop().await;
        assert_eq!(outcomes_in(&logged), outcomes, "{function}: {logged}");
        for secret in &secrets {
            assert!(!logged.contains(secret.as_str()), "{function} logged {secret}");
        }
    }
    assert!(secrets.iter().filter(|secret| secret.len() == LINK_LENGTH).count() > 5);
    assert!(secrets.iter().filter(|secret| secret.starts_with("whsec_")).count() == 2);

    // The count has no keys: it needs none.
    count(&scheduled, &variables("roll-up-stores")).await;
    watch(&scheduled, &variables("watch-stores")).await;
    send(&scheduled, &variables("send-notices"), &secrets).await;
}

/// The cases of a function.
fn of<'a>(cases: &'a [Case], function: &'a str) -> impl Iterator<Item = &'a Case> {
    cases.iter().filter(move |case| case.function == function)
}

async fn count(scheduled: &[Case], variables: &[(&str, &str)]) {
    let counter = Function::start("roll-up-stores", variables).await;
    for case in of(scheduled, "roll-up-stores") {
        let reply = counter.invoke(&event(&case.function, &case.name)).await;
        check_scheduled(case, reply["errorMessage"].as_str());
        if reply["errorMessage"].is_null() {
            assert!(reply["stores"].as_u64() == Some(12) && reply["left"].is_object(), "{}: {reply}", case.name);
        }
    }
}

async fn watch(scheduled: &[Case], variables: &[(&str, &str)]) {
    let watcher = Function::start("watch-stores", variables).await;
    for case in of(scheduled, "watch-stores") {
        let reply = watcher.invoke(&event(&case.function, &case.name)).await;
        check_scheduled(case, reply["errorMessage"].as_str());
        if reply["errorMessage"].is_null() {
            assert!(reply["day"].is_string() && reply["failed"] == 0, "{}: {reply}", case.name);
        }
    }
}

/// Sends the events that earlier calls have made due. They are the test of an endpoint whose name does not resolve, and
/// the link of a refunded payment.
async fn send(scheduled: &[Case], variables: &[(&str, &str)], secrets: &[String]) {
    let sender = Function::start("send-notices", variables).await;
    for case in of(scheduled, "send-notices") {
        let reply = sender.invoke(&event(&case.function, &case.name)).await;
        check_scheduled(case, reply["errorMessage"].as_str());
        let did = |name: &str| reply[name].as_u64().unwrap_or_else(|| panic!("{}: {reply}", case.name));
        assert!(did("again") > 0 && did("stopped") > 0, "{}: {reply}", case.name);
        assert_eq!((did("delivered"), did("failed"), did("broken")), (0, 0, 0), "{}: {reply}", case.name);
    }
    let logged = sender.stop().await;
    for outcome in ["not-delivered", "sent"] {
        assert!(logged.contains(&format!("\"outcome\":\"{outcome}\"")), "{outcome}: {logged}");
    }
    for secret in secrets {
        assert!(!logged.contains(secret.as_str()), "send-notices logged {secret}");
    }
}

/// The statuses of the JSON lines that log an outcome, in order.
fn outcomes_in(logged: &str) -> Vec<u64> {
    logged
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line.pointer("/fields/status")?.as_u64())
        .collect()
}

/// A function whose DynamoDB is behind a proxy.
async fn behind(proxy: &Proxy, name: &str) -> Function {
    let environment = environment();
    let variables = [
        ("TABLE_NAME", "aftertaste"),
        ("PUBLIC_URL", "https://s.example.cn"),
        ("GUEST_KEYS", environment["GUEST_KEYS"].as_str().unwrap()),
        ("AWS_ENDPOINT_URL_DYNAMODB", proxy.url.as_str()),
    ];
    Function::start(name, &variables).await
}

#[tokio::test]
async fn a_reply_that_can_not_be_read_is_not_repeated_in_the_log() {
    let (database, stack) = database().await;
    let proxy = Proxy::start(&database.url).await;
    let now = Timestamp::now();
    let function = behind(&proxy, "record-response").await;
    let event = |case| at(event("record-response", case), &keys().guests, now);
    assert_eq!(function.invoke(&event("first-answer")).await["statusCode"], 201);
    proxy.set_cut(true);
    assert_eq!(function.invoke(&event("other-answers")).await["statusCode"], 503);
    let logged = function.stop().await;
    assert!(logged.contains("its reply can't be read") || logged.contains("DynamoDB could not record"), "{logged}");
    assert!(!logged.contains("汤很鲜"), "{logged}");
    drop(stack);
}

#[tokio::test]
async fn a_table_that_hangs_ends_in_a_503_before_lambda_ends_the_call() {
    let (database, stack) = database().await;
    let proxy = Proxy::start(&database.url).await;
    let function = behind(&proxy, "open-survey").await;
    let event = at(event("open-survey", "valid-json"), &keys().guests, Timestamp::now());
    // The emulator starts a function at its first call; a forged link is refused without the table.
    let forged = at(crate::events::event("open-survey", "forged-link"), &keys().guests, Timestamp::now());
    assert_eq!(function.invoke(&forged).await["statusCode"], 404);
    proxy.set_hang(true);
    let began = std::time::Instant::now();
    assert_eq!(function.invoke(&event).await["statusCode"], 503);
    assert!(began.elapsed() < Duration::from_secs(10), "Lambda would have ended the call without a reply");
    drop(stack);
}

/// An event of a route, as API Gateway makes it.
fn routed(route: &str, headers: Value, body: &str) -> Value {
    let cookies = headers.get("cookie").cloned().into_iter().collect::<Vec<_>>();
    json!({"version": "2.0", "routeKey": route, "headers": headers, "cookies": cookies, "body": body,
        "pathParameters": {"id": "li", "scope": "cn.html"}, "rawQueryString": "", "isBase64Encoded": false,
        "requestContext": {"http": {"sourceIp": "192.0.2.1"}}})
}

#[tokio::test]
async fn no_key_no_token_and_no_cookie_is_logged_below_trace() {
    let (database, _stack) = database().await;
    let environment = environment();
    let start = async |function: &str| {
        let mut all = variables(function, &environment, &database.url);
        all.push(("AWS_LAMBDA_LOG_LEVEL", "DEBUG"));
        Function::start(function, &all).await
    };
    let (people, reports) = (start("manage-people").await, start("show-report").await);
    let admin = grant(&keys().grants, "admin", Timestamp::now() + 1.hour());
    let program = json!({"authorization": format!("Bearer {admin}"), "content-type": "application/json"});
    let text = |reply: &Value, name: &str| {
        let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        body[name].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    };
    let li = json!({"name": "Li", "email": "li@example.cn", "roles": [{"role": "everything", "scope": "*"}]});
    assert_eq!(people.invoke(&routed("PUT /people/{id}", program.clone(), &li.to_string())).await["statusCode"], 201);
    let link = text(&people.invoke(&routed("POST /people/{id}/link", program.clone(), "")).await, "link");
    let ticket = link.split_once("link=").unwrap().1.to_owned();
    let wanted = json!({"subject": "till", "scope": "issue"}).to_string();
    let token = text(&people.invoke(&routed("POST /grants", program, &wanted)).await, "token");
    let form = |cookie: &str| {
        json!({"content-type": "application/x-www-form-urlencoded", "accept": "text/html", "cookie": cookie,
            "sec-fetch-site": "same-origin"})
    };
    let press = routed("POST /sign-in", form(""), &format!("link={ticket}"));
    let pressed = people.invoke(&press).await;
    let cookie = pressed["cookies"][0].as_str().unwrap().split(';').next().unwrap().to_owned();
    let session = cookie.split_once('=').unwrap().1.to_owned();
    let page = reports.invoke(&routed("GET /reports/{scope+}", form(&cookie), "")).await;
    let after = page["body"].as_str().unwrap().split(r#"name="token" value=""#).nth(1).unwrap();
    let of_form = after.split('"').next().unwrap().to_owned();
    // Refused calls are not repeated either.
    for (sent, status) in [
        (press, 410),
        (routed("POST /people", form(&cookie), "token=x"), 403),
        (routed("POST /people", form("__Host-aftertaste=AAAA-forged"), &format!("token={of_form}")), 401),
        (routed("GET /people", json!({"authorization": format!("Bearer {token}x")}), ""), 401),
        (routed("POST /sign-out", form(&cookie), &format!("token={of_form}")), 303),
    ] {
        assert_eq!(people.invoke(&sent).await["statusCode"], status, "{sent}");
    }
    let logged = people.stop().await + &reports.stop().await;
    assert!(logged.contains("DEBUG") && logged.contains("signed-in"), "{logged}");
    // The keys that sign, hash payments and sign grants.
    let own = ["AAECAwQFBgcI", "ICEiIyQlJico", "QEFCQ0RFRkdI"].map(str::to_owned);
    for secret in
        [&admin, &ticket, &token, &session, &of_form, "AAAA-forged", "li@example.cn", &own[0], &own[1], &own[2]]
    {
        assert!(!logged.contains(secret), "{secret} is in {logged}");
    }
}
