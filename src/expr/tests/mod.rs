//! What expressions mean, and what is refused.

mod bounds;
mod condition;
mod meaning;
mod overlay;
mod refusal;
mod types;
mod values;
