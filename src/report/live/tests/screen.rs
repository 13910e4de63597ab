//! A run as a terminal sees it.

use std::io;
use std::iter;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::*;
use crate::clock::ManualClock;
use crate::report::tests::scenario::*;

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
