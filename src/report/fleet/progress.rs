//! A fleet while it is under way: one line every ten seconds, or a few that are drawn anew.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::page::counts;
use crate::clock::{Clock, Timestamp};
use crate::fleet::{FleetState, Progress, RowPhase};
use crate::report::live::Parked;
use crate::report::look::{Look, Tone};
use crate::report::text::{count, inert, shorten};
use crate::report::times::{stopwatch, time};

/// Watches a fleet.
pub trait FleetReporter: Send {
    /// Something was committed, a row began or ended, or a second has passed. What would go to `silent` services waits.
    fn changed(&mut self, state: &FleetState, progress: &Progress, silent: &dyn Fn() -> Vec<String>);
}

/// Between two lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Between two pictures.
const PACE: Duration = Duration::from_millis(200);

/// Causes of failure that are named.
const CAUSES: usize = 3;

/// When this process began, and when something was last shown.
struct Watch {
    clock: Arc<dyn Clock>,
    began: Timestamp,
    shown: Option<Timestamp>,
}

impl Watch {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self { began: clock.now(), clock, shown: None }
    }

    /// Whether `pace` has passed since something was shown; then it counts as shown.
    fn is_due(&mut self, pace: Duration) -> bool {
        let now = self.clock.now();
        let due = self.shown.is_none_or(|shown| now.since(shown) >= pace);
        if due {
            self.shown = Some(now);
        }
        due
    }

    fn elapsed(&self) -> Duration {
        self.clock.now().since(self.began)
    }
}

/// How quickly rows end, and how long the others will take at that pace.
fn pace(progress: &Progress, elapsed: Duration) -> String {
    let ended = progress.succeeded + progress.failed;
    let left = progress.waiting + progress.under_way;
    let seconds = elapsed.as_secs_f64();
    if ended == 0 || seconds < 1.0 {
        return String::new();
    }
    let a_minute = f64::from(ended) * 60.0 / seconds;
    let estimate = Duration::from_secs_f64((f64::from(left) * seconds / f64::from(ended)).min(1e9).ceil());
    match left {
        0 => format!("{a_minute:.0} a minute"),
        _ => format!("{a_minute:.0} a minute, {} left", time(estimate)),
    }
}

/// Why rows failed, the most frequent first.
fn causes(state: &FleetState) -> Vec<(usize, String)> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    let ended = state.rows.iter().filter(|row| matches!(row.phase, RowPhase::Ended(_)));
    ended
        .filter_map(|row| row.trouble.as_deref())
        .for_each(|trouble| *causes.entry(&trouble.error.code).or_default() += 1);
    let mut causes: Vec<(usize, String)> = causes.into_iter().map(|(code, rows)| (rows, inert(code))).collect();
    causes.sort_by_key(|(rows, _)| Reverse(*rows));
    causes
}

fn waits(silent: &[String]) -> String {
    match silent {
        [] => String::new(),
        [one] => format!("{} does not answer: rows wait", inert(one)),
        [one, others @ ..] => format!("{} and {} more do not answer: rows wait", inert(one), others.len()),
    }
}

/// For logs, pipes and CI.
pub struct FleetLines<W> {
    out: W,
    watch: Watch,
}

impl<W: Write + Send> FleetLines<W> {
    pub fn new(out: W, clock: Arc<dyn Clock>) -> Self {
        Self { out, watch: Watch::new(clock) }
    }
}

impl<W: Write + Send> FleetReporter for FleetLines<W> {
    fn changed(&mut self, state: &FleetState, progress: &Progress, silent: &dyn Fn() -> Vec<String>) {
        if !self.watch.is_due(LINE_EVERY) {
            return;
        }
        let elapsed = self.watch.elapsed();
        let counts = counts(&state.tally(), &Look::plain(usize::MAX));
        let causes: Vec<String> =
            causes(state).into_iter().take(CAUSES).map(|(rows, code)| format!("{rows} {code}")).collect();
        let paused = if state.paused { "paused" } else { "" };
        let (pace, causes) = (pace(progress, elapsed), causes.join(", "));
        let parts = [stopwatch(elapsed), counts, paused.to_owned(), pace, causes, waits(&silent())];
        let line = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
        // A line that cannot be written is dropped: the journal has everything.
        _ = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
    }
}

