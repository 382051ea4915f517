//! A guest comes back to the case that their answer opened. By the link alone they see where it stands. With the
//! answer's submission, which only their phone knows, they read the store's reply, and say whether it is solved.

use std::sync::Arc;

use aftertaste::{
    app::{Stop, conclude},
    cases::{Pushed, push},
    domain::{
        case::{AwardTo, CaseId, MOST_REOPENINGS, Move, Moving, Refused, Said, State},
        place::Store,
        survey::{Brand, Severity},
        visit::{Claim, Link, Standing},
    },
    http::{Problem, ProblemKind, Reply, Request, accepted, wanted_languages},
    lambda::Call,
    pages::{
        self, brand_for_program,
        case::{CasePage, Seen, Shown, agreement},
    },
    table::{CaseKey, Opening, StoredCase, Versioned},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    App, contact,
    submission::FORM,
    wish::{self, Act, Wish},
};

/// For how many days after the payment a case's link works at least. It works longer if it can be answered for longer.
const LINK_DAYS: u32 = 31;

/// A case's link, which was checked.
struct Found {
    link: Link,
    claim: Claim,
    store: Arc<Store>,
    brand: Arc<Brand>,
    /// Whether its survey can still be answered.
    is_open: bool,
}

/// Until when the link of a claim leads to its case.
pub(crate) fn link_lives_until(claim: &Claim, survey: &Versioned) -> Timestamp {
    let days = survey.definition.link_lifetime_days.max(LINK_DAYS);
    claim.visit.minute.after(days * 24 * 60).start()
}

/// `GET /s/{link}/case` and `POST /s/{link}/case`.
pub(crate) async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let is_form = request.content_type() == FORM;
    let is_read = request.route_key.starts_with("GET ");
    let wants_page = accepted(request, is_form || is_read, &[(true, "text/html"), (false, "application/json")]);
    let wanted = (wants_page && (is_form || is_read)).then(|| wanted_languages(request));
    conclude(answer(app, request, call, wanted.as_deref()).await, |problem| match &wanted {
        Some(wanted) => pages::readers_problem(&problem, wanted),
        None => problem.into(),
    })
}

/// `wanted` are the languages of a guest who reads a page; none of a program.
async fn answer(app: &App, request: &Request, call: Call, wanted: Option<&[String]>) -> Result<Reply, Stop> {
    let wish = Wish::read(request)?;
    let found = find(app, request.path_parameter("link"), call.now).await?;
    let key = CaseKey::from(found.claim.visit);
    let there = app.table.case(&key).await?.filter(|stored| !stored.case.is_withdrawn());
    let language = wanted_languages(request);
    let reply = |status, seen: Seen<'_>, json: Value| match wanted {
        Some(wanted) => Reply::page(status, found.page(seen).render(wanted)),
        None => Reply::json(status, &json),
    };
    let Some(submission) = wish.submission else {
        let stored = there.ok_or_else(Problem::link_unknown)?;
        if wish.act != Some(Act::Look) || request.route_key.starts_with("POST ") {
            return Err(Problem::case_submission_missing().into());
        }
        let state = stored.case.state;
        log(&found, "case-state-shown", StatusCode::OK);
        return Ok(reply(StatusCode::OK, Seen::ByLink(state), json!({"state": state})));
    };
    let stored = theirs(app, &found, there, submission, call).await?;
    let typed = wish::typed_contact(request)?;
    let moving = Moving { by: "guest", at: call.now, id: call.fresh, store: &found.store };
    let (stored, problem) = match act(app, stored.clone(), wish.act, agreement(&language), moving).await? {
        Ok(after) => (after, None),
        // The reader of a page sees the case as it is now, and above it what is wrong.
        Err(problem) if wanted.is_some() => (stored, Some(problem)),
        Err(problem) => return Err(problem.into()),
    };
    // The reason for the refusal may have happened in the meantime.
    let stored = match &problem {
        Some(_) => {
            let there = app.table.case(&key).await?.filter(|stored| !stored.case.is_withdrawn());
            there.ok_or_else(Problem::link_unknown)?
        }
        None => stored,
    };
    let shown = shown(app, &stored, submission, problem.as_ref().map(|problem| problem.kind), moving).await?;
    let shown = Shown { typed: typed.as_deref().filter(|_| problem.is_some()), ..shown };
    let status = problem.as_ref().map_or(StatusCode::OK, |problem| problem.kind.status());
    log(&found, problem.as_ref().map_or("case-shown", |problem| problem.kind.name()), status);
    let json = as_json(&found, &shown, pages::guests_language(&language));
    Ok(reply(status, Seen::ByTheirPhone(&shown), json))
}

