//! What is counted and not timed: syncs of the journal, and memory.

use std::process::Command;
use std::sync::Arc;

use onramp::plan::Plan;
use onramp::store::simulated::ForgetfulDisk;

use crate::instant::run;
use crate::workflows::{ONCE, READ, chain, fan};

/// The argument that makes this program run a workflow and print what memory it took.
pub const MEMORY: &str = "--memory-of";

type Shape = fn(&str, usize) -> Arc<Plan>;

fn shape(name: &str) -> Shape {
    if name == "chain" { chain } else { fan }
}

/// Syncs beyond those of a run with one read.
fn syncs(plan: &Plan) -> u64 {
    let count = |plan: &Plan| {
        let disk = ForgetfulDisk::default();
        run(plan, Some(&disk));
        disk.counts().syncs
    };
    count(plan) - count(&fan(READ, 1))
}

pub fn print() {
    println!("syncs of the journal:");
    for (name, step, what, steps, most) in [
        ("chain", READ, "reads", 100, 0),
        ("chain", ONCE, "effects (once)", 100, 101),
        ("fan", READ, "reads", 1_000, 50),
        ("fan", ONCE, "effects (once)", 1_000, 50),
    ] {
        println!("  {name} of {steps} {what}: {} (target: at most {most})", syncs(&shape(name)(step, steps)));
    }
    println!("memory of a process that runs 100,000 steps, each with its answer's outputs:");
    for name in ["chain", "fan"] {
        let program = std::env::current_exe().unwrap();
        let output = Command::new(program).args([MEMORY, name, "100000"]).output().unwrap();
        println!("  {name}: {} (target: at most 200 MB)", String::from_utf8_lossy(&output.stdout).trim());
    }
}

/// Runs `steps` reads in this process and says what was resident at most.
pub fn print_memory(name: &str, steps: usize) {
    let plan = shape(name)(READ, steps);
    let planned = resident("VmRSS");
    let state = run(&plan, None);
    println!("{} MB at most, {planned} MB of it the plan; {} steps", resident("VmHWM"), state.steps.len());
}

/// A line of `/proc/self/status` in MB.
fn resident(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')?.strip_suffix("kB"));
    found.unwrap().trim().parse::<u64>().unwrap() / 1000
}
