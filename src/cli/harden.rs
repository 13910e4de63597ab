//! What a process does first: one that holds secrets, and one that holds many connections.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// No core dumps, and no reading of our memory by other processes of the same user. Failing at it is no reason to stop:
/// the limits may already be lower than we may set them.
pub fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// As many open files as this process may have: a thousand connections are more than most systems give without being asked.
pub fn take_all_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