async fn find(app: &App, address: &str, now: Timestamp) -> Result<Found, Stop> {
    let (link, claim) = Link::find(address, &app.keys).ok_or_else(Problem::link_unknown)?;
    let store = app.catalog.store(claim.visit.store, now).await?.ok_or_else(Problem::store_unknown)?;
    let survey = match claim.channel.survey_at(&store) {
        Some(asked) => app.catalog.survey(asked, now).await?,
        None => None,
    };
    let days = survey.map_or(0, |survey| survey.definition.link_lifetime_days);
    match claim.standing(now, days.max(LINK_DAYS)) {
        Standing::Live(_) => {
            let is_open = matches!(claim.standing(now, days), Standing::Live(_));
            Ok(Found { link, claim, store, brand: app.catalog.brand(now).await?, is_open })
        }
        Standing::Expired(at) => Err(Problem::link_expired(at).into()),
        Standing::Future => Err(Problem::link_from_the_future().into()),
    }
}

/// The case of the guest who sent the answer. Nobody else learns whether there is an answer, or its outcome.
async fn theirs(
    app: &App,
    found: &Found,
    there: Option<StoredCase>,
    submission: Uuid,
    call: Call,
) -> Result<StoredCase, Stop> {
    let visit = found.claim.visit;
    let key = CaseKey::from(visit);
    // An answer that was taken back or erased stays as a part, and has no submission.
    let response = app.table.response_of_case(&key).await?.filter(|kept| !kept.erased && !kept.response.partial);
    let response = response.filter(|kept| kept.response.submission == Some(submission));
    let id = CaseId::of(visit, submission);
    match (there, response) {
        (Some(stored), Some(_)) if stored.case.id == id => Ok(stored),
        // It could not be opened when the answer came. The next count would do it, but its guest is here.
        (_, Some(kept)) => {
            let called = kept.response.more.follow_up.as_ref().ok_or_else(Problem::link_unknown)?;
            let (store, at, entry, expires) = (&*found.store, call.now, call.fresh, kept.expires);
            app.table.open_case(&Opening { visit, called, submission, store, at, entry, expires }).await?;
            let stored = app.table.case(&key).await?;
            let is_it = |stored: &StoredCase| stored.case.id == id && !stored.case.is_withdrawn();
            Ok(stored.filter(is_it).ok_or_else(Problem::link_unknown)?)
        }
        (Some(stored), None) if stored.case.id == id => Err(Problem::link_unknown().into()),
        (Some(_), None) => Err(Problem::case_submission_differs().into()),
        (None, None) => Err(Problem::link_unknown().into()),
    }
}

/// Does what a guest wants. The case after it, or why it does not take that.
async fn act(
    app: &App,
    stored: StoredCase,
    act: Option<Act>,
    agreed: &str,
    moving: Moving<'_>,
) -> Result<Result<StoredCase, Problem>, Stop> {
    match act {
        Some(Act::Look) => Ok(Ok(stored)),
        Some(Act::Say(said)) => say(app, stored, said, moving).await,
        Some(Act::LeaveContact(how)) => contact::leave(&app.table, stored, (&how, agreed), moving).await,
        Some(Act::ForgetContact) => {
            app.table.forget_contact(&stored.key).await?;
            Ok(Ok(stored))
        }
        None => Ok(Err(Problem::invalid("A contact is kept only of whoever has agreed to that."))),
    }
}

