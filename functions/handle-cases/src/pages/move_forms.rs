//! The forms of moves, of a case and of a trend: what all of them have.

use aftertaste::domain::{
    Id,
    survey::{Brand, Cause},
};
use maud::{Markup, html};
use serde::Serialize;

use super::frame::Frame;
use crate::{Asked, detail::nearest};

/// The forms of a page.
pub(super) struct MoveForms<'a> {
    pub asked: &'a Asked<'a>,
    pub frame: &'a Frame,
    /// The version that the reader sees.
    pub v: u64,
    pub address: &'a str,
    /// Whether the fields have what was typed into them and could not be taken.
    pub keeps: bool,
}

impl MoveForms<'_> {
    /// What was typed into a field.
    pub(super) fn typed(&self, field: &str) -> &str {
        if self.keeps { self.asked.caller.field(field) } else { "" }
    }

    /// Whether what was sent was this move, and could not be taken: then its form is open.
    fn is_open(&self, step: &str) -> bool {
        self.keeps && self.asked.caller.field("move") == step
    }

    /// A form of a move. The version goes with it: a quicker colleague's move is not overwritten.
    pub(super) fn form(&self, id: Option<&str>, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(self.frame.to(self.address)) id=[id] {
                (self.frame.token())
                input type="hidden" name="v" value=(self.v);
                (fields)
            }
        }
    }

    pub(super) fn button(&self, step: &str, name: &str) -> Markup {
        html! { button type="submit" name="move" value=(step) { (name) } }
    }

    /// A move that is seldom needed, folded away.
    pub(super) fn folded(&self, step: &str, (name, hint): (&str, Option<&str>), fields: &Markup) -> Markup {
        html! {
            details.fold open[self.is_open(step)] {
                summary { (name) }
                @if let Some(hint) = hint { p.note { (hint) } }
                (self.form(Some(step), fields))
            }
        }
    }
}

/// The causes of a list that is shown, in the nearest language of each.
pub(super) fn cause_options(causes: &[Cause], wanted: &[String], chosen: &str) -> Markup {
    html! {
        @for cause in causes {
            option value=(cause.id) selected[cause.id.as_str() == chosen] {
                (cause.name.in_language(nearest(wanted, cause.name.languages())))
                @if let Some(department) = &cause.department {
                    " · " (department.in_language(nearest(wanted, department.languages())))
                }
            }
        }
    }
}

/// The name of a cause in the nearest language; its id where the brand's list has it no more.
pub(super) fn cause_name(brand: &Brand, id: &Id, wanted: &[String]) -> String {
    let known = brand.known_causes().into_iter().find(|known| known.id == *id);
    known.map_or_else(
        || id.to_string(),
        |cause| cause.name.in_language(nearest(wanted, cause.name.languages())).to_owned(),
    )
}

/// An outcome's name in forms and JSON.
pub(super) fn named_outcome(outcome: &impl Serialize) -> String {
    let name = serde_json::to_value(outcome).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
