//! A night: who changed for certain, who may have, and the trends that this opens.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        case::State,
        count::{Recommendations, Rollup},
        place::Path,
        report::TOO_FEW,
        trend::{Change, Found, LAPSE_DAYS, Night, Outcome, TOLD_AGAIN_DAYS, Trend, TrendId, what_changed_in},
        watch::{Direction, Evidence, Stream},
    },
    table::{Look, StoredTrend, TableError},
    watching::{self, first_of_window},
};
use jiff::{ToSpan, civil::Date};

use crate::{
    NIGHTS_BACK_DAYS, Run, Summary,
    causes::{Causes, Comes, Named, in_order},
};

/// Of so many trends a night it is worked out which parts changed, those of stores first: a night's reads have a bound.
const MOST_EXPLAINED: u64 = 30;

/// So many suspects are kept, the surest first; so many trends, and so many that one change comes of. An item has 400 KB.
const MOST_SUSPECTS: usize = 500;
const MOST_FOUND: usize = 3_000;
const MOST_CAUSES: usize = 20;

/// Trends of so many nights are read: a night that is run again may be as old, and a trend then lapses in nine weeks.
const TRENDS_BACK_DAYS: i64 = LAPSE_DAYS + TOLD_AGAIN_DAYS as i64 + NIGHTS_BACK_DAYS;

