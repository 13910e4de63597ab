//! What an `http` step costs beside Hurl (hurl.dev): the same 1,000 chained GETs against one server, in turns.
//!
//! `benches/measure hurl` sees to it that there is a Hurl; `cargo bench --bench http` runs without one as well. What is timed
//! are whole processes: start, reading the file, the requests, the end. Nothing fails for missing a target.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod contest;
mod in_memory;
mod server;

use std::time::Duration;

use contest::{Contest, Contestant, IN_MEMORY};

const REQUESTS: usize = 1_000;
const ROUNDS: usize = 11;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, IN_MEMORY, file, base_url] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return in_memory::run(file, base_url);
    }
    let contest = Contest::new(server::serve(), REQUESTS);
    let contestants = contest.contestants();
    let round = || contestants.iter().map(|contestant| contest.time(*contestant)).collect::<Vec<_>>();
    round(); // the first warms up
    let rounds: Vec<Vec<Duration>> = (0..ROUNDS).map(|_| round()).collect();
    println!("{REQUESTS} chained GETs with status and capture, median of {ROUNDS} rounds in turns:");
    for (at, contestant) in contestants.iter().enumerate() {
        let (name, target) = match contestant {
            Contestant::Hurl => ("Hurl", None),
            Contestant::InMemory => ("onramp without persistence", Some(1.0)),
            Contestant::WithJournal => ("onramp run, journal on", Some(1.5)),
        };
        let took = median(rounds.iter().map(|round| round[at].as_secs_f64()));
        print!("  {name:27} {:6.1} ms, {:4.0} µs a request", took * 1e3, took * 1e6 / REQUESTS as f64);
        match target.filter(|_| contestants[0] == Contestant::Hurl) {
            Some(target) => {
                let ratio = median(rounds.iter().map(|round| round[at].as_secs_f64() / round[0].as_secs_f64()));
                println!(", {ratio:.2} times Hurl (target: at most {target:.1})");
            }
            None => println!(),
        }
    }
    if contestants[0] != Contestant::Hurl {
        println!("  there is no Hurl to compare with: `benches/measure hurl` installs one and measures again");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
