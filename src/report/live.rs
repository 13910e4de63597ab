//! The live view: the steps of a run on a terminal, redrawn as they go on.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle, TermLike};

use super::Reporter;
use super::frame::{self, Moment};
use super::look::Look;
use super::view::View;
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

/// Between two pictures the cursor stands at the start of the last line. indicatif leaves it behind the last column, where what
/// a terminal echoes, as the `^C` of an interrupt, begins a line that nothing ever removes.
#[derive(Debug)]
struct Parked<T>(T);

impl<T: TermLike> TermLike for Parked<T> {
    fn width(&self) -> u16 {
        self.0.width()
    }
    fn height(&self) -> u16 {
        self.0.height()
    }
    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }
    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }
    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }
    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }
    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }
    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::iter;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::super::scenario::*;
    use super::*;
    use crate::clock::ManualClock;

    /// A terminal that remembers its rows, and sends them whenever a picture is complete.
    #[derive(Debug)]
    struct Screen {
        rows: Mutex<(Vec<String>, usize)>,
        pictures: Sender<Vec<String>>,
    }

    impl Screen {
        fn change(&self, change: impl FnOnce(&mut Vec<String>, &mut usize)) -> io::Result<()> {
            let (rows, row) = &mut *self.rows.lock().unwrap();
            change(rows, row);
            rows.extend(iter::repeat_n(String::new(), (*row + 1).saturating_sub(rows.len())));
            Ok(())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, n: usize) -> io::Result<()> {
            self.change(|_, row| *row = row.saturating_sub(n))
        }
        fn move_cursor_down(&self, n: usize) -> io::Result<()> {
            self.change(|_, row| *row += n)
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)?;
            self.change(|_, row| *row += 1)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.change(|rows, row| {
                for (number, line) in text.split('\n').enumerate() {
                    *row += usize::from(number > 0);
                    rows.extend(iter::repeat_n(String::new(), (*row + 1).saturating_sub(rows.len())));
                    rows[*row].push_str(line);
                }
            })
        }
        fn clear_line(&self) -> io::Result<()> {
            self.change(|rows, row| _ = rows.get_mut(*row).map(String::clear))
        }
        fn flush(&self) -> io::Result<()> {
            _ = self.pictures.send(self.rows.lock().unwrap().0.clone());
            Ok(())
        }
    }

    fn until(pictures: &Receiver<Vec<String>>, text: &str) {
        let limit = Duration::from_secs(20);
        while !pictures.recv_timeout(limit).expect("the picture never came").concat().contains(text) {}
    }

    #[test]
    fn a_run_is_drawn_as_it_goes_and_nothing_of_it_remains() {
        let (sender, pictures) = channel();
        let screen = Screen { rows: Mutex::new((vec![String::new()], 0)), pictures: sender };
        let mut tape = Tape::start(bootstrap());
        let clock = Arc::new(ManualClock::at(tape.now));
        let mut live = Live::new(screen, Arc::new(|| (24, 80)), Look::plain(80), clock.clone());
        live.committed(&tape.entries[0], &tape.plan, &tape.state);
        until(&pictures, "signup    0.0 s  running");
        clock.advance(Duration::from_millis(1_200));
        until(&pictures, "signup    1.2 s  running");
        let rows = pictures.recv().unwrap();
        assert!(rows.concat().ends_with('\r'), "what a terminal echoes now stands on the view: {rows:?}");
        tape.wait(1_200).end("signup", done());
        tape.entries[2..].iter().for_each(|entry| live.committed(entry, &tape.plan, &tape.state));
        until(&pictures, "waiting for mail");
        live.ended(&tape.plan, &tape.state);
        let last = pictures.try_iter().last().expect("the end draws once more");
        assert!(last.iter().all(|row| row.trim().is_empty()), "{last:?}");
        drop(live);
    }
}
