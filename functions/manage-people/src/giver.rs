//! Limits of what the holder of a grant may give to others.

use std::collections::HashMap;

use aftertaste::{
    app::Stop,
    domain::{
        access::{Grant, Permission, Person},
        place::{Path, Scope, StoreNumber},
    },
    table::ListedPerson,
};

use crate::App;

/// The rights that a grant's holder may give to others, and end.
pub(crate) struct Giver<'a> {
    grant: &'a Grant,
    /// The nodes that stores belong to; empty for a holder who may give everything.
    nodes: HashMap<StoreNumber, Path>,
}

impl<'a> Giver<'a> {
    pub(crate) async fn of(app: &App, grant: &'a Grant) -> Result<Self, Stop> {
        let stores = if grant.allows_admin() { Vec::new() } else { app.table.stores().await?.stores };
        Ok(Self { grant, nodes: stores.into_iter().map(|store| (store.number, store.details.path)).collect() })
    }

    pub(crate) fn may_give(&self, permission: &Permission) -> bool {
        let node = match permission.scope() {
            Some(Scope::Store(store)) => self.nodes.get(store),
            _ => None,
        };
        self.grant.may_give(permission, node)
    }

    /// Whether the holder may give all of it. A word that this version does not know is only for a holder who may do
    /// everything.
    pub(crate) fn may_give_scope(&self, scope: &str) -> bool {
        self.grant.allows_admin()
            || scope.split_whitespace().all(|word| word.parse().is_ok_and(|permission| self.may_give(&permission)))
    }

    /// Whether the holder may give all roles of a person, and so may list, change and sign them out. One who could
    /// change somebody with more roles could sign in as them.
    pub(crate) fn may_have(&self, listed: &ListedPerson) -> bool {
        let roles_are_known = !listed.has_more_roles || self.grant.allows_admin();
        roles_are_known && listed.person.permissions().iter().all(|permission| self.may_give(permission))
    }

    /// The first permission among a person's that the holder may not give.
    pub(crate) fn lacks(&self, person: &Person) -> Option<Permission> {
        person.permissions().into_iter().find(|permission| !self.may_give(permission))
    }
}
