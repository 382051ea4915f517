//! The page of what was done.

use std::collections::BTreeMap;

use aftertaste::table::{Deed, ListedPerson};
use maud::html;

use super::frame::{Body, Frame, moment};

/// The deeds of a month. People are called by their names; the subject of a grant is a name already.
pub(super) fn page(frame: &Frame, month: &str, deeds: &[Deed], people: &[ListedPerson]) -> Body {
    let words = frame.words;
    let names: BTreeMap<&str, &str> =
        people.iter().map(|listed| (listed.id.as_str(), listed.person.name.as_str())).collect();
    let by = |deed: &Deed| {
        let name = names.get(deed.by.as_str()).filter(|_| deed.grant.is_none());
        match (name, deed.grant) {
            (Some(name), _) => (*name).to_owned(),
            // A grant bears the name that its issuer wrote: it is no person.
            (None, Some(grant)) => format!("{} · {} · {}", deed.by, words.grants, &grant.simple().to_string()[..8]),
            (None, None) => deed.by.clone(),
        }
    };
    let markup = html! {
        form.row method="get" action="/audit" {
            (frame.kept_language())
            label { span { (words.month) } input type="month" name="month" value=(month) pattern="[0-9]{4}-[0-9]{2}"; }
            button.quiet type="submit" { (words.show) }
        }
        @if deeds.is_empty() { p { (words.nothing) } } @else {
            ul.rows { @for deed in deeds {
                li {
                    strong { (words.deed(&deed.what)) }
                    div { (deed.on) }
                    small { (moment(deed.at)) " · " (by(deed)) }
                }
            } }
        }
    };
    Body { title: words.trail.into(), way: "/audit", address: format!("/audit?month={month}"), markup }
}
