//! The sandbox over real sockets.

mod accounts;
mod client;
mod contract;
mod faults;
mod inbox;
mod limits;
mod passwords;
mod persistence;
mod profile;
mod resources;
mod scene;
mod smtp;
mod teams;
