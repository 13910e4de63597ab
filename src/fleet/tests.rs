//! Facts of a fleet, and what they come to.

use std::time::Duration;

use serde_json::json;

use super::fixture::started;
use super::*;
use crate::clock::Timestamp;
use crate::id::{StepId, TaskPath};
use crate::run::{ErrorKind, RunStatus, StepError};
use crate::secret::Data;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000)
}

fn row(key: &str) -> Row {
    let inputs = Data::from([("email".into(), json!(key).into())]);
    Row { inputs, ..fixture::row(key) }
}

fn id(number: u32) -> RowId {
    RowId::new(number).unwrap()
}

fn fleet(keys: &[&str]) -> FleetState {
    let mut state = FleetState::new(started(), "sha256:a".into(), at(0));
    let rows = keys.iter().map(|key| row(key)).collect();
    state.apply(&FleetEntry { at: at(1), fact: FleetFact::RowsAdded(rows) }).unwrap();
    state
}

fn happens(state: &mut FleetState, number: u32, second: i64, what: Happening) -> Result<(), IllegalFact> {
    state.apply_row(id(number), RowEvent { at: at(second), what }, 100 * second.unsigned_abs())
}

fn trouble(code: &str) -> Happening {
    let task = TaskPath::step(StepId::new("verify").unwrap());
    let error = StepError::new(ErrorKind::Mail, code, "no mail");
    Happening::Troubled(Box::new(RowTrouble { task, error }))
}

#[test]
fn rows_are_numbered_in_the_order_in_which_they_are_known() {
    let mut state = fleet(&["b", "a"]);
    state.apply(&FleetEntry { at: at(2), fact: FleetFact::RowsAdded(vec![row("c")]) }).unwrap();
    assert_eq!(["b", "a", "c"].map(|key| state.find(key).unwrap().get()), [1, 2, 3]);
    assert_eq!(state.find("d"), None);
}

#[test]
fn a_row_whose_key_is_a_digest_is_shown_by_its_run_and_label() {
    let labelled = Row { label: Some("agent+1@onramp.test".into()), ..row("d41d8cd98f00b204") };
    let mut state = fleet(&["a"]);
    state.apply(&FleetEntry { at: at(2), fact: FleetFact::RowsAdded(vec![labelled]) }).unwrap();
    assert_eq!([1, 2].map(|number| state.name_of(id(number))), ["a", "q4-000002 agent+1@onramp.test"]);
}

#[test]
fn a_row_is_meant_by_its_key_its_run_or_its_label_and_by_one_of_several_it_is_not() {
    let labelled = |key: &str, label: &str| Row { label: Some(label.into()), ..row(key) };
    let mut state = fleet(&["a", "q4-000001"]);
    let more = vec![labelled("d1", "ada"), labelled("d2", "lin"), labelled("d3", "lin")];
    state.apply(&FleetEntry { at: at(2), fact: FleetFact::RowsAdded(more) }).unwrap();
    let meant = |wanted: &str| state.meant(wanted).iter().map(|id| id.get()).collect::<Vec<_>>();
    assert_eq!(["a", "q4-000003", "d3", "ada"].map(meant), [vec![1], vec![3], vec![5], vec![3]]);
    assert_eq!(["lin", "q4-000001"].map(meant), [vec![4, 5], vec![1, 2]]);
    assert!(["q4-3", "q4-000006", "q5-000001", ""].map(meant).iter().all(Vec::is_empty));
}

#[test]
fn a_key_is_never_given_to_two_rows() {
    let mut state = fleet(&["a"]);
    let again = FleetEntry { at: at(2), fact: FleetFact::RowsAdded(vec![row("a")]) };
    assert!(state.apply(&again).unwrap_err().to_string().contains("already"));
}

#[test]
fn a_row_starts_from_what_all_have_in_common_and_from_its_own_inputs() {
    let state = fleet(&["a", "b"]);
    let [one, other] = [1, 2].map(|number| state.start_of(id(number)).unwrap());
    assert_eq!((one.run.as_str(), other.run.as_str()), ("q4-000001", "q4-000002"));
    assert_eq!(one.inputs["email"].expose(), &json!("a"));
    assert_ne!(one.seed.expose(), other.seed.expose());
    // A row that is known by its key is the same run wherever it stands.
    assert_eq!(fleet(&["b", "a"]).start_of(id(2)).unwrap().seed.expose(), one.seed.expose());
}

