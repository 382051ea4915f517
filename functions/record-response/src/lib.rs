//! A guest answers, or takes the answer back: one write each.

mod audience;
mod submission;

use std::sync::Arc;

use aftertaste::{
    app::{App, OpenLink, Stop, conclude},
    domain::{
        survey::{Answers, Brand, LONGEST_SECONDS, Leniency, Mistake, Response, check_answers},
        visit::Visit,
    },
    http::{Problem, Reply, Request},
    lambda::Call,
    table::{Recorded, Versioned},
};
use jiff::{Timestamp, ToSpan};

use audience::{Audience, Shown};
use submission::{Answered, Submission};

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "record-response";

/// What became of a call.
enum Outcome {
    /// It is recorded.
    Recorded { partial: bool },
    /// It was there already.
    RecordedBefore,
    /// Another answer was there, and stays.
    AlreadyAnswered,
    /// Something in it does not fit.
    Refused(Vec<Mistake>),
    /// The store has changed its survey since it was shown, or the version that was shown is none.
    SurveyChanged(Problem),
    /// The answer is gone.
    TakenBack,
}

/// `POST /s/{link}` and `DELETE /s/{link}`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let audience = Audience::of(request);
    let answered = match request.route_key.as_str() {
        "POST /s/{link}" => post(app, request, call, &audience).await,
        "DELETE /s/{link}" => delete(app, request, call.now).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(answered, |problem| audience.told(problem))
}

async fn post(app: &App, request: &Request, call: Call, audience: &Audience) -> Result<Reply, Stop> {
    let opened = app.open_link(request.path_parameter("link"), call.now).await?;
    let brand = app.catalog.brand(call.now).await?;
    let submission = Submission::read(request)?;
    let mut survey = opened.survey.clone();
    let outcome = match &submission {
        Submission::TakeBack => take_back(app, opened.claim.visit).await?,
        Submission::Answered(sent) => match shown_survey(app, &opened.survey, sent, call.now).await? {
            Err(changed) => Outcome::SurveyChanged(changed),
            Ok(shown) => {
                survey = shown;
                record(app, &opened, &brand, &survey, sent, call.now).await?
            }
        },
    };
    let shown = Shown { request, opened: &opened, brand: &brand, survey: &survey, submission: &submission };
    audience.shown(outcome, &shown, call.fresh)
}

async fn delete(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let OpenLink { claim, .. } = app.open_link(request.path_parameter("link"), now).await?;
    take_back(app, claim.visit).await?;
    Ok(audience::gone(claim.visit))
}

async fn take_back(app: &App, visit: Visit) -> Result<Outcome, Stop> {
    app.table.take_back(visit).await?;
    Ok(Outcome::TakenBack)
}

/// Checks an answer against the survey that the guest saw, and writes it once.
async fn record(
    app: &App,
    opened: &OpenLink,
    brand: &Brand,
    survey: &Versioned,
    sent: &Answered,
    now: Timestamp,
) -> Result<Outcome, Stop> {
    let visit = opened.claim.visit;
    let leniency = Leniency { unasked: sent.is_form(), missing: sent.partial };
    let answers = match check_answers(survey, visit.payment, &sent.answers_to(survey), leniency) {
        Ok(answers) => answers,
        Err(mistakes) => return Ok(Outcome::Refused(mistakes)),
    };
    let response = response(opened, survey, sent, answers, now);
    Ok(match app.table.record(visit, &response, expiry(brand, visit)).await? {
        Recorded::Now => Outcome::Recorded { partial: sent.partial },
        Recorded::Before => Outcome::RecordedBefore,
        Recorded::OtherAnswersAreThere => Outcome::AlreadyAnswered,
    })
}

fn response(opened: &OpenLink, survey: &Versioned, sent: &Answered, answers: Answers, now: Timestamp) -> Response {
    Response {
        survey: survey.id().clone(),
        version: survey.version,
        answered_at: now,
        channel: opened.claim.channel,
        segment: opened.claim.segment,
        answers,
        seconds: sent.seconds.map(|seconds| seconds.min(LONGEST_SECONDS)),
        submission: sent.submission,
        partial: sent.partial,
    }
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

/// A response is dropped so many days after its payment, so that a day's responses go together.
fn expiry(brand: &Brand, visit: Visit) -> Timestamp {
    let paid = visit.minute.start();
    paid.checked_add((i64::from(brand.retention_days) * 24).hours()).unwrap_or(Timestamp::MAX)
}
