//! Expressions: text with `${{ }}` in it, whose inside is CEL.
//!
//! [`Template`] is what the rest of the program sees. Inside, a text is split (`split`), each expression is read into
//! tokens whose names are resolved (`names`) and which CEL parses (`expression`); a plain reference is followed without
//! CEL (`path`), everything else is evaluated by it (`evaluate`). What type a value will have is known before (`infer`).

mod bound;
mod canonical;
mod evaluate;
mod expression;
mod granted;
mod infer;
mod invoke;
mod lex;
mod names;
mod object;
mod outline;
mod overlay;
mod parse;
mod path;
mod pattern;
mod place;
mod refer;
mod rows;
mod scope;
mod signature;
mod size;
mod split;
mod template;
mod types;
mod typing;
mod weight;

pub use granted::Granted;
pub use infer::Types;
pub use parse::{Broken, Parsed};
pub use place::{Place, Positions};
pub use rows::RowValue;
pub use scope::{EvalError, NeedsStatus, Reference, Scope};
pub use template::Template;
pub use types::ValueType;
pub use weight::weight;

#[cfg(test)]
mod tests;
