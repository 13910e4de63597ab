//! Who is looked for.

use std::sync::Arc;

use crate::mail::watch::{Claims, Roster, Wanted};
use crate::mail::wire::waker;
use crate::mail::{Extract, MailError, MailErrorKind, Query};

#[test]
fn who_has_an_answer_has_no_turn_any_more() {
    let roster = Roster::new(waker().unwrap().0, Claims::default());
    let wanted = Arc::new(Wanted::new(Query::new("ada@x.test", Extract::Code), None));
    let _waiting = [1, 2].map(|id| roster.enrol(wanted.clone(), id).unwrap());
    assert!(roster.answer(1, Err(MailError::new(MailErrorKind::Ambiguous, "two codes"))));
    assert_eq!(roster.turns().iter().map(|turn| turn.id).collect::<Vec<_>>(), [2]);
}
