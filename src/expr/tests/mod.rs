//! What expressions mean, and what is refused.

mod bounds;
mod condition;
mod conformance;
mod documented;
mod meaning;
mod overlay;
mod refusal;
mod types;
mod values;
