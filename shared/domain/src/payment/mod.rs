//! Payments that a provider reports: their details, the store each belongs to, and its identity.

mod account;
mod identity;
#[expect(clippy::module_inception, reason = "the room is named for what it is about")]
mod payment;
mod source;

pub use account::{
    Account, AccountDetails, AccountId, Alipay, ContextRules, PaymentId, Provider, PublicKey, Square, Standard,
    StoreRule, Stripe, WeChat,
};
pub use identity::{Payer, PaymentKey};
pub use payment::{Payment, Place};
pub use source::{Pick, Source};
