//! What goes out to other systems and people: once it arrived never again, and until then not lost.

mod endpoints;
mod histories;
mod office;
mod people;
mod receivers;
mod telling;
