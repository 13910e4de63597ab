//! Messages as bytes, made readable: header fields into an [`Envelope`], bodies into [`Content`].

mod attributes;
mod authentication;
mod bound;
mod boxes;
mod content;
mod elements;
mod entities;
mod envelope;
mod html;
mod line;
mod picker;
mod quoted;
mod selector;
mod urls;

pub(super) use content::{Block, Content, Link};
pub(super) use envelope::{AUTHENTICATION_RESULTS, Envelope};
pub(super) use html::select;
pub(super) use selector::Selector;
