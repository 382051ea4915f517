//! `cargo run -- listen`: an endpoint on this machine, for everybody who wants to see what the stack sends.
//!
//! The stack sends here as it sends anywhere. Each delivery is checked and answered as a receiver should do it, and shown.

mod heard;

use std::collections::HashMap;
use std::future::IntoFuture;
use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aftertaste::domain::access::GrantKeys;
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::StatusCode,
    middleware,
    routing::post,
};
use clap::Args;
use futures::future::maybe_done;
use jiff::Timestamp;
use notices::standard::Account;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{Receiver, Sender, channel},
};

use crate::login::{asked, done};
use crate::{Data, Failure, guard, say, sign_grant};
use heard::{Heard, Verdict};

const ENDPOINT: &str = "/endpoints/listen";

/// The schedule that sends each minute, by its logical id in template.yaml.
const SCHEDULE: &str = "/_local/schedules/SendNoticesEachMinute";

/// How often it sends as long as somebody watches.
const AGAIN: Duration = Duration::from_secs(2);

/// The stack answers later only when a run waits for other endpoints that hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest body that is taken, and how long it may take to come.
const LARGEST: usize = 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(15);

/// How many wait until they are shown.
const WAITING: usize = 64;

/// A receiver of events.
#[derive(Debug, Args)]
pub struct Listen {
    /// The port that it listens on
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Which events, such as survey.link.issued,response.*; by default all
    #[arg(long, value_delimiter = ',')]
    types: Vec<String>,
    /// The stores and nodes whose events come, such as cn/east,store/12; by default all
    #[arg(long, value_delimiter = ',')]
    scopes: Vec<String>,
    /// The status of the reply to verified events, such as 500, 429 or 410
    #[arg(long, value_name = "STATUS", default_value = "204", value_parser = final_status)]
    answer: StatusCode,
    /// The folder of the keys, and of the stack that runs on it
    #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
    data: PathBuf,
}

/// A status that ends a call.
fn final_status(text: &str) -> Result<StatusCode, String> {
    let status = text.parse().ok().and_then(|status: u16| StatusCode::from_u16(status).ok());
    let status = status.filter(|status| (200..600).contains(&status.as_u16()));
    status.ok_or_else(|| "A status is 200 to 599.".to_owned())
}

impl Listen {
    /// Puts the endpoint, shows what comes until Ctrl-C, and takes the endpoint away.
    ///
    /// # Errors
    /// When no stack runs on the folder, it refuses the endpoint, it ends before, or the port is taken.
    pub async fn run(self) -> Result<(), Failure> {
        // It is listened for before the endpoint is put: else a quick hand would leave that behind.
        let mut interrupted = pin!(maybe_done(tokio::signal::ctrl_c()));
        let _ = futures::poll!(&mut interrupted);
        let stack = RunningStack::on(&self.data)?;
        let listener = crate::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)), "--port").await?;
        let address = listener.local_addr().map_err(|error| Failure(error.to_string()))?;
        let own_url = format!("http://{address}/");
        let secret = stack.put_endpoint(&own_url, &self.types, &self.scopes).await?;
        let ended = tokio::select! {
            () = interrupted.as_mut() => Ok(()),
            ended = self.receive(listener, &stack, &own_url, secret) => ended,
        };
        let left = stack.take_endpoint_away(&own_url).await;
        let left = left.map_err(|Failure(why)| Failure(format!("The endpoint listen is still there. {why}")))?;
        say(&format!("\nStopping. {left}"))?;
        let heard = interrupted.take_output().unwrap_or(Ok(()));
        heard.map_err(|error| Failure(format!("Ctrl-C can't be waited for: {error}.")))?;
        ended
    }

    /// Ends with a failure alone.
    async fn receive(
        &self,
        listener: TcpListener,
        stack: &RunningStack,
        own_url: &str,
        secret: String,
    ) -> Result<(), Failure> {
        let account = Account::new(&[secret]).map_err(|wrong| Failure(wrong.join(" ")))?;
        let (told, heard) = channel(WAITING);
        let door = Arc::new(Door { account, answer: self.answer, told });
        let taking = async move |request: Request| door.take(request).await;
        let router = Router::new()
            .route("/", post(taking))
            .layer(DefaultBodyLimit::max(LARGEST))
            .layer(middleware::from_fn(guard::only_programs));
        say(&self.welcome(stack, own_url))?;
        stack.test_endpoint().await?;
        let serving = async {
            let served = axum::serve(listener, router).into_future().await;
            served.map_err(|error| Failure(format!("{own_url} can't be listened at any more: {error}.")))
        };
        tokio::try_join!(serving, show(heard), stack.keep_sending()).map(|_| ())
    }

    fn welcome(&self, stack: &RunningStack, own_url: &str) -> String {
        let follows = match self.answer.as_u16() {
            200..=299 => "",
            410 => ": the stack then switches the endpoint off",
            _ => ": the stack tries again, and waits longer each time",
        };
        let data = if self.data == Path::new(".aftertaste") {
            String::new()
        } else {
            format!(" --data {}", self.data.display())
        };
        [
            String::new(),
            format!("  Listens at        {own_url}"),
            format!("  For the stack at  {}", stack.url),
            format!("  Answers with      {}{follows}", self.answer.as_u16()),
            "  Events go out every two seconds as long as this goes on, and else each minute.".to_owned(),
            String::new(),
            format!("Waiting for events. Pay with: cargo run -- pay wechat --store 12{data}"),
        ]
        .join("\n")
    }
}

