//! An operator sets up stores, surveys, the brand, the names of nodes, accounts at payment providers, endpoints of
//! events and who is on duty, and reports each day's orders.

mod accounts;
mod duty;
mod endpoints;
mod logo;
mod nodes;

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::{
    app::{self, Stop, conclude},
    domain::{
        Id, Invalid, Mistakes,
        access::{Grant, OperatorKeys, check_visible},
        count::{DayDetails, DayOperations},
        place::{Path, Scope, Store, StoreDetails, StoreNumber, parse_day},
        strictly,
        survey::{Brand, BrandDetails, Definition, Survey},
    },
    http::{LARGEST_BODY, Problem, Reply, Request, body_json},
    lambda::Call,
    table::{Deed, LIFETIMES_LOOK_BACK_DAYS, PutSurvey, StoreList, TableError, Versioned},
};
use futures::stream::{self, StreamExt, TryStreamExt};
use http::StatusCode;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

type App = app::App<OperatorKeys>;

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "manage-catalog";

/// How many lines of a file are written at once.
const WRITES_AT_ONCE: usize = 16;

/// `GET` and `PUT` of `/stores/{store}`, `/surveys/{id}`, `/brand` and `/accounts/{account}`; `GET /stores`; `PUT` of
/// days' orders; all of `/nodes`, `/endpoints` and `/duty`.
///
/// An operator reads what was just written: nothing here comes from the memory that other functions have.
pub async fn handle(app: &App, request: &Request, call: Call) -> Reply {
    let managed = manage(app, request, call).await.map_err(|stop| match stop {
        // The operator can fix it, and no retry would.
        Stop::Broken(error @ TableError::Unreadable { .. }) => Problem::item_unreadable(&error).into(),
        stop => stop,
    });
    conclude(managed, Reply::from)
}

async fn manage(app: &App, request: &Request, call: Call) -> Result<Reply, Stop> {
    let now = call.now;
    let grant = app.granted_at_once(request, now).await?;
    let route = request.route_key.as_str();
    let needs_all = matches!(route, "PUT /surveys/{id}" | "PUT /brand")
        || ["/accounts", "/endpoints"].iter().any(|of| route.contains(of));
    if !grant.allows_some_admin() || (needs_all && !grant.allows_admin()) {
        return Err(Problem::grant_insufficient("admin").into());
    }
    app.catalog.see(&grant, now).await;
    let (outcome, reply) = match route {
        "GET /stores" => ("stores-read", get_stores(app, &grant).await?),
        "GET /stores/{store}" => ("store-read", get_store(app, request, &grant).await?),
        "PUT /stores/{store}" => ("store-written", put_store(app, request, &grant, now).await?),
        "GET /surveys/{id}" => ("survey-read", get_survey(app, request).await?),
        "PUT /surveys/{id}" => ("survey-written", put_survey(app, request, now).await?),
        "GET /brand" => ("brand-read", ok(&app.table.brand().await?)),
        "PUT /stores/{store}/days/{day}" => ("operations-written", put_operations(app, request, &grant).await?),
        "PUT /days" => ("operations-written", put_operations_csv(app, request, &grant).await?),
        "PUT /brand" => ("brand-written", put_brand(app, request).await?),
        "GET /nodes" => ("nodes-read", nodes::list(app, &grant).await?),
        "PUT /nodes" => ("node-written", nodes::put_csv(app, request, &grant).await?),
        "PUT /nodes/{path+}" => ("node-written", nodes::put(app, request, &grant).await?),
        "DELETE /nodes/{path+}" => ("node-deleted", nodes::delete(app, request, &grant).await?),
        "GET /accounts/{account}" => ("account-read", accounts::get(app, request, now).await?),
        "PUT /accounts/{account}" => ("account-written", accounts::put(app, request, call).await?),
        "GET /endpoints" => ("endpoints-read", endpoints::list(app).await?),
        "GET /endpoints/{endpoint}" => ("endpoint-read", endpoints::get(app, request).await?),
        "PUT /endpoints/{endpoint}" => ("endpoint-written", endpoints::put(app, request, call).await?),
        "DELETE /endpoints/{endpoint}" => ("endpoint-deleted", endpoints::delete(app, request).await?),
        "POST /endpoints/{endpoint}" => endpoints::act(app, request, call).await?,
        "GET /duty" => ("duties-read", duty::list(app, &grant).await?),
        "PUT /duty/{scope+}" => ("duty-written", duty::put(app, request, &grant, call).await?),
        "DELETE /duty/{scope+}" => ("duty-deleted", duty::delete(app, request, &grant).await?),
        _ => return Err(Problem::route_unknown().into()),
    };
    if !outcome.ends_with("-read") {
        let named = ["store", "id", "day", "path", "account", "endpoint", "scope"];
        let named = named.map(|name| request.path_parameter(name));
        let on = named.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" ");
        let deed = Deed { at: now, by: grant.subject.clone(), grant: grant.id(), what: outcome.to_owned(), on };
        app.table.record_deed(&deed, call.fresh).await?;
    }
    tracing::info!(outcome, status = reply.status.as_u16(), by = grant.subject);
    Ok(reply)
}

