//! What an `http` step costs beside Hurl (hurl.dev): the same 1,000 chained GETs against one server, in turns.
//!
//! `benches/measure hurl` sees to it that there is a Hurl; `cargo bench --bench http` runs without one as well. What is timed
//! are whole processes: start, reading the file, the requests, the end. CPU time stands beside the time on the wall, since
//! that also depends on the disk and on what else the machine does. Nothing fails for missing a target.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod contest;
mod in_memory;
mod server;

use contest::{Contest, Contestant, IN_MEMORY, Took};

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
    let rounds: Vec<Vec<Took>> = (0..ROUNDS).map(|_| round()).collect();
    println!("{REQUESTS} chained GETs with status and capture, {ROUNDS} rounds in turns:");
    let times = |at: usize| Times::of(rounds.iter().map(|round| round[at]));
    for (at, contestant) in contestants.iter().enumerate() {
        let (name, target) = match contestant {
            Contestant::Hurl => ("Hurl", None),
            Contestant::InMemory => ("onramp without persistence", Some(1.0)),
            Contestant::WithJournal => ("onramp run, journal on", Some(1.5)),
        };
        let took = times(at);
        println!("  {name:27} {:6.1} ms (best {:6.1}), CPU {:6.1} ms", took.median, took.best, took.cpu);
        if let Some(target) = target.filter(|_| contestants[0] == Contestant::Hurl) {
            let hurl = times(0);
            let ratios = rounds.iter().map(|round| round[at].wall.as_secs_f64() / round[0].wall.as_secs_f64());
            println!(
                "  {:27} {:6.2} times Hurl (best {:.2}), CPU {:.2} times; target: at most {target:.1}",
                "",
                median(ratios),
                took.best / hurl.best,
                took.cpu / hurl.cpu
            );
        }
    }
    if contestants[0] != Contestant::Hurl {
        println!("  there is no Hurl to compare with: `benches/measure hurl` installs one and measures again");
    }
}

/// All in milliseconds.
struct Times {
    median: f64,
    best: f64,
    /// The mean.
    cpu: f64,
}

impl Times {
    fn of(took: impl Iterator<Item = Took> + Clone) -> Self {
        let wall = took.clone().map(|took| took.wall.as_secs_f64() * 1e3);
        let cpu: f64 = took.map(|took| took.cpu.as_secs_f64() * 1e3).sum();
        Self { median: median(wall.clone()), best: wall.fold(f64::INFINITY, f64::min), cpu: cpu / ROUNDS as f64 }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