async fn say(
    app: &App,
    stored: StoredCase,
    said: Said,
    moving: Moving<'_>,
) -> Result<Result<StoredCase, Problem>, Stop> {
    if is_said(&stored, said) {
        return Ok(Ok(stored));
    }
    let (step, outcome) = match said {
        Said::Solved => (Move::SaySolved, "case-solved"),
        Said::NotSolved => (Move::SayNotSolved, "case-not-solved"),
    };
    match push(&app.table, &stored.key, &step, moving).await? {
        Pushed::Made(after) => {
            tracing::info!(outcome, store = after.key.store.get(), severity = after.case.severity.name());
            Ok(Ok(*after))
        }
        // The same was said a moment ago, by another tap.
        Pushed::Refused(_, there) if is_said(&there, said) => Ok(Ok(*there)),
        Pushed::Refused(Refused::TooOften, _) => Ok(Err(Problem::reopened_too_often())),
        Pushed::Refused(_, there) if there.case.is_withdrawn() => Err(Problem::link_unknown().into()),
        Pushed::Refused(_, there) if there.case.severity == Severity::Praise => {
            Ok(Err(Problem::not_of_this_case("A praise is neither solved nor not.")))
        }
        Pushed::Refused(..) => Ok(Err(Problem::case_not_answered())),
        Pushed::None => Err(Problem::link_unknown().into()),
    }
}

/// Whether a guest has said this last, and nothing has come after it.
fn is_said(stored: &StoredCase, said: Said) -> bool {
    let case = &stored.case;
    let stands = match said {
        Said::Solved => case.state == State::Closed,
        Said::NotSolved => case.waits_for_the_store(),
    };
    case.said == Some(said) && stands
}

/// The view of a case for its guest.
async fn shown<'a>(
    app: &App,
    stored: &'a StoredCase,
    submission: Uuid,
    problem: Option<ProblemKind>,
    moving: Moving<'_>,
) -> Result<Shown<'a>, Stop> {
    let case = &stored.case;
    let may = |step: &Move| case.after(step, moving).is_ok();
    Ok(Shown {
        state: case.state,
        submission,
        reply: case.reply.as_deref(),
        said: case.said,
        may_say_solved: may(&Move::SaySolved),
        may_say_not_solved: may(&Move::SayNotSolved),
        reopenings_left: MOST_REOPENINGS.saturating_sub(case.reopened),
        award: case.award.as_ref().filter(|award| award.to == AwardTo::Guest),
        has_contact: case.contact && app.table.contact(&stored.key, moving.at).await?.is_some(),
        may_leave_contact: contact::may_be_left(stored, moving),
        problem,
        typed: None,
    })
}

fn as_json(found: &Found, shown: &Shown<'_>, language: &str) -> Value {
    let award = shown.award.map(|award| {
        let redeemed = award.redeemed_at.is_some();
        json!({"amount": award.amount, "currency": award.currency, "code": award.code, "redeemed": redeemed})
    });
    json!({
        "brand": brand_for_program(&found.brand, found.claim.channel, language),
        "store": found.store.details.name,
        "state": shown.state,
        "reply": shown.reply,
        "said": shown.said,
        "may_say": {
            "solved": shown.may_say_solved,
            "not_solved": shown.may_say_not_solved,
            "reopenings_left": shown.reopenings_left,
        },
        "award": award,
        "contact": {"left": shown.has_contact, "may_be_left": shown.may_leave_contact},
    })
}

impl Found {
    fn page<'a>(&'a self, seen: Seen<'a>) -> CasePage<'a> {
        let (store, link) = (self.store.details.name.as_str(), self.link.as_str());
        CasePage { brand: &self.brand, store, link, is_open: self.is_open, seen }
    }
}

fn log(found: &Found, outcome: &str, status: StatusCode) {
    tracing::info!(outcome, status = status.as_u16(), store = found.claim.visit.store.get());
}
