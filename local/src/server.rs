//! The functions behind one port, as API Gateway's HTTP API would call them.

use std::collections::HashMap;
use std::sync::Arc;

use aftertaste::{
    app::App,
    domain::access::{AllKeys, BothKeys, OperatorKeys, ReceiverKeys},
    http::{Connection, Reply, Request, RequestContext},
    lambda::{Call, within},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, RawPathParams, rejection::RawPathParamsRejection},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    Clock, Template, guard, outbox,
    schedules::{self, Scheduled, Turns},
    with,
};

/// The largest body that API Gateway passes on: 10 MB.
const LARGEST_PASSED_ON: usize = 10 * 1024 * 1024;

pub(crate) async fn serve(
    listener: TcpListener,
    template: Template,
    app: Arc<App<AllKeys>>,
    (clock, turns): (Clock, Arc<Turns>),
    mut stopped: watch::Receiver<bool>,
) {
    let scheduled = Scheduled::new(&app, (app.table.clone(), clock), turns).await;
    let served =
        axum::serve(listener, router(&template, &app, clock, Arc::new(scheduled))).with_graceful_shutdown(async move {
            // An error means that the stack is gone, which is a stop too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        });
    if let Err(error) = served.await {
        tracing::error!(outcome = "server-ended", %error);
    }
}

fn router(template: &Template, app: &Arc<App<AllKeys>>, clock: Clock, scheduled: Arc<Scheduled>) -> Router {
    let mut router = of_this_machine(template, app, scheduled);
    for route in &template.routes {
        // API Gateway writes a parameter that takes the rest of a path `{scope+}`.
        let path = match route.path.split_once('{').filter(|(_, name)| name.ends_with("+}")) {
            Some((before, name)) => format!("{before}{{*{}}}", name.trim_end_matches("+}")),
            None => route.path.clone(),
        };
        let Ok(method) = MethodFilter::try_from(Method::from_bytes(route.method.as_bytes()).unwrap_or_default()) else {
            continue;
        };
        let (app, route) = (app.clone(), route.clone());
        let elsewhere = template.elsewhere.clone();
        let call = async move |parameters: Result<RawPathParams, RawPathParamsRejection>, came: Came| {
            // An address that is cut within a character is none of the route's.
            let Ok(parameters) = parameters else {
                return answer(&app, &elsewhere, request(came, "$default".into(), HashMap::new()), clock).await;
            };
            let parameters = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let route_key = format!("{} {}", route.method, route.path);
            answer(&app, &route.function, request(came, route_key, parameters), clock).await
        };
        router = router.route(&path, on(method, call));
    }
    // A request that fits no route goes to the function of API Gateway's `$default`.
    let (app, function) = (app.clone(), template.elsewhere.clone());
    let elsewhere =
        async move |came: Came| answer(&app, &function, request(came, "$default".into(), HashMap::new()), clock).await;
    let head = elsewhere.clone();
    // A route for GET is none for HEAD, as in API Gateway.
    let heads = move |request: axum::extract::Request, next: middleware::Next| {
        let head = head.clone();
        async move {
            if request.method() != Method::HEAD {
                return next.run(request).await;
            }
            match Came::from_request(request, &()).await {
                Ok(came) => head(came).await,
                Err(refused) => refused.into_response(),
            }
        }
    };
    router
        .fallback(elsewhere.clone())
        .method_not_allowed_fallback(elsewhere)
        .layer(middleware::from_fn(heads))
        .layer(DefaultBodyLimit::max(LARGEST_PASSED_ON))
}

/// The addresses that a machine of one's own has besides.
fn of_this_machine(template: &Template, app: &Arc<App<AllKeys>>, scheduled: Arc<Scheduled>) -> Router {
    let mut local = Router::new();
    for schedule in &template.schedules {
        let path = format!("/_local/schedules/{}", schedule.logical_id);
        let (scheduled, schedule) = (scheduled.clone(), schedule.clone());
        // The caller may hang up. A run goes on anyway: cut off, it would leave its lease behind.
        let fire = async move |body: String| {
            let run = tokio::spawn(async move { schedules::fire_now(&scheduled, &schedule, &body).await });
            run.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
        };
        local = local.route(&path, post(fire));
    }
    let outbox = app.clone();
    // They ask for no grant, so no page of another site may call them.
    local
        .route("/_local/outbox", get(async move || outbox::show(&outbox).await))
        .layer(middleware::from_fn(guard::only_programs))
        .route("/healthz", get(async || axum::Json(json!({"status": "ok"}))))
}

/// A request as it came in.
type Came = (Method, Uri, HeaderMap, Bytes);

/// The request as API Gateway would hand it over.
fn request((method, uri, headers, body): Came, route_key: String, path_parameters: HashMap<String, String>) -> Request {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let mut joined: HashMap<String, String> = HashMap::new();
    let mut cookies = Vec::new();
    for (name, value) in &headers {
        let value = text(value.as_bytes());
        if name == header::COOKIE {
            cookies.extend(value.split(';').map(|cookie| cookie.trim().to_owned()));
        } else if let Some(earlier) = joined.get_mut(name.as_str()) {
            earlier.push(',');
            earlier.push_str(&value);
        } else {
            joined.insert(name.as_str().to_owned(), value);
        }
    }
    let plain = std::str::from_utf8(&body);
    Request {
        route_key,
        headers: joined,
        path_parameters,
        raw_path: uri.path().to_owned(),
        raw_query_string: uri.query().unwrap_or_default().to_owned(),
        cookies,
        body: plain.map_or_else(|_| STANDARD.encode(&body), str::to_owned),
        is_base64_encoded: plain.is_err(),
        // It listens there and nowhere else.
        request_context: RequestContext {
            http: Connection { method: method.to_string(), source_ip: "127.0.0.1".into() },
        },
    }
}

/// Calls a function by its name; none when there is no such function.
pub async fn dispatch(app: &App<AllKeys>, function: &str, request: &Request, call: Call) -> Option<Reply> {
    let AllKeys { guests, grants, seal } = &app.keys;
    let both = with(app, BothKeys { guests: guests.clone(), grants: grants.clone() });
    let operator = with(app, OperatorKeys { grants: grants.clone(), seal: seal.clone() });
    let receiver = with(app, ReceiverKeys { guests: guests.clone(), seal: seal.clone() });
    let (guests, grants) = (with(app, guests.clone()), with(app, grants.clone()));
    // In a box each: a debug build's stack would not have room for all of them, one within the other.
    let handled = async {
        Some(match function {
            issue_link::FUNCTION => Box::pin(issue_link::handle(&both, request, call)).await,
            open_survey::FUNCTION => Box::pin(open_survey::handle(&guests, request, call)).await,
            record_response::FUNCTION => Box::pin(record_response::handle(&guests, request, call)).await,
            show_report::FUNCTION => Box::pin(show_report::handle(&grants, request, call)).await,
            manage_catalog::FUNCTION => Box::pin(manage_catalog::handle(&operator, request, call)).await,
            manage_people::FUNCTION => Box::pin(manage_people::handle(&grants, request, call)).await,
            handle_cases::FUNCTION => Box::pin(handle_cases::handle(&grants, request, call)).await,
            erase_responses::FUNCTION => Box::pin(erase_responses::handle(&both, request, call)).await,
            receive_payment::FUNCTION => Box::pin(receive_payment::handle(&receiver, request, call)).await,
            _ => return None,
        })
    };
    within(function, &request.route_key, handled).await
}

async fn answer(app: &App<AllKeys>, function: &str, request: Request, clock: Clock) -> Response {
    let call = Call { now: clock.now(), ..Call::now() };
    let Some(reply) = dispatch(app, function, &request, call).await else {
        let message = format!("template.yaml has a function {function} that local/ does not know.");
        return (StatusCode::NOT_IMPLEMENTED, axum::Json(json!({"message": message}))).into_response();
    };
    into_response(if request.takes_gzip() { reply.compressed() } else { reply })
}

fn into_response(reply: Reply) -> Response {
    let mut response = (reply.status, reply.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for cookie in reply.cookies {
        if let Ok(cookie) = header::HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), header::HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
