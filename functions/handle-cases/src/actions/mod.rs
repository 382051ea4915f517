//! Actions: what stores do to become better. They are listed, started and withdrawn here; the watch judges them.

mod create;
mod listed;
mod replies;
mod sent;
mod shown;

pub(crate) use create::{AHEAD_DAYS, BACK_DAYS, Days};
pub(crate) use listed::{Listed, OfScope, answering};
pub(crate) use replies::{create, list, show, withdraw};
pub(crate) use sent::Mistake;
pub(crate) use shown::Shown;
