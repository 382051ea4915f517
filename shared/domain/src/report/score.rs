//! Scores in short: the net promoter score and the satisfied share of some responses.

use serde::Serialize;

use super::{
    Estimate, Nps, Share,
    estimate::{as_nps, as_satisfied},
    nps_over, share_over,
};
use crate::count::Group;

/// The scores of a part of the responses.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Score {
    /// Answers to the question that measures recommendation; of a survey without one, to that which measures
    /// satisfaction.
    pub n: u64,
    /// The net promoter score.
    #[serde(flatten, serialize_with = "as_nps")]
    pub nps: Option<Estimate>,
    /// The satisfied share, 0 to 1.
    #[serde(flatten, serialize_with = "as_satisfied")]
    pub satisfied: Option<Estimate>,
}

impl Score {
    /// The scores of some days of which so much may be shown.
    pub(super) fn shown(days: &[Group], shown: &Group) -> Self {
        let nps = nps_of(days).filter(|_| shown.recommendations.n() > 0);
        let satisfied = satisfied_of(days).filter(|_| shown.rated > 0);
        let all = Group::of_all(days);
        Self {
            n: if all.recommendations.n() == 0 { all.rated } else { all.recommendations.n() },
            nps: nps.map(|Nps { score, low, high, .. }| Estimate { value: score, low, high }),
            satisfied: satisfied.map(|Share { share, low, high, .. }| Estimate { value: share, low, high }),
        }
    }
}

pub(super) fn nps_of(days: &[Group]) -> Option<Nps> {
    nps_over(&days.iter().map(|day| day.recommendations).collect::<Vec<_>>())
}

pub(super) fn satisfied_of(days: &[Group]) -> Option<Share> {
    share_over(&days.iter().map(|day| (day.satisfied, day.rated)).collect::<Vec<_>>())
}
