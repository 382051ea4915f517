//! The pages of grants, and of what was done.

use aftertaste::{
    app::Stop,
    http::{ProblemKind, Reply},
    lambda::Call,
    table::Deed,
};
use http::StatusCode;
use maud::{Markup, html};

use super::frame::{Body, Frame, moment, told};
use crate::{
    App, Caller,
    giver::Giver,
    grants::{self, GivenOut, Listed, Wanted},
};

/// What became of a grant that was asked for.
pub(super) enum Done {
    Issued(GivenOut),
    Refused(String),
}

/// Every grant that the giver may end, and the form that issues one.
pub(super) async fn list(
    app: &App,
    call: Call,
    giver: &Giver<'_>,
    frame: &Frame,
    done: Option<Done>,
) -> Result<Body, Stop> {
    let words = frame.words;
    let listed = grants::listed(app, call.now, giver).await?;
    let markup = html! {
        @match &done {
            Some(Done::Issued(given)) => section {
                h2 { (words.issued) ": " (given.grant.subject) }
                p { (words.issued_more) }
                textarea.secret readonly rows="6" aria-label=(words.issued) { (given.token) }
            },
            Some(Done::Refused(why)) => (told(false, &[words.not_saved.to_owned(), why.clone()])),
            None => {},
        }
        @if !listed.is_empty() { (table(&listed, frame)) }
        h2 { (words.issue) }
        form method="post" action="/grants" {
            (frame.token())
            label { span { (words.whom) } input name="subject" required maxlength="80" autocomplete="off"; }
            label { span { (words.allows) } small { (words.allows_hint) }
                input name="scope" required autocapitalize="none" spellcheck="false" autocomplete="off"; }
            div.two {
                label { span { (words.days) } small { (words.days_hint) } input name="days" inputmode="numeric" pattern="[0-9]*"; }
                label { span { (words.paid_within) } small { (words.hours) } input name="paid_within" inputmode="numeric" pattern="[0-9]*" value="24"; }
            }
            button type="submit" { (words.issue) }
        }
    };
    Ok(Body { title: words.grants.into(), address: "/grants", markup })
}

fn table(listed: &[Listed], frame: &Frame) -> Markup {
    let words = frame.words;
    html! {
        div.wide role="region" aria-label=(words.grants) tabindex="0" { table {
            thead { tr {
                th scope="col" { (words.whom) } th scope="col" { (words.allows) } th scope="col" { (words.until) }
                th scope="col" { (words.last_used) } td {}
            } }
            tbody { @for Listed { grant, last_seen, ended } in listed {
                tr {
                    th scope="row" { (grant.subject) }
                    td { code { (grant.scope) } }
                    td.time { (moment(grant.until)) }
                    td.time { @if let Some(day) = last_seen { (day) } }
                    td { @if *ended { (words.ended) } @else {
                        form method="post" action=(format!("/grants/{}", grant.id)) {
                            (frame.token())
                            button.quiet.danger type="submit" aria-label=(format!("{}: {}", words.end, grant.subject)) { (words.end) }
                        }
                    } }
                }
            } }
        } }
    }
}

/// Issues what was typed into the form.
pub(super) async fn issue(
    app: &App,
    call: Call,
    caller: &Caller,
    giver: &Giver<'_>,
    frame: &Frame,
) -> Result<(&'static str, Reply), Stop> {
    let number = |name: &str| Some(caller.field(name)).filter(|text| !text.is_empty());
    // A number that is none is out of every range.
    let days = number("days").map(|days| days.parse().unwrap_or(0));
    let paid_within = number("paid_within").map(|hours| hours.parse().unwrap_or(0));
    let wanted =
        Wanted { subject: caller.field("subject").into(), scope: caller.field("scope").into(), days, paid_within };
    let (outcome, status, done) = match grants::issue(app, wanted, call, giver, &caller.grant).await {
        Ok(given) => ("grant-issued", StatusCode::CREATED, Done::Issued(given)),
        Err(Stop::Problem(problem)) => {
            let why = match problem.kind {
                ProblemKind::GrantInsufficient => format!("{} {}", frame.words.not_yours, caller.field("scope")),
                _ => problem.detail,
            };
            ("grant-refused", StatusCode::UNPROCESSABLE_ENTITY, Done::Refused(why))
        }
        Err(broken) => return Err(broken),
    };
    let body = list(app, call, giver, frame, Some(done)).await?;
    Ok((outcome, frame.reply(status, &body)))
}

/// What was done in a month.
pub(super) fn trail(frame: &Frame, month: &str, deeds: &[Deed]) -> Body {
    let words = frame.words;
    let markup = html! {
        form.row method="get" action="/audit" {
            label { span { (words.month) } input type="month" name="month" value=(month); }
            button.quiet type="submit" { (words.show) }
        }
        @if deeds.is_empty() { p { (words.nothing) } } @else {
            div.wide role="region" aria-label=(words.trail) tabindex="0" { table {
                thead { tr {
                    th scope="col" { (words.at) } th scope="col" { (words.by) } th scope="col" { (words.what) } th scope="col" { (words.on) }
                } }
                tbody { @for deed in deeds {
                    tr {
                        td.time { (deed.at.strftime("%Y-%m-%d %H:%M")) }
                        td { (deed.by) }
                        td { (deed.what) }
                        td { (deed.on) }
                    }
                } }
            } }
        }
    };
    Body { title: words.trail.into(), address: "/audit", markup }
}
