//! One call in, one reply out.

use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    http::{Problem, Reply, Request, accepted, wanted_languages},
    pages,
};

/// How long a call may take. template.yaml gives a function ten seconds.
const DEADLINE: Duration = Duration::from_secs(8);

/// The values of a call beside its request: time and randomness are arguments below this.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// When it came.
    pub now: Timestamp,
    /// A fresh random id.
    pub fresh: Uuid,
}

impl Call {
    /// A call at this moment.
    pub fn now() -> Self {
        Self { now: Timestamp::now(), fresh: Uuid::new_v4() }
    }
}

/// Runs a call of a function, so that every line that it logs says which function and which route.
pub async fn within<T>(function: &str, route: &str, call: impl Future<Output = T>) -> T {
    call.instrument(tracing::info_span!("call", function, route)).await
}

/// Serves a function's handler to the Lambda runtime, for ever.
///
/// The event is decoded here and not by `lambda_http`, which panics on some that a caller can bring about. A call that
/// panics is a 500.
///
/// # Errors
/// When the runtime can't be reached.
pub async fn serve<F: Future<Output = Reply>>(
    function: &'static str,
    handle: impl Fn(Request, Call) -> F,
) -> Result<(), Error> {
    let handle = &handle;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| async move {
        let request = event.payload;
        let (route, late, takes_gzip) = (request.route_key.clone(), too_late(&request), request.takes_gzip());
        let timed = async {
            let reply = tokio::time::timeout(DEADLINE, handle(request, Call::now())).await;
            reply.unwrap_or_else(|_| late())
        };
        let reply = within(function, &route, timed).await;
        Ok::<_, Error>(if takes_gzip { reply.compressed() } else { reply }.into_event())
    }))
    .await
}

/// The reply when the table has been hanging: Lambda itself would end the call without one.
fn too_late(request: &Request) -> impl FnOnce() -> Reply + use<> {
    let wants_page = accepted(request, false, &[(false, "application/json"), (true, "text/html")]);
    let languages = wanted_languages(request);
    move || {
        let problem = Problem::unavailable();
        tracing::error!(outcome = "failed", status = 503, error = "the call took longer than its deadline");
        if wants_page { pages::problem(&problem, &languages) } else { problem.into() }
    }
}
