//! How receivers verify our events: the code of docs/events.md, run as it stands there, in each language by the same cases.

mod cases;

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::file;
use cases::{Case, cases, secret};

/// The one piece of code of docs/events.md that is in this language and has these words.
fn code(language: &str, words: &str) -> String {
    let text = std::fs::read_to_string(file("docs/events.md")).unwrap();
    let mut found = text
        .split("\n```")
        .filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n'))
        .filter(|code| code.contains(words));
    let code = found.next().unwrap_or_else(|| panic!("docs/events.md has no {language} with {words}"));
    assert_eq!(found.next(), None, "docs/events.md has {language} with {words} twice");
    format!("{code}\n")
}

/// A folder with the document's code and the cases.
fn folder(name: &str, code: &str, cases: &[Case]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, code).unwrap();
    let cases: Vec<Value> = cases.iter().map(Case::json).collect();
    std::fs::write(folder.path().join("cases.json"), Value::from(cases).to_string()).unwrap();
    folder
}

/// Runs a receiver, and compares its result for each case with the expected one.
async fn check(command: &mut Command, cases: &[Case]) {
    // The first build with Go makes its library, too.
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(240), output).await.expect("it ends").unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said.len(), cases.len());
    for (case, said) in cases.iter().zip(said) {
        assert_eq!(said, case.expected(), "{}", case.name);
    }
}

/// A program that tests/run installs.
fn installed(path: &str) -> PathBuf {
    let path = file(path);
    assert!(path.exists(), "{} is not there: run the tests with tests/run, which installs it.", path.display());
    path
}

fn receiver(name: &str) -> PathBuf {
    file(&format!("tests/verifying/{name}"))
}

#[tokio::test]
async fn the_python_of_the_document_takes_our_events_and_no_others() {
    let cases = cases();
    let folder = folder("verify.py", &code("python", "def verify("), &cases);
    check(Command::new("python3").arg(receiver("receiver.py")).arg(folder.path()), &cases).await;
}

#[tokio::test]
async fn the_typescript_of_the_document_takes_our_events_and_no_others() {
    installed("tests/mini-program/node_modules/typescript");
    let cases = cases();
    let folder = folder("verify.mts", &code("ts", "function verify("), &cases);
    check(Command::new("node").arg(receiver("receiver.mjs")).arg(folder.path()), &cases).await;
}

#[tokio::test]
async fn the_go_of_the_document_takes_our_events_and_no_others() {
    let path = std::env::var_os("PATH").unwrap();
    if !std::env::split_paths(&path).any(|folder| folder.join("go").is_file()) {
        println!("Left out: the Go of docs/events.md. To run it, install Go.");
        return;
    }
    let cases = cases();
    let folder = folder("webhook/verify.go", &code("go", "func Verify("), &cases);
    std::fs::write(folder.path().join("go.mod"), "module receiver\n\ngo 1.18\n").unwrap();
    std::fs::copy(receiver("receiver.go"), folder.path().join("main.go")).unwrap();
    // Nothing is fetched: the code needs the standard library alone.
    let alone = [("GOPROXY", "off"), ("GOTOOLCHAIN", "local"), ("GOWORK", "off")];
    check(Command::new("go").args(["run", "."]).envs(alone).current_dir(folder.path()), &cases).await;
}

/// The library reads the clock by itself, so that these are signed now.
#[tokio::test]
async fn the_library_of_standard_webhooks_takes_what_we_sign_and_nothing_bent() {
    let python = installed("target/tools/bin/python");
    let now = Timestamp::now().as_second();
    let (one, two) = (Case::signed(now, &secret(1), None), Case::signed(now, &secret(1), Some(&secret(2))));
    let mut bent = two.named("a bent body");
    bent.body[0] ^= 1;
    let refused = Err("No matching signature found");
    let cases = [
        one.named("one signature"),
        one.named("one signature, of another").known(&[secret(2).text()]).expecting(refused),
        two.named("two signatures, the first is known"),
        two.named("two signatures, the second is known").known(&[secret(2).text()]),
        two.named("two signatures, neither is known").known(&[secret(3).text()]).expecting(refused),
        two.named("another id").with(0, "msg_1").expecting(refused),
        two.named("another time").with(1, (now - 1).to_string()).expecting(refused),
        bent.expecting(refused),
        Case::signed(now - 400, &secret(1), None).named("old").expecting(Err("Message timestamp too old")),
    ];
    let folder = folder("verify.py", &code("python", "import Webhook"), &cases);
    check(Command::new(python).arg(receiver("library.py")).arg(folder.path()), &cases).await;
}
