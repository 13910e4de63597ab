//! The live view: the steps of a run on a terminal, redrawn as they go on.

mod compress;
mod frame;
mod step;
mod task;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle, TermLike};

use self::frame::Moment;
pub(super) use self::terminal::Parked;
use self::view::View;
use super::look::Look;
use super::text::inert;
use super::{Reporter, prompt};
use crate::clock::Clock;
use crate::plan::Plan;
use crate::run::{Entry, RunState};

/// Between two pictures.
const PACE: Duration = Duration::from_millis(100);

/// Pictures in a second, at most.
const RATE: u8 = 20;

/// Height and width of a terminal, in rows and columns. Asked for every picture, since windows change.
pub type Size = Arc<dyn Fn() -> (u16, u16) + Send + Sync>;

/// Draws the steps of a run on a terminal and leaves it clean: when the run stands still, or this is dropped, nothing of the
/// view remains. The terminal is indicatif's, the picture is a function of what was committed and the time.
pub struct Live {
    bar: ProgressBar,
    view: Arc<Mutex<Option<View>>>,
}

impl Live {
    /// On standard error. Width and height are the terminal's; `look` says the rest.
    pub fn on_stderr(look: Look, clock: Arc<dyn Clock>) -> Self {
        let size: Size = Arc::new(|| Term::stderr().size());
        Self::new(Term::buffered_stderr(), size, look, clock)
    }

    pub fn new(terminal: impl TermLike + 'static, size: Size, look: Look, clock: Arc<dyn Clock>) -> Self {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Parked(terminal)), RATE);
        let view: Arc<Mutex<Option<View>>> = Arc::default();
        let shown = view.clone();
        let picture = move |_: &ProgressState, out: &mut dyn fmt::Write| {
            let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(view) = shown.as_ref() else { return };
            let (height, width) = size();
            let moment = Moment { now: clock.now(), height: height.into() };
            let look = Look { width: width.into(), ..look };
            _ = out.write_str(&frame::draw(view, &moment, &look).join("\n"));
        };
        let bar = ProgressBar::with_draw_target(None, target).with_finish(ProgressFinish::AndClear);
        if let Ok(style) = ProgressStyle::with_template("{picture}") {
            bar.set_style(style.with_key("picture", picture));
        }
        Self { bar, view }
    }

    /// Removes the view for good, from anywhere.
    pub fn eraser(&self) -> impl FnOnce() + Send + use<> {
        let bar = self.bar.clone();
        move || bar.finish_and_clear()
    }

    /// Runs `talk`, which writes to the terminal, while the view is out of the way.
    pub fn suspend<T>(&self, talk: impl FnOnce() -> T) -> T {
        self.bar.suspend(talk)
    }
}

impl Reporter for Live {
    fn committed(&mut self, entry: &Entry, plan: &Plan, state: &RunState) {
        // Above the view, where nothing is cut off and it stays.
        if let Some((task, page)) = prompt::begun(plan, &entry.fact) {
            self.bar.println(inert(&format!("{task}: {}", prompt::told(page))));
        }
        let mut shown = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        match shown.as_mut() {
            Some(view) => view.committed(entry, plan, state),
            None => {
                *shown = Some(View::new(plan, state));
                drop(shown);
                self.bar.enable_steady_tick(PACE);
            }
        }
    }

    fn ended(&mut self, _plan: &Plan, _state: &RunState) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
