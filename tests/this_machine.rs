//! The open doors of a laptop, and to whom: the table's port, the routes that ask for no grant, the folder.

use std::path::Path;
use std::time::Duration;

use aftertaste_local::Database;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    harness::{World, file},
    process::{Program, run},
};

/// A scan of the whole table: what a web page would want.
fn scan(url: &str) -> RequestBuilder {
    operation(url, "Scan")
}

fn operation(url: &str, name: &str) -> RequestBuilder {
    Client::new()
        .post(url)
        .header("x-amz-target", format!("DynamoDB_20120810.{name}"))
        .header("content-type", "application/x-amz-json-1.0")
        .body(json!({"TableName": "aftertaste"}).to_string())
}

const OTHER_NAME: &str = "This port serves programs on this machine, which call it by an IP address, localhost or \
                          host.docker.internal. Call it by one of these.";
const OTHER_SITE: &str = "This port serves programs on this machine, and no page of another site.";

async fn is_refused(request: RequestBuilder, sentence: &str) {
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(!refused.headers().contains_key("access-control-allow-origin"));
    assert_eq!(refused.json::<Value>().await.unwrap(), json!({"message": sentence}));
}

#[tokio::test]
async fn the_table_answers_programs_and_no_web_page() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path()).await;
    let url = program.welcome.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    let port = url.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "host.docker.internal", "[::1]"] {
        let answered = scan(url).header("host", format!("{host}:{port}")).send().await.unwrap();
        assert_eq!(answered.status(), 200, "{host}");
        assert!(!answered.headers().contains_key("access-control-allow-origin"));
        assert_eq!(answered.json::<Value>().await.unwrap()["Count"], 0);
    }
    is_refused(scan(url).header("host", format!("evil.example:{port}")), OTHER_NAME).await;
    for origin in ["https://evil.example", "null", "http://localhost:1"] {
        is_refused(scan(url).header("origin", origin), OTHER_SITE).await;
    }
    // The question that a browser asks first gets no permission either.
    let asked = Client::new().request(Method::OPTIONS, url).header("origin", "https://evil.example");
    is_refused(asked.header("access-control-request-method", "POST"), OTHER_SITE).await;
}

#[tokio::test]
async fn a_schedule_is_fired_by_programs_and_by_no_web_page() {
    let world = World::new().await;
    let fire = || world.request(Method::POST, "/_local/schedules/RollUpStoresHourly");
    is_refused(fire().header("host", "evil.example"), OTHER_NAME).await;
    is_refused(fire().header("origin", "https://evil.example"), OTHER_SITE).await;
    assert_eq!(world.items("D#").await.len(), 0, "nothing was counted");
    world.fire("RollUpStoresHourly", Value::Null).await;
}

#[tokio::test]
async fn a_run_goes_on_when_whoever_asked_for_it_hangs_up() {
    let world = World::new().await;
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhook = json!({"to": {"webhook": {"url": format!("http://{}/", receiver.local_addr().unwrap())}}});
    assert_eq!(world.call(Method::PUT, "/endpoints/slow", "admin", webhook).await.status, 201);
    assert_eq!(world.call(Method::POST, "/endpoints/slow", "admin", json!({"test": {}})).await.status, 202);
    let fire = world.request(Method::POST, "/_local/schedules/SendNoticesEachMinute");
    let (fired, sent) = tokio::join!(fire.timeout(Duration::from_millis(500)).send(), receiver.accept());
    assert!(fired.unwrap_err().is_timeout(), "it waits for the receiver");
    sent.unwrap().0.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();

    let arrived = async {
        loop {
            let shown = world.call(Method::GET, "/endpoints/slow", "admin", Value::Null).await.json();
            if shown["deliveries"][0]["state"] == "delivered" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived).await.expect("what was answered is written down");
    // The lease was given back: the next run sends.
    assert_eq!(world.call(Method::POST, "/endpoints/slow", "admin", json!({"test": {}})).await.status, 202);
    let answers = async { receiver.accept().await.unwrap().0.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await };
    let (summary, _) = tokio::join!(world.fire("SendNoticesEachMinute", Value::Null), answers);
    assert_eq!(summary["delivered"], 1, "{summary}");
}

#[tokio::test]
async fn an_operation_that_the_embedded_dynamodb_does_not_have_is_refused_with_a_sentence() {
    let database = Database::start(None, 0).await.unwrap();
    let refused = operation(&database.url, "Dance").send().await.unwrap();
    assert_eq!(refused.status(), 501);
    let said: Value = refused.json().await.unwrap();
    assert_eq!(said["message"], "'Dance' is not supported by this build of the engine");
}

#[tokio::test]
async fn the_table_listens_where_it_is_told_and_the_functions_on_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(folder.path(), &["--no-demo", "--bind", "0.0.0.0"]).await;
    assert!(program.url.starts_with("http://127.0.0.1:"), "{}", program.url);
    let url = program.welcome.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "every address is none to call: {url}");
    let port = |url: &str| url.rsplit(':').next().unwrap().to_owned();
    // Any address of this machine will do, and 127.0.0.2 is one that is not 127.0.0.1.
    if cfg!(target_os = "linux") {
        let reached = scan(&format!("http://127.0.0.2:{}", port(url))).send().await.unwrap();
        assert_eq!(reached.status(), 200);
        let functions = format!("http://127.0.0.2:{}/healthz", port(&program.url));
        assert!(Client::new().get(functions).send().await.is_err(), "the functions listen on 127.0.0.1 alone");
    }
}

