//! The decision core and the engine in a simulated world: a manual clock, a scripted service, a disk that forgets.
//!
//! `PROPTEST_CASES` asks for more cases than the few that an ordinary run takes.

mod fold;
mod graph;
mod graphs;
mod host;
mod life;
mod oracle;
mod reruns;
mod retried;
mod rules;
mod script;
mod tries;
mod world;
mod yaml;

mod copies;
mod crashes;
mod edits;
mod ends;
mod limits;
mod shipped;
mod stops;
mod syncs;
mod teardowns;
mod times;
mod totality;
mod yaml_world;

use proptest::test_runner::Config;

/// A share of the cases that proptest would take.
fn cases(share: f64) -> Config {
    let config = Config::default();
    let cases = (f64::from(config.cases) * share).ceil() as u32;
    Config { cases, failure_persistence: None, max_shrink_iters: 500, max_shrink_time: 10_000, ..config }
}
