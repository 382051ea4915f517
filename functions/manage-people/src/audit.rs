//! The audit trail.

use aftertaste::{
    app::Stop,
    domain::access::Grant,
    http::{Problem, Request},
    lambda::Call,
    table::Deed,
};
use jiff::{Timestamp, civil::Date};

use crate::App;

/// The month that is asked for, such as `2026-11`; the running one if none is.
pub(crate) fn month(request: &Request, now: Timestamp) -> Result<String, Problem> {
    let month = request.query("month").filter(|month| !month.is_empty());
    let month = month.unwrap_or_else(|| running(now));
    if format!("{month}-01").parse::<Date>().is_err() || month.len() != 7 {
        return Err(Problem::invalid("month is a month such as 2026-11."));
    }
    Ok(month)
}

/// The month that it is, in UTC.
pub(crate) fn running(now: Timestamp) -> String {
    now.strftime("%Y-%m").to_string()
}

/// Writes into the trail who did what.
pub(crate) async fn write_down(app: &App, call: Call, by: &Grant, what: &str, on: String) -> Result<(), Stop> {
    let deed = Deed { at: call.now, by: by.subject.clone(), grant: by.id(), what: what.to_owned(), on };
    Ok(app.table.record_deed(&deed, call.fresh).await?)
}
