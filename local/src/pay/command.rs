//! `cargo run -- pay`: puts an account, posts notices, and shows what went out.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::keys::Keys;
use super::provider::{Provider, ProviderName};
use super::sent::{Delivery, Payment, Sent, Told};
use super::told::{Answer, Outbox, Outcome};
use crate::login::{asked, done};
use crate::{Data, Failure, sign_grant};

/// Providers wait no longer than this for the stack's answer, and most not as long.
const PATIENCE: Duration = Duration::from_secs(15);

/// A payment that a provider reports.
#[derive(Debug, Args)]
pub struct Pay {
    /// The provider that reports it: wechat, alipay, stripe, square, standard, or mapped:FILE such as
    /// mapped:providers/shouqianba.json
    provider: ProviderName,
    /// The store where it was paid
    #[arg(long)]
    store: u32,
    /// How often the same payment is reported
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: u32,
    /// All at once, instead of one after the other
    #[arg(long)]
    parallel: bool,
    /// How many seconds the clock of the signature is ahead; negative if behind
    #[arg(
        long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i64).range(-1_000_000_000..=1_000_000_000),
    )]
    skew: i64,
    /// Change one byte of the signed text
    #[arg(long)]
    tamper: bool,
    /// The payer's id at the provider; by default another one each time
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    payer: Option<String>,
    /// The amount in the smallest unit, such as fen
    #[arg(long, default_value_t = 18_800, value_parser = clap::value_parser!(u64).range(1..=999_999_999))]
    amount: u64,
    /// The provider's id of the payment; by default a new one
    #[arg(long, value_name = "ID", value_parser = plain)]
    payment: Option<String>,
    /// How many minutes ago it was paid
    #[arg(long, value_name = "MINUTES", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=527_040))]
    ago: u32,
    /// Tell afterwards that all of it was paid back
    #[arg(long)]
    refund: bool,
    /// The folder of the keys, and of the stack that runs on it
    #[arg(long, value_name = "DIR", default_value = ".aftertaste")]
    data: PathBuf,
    /// The port of the stack, where another process has the folder
    #[arg(long)]
    port: Option<u16>,
}

/// A text that is written alike in JSON, in forms and in addresses.
fn plain(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if (1..=64).contains(&text.len()) && is_plain {
        Ok(text.to_owned())
    } else {
        Err("1 to 64 letters, digits, _ and - are needed.".to_owned())
    }
}

impl Pay {
    /// Does it, and reports the outcome.
    ///
    /// # Errors
    /// When the stack can't be reached, refuses the account, or no such notice can be made.
    pub async fn run(self) -> Result<String, Failure> {
        let provider = Provider::of(&self.provider)?;
        if self.skew != 0 && !provider.signs_time() {
            return Err(Failure(format!("--skew: {provider} signs no time, so that no clock can be off.")));
        }
        if self.ago != 0 && !provider.tells_time_of_payment() {
            return Err(Failure(format!(
                "--ago: {provider} says when it told of a payment, and not when it was made."
            )));
        }
        if self.payer.is_some() && !provider.tells_payer() {
            return Err(Failure(format!("--payer: {provider} does not say who paid.")));
        }
        let folder = Data::open(&self.data)?;
        let url = self.url(&folder)?;
        let keys = Keys::of(&folder)?;
        let grant = sign_grant(&folder.keys()?.grants, "admin", None, None, "local".into())?;
        let http = Client::builder().timeout(PATIENCE).build().map_err(|error| Failure(error.to_string()))?;
        let account = provider.account();
        let address = format!("{url}/payments/{}/{account}", provider.path());
        let now = Timestamp::now();
        let payment = self.payment(&provider, now);
        // Made before anything is asked: a mapping that can't be signed leaves no account behind.
        let [paid, refunded] = self.notices(&provider, &keys, &payment, &address, now)?;

        let put = http.put(format!("{url}/accounts/{account}")).json(&provider.account_body(&keys)?);
        let refused = |Failure(why): Failure| Failure(format!("The account {account} was not put. {why}"));
        asked(put, &grant, &url).await.and_then(|reply| done(reply, &url)).map_err(refused)?;
        let before = outbox(&http, &url, &grant).await?;
        let answers = deliver(&http, &address, paid, self.parallel).await?;
        let after = outbox(&http, &url, &grant).await?;
        let refund = deliver(&http, &address, refunded, false).await?;
        let finally = if refund.is_empty() { None } else { Some(outbox(&http, &url, &grant).await?) };
        let outcome = Outcome {
            provider: provider.to_string(),
            account,
            url,
            address,
            told_at: now,
            currency: provider.currency(),
            tells_payer: provider.tells_payer(),
            payment,
            answers,
            refund,
            before,
            after,
            finally,
        };
        Ok(outcome.to_string().trim_end().to_owned())
    }

    /// The address of the stack.
    fn url(&self, folder: &Data) -> Result<String, Failure> {
        if let Some(port) = self.port {
            return Ok(format!("http://127.0.0.1:{port}"));
        }
        folder.running()?.ok_or_else(|| {
            Failure(format!(
                "No stack runs on {}. Start one with cargo run, or name the port of one with --port.",
                self.data.display()
            ))
        })
    }

