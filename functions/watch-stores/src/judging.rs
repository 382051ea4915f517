//! Actions: each is judged fourteen and twenty-eight days after it has settled, beside the stores that did nothing.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        action::{
            ActionDetails, Circumstances, Evidence, Judgement, Recovery, Reference, Sibling, Term, Windows, judge,
        },
        case::State,
        count::Recommendations,
        place::{Path, Scope, Store, StoreNumber},
        trend::{LAPSE_DAYS, Move, Trend},
        visit::{Channel, Origin},
        watch::{self, Direction, FEWEST_SIBLINGS, Stream},
    },
    table::{OutgoingEvent, StoredAction, StoredTrend, TableError},
    watching::History,
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::{Run, Summary, id_of};

/// How far back trends are read that a sibling may be in, or that an action answers.
const TRENDS_BACK_DAYS: i64 = 2 * LAPSE_DAYS + 120;

/// With more siblings than this an action is beside so many of them: more tell hardly more, and each is compared with all
/// others.
const MOST_SIBLINGS: usize = 400;

/// All that one action is judged by.
struct Judged<'a> {
    details: &'a ActionDetails,
    windows: Windows,
    /// The days of the stores that act, from the first day of the windows to the last.
    acting: Vec<(StoreNumber, Vec<Recommendations>)>,
    beside: Vec<&'a Store>,
    others: Vec<&'a StoredAction>,
    trends: &'a [StoredTrend],
    /// Guests by day and channel, of all stores that act.
    channels: BTreeMap<Date, BTreeMap<Channel, u64>>,
}

