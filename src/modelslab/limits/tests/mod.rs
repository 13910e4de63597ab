mod client;
mod rows;
mod service;
mod turns;

use std::time::Duration;

use crate::clock::Timestamp;

fn at(millis: u64) -> Timestamp {
    Timestamp::default().plus(Duration::from_millis(millis))
}
