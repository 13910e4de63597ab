//! What a process takes from its start to its end, as the kernel tells it.

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Measured {
    pub wall: Duration,
    pub cpu: Duration,
    /// Resident memory in bytes, a sample every 20 ms.
    resident: Vec<u64>,
}

const SAMPLE: Duration = Duration::from_millis(20);

/// Runs a command to its end, which must be a good one.
pub fn measure(mut command: Command) -> Measured {
    command.stdout(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let proc = format!("/proc/{}", child.id());
    let (mut cpu, mut resident) = (Duration::ZERO, Vec::new());
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if let (Some(used), Some(now)) = (used(&proc), now_resident(&proc)) {
            cpu = used;
            resident.push(now);
        }
        // The commands that are over in no time are looked at more often.
        std::thread::sleep(if began.elapsed() < Duration::from_secs(1) { SAMPLE / 20 } else { SAMPLE });
    };
    assert!(status.success(), "{command:?} ended with {status}");
    Measured { wall: began.elapsed(), cpu, resident }
}

/// CPU time of the process so far, in user and in system mode: fields 14 and 15 of `stat`, in hundredths of a second.
fn used(proc: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("{proc}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

fn now_resident(proc: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("{proc}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.as_secs_f64());
        let most = self.resident.iter().max().copied().unwrap_or(0) / 1_000_000;
        let at = |share: usize| self.resident.get(self.resident.len() * share / 100).copied().unwrap_or(0) / 1_000_000;
        write!(
            f,
            "{wall:.1} s, {cpu:.1} s of CPU, at most {most} MB resident ({}, {}, {} MB at 25, 50, 75 %)",
            at(25),
            at(50),
            at(75)
        )
    }
}
