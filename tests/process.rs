//! The real program: started, asked, killed, started again.

use std::path::Path;
use std::process::Stdio;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::harness::{days_ago, file, program};

/// `cargo run`, on free ports.
pub struct Program {
    pub url: String,
    pub welcome: String,
    child: Child,
}

impl Program {
    /// Without the demo.
    pub async fn start(data: &Path) -> Self {
        Self::start_with(data, &["--no-demo"]).await
    }

    pub async fn start_with(data: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(program("aftertaste-local"))
            .args(["--port", "0", "--dynamodb-port", "0", "--data"])
            .arg(data)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut welcome = String::new();
        let url = loop {
            let line =
                tokio::time::timeout(Duration::from_secs(120), lines.next_line()).await.unwrap().unwrap().unwrap();
            if let Some(url) = line.strip_prefix("ready ") {
                break url.to_owned();
            }
            welcome.push_str(&line);
            welcome.push('\n');
        };
        // Later output must find a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, welcome, child }
    }

    /// Sends a signal and waits for the end. Returns whether it ended in success.
    pub async fn end(mut self, signal: &str) -> bool {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        tokio::time::timeout(Duration::from_secs(10), self.child.wait()).await.expect("it ends").unwrap().success()
    }
}

/// Runs a sub-command to its end: whether it succeeded, what it said, what it complained of.
pub async fn run(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(program("aftertaste-local")).args(arguments).output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// Replays a CSV for a store and a day: whether it succeeded, what it said, what it complained of. An empty map leaves
/// the columns to their names.
pub async fn replay(
    data: &Path,
    survey: &str,
    csv: &Path,
    store: &str,
    day: &str,
    map: &str,
) -> (bool, String, String) {
    let survey = file(survey);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (survey, csv, data) = (text(&survey), text(csv), text(data));
    let mut arguments =
        vec!["replay", "--survey", &survey, "--csv", &csv, "--store", store, "--day", day, "--data", &data];
    if !map.is_empty() {
        arguments.extend(["--map", map]);
    }
    run(&arguments).await
}

pub async fn grant(data: &Path, scopes: &str) -> String {
    let (done, token, complaint) = run(&["grant", scopes, "--data", data.to_str().unwrap()]).await;
    assert!(done, "{complaint}");
    token.trim().to_owned()
}

pub async fn report(program: &Program, data: &Path, scope: &str, query: &str) -> Value {
    let address = format!("{}/reports/{scope}.json?{query}", program.url);
    let response = Client::new().get(address).bearer_auth(grant(data, "report:").await).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

/// A business day of the demo's stores that is over.
pub fn yesterday() -> String {
    days_ago(1).to_string()
}

/// Presses the button of a sign-in link's page.
async fn press(link: &str) -> u16 {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (url, ticket) = link.split_once("?link=").unwrap();
    let form = http.post(url).header("sec-fetch-site", "same-origin").body(format!("link={ticket}"));
    let pressed = form.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    pressed.status().as_u16()
}

#[tokio::test]
async fn a_first_run_shows_a_link_a_code_a_report_and_keeps_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = Program::start_with(&data, &[]).await;
    let words: Vec<&str> = program.welcome.split_whitespace().collect();
    let link = words.iter().find(|word| word.contains("/s/")).unwrap();
    let link_of = |text: &str| text.split_whitespace().find(|word| word.contains("/sign-in?link=")).unwrap().to_owned();
    let sign_in = link_of(&program.welcome);
    assert!(program.welcome.contains("▀▀▀▀▀▀▀") && program.welcome.contains("DynamoDB"), "{}", program.welcome);

    let path = link.strip_prefix(&program.url).unwrap().to_owned();
    let body = json!({"submission": uuid::Uuid::new_v4(), "answers": {"nps": 9, "csat": 5}});
    let answer = Client::new().post(*link).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!((press(&sign_in).await, press(&sign_in).await), (303, 410), "it works once");
    // The next one, for the person who runs it and for one of the demo.
    for person in [&[][..], &["grace"]] {
        let (done, link, complaint) = run(&[&["login", "--data", data.to_str().unwrap()], person].concat()).await;
        assert!(done, "{complaint}");
        assert_eq!(press(&link_of(&link)).await, 303);
    }
    let (done, _, complaint) = run(&["login", "nobody", "--data", data.to_str().unwrap()]).await;
    assert!(!done && complaint.contains("404 Not Found: Nobody is listed under this id."), "{complaint}");
    let before = report(&program, &data, "cn", "").await;
    assert!(before["responses"].as_u64().unwrap() > 1_000, "the demo has something to show: {before}");
    assert!(program.end("-INT").await, "Ctrl-C is a clean end");

    let again = Program::start(&data).await;
    let answer = Client::new().post(format!("{}{path}", again.url)).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200, "what was answered is still there");
    assert!(report(&again, &data, "cn", "").await["responses"].as_u64() >= before["responses"].as_u64());
    assert!(again.end("-INT").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_at_any_moment_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut acknowledged: Vec<(String, Value)> = Vec::new();
    for round in 0..3_u64 {
        let program = Program::start(data).await;
        let token = grant(data, "issue admin").await;
        put_store_12(&program, &token).await;
        let mut guests = tokio::task::JoinSet::new();
        let count = Arc::new(AtomicUsize::new(0));
        for guest in 0..4_u64 {
            let (url, token, count) = (program.url.clone(), token.clone(), count.clone());
            guests.spawn(async move {
                let http = Client::new();
                let mut done = Vec::new();
                for i in 0_u64.. {
                    let payment = json!({"store": 12, "payment": format!("{round}/{guest}/{i}"), "paid_at": jiff::Timestamp::now()});
                    let Ok(issued) = http.post(format!("{url}/links")).bearer_auth(&token).json(&payment).send().await else { break };
                    let Ok(issued) = issued.json::<Value>().await else { break };
                    let link = issued["link"].as_str().unwrap().to_owned();
                    let body = json!({"submission": uuid::Uuid::new_v4(), "answers": {"nps": i % 11, "csat": 1 + i % 5, "why": payment["payment"]}});
                    match http.post(format!("{url}/s/{link}")).json(&body).send().await {
                        Ok(answer) if answer.status() == 201 => {
                            done.push((link, body));
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                        _ => break,
                    }
                }
                done
            });
        }
        // In the middle of things, at another moment each round.
        let enough = async {
            while count.load(Ordering::Relaxed) < 10 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), enough).await.expect("guests are answered");
        tokio::time::sleep(Duration::from_millis(37 * round)).await;
        assert!(!program.end("-KILL").await);
        while let Some(done) = guests.join_next().await {
            acknowledged.extend(done.unwrap());
        }
    }
    assert!(acknowledged.len() >= 30, "only {} answers were acknowledged", acknowledged.len());
    let program = Program::start(data).await;
    for (link, body) in &acknowledged {
        let again = Client::new().post(format!("{}/s/{link}", program.url)).json(body).send().await.unwrap();
        assert_eq!(again.status(), 200, "an acknowledged answer is not there");
    }
    assert!(program.end("-INT").await);
}

/// A survey, and store 12, which asks it.
pub async fn put_store_12(program: &Program, token: &str) {
    let survey = std::fs::read_to_string(file("surveys/dine-in.json")).unwrap();
    let store = json!({"name": "Lane", "path": "cn", "time_zone": "Asia/Shanghai", "survey": "dine-in"}).to_string();
    for (path, body) in [("/surveys/dine-in", survey), ("/stores/12", store)] {
        let put =
            Client::new().put(format!("{}{path}", program.url)).bearer_auth(token).body(body).send().await.unwrap();
        assert!(put.status().is_success());
    }
}

#[tokio::test]
async fn a_folder_in_use_is_not_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path()).await;
    let (done, _, complaint) =
        run(&["--port", "0", "--dynamodb-port", "0", "--no-demo", "--data", folder.path().to_str().unwrap()]).await;
    assert!(!done);
    assert_eq!(
        complaint.trim(),
        format!("{} is in use by a stack that runs already: {}", folder.path().display(), program.url)
    );
    // Killed, it leaves the folder free.
    program.end("-KILL").await;
    assert!(Program::start(folder.path()).await.end("-INT").await);
}

