//! Messages to other systems and people: once they arrived never again, and until then not lost.

mod again;
mod alerts;
mod case_histories;
mod cases;
mod costs;
pub mod desk;
mod digests;
mod duties;
mod endpoints;
mod examples;
mod histories;
mod many;
pub mod office;
mod people;
mod receivers;
mod sweeps;
mod telling;
