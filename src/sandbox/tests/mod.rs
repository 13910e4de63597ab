//! The sandbox over real sockets.

mod accounts;
mod client;
mod contract;
mod faults;
mod inbox;
mod limits;
mod persistence;
mod resources;
mod smtp;