impl Run<'_> {
    /// Judges the actions whose time has come. One that fails stops no other.
    pub(crate) async fn judge_all(
        &self,
        due: &[&StoredAction],
        actions: &[StoredAction],
        summary: &mut Summary,
    ) -> Result<(), TableError> {
        if due.is_empty() {
            return Ok(());
        }
        let trends = self.table.trends(self.day.saturating_sub(TRENDS_BACK_DAYS.days())).await?;
        for stored in due {
            match self.judge(stored, actions, &trends).await {
                Ok(judged) => summary.judged += judged,
                Err(error) => {
                    tracing::error!(outcome = "action-not-judged", action = stored.action.id.as_str(), %error);
                    summary.failed += 1;
                }
            }
        }
        Ok(())
    }

    /// Judges one action at each term that is due, and says so. Returns how many verdicts were written.
    async fn judge(
        &self,
        stored: &StoredAction,
        actions: &[StoredAction],
        trends: &[StoredTrend],
    ) -> Result<u64, TableError> {
        let mut written = 0;
        for term in stored.action.due(self.day) {
            let judged = self.gather(stored, term, (actions, trends)).await?;
            let mut judgement = self.verdict(&judged, &judged.acting, None);
            judgement.recovery = self.recovery(&judged);
            // It may have been withdrawn since it was read.
            let Some(before) = self.table.action(&stored.action.id).await?.filter(StoredAction::stands) else {
                return Ok(written);
            };
            let mut after = before.clone();
            after.action.verdicts.insert(term, judgement.clone());
            // What others learn comes first: a run that is killed between is done again, and says the same.
            self.tell(&after, term, &judgement).await?;
            if term == Term::FourWeeks {
                self.answer_trends(&after, &judged, &judgement).await?;
            }
            if !self.table.change_action(&before, &after).await? {
                // It was withdrawn meanwhile, or another run was quicker.
                return Ok(written);
            }
            written += 1;
        }
        Ok(written)
    }

    async fn gather<'a>(
        &'a self,
        own: &'a StoredAction,
        term: Term,
        (actions, trends): (&'a [StoredAction], &'a [StoredTrend]),
    ) -> Result<Judged<'a>, TableError> {
        let details = &own.action.details;
        let windows = details.windows(term);
        let (first, last) = (windows.first_day(), windows.last_day());
        let days = |store: &StoreNumber| (*store, self.history.paid_days(*store, first, last));
        Ok(Judged {
            details,
            windows,
            acting: details.stores.iter().map(days).collect(),
            beside: self.stores_beside(&details.stores),
            others: actions.iter().filter(|other| other.disturbs() && other.action.id != own.action.id).collect(),
            trends,
            channels: self.channels(details, (first, last)).await?,
        })
    }

    /// The verdict on some of the stores that act. In a dip the days are others, and so are the stores that nothing else
    /// moved on them.
    fn verdict(
        &self,
        judged: &Judged<'_>,
        acting: &[(StoreNumber, Vec<Recommendations>)],
        dropped_on: Option<Date>,
    ) -> Judgement {
        let judgement = self.verdict_over(judged, acting, dropped_on, Reference::Before);
        match judgement.reference {
            Reference::Before => judgement,
            Reference::Earlier => self.verdict_over(judged, acting, dropped_on, Reference::Earlier),
        }
    }

    fn verdict_over(
        &self,
        judged: &Judged<'_>,
        acting: &[(StoreNumber, Vec<Recommendations>)],
        dropped_on: Option<Date>,
        reference: Reference,
    ) -> Judgement {
        let Judged { details, windows, beside, others, trends, channels, .. } = judged;
        let (first, last) = (windows.first_day(), windows.last_day());
        let (compared, _) = windows.compared(reference);
        let siblings: Vec<Sibling> = beside
            .iter()
            .map(|store| Sibling {
                days: self.history.paid_days(store.number, first, last),
                undisturbed: !is_disturbed(self.history, store.number, (compared, last), (others, trends)),
            })
            .collect();
        let streams: Vec<Stream> = siblings
            .iter()
            .map(|sibling| Stream::ending(last, first.series(1.day()).zip(sibling.days.iter().copied())))
            .collect();
        let days: Vec<Vec<Recommendations>> = acting.iter().map(|(_, days)| days.clone()).collect();
        let day_variance = watch::Siblings::of(streams.iter()).day_variance();
        let evidence = Evidence { acting: &days, siblings: &siblings, day_variance };
        judge(windows, self.day, &evidence, dropped_on, |from, to| {
            let is_another = |other: &&&StoredAction| {
                other.action.details.shares_stores(details) && other.action.details.falls_into(from, to)
            };
            let (channels_before, channels_after) = shares(channels, details, windows, from);
            Circumstances {
                another_action: others.iter().find(is_another).is_some(),
                measure_changed: acting.iter().any(|(store, _)| self.history.asked_another(*store, from, to)),
                channels_before,
                channels_after,
            }
        })
    }

    /// The stores beside those that act: of the nearest node above all of them with ten others, or else of the topmost.
    fn stores_beside(&self, acting: &[StoreNumber]) -> Vec<&Store> {
        let stores = self.history.stores();
        let paths: Vec<&Path> =
            stores.iter().filter(|store| acting.contains(&store.number)).map(|store| &store.details.path).collect();
        let others = |node: Option<&Path>| -> Vec<&Store> {
            let is_below = |store: &&Store| node.is_none_or(|node| node.covers(&store.details.path));
            stores.iter().filter(|store| !acting.contains(&store.number)).filter(is_below).collect()
        };
        let Some(nearest) = paths.first() else { return Vec::new() };
        let mut nodes: Vec<Path> =
            nearest.with_ancestors().filter(|node| paths.iter().all(|path| node.covers(path))).collect();
        nodes.sort_by_key(|node| std::cmp::Reverse(node.as_str().len()));
        let enough = nodes.iter().map(|node| others(Some(node))).find(|others| others.len() >= FEWEST_SIBLINGS);
        let beside = enough.unwrap_or_else(|| others(nodes.last()));
        let every = beside.len().div_ceil(MOST_SIBLINGS).max(1);
        beside.into_iter().step_by(every).collect()
    }

    /// The guests by channel of the stores that act, on each day.
    async fn channels(
        &self,
        details: &ActionDetails,
        (first, last): (Date, Date),
    ) -> Result<BTreeMap<Date, BTreeMap<Channel, u64>>, TableError> {
        let mut by_day: BTreeMap<Date, BTreeMap<Channel, u64>> = BTreeMap::new();
        for store in &details.stores {
            for (day, rollup) in self.table.rollups(&Scope::Store(*store), first, last).await? {
                let paid = rollup.content.tallies.iter().filter(|(series, _)| series.origin == Origin::Payment);
                for (channel, group) in paid.flat_map(|(_, tally)| &tally.channels) {
                    *by_day.entry(day).or_default().entry(*channel).or_insert(0) += group.responses;
                }
            }
        }
        Ok(by_day)
    }

    /// Puts the event of a verdict.
    async fn tell(&self, stored: &StoredAction, term: Term, judgement: &Judgement) -> Result<(), TableError> {
        let action = &stored.action;
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let effect = judgement.effect.map(
            |effect| json!({"points": tenth(effect.effect), "low": tenth(effect.low), "high": tenth(effect.high)}),
        );
        let data = json!({
            "action": action.id,
            "owner": action.details.owner,
            "stores": action.details.stores,
            "days": term.days(),
            "verdict": judgement.verdict,
            "effect": effect,
            "written_at": stored.at,
        });
        let what = format!("{} {}", action.id, term.days());
        // Under the same key whenever the run is done again, and with as much time as any other event to arrive. A night of
        // a chain in China ends on the day in UTC that it is about.
        let day = action.details.windows(term).last_day().to_zoned(TimeZone::UTC);
        let at = day.map_or(self.now, |day| day.timestamp().min(self.now));
        let until = OutgoingEvent::of("action.judged", &what, self.now, Value::Null).until;
        let event = OutgoingEvent { until, ..OutgoingEvent::of("action.judged", &what, at, data) };
        self.table.put_event(&event).await.map(drop)
    }

    /// Notes the last verdict at the trends that the action answers. Those whose score is back end.
    async fn answer_trends(
        &self,
        stored: &StoredAction,
        judged: &Judged<'_>,
        judgement: &Judgement,
    ) -> Result<(), TableError> {
        for known in answered(&stored.action.details, judged.trends) {
            let entry = id_of(&[stored.action.id.as_str(), &known.id.to_string()]);
            // It may have been moved since it was read.
            let Some(StoredTrend { trend, .. }) = self.table.trend(&known.id).await? else { continue };
            if trend.log.iter().any(|known| known.id == entry) {
                continue;
            }
            let acting = self.acting_of(&trend, judged);
            let recovery = self.verdict(judged, &acting, Some(trend.change.since)).recovery;
            // Where something else changed too, nobody knows what brought it back.
            let is_back = judgement.mixed.is_empty() && recovery.is_some_and(|recovery| recovery.back);
            if let Ok(after) = trend.after(&Move::Judge { is_back }, "-", self.now, entry)
                && !self.table.move_trend(&trend, &after, self.now).await?
            {
                let detail = "another move was quicker".to_owned();
                return Err(TableError::Failed { action: "move a trend", detail });
            }
        }
        Ok(())
    }

    /// Whether the first of the drops that the action answers is back at the level before it.
    fn recovery(&self, judged: &Judged<'_>) -> Option<Recovery> {
        let first = answered(judged.details, judged.trends).min_by_key(|trend| trend.change.since)?;
        self.verdict(judged, &self.acting_of(first, judged), Some(first.change.since)).recovery
    }

    /// Of the stores that act those whose score it is: the store itself, or those of the node if they are half of it.
    fn acting_of(&self, trend: &Trend, judged: &Judged<'_>) -> Vec<(StoreNumber, Vec<Recommendations>)> {
        let below: Vec<StoreNumber> = match &trend.watched.scope {
            Scope::Store(store) => vec![*store],
            Scope::Node(node) => {
                let below = self.history.stores().iter().filter(|store| node.covers(&store.details.path));
                below.map(|store| store.number).collect()
            }
        };
        let acting: Vec<_> = judged.acting.iter().filter(|(store, _)| below.contains(store)).cloned().collect();
        if 2 * acting.len() >= below.len() { acting } else { Vec::new() }
    }
}

