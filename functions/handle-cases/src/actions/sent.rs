//! An action as somebody describes it: as JSON, or by the form of a page.

use std::collections::BTreeSet;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::check_visible,
        action::{ActionDetails, LONGEST_WHAT, MOST_SETTLING_DAYS, MOST_STORES},
        place::{StoreNumber, parse_day},
        survey::plain_text,
        trend::TrendId,
    },
    http::{Problem, body_json},
};
use jiff::civil::Date;

use crate::{Asked, Caller};

/// A field that can't be taken. A page says it in its own language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mistake {
    #[error("stores are 1 to {MOST_STORES}.")]
    NoStores,
    #[error("stores: there is no store {0}.")]
    StoreUnknown(StoreNumber),
    #[error("start is a day such as 2026-11-21.")]
    NoStart,
    #[error("start is a day from {0} to {1}.")]
    StartOutside(Date, Date),
    #[error("settling_days are 0 to {MOST_SETTLING_DAYS}.")]
    NoSettling,
    #[error("what says in 1 to {LONGEST_WHAT} characters what is done.")]
    NoWhat,
    #[error("what has control characters.")]
    ControlCharacters,
    #[error("owner is the id of a person who follows up on cases of all these stores. GET /people lists everybody.")]
    NoOwner,
    #[error("trends: there is no trend {0}.")]
    TrendUnknown(String),
    #[error("trends: the score of {0} rose. An action answers scores that fell.")]
    TrendRose(TrendId),
    #[error("trends: {0} is of none of these stores, and of no node above one.")]
    TrendElsewhere(TrendId),
    #[error("trends: {0} is closed, or its score fell after the days that the action is judged by.")]
    TrendOver(TrendId),
}

/// Reads the call: the details with the text as it is kept, or what is wrong with a form.
///
/// # Errors
/// A problem where JSON can't be taken.
pub(super) fn read(asked: &Asked<'_>) -> Result<Result<ActionDetails, Mistake>, Stop> {
    let details = match asked.caller.session {
        None => body_json::<ActionDetails>(asked.request)?.checked().map_err(Problem::from)?,
        Some(_) => match of_form(asked.caller) {
            Ok(details) => details,
            Err(mistake) => return Ok(Err(mistake)),
        },
    };
    // Some turn the text around them, and what a colleague reads would say something else.
    Ok(if check_visible("what", &details.what).is_ok() { Ok(details) } else { Err(Mistake::ControlCharacters) })
}

fn of_form(caller: &Caller) -> Result<ActionDetails, Mistake> {
    let stores: Result<BTreeSet<StoreNumber>, _> = caller.each("stores").map(str::parse).collect();
    let stores = stores.ok().filter(|stores| (1..=MOST_STORES).contains(&stores.len())).ok_or(Mistake::NoStores)?;
    let what = plain_text(caller.field("what"), LONGEST_WHAT).ok().filter(|what| !what.is_empty());
    let settling = Some(caller.field("settling_days")).filter(|days| !days.is_empty()).map_or(Ok(0), str::parse);
    let settling = settling.ok().filter(|days| *days <= MOST_SETTLING_DAYS);
    let owner = Some(caller.field("owner")).filter(|owner| !owner.is_empty()).unwrap_or(caller.by());
    let trend = |text: &str| text.parse::<TrendId>().map_err(|_| Mistake::TrendUnknown(text.to_owned()));
    let trends: BTreeSet<TrendId> = caller.each("trends").map(trend).collect::<Result<_, _>>()?;
    let details = ActionDetails {
        what: what.ok_or(Mistake::NoWhat)?,
        stores: stores.into_iter().collect(),
        start: parse_day("start", caller.field("start")).map_err(|_| Mistake::NoStart)?,
        settling_days: settling.ok_or(Mistake::NoSettling)?,
        owner: owner.parse::<Id>().map_err(|_| Mistake::NoOwner)?,
        trends: trends.into_iter().collect(),
    };
    details.checked().map_err(|_| Mistake::NoWhat)
}
