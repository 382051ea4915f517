//! Who may: keys, grants and what they allow.

mod grant;
mod keyring;

pub use grant::{Grant, Permission};
pub use keyring::{Key, Keyring};
