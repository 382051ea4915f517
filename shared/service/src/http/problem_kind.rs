//! The kinds of problem, with what is the same for all of a kind.

use http::StatusCode as Code;

/// The kinds of problem. A new one gets words for guests, or says that none meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The body is not JSON.
    Malformed,
    /// No grant.
    GrantMissing,
    /// A grant that was not signed here.
    GrantInvalid,
    /// A grant that has ended.
    GrantExpired,
    /// A grant that does not allow this.
    GrantInsufficient,
    /// A session that has ended, or was ended.
    SessionEnded,
    /// A form that no page of this session sent.
    FormRefused,
    /// A sign-in link that was used, or has ended.
    SignInEnded,
    /// Somebody whom the identity provider knows, and the list of people does not.
    SignInRefused,
    /// A person who is not listed.
    PersonUnknown,
    /// An e-mail address that another person has.
    EmailTaken,
    /// A link that is forged, mangled, signed with a retired key: alike in every case.
    LinkUnknown,
    /// A table's code that is forged or mangled.
    CodeUnknown,
    /// A link whose payment lies in the future.
    LinkFromTheFuture,
    /// An account at a payment provider that there is not.
    AccountUnknown,
    /// An endpoint of events that there is not.
    EndpointUnknown,
    /// An event that did not go to an endpoint.
    EventUnknown,
    /// A payment notice that is not believed.
    NoticeRefused,
    /// A payment notice that is its provider's, and can't be read.
    NoticeUnreadable,
    /// A store that the catalog does not have.
    StoreUnknown,
    /// A survey that the catalog does not have.
    SurveyUnknown,
    /// A scope above which there is nothing to report.
    ScopeUnknown,
    /// A visit of which no item is kept.
    ResponseUnknown,
    /// An address that no function answers for.
    RouteUnknown,
    /// A visit that has an answer.
    AlreadyAnswered,
    /// A submission that was taken back.
    TakenBack,
    /// A taking back by somebody who did not send the answer.
    NotTakenBack,
    /// Answers to a survey that the store no longer asks.
    SurveyChanged,
    /// A link whose lifetime is over.
    LinkExpired,
    /// A body over the limit.
    BodyTooLarge,
    /// A body of a type that the route does not take.
    UnsupportedMediaType,
    /// Answers that do not fit the survey.
    AnswersInvalid,
    /// A value that was understood and can't be taken.
    Invalid,
    /// A payment that lies further back than the grant allows.
    PaymentTooOld,
    /// A stored item that can't be read, and is to be put again.
    ItemUnreadable,
    /// More openings of codes from one address in a minute than guests make.
    TooMany,
    /// A case that there is not.
    CaseUnknown,
    /// A case that is no longer where a move begins.
    CaseMoved,
    /// A trend that there is not.
    TrendUnknown,
    /// A trend that is no longer where a move begins.
    TrendMoved,
    /// An action that there is not.
    ActionUnknown,
    /// An action that was changed meanwhile.
    ActionMoved,
    /// A guest who left no word how to reach them, or whose word is no longer kept.
    ContactUnknown,
    /// A code under which no award lies.
    AwardUnknown,
    /// An award that was handed out.
    AwardRedeemed,
    /// A case, asked for by somebody who did not send its answer.
    CaseNotYours,
    /// A guest's word on a case that the store has not replied to.
    CaseNotAnswered,
    /// Something that a case of this kind, or one that is closed, does not take.
    NotOfThisCase,
    /// A case that its guest has had opened again as often as that goes.
    ReopenedTooOften,
    /// Something of ours is broken. The last: [`ProblemKind::ALL`] counts up to it.
    Unavailable,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; Self::Unavailable as usize + 1] = [
        Self::Malformed,
        Self::GrantMissing,
        Self::GrantInvalid,
        Self::GrantExpired,
        Self::GrantInsufficient,
        Self::SessionEnded,
        Self::FormRefused,
        Self::SignInEnded,
        Self::SignInRefused,
        Self::PersonUnknown,
        Self::EmailTaken,
        Self::LinkUnknown,
        Self::CodeUnknown,
        Self::LinkFromTheFuture,
        Self::AccountUnknown,
        Self::EndpointUnknown,
        Self::EventUnknown,
        Self::NoticeRefused,
        Self::NoticeUnreadable,
        Self::StoreUnknown,
        Self::SurveyUnknown,
        Self::ScopeUnknown,
        Self::ResponseUnknown,
        Self::RouteUnknown,
        Self::AlreadyAnswered,
        Self::TakenBack,
        Self::NotTakenBack,
        Self::SurveyChanged,
        Self::LinkExpired,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::AnswersInvalid,
        Self::Invalid,
        Self::PaymentTooOld,
        Self::ItemUnreadable,
        Self::TooMany,
        Self::CaseUnknown,
        Self::CaseMoved,
        Self::TrendUnknown,
        Self::TrendMoved,
        Self::ActionUnknown,
        Self::ActionMoved,
        Self::ContactUnknown,
        Self::AwardUnknown,
        Self::AwardRedeemed,
        Self::CaseNotYours,
        Self::CaseNotAnswered,
        Self::NotOfThisCase,
        Self::ReopenedTooOften,
        Self::Unavailable,
    ];

    /// The end of its type, `/problems/<name>`; it never changes.
    pub fn name(self) -> &'static str {
        self.parts().0
    }

    /// The HTTP status.
    pub fn status(self) -> Code {
        self.parts().1
    }

    /// The same for every problem of the kind.
    pub fn title(self) -> &'static str {
        self.parts().2
    }

    fn parts(self) -> (&'static str, Code, &'static str) {
        match self {
            Self::Malformed => ("malformed", Code::BAD_REQUEST, "Not JSON"),
            Self::GrantMissing => ("grant-missing", Code::UNAUTHORIZED, "A grant is needed"),
            Self::GrantInvalid => ("grant-invalid", Code::UNAUTHORIZED, "Not a grant"),
            Self::GrantExpired => ("grant-expired", Code::UNAUTHORIZED, "The grant has ended"),
            Self::GrantInsufficient => ("grant-insufficient", Code::FORBIDDEN, "The grant does not allow this"),
            Self::SessionEnded => ("session-ended", Code::UNAUTHORIZED, "Signed out"),
            Self::FormRefused => ("form-refused", Code::FORBIDDEN, "Not a form of this session"),
            Self::SignInEnded => ("sign-in-ended", Code::GONE, "This sign-in link no longer works"),
            Self::SignInRefused => ("sign-in-refused", Code::FORBIDDEN, "Nobody who is listed"),
            Self::PersonUnknown => ("person-unknown", Code::NOT_FOUND, "No such person"),
            Self::EmailTaken => ("email-taken", Code::CONFLICT, "Another person has this address"),
            Self::LinkUnknown => ("link-unknown", Code::NOT_FOUND, "Not a survey link"),
            Self::CodeUnknown => ("code-unknown", Code::NOT_FOUND, "Not a code of a table"),
            Self::LinkFromTheFuture => {
                ("link-from-the-future", Code::NOT_FOUND, "A link for a payment that has not happened")
            }
            Self::AccountUnknown => ("account-unknown", Code::NOT_FOUND, "No such account"),
            Self::EndpointUnknown => ("endpoint-unknown", Code::NOT_FOUND, "No such endpoint"),
            Self::EventUnknown => ("event-unknown", Code::NOT_FOUND, "No such event at this endpoint"),
            Self::NoticeRefused => ("notice-refused", Code::UNAUTHORIZED, "Not a notice of the provider"),
            Self::NoticeUnreadable => ("notice-unreadable", Code::INTERNAL_SERVER_ERROR, "A notice that can't be read"),
            Self::StoreUnknown => ("store-unknown", Code::NOT_FOUND, "No such store"),
            Self::SurveyUnknown => ("survey-unknown", Code::NOT_FOUND, "No such survey"),
            Self::ScopeUnknown => ("scope-unknown", Code::NOT_FOUND, "No such scope"),
            Self::ResponseUnknown => ("response-unknown", Code::NOT_FOUND, "No such answer"),
            Self::RouteUnknown => ("route-unknown", Code::NOT_FOUND, "No such address"),
            Self::AlreadyAnswered => ("already-answered", Code::CONFLICT, "Already answered"),
            Self::TakenBack => ("taken-back-before", Code::CONFLICT, "This answer was taken back"),
            Self::NotTakenBack => ("not-taken-back", Code::CONFLICT, "The answer was not taken back"),
            Self::SurveyChanged => ("survey-changed", Code::CONFLICT, "The store asks another survey now"),
            Self::LinkExpired => ("link-expired", Code::GONE, "The link has expired"),
            Self::BodyTooLarge => ("body-too-large", Code::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", Code::UNSUPPORTED_MEDIA_TYPE, "Not a type that is read")
            }
            Self::AnswersInvalid => ("answers-invalid", Code::UNPROCESSABLE_ENTITY, "Some answers do not fit"),
            Self::Invalid => ("invalid", Code::UNPROCESSABLE_ENTITY, "Not a value that can be taken"),
            Self::PaymentTooOld => {
                ("payment-too-old", Code::UNPROCESSABLE_ENTITY, "A payment too long ago for this grant")
            }
            Self::ItemUnreadable => ("item-unreadable", Code::CONFLICT, "What is stored can't be read"),
            Self::TooMany => ("too-many", Code::TOO_MANY_REQUESTS, "Too many at once"),
            Self::CaseUnknown => ("case-unknown", Code::NOT_FOUND, "No such case"),
            Self::CaseMoved => ("case-moved", Code::CONFLICT, "The case has moved on"),
            Self::TrendUnknown => ("trend-unknown", Code::NOT_FOUND, "No such trend"),
            Self::TrendMoved => ("trend-moved", Code::CONFLICT, "The trend has moved on"),
            Self::ActionUnknown => ("action-unknown", Code::NOT_FOUND, "No such action"),
            Self::ActionMoved => ("action-moved", Code::CONFLICT, "The action has changed"),
            Self::ContactUnknown => ("contact-unknown", Code::NOT_FOUND, "No contact is kept"),
            Self::AwardUnknown => ("award-unknown", Code::NOT_FOUND, "No such award"),
            Self::AwardRedeemed => ("award-redeemed", Code::CONFLICT, "The award was handed out"),
            Self::CaseNotYours => ("case-not-yours", Code::CONFLICT, "Only for who sent the answer"),
            Self::CaseNotAnswered => ("case-not-answered", Code::CONFLICT, "The store has not replied"),
            Self::NotOfThisCase => ("not-of-this-case", Code::CONFLICT, "Not something that this case takes"),
            Self::ReopenedTooOften => ("reopened-too-often", Code::CONFLICT, "Opened again three times"),
            Self::Unavailable => ("unavailable", Code::SERVICE_UNAVAILABLE, "Not available just now"),
        }
    }
}
