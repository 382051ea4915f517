//! Readers of pages: a person in a browser, by a session, or a program, by a grant.

use std::collections::BTreeSet;

use domain::{
    access::{Grant, GrantKeys, Permission, Ticket},
    place::Scope,
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::{
    app::{App, Stop},
    http::{COOKIE, COOKIE_BEFORE, Problem, Reply, Request, form_fields, has_bearer, wanted_languages},
    lambda::Call,
    table::{ListedPerson, StoredSession, TableError},
    token,
};

/// In how many parts the time is cut that a session may go unused: its last use is written once in each.
const PARTS: i64 = 12;

/// The field of a form that has its token.
pub const FORM_TOKEN: &str = "token";

/// The cookie with the page that somebody wanted to see who has to sign in first, and for how long it is kept.
const WANTED: &str = "__Host-aftertaste-wanted";
const WANTED_SECONDS: i64 = 900;

/// How the addresses of such pages begin.
const PAGES: [&str; 7] = ["/cases", "/case/", "/awards", "/reports/", "/people", "/grants", "/audit"];

/// The longest address of a page that is kept.
const LONGEST_WANTED: usize = 300;

/// A person who has signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session's id.
    pub id: Uuid,
    /// The person, with the roles that they have now.
    pub person: ListedPerson,
    /// When it ends if it is not used again.
    pub ends: Timestamp,
    /// The most that it allows; none for all that the person may.
    at_most: Option<Vec<Permission>>,
}

/// A reader, and what they may.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Their permissions.
    pub grant: Grant,
    /// The session, of a person.
    pub session: Option<Session>,
}

impl Session {
    /// The permissions of the person's roles, for as long as the session lasts. By a link of somebody who could give
    /// less, it is not more than that: they may have kept the link.
    pub fn grant(&self) -> Grant {
        let own = self.person.person.permissions();
        let permissions = match &self.at_most {
            None => own,
            Some(most) => {
                let covered =
                    |by: &[Permission], asked: &Permission| by.iter().any(|permission| permission.covers(asked));
                let within = own.iter().filter(|permission| covered(most, permission));
                // Permissions that were given then, where they are less than what the person has now.
                let less = most.iter().filter(|given| covered(&own, given) && !own.contains(given));
                within.chain(less).cloned().collect()
            }
        };
        Grant { permissions, subject: self.person.id.to_string(), expires: self.ends, paid_within: None, issue: None }
    }

    /// The token in the forms of its pages, which no page of another site knows.
    pub fn form_token(&self, keys: &GrantKeys) -> String {
        keys.ticket(Ticket::Form, self.id)
    }
}

impl Reader {
    /// The languages that they want, most wanted first: what the address says, the person's own, the browser's.
    pub fn languages(&self, request: &Request) -> Vec<String> {
        let mut wanted = wanted_languages(request);
        let own = self.session.as_ref().and_then(|session| session.person.person.language.clone());
        if let Some(own) = own {
            let first = usize::from(request.query("lang").is_some());
            wanted.insert(first.min(wanted.len()), own);
        }
        wanted
    }
}

impl<K> App<K> {
    /// The scopes whose reports these permissions open, in their order. Whoever sees everything has each topmost node
    /// that has a store: no report goes higher.
    ///
    /// # Errors
    /// When the stores are not in memory and the table can't be read.
    pub async fn places(&self, permissions: &[Permission], now: Timestamp) -> Result<Vec<Scope>, TableError> {
        let mut places = Vec::new();
        for permission in permissions {
            match permission {
                Permission::Report(Some(scope)) => places.push(scope.clone()),
                Permission::Report(None) => {
                    let stores = self.catalog.stores(now).await?;
                    let tops = stores.iter().filter_map(|store| store.details.path.with_ancestors().next());
                    places.extend(tops.map(Scope::Node));
                }
                _ => {}
            }
        }
        let mut seen = BTreeSet::new();
        places.retain(|place| seen.insert(place.clone()));
        Ok(places)
    }
}

