//! Reporting responses to endpoints: as many as anybody is shown, and no more of each.
//!
//! Of the running day these are the first five, ten, fifteen … in the order in which visits were first answered. Of a
//! past day these are all, if they are five at least. An event says which day and which survey. It does not say which
//! minute, version, channel or segment: of those there may be fewer than five. Nothing is reported of what was answered
//! before an endpoint wanted it. So nothing is reported of the block that it is in, if fewer than five of that are
//! left.

use std::collections::BTreeSet;

use domain::{
    count::{Content, STEP, Series},
    place::{Store, StoreNumber},
    survey::{Answer, Answers, Response},
    visit::Origin,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::json;
use uuid::Uuid;

use crate::table::{OutgoingEvent, StoredResponse, Table, TableError, Told, short_hash};

/// How long after its call began an answer is in the table at the latest, with room to spare. Before, others that were given
/// earlier may still come in.
const SETTLED_AFTER_SECONDS: i64 = 120;

/// How many events are put at once.
const PUTS_AT_ONCE: usize = 16;

/// The largest data of an event, in bytes. The specification of Standard Webhooks advises against bodies over 20 KB.
const LARGEST_DATA: usize = 18_000;

/// How many characters of a text are reported where all of it is too much.
const CHARACTERS_OF_MANY: usize = 200;

/// The id by which an answer is reported comes from its submission, which nobody but its guest's phone knows. A person
/// who has the link, or the payment, can't find out which answer it is.
fn response_id(submission: Uuid) -> String {
    id_of("aftertaste/response/v1\0", submission)
}

/// The same where answers are reported at once. It is another id: one who knows when an answer came is not to learn
/// what it said, once the stack is deployed again.
pub fn response_id_at_once(submission: Uuid) -> String {
    id_of("aftertaste/response/at-once/v1\0", submission)
}

fn id_of(purpose: &str, submission: Uuid) -> String {
    format!("res_{}", short_hash(&[purpose.as_bytes(), submission.as_bytes()]))
}

/// The news for endpoints.
struct News {
    told: Told,
    /// Answers, by what they are counted in.
    recorded: Vec<(Series, OutgoingEvent)>,
    taken_back: Vec<OutgoingEvent>,
    /// Where some of the new ones were answered before anybody wanted to know.
    partly: BTreeSet<Series>,
}

impl News {
    /// The events. Of a block of which only some are to be reported, nothing is, unless these are five.
    fn events(&self) -> Vec<&OutgoingEvent> {
        let told = self.recorded.iter().filter(|(series, _)| {
            let of_series = self.recorded.iter().filter(|(other, _)| other == series).count();
            !self.partly.contains(series) || of_series >= STEP
        });
        told.map(|(_, event)| event).chain(&self.taken_back).collect()
    }
}

/// A store's day that was counted, and from when on its responses are reported.
pub(crate) struct Telling<'a> {
    pub(crate) table: &'a Table,
    pub(crate) store: &'a Store,
    pub(crate) day: Date,
    pub(crate) content: &'a Content,
    /// Answers from before it are not reported: nobody wanted them.
    pub(crate) since: Timestamp,
    /// When the day was counted as it still is; none where it has just changed.
    pub(crate) unchanged_since: Option<Timestamp>,
    /// When the count began.
    pub(crate) began: Timestamp,
}

