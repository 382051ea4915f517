//! Leases: two counts never overlap, so that none writes over what the other knows better. Nor do two senders, so that
//! nothing is sent by both.

use aws_sdk_dynamodb::operation::{delete_item::DeleteItemError, put_item::PutItemError};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Table, TableError, keys, unless_refused};

/// No lease is as long: one that ends later is a mistake.
const LONGEST_SECONDS: i64 = 3_600;

/// The work that is done by one alone at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Counting the stores' days.
    Counting,
    /// Sending what is due.
    Sending,
}

impl Work {
    fn lease(self) -> keys::Key {
        keys::lease(match self {
            Self::Counting => keys::COUNT,
            Self::Sending => keys::SENDING,
        })
    }
}

impl Table {
    /// Takes the lease until an instant. Whether it was free, or had ended, or was this holder's already: the SDK may put
    /// it twice.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_lease(
        &self,
        work: Work,
        holder: Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, TableError> {
        let key = work.lease();
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", keys::text(key.pk))
            .item("sk", keys::text(key.sk))
            .item("holder", keys::text(holder))
            .item("until", keys::number(until.as_second()))
            // An end that is none, or lies further off than any lease ends, stops nothing: neither lies between.
            .condition_expression("holder = :holder OR NOT (#until BETWEEN :next AND :longest)")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":holder", keys::text(holder))
            .expression_attribute_values(":next", keys::number(now.as_second() + 1))
            .expression_attribute_values(":longest", keys::number(now.as_second() + LONGEST_SECONDS))
            .send()
            .await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "take a lease")
    }

    /// Gives the lease back, unless it has gone over to another holder.
    ///
    /// # Errors
    /// When the table can't be written. The lease ends by itself.
    pub async fn give_back_lease(&self, work: Work, holder: Uuid) -> Result<(), TableError> {
        let key = work.lease();
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
        let is_refusal = DeleteItemError::is_conditional_check_failed_exception;
        unless_refused(deleted, is_refusal, "give back a lease").map(drop)
    }

    /// Ends a lease, whoever has it: for a program that alone has the table, and may have been killed at the work.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn end_lease(&self, work: Work) -> Result<(), TableError> {
        self.delete(work.lease(), "end a lease").await
    }
}
