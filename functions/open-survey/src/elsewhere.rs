//! Addresses that fit no route: links that messages, printers or people have spoilt, and the bare address. Also the
//! files by which a platform checks whose address this is.

use aftertaste::{
    app::Stop,
    domain::visit::{Link, TableCode},
    http::{Problem, Reply, Request, wanted_languages},
    lambda::Call,
    pages,
};
use http::StatusCode;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::App;

/// Whether only the head of the reply is asked for, as programs do that check a link before a person opens it.
pub(crate) fn is_head(request: &Request) -> bool {
    request.request_context.http.method == "HEAD"
}

/// Finds where an address leads that fits no route. A slash more is harmless, and so is what follows a link.
pub(crate) async fn find(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let path = percent_decode_str(&request.raw_path).decode_utf8_lossy();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_read = matches!(request.request_context.http.method.as_str(), "GET" | "HEAD");
    match parts.as_slice() {
        [] if is_read => home(app, request, call.now).await,
        ["s", address, more @ ..] => match Link::find(address, &app.keys) {
            Some((link, _)) => {
                let page = more.first().and_then(|part| page_of(part)).unwrap_or_default();
                let meant = format!("/s/{}{page}", link.as_str());
                if is_head(request) && request.raw_path == meant {
                    app.open_link(address, call.now).await?;
                    return Ok(Reply::new(StatusCode::OK, "text/html; charset=utf-8", ""));
                }
                sent_on(&meant, request)
            }
            None => platform_file(app, address, call.now).await?.ok_or_else(|| Problem::link_unknown().into()),
        },
        ["t", address, ..] => match TableCode::find(address, &app.keys) {
            // A check alone uses up no opening of a code.
            Some((code, _)) if is_head(request) && request.raw_path == format!("/t/{code}") => {
                Ok(Reply::empty(StatusCode::OK))
            }
            Some((code, _)) => sent_on(&format!("/t/{code}"), request),
            None => platform_file(app, address, call.now).await?.ok_or_else(|| Problem::code_unknown().into()),
        },
        [name] if is_read => platform_file(app, name, call.now).await?.ok_or_else(|| Problem::route_unknown().into()),
        _ => Err(Problem::route_unknown().into()),
    }
}

/// The page of a link that a part of an address names, whatever a message has added to it.
fn page_of(part: &str) -> Option<&'static str> {
    let is_named = |page: &&str| {
        let tail = part.strip_prefix(page.trim_start_matches('/'));
        tail.is_some_and(|tail| !tail.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
    };
    ["/case", "/receipt"].into_iter().find(is_named)
}

async fn home(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let brand = app.catalog.brand(now).await?;
    tracing::info!(outcome = "shown-home", status = 200);
    let mut reply = Reply::page(StatusCode::OK, pages::home(&brand, &wanted_languages(request)));
    // It is nobody's own, and may be found.
    reply.headers.remove("x-robots-tag");
    Ok(reply)
}

/// The way to an address as it was meant, with its query. A method that has no route there is not sent in a circle.
pub(crate) fn sent_on(path: &str, request: &Request) -> Result<Reply, Stop> {
    if path == request.raw_path {
        return Err(Problem::route_unknown().into());
    }
    tracing::info!(outcome = "sent-on", status = 308);
    let query = &request.raw_query_string;
    let is_plain = !query.is_empty() && query.bytes().all(|b| b.is_ascii_graphic());
    let location = if is_plain { format!("{path}?{query}") } else { path.to_owned() };
    Ok(Reply::empty(StatusCode::PERMANENT_REDIRECT).with("location", location))
}

/// A file that a platform asks for, below whichever address it checks.
pub(crate) async fn platform_file(app: &App, name: &str, now: Timestamp) -> Result<Option<Reply>, Stop> {
    if !name.ends_with(".txt") {
        return Ok(None);
    }
    let brand = app.catalog.brand(now).await?;
    Ok(brand.file(name).map(|content| {
        tracing::info!(outcome = "shown-file", status = 200);
        Reply::new(StatusCode::OK, "text/plain; charset=utf-8", content)
    }))
}
