//! Payments on a laptop: notices that are as genuine as a provider's, signed with keys that were made here.
//!
//! The providers never sign for this machine, so that it has a provider's key of its own. Each provider has a file, which
//! knows how its account is put and how its notices are written and signed. No server trusts these keys before an account
//! is put that names them, and the keys stay in the folder of the table.

mod alipay;
mod command;
mod keys;
mod mapped;
mod placing;
mod provider;
mod sent;
mod square;
pub(crate) mod standard;
mod stripe;
mod told;
mod wechat;

#[cfg(test)]
mod trying;

pub use command::Pay;