fn ok(body: &impl Serialize) -> Reply {
    Reply::json(StatusCode::OK, body)
}

fn store_number(request: &Request) -> Result<StoreNumber, Problem> {
    let number: Result<StoreNumber, Invalid> = request.path_parameter("store").parse();
    Ok(number?)
}

/// Refuses a scope that the grant does not cover.
fn covered_scope(grant: &Grant, scope: &Scope, path: &Path) -> Result<(), Problem> {
    let covers = grant.allows_admin_of(scope, Some(path));
    if covers { Ok(()) } else { Err(Problem::grant_insufficient(&format!("admin:{scope}"))) }
}

/// Refuses a store that the grant does not cover.
fn covered(grant: &Grant, store: &Store) -> Result<(), Problem> {
    covered_scope(grant, &Scope::Store(store.number), &store.details.path)
}

/// Refuses to add a store to a node, or to move it there, whose stores the grant does not cover. The store alone is not
/// enough: a person with one store could choose the others that it is compared with.
fn covered_node(grant: &Grant, store: &Store) -> Result<(), Problem> {
    let path = &store.details.path;
    covered_scope(grant, &Scope::Node(path.clone()), path)
}

/// Nobody knows of a store that can't be read where it belongs.
fn covered_unread(grant: &Grant) -> Result<(), Problem> {
    if grant.allows_admin() { Ok(()) } else { Err(Problem::grant_insufficient("admin")) }
}

/// Those that can't be read are listed apart, with why.
async fn get_stores(app: &App, grant: &Grant) -> Result<Reply, Stop> {
    let StoreList { mut stores, mut unreadable } = app.table.stores().await?;
    stores.retain(|store| covered(grant, store).is_ok());
    unreadable.retain(|_| grant.allows_admin());
    Ok(ok(&json!({"stores": stores, "unreadable": unreadable})))
}

async fn get_store(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let store = app.table.store(store_number(request)?).await?.ok_or_else(Problem::store_unknown)?;
    covered(grant, &store)?;
    Ok(ok(&store))
}

