//! The pages of people.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        access::{Person, Role},
    },
    http::{Problem, ProblemKind, Reply},
    lambda::Call,
    pages::filled,
};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};

use super::{
    forms::{Typed, typed},
    frame::{Asked, Body, Frame, moment, told},
    places::Places,
};
use crate::people::{self, Invitation, Shown};

/// How many of a person's roles the list of everybody shows.
const ROLES_SHOWN: usize = 4;

/// Everybody, and the form that invites somebody. `typed` is what was sent by it and could not be taken.
pub(super) async fn list(asked: &Asked<'_>, said: Option<(bool, Vec<String>, Typed)>) -> Result<Body, Stop> {
    let Asked { app, call, caller, giver, frame, .. } = *asked;
    let words = frame.words;
    let (mut people, places) =
        (people::shown(app, giver, call.now).await?, Places::of(app, &caller.grant, frame.language, call).await?);
    // People who wait for a link come first.
    people.sort_by_key(|shown| shown.asked_at.is_none());
    let (is_good, said, typed) = said.unwrap_or_else(|| (true, Vec::new(), Typed::nobody()));
    let markup = html! {
        (told(is_good, &said))
        @if caller.session.is_some() {
            details.fold open[!is_good || people.is_empty()] {
                summary { h2 { (words.invite) } }
                form method="post" action=(frame.to("/people")) {
                    (frame.token())
                    input type="hidden" name="id" value=(new_id(call));
                    (typed.markup(frame, &places))
                    button type="submit" { (words.invite) }
                }
            }
        }
        @if people.is_empty() { p { (words.nobody) } } @else { (rows(&people, &places, frame)) }
    };
    Ok(Body { title: words.people.into(), way: "/people", address: "/people".into(), markup })
}

fn rows(people: &[Shown], places: &Places, frame: &Frame) -> Markup {
    let words = frame.words;
    html! {
        ul.rows { @for shown in people {
            li {
                div {
                    a href=(frame.to(&format!("/people/{}", shown.listed.id))) { (shown.listed.person.name) }
                    @if let Some(at) = shown.asked_at { div.asks { strong { (words.asks) } " " small { (moment(at)) } } }
                }
                div { (roles(&shown.listed.person, places, frame)) }
                small { @match shown.last_used { Some(at) => (last_used(frame, at)), None => (words.never) } }
            }
        } }
    }
}

fn last_used(frame: &Frame, at: Timestamp) -> String {
    filled(frame.words.last_used, &[("time", &moment(at))])
}

fn roles(person: &Person, places: &Places, frame: &Frame) -> Markup {
    let words = frame.words;
    let of_role = |role: &Role| {
        html! { div {
            (words.role(role.role).name) " · " (places.name(&role.scope, frame))
            @if role.contact { " · " small { (words.contact) } }
            @if role.pulse { " · " small { (words.pulse) } }
        } }
    };
    let more = person.roles.len().saturating_sub(ROLES_SHOWN);
    html! {
        @for role in person.roles.iter().take(ROLES_SHOWN) { (of_role(role)) }
        @if more > 0 { small { "+ " (more) } }
    }
}

/// An id for somebody new: nobody has to make one up, and none gives away how many people there are.
fn new_id(call: Call) -> String {
    format!("p-{}", call.fresh.simple())
}

/// Puts the person who was typed into the form on the list.
pub(super) async fn invite(asked: &Asked<'_>) -> Result<(&'static str, Reply), Stop> {
    let Asked { call, caller, frame, .. } = *asked;
    // The form brings the id, so that a button that is pressed twice lists one person.
    let id = Some(caller.field("id")).filter(|id| id.starts_with("p-")).map_or_else(|| new_id(call), str::to_owned);
    let id: Id = id.parse().map_err(Problem::from)?;
    let typed = typed(caller, frame.words);
    match save(asked, (&id, typed)).await? {
        None => {
            let body = page(asked, (&id, vec![frame.words.saved.into()], None)).await?;
            Ok(("person-written", frame.reply(StatusCode::CREATED, &body)))
        }
        Some(typed) => {
            let said = said(&typed, frame);
            let body = list(asked, Some((false, said, typed))).await?;
            Ok(("person-refused", frame.reply(StatusCode::UNPROCESSABLE_ENTITY, &body)))
        }
    }
}

fn said(typed: &Typed, frame: &Frame) -> Vec<String> {
    [frame.words.not_saved.to_owned()].into_iter().chain(typed.mistakes.iter().cloned()).collect()
}

