//! Who may: keys, grants and what they allow.

mod grant;
mod keyring;

pub use grant::{Grant, Issue, Lifetimes, Permission};
pub use keyring::{Key, Keyring};
