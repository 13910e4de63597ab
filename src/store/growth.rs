//! When a checkpoint is worth writing.

/// What is worth a checkpoint. It is quicker to fold again than to write often, and all checkpoints together cost less than the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    /// A journal is to grow by this many times the last checkpoint before the next.
    pub times: u64,
    /// Bytes that are not worth a checkpoint, however small the last one is.
    pub least: u64,
}

/// How much a journal has grown since the last checkpoint, in bytes.
pub(super) struct Growth {
    worth: Worth,
    /// The size of the last one.
    checkpoint: u64,
    grown: u64,
}

impl Growth {
    pub fn new(worth: Worth) -> Self {
        Self { worth, checkpoint: 0, grown: 0 }
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
        let Worth { times, least } = self.worth;
        self.grown >= (times * self.checkpoint).max(least)
    }
}
