//! The real SDK, pointed at a DynamoDB on this machine.
//!
//! The embedded DynamoDB does one thing at a time. It reads a range to its end before it cuts the page off at 1 MB, and
//! all other callers wait that long. So ranges are asked for in small pages, and the schedules pause between calls.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use aftertaste::aws;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Credentials, Intercept, RuntimeComponents,
        interceptors::{BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef},
    },
    error::BoxError,
    operation::query::QueryInput,
};

/// The most items of a page that has no limit of its own: a few milliseconds of the table's time.
const PAGE: i32 = 500;

/// How long a count rests before each call: as long as it has worked since the last one, within these bounds. So it
/// takes half of a core at most, and leaves the table alone half of the time.
const REST: RangeInclusive<Duration> = Duration::from_millis(5)..=Duration::from_millis(100);

/// A client with the bounds that the functions have.
pub(crate) async fn client(url: &str) -> Client {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"));
    let sdk = aws::bounds(loader).load().await;
    let config = aws_sdk_dynamodb::config::Builder::from(&sdk).endpoint_url(url).interceptor(SmallPages);
    Client::from_conf(config.build())
}

/// The same client for a thread that has nothing else to do: it pauses before each call.
pub(crate) fn unhurried(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().interceptor(Pauses { rested: Mutex::new(Instant::now()) }).build())
}

/// Asks for pages of [`PAGE`] items. The functions read every range to its last page, however small the pages are.
#[derive(Debug)]
struct SmallPages;

impl Intercept for SmallPages {
    fn name(&self) -> &'static str {
        "small pages"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(query) = context.input_mut().downcast_mut::<QueryInput>() {
            query.limit.get_or_insert(PAGE);
        }
        Ok(())
    }
}

/// Pauses before each call. The thread does nothing else, so it may simply sleep.
#[derive(Debug)]
struct Pauses {
    /// When the last rest ended.
    rested: Mutex<Instant>,
}

impl Intercept for Pauses {
    fn name(&self) -> &'static str {
        "pauses"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut rested = self.rested.lock().unwrap_or_else(PoisonError::into_inner);
        thread::sleep(rested.elapsed().clamp(*REST.start(), *REST.end()));
        *rested = Instant::now();
        Ok(())
    }
}
