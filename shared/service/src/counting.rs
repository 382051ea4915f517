//! Counting: the responses of a store's business days become tallies.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use domain::{
    Id,
    count::{STEP, Series, Sign, Tallies, Tally, merge_signs, signs_of},
    place::Store,
    survey::{Answer, FollowedUp, Response, SHORTEST_RETENTION_DAYS, Survey},
    visit::{Context, Origin, Visit},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use uuid::Uuid;

use crate::{
    memory::Catalog,
    table::{Contexts, StoredResponse, Table, TableError, Versioned},
};

/// The counts of a day's responses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCount {
    /// By series.
    pub tallies: Tallies,
    /// When the first of the responses expires; none without responses.
    pub complete_until: Option<Timestamp>,
    /// How many items there were.
    pub items: u64,
    /// Of a running day: from when on answers wait to be shown, by series.
    pub shown_before: BTreeMap<Series, Timestamp>,
    /// How many answers came from each network. Of them only how many came from the commonest is kept.
    networks: BTreeMap<Series, BTreeMap<u16, u64>>,
}

impl DayCount {
    /// Counts a response of the day to a payment at an instant, within an hour of the store's clock. Nothing else is known
    /// of its visit.
    pub fn add(&mut self, response: &Response, paid: Timestamp, hour: u8, survey: &Survey) {
        self.add_with(response, (paid, hour), survey, &Context::default());
    }

    /// Counts a response with what the merchant knows of its visit.
    fn add_with(&mut self, response: &Response, (paid, hour): (Timestamp, u8), survey: &Survey, context: &Context) {
        let series = Series::of(response);
        if let Some(network) = response.network.filter(|_| !response.partial) {
            *self.networks.entry(series.clone()).or_default().entry(network).or_default() += 1;
        }
        let tally = self.tallies.entry(series).or_default();
        tally.add_with(response, hour, survey, context);
        merge_signs(&mut tally.signs, &signs_of(response, paid, survey));
        self.mark(response);
    }

    /// Counts that a visit was answered, and whether that was taken back.
    fn mark(&mut self, response: &Response) {
        let (own, of_taken_back) = (Series::of(response), Series::of_taken_back(response));
        if response.taken_back.is_some() {
            self.tallies.entry(of_taken_back.clone()).or_default().mark(response, true);
        }
        if !response.partial && (response.taken_back.is_none() || own != of_taken_back) {
            self.tallies.entry(own).or_default().mark(response, false);
        }
    }

    /// Counts an item that was met, whether or not it is shown. No response expires sooner after its payment than the
    /// shortest retention. Where one says so, somebody has set it by hand, and its day goes on being counted.
    pub fn meet(&mut self, paid: Timestamp, expires: Timestamp) {
        self.items += 1;
        let shortest = (i64::from(SHORTEST_RETENTION_DAYS) * 24).hours();
        let expires = expires.max(paid.saturating_add(shortest).unwrap_or(expires));
        self.complete_until = Some(self.complete_until.map_or(expires, |until| until.min(expires)));
    }

    /// The count, once every response is in.
    #[must_use]
    pub fn finished(mut self) -> Self {
        for (series, networks) in std::mem::take(&mut self.networks) {
            let shown = (networks.values().copied().max().unwrap_or(0), networks.values().sum());
            self.tallies.entry(series).or_default().signs.insert(Sign::OneNetwork, shown);
        }
        self.tallies.values_mut().for_each(Tally::keep_most_names);
        self
    }

