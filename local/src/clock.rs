//! The clock of a stack: this machine's, or a faster one, by which a day's deadlines can be watched in minutes.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard};

/// A clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Timestamp,
    at: Instant,
    times: u32,
}

impl Default for Clock {
    /// This machine's.
    fn default() -> Self {
        Self::faster(1)
    }
}

impl Clock {
    /// A clock that runs so many times as fast as this machine's from now on.
    pub fn faster(times: u32) -> Self {
        Self { began: Timestamp::now(), at: Instant::now(), times: times.max(1) }
    }

    /// The time that it shows.
    pub fn now(&self) -> Timestamp {
        if self.times == 1 {
            return Timestamp::now();
        }
        self.began.saturating_add(self.at.elapsed().saturating_mul(self.times)).unwrap_or(Timestamp::MAX)
    }

    /// A clock that shows the same now, and goes on no faster than this machine's.
    pub(crate) fn of_a_run(&self) -> impl Fn() -> Timestamp + use<> {
        let (clock, at) = (*self, Instant::now());
        let began = clock.now();
        move || match clock.times {
            1 => clock.now(),
            _ => began.saturating_add(at.elapsed()).unwrap_or(Timestamp::MAX),
        }
    }

    /// Waits until nothing else goes on, where this clock is too fast for leases to see to that.
    pub(crate) async fn waits_for<'a>(&self, alone: &'a Mutex<()>) -> Option<MutexGuard<'a, ()>> {
        if self.times == 1 { None } else { Some(alone.lock().await) }
    }

    /// How many times as fast as this machine's it runs.
    pub(crate) fn pace(&self) -> u32 {
        self.times
    }

    /// How long something takes on this machine that takes so long by this clock.
    pub(crate) fn real(&self, duration: Duration) -> Duration {
        duration / self.times
    }
}

/// How many times as fast a clock runs, as it is written on the command line: `60x`.
///
/// # Errors
/// Says how it is written.
pub fn parse_times(text: &str) -> Result<u32, String> {
    let times = text.strip_suffix('x').and_then(|times| times.parse().ok()).filter(|times| (1..=60).contains(times));
    times.ok_or_else(|| "a clock runs 1x to 60x as fast".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_faster_clock_runs_ahead_of_this_machines() {
        let began = Timestamp::now();
        let clock = Clock::faster(600);
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now().duration_since(began).as_secs() >= 12);
        assert_eq!(clock.real(Duration::from_secs(60)), Duration::from_millis(100));
        let run = clock.of_a_run();
        let first = run();
        assert!(first >= began + 12.seconds() && run().duration_since(first).as_secs() < 60);
        assert!(Clock::default().now().duration_since(began).as_secs() < 600);
    }

    #[test]
    fn how_fast_is_written_with_an_x() {
        assert_eq!(parse_times("60x"), Ok(60));
        for wrong in ["60", "0x", "61x", "x", "-1x", "1.5x"] {
            assert!(parse_times(wrong).is_err(), "{wrong}");
        }
    }
}
