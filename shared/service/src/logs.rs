//! The logs of a function: as Lambda's logging controls say, by two variables that Lambda sets.
//!
//! The runtime has the same with a filter by patterns, and that brings an engine for regular expressions into every
//! package: `docs/adr/0015-one-signed-call.md`.

use tracing::Level;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Logs to the standard output from here on, from `AWS_LAMBDA_LOG_LEVEL` up; where that is not set, as `RUST_LOG`
/// says, such as `info,hyper=debug`.
pub fn begin() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let filter = filter(&variable("AWS_LAMBDA_LOG_LEVEL"), &variable("RUST_LOG"));
    let lines = fmt::layer().with_target(false).without_time();
    let lines = match variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json") {
        true => lines.json().boxed(),
        false => lines.boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

/// Which lines are logged. A level that is empty or can't be read says nothing, and then it is INFO.
fn filter(level: &str, targets: &str) -> Targets {
    // As a directive, an empty text would mean ERROR.
    let targets = Some(targets).filter(|targets| !targets.is_empty());
    let targets: Targets = targets.and_then(|targets| targets.parse().ok()).unwrap_or_default();
    match level.parse::<Level>() {
        Ok(level) => targets.with_default(level),
        Err(_) if targets.default_level().is_none() => targets.with_default(Level::INFO),
        Err(_) => targets,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_level_goes_first_then_rusts_then_info() {
        for (level, targets, debug, info) in [
            ("", "", false, true),
            ("WARN", "", false, false),
            ("DEBUG", "info", true, true),
            ("", "debug", true, true),
            ("", "error", false, false),
            ("", "hyper=off", false, true),
            ("loud", "!", false, true),
        ] {
            let filter = filter(level, targets);
            let here = |level| filter.would_enable("aftertaste", &level);
            assert_eq!((here(Level::DEBUG), here(Level::INFO)), (debug, info), "{level} {targets}");
            assert!(here(Level::ERROR), "{level} {targets}");
        }
        assert!(!filter("", "hyper=off").would_enable("hyper", &Level::ERROR));
    }
}