    /// Adds the responses of a running day: of each series the first five, ten, fifteen … visits, in the order in which
    /// they were first answered. An answer that was taken back keeps its place, so that nothing moves up. One that is
    /// given again waits until the day is over. A person who tries the survey out sees their answer at once.
    pub fn add_running(&mut self, store: &Store, responses: Vec<Read>) {
        let mut places: BTreeMap<Series, Vec<(Timestamp, Read)>> = BTreeMap::new();
        for read in responses {
            let series = Series::of(&read.0.response);
            match read.0.response.place() {
                Some(place) if series.origin != Origin::Test => places.entry(series).or_default().push((place, read)),
                // Of somebody who tries the survey out nothing else is known, and one who left half-way is in no part.
                _ => self.add_read(store, &read, &Context::default()),
            }
        }
        for (series, mut places) in places {
            places.sort_by_cached_key(|(place, (one, _))| (*place, one.minute, one.payment.clone()));
            let shown = places.len() - places.len() % STEP;
            let after_the_last = || places.get(shown.checked_sub(1)?)?.0.checked_add(1.microsecond()).ok();
            let before = places.get(shown).map(|(place, _)| *place).or_else(after_the_last);
            self.shown_before.extend(before.map(|before| (series.clone(), before)));
            self.add_places(series, &places, shown);
        }
    }

    /// Adds visits of a running day, the first `shown` of which are shown.
    fn add_places(&mut self, series: Series, places: &[(Timestamp, Read)], shown: usize) {
        let tally = self.tallies.entry(series).or_default();
        let mut in_figures: Vec<Option<(&Response, &Survey)>> = Vec::new();
        for (i, (_, (stored, survey))) in places.iter().enumerate() {
            let response = &stored.response;
            let is_shown = i < shown && response.taken_back.is_none();
            if i < shown {
                in_figures.push(is_shown.then_some((response, &survey.survey)));
            }
            if response.partial && !response.is_gone() {
                tally.partial += 1;
            } else if !response.partial && !is_shown {
                tally.waiting += 1;
            }
        }
        tally.add_running(&in_figures);
        places.iter().for_each(|(_, (stored, _))| self.mark(&stored.response));
    }

    fn add_read(&mut self, store: &Store, (stored, survey): &Read, context: &Context) {
        let paid = stored.minute.start();
        self.add_with(&stored.response, (paid, store.calendar.hour_of(paid)), survey, context);
    }
}

/// A response with the survey that it answers.
pub type Read = (StoredResponse, Arc<Versioned>);

/// The counts of a store's responses.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// By business day; a day without responses is absent.
    pub days: BTreeMap<Date, DayCount>,
    /// Responses that were read. An erased one is none.
    pub responses: u64,
    /// Answers that somebody has to follow up, in the order of payment.
    pub calls: Vec<Call>,
    /// Items that are not what this program writes, or whose survey is gone: left out, and logged.
    pub unreadable: u64,
}

/// An answer that somebody has to follow up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The visit.
    pub visit: Visit,
    /// The result of the survey's rules for it.
    pub called: FollowedUp,
    /// The submission that brought it.
    pub submission: Uuid,
    /// When.
    pub answered_at: Timestamp,
    /// When the answer expires.
    pub expires: Timestamp,
}

impl Call {
    fn of(store: &Store, stored: &StoredResponse) -> Option<Self> {
        let response = &stored.response;
        if response.partial || response.is_gone() {
            return None;
        }
        Some(Self {
            visit: Visit { store: store.number, minute: stored.minute, payment: stored.payment.parse().ok()? },
            called: response.more.follow_up.clone()?,
            submission: response.submission?,
            answered_at: response.answered_at,
            expires: stored.expires,
        })
    }
}