impl<K: AsRef<GrantKeys>> App<K> {
    /// Begins a session of a person, by a link that was made at a moment and allows so much. Returns the header that keeps it in their browser.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn begin_session(
        &self,
        person: &ListedPerson,
        (made, at_most): (Timestamp, Option<Vec<String>>),
        Call { now, fresh }: Call,
    ) -> Result<String, TableError> {
        let lives = person.person.session_lives();
        let until = now.saturating_add(lives.at_pace(self.pace).longest.minutes()).unwrap_or(Timestamp::MAX);
        let session = StoredSession { person: person.id.clone(), began: now, used: now, made, at_most };
        self.table.put_session(fresh, &session, until).await?;
        let ticket = self.keys.as_ref().ticket(Ticket::Session, fresh);
        Ok(cookie(&ticket, lives.longest * 60))
    }

    /// The session of a browser, with what the person may at this moment. That it is used is written now and then.
    ///
    /// # Errors
    /// A problem when there is none, it has ended, or the person is no longer listed.
    pub async fn session(&self, request: &Request, now: Timestamp) -> Result<Session, Stop> {
        let ticket = request.cookie(COOKIE).ok_or_else(Problem::grant_missing)?;
        let id = self.keys.as_ref().id_of(Ticket::Session, ticket).ok_or_else(Problem::session_ended)?;
        let stored = self.table.session(id).await?.ok_or_else(Problem::session_ended)?;
        let person = self.table.readable_person(&stored.person).await?.ok_or_else(Problem::session_ended)?;
        let lives = person.person.session_lives().at_pace(self.pace);
        let was_ended = person.ended_before.is_some_and(|before| stored.made < before);
        if was_ended || lives.end(stored.began, stored.used) <= now {
            return Err(Problem::session_ended().into());
        }
        if now.duration_since(stored.used).as_mins() >= lives.unused / PARTS
            && let Err(error) = self.table.use_session(id, now).await
        {
            // The session lasts a little less long; the page is shown all the same.
            tracing::warn!(outcome = "session-not-kept", %error);
        }
        // A word that this version does not know allows nothing.
        let at_most = stored.at_most.map(|words| words.iter().filter_map(|word| word.parse().ok()).collect());
        Ok(Session { id, person, ends: lives.end(stored.began, now), at_most })
    }

    /// The reader of a page that changes nothing: by a bearer token, a session, or the cookie of 0.1.0, whose grant had
    /// no id.
    ///
    /// # Errors
    /// A problem when it is nobody, or what they have is no longer valid.
    pub async fn reader(&self, request: &Request, now: Timestamp) -> Result<Reader, Stop> {
        if has_bearer(request) {
            return Ok(Reader { grant: self.granted(request, now).await?, session: None });
        }
        let old = request.cookie(COOKIE).or_else(|| request.cookie(COOKIE_BEFORE));
        let old = old.and_then(|cookie| token::verify(cookie, self.keys.as_ref(), now).ok());
        if let Some(grant) = old.filter(|grant| grant.issue.is_none()) {
            return Ok(Reader { grant, session: None });
        }
        let session = self.session(request, now).await?;
        Ok(Reader { grant: session.grant(), session: Some(session) })
    }

    /// The session behind a form that changes something, with the form's fields. The form has to be sent by a page of
    /// this site, and with the token that only this session's pages have.
    ///
    /// # Errors
    /// A problem when it is not, or there is no session.
    pub async fn form_of_session(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<(Session, Vec<(String, String)>), Stop> {
        let session = self.session(request, now).await?;
        let fields = self.fields_of_session(request, &session)?;
        Ok((session, fields))
    }

    /// The fields of such a form, of a session that is known already.
    ///
    /// # Errors
    /// A problem when the form is not of this session.
    pub fn fields_of_session(&self, request: &Request, session: &Session) -> Result<Vec<(String, String)>, Problem> {
        let fields = self.form(request)?;
        let token = fields.iter().find(|(name, _)| name == FORM_TOKEN).map(|(_, token)| token.as_str());
        let is_of_session =
            token.is_some_and(|token| self.keys.as_ref().id_of(Ticket::Form, token) == Some(session.id));
        if is_of_session { Ok(fields) } else { Err(Problem::form_refused()) }
    }

    /// The fields of a form that a page of this site sent.
    ///
    /// # Errors
    /// A problem when another site's page may have sent it.
    pub fn form(&self, request: &Request) -> Result<Vec<(String, String)>, Problem> {
        if request.content_type() != "application/x-www-form-urlencoded" {
            return Err(Problem::unsupported_media_type("application/x-www-form-urlencoded"));
        }
        if !is_same_origin(request, &self.public_url) {
            return Err(Problem::form_refused());
        }
        form_fields(request)
    }
}

