//! `listen`, the real program: it shows what the stack sends, and leaves nothing behind.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdout, Command},
};

use crate::{
    harness::program,
    process::{Program, grant, put_store_12, run},
};

/// Longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

struct Listening {
    url: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listening {
    /// On a free port, once it says that it waits.
    async fn start(data: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(program("aftertaste-local"))
            .args(["listen", "--port", "0", "--data"])
            .arg(data)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut listening = Self { url: String::new(), child, lines };
        let line = listening.line_with(&["Listens at"]).await;
        listening.url = line.split_whitespace().last().unwrap().to_owned();
        let pay = format!("Waiting for events. Pay with: cargo run -- pay wechat --store 12 --data {}", data.display());
        assert_eq!(listening.line_with(&["Waiting"]).await, pay);
        listening
    }

    /// The next line with all of these in it.
    async fn line_with(&mut self, parts: &[&str]) -> String {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("no line with {parts:?}")).unwrap();
            let line = line.unwrap_or_else(|| panic!("it ended without a line with {parts:?}"));
            if parts.iter().all(|part| line.contains(part)) {
                return line;
            }
        }
    }

    /// The lines that follow, up to the end of the JSON of a delivery.
    async fn json(&mut self) -> Value {
        let mut text = String::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().unwrap();
            text.push_str(line.strip_prefix("    ").unwrap());
            if line == "    }" {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Presses Ctrl-C. Returns the lines from then on.
    async fn stop(mut self) -> Vec<String> {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        let end = async {
            let mut said = Vec::new();
            while let Some(line) = self.lines.next_line().await.unwrap() {
                said.push(line);
            }
            assert!(self.child.wait().await.unwrap().success(), "Ctrl-C is a clean end");
            said
        };
        tokio::time::timeout(PATIENCE, end).await.expect("it ends")
    }
}

/// The endpoint, as the stack shows it: status and body.
async fn endpoint(program: &Program, data: &Path) -> (u16, Value) {
    let address = format!("{}/endpoints/listen", program.url);
    let shown = Client::new().get(address).bearer_auth(grant(data, "admin").await).send().await.unwrap();
    (shown.status().as_u16(), shown.json().await.unwrap())
}

async fn pay(data: &Path) {
    let (done, _, complaint) = run(&["pay", "standard", "--store", "12", "--data", data.to_str().unwrap()]).await;
    assert!(done, "{complaint}");
}

#[tokio::test]
async fn what_the_stack_sends_is_shown_as_verified_until_ctrl_c_takes_the_endpoint_away() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let program = Program::start(data).await;
    put_store_12(&program, &grant(data, "admin").await).await;
    let mut listening = Listening::start(data, &["--types", "survey.link.issued,response.*", "--scopes", "cn"]).await;
    let tested = listening.line_with(&["endpoint.test"]).await;
    assert!(tested.contains("  ✓ verified  endpoint.test  evt_") && tested.ends_with("  answered 204"), "{tested}");
    assert_eq!(listening.json().await["data"], json!({"endpoint": "listen"}));

    pay(data).await;
    listening.line_with(&["  ✓ verified  survey.link.issued  ", "  answered 204"]).await;
    let event = listening.json().await;
    assert_eq!((&event["type"], &event["data"]["store"]), (&json!("survey.link.issued"), &json!(12)));
    assert!(event["data"]["url"].as_str().unwrap().starts_with(&format!("{}/s/", program.url)), "{event}");

    let (status, shown) = endpoint(&program, data).await;
    assert_eq!(status, 200);
    assert_eq!(shown["to"], json!({"webhook": {"url": listening.url}}));
    assert_eq!((&shown["types"], &shown["scopes"]), (&json!(["survey.link.issued", "response.*"]), &json!(["cn"])));
    let said = listening.stop().await;
    assert_eq!(said.last().unwrap(), "Stopping. The endpoint listen is gone.", "{said:?}");
    assert_eq!(endpoint(&program, data).await.0, 404);
    assert!(program.end("-INT").await);
}

#[tokio::test]
async fn an_endpoint_that_was_left_behind_is_put_anew_and_one_that_another_put_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let program = Program::start(data).await;
    let mut killed = Listening::start(data, &[]).await;
    killed.child.kill().await.unwrap();
    assert_eq!(endpoint(&program, data).await.0, 200, "nobody took it away");

    let mut first = Listening::start(data, &[]).await;
    first.line_with(&["✓ verified  endpoint.test"]).await;
    let mut second = Listening::start(data, &[]).await;
    second.line_with(&["✓ verified  endpoint.test"]).await;
    let said = first.stop().await;
    assert_eq!(said.last().unwrap(), "Stopping. The endpoint listen leads to another address by now, and stays.");
    assert_eq!(endpoint(&program, data).await.1["to"]["webhook"]["url"], second.url);
    second.stop().await;
    assert_eq!(endpoint(&program, data).await.0, 404);
    assert!(program.end("-INT").await);
}