/// Counts the responses of a store's business days from what is in the table now. One range query, and one for what is
/// known of their visits, if there is an answer to join it to. A day that is not over at `now` is shown in steps, and in no
/// part.
///
/// # Errors
/// When the table can't be read.
pub async fn count(
    table: &Table,
    catalog: &Catalog,
    store: &Store,
    days: &RangeInclusive<Date>,
    now: Timestamp,
) -> Result<Counted, TableError> {
    let today = store.calendar.day_of(now);
    let mut counting = Counting { catalog, now, versions: BTreeMap::new(), left_out: BTreeMap::new() };
    let window = store.calendar.window_of(*days.start(), *days.end());
    let mut known = Known { contexts: table.contexts(store.number, &window), left_out: BTreeMap::new() };
    let mut counted = Counted::default();
    let mut running: BTreeMap<Date, Vec<Read>> = BTreeMap::new();
    let mut responses = table.responses(store.number, &window);
    while let Some(stored) = responses.next().await {
        if let Ok(StoredResponse { erased: true, minute, expires, .. }) = &stored {
            // An item, and nothing else.
            let day = store.calendar.day_of(minute.start());
            counted.days.entry(day).or_default().meet(minute.start(), *expires);
            continue;
        }
        let Some(read) = counting.readable(stored).await? else { continue };
        let day = store.calendar.day_of(read.0.minute.start());
        let count = counted.days.entry(day).or_default();
        count.meet(read.0.minute.start(), read.0.expires);
        counted.responses += 1;
        counted.calls.extend(Call::of(store, &read.0));
        if day >= today {
            running.entry(day).or_default().push(without_words(read));
        } else {
            let context = known.of(&read.0).await?;
            count.add_read(store, &read, &context);
        }
    }
    for (day, responses) in running {
        counted.days.entry(day).or_default().add_running(store, responses);
    }
    counted.days = counted.days.into_iter().map(|(day, count)| (day, count.finished())).collect();
    counted.unreadable = counting.log_left_out(store);
    known.log_left_out(store);
    Ok(counted)
}

/// A response without what its guest wrote: a count takes no notice of it, and a running day is kept in memory.
fn without_words((mut stored, survey): Read) -> Read {
    for answer in stored.response.answers.values_mut() {
        if let Answer::Text(words) = answer {
            *words = String::new();
        }
    }
    (stored, survey)
}

/// The memory of one count.
struct Counting<'a> {
    catalog: &'a Catalog,
    now: Timestamp,
    /// Versions of surveys; none where there is none that can be read, so that it is not asked for again.
    versions: BTreeMap<(Id, u32), Option<Arc<Versioned>>>,
    /// Why items were left out, and how many.
    left_out: BTreeMap<String, u64>,
}

impl Counting<'_> {
    /// A response with its survey; none where either can't be read.
    async fn readable(&mut self, stored: Result<StoredResponse, TableError>) -> Result<Option<Read>, TableError> {
        let stored = match stored {
            Ok(stored) => stored,
            Err(error @ TableError::Unreadable { .. }) => {
                self.leave_out(error.to_string());
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let key = (stored.response.survey.clone(), stored.response.version);
        let survey = match self.versions.get(&key) {
            Some(known) => known.clone(),
            None => {
                let read = self.catalog.version(&key.0, key.1, self.now).await?;
                self.versions.insert(key.clone(), read.clone());
                read
            }
        };
        let Some(survey) = survey else {
            self.leave_out(format!("there is no survey {} v{} that can be read", key.0, key.1));
            return Ok(None);
        };
        Ok(Some((stored, survey)))
    }

    fn leave_out(&mut self, error: String) {
        *self.left_out.entry(error).or_default() += 1;
    }

    /// Logs each reason once, and returns how many items were left out.
    fn log_left_out(self, store: &Store) -> u64 {
        for (error, responses) in &self.left_out {
            tracing::error!(outcome = "response-left-out", store = store.number.get(), responses, error);
        }
        self.left_out.values().sum()
    }
}

/// The contexts of visits, beside their responses.
struct Known {
    contexts: Contexts,
    /// Why some were left out, and how many.
    left_out: BTreeMap<String, u64>,
}

impl Known {
    /// The context of a response's visit. The responses have to come in the order in which they are read.
    async fn of(&mut self, stored: &StoredResponse) -> Result<Context, TableError> {
        // A response that is in no part needs none: a day on which nobody answered whole costs no query.
        if stored.response.partial {
            return Ok(Context::default());
        }
        match self.contexts.of(stored).await {
            Ok(context) => Ok(context.unwrap_or_default()),
            Err(error @ TableError::Unreadable { .. }) => {
                *self.left_out.entry(error.to_string()).or_default() += 1;
                Ok(Context::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Logs each reason once.
    fn log_left_out(self, store: &Store) {
        for (error, contexts) in self.left_out {
            tracing::error!(outcome = "context-left-out", store = store.number.get(), contexts, error);
        }
    }
}
