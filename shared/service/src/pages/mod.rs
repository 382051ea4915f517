//! Pages: those of a guest, that of a problem, and what all share.

mod brand;
pub mod case;
pub mod ends;
mod home;
mod people_words;
mod problems;
mod script;
mod shell;
pub mod survey;
mod words;

pub use brand::brand_for_program;
pub use home::home;
pub use people_words::{
    Channels, Counted, Meals, Section, filled, filled_with, part_name, part_names, people_language, people_languages,
};
pub use problems::{expired_link, problem, readers_problem};
pub use shell::{Shell, in_language};
pub use words::{guests_language, language_name, languages};
