//! Work on all processors, for what a large run has many of.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};

/// So many items are worth handing to another thread.
const SHARE: usize = 500;

/// `one` of each item, in order. Where there is no other thread to be had, this one does it all.
pub(super) fn map<T: Sync, R: Send>(items: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let shares = items.chunks(SHARE);
    let threads = available_parallelism().map_or(1, usize::from).min(shares.len());
    let shares = Mutex::new(shares.enumerate());
    let next = || shares.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        while let Some((number, share)) = next() {
            done.push((number, share.iter().map(&one).collect()));
        }
        done
    };
    let mut done = scope(|scope| {
        let spawn = |_| Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads).filter_map(spawn).collect();
        let mut done = work();
        others.into_iter().for_each(|other| done.extend(join(other)));
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    let mut all = Vec::with_capacity(items.len());
    done.into_iter().for_each(|(_, share)| all.extend(share));
    all
}

/// Both, at the same time if there is another thread to be had.
pub(super) fn both<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, &one);
        let other = other();
        (thread.map_or_else(|_| one(), join), other)
    })
}

fn join<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_in_parallel_comes_in_order() {
        for count in [0, 1, SHARE, SHARE + 1, 10 * SHARE + 7] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item + 1), (1..=count).collect::<Vec<_>>());
        }
        assert_eq!(both(|| 1, || 2), (1, 2));
    }
}
