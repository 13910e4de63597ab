//! What a store promises, on a disk in memory and on a real one.

mod cancel;
mod chain;
mod crash;
pub(in crate::store) mod fixture;
mod format_page;
mod generate;
mod hold;
mod keys;
mod runs;
mod secrets;
mod stored;
mod texts;
mod witness;
