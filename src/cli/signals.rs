//! Ctrl-C and SIGTERM: the first stops cleanly, the second at once. A run can be resumed after either.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::exit::Exit;
use crate::engine::StopSignal;
use crate::run::Stop;

/// From here on a write beyond the limit of a file's size fails as on a full disk, and does not end the process without a word.
/// A command that we start has the signal again as it was.
pub fn outlive_file_limit() {
    // The handler stays when what listens is gone.
    drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())));
}

/// Listens for signals and passes the first on; who shows the run shows that. The second ends the process, once `leave` has
/// left the terminal clean.
pub fn listen(leave: impl FnOnce() + Send + 'static) -> std::io::Result<StopSignal> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        let _ = sender.send(Stop::Interrupt);
        either(&mut interrupt, &mut terminate).await;
        leave();
        super::out::draw("onramp: stopped at once; nothing is lost, and the same run can go on");
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

/// What another process asks of us is passed on to the command that we wait for. What the terminal says, by Ctrl-C and the
/// like, it hears itself.
pub fn passed_on() -> std::io::Result<mpsc::UnboundedReceiver<rustix::process::Signal>> {
    use rustix::process::Signal as Number;
    let mut heard = [signal(SignalKind::interrupt())?, signal(SignalKind::quit())?];
    let [mut terminate, mut hangup] = [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let [interrupt, quit] = &mut heard;
        loop {
            let sent = tokio::select! {
                _ = interrupt.recv() => Ok(()),
                _ = quit.recv() => Ok(()),
                _ = terminate.recv() => sender.send(Number::TERM),
                _ = hangup.recv() => sender.send(Number::HUP),
            };
            if sent.is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
