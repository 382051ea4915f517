//! The messages of a function and a stack that can't start.

use std::collections::BTreeMap;
use std::time::Duration;

use aftertaste::domain::access::{AllKeys, GrantKeys, GuestKeys, Key, SealKeys};
use aftertaste_local::{Database, Demo, Options, Stack};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    process::Command,
};

use crate::{
    emulator::{Function, database},
    events::{environment, event},
    harness::{options, program, proxy::ask},
};

fn keys() -> AllKeys {
    let key = || Key::from([1; 32]);
    let guests = GuestKeys::new(1, BTreeMap::from([(1, key())]), key()).unwrap();
    let seal = SealKeys::parse(environment()["SEAL_KEYS"].as_str().unwrap()).unwrap();
    AllKeys { guests, grants: GrantKeys::new(key()), seal }
}

/// The output of a function's binary that is started with these variables and ends.
async fn last_words(function: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(program(function));
    command.env_clear().envs([("AWS_REGION", "local"), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")]);
    let output = tokio::time::timeout(Duration::from_secs(20), command.envs(variables.iter().copied()).output());
    let output = output.await.expect("it ends by itself").unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn a_variable_that_is_missing_or_malformed_stops_the_start_with_a_sentence_that_names_it() {
    let good = environment()["GUEST_KEYS"].as_str().unwrap().to_owned();
    let [table, url] = [("TABLE_NAME", "t"), ("PUBLIC_URL", "https://s.example.cn")];
    assert_eq!(
        last_words("issue-link", &[]).await,
        "Error: TABLE_NAME is not set: it is the name of the DynamoDB table.\n"
    );
    assert_eq!(
        last_words("roll-up-stores", &[]).await,
        "Error: TABLE_NAME is not set: it is the name of the DynamoDB table.\n"
    );
    let said = last_words("send-notices", &[table, url]).await;
    assert!(said.starts_with("Error: SEAL_KEYS is not set: it is ssm:<name of a SecureString>"), "{said}");
    assert_eq!(
        last_words("open-survey", &[table]).await,
        "Error: PUBLIC_URL is not set: it is the address that guests see, such as https://s.example.cn.\n"
    );
    let said = last_words("show-report", &[table, ("PUBLIC_URL", "s.example.cn"), ("GRANT_KEYS", &good)]).await;
    assert!(said.starts_with("Error: PUBLIC_URL is not an address such as https://s.example.cn"), "{said}");
    let said = last_words("record-response", &[table, url]).await;
    assert!(said.starts_with("Error: GUEST_KEYS is not set: it is ssm:<name of a SecureString>"), "{said}");
    let said = last_words("record-response", &[table, url, ("GUEST_KEYS", &good.replace("AAEC", "AA"))]).await;
    assert!(said.starts_with("Error: GUEST_KEYS is not a keyring: a key is the base64 of exactly 32 bytes"), "{said}");
    assert!(!said.contains("AwQFBgcI"), "a key is repeated: {said}");
    let said =
        last_words("open-survey", &[table, url, ("GUEST_KEYS", &good.replace("\"current\":1", "\"current\":2"))]).await;
    assert!(
        said.starts_with("Error: GUEST_KEYS is not a keyring: current is 2, and signing has no such key."),
        "{said}"
    );
    let said = last_words("issue-link", &[table, url, ("GUEST_KEYS", &good)]).await;
    assert!(said.starts_with("Error: GRANT_KEYS is not set: it is ssm:<name of a SecureString>"), "{said}");
    let said = last_words("show-report", &[table, url, ("GRANT_KEYS", &good)]).await;
    assert!(said.starts_with("Error: GRANT_KEYS is not a keyring: unknown field `current`"), "{said}");
}

/// A Parameter Store of one parameter. It counts how often it is asked.
async fn parameter_store(value: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let asked = request.contains("AmazonSSM.GetParameter")
                && request.contains(r#""Name":"/aftertaste/grants""#)
                && request.contains(r#""WithDecryption":true"#);
            let (status, body) = if asked {
                (200, json!({"Parameter": {"Name": "/aftertaste/grants", "Type": "SecureString", "Value": value}}))
            } else {
                (400, json!({"__type": "ParameterNotFound"}))
            };
            let body = body.to_string();
            let reply =
                format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn the_keyring_is_fetched_from_parameter_store_when_the_variable_says_so() {
    let (database, _stack) = database().await;
    let store = parameter_store(environment()["GRANT_KEYS"].as_str().unwrap().to_owned()).await;
    let seal = environment()["SEAL_KEYS"].as_str().unwrap().to_owned();
    let variables = |keys| {
        [
            ("TABLE_NAME", "aftertaste"),
            ("PUBLIC_URL", "https://s.example.cn"),
            ("GRANT_KEYS", keys),
            ("SEAL_KEYS", seal.as_str()),
            ("AWS_ENDPOINT_URL_SSM", store.as_str()),
            ("AWS_ENDPOINT_URL_DYNAMODB", database.url.as_str()),
        ]
    };
    let function = Function::start("manage-catalog", &variables("ssm:/aftertaste/grants")).await;
    let reply: Value = function.invoke(&event("manage-catalog", "valid-store")).await;
    assert_eq!(reply["statusCode"], 200, "{reply}");

    let said = last_words("manage-catalog", &variables("ssm:/aftertaste/other")).await;
    assert!(
        said.starts_with("Error: GRANT_KEYS names the parameter /aftertaste/other, which can't be read: "),
        "{said}"
    );
}

#[tokio::test]
async fn a_table_with_other_keys_is_refused_with_a_sentence() {
    let database = Database::start(None, 0).await.unwrap();
    let body = json!({
        "TableName": "aftertaste", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    ask(&database.url, "CreateTable", &body).await;
    let options = Options { demo: Demo::Nothing, ..options(&database.url) };
    let refused = Stack::start(options, keys()).await.err().unwrap();
    assert_eq!(
        refused.to_string(),
        "The table aftertaste that is there has the keys id (N, HASH), and template.yaml says pk (S, HASH) and \
         sk (S, RANGE). Move the data folder away, or choose another with --data."
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_option_that_chooses_another() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = Database::start(None, port).await.err().unwrap().to_string();
    assert!(refused.starts_with(&format!("Port {port} on 127.0.0.1 can't be used")), "{refused}");
    assert!(refused.ends_with("Choose another with --dynamodb-port."), "{refused}");
}
