//! The pages of cases, for a phone first, readable and usable without script.

mod awards;
mod case;
mod forms;
mod frame;
mod inbox;

pub(crate) use awards::{Claim, page as awards};
pub(crate) use case::page as case;
pub(crate) use frame::Frame;
pub(crate) use inbox::page as inbox;
