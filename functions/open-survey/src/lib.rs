//! A guest opens a link. Nothing is read when store and survey are in memory, and nothing is written. Or they open
//! the code on a table, and get a link.

use std::collections::BTreeMap;
use std::sync::Arc;

use aftertaste::{
    app::{self, OpenLink, Stop, conclude},
    domain::{
        access::GuestKeys,
        survey::{Brand, Kind, Question},
        visit::{Minute, TableCode, visitor},
    },
    http::{Problem, ProblemKind, Reply, Request, accepted, wanted_languages},
    lambda::Call,
    pages::{
        self,
        survey::{End, Ended, SurveyPage},
    },
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

type App = app::App<GuestKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "open-survey";

/// How many links one address gets out of a store's codes in a minute. All guests on a store's own network have one
/// address.
const OPENINGS_A_MINUTE: u32 = 20;

/// The forms of a survey.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Json,
}

/// `GET /s/{link}`, `GET /s/{link}/receipt` and `GET /t/{code}`.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let form = accepted(request, Form::Page, &[(Form::Page, "text/html"), (Form::Json, "application/json")]);
    let opened = match request.route_key.as_str() {
        "GET /s/{link}" => open(app, request, call, form).await,
        "GET /s/{link}/receipt" => open_in_receipt(app, request, call).await,
        "GET /t/{code}" => open_code(app, request, call).await,
        _ => Err(Problem::route_unknown().into()),
    };
    conclude(opened, |problem| match form {
        Form::Json => problem.into(),
        Form::Page if problem.kind == ProblemKind::LinkExpired && request.route_key == "GET /s/{link}" => {
            pages::expired_link(&problem, &wanted_languages(request), request.path_parameter("link"))
        }
        Form::Page => pages::readers_problem(&problem, &wanted_languages(request)),
    })
}

/// Sends a guest who opened a code on to a link of their own.
async fn open_code(app: &App, request: &Request, Call { now, fresh }: Call) -> Result<Reply, Stop> {
    let code = TableCode::verify(request.path_parameter("code"), &app.keys).ok_or_else(Problem::code_unknown)?;
    app.catalog.store(code.store, now).await?.ok_or_else(Problem::store_unknown)?;
    // A clock far from today gives no minute, and no link that could be signed.
    let minute = Minute::of(now).ok_or_else(Problem::unavailable)?;
    let visitor = visitor(&request.request_context.http.source_ip, code.store, &app.keys);
    if !app.table.admit(&visitor, minute, OPENINGS_A_MINUTE).await? {
        return Err(Problem::too_many().into());
    }
    let [.., a, b, c, d] = fresh.into_bytes();
    let claim = code.visit(minute, u32::from_be_bytes([a, b, c, d]));
    let link = claim.sign(&app.keys).ok_or_else(Problem::unavailable)?;
    tracing::info!(outcome = "opened-code", status = 303, store = code.store.get(), table = u32::from(code.table),);
    let language = request.query("lang").filter(|lang| lang.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let query = language.map_or_else(String::new, |language| format!("?lang={language}"));
    Ok(Reply::empty(StatusCode::SEE_OTHER).with("location", format!("/s/{}{query}", link.as_str())))
}

/// What a link leads to.
struct Opened {
    link: OpenLink,
    brand: Arc<Brand>,
    language: String,
}

impl Opened {
    async fn by(app: &App, request: &Request, now: Timestamp, outcome: &str) -> Result<Self, Stop> {
        let link = app.open_link(request.path_parameter("link"), now).await?;
        let brand = app.catalog.brand(now).await?;
        let language = link.survey.language_for(&wanted_languages(request)).to_owned();
        tracing::info!(
            outcome,
            status = 200,
            store = link.claim.visit.store.get(),
            channel = link.claim.channel.name(),
            survey = link.survey.id().as_str(),
            language,
        );
        Ok(Self { link, brand, language })
    }

    fn questions(&self) -> Vec<&Question> {
        self.link.survey.asked(self.link.claim.visit.payment)
    }

    fn store(&self) -> &str {
        &self.link.store.details.name
    }
}

async fn open_in_receipt(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let opened = Opened::by(app, request, call.now, "shown-in-receipt").await?;
    let url = format!("{}/s/{}?lang={}", app.public_url, request.path_parameter("link"), opened.language);
    let page = pages::survey::receipt(&opened.brand, opened.store(), &url, &opened.link.survey, &opened.language);
    Ok(Reply::page(StatusCode::OK, page))
}

async fn open(app: &App, request: &Request, call: Call, form: Form) -> Result<Reply, Stop> {
    let opened = Opened::by(app, request, call.now, "opened").await?;
    if form == Form::Json {
        return Ok(Reply::json(StatusCode::OK, &as_json(&opened, call.fresh)));
    }
    let link = request.path_parameter("link");
    if let Some(end) = request.query("end").as_deref().and_then(End::named) {
        let channel = opened.link.claim.channel;
        let (brand, store, language) = (&*opened.brand, opened.store(), opened.language.as_str());
        let ended = Ended { brand, store, link, language, submission: None, channel, awaited: None };
        let page = pages::survey::end(end, &ended);
        return Ok(Reply::page(StatusCode::OK, page));
    }
    let page = SurveyPage {
        brand: &opened.brand,
        store: opened.store(),
        survey: &opened.link.survey,
        version: opened.link.survey.version,
        questions: &opened.questions(),
        language: &opened.language,
        channel: opened.link.claim.channel,
        until: opened.link.until,
        link,
        submission: call.fresh,
        answers: &BTreeMap::new(),
        asks_reply: false,
        mistakes: &[],
    };
    Ok(Reply::page(StatusCode::OK, page.render()))
}

/// The survey for a program. `submission` is the id of the sending that follows.
fn as_json(opened: &Opened, submission: Uuid) -> Value {
    let Opened { link, brand, language } = opened;
    json!({
        "survey": link.survey.id(),
        "version": link.survey.version,
        "language": language,
        "languages": link.survey.languages(),
        "title": link.survey.definition.title.in_language(language),
        "store": opened.store(),
        "brand": {"name": brand.name, "colour": brand.colour},
        "privacy": pages::survey::privacy_line(brand, link.claim.channel, language),
        "thanks": pages::survey::thanks_line(brand, link.claim.channel, language),
        "expires_at": link.until,
        "submission": submission,
        "asks_reply": link.survey.offers_reply(link.claim.channel),
        "questions": opened.questions().iter().map(|question| in_language(question, language)).collect::<Vec<_>>(),
    })
}

/// A question for a program that draws it itself.
fn in_language(question: &Question, language: &str) -> Value {
    let definition = &question.definition;
    let mut json = json!({
        "id": definition.id,
        "kind": definition.kind,
        "text": definition.text.in_language(language),
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
            set("low_label", json!(definition.low_label.as_ref().map(|label| label.in_language(language))));
            set("high_label", json!(definition.high_label.as_ref().map(|label| label.in_language(language))));
        }
        Kind::Choice { many, .. } => {
            set("many", json!(many));
            let options: Vec<Value> = definition
                .options
                .iter()
                .map(|option| json!({"id": option.id, "text": option.text.in_language(language)}))
                .collect();
            set("options", json!(options));
        }
        Kind::Text { max_length } => set("max_length", json!(max_length)),
    }
    json
}
