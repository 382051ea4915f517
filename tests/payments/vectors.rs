//! Every notice that there is, as API Gateway hands it over. The repository has few of each provider. There are over a
//! hundred where `AFTERTASTE_REAL_DATA` names a folder that has `payments`.

use std::path::PathBuf;

use jiff::{Timestamp, civil::DateTime};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::{Desk, Notice};
use crate::harness::{file, files};

/// The clock of vectors that name none.
const NOW: i64 = 1_795_235_469;

/// A notice, the account that it is for, and the outcome that it must have.
#[derive(Clone)]
pub struct Vector {
    pub name: String,
    pub account: Value,
    pub notice: Notice,
    outcome: String,
}

/// The outcome that a notice must have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Its account can't even be put.
    NoSuchAccount,
    /// The status, and how many guests are asked, were none of them in a quiet period.
    Answered(u16, usize),
}

impl Vector {
    pub fn outcome(&self) -> Outcome {
        let said = |beginnings: &[&str]| beginnings.iter().any(|begin| self.outcome.starts_with(begin));
        let secret = self.account["secrets"][0].as_str().unwrap_or_default();
        if said(&["refused as configuration"]) || secret == "webhook_secret" {
            // Stripe's library for .NET tests with a secret that Stripe itself never gives.
            return Outcome::NoSuchAccount;
        }
        let is_payment = self.notice.provider != "standard" || self.says("payment.succeeded");
        match () {
            // Genuine, and for nobody here: it comes again, and the operator hears of it.
            () if said(&["5xx or 4xx", "as signature-right-resource-wrong", "signature right, refused"]) => {
                Outcome::Answered(500, 0)
            }
            () if said(&["401", "refused"]) => Outcome::Answered(401, 0),
            () if said(&["acknowledged"]) => Outcome::Answered(200, 0),
            () if said(&["two payments"]) => Outcome::Answered(200, 2),
            () if said(&["taken"]) => Outcome::Answered(200, usize::from(is_payment)),
            () if said(&[
                "link",
                "the same link",
                "the same payment",
                "TRADE_SUCCESS again",
                "another event_id",
                "store by account",
            ]) =>
            {
                Outcome::Answered(200, 1)
            }
            () => panic!("{}: nobody knows what this means: {}", self.name, self.outcome),
        }
    }

    fn says(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.notice.body).contains(text)
    }
}

