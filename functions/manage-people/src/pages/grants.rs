//! The page of grants.

use aftertaste::{
    app::Stop,
    domain::shortened,
    http::{ProblemKind, Reply},
    pages::filled,
};
use http::StatusCode;
use maud::{Markup, html};

use super::frame::{Asked, Body, Frame, told};
use crate::{
    Caller,
    grants::{self, Field, GivenOut, LONGEST_PAID_WITHIN, Listed, PAID_WITHIN, Refused, Wanted},
};

/// The outcome of a request for a grant.
pub(super) enum Done {
    Issued(GivenOut),
    /// Why not, and what was typed: nothing has to be typed again.
    Refused(String, Typed),
}

/// The fields of the form that issues a grant, as they were typed.
pub(super) struct Typed {
    subject: String,
    scope: String,
    days: String,
    paid_within: String,
}

impl Typed {
    fn of(caller: &Caller) -> Self {
        let field = |name: &str| caller.field(name).to_owned();
        Self {
            subject: field("subject"),
            scope: field("scope"),
            days: field("days"),
            paid_within: field("paid_within"),
        }
    }

    fn wanted(&self) -> Wanted {
        // A number that is none is out of every range.
        let number = |text: &str| Some(text).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(0));
        // An empty field is as one that was not sent. Without a limit, a grant is issued by a program.
        let paid_within = Some(number(&self.paid_within).unwrap_or(PAID_WITHIN));
        let days = number(&self.days).map(|days| u16::try_from(days).unwrap_or(0));
        Wanted { subject: self.subject.clone(), scope: self.scope.clone(), days, paid_within }
    }
}

/// Every grant that the giver may end, and the form that issues one.
pub(super) async fn list(asked: &Asked<'_>, done: Option<Done>) -> Result<Body, Stop> {
    let Asked { app, call, giver, frame, .. } = *asked;
    let words = frame.words;
    let listed = grants::listed(app, call.now, giver).await?;
    let nothing = Typed {
        subject: String::new(),
        scope: String::new(),
        days: String::new(),
        paid_within: PAID_WITHIN.to_string(),
    };
    let (given, why, typed) = match done {
        Some(Done::Issued(given)) => (Some(given), None, nothing),
        Some(Done::Refused(why, typed)) => (None, Some(why), typed),
        None => (None, None, nothing),
    };
    let markup = html! {
        @if let Some(given) = &given {
            section.told {
                h2 { (filled(words.issued, &[("name", &given.grant.subject)])) }
                p { (words.issued_more) }
                textarea.secret readonly rows="12" aria-label=(words.token) { (given.token) }
            }
        }
        @if let Some(why) = &why { (told(false, &[words.not_saved.to_owned(), why.clone()])) }
        details.fold open[why.is_some() || listed.is_empty()] {
            summary { h2 { (words.issue) } }
            (form(frame, &typed))
        }
        @if !listed.is_empty() { (rows(&listed, frame)) }
    };
    Ok(Body { title: words.grants.into(), way: "/grants", address: "/grants".into(), markup })
}

fn form(frame: &Frame, typed: &Typed) -> Markup {
    let (words, Typed { subject, scope, days, paid_within }) = (frame.words, typed);
    html! {
        form method="post" action=(frame.to("/grants")) {
            (frame.token())
            label { span { (words.whom) } small { (words.whom_hint) }
                input name="subject" value=(subject) required maxlength="80" autocomplete="off"; }
            label { span { (words.allows) } small { (words.allows_hint) }
                input name="scope" value=(scope) required autocapitalize="none" spellcheck="false" autocomplete="off"; }
            label { span { (words.paid_within) } small { (words.hours) }
                input name="paid_within" value=(paid_within) inputmode="numeric"; }
            label { span { (words.days) } small { (words.days_hint) } input name="days" value=(days) inputmode="numeric"; }
            button type="submit" { (words.issue) }
        }
    }
}

fn rows(listed: &[Listed], frame: &Frame) -> Markup {
    let words = frame.words;
    html! {
        ul.rows { @for Listed { grant, last_seen, ended } in listed {
            li {
                div { strong { (grant.subject) } br; code { (grant.scope) } }
                small {
                    (filled(words.until, &[("day", &grant.until.strftime("%Y-%m-%d"))]))
                    @if let Some(day) = last_seen { br; (filled(words.last_used, &[("time", day)])) }
                }
                @if *ended { small { (words.ended) } } @else {
                    @let end = filled(words.end_of, &[("name", &grant.subject)]);
                    details.ending {
                        summary aria-label=(end) { (words.end) }
                        p { (words.end_more) }
                        form method="post" action=(frame.to(&format!("/grants/{}", grant.id))) {
                            (frame.token())
                            button.quiet.danger type="submit" aria-label=(end) { (words.end) }
                        }
                    }
                }
            }
        } }
    }
}

/// Issues what was typed into the form.
pub(super) async fn issue(asked: &Asked<'_>) -> Result<(&'static str, Reply), Stop> {
    let Asked { app, call, caller, giver, frame, .. } = *asked;
    let (typed, words) = (Typed::of(caller), frame.words);
    let (outcome, status, done) = match grants::issue(app, typed.wanted(), call, giver, &caller.grant).await {
        Ok(given) => ("grant-issued", StatusCode::CREATED, Done::Issued(given)),
        Err(refused) => {
            let why = match refused {
                Refused::Field(Field::Subject, _) => words.bad_name.to_owned(),
                Refused::Field(Field::Scope, _) => filled(words.bad_allows, &[("scope", &shortened(&typed.scope))]),
                Refused::Field(Field::PaidWithin, _) => filled(words.bad_hours, &[("most", &LONGEST_PAID_WITHIN)]),
                Refused::Field(Field::Days(longest), _) => filled(words.bad_days, &[("most", &longest)]),
                Refused::Stop(Stop::Problem(problem)) if problem.kind == ProblemKind::GrantInsufficient => {
                    filled(words.not_yours, &[("scope", &shortened(&typed.scope))])
                }
                Refused::Stop(stop) => return Err(stop),
            };
            ("grant-refused", StatusCode::UNPROCESSABLE_ENTITY, Done::Refused(why, typed))
        }
    };
    let body = list(asked, Some(done)).await?;
    Ok((outcome, frame.reply(status, &body)))
}
