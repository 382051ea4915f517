//! What the HTTP functions share: requests, replies, problems, content negotiation.

mod negotiation;
mod problem;
mod problem_kind;
mod reply;
mod request;

pub use negotiation::{accepted, wanted_languages};
pub use problem::Problem;
pub use problem_kind::ProblemKind;
pub use reply::{Page, Reply};
pub use request::{
    COOKIE, COOKIE_BEFORE, Connection, Request, RequestContext, bearer, body_json, form_fields, has_bearer,
};

/// The largest body that is read, in bytes: 16 KB. The texts of a survey are at most 1,000 characters together, and an
/// emoji is 12 bytes in a form.
pub const LARGEST_BODY: usize = 16 * 1024;
