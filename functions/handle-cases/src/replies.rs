//! Replies to callers: pages or JSON, with one line logged of each.

use aftertaste::{
    app::Stop,
    http::{Problem, ProblemKind, Reply},
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    Asked, awards,
    beside::with_what_is_there,
    detail::{self, Shown},
    inbox,
    listed::Listed,
    month,
    moves::{self, Came},
    pages::{self, Claim},
};

/// `GET /cases`: on to the inbox of the first scope that the caller follows.
pub(crate) async fn lead_to_inbox(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let first = inbox::first(asked.app, asked.caller, asked.call.now).await?.ok_or_else(Problem::scope_unknown)?;
    let address = format!("/cases/{first}");
    let address = asked.frame.map_or_else(|| address.clone(), |frame| frame.to(&address));
    Ok(asked.done("cases-found", &first, Reply::empty(StatusCode::SEE_OTHER).with("location", address)))
}

/// `GET /cases/{scope+}`.
pub(crate) async fn show_inbox(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let inbox = inbox::read(asked).await?;
    let reply = match asked.frame {
        Some(frame) => frame.reply(StatusCode::OK, &pages::inbox(asked, frame, &inbox)),
        None => {
            let cases: Vec<&Listed> = inbox.cases.iter().map(|(listed, _)| listed).collect();
            let (scope, trends, more) = (inbox.scope.to_string(), &inbox.trends, inbox.more);
            let body = json!({"scope": scope, "trends": trends, "cases": cases, "more": more});
            Reply::json(StatusCode::OK, &body)
        }
    };
    Ok(asked.done("cases-read", &inbox.scope, reply))
}

/// `GET /case/{case}`.
pub(crate) async fn show_case(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let found = detail::find(asked).await?;
    let shown = detail::shown(asked, &found, None).await?;
    let reply = match asked.frame {
        Some(frame) => frame.reply(StatusCode::OK, &pages::case(asked, frame, (&found, &shown), None).await?),
        None => Reply::json(StatusCode::OK, &shown),
    };
    Ok(asked.done("case-read", &shown.listed.case, reply))
}

/// `POST /case/{case}`: the case as it is now, whatever the call's outcome.
pub(crate) async fn make_move(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let moves::Outcome { found, came, contact } = moves::make(asked).await?;
    if let (Came::Wrong(mistake), None) = (&came, asked.frame) {
        return Err(Problem::invalid(mistake.to_string()).into());
    }
    let shown = detail::shown(asked, &found, contact).await?;
    let (outcome, status) = match &came {
        Came::Made(outcome) => (*outcome, StatusCode::OK),
        Came::Overtaken | Came::Refused(_) => (ProblemKind::CaseMoved.name(), StatusCode::CONFLICT),
        Came::Wrong(_) => ("move-refused", StatusCode::UNPROCESSABLE_ENTITY),
    };
    let reply = match asked.frame {
        Some(frame) => frame.reply(status, &pages::case(asked, frame, (&found, &shown), Some(&came)).await?),
        None => match &came {
            Came::Made(_) => Reply::json(status, &shown),
            Came::Refused(refused) => overtaken(&refused.to_string(), &shown),
            Came::Overtaken | Came::Wrong(_) => {
                overtaken("Somebody else was quicker. case is what is there now.", &shown)
            }
        },
    };
    Ok(asked.done(outcome, &shown.listed.case, reply))
}

/// The problem, with what is there.
fn overtaken(detail: &str, shown: &Shown) -> Reply {
    with_what_is_there(Problem::case_moved(detail), "case", shown)
}

/// `GET /awards`: where the caller hands awards out, and what they came to in the month that was asked for.
pub(crate) async fn show_awards(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let stores = awards::own_stores(asked).await?;
    let of_month = month::read(asked).await?;
    let reply = match asked.frame {
        Some(frame) => frame.reply(StatusCode::OK, &pages::awards(asked, frame, (&stores, of_month.as_ref()), None)),
        None => {
            let stores: Vec<Value> =
                stores.iter().map(|store| json!({"store": store.number, "name": store.details.name})).collect();
            let mut body = Map::from_iter([("stores".to_owned(), Value::from(stores))]);
            if let Some(of_month) = of_month {
                body.insert("month".into(), of_month.month.to_string().into());
                body.insert("awards".into(), json!(of_month.stores));
            }
            Reply::json(StatusCode::OK, &body)
        }
    };
    Ok(asked.done("awards-shown", &"-", reply))
}

/// `POST /awards`: hands an award out.
pub(crate) async fn hand_award_out(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let claimed = awards::claimed(asked)?;
    let (outcome, status, claim) = match awards::hand_out(asked, &claimed).await {
        Ok(award) => ("award-handed-out", StatusCode::OK, Claim::HandedOut(award)),
        // After a mistyped digit the code is typed again on the same page.
        Err(Stop::Problem(refused)) if asked.frame.is_some() && is_of_code(refused.kind) => {
            (refused.kind.name(), refused.kind.status(), Claim::Refused(refused.kind))
        }
        Err(stop) => return Err(stop),
    };
    let reply = match (asked.frame, &claim) {
        (Some(frame), claim) => {
            let stores = awards::own_stores(asked).await?;
            frame.reply(status, &pages::awards(asked, frame, (&stores, None), Some((claim, &claimed))))
        }
        (None, Claim::HandedOut(award)) => {
            let body = json!({"amount": award.amount, "currency": award.currency, "redeemed": true});
            Reply::json(status, &body)
        }
        (None, Claim::Refused(_)) => Reply::empty(status),
    };
    Ok(asked.done(outcome, &claimed.store, reply))
}

fn is_of_code(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::AwardUnknown | ProblemKind::AwardRedeemed)
}
