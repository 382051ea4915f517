//! The parts that an HTTP function needs at hand, and how its calls begin and end.

use std::sync::Arc;

use deliveries::addresses::Reach;
use domain::{
    access::{Grant, GrantKeys, GuestKeys, Lifetimes},
    place::Store,
    visit::{Claim, Link, Standing},
};
use jiff::Timestamp;

use crate::{
    aws,
    environment::{self, ConfigError, Keys},
    http::{Problem, Reply, Request, bearer},
    logs,
    memory::Catalog,
    table::{Table, TableError, Versioned},
};

/// The table, the catalog in memory, the address, and the keys that the function needs and no others.
pub struct App<K> {
    /// The table.
    pub table: Table,
    /// The catalog in memory.
    pub catalog: Arc<Catalog>,
    /// The keys.
    pub keys: K,
    /// The address that guests see, without a slash at its end.
    pub public_url: String,
    /// How long grants live at most.
    pub lifetimes: Lifetimes,
    /// How far deliveries to endpoints go.
    pub reach: Reach,
    /// Whether endpoints get each response at once.
    pub responses_at_once: bool,
    /// How many times as fast as people live the time of calls runs. It is 1, but where somebody watches a day in
    /// minutes on their own machine. Times in which people are to press something last so many times as long.
    pub pace: u32,
}

/// A link that has been checked, with what its survey needs.
pub struct OpenLink {
    /// The link, whatever an address had added to it.
    pub link: Link,
    /// The claim in the link.
    pub claim: Claim,
    /// Until when it can be answered.
    pub until: Timestamp,
    /// Where.
    pub store: Arc<Store>,
    /// The survey that is asked now.
    pub survey: Arc<Versioned>,
}

/// Why a call ends early.
#[derive(Debug)]
pub enum Stop {
    /// The caller's mistake: the reply says what it is.
    Problem(Problem),
    /// Something is broken or worth a retry: it is logged, and the caller is asked to try again.
    Broken(TableError),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<TableError> for Stop {
    fn from(error: TableError) -> Self {
        Self::Broken(error)
    }
}

impl<K: Keys> App<K> {
    /// Reads the environment, and connects to the table by the read that will be needed first. During the start a
    /// function runs at full speed, so that the first guest doesn't wait for the handshake.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub async fn start() -> Result<Self, ConfigError> {
        logs::begin();
        let name = environment::variable("TABLE_NAME")?;
        let public_url = environment::public_url()?;
        let sdk = aws::sdk().await;
        let lifetimes = environment::lifetimes()?;
        let keys = K::read(&sdk).await?;
        let table = Table::new(aws_sdk_dynamodb::Client::new(&sdk), name);
        let catalog = Arc::new(Catalog::new(table.clone(), Catalog::AGE));
        let responses_at_once = environment::responses_at_once();
        let reach = Reach::Public;
        let app = Self { catalog, table, keys, public_url, lifetimes, reach, responses_at_once, pace: 1 };
        if let Err(error) = app.catalog.brand(Timestamp::now()).await {
            // A call will try again, and say so to its caller if it fails too.
            tracing::warn!(outcome = "started-without-table", error = %error);
        }
        Ok(app)
    }
}

impl<K: AsRef<GrantKeys>> App<K> {
    /// The grant of a program's call: signed here, alive, and not ended. That one was ended is known everywhere after a
    /// minute.
    ///
    /// # Errors
    /// A problem when there is none, or it is no longer valid.
    pub async fn granted(&self, request: &Request, now: Timestamp) -> Result<Grant, Stop> {
        let grant = bearer(self.keys.as_ref(), request, now)?;
        self.check_alive(&grant, now).await?;
        Ok(grant)
    }

    /// The same for those who set things up: an ended grant is refused at once. Where it is not known whether it was
    /// ended, the call is refused too.
    ///
    /// # Errors
    /// A problem when there is none, or it is no longer valid.
    pub async fn granted_at_once(&self, request: &Request, now: Timestamp) -> Result<Grant, Stop> {
        let grant = self.granted(request, now).await?;
        match grant.issue {
            Some(issue) if self.table.ended_grants().await?.contains(issue.id) => Err(Problem::grant_ended().into()),
            _ => Ok(grant),
        }
    }

    /// Checks that a grant lives no longer than it may, and was not ended.
    ///
    /// # Errors
    /// A problem when it does, or was.
    pub async fn check_alive(&self, grant: &Grant, now: Timestamp) -> Result<(), Stop> {
        let Some(issue) = grant.issue else { return Ok(()) };
        if grant.lives_too_long(self.lifetimes) || self.catalog.ended_grants(now).await?.contains(issue.id) {
            return Err(Problem::grant_ended().into());
        }
        Ok(())
    }
}

impl<K: AsRef<GuestKeys>> App<K> {
    /// Checks a link and finds its store and survey.
    ///
    /// # Errors
    /// A problem when the link can't be answered, or its store or survey is gone.
    pub async fn open_link(&self, address: &str, now: Timestamp) -> Result<OpenLink, Stop> {
        let (link, claim) = Link::find(address, self.keys.as_ref()).ok_or_else(Problem::link_unknown)?;
        let store = self.catalog.store(claim.visit.store, now).await?.ok_or_else(Problem::store_unknown)?;
        let asked = claim.channel.survey_at(&store).ok_or_else(Problem::survey_unknown)?;
        let survey = self.catalog.survey(asked, now).await?.ok_or_else(Problem::survey_unknown)?;
        match claim.standing(now, survey.definition.link_lifetime_days) {
            Standing::Live(until) => Ok(OpenLink { link, claim, until, store, survey }),
            Standing::Expired(at) => Err(Problem::link_expired(at).into()),
            Standing::Future => Err(Problem::link_from_the_future().into()),
        }
    }
}

/// Ends a call: logs what stopped it, and turns that into the reply by `render`. A call that went well has been logged
/// by the function, with its own fields.
pub fn conclude(answered: Result<Reply, Stop>, render: impl FnOnce(Problem) -> Reply) -> Reply {
    match answered {
        Ok(reply) => reply,
        Err(Stop::Problem(problem)) => {
            tracing::info!(outcome = problem.kind.name(), status = problem.kind.status().as_u16());
            render(problem)
        }
        Err(Stop::Broken(error)) => {
            let problem = Problem::unavailable();
            tracing::error!(outcome = "failed", status = problem.kind.status().as_u16(), error = %error);
            render(problem)
        }
    }
}
