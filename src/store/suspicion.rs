//! Why a run's folder is taken for a copy.

use std::fmt;

/// What speaks against a run's folder being the only one, or its journal being all that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspicion {
    /// The user has no state folder.
    Homeless,
    /// Nothing is known of the run.
    Unknown,
    /// What is known could not be read.
    Unreadable(String),
    Moved {
        from: String,
    },
    /// Another folder stood in its place.
    Replaced,
    Copied {
        of: String,
    },
    /// Another folder of the same run was worked in since.
    Elsewhere {
        path: String,
    },
    /// It was taken for a copy before, and nobody has vouched for it since.
    Before,
    /// The journal had come further.
    RolledBack {
        /// The last entry that is known.
        seq: u64,
    },
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Homeless => {
                f.write_str("whether its folder is a copy cannot be told: HOME is not set; set it, or XDG_STATE_HOME")
            }
            Self::Unknown => f.write_str("its folder comes from another machine or user: nothing is known of it here"),
            Self::Unreadable(why) => write!(f, "whether its folder is a copy cannot be told: {why}"),
            Self::Moved { from } => write!(f, "its folder was moved from {from}"),
            Self::Replaced => f.write_str("its folder was put in the place of another, as a restored backup is"),
            Self::Copied { of } => write!(f, "its folder is a copy of {of}"),
            Self::Elsewhere { path } => write!(f, "a copy of it went on in {path}"),
            Self::Before => f.write_str("its folder was taken for one before, and nobody has vouched for it since"),
            Self::RolledBack { seq } => {
                write!(f, "its journal was rolled back: it had {seq} entries or more, and they are not there")
            }
        }
    }
}
