//! Ports of other programs' servers.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Ports that nobody listens on at this moment.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Waits until somebody greets on each of the ports; `log` tells why nobody does.
pub fn until_greeted(ports: &[u16], log: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_secs(20);
    for port in ports {
        while !greets(*port) {
            assert!(Instant::now() < deadline, "nobody greets on {port}: {}", log());
            std::thread::yield_now();
        }
    }
}

fn greets(port: u16) -> bool {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut greeting = String::new();
    BufReader::new(stream).read_line(&mut greeting).is_ok_and(|length| length > 0)
}
