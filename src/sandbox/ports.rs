//! Binding the ports, on loopback and nowhere else.

use std::io;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::state::Ports;
use super::{Options, SandboxError};

pub struct Listeners {
    pub http: TcpListener,
    pub imap: TcpListener,
    pub smtp: TcpListener,
    /// IMAP over TLS, if it was asked for.
    pub imaps: Option<TcpListener>,
}

impl Listeners {
    /// Binds the ports that were asked for, else those of the last run, else free ones.
    pub async fn bind(options: &Options, last: Option<Ports>) -> Result<Self, SandboxError> {
        let bind = async |protocol, asked: u16, last: Option<u16>| {
            let remembered = asked == 0 && last.is_some();
            let port = if asked == 0 { last.unwrap_or(0) } else { asked };
            let failed = |source| SandboxError::Port { protocol, port, remembered, source };
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)
        };
        let imaps = match options.tls {
            true => Some(bind("IMAP over TLS", options.imaps_port, last.and_then(|ports| ports.imaps)).await?),
            false => None,
        };
        Ok(Self {
            imaps,
            http: bind("HTTP", options.port, last.map(|ports| ports.http)).await?,
            imap: bind("IMAP", options.imap_port, last.map(|ports| ports.imap)).await?,
            smtp: bind("SMTP", options.smtp_port, last.map(|ports| ports.smtp)).await?,
        })
    }

    pub fn ports(&self) -> Result<Ports, SandboxError> {
        let port = |protocol, listener: &TcpListener| {
            let failed = |source: io::Error| SandboxError::Port { protocol, port: 0, remembered: false, source };
            listener.local_addr().map(|address| address.port()).map_err(failed)
        };
        Ok(Ports {
            http: port("HTTP", &self.http)?,
            imap: port("IMAP", &self.imap)?,
            smtp: port("SMTP", &self.smtp)?,
            imaps: self.imaps.as_ref().map(|listener| port("IMAP over TLS", listener)).transpose()?,
        })
    }
}
