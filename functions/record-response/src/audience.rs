//! Who reads the reply: a guest a page, a program JSON.

use aftertaste::{
    app::{OpenLink, Stop},
    domain::{
        survey::{Brand, Mistake, Wrong},
        visit::Visit,
    },
    http::{Problem, Reply, Request, accepted, wanted_languages},
    pages::{
        self,
        survey::{End, SurveyPage},
    },
    table::Versioned,
};
use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Outcome,
    submission::{FORM, Submission},
};

/// Who reads the reply.
pub(crate) enum Audience {
    /// A guest, in the languages they want.
    Guest(Vec<String>),
    /// A program.
    Program,
}

/// What an outcome is about.
pub(crate) struct Shown<'a> {
    pub request: &'a Request,
    pub opened: &'a OpenLink,
    pub brand: &'a Brand,
    /// The survey that was answered; the store's, where it was none of its versions.
    pub survey: &'a Versioned,
    pub submission: &'a Submission,
}

impl Audience {
    /// A form is sent by a browser, which wants a page whatever else it would take.
    pub fn of(request: &Request) -> Self {
        let wants_page = accepted(request, true, &[(true, "text/html"), (false, "application/json")]);
        if request.content_type() == FORM && wants_page {
            Self::Guest(wanted_languages(request))
        } else {
            Self::Program
        }
    }

    /// A problem in the audience's form.
    pub fn told(&self, problem: Problem) -> Reply {
        match self {
            Self::Guest(wanted) => pages::problem(&problem, wanted),
            Self::Program => problem.into(),
        }
    }

    /// An outcome in the audience's form. `fresh` is the id of the sending that may follow.
    pub fn shown(&self, outcome: Outcome, shown: &Shown<'_>, fresh: Uuid) -> Result<Reply, Stop> {
        match self {
            Self::Guest(wanted) => Ok(as_page(outcome, shown, wanted, fresh)),
            Self::Program => as_json(outcome, shown),
        }
    }
}

fn as_json(outcome: Outcome, shown: &Shown<'_>) -> Result<Reply, Stop> {
    let recorded = |status| Reply::json(status, &json!({"status": "recorded"}));
    Ok(match outcome {
        Outcome::Recorded { partial } => {
            log(shown, if partial { "recorded-in-part" } else { "recorded" }, StatusCode::CREATED);
            recorded(StatusCode::CREATED)
        }
        Outcome::RecordedBefore => {
            log(shown, "recorded-before", StatusCode::OK);
            recorded(StatusCode::OK)
        }
        Outcome::AlreadyAnswered => return Err(Problem::already_answered().into()),
        Outcome::Refused(mistakes) => return Err(Problem::answers_invalid(mistakes).into()),
        Outcome::SurveyChanged(problem) => return Err(problem.into()),
        Outcome::TakenBack => gone(shown.opened.claim.visit),
    })
}

fn as_page(outcome: Outcome, shown: &Shown<'_>, wanted: &[String], fresh: Uuid) -> Reply {
    let end = |end, status| {
        let language = shown.survey.language_for(wanted);
        let link = shown.request.path_parameter("link");
        Reply::page(status, pages::survey::end(end, shown.brand, &shown.opened.store.details.name, link, language))
    };
    match outcome {
        Outcome::Recorded { partial } => {
            log(shown, if partial { "recorded-in-part" } else { "recorded" }, StatusCode::CREATED);
            end(End::Thanks, StatusCode::CREATED)
        }
        Outcome::RecordedBefore => {
            log(shown, "recorded-before", StatusCode::OK);
            end(End::Thanks, StatusCode::OK)
        }
        Outcome::AlreadyAnswered => {
            log(shown, "already-answered", StatusCode::CONFLICT);
            end(End::Answered, StatusCode::CONFLICT)
        }
        Outcome::TakenBack => {
            log_gone(shown.opened.claim.visit, StatusCode::OK);
            end(End::TakenBack, StatusCode::OK)
        }
        Outcome::Refused(mistakes) => again(shown, wanted, fresh, &mistakes),
        // The guest is shown what is asked now.
        Outcome::SurveyChanged(_) => {
            again(shown, wanted, fresh, &[Mistake { question: None, wrong: Wrong::QuestionsChanged }])
        }
    }
}

/// The survey again, as it was filled in, with the mistakes marked.
fn again(shown: &Shown<'_>, wanted: &[String], fresh: Uuid, mistakes: &[Mistake]) -> Reply {
    tracing::info!(outcome = "answers-invalid", status = 422);
    let answers = match shown.submission {
        Submission::Answered(sent) => sent.fields(),
        Submission::TakeBack => Default::default(),
    };
    let page = SurveyPage {
        brand: shown.brand,
        store: &shown.opened.store.details.name,
        survey: shown.survey,
        version: shown.survey.version,
        questions: &shown.survey.asked(shown.opened.claim.visit.payment),
        language: shown.survey.language_for(wanted),
        channel: shown.opened.claim.channel,
        until: shown.opened.until,
        link: shown.request.path_parameter("link"),
        submission: fresh,
        answers: &answers,
        mistakes,
    };
    Reply::page(StatusCode::UNPROCESSABLE_ENTITY, page.render())
}

/// The reply of a taking back without a page.
pub(crate) fn gone(visit: Visit) -> Reply {
    log_gone(visit, StatusCode::NO_CONTENT);
    Reply::empty(StatusCode::NO_CONTENT)
}

fn log(shown: &Shown<'_>, outcome: &str, status: StatusCode) {
    tracing::info!(
        outcome,
        status = status.as_u16(),
        store = shown.opened.claim.visit.store.get(),
        channel = shown.opened.claim.channel.name(),
        survey = shown.survey.id().as_str(),
        version = shown.survey.version,
    );
}

fn log_gone(visit: Visit, status: StatusCode) {
    tracing::info!(outcome = "taken-back", status = status.as_u16(), store = visit.store.get());
}
