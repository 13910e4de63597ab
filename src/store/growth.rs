//! When a checkpoint is worth writing.

/// A journal is to grow by this many times the last checkpoint before the next: it is quicker to fold again than to write often, and all
/// checkpoints together cost less than the journal.
const FACTOR: u64 = 4;

/// How much a journal has grown since the last checkpoint, in bytes.
pub(super) struct Growth {
    /// What is not worth a checkpoint, however small the last one is.
    least: u64,
    /// The size of the last one.
    checkpoint: u64,
    grown: u64,
}

impl Growth {
    pub fn new(least: u64) -> Self {
        Self { least, checkpoint: 0, grown: 0 }
    }

    /// Since a checkpoint of that size.
    pub fn since(self, checkpoint: u64, grown: u64) -> Self {
        Self { checkpoint, grown, ..self }
    }

    /// A checkpoint of that size was written.
    pub fn restart(&mut self, checkpoint: u64) {
        (self.checkpoint, self.grown) = (checkpoint, 0);
    }

    pub fn add(&mut self, bytes: u64) {
        self.grown += bytes;
    }

    pub fn is_checkpoint_due(&self) -> bool {
        self.grown >= (FACTOR * self.checkpoint).max(self.least)
    }
}
