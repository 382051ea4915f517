//! Readers of the reply: a guest gets a page, a program JSON.

use aftertaste::{
    app::{OpenLink, Stop},
    domain::{
        survey::{Brand, Mistake, Severity, Wrong},
        visit::{Channel, Visit},
    },
    http::{Problem, Reply, Request, accepted, wanted_languages},
    pages::{
        self,
        ends::{Awaited, End, Ended},
        survey::SurveyPage,
    },
    table::Versioned,
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Outcome, case,
    submission::{FORM, Submission},
};

/// The reader of the reply.
pub(crate) enum Audience {
    /// A guest, in the languages they want.
    Guest(Vec<String>),
    /// A program.
    Program,
}

/// The subject of an outcome.
pub(crate) struct Shown<'a> {
    pub opened: &'a OpenLink,
    pub brand: &'a Brand,
    /// The survey that was answered; the store's, where it was none of its versions.
    pub survey: &'a Versioned,
    pub submission: &'a Submission,
    /// Whether the answers say that the guest was let down.
    pub was_let_down: bool,
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
            Self::Guest(wanted) => pages::readers_problem(&problem, wanted),
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
    let recorded = |status, case| Reply::json(status, &told_to_program(shown, case));
    Ok(match outcome {
        Outcome::Recorded { partial, case } => {
            log(shown, if partial { "recorded-in-part" } else { "recorded" }, StatusCode::CREATED);
            recorded(StatusCode::CREATED, case)
        }
        Outcome::RecordedBefore { case } => {
            log(shown, "recorded-before", StatusCode::OK);
            recorded(StatusCode::OK, case)
        }
        Outcome::AlreadyAnswered { by_this_submission } => {
            // A call that came without a submission had one that its sender does not know.
            let can_be_taken_back = by_this_submission && shown.submission.is_named();
            return Err(Problem::already_answered(can_be_taken_back).into());
        }
        Outcome::TakenBackBefore => return Err(Problem::taken_back().into()),
        Outcome::NotTakenBack(problem) => return Err(problem.into()),
        Outcome::Refused(mistakes) => return Err(Problem::answers_invalid(mistakes).into()),
        Outcome::SurveyChanged(problem) => return Err(problem.into()),
        Outcome::TakenBack => gone(shown.opened.claim.visit),
    })
}

/// A program that sent no submission can't take the answer back: nobody could distinguish it from others who have the
/// link.
fn told_to_program(shown: &Shown<'_>, case: Option<Severity>) -> Value {
    if !shown.submission.is_named() {
        let detail = "It was sent without a submission, so it cannot be taken back.";
        return json!({"status": "recorded", "can_be_taken_back": false, "detail": detail});
    }
    let mut told = json!({"status": "recorded", "can_be_taken_back": true});
    if let (true, Value::Object(fields)) = (shown.was_let_down, &mut told) {
        fields.insert("end".into(), End::Sorry.name().into());
    }
    if let (Some(awaited), Value::Object(fields)) = (shown.awaited(case), &mut told) {
        fields.insert("case".into(), json!({"promised": awaited.promised, "until": awaited.until}));
    }
    told
}

impl Shown<'_> {
    /// How the visit ends once the answer is recorded.
    fn end(&self) -> End {
        if self.was_let_down { End::Sorry } else { End::Thanks }
    }

    /// The news that a guest may come back for. On a kiosk nobody does.
    fn awaited(&self, case: Option<Severity>) -> Option<Awaited> {
        let OpenLink { claim, .. } = self.opened;
        let severity = case.filter(|_| claim.channel != Channel::Kiosk)?;
        // A guest who praises is not left waiting for an answer.
        Some(Awaited { promised: severity != Severity::Praise, until: case::link_lives_until(claim, self.survey) })
    }
}

fn as_page(outcome: Outcome, shown: &Shown<'_>, wanted: &[String], fresh: Uuid) -> Reply {
    let end_of = |end, status, submission, case| {
        let language = shown.survey.language_for(wanted);
        let link = shown.opened.link.as_str();
        let (brand, store) = (shown.brand, shown.opened.store.details.name.as_str());
        let channel = shown.opened.claim.channel;
        let awaited = shown.awaited(case);
        let ended = Ended { brand, store, link, language, submission, channel, awaited };
        Reply::page(status, pages::ends::end(end, &ended))
    };
    let theirs = match shown.submission {
        Submission::Answered(sent) => sent.submission.unwrap_or(fresh),
        Submission::TakeBack(_) => fresh,
    };
    let thanks = |status, case| end_of(shown.end(), status, Some(theirs), case);
    match outcome {
        Outcome::Recorded { partial, case } => {
            log(shown, if partial { "recorded-in-part" } else { "recorded" }, StatusCode::CREATED);
            thanks(StatusCode::CREATED, case)
        }
        Outcome::RecordedBefore { case } => {
            log(shown, "recorded-before", StatusCode::OK);
            thanks(StatusCode::OK, case)
        }
        Outcome::AlreadyAnswered { by_this_submission } => {
            log(shown, "already-answered", StatusCode::CONFLICT);
            end_of(End::Answered, StatusCode::CONFLICT, Some(theirs).filter(|_| by_this_submission), None)
        }
        Outcome::TakenBack => {
            log_gone(shown.opened.claim.visit, StatusCode::OK);
            end_of(End::TakenBack, StatusCode::OK, Some(theirs), None)
        }
        Outcome::NotTakenBack(problem) => {
            tracing::info!(outcome = problem.kind.name(), status = problem.kind.status().as_u16());
            pages::readers_problem(&problem, wanted)
        }
        Outcome::Refused(mistakes) => {
            again(shown, wanted, fresh, "answers-invalid", StatusCode::UNPROCESSABLE_ENTITY, &mistakes)
        }
        // A guest who goes back to the old page sends what was taken back. A second time it counts as a new answer.
        Outcome::TakenBackBefore => {
            let mistake = Mistake { question: None, wrong: Wrong::TakenBack };
            again(shown, wanted, fresh, "taken-back-before", StatusCode::CONFLICT, &[mistake])
        }
        // The guest is shown what is asked now.
        Outcome::SurveyChanged(_) => {
            let mistake = Mistake { question: None, wrong: Wrong::QuestionsChanged };
            again(shown, wanted, fresh, "answers-invalid", StatusCode::UNPROCESSABLE_ENTITY, &[mistake])
        }
    }
}

/// The survey again, as it was filled in, with the mistakes marked.
fn again(
    shown: &Shown<'_>,
    wanted: &[String],
    fresh: Uuid,
    outcome: &str,
    status: StatusCode,
    mistakes: &[Mistake],
) -> Reply {
    tracing::info!(outcome, status = status.as_u16());
    let (answers, asks_reply) = match shown.submission {
        Submission::Answered(sent) => (sent.fields(), sent.asks_reply),
        Submission::TakeBack(_) => Default::default(),
    };
    let page = SurveyPage {
        brand: shown.brand,
        store: &shown.opened.store,
        claim: &shown.opened.claim,
        survey: shown.survey,
        version: shown.survey.version,
        questions: &shown.survey.asked(shown.opened.claim.visit.payment),
        language: shown.survey.language_for(wanted),
        until: shown.opened.until,
        link: shown.opened.link.as_str(),
        submission: fresh,
        answers: &answers,
        asks_reply,
        mistakes,
    };
    Reply::page(status, page.render())
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