#[test]
fn a_secret_of_its_own_takes_the_place_of_the_one_that_all_rows_have() {
    let secret = |text: &str| Data::from([("password".into(), crate::secret::Datum::secret(json!(text)))]);
    let mut state = fleet(&["a"]);
    state.started.secrets = secret("everybody's");
    let own = Row { secrets: secret("its own"), ..row("b") };
    assert_ne!(state.digest_of(&own), state.digest_of(&row("b")));
    state.apply(&FleetEntry { at: at(2), fact: FleetFact::RowsAdded(vec![own]) }).unwrap();
    let starts = [1, 2].map(|number| state.start_of(id(number)).unwrap().secrets["password"].clone());
    assert_eq!(starts.map(|secret| secret.expose().clone()), ["everybody's", "its own"].map(|text| json!(text)));
}

#[test]
fn what_becomes_of_a_row_is_counted() {
    let mut state = fleet(&["a", "b", "c", "d"]);
    for number in 1..=3 {
        happens(&mut state, number, 2, Happening::Began).unwrap();
    }
    happens(&mut state, 1, 3, Happening::Ended(RunStatus::Succeeded)).unwrap();
    happens(&mut state, 2, 3, trouble("mail.timeout")).unwrap();
    happens(&mut state, 2, 4, Happening::Ended(RunStatus::Failed)).unwrap();
    state.apply(&FleetEntry { at: at(5), fact: FleetFact::RowsWithdrawn(vec![id(3), id(4)]) }).unwrap();
    let expected = Tally { succeeded: 1, failed: 1, begun: 1, withdrawn: 1, ..Tally::default() };
    assert_eq!(state.tally(), expected);
    assert_eq!(state.rows[1].trouble.as_ref().unwrap().error.code, "mail.timeout");
    assert_eq!((state.rows[1].from, state.rows[1].to), (200, 400));
    assert!(!state.rows[3].is_open() && state.rows[2].is_open(), "what has begun is not dropped half done");
}

#[test]
fn what_tries_waited_is_added_up_by_step() {
    let mut state = fleet(&["a", "b"]);
    let waited = |step: &str, seconds| Happening::Waited(StepId::new(step).unwrap(), Duration::from_secs(seconds));
    for number in [1, 2] {
        happens(&mut state, number, 2, Happening::Began).unwrap();
    }
    for (number, what) in [(1, waited("verify", 3)), (2, waited("verify", 5)), (1, waited("signup", 1))] {
        happens(&mut state, number, 3, what).unwrap();
    }
    let waits = |attempts, total, longest| {
        let (total, longest) = (Duration::from_secs(total), Duration::from_secs(longest));
        StepWaits { attempts, total, longest }
    };
    let expected = [("signup".to_owned(), waits(1, 1, 1)), ("verify".to_owned(), waits(2, 8, 5))];
    assert_eq!(state.waits, expected.into());
}

#[test]
fn a_row_that_goes_on_after_it_was_handed_on_is_handed_on_again() {
    let mut state = fleet(&["a"]);
    state.apply(&FleetEntry { at: at(1), fact: FleetFact::HandsOn }).unwrap();
    for what in [Happening::Began, Happening::Ended(RunStatus::Succeeded)] {
        happens(&mut state, 1, 2, what).unwrap();
    }
    state.apply(&FleetEntry { at: at(3), fact: FleetFact::HandedOn(id(1)) }).unwrap();
    assert_eq!(state.untaken().count(), 0);
    for what in [Happening::Resumed, Happening::Ended(RunStatus::Succeeded)] {
        happens(&mut state, 1, 4, what).unwrap();
    }
    assert_eq!(state.untaken().collect::<Vec<_>>(), [id(1)]);
}

