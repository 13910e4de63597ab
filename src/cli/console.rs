//! How a run is watched: a live view on a terminal, lines elsewhere.

use std::sync::Arc;

use super::args::{Color, Global, Progress};
use super::{environment, out, signals};
use crate::clock::SystemClock;
use crate::engine::StopSignal;
use crate::ops::{Console, FleetConsole};
use crate::report::fleet::{FleetLines, FleetLive, FleetReporter};
use crate::report::{Lines, Live, Look, Reporter};
use crate::secret::Mask;

/// Columns of a stream whose width nobody knows.
const FALLBACK: usize = 100;

/// How a run is watched.
pub fn console(global: &Global, progress: &Progress, mask: &Mask) -> Result<Console, String> {
    let watched = watch::<dyn Reporter>(
        global,
        progress,
        || {
            let live = Live::on_stderr(stderr_look(global.color), Arc::new(SystemClock));
            let leave = live.eraser();
            (Box::new(live), Box::new(leave))
        },
        || Box::new(Lines::new(std::io::stderr(), mask.clone())),
    );
    watched.map(|(reporters, stop)| Console { reporters, stop, mask: mask.clone() })
}

/// How a fleet is watched.
pub fn fleet_console(global: &Global, progress: &Progress, mask: &Mask) -> Result<FleetConsole, String> {
    let watched = watch::<dyn FleetReporter>(
        global,
        progress,
        || {
            let live = FleetLive::on_stderr(stderr_look(global.color), Arc::new(SystemClock));
            let leave = live.eraser();
            (Box::new(live), Box::new(leave))
        },
        || Box::new(FleetLines::new(std::io::stderr(), Arc::new(SystemClock))),
    );
    watched.map(|(reporters, stop)| FleetConsole { reporters, stop, mask: mask.clone() })
}

/// What a signal does before it ends us.
type Leave = Box<dyn FnOnce() + Send>;

/// The reporters, and the signals that ask to stop.
fn watch<R: ?Sized>(
    global: &Global,
    progress: &Progress,
    live: impl FnOnce() -> (Box<R>, Leave),
    lines: impl FnOnce() -> Box<R>,
) -> Result<(Vec<Box<R>>, StopSignal), String> {
    // A terminal echoes the `^C` of the signal that ends us.
    let nothing = || -> Leave { Box::new(|| out::draw("")) };
    let (reporter, leave) = match (progress.quiet, is_live(global)) {
        (true, _) => (None, nothing()),
        (false, true) => {
            let (reporter, leave) = live();
            (Some(reporter), leave)
        }
        (false, false) => (Some(lines()), nothing()),
    };
    let stop = signals::listen(leave).map_err(|error| format!("cannot listen for signals: {error}"))?;
    Ok((reporter.into_iter().collect(), stop))
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
