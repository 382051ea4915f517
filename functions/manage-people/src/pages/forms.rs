//! The form of a person: written, and read back.

use aftertaste::{
    domain::{
        Id,
        access::{Person, Reach, Role, RoleKind},
    },
    pages::{filled, language_name, people_languages},
};
use maud::{Markup, html};

use super::{frame::Frame, places::Places};
use crate::{Caller, words::Words};

/// A field with more characters than this is several lines high, and offers nothing.
const LONG_FIELD: usize = 40;

/// Further fields of a role.
#[derive(Clone, Copy, PartialEq)]
enum Also {
    Nothing,
    /// How guests want to be reached.
    Contact,
    /// Staff's own answers.
    Pulse,
}

impl Also {
    fn of(role: &Role) -> Self {
        match role {
            Role { contact: true, .. } => Self::Contact,
            Role { pulse: true, .. } => Self::Pulse,
            _ => Self::Nothing,
        }
    }
}

/// The roles as the form has them.
const ROLES: [(&str, RoleKind, Also); 6] = [
    ("looks", RoleKind::Looks, Also::Nothing),
    ("pulse", RoleKind::Looks, Also::Pulse),
    ("owns-cases", RoleKind::OwnsCases, Also::Nothing),
    ("contact", RoleKind::OwnsCases, Also::Contact),
    ("sets-up", RoleKind::SetsUp, Also::Nothing),
    ("everything", RoleKind::Everything, Also::Nothing),
];

/// The text that was typed, with what is wrong with it.
pub(super) struct Typed {
    pub person: Person,
    pub mistakes: Vec<String>,
    /// The fields of roles and of mentions as they were typed, so that nothing has to be typed again.
    fields: Vec<(&'static str, String)>,
}

/// Reads the form of a person.
pub(super) fn typed(caller: &Caller, words: &Words) -> Typed {
    let text = |name: &str| Some(caller.field(name).to_owned()).filter(|text| !text.is_empty());
    let mut mistakes = Vec::new();
    let mut fields = Vec::new();
    let mut roles = Vec::new();
    for (field, role, also) in ROLES {
        let (contact, pulse) = (also == Also::Contact, also == Also::Pulse);
        for scope in
            caller.field(field).split([' ', ',', '，', '、', ';', '\n', '\r', '\t']).filter(|scope| !scope.is_empty())
        {
            match scope.parse::<Reach>() {
                Ok(scope) => roles.push(Role { role, scope, contact, pulse }),
                Err(_) => mistakes.push(filled(words.bad_scope, &[("scope", &shortened(scope))])),
            }
        }
        fields.push((field, caller.field(field).to_owned()));
    }
    let mut person = Person {
        name: caller.field("name").into(),
        language: text("language"),
        email: text("email"),
        mentions: [].into(),
        roles,
    };
    for line in caller.field("mentions").lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts = line.split_once(char::is_whitespace).map(|(robot, id)| (robot.parse::<Id>(), id.trim()));
        match parts {
            Some((Ok(robot), id)) if !id.is_empty() && !person.mentions.contains_key(&robot) => {
                person.mentions.insert(robot, id.to_owned());
            }
            _ => mistakes.push(filled(words.bad_mentions, &[("line", &shortened(line))])),
        }
    }
    fields.push(("mentions", caller.field("mentions").to_owned()));
    if mistakes.is_empty() && person.roles.is_empty() {
        mistakes.push(words.no_role.into());
    }
    Typed { person, mistakes, fields }
}

fn shortened(text: &str) -> String {
    aftertaste::domain::shortened(text)
}

impl Typed {
    /// A person as the form has them.
    pub(super) fn of(person: Person) -> Self {
        let of_role = |role: RoleKind, also: Also| {
            let scopes = person.roles.iter().filter(|one| one.role == role && Also::of(one) == also);
            scopes.map(|one| one.scope.to_string()).collect::<Vec<_>>().join(" ")
        };
        let mut fields: Vec<_> = ROLES.into_iter().map(|(field, role, also)| (field, of_role(role, also))).collect();
        let mentions = person.mentions.iter().map(|(robot, id)| format!("{robot} {id}"));
        fields.push(("mentions", mentions.collect::<Vec<_>>().join("\n")));
        Self { person, mistakes: Vec::new(), fields }
    }

    /// Nobody yet.
    pub(super) fn nobody() -> Self {
        Self::of(Person { name: String::new(), language: None, email: None, mentions: [].into(), roles: Vec::new() })
    }

    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| text)
    }

    /// The fields of the form.
    pub(super) fn markup(&self, frame: &Frame, places: &Places) -> Markup {
        let (words, person) = (frame.words, &self.person);
        let own = person.language.as_deref();
        // Through the API it can be any language.
        let languages: Vec<&str> = people_languages().collect();
        let other = own.filter(|own| !languages.contains(own));
        html! {
            div.two {
                label { span { (words.name) } input name="name" value=(person.name) required maxlength="80" autocomplete="off"; }
                label { span { (words.email) } input type="email" name="email" value=(person.email.as_deref().unwrap_or_default()) maxlength="254" autocomplete="off"; }
                label { span { (words.language) } select name="language" {
                    option value="" selected[own.is_none()] { (words.by_browser) }
                    @for language in languages.iter().copied().chain(other) {
                        option value=(language) lang=(language) selected[own == Some(language)] { (language_name(language)) }
                    }
                } }
            }
            fieldset {
                legend { (words.roles) }
                small { (words.scopes_hint) }
                (places.listed(frame))
                (places.offered())
                @for (field, role, also) in ROLES {
                    label {
                        span { (words.role(role).name) }
                        small { @match also {
                            Also::Nothing => { (words.role(role).allows) },
                            Also::Contact => { (words.with_contact) },
                            Also::Pulse => { (words.with_pulse) },
                        } }
                        (scopes(field, self.field(field)))
                    }
                }
            }
            details open[!person.mentions.is_empty()] {
                summary { (words.mentions) }
                label {
                    small { (words.mentions_hint) }
                    textarea name="mentions" rows="2" aria-label=(words.mentions) spellcheck="false" { (self.field("mentions")) }
                }
            }
        }
    }
}

/// A field for stores and nodes: mostly one, which is offered while somebody types.
fn scopes(name: &str, value: &str) -> Markup {
    html! {
        @if value.len() > LONG_FIELD {
            textarea name=(name) rows="3" autocapitalize="none" spellcheck="false" { (value) }
        } @else {
            input name=(name) value=(value) list="places" autocapitalize="none" spellcheck="false" autocomplete="off";
        }
    }
}
