//! The names of nodes in the table. A node is there without one as soon as a store lies below it.

use std::collections::BTreeMap;

use domain::{Invalid, place::Path, survey::Node};
use serde::Serialize;

use super::{Item, Table, TableError, keys, string, unreadable};

/// Every node that was given a name.
#[derive(Debug, Clone, Default)]
pub struct NodeList {
    /// Those whose names can be read, by path.
    pub nodes: BTreeMap<Path, Node>,
    /// Those whose names can't: left out wherever names are used.
    pub unreadable: Vec<UnreadableNode>,
}

impl NodeList {
    /// A node's name in a language, else in the nearest one, else in the first; none where nobody named the node.
    pub fn name_of(&self, path: &Path, language: &str) -> Option<&str> {
        self.nodes.get(path).map(|node| node.name_in(language))
    }
}

/// A node whose names can't be read, as far as it can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadableNode {
    /// The node, if its key says so.
    pub path: Option<Path>,
    /// The mistake in it.
    pub detail: String,
}

impl Table {
    /// Every node with its names, by path. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn nodes(&self) -> Result<NodeList, TableError> {
        let mut list = NodeList::default();
        for item in self.all_of(keys::NODES.into(), "read the nodes").await? {
            let path = string(&item, "sk").and_then(|path| Path::try_from(path.to_owned()).ok());
            match read(&item) {
                Ok((path, node)) => drop(list.nodes.insert(path, node)),
                Err(error) => {
                    error.log_left_out();
                    list.unreadable.push(UnreadableNode { path, detail: error.to_string() });
                }
            }
        }
        Ok(list)
    }

    /// Writes the names of a node over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_node(&self, path: &Path, node: &Node) -> Result<(), TableError> {
        let key = keys::node(path);
        // As JSON: a DynamoDB map would forget the order of languages, and the first is the fallback.
        let json = serde_json::to_string(node).map_err(|error| unreadable(&key, error))?;
        self.put(key, Item::from([("node".into(), keys::text(json))]), "write a node").await
    }

    /// Takes the names of a node away.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_node(&self, path: &Path) -> Result<(), TableError> {
        self.delete(keys::node(path), "take a node's names away").await
    }
}

fn read(item: &Item) -> Result<(Path, Node), TableError> {
    let sk = string(item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::NODES.into(), sk: sk.clone() };
    let path = Path::try_from(sk).map_err(|error: Invalid| unreadable(&key, error))?;
    let node = string(item, "node").ok_or_else(|| unreadable(&key, "it has no node"))?;
    let node = serde_json::from_str(node).map_err(|error| unreadable(&key, error))?;
    Ok((path, node))
}
