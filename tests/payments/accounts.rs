//! Accounts: what an operator puts, what is shown of it, and that secrets go in and never out.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use super::desk::Desk;
use super::signing::{
    API_V3_KEY, SQUARE_KEY, STANDARD_SECRET, STRIPE_SECRET, account, noon, payment, public_key, public_pem,
};
use crate::{
    harness::{file, files},
    replies::log::Log,
};

const PROVIDERS: [&str; 5] = ["wechat", "alipay", "stripe", "square", "standard"];

/// The sentence with which a `PUT` is refused.
async fn refused(desk: &Desk, body: &Value) -> String {
    let put = desk.world.call(Method::PUT, "/accounts/till", "admin", body.clone()).await;
    assert_eq!(put.problem(), (422, "invalid".into()), "{body}");
    put.json()["detail"].as_str().unwrap().to_owned()
}

fn mapping(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(file(&format!("providers/{name}"))).unwrap()).unwrap()
}

/// A key of our own, as a mapping wants it.
fn own_key(mapping: &Value) -> String {
    match (mapping["how"].as_str().unwrap(), mapping["key"].as_str().unwrap()) {
        ("rsa-sha256", "pem") => public_pem(),
        ("rsa-sha256", _) => public_key(),
        (_, "hex") => "ab".repeat(32),
        (_, "base64") => STANDARD.encode([7; 32]),
        _ => "TheKeyOfTheTestsAndOfNobodyElse".to_owned(),
    }
}

fn mapped(mapping: &Value) -> Value {
    json!({"provider": {"mapped": mapping}, "secrets": [own_key(mapping)], "stores": [{"from": "location"}]})
}

#[tokio::test]
async fn secrets_come_back_by_no_route_and_stand_nowhere_in_the_table() {
    let desk = Desk::new().await;
    let mut said = String::new();
    for provider in PROVIDERS {
        let put = desk.world.call(Method::PUT, &format!("/accounts/{provider}"), "admin", account(provider)).await;
        assert_eq!(put.status, 200);
        said += &put.text;
    }
    let adyen = mapped(&mapping("adyen.json"));
    desk.put("adyen", adyen.clone()).await;
    desk.take("standard", &payment("4711", Some("guest-1"), noon())).await;
    for account in PROVIDERS.into_iter().chain(["adyen"]) {
        said += &desk.shown(account).await.to_string();
    }
    for route in ["/stores", "/surveys/dine-in", "/brand", "/_local/outbox"] {
        said += &desk.world.call(Method::GET, route, "admin", Value::Null).await.text;
    }
    let table = json!(desk.world.items("").await).to_string();
    assert!(table.contains("sealed"));
    let adyens = adyen["secrets"][0].as_str().unwrap();
    for secret in [API_V3_KEY, STRIPE_SECRET, SQUARE_KEY, STANDARD_SECRET, adyens] {
        let bytes = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_else(|_| secret.into());
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let forms = [
            secret.to_owned(),
            secret.trim_start_matches("whsec_").to_owned(),
            STANDARD.encode(secret).trim_end_matches('=').to_owned(),
            hex(secret.as_bytes()),
            hex(&bytes),
        ];
        for form in &forms {
            assert!(!said.contains(form), "shown: {form}");
            assert!(!table.contains(form), "stored: {form}");
        }
    }
}

