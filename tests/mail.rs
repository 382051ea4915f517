//! Mail and events, as what stands in for SES and EventBridge receives them.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use aftertaste::aws::{BusEvent, Mail, SendError, bounds, put_event, send_mail};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpSocket,
    process::{Child, Command},
};

/// The stand-in is the server of the Python package moto; tests/run installs it and says where it is.
fn server() -> PathBuf {
    let path = std::env::var("AFTERTASTE_MOTO")
        .expect("AFTERTASTE_MOTO names moto's server: run the tests with tests/run, which installs it.");
    PathBuf::from(path)
}

/// The account that the stand-in gives everybody.
const ACCOUNT: &str = "123456789012";

/// A stand-in of its own for one test. It ends with the test, also with one that fails.
pub struct Aws {
    url: String,
    http: Client,
    _child: Child,
}

impl Aws {
    pub async fn start() -> Self {
        let mut child = Command::new(server())
            .args(["--host", "127.0.0.1", "--port", "0"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let listens = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, url)) = line.split_once("Running on ") {
                    return url.trim().to_owned();
                }
            }
            panic!("the stand-in ended before it listened");
        };
        let url = tokio::time::timeout(Duration::from_secs(60), listens).await.expect("the stand-in listens");
        // Later lines must find a reader too.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, http: Client::new(), _child: child }
    }

    pub async fn sdk(&self, region: &'static str) -> SdkConfig {
        sdk(region, &self.url).await
    }

    /// A call that no function makes. The stand-in reads a signature's region and service, and no more.
    async fn call(&self, region: &str, service: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Value {
        let scope = format!("AWS4-HMAC-SHA256 Credential=test/20261121/{region}/{service}/aws4_request");
        let request = self.http.post(format!("{}{path}", self.url)).header("authorization", scope);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let replied = request.body(body.to_string()).send().await.unwrap();
        let (status, text) = (replied.status(), replied.text().await.unwrap());
        assert_eq!(status, 200, "{service} {headers:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn verify(&self, identity: &str) {
        let headers = [("content-type", "application/json")];
        self.call(SINGAPORE, "ses", "/v2/email/identities", &headers, json!({"EmailIdentity": identity})).await;
    }

    async fn operation(&self, service: &str, target: &str, body: Value) -> Value {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.call(CHINA, service, "/", &headers, body).await
    }

    /// The mails that arrived, each with `id`, `source`, `destinations`, `subject` and `body`.
    pub async fn mails(&self) -> Vec<Value> {
        let kept = self.http.get(format!("{}/moto-api/data.json", self.url)).send().await.unwrap();
        let kept: Value = kept.json().await.unwrap();
        kept["ses"]["Message"].as_array().unwrap().clone()
    }

    /// A bus whose every event goes to a queue of the same name.
    pub async fn bus(&self, name: &str) {
        self.operation("sqs", "AmazonSQS.CreateQueue", json!({"QueueName": name})).await;
        self.operation("events", "AWSEvents.CreateEventBus", json!({"Name": name})).await;
        let pattern = json!({"source": ["aftertaste"]}).to_string();
        let rule = json!({"Name": "all", "EventBusName": name, "EventPattern": pattern});
        self.operation("events", "AWSEvents.PutRule", rule).await;
        let queue = json!({"Id": "queue", "Arn": format!("arn:aws-cn:sqs:{CHINA}:{ACCOUNT}:{name}")});
        let targets = json!({"Rule": "all", "EventBusName": name, "Targets": [queue]});
        self.operation("events", "AWSEvents.PutTargets", targets).await;
    }

    /// The events that arrived in a bus's queue.
    pub async fn events(&self, bus: &str) -> Vec<Value> {
        let queue = json!({"QueueUrl": format!("{}/{ACCOUNT}/{bus}", self.url), "MaxNumberOfMessages": 10});
        let received = self.operation("sqs", "AmazonSQS.ReceiveMessage", queue).await;
        let messages = received["Messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|message| serde_json::from_str(message["Body"].as_str().unwrap()).unwrap()).collect()
    }
}

/// AWS China has EventBridge.
pub const CHINA: &str = "cn-north-1";

/// Singapore has SES.
pub const SINGAPORE: &str = "ap-southeast-1";

async fn sdk(region: &'static str, url: &str) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new("test", "test", None, None, "the test"))
        .endpoint_url(url);
    bounds(loader).load().await
}

const MAIL: Mail<'static> = Mail {
    from: "hello@example.cn",
    to: "lin@xn--fsqu00a.xn--fiqs8s",
    subject: "12 号店昨天：NPS −7.5 “偏冷”",
    text: "NPS −7.5。\n等位太久；汤很鲜 🍜\n",
    html: Some("<p lang=\"zh-CN\">NPS <b>−7.5</b>。<p>等位太久；汤很鲜 🍜"),
};

#[tokio::test]
async fn a_mail_arrives_as_it_was_written_once_its_sender_is_verified() {
    let aws = Aws::start().await;
    let sdk = aws.sdk(SINGAPORE).await;
    let refused = send_mail(&sdk, &MAIL).await.unwrap_err();
    let sentence = "SES refused it (MessageRejected). Verify the sender's domain in this region; in the sandbox also the \
                    recipient. Otherwise the content is why.";
    assert_eq!(refused, SendError::Never(sentence.into()));

    aws.verify("example.cn").await;
    let both = send_mail(&sdk, &MAIL).await.unwrap();
    let text = send_mail(&sdk, &Mail { html: None, ..MAIL }).await.unwrap();
    // Of a mail with both, the stand-in keeps the page alone.
    let arrived = |id: String, body: &str| {
        json!({"id": id, "source": MAIL.from, "destinations": {"ToAddresses": [MAIL.to]}, "subject": MAIL.subject,
            "body": body})
    };
    assert_eq!(aws.mails().await, [arrived(both, MAIL.html.unwrap()), arrived(text, MAIL.text)]);
}

#[tokio::test]
async fn an_event_arrives_by_a_rule_of_its_bus_and_of_no_other() {
    let aws = Aws::start().await;
    aws.bus("guests").await;
    aws.bus("others").await;
    let sdk = aws.sdk(CHINA).await;
    let detail = json!({"id": "0199a1", "store": 12, "said": "汤很鲜 🍜\n“再来”"});
    let text = detail.to_string();
    let time = "2026-11-21T04:31:07.9Z".parse().unwrap();
    let event = BusEvent { source: "aftertaste", detail_type: "response.recorded", detail: &text, time };
    let id = put_event(&sdk, "guests", &event).await.unwrap();
    let arrived = aws.events("guests").await;
    let arrived = arrived
        .iter()
        .map(|event| json!([event["id"], event["source"], event["detail-type"], event["time"], event["detail"]]));
    let expected = json!([id, "aftertaste", "response.recorded", "2026-11-21T04:31:07Z", detail]);
    assert_eq!(arrived.collect::<Vec<_>>(), [expected]);
    assert_eq!(aws.events("others").await, [] as [Value; 0]);

    // EventBridge itself drops such an event without a word.
    let refused = put_event(&sdk, "nobody", &event).await.unwrap_err();
    let sentence = "EventBridge refused it (ResourceNotFoundException). There is no such bus in this region.";
    assert_eq!(refused, SendError::Never(sentence.into()));
    let malformed = put_event(&sdk, "guests", &BusEvent { detail: "汤很鲜", ..event }).await.unwrap_err();
    let sentence = "EventBridge refused it (MalformedDetail). Its detail is to be a JSON object.";
    assert_eq!(malformed, SendError::Never(sentence.into()));
    assert_eq!(aws.events("guests").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_service_that_can_not_be_reached_is_worth_another_try() {
    // Bound, so that nobody else gets the port, and not listening.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    let unsent = send_mail(&sdk(SINGAPORE, &url).await, &MAIL).await.unwrap_err();
    assert_eq!(unsent, SendError::Again("SES can't be reached.".into()));
    let time = "2026-11-21T04:31:07Z".parse().unwrap();
    let event = BusEvent { source: "aftertaste", detail_type: "response.recorded", detail: "{}", time };
    let unsent = put_event(&sdk(CHINA, &url).await, "guests", &event).await.unwrap_err();
    assert_eq!(unsent, SendError::Again("EventBridge can't be reached.".into()));
}
