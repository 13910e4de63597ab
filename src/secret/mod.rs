//! Secrets as types. A [`Secret`] has no `Display` and no `Serialize`, prints as `***`, and is wiped when dropped.
//!
//! Secrecy belongs to named values: a [`Datum`] knows whether it is one. [`Mask`] is the second net, for free text.

mod data;
mod datum;
mod hiding;
mod mask;

pub use data::Data;
pub use datum::Datum;
pub use hiding::{hide, hide_ranges};
pub use mask::Mask;

use std::fmt;

use zeroize::Zeroize;

/// What is shown in place of a secret.
pub const MASKED: &str = "***";

/// A value that can be overwritten in memory.
pub trait Wipe {
    fn wipe(&mut self);
}

impl Wipe for String {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl Wipe for Vec<u8> {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl<const N: usize> Wipe for [u8; N] {
    fn wipe(&mut self) {
        self.zeroize();
    }
}

impl Wipe for serde_json::Value {
    fn wipe(&mut self) {
        match self {
            serde_json::Value::String(text) => text.zeroize(),
            serde_json::Value::Array(items) => items.iter_mut().for_each(Wipe::wipe),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(Wipe::wipe),
            other => *other = serde_json::Value::Null,
        }
    }
}

/// A value that is never printed and never serialised. Read it with [`Secret::expose`], as late as possible.
#[derive(Clone, Default, PartialEq)]
pub struct Secret<T: Wipe>(T);

impl<T: Wipe> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Wipe> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: Wipe> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASKED)
    }
}
