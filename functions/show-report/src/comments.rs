//! The words of a store's guests, a page of them.

use std::cmp::Reverse;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        place::Store,
        report::{Comment, Meal, Report},
        survey::{Answer, Answers, Measure},
    },
    http::Request,
    seal::{open, seal},
    table::StoredResponse,
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::{App, loading::Loaded};

/// How many responses are read for their comments: about six read units.
const READ: usize = 50;

/// So often at most it is read on: until there is a comment, or for guests who rated something low so many. Few do.
const MOST_READS: usize = 4;
const ENOUGH: usize = 5;

/// The comments that are wanted.
pub(crate) enum Wanted {
    /// All.
    All,
    /// Of guests who rated this driver low.
    Low(Id),
}

/// Whether comments may be shown by who rated a driver low: only of those to be fixed first, and only where at least five
/// did. Driver by driver, a reader could else find out all that a comment's guest answered.
pub(crate) fn may_be_filtered(report: &Report, question: &Id) -> bool {
    let is_first = report.drivers.fix_first.contains(question);
    is_first && report.drivers.drivers.iter().any(|driver| driver.question == *question && driver.effect.is_some())
}

/// A page of comments, newest first.
#[derive(Default)]
pub(crate) struct Comments {
    pub comments: Vec<Comment>,
    /// Where the comments before these begin, sealed: it names a payment.
    pub before: Option<String>,
}

pub(crate) async fn read(
    app: &App,
    request: &Request,
    fresh: Uuid,
    loaded: &Loaded,
    wanted: &Wanted,
) -> Result<Comments, Stop> {
    let Loaded { window, series, survey, shown, .. } = loaded;
    let Some(store) = loaded.store() else { return Ok(Comments::default()) };
    let about = format!("{} {series}", store.number);
    let mut before = request.query("comments_before").and_then(|sealed| open(&sealed, &about, &app.keys));
    let paid = store.calendar.window_of(window.from, window.to);
    let recommend = survey.measuring(Measure::Recommend).map(|question| question.id());
    let day_of = |stored: &StoredResponse| store.calendar.day_of(stored.minute.start());
    // Of the running day what waits to be shown waits here too.
    let is_shown = |stored: &StoredResponse| {
        shown.shows(day_of(stored), &stored.response) && is_wanted(stored, loaded, wanted, day_of(stored))
    };
    let enough = if matches!(wanted, Wanted::All) { 1 } else { ENOUGH };
    let mut found = Vec::new();
    for _ in 0..MOST_READS {
        let page = app.table.newest_responses(store.number, &paid, series, before.as_deref(), READ).await?;
        let mut responses = page.responses;
        shuffle(&mut responses, store, app);
        for stored in responses.into_iter().filter(is_shown) {
            // Of a day with fewer than five answers no score is shown, and none beside what was written.
            let recommend = recommend.filter(|_| shown.has_enough_on(day_of(&stored)));
            found.extend(comments(stored, store, recommend));
        }
        before = page.next;
        if before.is_none() || found.len() >= enough {
            break;
        }
    }
    Ok(Comments { comments: found, before: before.and_then(|next| seal(&next, &about, fresh, &app.keys)) })
}

/// Whether a response is among those that are wanted. By a rating only on a day with at least five answers.
fn is_wanted(stored: &StoredResponse, loaded: &Loaded, wanted: &Wanted, day: Date) -> bool {
    let Wanted::Low(question) = wanted else { return true };
    let scale = loaded.survey.drivers().find(|(driver, _)| driver.id() == question).map(|(_, scale)| scale);
    let rated = match stored.response.answers.get(question) {
        Some(Answer::Scale(n)) => Some(*n),
        _ => None,
    };
    let is_low = rated.zip(scale).is_some_and(|(n, scale)| n <= scale.low_at_most);
    is_low && loaded.shown.has_enough_on(day)
}

/// Brings what was written at one meal into an order that gives away nothing of the payments. A person who has those
/// could match the two.
fn shuffle(responses: &mut [StoredResponse], store: &Store, app: &App) {
    responses.sort_by_cached_key(|stored| {
        let paid = stored.minute.start();
        let (day, hour) = (store.calendar.day_of(paid), store.calendar.hour_of(paid));
        let earliest_of_meal = Meal::of_hour(hour).in_order();
        let lot = app.keys.lot(&format!("{} {} {}", store.number, stored.minute, stored.payment));
        (Reverse(day), Reverse(earliest_of_meal), lot)
    });
}

/// The words of a response's guest, with the day and the meal, and not the minute.
fn comments(stored: StoredResponse, store: &Store, recommend: Option<&Id>) -> Vec<Comment> {
    let nps = recommend.and_then(|question| match stored.response.answers.get(question) {
        Some(Answer::Scale(n)) => Some(*n),
        _ => None,
    });
    let paid = stored.minute.start();
    let (day, meal) = (store.calendar.day_of(paid), Meal::of_hour(store.calendar.hour_of(paid)));
    // Guests who left half-way have not sent what they wrote to be read.
    let answers = if stored.response.partial { Answers::new() } else { stored.response.answers };
    let texts = answers.into_values().filter_map(|answer| match answer {
        Answer::Text(text) => Some(text),
        Answer::Scale(_) | Answer::Choice(_) => None,
    });
    texts.map(|text| Comment { day, meal, nps, text }).collect()
}
