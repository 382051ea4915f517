//! The words of a store's guests, a page of them.

use std::cmp::Reverse;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        count::Series,
        place::Store,
        report::{Comment, Meal},
        survey::{Answer, Answers, Measure, Survey},
    },
    http::Request,
    reading::{Reading, Window},
    seal::{open, seal},
    table::StoredResponse,
};
use uuid::Uuid;

use crate::App;

/// How many responses are read for their comments: about six read units.
const READ: usize = 50;

/// The comments that are asked for.
pub(crate) struct Asked<'a> {
    pub store: &'a Store,
    pub window: Window,
    pub series: &'a Series,
    pub survey: &'a Survey,
    pub reading: &'a Reading,
}

/// A page of comments, newest first.
#[derive(Default)]
pub(crate) struct Comments {
    pub comments: Vec<Comment>,
    /// Where the comments before these begin, sealed: it names a payment.
    pub before: Option<String>,
}

pub(crate) async fn read(app: &App, request: &Request, fresh: Uuid, asked: &Asked<'_>) -> Result<Comments, Stop> {
    let Asked { store, window, series, survey, reading } = asked;
    let about = format!("{} {series}", store.number);
    let before = request.query("comments_before").and_then(|sealed| open(&sealed, &about, &app.keys));
    let paid = store.calendar.window_of(window.from, window.to);
    let page = app.table.newest_responses(store.number, &paid, series, before.as_deref(), READ).await?;
    let recommend = survey.measuring(Measure::Recommend).map(|question| question.id());
    // Of the running day what waits to be shown waits here too.
    let mut responses = page.responses;
    shuffle(&mut responses, store, app);
    let shown = responses.into_iter().filter(|stored| {
        let day = store.calendar.day_of(stored.minute.start());
        reading.shows(series, day, &stored.response)
    });
    let comments = shown.flat_map(|stored| {
        let day = store.calendar.day_of(stored.minute.start());
        // Of a day with fewer than five answers no score is shown, and none beside what was written.
        let recommend = recommend.filter(|_| reading.has_enough_on(series, day));
        comments(stored, store, recommend)
    });
    let comments = comments.collect();
    Ok(Comments { comments, before: page.next.and_then(|next| seal(&next, &about, fresh, &app.keys)) })
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
