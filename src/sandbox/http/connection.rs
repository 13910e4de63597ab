//! Connections that can be reset on purpose, are bounded in number, and give up on silence.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

const MAX_CONNECTIONS: usize = 8_192;
/// A connection on which nothing came for so long is closed.
const SILENCE: Duration = Duration::from_secs(10 * 60);

/// A switch that resets one connection.
#[derive(Debug, Clone, Default)]
pub struct Hangup(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    thrown: AtomicBool,
    reader: AtomicWaker,
}

impl Hangup {
    /// Resets the connection; whoever reads or writes on our side gets an error.
    pub fn now(&self) {
        self.0.throw();
    }
}

impl Switch {
    fn throw(&self) {
        self.thrown.store(true, Ordering::SeqCst);
        self.reader.wake();
    }
}

/// The switches of all connections that are open.
#[derive(Clone, Default)]
pub struct Hangups(Arc<Mutex<Vec<Weak<Switch>>>>);

impl Hangups {
    fn add(&self, hangup: &Hangup) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= 2 * MAX_CONNECTIONS {
            open.retain(|switch| switch.strong_count() > 0);
        }
        open.push(Arc::downgrade(&hangup.0));
    }

    /// Resets every connection.
    pub fn all(&self) {
        let open = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        open.iter().filter_map(Weak::upgrade).for_each(|switch| switch.throw());
    }
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Peer {
    pub ip: IpAddr,
    pub hangup: Hangup,
}

impl Connected<IncomingStream<'_, Listening>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listening>) -> Self {
        stream.remote_addr().clone()
    }
}

/// The listener that `axum::serve` takes its connections from.
pub struct Listening {
    listener: TcpListener,
    places: Arc<Semaphore>,
    hangups: Hangups,
}

impl Listening {
    pub fn new(listener: TcpListener, hangups: Hangups) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(MAX_CONNECTIONS)), hangups }
    }
}

impl Listener for Listening {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        loop {
            // The semaphore is never closed; without a place the connection waits in the kernel's queue.
            let place = self.places.clone().acquire_owned().await.ok();
            match self.listener.accept().await {
                Ok((stream, from)) => {
                    let peer = Peer { ip: from.ip(), hangup: Hangup::default() };
                    self.hangups.add(&peer.hangup);
                    return (Connection::new(stream, peer.hangup.clone(), place), peer);
                }
                // Out of file descriptors, most likely: others must close first.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        let ip = self.listener.local_addr().map(|address: SocketAddr| address.ip())?;
        Ok(Peer { ip, hangup: Hangup::default() })
    }
}

/// A TCP stream with a switch.
pub struct Connection {
    stream: TcpStream,
    hangup: Hangup,
    silence: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn new(stream: TcpStream, hangup: Hangup, place: Option<OwnedSemaphorePermit>) -> Self {
        // Without it small answers wait for the peer's delayed acknowledgement; failing to set it harms nothing.
        let _ = stream.set_nodelay(true);
        Self { stream, hangup, silence: Box::pin(sleep_until(Instant::now() + SILENCE)), _place: place }
    }

    fn check(&self) -> io::Result<()> {
        if !self.hangup.0.thrown.load(Ordering::SeqCst) {
            return Ok(());
        }
        // With no time to linger the close that follows is a reset.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.hangup.0.reader.register(cx.waker());
        self.check()?;
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.silence.as_mut().reset(Instant::now() + SILENCE);
        } else if self.silence.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