#[tokio::test]
async fn an_address_of_another_machine_is_refused_with_a_sentence() {
    let refused = Database::start_at(None, "192.0.2.1:0".parse().unwrap()).await.err().unwrap().to_string();
    assert!(refused.starts_with("192.0.2.1 is no address of this machine ("), "{refused}");
    assert!(refused.ends_with("). Give --bind one that is."), "{refused}");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_folder_and_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let files = |data: &Path| -> Vec<(String, u32)> {
        let entries = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path()))).collect()
    };
    let program = Program::start(&data).await;
    assert_eq!(mode(&data), 0o700);
    let found = files(&data);
    for name in ["in-use", "guests.json", "grants.json", "seal.json", "table.sqlite"] {
        assert!(found.contains(&(name.to_owned(), 0o600)), "{found:?}");
    }
    assert!(found.iter().all(|(_, mode)| *mode == 0o600), "{found:?}");
    assert!(!program.end("-KILL").await);

    // Files that an earlier version left open are closed.
    for (name, _) in files(&data) {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(data.join(&name), open).unwrap();
    }
    let again = Program::start(&data).await;
    let is_keyring = |name: &str| ["guests.json", "grants.json", "seal.json"].contains(&name);
    assert!(files(&data).iter().all(|(name, mode)| *mode == 0o600 || is_keyring(name)), "{:?}", files(&data));
    assert!(again.end("-INT").await);
}

#[tokio::test]
async fn a_keyring_from_before_the_split_is_split_and_nothing_that_it_signed_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let old = file("tests/data/keyring-0.1.json");
    std::fs::copy(old, folder.path().join("keyring.json")).unwrap();
    let data = folder.path().to_str().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for _ in 0..2 {
        let (done, said, complaint) = run(&["keyring", "--data", data]).await;
        assert!(done && said.is_empty() && complaint.contains("guests.json, grants.json and seal.json"), "{complaint}");
    }
    let environment = crate::events::environment();
    // The keys of events/env.json are those of the old keyring.
    for (name, variable) in [("guests.json", "GUEST_KEYS"), ("grants.json", "GRANT_KEYS")] {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(json(&read(name)), json(environment[variable].as_str().unwrap()), "{name}");
    }
    assert!(folder.path().join("keyring.json").exists(), "an earlier version goes on with it");
    let (_, token, _) = run(&["grant", "issue", "--data", data]).await;
    let now = jiff::Timestamp::now();
    assert!(aftertaste::token::verify(token.trim(), &crate::events::keys().grants, now).is_ok());

    std::fs::write(folder.path().join("keyring.json"), "{}").unwrap();
    let (done, _, complaint) = run(&["keyring", "--data", data]).await;
    assert!(!done && complaint.contains("keyring.json: this is not a keyring."), "{complaint}");
}

#[tokio::test]
async fn a_grant_is_signed_by_the_keyring_of_an_environment() {
    let env = file("events/env.json");
    let (done, token, complaint) = run(&["grant", "issue", "--env", env.to_str().unwrap()]).await;
    assert!(done, "{complaint}");
    let now = jiff::Timestamp::now();
    let grant = aftertaste::token::verify(token.trim(), &crate::events::keys().grants, now).unwrap();
    assert_eq!(grant.permissions, ["issue".parse().unwrap()]);

    let (done, _, complaint) = run(&["grant", "issue", "--env", "Cargo.toml"]).await;
    assert!(!done && complaint.starts_with("Cargo.toml: "), "{complaint}");
    let (done, _, complaint) = run(&["grant", "issue", "--env", env.to_str().unwrap(), "--data", "x"]).await;
    assert!(!done && complaint.contains("cannot be used with"), "{complaint}");
}
