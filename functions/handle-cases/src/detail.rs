//! One case: what its guest said, the visit, all that was done, and the moves that are possible.

use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        case::{Act, Award, AwardTo, Case, CaseId, Entry, Move, Moving, Outcome, Said, State},
        place::{Scope, Store},
        report::Meal,
        survey::{Answer, Kind, Question, nearest_language},
        visit::Context,
    },
    http::Problem,
    table::{Contact, StoredCase, StoredResponse, Versioned},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    Asked,
    listed::{Listed, People, is_of},
    readable::readable,
};

/// A case whose store the caller follows.
pub(crate) struct Found {
    pub stored: StoredCase,
    pub store: Arc<Store>,
}

/// A case as it is shown.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub listed: Listed,
    pub trigger: String,
    pub visit: Visited,
    /// Its guest's answers; empty where these were taken back or erased.
    pub answers: Vec<Answered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub award: Option<Awarded>,
    /// Whether its guest left word how to reach them.
    pub has_contact: bool,
    /// How to reach its guest, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The moves that are possible now.
    pub may: May,
    pub log: Vec<Done>,
}

/// The visit, as far as it is known. When it was paid is said to the meal.
#[derive(Serialize)]
pub(crate) struct Visited {
    pub day: Date,
    pub meal: Meal,
    #[serde(flatten)]
    pub context: Context,
}

/// One question as it was asked, with its answer.
#[derive(Serialize)]
pub(crate) struct Answered {
    pub question: Id,
    pub text: String,
    /// As people read it.
    pub answer: String,
    /// Whether the guest wrote it.
    #[serde(skip)]
    pub is_text: bool,
}

/// An award, without its code: only the guest's own page shows that.
#[derive(Serialize)]
pub(crate) struct Awarded {
    pub amount: u64,
    pub currency: String,
    pub to: AwardTo,
    pub by: String,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redeemed_at: Option<Timestamp>,
}

/// Something that was done.
#[derive(Serialize)]
pub(crate) struct Done {
    pub v: u64,
    pub at: Timestamp,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub what: Act,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
}

/// The moves that are possible now.
#[derive(Serialize)]
pub(crate) struct May {
    pub take: bool,
    pub answer: bool,
    pub hand_over: bool,
    pub award: bool,
    pub read_contact: bool,
    /// The outcomes with which it can be closed.
    pub close: Vec<Outcome>,
}

/// The case of the address.
pub(crate) async fn find(asked: &Asked<'_>) -> Result<Found, Stop> {
    let id: CaseId = asked.request.path_parameter("case").parse().map_err(|_| Problem::case_unknown())?;
    let store = asked.app.catalog.store(id.store, asked.call.now).await?;
    let scope = Scope::Store(id.store);
    if !asked.caller.grant.allows_follow(&scope, store.as_deref().map(|store| &store.details.path)) {
        return Err(asked.needs("follow", &scope));
    }
    let store = store.ok_or_else(Problem::case_unknown)?;
    let stored = asked.app.table.case_by_id(&id).await?.ok_or_else(Problem::case_unknown)?;
    Ok(Found { stored, store })
}

/// All that is shown of a case, with its guest's contact where that was asked for.
pub(crate) async fn shown(asked: &Asked<'_>, found: &Found, contact: Option<Contact>) -> Result<Shown, Stop> {
    let (app, now, Found { stored, store }) = (asked.app, asked.call.now, found);
    let response = readable(app.table.response_of_case(&stored.key).await)?.flatten();
    let response = response.filter(|response| is_of(&stored.case, response));
    let (mut context, mut answers) = (None, Vec::new());
    if let Some(response) = &response {
        context = readable(app.table.context_of_case(&stored.key, response).await)?.flatten();
        let (survey, version) = (&response.response.survey, response.response.version);
        let survey = app.catalog.version(survey, version, now).await?;
        answers = answered(response, survey.as_deref(), asked.languages);
    }
    // The case remembers that there was one; its guest may have had it forgotten, and its time may be over.
    let has_contact = stored.case.contact && readable(app.table.contact(&stored.key, now).await)?.flatten().is_some();
    let people = People::of(app, now).await?;
    let paid = stored.key.paid();
    let case = &stored.case;
    Ok(Shown {
        listed: Listed::of(stored, store, &people, now),
        trigger: case.trigger.clone(),
        visit: Visited {
            day: store.calendar.day_of(paid),
            meal: Meal::of_hour(store.calendar.hour_of(paid)),
            context: context.unwrap_or_default(),
        },
        answers,
        cause: case.cause.clone(),
        reply: case.reply.clone(),
        replied_at: case.replied_at,
        note: case.note.clone(),
        said: case.said,
        award: case.award.as_ref().map(awarded),
        has_contact,
        contact,
        may: may(asked, (case, has_contact), store),
        log: done(&case.log, &people),
    })
}

