//! What rows tell the driver of their fleet.

use tokio::sync::{mpsc, oneshot};

use crate::engine::{EngineError, HostError};
use crate::fleet::{FleetEntry, RowEvent, RowId};
use crate::run::RunStatus;

pub(super) enum Message<F> {
    Entries(Entries<F>),
    /// A fact of the fleet.
    Note(Box<FleetEntry>, F),
    /// The row's driver has come to its end.
    Ended {
        row: RowId,
        result: Result<RunStatus, EngineError>,
    },
}

/// Entries of a row, to be committed.
pub(super) struct Entries<F> {
    pub row: RowId,
    pub events: Vec<RowEvent>,
    /// The service does not want any of the rows.
    pub is_blocked: bool,
    pub sealed: F,
    /// Told when they are on stable storage, if that is waited for.
    pub synced: Option<oneshot::Sender<Result<(), HostError>>>,
}

pub(super) type Sender<F> = mpsc::UnboundedSender<Message<F>>;
