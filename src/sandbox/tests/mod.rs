//! The sandbox over real sockets.

mod accounts;
mod client;
mod contract;
mod faults;
mod folders;
mod inbox;
mod limits;
mod mcp;
mod mcp_calls;
mod money;
mod parts;
mod passwords;
mod persistence;
mod profile;
mod resources;
mod scene;
mod scene_money;
mod smtp;
mod stripe;
mod teams;
mod tls;