#[tokio::test]
async fn sub_commands_say_what_is_wrong_with_what_they_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let complaint = async |arguments: &[&str]| {
        let (done, _, complaint) = run(&[arguments, &["--data", data]].concat()).await;
        assert!(!done);
        complaint.trim().to_owned()
    };
    assert_eq!(
        complaint(&["grant", "everything"]).await,
        "A grant allows issue, issue:<scope>, admin, admin:<scope>, report:<scope>, follow:<scope>, contact:<scope> or \
         pulse:<scope>; \
         this is \"everything\"."
    );
    let none = complaint(&["login"]).await;
    assert!(none.starts_with("No stack runs on ") && none.ends_with("or name a deployed one with --url."), "{none}");
    assert_eq!(
        complaint(&["grant", " "]).await,
        "A grant allows something, such as issue:store/12, report:cn/east or admin."
    );
    let csv = file("tests/data/lunch.csv");
    let replayed = async |store: &str, day: &str, map: &str| {
        let (done, _, complaint) = replay(folder.path(), "surveys/dine-in.json", &csv, store, day, map).await;
        assert!(!done);
        complaint.trim().to_owned()
    };
    assert_eq!(
        replayed("0", "2026-11-21", "nps=recommend").await,
        "--store: A store number is 1 to 1048575; this is 0."
    );
    assert!(replayed("12", "2026-11-21", "nps=score").await.ends_with("--map nps=score: there is no column score."));
    assert_eq!(
        replayed("12", "2026-11-21", "joy=recommend").await,
        "--map joy=recommend: the survey dine-in has no question joy."
    );
    let map = "nps=recommend,csat=satisfied,why=comment";
    assert!(replayed("12", "2020-01-01", map).await.contains("is too long ago: links of dine-in live 7 days."));
    assert!(replayed("12", "2090-01-01", map).await.contains("has not begun in Asia/Shanghai."));
}

