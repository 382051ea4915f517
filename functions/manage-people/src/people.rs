//! People: listed, put on the list, given a sign-in link, signed out, taken off.

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::{Grant, Person, Reach, Ticket},
        place::Scope,
    },
    http::{Problem, ProblemKind},
    lambda::Call,
    table::{ListedPerson, NodeList, Seen, SignInLink, StoreList, StoredSession, TableError},
};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::{App, audit::write_down, giver::Giver};

/// How long a sign-in link works, in minutes.
pub(crate) const LINK_MINUTES: i64 = 15;

/// A person as they are listed.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub listed: ListedPerson,
    /// In how many browsers they are signed in.
    pub sessions: usize,
    /// When one of these was used last, to an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
    /// When they asked for a sign-in link, which nobody has made since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// A sign-in link, which is shown this once.
#[derive(Serialize)]
pub(crate) struct Invitation {
    pub person: Id,
    pub link: String,
    pub until: Timestamp,
}

/// Everybody whose roles the giver may give, by id.
pub(crate) async fn shown(app: &App, giver: &Giver<'_>, now: Timestamp) -> Result<Vec<Shown>, Stop> {
    let (people, asked) = (app.table.people().await?, app.table.asked(now).await?);
    let asked: BTreeMap<Id, Timestamp> = asked.into_iter().collect();
    let mut sessions: BTreeMap<Id, Vec<StoredSession>> = BTreeMap::new();
    for session in app.table.sessions().await? {
        sessions.entry(session.person.clone()).or_default().push(session);
    }
    let show = |listed: ListedPerson| {
        let lives = listed.person.session_lives().at_pace(app.pace);
        let theirs = sessions.remove(&listed.id).unwrap_or_default().into_iter();
        let ended_before = listed.ended_before.unwrap_or(Timestamp::MIN);
        let alive = theirs.filter(|one| one.made >= ended_before && lives.end(one.began, one.used) > now);
        let used: Vec<Timestamp> = alive.map(|one| one.used).collect();
        let asked_at = asked.get(&listed.id).copied();
        Shown { sessions: used.len(), last_used: used.into_iter().max(), asked_at, listed }
    };
    Ok(people.into_iter().filter(|listed| giver.may_have(listed)).map(show).collect())
}

