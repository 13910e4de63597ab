use std::time::{Duration, Instant};

/// Longer than anything takes that works, on a busy machine.
pub const LONG: Duration = Duration::from_secs(150);

/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_micros(300);

/// Looks until `condition` gives something; `None` once `patience` is over.
pub fn eventually<T>(patience: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}
