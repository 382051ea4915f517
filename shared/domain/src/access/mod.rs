//! Who may: keys, grants and what they allow.

mod grant;
mod keys;

pub use grant::{Grant, Issue, Lifetimes, Permission};
pub use keys::{BothKeys, GrantKeys, GuestKeys, Key};
