//! Replaying a CSV: each row becomes a payment, a link and an answer, through the real HTTP path.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aftertaste::domain::{
    place::{Store, StoreDetails, StoreNumber},
    strictly,
    survey::{Kind, Survey},
};
use futures::{
    FutureExt,
    future::BoxFuture,
    stream::{self, StreamExt},
};
use indicatif::ProgressBar;
use jiff::{Timestamp, ToSpan, civil::Date};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Failure;

/// How many rows are under way at once.
const AT_ONCE: usize = 8;

/// How long a stack may go on with the catalog that it remembers.
const CATALOG_PATIENCE: Duration = Duration::from_secs(90);

/// The rows to replay, and where.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Where the functions are.
    pub url: String,
    /// A grant for `issue` and `admin`.
    pub grant: String,
    /// The survey that the rows answer.
    pub survey: Survey,
    /// The rows.
    pub rows: Vec<Row>,
    /// The mark by which these rows' payments differ from those of another file.
    pub name: String,
    /// The store that they answer for.
    pub store: StoreNumber,
    /// The business day of their payments.
    pub day: Date,
}

/// The answers of a row, by question; an empty cell is no answer.
pub type Row = Map<String, Value>;

/// The outcome of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Recorded now.
    pub recorded: u64,
    /// Recorded before, with the same answers.
    pub before: u64,
    /// Refused, with the row's number (1 for the first after the header) and the reason.
    pub refused: BTreeMap<usize, String>,
}

/// Reads a survey definition.
///
/// # Errors
/// When the file can't be read or has mistakes.
pub fn read_survey(path: &Path) -> Result<Survey, Failure> {
    let fail = |why: String| Failure(format!("{}: {why}", path.display()));
    let json = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    let json = serde_json::from_str(&json).map_err(|error| fail(error.to_string()))?;
    let definition = strictly(json).map_err(|mistakes| fail(mistakes.to_string()))?;
    Survey::new(definition).map_err(|mistakes| fail(mistakes.to_string()))
}

/// Reads a CSV's rows as answers. The columns of questions are in `map`, each as `question=column`. A question that it
/// does not name has the column of its own name, if there is one.
///
/// # Errors
/// When the file can't be read, or a question or column of `map` isn't there.
pub fn read_rows(path: &Path, survey: &Survey, map: &[String]) -> Result<Vec<Row>, Failure> {
    let fail = |why: String| Failure(format!("{}: {why}", path.display()));
    let mut reader = csv::Reader::from_path(path).map_err(|error| fail(error.to_string()))?;
    let header = reader.headers().map_err(|error| fail(error.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);

    let mut columns: BTreeMap<&str, usize> =
        survey.questions.iter().filter_map(|q| Some((q.id().as_str(), column(q.id().as_str())?))).collect();
    for pair in map {
        let (question, name) = pair.split_once('=').unwrap_or((pair, pair));
        let question = survey.question(question).ok_or_else(|| {
            Failure(format!("--map {pair}: the survey {} has no question {question}.", survey.definition.id))
        })?;
        let at = column(name).ok_or_else(|| fail(format!("--map {pair}: there is no column {name}.")))?;
        columns.insert(question.id().as_str(), at);
    }
    if columns.is_empty() {
        return Err(fail(format!(
            "no column is called like a question of {}; say which with --map.",
            survey.definition.id
        )));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fail(error.to_string()))?;
        let answers = columns.iter().filter_map(|(question, at)| {
            let cell = record.get(*at).map(str::trim).filter(|cell| !cell.is_empty())?;
            let several: Vec<&str> = cell.split(';').map(str::trim).collect();
            let asked = survey.question(question)?;
            let many = matches!(asked.kind, Kind::Choice { many: true, .. });
            let value = if many { asked.value_of(&several) } else { asked.value_of(&[cell]) };
            Some(((*question).to_owned(), value?))
        });
        rows.push(answers.collect());
    }
    Ok(rows)
}

