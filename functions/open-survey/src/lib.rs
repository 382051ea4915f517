//! A guest opens a link. Nothing is read when store and survey are in memory, and nothing is written. Or they open
//! the code on a table, and get a link. Or they come by an address that is none of both: see `elsewhere`.

mod elsewhere;

use std::collections::BTreeMap;
use std::sync::Arc;

use aftertaste::{
    app::{self, OpenLink, Stop, conclude},
    domain::{
        access::GuestKeys,
        survey::{Brand, Kind, Question},
        visit::{Link, Minute, TableCode, visitor},
    },
    http::{
        Problem, ProblemKind, Reply, Request, VISIT_COOKIE, VISIT_SECONDS, accepted, visit_cookie, wanted_languages,
    },
    lambda::Call,
    pages::{
        self, brand_for_program,
        ends::{End, Ended, sorry_line, thanks_line},
        survey::{SurveyPage, privacy_line, receipt, visit_line},
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

/// `GET /s/{link}`, `GET /s/{link}/receipt`, `GET /t/{code}`, and all that fits no route.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let form = accepted(request, Form::Page, &[(Form::Page, "text/html"), (Form::Json, "application/json")]);
    let opened = match request.route_key.as_str() {
        "GET /s/{link}" => open(app, request, call, form).await,
        "GET /s/{link}/receipt" => open_in_receipt(app, request, call).await,
        "GET /t/{code}" => open_code(app, request, call).await,
        "$default" => elsewhere::find(app, request, call).await,
        _ => Err(Problem::route_unknown().into()),
    };
    let reply = conclude(opened, |problem| match form {
        Form::Json => problem.into(),
        Form::Page => match Link::find(request.path_parameter("link"), &app.keys) {
            Some((link, _)) if problem.kind == ProblemKind::LinkExpired && request.route_key == "GET /s/{link}" => {
                pages::expired_link(&problem, &wanted_languages(request), link.as_str())
            }
            _ => pages::readers_problem(&problem, &wanted_languages(request)),
        },
    });
    if elsewhere::is_head(request) { reply.without_body() } else { reply }
}

/// Sends a guest who opened a code on to a link of their own. Opened again on the same phone, it leads to the same
/// link, until that is answered or an hour old.
async fn open_code(app: &App, request: &Request, Call { now, fresh }: Call) -> Result<Reply, Stop> {
    let address = request.path_parameter("code");
    let found = TableCode::find(address, &app.keys);
    let (text, code) = match found {
        Some(found) => found,
        None => {
            return elsewhere::platform_file(app, address, now).await?.ok_or_else(|| Problem::code_unknown().into());
        }
    };
    app.catalog.store(code.store, now).await?.ok_or_else(Problem::store_unknown)?;
    // A clock far from today gives no minute, and no link that could be signed.
    let minute = Minute::of(now).ok_or_else(Problem::unavailable)?;
    let begun = begun(app, request, code, now);
    let link = match &begun {
        Some(link) => link.clone(),
        None => {
            let visitor = visitor(&request.request_context.http.source_ip, code.store, &app.keys);
            if !app.table.admit(&visitor, minute, OPENINGS_A_MINUTE).await? {
                return Err(Problem::too_many().into());
            }
            let [.., a, b, c, d] = fresh.into_bytes();
            let claim = code.visit(minute, u32::from_be_bytes([a, b, c, d]));
            claim.sign(&app.keys).ok_or_else(Problem::unavailable)?
        }
    };
    tracing::info!(
        outcome = "opened-code",
        status = 303,
        store = code.store.get(),
        table = u32::from(code.table),
        again = begun.is_some(),
    );
    let language = request
        .query("lang")
        .filter(|lang| lang.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
    let query = language.map_or_else(String::new, |language| format!("?lang={language}"));
    let reply = Reply::empty(StatusCode::SEE_OTHER).with("location", format!("/s/{}{query}", link.as_str()));
    Ok(if begun.is_some() { reply } else { reply.with_cookie(visit_cookie(&text, link.as_str(), VISIT_SECONDS)) })
}

/// The link that this phone got here less than an hour ago, if it was not answered since.
fn begun(app: &App, request: &Request, code: TableCode, now: Timestamp) -> Option<Link> {
    let (link, claim) = Link::find(request.cookie(VISIT_COOKIE)?, &app.keys)?;
    let is_here = claim.visit.store == code.store && claim.table() == Some(code.table);
    let age = now.duration_since(claim.visit.minute.start()).as_secs();
    (is_here && (0..i64::from(VISIT_SECONDS)).contains(&age)).then_some(link)
}

/// A link's content, opened.
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
    let url = format!("{}/s/{}?lang={}", app.public_url, opened.link.link.as_str(), opened.language);
    let page = receipt(&opened.brand, opened.store(), &url, &opened.link.survey, &opened.language);
    Ok(Reply::page(StatusCode::OK, page))
}

async fn open(app: &App, request: &Request, call: Call, form: Form) -> Result<Reply, Stop> {
    let address = request.path_parameter("link");
    match Link::find(address, &app.keys) {
        None => {
            let file = elsewhere::platform_file(app, address, call.now).await?;
            return file.ok_or_else(|| Problem::link_unknown().into());
        }
        // The phone keeps what it knows of a link under its address.
        Some((link, _)) if form == Form::Page && link.as_str() != address => {
            return elsewhere::sent_on(&format!("/s/{}", link.as_str()), request);
        }
        Some(_) => {}
    }
    let opened = Opened::by(app, request, call.now, "opened").await?;
    if form == Form::Json {
        return Ok(Reply::json(StatusCode::OK, &as_json(&opened, call.fresh)));
    }
    let link = opened.link.link.as_str();
    if let Some(end) = request.query("end").as_deref().and_then(End::named) {
        let channel = opened.link.claim.channel;
        let (brand, store, language) = (&*opened.brand, opened.store(), opened.language.as_str());
        let ended = Ended { brand, store, link, language, submission: None, channel, awaited: None };
        let page = pages::ends::end(end, &ended);
        return Ok(Reply::page(StatusCode::OK, page));
    }
    let page = SurveyPage {
        brand: &opened.brand,
        store: &opened.link.store,
        claim: &opened.link.claim,
        survey: &opened.link.survey,
        version: opened.link.survey.version,
        questions: &opened.questions(),
        language: &opened.language,
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
        "visit": visit_line(&link.store, &link.claim, language),
        "brand": brand_for_program(brand, link.claim.channel, language),
        "privacy": privacy_line(brand, link.claim.channel, language),
        "thanks": thanks_line(brand, link.claim.channel, language),
        "sorry": sorry_line(brand, link.claim.channel, language),
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
            set("look", json!(definition.look));
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
