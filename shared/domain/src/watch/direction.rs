//! Which way a score moved.

use serde::{Deserialize, Serialize};

/// Which way a score moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// It is lower than before.
    #[serde(rename = "down")]
    Drop,
    /// It is higher.
    #[serde(rename = "up")]
    Rise,
}

impl Direction {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drop => "down",
            Self::Rise => "up",
        }
    }
}
