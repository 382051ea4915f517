//! The stores and nodes of a person who manages others: what the fields of roles take, by their names.

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::{
    app::Stop,
    domain::{
        access::{Grant, Reach},
        place::Scope,
    },
    lambda::Call,
};
use maud::{Markup, html};

use super::frame::Frame;
use crate::App;

/// How many stores a page lists for people who search for their numbers.
const STORES_SHOWN: usize = 1_000;

pub(super) struct Places {
    nodes: BTreeSet<String>,
    /// The stores in the catalog's order, and their names by what a field takes.
    stores: Vec<String>,
    names: BTreeMap<String, String>,
}

impl Places {
    pub(super) async fn of(app: &App, grant: &Grant, language: &str, call: Call) -> Result<Self, Stop> {
        let mut places = Self { nodes: BTreeSet::new(), stores: Vec::new(), names: BTreeMap::new() };
        let (stores, named) = (app.catalog.stores(call.now).await?, app.catalog.nodes(call.now).await?);
        for store in stores.iter() {
            let (scope, path) = (Scope::Store(store.number), &store.details.path);
            if grant.allows_admin_of(&scope, Some(path)) {
                places.stores.push(scope.to_string());
                places.names.insert(scope.to_string(), store.details.name.clone());
            }
            for node in path.with_ancestors() {
                if grant.allows_admin_of(&Scope::Node(node.clone()), None) {
                    if let Some(name) = named.name_of(&node, language) {
                        places.names.insert(node.as_str().to_owned(), name.to_owned());
                    }
                    places.nodes.insert(String::from(node));
                }
            }
        }
        Ok(places)
    }

    /// Where a role reaches, as people call it.
    pub(super) fn name(&self, reach: &Reach, frame: &Frame) -> Markup {
        let scope = reach.to_string();
        html! {
            @match (&reach.0, self.names.get(&scope)) {
                (None, _) => (frame.words.everywhere),
                (Some(_), Some(name)) => { (name) " " small { (scope) } },
                (Some(_), None) => (scope),
            }
        }
    }

    /// The suggestions that a browser offers while somebody types, by code or by name.
    pub(super) fn offered(&self) -> Markup {
        html! {
            datalist id="places" {
                @for node in &self.nodes { option value=(node) { (self.names.get(node).map_or("", String::as_str)) } }
                @for (scope, name) in self.shown() { option value=(scope) { (name) } }
            }
        }
    }

    /// All of them to read.
    pub(super) fn listed(&self, frame: &Frame) -> Markup {
        html! {
            details {
                summary { (frame.words.stores) }
                ul.plain {
                    @for node in &self.nodes { li { code { (node) } " " (self.names.get(node).map_or("", String::as_str)) } }
                    @for (scope, name) in self.shown() { li { code { (scope) } " " (name) } }
                }
            }
        }
    }

    fn shown(&self) -> impl Iterator<Item = (&String, &String)> {
        self.stores.iter().take(STORES_SHOWN).filter_map(|scope| self.names.get_key_value(scope))
    }
}