/// Writes a person as they were typed; what was typed, with its mistakes, if it can't be taken.
async fn save(asked: &Asked<'_>, (id, mut typed): (&Id, Typed)) -> Result<Option<Typed>, Stop> {
    let Asked { app, call, caller, giver, frame, .. } = *asked;
    if !typed.mistakes.is_empty() {
        return Ok(Some(typed));
    }
    let (words, person) = (frame.words, &typed.person);
    let (stores, nodes) = (app.table.stores().await?, app.table.nodes().await?);
    if let Some(lacked) = giver.lacks(person) {
        typed.mistakes.push(filled(words.not_yours, &[("scope", &lacked)]));
    } else if let Some(unknown) = people::unknown_scope(&stores, &nodes, person) {
        typed.mistakes.push(filled(words.bad_scope, &[("scope", &unknown)]));
    } else if let Err(mistakes) = person.clone().checked() {
        let mistakes = mistakes.to_string();
        let email = person.email.clone().unwrap_or_default();
        let sentence = match () {
            () if mistakes.contains("name is") => words.bad_name.to_owned(),
            () if mistakes.contains("email is") => filled(words.bad_email, &[("email", &email)]),
            () if mistakes.contains("mentions") => words.long_mentions.to_owned(),
            () if mistakes.contains("roles are") => words.many_roles.to_owned(),
            () => mistakes,
        };
        typed.mistakes.push(sentence);
    } else {
        match people::put(app, giver, (id, person.clone()), call, &caller.grant).await {
            Ok(_) => return Ok(None),
            Err(Stop::Problem(Problem { kind: ProblemKind::EmailTaken, .. })) => {
                let email = person.email.clone().unwrap_or_default();
                typed.mistakes.push(filled(words.taken_email, &[("email", &email)]));
            }
            Err(stop) => return Err(stop),
        }
    }
    Ok(Some(typed))
}

/// A person's page.
pub(super) async fn one(asked: &Asked<'_>, id: &Id) -> Result<Body, Stop> {
    page(asked, (id, Vec::new(), None)).await
}

/// The actions of a person's page: save, make a link, sign out everywhere, remove.
pub(super) async fn change(asked: &Asked<'_>) -> Result<(&'static str, Reply), Stop> {
    let Asked { app, request, call, caller, giver, frame, .. } = *asked;
    let (words, by) = (frame.words, &caller.grant);
    let listed = people::person(app, giver, &crate::id(request)?).await?;
    let id = &listed.id;
    let (outcome, said, invitation) = match caller.field("do") {
        "link" => ("sign-in-link-made", vec![], Some(people::invite(app, &listed, call, by).await?)),
        "sign-out" => {
            people::sign_out_everywhere(app, id, call, by).await?;
            ("sessions-ended", vec![words.signed_out_all.to_owned()], None)
        }
        "remove" => {
            people::delete(app, giver, id, call, by).await?;
            let said = vec![filled(words.removed, &[("name", &listed.person.name)])];
            let body = list(asked, Some((true, said, Typed::nobody()))).await?;
            return Ok(("person-deleted", frame.reply(StatusCode::OK, &body)));
        }
        _ => match save(asked, (id, typed(caller, words))).await? {
            None => ("person-written", vec![words.saved.to_owned()], None),
            Some(typed) => {
                let markup = form(asked, (id, false, said(&typed, frame), &typed)).await?;
                let address = format!("/people/{id}");
                let body = Body { title: listed.person.name, way: "/people", address, markup };
                return Ok(("person-refused", frame.reply(StatusCode::UNPROCESSABLE_ENTITY, &body)));
            }
        },
    };
    let status = if invitation.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let body = page(asked, (id, said, invitation)).await?;
    Ok((outcome, frame.reply(status, &body)))
}

async fn page(asked: &Asked<'_>, (id, said, invitation): (&Id, Vec<String>, Option<Invitation>)) -> Result<Body, Stop> {
    let Asked { app, call, giver, frame, .. } = *asked;
    let words = frame.words;
    // Says why, where there is no such person, or one who can't be read.
    people::person(app, giver, id).await?;
    let all = people::shown(app, giver, call.now).await?;
    let shown = all.into_iter().find(|shown| shown.listed.id == *id).ok_or_else(Problem::person_unknown)?;
    let typed = Typed::of(shown.listed.person.clone());
    let address = format!("/people/{id}");
    let does = |what: &str, name: &str, class: &str| {
        html! { form method="post" action=(frame.to(&address)) {
            (frame.token())
            button class=(class) type="submit" name="do" value=(what) { (name) }
        } }
    };
    let markup = html! {
        (told(true, &said))
        section {
            h2 { (words.link) }
            @if let Some(at) = shown.asked_at { p.asks { strong { (words.asks) } " " small { (moment(at)) } } }
            @if let Some(invitation) = &invitation {
                p { (words.link_more) }
                textarea.secret readonly rows="3" aria-label=(words.link) { (invitation.link) }
            } @else { (does("link", words.make_link, "")) }
        }
        (form(asked, (id, true, Vec::new(), &typed)).await?)
        section {
            h2 { (words.browsers) }
            p { (filled(words.signed_in_on.of(shown.sessions as u64), &[("n", &shown.sessions)]))
                @if let Some(at) = shown.last_used { br; small { (last_used(frame, at)) } } }
            @if shown.sessions > 0 { (does("sign-out", words.sign_out_all, "quiet")) }
        }
        section {
            details { summary { (words.remove) } p { (words.remove_more) } (does("remove", words.remove, "quiet danger")) }
        }
    };
    Ok(Body { title: shown.listed.person.name, way: "/people", address, markup })
}

async fn form(asked: &Asked<'_>, (id, is_good, said, typed): (&Id, bool, Vec<String>, &Typed)) -> Result<Markup, Stop> {
    let Asked { app, call, caller, frame, .. } = *asked;
    let places = Places::of(app, &caller.grant, frame.language, call).await?;
    Ok(html! {
        (told(is_good, &said))
        h2 { (frame.words.profile) }
        form method="post" action=(frame.to(&format!("/people/{id}"))) {
            (frame.token())
            (typed.markup(frame, &places))
            button type="submit" name="do" value="save" { (frame.words.save) }
        }
    })
}