impl Replay {
    /// Puts the survey (and the store, if there is none), then sends the rows.
    ///
    /// # Errors
    /// When the stack can't be reached, or the store can't take these rows.
    pub async fn run(&self, now: Timestamp, progress: &ProgressBar) -> Result<Outcome, Failure> {
        let http = Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| Failure(format!("No HTTP client can be made: {error}.")))?;
        let store = self.prepare(&http).await?;
        let lifetime = self.survey.definition.link_lifetime_days;
        let window = store.calendar.window(self.day);
        if window.start > now {
            return Err(Failure(format!(
                "The business day {} has not begun in {}.",
                self.day, store.details.time_zone
            )));
        }
        if window.start.saturating_add((i64::from(lifetime) * 24).hours()).is_ok_and(|end| end <= now) {
            return Err(Failure(format!(
                "The business day {} is too long ago: links of {} live {lifetime} days.",
                self.day, self.survey.definition.id
            )));
        }
        // A row's minute depends only on the row. So a file that is replayed again is not counted twice, even with more
        // rows or after the day is over. Only the first ten minutes of a day are never in the future.
        let paid_at = |row: usize| {
            let minute = i64::try_from(row % 10).unwrap_or(0);
            window.start.saturating_add(minute.minutes()).unwrap_or(window.start)
        };

