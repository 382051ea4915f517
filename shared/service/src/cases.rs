//! Opening cases and withdrawing them, as several functions do.

use std::time::Duration;

use domain::{
    access::GuestKeys,
    case::{Case, CaseId, Move, Moving, Refused},
    place::Store,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::App,
    table::{CaseKey, Moved, Opening, StoredCase, Table, TableError},
};

/// How long a guest waits for their case to be opened. The next count opens it anyway.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a move is made again that another was quicker than.
const TRIES: usize = 5;

impl App<GuestKeys> {
    /// Opens the case of an answer that was just recorded. A failure is logged: the guest is thanked all the same.
    pub async fn open_case(&self, opening: &Opening<'_>) {
        let store = opening.visit.store.get();
        let severity = opening.called.severity.name();
        match tokio::time::timeout(PATIENCE, self.table.open_case(opening)).await {
            Ok(Ok(true)) => tracing::info!(outcome = "case-opened", store, severity),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(outcome = "case-not-opened", store, %error),
            Err(_) => tracing::error!(outcome = "case-not-opened", store, error = "the table took too long"),
        }
    }
}

/// The outcome of a move that is made whatever others do meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// It is made. The case as it is now.
    Made(Box<StoredCase>),
    /// It can't be made, for this reason.
    Refused(Refused, Box<StoredCase>),
    /// There is no such case.
    None,
}

/// Makes a move of somebody who does not care what others did meanwhile: a guest, or an answer that is gone.
///
/// # Errors
/// When the table can't be read or written.
pub async fn push(table: &Table, key: &CaseKey, step: &Move, moving: Moving<'_>) -> Result<Pushed, TableError> {
    let mut found = table.case(key).await?;
    for _ in 0..TRIES {
        let Some(before) = found else { return Ok(Pushed::None) };
        let after = match before.case.after(step, moving) {
            Ok(after) => after,
            Err(refused) => return Ok(Pushed::Refused(refused, Box::new(before))),
        };
        match table.move_case(&before, &after, moving.at).await? {
            Moved::Made => return Ok(Pushed::Made(Box::new(StoredCase { case: after, ..before }))),
            Moved::Overtaken(there) => found = Some(*there),
            Moved::Gone => return Ok(Pushed::None),
        }
    }
    Err(TableError::Failed { action: "move a case", detail: "others were quicker each time".into() })
}

/// Withdraws the case of an answer that is gone, and forgets how its guest wants to be reached. Done again it changes
/// nothing.
///
/// # Errors
/// When the table can't be read or written.
pub async fn withdraw(table: &Table, key: &CaseKey, store: &Store, at: Timestamp, id: Uuid) -> Result<(), TableError> {
    withdraw_if(table, key, |_| true, Moving { by: "guest", at, id, store }).await
}

/// The same of the case of one answer alone: that of another one, which came after it, stays.
///
/// # Errors
/// When the table can't be read or written.
pub async fn withdraw_that(table: &Table, key: &CaseKey, of: &CaseId, moving: Moving<'_>) -> Result<(), TableError> {
    withdraw_if(table, key, |case| case.id == *of, moving).await
}

async fn withdraw_if(
    table: &Table,
    key: &CaseKey,
    is_meant: impl Fn(&Case) -> bool,
    moving: Moving<'_>,
) -> Result<(), TableError> {
    let mut found = table.case(key).await?;
    for _ in 0..TRIES {
        let Some(before) = found.filter(|found| is_meant(&found.case)) else { return Ok(()) };
        if before.case.contact {
            table.forget_contact(key).await?;
        }
        if let Some(code) = unclaimed(&before.case) {
            table.delete_award(key.store, code).await?;
        }
        let Ok(after) = before.case.after(&Move::Withdraw, moving) else { return Ok(()) };
        // Nobody needs to check it any more, so no check is scheduled.
        match table.write_case(&before, &after, None).await? {
            Moved::Made | Moved::Gone => return Ok(()),
            Moved::Overtaken(there) => found = Some(*there),
        }
    }
    Err(TableError::Failed { action: "withdraw a case", detail: "others were quicker each time".into() })
}

/// The code of an award that was not handed out.
fn unclaimed(case: &Case) -> Option<&str> {
    case.award.as_ref().filter(|award| award.redeemed_at.is_none()).and_then(|award| award.code.as_deref())
}
