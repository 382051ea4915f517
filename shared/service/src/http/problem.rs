//! Problems (RFC 9457): what a caller did that can't be done, as a value with a kind that never changes.

use domain::{Invalid, Mistakes, NAMED_AT_MOST, survey::Mistake};
use http::StatusCode;
use serde::Serialize;

use super::{ProblemKind, Reply};
use crate::token::NotGranted;

/// A caller's mistake. The body of the reply is `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The mistake, where it is, and what to do.
    pub detail: String,
    /// For answers: what is wrong with which.
    pub errors: Vec<Mistake>,
    /// Of a visit that has an answer: that the caller may take it back, because it is theirs.
    pub can_be_taken_back: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Mistake],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    can_be_taken_back: bool,
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let body = Body {
            r#type: format!("/problems/{}", problem.kind.name()),
            title: problem.kind.title(),
            status: problem.kind.status().as_u16(),
            detail: &problem.detail,
            errors: &problem.errors,
            can_be_taken_back: problem.can_be_taken_back,
        };
        let reply = Self::json(problem.kind.status(), &body).with("content-type", "application/problem+json");
        problem.headers().iter().fold(reply, |reply, (name, value)| reply.with(name, *value))
    }
}

impl From<Invalid> for Problem {
    fn from(mistake: Invalid) -> Self {
        Self::invalid(mistake.0)
    }
}

impl From<NotGranted> for Problem {
    fn from(wrong: NotGranted) -> Self {
        match wrong {
            NotGranted::Unreadable | NotGranted::Early => Self::grant_invalid(),
            NotGranted::Expired => Self::grant_expired(),
        }
    }
}

