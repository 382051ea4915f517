//! A guest asks to be forgotten: an operator has their answer erased, and its day is counted again at once.

mod counting;

use std::sync::Arc;
use std::time::Instant;

use aftertaste::{
    app::{App, Stop, conclude},
    cases,
    domain::{
        access::{BothKeys, Grant},
        place::{Store, StoreNumber, parse_day},
        visit::{Claim, PaymentHash, Visit},
    },
    http::{Problem, Reply, Request, body_json},
    lambda::Call,
    table::Deed,
};
use http::StatusCode;
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::json;

use counting::{Counted, count};

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "erase-responses";

/// The longest payment id, in bytes, as links are issued for.
const LONGEST_PAYMENT: usize = 128;

/// The body of `POST /erasures`: the link alone, or the three others.
#[derive(Deserialize)]
struct Wanted {
    link: Option<String>,
    store: Option<StoreNumber>,
    day: Option<String>,
    payment: Option<String>,
}

/// The visits whose answers are to be erased: of one store, and of one business day.
struct Found {
    store: Arc<Store>,
    day: Date,
    visits: Vec<Visit>,
}

/// `POST /erasures`.
pub async fn handle(app: &App<BothKeys>, request: &Request, call: Call) -> Reply {
    conclude(erase(app, request, call).await, Reply::from)
}

async fn erase(app: &App<BothKeys>, request: &Request, call: Call) -> Result<Reply, Stop> {
    let began = Instant::now();
    let grant = app.granted_at_once(request, call.now).await?;
    if !grant.allows_admin() {
        return Err(Problem::grant_insufficient("admin").into());
    }
    if request.route_key != "POST /erasures" {
        return Err(Problem::route_unknown().into());
    }
    let found = find(app, body_json(request)?, call.now).await?;
    let mut erased = 0_u64;
    for visit in &found.visits {
        if app.table.erase(*visit).await? {
            // Sent again after a failure here, it is erased again.
            app.table.delete_context(*visit).await?;
            cases::withdraw(&app.table, &(*visit).into(), &found.store, call.now, call.fresh).await?;
            erased += 1;
        }
    }
    if erased == 0 {
        return Err(Problem::response_unknown().into());
    }
    let (store, day) = (found.store.number, found.day);
    // Before the count, which may fail: what was erased was erased by somebody.
    write_down(app, call, &grant, format!("store/{store} {day}")).await?;
    let counted = count(app, (store, day), call, began).await;
    let reply = reply(erased, counted);
    let status = reply.status.as_u16();
    tracing::info!(outcome = "erased", status, by = grant.subject, store = store.get(), day = %day, responses = erased);
    Ok(reply)
}

async fn find(app: &App<BothKeys>, wanted: Wanted, now: Timestamp) -> Result<Found, Stop> {
    match wanted {
        Wanted { link: Some(link), store: None, day: None, payment: None } => {
            // Whether it can still be answered does not matter: its answer may be erased for as long as it is kept.
            let Claim { visit, .. } = Claim::verify(&link, &app.keys.guests).ok_or_else(Problem::link_unknown)?;
            let store = store(app, visit.store, now).await?;
            let day = store.calendar.day_of(visit.minute.start());
            Ok(Found { store, day, visits: vec![visit] })
        }
        Wanted { link: None, store: Some(number), day: Some(day), payment: Some(payment) } => {
            let day = parse_day("day", &day).map_err(Problem::from)?;
            if payment.is_empty() || payment.len() > LONGEST_PAYMENT {
                let sentence = format!("payment is the payment's id, 1 to {LONGEST_PAYMENT} bytes.");
                return Err(Problem::invalid(sentence).into());
            }
            let store = store(app, number, now).await?;
            let mut visits = Vec::new();
            // People who tried the survey out with this payment, and staff who were invited by it, made visits of their
            // own.
            for payment in [format!("test {payment}"), format!("staff {payment}"), payment] {
                let payment = PaymentHash::of(&payment, app.keys.guests.payment());
                visits.extend(app.table.visits_of(number, &store.calendar.window(day), payment).await?);
            }
            Ok(Found { store, day, visits })
        }
        _ => Err(Problem::invalid("The body names the visit by its link alone, or by store, day and payment.").into()),
    }
}

async fn store(app: &App<BothKeys>, number: StoreNumber, now: Timestamp) -> Result<Arc<Store>, Stop> {
    Ok(app.catalog.store(number, now).await?.ok_or_else(Problem::store_unknown)?)
}

/// Says on which store and day, and not whose payment it was: the trail outlives the answer.
async fn write_down(app: &App<BothKeys>, call: Call, by: &Grant, on: String) -> Result<(), Stop> {
    let deed = Deed { at: call.now, by: by.subject.clone(), grant: by.id(), what: "response-erased".to_owned(), on };
    Ok(app.table.record_deed(&deed, call.fresh).await?)
}

fn reply(erased: u64, counted: Counted) -> Reply {
    match counted {
        Counted::Whole => Reply::json(StatusCode::OK, &json!({"erased": erased, "counted": true})),
        Counted::Left => {
            let detail = "Answers of this day have begun to expire, so its figures stay as they were counted.";
            Reply::json(StatusCode::OK, &json!({"erased": erased, "counted": false, "detail": detail}))
        }
        // Nothing is broken, so it is no error: what was asked for is done in part.
        Counted::Busy => {
            let detail = "Another count is running. Send this again, so that the day is counted anew.";
            let body = json!({"erased": erased, "counted": false, "detail": detail});
            Reply::json(StatusCode::ACCEPTED, &body).with("retry-after", "5")
        }
        Counted::InPart => Problem::not_counted(
            "The answer is erased. Its day could not be counted, and the log says why: send this again.",
        )
        .into(),
    }
}
