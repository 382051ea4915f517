//! The log of a piece of work: of each event its level and fields, and those of the spans around it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Once;

use serde_json::{Map, Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, filter::LevelFilter, layer::Context, layer::SubscriberExt, registry::LookupSpan};

thread_local! {
    static LOGGED: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Every thread's log, each for itself. One subscriber for the whole process: tracing remembers for each line whether
/// anybody listens, and tests that came and went would race for that.
pub struct Log;

impl Log {
    pub fn listen() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let subscriber = tracing_subscriber::registry().with(Self.with_filter(LevelFilter::INFO));
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        Self::taken();
    }

    /// The lines that this thread has logged since it was last asked.
    pub fn taken() -> Vec<Value> {
        LOGGED.take()
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let crate_name = event.metadata().target().split("::").next().unwrap();
        // The SDK's and the embedded DynamoDB's lines about themselves are theirs.
        if crate_name.starts_with("aws_") || crate_name.starts_with("dynoxide") || crate_name.starts_with("hyper") {
            return;
        }
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut fields);
        fields.0.insert("level".into(), json!(event.metadata().level().as_str()));
        fields.0.sort_keys();
        LOGGED.with_borrow_mut(|logged| logged.push(Value::Object(fields.0)));
    }
}
