//! The contents of one message to people: the cases of a run by store, the summaries, and whatever else there is.

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::{
    domain::{
        Id,
        access::Person,
        case::Duty,
        place::{Scope, StoreNumber},
        trend::ChangedPart,
    },
    pages::{part_name, part_names, people_language},
    table::{Delivery, Due, TableError, store_in},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{
    lane::Lane,
    run::Run,
    summary::DIGEST,
    words::{AtStore, Words},
};

/// A message to people, in their language.
pub(crate) struct Told {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// Where it leads, each with its words.
    pub(crate) links: Vec<(&'static str, String)>,
    /// The people whom it calls.
    pub(crate) people: Vec<Person>,
    pub(crate) language: &'static str,
}

/// A case, by all that one message says of it.
#[derive(Default)]
struct Case {
    store: Option<StoreNumber>,
    due: Option<Timestamp>,
    is_critical: bool,
    is_escalated: bool,
}

/// The contents of deliveries, sorted by subject.
#[derive(Default)]
struct Sorted {
    cases: BTreeMap<String, Case>,
    /// Scores that changed, each with whether nobody has taken it.
    alerts: BTreeMap<String, (Value, bool)>,
    /// The scopes of those whose turn it is.
    turns: BTreeSet<Scope>,
    digests: Vec<(Scope, Value)>,
    others: Vec<Delivery>,
}

impl Sorted {
    fn of(collected: &[(Due, Delivery)]) -> Self {
        let mut sorted = Self::default();
        for (_, delivery) in collected {
            let data: Value = serde_json::from_str(&delivery.data).unwrap_or_default();
            let duty = data.get("duty").and_then(Value::as_str).and_then(|duty| duty.parse::<Scope>().ok());
            match (data.get("case").and_then(Value::as_str), duty) {
                (Some(case), Some(duty)) if delivery.kind.starts_with("case.") => {
                    sorted.cases.entry(case.to_owned()).or_default().add(&data);
                    sorted.turns.insert(duty);
                }
                (None, Some(duty)) if delivery.kind.starts_with("alert.") => {
                    let id = data.get("trend").and_then(Value::as_str).unwrap_or_default().to_owned();
                    let is_late = delivery.kind == "alert.overdue";
                    sorted.alerts.entry(id).or_insert((data, false)).1 |= is_late;
                    sorted.turns.insert(duty);
                }
                (None, Some(duty)) if delivery.kind == DIGEST => sorted.digests.push((duty, data)),
                _ => sorted.others.push(delivery.clone()),
            }
        }
        sorted
    }

    /// The duties that are notified, those with cases first.
    fn duties(&self) -> impl Iterator<Item = &Scope> {
        self.turns.iter().chain(self.digests.iter().map(|(scope, _)| scope))
    }
}

impl Case {
    /// One more notice of the same case. A case that was opened again is due later than before.
    fn add(&mut self, data: &Value) {
        let text = |name: &str| data.get(name).and_then(Value::as_str);
        let is_critical = text("severity") == Some("critical");
        // A critical case is at the next duty from the start.
        let at_first = u64::from(is_critical);
        let level = data.get("level").and_then(Value::as_u64).unwrap_or_default();
        self.store = store_in(data);
        self.due = self.due.max(text("due").and_then(|due| due.parse().ok()));
        self.is_critical |= is_critical;
        self.is_escalated |= level > at_first;
    }
}

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Writes all that was collected into one message.
    pub(crate) async fn told(&self, lane: &Lane, collected: &[(Due, Delivery)]) -> Result<Told, TableError> {
        let sorted = Sorted::of(collected);
        let (people, language) = self.readers(&sorted, lane).await?;
        let words = Words::of(language);
        let mut lines = self.lines_of_cases(&sorted, words).await?;
        lines.extend(self.lines_of_alerts(&sorted, (words, language)).await?);
        for (scope, data) in &sorted.digests {
            lines.extend(words.digest_lines(&self.name_of(scope, language).await?, data));
        }
        lines.extend(sorted.others.iter().map(|delivery| words.line(delivery)));
        let title = match (sorted.cases.len() as u64, sorted.others.len() as u64) {
            (0, _) if !sorted.alerts.is_empty() => words.alerts_title(sorted.alerts.len() as u64),
            (0, 0) => words.digest_title(sorted.digests.iter().map(|(_, data)| data)),
            (0, others) => words.title(others),
            (cases, _) => words.cases_title(cases),
        };
        let links = self.links(&sorted, words);
        Ok(Told { title, lines, links, people, language })
    }

    /// The people who are called because of cases, and the language of the first on duty. A summary calls nobody.
    async fn readers(&self, sorted: &Sorted, lane: &Lane) -> Result<(Vec<Person>, &'static str), TableError> {
        let nearest = |language: &str| people_language(&[language.to_owned()]);
        let own = nearest(&lane.stored.endpoint.language);
        if sorted.duties().next().is_none() {
            return Ok((Vec::new(), own));
        }
        let (mut called, mut language) = (Vec::new(), None);
        for scope in sorted.duties() {
            let Some(duty) = self.duties().await?.get(scope) else { continue };
            let people = self.on_duty(scope, duty).await?;
            language = language.or_else(|| people.iter().find_map(|person| person.language.as_deref()));
            if sorted.turns.contains(scope) {
                called.extend(people.into_iter().cloned());
            }
        }
        Ok((called, language.map_or(own, nearest)))
    }

    /// The people of a duty who are listed and may follow its scope's cases at this moment. Both may have ended since
    /// they were put on it.
    pub(crate) async fn on_duty(&self, scope: &Scope, duty: &Duty) -> Result<Vec<&Person>, TableError> {
        if duty.people.is_empty() {
            return Ok(Vec::new());
        }
        let path = match scope {
            Scope::Node(path) => Some(path.clone()),
            Scope::Store(number) => self.place(Some(*number)).await?.and_then(|(_, path)| path),
        };
        let listed = self.people.get_or_try_init(|| self.table().people()).await?;
        let person = |id: &Id| listed.iter().find(|listed| listed.id == *id).map(|listed| &listed.person);
        let follows = |person: &&Person| person.follows(scope, path.as_ref());
        Ok(duty.people.iter().filter_map(person).filter(follows).collect())
    }

    /// Whether a duty names people, and none of them is left.
    pub(crate) async fn is_left_by_all(&self, scope: &Scope, duty: &Duty) -> Result<bool, TableError> {
        Ok(!duty.people.is_empty() && self.on_duty(scope, duty).await?.is_empty())
    }

    /// A line for each store: what is overdue first, then what is urgent, then what is due first.
    async fn lines_of_cases(&self, sorted: &Sorted, words: &Words) -> Result<Vec<String>, TableError> {
        let now = self.now();
        let mut stores: BTreeMap<Option<StoreNumber>, AtStore> = BTreeMap::new();
        for case in sorted.cases.values() {
            let at = stores.entry(case.store).or_default();
            at.cases += 1;
            at.overdue += u64::from(case.due.is_some_and(|due| due < now));
            at.is_critical |= case.is_critical;
            at.is_escalated |= case.is_escalated;
            at.due = [at.due, case.due].into_iter().flatten().min();
        }
        let mut lines = Vec::new();
        for (number, at) in stores {
            let store = match number {
                Some(number) => self.sender.app.catalog.store(number, now).await?,
                None => None,
            };
            let name = match (&store, number) {
                (Some(store), _) => harmless(&store.details.name),
                (None, Some(number)) => Scope::Store(number).to_string(),
                (None, None) => String::new(),
            };
            let zone = store.map_or(TimeZone::UTC, |store| store.calendar.zone.clone());
            let order = (at.overdue == 0, !at.is_critical, at.due.is_none(), at.due);
            lines.push((order, words.store_line(&name, &at, (&zone, now))));
        }
        lines.sort();
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    /// A line for each score that changed, with the parts that changed most.
    async fn lines_of_alerts(
        &self,
        sorted: &Sorted,
        (words, language): (&Words, &str),
    ) -> Result<Vec<String>, TableError> {
        let brand = self.sender.app.catalog.brand(self.now()).await?;
        let mut lines = Vec::new();
        for (data, is_late) in sorted.alerts.values() {
            let scope = data.get("scope").and_then(Value::as_str).and_then(|scope| scope.parse::<Scope>().ok());
            let Some(scope) = scope else { continue };
            let part = |value: &Value| serde_json::from_value::<ChangedPart>(value.get("part")?.clone()).ok();
            let own = part(data).map(|part| harmless(&part_name(part, &brand, language)));
            let parts = data.get("parts").and_then(Value::as_array).into_iter().flatten().filter_map(part);
            let parts = harmless(&part_names(parts, &brand, language));
            let name = self.name_of(&scope, language).await?;
            lines.push(words.alert_line(&name, (own.as_deref(), &parts), data, *is_late));
        }
        Ok(lines)
    }

    async fn name_of(&self, scope: &Scope, language: &str) -> Result<String, TableError> {
        Ok(harmless(&self.sender.app.catalog.name_of(scope, language, self.now()).await?))
    }

    /// To the cases, and for a summary to the report of its days. Of several duties it leads to the widest.
    fn links(&self, sorted: &Sorted, words: &Words) -> Vec<(&'static str, String)> {
        let url = &self.sender.app.public_url;
        let cases = sorted.duties().min_by_key(|scope| breadth(scope));
        let cases = cases.map(|scope| (words.to_cases, format!("{url}/cases/{scope}")));
        let report = sorted.digests.iter().min_by_key(|(scope, _)| breadth(scope));
        let report = report.map(|(scope, data)| {
            let day = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
            (words.to_report, format!("{url}/reports/{scope}.html?from={}&to={}", day("from"), day("to")))
        });
        cases.into_iter().chain(report).collect()
    }
}

/// Nodes before stores, and of nodes the highest first.
fn breadth(scope: &Scope) -> (bool, usize) {
    match scope {
        Scope::Node(path) => (false, path.with_ancestors().count()),
        Scope::Store(_) => (true, 0),
    }
}

/// A store's name as it goes into a message: programs that show mail turn anything like a link into one.
fn harmless(name: &str) -> String {
    name.replace("://", "：//")
}