/// The page that says to sign in. A reader who signs in within a quarter of an hour goes on to the page that they
/// wanted. It may be one that a message led to.
#[must_use]
pub fn to_come_back(request: &Request, reply: Reply) -> Reply {
    let query = if request.raw_query_string.is_empty() { "" } else { "?" };
    let address = format!("{}{query}{}", request.raw_path, request.raw_query_string);
    let is_page = request.route_key.starts_with("GET ") && reply.status == StatusCode::UNAUTHORIZED;
    if is_page && is_page_here(&address) { reply.with_cookie(wanted_cookie(&address, WANTED_SECONDS)) } else { reply }
}

/// The page that somebody wanted to see before they signed in.
pub fn wanted(request: &Request) -> Option<&str> {
    request.cookie(WANTED).filter(|address| is_page_here(address))
}

/// The header that forgets it.
pub fn forget_wanted() -> String {
    wanted_cookie("", 0)
}

fn wanted_cookie(address: &str, seconds: i64) -> String {
    format!("{WANTED}={address}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax")
}

/// Whether an address leads to a page of this site, and to no other site's.
fn is_page_here(address: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~%?=&+".contains(&b);
    let is_one = PAGES.iter().any(|page| address.starts_with(page));
    is_one && address.len() <= LONGEST_WANTED && address.bytes().all(is_plain)
}

/// The header that sets the cookie of a session; no seconds to end it.
pub fn cookie(ticket: &str, seconds: i64) -> String {
    format!("{COOKIE}={ticket}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax")
}

/// Whether a browser says that a page of this site makes it call. Old ones say it by `Origin` alone; whatever says
/// neither is no browser that has a session here.
fn is_same_origin(request: &Request, public_url: &str) -> bool {
    if let Some(site) = request.header("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = request.header("origin") else { return false };
    // The address may just be changing (PUBLIC_URL is a parameter), and a page can't say another Host than its own.
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == public_url || (host.is_some() && host == request.header("host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_in_goes_on_to_a_page_of_this_site_and_to_no_other() {
        for page in ["/cases/store/12", "/reports/cn.html?from=2026-11-01&lang=zh-CN", "/case/%E5%BA%97"] {
            assert!(is_page_here(page), "{page}");
        }
        let long = format!("/{}", "x".repeat(300));
        for other in [
            "",
            "cases",
            "/login?grant=abc",
            "/.//evil.example",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a;b",
            "/a b",
            "/店",
            &long,
        ] {
            assert!(!is_page_here(other), "{other}");
        }
    }

    #[test]
    fn only_a_page_of_this_site_makes_a_browser_change_something() {
        let says = |headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            is_same_origin(&Request { headers, ..Request::default() }, "https://s.example.cn")
        };
        assert!(says(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(says(&[("origin", "https://s.example.cn")]));
        assert!(says(&[("origin", "https://abc.execute-api.example"), ("host", "abc.execute-api.example")]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://s.example.cn")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("host", "null")],
            &[("origin", "https://s.example.cn.evil.example"), ("host", "s.example.cn")],
            &[("host", "s.example.cn")],
        ] {
            assert!(!says(refused), "{refused:?}");
        }
    }
}
