//! The newest responses of one series, however many others lie between them.

use std::ops::Range;

use domain::{count::Series, place::StoreNumber};
use jiff::Timestamp;

use super::{Item, StoredResponse, Table, TableError, failed, keys, responses, string};

/// How many items are read at first, when most are of the series, and then.
const ITEMS: [i32; 2] = [50, 1_000];

/// How many queries search for the responses of one page: each reads a megabyte at most, 128 read units.
const MOST_QUERIES: usize = 8;

/// Some responses of a store, newest payment first.
pub struct Page {
    /// The responses.
    pub responses: Vec<StoredResponse>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

impl Table {
    /// The newest responses of a series to payments within a window: at most `most` of them, those before `before` (the
    /// `next` of the page before). Answers to codes, which anybody can send by the hundred, do not push out those behind
    /// which payments stand. Where very many lie between, a page has fewer, and the next goes on.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn newest_responses(
        &self,
        store: StoreNumber,
        paid: &Range<Timestamp>,
        series: &Series,
        before: Option<&str>,
        most: usize,
    ) -> Result<Page, TableError> {
        let (first, last) = (keys::response_bound(paid.start), keys::response_bound(paid.end));
        // A start outside the window is refused by DynamoDB; whatever a caller makes of it, it begins at the end.
        let inside = |before: &&str| keys::is_response(before) && (first.as_str()..last.as_str()).contains(before);
        let mut start = before.filter(inside).map(str::to_owned);
        let mut found = Vec::new();
        for limit in ITEMS.into_iter().chain(std::iter::repeat(ITEMS[1])).take(MOST_QUERIES) {
            let (items, next) = self.items_before(store, [&first, &last], start.as_deref(), limit).await?;
            for item in items {
                let sk = string(&item, "sk").map(str::to_owned);
                // The count logs an item that can't be read.
                let read = responses::read(&keys::responses(store), item);
                let shown = |stored: &StoredResponse| !stored.erased && Series::of(&stored.response) == *series;
                found.extend(read.ok().filter(shown));
                if found.len() == most {
                    return Ok(Page { responses: found, next: sk });
                }
            }
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(Page { responses: found, next: start })
    }

    /// Items of responses between two bounds, the newest payment first, and where those before them begin.
    async fn items_before(
        &self,
        store: StoreNumber,
        [first, last]: [&str; 2],
        before: Option<&str>,
        limit: i32,
    ) -> Result<(Vec<Item>, Option<String>), TableError> {
        let pk = keys::responses(store);
        let start = before.map(|sk| Item::from([("pk".into(), keys::text(&pk)), ("sk".into(), keys::text(sk))]));
        let page = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(pk))
            .expression_attribute_values(":from", keys::text(first))
            .expression_attribute_values(":to", keys::text(last))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(failed("read responses"))?;
        let next = page.last_evaluated_key.as_ref().and_then(|key| string(key, "sk")).map(str::to_owned);
        Ok((page.items.unwrap_or_default(), next))
    }
}
