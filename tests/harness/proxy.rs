//! A proxy in front of the DynamoDB. It asks for the capacity that each call consumes and adds it up, and loses
//! replies on request.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub type Item = serde_json::Map<String, Value>;

/// The consumption, in capacity units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Consumed {
    pub read: f64,
    pub written: f64,
}

#[derive(Default)]
struct State {
    consumed: Consumed,
    calls: Vec<String>,
    /// Replies of this operation still to be lost.
    lose: HashMap<String, usize>,
    /// How many writes are still let through, and whether the reply to the last of them is lost.
    writes_left: Option<(usize, bool)>,
    /// Nothing is answered at all.
    down: bool,
    /// Requests are taken and never answered.
    hang: bool,
    /// Replies are cut off in the middle of their JSON.
    cut: bool,
    /// Requests of this operation whose body has this text wait.
    hold: Option<(String, String)>,
    /// How many requests wait so.
    held: usize,
    /// How many processes were killed. Requests of such a one that nobody has read yet are lost with its connections.
    buried: usize,
    /// How many requests are being asked upstream.
    under_way: usize,
}

pub struct Proxy {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    pub async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (upstream, shared) = (upstream.to_owned(), state.clone());
        tokio::spawn(async move {
            let http = reqwest::Client::new();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, http.clone(), upstream.clone(), shared.clone()));
            }
        });
        Self { url, state }
    }

    /// The consumption, and the calls of it, since this was last asked.
    pub fn taken(&self) -> (Consumed, Vec<String>) {
        let mut state = self.state.lock().unwrap();
        (std::mem::take(&mut state.consumed), std::mem::take(&mut state.calls))
    }

    /// The next so many replies to an operation are lost after the operation has been done.
    pub fn lose_replies(&self, operation: &str, times: usize) {
        self.state.lock().unwrap().lose.insert(operation.to_owned(), times);
    }

    /// After so many writes nothing gets through any more, no other write and no read, until [`Self::mend`].
    /// With `loses_reply` the reply to the last write is lost too.
    pub fn cut_after(&self, writes: usize, loses_reply: bool) {
        self.state.lock().unwrap().writes_left = Some((writes, loses_reply));
    }

    /// Waits until nothing gets through any more, by [`Self::cut_after`].
    pub async fn spent(&self) {
        while !matches!(self.state.lock().unwrap().writes_left, Some((0, _))) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Everything gets through again.
    pub fn mend(&self) {
        self.state.lock().unwrap().writes_left = None;
    }

    /// Everything gets through again, but nothing of a process that was killed: its connections are closed.
    pub fn bury(&self) {
        let mut state = self.state.lock().unwrap();
        state.writes_left = None;
        state.buried += 1;
    }

    /// Requests are taken and never answered, until this is taken back.
    pub fn set_hang(&self, hang: bool) {
        self.state.lock().unwrap().hang = hang;
    }

    /// Requests of an operation whose body has some text wait, until they are let go.
    pub fn hold(&self, operation: &str, text: &str) {
        self.state.lock().unwrap().hold = Some((operation.to_owned(), text.to_owned()));
    }

    /// Waits until a request is stopped.
    pub async fn held(&self) {
        while self.state.lock().unwrap().held == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Lets the stopped requests go.
    pub fn let_go(&self) {
        self.state.lock().unwrap().hold = None;
    }

    /// Waits until what was asked is done, also for a caller who is gone: a request that such a one sent comes still.
    pub async fn quiet(&self) {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            if self.state.lock().unwrap().under_way == 0 {
                return;
            }
        }
    }

    /// Replies are cut off in the middle, until this is taken back.
    pub fn set_cut(&self, cut: bool) {
        self.state.lock().unwrap().cut = cut;
    }

    /// Connections are closed without an answer, until this is taken back.
    pub fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }
}

async fn serve(mut stream: TcpStream, http: reqwest::Client, upstream: String, state: Arc<Mutex<State>>) {
    let mut buffer = Vec::new();
    let buried = state.lock().unwrap().buried;
    while let Some((headers, body)) = read_request(&mut stream, &mut buffer).await {
        if state.lock().unwrap().down || state.lock().unwrap().buried != buried {
            return;
        }
        while state.lock().unwrap().hang {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let operation =
            headers.get("x-amz-target").and_then(|target| target.split('.').nth(1)).unwrap_or("").to_owned();
        wait_while_held(&state, &operation, &body).await;
        let Some(loses_reply) = let_through(&state, &operation) else { return };
        let mut body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if ["GetItem", "PutItem", "DeleteItem", "Query", "UpdateItem", "Scan"].contains(&operation.as_str()) {
            body["ReturnConsumedCapacity"] = json!("TOTAL");
        }
        let mut request = http.post(&upstream).body(body.to_string());
        for (name, value) in &headers {
            if !["host", "content-length", "connection", "content-encoding", ":path"].contains(&name.as_str()) {
                request = request.header(name, value);
            }
        }
        state.lock().unwrap().under_way += 1;
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let reply = response.bytes().await.unwrap();
        state.lock().unwrap().under_way -= 1;
        let lost = {
            let mut state = state.lock().unwrap();
            let reply: Value = serde_json::from_slice(&reply).unwrap_or(Value::Null);
            let units = units(&reply);
            match operation.as_str() {
                "GetItem" | "Query" | "Scan" => state.consumed.read += units,
                _ => state.consumed.written += units,
            }
            state.calls.push(operation.clone());
            match state.lose.get_mut(&operation) {
                Some(times) if *times > 0 => {
                    *times -= 1;
                    true
                }
                _ => loses_reply,
            }
        };
        if lost {
            return;
        }
        let whole = if state.lock().unwrap().cut { reply.len() * 9 / 10 } else { reply.len() };
        let reply = reply.slice(..whole);
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
            reply.len()
        );
        if stream.write_all(&[head.as_bytes(), &reply].concat()).await.is_err() {
            return;
        }
    }
}

