//! Problems (RFC 9457): what a caller did that can't be done, as a value with a stable type.

use domain::survey::Mistake;
use http::StatusCode;
use serde::Serialize;

use super::Reply;

/// A caller's mistake. The body of the reply is `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The end of its type, `/problems/<kind>`; it never changes.
    pub kind: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The same for every problem of the kind.
    pub title: &'static str,
    /// What was wrong, where, and what to do.
    pub detail: String,
    /// For answers: what is wrong with which.
    pub errors: Vec<Mistake>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Mistake],
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let body = Body {
            r#type: format!("/problems/{}", problem.kind),
            title: problem.title,
            status: problem.status.as_u16(),
            detail: &problem.detail,
            errors: &problem.errors,
        };
        let reply = Self::json(problem.status, &body).with("content-type", "application/problem+json");
        problem.headers().iter().fold(reply, |reply, (name, value)| reply.with(name, *value))
    }
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, status, title, detail: detail.into(), errors: Vec::new() }
    }

    /// Headers that go with the status.
    pub(crate) fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.status {
            StatusCode::UNAUTHORIZED => &[("www-authenticate", "Bearer")],
            StatusCode::TOO_MANY_REQUESTS => &[("retry-after", "60")],
            StatusCode::SERVICE_UNAVAILABLE => &[("retry-after", "1")],
            _ => &[],
        }
    }

    /// A link that is forged, mangled, signed with a retired key: alike in every case.
    pub fn link_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "link-unknown",
            "Not a survey link",
            "This is not a link that we gave out. Scan the code on the receipt again, or type its address whole.",
        )
    }

    /// A table's code that is forged or mangled.
    pub fn code_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "code-unknown",
            "Not a code of a table",
            "This is not a code that we gave out. Scan it again, or type its address whole.",
        )
    }

    /// More openings of codes from one address in a minute than guests make.
    pub fn too_many() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            "Too many at once",
            "Too many surveys were opened from this address within a minute. Wait a minute and try again.",
        )
    }

    /// A link whose payment lies in the future.
    pub fn link_from_the_future() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "link-from-the-future",
            "A link for a payment that has not happened",
            "This link is for a payment that lies more than 10 minutes in the future. The clock that stamped it is wrong.",
        )
    }

    /// A link whose lifetime is over.
    pub fn link_expired(at: jiff::Timestamp) -> Self {
        let detail = format!("This link could be answered until {at}.");
        Self::new(StatusCode::GONE, "link-expired", "The link has expired", detail)
    }

    /// A store that the catalog does not have.
    pub fn store_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "store-unknown",
            "No such store",
            "There is no store of this number. An operator puts it in with PUT /stores/{store}.",
        )
    }

    /// A survey that the catalog does not have.
    pub fn survey_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "survey-unknown",
            "No such survey",
            "There is no survey of this id and version. An operator puts it in with PUT /surveys/{id}.",
        )
    }

    /// A scope above which there is nothing to report.
    pub fn scope_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "scope-unknown",
            "No such scope",
            "There is no store and no node of this name. A scope is store/12 or a path such as cn/east.",
        )
    }

    /// A visit that was answered with other answers.
    pub fn already_answered() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "already-answered",
            "Already answered",
            "This visit has been answered, with other answers. To answer anew, take that answer back first: DELETE this address.",
        )
    }

    /// Answers to a survey that the store no longer asks.
    pub fn survey_changed() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "survey-changed",
            "The store asks another survey now",
            "Nothing was recorded. GET this address again and show what is asked now.",
        )
    }

    /// Answers that do not fit the survey.
    pub fn answers_invalid(errors: Vec<Mistake>) -> Self {
        Self {
            errors,
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "answers-invalid",
                "Some answers do not fit",
                "Nothing was recorded. Each entry of errors names a question and what its answer has to be.",
            )
        }
    }

    /// A body or parameter that was understood and can't be taken.
    pub fn invalid(detail: impl Into<String>) -> Self {
        // What a caller sent may be part of the sentence, and long.
        let mut detail: String = detail.into();
        if let Some((cut, _)) = detail.char_indices().nth(2000) {
            detail.truncate(cut);
            detail.push('…');
        }
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Not a value that can be taken", detail)
    }

    /// A body that is not JSON.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let detail = format!("The body is not JSON: {}.", detail.into());
        Self::new(StatusCode::BAD_REQUEST, "malformed", "Not JSON", detail)
    }

    /// A body of another type than the route takes.
    pub fn unsupported_media_type(takes: &str) -> Self {
        let detail = format!("The body's Content-Type has to be {takes}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Not a type that is read", detail)
    }

    /// A body over the limit.
    pub fn body_too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "The body is too large",
            "A body is at most 16384 bytes.",
        )
    }

    /// No grant.
    pub fn grant_missing() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "grant-missing",
            "A grant is needed",
            "Send the header Authorization: Bearer <grant>.",
        )
    }

    /// A grant that was not signed here.
    pub fn grant_invalid() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "grant-invalid",
            "Not a grant",
            "The bearer token is not a grant of this brand. Ask its operator for a new one.",
        )
    }

    /// A grant that has ended.
    pub fn grant_expired() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "grant-expired",
            "The grant has ended",
            "The bearer token was a grant until its exp. Ask the operator for a new one.",
        )
    }

    /// A grant that does not allow this.
    pub fn grant_insufficient(needs: &str) -> Self {
        let detail = format!("This needs a grant whose scope has {needs}.");
        Self::new(StatusCode::FORBIDDEN, "grant-insufficient", "The grant does not allow this", detail)
    }

    /// An address that no function answers for.
    pub fn route_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "route-unknown",
            "No such address",
            "Nothing is here. The table of routes has every address and its methods.",
        )
    }

    /// Something of ours is broken.
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available just now",
            "Something on our side did not answer. The same call can be sent again in a moment; nothing is counted twice.",
        )
    }
}
