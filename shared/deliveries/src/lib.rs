//! What goes out to other systems and people: how it is signed, where it may go, and what an answer means.
//!
//! Nothing is sent here, and no name is resolved: the clock, random numbers and answers are arguments. [`endpoint`] says
//! who wants what, [`addresses`] where the sender may connect to, [`webhook`] and [`robots`] what it sends, [`retries`]
//! when it tries again.

pub mod addresses;
pub mod endpoint;
pub mod retries;
pub mod robots;
pub mod webhook;