async fn put_store(app: &App, request: &Request, grant: &Grant, now: Timestamp) -> Result<Reply, Stop> {
    let number = store_number(request)?;
    let details: StoreDetails = body_without(request, "store")?;
    let store = Store::new(number, details).map_err(Problem::from)?;
    // Here alone: a store that was put by an earlier version is still read.
    check_visible("A store's name", &store.details.name).map_err(Problem::from)?;
    let before = match app.table.store(number).await {
        // A new put repairs it. Its calendar is not known any more.
        Err(TableError::Unreadable { .. }) => {
            covered_unread(grant)?;
            None
        }
        read => read?,
    };
    if let Some(before) = &before {
        covered(grant, before)?;
    }
    if before.as_ref().is_none_or(|before| before.details.path != store.details.path) {
        covered_node(grant, &store)?;
    }
    check_surveys(app, &store).await?;
    let Some(before) = before else {
        app.table.put_store(&store).await?;
        return Ok(ok(&store));
    };
    if before.calendar != store.calendar && app.table.has_responses(number).await? {
        return Err(Problem::invalid(
            "A store that has been answered for keeps its time_zone and day_starts: its days would be cut anew, and \
             answers counted in two of them. Give it a new number.",
        )
        .into());
    }
    let store = store.in_place_of(&before, now, LIFETIMES_LOOK_BACK_DAYS);
    app.table.put_store(&store).await?;
    Ok(ok(&store))
}

/// Checks that the surveys a store asks exist, and that staff are asked for no words. Nobody would read those, for a
/// few colleagues know each other's way of writing.
async fn check_surveys(app: &App, store: &Store) -> Result<(), Stop> {
    for id in store.surveys() {
        let Some(survey) = app.table.readable_survey(id).await? else {
            let sentence = format!("There is no survey {id}: put it first, with PUT /surveys/{{id}}.");
            return Err(Problem::invalid(sentence).into());
        };
        if Some(id) == store.details.staff_survey.as_ref() && survey.survey.asks_texts() {
            return Err(Problem::invalid(texts_for_staff(id, store.number)).into());
        }
    }
    Ok(())
}

fn texts_for_staff(survey: &Id, store: StoreNumber) -> String {
    format!(
        "The survey {survey} asks for texts, and what staff write is shown to nobody. Give store {store} another \
         staff_survey without them, such as pulse, or leave them out."
    )
}

/// A body as `GET` shows it can be put back: the field that the address or the table decides is passed over.
fn body_without<T: DeserializeOwned>(request: &Request, field: &str) -> Result<T, Problem> {
    let mut body: Map<String, Value> = body_json(request)?;
    body.remove(field);
    Ok(strictly(Value::Object(body))?)
}

fn survey_id(request: &Request) -> Result<Id, Problem> {
    let id: Result<Id, Invalid> = request.path_parameter("id").parse();
    Ok(id?)
}

#[derive(Serialize)]
struct SurveyBody<'a> {
    version: u32,
    #[serde(flatten)]
    definition: &'a Definition,
}

async fn get_survey(app: &App, request: &Request) -> Result<Reply, Stop> {
    let Versioned { version, survey } =
        app.table.survey(&survey_id(request)?).await?.ok_or_else(Problem::survey_unknown)?;
    Ok(ok(&SurveyBody { version, definition: &survey.definition }))
}

async fn put_survey(app: &App, request: &Request, now: Timestamp) -> Result<Reply, Stop> {
    let id = survey_id(request)?;
    let definition: Definition = body_without(request, "version")?;
    if definition.id != id {
        let sentence = format!("The definition's id is {}, and its address says {id}.", definition.id);
        return Err(Problem::invalid(sentence).into());
    }
    let mut mistakes = definition.reserved_names();
    mistakes.0.extend(definition.conditional_drivers().0);
    let survey = match (Survey::new(definition), mistakes.0.is_empty()) {
        (Ok(survey), true) => survey,
        (checked, _) => {
            mistakes.0.splice(0..0, checked.err().into_iter().flat_map(|wrong| wrong.0));
            return Err(Problem::from(mistakes).into());
        }
    };
    if survey.asks_texts()
        && let Some(store) =
            app.table.stores().await?.iter().find(|store| store.details.staff_survey.as_ref() == Some(&id))
    {
        return Err(Problem::invalid(texts_for_staff(&id, store.number)).into());
    }
    let (status, version) = match app.table.put_survey(&survey, now).await? {
        PutSurvey::Unchanged(version) => (StatusCode::OK, version),
        PutSurvey::Written(version) => (StatusCode::CREATED, version),
        PutSurvey::Refused(broken) => return Err(Problem::from(broken).into()),
    };
    Ok(Reply::json(status, &SurveyBody { version, definition: &survey.definition }))
}

