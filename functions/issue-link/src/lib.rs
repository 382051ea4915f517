//! A merchant asks for the link of a payment, or for the code of a table, and for their QR codes. Both are signed, and
//! the same payment or table always yields the same one. Nothing is written, but what the till says besides: when a
//! guest whom it knows was asked, and what it knows of their visit.

mod qr;

use std::sync::Arc;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::{BothKeys, Grant, GuestKeys},
        payment::Payer,
        place::{Scope, Store, StoreNumber},
        visit::{Channel, Claim, Context, Minute, Origin, Segment, Standing, TableCode, TableNumber},
    },
    http::{Problem, Reply, Request, accepted, body_json},
    issued::Issued,
    lambda::Call,
    table::Teller,
};
use jiff::Timestamp;
use qr::{Drawing, Qr};
use serde::Deserialize;
use serde_json::json;

type App = app::App<BothKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "issue-link";

/// The longest payment id, in bytes; those of the payment providers are 64 at most.
const LONGEST_PAYMENT: usize = 128;

/// The body of `POST /links`.
#[derive(Deserialize)]
struct Payment {
    store: StoreNumber,
    payment: String,
    paid_at: String,
    #[serde(default)]
    channel: Channel,
    #[serde(default)]
    segment: Segment,
    customer: Option<String>,
    #[serde(default)]
    context: Context,
}

/// The body of `POST /codes`.
#[derive(Deserialize)]
struct Table {
    store: StoreNumber,
    #[serde(default)]
    table: TableNumber,
}