#[test]
fn a_row_that_goes_on_and_succeeds_has_no_trouble_any_more() {
    let mut state = fleet(&["a"]);
    for (second, what) in [(2, Happening::Began), (3, trouble("x")), (4, Happening::Ended(RunStatus::Failed))] {
        happens(&mut state, 1, second, what).unwrap();
    }
    happens(&mut state, 1, 5, Happening::Resumed).unwrap();
    assert_eq!((state.rows[0].phase, &state.rows[0].trouble), (RowPhase::Begun, &None));
    happens(&mut state, 1, 6, trouble("y")).unwrap();
    happens(&mut state, 1, 7, Happening::Ended(RunStatus::Succeeded)).unwrap();
    assert_eq!(state.rows[0].trouble, None);
}

#[test]
fn rest_between_two_processes_is_not_work() {
    let mut state = fleet(&["a"]);
    let happened = [
        (10, Happening::Began),
        (13, Happening::Attempted),
        // Killed, and gone on with later; then failed, answered for, and gone on with.
        (100, Happening::Resumed),
        (102, Happening::Ended(RunStatus::Failed)),
        (200, Happening::Answered),
        (300, Happening::Resumed),
        (301, Happening::Ended(RunStatus::Succeeded)),
        (400, Happening::TeardownBegan),
        (400, Happening::Resumed),
        (404, Happening::Ended(RunStatus::Succeeded)),
    ];
    for (second, what) in happened {
        happens(&mut state, 1, second, what).unwrap();
    }
    assert_eq!(state.rows[0].worked.as_secs(), 3 + 2 + 1 + 4);
}

#[test]
fn a_row_in_doubt_has_its_question_until_it_is_answered() {
    let mut state = fleet(&["a"]);
    let doubt = trouble(RowTrouble::IN_DOUBT);
    for what in [Happening::Began, doubt, Happening::Ended(RunStatus::InDoubt), Happening::Resumed] {
        happens(&mut state, 1, 2, what).unwrap();
    }
    assert!(state.rows[0].trouble.is_some());
    happens(&mut state, 1, 3, Happening::Ended(RunStatus::InDoubt)).unwrap();
    happens(&mut state, 1, 4, Happening::Answered).unwrap();
    assert_eq!((state.rows[0].phase, &state.rows[0].trouble), (RowPhase::Begun, &None));
}

#[test]
fn a_row_of_which_something_is_left_has_failed_until_that_is_gone() {
    let mut state = fleet(&["a"]);
    let ended = Happening::Ended(RunStatus::Succeeded);
    let undone = [Happening::TeardownBegan, Happening::Resumed, trouble("service.401"), ended.clone()];
    for what in [Happening::Began, ended.clone()].into_iter().chain(undone) {
        happens(&mut state, 1, 2, what).unwrap();
    }
    assert_eq!((state.tally().failed, state.rows[0].status(false)), (1, "failed"));
    for what in [Happening::TeardownBegan, Happening::Resumed, ended] {
        happens(&mut state, 1, 3, what).unwrap();
    }
    state.apply(&FleetEntry { at: at(4), fact: FleetFact::TornDown(id(1)) }).unwrap();
    assert_eq!((state.tally().torn_down, &state.rows[0].trouble), (1, &None));
}

#[test]
fn a_row_begins_once_and_before_all_else() {
    let mut state = fleet(&["a"]);
    assert!(happens(&mut state, 1, 2, Happening::Attempted).is_err());
    happens(&mut state, 1, 2, Happening::Began).unwrap();
    assert!(happens(&mut state, 1, 3, Happening::Began).is_err());
    assert!(happens(&mut state, 2, 3, Happening::Began).is_err());
}

#[test]
fn a_fleet_that_may_be_a_copy_stays_under_suspicion_until_somebody_vouches_for_it() {
    let mut state = fleet(&["a"]);
    let mut resumed = |wary, trusted| {
        state.apply(&FleetEntry { at: at(2), fact: FleetFact::Resumed { wary, trusted } }).unwrap();
        state.wary
    };
    assert_eq!(
        [(false, false), (true, false), (false, false), (false, true)].map(|(w, t)| resumed(w, t)),
        [false, true, true, false]
    );
}
