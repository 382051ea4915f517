//! A receiver of webhooks on this machine, which answers as it is set to, and keeps what came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use super::proxy::read_request;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Got {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    /// Whether it was taken.
    pub taken: bool,
}

impl Got {
    pub fn id(&self) -> &str {
        self.headers.get("webhook-id").map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How a receiver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// With a status, and a body.
    Says(u16, &'static str),
    /// With 429, and to be left alone for so many seconds.
    Busy(u32),
    /// With 204, after so many milliseconds.
    Takes(u64),
    /// Never.
    Hangs,
    /// By hanging up.
    HangsUp,
    /// With ten megabytes.
    Babbles,
    /// With a redirect.
    Redirects(&'static str),
}

pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    got: Vec<Got>,
    /// By path; `Says(204)` for any other.
    manners: HashMap<String, Manner>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { got: Vec::new(), manners: HashMap::new() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { url, state }
    }

    /// From now on a path answers so.
    pub fn answer(&self, path: &str, manner: Manner) {
        self.state.lock().unwrap().manners.insert(path.to_owned(), manner);
    }

    /// Forgets what came, and how to answer.
    pub fn forget(&self) {
        let mut state = self.state.lock().unwrap();
        state.got.clear();
        state.manners.clear();
    }

    /// The requests that came so far.
    pub fn got(&self) -> Vec<Got> {
        self.state.lock().unwrap().got.clone()
    }

    /// The ids of what was taken, in the order in which they came.
    pub fn taken(&self) -> Vec<String> {
        self.got().iter().filter(|got| got.taken).map(|got| got.id().to_owned()).collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut buffer = Vec::new();
    while let Some((headers, body)) = read_request(&mut stream, &mut buffer).await {
        let path = headers[":path"].clone();
        let manner = {
            let mut state = state.lock().unwrap();
            let manner = state.manners.get(path.split('?').next().unwrap()).cloned();
            let manner = manner.unwrap_or(Manner::Says(204, ""));
            let taken = matches!(manner, Manner::Says(200..=299, _) | Manner::Babbles | Manner::Takes(_));
            state.got.push(Got { path, headers, body, taken });
            manner
        };
        let reply = match manner {
            Manner::Says(status, body) => said(status, "", body),
            Manner::Takes(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                said(204, "", "")
            }
            Manner::Busy(seconds) => said(429, &format!("retry-after: {seconds}\r\n"), ""),
            Manner::Redirects(to) => said(302, &format!("location: {to}\r\n"), ""),
            Manner::Babbles => said(200, "", &"x".repeat(10_000_000)),
            Manner::HangsUp => return,
            Manner::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
        };
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn said(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