#[tokio::test]
async fn sealed_secrets_of_one_account_open_for_no_other() {
    let mut desk = Desk::new().await;
    desk.put("mine", account("standard")).await;
    let mut theirs = account("standard");
    theirs["secrets"] = json!([format!("whsec_{}", STANDARD.encode([9; 32]))]);
    desk.put("theirs", theirs).await;
    let items = desk.world.items("ACCOUNTS").await;
    let of = |id: &str| items.iter().find(|item| item["sk"] == id).unwrap();
    let moved = json!({"TableName": aftertaste_local::TABLE, "Key": {"pk": {"S": "ACCOUNTS"}, "sk": {"S": "theirs"}},
        "UpdateExpression": "SET sealed = :sealed",
        "ExpressionAttributeValues": {":sealed": {"S": of("mine")["sealed"]}}});
    crate::harness::proxy::ask(&desk.world.proxy.url, "UpdateItem", &moved).await;
    desk.forget();
    Log::listen();
    let reply = desk.send("theirs", &payment("4711", None, noon())).await;
    assert_eq!(reply.status, 503);
    let logged: Vec<Value> = Log::taken().into_iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(logged, ["account-left-out", "failed"]);
    assert_eq!(desk.left().await.len(), 0);
}

#[tokio::test]
async fn what_is_shown_can_be_put_back_and_keeps_its_secrets() {
    let mut desk = Desk::new().await;
    let now = noon();
    for provider in PROVIDERS {
        desk.put(provider, account(provider)).await;
    }
    desk.put("adyen", mapped(&mapping("adyen.json"))).await;
    desk.take("standard", &payment("first", None, now)).await;
    for account in PROVIDERS.into_iter().chain(["adyen"]) {
        let shown = desk.shown(account).await;
        assert!(shown.get("secrets").is_none(), "{shown}");
        let secrets = usize::from(account != "alipay");
        assert_eq!(shown["secrets_set"], secrets, "{account}");
        desk.put(account, shown.clone()).await;
        assert_eq!(desk.shown(account).await, shown, "{account}");
    }
    desk.forget();
    desk.take("standard", &payment("second", None, now)).await;
    assert_eq!(desk.left().await["EVENT#"], 2);
}

#[tokio::test]
async fn an_account_without_secrets_is_refused_unless_it_has_some() {
    let mut desk = Desk::new().await;
    let mut without = account("standard");
    without.as_object_mut().unwrap().remove("secrets");
    assert!(refused(&desk, &without).await.contains("secrets: 1 to 2 are needed"));
    desk.put("till", account("standard")).await;
    without["channel"] = json!("sms");
    desk.put("till", without.clone()).await;
    let shown = desk.shown("till").await;
    assert_eq!((&shown["secrets_set"], &shown["channel"]), (&json!(1), &json!("sms")));
    let mut rolled = without.clone();
    rolled["secrets"] = json!([format!("whsec_{}", STANDARD.encode([9; 32])), STANDARD_SECRET]);
    desk.put("till", rolled.clone()).await;
    assert_eq!(desk.shown("till").await["secrets_set"], 2);
    desk.forget();
    desk.take("till", &payment("old secret", None, noon())).await;
    rolled["secrets"].as_array_mut().unwrap().pop();
    desk.put("till", rolled).await;
    desk.forget();
    assert_eq!(desk.send("till", &payment("old secret", None, noon())).await.status, 401, "the roll is over");
}

