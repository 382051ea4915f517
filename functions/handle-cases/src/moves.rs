//! Moves of a case: each is made once, and a person who comes late sees the case as it is.

use aftertaste::{
    app::Stop,
    cases::{Pushed, push},
    domain::{
        case::{Act, Award, AwardTo, Case, Move, Moving, Refused},
        place::Scope,
    },
    http::Problem,
    table::{Contact, Deed, Moved, StoredCase},
};

use crate::{
    Asked, awards,
    detail::{self, Found},
    sent::{Mistake, Sent, Step},
};

/// The outcome of a call.
pub(crate) enum Came {
    /// The move is made: as which outcome it is logged.
    Made(&'static str),
    /// Somebody else was quicker.
    Overtaken,
    /// The case does not go that way.
    Refused(Refused),
    /// The call can't be taken as it was sent.
    Wrong(Mistake),
}

/// The result, as far as the call went: the case as it is now, and the contact that was read.
pub(crate) struct Outcome {
    pub found: Found,
    pub came: Came,
    pub contact: Option<Contact>,
}

/// Does what a call asks for.
pub(crate) async fn make(asked: &Asked<'_>) -> Result<Outcome, Stop> {
    let mut found = detail::find(asked).await?;
    let sent = Sent::read(asked)?;
    let (came, contact) = match sent.step(asked, &found).await? {
        Err(mistake) => (Came::Wrong(mistake), None),
        Ok(Step::ReadContact) => {
            let contact = read_contact(asked, &mut found).await?;
            (Came::Made("contact-read"), Some(contact))
        }
        Ok(Step::Move(step)) => match sent.v {
            None => (Came::Wrong(Mistake::NoVersion("case")), None),
            Some(v) => (move_on(asked, &mut found, (v, step)).await?, None),
        },
    };
    Ok(Outcome { found, came, contact })
}

/// Makes a move of somebody who has seen the case at `v`. `found` becomes what is there then.
async fn move_on(asked: &Asked<'_>, found: &mut Found, (v, step): (u64, Move)) -> Result<Came, Stop> {
    let (table, by, now) = (&asked.app.table, asked.caller.by(), asked.call.now);
    if found.stored.case.v != v {
        // It was found by a query, which may lag behind what was written just now.
        found.stored = table.case(&found.stored.key).await?.ok_or_else(Problem::case_unknown)?;
    }
    if found.stored.case.v != v {
        return Ok(unless_repeated(&found.stored.case, (v, by), &step));
    }
    let store = found.store.clone();
    let moving = Moving { by, at: now, id: asked.call.fresh, store: &store };
    let (step, outcome) = match step {
        // An award that can't be given needs no code.
        Move::Award(award) => {
            if let Err(refused) = found.stored.case.after(&Move::Award(award.clone()), moving) {
                return Ok(Came::Refused(refused));
            }
            (Move::Award(claimable(asked, found, award).await?), "award-given")
        }
        Move::Take => (Move::Take, "case-taken"),
        step @ Move::HandOver { .. } => (step, "case-handed-over"),
        step @ Move::Answer { .. } => (step, "case-answered"),
        step => (step, "case-closed"),
    };
    let after = match found.stored.case.after(&step, moving) {
        Ok(after) => after,
        Err(refused) => return Ok(Came::Refused(refused)),
    };
    let moved = table.move_case(&found.stored, &after, now).await?;
    if let (Moved::Overtaken(_) | Moved::Gone, Move::Award(Award { code: Some(code), .. })) = (&moved, &step) {
        table.delete_award(store.number, code).await?;
    }
    match moved {
        Moved::Made => {
            found.stored.case = after;
            Ok(Came::Made(outcome))
        }
        Moved::Overtaken(there) => {
            found.stored = *there;
            Ok(unless_repeated(&found.stored.case, (v, by), &step))
        }
        Moved::Gone => Err(Problem::case_unknown().into()),
    }
}

/// The award as it is kept: one for the guest under a code that they show.
async fn claimable(asked: &Asked<'_>, found: &Found, award: Award) -> Result<Award, Stop> {
    match award.to {
        AwardTo::Staff => Ok(award),
        AwardTo::Guest => {
            let code = awards::put(asked, &found.stored.case.id, &award).await?;
            Ok(Award { code: Some(code), ..award })
        }
    }
}

/// A form that is sent twice made its move the first time.
fn unless_repeated(case: &Case, (v, by): (u64, &str), step: &Move) -> Came {
    let entry = case.log.iter().find(|entry| entry.v == v.saturating_add(1) && entry.by == by);
    let is_it = entry.is_some_and(|entry| match step {
        Move::Take => entry.what == Act::Taken,
        Move::HandOver { to } => entry.what == Act::HandedOver && entry.to.as_ref() == Some(to),
        Move::Answer { cause, reply } => {
            entry.what == Act::Answered && case.reply.as_ref() == Some(reply) && case.cause == *cause
        }
        Move::Close { outcome, note } => {
            let says_it = note.is_none() || case.note == *note;
            entry.what == Act::Closed && case.outcome == Some(*outcome) && says_it
        }
        Move::Award(wanted) => {
            let is_alike = |award: &Award| {
                (award.amount, &award.currency, award.to) == (wanted.amount, &wanted.currency, wanted.to)
            };
            entry.what == Act::Awarded && case.award.as_ref().is_some_and(is_alike)
        }
        _ => false,
    });
    if is_it { Came::Made("case-moved-before") } else { Came::Overtaken }
}

/// How a guest wants to be reached. That it is read is written down before it is shown, each time.
async fn read_contact(asked: &Asked<'_>, found: &mut Found) -> Result<Contact, Stop> {
    let (table, now, scope) = (&asked.app.table, asked.call.now, Scope::Store(found.store.number));
    if !asked.caller.grant.allows_contact(&scope, Some(&found.store.details.path)) {
        return Err(asked.needs("contact", &scope));
    }
    let key = found.stored.key.clone();
    let contact = table.contact(&key, now).await?.filter(|_| !found.stored.case.is_withdrawn());
    let contact = contact.ok_or_else(Problem::contact_unknown)?;
    let moving = Moving { by: asked.caller.by(), at: now, id: asked.call.fresh, store: &found.store };
    match push(table, &key, &Move::ReadContact, moving).await? {
        Pushed::Made(after) => found.stored = StoredCase::clone(&after),
        Pushed::Refused(..) | Pushed::None => return Err(Problem::contact_unknown().into()),
    }
    let on = found.stored.case.id.to_string();
    let by = asked.caller.by().to_owned();
    let deed = Deed { at: now, by, grant: asked.caller.grant.id(), what: "contact-read".into(), on };
    table.record_deed(&deed, asked.call.fresh).await?;
    Ok(contact)
}
