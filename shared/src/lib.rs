//! The one library behind every function of Aftertaste.
//!
//! Data flows one way: [`domain`] knows nothing else; [`stats`] knows `domain`; [`table`] and [`http`] know
//! `domain` and never each other; [`app`] and [`count`] hold what several functions join them to. A function does
//! the rest.

pub mod app;
pub mod config;
pub mod count;
pub mod domain;
pub mod http;
pub mod stats;
pub mod table;
