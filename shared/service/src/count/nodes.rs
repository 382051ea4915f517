//! Nodes: each business day from the stores below.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    count::Rollup,
    place::{Path, Scope, StoreNumber},
    watch::NodeDay,
};
use futures::{
    FutureExt,
    future::BoxFuture,
    stream::{self, StreamExt},
};
use jiff::{Timestamp, civil::Date};

use super::{AT_ONCE, Counting, Summary};
use crate::table::TableError;

/// A store's day as it stands after a count.
pub(crate) struct StoreDay {
    pub day: Date,
    /// The last rollup; none where it was never counted.
    pub rollup: Option<Rollup>,
    /// The node that it counts towards.
    pub path: Path,
    /// When it was counted last, where this count is not in it.
    pub behind_since: Option<Timestamp>,
}

/// The rollups of each node, by day.
pub(crate) type Nodes = BTreeMap<Path, BTreeMap<Date, Rollup>>;

/// Adds a store's day into every node above it.
pub(crate) fn add(nodes: &mut Nodes, store: StoreNumber, StoreDay { day, rollup, path, behind_since }: StoreDay) {
    for (node, child) in path.nodes_above(store) {
        let merged = nodes.entry(node).or_default().entry(day).or_insert_with(Rollup::of_a_node);
        merged.content.behind.extend(behind_since.map(|since| (store, since)));
        if let Some(rollup) = &rollup {
            merged.add_below(rollup, &child);
        }
    }
}

/// Writes the nodes, the lowest first: where a node keeps what it had, so do those above it, which would lose the same.
pub(crate) async fn write_nodes<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    nodes: &Nodes,
    summary: &mut Summary,
) {
    let mut kept = Kept::new();
    let depth = |path: &Path| path.with_ancestors().count();
    let deepest = nodes.keys().map(depth).max().unwrap_or(0);
    for level in (1..=deepest).rev() {
        let of_level = nodes.iter().filter(|(path, _)| depth(path) == level);
        let writes: Vec<BoxFuture<'_, _>> = of_level
            .map(|(path, rollups)| write_node(counting, path, rollups, &kept).map(move |did| (path, did)).boxed())
            .collect();
        let written: Vec<_> = stream::iter(writes).buffer_unordered(AT_ONCE).collect().await;
        for (path, written) in written {
            match written {
                Ok((did, days)) => {
                    summary.add(did);
                    kept.extend(days.into_iter().map(|day| (path.clone(), day)));
                }
                Err(error) => {
                    tracing::error!(outcome = "scope-failed", scope = path.as_str(), error = %error);
                    summary.failures += 1;
                }
            }
        }
    }
}

fn is_store(child: &str) -> bool {
    matches!(child.parse(), Ok(Scope::Store(_)))
}

/// Days of nodes that were kept as they were.
type Kept = BTreeSet<(Path, Date)>;

/// Writes a node's days. Which of them were kept as they were.
async fn write_node<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    path: &Path,
    rollups: &BTreeMap<Date, Rollup>,
    kept: &Kept,
) -> Result<(Summary, Vec<Date>), TableError> {
    let scope = Scope::Node(path.clone());
    let mut before = counting.table.rollups(&scope, *counting.days.start(), *counting.days.end()).await?;
    let has_stores = rollups.values().any(|rollup| rollup.content.children.keys().any(|child| is_store(child)));
    // Read each time, so that a count which was killed, or an earlier version, leaves nothing that the next one does not
    // put right.
    let mut watched = match has_stores {
        true => Some(counting.table.node_days(path, *counting.days.start(), *counting.days.end()).await?),
        false => None,
    };
    let mut did = Summary::default();
    let mut kept_here = Vec::new();
    for (day, rollup) in rollups {
        if kept.iter().any(|(below, kept)| kept == day && path.covers(below)) {
            did.kept += 1;
            continue;
        }
        let before = before.remove(day);
        // No reading in it began before the count did.
        let mut rollup = Rollup { counted_at: counting.began, ..rollup.clone() };
        // A store that this count does not read is behind as it was.
        for (store, since) in before.iter().flat_map(|before| &before.content.behind) {
            if !counting.reads(*store) {
                rollup.content.behind.entry(*store).or_insert(*since);
            }
        }
        let (there, is_counted) = counting.replace(&scope, *day, before, rollup, &mut did).await?;
        kept_here.extend((!is_counted).then_some(*day));
        if let Some(watched) = &mut watched {
            let node_day = NodeDay::of(&there.content);
            // Also a day without answers: else each night would look for it in the rollups.
            if watched.remove(day).as_ref() != Some(&node_day) && (counting.clock)() < counting.until {
                counting.table.put_node_day(path, *day, &node_day).await?;
            }
        }
    }
    Ok((did, kept_here))
}
