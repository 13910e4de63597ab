//! Reads a journal line by line from any commit on, and checks every line.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::store::chain::Link;
use crate::store::checkpoint::Point;
use crate::store::disk::{Disk, RunFile};
use crate::store::error::StoreError;
use crate::store::seal::RunKeys;
use crate::store::wrong_line::WrongLine;

/// Read at a time, in bytes.
const CHUNK: usize = 4 * 1024 * 1024;

/// Where in a journal a line begins, and the commit before it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub offset: u64,
    pub after: Point,
}

impl Place {
    /// Before the header: it is no commit, and 0 is its number.
    pub fn beginning() -> Self {
        Self { offset: 0, after: Point { commit: 0, link: Link::start() } }
    }
}

/// A line that was written here, and whole.
pub(super) struct Line<'a> {
    /// Where it begins.
    pub offset: u64,
    pub bytes: &'a [u8],
}

/// What a commit says.
#[derive(Deserialize)]
pub(super) struct Commit<'a> {
    pub synced: u64,
    #[serde(borrow)]
    pub facts: Vec<&'a RawValue>,
}

pub(super) struct Scan<'a> {
    disk: &'a dyn Disk,
    keys: &'a RunKeys,
    /// The next line's.
    place: Place,
    /// That line is the header.
    at_header: bool,
    buffer: Vec<u8>,
    /// Where in the buffer the next line begins.
    next: usize,
    /// The file has no more than what is in the buffer.
    is_last: bool,
    /// Bytes follow that are no whole line.
    has_tail: bool,
}

impl<'a> Scan<'a> {
    pub fn from(disk: &'a dyn Disk, keys: &'a RunKeys, place: Place) -> Self {
        let at_header = place.offset == 0;
        Self { disk, keys, place, at_header, buffer: Vec::new(), next: 0, is_last: false, has_tail: false }
    }

    /// The next line; `None` after the last whole one.
    pub fn next(&mut self) -> Result<Option<Line<'_>>, StoreError> {
        let Some(length) = self.line_length()? else {
            self.has_tail = self.next < self.buffer.len();
            return Ok(None);
        };
        let (start, end) = (self.next, self.next + length);
        let Some(link) = self.place.after.link.follow(&self.buffer[start..end], self.keys) else {
            let wrong = WrongLine { due: self.due(), line: &self.buffer[start..end] };
            let rest = self.disk.read_from(RunFile::Journal, self.place.offset + length as u64, usize::MAX)?;
            if wrong.is_lost(&rest) {
                self.has_tail = true;
                return Ok(None);
            }
            return Err(wrong.damage(self.disk.path(RunFile::Journal), "fleet"));
        };
        let (offset, commit) = (self.place.offset, self.due());
        self.at_header = false;
        self.place = Place { offset: offset + length as u64 + 1, after: Point { commit, link } };
        self.next = end + 1;
        Ok(Some(Line { offset, bytes: &self.buffer[start..end] }))
    }

    /// The number of the next line's commit; 0 is the header.
    fn due(&self) -> u64 {
        if self.at_header { 0 } else { self.place.after.commit + 1 }
    }

    /// Where the next line begins, or would.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether bytes follow the last line.
    pub fn has_tail(&self) -> bool {
        self.has_tail
    }

    /// The length of the next line without its end; `None` if there is no whole one.
    fn line_length(&mut self) -> Result<Option<usize>, StoreError> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.next..];
            if let Some(found) = rest[searched..].iter().position(|byte| *byte == b'\n') {
                return Ok(Some(searched + found));
            }
            searched = rest.len();
            if self.is_last {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        self.buffer.drain(..std::mem::take(&mut self.next));
        let from = self.place.offset + self.buffer.len() as u64;
        let more = self.disk.read_from(RunFile::Journal, from, CHUNK)?;
        self.is_last = more.len() < CHUNK;
        self.buffer.extend_from_slice(&more);
        Ok(())
    }
}

impl Line<'_> {
    /// What it says. It was written here, so that it is well formed.
    pub fn commit(&self, disk: &dyn Disk) -> Result<Commit<'_>, StoreError> {
        let wrong = |error: serde_json::Error| {
            let what = format!("the commit at byte {} does not make sense: {error}", self.offset);
            StoreError::damaged(disk.path(RunFile::Journal), None, what)
        };
        let mut json = serde_json::Deserializer::from_slice(self.bytes);
        json.disable_recursion_limit();
        Commit::deserialize(&mut json).map_err(wrong)
    }
}

/// The MAC of the whole line that ends at `offset`; `None` if none does. Whether it was written here is known when the next
/// line was found to follow it.
pub(super) fn link_before(disk: &dyn Disk, offset: u64) -> Result<Option<Link>, StoreError> {
    let Some(before) = offset.checked_sub(Link::CLOSE as u64) else { return Ok(None) };
    Ok(Link::before(&disk.read_from(RunFile::Journal, before, Link::CLOSE)?))
}

/// A commit that begins at `offset`, as a row knows it.
pub(super) fn place_at(disk: &dyn Disk, offset: u64) -> Result<Place, StoreError> {
    let number = commit_number(&disk.read_from(RunFile::Journal, offset, FIRST)?);
    let (Some(link), Some(number)) = (link_before(disk, offset)?, number) else {
        let what = format!("no commit begins at byte {offset}, where the fleet knows one");
        return Err(StoreError::damaged(disk.path(RunFile::Journal), None, what));
    };
    Ok(Place { offset, after: Point { commit: number.saturating_sub(1), link } })
}

/// So much of a line has its number.
const FIRST: usize = 64;

fn commit_number(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(br#"{"commit":"#)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}
