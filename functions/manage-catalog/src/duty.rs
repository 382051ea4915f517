//! Duties: who answers for the cases of a store or node, and which robot or mailbox notifies them.

use std::collections::BTreeSet;

use aftertaste::{
    app::Stop,
    domain::{
        Id, Invalid, Mistakes, NAMED_AT_MOST,
        access::Grant,
        case::Duty,
        place::{Path, Scope, Store},
    },
    http::{Problem, Reply, Request},
    lambda::Call,
    table::{Look, StoreList, TableError},
};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::{App, body_without};

/// A duty as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    duty: &'a Scope,
    #[serde(flatten)]
    of: &'a Duty,
}

fn scope(request: &Request) -> Result<Scope, Problem> {
    let scope: Result<Scope, Invalid> = request.path_parameter("scope").parse();
    Ok(scope?)
}

/// Every duty of a scope that the grant covers.
pub(crate) async fn list(app: &App, grant: &Grant) -> Result<Reply, Stop> {
    let (duties, stores) = (app.table.duties().await?, app.table.stores().await?);
    let covered = duties.iter().filter(|(scope, _)| covers(grant, scope, &stores));
    let shown: Vec<Shown<'_>> = covered.map(|(duty, of)| Shown { duty, of }).collect();
    Ok(Reply::json(StatusCode::OK, &json!({"duties": shown})))
}

/// Puts the duty of a scope, over what was there, and has its first summary made.
pub(crate) async fn put(app: &App, request: &Request, grant: &Grant, call: Call) -> Result<Reply, Stop> {
    let scope = scope(request)?;
    let stores = app.table.stores().await?;
    covered(grant, &scope, &stores)?;
    let duty: Duty = body_without(request, "duty")?;
    let first = first_store(&scope, &stores);
    let mut mistakes = Mistakes(people(app, &scope, &duty, &stores).await?);
    mistakes.0.extend(endpoint(app, &duty).await?);
    if first.is_none() {
        mistakes.add(format!("There is no store in {scope}: put its stores first, with PUT /stores/{{store}}."));
    }
    let duty = match duty.checked() {
        Ok(duty) if mistakes.0.is_empty() => duty,
        checked => {
            mistakes.0.splice(0..0, checked.err().unwrap_or_default().0);
            mistakes.0.truncate(NAMED_AT_MOST);
            return Err(Problem::from(mistakes).into());
        }
    };
    app.table.put_duty(&scope, &duty).await?;
    // Put again it is where it was.
    let zone = first.map(|store| &store.calendar.zone).filter(|_| duty.endpoint.is_some());
    if let Some(morning) = zone.and_then(|zone| duty.digest_of(&scope).next(call.now, zone)) {
        app.table.put_look(&Look::Digest(scope.clone()), morning).await?;
    }
    Ok(Reply::json(StatusCode::OK, &Shown { duty: &scope, of: &duty }))
}

/// Takes the duty of a scope away. The duty above answers then.
pub(crate) async fn delete(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let scope = scope(request)?;
    covered(grant, &scope, &app.table.stores().await?)?;
    app.table.delete_duty(&scope).await?;
    Ok(Reply::json(StatusCode::OK, &json!({"duty": scope, "state": "gone"})))
}

/// Whether the grant sets up a scope. Of a store that is gone or can't be read nobody knows where it belongs.
fn covers(grant: &Grant, scope: &Scope, stores: &StoreList) -> bool {
    grant.allows_admin_of(scope, path_of(scope, stores))
}

/// Where a scope lies in the chain.
fn path_of<'a>(scope: &'a Scope, stores: &'a StoreList) -> Option<&'a Path> {
    match scope {
        Scope::Node(node) => Some(node),
        Scope::Store(number) => stores.iter().find(|store| store.number == *number).map(|store| &store.details.path),
    }
}

fn covered(grant: &Grant, scope: &Scope, stores: &StoreList) -> Result<(), Problem> {
    if covers(grant, scope, stores) { Ok(()) } else { Err(Problem::grant_insufficient(&format!("admin:{scope}"))) }
}

/// The store of a scope with the lowest number: its clock says when it is morning.
fn first_store<'a>(scope: &Scope, stores: &'a StoreList) -> Option<&'a Store> {
    let is_of_it = |store: &&Store| match scope {
        Scope::Store(number) => store.number == *number,
        Scope::Node(node) => node.covers(&store.details.path),
    };
    stores.iter().filter(is_of_it).min_by_key(|store| store.number)
}

/// Objects to people whom nobody has listed, and to those who may not follow the scope's cases.
async fn people(app: &App, scope: &Scope, duty: &Duty, stores: &StoreList) -> Result<Vec<Invalid>, Stop> {
    if duty.people.is_empty() {
        return Ok(Vec::new());
    }
    let listed = app.table.people().await?;
    let wrong = |id: &Id| match listed.iter().find(|person| person.id == *id) {
        Some(listed) if listed.person.follows(scope, path_of(scope, stores)) => None,
        // The same words for both: the person who sets up a store need not know who else is listed.
        _ => Some(format!(
            "people: nobody who may follow the cases of {scope} is listed as {id}. Give them the role owns-cases there \
             first, with PUT /people/{id}, or leave them out."
        )),
    };
    let named: BTreeSet<&Id> = duty.people.iter().collect();
    Ok(named.into_iter().filter_map(wrong).map(Invalid).take(NAMED_AT_MOST).collect())
}

/// Objects to an endpoint that doesn't exist, or that no person reads.
async fn endpoint(app: &App, duty: &Duty) -> Result<Option<Invalid>, Stop> {
    let Some(id) = &duty.endpoint else { return Ok(None) };
    let endpoint = match app.table.endpoint(id).await {
        Err(TableError::Unreadable { .. }) => None,
        read => read?,
    };
    let wrong = match endpoint {
        None => Some(format!("endpoint: there is no {id}. Put it first, with PUT /endpoints/{{endpoint}}.")),
        Some(stored) if !stored.endpoint.to.is_read_by_people() => {
            Some(format!("endpoint: {id} is read by no person. Name a robot or a mailbox."))
        }
        Some(_) => None,
    };
    Ok(wrong.map(Invalid))
}
