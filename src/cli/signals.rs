//! Ctrl-C and SIGTERM: the first stops cleanly, the second at once. A run can be resumed after either.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::exit::Exit;
use crate::engine::StopSignal;
use crate::run::Stop;

/// Listens for signals and passes the first on; who shows the run shows that. The second ends the process.
pub fn listen() -> std::io::Result<StopSignal> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        let _ = sender.send(Stop::Interrupt);
        either(&mut interrupt, &mut terminate).await;
        super::out::draw("\nonramp: stopped at once; go on with `onramp resume`");
        Exit::Interrupted.now();
    });
    Ok(receiver)
}

/// Waits for one signal that asks to stop.
pub async fn stop_asked() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    either(&mut interrupt, &mut terminate).await;
    Ok(())
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
