//! Problems of cases, trends, actions and awards.

use super::{Problem, ProblemKind};

impl Problem {
    /// A case that there is not.
    pub fn case_unknown() -> Self {
        Self::new(
            ProblemKind::CaseUnknown,
            "There is no case of this id. GET /cases/{scope} lists those of a store or a node.",
        )
    }

    /// A case that is no longer where a move begins. The reply shows it as it is now.
    pub fn case_moved(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::CaseMoved, detail)
    }

    /// A trend that there is not.
    pub fn trend_unknown() -> Self {
        Self::new(
            ProblemKind::TrendUnknown,
            "There is no trend of this id. GET /cases/{scope} lists those of a store or a node.",
        )
    }

    /// A trend that is no longer where a move begins. The reply shows it as it is now.
    pub fn trend_moved(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::TrendMoved, detail)
    }

    /// An action that there is not.
    pub fn action_unknown() -> Self {
        Self::new(
            ProblemKind::ActionUnknown,
            "There is no action of this id. GET /actions/{scope} lists those of a store or a node.",
        )
    }

    /// An action that was changed meanwhile. The reply shows it as it is now.
    pub fn action_moved(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::ActionMoved, detail)
    }

    /// A guest who left no word how to reach them, or whose word is no longer kept.
    pub fn contact_unknown() -> Self {
        Self::new(
            ProblemKind::ContactUnknown,
            "Its guest left no word how to reach them, or it is no longer kept: for 30 days at most, and 7 after closing.",
        )
    }

    /// A code under which no award lies.
    pub fn award_unknown() -> Self {
        Self::new(
            ProblemKind::AwardUnknown,
            "No award of this store has this code. It is the ten digits that the guest's own page shows.",
        )
    }

    /// An award that was handed out.
    pub fn award_redeemed(at: Option<jiff::Timestamp>) -> Self {
        let when = at.map(|at| format!(" at {at:.0}")).unwrap_or_default();
        Self::new(
            ProblemKind::AwardRedeemed,
            format!("This award was handed out before{when}. Each is handed out once."),
        )
    }

    /// A case, asked for by the link alone.
    pub fn case_submission_missing() -> Self {
        Self::new(
            ProblemKind::CaseNotYours,
            "By the link alone a case shows its state. For more, send the submission of the answer, in the header \
             Submission or in the body.",
        )
    }

    /// A case, asked for with another submission than the one that brought the answer.
    pub fn case_submission_differs() -> Self {
        Self::new(
            ProblemKind::CaseNotYours,
            "The answer did not come with this submission. Only with its own the case shows more than its state.",
        )
    }

    /// A guest's word on a case that waits for the store.
    pub fn case_not_answered() -> Self {
        Self::new(
            ProblemKind::CaseNotAnswered,
            "The store has not replied yet. Whether it is solved can be said after that.",
        )
    }

    /// Something that a case does not take.
    pub fn not_of_this_case(detail: &str) -> Self {
        Self::new(ProblemKind::NotOfThisCase, detail)
    }

    /// A case that was opened again as often as that goes.
    pub fn reopened_too_often() -> Self {
        Self::new(
            ProblemKind::ReopenedTooOften,
            "Its guest has said three times that it is not solved. It is not opened again.",
        )
    }
}