impl Telling<'_> {
    /// Puts an event for each response that is new to endpoints, and for each that was reported and is taken back. Then
    /// it keeps what was reported: a count that is cut off before puts the same events again.
    pub(crate) async fn tell(&self) -> Result<(), TableError> {
        let before = self.table.told(self.store.number, self.day).await?;
        let whole = self.fingerprint();
        let is_older = before == Told::default() && self.unchanged_since.is_some_and(|counted| counted < self.since);
        if is_older || (before.whole.is_some() && before.whole == whole) {
            return Ok(());
        }
        let told = Told { whole, ..before.clone() };
        let mut news = News { told, recorded: Vec::new(), taken_back: Vec::new(), partly: BTreeSet::new() };
        let window = self.store.calendar.window_of(self.day, self.day);
        let mut responses = self.table.responses(self.store.number, &window);
        while let Some(stored) = responses.next().await {
            match stored {
                Ok(StoredResponse { erased: false, response, .. }) => {
                    self.look_at(&response, &before, &mut news);
                }
                // The count has logged what can't be read.
                Ok(_) | Err(TableError::Unreadable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let puts: Vec<_> = news.events().into_iter().map(|event| self.table.put_event(event)).collect();
        stream::iter(puts).buffer_unordered(PUTS_AT_ONCE).try_collect::<Vec<bool>>().await?;
        if news.told != before {
            self.table.put_told(self.store.number, self.day, &news.told, self.began).await?;
        }
        Ok(())
    }

    fn fingerprint(&self) -> Option<String> {
        Some(short_hash(&[&serde_json::to_vec(self.content).ok()?]))
    }

    fn look_at(&self, response: &Response, before: &Told, news: &mut News) {
        let series = Series::of(response);
        let (Some(place), Origin::Payment | Origin::Code) = (response.place(), series.origin) else { return };
        let settled = self.began.saturating_sub(SETTLED_AFTER_SECONDS.seconds()).unwrap_or(Timestamp::MIN);
        if place >= settled || response.answered_at >= settled {
            news.told.whole = None;
            return;
        }
        let is_wanted = response.answered_at >= self.since;
        let was_reached = before.until.get(&series).is_some_and(|until| place <= *until);
        let is_reached = self.is_shown(&series, place);
        if is_reached {
            let until = news.told.until.entry(series.clone()).or_insert(place);
            *until = place.max(*until);
        }
        if let Some(gone) = response.taken_back.map(response_id)
            && (was_reached || is_reached)
            && news.told.others.insert(gone.clone())
            && was_reached
            && is_wanted
        {
            let data = json!({"response": gone, "store": self.store.number});
            news.taken_back.push(OutgoingEvent::of_hour("response.taken_back", &gone, self.began, data));
        }
        let Some(id) = response.submission.map(response_id).filter(|_| !response.is_gone()) else { return };
        let is_new = match response.taken_back {
            None => is_reached && !was_reached,
            // An answer that is given again waits until the day is over.
            Some(_) => is_reached && !self.is_running() && news.told.others.insert(id.clone()),
        };
        if is_new && is_wanted {
            let data = self.recorded(&id, response);
            news.recorded.push((series, OutgoingEvent::of_hour("response.recorded", &id, self.began, data)));
        } else if is_new {
            news.partly.insert(series);
        }
    }

    fn is_running(&self) -> bool {
        self.day >= self.store.calendar.day_of(self.began)
    }

    /// Whether what was answered at a place in the order of the day is shown.
    fn is_shown(&self, series: &Series, place: Timestamp) -> bool {
        if self.is_running() {
            return self.content.shown_before.get(series).is_some_and(|before| place < *before);
        }
        let responses = self.content.tallies.get(series).map_or(0, |tally| tally.responses);
        usize::try_from(responses).is_ok_and(|responses| responses >= STEP)
    }

    fn recorded(&self, id: &str, response: &Response) -> serde_json::Value {
        let whole = self.says(id, response, &response.answers);
        if whole.to_string().len() <= LARGEST_DATA {
            return whole;
        }
        let mut answers = response.answers.clone();
        for answer in answers.values_mut() {
            if let Answer::Text(text) = answer {
                *text = text.chars().take(CHARACTERS_OF_MANY).collect();
            }
        }
        let mut short = self.says(id, response, &answers);
        if let Some(data) = short.as_object_mut() {
            data.insert("shortened".into(), json!(true));
        }
        short
    }

    fn says(&self, id: &str, response: &Response, answers: &Answers) -> serde_json::Value {
        let store: StoreNumber = self.store.number;
        json!({
            "response": id,
            "store": store,
            "day": self.day,
            "survey": response.survey,
            "codes": response.channel.origin() == Origin::Code,
            "answers": answers,
        })
    }
}