/// `POST /links`, `POST /codes`, `GET /links/{link}/{file}` and `GET /codes/{code}/{file}`.
pub async fn handle(app: &App, request: &Request, Call { now, .. }: Call) -> Reply {
    let answered = match request.route_key.as_str() {
        "POST /links" => issue(app, request, now).await,
        "POST /codes" => issue_code(app, request, now).await,
        "GET /links/{link}/{file}" => match app.open_link(request.path_parameter("link"), now).await {
            Ok(_) => draw(request, format!("{}/s/{}", app.public_url, request.path_parameter("link"))),
            Err(stop) => Err(stop),
        },
        "GET /codes/{code}/{file}" => match TableCode::verify(request.path_parameter("code"), &app.keys.guests) {
            Some(_) => draw(request, format!("{}/t/{}", app.public_url, request.path_parameter("code"))),
            None => Err(Problem::code_unknown().into()),
        },
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(answered, Reply::from)
}

/// A grant that allows the codes of some store. Of which is asked once the store is known.
async fn tills_grant(app: &App, request: &Request, now: Timestamp) -> Result<Grant, Stop> {
    let grant = app.granted(request, now).await?;
    if grant.allows_some_issue() { Ok(grant) } else { Err(Problem::grant_insufficient("issue:<scope>").into()) }
}

/// The store, when the grant allows its links and codes.
async fn store_of(app: &App, grant: &Grant, number: StoreNumber, now: Timestamp) -> Result<Arc<Store>, Stop> {
    let store = app.catalog.store(number, now).await?.ok_or_else(Problem::store_unknown)?;
    if grant.allows_issue(number, &store.details.path) {
        Ok(store)
    } else {
        Err(Problem::grant_insufficient(&format!("issue:store/{number}")).into())
    }
}

async fn issue_code(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let grant = tills_grant(app, request, now).await?;
    let Table { store, table } = body_json(request)?;
    store_of(app, &grant, store, now).await?;
    let code = TableCode { store, table }.sign(&app.keys.guests);
    tracing::info!(outcome = "issued-code", status = 201, store = store.get(), by = grant.subject);
    let url = format!("{}/t/{code}", app.public_url);
    Ok(Reply::json(http::StatusCode::CREATED, &json!({"code": code, "url": url, "store": store, "table": table})))
}

/// The QR code of an address: `qr`, in the form that `Accept` asks for, or `qr.svg`, `qr.png`, `qr.bin`.
fn draw(request: &Request, address: String) -> Result<Reply, Stop> {
    let form = match request.path_parameter("file").split_once('.') {
        Some(("qr", ending)) => Drawing::ALL.into_iter().find(|form| form.ending() == ending),
        None if request.path_parameter("file") == "qr" => {
            Some(accepted(request, Drawing::Svg, &Drawing::ALL.map(|form| (form, form.media_type()))))
        }
        _ => None,
    };
    let form = form.ok_or_else(Problem::route_unknown)?;
    let drawn = Qr::new(address).ok().and_then(|qr| qr.drawn_as(form));
    // PUBLIC_URL has been checked to be an address without a path: at most some 300 bytes.
    let drawn = drawn.ok_or_else(Problem::unavailable)?;
    tracing::info!(outcome = "drawn", status = 200);
    let reply = match form {
        Drawing::Svg => Reply::new(http::StatusCode::OK, form.media_type(), drawn),
        Drawing::Png | Drawing::EscPos => Reply::bytes(http::StatusCode::OK, form.media_type(), drawn),
    };
    // Merchants show it on pages of their own.
    Ok(reply.with("cross-origin-resource-policy", "cross-origin"))
}

/// The store, when the grant allows to ask its staff.
async fn store_of_staff(app: &App, grant: &Grant, number: StoreNumber, now: Timestamp) -> Result<Arc<Store>, Stop> {
    let store = app.catalog.store(number, now).await?.ok_or_else(Problem::store_unknown)?;
    if !grant.allows_pulse(&Scope::Store(number), Some(&store.details.path)) {
        return Err(Problem::grant_insufficient(&format!("pulse:store/{number}")).into());
    }
    if store.details.staff_survey.is_none() {
        let sentence = "The store asks its staff nothing: say which survey with staff_survey in PUT /stores/{store}.";
        return Err(Problem::invalid(sentence).into());
    }
    Ok(store)
}

async fn issue(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let grant = app.granted(request, now).await?;
    if !grant.allows_some_issue() && !grant.allows_some_pulse() {
        return Err(Problem::grant_insufficient("issue:<scope>, or for a link for staff pulse:<scope>").into());
    }
    let payment: Payment = body_json(request)?;
    let claim = payment.claim(&app.keys.guests)?;
    let store = match claim.channel.origin() {
        Origin::Staff => store_of_staff(app, &grant, payment.store, now).await?,
        _ => store_of(app, &grant, payment.store, now).await?,
    };
    // The minute's end: a payment of its last second is as old as that.
    let paid = claim.visit.minute.after(1).start();
    if let Some(hours) = grant.paid_within.filter(|hours| now.duration_since(paid).as_hours() >= i64::from(*hours)) {
        return Err(Problem::payment_too_old(hours).into());
    }
    let asked = claim.channel.survey_at(&store).ok_or_else(Problem::survey_unknown)?;
    let survey = app.catalog.survey(asked, now).await?.ok_or_else(Problem::survey_unknown)?;
    let expires_at = still_live(claim.standing(now, survey.definition.link_lifetime_days))?;
    let quiet_days = survey.definition.invite.quiet_days;
    if let Some(customer) = payment.customer.filter(|_| quiet_days > 0 && payment.channel.origin() == Origin::Payment) {
        let payer = Payer::of(&customer, &app.keys.guests);
        if !app.table.begin_quiet(payer, claim.visit, quiet_days).await? {
            tracing::info!(outcome = "payment-quiet", status = 200, store = payment.store.get(), by = grant.subject);
            return Ok(Reply::json(http::StatusCode::OK, &json!({"invite": false})));
        }
    }
    let brand = app.catalog.brand(now).await?;
    // Test visits were served by nobody, and staff must stay anonymous.
    if claim.channel.origin() == Origin::Payment {
        let expires = brand.kept_until(claim.visit.minute);
        app.table.put_context(claim.visit, &payment.context, Teller::Till(now), expires).await?;
    }
    // The keyring has been checked to have its current key.
    let issued = Issued::of(&claim, &app.keys.guests, &brand, &app.public_url, expires_at);
    let issued = issued.ok_or_else(Problem::unavailable)?;
    tracing::info!(
        outcome = "issued",
        status = 201,
        store = payment.store.get(),
        channel = payment.channel.name(),
        by = grant.subject,
    );
    Ok(Reply::json(http::StatusCode::CREATED, &issued))
}

impl Payment {
    /// The contents of this payment's link.
    fn claim(&self, keys: &GuestKeys) -> Result<Claim, Problem> {
        if self.channel.origin() == Origin::Code {
            return Err(Problem::invalid(
                "The channel table is for the codes on tables, which no payment stands behind: POST /codes.",
            ));
        }
        if self.channel.origin() == Origin::Staff && self.segment != Segment::default() {
            return Err(Problem::invalid(
                "segment is for guests: staff are few, and smaller groups would tell who answered. Leave it out.",
            ));
        }
        if self.customer.as_ref().is_some_and(|text| text.is_empty() || text.len() > LONGEST_PAYMENT) {
            return Err(Problem::invalid(format!(
                "customer is what the till knows the guest by, 1 to {LONGEST_PAYMENT} bytes. Leave it out of a guest it \
                 does not know."
            )));
        }
        if self.payment.is_empty() || self.payment.len() > LONGEST_PAYMENT {
            return Err(Problem::invalid(format!("payment is the payment's id, 1 to {LONGEST_PAYMENT} bytes.")));
        }
        let paid_at: Timestamp = self.paid_at.parse().map_err(|_| {
            Problem::invalid("paid_at is the time of payment with its offset, such as 2026-11-21T12:31:07+08:00.")
        })?;
        let minute = Minute::of(paid_at)
            .ok_or_else(|| Problem::invalid("paid_at lies before 2020 or after 2530; it is the time of payment."))?;
        Ok(Claim::of_payment((self.store, minute), &self.payment, (self.channel, self.segment), keys))
    }
}

/// Until when a link can be answered.
fn still_live(standing: Standing) -> Result<Timestamp, Problem> {
    match standing {
        Standing::Live(until) => Ok(until),
        Standing::Expired(at) => Err(Problem::invalid(format!(
            "paid_at is too long ago: a link for this payment could be answered until {at}."
        ))),
        Standing::Future => {
            Err(Problem::invalid("paid_at lies more than 10 minutes in the future; check the till's clock."))
        }
    }
}
