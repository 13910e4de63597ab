//! A fleet is asked from another terminal to pause, to go on, to do more or less at a time, or to end.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{interval, sleep};

use super::show::{ShownFleet, fleet_show};
use super::take::record;
use crate::fleet::{Control, FleetFact};
use crate::ops::cancel::{Asking, LOOK_EVERY, Waited};
use crate::ops::stored::sealing_key;
use crate::ops::takeover::copied;
use crate::ops::{OpError, Workspace};
use crate::store::{ControlRequests, LoadedFleet};

/// Who asked waits no longer for that.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Asks the process that works on a fleet, or notes it for the next. Says what was done.
pub async fn fleet_control(workspace: &Workspace, wanted: &str, control: Control) -> Result<String, OpError> {
    let store = workspace.open().fleets();
    let fleet = workspace.find_fleet(wanted)?;
    let requests = store.control_requests(&fleet)?;
    let deadline = workspace.clock.now().plus(LONGEST_WAIT);
    loop {
        if !store.is_locked(&fleet)? {
            match workspace.take_fleet(&fleet, &sealing_key(workspace)?) {
                // Somebody resumed it just now.
                Err(_) if store.is_locked(&fleet)? => {}
                Err(error) => return Err(error),
                Ok((mut writer, LoadedFleet { mut state, suspicion, .. })) => {
                    if let Some(why) = suspicion {
                        return Err(OpError::Usage(copied(&format!("fleet {fleet}"), &why, false)));
                    }
                    requests.take();
                    record(workspace, &mut writer, &mut state, vec![FleetFact::from(control)])?;
                    writer.checkpoint(&state, true)?;
                    return Ok(format!("fleet {fleet}: {}; no process works on it", words(control)));
                }
            }
        } else {
            requests.ask(control, &workspace.holder())?;
            while requests.is_asked() && store.is_locked(&fleet)? {
                if workspace.clock.now() >= deadline {
                    return Ok(format!("fleet {fleet} was asked; it has not answered yet"));
                }
                sleep(LOOK_EVERY).await;
            }
            if !requests.is_asked() {
                return Ok(format!("fleet {fleet}: {}", words(control)));
            }
        }
    }
}

fn words(control: Control) -> String {
    match control {
        Control::Pause(true) => "paused: no row begins until it is unpaused; those under way go on".to_owned(),
        Control::Pause(false) => "rows begin again".to_owned(),
        Control::MaxParallel(most) => format!("at most {most} rows at a time"),
    }
}

/// What is asked of a fleet while this process works on it.
pub(super) fn obeying(requests: ControlRequests) -> UnboundedReceiver<Control> {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut look = interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    for control in requests.take() {
                        let _ = sender.send(control);
                    }
                }
                () = sender.closed() => return,
            }
        }
    });
    receiver
}

/// What came of asking a fleet to end.
pub enum FleetCancel {
    /// No process works on it.
    Idle(ShownFleet),
    Ended(ShownFleet),
    /// It has not ended in the time that it was waited for, or nobody waited.
    Asked(String),
}

/// Asks the process that works on a fleet to end: no row begins, and those under way stop as a cancelled run does.
pub async fn fleet_cancel(workspace: &Workspace, wanted: &str, wait: Option<Duration>) -> Result<FleetCancel, OpError> {
    let store = workspace.open().fleets();
    let fleet = workspace.find_fleet(wanted)?;
    let mut asking = Asking::new(workspace, store, fleet.clone(), wait)?;
    // One that was asked takes that away, and ends.
    let waited = asking.wait(|| true).await?;
    let shown = || fleet_show(workspace, fleet.as_str());
    match waited {
        Waited::AtRest if asking.asked => shown().map(FleetCancel::Ended),
        Waited::AtRest => shown().map(FleetCancel::Idle),
        Waited::Asked | Waited::Ending => Ok(FleetCancel::Asked(fleet.to_string())),
    }
}
