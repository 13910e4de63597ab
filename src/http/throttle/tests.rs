use proptest::prelude::*;

use super::*;

const REST: Duration = Duration::from_secs(7);

fn at(seconds: u64) -> Timestamp {
    Timestamp::default().plus(Duration::from_secs(seconds))
}

fn refuse(throttle: &mut Throttle, entered: Entered, rest: Option<Duration>, now: Timestamp) {
    throttle.refused(entered, rest, now, |row| Duration::from_secs(1 << row));
}

#[test]
fn nothing_holds_back_who_was_never_refused() {
    let mut throttle = Throttle::default();
    for _ in 0..1000 {
        assert_eq!(throttle.turn(at(0)), Turn::Now);
        throttle.enter();
    }
}

#[test]
fn after_a_refusal_it_is_left_alone_and_then_asked_by_one_more_in_each_round() {
    let mut throttle = Throttle::default();
    let refused = throttle.enter();
    refuse(&mut throttle, refused, Some(REST), at(0));
    assert_eq!((throttle.turn(at(6)), throttle.turn(at(7))), (Turn::At(at(7)), Turn::Now));
    let mut abreast = Vec::new();
    for _ in 0..3 {
        let mut under_way = Vec::new();
        while throttle.turn(at(7)) == Turn::Now {
            under_way.push(throttle.enter());
        }
        abreast.push(under_way.len());
        under_way.into_iter().for_each(|entered| throttle.answered(entered));
    }
    assert_eq!(abreast, [1, 2, 3]);
}

#[test]
fn requests_that_are_refused_together_are_one_refusal_and_the_longest_rest_counts() {
    let mut throttle = Throttle::default();
    let together = [throttle.enter(), throttle.enter(), throttle.enter()];
    for (entered, rest) in together.into_iter().zip([3, 9, 1]) {
        refuse(&mut throttle, entered, Some(Duration::from_secs(rest)), at(0));
    }
    assert_eq!((throttle.turn(at(8)), throttle.in_a_row), (Turn::At(at(9)), 1));
}

#[test]
fn without_a_word_of_how_long_the_rest_grows_with_refusals_in_a_row() {
    let mut throttle = Throttle::default();
    let rests: Vec<Timestamp> = (0..3)
        .map(|_| {
            let (now, entered) = (throttle.rest_until, throttle.enter());
            refuse(&mut throttle, entered, None, now);
            throttle.rest_until
        })
        .collect();
    assert_eq!(rests, [at(1), at(3), at(7)]);
}

#[test]
fn an_answer_to_what_went_before_the_refusal_lets_nobody_go_sooner() {
    let mut throttle = Throttle::default();
    let (early, refused) = (throttle.enter(), throttle.enter());
    refuse(&mut throttle, refused, Some(REST), at(0));
    throttle.answered(early);
    let trial = throttle.enter();
    assert_eq!(throttle.turn(at(7)), Turn::AfterAnother);
    throttle.abandon();
    assert_eq!((throttle.turn(at(7)), trial), (Turn::Now, Entered(1)), "given up by who made it: another may try");
}

proptest! {
    /// A service that takes so many requests in each of its windows, and callers that ask again whenever they may: after the
    /// first refusal no window has more refusals than were under way, and everybody is served.
    #[test]
    fn whoever_waits_is_served_and_no_burst_follows(limit in 1_u32..8, callers in 1_usize..60, period in 1_u64..20) {
        let mut throttle = Throttle::default();
        let (mut now, mut waiting, mut window, mut taken) = (0, callers, 0, 0);
        // All who come before anybody was refused go at once.
        let mut refused_after_the_first = 0;
        for _ in 0..100_000 {
            if waiting == 0 {
                break;
            }
            if now / period != window {
                (window, taken) = (now / period, 0);
            }
            let mut under_way = Vec::new();
            while under_way.len() < waiting && throttle.turn(at(now)) == Turn::Now {
                under_way.push(throttle.enter());
            }
            let abreast = under_way.len();
            let learnt = throttle.refusals > 0;
            prop_assert!(!learnt || u32::try_from(abreast).unwrap() <= FREE);
            for entered in under_way {
                if taken < limit {
                    taken += 1;
                    waiting -= 1;
                    throttle.answered(entered);
                } else {
                    refused_after_the_first += usize::from(learnt);
                    let rest = Duration::from_secs((window + 1) * period - now);
                    refuse(&mut throttle, entered, Some(rest), at(now));
                }
            }
            match throttle.turn(at(now)) {
                Turn::At(moment) => now = moment.since(Timestamp::default()).as_secs(),
                _ if abreast == 0 => prop_assert!(false, "nobody goes, and nothing is waited for"),
                _ => {}
            }
        }
        prop_assert_eq!(waiting, 0);
        // In each window it grows one by one until it is refused once: no more are under way then than were taken.
        prop_assert!(refused_after_the_first <= callers * 2, "{} of {}", refused_after_the_first, callers);
    }
}
