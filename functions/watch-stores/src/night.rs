//! A night: who changed for certain, who may have, and the trends that this opens.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        case::{State, Telling},
        count::{Recommendations, Rollup},
        place::Path,
        report::TOO_FEW,
        trend::{Change, Found, LAPSE_DAYS, Night, TOLD_AGAIN_DAYS, Trend, TrendId, what_changed_in},
        watch::{Direction, Evidence, Stream},
    },
    table::{StoredTrend, TableError},
    watching::{self, first_of_window},
};
use jiff::{ToSpan, civil::Date};

use crate::{
    Run, Summary,
    causes::{Causes, Named, in_order},
};

/// Of so many trends a night it is worked out which parts changed, the surest first: a night's reads have a bound.
const MOST_EXPLAINED: u64 = 30;

/// So many suspects are kept, the surest first.
const MOST_SUSPECTS: usize = 500;

impl Run<'_> {
    /// Watches everything, opens what is new, and keeps what was found.
    pub(crate) async fn watch(&self, days_apart: u64, summary: &mut Summary) -> Result<(), TableError> {
        let night = self.history.watch(self.day, days_apart);
        let mut trends = self.trends_until_now().await?;
        let (mut found, mut consequences) = (Vec::new(), Vec::new());
        let mut ids: BTreeMap<usize, TrendId> = BTreeMap::new();
        let all = in_order(self.of_all(&night, |alerts| &alerts.named));
        let mut causes = Causes::new(&all, self.history, self.day);
        for (at, named) in all.iter().enumerate() {
            let because = causes.of(named);
            let known =
                trends.iter().position(|stored| stored.trend.is_the_same(named.watched, named.direction, self.day));
            if known.is_none() && !because.is_empty() {
                let because = because.iter().filter_map(|at| ids.get(at).cloned()).collect();
                let (watched, change) = (named.watched.clone(), named.change.clone());
                consequences.push(Found { watched, change, trend: None, because });
                continue;
            }
            causes.add(at);
            let stored = match known {
                Some(at) => trends.remove(at),
                None => {
                    summary.opened += 1;
                    let trend = self.new_trend(named, summary.opened <= MOST_EXPLAINED).await?;
                    StoredTrend { trend, telling: Telling::default() }
                }
            };
            // Also where a run that was killed has put it: the check may be missing.
            if stored.trend.id.day == self.day && stored.telling.told == 0 {
                self.table.open_trend(&stored.trend).await?;
            }
            ids.insert(at, stored.trend.id.clone());
            found.push(of_trend(stored.trend));
        }
        let is_open = |stored: &StoredTrend| stored.trend.state != State::Closed;
        found.extend(trends.into_iter().filter(is_open).map(|stored| of_trend(stored.trend)));
        summary.trends = found.len() as u64;
        found.extend(consequences);
        let suspects = self.of_all(&night, |alerts| &alerts.suspects).into_iter();
        let suspects = suspects.filter(|named| causes.of(named).is_empty()).map(suspect);
        let suspects = suspects.filter(|suspect| !found.iter().any(|found| is_of(found, suspect)));
        let suspects: Vec<Found> = suspects.take(MOST_SUSPECTS).collect();
        (summary.watched, summary.suspects) = (night.watched.len() as u64, suspects.len() as u64);
        found.extend(suspects);
        let nodes: Vec<Path> = self.history.nodes().cloned().collect();
        let night = Night { day: self.day, watched: summary.watched, days_apart, nodes, found };
        self.table.put_night(&night).await
    }

    /// The trends that a night's findings may belong to. Those of later nights are unknown to a night that is run again.
    async fn trends_until_now(&self) -> Result<Vec<StoredTrend>, TableError> {
        let since = self.day.saturating_sub((LAPSE_DAYS + i64::from(TOLD_AGAIN_DAYS)).days());
        let mut trends = self.table.trends(since).await?;
        trends.retain(|stored| stored.trend.id.day <= self.day);
        Ok(trends)
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

/// A suspect, in whole points: they are found anew each night, and two nights side by side are to tell of nobody.
fn suspect(named: Named<'_>) -> Found {
    let Named { watched, change, .. } = named;
    let change = Change { points: change.points.round(), low: change.low.round(), high: change.high.round(), ..change };
    Found { watched: watched.clone(), change, trend: None, because: Vec::new() }
}

fn is_of(found: &Found, other: &Found) -> bool {
    found.watched == other.watched && found.change.direction == other.change.direction
}
