//! The inbox of a scope: what is due first on top, praises apart.

use std::cmp::Reverse;
use std::ops::Range;

use aftertaste::{
    app::Stop,
    domain::{
        place::{Scope, Store},
        survey::Severity,
    },
    http::Problem,
    pages::people_language,
    reading::Stores,
    table::{StoredCase, Table, TableError},
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{Timestamp, ToSpan};

use crate::{
    App, Asked, Caller,
    listed::{Listed, People},
    trends,
};

/// Cases of visits so many days back are read: a link can be answered for thirty, a case is open for thirty more.
const READ_DAYS: i64 = 62;

/// So many days a closed case is listed.
const CLOSED_DAYS: i64 = 31;

/// So many stores are read at the same time: five hundred of them in some thirty rounds, each of a few milliseconds.
pub(crate) const AT_ONCE: usize = 16;

/// So many of the reader's other scopes are linked.
const SCOPES_SHOWN: usize = 20;

/// So many cases are on a page. The words of no others are read.
const ON_A_PAGE: usize = 50;

/// So many closed cases of a store are listed.
const MOST_CLOSED: usize = 200;

/// Which cases of a scope are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Which {
    /// Those that were closed, in place of those that are not.
    pub closed: bool,
    /// Those alone that the reader has.
    pub mine: bool,
}

/// The contents of a scope's inbox.
pub(crate) struct Inbox {
    pub scope: Scope,
    /// The scope's name for people.
    pub name: String,
    pub which: Which,
    /// The reader's other scopes, with what people call them.
    pub others: Vec<(Scope, String)>,
    /// The scores that changed, on the first page.
    pub trends: Vec<trends::Listed>,
    /// Each with its store, whose clock its deadlines are read on.
    pub cases: Vec<(Listed, Store)>,
    /// Which page of them it is, from 1 on.
    pub page: usize,
    /// How many more come after it.
    pub more: usize,
}

impl Inbox {
    /// Complaints, or praises.
    pub(crate) fn of(&self, praises: bool) -> impl Iterator<Item = &(Listed, Store)> {
        self.cases.iter().filter(move |(listed, _)| (listed.severity == Severity::Praise) == praises)
    }
}

/// The first scope that the caller follows. Of every scope it is the topmost node of the first store: an inbox goes no
/// higher. None where there is no store.
pub(crate) async fn first(app: &App, caller: &Caller, now: Timestamp) -> Result<Option<String>, TableError> {
    if let Some(scope) = caller.scopes().next().flatten() {
        return Ok(Some(scope.to_string()));
    }
    let stores = app.catalog.stores(now).await?;
    let top = stores.first().and_then(|store| store.details.path.with_ancestors().next());
    Ok(top.map(|top| top.to_string()))
}

/// The inbox of the address's scope.
pub(crate) async fn read(asked: &Asked<'_>) -> Result<Inbox, Stop> {
    let (app, now) = (asked.app, asked.call.now);
    let scope: Scope = asked.request.path_parameter("scope").parse().map_err(|_| Problem::scope_unknown())?;
    let stores = Stores::of(app, &scope, now).await?.in_language(people_language(asked.languages));
    if !asked.caller.grant.allows_follow(&scope, stores.own().map(|store| &store.details.path)) {
        return Err(asked.needs("follow", &scope));
    }
    if stores.all.is_empty() {
        return Err(Problem::scope_unknown().into());
    }
    let (which, page) = (which(asked)?, page(asked)?);
    let mut found = find(asked, &stores, which).await?;
    // A page that is read again after cases were closed may be past the end.
    let last = found.len().div_ceil(ON_A_PAGE).max(1);
    let page = if asked.frame.is_some() { page.min(last) } else { page };
    found.drain(..found.len().min((page - 1).saturating_mul(ON_A_PAGE)));
    let more = found.len().saturating_sub(ON_A_PAGE);
    found.truncate(ON_A_PAGE);
    let people = People::of(app, now).await?;
    let trends = match page {
        1 => trends::of_scope(asked, (&scope, &stores), (which.closed, which.mine), &people).await?,
        _ => Vec::new(),
    };
    let reads: Vec<_> =
        found.iter().map(|(stored, store)| with_words(&app.table, (stored, store), &people, now)).collect();
    let cases = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let others = if asked.frame.is_some() { others(asked, &scope).await? } else { Vec::new() };
    Ok(Inbox { name: stores.name(), scope, which, others, trends, cases, page, more })
}

