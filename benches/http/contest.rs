//! The same work for each of the contestants: a chain of GETs, each with an asserted status and a value captured from the
//! body, which the next one's path is made of.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The argument that makes this program run a workflow without persistence.
pub const IN_MEMORY: &str = "--in-memory";

pub struct Contest {
    folder: tempfile::TempDir,
    base_url: String,
    hurl: Option<PathBuf>,
}

#[derive(Clone, Copy)]
pub struct Took {
    pub wall: Duration,
    pub cpu: Duration,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Contestant {
    Hurl,
    InMemory,
    WithJournal,
}

impl Contest {
    pub fn new(base_url: String, requests: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("chain.hurl"), hurl_file(requests)).unwrap();
        std::fs::write(folder.path().join("chain.yaml"), workflow(requests)).unwrap();
        Self { folder, base_url, hurl: hurl() }
    }

    pub fn contestants(&self) -> Vec<Contestant> {
        let hurl = self.hurl.is_some().then_some(Contestant::Hurl);
        hurl.into_iter().chain([Contestant::InMemory, Contestant::WithJournal]).collect()
    }

    /// What `contestant` took, from the start of its process to its end.
    pub fn time(&self, contestant: Contestant) -> Took {
        let mut command = self.command(contestant);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        let (began, used) = (Instant::now(), used_by_children());
        let output = command.output().unwrap();
        let took = Took { wall: began.elapsed(), cpu: used_by_children() - used };
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        took
    }

    fn command(&self, contestant: Contestant) -> Command {
        let folder = self.folder.path();
        match contestant {
            Contestant::Hurl => {
                let mut command = Command::new(self.hurl.as_deref().unwrap_or(Path::new("hurl")));
                command.args(["--variable", &format!("base_url={}", self.base_url), "--variable", "next=0"]);
                command.args(["--no-output", "chain.hurl"]);
                command
            }
            Contestant::InMemory => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.args([IN_MEMORY, "chain.yaml", &self.base_url]);
                command
            }
            Contestant::WithJournal => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
                command.args(["run", "chain.yaml", "--quiet", "--base-url", &self.base_url]);
                command.env("XDG_CONFIG_HOME", folder.join("config")).env("XDG_STATE_HOME", folder.join("state"));
                command
            }
        }
    }
}

/// The CPU time of all child processes that have ended, in user and in kernel mode. It is told in steps of 10 ms and counted
/// exactly, so that the mean of some rounds can be trusted, and a single one cannot.
fn used_by_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The 16th and the 17th field; the name of the program, which may hold anything, is the second.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(13).take(2);
    Duration::from_millis(10 * fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>())
}

/// On the PATH, or where `benches/measure hurl` puts it.
fn hurl() -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/hurl/bin/hurl");
    let runs = |path: &PathBuf| Command::new(path).arg("--version").stdout(Stdio::null()).status().is_ok();
    [PathBuf::from("hurl"), installed].into_iter().find(runs)
}

fn hurl_file(requests: usize) -> String {
    let request = "GET {{base_url}}/items/{{next}}\nHTTP 200\n[Captures]\nnext: jsonpath \"$.next\"\n\n";
    request.repeat(requests)
}

fn workflow(requests: usize) -> String {
    let mut text = String::from("name: chain\nsteps:\n");
    for step in 0..requests {
        let url = match step.checked_sub(1) {
            Some(before) => format!("/items/${{{{ steps.s{before}.outputs.next }}}}"),
            None => "/items/0".to_owned(),
        };
        text.push_str(&format!("  s{step}:\n    uses: http\n    with: {{ url: \"{url}\" }}\n"));
        text.push_str("    expect: { status: 200 }\n    outputs: { next: { jsonpath: $.next } }\n");
    }
    text
}
