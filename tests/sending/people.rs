//! Notices to people: one message a robot or mailbox and run, in their language, and nothing of a guest.

use aftertaste::web::Web;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::HttpRequest,
};
use jiff::ToSpan;
use serde_json::{Value, json};

use super::office::Office;
use crate::harness::receiver::{Got, Manner};
use crate::mail::{Aws, CHINA, SINGAPORE};

pub const WECOM: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";
pub const DINGTALK: &str = "https://oapi.dingtalk.com/robot/send?access_token=566cc69d";
pub const FEISHU: &str = "https://open.feishu.cn/open-apis/bot/v2/hook/a1b2-c3d4";
pub const SECRET: &str = "SEC000102030405060708090a0b0c0d0e0f";

/// Leads every request to the robots' hosts to a receiver on this machine, the host first in its path.
#[derive(Debug)]
struct Rerouted {
    to: String,
    inner: Connector,
}

impl HttpConnector for Rerouted {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().replacen("https:/", &self.to, 1);
        request.set_uri(uri).unwrap();
        self.inner.call(request)
    }
}

pub async fn office() -> Office {
    let mut office = Office::new().await;
    let to = office.receiver.url.clone();
    office.sender.web = Web::over(Rerouted { to, inner: Connector::builder().build_http() });
    for path in [WECOM, DINGTALK, FEISHU].map(path) {
        office.receiver.answer(&path, Manner::Says(200, r#"{"errcode":0,"code":0}"#));
    }
    office
}

/// Where the receiver gets what is for an address.
pub fn path(address: &str) -> String {
    format!("/{}", address.trim_start_matches("https://").split('?').next().unwrap())
}

pub fn got(office: &Office, address: &str) -> Vec<Got> {
    let path = path(address);
    office.receiver.got().into_iter().filter(|got| got.path.starts_with(&path)).collect()
}

async fn robots(office: &Office) {
    for (id, kind, secrets, language) in [
        ("wecom", "wecom", json!([WECOM]), "zh-CN"),
        ("dingtalk", "dingtalk", json!([DINGTALK, SECRET]), "en"),
        ("feishu", "feishu", json!([FEISHU, SECRET]), "zh-TW"),
    ] {
        office.put_as(id, json!({"to": {"robot": kind}, "secrets": secrets, "language": language})).await;
    }
}

async fn fail(office: &Office, times: usize) {
    for failures in 1..=times {
        let event = aftertaste::table::OutgoingEvent {
            data: json!({"failures": failures, "message": "…"}),
            ..office.event("count.failed")
        };
        office.sender.app.table.put_event(&event).await.unwrap();
    }
}

#[tokio::test]
async fn each_robot_says_all_of_a_run_in_one_message() {
    let office = office().await;
    robots(&office).await;
    fail(&office, 2).await;
    office.tell("survey.link.issued").await;
    office.tell("response.recorded").await;
    let summary = office.minute().await;
    assert_eq!((summary.delivered, summary.unheard), (6, 2), "{summary:?}");
    assert_eq!(office.minute().await, send_notices::Summary::default());
    let said = got(&office, WECOM).pop().unwrap().json();
    let text = said["markdown"]["content"].as_str().unwrap();
    assert!(text.starts_with("**回味：2 条通知**\n> 统计未完成："), "{text}");
    let said = got(&office, DINGTALK).pop().unwrap();
    assert!(said.path.contains("&timestamp=") && said.path.contains("&sign="), "{}", said.path);
    let text = said.json()["markdown"]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("### Aftertaste: 2 notices\n- The count is incomplete: "), "{text}");
    let said = got(&office, FEISHU).pop().unwrap().json();
    assert!(said["sign"].is_string(), "{said}");
    assert_eq!(said["card"]["header"]["title"]["content"], "回味：2 則通知");
    assert_eq!(office.receiver.got().len(), 3);
    // Neither the addresses nor the second secrets are shown or lie in the table as they are.
    let items = json!(office.world.items("").await).to_string();
    let shown = office.shown("dingtalk").await.to_string() + &office.shown("feishu").await.to_string();
    for secret in ["566cc69d", "693a91f6", "a1b2-c3d4", SECRET] {
        assert!(!items.contains(secret) && !shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn four_hundred_notices_are_two_messages_that_fit() {
    let office = office().await;
    office.put_as("wecom", json!({"to": {"robot": "wecom"}, "secrets": [WECOM]})).await;
    fail(&office, 400).await;
    let summary = office.minute().await;
    assert_eq!((summary.delivered, summary.events), (200, 400), "{summary:?}");
    assert_eq!(office.minute().await.delivered, 200);
    assert_eq!(office.items("EVENT#").await, 0);
    let said = got(&office, WECOM);
    assert_eq!(said.len(), 2);
    for said in said {
        let text = said.json()["markdown"]["content"].as_str().unwrap().to_owned();
        assert!(text.len() <= 4_096 && text.contains("… +"), "{}", text.len());
    }
}

#[tokio::test]
async fn a_refusal_that_comes_as_200_is_one() {
    let office = office().await;
    robots(&office).await;
    // The robot is gone; a firewall answers; too many messages.
    office.receiver.answer(&path(WECOM), Manner::Says(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#));
    office.receiver.answer(&path(DINGTALK), Manner::Says(200, "<html>blocked</html>"));
    office.receiver.answer(&path(FEISHU), Manner::Says(200, r#"{"code":11232,"msg":"frequency limited"}"#));
    fail(&office, 1).await;
    let summary = office.minute().await;
    assert_eq!((summary.failed, summary.again, summary.delivered), (1, 2, 0), "{summary:?}");
    let wecom = office.shown("wecom").await;
    assert_eq!(wecom["state"], "off");
    assert_eq!(wecom["deliveries"][0]["why"], "The receiver refuses it: 93000 invalid webhook url");
    assert_eq!(office.shown("dingtalk").await["state"], "failing");
    for address in [DINGTALK, FEISHU] {
        office.receiver.answer(&path(address), Manner::Says(200, r#"{"errcode":0,"code":0}"#));
    }
    office.forward(1.hour());
    let summary = office.run().await.unwrap();
    // The messages that waited, and that the robot is broken.
    assert_eq!((summary.delivered, summary.failed), (4, 0), "{summary:?}");
    let text = got(&office, DINGTALK).pop().unwrap().json()["markdown"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("The endpoint wecom was switched off. "), "{text}");
    // A person who puts it again has seen to it.
    office.receiver.answer(&path(WECOM), Manner::Says(200, r#"{"errcode":0}"#));
    let put = office.put_as("wecom", json!({"to": {"robot": "wecom"}})).await;
    assert_eq!(put["state"], "on");
    office.act("wecom", json!({"replay": {"failed": {}}})).await;
    office.minute().await;
    office.minute().await;
    assert_eq!(office.shown("wecom").await["failed"], 0);
}

#[tokio::test]
async fn a_mailbox_gets_one_mail_a_run_in_the_hand_of_the_pages() {
    let aws = Aws::start().await;
    aws.verify("aftertaste@example.cn").await;
    let mut office = Office::new().await;
    office.sender.sdk = Some(aws.sdk(SINGAPORE).await);
    office.sender.mail_from = Some("aftertaste@example.cn".to_owned());
    office.put_as("ops", json!({"to": {"mail": {"address": "ops@example.cn"}}})).await;
    fail(&office, 2).await;
    assert_eq!(office.minute().await.delivered, 2);
    let mails = aws.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "回味：2 条通知");
    let page = mails[0]["body"].as_str().unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("统计未完成：2 个门店"), "{page}");
}

#[tokio::test]
async fn the_bus_gets_each_event_with_its_id() {
    let aws = Aws::start().await;
    aws.bus("till").await;
    let mut office = Office::new().await;
    office.sender.sdk = Some(aws.sdk(CHINA).await);
    office.sender.bus = Some("till".to_owned());
    office.put_as("bus", json!({"to": {"eventbridge": {}}, "types": ["response.*"]})).await;
    let event = office.tell("response.recorded").await;
    office.tell("survey.link.issued").await;
    assert_eq!(office.minute().await.delivered, 1);
    let events = aws.events("till").await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((&events[0]["detail-type"], &events[0]["source"]), (&json!("response.recorded"), &json!("aftertaste")));
    let detail = json!({"id": event.id, "type": "response.recorded", "timestamp": event.at, "data": event.data});
    assert_eq!(events[0]["detail"], detail);
}

#[tokio::test]
async fn a_stack_without_mail_or_bus_says_so() {
    let office = Office::new().await;
    office.put_as("ops", json!({"to": {"mail": {"address": "ops@example.cn"}}})).await;
    office.put_as("bus", json!({"to": {"eventbridge": {}}})).await;
    fail(&office, 1).await;
    assert_eq!(office.minute().await.failed, 2);
    let why = |shown: Value| shown["deliveries"][0]["why"].as_str().unwrap().to_owned();
    assert_eq!(why(office.shown("ops").await), "This stack sends no mail: deploy it with MailFrom.");
    assert_eq!(why(office.shown("bus").await), "This stack names no event bus: deploy it with EventBusName.");
    assert_eq!(office.shown("ops").await["state"], "off");
}