        progress.set_length(self.rows.len() as u64);
        let sending: Vec<BoxFuture<'_, _>> = (1..)
            .zip(&self.rows)
            .map(|(row, answers)| self.send_row(&http, row, paid_at(row), answers).map(move |sent| (row, sent)).boxed())
            .collect();
        let mut sent = stream::iter(sending).buffer_unordered(AT_ONCE);
        let mut outcome = Outcome::default();
        while let Some((row, sent)) = sent.next().await {
            match sent? {
                Ok(StatusCode::CREATED) => outcome.recorded += 1,
                Ok(_) => outcome.before += 1,
                Err(refused) => {
                    outcome.refused.insert(row, refused);
                }
            }
            progress.inc(1);
        }
        progress.finish();
        Ok(outcome)
    }

    /// Fires the schedule of a local stack for the replayed day.
    ///
    /// # Errors
    /// When it can't be reached, or does not count.
    pub async fn count(&self) -> Result<(), Failure> {
        let event = json!({"from": self.day, "to": self.day});
        let (status, reply) = self
            .ask(Client::new().post(self.at("/_local/schedules/RollUpStoresHourly")).body(event.to_string()))
            .await?;
        if status.is_success() { Ok(()) } else { Err(Failure(format!("The day was not counted: {reply}"))) }
    }

    /// Sees to it that the store asks the survey.
    async fn prepare(&self, http: &Client) -> Result<Store, Failure> {
        let id = &self.survey.definition.id;
        let put = self.ask(http.put(self.at(&format!("/surveys/{id}"))).json(&self.survey.definition)).await?;
        let (status, survey) = put;
        if !status.is_success() {
            return Err(Failure(format!("The survey {id} was refused: {}", reason(&survey))));
        }
        let address = self.at(&format!("/stores/{}", self.store));
        let details = match self.ask(http.get(&address)).await? {
            (StatusCode::OK, Value::Object(mut there)) => {
                there.insert("survey".into(), json!(id));
                Value::Object(there)
            }
            _ => json!({
                "name": format!("Store {}", self.store), "path": "replay", "time_zone": "Asia/Shanghai", "survey": id,
            }),
        };
        let (status, mut stored) = self.ask(http.put(&address).json(&details)).await?;
        if !status.is_success() {
            return Err(Failure(format!("Store {} was refused: {}", self.store, reason(&stored))));
        }
        if let Value::Object(fields) = &mut stored {
            fields.remove("store");
        }
        let details: StoreDetails = serde_json::from_value(stored)
            .map_err(|error| Failure(format!("The stack described the store oddly: {error}.")))?;
        let store = Store::new(self.store, details).map_err(|error| Failure(error.0))?;
        self.wait_for_catalog(http, &store, survey.get("version")).await?;
        Ok(store)
    }

    /// Waits until guests of the store are asked the version that was put: functions remember the catalog for a while.
    async fn wait_for_catalog(&self, http: &Client, store: &Store, version: Option<&Value>) -> Result<(), Failure> {
        let deadline = tokio::time::Instant::now() + CATALOG_PATIENCE;
        let now = Timestamp::now();
        loop {
            let issued = self.issue(http, &format!("probe {}", now.as_microsecond()), now).await?;
            let shown = match issued {
                Ok(link) => {
                    self.ask(http.get(self.at(&format!("/s/{link}"))).header("accept", "application/json")).await?.1
                }
                Err(_) => Value::Null,
            };
            if shown.get("survey") == Some(&json!(store.details.survey)) && shown.get("version") == version {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                return Err(Failure(format!(
                    "Guests of store {} are still not asked {}.",
                    store.number, store.details.survey
                )));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn send_row(
        &self,
        http: &Client,
        row: usize,
        paid_at: Timestamp,
        answers: &Row,
    ) -> Result<Result<StatusCode, String>, Failure> {
        let payment = format!("{} {} {row}", self.name, self.survey.definition.id);
        let link = match self.issue(http, &payment, paid_at).await? {
            Ok(link) => link,
            Err(refused) => return Ok(Err(refused)),
        };
        let body = json!({"submission": submission_of(&payment), "imported": true, "answers": answers});
        let answer = http.post(self.at(&format!("/s/{link}"))).json(&body);
        let (status, reply) = self.ask(answer).await?;
        Ok(if status.is_success() { Ok(status) } else { Err(reason(&reply)) })
    }

    async fn issue(&self, http: &Client, payment: &str, paid_at: Timestamp) -> Result<Result<String, String>, Failure> {
        let body = json!({"store": self.store, "payment": payment, "paid_at": paid_at, "channel": "receipt"});
        let (status, reply) = self.ask(http.post(self.at("/links")).json(&body)).await?;
        Ok(match reply.get("link").and_then(Value::as_str) {
            Some(link) if status.is_success() => Ok(link.to_owned()),
            _ => Err(reason(&reply)),
        })
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Sends a request with the grant, again after a 503, and reads a JSON reply.
    async fn ask(&self, request: RequestBuilder) -> Result<(StatusCode, Value), Failure> {
        let request = request.bearer_auth(&self.grant);
        let unreachable = |error: reqwest::Error| Failure(format!("{} can't be reached: {error}.", self.url));
        let mut tries = 0;
        loop {
            let again = request.try_clone().ok_or_else(|| Failure("A request can't be repeated.".into()))?;
            let response = again.send().await.map_err(unreachable)?;
            let status = response.status();
            tries += 1;
            if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) && tries < 10 {
                tokio::time::sleep(Duration::from_millis(200 * tries)).await;
                continue;
            }
            let body = response.bytes().await.map_err(unreachable)?;
            return Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)));
        }
    }
}

/// The submission of a row: the same each time that the file is replayed, so that its answers are found to be there.
fn submission_of(payment: &str) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(payment).into();
    let (bytes, _) = digest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    uuid::Builder::from_custom_bytes(*bytes).into_uuid()
}

/// Why a reply was no success, in its own words.
fn reason(reply: &Value) -> String {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let errors = reply.get("errors").and_then(Value::as_array).map(|errors| {
        let each = errors.iter().filter_map(|e| Some(format!("{}: {}", text(e, "question")?, text(e, "detail")?)));
        each.collect::<Vec<_>>().join(" ")
    });
    errors.or_else(|| text(reply, "detail")).unwrap_or_else(|| "the reply says nothing more".into())
}
