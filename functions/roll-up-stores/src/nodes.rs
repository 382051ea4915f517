//! Nodes: each business day from the stores below.

use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        count::Rollup,
        place::{Path, Scope, StoreNumber},
    },
    table::TableError,
};
use futures::{
    FutureExt,
    future::BoxFuture,
    stream::{self, StreamExt},
};
use jiff::{Timestamp, civil::Date};

use crate::{AT_ONCE, Counting, Summary};

/// A store's day as it stands after a count.
pub(crate) struct StoreDay {
    pub day: Date,
    /// What is known of it; none where it was never counted.
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

pub(crate) async fn write_nodes<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    nodes: &Nodes,
    summary: &mut Summary,
) {
    let writes: Vec<BoxFuture<'_, _>> = nodes
        .iter()
        .map(|(path, rollups)| write_node(counting, path, rollups).map(move |did| (path, did)).boxed())
        .collect();
    let mut writes = stream::iter(writes).buffer_unordered(AT_ONCE);
    while let Some((path, written)) = writes.next().await {
        match written {
            Ok(did) => summary.add(did),
            Err(error) => {
                tracing::error!(outcome = "scope-failed", scope = path.as_str(), error = %error);
                summary.failures += 1;
            }
        }
    }
}

async fn write_node<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    path: &Path,
    rollups: &BTreeMap<Date, Rollup>,
) -> Result<Summary, TableError> {
    let scope = Scope::Node(path.clone());
    let mut before = counting.table.rollups(&scope, *counting.days.start(), *counting.days.end()).await?;
    let mut did = Summary::default();
    for (day, rollup) in rollups {
        // No reading in it began before the count did.
        let rollup = Rollup { counted_at: counting.began, ..rollup.clone() };
        counting.replace(&scope, *day, before.remove(day), rollup, &mut did).await?;
    }
    Ok(did)
}
