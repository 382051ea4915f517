//! The pages of people and grants, readable and usable without script.

mod forms;
mod frame;
mod grants;
mod people;
mod places;
mod signing_in;
mod trail;

pub(crate) use frame::{Asked, Frame};
pub(crate) use signing_in::{asked, sign_in, sign_in_by};

use aftertaste::{app::Stop, http::Reply};
use http::StatusCode;

use crate::audit;

/// Replies to browsers: a page. Routes that no page calls answer programs alone.
pub(crate) async fn answer(asked: &Asked<'_>) -> Result<(&'static str, Reply), Stop> {
    let Asked { app, request, call, caller, giver, frame, .. } = *asked;
    Ok(match request.route_key.as_str() {
        "GET /people" => {
            let body = people::list(asked, None).await?;
            ("people-read", frame.reply(StatusCode::OK, &body))
        }
        "POST /people" => people::invite(asked).await?,
        "GET /people/{id}" => {
            let body = people::one(asked, &crate::id(request)?).await?;
            ("person-read", frame.reply(StatusCode::OK, &body))
        }
        "POST /people/{id}" => people::change(asked).await?,
        "GET /grants" => {
            let body = grants::list(asked, None).await?;
            ("grants-read", frame.reply(StatusCode::OK, &body))
        }
        "POST /grants" => grants::issue(asked).await?,
        "POST /grants/{id}" => {
            crate::grants::end(app, request, call, giver, &caller.grant).await?;
            let body = grants::list(asked, None).await?;
            ("grant-ended", frame.reply(StatusCode::OK, &body))
        }
        "GET /audit" => {
            // A month that can't be read becomes the current one, and its field is shown.
            let month = audit::month(request, call.now).unwrap_or_else(|_| audit::running(call.now));
            let deeds = app.table.deeds(&month).await?;
            let people = app.table.people().await?;
            ("audit-read", frame.reply(StatusCode::OK, &trail::page(frame, &month, &deeds, &people)))
        }
        _ => crate::answer(app, request, call, caller, giver).await?,
    })
}