impl Run<'_> {
    /// Watches everything, opens what is new, and keeps what was found.
    pub(crate) async fn watch(&self, days_apart: u64, summary: &mut Summary) -> Result<(), TableError> {
        let night = self.history.watch(self.day, days_apart);
        let mut trends = self.table.trends(self.day.saturating_sub(TRENDS_BACK_DAYS.days())).await?;
        self.keep_looks(&trends).await?;
        let all = in_order(self.of_all(&night, |alerts| &alerts.named));
        let mut causes = Causes::new(&all, self.history, self.day);
        let mut ids: BTreeMap<usize, TrendId> = BTreeMap::new();
        let (mut found, mut consequences, mut uncertain) = (Vec::new(), Vec::new(), Vec::new());
        for (at, named) in all.iter().enumerate() {
            let comes = causes.of(named);
            let known =
                trends.iter().position(|stored| stored.trend.is_the_same(named.watched, &named.change, self.day));
            let trend = match (known, comes) {
                (Some(known), _) => trends.remove(known).trend,
                (None, Comes::OfItself) => {
                    summary.opened += 1;
                    let trend = self.new_trend(named, summary.opened <= MOST_EXPLAINED).await?;
                    self.table.open_trend(&trend).await?;
                    trend
                }
                (None, Comes::OfOtherStores) => {
                    uncertain.push(rounded(named, Vec::new()));
                    continue;
                }
                (None, Comes::Of(of)) => {
                    if named.watched.part.is_none() {
                        let because = of.iter().filter_map(|at| ids.get(at).cloned()).take(MOST_CAUSES).collect();
                        consequences.push(rounded(named, because));
                    }
                    causes.add_whole(at, of);
                    continue;
                }
            };
            // What somebody calls a false alarm explains nothing to those above.
            if trend.outcome != Some(Outcome::FalseAlarm) {
                causes.add(at);
            }
            ids.insert(at, trend.id.clone());
            found.push(of_trend(trend));
        }
        let still = self.still_open(trends, &found);
        found.extend(still);
        found.truncate(MOST_FOUND);
        summary.trends = found.len() as u64;
        found.extend(consequences);
        let suspects = self.of_all(&night, |alerts| &alerts.suspects).into_iter();
        let suspects = suspects.filter(|named| causes.of(named) == Comes::OfItself);
        uncertain.extend(suspects.map(|named| rounded(&named, Vec::new())));
        uncertain.retain(|suspect| !found.iter().any(|found| is_of(found, suspect)));
        uncertain.truncate(MOST_SUSPECTS);
        (summary.watched, summary.suspects) = (night.watched.len() as u64, uncertain.len() as u64);
        found.extend(uncertain);
        let nodes: Vec<Path> = self.history.nodes().cloned().collect();
        let night = Night { day: self.day, watched: summary.watched, days_apart, nodes, found };
        self.table.put_night(&night).await
    }

    /// The open trends that this night does not name. One is past once the same score has changed again.
    fn still_open(&self, trends: Vec<StoredTrend>, named: &[Found]) -> Vec<Found> {
        let is_open = |stored: &StoredTrend| stored.trend.state != State::Closed && stored.trend.id.day <= self.day;
        let open = trends.into_iter().filter(is_open).map(|stored| of_trend(stored.trend));
        let is_past = |known: &Found| {
            named.iter().any(|later| known.watched == later.watched && known.change.since < later.change.since)
        };
        open.filter(|known| !is_past(known)).collect()
    }

    /// Puts back the checks of open trends: one that was killed may have lost one.
    async fn keep_looks(&self, trends: &[StoredTrend]) -> Result<(), TableError> {
        for StoredTrend { trend, telling } in trends.iter().filter(|stored| stored.trend.state != State::Closed) {
            let at = telling.look_at.unwrap_or(trend.opened_at);
            self.table.put_look(&Look::Trend(trend.id.clone()), at).await?;
        }
        Ok(())
    }

    /// What was found in both directions, drops first, the surest first.
    fn of_all<'n>(
        &self,
        night: &'n watching::Night,
        which: fn(&aftertaste::domain::watch::Alerts) -> &Vec<usize>,
    ) -> Vec<Named<'n>> {
        let drops = which(&night.watch.drops).iter().map(|at| (*at, Direction::Drop));
        let rises = which(&night.watch.rises).iter().map(|at| (*at, Direction::Rise));
        let named = drops.chain(rises).filter_map(|(at, direction)| {
            let watched = night.watched.get(at)?;
            let moved =
                night.watch.evidence.get(at)?.as_ref().map(|evidence: &Evidence| evidence.towards(direction))?;
            let stream = self.history.stream(watched, self.day)?;
            // Of fewer answers since then, the difference would tell what a guest said.
            let enough = since(&stream, moved.since.likeliest).n() >= TOO_FEW;
            enough.then(|| Named { watched, direction, change: Change::of(self.day, direction, moved) })
        });
        named.collect()
    }

    /// The trend of what was named first in this night, with the parts that changed most.
    async fn new_trend(&self, named: &Named<'_>, is_explained: bool) -> Result<Trend, TableError> {
        let Named { watched, direction, .. } = *named;
        let mut change = named.change.clone();
        if is_explained && watched.part.is_none() {
            let first = first_of_window(self.day);
            let rollups: BTreeMap<Date, Rollup> = self.table.rollups(&watched.scope, first, self.day).await?;
            let days =
                rollups.iter().filter_map(|(day, rollup)| Some((*day, rollup.content.tallies.get(&watched.series)?)));
            change.parts = Some(what_changed_in(&days.collect(), change.since, direction));
        }
        let id = TrendId::of(self.day, watched, direction);
        Ok(Trend::open(id, watched.clone(), change, self.now, self.fresh))
    }
}

/// The answers of the last days.
fn since(stream: &Stream, days: usize) -> Recommendations {
    let last = stream.days().iter().rev().take(days);
    last.fold(Recommendations::default(), |all, day| all.and(*day))
}

fn of_trend(trend: Trend) -> Found {
    Found { watched: trend.watched, change: trend.change, trend: Some(trend.id), because: Vec::new() }
}

/// What is no trend, in whole points: it is found anew each night, and two nights side by side are to tell of nobody.
fn rounded(named: &Named<'_>, because: Vec<TrendId>) -> Found {
    let Named { watched, change, .. } = named;
    let (points, low, high) = (change.points.round(), change.low.round(), change.high.round());
    let change = Change { points, low, high, ..change.clone() };
    Found { watched: (*watched).clone(), change, trend: None, because }
}

fn is_of(found: &Found, other: &Found) -> bool {
    found.watched == other.watched && found.change.direction == other.change.direction
}
