//! A guest answers, or takes the answer back: one write each.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftertaste::{
    app::{App, OpenLink, Stop, conclude},
    domain::survey::{Brand, Kind, LONGEST_SECONDS, Leniency, Mistake, Response, Wrong, check_answers},
    http::{Format, Problem, Reply, Request, accepted_format, body_json, form_fields, wanted_languages},
    pages::{
        self,
        survey::{End, SurveyPage},
    },
    table::{Recorded, Versioned},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

const FUNCTION: &str = "record-response";

/// The body of `POST /s/{link}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submission {
    /// The sending's own id, kept with the answer; whether it was sent before is told by the answers.
    submission: Option<Uuid>,
    /// The survey that was shown; the store's if not said.
    survey: Option<String>,
    /// The version that was shown; the latest if not said.
    version: Option<u32>,
    /// How long the guest took.
    seconds: Option<u32>,
    /// Whether the guest left before the end. The whole answer may follow, and replaces this.
    #[serde(default)]
    partial: bool,
    /// Answers by question.
    answers: BTreeMap<String, Value>,
}

/// `POST /s/{link}` and `DELETE /s/{link}`. `submission` is fresh and random, for a form that has to be shown again.
pub async fn handle(app: &App, request: &Request, now: Timestamp, submission: Uuid) -> Reply {
    // A form is sent by a browser, which wants a page whatever else it would take.
    let is_form = request.content_type() == "application/x-www-form-urlencoded";
    let wants_page = is_form && accepted_format(request, &[Format::Html, Format::Json]) == Some(Format::Html);
    let answered = match request.route_key.as_str() {
        "POST /s/{link}" => record(app, request, now, is_form, wants_page.then_some(submission)).await,
        "DELETE /s/{link}" => take_back(app, request, now, StatusCode::NO_CONTENT).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(FUNCTION, answered, |problem| {
        if wants_page { pages::problem(&problem, &wanted_languages(request)) } else { problem.into() }
    })
}

async fn record(
    app: &App,
    request: &Request,
    now: Timestamp,
    is_form: bool,
    page_for: Option<Uuid>,
) -> Result<Reply, Stop> {
    let link = request.path_parameter("link");
    let OpenLink { claim, until, store, survey: latest } = app.open_link(link, now).await?;
    let brand = app.catalog.brand(now).await?;
    let fields = if is_form { form_fields(request)? } else { Vec::new() };
    if fields.iter().any(|(name, _)| name == "take_back") {
        take_back(app, request, now, StatusCode::OK).await?;
        let wanted = wanted_languages(request);
        let language = latest.survey.language_for(&wanted);
        let page = pages::survey::end(End::TakenBack, &brand, &store.details.name, link, language);
        return Ok(Reply::page(StatusCode::OK, page));
    }
    let mut sent = if is_form { from_form(&fields)? } else { body_json(request)? };
    let (survey, changed) = match shown_version(app, &latest, &sent, now).await {
        // The store has changed its survey since the page was shown: the guest is shown the new one.
        Err(Stop::Problem(_)) if page_for.is_some() => (latest, true),
        shown => (shown?, false),
    };
    if is_form {
        sent.answers = form_answers(&fields, &survey);
    }
    let leniency = Leniency { unasked: is_form, missing: sent.partial };
    let wanted = wanted_languages(request);
    let language = survey.survey.language_for(&wanted);

    let checked = match check_answers(&survey.survey, claim.visit.payment, &sent.answers, leniency) {
        Ok(_) if changed => Err(Vec::new()),
        checked => checked,
    };
    let answers = match checked {
        Ok(answers) => answers,
        Err(mut mistakes) => {
            if changed {
                mistakes = vec![Mistake { question: String::new(), wrong: Wrong::QuestionsChanged }];
            }
            let Some(submission) = page_for else { return Err(Problem::answers_invalid(mistakes).into()) };
            tracing::info!(function = FUNCTION, outcome = "answers-invalid", status = 422);
            let questions = survey.survey.asked(claim.visit.payment);
            let again = SurveyPage {
                brand: &brand,
                store: &store.details.name,
                survey: &survey.survey,
                version: survey.version,
                questions: &questions,
                language,
                channel: claim.channel,
                until,
                link,
                submission,
                answers: &grouped(&fields),
                mistakes: &mistakes,
            };
            return Ok(Reply::page(StatusCode::UNPROCESSABLE_ENTITY, again.render()));
        }
    };
    let response = Response {
        survey: survey.survey.definition.id.clone(),
        version: survey.version,
        answered_at: now,
        channel: claim.channel,
        segment: claim.segment,
        answers,
        seconds: sent.seconds.map(|seconds| seconds.min(LONGEST_SECONDS)),
        submission: sent.submission,
        partial: sent.partial,
    };
    let recorded = app.table.record(claim.visit, &response, expiry(&brand, claim.visit.minute.start())).await?;
    let (outcome, status) = match recorded {
        Recorded::Now if sent.partial => ("recorded-in-part", StatusCode::CREATED),
        Recorded::Now => ("recorded", StatusCode::CREATED),
        Recorded::Before => ("recorded-before", StatusCode::OK),
        Recorded::OtherAnswersAreThere if page_for.is_some() => ("already-answered", StatusCode::CONFLICT),
        Recorded::OtherAnswersAreThere => return Err(Problem::already_answered().into()),
    };
    tracing::info!(
        function = FUNCTION,
        outcome,
        status = status.as_u16(),
        store = claim.visit.store.get(),
        channel = claim.channel.name(),
        survey = response.survey.as_str(),
        version = response.version,
    );
    if page_for.is_some() {
        let end = if status.is_success() { End::Thanks } else { End::Answered };
        return Ok(Reply::page(status, pages::survey::end(end, &brand, &store.details.name, link, language)));
    }
    Ok(Reply::json(status, &json!({"status": "recorded"})))
}

async fn take_back(app: &App, request: &Request, now: Timestamp, status: StatusCode) -> Result<Reply, Stop> {
    let OpenLink { claim, .. } = app.open_link(request.path_parameter("link"), now).await?;
    app.table.take_back(claim.visit).await?;
    tracing::info!(
        function = FUNCTION,
        outcome = "taken-back",
        status = status.as_u16(),
        store = claim.visit.store.get()
    );
    Ok(Reply::empty(status))
}

/// The version that the guest was shown: she answers what she saw, whatever has been put meanwhile.
async fn shown_version(
    app: &App,
    latest: &Arc<Versioned>,
    sent: &Submission,
    now: Timestamp,
) -> Result<Arc<Versioned>, Stop> {
    let id = &latest.survey.definition.id;
    if sent.survey.as_ref().is_some_and(|survey| survey != id.as_str()) {
        return Err(Problem::survey_changed().into());
    }
    match sent.version {
        Some(version) if version != latest.version => {
            let shown = app.catalog.version(id, version, now).await?;
            Ok(shown.ok_or_else(|| Problem::invalid(format!("The survey has no version {version}.")))?)
        }
        _ => Ok(latest.clone()),
    }
}

/// A response is dropped so many days after its payment, so that a day's responses go together.
fn expiry(brand: &Brand, paid: Timestamp) -> Timestamp {
    paid.checked_add((i64::from(brand.retention_days) * 24).hours()).unwrap_or(Timestamp::MAX)
}

/// The fields of a form that are not answers.
fn from_form(fields: &[(String, String)]) -> Result<Submission, Problem> {
    let field = |name: &str| {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let wrong = |name: &str| Problem::invalid(format!("The form's field {name} is not what the page put there."));
    Ok(Submission {
        survey: field("survey").map(str::to_owned),
        submission: field("submission").map(|text| text.parse().map_err(|_| wrong("submission"))).transpose()?,
        version: field("version").map(|text| text.parse().map_err(|_| wrong("version"))).transpose()?,
        partial: field("partial") == Some("true"),
        // Told for information only: whatever a phone's clock makes of it, the answer counts.
        seconds: field("seconds").and_then(|text| text.parse().ok()),
        answers: BTreeMap::new(),
    })
}

/// The answers of a form: a form has only texts, so the survey says which of them are numbers and lists.
fn form_answers(fields: &[(String, String)], survey: &Versioned) -> BTreeMap<String, Value> {
    grouped(fields)
        .into_iter()
        .filter_map(|(id, values)| {
            let first = values.first().filter(|first| !first.is_empty())?;
            let value = match survey.survey.question(&id).map(|question| &question.kind) {
                Some(Kind::Scale(_)) => first.parse::<u64>().map_or_else(|_| json!(first), |number| json!(number)),
                Some(Kind::Choice { many: true, .. }) => json!(values),
                _ => json!(first),
            };
            Some((id, value))
        })
        .collect()
}

/// A form's answers as they were sent, by question.
fn grouped(fields: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut grouped: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in fields {
        if !matches!(name.as_str(), "submission" | "survey" | "version" | "seconds" | "partial") {
            grouped.entry(name.clone()).or_default().push(value.clone());
        }
    }
    grouped
}
