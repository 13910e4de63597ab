//! Which fleet is meant, and what is meant where no run or fleet has that name.

use crate::diagnostic::nearest;
use crate::id::RunId;
use crate::ops::{OpError, Workspace};
use crate::report::command_line;
use crate::store::StoreError;

impl Workspace {
    /// The fleet that `wanted` means: a name, the beginning of exactly one, or `last`.
    pub(in crate::ops) fn find_fleet(&self, wanted: &str) -> Result<RunId, OpError> {
        self.open().fleets().find(wanted).map_err(|error| match error {
            StoreError::NotFound { .. } => self.no_fleet(wanted),
            other => other.into(),
        })
    }

    /// Nobody finds a run by this: it may be a fleet.
    pub(in crate::ops) fn no_run(&self, wanted: &str, error: StoreError) -> OpError {
        let fleet = match &error {
            StoreError::NotFound { .. } => self.open().fleets().find(wanted).ok(),
            _ => None,
        };
        let Some(fleet) = fleet else { return error.into() };
        OpError::Usage(format!(
            "there is no run `{}`, but a fleet {fleet}: `{}` shows it. Each row of it is a run, such as `{fleet}-000001`",
            wanted.escape_debug(),
            self.command_line("fleet show", &fleet)
        ))
    }

    fn no_fleet(&self, wanted: &str) -> OpError {
        let shown = wanted.escape_debug();
        if let Ok(run) = self.find(wanted) {
            let show = self.command_line("show", &run);
            return OpError::Usage(format!("there is no fleet `{shown}`, but a run {run}: `{show}` shows it"));
        }
        let fleets = self.open().fleets().ids().unwrap_or_default();
        let near = nearest(wanted, fleets.iter().map(RunId::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let list = command_line("fleet list", "", "", self.store_to_type().as_deref());
        let store = self.store.display();
        OpError::Usage(format!("there is no fleet `{shown}` in {store}{near}; `{list}` lists those there are"))
    }
}
