//! Actions: each is judged fourteen and twenty-eight days after it has settled, beside the stores that did nothing.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        action::{ActionDetails, Circumstances, Evidence, Judgement, Reference, Sibling, Term, Windows, judge},
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

impl Run<'_> {
    /// Judges every action whose time has come. One that fails stops no other.
    pub(crate) async fn judge_all(&self, actions: &[StoredAction], summary: &mut Summary) -> Result<(), TableError> {
        let due: Vec<&StoredAction> =
            actions.iter().filter(|stored| stored.stands() && stored.action.due(self.day).next().is_some()).collect();
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
        let (mut before, mut written) = (stored.clone(), 0);
        for term in stored.action.due(self.day) {
            let windows = stored.action.details.windows(term);
            let judgement = self.judgement(&stored.action.details, &windows, (stored, actions, trends)).await?;
            let mut after = before.clone();
            after.action.verdicts.insert(term, judgement.clone());
            // What others learn comes first: a run that is killed between is done again, and says the same.
            self.tell(&after, term, &judgement).await?;
            if term == Term::FourWeeks {
                self.answer_trends(&after, &judgement, trends).await?;
            }
            if !self.table.change_action(&before, &after).await? {
                // It was withdrawn meanwhile, or another run was quicker.
                return Ok(written);
            }
            written += 1;
            before = after;
        }
        Ok(written)
    }

    async fn judgement(
        &self,
        details: &ActionDetails,
        windows: &Windows,
        (own, actions, trends): (&StoredAction, &[StoredAction], &[StoredTrend]),
    ) -> Result<Judgement, TableError> {
        let (first, last) = (windows.first_day(), windows.last_day());
        let (compared_from, _) = windows.compared(Reference::Before);
        let others: Vec<&StoredAction> =
            actions.iter().filter(|other| other.stands() && other.action.id != own.action.id).collect();
        let acting: Vec<Vec<Recommendations>> =
            details.stores.iter().map(|store| self.history.paid_days(*store, first, last)).collect();
        let beside = self.stores_beside(&details.stores);
        let siblings: Vec<Sibling> = beside
            .iter()
            .map(|store| Sibling {
                days: self.history.paid_days(store.number, first, last),
                undisturbed: !is_disturbed(self.history, store.number, (compared_from, last), (&others, trends)),
            })
            .collect();
        let streams: Vec<Stream> = siblings
            .iter()
            .map(|sibling| Stream::ending(last, first.series(1.day()).zip(sibling.days.iter().copied())))
            .collect();
        let day_variance = watch::Siblings::of(streams.iter()).day_variance();
        let evidence = Evidence { acting: &acting, siblings: &siblings, day_variance };
        let dropped_on = answered(details, trends).map(|trend| trend.change.since).min();
        let channels = self.channels(details, (compared_from, last)).await?;
        let is_another = |from: Date, to: Date| {
            others
                .iter()
                .any(|other| other.action.details.shares_stores(details) && other.action.details.falls_into(from, to))
        };
        Ok(judge(windows, self.day, &evidence, dropped_on, |from, to| Circumstances {
            another_action: is_another(from, to),
            measure_changed: details.stores.iter().any(|store| self.history.asked_another(*store, from, to)),
            channels_before: channels.0,
            channels_after: channels.1,
        }))
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
        enough.unwrap_or_else(|| others(nodes.last()))
    }

    /// The answers by channel of the stores that act, before the action and after it has settled.
    async fn channels(
        &self,
        details: &ActionDetails,
        (first, last): (Date, Date),
    ) -> Result<(BTreeMap<Channel, u64>, BTreeMap<Channel, u64>), TableError> {
        let settled = details.start.saturating_add(i64::from(details.settling_days).days());
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        for store in &details.stores {
            for (day, rollup) in self.table.rollups(&Scope::Store(*store), first, last).await? {
                let channels = match day {
                    day if day < details.start => &mut before,
                    day if day >= settled => &mut after,
                    _ => continue,
                };
                let paid = rollup.content.tallies.iter().filter(|(series, _)| series.origin == Origin::Payment);
                for (channel, group) in paid.flat_map(|(_, tally)| &tally.channels) {
                    *channels.entry(*channel).or_insert(0) += group.responses;
                }
            }
        }
        Ok((before, after))
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
        });
        let what = format!("{} {}", action.id, term.days());
        // Under the same key whenever the run is done again, and with as much time as any other event to arrive.
        let over = action.details.windows(term).last_day().saturating_add(1.day()).to_zoned(TimeZone::UTC);
        let at = over.map_or(self.now, |over| over.timestamp().min(self.now));
        let until = OutgoingEvent::of("action.judged", &what, self.now, Value::Null).until;
        let event = OutgoingEvent { until, ..OutgoingEvent::of("action.judged", &what, at, data) };
        self.table.put_event(&event).await.map(drop)
    }

    /// Notes the last verdict at the trends that the action answers. Those whose score is back end.
    async fn answer_trends(
        &self,
        stored: &StoredAction,
        judgement: &Judgement,
        trends: &[StoredTrend],
    ) -> Result<(), TableError> {
        let is_back = judgement.recovery.is_some_and(|recovery| recovery.back);
        for trend in answered(&stored.action.details, trends) {
            let entry = id_of(&[stored.action.id.as_str(), &trend.id.to_string()]);
            // It may have been moved since it was read.
            let Some(StoredTrend { trend, .. }) = self.table.trend(&trend.id).await? else { continue };
            if trend.log.iter().any(|known| known.id == entry) {
                continue;
            }
            if let Ok(after) = trend.after(&Move::Judge { is_back }, "-", self.now, entry)
                && !self.table.move_trend(&trend, &after, self.now).await?
            {
                let detail = "another move was quicker".to_owned();
                return Err(TableError::Failed { action: "move a trend", detail });
            }
        }
        Ok(())
    }
}

/// The drops that an action answers, as far as its stores are among theirs.
fn answered<'a>(details: &'a ActionDetails, trends: &'a [StoredTrend]) -> impl Iterator<Item = &'a Trend> {
    let of_action =
        move |trend: &&Trend| details.trends.contains(&trend.id) && trend.change.direction == Direction::Drop;
    trends.iter().map(|stored| &stored.trend).filter(of_action)
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