impl From<Mistakes> for Problem {
    fn from(mistakes: Mistakes) -> Self {
        Self::invalid(mistakes.to_string())
    }
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), can_be_taken_back: false }
    }

    /// Headers that go with the status.
    pub(crate) fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.kind.status() {
            // A provider has a signature, and no grant.
            StatusCode::UNAUTHORIZED if self.kind == ProblemKind::NoticeRefused => &[],
            StatusCode::UNAUTHORIZED => &[("www-authenticate", "Bearer")],
            StatusCode::TOO_MANY_REQUESTS => &[("retry-after", "60")],
            StatusCode::SERVICE_UNAVAILABLE => &[("retry-after", "1")],
            _ => &[],
        }
    }

    /// A link that is forged, mangled, signed with a retired key: alike in every case.
    pub fn link_unknown() -> Self {
        Self::new(
            ProblemKind::LinkUnknown,
            "This is not a link that we gave out. Scan the code on the receipt again, or type its address whole.",
        )
    }

    /// A table's code that is forged or mangled.
    pub fn code_unknown() -> Self {
        Self::new(
            ProblemKind::CodeUnknown,
            "This is not a code that we gave out. Scan it again, or type its address whole.",
        )
    }

    /// More openings of codes from one address in a minute than guests make.
    pub fn too_many() -> Self {
        Self::new(
            ProblemKind::TooMany,
            "Too many surveys were opened from this address within a minute. Wait a minute and try again.",
        )
    }

    /// A link whose payment lies in the future.
    pub fn link_from_the_future() -> Self {
        Self::new(
            ProblemKind::LinkFromTheFuture,
            "This link is for a payment that lies more than 10 minutes in the future. The clock that stamped it is wrong.",
        )
    }

    /// A link whose lifetime is over.
    pub fn link_expired(at: jiff::Timestamp) -> Self {
        let detail = format!("This link could be answered until {at}.");
        Self::new(ProblemKind::LinkExpired, detail)
    }

    /// A store that the catalog does not have.
    pub fn store_unknown() -> Self {
        Self::new(
            ProblemKind::StoreUnknown,
            "There is no store of this number. An operator puts it in with PUT /stores/{store}.",
        )
    }

    /// A survey that the catalog does not have.
    pub fn survey_unknown() -> Self {
        Self::new(
            ProblemKind::SurveyUnknown,
            "There is no survey of this id and version. An operator puts it in with PUT /surveys/{id}.",
        )
    }

    /// A scope above which there is nothing to report.
    pub fn scope_unknown() -> Self {
        Self::new(
            ProblemKind::ScopeUnknown,
            "There is no store and no node of this name. A scope is store/12 or a path such as cn/east.",
        )
    }

    /// A visit that has an answer. The same whatever was sent: nobody finds out what another guest said. Only the one
    /// who sent that answer learns that it is theirs.
    pub fn already_answered(by_this_submission: bool) -> Self {
        Self {
            can_be_taken_back: by_this_submission,
            ..Self::new(
                ProblemKind::AlreadyAnswered,
                "This visit has been answered, and that answer stands. With its submission it can be taken back: DELETE this address.",
            )
        }
    }

    /// A submission that was taken back.
    pub fn taken_back() -> Self {
        Self::new(
            ProblemKind::TakenBack,
            "What came with this submission was taken back, so it was not recorded. Send it with a fresh one to answer anew.",
        )
    }

    /// A taking back without the submission that brought the answer.
    pub fn submission_missing() -> Self {
        Self::new(
            ProblemKind::NotTakenBack,
            "To take an answer back, send the submission that it came with, in the header Submission.",
        )
    }

    /// A taking back with another submission than the one that brought the answer.
    pub fn submission_differs() -> Self {
        Self::new(ProblemKind::NotTakenBack, "No answer that came with this submission is there.")
    }

    /// A visit of which no item is kept.
    pub fn response_unknown() -> Self {
        Self::new(
            ProblemKind::ResponseUnknown,
            "No answer of this visit is kept, whole, partial or taken back. Look whether store, day and payment are right.",
        )
    }

    /// A payment that lies further back than the grant allows.
    pub fn payment_too_old(hours: u32) -> Self {
        let detail = format!("This grant is for payments of the last {hours} hours, and paid_at lies before them.");
        Self::new(ProblemKind::PaymentTooOld, detail)
    }

    /// A stored item that can't be read.
    pub fn item_unreadable(error: &impl std::fmt::Display) -> Self {
        let detail = format!("It is left out wherever it would be used: {error}. Put it anew.");
        Self::new(ProblemKind::ItemUnreadable, detail)
    }

    /// Answers to a survey that the store no longer asks.
    pub fn survey_changed() -> Self {
        Self::new(
            ProblemKind::SurveyChanged,
            "Nothing was recorded. GET this address again and show what is asked now.",
        )
    }

    /// Answers that do not fit the survey. The first forty mistakes are named: a reply stays short whatever was sent.
    pub fn answers_invalid(mut errors: Vec<Mistake>) -> Self {
        let more = errors.len().saturating_sub(NAMED_AT_MOST);
        errors.truncate(NAMED_AT_MOST);
        let and_more = if more > 0 { format!(" There are {more} more.") } else { String::new() };
        let detail = format!(
            "Nothing was recorded. Each entry of errors names a question and what its answer has to be.{and_more}"
        );
        Self { errors, ..Self::new(ProblemKind::AnswersInvalid, detail) }
    }

    /// A body or parameter that was understood and can't be taken.
    pub fn invalid(detail: impl Into<String>) -> Self {
        // The sentence may contain what a caller sent, and be long.
        let mut detail: String = detail.into();
        if let Some((cut, _)) = detail.char_indices().nth(2000) {
            detail.truncate(cut);
            detail.push('…');
        }
        Self::new(ProblemKind::Invalid, detail)
    }

    /// A body that is not JSON.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let detail = format!("The body is not JSON: {}.", detail.into());
        Self::new(ProblemKind::Malformed, detail)
    }

    /// A body of another type than the route takes.
    pub fn unsupported_media_type(takes: &str) -> Self {
        let detail = format!("The body's Content-Type has to be {takes}.");
        Self::new(ProblemKind::UnsupportedMediaType, detail)
    }

    /// A body over the limit.
    pub fn body_too_large(most: usize) -> Self {
        Self::new(ProblemKind::BodyTooLarge, format!("A body is at most {most} bytes."))
    }

    /// An account that there is not, or that is another provider's.
    pub fn account_unknown() -> Self {
        Self::new(
            ProblemKind::AccountUnknown,
            "There is no account of this id at this provider. An operator puts it in with PUT /accounts/{account}.",
        )
    }

    /// An endpoint that there is not.
    pub fn endpoint_unknown() -> Self {
        Self::new(
            ProblemKind::EndpointUnknown,
            "There is no endpoint of this id. An operator puts it in with PUT /endpoints/{endpoint}.",
        )
    }

    /// An event that did not go to the endpoint.
    pub fn event_unknown() -> Self {
        Self::new(
            ProblemKind::EventUnknown,
            "No event of this id and timestamp went to this endpoint in the last 30 days. GET /endpoints/{endpoint} shows \
             the latest.",
        )
    }

    /// A payment notice that is not believed: alike in every case.
    pub fn notice_refused() -> Self {
        Self::new(ProblemKind::NoticeRefused, "This is not signed as the account's provider signs, or not just now.")
    }

    /// A payment notice that its provider sent, and that can't be read.
    pub fn notice_unreadable() -> Self {
        Self::new(
            ProblemKind::NoticeUnreadable,
            "The signature holds, and the rest can't be read. Send it again: an operator is told, and mends the account.",
        )
    }

    /// No grant.
    pub fn grant_missing() -> Self {
        Self::new(ProblemKind::GrantMissing, "Send the header Authorization: Bearer <grant>.")
    }

    /// A grant that was not signed here.
    pub fn grant_invalid() -> Self {
        Self::new(
            ProblemKind::GrantInvalid,
            "The bearer token is not a grant of this brand. Ask its operator for a new one.",
        )
    }

    /// A grant that has ended.
    pub fn grant_expired() -> Self {
        Self::new(
            ProblemKind::GrantExpired,
            "The bearer token was a grant until its exp. Ask the operator for a new one.",
        )
    }

    /// A grant that was ended, or that lives longer than grants of its kind may.
    pub fn grant_ended() -> Self {
        Self::new(ProblemKind::GrantExpired, "This grant was ended, or lives too long. Ask the operator for a new one.")
    }

    /// A grant that does not allow this.
    pub fn grant_insufficient(needs: &str) -> Self {
        let detail = format!("This needs a grant whose scope has {needs}.");
        Self::new(ProblemKind::GrantInsufficient, detail)
    }

    /// A session that has ended, or was ended.
    pub fn session_ended() -> Self {
        Self::new(ProblemKind::SessionEnded, "The session has ended. Sign in again at /sign-in.")
    }

    /// A form that no page of this session sent.
    pub fn form_refused() -> Self {
        Self::new(
            ProblemKind::FormRefused,
            "Nothing was changed: this form was not sent by a page of this session. Load the page anew and send it again.",
        )
    }

    /// A sign-in link that was used, has ended or was never made: alike in every case.
    pub fn sign_in_ended() -> Self {
        Self::new(ProblemKind::SignInEnded, "A sign-in link works once, for 15 minutes. Ask for a new one at /sign-in.")
    }

    /// Somebody whom the identity provider knows, and the list of people does not. The same where the provider refuses.
    pub fn sign_in_refused() -> Self {
        Self::new(
            ProblemKind::SignInRefused,
            "Nobody was signed in. Whoever set this up lists people by the e-mail address that the provider has verified.",
        )
    }

    /// A person who is not listed.
    pub fn person_unknown() -> Self {
        Self::new(
            ProblemKind::PersonUnknown,
            "Nobody is listed under this id. An operator lists people: PUT /people/{id}.",
        )
    }

    /// An e-mail address that another person has.
    pub fn email_taken() -> Self {
        Self::new(
            ProblemKind::EmailTaken,
            "Another person is listed with this e-mail address, and people sign in by it.",
        )
    }

    /// An address that no function answers for.
    pub fn route_unknown() -> Self {
        Self::new(ProblemKind::RouteUnknown, "Nothing is here. The table of routes has every address and its methods.")
    }

    /// An answer that was erased, and whose day could not be counted: the sentence says so.
    pub fn not_counted(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Unavailable, detail)
    }

    /// Something of ours is broken.
    pub fn unavailable() -> Self {
        Self::new(
            ProblemKind::Unavailable,
            "Something on our side did not answer. The same call can be sent again in a moment; nothing is counted twice.",
        )
    }
}
