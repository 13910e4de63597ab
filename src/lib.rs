//! onramp takes service accounts from nothing to working, without a browser.
//!
//! The layers, from the bottom up; each may use those above it in this list (`docs/ARCHITECTURE.md`):
//!
//! 0. words: [`id`], [`clock`], [`entropy`], [`secret`], [`diagnostic`]
//! 1. language, pure: [`expr`], [`workflow`], [`plan`]
//! 2. decision, pure: [`run`]; of many runs, [`fleet`]
//! 3. outside world: [`tls`], [`http`], [`mail`], [`subprocess`], [`store`]; on them [`modelslab`]; on all of these [`action`]
//! 4. what a run would do: [`outlook`]; drivers: [`report`], [`engine`], [`sandbox`]
//! 5. surfaces: [`ops`], [`cli`]

pub mod action;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod engine;
pub mod entropy;
pub mod expr;
pub mod fleet;
pub mod http;
pub mod id;
pub mod mail;
pub mod modelslab;
pub mod ops;
pub mod outlook;
pub mod plan;
pub mod report;
pub mod run;
pub mod sandbox;
pub mod secret;
pub mod store;
pub mod subprocess;
pub mod tls;
pub mod workflow;
