//! Aftertaste as its callers meet it: over HTTP, with the real SDK against a real (embedded) DynamoDB; the real
//! binaries under AWS's runtime emulator; the real program, started, killed and started again.

mod bad_input;
mod bending;
mod blinding;
mod catalog;
mod change;
mod claims;
mod codes;
mod context;
mod cost;
mod counting;
mod database;
mod documents;
mod emulator;
mod erasing;
mod events;
mod finding_out;
mod fuzz;
mod grants;
mod harness;
mod journey;
mod misplaced;
mod once;
mod payments;
mod people;
mod process;
mod real_data;
mod replies;
mod report;
mod sending;
mod signing_in;
mod splits;
mod start;
mod structure;
mod this_machine;
mod versions;