/// All that a call needs.
struct Door {
    account: Account,
    answer: StatusCode,
    told: Sender<Heard>,
}

impl Door {
    /// Takes what somebody sent, and answers as a receiver should: what is not verified gets 401.
    async fn take(&self, request: Request) -> StatusCode {
        let headers = request.headers().clone();
        let read = tokio::time::timeout(LONGEST, Bytes::from_request(request, &())).await;
        let at = Timestamp::now();
        let (body, verdict) = match read {
            Ok(Ok(body)) => {
                let verdict = Verdict::of(&self.account, &headers, &body, at);
                (body, verdict)
            }
            Ok(Err(refused)) => (Bytes::new(), Verdict::Unread(refused.status())),
            Err(_) => (Bytes::new(), Verdict::Unread(StatusCode::REQUEST_TIMEOUT)),
        };
        let answer = match &verdict {
            Verdict::Verified => self.answer,
            Verdict::Refused(_) => StatusCode::UNAUTHORIZED,
            Verdict::Unread(status) => *status,
        };
        // Nobody reads it any more once the command ends.
        let _ = self.told.send(Heard { at, headers, body, verdict, answer }).await;
        answer
    }
}

/// Shows what comes.
async fn show(mut heard: Receiver<Heard>) -> Result<(), Failure> {
    let in_colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Only of what is verified: a stranger's would fill it, and make a genuine event look like a double.
    let mut times: HashMap<String, u32> = HashMap::new();
    while let Some(heard) = heard.recv().await {
        let time = if heard.verdict == Verdict::Verified {
            let time = times.entry(heard.id()).or_default();
            *time += 1;
            *time
        } else {
            1
        };
        say(&heard.shown(time, in_colour))?;
    }
    Ok(())
}

/// The stack that runs on a folder.
struct RunningStack {
    http: Client,
    url: String,
    keys: GrantKeys,
}

impl RunningStack {
    fn on(folder: &Path) -> Result<Self, Failure> {
        let data = Data::open(folder)?;
        let none = || Failure(format!("No stack runs on {}. Start one with cargo run.", folder.display()));
        let url = data.running()?.ok_or_else(none)?;
        let http = Client::builder().timeout(PATIENCE).build().map_err(|error| Failure(error.to_string()))?;
        Ok(Self { http, url, keys: data.keys()?.grants })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<(StatusCode, Value), Failure> {
        // Signed again each time: one that was signed at the start would end after a day.
        let grant = sign_grant(&self.keys, "admin", None, None, "local".into())?;
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = body.iter().fold(request, |request, body| request.json(body));
        asked(request, &grant, &self.url).await
    }

    /// Puts the endpoint, and returns its secret.
    async fn put_endpoint(&self, own_url: &str, types: &[String], scopes: &[String]) -> Result<String, Failure> {
        let refused = |Failure(why): Failure| Failure(format!("The endpoint listen was not put. {why}"));
        let put = async {
            // The secret of one that is there was shown once, to the process that put it.
            let before = self.ask(Method::DELETE, ENDPOINT, None).await?;
            if before.0 != StatusCode::NOT_FOUND {
                done(before, &self.url)?;
            }
            let details = json!({"to": {"webhook": {"url": own_url}}, "types": types, "scopes": scopes});
            let put = done(self.ask(Method::PUT, ENDPOINT, Some(details)).await?, &self.url)?;
            let secret = put.get("secret").and_then(Value::as_str).map(str::to_owned);
            secret.ok_or_else(|| Failure(format!("{} sent no secret.", self.url)))
        };
        put.await.map_err(refused)
    }

    /// Has an event sent at once, so that there is something to see.
    async fn test_endpoint(&self) -> Result<(), Failure> {
        done(self.ask(Method::POST, ENDPOINT, Some(json!({"test": {}}))).await?, &self.url).map(drop)
    }

    /// Has sent what is due, again and again. Ends when the stack does.
    async fn keep_sending(&self) -> Result<(), Failure> {
        loop {
            let fired = self.ask(Method::POST, SCHEDULE, None).await?;
            if let Err(Failure(why)) = done(fired, &self.url) {
                tracing::warn!(outcome = "not-sent", why);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Takes the endpoint away, unless another process has put its own in place of it. Says which it was.
    async fn take_endpoint_away(&self, own_url: &str) -> Result<&'static str, Failure> {
        const GONE: &str = "The endpoint listen is gone.";
        let (status, shown) = self.ask(Method::GET, ENDPOINT, None).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(GONE);
        }
        if done((status, shown), &self.url)?.pointer("/to/webhook/url").and_then(Value::as_str) != Some(own_url) {
            return Ok("The endpoint listen leads to another address by now, and stays.");
        }
        done(self.ask(Method::DELETE, ENDPOINT, None).await?, &self.url)?;
        Ok(GONE)
    }
}