async fn put_brand(app: &App, request: &Request) -> Result<Reply, Stop> {
    let mut details: BrandDetails = body_json(request)?;
    details.logo = details.logo.as_deref().map(logo::cleaned).transpose().map_err(Problem::from)?;
    let brand = Brand::try_from(details).map_err(Problem::from)?;
    let mut mistakes = Mistakes::default();
    mistakes.check(check_visible("name", &brand.name));
    for name in brand.segments.values() {
        mistakes.check(check_visible("A segment's name", name));
    }
    let brand = mistakes.unless(brand).map_err(Problem::from)?;
    app.table.put_brand(&brand).await?;
    Ok(ok(&brand))
}

async fn put_operations(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let number = store_number(request)?;
    let day = parse_day("The day in the address", request.path_parameter("day")).map_err(Problem::from)?;
    let operations: DayOperations = body_json(request)?;
    match app.table.store(number).await {
        // It is there, and its days go on.
        Err(TableError::Unreadable { .. }) => covered_unread(grant)?,
        read => covered(grant, &read?.ok_or_else(Problem::store_unknown)?)?,
    }
    app.table.put_operations(number, day, &operations).await?;
    Ok(ok(&json!({"store": number, "day": day, "orders": operations.orders})))
}

/// A row of the CSV of many days: `store,day,orders,revenue,refunds,currency`, the last three optional.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    store: u32,
    day: String,
    orders: u64,
    revenue: Option<f64>,
    refunds: Option<f64>,
    currency: Option<String>,
}

/// The body of a route that takes a table as `text/csv`, up to so many bytes.
fn csv_body(request: &Request, most: usize) -> Result<Vec<u8>, Problem> {
    if request.content_type() == "text/csv" {
        request.bytes_up_to(most)
    } else {
        Err(Problem::unsupported_media_type("text/csv"))
    }
}

/// Makes the writes of a file, some at once: one after the other, they would take a call longer than it has.
async fn written(writes: Vec<impl Future<Output = Result<(), TableError>>>) -> Result<Reply, Stop> {
    let count = writes.len();
    stream::iter(writes).buffer_unordered(WRITES_AT_ONCE).try_collect::<Vec<()>>().await?;
    Ok(ok(&json!({"written": count})))
}

async fn put_operations_csv(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let bytes = csv_body(request, LARGEST_BODY)?;
    let list = app.table.stores().await?;
    let numbers = list.stores.iter().filter(|store| covered(grant, store).is_ok()).map(|store| store.number);
    let unread = list.unreadable.iter().filter(|_| grant.allows_admin()).filter_map(|store| store.number);
    let stores: BTreeSet<StoreNumber> = numbers.chain(unread).collect();
    // Of a day that is in a file twice, the last row counts.
    let mut days: BTreeMap<(StoreNumber, Date), DayOperations> = BTreeMap::new();
    // All rows are checked before the first is written.
    for (row, read) in
        (1..).zip(csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice()).deserialize())
    {
        let wrong = |why: String| Problem::invalid(format!("Row {row}: {why}"));
        let Row { store, day, orders, revenue, refunds, currency } =
            read.map_err(|error: csv::Error| wrong(error.to_string()))?;
        let store = StoreNumber::try_from(store).map_err(|error| wrong(error.0))?;
        let day = parse_day("day", &day).map_err(|error| wrong(error.0))?;
        let details = DayDetails { orders, revenue, refunds, orders_by_hour: BTreeMap::new(), currency };
        let operations = DayOperations::try_from(details).map_err(|error| wrong(error.0))?;
        if !stores.contains(&store) {
            return Err(wrong(format!("there is no store {store} that this grant sets up.")).into());
        }
        days.insert((store, day), operations);
    }
    let writes = days.iter().map(|((store, day), operations)| app.table.put_operations(*store, *day, operations));
    written(writes.collect()).await
}