    fn payment(&self, provider: &Provider, now: Timestamp) -> Payment {
        let paid_at = now.as_second().saturating_sub(i64::from(self.ago) * 60);
        Payment {
            id: self.payment.clone().unwrap_or_else(|| provider.new_id(now)),
            paid_at: Timestamp::from_second(paid_at).unwrap_or(now),
            store: self.store,
            amount: self.amount,
            payer: self.payer.clone().unwrap_or_else(|| provider.new_payer()),
        }
    }

    /// The notices of the payment, and of its refund.
    fn notices(
        &self,
        provider: &Provider,
        keys: &Keys,
        payment: &Payment,
        address: &str,
        now: Timestamp,
    ) -> Result<[Vec<Sent>; 2], Failure> {
        let at = now.saturating_add(SignedDuration::from_secs(self.skew)).unwrap_or(now);
        let delivery = |_| Delivery { at, nonce: Uuid::new_v4().simple().to_string(), url: address };
        let made = |told, times: u32| {
            let deliveries: Vec<_> = (0..times).map(delivery).collect();
            let made = provider.notices(keys, payment, told, &deliveries)?;
            let spoilt = |sent: Sent| if self.tamper { sent.tampered(&payment.id) } else { sent };
            Ok::<Vec<Sent>, Failure>(made.into_iter().map(spoilt).collect())
        };
        Ok([made(Told::Paid, self.repeat)?, made(Told::Refunded, u32::from(self.refund))?])
    }
}

/// Posts notices as a provider does, in spite of any answer.
async fn deliver(http: &Client, address: &str, notices: Vec<Sent>, at_once: bool) -> Result<Vec<Answer>, Failure> {
    let deliveries = notices.into_iter().map(|sent| post(http, address, sent));
    if at_once {
        return try_join_all(deliveries).await;
    }
    let mut answers = Vec::new();
    for delivery in deliveries {
        answers.push(delivery.await?);
    }
    Ok(answers)
}

async fn post(http: &Client, address: &str, sent: Sent) -> Result<Answer, Failure> {
    let unreachable = |error: reqwest::Error| Failure(format!("{address} can't be reached: {error}."));
    let question = if sent.query.is_empty() { String::new() } else { format!("?{}", sent.query) };
    let mut request = http.post(format!("{address}{question}")).body(sent.body);
    for (name, value) in sent.headers {
        request = request.header(name, value);
    }
    let began = Instant::now();
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let body = response.text().await.map_err(unreachable)?;
    Ok(Answer { status: status.as_u16(), body, took: began.elapsed() })
}

/// The events that have gone out or will.
async fn outbox(http: &Client, url: &str, grant: &str) -> Result<Outbox, Failure> {
    // It asks for no grant, and passes over one.
    let (status, reply) = asked(http.get(format!("{url}/_local/outbox")), grant, url).await?;
    let events = reply.get("events").and_then(Value::as_array);
    Ok(match (status, events) {
        (StatusCode::OK, Some(events)) => Ok(events.clone()),
        (status, _) => Err(status.as_u16()),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        pay: Pay,
    }

    fn parsed(line: &str) -> Result<Pay, String> {
        let words = std::iter::once("pay").chain(line.split(' '));
        Line::try_parse_from(words).map(|line| line.pay).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn what_a_provider_can_not_tell_is_refused_before_anything_is_sent() {
        let said = async |line: &str| parsed(line).unwrap().run().await.unwrap_err().to_string();
        assert_eq!(
            said("alipay --store 12 --skew -301").await,
            "--skew: Alipay 支付宝 signs no time, so that no clock can be off."
        );
        let providers = concat!(env!("CARGO_MANIFEST_DIR"), "/../providers");
        let keruyun = said(&format!("mapped:{providers}/keruyun.json --store 12 --ago 5")).await;
        assert!(keruyun.starts_with("--ago: keruyun (by its mapping) says when it told"), "{keruyun}");
        let adyen = said(&format!("mapped:{providers}/adyen.json --store 12 --payer guest-1")).await;
        assert_eq!(adyen, "--payer: adyen (by its mapping) does not say who paid.");

        let folder = std::env::temp_dir().join(format!("aftertaste-pay-{}", Uuid::new_v4()));
        let folder = folder.display();
        let nobody = said(&format!("wechat --store 12 --data {folder}")).await;
        assert_eq!(
            nobody,
            format!("No stack runs on {folder}. Start one with cargo run, or name the port of one with --port.")
        );
        let data = format!("--port 1 --data {folder}");
        let refund = said(&format!("mapped:{providers}/douyin.json --store 12 --refund {data}")).await;
        assert_eq!(refund, "--refund: this mapping does not say how a refund is told.");
        let unreachable = said(&format!("wechat --store 12 {data}")).await;
        assert!(
            unreachable.starts_with("The account demo-wechat was not put. http://127.0.0.1:1 can't be reached"),
            "{unreachable}"
        );
        std::fs::remove_dir_all(folder.to_string()).unwrap();
    }

    #[test]
    fn a_line_that_says_too_much_is_refused() {
        for line in [
            "wechat",
            "paypal --store 12",
            "wechat --store 12 --repeat 0",
            "wechat --store 12 --payment a&b",
            "wechat --store 12 --amount 0",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
        assert_eq!(parsed("wechat --store 12 --skew -301").unwrap().skew, -301);
    }
}
