//! Guests' wishes for their case: as JSON from a program, or as a form from a page.

use aftertaste::{
    domain::case::Said,
    http::{Problem, Request, body_json, form_fields},
};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::submission::{FORM, of_header, submission_of};

/// A guest's wish for their case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// To see it.
    Look,
    /// To say how it ended.
    Say(Said),
    /// To leave word how they want to be reached.
    LeaveContact(String),
    /// To have that forgotten.
    ForgetContact,
}

/// A guest's wish, and the submission by which their answer came.
pub(crate) struct Wish {
    pub submission: Option<Uuid>,
    /// None where the guest has left the form's box empty, and has not agreed.
    pub act: Option<Act>,
}

#[derive(Deserialize)]
struct Body {
    submission: Option<Uuid>,
    said: Option<Said>,
    /// `null` forgets it, and nothing leaves it.
    #[serde(default, deserialize_with = "given")]
    contact: Option<Option<Left>>,
}

#[derive(Deserialize)]
struct Left {
    how: String,
}

fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<Left>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// The text in a form's box for how its guest wants to be reached, whether or not they have agreed.
pub(crate) fn typed_contact(request: &Request) -> Result<Option<String>, Problem> {
    if request.content_type() != FORM {
        return Ok(None);
    }
    let fields = form_fields(request)?.into_iter();
    Ok(fields.filter(|(name, _)| name == "contact_how").map(|(_, typed)| typed).next())
}

impl Wish {
    /// Reads a call.
    pub fn read(request: &Request) -> Result<Self, Problem> {
        match request.route_key.as_str() {
            "GET /s/{link}/case" => Ok(Self { submission: of_header(request)?, act: Some(Act::Look) }),
            "POST /s/{link}/case" if request.content_type() == FORM => Self::of_form(&form_fields(request)?),
            "POST /s/{link}/case" => Self::of_body(body_json(request)?),
            _ => Err(Problem::route_unknown()),
        }
    }

    fn of_body(body: Body) -> Result<Self, Problem> {
        let act = match (body.said, body.contact) {
            (Some(said), None) => Act::Say(said),
            (None, Some(Some(left))) => Act::LeaveContact(left.how),
            (None, Some(None)) => Act::ForgetContact,
            (None, None) => Act::Look,
            (Some(_), Some(_)) => return Err(Problem::invalid("The body has said or contact, and not both at once.")),
        };
        Ok(Self { submission: body.submission, act: Some(act) })
    }

    fn of_form(fields: &[(String, String)]) -> Result<Self, Problem> {
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let act = match (field("said"), field("contact_how"), field("forget_contact")) {
            (Some("solved"), ..) => Some(Act::Say(Said::Solved)),
            (Some("not-solved"), ..) => Some(Act::Say(Said::NotSolved)),
            (Some(_), ..) => return Err(Problem::invalid("The form's field said is solved or not-solved.")),
            (None, Some(how), _) => field("contact_agreed")
                .filter(|agreed| matches!(*agreed, "1" | "on" | "true"))
                .map(|_| Act::LeaveContact(how.to_owned())),
            (None, None, Some(_)) => Some(Act::ForgetContact),
            (None, None, None) => Some(Act::Look),
        };
        Ok(Self { submission: submission_of(fields)?, act })
    }
}
