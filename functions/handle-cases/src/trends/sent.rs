//! The body of a move's call: read from JSON or from a form, and checked against the trend.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        case::LONGEST_NOTE,
        trend::{Move, Outcome},
    },
    http::{Problem, body_json},
};
use serde::Deserialize;

use super::shown::Found;
use crate::{
    Asked,
    sent::{Mistake, known, names, person_who, text},
};

/// The fields that were sent, whichever move it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// The `v` that the sender has seen.
    pub v: Option<u64>,
    #[serde(rename = "move")]
    step: String,
    to: Option<String>,
    outcome: Option<String>,
    cause: Option<String>,
    note: Option<String>,
}

impl Sent {
    /// Reads the call.
    ///
    /// # Errors
    /// A problem when the body can't be read.
    pub(super) fn read(asked: &Asked<'_>) -> Result<Self, Problem> {
        if asked.caller.session.is_none() {
            return body_json(asked.request);
        }
        let field = |name: &str| Some(asked.caller.field(name).to_owned()).filter(|text| !text.is_empty());
        Ok(Self {
            v: field("v").and_then(|v| v.parse().ok()),
            step: field("move").unwrap_or_default(),
            to: field("to"),
            outcome: field("outcome"),
            cause: field("cause"),
            note: field("note"),
        })
    }

    /// The move that it asks for, checked against the trend.
    pub(super) async fn step(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Move, Mistake>, Stop> {
        match self.step.as_str() {
            "take" => Ok(Ok(Move::Take)),
            "hand-over" => self.hand_over(asked, found).await,
            "close" => self.close(asked, found).await,
            _ => Ok(Err(Mistake::NoMove("take, hand-over or close"))),
        }
    }

    async fn hand_over(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Move, Mistake>, Stop> {
        let scope = &found.trend.watched.scope;
        let to = person_who(asked, self.to.as_deref(), |person| person.follows(scope, found.path())).await?;
        let none = Mistake::NoPerson("follows up on cases of this scope");
        Ok(to.map(|to| Move::HandOver { to: to.to_string() }).ok_or(none))
    }

    async fn close(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Move, Mistake>, Stop> {
        let note = match text("note", self.note.as_deref(), LONGEST_NOTE) {
            Ok(note) => note,
            Err(mistake) => return Ok(Err(mistake)),
        };
        let offered = Outcome::of_people(found.trend.change.direction);
        let outcome = self.outcome.as_deref().and_then(known::<Outcome>).filter(|outcome| offered.contains(outcome));
        let Some(outcome) = outcome else { return Ok(Err(Mistake::NoOutcome(names(offered)))) };
        let cause = match self.cause.as_deref().filter(|cause| !cause.is_empty()) {
            None => None,
            Some(cause) => {
                let brand = asked.app.catalog.brand(asked.call.now).await?;
                let known: Option<Id> =
                    brand.known_causes().into_iter().map(|known| known.id).find(|id| id.as_str() == cause);
                if known.is_none() {
                    return Ok(Err(Mistake::NoCause));
                }
                known
            }
        };
        Ok(Ok(Move::Close { outcome, cause, note }))
    }
}
