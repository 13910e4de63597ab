//! Expressions: text with `${{ }}` in it, whose inside is CEL.
//!
//! [`Template`] is what the rest of the program sees. Inside, a text is split (`split`), each expression is read into
//! tokens whose names are resolved (`names`) and which CEL parses (`expression`); a plain reference is followed without
//! CEL (`path`), everything else is evaluated by it (`evaluate`).

mod bound;
mod canonical;
mod evaluate;
mod expression;
mod lex;
mod names;
mod object;
mod overlay;
mod path;
mod pattern;
mod place;
mod refer;
mod scope;
mod size;
mod split;
mod template;

pub use place::{Place, Positions};
pub use scope::{EvalError, NeedsStatus, Reference, Scope};
pub use template::Template;

#[cfg(test)]
mod tests;
