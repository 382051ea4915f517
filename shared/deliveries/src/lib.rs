//! Deliveries to other systems and people: how they are signed, where they may go, and what an answer means.
//!
//! Nothing is sent here, and no name is resolved: the clock, random numbers and answers are arguments. The module
//! [`endpoint`] says who wants which events, and [`addresses`] where the sender may connect to. What it sends is in
//! [`webhook`] and [`robots`], and when it tries again is in [`retries`].

pub mod addresses;
pub mod endpoint;
pub mod retries;
pub mod robots;
pub mod webhook;
