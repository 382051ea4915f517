//! What the HTTP functions share: requests, replies, problems, content negotiation, the shell of a page.

mod negotiation;
pub mod page;
mod problem;
mod reply;
mod request;

pub use negotiation::{Format, accepted_format, wanted_languages};
pub use problem::Problem;
pub use reply::Reply;
pub use request::{Request, bearer, body_json, form_fields};

use lambda_runtime::{Error, LambdaEvent, service_fn};

/// The largest body that is read, in bytes: 16 KB. The largest thing worth sending, ten comments in emoji, is half
/// of that.
pub const LARGEST_BODY: usize = 16 * 1024;

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
        Ok::<_, Error>(handle(event.payload).await.into_event())
    }))
    .await
}
