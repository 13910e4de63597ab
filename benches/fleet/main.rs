//! A fleet of the bootstrap workflow beside two programs that make the same requests with the same bound and keep nothing: a
//! bare one on tokio and reqwest, and the script that a user would otherwise write, Python's requests in a thread pool.
//! `cargo bench --bench fleet [-- ROWS [IN_FLIGHT]]`
//!
//! Each has a sandbox of its own in another process, which holds every request back for 50 ms. The targets, for 10,000 rows and
//! at most 1,000 in flight: wall time within 1.25 times and CPU within 2 times of the bare program, at most 300 MB resident and
//! flat, `fleet show` within 300 ms, and `fleet resume` with nothing outstanding within 500 ms. The two run by turns, and the
//! median of their ratios counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod bare;
mod measured;
mod service;

use std::path::Path;
use std::process::Command;

use measured::{Measured, measure};
use service::Service;

const WORKFLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/bootstrap.yaml");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/fleet/threads.py");
const ONRAMP: &str = env!("CARGO_BIN_EXE_onramp");
/// The same program takes a sixth more or less from one minute to the next.
const TURNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, base_url, mailbox, rows, in_flight] = arguments.as_slice()
        && mode == "bare"
    {
        return bare::run(base_url, mailbox, rows.parse().unwrap(), in_flight.parse().unwrap());
    }
    let number = |at: usize, default: usize| arguments.get(at).map_or(default, |text| text.parse().unwrap());
    let (rows, in_flight) = (number(0, 10_000), number(1, 1000));
    println!("{rows} rows, at most {in_flight} in flight, 50 ms latency");
    let folder = tempfile::tempdir().unwrap();
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for turn in 1..=TURNS {
        let of_bare = contest("tokio and reqwest, nothing kept", folder.path(), rows, |service| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["bare", &service.base_url, &service.mailbox, &rows.to_string(), &in_flight.to_string()]);
            command
        });
        let of_fleet = contest("onramp fleet run", folder.path(), rows, |service| {
            let mut command = onramp(folder.path());
            command.args(["fleet", "run", WORKFLOW, "--name", &name(turn), "--key", "email", "--quiet", "--json"]);
            command.args(["--count", &rows.to_string(), "--template", "email=agent+${{ index }}@onramp.test"]);
            command.args(["--max-parallel", &in_flight.to_string(), "--base-url", &service.base_url]);
            command.env("ONRAMP_MAILBOX_URL", &service.mailbox);
            command
        });
        wall.push(of_fleet.wall.as_secs_f64() / of_bare.wall.as_secs_f64());
        cpu.push(of_fleet.cpu.as_secs_f64() / of_bare.cpu.as_secs_f64());
        println!(
            "onramp: {:.2} times the wall time of the bare program, {:.2} times its CPU",
            wall[turn - 1],
            cpu[turn - 1]
        );
    }
    let (wall, cpu) = (median(wall), median(cpu));
    println!("onramp, median of {TURNS}: {wall:.2} times the wall time (1.25), {cpu:.2} times the CPU (2)");
    afterwards(folder.path(), &name(TURNS), rows);
    contest("Python, requests in a thread pool", folder.path(), rows, |service| {
        let mut command = Command::new("python3");
        command.args([SCRIPT, &service.base_url, &service.mailbox, &rows.to_string(), &in_flight.to_string()]);
        command
    });
}

/// Each turn's fleet is one of its own.
fn name(turn: usize) -> String {
    format!("bench-{turn}")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// With the same TLS as ours, though nothing here uses any.
fn client() -> reqwest::Client {
    let tls = onramp::tls::client_config(None).unwrap();
    reqwest::Client::builder().tls_backend_preconfigured((*tls).clone()).build().unwrap()
}

/// One program, from its start to its end, against a service of its own; it must have made every account.
fn contest(name: &str, folder: &Path, rows: usize, command: impl FnOnce(&Service) -> Command) -> Measured {
    let service = Service::start(folder);
    let measured = measure(command(&service));
    let accounts = service.accounts();
    println!("{name}: {measured}, {accounts} accounts");
    assert_eq!(accounts, rows, "not every row has its account");
    measured
}

fn onramp(folder: &Path) -> Command {
    let config = folder.join("scaled.toml");
    std::fs::write(&config, "[defaults]\nrate-scale = 1000000\n").unwrap();
    let mut command = Command::new(ONRAMP);
    command.arg("--config").arg(config).env_clear().env("HOME", folder).env("ONRAMP_STORE", folder.join("store"));
    command
}

/// What it costs to look at the fleet, and to find that nothing is left to do.
fn afterwards(folder: &Path, fleet: &str, rows: usize) {
    for (verb, most) in [("show", 300), ("resume", 500)] {
        let mut times: Vec<u128> = (0..5)
            .map(|_| {
                let mut command = onramp(folder);
                command.args(["fleet", verb, fleet]);
                if verb == "resume" {
                    // The service is gone; nothing may be asked of it.
                    command.env("ONRAMP_MAILBOX_URL", Service::last_mailbox(folder));
                }
                measure(command).wall.as_millis()
            })
            .collect();
        times.sort_unstable();
        println!("onramp fleet {verb}: median {} ms of 5, at most {} ms ({most})", times[2], times[4]);
    }
    let files = std::fs::read_dir(folder.join("store/fleets").join(fleet));
    let bytes: u64 = files.unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    println!("on disk: {:.1} kB a row (20)", bytes as f64 / rows as f64 / 1000.0);
}