/// The other scopes that the reader follows, as far as a page links them.
pub(crate) async fn others(asked: &Asked<'_>, here: &Scope) -> Result<Vec<(Scope, String)>, Stop> {
    let others: Vec<&Scope> =
        asked.caller.scopes().flatten().filter(|scope| *scope != here).take(SCOPES_SHOWN).collect();
    let mut named = Vec::new();
    for scope in others {
        let language = people_language(asked.languages);
        named.push((scope.clone(), asked.app.catalog.name_of(scope, language, asked.call.now).await?));
    }
    Ok(named)
}

/// A case as the list has it, with the first of its guest's words.
async fn with_words(
    table: &Table,
    (stored, store): (&StoredCase, &Store),
    people: &People,
    now: Timestamp,
) -> Result<(Listed, Store), Stop> {
    let listed = Listed::of(stored, store, people, now);
    let response = match table.response_of_case(&stored.key).await {
        Err(error @ TableError::Unreadable { .. }) => {
            error.log_left_out();
            None
        }
        read => read?,
    };
    Ok((listed.with_words(stored, response.as_ref()), store.clone()))
}

/// `state` and `mine`.
fn which(asked: &Asked<'_>) -> Result<Which, Problem> {
    let closed = match asked.request.query("state").as_deref() {
        None | Some("" | "open") => false,
        Some("closed") => true,
        Some(_) => return Err(Problem::invalid("state is open or closed.")),
    };
    let mine = match asked.request.query("mine").as_deref() {
        None | Some("" | "0") => false,
        Some("1") => true,
        Some(_) => return Err(Problem::invalid("mine is 1, or it is left out.")),
    };
    Ok(Which { closed, mine })
}

/// `page`.
fn page(asked: &Asked<'_>) -> Result<usize, Problem> {
    let Some(text) = asked.request.query("page").filter(|text| !text.is_empty()) else { return Ok(1) };
    let page = text.parse().ok().filter(|page: &u32| *page > 0).and_then(|page| usize::try_from(page).ok());
    page.ok_or_else(|| Problem::invalid("page is a whole number from 1 on."))
}

/// The cases of some stores that are asked for, in their order.
async fn find<'a>(asked: &Asked<'_>, stores: &'a Stores, which: Which) -> Result<Vec<(StoredCase, &'a Store)>, Stop> {
    let (table, now) = (&asked.app.table, asked.call.now);
    let days_ago = |days: i64| now.saturating_sub((days * 24).hours()).unwrap_or(Timestamp::MIN);
    let paid: Range<Timestamp> = days_ago(READ_DAYS)..now.saturating_add(1.hour()).unwrap_or(Timestamp::MAX);
    let reads: Vec<_> = stores.all.iter().map(|store| of_store(table, store, &paid, which)).collect();
    let all: Vec<Vec<(StoredCase, &Store)>> = stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
    let (by, since) = (asked.caller.by(), days_ago(CLOSED_DAYS));
    let is_asked_for = |(stored, _): &(StoredCase, &Store)| {
        let is_theirs = stored.case.owner.as_deref() == Some(by);
        let is_in_time = !which.closed || (moved_at(stored) >= since && !stored.case.is_withdrawn());
        is_in_time && (is_theirs || !which.mine)
    };
    let mut cases: Vec<(StoredCase, &Store)> = all.into_iter().flatten().filter(is_asked_for).collect();
    if which.closed {
        cases.sort_by_key(|(stored, _)| (Reverse(moved_at(stored)), stored.key.clone()));
    } else {
        cases.sort_by_key(|(stored, _)| order(stored));
    }
    Ok(cases)
}

async fn of_store<'a>(
    table: &Table,
    store: &'a Store,
    paid: &Range<Timestamp>,
    which: Which,
) -> Result<Vec<(StoredCase, &'a Store)>, TableError> {
    let cases = match which.closed {
        true => table.closed_cases(store.number, paid, MOST_CLOSED).await?,
        false => table.open_cases(store.number, paid).await?,
    };
    Ok(cases.into_iter().map(|stored| (stored, store)).collect())
}

/// When a case was moved last.
fn moved_at(stored: &StoredCase) -> Timestamp {
    stored.case.log.last().map_or(stored.case.opened_at, |entry| entry.at)
}

/// Cases that are due first come first, then those that wait for their guest, then praises. The order of two alike is
/// always the same.
fn order(stored: &StoredCase) -> impl Ord + use<> {
    let case = &stored.case;
    let due = case.due().unwrap_or(Timestamp::MAX);
    (case.severity == Severity::Praise, !case.waits_for_the_store(), due, case.opened_at, stored.key.clone())
}
