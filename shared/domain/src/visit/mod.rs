//! Visits, what a merchant knows of one, and what lets one be answered: links, and the codes on tables that lead to links.

mod context;
mod link;
mod table_code;
#[expect(clippy::module_inception, reason = "the room is named for what it is about")]
mod visit;

pub use context::{Context, ContextDetails, check_currency};
pub use link::{CLOCK_TOLERANCE_MINUTES, Claim, LINK_LENGTH, Link, STAFF_LINK_DAYS, Standing};
pub use table_code::{TableCode, network, visitor};
pub use visit::{Channel, Minute, Origin, PaymentHash, Segment, TableNumber, Visit};
