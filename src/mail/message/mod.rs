//! Messages as bytes, made readable: header fields into an [`Envelope`], bodies into [`Content`].

mod attributes;
mod content;
mod entities;
mod envelope;
mod html;
mod urls;

pub(super) use content::{Block, Content, Link};
pub(super) use envelope::Envelope;
