//! The reader of a report who has signed in, and the way out.

use aftertaste::session::FORM_TOKEN;
use maud::{Markup, html};

use crate::words::Words;

/// The reader of the page, and how they get on from it.
pub(crate) struct SignedIn {
    pub name: String,
    /// The token of the form that signs out.
    pub token: String,
    /// Whether they have people or grants to manage.
    pub sets_up: bool,
    /// Whether they follow up on what guests of this scope answered.
    pub follows: bool,
}

impl SignedIn {
    /// The reader's name, and the way out.
    pub(crate) fn footer(&self, words: &Words) -> Markup {
        let Self { name, token, .. } = self;
        html! {
            footer.out {
                span { (name) }
                form method="post" action="/sign-out" {
                    input type="hidden" name=(FORM_TOKEN) value=(token);
                    button.quiet type="submit" { (words.sign_out) }
                    " "
                    button.quiet type="submit" name="everywhere" value="1" { (words.sign_out_everywhere) }
                }
            }
        }
    }
}