/// The vectors of a file, of the repository and of the whole collection.
pub fn vectors(provider: &'static str) -> Vec<Vector> {
    let (kept, real): (&str, &[&str]) = match provider {
        "wechat" => ("wechat.json", &["wechat-generated.json", "wechat-published.json"]),
        "alipay" => ("alipay.json", &["alipay-generated.json"]),
        "stripe" => ("stripe.json", &["stripe.json"]),
        "square" => ("square.json", &["square.json"]),
        "standard" => ("standard-webhooks.json", &["standard-webhooks.json"]),
        other => panic!("there are no vectors of {other}"),
    };
    let mut all = of_file(provider, &read(file("tests/data/notices").join(kept)));
    match std::env::var_os("AFTERTASTE_REAL_DATA").map(|folder| PathBuf::from(folder).join("payments")) {
        Some(folder) if folder.is_dir() => {
            all.extend(real.iter().flat_map(|name| of_file(provider, &read(folder.join(name)))));
        }
        _ => println!(
            "Left out: most notices of {provider}. To run them, set AFTERTASTE_REAL_DATA to a folder with payments."
        ),
    }
    all
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn of_file(provider: &'static str, file: &Value) -> Vec<Vector> {
    let list = file.get("notices").unwrap_or(&file["vectors"]).as_array().unwrap();
    assert!(!list.is_empty());
    let vector = |vector: &Value| {
        let whole = vector.get("body_of").map_or(vector, |name| list.iter().find(|one| one["name"] == *name).unwrap());
        let headers = vector.get("headers").and_then(Value::as_object).into_iter().flatten();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let body = whole["body"].as_str().unwrap().as_bytes().to_vec();
        let now = Timestamp::from_second(vector["now"].as_i64().unwrap_or(NOW)).unwrap();
        let now = if provider == "alipay" { told_at(&body) } else { now };
        Vector {
            name: format!("{provider} {}", vector["name"].as_str().unwrap()),
            account: account(provider, file, vector),
            notice: Notice { provider, headers: headers.collect(), body, now },
            outcome: vector["outcome"].as_str().unwrap().to_owned(),
        }
    };
    list.iter().map(vector).collect()
}

/// When Alipay sent a form first.
fn told_at(form: &[u8]) -> Timestamp {
    let time = form_urlencoded::parse(form).find(|(name, _)| name == "notify_time").unwrap().1;
    time.parse::<DateTime>().unwrap().in_tz("Asia/Shanghai").unwrap().timestamp()
}

fn account(provider: &str, file: &Value, vector: &Value) -> Value {
    let secrets = || json!([vector.get("secret").unwrap_or(&vector["signature_key"])]);
    match provider {
        "wechat" => wechat(file, vector),
        "alipay" => json!({"provider": {"alipay": {"app_id": file["app_id"], "keys": [file["alipay_public_key_pem"]]}},
            "stores": [{"from": "attached", "name": "store"}]}),
        "stripe" => json!({"provider": {"stripe": {}}, "secrets": secrets(), "stores": [{"from": "metadata.store"},
            {"from": "merchant", "is": {"acct_1Sub": 12}}, {"from": "location", "is": {"tml_0012NanjingRoad": 12}}]}),
        "square" => json!({"provider": {"square": {"url": vector["notification_url"]}}, "secrets": secrets(),
            "stores": [{"from": "location", "is": {"L88917AVBK2S5": 12}}]}),
        _ => json!({"provider": {"standard": {}}, "secrets": secrets(), "stores": [{"from": "location"}]}),
    }
}

fn wechat(file: &Value, vector: &Value) -> Value {
    let merchant = if vector["name"] == "partner-with-sub-merchant" { "1900007291" } else { "1900000109" };
    let keys = vector.get("keys").unwrap_or(&file["keys"]).as_array().unwrap();
    let (named, certified): (Vec<&Value>, Vec<&Value>) = keys.iter().partition(|key| key["kind"] == "public key");
    let named: Vec<Value> = named.iter().map(|key| json!({"id": key["serial"], "pem": key["pem"]})).collect();
    let certified: Vec<&Value> = certified.iter().map(|key| &key["pem"]).collect();
    // The published whole notice is none of a payment, so that nothing of it is decrypted.
    let secret = file["api_v3_key"].as_str().unwrap_or("a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb");
    json!({"provider": {"wechat": {"merchant": merchant, "certificates": certified, "public_keys": named}},
        "secrets": [secret],
        "stores": [{"from": "attached", "name": "store"}, {"from": "merchant", "is": {"1900000119": 12}}]})
}

fn title(name: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..].to_ascii_lowercase();
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

async fn each_is_answered_as_it_says(provider: &'static str) {
    let desk = Desk::asking(json!({"quiet_days": 0})).await;
    for (i, vector) in vectors(provider).iter().enumerate() {
        let id = format!("account-{i}");
        let Outcome::Answered(status, links) = vector.outcome() else {
            let path = format!("/accounts/{id}");
            let put = desk.world.call(Method::PUT, &path, "admin", vector.account.clone()).await;
            assert_eq!(put.problem(), (422, "invalid".into()), "{}", vector.name);
            assert_eq!(desk.send(&id, &vector.notice).await.status, 404, "{}", vector.name);
            continue;
        };
        desk.put(&id, vector.account.clone()).await;
        for case in [str::to_ascii_lowercase, title, str::to_ascii_uppercase] {
            for in_base64 in [false, true] {
                let mut notice = vector.notice.clone();
                notice.headers.iter_mut().for_each(|(name, _)| *name = case(name));
                let reply = desk.hand_over(&notice.request(&id, in_base64), notice.now).await;
                assert_eq!(reply.status, status, "{} {in_base64} {:?}", vector.name, notice.headers);
                if status == 200 && provider == "alipay" {
                    assert_eq!(reply.body, b"success", "{}", vector.name);
                }
            }
        }
        let events = desk.events().await;
        let asked = events.iter().filter(|event| event["data"]["account"] == id.as_str()).count();
        assert_eq!(asked, links, "{}", vector.name);
    }
}

#[tokio::test]
async fn notices_of_wechat_pay_are_answered_as_they_say() {
    each_is_answered_as_it_says("wechat").await;
}

#[tokio::test]
async fn notices_of_alipay_are_answered_as_they_say() {
    each_is_answered_as_it_says("alipay").await;
}

#[tokio::test]
async fn notices_of_stripe_are_answered_as_they_say() {
    each_is_answered_as_it_says("stripe").await;
}

#[tokio::test]
async fn notices_of_square_are_answered_as_they_say() {
    each_is_answered_as_it_says("square").await;
}

#[tokio::test]
async fn notices_by_standard_webhooks_are_answered_as_they_say() {
    each_is_answered_as_it_says("standard").await;
}

#[tokio::test]
async fn squares_own_address_is_the_stacks_where_the_account_says_none() {
    let desk = Desk::new().await;
    let vectors = vectors("square");
    let named = |name: &str| vectors.iter().find(|vector| vector.name == format!("square {name}")).unwrap();
    let completed = named("payment-completed");
    let mut account = completed.account.clone();
    account["provider"] = json!({"square": {}});
    desk.put("hq", account.clone()).await;
    desk.put("other", account).await;
    desk.take("hq", &completed.notice).await;
    assert_eq!(desk.send("other", &completed.notice).await.status, 401, "the address of another account is signed");
    assert_eq!(desk.left().await["EVENT#"], 1);
}

#[tokio::test]
async fn samples_of_mapped_providers_with_public_keys_ask_as_real_notices_would() {
    let desk = Desk::asking(json!({"quiet_days": 0})).await;
    let mut asked = 0;
    for path in files("providers", ".json") {
        let mapping = read(path.clone());
        if mapping["how"] != "rsa-sha256" {
            continue;
        }
        for (i, sample) in mapping["samples"].as_array().unwrap().iter().enumerate() {
            let account = format!("{}-{i}", path.file_stem().unwrap().to_str().unwrap());
            let first = sample["says"]["paid"][0]["places"][0].clone();
            let place = &mapping["says"]["places"][0]["place"];
            let from = place["metadata"]
                .as_str()
                .map_or_else(|| place.as_str().unwrap_or_default().to_owned(), |name| format!("metadata.{name}"));
            let is = json!({first.as_str().unwrap_or("none"): 12});
            let body = json!({"provider": {"mapped": mapping}, "secrets": [sample["key"]],
                "stores": [{"from": from, "is": is}]});
            desk.put(&account, body).await;
            let headers = sample.get("headers").and_then(Value::as_object).into_iter().flatten();
            let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            let body = sample["body"].as_str().unwrap().as_bytes().to_vec();
            let now = sample["now"].as_str().unwrap().parse().unwrap();
            let notice = Notice { provider: "mapped", headers, body, now };
            let mut request = notice.request(&account, true);
            request.raw_query_string = sample["query"].as_str().unwrap_or_default().to_owned();
            let reply = desk.hand_over(&request, now).await;
            assert_eq!(reply.status, 200, "{account}");
            assert_eq!(reply.body, mapping["answer"]["body"].as_str().unwrap().as_bytes(), "{account}");
            let events = desk.events().await;
            let of_account = events.iter().filter(|event| event["data"]["account"] == account.as_str()).count();
            assert_eq!(of_account, usize::from(!first.is_null()), "{account}");
            asked += of_account;
        }
    }
    assert!(asked >= 3, "{asked}");
}
