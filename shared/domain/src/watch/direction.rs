//! Which way a score moved.

/// Which way a score moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It is lower than before.
    Drop,
    /// It is higher.
    Rise,
}
