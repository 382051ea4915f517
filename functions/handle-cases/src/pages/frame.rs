//! The parts that the pages share: the brand, the way between them, and the way out.

use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{access::Permission, survey::Brand},
    http::Reply,
    pages::{Shell, in_language, language_name, people_language, people_languages},
    session::FORM_TOKEN,
};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::{App, Caller, inbox::first, words::Words};

/// The frame around a page.
pub(crate) struct Frame {
    pub words: &'static Words,
    pub language: &'static str,
    /// Whether the pages that follow are in the language of this one, whatever they would be in by themselves.
    keeps_language: bool,
    brand: Arc<Brand>,
    /// Name and form token of the person who has signed in.
    signed_in: Option<(String, String)>,
    /// The actions of the first scope that they follow.
    actions: Option<String>,
    allows_report: bool,
    allows_people: bool,
}

/// A page: its title, which of the ways between pages it is, its own address, and its body.
pub(crate) struct Body {
    pub title: String,
    pub way: &'static str,
    pub address: String,
    pub markup: Markup,
}

impl Frame {
    /// Around pages for people who follow cases. `keeps_language` of a page whose address says its language.
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        (languages, keeps_language): (&[String], bool),
        now: Timestamp,
    ) -> Result<Self, Stop> {
        let language = people_language(languages);
        let signed_in = caller.session.as_ref();
        let is_report = |permission: &Permission| matches!(permission, Permission::Report(_));
        Ok(Self {
            words: Words::of(language),
            language,
            keeps_language,
            brand: app.catalog.brand(now).await?,
            signed_in: signed_in.map(|session| (session.person.person.name.clone(), session.form_token(&app.keys))),
            actions: first(app, caller, now).await?.map(|scope| format!("/actions/{scope}")),
            allows_report: signed_in.is_some() && caller.grant.permissions.iter().any(is_report),
            allows_people: signed_in.is_some() && caller.grant.allows_some_admin(),
        })
    }

    /// The hidden field that shows a form to be of this session; none where nobody has signed in.
    pub(super) fn token(&self) -> Markup {
        html! { @if let Some((_, token)) = &self.signed_in { input type="hidden" name=(FORM_TOKEN) value=(token); } }
    }

    pub(super) fn brand(&self) -> &Brand {
        &self.brand
    }

    /// Whether the page may have forms.
    pub(super) fn has_forms(&self) -> bool {
        self.signed_in.is_some()
    }

    /// The address of another of these pages.
    pub(crate) fn to(&self, address: &str) -> String {
        if self.keeps_language { in_language(address, self.language) } else { address.to_owned() }
    }

    /// The page as a reply. Old browsers say by `Origin` alone where a form comes from. They send none under
    /// `no-referrer`.
    pub(crate) fn reply(&self, status: StatusCode, body: &Body) -> Reply {
        let shell = Shell {
            language: self.language,
            title: &body.title,
            colour: &self.brand.colour,
            style: include_str!("../cases.css"),
            script: None,
            framed_by: "'none'",
        };
        let page = shell.page(html! {
            header {
                span.logo aria-hidden="true" { (self.brand.name.chars().next().unwrap_or('·')) }
                div.grow { strong { (self.brand.name) } @if let Some((name, _)) = &self.signed_in { br; (name) } }
            }
            (self.ways(body.way))
            (body.markup)
            footer.out {
                (self.languages(&body.address))
                @if self.signed_in.is_some() {
                    form method="post" action="/sign-out" { (self.token()) button.quiet type="submit" { (self.words.sign_out) } }
                }
            }
        });
        Reply::page(status, page).with("referrer-policy", "same-origin")
    }

    fn ways(&self, here: &str) -> Markup {
        let words = self.words;
        let report = Some(("/sign-in", words.report)).filter(|_| self.allows_report);
        let people = Some(("/people", words.people)).filter(|_| self.allows_people);
        let actions = self.actions.as_deref().map(|address| (address, words.action.actions));
        let ways = [("/cases", words.cases)].into_iter().chain(actions).chain([("/awards", words.awards)]);
        let ways = ways.chain(report).chain(people);
        html! {
            nav.ways {
                @for (address, name) in ways {
                    a href=(self.to(address)) aria-current=[is_here(address, here).then_some("page")] { (name) }
                }
            }
        }
    }

    /// The same page in the other languages.
    fn languages(&self, address: &str) -> Markup {
        html! {
            div.languages { @for language in people_languages().filter(|language| *language != self.language) {
                a lang=(language) href=(in_language(address, language)) { (language_name(language)) }
            } }
        }
    }
}

/// Whether a way between pages leads to those of this one: each scope has actions of its own.
fn is_here(address: &str, here: &str) -> bool {
    address == here || (here == "/actions" && address.starts_with("/actions/"))
}

/// Says that it was done, or why not.
pub(super) fn told(is_good: bool, said: &str) -> Markup {
    html! { div.told.bad[!is_good] role=(if is_good { "status" } else { "alert" }) { p { (said) } } }
}
