//! What runs again after a step's remedy.

use std::collections::BTreeSet;

/// A remedy looks no further back than so many steps.
pub(super) const MAX_RERUN: usize = 1000;
/// All remedies of a file together look at no more steps and needs than these.
pub(super) const MAX_LOOKED_AT: usize = 1_000_000;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum RerunError {
    /// The failed step does not wait for the one to go back to.
    NoWay,
    /// More than [`MAX_RERUN`] steps lie between.
    TooMany,
    /// The remedies of the file together look at more than [`MAX_LOOKED_AT`].
    NoRoom,
}

/// The steps on all ways from `from` to `failed`, both included, ascending. `needs` gives, by topological position, what a
/// step waits for, which is always smaller; `room` is how many may still be looked at.
pub(super) fn rerun(
    from: usize,
    failed: usize,
    needs: &[Vec<usize>],
    room: &mut usize,
) -> Result<Vec<usize>, RerunError> {
    let mut before = BTreeSet::from([failed]);
    let mut open = vec![failed];
    while let Some(step) = open.pop() {
        *room = room.checked_sub(1 + needs[step].len()).ok_or(RerunError::NoRoom)?;
        open.extend(needs[step].iter().copied().filter(|need| *need >= from && before.insert(*need)));
        if before.len() > MAX_RERUN {
            return Err(RerunError::TooMany);
        }
    }
    // Ascending, so that each step's needs are decided before it is.
    let mut rerun = BTreeSet::new();
    for step in before {
        if step == from || needs[step].iter().any(|need| rerun.contains(need)) {
            rerun.insert(step);
        }
    }
    if rerun.contains(&failed) { Ok(rerun.into_iter().collect()) } else { Err(RerunError::NoWay) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rerun(from: usize, failed: usize, needs: &[Vec<usize>]) -> Result<Vec<usize>, RerunError> {
        super::rerun(from, failed, needs, &mut MAX_LOOKED_AT.clone())
    }

    #[test]
    fn all_ways_and_nothing_else_run_again() {
        // 0 - 1 - 3 - 4, 0 - 2 - 3, and 2 - 5, which leads elsewhere.
        let needs = vec![vec![], vec![0], vec![0], vec![1, 2], vec![3], vec![2]];
        assert_eq!(rerun(0, 4, &needs), Ok(vec![0, 1, 2, 3, 4]));
        assert_eq!(rerun(1, 4, &needs), Ok(vec![1, 3, 4]));
        assert_eq!(rerun(4, 4, &needs), Ok(vec![4]));
        assert_eq!(rerun(1, 2, &needs), Err(RerunError::NoWay));
        assert_eq!(rerun(5, 4, &needs), Err(RerunError::NoWay));
    }

    #[test]
    fn a_rerun_of_very_many_steps_is_refused() {
        let chain: Vec<Vec<usize>> = (0..5000usize).map(|step| step.checked_sub(1).into_iter().collect()).collect();
        assert_eq!(rerun(0, 4999, &chain), Err(RerunError::TooMany));
        assert_eq!(rerun(4000, 4999, &chain).map(|steps| steps.len()), Ok(1000));
    }

    #[test]
    fn very_many_reruns_of_many_steps_are_refused() {
        let chain: Vec<Vec<usize>> = (0..1000usize).map(|step| step.checked_sub(1).into_iter().collect()).collect();
        let mut room = MAX_LOOKED_AT;
        let done = (0..10_000).filter(|_| super::rerun(0, 999, &chain, &mut room).is_ok()).count();
        assert!((100..1000).contains(&done), "{done}");
    }
}
