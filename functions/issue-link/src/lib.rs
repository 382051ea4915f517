//! A merchant asks for the link of a payment. Nothing is written: the link is signed, and the same payment always
//! yields the same one.

use aftertaste::{
    app::{App, Stop, conclude},
    domain::{
        grant::Permission,
        link::{Channel, Claim, Minute, PaymentHash, Segment, Standing, Visit},
        store::StoreNumber,
    },
    http::{Problem, Reply, Request, bearer, body_json},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const FUNCTION: &str = "issue-link";

/// The longest payment id, in bytes; those of the payment providers are 64 at most.
const LONGEST_PAYMENT: usize = 128;

/// The body of `POST /links`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    store: StoreNumber,
    payment: String,
    paid_at: String,
    #[serde(default)]
    channel: Channel,
    #[serde(default)]
    segment: Segment,
}

/// The body of the reply.
#[derive(Serialize)]
struct Issued<'a> {
    link: &'a str,
    url: String,
    scene: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    expires_at: Timestamp,
}

/// `POST /links`
pub async fn handle(app: &App, request: &Request, now: Timestamp) -> Reply {
    conclude(FUNCTION, issue(app, request, now).await, Reply::from)
}

async fn issue(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    if !bearer(&app.keyring, request, now)?.allows(&Permission::Issue) {
        return Err(Problem::grant_insufficient("issue").into());
    }
    let payment: Payment = body_json(request)?;
    if payment.payment.is_empty() || payment.payment.len() > LONGEST_PAYMENT {
        return Err(Problem::invalid(format!("payment is the payment's id, 1 to {LONGEST_PAYMENT} bytes.")).into());
    }
    let paid_at: Timestamp = payment.paid_at.parse().map_err(|_| {
        Problem::invalid("paid_at is the time of payment with its offset, such as 2026-11-21T12:31:07+08:00.")
    })?;
    let minute = Minute::of(paid_at)
        .ok_or_else(|| Problem::invalid("paid_at lies before 2020 or after 2530; it is the time of payment."))?;
    let store = app.catalog.store(payment.store, now).await?.ok_or_else(Problem::store_unknown)?;
    let survey = app.catalog.survey(&store.details.survey, now).await?.ok_or_else(Problem::survey_unknown)?;
    let claim = Claim {
        visit: Visit {
            store: payment.store,
            minute,
            payment: PaymentHash::of(&payment.payment, app.keyring.payment()),
        },
        channel: payment.channel,
        segment: payment.segment,
    };
    let expires_at = match claim.standing(now, survey.survey.definition.link_lifetime_days) {
        Standing::Live(until) => until,
        Standing::Expired(at) => {
            return Err(Problem::invalid(format!(
                "paid_at is too long ago: a link for this payment could be answered until {at}."
            ))
            .into());
        }
        Standing::Future => {
            return Err(
                Problem::invalid("paid_at lies more than 10 minutes in the future; check the till's clock.").into()
            );
        }
    };
    // The keyring has been checked to hold its current key.
    let link = claim.sign(&app.keyring).ok_or_else(Problem::unavailable)?;
    let brand = app.catalog.brand(now).await?;
    tracing::info!(
        function = FUNCTION,
        outcome = "issued",
        status = 201,
        store = payment.store.get(),
        channel = payment.channel.name(),
    );
    Ok(Reply::json(
        http::StatusCode::CREATED,
        &Issued {
            link: link.as_str(),
            url: format!("{}/s/{}", app.public_url, link.as_str()),
            scene: link.as_str(),
            page: brand.wechat.as_ref().map(|program| program.page.as_str()),
            expires_at,
        },
    ))
}
