//! Lists of a store's cases for those who see many stores: what they do not show stays in the table.

use std::ops::Range;

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use domain::place::StoreNumber;
use jiff::Timestamp;

use super::{StoredCase, Table, TableError, cases, failed, keys};

impl Table {
    /// The cases of a store that are not closed, of visits that were paid within a window, oldest first. One that can't be
    /// read is left out, and logged.
    ///
    /// All cases of the window are read, and paid for. Only these are sent: most others are closed.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn open_cases(&self, store: StoreNumber, paid: &Range<Timestamp>) -> Result<Vec<StoredCase>, TableError> {
        let query = self.cases_where(store, paid, "#state <> :closed");
        let query =
            query.expression_attribute_names("#state", "state").expression_attribute_values(":closed", closed());
        all_of(query).await
    }

    /// The cases of a store that were given an award, of visits that were paid within a window, oldest first. One that
    /// can't be read is left out, and logged. All cases of the window are paid for, as above.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn awarded_cases(
        &self,
        store: StoreNumber,
        paid: &Range<Timestamp>,
    ) -> Result<Vec<StoredCase>, TableError> {
        all_of(self.cases_where(store, paid, "attribute_exists(award)")).await
    }

    /// The closed cases of the latest visits of a store within a window, so many at most, the latest visit first.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn closed_cases(
        &self,
        store: StoreNumber,
        paid: &Range<Timestamp>,
        most: usize,
    ) -> Result<Vec<StoredCase>, TableError> {
        let query = self.cases_where(store, paid, "#state = :closed").scan_index_forward(false);
        let query =
            query.expression_attribute_names("#state", "state").expression_attribute_values(":closed", closed());
        let mut items = query.into_paginator().items().send();
        let mut closed = Vec::new();
        while closed.len() < most
            && let Some(item) = items.next().await
        {
            let item = item.map_err(failed("read cases"))?;
            closed.extend(cases::read(item).inspect_err(TableError::log_left_out).ok());
        }
        Ok(closed)
    }

    fn cases_where(&self, store: StoreNumber, paid: &Range<Timestamp>, filter: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .filter_expression(filter)
            .expression_attribute_values(":pk", keys::text(keys::cases(store)))
            .expression_attribute_values(":from", keys::text(keys::response_bound(paid.start)))
            .expression_attribute_values(":to", keys::text(keys::response_bound(paid.end)))
    }
}

fn closed() -> AttributeValue {
    keys::text("closed")
}

/// All that a query finds and that can be read.
async fn all_of(query: QueryFluentBuilder) -> Result<Vec<StoredCase>, TableError> {
    let mut items = query.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.map_err(failed("read cases"))?;
        found.extend(cases::read(item).inspect_err(TableError::log_left_out).ok());
    }
    Ok(found)
}
