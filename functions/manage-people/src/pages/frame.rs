//! The parts that the pages share: the brand, the way between them, and the way out.

use std::sync::Arc;

use aftertaste::{
    app::Stop,
    domain::{access::Permission, survey::Brand},
    http::{Reply, Request},
    lambda::Call,
    pages::{Shell, in_language, language_name, people_language, people_languages},
    session::{FORM_TOKEN, Reader},
};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::{App, Caller, giver::Giver, words::Words};

/// All that a page is made from.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub app: &'a App,
    pub request: &'a Request,
    pub call: Call,
    pub caller: &'a Caller,
    pub giver: &'a Giver<'a>,
    pub frame: &'a Frame,
}

/// The frame around a page.
pub(crate) struct Frame {
    pub words: &'static Words,
    pub language: &'static str,
    /// How people sign in beside by a link: the host of an identity provider.
    pub openid: Option<String>,
    /// Whether the pages that follow are in the language of this one, whatever they would be in by themselves.
    keeps_language: bool,
    brand: Arc<Brand>,
    /// Name and form token of the person who has signed in.
    signed_in: Option<(String, String)>,
    allows_report: bool,
    allows_cases: bool,
    allows_all: bool,
}

/// A page: its title, which of the ways between pages it is, its own address, and its body.
pub(crate) struct Body {
    pub title: String,
    pub way: &'static str,
    pub address: String,
    pub markup: Markup,
}

impl Frame {
    /// Around pages for people who have not signed in.
    pub(crate) async fn outside(app: &App, languages: &[String], now: Timestamp) -> Result<Self, Stop> {
        let language = people_language(languages);
        Ok(Self {
            words: Words::of(language),
            language,
            openid: None,
            // Nobody is known yet whose own language could count.
            keeps_language: true,
            brand: app.catalog.brand(now).await?,
            signed_in: None,
            allows_report: false,
            allows_cases: false,
            allows_all: false,
        })
    }

    /// The same where people may sign in with an identity provider.
    pub(crate) fn with_openid(self, host: Option<&str>) -> Self {
        Self { openid: host.map(str::to_owned), ..self }
    }

    /// Around pages for people who manage others. `keeps_language` of a page whose address says its language.
    pub(crate) async fn of(
        app: &App,
        reader: &Reader,
        (languages, keeps_language): (&[String], bool),
        now: Timestamp,
    ) -> Result<Self, Stop> {
        let outside = Self::outside(app, languages, now).await?;
        let signed_in = reader.session.as_ref();
        let is_report = |permission: &Permission| matches!(permission, Permission::Report(_));
        let is_follow = |permission: &Permission| matches!(permission, Permission::Follow(_));
        Ok(Self {
            keeps_language,
            signed_in: signed_in.map(|session| (session.person.person.name.clone(), session.form_token(&app.keys))),
            allows_report: signed_in.is_some() && reader.grant.permissions.iter().any(is_report),
            allows_cases: signed_in.is_some() && reader.grant.permissions.iter().any(is_follow),
            allows_all: reader.grant.allows_admin(),
            ..outside
        })
    }

    /// The hidden field that shows a form to be of this session.
    pub(crate) fn token(&self) -> Markup {
        html! { @if let Some((_, token)) = &self.signed_in { input type="hidden" name=(FORM_TOKEN) value=(token); } }
    }

    /// The address of another of these pages.
    pub(super) fn to(&self, address: &str) -> String {
        if self.keeps_language { in_language(address, self.language) } else { address.to_owned() }
    }

    /// The hidden field of a form that leads to another page by its fields.
    pub(super) fn kept_language(&self) -> Markup {
        html! { @if self.keeps_language { input type="hidden" name="lang" value=(self.language); } }
    }

    /// The page as a reply. Old browsers say by `Origin` alone where a form comes from. They send none under
    /// `no-referrer`.
    pub(crate) fn reply(&self, status: StatusCode, body: &Body) -> Reply {
        let shell = Shell {
            language: self.language,
            title: &body.title,
            colour: &self.brand.colour,
            style: include_str!("../people.css"),
            script: None,
            framed_by: "'none'",
        };
        let page = shell.page(html! {
            header {
                span.logo aria-hidden="true" { (self.brand.name.chars().next().unwrap_or('·')) }
                div.grow { strong { (self.brand.name) } @if let Some((name, _)) = &self.signed_in { br; (name) } }
                @if self.signed_in.is_some() {
                    form method="post" action="/sign-out" { (self.token()) button.quiet type="submit" { (self.words.sign_out) } }
                }
            }
            @if !body.way.is_empty() { (self.ways(body.way)) }
            h1 { (body.title) }
            (body.markup)
            footer.out {
                (self.languages(&body.address))
                (self.way_out())
            }
        });
        Reply::page(status, page).with("referrer-policy", "same-origin")
    }

    fn ways(&self, here: &str) -> Markup {
        let words = self.words;
        let trail = Some(("/audit", words.trail)).filter(|_| self.allows_all);
        let report = Some(("/sign-in", words.report)).filter(|_| self.allows_report);
        let cases = Some(("/cases", words.cases)).filter(|_| self.allows_cases);
        let ways =
            report.into_iter().chain(cases).chain([("/people", words.people), ("/grants", words.grants)]).chain(trail);
        html! {
            nav {
                @for (address, name) in ways {
                    a href=(self.to(address)) aria-current=[(address == here).then_some("page")] { (name) }
                }
            }
        }
    }

    /// The way out of all browsers at once, for people who have left one signed in somewhere.
    fn way_out(&self) -> Markup {
        html! {
            @if self.signed_in.is_some() {
                form method="post" action="/sign-out" {
                    (self.token())
                    button.quiet type="submit" name="everywhere" value="1" { (self.words.sign_out_everywhere) }
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

/// Says that it was done, or why not.
pub(super) fn told(is_good: bool, said: &[String]) -> Markup {
    html! {
        @if !said.is_empty() {
            div.told.bad[!is_good] role=(if is_good { "status" } else { "alert" }) {
                @for sentence in said { p { (sentence) } }
            }
        }
    }
}

/// A moment, as these pages have it.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
