//! Pictures of workflows and runs: boxes below what they wait for.

mod drawing;
mod layout;
mod mermaid;
mod paint;
mod svg;

pub use drawing::Drawing;
pub use mermaid::mermaid;
pub use svg::svg;
