//! The ground that a function stands on: the table, HTTP, pages, the keys and the environment. The domain of Aftertaste
//! is in [`domain`], and is used from here.
//!
//! [`table`] and [`http`] never know each other. [`pages`] knows `http`; [`app`], [`cases`], [`count`], [`counting`], [`issued`],
//! [`memory`], [`noticed`] and [`reading`] have what several functions make of them. A function does the rest.

pub mod app;
pub mod aws;
pub mod below;
pub mod cases;
pub mod count;
pub mod counting;
pub mod environment;
pub mod http;
pub mod issued;
pub mod lambda;
pub mod logs;
pub mod memory;
pub mod noticed;
pub mod pages;
pub mod reading;
pub mod seal;
pub mod session;
pub mod table;
pub mod token;
pub mod watching;
pub mod web;

pub use domain;
