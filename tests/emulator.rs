//! The real binaries under AWS's own runtime emulator, each with its events.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use aftertaste::domain::visit::LINK_LENGTH;
use aftertaste_local::{Database, Options, Stack, events::at};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    process::{Child, Command},
};

use crate::{
    documents::keys_of_functions,
    events::{cases, check, check_count, environment, event, keys},
    harness::{options, program, proxy::Proxy},
};

/// The functions that answer calls.
const BEHIND_THE_API: [&str; 7] = [
    "issue-link",
    "open-survey",
    "record-response",
    "show-report",
    "manage-catalog",
    "manage-people",
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
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

impl Function {
    pub async fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let (port, api_port) = (free_port().await, free_port().await);
        let child = Command::new(emulator())
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
        Self { url: format!("http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"), child }
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
        let (mut out, mut err) = (self.child.stdout.take().unwrap(), self.child.stderr.take().unwrap());
        self.child.kill().await.unwrap();
        let mut bytes = Vec::new();
        // The function's process may hold the pipes a moment longer than the emulator lives.
        let _ = tokio::time::timeout(Duration::from_secs(1), out.read_to_end(&mut bytes)).await;
        let _ = tokio::time::timeout(Duration::from_secs(1), err.read_to_end(&mut bytes)).await;
        String::from_utf8_lossy(&bytes).into_owned()
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
    let (cases, counts) = cases();
    for case in &cases {
        let (running, outcomes) = functions.get_mut(case.function.as_str()).unwrap();
        if let Some(needed) = case.needs() {
            let reply = running.invoke(&at(event(&case.function, needed), &keys().guests, now)).await;
            outcomes.push(reply["statusCode"].as_u64().unwrap());
        }
        let event = at(event(&case.function, &case.name), &keys().guests, now);
        secrets.extend(event.pointer("/pathParameters/link").and_then(Value::as_str).map(str::to_owned));
        let reply = running.invoke(&event).await;
        check(case, &reply);
        if (case.function.as_str(), case.name.as_str()) == ("issue-link", "valid") {
            let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
            secrets.push(body["link"].as_str().unwrap().to_owned());
        }
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

    // The count has no keys: it needs none.
    let counter = Function::start("roll-up-stores", &variables("roll-up-stores")).await;
    for case in &counts {
        let reply = counter.invoke(&event(&case.function, &case.name)).await;
        check_count(case, reply["errorMessage"].as_str());
        if reply["errorMessage"].is_null() {
            assert!(reply["stores"].as_u64() == Some(12) && reply["left"].is_object(), "{}: {reply}", case.name);
        }
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