#[tokio::test]
async fn secrets_with_mistakes_are_named_and_not_repeated() {
    let desk = Desk::new().await;
    let of = |provider: &str, secrets: Value| {
        let mut body = account(provider);
        body["secrets"] = secrets;
        body
    };
    let zeros = format!("whsec_{}", STANDARD.encode([0; 32]));
    for (body, named, hidden) in [
        (of("wechat", json!(["Sixteen_Bytes_16"])), "secrets[0]: it has 16 bytes", "Sixteen"),
        (of("wechat", json!([API_V3_KEY, "short"])), "secrets[1]", "short"),
        (of("wechat", json!([])), "secrets: 1 to 2", "nothing"),
        (of("stripe", json!(["we_1234567890abcdef"])), "secrets[0]: it has to begin with whsec_", "1234567890"),
        (of("stripe", json!(["whsec_"])), "secrets[0]", "nothing"),
        (of("stripe", json!(["whsec_with a blank"])), "secrets[0]", "with a blank"),
        (of("square", json!([""])), "empty", "nothing"),
        (of("square", json!(["one", "two", "three-of-them"])), "1 to 2", "three-of-them"),
        (of("standard", json!(["whsec_"])), "secrets[0]: it is empty", "nothing"),
        (of("standard", json!([zeros])), "secrets[0]", "AAAAAAAA"),
        (of("standard", json!(["whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"])), "private key", "MfKQ9r8"),
        (of("standard", json!(["plain-text-secret"])), "secrets[0]", "plain-text"),
        (of("standard", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx")), "secrets: a list of texts", "MfKQ9r8"),
        (of("standard", json!([{"secret": "MfKQ9r8GKYqrTwj"}])), "secrets: a list of texts", "MfKQ9r8"),
        (of("alipay", json!(["a-private-key"])), "secrets: Alipay", "a-private-key"),
    ] {
        let said = refused(&desk, &body).await;
        assert!(said.contains(named), "{named}: {said}");
        assert!(!said.contains(hidden), "{said}");
    }
    assert_eq!(desk.world.items("ACCOUNTS").await.len(), 0);
}

#[tokio::test]
async fn a_private_key_is_refused_wherever_it_stands_and_so_is_what_no_item_holds() {
    let desk = Desk::new().await;
    let pair = format!("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n{}", public_pem());
    let stores = json!([{"from": "merchant", "is": {"1": 12}}]);
    for provider in [
        json!({"alipay": {"app_id": "2021", "keys": [pair]}}),
        json!({"wechat": {"merchant": "1900000109", "public_keys": [{"id": "PUB_KEY_ID_1", "pem": pair}]}}),
    ] {
        let said = refused(&desk, &json!({"provider": provider, "stores": stores})).await;
        assert!(said.contains("there is a private key in it") && !said.contains("MIIE"), "{said}");
    }
    let long = json!({"provider": {"square": {}}, "secrets": ["x".repeat(4_097)], "stores": stores});
    assert_eq!(refused(&desk, &long).await, "secrets: each is at most 4096 bytes, and they are few.");
    assert!(desk.world.items("ACCOUNTS").await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_rules_keys_and_stores_is_named_together() {
    let desk = Desk::new().await;
    let body = json!({"provider": {"stripe": {}}, "secrets": ["nobody"], "channel": "table",
        "stores": [{"from": "location", "is": {"a": 404, "b": 12}}]});
    let said = refused(&desk, &body).await;
    for part in ["channel: table is for the codes", "secrets[0]: it has to begin with whsec_", "there is no store 404."]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("nobody") && !said.contains("store 12"), "{said}");
}

#[tokio::test]
async fn fields_and_stores_that_there_are_not_are_named() {
    let desk = Desk::new().await;
    let with = |pointer: &str, name: &str, value: Value| {
        let mut body = account("standard");
        body.pointer_mut(pointer).unwrap()[name] = value;
        body
    };
    for (body, named) in [
        (with("", "chanel", json!("sms")), "chanel"),
        (with("/provider/standard", "secret", json!("x")), "secret"),
        (with("/stores/0", "form", json!("x")), "form"),
        (with("", "context", json!({"waiter": {"from": "order"}})), "waiter"),
        (with("", "stores", json!([])), "stores: 1 to 50"),
        (with("", "channel", json!("table")), "channel: table"),
        (with("", "segment", json!(16)), "segment"),
        (with("", "payment_id", json!("receipt")), "payment_id"),
        (with("", "stores", json!([{"from": "till"}])), "from is merchant"),
        (with("", "stores", json!([{"from": "location", "is": {"A": 12, "B": 4040}}])), "there is no store 4040"),
        (with("", "stores", json!([{"from": "order", "begins": {"A": 4041}}])), "PUT /stores/4041"),
        (with("", "provider", json!({"paypal": {}})), "paypal"),
    ] {
        let said = refused(&desk, &body).await;
        assert!(said.contains(named), "{named}: {said}");
    }
    for id in ["Till", "a_b", "a.b", &"a".repeat(33)] {
        let put = desk.world.call(Method::PUT, &format!("/accounts/{id}"), "admin", account("standard")).await;
        assert_eq!(put.problem(), (422, "invalid".into()), "{id}");
    }
    assert_eq!(desk.world.items("ACCOUNTS").await.len(), 0);
}

#[tokio::test]
async fn only_the_operator_of_everything_sees_or_puts_accounts() {
    let desk = Desk::new().await;
    desk.put("till", account("standard")).await;
    for scopes in ["admin:cn", "admin:store/12", "issue", "report:", "issue report: admin:cn/east"] {
        for (method, body) in [(Method::PUT, account("standard")), (Method::GET, Value::Null)] {
            let told = desk.world.call(method, "/accounts/till", scopes, body).await;
            assert_eq!(told.problem(), (403, "grant-insufficient".into()), "{scopes}");
        }
    }
    for method in [Method::PUT, Method::GET] {
        let request = desk.world.request(method, "/accounts/till").json(&account("standard"));
        assert_eq!(desk.world.send(request).await.status, 401);
    }
    let got = desk.world.call(Method::GET, "/accounts/nobody", "admin", Value::Null).await;
    assert_eq!(got.problem(), (404, "account-unknown".into()));
}

#[tokio::test]
async fn every_mapping_that_is_delivered_can_be_put_and_seen() {
    let desk = Desk::new().await;
    let mut put = 0;
    for path in files("providers", ".json") {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mapping = mapping(&format!("{name}.json"));
        desk.put(&name, mapped(&mapping)).await;
        let shown = desk.shown(&name).await;
        assert_eq!(shown["provider"]["mapped"], mapping, "{name}");
        assert_eq!(shown["notices_to"], format!("{}/payments/mapped/{name}", desk.world.stack.url), "{name}");
        desk.put(&name, shown).await;
        put += 1;
    }
    assert!(put >= 7, "{put}");
}

#[tokio::test]
async fn a_mapping_that_reads_its_samples_wrong_is_refused() {
    let desk = Desk::new().await;
    let adyen = mapping("adyen.json");
    let changed = |pointer: &str, value: Value| {
        let mut changed = adyen.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        mapped(&changed)
    };
    for (body, named) in [
        (changed("/says/order/json", json!("/pspReference")), "samples[1].says.paid[0].order"),
        (changed("/signed/fields/joiner", json!("|")), "samples[0]: the signature does not fit"),
        (changed("/samples/1/says/paid/0/amount", json!(1)), "samples[1].says.paid[0].amount"),
        (changed("/samples", json!([])), "samples: at least one"),
        (changed("/says/payment/json", json!("/additionalData/store")), "signed"),
    ] {
        let said = refused(&desk, &body).await;
        assert!(said.contains(named), "{named}: {said}");
    }
    let mut odd = adyen.clone();
    odd["verify"] = json!(false);
    assert!(refused(&desk, &mapped(&odd)).await.contains("verify"));
}

#[tokio::test]
async fn the_key_of_a_published_sample_is_no_key_of_an_account() {
    let desk = Desk::new().await;
    let mut tried = 0;
    for path in files("providers", ".json") {
        let mapping = mapping(path.file_name().unwrap().to_str().unwrap());
        let mut body = mapped(&mapping);
        let published = mapping["samples"].as_array().unwrap().iter().filter_map(|sample| sample["key"].as_str());
        for key in published.filter(|_| mapping["how"] != "rsa-sha256") {
            body["secrets"] = json!([own_key(&mapping), key]);
            let said = refused(&desk, &body).await;
            assert!(said.contains("[1]: the key is that of a sample") && !said.contains(key), "{said}");
            tried += 1;
        }
    }
    assert!(tried >= 3, "{tried}");
}
