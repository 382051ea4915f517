//! The count that follows an erasing: of one day of one store, and of the nodes above it.

use std::time::{Duration, Instant};

use aftertaste::{
    app::App,
    count::{CountError, Counting, Summary, Terms, give_back_after, take_lease},
    domain::{access::BothKeys, place::StoreNumber},
    lambda::Call,
    memory::Catalog,
    table::TableError,
};
use jiff::{Timestamp, civil::Date};

/// How long it waits for another count to end.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long after the call began it is given up. The call has eight seconds, and must give the lease back in time.
const ENOUGH: Duration = Duration::from_secs(7);

/// How long it may keep the lease: the function ends after ten seconds, and then nobody else waits long.
const LONGEST: Duration = Duration::from_secs(60);

/// The outcome of the count.
pub(crate) enum Counted {
    /// The day is counted, in the store and in the nodes above it.
    Whole,
    /// The day is left as it was counted, because its responses have begun to expire.
    Left,
    /// Another count is under way.
    Busy,
    /// Something could not be counted or written; it is logged.
    InPart,
}

/// Counts a day of a store, under the lease that every count takes. `began` is when the call did.
pub(crate) async fn count(
    app: &App<BothKeys>,
    (store, day): (StoreNumber, Date),
    call: Call,
    began: Instant,
) -> Counted {
    // The call's time goes on: a count whose reading began meanwhile has to be the earlier one.
    let clock = move || call.now.saturating_add(began.elapsed()).unwrap_or(Timestamp::MAX);
    match try_to_count(app, (store, day), call, began, &clock).await {
        Ok(summary) if !summary.left.is_empty() => Counted::Left,
        Ok(summary) if summary.stores == 1 && summary.overtaken == 0 => Counted::Whole,
        // Clocks differ: a count that ended before this one began was stamped later.
        Ok(summary) => {
            tracing::error!(outcome = "erased-not-counted", stores = summary.stores, overtaken = summary.overtaken);
            Counted::InPart
        }
        Err(CountError::Busy) => Counted::Busy,
        Err(error) => {
            tracing::error!(outcome = "erased-not-counted", %error);
            Counted::InPart
        }
    }
}

async fn try_to_count(
    app: &App<BothKeys>,
    of: (StoreNumber, Date),
    call: Call,
    began: Instant,
    clock: &(impl Fn() -> Timestamp + Sync),
) -> Result<Summary, CountError> {
    let terms = Terms { holder: call.fresh, longest: LONGEST, patience: PATIENCE };
    let until = take_lease(&app.table, terms, clock).await?;
    let left = ENOUGH.saturating_sub(began.elapsed());
    // Given up here and not from outside: else the lease would stay.
    let counting = Box::pin(tokio::time::timeout(left, count_day(app, of, until, clock)));
    give_back_after(&app.table, call.fresh, counting).await.unwrap_or_else(|_| {
        Err(TableError::Failed { action: "count the day", detail: "it took too long".to_owned() }.into())
    })
}

async fn count_day(
    app: &App<BothKeys>,
    (store, day): (StoreNumber, Date),
    until: Timestamp,
    clock: &(impl Fn() -> Timestamp + Sync),
) -> Result<Summary, CountError> {
    let now = clock();
    // As the schedule's counts, it goes by the catalog as it is.
    let catalog = Catalog::new(app.table.clone(), Catalog::AGE);
    let (list, brand) = (catalog.stores(now).await?, catalog.brand(now).await?);
    let counting = Counting {
        table: &app.table,
        catalog: &catalog,
        days: &(day..=day),
        read_from: day,
        only: Some(store),
        retention_days: i64::from(brand.retention_days),
        accept_fewer: false,
        tell_since: None,
        began: now,
        until,
        clock,
    };
    counting.run(&list).await.whole()
}
