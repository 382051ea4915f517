//! How a guest wants to be reached about their case: kept apart from it, and not for long.

use aftertaste::{
    app::Stop,
    cases::{Pushed, push},
    domain::{
        access::{check_visible, without_invisible},
        case::{Move, Moving},
        survey::Severity,
    },
    http::Problem,
    table::{Contact, StoredCase, Table},
};

/// The most characters of how a guest wants to be reached.
const LONGEST: usize = 80;

/// Whether a case takes it: for as long as somebody works at it. A guest who praises is not called.
pub(crate) fn may_be_left(stored: &StoredCase, moving: Moving<'_>) -> bool {
    stored.case.severity != Severity::Praise && stored.case.after(&Move::LeaveContact, moving).is_ok()
}

/// A guest's contact as the caller will read it, if it can be kept.
fn checked(how: &str) -> Result<String, Problem> {
    let how = without_invisible(how).trim().to_owned();
    let is_odd = how.chars().any(char::is_control) || check_visible("contact.how", &how).is_err();
    if is_odd || how.chars().count() > LONGEST {
        let sentence = format!("contact.how is 1 to {LONGEST} characters that can be seen, and no control character.");
        return Err(Problem::invalid(sentence));
    }
    Ok(how)
}

/// Keeps how a guest wants to be reached, with the words that they agreed to. The case says that there is something
/// before it is there: what is withdrawn meanwhile takes it along.
pub(crate) async fn leave(
    table: &Table,
    stored: StoredCase,
    (how, agreed): (&str, &str),
    moving: Moving<'_>,
) -> Result<Result<StoredCase, Problem>, Stop> {
    let how = match checked(how) {
        Ok(how) => how,
        Err(problem) => return Ok(Err(problem)),
    };
    if !may_be_left(&stored, moving) {
        return Ok(Err(not_taken()));
    }
    // Left in place of another it is no new move, so that nobody fills a case's history with it.
    let stored = if stored.case.contact {
        stored
    } else {
        match push(table, &stored.key, &Move::LeaveContact, moving).await? {
            Pushed::Made(after) => *after,
            Pushed::Refused(..) => return Ok(Err(not_taken())),
            Pushed::None => return Err(Problem::link_unknown().into()),
        }
    };
    let contact = Contact { how, agreed: agreed.to_owned(), at: moving.at };
    table.put_contact(&stored.key, &contact).await?;
    // Withdrawn between the two writes: it must not stay behind.
    let is_there = table.case(&stored.key).await?.is_some_and(|there| !there.case.is_withdrawn());
    if !is_there {
        table.forget_contact(&stored.key).await?;
        return Err(Problem::link_unknown().into());
    }
    Ok(Ok(stored))
}

fn not_taken() -> Problem {
    Problem::not_of_this_case("A contact is taken while the case is open, and of no praise.")
}
