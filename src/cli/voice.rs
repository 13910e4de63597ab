//! What the user is told before the first step: on stderr, unless nothing but data is wanted.

use super::args::{Global, Progress};
use super::console::stderr_look;
use super::out;
use crate::ops::Talk;
use crate::report::{Look, Rerun, rerun};

pub struct Voice {
    quiet: bool,
    look: Look,
}

impl Voice {
    pub fn new(progress: &Progress, global: &Global) -> Self {
        Self { quiet: progress.quiet, look: stderr_look(global.color) }
    }
}

impl Talk for Voice {
    fn say(&mut self, text: &str) {
        if !self.quiet {
            out::say(text);
        }
    }

    fn announce(&mut self, rerun: &Rerun) {
        if !self.quiet {
            out::draw(&rerun::table(rerun, &self.look));
        }
    }
}
