//! Fits the lines of the live view into a terminal that has fewer rows.

use crate::report::look::{Look, Sign, Tone};
use crate::report::stand::Stand;

/// What may be left out first when there are too many lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    FinishedItem,
    Finished,
    Waiting,
    BusyItem,
    /// Failed or in doubt.
    TroubledItem,
    Busy,
    Trouble,
}

pub(super) struct Line {
    pub rank: Rank,
    pub text: String,
}

/// Replaces lines by how many there were, the least telling first, until the rest fits.
pub(super) fn compress(mut lines: Vec<Line>, room: usize, look: &Look) -> Vec<String> {
    use Rank::*;
    for rank in [FinishedItem, Finished, Waiting, BusyItem, TroubledItem, Busy, Trouble] {
        let excess = lines.len().saturating_sub(room);
        if excess == 0 {
            break;
        }
        let of_rank = lines.iter().filter(|line| line.rank == rank).count();
        // One line more goes, for the line that says how many went.
        let gone = (excess + 1).min(of_rank);
        if gone < 2 {
            continue;
        }
        let from_end = !matches!(rank, FinishedItem | Finished);
        let first = if from_end { of_rank - gone } else { 0 };
        fold(&mut lines, rank, first, gone, look);
    }
    lines.into_iter().map(|line| line.text).take(room).collect()
}

/// Replaces the lines number `first` to `first + gone` of a rank by one.
fn fold(lines: &mut Vec<Line>, rank: Rank, first: usize, gone: usize, look: &Look) {
    let (indent, sign, what) = match rank {
        Rank::FinishedItem => (4, Sign::Done, "items finished"),
        Rank::Finished => (2, Sign::Done, "steps finished"),
        Rank::Waiting => (2, Sign::Waiting, "more to come"),
        Rank::BusyItem => (4, Sign::Running, "more under way"),
        Rank::Busy => (2, Sign::Running, "more under way"),
        Rank::TroubledItem => (4, Sign::Failed, "more failed or in doubt"),
        Rank::Trouble => (2, Sign::Failed, "more failed or in doubt"),
    };
    let note = format!("{}{} {gone} {what}", " ".repeat(indent), look.sign(sign));
    let note = look.paint(Tone::Faint, &note);
    let mut seen = 0;
    let mut kept = Vec::with_capacity(lines.len());
    for line in lines.drain(..) {
        let number = seen;
        seen += usize::from(line.rank == rank);
        if line.rank == rank && (first..first + gone).contains(&number) {
            if number == first {
                kept.push(Line { rank, text: note.clone() });
            }
        } else {
            kept.push(line);
        }
    }
    *lines = kept;
}

pub(super) fn rank(stand: Stand, item: bool) -> Rank {
    match (stand, item) {
        (Stand::Succeeded | Stand::Skipped, true) => Rank::FinishedItem,
        (Stand::Succeeded | Stand::Skipped, false) => Rank::Finished,
        (Stand::Waiting, _) => Rank::Waiting,
        (Stand::Running | Stand::Interrupted, true) => Rank::BusyItem,
        (Stand::Running | Stand::Interrupted, false) => Rank::Busy,
        (Stand::Failed | Stand::InDoubt, true) => Rank::TroubledItem,
        (Stand::Failed | Stand::InDoubt, false) => Rank::Trouble,
    }
}
