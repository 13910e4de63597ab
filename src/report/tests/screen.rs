//! What a live view leaves on a terminal.

use std::io;
use std::iter;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use indicatif::TermLike;

/// A terminal that remembers its rows, and sends them whenever a picture is complete.
#[derive(Debug)]
pub struct Screen {
    rows: Mutex<(Vec<String>, usize)>,
    pictures: Sender<Vec<String>>,
}

impl Screen {
    pub fn new() -> (Self, Receiver<Vec<String>>) {
        let (sender, pictures) = channel();
        (Self { rows: Mutex::new((vec![String::new()], 0)), pictures: sender }, pictures)
    }

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

/// Waits for a picture with this text.
pub fn until(pictures: &Receiver<Vec<String>>, text: &str) {
    let limit = Duration::from_secs(20);
    while !pictures.recv_timeout(limit).expect("the picture never came").concat().contains(text) {}
}
