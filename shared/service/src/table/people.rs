//! People, their sessions, and the links by which they sign in.

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValue},
};
use domain::{
    Id,
    access::{Person, Role},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Item, Table, TableError, failed, keys, string, unless_refused, unreadable, whole_number};

/// A person as the table has them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedPerson {
    /// Under which id.
    pub id: Id,
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// Sessions and sign-in links from before this were ended.
    #[serde(skip)]
    pub ended_before: Option<Timestamp>,
    /// Whether there are roles besides that this version does not know. They allow nothing.
    #[serde(skip)]
    pub has_more_roles: bool,
    /// The roles as they are stored: a writer says which of them they have seen.
    #[serde(skip)]
    pub stored_roles: Option<AttributeValue>,
}

/// The state that a writer has seen of a person: two who write at once must not pass over what the other gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Nobody under the id.
    Nobody,
    /// Somebody with these roles, as they are stored.
    With(Option<AttributeValue>),
    /// Something that can't be read.
    Unreadable,
}

impl Seen {
    /// The condition that it is still so, with the roles in it.
    fn condition(&self) -> Option<(&'static str, Option<AttributeValue>)> {
        match self {
            Self::Nobody => Some(("attribute_not_exists(#roles)", None)),
            Self::With(Some(roles)) => Some(("#roles = :seen", Some(roles.clone()))),
            Self::With(None) | Self::Unreadable => None,
        }
    }
}

/// A session: a person signed in with some browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSession {
    /// The person who signed in.
    pub person: Id,
    /// When it began.
    pub began: Timestamp,
    /// When it was used last, to some minutes.
    pub used: Timestamp,
    /// When the link was made that it began by. A change that ended the link ends the session, whichever came first.
    pub made: Timestamp,
    /// The most that it allows, in the words of grants; none for all that the person may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Vec<String>>,
}

/// A sign-in link, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// The person who signs in by it.
    pub person: Id,
    /// When it was made.
    pub made: Timestamp,
    /// When it ends, used or not.
    pub until: Timestamp,
    /// The most that a session by it allows; none for all that the person may. The one who made it may have kept it,
    /// and could give no more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Vec<String>>,
}

/// A person's fields, of which a later version may have more, and roles that this one does not know.
#[derive(Deserialize)]
struct Fields {
    #[serde(flatten)]
    person: Value,
}

impl Fields {
    /// The person, with the roles that this version knows, and whether there are others.
    fn known(self) -> Result<(Person, bool), serde_json::Error> {
        let Self { mut person } = self;
        let mut has_more = false;
        if let Some(Value::Array(roles)) = person.get_mut("roles") {
            let all = roles.len();
            roles.retain(|role| serde_json::from_value::<Role>(role.clone()).is_ok());
            has_more = roles.len() < all;
        }
        Ok((serde_json::from_value(person)?, has_more))
    }
}

fn listed(item: Item) -> Result<ListedPerson, TableError> {
    let sk = string(&item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::PEOPLE.into(), sk };
    let id: Id = key.sk.parse().map_err(|error| unreadable(&key, error))?;
    // One that can't be read ends everything: what was ended must not be valid again.
    let stored_roles = item.get("roles").cloned();
    let ended_before = item.get("ended_before").map(|at| {
        let at = at.as_s().ok().and_then(|at| at.parse().ok());
        at.unwrap_or(Timestamp::MAX)
    });
    let fields: Fields = serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error))?;
    let (person, has_more_roles) = fields.known().map_err(|error| unreadable(&key, error))?;
    Ok(ListedPerson { id, person, ended_before, has_more_roles, stored_roles })
}

impl Table {
    /// A person, as they are at this moment.
    ///
    /// # Errors
    /// When the table or the person can't be read.
    pub async fn person(&self, id: &Id) -> Result<Option<ListedPerson>, TableError> {
        self.one(keys::person(id), "read a person").await?.map(listed).transpose()
    }

