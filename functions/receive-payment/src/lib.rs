//! A payment provider reports a payment. A notice that the provider signed leads to a link, once a payment. It does not
//! matter how often it comes, and by which event.

mod asking;

use std::time::Duration;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::ReceiverKeys,
        payment::{AccountId, PaymentKey, Provider},
    },
    http::{LARGEST_NOTICE, Problem, ProblemKind, Reply, Request},
    lambda::Call,
    table::{StoredAccount, TableError},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use notices::{Notice, Refusal, stripe, wechat};
use serde_json::json;

type App = app::App<ReceiverKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "receive-payment";

/// How long a notice may take: WeChat Pay waits for five seconds, and sends it again after that.
const DEADLINE: Duration = Duration::from_secs(4);

/// How long a payment is kept at the least: the provider that tries longest does so for three days.
const RETRIES_DAYS: i64 = 4;

/// `POST /payments/{provider}/{account}`.
pub async fn handle(app: &App, request: &Request, Call { now, .. }: Call) -> Reply {
    let received = tokio::time::timeout(DEADLINE, receive(app, request, now)).await;
    let late = |_| {
        tracing::error!(outcome = "failed", status = 503, error = "the notice took longer than its deadline");
        Ok(refusal(request, &Problem::unavailable()))
    };
    conclude(received.unwrap_or_else(late), |problem| refusal(request, &problem))
}

/// The reply to a provider that has to send a notice again, or not at all. WeChat Pay has a form of its own for that.
/// Where there is no account, nobody knows whose form it would be.
fn refusal(request: &Request, problem: &Problem) -> Reply {
    if request.path_parameter("provider") == "wechat" && problem.kind != ProblemKind::AccountUnknown {
        let body = json!({"code": "FAIL", "message": problem.detail});
        return Reply::json(problem.kind.status(), &body);
    }
    problem.clone().into()
}

async fn receive(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    if request.route_key != "POST /payments/{provider}/{account}" {
        return Err(Problem::route_unknown().into());
    }
    let provider = request.path_parameter("provider");
    let id: Option<AccountId> = request.path_parameter("account").parse().ok();
    let id = id.ok_or_else(Problem::account_unknown)?;
    let account = app.catalog.account(&id, now).await.inspect_err(TableError::log_left_out)?;
    let account = account.filter(|account| account.account.provider.name() == provider);
    let account = account.ok_or_else(Problem::account_unknown)?;
    let body = request.bytes_up_to(LARGEST_NOTICE)?;
    let headers: Vec<(String, String)> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let notice = notices::Request {
        headers: &headers,
        query: &request.raw_query_string,
        // Never as the request says it: in front of it may stand a proxy with another address.
        url: &format!("{}/payments/{provider}/{id}", app.public_url),
        body: &body,
        now,
    };
    let reader = account.reader(&app.keys.seal).inspect_err(TableError::log_left_out)?;
    match reader.read(&notice) {
        Ok(told) => {
            take(app, &account, told, now).await?;
            let (content_type, body) = reader.answer();
            Ok(Reply::new(StatusCode::OK, content_type, body))
        }
        Err(why) => {
            let problem = refuse(app, &account, &why, wechat::is_probe(&notice), now).await;
            Ok(refusal(request, &problem))
        }
    }
}

/// Refuses a notice. Its operator sees why, and its sender does not.
async fn refuse(app: &App, account: &StoredAccount, why: &Refusal, is_probe: bool, now: Timestamp) -> Problem {
    let (outcome, detail) = match why {
        Refusal::WrongSignature if is_probe => ("probe", ""),
        Refusal::Malformed(part) => ("malformed", *part),
        Refusal::WrongSignature => ("wrong-signature", ""),
        Refusal::Stale => ("stale", ""),
        Refusal::UnknownSerial(serial) => ("unknown-serial", serial.as_str()),
        Refusal::Unreadable(part) => ("unreadable", *part),
    };
    app.catalog.notice(&account.id, outcome, detail, now).await;
    let (id, provider) = (account.id.as_str(), account.account.provider.name());
    match (why, &account.account.provider) {
        // This form is ours, so that its sender has to fix it.
        (Refusal::Unreadable(part), Provider::Standard(_)) => {
            tracing::warn!(outcome = "notice-unreadable", account = id, provider, refusal = detail, status = 422);
            Problem::invalid(*part)
        }
        (Refusal::Unreadable(_), _) => {
            tracing::error!(outcome = "notice-unreadable", account = id, provider, refusal = detail, status = 500);
            Problem::notice_unreadable()
        }
        _ => {
            tracing::info!(outcome = "notice-refused", account = id, provider, refusal = outcome, detail, status = 401);
            Problem::notice_refused()
        }
    }
}

/// Does what a genuine notice asks for.
async fn take(app: &App, account: &StoredAccount, told: Notice, now: Timestamp) -> Result<(), Stop> {
    let id = account.id.as_str();
    let (outcome, detail) = match told {
        Notice::Paid(payments) => {
            for payment in &payments {
                let outcome = asking::ask(app, account, payment, now).await?;
                app.catalog.notice(&account.id, outcome, "", now).await;
            }
            return Ok(());
        }
        Notice::Refunded(payment) => {
            let key = PaymentKey::of(&account.id, &payment, &app.keys.guests);
            let expires = now.saturating_add((RETRIES_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
            app.table.refund_payment(key, expires).await?;
            tracing::info!(outcome = "payment-refunded", account = id, status = 200);
            ("refunded", String::new())
        }
        Notice::SelfTest => {
            tracing::info!(outcome = "notice-self-test", account = id, status = 200);
            ("self-test", String::new())
        }
        Notice::Other(event) => {
            tracing::info!(outcome = "notice-passed-over", account = id, event, status = 200);
            let outcome = match event.as_str() {
                stripe::THIN_EVENT => "thin-event",
                stripe::TEST_MODE => "test-mode",
                wechat::REFUND_IN_PART => "refund-in-part",
                _ => "passed-over",
            };
            (outcome, event)
        }
    };
    app.catalog.notice(&account.id, outcome, &detail, now).await;
    Ok(())
}
