//! Trends: scores that the watch named as changed. They stand in inboxes, and are taken, handed over and closed.

mod listed;
mod moves;
mod replies;
mod sent;
mod shown;

pub(crate) use listed::{Listed, of_scope};
pub(crate) use moves::Came;
pub(crate) use replies::{move_on, show};
pub(crate) use shown::{Found, Shown, find_id};
