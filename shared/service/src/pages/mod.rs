//! Pages: those of a guest, that of a problem, and what all share.

mod problems;
mod script;
mod shell;
pub mod survey;
mod words;

pub use problems::problem;
pub use shell::{LANGUAGES, Shell, built_in_language};
