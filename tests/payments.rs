//! Payments that providers tell of: from a notice to the event that asks a guest, and what never leads to one.

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
