//! Rules of the decision core, one by one; `tests/it/simulation` has the random ones.

mod again;
mod calls;
mod copies;
mod flow;
mod items;
mod looks;
mod passed;
mod plans;
mod recall;
mod resolved;
mod rounds;
mod situations;
mod spend;
mod stops;
mod table;
mod teardown;
