//! The watch over all scopes of one night.

use super::{Alerts, Direction, Evidence, Siblings, Stream, alerts};

/// Scopes that are judged beside the same siblings, all by their places among the streams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The siblings. A scope that is judged is mostly one of them.
    pub siblings: Vec<usize>,
    /// The scopes that are judged beside them. Each scope is in one group.
    pub judged: Vec<usize>,
}

/// What a night's watch found.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Of each stream; none where nothing can be said.
    pub evidence: Vec<Option<Evidence>>,
    /// Which ones dropped.
    pub drops: Alerts,
    /// Which ones rose.
    pub rises: Alerts,
    /// Of each group, the variance of a day in points squared. It is compared with those of simulated chains.
    pub day_variances: Vec<f64>,
}

impl Watch {
    /// Judges the streams of all scopes. Every stream is one watched scope, whether or not it has answers. False alarms
    /// of all of them together are so many days apart on average, drops and rises each.
    pub fn of(streams: &[Stream], groups: &[Group], days_apart: u64) -> Self {
        let mut evidence = vec![None; streams.len()];
        let mut day_variances = Vec::with_capacity(groups.len());
        for group in groups {
            let siblings = Siblings::of(group.siblings.iter().filter_map(|at| streams.get(*at)));
            for at in &group.judged {
                if let Some((stream, found)) = streams.get(*at).zip(evidence.get_mut(*at)) {
                    *found = Evidence::of(stream, &siblings);
                }
            }
            day_variances.push(siblings.day_variance());
        }
        let scopes = streams.len() as u64;
        let towards = |direction| {
            let logs: Vec<Option<f64>> = evidence
                .iter()
                .map(|found| found.as_ref().map(|evidence: &Evidence| evidence.towards(direction).log_evidence))
                .collect();
            alerts(&logs, scopes, days_apart)
        };
        let (drops, rises) = (towards(Direction::Drop), towards(Direction::Rise));
        Self { evidence, drops, rises, day_variances }
    }
}
