//! What the demo's people did about scores that fell: one action that helped, and one of which nobody can tell.

use aftertaste::{
    domain::{
        Id,
        action::{Action, ActionDetails},
        case::Telling,
        trend::{Move, Trend},
        watch::DAYS_APART,
    },
    table::{StoredAction, Table},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::json;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};
use uuid::Uuid;
use watch_stores::Event;

use super::failed;
use crate::Failure;

/// Fell, until its manager did something about it: from so many days ago on, and up to so many.
pub(super) const RECOVERED: (u32, i32, i32) = (16, 62, 40);

/// Did something that helped, so many days ago.
pub(super) const HELPED: (u32, i32) = (34, 40);

/// Did something that changed nothing, so many days ago.
const NOT_TOLD: (u32, i32) = (22, 33);

/// Got better without doing anything, so many days ago.
pub(super) const BETTER: (u32, i32) = (33, 12);

/// The nights that are watched, by how many days ago: when the fall is named, when the actions are judged, and the last.
const NIGHTS: [i32; 5] = [50, 27, 13, 6, 1];

/// The person whose region two of the stores are in, and head office.
const OWNER: &str = "chen";
const HEAD_OFFICE: &str = "lin";

/// Watches some nights of the past, as the schedule would have, and takes what they find in hand.
pub(super) async fn improve(table: &Table, today: Date, now: Timestamp) -> Result<(), Failure> {
    let [first, others @ ..] = NIGHTS;
    watch(table, today, first, now).await?;
    let trends = table.trends(today.saturating_sub(first.days())).await.map_err(|error| failed(&error))?;
    let (recovered, _, start) = RECOVERED;
    let is_its = |trend: &Trend| trend.watched.scope.to_string() == format!("store/{recovered}");
    let fell = trends.into_iter().map(|stored| stored.trend).find(is_its);
    if let Some(trend) = &fell {
        take(table, trend).await?;
    }
    let host = "晚市增加一位领位员，叫号同步到手机。 One more host in the evening; queue numbers on the guest's phone.";
    let dumplings = "水饺改为现包现煮。 Dumplings are made to order.";
    let menu = "午市换了新的套餐菜单。 A new set menu at lunch.";
    let actions = [
        ((recovered, start), OWNER, host, fell.as_ref()),
        (HELPED, HEAD_OFFICE, dumplings, None),
        (NOT_TOLD, OWNER, menu, None),
    ];
    for ((number, back), owner, what, trend) in actions {
        let action = action((number, owner), today.saturating_sub(back.days()), what, trend)?;
        table.put_action(&action).await.map_err(|error| failed(&error))?;
    }
    for back in others {
        watch(table, today, back, now).await?;
    }
    Ok(())
}

async fn watch(table: &Table, today: Date, back: i32, now: Timestamp) -> Result<(), Failure> {
    let day = today.saturating_sub(back.days());
    let later = now.saturating_sub(((back - 1) * 24).hours()).unwrap_or(now);
    let night = watch_stores::handle(table, Event { day: Some(day) }, DAYS_APART, Uuid::from_u128(2026), later);
    // A first start prints what it is for, and no nights of an invented past.
    night.with_subscriber(NoSubscriber::default()).await.map(drop).map_err(|error| failed(&error))
}

/// The region's manager takes it the next morning. Nobody is notified of a demo.
async fn take(table: &Table, trend: &Trend) -> Result<(), Failure> {
    let at = trend.opened_at.saturating_add(10.hours()).unwrap_or(trend.opened_at);
    let Ok(taken) = trend.after(&Move::Take, OWNER, at, Uuid::from_u128(2027)) else { return Ok(()) };
    table.move_trend(trend, &taken, at).await.map_err(|error| failed(&error))?;
    let telling = Telling { told: taken.v, ..Telling::default() };
    table.keep_telling_of_trend(&taken, telling).await.map(drop).map_err(|error| failed(&error))
}

fn action(
    (store, owner): (u32, &str),
    start: Date,
    what: &str,
    trend: Option<&Trend>,
) -> Result<StoredAction, Failure> {
    let trends: Vec<_> = trend.map(|trend| &trend.id).into_iter().collect();
    let details = json!({"stores": [store], "start": start, "what": what, "owner": owner, "trends": trends});
    let details: ActionDetails = serde_json::from_value(details).map_err(|error| failed(&error))?;
    let id = format!("{}-{store:08x}", start.strftime("%Y%m%d")).parse::<Id>().map_err(|error| failed(&error))?;
    let at = start.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| failed(&error))?.timestamp();
    let action = Action::new(id, details).map_err(|error| failed(&error))?;
    Ok(StoredAction { action, by: owner.to_owned(), at, withdrawn_at: None, withdrawn_by: None })
}
