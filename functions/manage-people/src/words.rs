//! The words of the pages: the section `people` of `words/people/en.json` and the other languages' files.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aftertaste::{
    domain::access::RoleKind,
    pages::{Counted, Section},
};
use serde::Deserialize;

/// The words in every language.
static WORDS: LazyLock<Section<Words>> = LazyLock::new(|| Section::read("people"));

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub sign_in: &'static str,
    pub as_whom: &'static str,
    pub press: &'static str,
    pub sign_in_with: &'static str,
    pub ask: &'static str,
    pub ask_more: &'static str,
    pub send: &'static str,
    pub asked: &'static str,
    pub asked_more: &'static str,
    pub sign_out: &'static str,
    pub sign_out_everywhere: &'static str,
    pub report: &'static str,
    pub cases: &'static str,
    pub people: &'static str,
    pub grants: &'static str,
    pub trail: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub language: &'static str,
    pub by_browser: &'static str,
    pub roles: &'static str,
    pub everywhere: &'static str,
    pub scopes_hint: &'static str,
    pub with_contact: &'static str,
    pub contact: &'static str,
    pub with_pulse: &'static str,
    pub pulse: &'static str,
    pub mentions: &'static str,
    pub mentions_hint: &'static str,
    pub last_used: &'static str,
    pub never: &'static str,
    pub asks: &'static str,
    pub invite: &'static str,
    pub profile: &'static str,
    pub save: &'static str,
    pub saved: &'static str,
    pub link: &'static str,
    pub link_more: &'static str,
    pub make_link: &'static str,
    pub browsers: &'static str,
    pub signed_in_on: Counted,
    pub sign_out_all: &'static str,
    pub signed_out_all: &'static str,
    pub remove: &'static str,
    pub remove_more: &'static str,
    pub removed: &'static str,
    pub not_saved: &'static str,
    pub bad_name: &'static str,
    pub bad_email: &'static str,
    pub taken_email: &'static str,
    pub bad_mentions: &'static str,
    pub long_mentions: &'static str,
    pub many_roles: &'static str,
    pub no_role: &'static str,
    pub bad_scope: &'static str,
    pub not_yours: &'static str,
    pub stores: &'static str,
    pub nobody: &'static str,
    pub whom: &'static str,
    pub whom_hint: &'static str,
    pub allows: &'static str,
    pub allows_hint: &'static str,
    pub until: &'static str,
    pub days: &'static str,
    pub days_hint: &'static str,
    pub paid_within: &'static str,
    pub hours: &'static str,
    pub issue: &'static str,
    pub bad_allows: &'static str,
    pub bad_days: &'static str,
    pub bad_hours: &'static str,
    pub issued: &'static str,
    pub token: &'static str,
    pub issued_more: &'static str,
    pub end: &'static str,
    pub end_of: &'static str,
    pub end_more: &'static str,
    pub ended: &'static str,
    pub month: &'static str,
    pub show: &'static str,
    pub nothing: &'static str,
    looks: RoleWords,
    owns_cases: RoleWords,
    sets_up: RoleWords,
    everything: RoleWords,
    /// Deeds, by their outcome.
    deeds: BTreeMap<&'static str, &'static str>,
}

/// A role.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleWords {
    pub name: &'static str,
    /// The rights that it gives.
    pub allows: &'static str,
}

impl Words {
    /// The words in a language that there are words in.
    pub(crate) fn of(language: &str) -> &'static Self {
        WORDS.of(language)
    }

    pub(crate) fn role(&self, role: RoleKind) -> &RoleWords {
        match role {
            RoleKind::Looks => &self.looks,
            RoleKind::OwnsCases => &self.owns_cases,
            RoleKind::SetsUp => &self.sets_up,
            RoleKind::Everything => &self.everything,
        }
    }

    /// Something that was done, by its outcome. An outcome of a later version stays as it is.
    pub(crate) fn deed<'a>(&self, what: &'a str) -> &'a str {
        self.deeds.get(what).copied().unwrap_or(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_and_no_other() {
        assert_eq!(Section::<Words>::mistakes("people"), Vec::<String>::new());
    }
}
