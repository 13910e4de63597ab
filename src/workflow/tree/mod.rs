//! YAML as a tree that knows where each part stands.

mod align;
mod build;
mod node;
mod offsets;

pub use build::parse;
pub use node::{Entry, Kind, Node, Scalar, Style};

#[cfg(test)]
mod tests;
