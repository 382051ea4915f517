//! Replies about actions: pages or JSON, with one line logged of each.

use aftertaste::{
    app::Stop,
    domain::place::Scope,
    http::{Problem, ProblemKind, Reply, body_json},
    pages::people_language,
    reading::Stores,
    table::StoredAction,
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{
    create::{self, Came},
    listed::{self, OfScope},
    sent::Mistake,
    shown::{self, Found},
};
use crate::{
    Asked,
    beside::with_what_is_there,
    inbox, pages,
    readable::readable,
    trends::{self, Listed as ListedTrend},
};

/// How often an action is read again that changes meanwhile.
const TRIES: usize = 3;

/// `GET /actions/{scope+}`.
pub(crate) async fn list(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let scope = asked.request.path_parameter("scope").parse().map_err(|_| Problem::scope_unknown())?;
    let of_scope = of_scope(asked, &scope).await?;
    let reply = match asked.frame {
        Some(_) => page(asked, (&scope, &of_scope), None).await?,
        None => {
            let OfScope { actions, more, .. } = &of_scope;
            Reply::json(StatusCode::OK, &json!({"scope": scope.to_string(), "actions": actions, "more": more}))
        }
    };
    Ok(asked.done("actions-read", &scope, reply))
}

async fn of_scope(asked: &Asked<'_>, scope: &Scope) -> Result<OfScope, Stop> {
    let stores = Stores::of(asked.app, scope, asked.call.now).await?.in_language(people_language(asked.languages));
    if !asked.caller.grant.allows_follow(scope, stores.own().map(|store| &store.details.path)) {
        return Err(asked.needs("follow", scope));
    }
    if stores.all.is_empty() {
        return Err(Problem::scope_unknown().into());
    }
    listed::of_scope(asked, stores).await
}

/// The page of a scope's actions, with what is wrong with the form that was sent.
async fn page(
    asked: &Asked<'_>,
    (scope, of_scope): (&Scope, &OfScope),
    mistake: Option<&Mistake>,
) -> Result<Reply, Stop> {
    let Some(frame) = asked.frame else { return Err(Problem::route_unknown().into()) };
    let trend = match mistake {
        None => asked.request.query("trend").filter(|id| !id.is_empty()),
        Some(_) => Some(asked.caller.field("trends").to_owned()).filter(|id| !id.is_empty()),
    };
    let people = crate::listed::People::of(asked.app, asked.call.now).await?;
    let trend = match trend {
        None => None,
        Some(id) => match trends::find_id(asked, &id).await {
            Ok(found) => Some(ListedTrend::of(&found.trend, &found.stores, &people, asked.call.now)),
            // What was typed is not lost because of what it was about.
            Err(Stop::Problem(_)) if mistake.is_some() => None,
            Err(stop) => return Err(stop),
        },
    };
    let others = inbox::others(asked, scope).await?;
    let status = if mistake.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = pages::OnList { scope, of_scope, others: &others, trend: trend.filter(ListedTrend::fell), mistake };
    Ok(frame.reply(status, &pages::actions(asked, frame, &people, &shown)))
}

/// `POST /actions`.
pub(crate) async fn create(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let (outcome, stored) = match create::create(asked).await? {
        Came::Made(stored) => ("action-created", stored),
        Came::MadeBefore(stored) => ("action-created-before", stored),
        Came::Wrong(mistake) => return refuse(asked, &mistake).await,
    };
    let id = &stored.action.id;
    let address = format!("/action/{id}");
    let reply = match asked.frame {
        Some(frame) => Reply::empty(StatusCode::SEE_OTHER).with("location", frame.to(&address)),
        None => {
            let found = shown::found(asked, StoredAction::clone(&stored)).await?;
            Reply::json(StatusCode::CREATED, &shown::shown(asked, &found).await?).with("location", address)
        }
    };
    Ok(asked.done(outcome, id, reply))
}

/// Says what is wrong: on the page that sent the form, where there is one.
async fn refuse(asked: &Asked<'_>, mistake: &Mistake) -> Result<Reply, Stop> {
    if asked.frame.is_none() {
        return Err(Problem::invalid(mistake.to_string()).into());
    }
    let scope = asked.caller.field("scope").parse().map_err(|_| Problem::scope_unknown())?;
    let of_scope = of_scope(asked, &scope).await?;
    let reply = page(asked, (&scope, &of_scope), Some(mistake)).await?;
    Ok(asked.done("action-refused", &scope, reply))
}

/// `GET /action/{action}`.
pub(crate) async fn show(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let found = shown::find(asked).await?;
    let shown = shown::shown(asked, &found).await?;
    let reply = match asked.frame {
        Some(frame) => frame.reply(StatusCode::OK, &pages::action(asked, frame, &shown, false)),
        None => Reply::json(StatusCode::OK, &shown),
    };
    Ok(asked.done("action-read", &shown.listed.action, reply))
}

/// The one move of an action.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    #[serde(rename = "move")]
    step: String,
}

/// `POST /action/{action}`: the action as it is now.
pub(crate) async fn withdraw(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let mut found = shown::find(asked).await?;
    let step = match asked.caller.session {
        None => body_json::<Sent>(asked.request)?.step,
        Some(_) => asked.caller.field("move").to_owned(),
    };
    if step != "withdraw" {
        return Err(Problem::invalid("move is withdraw.").into());
    }
    if let Some(number) = found.not_followed {
        return Err(asked.needs("follow", &Scope::Store(number)));
    }
    let is_made = end(asked, &mut found).await?;
    let shown = shown::shown(asked, &found).await?;
    let (outcome, status) = match is_made {
        true => ("action-withdrawn", StatusCode::OK),
        false => (ProblemKind::ActionMoved.name(), StatusCode::CONFLICT),
    };
    let reply = match asked.frame {
        Some(frame) => frame.reply(status, &pages::action(asked, frame, &shown, !is_made)),
        None if is_made => Reply::json(status, &shown),
        None => {
            let problem = Problem::action_moved("It was withdrawn before. action is what is there now.");
            with_what_is_there(problem, "action", &shown)
        }
    };
    Ok(asked.done(outcome, &shown.listed.action, reply))
}

/// Withdraws an action, which becomes what is there then. Whether this call did it.
async fn end(asked: &Asked<'_>, found: &mut Found) -> Result<bool, Stop> {
    for _ in 0..TRIES {
        if !found.stored.stands() {
            return Ok(false);
        }
        let by = Some(asked.caller.by().to_owned());
        let after = StoredAction { withdrawn_at: Some(asked.call.now), withdrawn_by: by, ..found.stored.clone() };
        let is_written = asked.app.table.change_action(&found.stored, &after).await?;
        if is_written {
            found.stored = after;
            return Ok(true);
        }
        let there = readable(asked.app.table.action(&found.stored.action.id).await)?.flatten();
        found.stored = there.ok_or_else(Problem::action_unknown)?;
        // The SDK wrote twice, because the reply to the first write was lost.
        if found.stored == after {
            return Ok(true);
        }
    }
    Ok(false)
}
