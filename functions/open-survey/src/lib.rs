//! A guest opens a link. Nothing is read when store and survey are in memory, and nothing is written. Or she opens the
//! code on a table, and gets a link.

use std::collections::BTreeMap;

use aftertaste::{
    app::{App, OpenLink, Stop, conclude},
    domain::{
        survey::{Kind, Question},
        visit::{Minute, TableCode, visitor},
    },
    http::{Format, Problem, Reply, Request, accepted_format, wanted_languages},
    pages::{
        self,
        survey::{End, SurveyPage},
    },
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

const FUNCTION: &str = "open-survey";

/// How many links one address gets out of a store's codes in a minute. All guests on a store's own network have one
/// address.
const OPENINGS_A_MINUTE: u32 = 20;

/// `GET /s/{link}`, `GET /s/{link}/receipt` and `GET /t/{code}`. `submission` is fresh and random: the id of the sending
/// that follows.
pub async fn handle(app: &App, request: &Request, now: Timestamp, submission: Uuid) -> Reply {
    let format = accepted_format(request, &[Format::Html, Format::Json]);
    let opened = match request.route_key.as_str() {
        "GET /t/{code}" => open_code(app, request, now, submission).await,
        _ => open(app, request, now, submission, format).await,
    };
    conclude(FUNCTION, opened, |problem| match format {
        Some(Format::Json) => problem.into(),
        _ => pages::problem(&problem, &wanted_languages(request)),
    })
}

/// Sends whoever opened a code on to a link of her own.
async fn open_code(app: &App, request: &Request, now: Timestamp, nonce: Uuid) -> Result<Reply, Stop> {
    let code = TableCode::verify(request.path_parameter("code"), &app.keyring).ok_or_else(Problem::code_unknown)?;
    app.catalog.store(code.store, now).await?.ok_or_else(Problem::store_unknown)?;
    // A clock far from today gives no minute, and no link that could be signed.
    let minute = Minute::of(now).ok_or_else(Problem::unavailable)?;
    let visitor = visitor(&request.request_context.http.source_ip, code.store, &app.keyring);
    if !app.table.admit(&visitor, minute, OPENINGS_A_MINUTE).await? {
        return Err(Problem::too_many().into());
    }
    let claim = code.visit(minute, &nonce.to_string(), &app.keyring);
    let link = claim.sign(&app.keyring).ok_or_else(Problem::unavailable)?;
    tracing::info!(
        function = FUNCTION,
        outcome = "opened-code",
        status = 303,
        store = code.store.get(),
        table = u32::from(code.table),
    );
    let language = request.query("lang").filter(|lang| lang.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let query = language.map_or_else(String::new, |language| format!("?lang={language}"));
    Ok(Reply::empty(StatusCode::SEE_OTHER).with("location", format!("/s/{}{query}", link.as_str())))
}

async fn open(
    app: &App,
    request: &Request,
    now: Timestamp,
    submission: Uuid,
    format: Option<Format>,
) -> Result<Reply, Stop> {
    let link = request.path_parameter("link");
    let OpenLink { claim, until, store, survey } = app.open_link(link, now).await?;
    let brand = app.catalog.brand(now).await?;
    let definition = &survey.survey.definition;
    let wanted = wanted_languages(request);
    let language = survey.survey.language_for(&wanted);
    let questions = survey.survey.asked(claim.visit.payment);
    let in_receipt = request.route_key == "GET /s/{link}/receipt";
    tracing::info!(
        function = FUNCTION,
        outcome = if in_receipt { "shown-in-receipt" } else { "opened" },
        status = 200,
        store = claim.visit.store.get(),
        channel = claim.channel.name(),
        survey = definition.id.as_str(),
        language,
    );
    if in_receipt {
        let url = format!("{}/s/{link}?lang={language}", app.public_url);
        let page = pages::survey::receipt(&brand, &store.details.name, &url, &survey.survey, language);
        return Ok(Reply::page(StatusCode::OK, page));
    }
    if format == Some(Format::Json) {
        let body = json!({
            "survey": definition.id,
            "version": survey.version,
            "language": language,
            "languages": survey.survey.languages(),
            "title": definition.title.get(language),
            "store": store.details.name,
            "brand": {"name": brand.name, "colour": brand.colour},
            "privacy": pages::survey::privacy_line(&brand, claim.channel, language),
            "thanks": pages::survey::thanks_line(&brand, language),
            "expires_at": until,
            "submission": submission,
            "questions": questions.iter().map(|question| in_language(question, language)).collect::<Vec<_>>(),
        });
        return Ok(Reply::json(StatusCode::OK, &body));
    }
    if let Some(end) = request.query("end").as_deref().and_then(End::named) {
        let page = pages::survey::end(end, &brand, &store.details.name, link, language);
        return Ok(Reply::page(StatusCode::OK, page));
    }
    let page = SurveyPage {
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
        answers: &BTreeMap::new(),
        mistakes: &[],
    };
    Ok(Reply::page(StatusCode::OK, page.render()))
}

/// A question for a program that draws it itself.
fn in_language(question: &Question, language: &str) -> Value {
    let definition = &question.definition;
    let mut json = json!({
        "id": definition.id,
        "kind": definition.kind,
        "text": definition.text.get(language),
        "required": definition.required,
    });
    let mut set = |name: &str, value: Value| {
        if let (Value::Object(fields), false) = (&mut json, value.is_null()) {
            fields.insert(name.to_owned(), value);
        }
    };
    set("ask_if", json!(definition.ask_if));
    match &question.kind {
        Kind::Scale(scale) => {
            set("min", json!(scale.min));
            set("max", json!(scale.max));
            set("low_label", json!(definition.low_label.as_ref().map(|label| label.get(language))));
            set("high_label", json!(definition.high_label.as_ref().map(|label| label.get(language))));
        }
        Kind::Choice { many, .. } => {
            set("many", json!(many));
            let options: Vec<Value> = definition
                .options
                .iter()
                .map(|option| json!({"id": option.id, "text": option.text.get(language)}))
                .collect();
            set("options", json!(options));
        }
        Kind::Text { max_length } => set("max_length", json!(max_length)),
    }
    json
}
