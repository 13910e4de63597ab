//! The workflow language: YAML with spans, decoded into a [`Workflow`].

mod bounds;
mod budget;
mod call;
mod check;
mod decode;
mod duration;
mod effect;
mod inputs;
mod judges;
mod model;
mod money;
mod reach;
mod report;
mod retry;
mod rules;
mod schema;
mod source;
mod sources;
mod spec;
mod tree;

pub use bounds::Bounds;
pub(crate) use budget::Budget;
pub(crate) use call::{Called, called_in, is_file, resolve};
pub(crate) use check::{Names, Use, check, unstored_secret};
pub(crate) use decode::decode;
pub use duration::parse_duration;
pub use effect::Effect;
pub use inputs::{Given, InputError, bind, bind_secrets, bind_some, typed};
pub(crate) use inputs::{accept, accept_secret};
pub use judges::{Judges, Refusal};
pub use model::{
    Capture, CaptureFrom, Expect, Input, Limits, Matrix, OnError, Output, Probe, Rate, SecretInput, Spanned, Step,
    Undo, Workflow,
};
pub use money::{Cents, Money};
pub use reach::{Bound, Contact, RateClass, Reach, Spends};
pub(crate) use report::Report;
pub use retry::{RetryClass, RetryPolicy};
pub use rules::{Extent, Pattern, Rules};
pub use schema::schema;
pub use source::read_source;
pub use sources::{Sources, Texts};
pub use spec::{ActionSpec, Audience, Catalogue, EffectRule, OutputSpec, Parameter, Type, UndoRule};
