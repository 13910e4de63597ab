//! Tests of the language as a whole: a file in, a plan or diagnostics out.

mod bootstrap;
mod calls;
mod catalogue;
mod documents;
mod edits;
mod fixtures;
mod flow;
mod hostile;
mod plans;
mod reading;
mod types;
mod warnings;
