//! Somebody asks from outside that a fleet goes on otherwise: a file beside the lock for each thing that can be asked, since a
//! journal has one writer. Who writes the fleet takes the file away.

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::folder::Folder;
use super::lock::Holder;
use super::runs::Store;
use crate::fleet::Control;
use crate::id::RunId;

const PAUSE: &str = "pause";
const MAX_PARALLEL: &str = "max-parallel";

/// What is read of a file.
const LIMIT: u64 = 4096;

#[derive(Serialize, Deserialize)]
struct Asked<T> {
    asker: Holder,
    value: T,
}

/// Where a fleet is asked to go on otherwise.
pub struct ControlRequests {
    folder: Folder,
}

impl Store {
    /// Where `fleet` is asked to go on otherwise. What nobody took stays until somebody writes the fleet.
    pub fn control_requests(&self, fleet: &RunId) -> Result<ControlRequests, StoreError> {
        Ok(ControlRequests { folder: self.folder(fleet)? })
    }
}

impl ControlRequests {
    /// Asks, in the name of `asker`. The last of what contradicts counts.
    pub fn ask(&self, control: Control, asker: &Holder) -> Result<(), StoreError> {
        match control {
            Control::Pause(pause) => self.place(PAUSE, asker, pause),
            Control::MaxParallel(most) => self.place(MAX_PARALLEL, asker, most),
        }
    }

    /// Whether a request waits to be taken.
    pub fn is_asked(&self) -> bool {
        [PAUSE, MAX_PARALLEL].iter().any(|name| self.folder.has(name))
    }

    /// Takes what is asked away. What cannot be read asks for nothing.
    pub fn take(&self) -> Vec<Control> {
        let pause = self.value(PAUSE).map(Control::Pause);
        let most = self.value(MAX_PARALLEL).filter(|most| *most > 0).map(Control::MaxParallel);
        pause.into_iter().chain(most).collect()
    }

    fn place<T: Serialize>(&self, name: &str, asker: &Holder, value: T) -> Result<(), StoreError> {
        let new = format!("{name}.{}.new", asker.pid);
        let asked = Asked { asker: asker.clone(), value };
        let text = serde_json::to_string(&asked).map_err(|_| StoreError::TooLarge)?;
        // Two may ask at the same time.
        self.folder.place(name, &new, format!("{text}\n").as_bytes())
    }

    fn value<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        let text = self.folder.take(name, LIMIT)?;
        serde_json::from_slice::<Asked<T>>(&text).ok().map(|asked| asked.value)
    }
}
