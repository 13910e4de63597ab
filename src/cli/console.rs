//! How a run is watched: a live view on a terminal, lines elsewhere.

use std::sync::Arc;

use super::args::{Color, Global, Progress};
use super::{environment, out, signals};
use crate::clock::SystemClock;
use crate::ops::{Console, FleetConsole};
use crate::report::fleet::{FleetLines, FleetLive, FleetReporter};
use crate::report::{Lines, Live, Look, Reporter};
use crate::secret::Mask;

/// Columns of a stream whose width nobody knows.
const FALLBACK: usize = 100;

pub fn console(global: &Global, progress: &Progress, mask: &Mask) -> Result<Console, String> {
    // A terminal echoes the `^C` of the signal that ends us.
    let mut leave: Box<dyn FnOnce() + Send> = Box::new(|| out::draw(""));
    let reporter: Option<Box<dyn Reporter>> = match (progress.quiet, is_live(global)) {
        (true, _) => None,
        (false, true) => {
            let live = Live::on_stderr(stderr_look(global.color), Arc::new(SystemClock));
            leave = Box::new(live.eraser());
            Some(Box::new(live))
        }
        (false, false) => Some(Box::new(Lines::new(std::io::stderr(), mask.clone()))),
    };
    let stop = signals::listen(leave).map_err(|error| format!("cannot listen for signals: {error}"))?;
    Ok(Console { reporters: reporter.into_iter().collect(), stop, mask: mask.clone() })
}

/// How a fleet is watched.
pub fn fleet_console(global: &Global, progress: &Progress, mask: &Mask) -> Result<FleetConsole, String> {
    let mut leave: Box<dyn FnOnce() + Send> = Box::new(|| out::draw(""));
    let reporter: Option<Box<dyn FleetReporter>> = match (progress.quiet, is_live(global)) {
        (true, _) => None,
        (false, true) => {
            let live = FleetLive::on_stderr(stderr_look(global.color), Arc::new(SystemClock));
            leave = Box::new(live.eraser());
            Some(Box::new(live))
        }
        (false, false) => Some(Box::new(FleetLines::new(std::io::stderr(), Arc::new(SystemClock)))),
    };
    let stop = signals::listen(leave).map_err(|error| format!("cannot listen for signals: {error}"))?;
    Ok(FleetConsole { reporters: reporter.into_iter().collect(), stop, mask: mask.clone() })
}

/// Whether a view can be drawn anew; a log would tear it.
fn is_live(global: &Global) -> bool {
    out::stderr_is_terminal() && !environment::terminal_is_dumb() && global.log.is_none()
}

/// How talk looks that goes to stderr.
pub fn stderr_look(color: Color) -> Look {
    let look = look(color, &console::Term::stderr(), out::stderr_is_terminal());
    Look { cuts: true, ..look }
}

/// How data looks that goes to stdout.
pub fn stdout_look(color: Color) -> Look {
    look(color, &console::Term::stdout(), out::stdout_is_terminal())
}

fn look(color: Color, stream: &console::Term, terminal: bool) -> Look {
    let width = stream.size_checked().map_or(FALLBACK, |(_, columns)| usize::from(columns));
    Look { color: out::colors(color, terminal), unicode: environment::speaks_unicode(), width, cuts: terminal }
}
