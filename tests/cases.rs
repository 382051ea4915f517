//! Cases: followed up by whoever may, each move once.

mod awards;
mod handling;
mod inbox;
mod pages;
pub mod scene;
