//! Histories that a seed makes up.
