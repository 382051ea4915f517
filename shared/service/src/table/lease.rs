//! The lease of a count: two counts never overlap, so that none writes over what the other knows better.

use aws_sdk_dynamodb::operation::{delete_item::DeleteItemError, put_item::PutItemError};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Table, TableError, failed, keys};

impl Table {
    /// Takes the lease until an instant. Whether it was free, or had ended, or was this holder's already: the SDK may put
    /// it twice.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, TableError> {
        let key = keys::lease();
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", keys::text(key.pk))
            .item("sk", keys::text(key.sk))
            .item("holder", keys::text(holder))
            .item("until", keys::number(until.as_second()))
            // An end that is none holds nothing up.
            .condition_expression(
                "attribute_not_exists(pk) OR holder = :holder OR #until <= :now OR NOT attribute_type(#until, :number)",
            )
            .expression_attribute_values(":number", keys::text("N"))
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":holder", keys::text(holder))
            .expression_attribute_values(":now", keys::number(now.as_second()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(failed("take the lease of a count")(error)),
        }
    }

    /// Gives the lease back, unless it has gone over to another holder.
    ///
    /// # Errors
    /// When the table can't be written. The lease ends by itself.
    pub async fn give_back_lease(&self, holder: Uuid) -> Result<(), TableError> {
        let key = keys::lease();
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("pk", keys::text(key.pk))
            .key("sk", keys::text(key.sk))
            .condition_expression("holder = :holder")
            .expression_attribute_values(":holder", keys::text(holder))
            .send()
            .await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(failed("give back the lease of a count")(error)),
        }
    }

    /// Ends the lease, whoever has it: for a program that alone has the table, and may have been killed in a count.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn end_lease(&self) -> Result<(), TableError> {
        let key = keys::lease();
        let delete = self.client.delete_item().table_name(&self.name);
        let delete = delete.key("pk", keys::text(key.pk)).key("sk", keys::text(key.sk));
        delete.send().await.map(drop).map_err(failed("end the lease of a count"))
    }
}
