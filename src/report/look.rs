//! How text output looks: colours, signs and width. What the terminal can do is handed in, never asked for here.

/// What the place where text goes to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Signs and bars may be other than ASCII.
    pub unicode: bool,
    /// Columns. Text is wrapped to them.
    pub width: usize,
    /// Names too long for the width are cut: where a person looks, not where text is kept or read by programs.
    pub cuts: bool,
}

impl Look {
    /// No colours, `width` columns.
    pub const fn plain(width: usize) -> Self {
        Self { color: false, unicode: true, width, cuts: true }
    }

    /// `text` in the colour of `tone`.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        match tone.code() {
            Some(code) if self.color && !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    pub fn sign(&self, sign: Sign) -> &'static str {
        let (unicode, ascii) = sign.spellings();
        if self.unicode { unicode } else { ascii }
    }

    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    /// Somebody should look at this.
    Care,
    Busy,
}

impl Tone {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Care => Some("33"),
            Self::Busy => Some("36"),
        }
    }
}

/// A sign of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Done,
    Failed,
    Skipped,
    Waiting,
    Delayed,
    Running,
    Doubt,
    Interrupted,
    /// Of the timeline: a try, a wait, a look, an undo, and time in which no process worked on the run.
    Try,
    Wait,
    Look,
    Undo,
    Pause,
}

impl Sign {
    const fn spellings(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("✓", "+"),
            Self::Failed => ("✗", "x"),
            Self::Skipped => ("–", "-"),
            Self::Waiting => ("·", "."),
            Self::Delayed => ("◦", "~"),
            Self::Running => ("▸", ">"),
            Self::Doubt => ("?", "?"),
            Self::Interrupted => ("‖", "|"),
            Self::Try => ("█", "#"),
            Self::Wait => ("░", "."),
            Self::Look => ("▒", "?"),
            Self::Undo => ("▚", "<"),
            Self::Pause => ("┊", "|"),
        }
    }
}
