//! One call in, one reply out.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::{
    http::{Format, Problem, Reply, Request, accepted_format, wanted_languages},
    pages,
};

/// How long a call may take. template.yaml gives a function ten seconds.
const DEADLINE: Duration = Duration::from_secs(8);

/// Serves a function's handler to the Lambda runtime, for ever.
///
/// The event is decoded here and not by `lambda_http`, which panics on some that a caller can bring about; a call
/// that panics is a 500.
///
/// # Errors
/// When the runtime can't be reached.
pub async fn serve<F: Future<Output = Reply>>(handle: impl Fn(Request) -> F) -> Result<(), Error> {
    let handle = &handle;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| async move {
        let request = event.payload;
        let late = too_late(&request);
        let takes_gzip = request.takes_gzip();
        let reply = tokio::time::timeout(DEADLINE, handle(request)).await;
        let reply = reply.unwrap_or_else(|_| late());
        Ok::<_, Error>(if takes_gzip { reply.compressed() } else { reply }.into_event())
    }))
    .await
}

/// The reply when the table has been hanging: Lambda itself would end the call without one.
fn too_late(request: &Request) -> impl FnOnce() -> Reply + use<> {
    let wants_page = accepted_format(request, &[Format::Json, Format::Html]) == Some(Format::Html);
    let languages = wanted_languages(request);
    move || {
        let problem = Problem::unavailable();
        tracing::error!(outcome = "failed", status = 503, error = "the call took longer than its deadline");
        if wants_page { pages::problem(&problem, &languages) } else { problem.into() }
    }
}