/// A history with the names of people.
pub(crate) fn done(log: &[Entry], people: &People) -> Vec<Done> {
    let name = |id: &str| people.name(id).map(str::to_owned);
    let of = |entry: &Entry| Done {
        v: entry.v,
        at: entry.at,
        by: entry.by.clone(),
        name: name(&entry.by),
        what: entry.what,
        to_name: entry.to.as_deref().and_then(name),
        to: entry.to.clone(),
    };
    log.iter().map(of).collect()
}

fn awarded(award: &Award) -> Awarded {
    let Award { amount, currency, to, by, at, redeemed_at, .. } = award.clone();
    Awarded { amount, currency, to, by, at, redeemed_at }
}

/// The moves that are possible now: each is tried.
fn may(asked: &Asked<'_>, (case, has_contact): (&Case, bool), store: &Store) -> May {
    let moving = Moving { by: asked.caller.by(), at: asked.call.now, id: asked.call.fresh, store };
    let can = |step: &Move| case.after(step, moving).is_ok();
    let scope = Scope::Store(store.number);
    let is_waiting = matches!(case.state, State::Open | State::Taken);
    let close = |outcome: &Outcome| can(&Move::Close { outcome: *outcome, note: None });
    May {
        take: can(&Move::Take),
        answer: is_waiting,
        hand_over: is_waiting,
        award: case.takes_award(asked.call.now).is_ok(),
        read_contact: has_contact && asked.caller.grant.allows_contact(&scope, Some(&store.details.path)),
        close: Outcome::of_people(case.severity).iter().copied().filter(close).collect(),
    }
}

/// The answers in the order in which they were asked, each in a language that the reader wants.
fn answered(stored: &StoredResponse, survey: Option<&Versioned>, wanted: &[String]) -> Vec<Answered> {
    let language = survey.map_or("", |survey| survey.survey.language_for(wanted));
    let questions = survey.map_or(&[][..], |survey| &survey.survey.questions);
    let place = |id: &Id| questions.iter().position(|question| question.id() == id).unwrap_or(usize::MAX);
    let mut answers: Vec<(usize, Answered)> = stored
        .response
        .answers
        .iter()
        .map(|(id, answer)| {
            let question = questions.iter().find(|question| question.id() == id);
            let text = question
                .map_or_else(|| id.to_string(), |question| question.definition.text.in_language(language).to_owned());
            let is_text = matches!(answer, Answer::Text(_));
            let answer = written(answer, question, language);
            (place(id), Answered { question: id.clone(), text, answer, is_text })
        })
        .collect();
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answered)| answered).collect()
}

/// An answer as people read it.
fn written(answer: &Answer, question: Option<&Question>, language: &str) -> String {
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Scale(n) => match question.map(|question| &question.kind) {
            Some(Kind::Scale(scale)) => format!("{n} / {}", scale.max),
            _ => n.to_string(),
        },
        Answer::Choice(chosen) => {
            let options = question.map_or(&[][..], |question| &question.definition.options);
            let name = |id: &Id| {
                let option = options.iter().find(|option| option.id == *id);
                option.map_or_else(|| id.to_string(), |option| option.text.in_language(language).to_owned())
            };
            chosen.iter().map(name).collect::<Vec<_>>().join(" · ")
        }
    }
}

/// The language of a brand's texts that is nearest to what the reader wants.
pub(crate) fn nearest<'a>(wanted: &[String], offered: impl Iterator<Item = &'a str>) -> &'a str {
    let offered: Vec<&str> = offered.collect();
    nearest_language(wanted, &offered).or(offered.first().copied()).unwrap_or_default()
}
