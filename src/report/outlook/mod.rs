//! What a run would do: on one page, with every step below it, or as a JSON document.

mod details;
mod json;
mod page;
mod words;

pub use details::details;
pub use json::json;
pub use page::page;