    /// The same; nobody also where they can't be read, which is logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn readable_person(&self, id: &Id) -> Result<Option<ListedPerson>, TableError> {
        match self.person(id).await {
            Err(error @ TableError::Unreadable { .. }) => {
                error.log_left_out();
                Ok(None)
            }
            read => read,
        }
    }

    /// Everybody. One who can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn people(&self) -> Result<Vec<ListedPerson>, TableError> {
        let items = self.all_of(keys::PEOPLE.into(), "read the people").await?;
        Ok(items.into_iter().filter_map(|item| listed(item).inspect_err(TableError::log_left_out).ok()).collect())
    }

    /// Writes a person, if they are as they were `seen`. Sessions and links that were ended stay ended, also where they
    /// were off the list meanwhile.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_person(&self, id: &Id, person: &Person, seen: &Seen, now: Timestamp) -> Result<bool, TableError> {
        let fields: Item = serde_dynamo::to_item(person).map_err(|error| unreadable(&keys::person(id), error))?;
        let mut update = self.update(keys::person(id));
        let mut set = vec!["ended_before = if_not_exists(ended_before, :now)".to_owned()];
        let mut removed = Vec::new();
        for name in ["name", "language", "email", "mentions", "roles"] {
            update = update.expression_attribute_names(format!("#{name}"), name);
            match fields.get(name) {
                Some(value) => {
                    update = update.expression_attribute_values(format!(":{name}"), value.clone());
                    set.push(format!("#{name} = :{name}"));
                }
                None => removed.push(format!("#{name}")),
            }
        }
        let remove = if removed.is_empty() { String::new() } else { format!(" REMOVE {}", removed.join(", ")) };
        let update = update.update_expression(format!("SET {}{remove}", set.join(", ")));
        let mut update = update.expression_attribute_values(":now", keys::text(now.to_string()));
        if let Some((condition, roles)) = seen.condition() {
            update = update.condition_expression(condition);
            if let Some(roles) = roles {
                update = update.expression_attribute_values(":seen", roles);
            }
        }
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update.send().await, is_refusal, "write a person")
    }

    /// Takes a person off the list, if they are as they were `seen`, and with that ends all that is theirs.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_person(&self, id: &Id, seen: &Seen) -> Result<bool, TableError> {
        let key = keys::person(id);
        let delete = self.client.delete_item().table_name(&self.name);
        let mut delete = delete.key("pk", keys::text(key.pk)).key("sk", keys::text(key.sk));
        if let Some((condition, roles)) = seen.condition() {
            delete = delete.condition_expression(condition).expression_attribute_names("#roles", "roles");
            if let Some(roles) = roles {
                delete = delete.expression_attribute_values(":seen", roles);
            }
        }
        let is_refusal = DeleteItemError::is_conditional_check_failed_exception;
        unless_refused(delete.send().await, is_refusal, "take a person off the list")
    }

    /// Ends every session and sign-in link of a person from before this moment.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn end_sessions(&self, id: &Id, now: Timestamp) -> Result<(), TableError> {
        let update = self
            .update(keys::person(id))
            .update_expression("SET ended_before = :now")
            // Nobody is listed by this alone.
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", keys::text(now.to_string()));
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update.send().await, is_refusal, "end a person's sessions").map(drop)
    }

    /// A session.
    ///
    /// # Errors
    /// When the table or the session can't be read.
    pub async fn session(&self, id: Uuid) -> Result<Option<StoredSession>, TableError> {
        self.read(keys::session(id), "read a session").await
    }

    /// Every session that has not been dropped yet, ended or not. One that can't be read is left out.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn sessions(&self) -> Result<Vec<StoredSession>, TableError> {
        let items = self.all_of(keys::SESSIONS.into(), "read the sessions").await?;
        Ok(items.into_iter().filter_map(|item| serde_dynamo::from_item(item).ok()).collect())
    }

    /// Writes a session. `until` is when it ends at the latest.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_session(&self, id: Uuid, session: &StoredSession, until: Timestamp) -> Result<(), TableError> {
        self.put_until(keys::session(id), session, until, "write a session").await
    }

    /// Keeps when a session was used. One that was signed out stays so.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn use_session(&self, id: Uuid, now: Timestamp) -> Result<(), TableError> {
        let update = self
            .update(keys::session(id))
            .update_expression("SET used = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", keys::text(now.to_string()));
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update.send().await, is_refusal, "keep that a session was used").map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_session(&self, id: Uuid) -> Result<(), TableError> {
        self.delete(keys::session(id), "end a session").await
    }

    /// Writes a sign-in link.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_sign_in(&self, id: Uuid, link: &SignInLink) -> Result<(), TableError> {
        self.put_until(keys::sign_in(id), link, link.until, "write a sign-in link").await
    }

    /// A sign-in link that can still be used.
    ///
    /// # Errors
    /// When the table or the link can't be read.
    pub async fn sign_in(&self, id: Uuid, now: Timestamp) -> Result<Option<SignInLink>, TableError> {
        let key = keys::sign_in(id);
        let item = self.one(keys::sign_in(id), "read a sign-in link").await?;
        let item = item.filter(|item| !item.contains_key("used"));
        let link: Option<SignInLink> =
            item.map(|item| serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error))).transpose()?;
        Ok(link.filter(|link| link.until > now))
    }

    /// Uses a sign-in link up, if it was not, and has not ended: one write, of which only one can be the first.
    ///
    /// # Errors
    /// When the table can't be written, or the link read.
    pub async fn use_sign_in(&self, id: Uuid, now: Timestamp) -> Result<Option<SignInLink>, TableError> {
        let key = keys::sign_in(id);
        let used = self
            .update(keys::sign_in(id))
            .update_expression("SET used = :now")
            .condition_expression("attribute_not_exists(used) AND expires > :second")
            .expression_attribute_values(":now", keys::text(now.to_string()))
            .expression_attribute_values(":second", keys::number(now.as_second()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match used {
            Ok(used) => {
                let item = used.attributes.unwrap_or_default();
                serde_dynamo::from_item(item).map(Some).map_err(|error| unreadable(&key, error))
            }
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed("use a sign-in link")(error)),
        }
    }

    /// Keeps that a person asked for a sign-in link; or that somebody did who is nobody's. Either is one write of the
    /// same size, so that nobody learns from the time it takes who is listed.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_asked(&self, person: Option<&Id>, now: Timestamp, until: Timestamp) -> Result<(), TableError> {
        let at = keys::text(now.to_string());
        let item = Item::from([("at".into(), at), ("expires".into(), keys::number(until.as_second()))]);
        self.put(keys::asked(person), item, "keep that a link was asked for").await
    }

    /// The people who asked for a sign-in link, and when.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn asked(&self, now: Timestamp) -> Result<Vec<(Id, Timestamp)>, TableError> {
        let items = self.all_of(keys::ASKED.into(), "read who asked for a link").await?;
        let lives = |item: &&Item| whole_number(item, "expires").is_some_and(|second| second > now.as_second());
        let read = |item: &Item| Some((string(item, "sk")?.parse().ok()?, string(item, "at")?.parse().ok()?));
        Ok(items.iter().filter(lives).filter_map(read).collect())
    }

    /// Forgets that a person asked.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_asked(&self, person: &Id) -> Result<(), TableError> {
        self.delete(keys::asked(Some(person)), "forget that a link was asked for").await
    }
}
