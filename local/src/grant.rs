//! Grants for a person who has the keys of this machine.

use aftertaste::{
    domain::access::{Grant, GrantKeys, Issue, Lifetimes, Permission},
    token,
};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::Failure;

/// How many days a grant lasts if it is not said.
const USUAL_DAYS: u16 = 30;

/// A bearer token of these permissions, parted by blanks. Without `days` it lasts as long as is usual, or as its kind may.
///
/// # Errors
/// When a permission is none, there is none, or one may not last so long.
pub fn sign_grant(
    keys: &GrantKeys,
    scopes: &str,
    paid_within: Option<u32>,
    days: Option<u16>,
    subject: String,
) -> Result<String, Failure> {
    let permission = |text: &str| text.parse::<Permission>().map_err(|error| Failure(error.0));
    let permissions = scopes.split_whitespace().map(permission).collect::<Result<Vec<_>, _>>()?;
    if permissions.is_empty() {
        return Err(Failure("A grant allows something, such as issue:store/12, report:cn/east or admin.".into()));
    }
    let longest = Lifetimes::default().longest(&permissions);
    let days = days.unwrap_or(longest.min(USUAL_DAYS));
    if days > longest {
        return Err(Failure(format!("--days: a grant of this scope lives {longest} days at most.")));
    }
    let from = Timestamp::now();
    let expires = from.saturating_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
    let issue = Some(Issue { id: Uuid::new_v4(), from });
    token::sign(&Grant { permissions, subject, expires, paid_within, issue }, keys).map_err(|error| Failure(error.0))
}
