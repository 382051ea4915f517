//! Limits in the table: how often something was done within a minute.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnValuesOnConditionCheckFailure};
use domain::visit::Minute;
use jiff::ToSpan;

use super::{Table, TableError, failed, keys, whole_number};

impl Table {
    /// Counts one more of a visitor's doings in a minute, unless there have been `most`. Returns whether it was
    /// counted: one conditional write, so that the limit is for all copies of a function together.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn admit(&self, visitor: &str, minute: Minute, most: u32) -> Result<bool, TableError> {
        let key = keys::limit(visitor, minute);
        // Long enough for clocks that differ.
        let expires = (minute.start() + 1.hour()).as_second();
        let updated = self
            .update(key)
            .update_expression("ADD done :one SET expires = :expires")
            .condition_expression("attribute_not_exists(done) OR done < :most")
            .expression_attribute_values(":one", keys::number(1))
            .expression_attribute_values(":most", keys::number(most.into()))
            .expression_attribute_values(":expires", keys::number(expires))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match updated {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                // A count that is no number turns no guest away.
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    let is_counted = refused.item().is_some_and(|item| whole_number(item, "done").is_some());
                    if !is_counted {
                        tracing::error!(outcome = "limit-left-out");
                    }
                    Ok(!is_counted)
                }
                _ => Err(failed("count an opening")(error)),
            },
        }
    }
}
