//! The catalog in memory: stores, nodes, surveys and the brand are written rarely and read by every call.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{
    Id,
    access::Grant,
    payment::AccountId,
    place::{Scope, Store, StoreNumber},
    survey::Brand,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use uuid::Uuid;

use crate::{
    noticed::Noticed,
    table::{EndedGrants, ListedPerson, NodeList, StoreList, StoredAccount, Table, TableError, Versioned},
};

/// How long the table is not asked again after it did not answer.
const PAUSE: Duration = Duration::from_secs(10);

/// The catalog, cached in memory. A thing that is asked for again within the age costs no read. One that the table does
/// not have is not cached, so that a new store works at once.
pub struct Catalog {
    table: Table,
    age: Duration,
    store: Memory<StoreNumber, Store>,
    stores: Memory<(), StoreList>,
    nodes: Memory<(), NodeList>,
    survey: Memory<Id, Versioned>,
    version: Memory<(Id, u32), Versioned>,
    brand: Memory<(), Brand>,
    ended: Memory<(), EndedGrants>,
    people: Memory<(), Vec<ListedPerson>>,
    account: Memory<AccountId, StoredAccount>,
    noticed: Noticed,
    /// The day on which a grant was seen last, as far as this process knows.
    seen: Mutex<HashMap<Uuid, Date>>,
}

type Memory<K, V> = Mutex<HashMap<K, (Timestamp, Arc<V>)>>;

