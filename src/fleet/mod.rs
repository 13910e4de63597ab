//! The same workflow for many rows: what a fleet is, what became of each row, and which rows may begin.

mod row;

pub use row::{InvalidKey, Row, RowKey};