/// The drops that an action answers. Of a channel, a segment or answers by codes nothing is said by all who paid.
fn answered<'a>(details: &'a ActionDetails, trends: &'a [StoredTrend]) -> impl Iterator<Item = &'a Trend> {
    let of_action = move |trend: &&Trend| {
        let is_of_all = trend.watched.part.is_none() && trend.watched.series.origin == Origin::Payment;
        is_of_all && details.trends.contains(&trend.id) && trend.change.direction == Direction::Drop
    };
    trends.iter().map(|stored| &stored.trend).filter(of_action)
}

/// The guests by channel on the days that an action is compared with, and after it has settled.
fn shares(
    channels: &BTreeMap<Date, BTreeMap<Channel, u64>>,
    details: &ActionDetails,
    windows: &Windows,
    from: Date,
) -> (BTreeMap<Channel, u64>, BTreeMap<Channel, u64>) {
    let (before, _) = windows.compared(Reference::Before);
    let until = if from < before { before } else { details.start };
    let settled = details.start.saturating_add(i64::from(details.settling_days).days());
    let sum = |days: &dyn Fn(Date) -> bool| {
        let mut sum: BTreeMap<Channel, u64> = BTreeMap::new();
        for (channel, n) in channels.iter().filter(|(day, _)| days(**day)).flat_map(|(_, channels)| channels) {
            *sum.entry(*channel).or_insert(0) += n;
        }
        sum
    };
    (sum(&|day| (from..until).contains(&day)), sum(&|day| day >= settled))
}

/// Whether something else than chance may have moved a store's score: an action of its own, a trend, or another survey.
fn is_disturbed(
    history: &History,
    store: StoreNumber,
    (first, last): (Date, Date),
    (actions, trends): (&[&StoredAction], &[StoredTrend]),
) -> bool {
    let acts = |stored: &&StoredAction| {
        let details = &stored.action.details;
        details.stores.contains(&store) && details.falls_into(first, last)
    };
    let scope = Scope::Store(store);
    let changed = |stored: &StoredTrend| {
        let trend = &stored.trend;
        let ended = trend.log.last().filter(|_| trend.state == State::Closed);
        let ended = ended.map(|entry| entry.at.to_zoned(TimeZone::UTC).date());
        trend.watched.scope == scope && trend.change.since <= last && ended.is_none_or(|ended| ended >= first)
    };
    actions.iter().any(acts) || trends.iter().any(changed) || history.asked_another(store, first, last)
}
