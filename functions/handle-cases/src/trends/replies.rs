//! Replies about trends: pages or JSON, with one line logged of each.

use aftertaste::{
    app::Stop,
    domain::case::Refused,
    http::{Problem, ProblemKind, Reply},
};
use http::StatusCode;

use super::{
    moves::{self, Came},
    shown,
};
use crate::{Asked, beside::with_what_is_there, pages};

/// `GET /trend/{trend}`.
pub(crate) async fn show(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let found = shown::find(asked).await?;
    let shown = shown::shown(asked, &found).await?;
    let reply = match asked.frame {
        Some(frame) => frame.reply(StatusCode::OK, &pages::trend(asked, frame, (&found, &shown), None).await?),
        None => Reply::json(StatusCode::OK, &shown),
    };
    Ok(asked.done("trend-read", &shown.listed.trend, reply))
}

/// `POST /trend/{trend}`: the trend as it is now, whatever the call's outcome.
pub(crate) async fn move_on(asked: &Asked<'_>) -> Result<Reply, Stop> {
    let (found, came) = moves::make(asked).await?;
    if let (Came::Wrong(mistake), None) = (&came, asked.frame) {
        return Err(Problem::invalid(mistake.to_string()).into());
    }
    let shown = shown::shown(asked, &found).await?;
    let (outcome, status) = match &came {
        Came::Made(outcome) => (*outcome, StatusCode::OK),
        Came::Overtaken | Came::Refused(_) => (ProblemKind::TrendMoved.name(), StatusCode::CONFLICT),
        Came::Wrong(_) => ("move-refused", StatusCode::UNPROCESSABLE_ENTITY),
    };
    let overtaken = |detail: &str| with_what_is_there(Problem::trend_moved(detail), "trend", &shown);
    let reply = match (asked.frame, &came) {
        (Some(frame), came) => frame.reply(status, &pages::trend(asked, frame, (&found, &shown), Some(came)).await?),
        (None, Came::Made(_)) => Reply::json(status, &shown),
        (None, Came::Refused(Refused::NotItsOutcome)) => overtaken("This is no outcome of such a trend."),
        (None, Came::Refused(_)) => overtaken("The trend is no longer where this begins."),
        (None, Came::Overtaken | Came::Wrong(_)) => overtaken("Somebody else was quicker. trend is what is there now."),
    };
    Ok(asked.done(outcome, &shown.listed.trend, reply))
}
