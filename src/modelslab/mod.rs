//! ModelsLab's agent control plane and its generation API, as a typed client usable by itself.
//!
//! Facts come from the service's public documents, some of which contradict each other; where they do, the handling
//! here is the one that is right whichever of them is true.

mod address;
mod base;
mod card;
pub mod catalogue;
mod client;
mod envelope;
mod error;
mod generation;
mod image;
mod limits;
mod mcp;
mod stripe;

pub use base::Base;
pub use card::Card;
pub use client::Client;
pub use error::ApiError;
pub use generation::{ApiVersion, Generation, GenerationRequest, GenerationStatus, places_of};
pub use image::{Image, ImageKind};
pub use limits::{Limits, Place};
pub use mcp::Transport;
pub use stripe::{CardToken, Confirmed, Stripe, root as stripe_root};

#[cfg(test)]
mod tests;
