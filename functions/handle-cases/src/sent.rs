//! The body of a move's call: read from JSON or from a form, and checked against the case.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::{Person, check_visible},
        case::{Award, AwardTo, LONGEST_NOTE, LONGEST_REPLY, Move, Outcome},
        survey::{Severity, plain_text},
        visit::check_currency,
    },
    http::{Problem, body_json},
    table::TableError,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Asked, detail::Found, listed::follows, money, readable::readable};

/// The largest award, in the smallest unit of its currency.
const LARGEST_AWARD: u64 = 1_000_000;

/// The fields that were sent, whichever move it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    /// The `v` that the sender has seen.
    pub v: Option<u64>,
    #[serde(rename = "move")]
    pub step: String,
    cause: Option<String>,
    reply: Option<String>,
    outcome: Option<String>,
    note: Option<String>,
    to: Option<String>,
    amount: Option<u64>,
    currency: Option<String>,
    /// An amount as a person types it, in a form.
    #[serde(skip)]
    sum: Option<String>,
}

/// A field that can't be taken. A page says it in its own language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mistake {
    #[error("move is {0}.")]
    NoMove(&'static str),
    #[error("v is the whole number that the {0} had when it was read.")]
    NoVersion(&'static str),
    #[error("cause is an id of the brand's list. GET /brand shows it, or it is the built-in one.")]
    NoCause,
    #[error("A praise has no cause. Leave it out.")]
    NeedlessCause,
    #[error("reply is 1 to {LONGEST_REPLY} characters.")]
    NoReply,
    #[error("{what} is at most {most} characters.")]
    TooLong { what: &'static str, most: usize },
    #[error("{0} has control characters.")]
    ControlCharacters(&'static str),
    #[error("outcome is one of {0}.")]
    NoOutcome(String),
    #[error("to is the id of a person who {0}. GET /people lists everybody.")]
    NoPerson(&'static str),
    #[error("to is guest or staff.")]
    NoReceiver,
    #[error("amount is a whole number from 1 to {LARGEST_AWARD}, in the smallest unit of its currency.")]
    NoAmount,
    #[error("currency is a code of ISO 4217, such as CNY.")]
    NoCurrency,
}

/// A move that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Move(Move),
    ReadContact,
}

impl Sent {
    /// Reads the call.
    ///
    /// # Errors
    /// A problem when the body can't be read.
    pub(crate) fn read(asked: &Asked<'_>) -> Result<Self, Problem> {
        if asked.caller.session.is_none() {
            return body_json(asked.request);
        }
        let field = |name: &str| Some(asked.caller.field(name).to_owned()).filter(|text| !text.is_empty());
        Ok(Self {
            v: field("v").and_then(|v| v.parse().ok()),
            step: field("move").unwrap_or_default(),
            cause: field("cause"),
            reply: field("reply"),
            outcome: field("outcome"),
            note: field("note"),
            to: field("to"),
            amount: None,
            currency: field("currency").map(|currency| currency.to_ascii_uppercase()),
            sum: field("sum"),
        })
    }

    /// The move that it asks for, checked against the case. An award for the guest has no code yet.
    pub(crate) async fn step(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Step, Mistake>, Stop> {
        let step = match self.step.as_str() {
            "take" => Ok(Move::Take),
            "answer" => self.answer(asked, found).await?,
            "close" => self.close(found),
            "hand-over" => self.hand_over(asked, found).await?,
            "award" => self.award(asked),
            "read-contact" => return Ok(Ok(Step::ReadContact)),
            _ => Err(Mistake::NoMove("take, answer, close, hand-over, award or read-contact")),
        };
        Ok(step.map(Step::Move))
    }

    async fn answer(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Move, Mistake>, Stop> {
        let reply = match text("reply", self.reply.as_deref(), LONGEST_REPLY) {
            Ok(Some(reply)) => reply,
            Ok(None) => return Ok(Err(Mistake::NoReply)),
            Err(mistake) => return Ok(Err(mistake)),
        };
        let is_praise = found.stored.case.severity == Severity::Praise;
        let cause = match self.cause.as_deref() {
            None if is_praise => None,
            Some(_) if is_praise => return Ok(Err(Mistake::NeedlessCause)),
            cause => {
                let brand = asked.app.catalog.brand(asked.call.now).await?;
                let known = brand.known_causes().into_iter().map(|known| known.id);
                let Some(id) = known.into_iter().find(|id| Some(id.as_str()) == cause) else {
                    return Ok(Err(Mistake::NoCause));
                };
                Some(id)
            }
        };
        Ok(Ok(Move::Answer { cause, reply }))
    }

    fn close(&self, found: &Found) -> Result<Move, Mistake> {
        let note = text("note", self.note.as_deref(), LONGEST_NOTE)?;
        let offered = Outcome::of_people(found.stored.case.severity);
        let outcome = self.outcome.as_deref().and_then(known::<Outcome>).filter(|outcome| offered.contains(outcome));
        let outcome = outcome.ok_or_else(|| Mistake::NoOutcome(names(offered)))?;
        Ok(Move::Close { outcome, note })
    }

    /// The person it goes to is read at this moment: their roles may have changed a second ago.
    async fn hand_over(&self, asked: &Asked<'_>, found: &Found) -> Result<Result<Move, Mistake>, Stop> {
        let to = person_who(asked, self.to.as_deref(), |person| follows(person, &found.store)).await?;
        let none = Mistake::NoPerson("follows up on cases of this store");
        Ok(to.map(|to| Move::HandOver { to: to.to_string() }).ok_or(none))
    }

    fn award(&self, asked: &Asked<'_>) -> Result<Move, Mistake> {
        let to = self.to.as_deref().and_then(known::<AwardTo>).ok_or(Mistake::NoReceiver)?;
        let is_currency = |code: &&str| check_currency(code).is_ok();
        let currency = self.currency.as_deref().filter(is_currency).ok_or(Mistake::NoCurrency)?.to_owned();
        let amount = self.amount.or_else(|| money::typed(self.sum.as_deref()?, &currency));
        let amount = amount.filter(|amount| (1..=LARGEST_AWARD).contains(amount)).ok_or(Mistake::NoAmount)?;
        let (by, at) = (asked.caller.by().to_owned(), asked.call.now);
        Ok(Move::Award(Award { amount, currency, to, by, at, code: None, redeemed_at: None }))
    }
}

/// Somebody by their id, if they may; read at this moment.
pub(crate) async fn person_who(
    asked: &Asked<'_>,
    id: Option<&str>,
    may: impl FnOnce(&Person) -> bool,
) -> Result<Option<Id>, TableError> {
    let Some(id) = id.and_then(|id| id.parse::<Id>().ok()) else { return Ok(None) };
    let listed = readable(asked.app.table.person(&id).await)?.flatten();
    Ok(listed.filter(|listed| may(&listed.person)).map(|_| id))
}

/// The names of values, as a refusal lists them.
pub(crate) fn names(values: &[impl Serialize]) -> String {
    let names = values.iter().filter_map(|value| serde_json::to_value(value).ok());
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

/// A text that somebody wrote, masked as guests' words are; none where it is empty.
pub(crate) fn text(what: &'static str, written: Option<&str>, most: usize) -> Result<Option<String>, Mistake> {
    match plain_text(written.unwrap_or_default(), most) {
        Ok(text) if text.is_empty() => Ok(None),
        // Some turn the text around them, and what a guest reads would say something else.
        Ok(text) if check_visible(what, &text).is_err() => Err(Mistake::ControlCharacters(what)),
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Mistake::TooLong { what, most }),
    }
}

/// A value by its name.
pub(crate) fn known<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(Value::from(name)).ok()
}