/// A person whom the giver may have.
pub(crate) async fn person(app: &App, giver: &Giver<'_>, id: &Id) -> Result<ListedPerson, Stop> {
    match app.table.person(id).await {
        Ok(Some(listed)) if giver.may_have(&listed) => Ok(listed),
        Ok(Some(_)) => Err(Problem::grant_insufficient("admin").into()),
        Ok(None) => Err(Problem::person_unknown().into()),
        Err(error @ TableError::Unreadable { .. }) => {
            error.log_left_out();
            Err(Problem::item_unreadable(&error).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The person under an id, for a giver who may change them. A giver who changed somebody with more roles could sign in
/// as them; one who can't be read may have any.
async fn seen(app: &App, giver: &Giver<'_>, id: &Id, by: &Grant) -> Result<Seen, Stop> {
    match person(app, giver, id).await {
        Ok(listed) => Ok(Seen::With(listed.stored_roles)),
        Err(Stop::Problem(Problem { kind: ProblemKind::PersonUnknown, .. })) => Ok(Seen::Nobody),
        Err(Stop::Problem(Problem { kind: ProblemKind::ItemUnreadable, .. })) if by.allows_admin() => {
            Ok(Seen::Unreadable)
        }
        Err(stop) => Err(stop),
    }
}

/// Puts a person on the list, or changes one. Whether they are new.
pub(crate) async fn put(
    app: &App,
    giver: &Giver<'_>,
    (id, person): (&Id, Person),
    call: Call,
    by: &Grant,
) -> Result<bool, Stop> {
    let person = person.checked().map_err(Problem::from)?;
    let mut seen_before = seen(app, giver, id, by).await?;
    if let Some(lacked) = giver.lacks(&person) {
        return Err(Problem::grant_insufficient(&lacked.to_string()).into());
    }
    if let Some(unknown) = unknown_scope(&app.table.stores().await?, &app.table.nodes().await?, &person) {
        let sentence = format!("roles: there is no store and no node {unknown}. A scope is store/12, cn/east or *.");
        return Err(Problem::invalid(sentence).into());
    }
    if let Some(email) = &person.email
        && app.table.people().await?.iter().any(|other| other.id != *id && other.person.email.as_ref() == Some(email))
    {
        return Err(Problem::email_taken().into());
    }
    // Another writer may have given them more at the same moment. So it is checked again who may change them.
    while !app.table.put_person(id, &person, &seen_before, call.now).await? {
        seen_before = seen(app, giver, id, by).await?;
    }
    let roles: Vec<String> = person.permissions().iter().map(ToString::to_string).collect();
    let mut on = format!("{id} {} {}", person.name, roles.join(" "));
    if let Some((cut, _)) = on.char_indices().nth(500) {
        on.truncate(cut);
        on.push('…');
    }
    write_down(app, call, by, "person-written", on).await?;
    Ok(seen_before == Seen::Nobody)
}

/// A scope of a person's roles that no store is in: most likely a spelling mistake.
pub(crate) fn unknown_scope(stores: &StoreList, nodes: &NodeList, person: &Person) -> Option<Scope> {
    let mut known: BTreeSet<String> = nodes.nodes.keys().cloned().map(String::from).collect();
    for store in &stores.stores {
        known.insert(Scope::Store(store.number).to_string());
        known.extend(store.details.path.with_ancestors().map(String::from));
    }
    for store in &stores.unreadable {
        known.extend(store.number.map(|number| Scope::Store(number).to_string()));
        known.extend(store.path.iter().flat_map(|path| path.with_ancestors().map(String::from)));
    }
    let scopes = person.roles.iter().filter_map(|role| match &role.scope {
        Reach(scope) => scope.clone(),
    });
    scopes.into_iter().find(|scope| !known.contains(&scope.to_string()))
}

/// Makes a sign-in link: a person who opens it and presses its button is signed in as this one, once.
pub(crate) async fn invite(app: &App, listed: &ListedPerson, call: Call, by: &Grant) -> Result<Invitation, Stop> {
    let id = &listed.id;
    // The maker of a link may keep it, and use it when the person has been given more than the maker could give.
    let all = listed.person.permissions();
    let at_most = (!by.allows_admin()).then(|| all.iter().map(ToString::to_string).collect());
    let lives = (LINK_MINUTES * i64::from(app.pace)).minutes();
    let until = call.now.saturating_add(lives).unwrap_or(Timestamp::MAX);
    app.table.put_sign_in(call.fresh, &SignInLink { person: id.clone(), made: call.now, until, at_most }).await?;
    app.table.delete_asked(id).await?;
    write_down(app, call, by, "sign-in-link-made", id.to_string()).await?;
    let ticket = app.keys.ticket(Ticket::SignIn, call.fresh);
    Ok(Invitation { person: id.clone(), link: format!("{}/sign-in?link={ticket}", app.public_url), until })
}

/// Ends every session of a person, and the links that they have not used.
pub(crate) async fn sign_out_everywhere(app: &App, id: &Id, call: Call, by: &Grant) -> Result<(), Stop> {
    app.table.end_sessions(id, call.now).await?;
    write_down(app, call, by, "sessions-ended", id.to_string()).await
}

/// Takes a person off the list. Their sessions end with that.
pub(crate) async fn delete(app: &App, giver: &Giver<'_>, id: &Id, call: Call, by: &Grant) -> Result<(), Stop> {
    loop {
        let seen = seen(app, giver, id, by).await?;
        if seen == Seen::Nobody {
            return Err(Problem::person_unknown().into());
        }
        if app.table.delete_person(id, &seen).await? {
            break;
        }
    }
    app.table.delete_asked(id).await?;
    write_down(app, call, by, "person-deleted", id.to_string()).await
}
