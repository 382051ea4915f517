//! Who may: an operator issues grants, ends them, and reads what was done.

use std::collections::HashMap;

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        access::{Grant, GrantKeys, Issue, Lifetimes, Permission},
        place::{Path, Scope, StoreNumber},
    },
    http::{Problem, Reply, Request, body_json},
    lambda::Call,
    table::{Deed, IssuedGrant},
    token,
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

type App = app::App<GrantKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "manage-people";

/// The hours within which a till asks for the link of a payment, unless it is told otherwise.
const PAID_WITHIN: u32 = 24;

/// The longest limit on payments, in hours: as long as any link lives.
const LONGEST_PAID_WITHIN: u32 = 1440;

/// How many words a scope has at most.
const MOST_PERMISSIONS: usize = 50;

/// The longest token, in bytes: a browser keeps a cookie of 4,096.
const LONGEST_TOKEN: usize = 3_500;

/// So many ended ids are remembered, before only grants that are listed can be ended: they all lie in one item.
const MOST_ENDED: usize = 4_000;

/// The longest name of whoever has a grant, in characters.
const LONGEST_NAME: usize = 80;

/// `GET` and `POST /grants`, `DELETE /grants/{id}` and `GET /audit`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    conclude(manage(app, request, call).await, Reply::from)
}

async fn manage(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let grant = app.granted_at_once(request, call.now).await?;
    let needs_all = request.route_key == "GET /audit";
    if !grant.allows_some_admin() || (needs_all && !grant.allows_admin()) {
        return Err(Problem::grant_insufficient("admin").into());
    }
    app.catalog.see(&grant, call.now).await;
    let (outcome, reply) = match request.route_key.as_str() {
        "GET /grants" => ("grants-read", list(app, call.now, &grant).await?),
        "POST /grants" => ("grant-issued", issue(app, request, call, &grant).await?),
        "DELETE /grants/{id}" => ("grant-ended", end(app, request, call, &grant).await?),
        "GET /audit" => ("audit-read", audit(app, request, call.now).await?),
        _ => return Err(Problem::route_unknown().into()),
    };
    tracing::info!(outcome, status = reply.status.as_u16(), by = grant.subject);
    Ok(reply)
}

/// A grant as it is listed.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    grant: IssuedGrant,
    /// The day on which it was used last; a till's is not kept.
    last_seen: Option<Date>,
    /// Whether it was ended before its time.
    ended: bool,
}

/// What a grant's holder may give to others, and end.
struct Giver<'a> {
    grant: &'a Grant,
    /// The nodes that stores belong to; empty for whoever may give everything.
    nodes: HashMap<StoreNumber, Path>,
}

impl<'a> Giver<'a> {
    async fn of(app: &App, grant: &'a Grant) -> Result<Self, Stop> {
        let stores = if grant.allows_admin() { Vec::new() } else { app.table.stores().await?.stores };
        Ok(Self { grant, nodes: stores.into_iter().map(|store| (store.number, store.details.path)).collect() })
    }

    fn may_give(&self, permission: &Permission) -> bool {
        let node = match permission {
            Permission::Issue(Some(Scope::Store(store)))
            | Permission::Admin(Some(Scope::Store(store)))
            | Permission::Report(Some(Scope::Store(store))) => self.nodes.get(store),
            _ => None,
        };
        self.grant.may_give(permission, node)
    }

    /// Whether the holder may give all of it. A word that this version does not know is only for whoever may everything.
    fn may_give_scope(&self, scope: &str) -> bool {
        self.grant.allows_admin()
            || scope.split_whitespace().all(|word| word.parse().is_ok_and(|permission| self.may_give(&permission)))
    }
}

async fn list(app: &App, now: Timestamp, grant: &Grant) -> Result<Reply, Stop> {
    let giver = Giver::of(app, grant).await?;
    let (ended, seen) = (app.table.ended_grants().await?, app.table.last_seen().await?);
    let listed = |grant: IssuedGrant| {
        let (last_seen, ended) = (seen.get(&grant.id).copied(), ended.contains(grant.id));
        Listed { grant, last_seen, ended }
    };
    let issued = app.table.grants(now).await?;
    let grants: Vec<Listed> =
        issued.into_iter().filter(|grant| giver.may_give_scope(&grant.scope)).map(listed).collect();
    Ok(Reply::json(StatusCode::OK, &json!({"grants": grants})))
}

/// The body of `POST /grants`.
#[derive(Deserialize)]
struct Wanted {
    subject: String,
    scope: String,
    days: Option<u16>,
    #[serde(default = "a_day")]
    paid_within: Option<u32>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde's default has the field's type; null says that there is no limit")]
fn a_day() -> Option<u32> {
    Some(PAID_WITHIN)
}

/// The reply to `POST /grants`. Nobody gives the token out again: it is kept nowhere.
#[derive(Serialize)]
struct GivenOut<'a> {
    #[serde(flatten)]
    grant: &'a IssuedGrant,
    token: &'a str,
}

