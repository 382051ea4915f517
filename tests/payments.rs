//! Payments that providers report: from a notice to the event that asks a guest, and those that never lead to one.

mod accounts;
mod bent;
mod costs;
mod desk;
mod killed;
mod logged;
mod nasty;
mod once;
mod refused;
pub mod signing;
mod unmapped;
mod vectors;
mod whom;
