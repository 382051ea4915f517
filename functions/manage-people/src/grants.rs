//! Grants: listed, issued and ended.

use aftertaste::{
    app::Stop,
    domain::{
        Invalid,
        access::{Grant, Issue, Lifetimes, Permission, check_visible},
    },
    http::{Problem, Request},
    lambda::Call,
    table::IssuedGrant,
    token,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{App, audit::write_down, giver::Giver};

/// The hours within which a till asks for the link of a payment, unless its grant says otherwise.
pub(crate) const PAID_WITHIN: u32 = 24;

/// The longest limit on payments, in hours: as long as any link lives.
pub(crate) const LONGEST_PAID_WITHIN: u32 = 1440;

/// How many words a scope has at most.
const MOST_PERMISSIONS: usize = 50;

/// The longest token, in bytes: servers between a program and this one take headers of 4,096 and more.
const LONGEST_TOKEN: usize = 3_500;

/// So many ended ids are remembered, before only grants that are listed can be ended: they all lie in one item.
const MOST_ENDED: usize = 4_000;

/// The longest name of a grant's holder, in characters.
pub(crate) const LONGEST_NAME: usize = 80;

/// A grant as it is listed.
#[derive(Serialize)]
pub(crate) struct Listed {
    #[serde(flatten)]
    pub grant: IssuedGrant,
    /// The day on which it was used last; a till's is not kept.
    pub last_seen: Option<Date>,
    /// Whether it was ended before its time.
    pub ended: bool,
}

/// The grants that a giver may give, and so may end, the latest first.
pub(crate) async fn listed(app: &App, now: Timestamp, giver: &Giver<'_>) -> Result<Vec<Listed>, Stop> {
    let (ended, seen) = (app.table.ended_grants().await?, app.table.last_seen().await?);
    let listed = |grant: IssuedGrant| {
        let (last_seen, ended) = (seen.get(&grant.id).copied(), ended.contains(grant.id));
        Listed { grant, last_seen, ended }
    };
    let issued = app.table.grants(now).await?;
    Ok(issued.into_iter().filter(|grant| giver.may_give_scope(&grant.scope)).map(listed).collect())
}

/// The body of `POST /grants`.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    pub subject: String,
    pub scope: String,
    pub days: Option<u16>,
    #[serde(default = "a_day")]
    pub paid_within: Option<u32>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde's default has the field's type; null says that there is no limit")]
fn a_day() -> Option<u32> {
    Some(PAID_WITHIN)
}

/// The reply to `POST /grants`. Nobody gives the token out again: it is kept nowhere.
#[derive(Serialize)]
pub(crate) struct GivenOut {
    #[serde(flatten)]
    pub grant: IssuedGrant,
    pub token: String,
}

/// A field of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Subject,
    Scope,
    PaidWithin,
    /// With the most days that a grant of its scope lives.
    Days(u16),
}

/// Why no grant is issued.
pub(crate) enum Refused {
    /// A field can't be taken: a page says so in its own words.
    Field(Field, Problem),
    /// Anything else.
    Stop(Stop),
}

impl From<Stop> for Refused {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Field(_, problem) => Self::Problem(problem),
            Refused::Stop(stop) => stop,
        }
    }
}

fn refused(field: Field, sentence: impl Into<String>) -> Refused {
    Refused::Field(field, Problem::invalid(sentence))
}

/// The wanted rights, if the giver may give them.
fn checked(wanted: &Wanted, giver: &Giver<'_>) -> Result<Vec<Permission>, Refused> {
    let Wanted { subject, scope, paid_within, .. } = wanted;
    let is_seen = check_visible("subject", subject).is_ok() && !subject.chars().any(char::is_control);
    if !is_seen || subject.chars().count() > LONGEST_NAME {
        let sentence = format!("subject says whom the grant is for, in 1 to {LONGEST_NAME} characters.");
        return Err(refused(Field::Subject, sentence));
    }
    let permissions: Result<Vec<Permission>, _> = scope.split_whitespace().map(str::parse).collect();
    let permissions = permissions.map_err(|error: Invalid| refused(Field::Scope, error.0))?;
    if permissions.len() > MOST_PERMISSIONS {
        let sentence = format!("scope has {MOST_PERMISSIONS} words at most; this has {}.", permissions.len());
        return Err(refused(Field::Scope, sentence));
    }
    if permissions.is_empty() {
        let sentence = "scope says what the grant allows, such as issue:store/12 or report:cn/east.";
        return Err(refused(Field::Scope, sentence));
    }
    if paid_within.is_some_and(|hours| !(1..=LONGEST_PAID_WITHIN).contains(&hours)) {
        let sentence = format!("paid_within is 1 to {LONGEST_PAID_WITHIN} hours, or null for as long as links live.");
        return Err(refused(Field::PaidWithin, sentence));
    }
    let insufficient = |needs: &str| Refused::Stop(Problem::grant_insufficient(needs).into());
    match permissions.iter().find(|permission| !giver.may_give(permission)) {
        // A person who sets up a store gives tills its links, without having any.
        Some(Permission::Issue(Some(scope))) => Err(insufficient(&format!("admin:{scope}"))),
        Some(Permission::Issue(None)) => Err(insufficient("admin")),
        Some(other) => Err(insufficient(&other.to_string())),
        None => Ok(permissions),
    }
}

pub(crate) async fn issue(
    app: &App,
    wanted: Wanted,
    call: Call,
    giver: &Giver<'_>,
    by: &Grant,
) -> Result<GivenOut, Refused> {
    let permissions = checked(&wanted, giver)?;
    let Wanted { subject, days, paid_within, .. } = wanted;
    let longest = app.lifetimes.longest(&permissions);
    let days = days.unwrap_or(longest);
    if !(1..=longest).contains(&days) {
        let sentence = format!("days is 1 to {longest} for a grant of this scope; this is {days}.");
        return Err(refused(Field::Days(longest), sentence));
    }
    let is_for_tills =
        permissions.iter().any(|permission| matches!(permission, Permission::Issue(_) | Permission::Pulse(_)));
    let expires = call.now.saturating_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
    let issue = Issue { id: call.fresh, from: call.now };
    let grant =
        Grant { permissions, subject, expires, paid_within: paid_within.filter(|_| is_for_tills), issue: Some(issue) };
    let token = token::sign(&grant, &app.keys).map_err(|error| Stop::from(Problem::from(error)))?;
    if token.len() > LONGEST_TOKEN {
        return Err(refused(
            Field::Scope,
            "scope is so long that a header would not hold the grant: name fewer scopes.",
        ));
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
    app.table.put_grant(&issued).await.map_err(Stop::from)?;
    let on = format!("{} {} {}", issued.id, issued.subject, issued.scope);
    write_down(app, call, by, "grant-issued", on).await?;
    Ok(GivenOut { grant: issued, token })
}

pub(crate) async fn end(app: &App, request: &Request, call: Call, giver: &Giver<'_>, by: &Grant) -> Result<(), Stop> {
    let id: Uuid = request.path_parameter("id").parse().map_err(|_| Problem::invalid("A grant's id is a UUID."))?;
    // One from the keyring is not listed. It ends as well, and is remembered for as long as any may live.
    let listed = app.table.grant(id).await?;
    let may_end = match &listed {
        Some(grant) => giver.may_give_scope(&grant.scope),
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
    write_down(app, call, by, "grant-ended", format!("{id}{whose}")).await
}
