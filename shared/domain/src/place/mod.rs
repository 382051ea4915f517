//! Where: stores, the nodes above them, their business days and opening hours, and months.

mod business_day;
mod month;
mod opening;
mod scope;
mod store;

pub use business_day::{Calendar, is_in_range, parse_day};
pub use month::Month;
pub use opening::Opening;
pub use scope::{Path, Scope, StoreNumber};
pub use store::{AskedBefore, DayStart, Store, StoreDetails};
