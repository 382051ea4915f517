//! The parts of requests: chance, keys, a moment and routes, and those that the parts of one request share.

use aftertaste::{
    domain::access::{AllKeys, Grant, Ticket},
    token,
};
use aftertaste_local::{Route, Template};
use fastrand::Rng;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use uuid::Uuid;

use super::{
    accounts::Account,
    cases::{self, BY_FORM_TOO},
    endpoints,
};
use crate::{events::keys, harness::signed_by};

/// So many visits there are. Few enough that each is opened, answered, answered again and taken back.
const VISITS: usize = 400;

/// A visit beyond these, at a store that nobody puts. It is answered before all else, so that there is one to erase.
pub const ANSWERED: u32 = 401;

/// So many sessions there are. Enough that each is signed out of, and others go on.
pub const SESSIONS: u32 = 300;

/// Routes for the forms of people's pages.
const OWN_FORMS: [&str; 5] =
    ["POST /sign-in", "POST /sign-out", "POST /people", "POST /people/{id}", "POST /grants/{id}"];

/// Surveys and stores that are put. The first of each is only put right, so that guests always have one to answer.
const SURVEYS: [&str; 5] = [OWN_SURVEY, "fuzz-1", "fuzz-2", "fuzz-3", UNREADABLE_SURVEY];
const STORES: [u32; 5] = [OWN_STORE, 77, 78, 79, UNREADABLE_STORE];

/// The survey that the demo's stores ask.
pub const OWN_SURVEY: &str = "dine-in";
/// The store that most visits were at.
pub const OWN_STORE: u32 = 12;

/// A survey and a store that can't be read until one is put in their place. No visit was at that store: its guests and
/// managers are asked to come back later, which is a 5xx.
pub const UNREADABLE_SURVEY: &str = "spoiled";
pub const UNREADABLE_STORE: u32 = 4_000;

/// Chance, from a seed.
pub struct Draw {
    rng: Rng,
    careful: bool,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), careful: false }
    }

    /// Begins a request. Every third is careful: nothing in it slips, so that there is something to meet.
    pub fn begin(&mut self) {
        self.careful = self.one_in(3);
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.rng.usize(..most)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Whether something goes wrong here, one time in so many; never in a careful request.
    pub fn slips(&mut self, times: usize) -> bool {
        !self.careful && self.one_in(times)
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.rng.fill(&mut bytes);
        bytes
    }
}

/// Where requests go, and when.
pub struct Scene {
    pub keys: AllKeys,
    pub now: Timestamp,
    /// Whether the clock goes on meanwhile.
    pub is_live: bool,
    /// Address and port.
    pub host: String,
    pub routes: Vec<Route>,
}

impl Scene {
    pub fn new(now: Timestamp, host: &str) -> Self {
        Self { keys: keys(), now, is_live: false, host: host.to_owned(), routes: Template::read().unwrap().routes }
    }

    /// When a notice is signed that is sent at once: providers sign the moment.
    pub fn moment(&self) -> Timestamp {
        if self.is_live { Timestamp::now() } else { self.now }
    }

    /// Each visit was paid in the five days before, in a minute of its own.
    pub fn paid_at(&self, visit: u32) -> Timestamp {
        self.now - (1 + i64::from(visit) * 37 % 7_200).minutes()
    }

    pub fn link(&self, visit: u32) -> String {
        signed_by(&self.keys.guests, store_of(visit), self.paid_at(visit), &payment_of(visit))
    }

    /// The business day of a visit at one of the demo's stores, which begins at four.
    pub fn day_of(&self, visit: u32) -> Date {
        (self.paid_at(visit) - 4.hours()).to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).date()
    }

    /// The day so many days before.
    pub fn day(&self, back: usize) -> Date {
        let hours = i64::try_from(back).unwrap() * 24;
        (self.now - hours.hours()).to_zoned(TimeZone::UTC).date()
    }

    /// A grant for these scopes. One that this version does not know is left out, as it is when a token is read.
    pub fn token(&self, scopes: &str, expires: Timestamp) -> String {
        self.token_with(scopes, expires, None)
    }

    /// The ticket of a session, a sign-in link or a form, as the keys make it for the id of a number.
    pub fn ticket(&self, kind: Ticket, number: u32) -> String {
        self.keys.grants.ticket(kind, Uuid::from_u128(number.into()))
    }

    /// One for payments of the last hours alone, if so many are given.
    pub fn token_with(&self, scopes: &str, expires: Timestamp, paid_within: Option<u32>) -> String {
        let permissions = scopes.split_whitespace().filter_map(|scope| scope.parse().ok()).collect();
        token::sign(
            &Grant { permissions, subject: "fuzz".into(), expires, paid_within, issue: None },
            &self.keys.grants,
        )
        .unwrap()
    }
}

/// Most visits were at the store that always works, some at another, some at one that is put meanwhile.
pub fn store_of(visit: u32) -> u32 {
    match visit % 8 {
        0 => STORES[1],
        1 => 13,
        _ => OWN_STORE,
    }
}

pub fn payment_of(visit: u32) -> String {
    format!("fuzz {visit}")
}

/// The id of the sending of a visit's answer: a UUID.
pub fn submission_of(visit: u32) -> String {
    format!("0c8f4f2e-6f0a-4a7e-9d55-{visit:012x}")
}

/// The choices that the parts of a request share, so that path, headers and body of a careful one belong together.
pub struct Plan<'a> {
    pub scene: &'a Scene,
    pub route: &'a Route,
    pub visit: u32,
    /// The store and the survey that are read or put.
    pub store: u32,
    pub survey: &'static str,
    /// The session of a person, by its number.
    pub session: u32,
    /// The account that is read or put, or whose notices come.
    pub account: Account,
    /// The endpoint that is read, put, acted on or taken away.
    pub endpoint: &'static str,
}

impl<'a> Plan<'a> {
    pub fn drawn(draw: &mut Draw, scene: &'a Scene, route: &'a Route) -> Self {
        let first = usize::from(!draw.careful);
        // Some of those that have a case come back to it.
        let is_back = route.path == "/s/{link}/case" && !draw.one_in(4);
        let visit = if is_back { cases::drawn_visit(draw) } else { u32::try_from(draw.below(VISITS)).unwrap() };
        let (store, survey) = (draw.pick(&STORES[first..]), draw.pick(&SURVEYS[first..]));
        let session = 1 + u32::try_from(draw.below(SESSIONS as usize)).unwrap();
        let is_put = route.path == "/accounts/{account}" && route.method == "PUT";
        let is_own = draw.careful || !is_put && draw.one_in(2);
        let account = Account::drawn(draw, is_own);
        let endpoint = endpoints::drawn(draw, &route.method, draw.careful);
        Self { scene, route, visit, store, survey, session, account, endpoint }
    }

    /// Whether the route takes nothing but forms that a page of this site sends.
    pub fn takes_own_forms(&self) -> bool {
        let key = self.key();
        OWN_FORMS.contains(&key.as_str()) || self.is_form_too()
    }

    /// Whether a route that takes JSON and forms gets a form.
    pub fn is_form_too(&self) -> bool {
        self.session.is_multiple_of(3) && BY_FORM_TOO.contains(&self.key().as_str())
    }

    /// The route as the template's events name it: `PUT /stores/{store}`.
    pub fn key(&self) -> String {
        key(self.route)
    }
}

pub fn key(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}