#[tokio::test]
async fn a_strangers_delivery_is_not_verified_and_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let program = Program::start(data).await;
    let mut listening = Listening::start(data, &[]).await;
    listening.line_with(&["✓ verified  endpoint.test"]).await;

    let address = listening.url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut hanging = Vec::new();
    for said in ["", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        hanging.push(stream);
    }
    let forged = || {
        let now = jiff::Timestamp::now().as_second().to_string();
        let request = Client::new().post(&listening.url).header("webhook-id", "evt_1").header("webhook-timestamp", now);
        request.header("webhook-signature", "v1,MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=")
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    let page = forged().header("origin", "https://evil.example").body("{}");
    assert_eq!(status(page).await, 403, "a web page is not even shown");
    assert_eq!(status(forged().body(r#"{"type":"response.recorded"}"#)).await, 401);
    assert_eq!(status(forged().body("x".repeat(1024 * 1024))).await, 401, "so much is read");
    assert_eq!(status(forged().body("x".repeat(1024 * 1024 + 1))).await, 413);
    let first = listening.line_with(&["answered"]).await;
    let wrong = "  ✗ not verified: the signature is wrong  response.recorded  evt_1  answered 401";
    assert!(first.ends_with(wrong), "{first}");
    listening.line_with(&["✗ not verified: the signature is wrong  without a type"]).await;
    listening.line_with(&["… and 1038576 more bytes"]).await;
    listening.line_with(&["✗ not read: it has more than 1 MiB", "answered 413"]).await;

    let test = Client::new().post(format!("{}/endpoints/listen", program.url)).json(&json!({"test": {}}));
    assert_eq!(test.bearer_auth(grant(data, "admin").await).send().await.unwrap().status(), 202);
    listening.line_with(&["✓ verified  endpoint.test"]).await;
    listening.stop().await;
    assert!(program.end("-INT").await);
}

#[tokio::test]
async fn what_is_answered_with_500_comes_again_under_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let program = Program::start(data).await;
    let mut listening = Listening::start(data, &["--answer", "500"]).await;
    let first = listening.line_with(&["endpoint.test  evt_"]).await;
    assert!(first.contains("✓ verified") && first.ends_with("answered 500"), "{first}");
    let id = first.split_whitespace().find(|word| word.starts_with("evt_")).unwrap();
    let again = listening.line_with(&["endpoint.test  evt_"]).await;
    assert!(again.contains("✓ verified") && again.ends_with(&format!("{id}  answered 500  again ×2")), "{again}");
    listening.stop().await;
    assert!(program.end("-INT").await);
}

#[tokio::test]
async fn it_says_in_a_sentence_why_it_can_not_listen() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let refused = async |options: &[&str]| {
        let listen = ["listen", "--data", data.to_str().unwrap()];
        let (done, said, complaint) = run(&[&listen, options].concat()).await;
        assert!(!done && said.is_empty(), "{said}");
        complaint.trim().to_owned()
    };
    let none = format!("No stack runs on {}. Start one with cargo run.", data.display());
    assert_eq!(refused(&["--port", "0"]).await, none);

    let program = Program::start(data).await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let complaint = refused(&["--port", &port]).await;
    assert!(complaint.starts_with(&format!("Port {port} on 127.0.0.1 can't be used (")), "{complaint}");
    assert!(complaint.ends_with("). Choose another with --port."), "{complaint}");
    let complaint = refused(&["--port", "0", "--types", "weather"]).await;
    assert!(complaint.contains("422") && complaint.contains("there is no type \"weather\""), "{complaint}");
    assert!(refused(&["--answer", "100"]).await.contains("A status is 200 to 599."));

    // The stack has keys of its own in memory, and those of the folder are others by now.
    let other = tempfile::tempdir().unwrap();
    grant(other.path(), "admin").await;
    std::fs::copy(other.path().join("grants.json"), data.join("grants.json")).unwrap();
    let complaint = refused(&["--port", "0"]).await;
    let beginning = format!("The endpoint listen was not put. {} refused with 401 Unauthorized: ", program.url);
    assert!(complaint.starts_with(&beginning), "{complaint}");
    assert!(program.end("-INT").await);
}

#[tokio::test]
async fn it_ends_when_the_stack_does() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path()).await;
    let mut listening = Listening::start(folder.path(), &[]).await;
    listening.line_with(&["✓ verified  endpoint.test"]).await;
    let url = program.url.clone();
    program.end("-KILL").await;
    let ended = tokio::time::timeout(PATIENCE, listening.child.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(1));
    let mut complaint = String::new();
    listening.child.stderr.take().unwrap().read_to_string(&mut complaint).await.unwrap();
    let beginning = format!("The endpoint listen is still there. {url} can't be reached: ");
    assert!(complaint.starts_with(&beginning), "{complaint}");
}
