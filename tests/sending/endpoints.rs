//! Endpoints as an operator sets them up.