/// Whether a request is let through, and then whether its reply is lost.
fn let_through(state: &Mutex<State>, operation: &str) -> Option<bool> {
    let writes_left = &mut state.lock().unwrap().writes_left;
    match writes_left {
        None => Some(false),
        Some((0, _)) => None,
        Some((left, loses_reply)) if ["PutItem", "DeleteItem", "UpdateItem"].contains(&operation) => {
            *left -= 1;
            Some(*left == 0 && *loses_reply)
        }
        Some(_) => Some(false),
    }
}

/// DynamoDB's bill for a call. A refused write costs as much as one that was made, by the kilobyte of the item in its
/// way. Its reply does not say so. The item's JSON stands in, a little longer than the bytes that are billed.
fn units(reply: &Value) -> f64 {
    if reply["__type"].as_str().is_some_and(|kind| kind.ends_with("#ConditionalCheckFailedException")) {
        let bytes = reply.get("Item").map_or(0, |item| item.to_string().len());
        return f64::from(u32::try_from(bytes.div_ceil(1_024).max(1)).unwrap());
    }
    reply.pointer("/ConsumedCapacity/CapacityUnits").and_then(Value::as_f64).unwrap_or(0.0)
}

async fn wait_while_held(state: &Mutex<State>, operation: &str, body: &[u8]) {
    let is_held = || match &state.lock().unwrap().hold {
        Some((held, text)) => held == operation && String::from_utf8_lossy(body).contains(text),
        None => false,
    };
    if is_held() {
        state.lock().unwrap().held += 1;
        while is_held() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        state.lock().unwrap().held -= 1;
    }
}

/// The next request of a connection: its headers, its path among them as `:path`, and its body.
pub(super) async fn read_request(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> Option<(HashMap<String, String>, Vec<u8>)> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let headers: HashMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .chain(head.split(' ').nth(1).map(|path| (":path".to_owned(), path.to_owned())))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let whole = end + 4 + length;
    while buffer.len() < whole {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[end + 4..whole].to_vec();
    buffer.drain(..whole);
    Some((headers, body))
}

/// Asks a DynamoDB as any client does, in its own JSON.
pub async fn ask(url: &str, action: &str, body: &Value) -> Value {
    // One for all: a new one reads every certificate authority of the machine, which takes longer than the call. It keeps no
    // connection, which would belong to one test's runtime.
    static HTTP: LazyLock<reqwest::Client> =
        LazyLock::new(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap());
    let response = HTTP
        .post(url)
        .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=local/20261121/local/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0")
        .header("x-amz-date", "20261121T000000Z")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success(), "{action}: {}", response.text().await.unwrap());
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// Every item of the table whose partition key begins so, read without the code under test: DynamoDB's own JSON,
/// with its type letters taken off.
pub async fn scan(url: &str, prefix: &str) -> Vec<Item> {
    let (mut items, mut start) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({"TableName": aftertaste_local::TABLE, "ConsistentRead": true});
        if !start.is_null() {
            body["ExclusiveStartKey"] = start;
        }
        let page = ask(url, "Scan", &body).await;
        let found = page["Items"].as_array().unwrap_or_else(|| panic!("{page}"));
        items.extend(found.iter().map(|item| plain(&json!({"M": item})).as_object().unwrap().clone()));
        start = page.get("LastEvaluatedKey").cloned().unwrap_or(Value::Null);
        if start.is_null() {
            break;
        }
    }
    items.retain(|item| item["pk"].as_str().unwrap().starts_with(prefix));
    items
}

fn plain(value: &Value) -> Value {
    let (kind, inner) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "S" | "BOOL" | "B" => inner.clone(),
        "N" => serde_json::from_str(inner.as_str().unwrap()).unwrap(),
        "NULL" => Value::Null,
        "L" => inner.as_array().unwrap().iter().map(plain).collect(),
        "M" => inner.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => panic!("no test expects an attribute of type {other}"),
    }
}
