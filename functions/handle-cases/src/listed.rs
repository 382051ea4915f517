//! A case as a list has it, and the people that cases name.

use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::Person,
        case::{Case, CaseId, Outcome, State},
        place::{Scope, Store, StoreNumber},
        survey::{Answer, Severity},
        visit::Visit,
    },
    table::{ListedPerson, StoredCase, StoredResponse},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::App;

/// The most characters of a guest's words in a list.
const EXCERPT: usize = 60;

/// A case as a list has it. Only its id says which it is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    pub case: CaseId,
    pub store: StoreNumber,
    pub store_name: String,
    pub severity: Severity,
    pub state: State,
    /// When its guest is to be answered; none where no clock of the store runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    pub overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// The level whose turn it is: 0 for the duty that is nearest to the store.
    pub level: u8,
    pub reopened: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    pub v: u64,
    pub opened_at: Timestamp,
    /// The guest's words, cut to a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl Listed {
    /// A case, without its guest's words.
    pub(crate) fn of(stored: &StoredCase, store: &Store, people: &People, now: Timestamp) -> Self {
        let case = &stored.case;
        let due = case.due();
        // Messages about the round before say nothing of this one.
        let clock = if stored.telling.round < case.reopened { 0 } else { stored.telling.clock };
        Self {
            case: case.id.clone(),
            store: store.number,
            store_name: store.details.name.clone(),
            severity: case.severity,
            state: case.state,
            due,
            overdue: due.is_some_and(|due| due <= now),
            owner: case.owner.clone(),
            owner_name: case.owner.as_deref().and_then(|owner| people.name(owner)).map(str::to_owned),
            level: case.level(clock),
            reopened: case.reopened,
            outcome: case.outcome,
            v: case.v,
            opened_at: case.opened_at,
            words: None,
        }
    }

    /// The same with the first of what its guest wrote.
    pub(crate) fn with_words(self, stored: &StoredCase, response: Option<&StoredResponse>) -> Self {
        let response = response.filter(|response| is_of(&stored.case, response));
        let texts = response.map(|response| texts(response).collect::<Vec<_>>().join(" · "));
        Self { words: texts.filter(|text| !text.is_empty()).map(|text| excerpt(&text)), ..self }
    }
}

/// Whether a response is the one that a case was opened for. Another answer of the same visit is none of its own.
pub(crate) fn is_of(case: &Case, stored: &StoredResponse) -> bool {
    let (submission, payment) = (stored.response.submission, stored.payment.parse().ok());
    let id = submission.zip(payment).map(|(submission, payment)| {
        CaseId::of(Visit { store: case.id.store, minute: stored.minute, payment }, submission)
    });
    !stored.erased && !stored.response.partial && id.as_ref() == Some(&case.id)
}

fn texts(stored: &StoredResponse) -> impl Iterator<Item = &str> {
    stored.response.answers.values().filter_map(|answer| match answer {
        Answer::Text(text) => Some(text.as_str()),
        Answer::Scale(_) | Answer::Choice(_) => None,
    })
}

/// The first of a text on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// Everybody who is listed.
pub(crate) struct People(Arc<Vec<ListedPerson>>);

impl People {
    pub(crate) async fn of(app: &App, now: Timestamp) -> Result<Self, Stop> {
        Ok(Self(app.catalog.people(now).await?))
    }

    /// The name of somebody whom a case names by their id.
    pub(crate) fn name(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|listed| listed.id.as_str() == id).map(|listed| listed.person.name.as_str())
    }

    /// Those to whom a case of a store can go, by name.
    pub(crate) fn who_follow(&self, store: &Store) -> Vec<(&Id, &str)> {
        self.who(|person| follows(person, store))
    }

    /// Those who may, by name.
    pub(crate) fn who(&self, may: impl Fn(&Person) -> bool) -> Vec<(&Id, &str)> {
        let mut who: Vec<(&Id, &str)> = self
            .0
            .iter()
            .filter(|listed| may(&listed.person))
            .map(|listed| (&listed.id, listed.person.name.as_str()))
            .collect();
        who.sort_by_key(|(_, name)| *name);
        who
    }
}

/// Whether a person's roles let them follow up on what guests of a store answered.
pub(crate) fn follows(person: &Person, store: &Store) -> bool {
    person.follows(&Scope::Store(store.number), Some(&store.details.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_words_are_cut_to_a_line() {
        assert_eq!(excerpt("等了\n很久 "), "等了 很久");
        let long = "好".repeat(61);
        assert_eq!(excerpt(&long), format!("{}…", "好".repeat(60)));
        assert_eq!(excerpt(&"好".repeat(60)), "好".repeat(60));
    }
}
