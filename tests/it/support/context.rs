use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use super::process::Running;
use super::{Journal, LONG, SandboxProcess};

/// A machine with nothing on it but `onramp`: home, store and environment of its own.
pub struct TestContext {
    dir: TempDir,
    invocations: AtomicUsize,
}

impl TestContext {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("onramp-it-").tempdir().unwrap();
        Self { dir, invocations: AtomicUsize::new(0) }
    }

    /// A place below the context's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Whole or not at all: a process that was started side by side may read what is written there again.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let file = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        fs::write(file.path(), text).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        file.persist(&path).unwrap();
        path
    }

    /// The store of commands that are told of no other.
    pub fn store(&self) -> PathBuf {
        self.path("store")
    }

    pub fn key_file(&self) -> PathBuf {
        self.path("config/onramp/key")
    }

    /// A sandbox's state, of `run --sandbox`.
    pub fn embedded_state(&self, run: &str) -> PathBuf {
        let all = self.path("state/onramp/sandbox");
        let found = fs::read_dir(&all).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let of_run = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()?.rsplit_once('-')).is_some_and(|(name, _)| name == run)
        };
        found.into_iter().find(of_run).unwrap_or_else(|| all.join(run))
    }

    pub fn journal(&self) -> Journal {
        Journal::in_store(&self.store())
    }

    /// `onramp` with these arguments, and none of the environment of who runs the tests.
    pub fn onramp<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Invocation {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
        command.args(args);
        self.isolated(command)
    }

    /// A line of shell, in which `$ONRAMP` is the program.
    pub fn shell(&self, line: &str) -> Invocation {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]);
        self.isolated(command).env("ONRAMP", env!("CARGO_BIN_EXE_onramp"))
    }

    fn isolated(&self, mut command: Command) -> Invocation {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let printed = self.path("printed");
        fs::create_dir_all(&printed).unwrap();
        command.env_clear().current_dir(self.dir.path());
        for (name, value) in [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", self.path("home"));
        command.env("XDG_CONFIG_HOME", self.path("config")).env("XDG_STATE_HOME", self.path("state"));
        command.env("ONRAMP_STORE", self.store());
        Invocation { command, printed: printed.join(number.to_string()) }
    }

    /// The folder that holds everything: store, configuration, and what commands printed.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// A command that is about to be run.
pub struct Invocation {
    command: Command,
    printed: PathBuf,
}

/// What a command that has ended printed.
#[derive(Debug)]
pub struct Output {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Invocation {
    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn store(self, store: &Path) -> Self {
        self.env("ONRAMP_STORE", store)
    }

    /// Points the command at a sandbox that stands alone.
    pub fn against(self, sandbox: &SandboxProcess) -> Self {
        self.env("ONRAMP_BASE_URL", &sandbox.base_url).env("ONRAMP_MAILBOX_URL", &sandbox.mailbox)
    }

    /// Keeps what is printed out of the context's folder.
    pub fn printed_to(mut self, folder: &Path) -> Self {
        self.printed = folder.join(self.printed.file_name().unwrap());
        self
    }

    /// Starts the command; it is killed if nobody waits for it.
    pub fn start(mut self) -> Running {
        let file = |extension| fs::File::create(self.printed.with_extension(extension)).unwrap();
        self.command.stdin(Stdio::null()).stdout(file("out")).stderr(file("err"));
        // A group of its own, so that a Ctrl-C meant for the tests is not also one for the program.
        let child = self.command.process_group(0).spawn().unwrap();
        Running::new(child, self.printed)
    }

    pub fn run(self) -> Output {
        self.start().wait(LONG).expect("the command did not end in time")
    }
}

impl Output {
    /// The document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON on stdout: {error}\n{self:#?}"))
    }

    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// stderr says each of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "stderr does not say {part:?}:\n{}", self.stderr);
        }
        self
    }
}
