//! A guest answers, or takes the answer back: one write each. An answer that calls for it opens a case, to which its
//! guest comes back by the same link.

mod audience;
mod case;
mod contact;
mod submission;
mod told;
mod wish;

use std::sync::Arc;

use aftertaste::{
    app::{self, OpenLink, Stop, conclude},
    cases,
    domain::{
        access::GuestKeys,
        case::{CaseId, Moving},
        survey::{Answers, Brand, FollowedUp, Leniency, Mistake, More, Response, Severity, check_answers},
        visit::{Claim, Origin, TableCode, network},
    },
    http::{Problem, Reply, Request, visit_cookie},
    lambda::Call,
    table::{Opening, Recorded, TookBack, Versioned},
};
use http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use audience::{Audience, Shown};
use submission::{Answered, Submission};

type App = app::App<GuestKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "record-response";

/// The outcome of a call.
enum Outcome {
    /// It is recorded.
    Recorded { partial: bool, case: Option<Severity> },
    /// It was there already.
    RecordedBefore { case: Option<Severity> },
    /// An answer was there, and stays.
    AlreadyAnswered {
        /// Whether this submission brought it, so that its sender may take it back.
        by_this_submission: bool,
    },
    /// This very submission was taken back.
    TakenBackBefore,
    /// Something in it does not fit.
    Refused(Vec<Mistake>),
    /// The store has changed its survey since it was shown, or the version that was shown is none.
    SurveyChanged(Problem),
    /// The answer is gone.
    TakenBack,
    /// Somebody else's answer is there, and stays.
    NotTakenBack(Problem),
}

/// `POST /s/{link}`, `DELETE /s/{link}`, `GET /s/{link}/case` and `POST /s/{link}/case`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    if request.route_key.ends_with("/case") {
        return case::handle(app, request, call).await;
    }
    let audience = Audience::of(request);
    let answered = match request.route_key.as_str() {
        "POST /s/{link}" => post(app, request, call, &audience).await,
        "DELETE /s/{link}" => delete(app, request, call).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(answered, |problem| audience.told(problem))
}

async fn post(app: &App, request: &Request, call: Call, audience: &Audience) -> Result<Reply, Stop> {
    let opened = app.open_link(request.path_parameter("link"), call.now).await?;
    let brand = app.catalog.brand(call.now).await?;
    let submission = Submission::read(request)?;
    let (mut survey, mut was_let_down) = (opened.survey.clone(), false);
    let outcome = match &submission {
        Submission::TakeBack(submission) => take_back(app, &opened, *submission, call).await?,
        Submission::Answered(sent) => match shown_survey(app, &opened.survey, sent, call.now).await? {
            Err(changed) => Outcome::SurveyChanged(changed),
            Ok(shown) => {
                survey = shown;
                match checked(&opened, &survey, sent) {
                    Err(mistakes) => Outcome::Refused(mistakes),
                    Ok(answers) => {
                        was_let_down = survey.was_let_down(&answers);
                        let response = response(app, request, call, &opened, &survey, sent, answers);
                        record(app, &opened, &response, &brand, call).await?
                    }
                }
            }
        },
    };
    let shown = Shown { opened: &opened, brand: &brand, survey: &survey, submission: &submission, was_let_down };
    let reply = audience.shown(outcome, &shown, call.fresh)?;
    Ok(match opened.claim.table() {
        // Another scan of the table's code is another visit from now on.
        Some(table) if submission.is_whole() && (reply.status.is_success() || reply.status == StatusCode::CONFLICT) => {
            let code = TableCode { store: opened.claim.visit.store, table }.sign(&app.keys);
            reply.with_cookie(visit_cookie(&code, "", 0))
        }
        _ => reply,
    })
}

async fn delete(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let opened = app.open_link(request.path_parameter("link"), call.now).await?;
    match take_back(app, &opened, submission::of_header(request)?, call).await? {
        Outcome::NotTakenBack(problem) => Err(problem.into()),
        _ => Ok(audience::gone(opened.claim.visit)),
    }
}

/// Takes back what a submission brought. A holder of the link alone, such as the till that asked for it, can't. Its
/// case is withdrawn with it; where that fails the guest tries again.
async fn take_back(app: &App, opened: &OpenLink, submission: Option<Uuid>, call: Call) -> Result<Outcome, Stop> {
    let Some(submission) = submission else { return Ok(Outcome::NotTakenBack(Problem::submission_missing())) };
    let OpenLink { claim, store, .. } = opened;
    Ok(match app.table.take_back(claim.visit, submission).await? {
        TookBack::Gone { followed_up } => {
            told::at_once(app, "response.taken_back", claim, Some(submission), call.now).await;
            if followed_up != Some(false) {
                let of = CaseId::of(claim.visit, submission);
                let moving = Moving { by: "guest", at: call.now, id: call.fresh, store };
                cases::withdraw_that(&app.table, &claim.visit.into(), &of, moving).await?;
            }
            Outcome::TakenBack
        }
        // The reply does not say whether there is another: it would reveal who has answered.
        TookBack::NotTheirs => Outcome::NotTakenBack(Problem::submission_differs()),
    })
}

