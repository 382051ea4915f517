//! A sign-in link from a stack, for a person who has its keys.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::Failure;

/// The person who signs in if nobody is named. They are put on the list the first time.
const OPERATOR: &str = "operator";

/// A sign-in link of a person, made by the stack at an address. `grant` allows admin.
///
/// # Errors
/// When the stack can't be reached, or knows no such person.
pub async fn sign_in_link(url: &str, grant: &str, person: Option<&str>) -> Result<String, Failure> {
    let http = Client::new();
    let url = url.trim_end_matches('/');
    let id = person.unwrap_or(OPERATOR);
    let address = format!("{url}/people/{id}");
    if person.is_none() {
        let everything = json!({"role": "everything", "scope": "*"});
        let listed = asked(http.get(&address), grant, url).await?;
        if listed.0 == StatusCode::NOT_FOUND {
            let operator = json!({"name": "Operator", "roles": [everything]});
            done(asked(http.put(&address).json(&operator), grant, url).await?, url)?;
        } else if !done(listed, url)?
            .get("roles")
            .and_then(Value::as_array)
            .is_some_and(|all| all.contains(&everything))
        {
            return Err(Failure(format!(
                "{OPERATOR} is listed at {url} and may not do everything. Name somebody who may, or change {OPERATOR}."
            )));
        }
    }
    let made = done(asked(http.request(Method::POST, format!("{address}/link")), grant, url).await?, url)?;
    let link = made.get("link").and_then(Value::as_str);
    link.map(str::to_owned).ok_or_else(|| Failure(format!("{url} sent no link.")))
}

/// Asks a stack with a grant. A reply that is no JSON counts as nothing.
pub(crate) async fn asked(request: RequestBuilder, grant: &str, url: &str) -> Result<(StatusCode, Value), Failure> {
    let unreachable = |error: reqwest::Error| Failure(format!("{url} can't be reached: {error}."));
    let response = request.bearer_auth(grant).header("accept", "application/json").send().await.map_err(unreachable)?;
    let status = response.status();
    Ok((status, response.json().await.unwrap_or_default()))
}

/// A reply that says that it is done, or the reason why it is not.
pub(crate) fn done((status, reply): (StatusCode, Value), url: &str) -> Result<Value, Failure> {
    if status.is_success() {
        return Ok(reply);
    }
    let said = reply.get("detail").and_then(Value::as_str).unwrap_or("it gave no reason");
    Err(Failure(format!("{url} refused with {status}: {said}")))
}
