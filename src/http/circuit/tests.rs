use proptest::prelude::*;

use super::*;

fn at(seconds: u64) -> Timestamp {
    Timestamp::default().plus(Duration::from_secs(seconds))
}

/// 1 s, 2 s, 4 s …
fn doubling(trials: u32) -> Duration {
    Duration::from_secs(1 << trials)
}

/// A request of `caller` that goes and ends in one moment.
fn request(circuit: &mut Circuit, caller: u64, end: End, now: Timestamp) -> Option<Change> {
    assert_eq!(circuit.turn(now), Turn::Now);
    let sent = circuit.send();
    circuit.end((sent, caller), end, now, doubling)
}

/// Opened at second 0, until second 1.
fn opened() -> Circuit {
    let mut circuit = Circuit::default();
    let changes: Vec<_> = (0..5).map(|caller| request(&mut circuit, caller, End::Silent, at(0))).collect();
    assert_eq!(changes, [None, None, None, None, Some(Change::Opened(Duration::from_secs(1)))]);
    circuit
}

#[test]
fn failures_in_a_row_of_several_callers_open_it() {
    let circuit = opened();
    assert_eq!((circuit.turn(at(0)), circuit.turn(at(1))), (Turn::At(at(1)), Turn::Now));
}

#[test]
fn an_answer_between_the_failures_keeps_it_closed() {
    let mut circuit = Circuit::default();
    for number in 0..40 {
        let end = if number % 5 == 4 { End::Answered } else { End::Silent };
        assert_eq!(request(&mut circuit, number, end, at(0)), None);
    }
}

#[test]
fn failures_of_one_caller_alone_keep_it_closed() {
    let mut circuit = Circuit::default();
    for _ in 0..40 {
        assert_eq!(request(&mut circuit, 7, End::Silent, at(0)), None);
    }
    assert!(request(&mut circuit, 8, End::Silent, at(0)).is_some());
}

#[test]
fn after_the_pause_one_is_let_through_and_in_vain_the_pause_grows() {
    let mut circuit = opened();
    for (now, next) in [(1, 3), (3, 7), (7, 15)] {
        assert_eq!(circuit.turn(at(now)), Turn::Now);
        let trial = circuit.send();
        assert_eq!(circuit.turn(at(now)), Turn::AfterAnother);
        let pause = Duration::from_secs(next - now);
        assert_eq!(circuit.end((trial, 1), End::Silent, at(now), doubling), Some(Change::StillOpen(pause)));
        assert_eq!(circuit.turn(at(now)), Turn::At(at(next)));
    }
}

#[test]
fn after_an_answer_no_burst_follows() {
    let mut circuit = opened();
    assert_eq!(request(&mut circuit, 1, End::Answered, at(1)), Some(Change::Closed));
    let (first, _second) = (circuit.send(), circuit.send());
    assert_eq!(circuit.turn(at(1)), Turn::AfterAnother);
    circuit.end((first, 1), End::Answered, at(1), doubling);
    circuit.send();
    assert_eq!(circuit.turn(at(1)), Turn::Now, "one more with each answer");
}

#[test]
fn in_the_end_it_is_as_if_nothing_had_been() {
    let mut circuit = opened();
    for _ in 0..=MENDED {
        request(&mut circuit, 1, End::Answered, at(1));
    }
    for _ in 0..1000 {
        assert_eq!(circuit.turn(at(1)), Turn::Now);
        circuit.send();
    }
}

#[test]
fn a_trial_that_is_given_up_leaves_its_place_to_the_next() {
    let mut circuit = opened();
    assert_eq!(request(&mut circuit, 1, End::Abandoned, at(1)), None);
    assert_eq!(circuit.turn(at(1)), Turn::Now);
}

#[test]
fn what_was_sent_before_it_opened_says_nothing_any_more() {
    let mut circuit = Circuit::default();
    let (early, late) = (circuit.send(), circuit.send());
    for caller in 0..5 {
        request(&mut circuit, caller, End::Silent, at(0));
    }
    assert_eq!(circuit.end((early, 1), End::Answered, at(0), doubling), None);
    assert_eq!(circuit.turn(at(0)), Turn::At(at(1)));
    let trial = circuit.send();
    assert_eq!(circuit.end((late, 2), End::Silent, at(1), doubling), None);
    assert_eq!(circuit.end((trial, 3), End::Answered, at(1), doubling), Some(Change::Closed));
}

proptest! {
    /// Whatever happens, and in any order: who waits has a moment or a request under way to wait for.
    #[test]
    fn a_circuit_never_locks_up(steps in proptest::collection::vec((0_u8..4, 0_usize..8, 0_u64..3), 0..300)) {
        let mut circuit = Circuit::default();
        let (mut now, mut under_way) = (0, Vec::new());
        for (kind, which, caller) in steps {
            let end = match kind {
                0 if circuit.turn(at(now)) == Turn::Now => {
                    under_way.push(circuit.send());
                    continue;
                }
                0 => { now += 1; continue; }
                1 => End::Silent,
                2 => End::Answered,
                _ => End::Abandoned,
            };
            if under_way.is_empty() { continue; }
            let sent = under_way.swap_remove(which % under_way.len());
            circuit.end((sent, caller), end, at(now), |_| Duration::from_secs(3));
            match circuit.turn(at(now)) {
                Turn::At(until) => prop_assert!(until <= at(now + 3)),
                Turn::AfterAnother => prop_assert!(!under_way.is_empty(), "who would end the wait?"),
                Turn::Now => {}
            }
        }
    }
}
