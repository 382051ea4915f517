//! Cases: only those who may follow them up do, each move once.

mod awards;
mod handling;
mod inbox;
mod pages;
pub mod scene;
