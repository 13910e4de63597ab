//! Rules of the decision core, one by one; `tests/it/simulation` has the random ones.

mod again;
mod flow;
mod plans;
mod situations;
mod stops;
mod table;
mod teardown;