/// On a terminal, which is left clean when this is dropped.
pub struct FleetLive {
    bar: ProgressBar,
    watch: Watch,
    look: Look,
}

impl FleetLive {
    pub fn on_stderr(look: Look, clock: Arc<dyn Clock>) -> Self {
        Self::new(Term::buffered_stderr(), look, clock)
    }

    fn new(terminal: impl TermLike + 'static, look: Look, clock: Arc<dyn Clock>) -> Self {
        let target = ProgressDrawTarget::term_like(Box::new(Parked(terminal)));
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self { bar, watch: Watch::new(clock), look }
    }

    /// Removes the view for good, from anywhere.
    pub fn eraser(&self) -> impl FnOnce() + Send + use<> {
        let bar = self.bar.clone();
        move || bar.finish_and_clear()
    }
}

impl FleetReporter for FleetLive {
    fn changed(&mut self, state: &FleetState, progress: &Progress, silent: &dyn Fn() -> Vec<String>) {
        if !self.watch.is_due(PACE) {
            return;
        }
        let width = Term::stderr().size_checked().map_or(self.look.width, |(_, columns)| columns.into());
        let look = Look { width, ..self.look };
        self.bar.set_message(picture(state, progress, &silent(), self.watch.elapsed(), &look));
    }
}

impl Drop for FleetLive {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn picture(state: &FleetState, progress: &Progress, silent: &[String], elapsed: Duration, look: &Look) -> String {
    let tally = state.tally();
    let total = state.rows.len() - tally.withdrawn;
    let done = tally.succeeded + tally.failed + tally.in_doubt;
    let name = look.paint(Tone::Strong, &inert(state.id().as_str()));
    let paused = if state.paused { "  paused" } else { "" };
    let ended = format!("{done} of {}{paused}", count(total, "row", "rows"));
    let pace = pace(progress, elapsed);
    let mut lines = vec![
        format!("{name}  {}  {ended}  {}", stopwatch(elapsed), look.paint(Tone::Faint, &pace)),
        format!("{}  {}", bar(done, total, look), counts(&tally, look)),
    ];
    for (rows, code) in causes(state).into_iter().take(CAUSES) {
        lines.push(shorten(&format!("  {rows} {}", look.paint(Tone::Bad, &code)), look.width, look));
    }
    let waits = waits(silent);
    if !waits.is_empty() {
        lines.push(shorten(&format!("  {}", look.paint(Tone::Care, &waits)), look.width, look));
    }
    lines.join("\n")
}

/// Of twenty columns.
fn bar(done: usize, total: usize, look: &Look) -> String {
    const WIDTH: usize = 20;
    let full = (done * WIDTH).checked_div(total).unwrap_or(0).min(WIDTH);
    let (one, none) = if look.unicode { ("━", "─") } else { ("#", "-") };
    format!("{}{}", look.paint(Tone::Good, &one.repeat(full)), look.paint(Tone::Faint, &none.repeat(WIDTH - full)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::fleet::fixture::started;
    use crate::report::tests::screen::{Screen, until};

    #[test]
    fn nothing_of_the_view_remains_also_while_somebody_could_still_erase_it() {
        let (screen, pictures) = Screen::new();
        let clock = Arc::new(ManualClock::default());
        let state = FleetState::new(started(), String::new(), Timestamp::default());
        let mut live = FleetLive::new(screen, Look::plain(80), clock);
        let leave = live.eraser();
        live.changed(&state, &Progress::default(), &|| vec!["host.test:443".to_owned()]);
        until(&pictures, "host.test:443 does not answer");
        drop(live);
        let last = pictures.try_iter().last().expect("the end draws once more");
        assert!(last.iter().all(|row| row.trim().is_empty()), "{last:?}");
        leave();
    }
}
