//! CPU time and memory that the worst files and mails take which the limits let through: `cargo bench --bench hostile
//! [-- NAME]`. The names of mails begin with `mail:`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, dead_code)]

#[path = "../../tests/it/hostile/cases/mod.rs"]
mod cases;
#[path = "../../tests/it/hostile/judge.rs"]
mod judge;

use allocation_counter::measure;
use rustix::time::{ClockId, clock_gettime};

/// The CPU time of this thread, in milliseconds.
fn used() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    println!("{:<30} {:>10} {:>8} {:>8} {:>9}", "case", "bytes", "CPU ms", "peak MB", "findings");
    let all = [cases::texts(), cases::depths(), cases::references(), cases::errors(), cases::inputs(), cases::calls()];
    let texts = all.into_iter().flatten().map(|(name, text)| (name, text.into_bytes()));
    let files = texts.chain([("invalid UTF-8", cases::invalid())]);
    for (name, bytes) in files.filter(|(name, _)| name.contains(&wanted)) {
        let (begun, mut found) = (used(), (0, 0));
        let memory = measure(|| found = judge::explained(&bytes));
        let (took, peak) = (used() - begun, memory.bytes_max / 1_000_000);
        println!("{name:<30} {:>10} {took:>8} {peak:>8} {:>9}", bytes.len(), found.0 + found.1);
    }
    for (name, mail) in cases::mails().into_iter().map(|(name, mail)| (format!("mail: {name}"), mail)) {
        if !name.contains(&wanted) {
            continue;
        }
        // The worst of all that can be taken.
        let each = judge::extracts().map(|extract| {
            let (begun, mut candidates) = (used(), 0);
            let memory = measure(|| candidates = extract.explain(&mail).candidates.len());
            (used() - begun, memory.bytes_max / 1_000_000, candidates)
        });
        let (took, peak, candidates) =
            each.into_iter().fold((0, 0, 0), |most, one| (most.0.max(one.0), most.1.max(one.1), most.2.max(one.2)));
        println!("{name:<30} {:>10} {took:>8} {peak:>8} {candidates:>9}", mail.len());
    }
}
