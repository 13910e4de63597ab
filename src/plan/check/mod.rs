//! Checks that need to know what is secret, or which effect a step has. One file is one check.

mod null;
mod probe;
mod read;
mod sent;
mod shown;
mod unused;

use super::secrecy::Secrecy;
use crate::workflow::{Names, Report};

/// Runs every check of a file whose steps have an order.
pub(super) fn check(names: &Names<'_>, secrecy: &Secrecy<'_>, report: &mut Report) {
    probe::check(names, report);
    read::check(names, report);
    null::check(names, report);
    secrets(names, secrecy, report);
    unused::check(names, report);
}

/// Those checks that ask what is secret, which a call may change.
pub(super) fn secrets(names: &Names<'_>, secrecy: &Secrecy<'_>, report: &mut Report) {
    shown::check(names, secrecy, report);
    sent::check(names, secrecy, report);
}
