//! The shared parts of the HTTP functions: requests, replies, problems, content negotiation.

mod case_problems;
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
    COOKIE, COOKIE_BEFORE, Connection, Request, RequestContext, VISIT_COOKIE, VISIT_SECONDS, bearer, body_json,
    body_json_up_to, form_fields, form_fields_up_to, has_bearer, visit_cookie,
};

/// The largest body that is read, in bytes: 16 KB.
pub const LARGEST_BODY: usize = 16 * 1024;

/// The largest answer of a guest, in bytes: 96 KB. The texts of a survey are at most 1,000 characters together. A
/// family of four is one of them, and 75 bytes in a form.
pub const LARGEST_ANSWER: usize = 96 * 1024;

/// The largest payment notice and the largest account, in bytes: 256 KB. An order of a point of sale lists every dish, and
/// an account names a store for each merchant below it.
pub const LARGEST_NOTICE: usize = 256 * 1024;
