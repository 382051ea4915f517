//! The pages of cases, of scores that changed and of actions, for a phone first, readable and usable without script.

mod action;
mod action_list;
mod action_rows;
mod awards;
mod case;
mod forms;
mod frame;
mod history;
mod inbox;
mod move_forms;
mod trend;
mod trend_rows;
mod verdict;

pub(crate) use action::page as action;
pub(crate) use action_list::{OnList, page as actions};
pub(crate) use awards::{Claim, page as awards};
pub(crate) use case::page as case;
pub(crate) use frame::Frame;
pub(crate) use inbox::page as inbox;
pub(crate) use trend::page as trend;
