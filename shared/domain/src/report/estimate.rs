//! A figure with its interval. In JSON its three numbers mostly stand beside those of others, each under a name of its
//! own, and are `null` where nothing is known.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// A figure and the ends of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

type Known = Option<Estimate>;

pub(super) fn as_nps<S: Serializer>(estimate: &Known, serializer: S) -> Result<S::Ok, S::Error> {
    under(["nps", "low", "high"], *estimate, serializer)
}

pub(super) fn as_satisfied<S: Serializer>(estimate: &Known, serializer: S) -> Result<S::Ok, S::Error> {
    under(["satisfied", "satisfied_low", "satisfied_high"], *estimate, serializer)
}

pub(super) fn as_impact_asymmetry<S: Serializer>(estimate: &Known, serializer: S) -> Result<S::Ok, S::Error> {
    under(["impact_asymmetry", "low", "high"], *estimate, serializer)
}

fn under<S: Serializer>(names: [&'static str; 3], estimate: Known, serializer: S) -> Result<S::Ok, S::Error> {
    let [value, low, high] = names;
    let mut map = serializer.serialize_map(Some(3))?;
    map.serialize_entry(value, &estimate.map(|estimate| estimate.value))?;
    map.serialize_entry(low, &estimate.map(|estimate| estimate.low))?;
    map.serialize_entry(high, &estimate.map(|estimate| estimate.high))?;
    map.end()
}
