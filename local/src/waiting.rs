//! The words of a start that takes its time.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;

/// How long nothing is said: what is quicker needs no words.
const QUIET: Duration = Duration::from_secs(1);

/// How often a log says what the start still waits for. A terminal says it all the time.
const AGAIN: Duration = Duration::from_secs(10);

/// Says what is waited for, from the first second until it is dropped: on a terminal a line that moves, elsewhere in
/// the log.
pub(crate) struct Waiting {
    bar: ProgressBar,
    telling: JoinHandle<()>,
}

impl Waiting {
    /// Waits for something that says nothing of how far it is, such as `Waiting for the table in .aftertaste`.
    pub(crate) fn with_clock(what: String) -> Self {
        Self::start(ProgressBar::no_length(), "  {spinner} {msg}: {elapsed}", what)
    }

    /// Waits for something of so many steps.
    pub(crate) fn with_steps(what: String, steps: u64) -> Self {
        Self::start(ProgressBar::new(steps), "  {msg} {bar:40} {percent} %", what)
    }

    /// Some steps are done.
    pub(crate) fn done(&self, steps: u64) {
        self.bar.inc(steps);
    }

    fn start(bar: ProgressBar, template: &str, what: String) -> Self {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.clone());
        let shown = bar.clone();
        let telling = tokio::spawn(async move {
            tokio::time::sleep(QUIET).await;
            if std::io::stderr().is_terminal() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
                return;
            }
            loop {
                tracing::info!(outcome = "waiting", "{what}: {} s", shown.elapsed().as_secs());
                tokio::time::sleep(AGAIN).await;
            }
        });
        Self { bar, telling }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.telling.abort();
        self.bar.finish_and_clear();
    }
}
