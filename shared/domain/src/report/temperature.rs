//! The temperature: one figure for the door of a store.

use serde::Serialize;

use super::{
    Nps, Share,
    hidden::FEW,
    score::{nps_of, satisfied_of},
};
use crate::count::Group;

/// The temperature (温度), 0 to 100 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Temperature {
    /// The mean of (NPS + 100)/2 and the satisfied share in percent, each adjusted.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
}

impl Temperature {
    /// None with fewer than 30 answers to either question. The value is drawn to the middle, and with few answers it
    /// seems colder than it is next to others.
    pub(super) fn of(days: &[Group], shown: &Group) -> Option<Self> {
        let enough = shown.recommendations.n() >= FEW && shown.rated >= FEW;
        nps_of(days).zip(satisfied_of(days)).filter(|_| enough).map(|(nps, satisfied)| Self::from(nps, satisfied))
    }

    /// One figure from both. Its interval takes the two as fully correlated, a bound on the safe side: its half-width
    /// is the mean of the two half-widths.
    fn from(nps: Nps, satisfied: Share) -> Self {
        let value = f64::midpoint((nps.adjusted + 100.0) / 2.0, 100.0 * satisfied.adjusted);
        let half_width = f64::midpoint(nps.half_width / 2.0, 100.0 * satisfied.half_width);
        Self { value, low: (value - half_width).max(0.0), high: (value + half_width).min(100.0) }
    }
}