/// Checks an answer against the survey that the guest saw.
fn checked(opened: &OpenLink, survey: &Versioned, sent: &Answered) -> Result<Answers, Vec<Mistake>> {
    let leniency = Leniency { unasked: sent.is_form(), missing: sent.partial };
    check_answers(survey, opened.claim.visit.payment, &sent.answers_to(survey), leniency)
}

/// Writes a response once.
async fn record(app: &App, opened: &OpenLink, response: &Response, brand: &Brand, call: Call) -> Result<Outcome, Stop> {
    let OpenLink { claim, store, .. } = opened;
    let expires = brand.kept_until(claim.visit.minute);
    let recorded = app.table.record(claim.visit, response, expires).await?;
    // Also where it was there before: the event may not be, if the call that brought the answer was cut off.
    if matches!(recorded, Recorded::Now | Recorded::Before) && !response.partial {
        told::at_once(app, "response.recorded", claim, response.submission, response.answered_at).await;
        if let (Some(called), Some(submission)) = (&response.more.follow_up, response.submission) {
            let (visit, at, entry) = (claim.visit, call.now, call.fresh);
            app.open_case(&Opening { visit, called, submission, store, at, entry, expires }).await;
        }
    }
    let case = response.more.follow_up.as_ref().map(|called| called.severity);
    Ok(match recorded {
        Recorded::Now => Outcome::Recorded { partial: response.partial, case },
        Recorded::Before => Outcome::RecordedBefore { case },
        Recorded::AnswerIsThere { by_this_submission } => Outcome::AlreadyAnswered { by_this_submission },
        Recorded::TakenBack => Outcome::TakenBackBefore,
    })
}

fn response(
    app: &App,
    request: &Request,
    call: Call,
    opened: &OpenLink,
    survey: &Versioned,
    sent: &Answered,
    answers: Answers,
) -> Response {
    let OpenLink { claim, store, .. } = opened;
    let day = store.calendar.day_of(claim.visit.minute.start());
    let follow_up = follow_up(app, claim, survey, sent, &answers);
    Response {
        survey: survey.id().clone(),
        version: survey.version,
        answered_at: call.now,
        channel: claim.channel,
        segment: claim.segment,
        answers,
        seconds: sent.seconds,
        // Without one of the sender's the call has its own: the SDK may write twice, and has to find what it wrote.
        submission: Some(sent.submission.unwrap_or(call.fresh)),
        partial: sent.partial,
        table: claim.table(),
        // Of staff nothing is kept that distinguishes them.
        network: network(&request.request_context.http.source_ip, claim.visit.store, day, &app.keys)
            .filter(|_| claim.channel.origin() != Origin::Staff),
        taken_back: None,
        was_survey: None,
        whole_at: (!sent.partial).then_some(call.now),
        more: More { follow_up, asks_reply: sent.asks_reply, imported: sent.imported },
    }
}

/// Applies the rules that came with the guest's questions to a whole answer. The keys for the lots are here, so nobody
/// else has to ask again.
fn follow_up(app: &App, claim: &Claim, survey: &Versioned, sent: &Answered, answers: &Answers) -> Option<FollowedUp> {
    if sent.partial || sent.imported {
        return None;
    }
    survey.follow_up(answers, sent.asks_reply, claim.channel.origin(), claim.visit.payment, &app.keys)
}

/// The version that the guest was shown: they answer what they saw, whatever has been put meanwhile. A problem when the
/// store asks another survey now, or there is no such version.
async fn shown_survey(
    app: &App,
    latest: &Arc<Versioned>,
    sent: &Answered,
    now: Timestamp,
) -> Result<Result<Arc<Versioned>, Problem>, Stop> {
    if sent.survey.as_ref().is_some_and(|survey| survey != latest.id().as_str()) {
        return Ok(Err(Problem::survey_changed()));
    }
    match sent.version {
        Some(version) if version != latest.version => {
            let shown = app.catalog.version(latest.id(), version, now).await?;
            Ok(shown.ok_or_else(|| Problem::invalid(format!("The survey has no version {version}."))))
        }
        _ => Ok(Ok(latest.clone())),
    }
}