/// The example of the README: invented answers, with figures worked out apart from this program.
#[tokio::test]
async fn a_csv_is_replayed_through_http_counted_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, day) = (file("tests/data/lunch.csv"), yesterday());
    let replayed = async || {
        let map = "nps=recommend,csat=satisfied,why=comment";
        replay(folder.path(), "surveys/dine-in.json", &csv, "99", &day, map).await
    };
    let program = Program::start(folder.path()).await;
    let (done, said, complaint) = replayed().await;
    assert!(done, "{complaint}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "recorded         38",
            "recorded before  0",
            "refused          2",
            "  row 7: csat: This needs an answer.",
            "  row 18: nps: The answer is a whole number from 0 to 10.",
        ],
        "{said}"
    );
    check_lunch(&report(&program, folder.path(), "store/99", &format!("from={day}&to={day}")).await);
    check_lunch(&report(&program, folder.path(), "replay", &format!("from={day}&to={day}")).await);
    assert!(program.end("-INT").await);

    // Again, with no stack running: nothing is counted twice.
    let (done, said, complaint) = replayed().await;
    assert!(done, "{complaint}");
    assert!(said.starts_with("recorded         0\nrecorded before  38\nrefused          2\n"), "{said}");
    let program = Program::start(folder.path()).await;
    check_lunch(&report(&program, folder.path(), "replay", "").await);
    assert!(program.end("-INT").await);
}

fn check_lunch(report: &Value) {
    let near = |pointer: &str, expected: f64| {
        let figure =
            report.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {pointer} in {report}"));
        assert!((figure - expected).abs() < 1e-9, "{pointer} is {figure}, not {expected}");
    };
    // Worked out in Python from the CSV, rows 7 and 18 left out.
    assert_eq!(report["responses"], 38);
    assert_eq!(
        report["nps"]["histogram"],
        json!({"0": 1, "1": 0, "2": 2, "3": 0, "4": 1, "5": 6, "6": 2, "7": 8, "8": 7, "9": 4, "10": 7})
    );
    near("/nps/score", -2.631_578_947_368_421_2);
    // The interval of the second edition of the statistics, which replaces the first's −26.089016 to 21.210967.
    near("/nps/adjusted", -2.5);
    near("/nps/low", -26.987_296_967_871_4);
    near("/nps/high", 21.987_296_967_871_4);
    near("/satisfaction/satisfied", 25.0);
    near("/satisfaction/mean", 3.578_947_368_421_052_7);
    near("/satisfaction/low", 0.498_921_035_517_830_85);
    near("/satisfaction/high", 0.787_875_848_200_405_9);
}
