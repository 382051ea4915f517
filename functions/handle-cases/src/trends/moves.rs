//! Moves of a trend: each is made once, and a person who comes late sees the trend as it is.

use aftertaste::{
    app::Stop,
    domain::{
        case::{Act, Refused},
        trend::{Move, Trend},
    },
    http::Problem,
};

use super::{
    sent::Sent,
    shown::{self, Found},
};
use crate::{Asked, readable::readable, sent::Mistake};

/// The outcome of a call.
pub(crate) enum Came {
    /// The move is made: as which outcome it is logged.
    Made(&'static str),
    /// Somebody else was quicker.
    Overtaken,
    /// The trend does not go that way.
    Refused(Refused),
    /// The call can't be taken as it was sent.
    Wrong(Mistake),
}

/// Does what a call asks for. The trend is as it is then.
pub(super) async fn make(asked: &Asked<'_>) -> Result<(Found, Came), Stop> {
    let mut found = shown::find(asked).await?;
    let sent = Sent::read(asked)?;
    let came = match (sent.step(asked, &found).await?, sent.v) {
        (Err(mistake), _) => Came::Wrong(mistake),
        (Ok(_), None) => Came::Wrong(Mistake::NoVersion("trend")),
        (Ok(step), Some(v)) => move_on(asked, &mut found.trend, (v, &step)).await?,
    };
    Ok((found, came))
}

/// Makes a move of somebody who has seen the trend at `v`. `trend` becomes what is there then.
async fn move_on(asked: &Asked<'_>, trend: &mut Trend, (v, step): (u64, &Move)) -> Result<Came, Stop> {
    let (by, now) = (asked.caller.by(), asked.call.now);
    if trend.v != v {
        reread(asked, trend).await?;
    }
    if trend.v != v {
        return Ok(unless_repeated(trend, (v, by), step));
    }
    let after = match trend.after(step, by, now, asked.call.fresh) {
        Ok(after) => after,
        Err(refused) => return Ok(Came::Refused(refused)),
    };
    if !asked.app.table.move_trend(trend, &after, now).await? {
        reread(asked, trend).await?;
        return Ok(unless_repeated(trend, (v, by), step));
    }
    *trend = after;
    Ok(Came::Made(match step {
        Move::Take => "trend-taken",
        Move::HandOver { .. } => "trend-handed-over",
        _ => "trend-closed",
    }))
}

/// The read that found it may lag behind what was written just now.
async fn reread(asked: &Asked<'_>, trend: &mut Trend) -> Result<(), Stop> {
    let there = readable(asked.app.table.trend(&trend.id).await)?.flatten();
    *trend = there.ok_or_else(Problem::trend_unknown)?.trend;
    Ok(())
}

/// A form that is sent twice made its move the first time.
fn unless_repeated(trend: &Trend, (v, by): (u64, &str), step: &Move) -> Came {
    let entry = trend.log.iter().find(|entry| entry.v == v.saturating_add(1) && entry.by == by);
    let is_it = entry.is_some_and(|entry| match step {
        Move::Take => entry.what == Act::Taken,
        Move::HandOver { to } => entry.what == Act::HandedOver && entry.to.as_ref() == Some(to),
        Move::Close { outcome, cause, note } => {
            let says_it = (note.is_none() || trend.note == *note) && (cause.is_none() || trend.cause == *cause);
            entry.what == Act::Closed && trend.outcome == Some(*outcome) && says_it
        }
        _ => false,
    });
    if is_it { Came::Made("trend-moved-before") } else { Came::Overtaken }
}
