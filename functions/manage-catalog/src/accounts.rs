//! Accounts at payment providers: what is public of them is shown, and secrets go in and never out.

use std::collections::BTreeSet;

use aftertaste::{
    app::Stop,
    domain::{
        Invalid, Mistakes, NAMED_AT_MOST,
        payment::{Account, AccountDetails, AccountId, Provider, StoreRule},
        place::StoreNumber,
        strictly,
    },
    http::{LARGEST_NOTICE, Problem, Reply, Request, body_json_up_to},
    lambda::Call,
};
use http::StatusCode;
use jiff::Timestamp;
use notices::Reader;
use serde_json::{Map, Value, json};

use crate::App;

/// The members that `GET` adds to what was put. A body with them can be put back.
const SHOWN: [&str; 6] = ["account", "notices_to", "secrets_set", "serials", "seen", "unmapped"];

fn account_id(request: &Request) -> Result<AccountId, Problem> {
    let id: Result<AccountId, Invalid> = request.path_parameter("account").parse();
    Ok(id?)
}

/// An account, the outcome of its notices, and which payments led to no store.
pub(crate) async fn get(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let id = account_id(request)?;
    let stored = app.table.account(&id).await?.ok_or_else(Problem::account_unknown)?;
    let reader = stored.reader(&app.keys.seal)?;
    let mut shown = shown(app, &id, &stored.account, stored.secrets, reader);
    let seen = app.table.noticed(&id).await?.into_iter().map(|(outcome, (notices, last, detail))| {
        let detail = (!detail.is_empty()).then_some(detail);
        let seen = json!({"notices": notices, "last": last, "detail": detail});
        (outcome, seen)
    });
    shown.insert("seen".into(), Value::Object(seen.collect()));
    shown.insert("unmapped".into(), json!(app.table.unmapped(&id, now).await?));
    Ok(Reply::json(StatusCode::OK, &shown))
}

fn shown(app: &App, id: &AccountId, details: &AccountDetails, secrets: usize, reader: &Reader) -> Map<String, Value> {
    let provider = details.provider.name();
    let mut shown = Map::from_iter([
        ("account".to_owned(), json!(id)),
        ("notices_to".to_owned(), json!(format!("{}/payments/{provider}/{id}", app.public_url))),
    ]);
    if let Value::Object(details) = json!(details) {
        shown.extend(details);
    }
    shown.insert("secrets_set".into(), json!(secrets));
    if let Reader::WeChat(account) = reader {
        shown.insert("serials".into(), json!(account.serials()));
    }
    shown
}

/// Puts an account. Without secrets, those that it has stay.
pub(crate) async fn put(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let id = account_id(request)?;
    let mut body: Map<String, Value> = body_json_up_to(request, LARGEST_NOTICE)?;
    body.retain(|name, _| !SHOWN.contains(&name.as_str()));
    let given = body.shift_remove("secrets").map(secrets).transpose()?;
    let details: AccountDetails = strictly(Value::Object(body)).map_err(Problem::from)?;
    let known = match given {
        Some(secrets) => secrets,
        None => kept_secrets(app, &id, &details.provider).await?,
    };
    let mut mistakes = missing_stores(app, &details.stores).await?;
    let reader = Reader::new(&details.provider, &known);
    let account = Account::new(details);
    let (Ok(account), Ok(reader), true) = (&account, &reader, mistakes.0.is_empty()) else {
        let of_account = account.err().unwrap_or_default().0;
        let of_reader = reader.err().unwrap_or_default().into_iter().map(Invalid);
        mistakes.0.splice(0..0, of_account.into_iter().chain(of_reader));
        mistakes.0.truncate(NAMED_AT_MOST);
        return Err(Problem::from(mistakes).into());
    };
    // Also those that it had, so that they lie sealed under the current key.
    app.table.put_account(&id, account, &known, (&app.keys.seal, call.fresh)).await?;
    Ok(Reply::json(StatusCode::OK, &shown(app, &id, account, known.len(), reader)))
}

/// The secrets that an account has already. Those of another provider are none of this one.
async fn kept_secrets(app: &App, id: &AccountId, provider: &Provider) -> Result<Vec<String>, Stop> {
    match app.table.account(id).await? {
        Some(stored) if provider.has_secrets() && stored.account.provider.name() == provider.name() => {
            Ok(stored.open_secrets(&app.keys.seal)?)
        }
        _ => Ok(Vec::new()),
    }
}

/// How long a secret may be. No provider's is nearly as long, and an item has room for so much.
const LONGEST_SECRET: usize = 4096;

/// The secrets that a caller gives.
pub(crate) fn secrets(value: Value) -> Result<Vec<String>, Problem> {
    // The value stays out of the sentence: it may be most of a secret.
    let secrets: Vec<String> = serde_json::from_value(value)
        .map_err(|_| Problem::invalid("secrets: a list of texts is needed, also of a single one."))?;
    if secrets.len() > NAMED_AT_MOST || secrets.iter().any(|secret| secret.len() > LONGEST_SECRET) {
        return Err(Problem::invalid(format!("secrets: each is at most {LONGEST_SECRET} bytes, and they are few.")));
    }
    Ok(secrets)
}

/// Objects to rules that lead to stores which don't exist: their payments would get lost.
async fn missing_stores(app: &App, rules: &[StoreRule]) -> Result<Mistakes, Stop> {
    let list = app.table.stores().await?;
    let unread = list.unreadable.iter().filter_map(|store| store.number);
    let there: BTreeSet<StoreNumber> = list.iter().map(|store| store.number).chain(unread).collect();
    let mut named = BTreeSet::new();
    for rule in rules {
        named.extend(rule.is.values().chain(rule.begins.values()).copied());
    }
    let mut mistakes = Mistakes::default();
    for number in named.difference(&there).take(NAMED_AT_MOST) {
        mistakes.add(format!("stores: there is no store {number}. Put it first, with PUT /stores/{number}."));
    }
    Ok(mistakes)
}