fn remembered<K: Eq + Hash, V>(memory: &Memory<K, V>, key: &K) -> Option<(Timestamp, Arc<V>)> {
    memory.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

impl Catalog {
    /// How long a deployed function goes on with what it has read: a change in the catalog is everywhere after this.
    pub const AGE: Duration = Duration::from_secs(60);

    /// An empty memory in front of a table.
    pub fn new(table: Table, age: Duration) -> Self {
        Self {
            table,
            age,
            store: Memory::default(),
            stores: Memory::default(),
            nodes: Memory::default(),
            survey: Memory::default(),
            version: Memory::default(),
            brand: Memory::default(),
            ended: Memory::default(),
            people: Memory::default(),
            account: Memory::default(),
            noticed: Noticed::default(),
            seen: Mutex::default(),
        }
    }

    /// One store.
    ///
    /// # Errors
    /// When it is not in memory and the table can't be read.
    pub async fn store(&self, number: StoreNumber, now: Timestamp) -> Result<Option<Arc<Store>>, TableError> {
        self.through(&self.store, number, now, self.table.store(number)).await
    }

    /// Every store that can be read.
    ///
    /// # Errors
    /// When they are not in memory and the table can't be read.
    pub async fn stores(&self, now: Timestamp) -> Result<Arc<StoreList>, TableError> {
        let stores = async { self.table.stores().await.map(Some) };
        Ok(self.through(&self.stores, (), now, stores).await?.unwrap_or_default())
    }

    /// The name that people call a scope by, in their language; the scope itself where nobody has named it.
    ///
    /// # Errors
    /// When it is not in memory and the table can't be read.
    pub async fn name_of(&self, scope: &Scope, language: &str, now: Timestamp) -> Result<String, TableError> {
        let name = match scope {
            Scope::Store(number) => self.store(*number, now).await?.map(|store| store.details.name.clone()),
            Scope::Node(path) => self.nodes(now).await?.name_of(path, language).map(str::to_owned),
        };
        Ok(name.unwrap_or_else(|| scope.to_string()))
    }

    /// Every node that has a name which can be read.
    ///
    /// # Errors
    /// When they are not in memory and the table can't be read.
    pub async fn nodes(&self, now: Timestamp) -> Result<Arc<NodeList>, TableError> {
        let nodes = async { self.table.nodes().await.map(Some) };
        Ok(self.through(&self.nodes, (), now, nodes).await?.unwrap_or_default())
    }

    /// The latest version of a survey that can be read.
    ///
    /// # Errors
    /// When it is not in memory and the table can't be read.
    pub async fn survey(&self, id: &Id, now: Timestamp) -> Result<Option<Arc<Versioned>>, TableError> {
        self.through(&self.survey, id.clone(), now, self.table.readable_survey(id)).await
    }

    /// One version of a survey; none also where it can't be read.
    ///
    /// # Errors
    /// When it is not in memory and the table can't be read.
    pub async fn version(&self, id: &Id, version: u32, now: Timestamp) -> Result<Option<Arc<Versioned>>, TableError> {
        let read = async {
            match self.table.survey_version(id, version).await {
                Err(error @ TableError::Unreadable { .. }) => {
                    error.log_left_out();
                    Ok(None)
                }
                read => read,
            }
        };
        self.through(&self.version, (id.clone(), version), now, read).await
    }

    /// The brand. Where it can't be read, it is what was known last, or else what is built in.
    ///
    /// # Errors
    /// When it is not in memory and the table can't be read.
    pub async fn brand(&self, now: Timestamp) -> Result<Arc<Brand>, TableError> {
        let known = remembered(&self.brand, &()).map(|(_, brand)| brand);
        let brand = async {
            match self.table.brand().await {
                Err(error @ TableError::Unreadable { .. }) => {
                    let retention = self.table.retention_of_unreadable_brand().await.unwrap_or_default();
                    error.log_left_out();
                    Ok(Some(known.as_deref().cloned().unwrap_or_else(|| Brand::of_retention(retention))))
                }
                read => read.map(Some),
            }
        };
        Ok(self.through(&self.brand, (), now, brand).await?.unwrap_or_default())
    }

    /// The grants that were ended.
    ///
    /// # Errors
    /// When they are not in memory and the table can't be read.
    pub async fn ended_grants(&self, now: Timestamp) -> Result<Arc<EndedGrants>, TableError> {
        let ended = async { self.table.ended_grants().await.map(Some) };
        Ok(self.through(&self.ended, (), now, ended).await?.unwrap_or_default())
    }

    /// Everybody who is listed.
    ///
    /// # Errors
    /// When they are not in memory and the table can't be read.
    pub async fn people(&self, now: Timestamp) -> Result<Arc<Vec<ListedPerson>>, TableError> {
        let people = async { self.table.people().await.map(Some) };
        Ok(self.through(&self.people, (), now, people).await?.unwrap_or_default())
    }

    /// An account at a payment provider.
    ///
    /// # Errors
    /// When it is not in memory, and the table or the account can't be read.
    pub async fn account(&self, id: &AccountId, now: Timestamp) -> Result<Option<Arc<StoredAccount>>, TableError> {
        self.through(&self.account, id.clone(), now, self.table.account(id)).await
    }

    /// Keeps the outcome of a notice, for the account's operator to see.
    pub async fn notice(&self, id: &AccountId, outcome: &str, detail: &str, now: Timestamp) {
        self.noticed.keep(&self.table, id, outcome, detail, now).await;
    }

    /// Keeps that a payment led to no store, for the account's operator to see.
    pub async fn notice_unmapped(&self, id: &AccountId, value: &str, now: Timestamp) {
        self.noticed.keep_unmapped(&self.table, id, value, now).await;
    }

    /// Keeps that a grant was used on this day (UTC): one write a grant and day. A person's call goes on where it can't
    /// be kept. A program that issues links keeps nothing: that costs no write.
    pub async fn see(&self, grant: &Grant, now: Timestamp) {
        let Some(issue) = grant.issue else { return };
        let day = now.to_zoned(TimeZone::UTC).date();
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(issue.id, day) == Some(day) {
            return;
        }
        let kept = async {
            match self.table.seen_on(issue.id).await? {
                Some(seen) if seen >= day => Ok(()),
                _ => self.table.see_grant(issue.id, day, grant.expires).await,
            }
        };
        let late =
            |_| Err(TableError::Failed { action: "keep that a grant was used", detail: "it took too long".into() });
        if let Err(error) = tokio::time::timeout(Duration::from_secs(1), kept).await.unwrap_or_else(late) {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&issue.id);
            tracing::warn!(outcome = "grant-not-seen", %error);
        }
    }

    async fn through<K: Eq + Hash, V>(
        &self,
        memory: &Memory<K, V>,
        key: K,
        now: Timestamp,
        read: impl Future<Output = Result<Option<V>, TableError>>,
    ) -> Result<Option<Arc<V>>, TableError> {
        let remembered = remembered(memory, &key);
        if let Some((since, value)) = &remembered
            && now.duration_since(*since).unsigned_abs() < self.age
        {
            return Ok(Some(value.clone()));
        }
        // A caller who has something to go on with doesn't wait long for something newer.
        let patience = if remembered.is_some() { Duration::from_secs(1) } else { Duration::MAX };
        let read = tokio::time::timeout(patience, read).await.unwrap_or_else(|_| {
            Err(TableError::Failed { action: "read the catalog", detail: "it did not answer in time".into() })
        });
        match (read, remembered) {
            (Ok(Some(value)), _) => {
                let value = Arc::new(value);
                memory.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (now, value.clone()));
                Ok(Some(value))
            }
            (Ok(None), _) => {
                memory.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
                Ok(None)
            }
            // While the table can't be asked, what was known serves on, and the table is left alone for a while.
            (Err(error), Some((_, value))) => {
                tracing::warn!(outcome = "catalog-not-refreshed", %error);
                let since = now.saturating_sub(self.age).and_then(|since| since.saturating_add(PAUSE)).unwrap_or(now);
                memory.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (since, value.clone()));
                Ok(Some(value))
            }
            (Err(error), None) => Err(error),
        }
    }
}
