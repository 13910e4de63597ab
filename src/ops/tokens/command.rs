//! A command that prints a token: no shell, no standard input, bounded in time and in what it may print.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{MAX_TOKEN, token_in};
use crate::diagnostic::escape;
use crate::secret::{MASKED, Secret};

/// A password manager may ask its user for a fingerprint first.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is shown of the command's complaints at most, in bytes.
const MAX_COMPLAINT: u64 = 1000;

/// The token that the command prints, or what is wrong with it. Of what it printed, only stderr is told.
pub(super) fn run(words: &[String], withheld: &[OsString]) -> Result<Secret<String>, String> {
    run_within(words, withheld, PATIENCE)
}

fn run_within(words: &[String], withheld: &[OsString], patience: Duration) -> Result<Secret<String>, String> {
    let Some((program, arguments)) = words.split_first() else { return Err("`token-command` is empty".to_owned()) };
    let says = |what: String| format!("`token-command`: {} {what}", escape(program));
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in withheld {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|error| says(format!("could not be started: {error}")))?;
    let complaint = aside(child.stderr.take());
    let pid = Pid::from_child(&child);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(listen(child)));
    let Ok(ended) = receiver.recv_timeout(patience) else {
        let _ = kill_process(pid, Signal::KILL);
        return Err(says(format!("took longer than {} s and was ended", patience.as_secs())));
    };
    let (printed, status) = ended.map_err(|error| says(format!("could not be read from: {error}")))?;
    let printed = Secret::new(String::from_utf8_lossy(printed.expose()).into_owned());
    if !status.success() {
        // Something else that holds its end of the pipe is not waited for.
        let complaint = complaint.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        return Err(says(format!("failed ({status}){}", told(&complaint, &printed))));
    }
    token_in(printed.expose())
        .ok_or_else(|| says("must print the token alone, in one line, and nothing else".to_owned()))
}

/// Reads what it says beside the token, all of it, so that it never waits for a reader.
fn aside(stderr: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(mut stderr) = stderr else { return };
        let mut said = Vec::new();
        let _ = (&mut stderr).take(MAX_COMPLAINT).read_to_end(&mut said);
        let _ = io::copy(&mut stderr, &mut io::sink());
        let _ = sender.send(said);
    });
    receiver
}

fn listen(mut child: Child) -> io::Result<(Secret<Vec<u8>>, ExitStatus)> {
    let mut printed = Vec::with_capacity(MAX_TOKEN + 2);
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_TOKEN as u64 + 2).read_to_end(&mut printed)?;
    }
    Ok((Secret::new(printed), child.wait()?))
}

/// The complaint in one line, without any word that was printed as the token.
fn told(complaint: &[u8], printed: &Secret<String>) -> String {
    let mut line = String::from_utf8_lossy(complaint).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in printed.expose().split_whitespace() {
        line = line.replace(word, MASKED);
    }
    if line.is_empty() { String::new() } else { format!(": {}", escape(&line)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Result<Secret<String>, String> {
        run(&["sh", "-c", script].map(str::to_owned), &[])
    }

    #[test]
    fn what_it_prints_is_the_token() {
        let words = ["printf", "  %s\\n", "a$HOME;b"].map(str::to_owned);
        assert_eq!(run(&words, &[]).unwrap().expose(), "a$HOME;b");
    }

    #[test]
    fn what_it_complains_of_is_told_and_the_token_is_not() {
        let error = sh("echo token-hunter22; echo 'no token-hunter22 \u{1b}[2J' >&2; exit 3").unwrap_err();
        assert!(error.contains("exit status: 3") && error.contains("no *** "), "{error}");
        assert!(!error.contains("hunter22") && !error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for script in ["true", "echo two words", "printf 'a\\nb'", "head -c 20000 /dev/zero | tr '\\0' x"] {
            assert!(sh(script).unwrap_err().contains("must print the token alone"), "{script}");
        }
        assert!(run(&["/no/such/program".to_owned()], &[]).unwrap_err().contains("could not be started"));
        let sleep = ["sleep", "600"].map(str::to_owned);
        assert!(run_within(&sleep, &[], Duration::from_millis(1)).unwrap_err().contains("took longer"));
    }

    #[test]
    fn it_does_not_see_what_is_meant_for_onramp_alone() {
        // CARGO stands for one of our own variables: a test can set none.
        let words = ["/bin/sh", "-c", "echo \"${CARGO:-gone}\""].map(str::to_owned);
        assert_ne!(run(&words, &[]).unwrap().expose(), "gone");
        assert_eq!(run(&words, &["CARGO".into()]).unwrap().expose(), "gone");
    }
}