/// What is wanted, if the holder of `by` may give it.
async fn checked(app: &App, wanted: &Wanted, by: &Grant) -> Result<Vec<Permission>, Stop> {
    let Wanted { subject, scope, paid_within, .. } = wanted;
    if subject.trim().is_empty() || subject.chars().count() > LONGEST_NAME || subject.chars().any(char::is_control) {
        let sentence = format!("subject says whom the grant is for, in 1 to {LONGEST_NAME} characters.");
        return Err(Problem::invalid(sentence).into());
    }
    let permissions: Result<Vec<Permission>, _> = scope.split_whitespace().map(str::parse).collect();
    let permissions = permissions.map_err(Problem::from)?;
    if permissions.len() > MOST_PERMISSIONS {
        let sentence = format!("scope has {MOST_PERMISSIONS} words at most; this has {}.", permissions.len());
        return Err(Problem::invalid(sentence).into());
    }
    if permissions.is_empty() {
        return Err(
            Problem::invalid("scope says what the grant allows, such as issue:store/12 or report:cn/east.").into()
        );
    }
    if paid_within.is_some_and(|hours| !(1..=LONGEST_PAID_WITHIN).contains(&hours)) {
        let sentence = format!("paid_within is 1 to {LONGEST_PAID_WITHIN} hours, or null for as long as links live.");
        return Err(Problem::invalid(sentence).into());
    }
    let giver = Giver::of(app, by).await?;
    match permissions.iter().find(|permission| !giver.may_give(permission)) {
        // Whoever sets up a store gives tills its links, without having any.
        Some(Permission::Issue(Some(scope))) => Err(Problem::grant_insufficient(&format!("admin:{scope}")).into()),
        Some(Permission::Issue(None)) => Err(Problem::grant_insufficient("admin").into()),
        Some(other) => Err(Problem::grant_insufficient(&other.to_string()).into()),
        None => Ok(permissions),
    }
}

async fn issue(app: &App, request: &Request, call: Call, by: &Grant) -> Result<Reply, Stop> {
    let wanted: Wanted = body_json(request)?;
    let permissions = checked(app, &wanted, by).await?;
    let Wanted { subject, days, paid_within, .. } = wanted;
    let longest = app.lifetimes.longest(&permissions);
    let days = days.unwrap_or(longest);
    if !(1..=longest).contains(&days) {
        return Err(
            Problem::invalid(format!("days is 1 to {longest} for a grant of this scope; this is {days}.")).into()
        );
    }
    let is_for_tills = permissions.iter().any(|permission| matches!(permission, Permission::Issue(_)));
    let expires = call.now.saturating_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
    let issue = Issue { id: call.fresh, from: call.now };
    let grant =
        Grant { permissions, subject, expires, paid_within: paid_within.filter(|_| is_for_tills), issue: Some(issue) };
    let token = token::sign(&grant, &app.keys).map_err(Problem::from)?;
    if token.len() > LONGEST_TOKEN {
        return Err(
            Problem::invalid("scope is so long that no browser would keep the grant: name fewer scopes.").into()
        );
    }
    let scope = grant.permissions.iter().map(Permission::to_string).collect::<Vec<_>>().join(" ");
    let issued = IssuedGrant {
        id: issue.id,
        subject: grant.subject,
        scope,
        issued_at: call.now,
        until: expires,
        by: by.subject.clone(),
        paid_within: grant.paid_within,
    };
    // Written down first: a token that nobody knows of could not be ended.
    app.table.put_grant(&issued).await?;
    let on = format!("{} {} {}", issued.id, issued.subject, issued.scope);
    write_down(app, call, by, "grant-issued", on).await?;
    Ok(Reply::json(StatusCode::CREATED, &GivenOut { grant: &issued, token: &token }))
}

async fn end(app: &App, request: &Request, call: Call, by: &Grant) -> Result<Reply, Stop> {
    let id: Uuid = request.path_parameter("id").parse().map_err(|_| Problem::invalid("A grant's id is a UUID."))?;
    // One from the keyring is not listed. It ends as well, and is remembered for as long as any may live.
    let listed = app.table.grant(id).await?;
    let may_end = match &listed {
        Some(grant) => Giver::of(app, by).await?.may_give_scope(&grant.scope),
        None => by.allows_admin(),
    };
    if !may_end {
        return Err(Problem::grant_insufficient("admin").into());
    }
    if listed.is_none() && app.table.ended_grants().await?.len() >= MOST_ENDED {
        let sentence = "No grant of this id is listed, and so many were ended that no other is remembered.";
        return Err(Problem::invalid(sentence).into());
    }
    let (set, built_in) = (app.lifetimes, Lifetimes::default());
    let longest = [set.admin, set.report, set.issue, built_in.issue].into_iter().max().unwrap_or(0);
    let at_the_latest = call.now.saturating_add((i64::from(longest) * 24).hours()).unwrap_or(Timestamp::MAX);
    let until = listed.as_ref().map_or(at_the_latest, |grant| grant.until);
    app.table.end_grant(id, until, call.now).await?;
    let whose = listed.map(|grant| format!(" {}", grant.subject)).unwrap_or_default();
    write_down(app, call, by, "grant-ended", format!("{id}{whose}")).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

async fn audit(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let month = request.query("month").unwrap_or_else(|| now.strftime("%Y-%m").to_string());
    if format!("{month}-01").parse::<Date>().is_err() || month.len() != 7 {
        return Err(Problem::invalid("month is a month such as 2026-11.").into());
    }
    let deeds = app.table.deeds(&month).await?;
    Ok(Reply::json(StatusCode::OK, &json!({"month": month, "deeds": deeds})))
}

async fn write_down(app: &App, call: Call, by: &Grant, what: &str, on: String) -> Result<(), Stop> {
    let deed = Deed { at: call.now, by: by.subject.clone(), grant: by.id(), what: what.to_owned(), on };
    Ok(app.table.record_deed(&deed, call.fresh).await?)
}
