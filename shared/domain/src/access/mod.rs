//! Access: keys, grants and the permissions in them.

mod grant;
mod keys;
mod person;

pub use grant::{Grant, Issue, Lifetimes, Permission};
pub use keys::{AllKeys, BothKeys, GrantKeys, GuestKeys, Key, OperatorKeys, ReceiverKeys, SealKeys, Ticket};
pub use person::{MOST_ROLES, Person, Reach, Role, RoleKind, SessionLives};

pub use crate::visible::{check_visible, without_invisible};
