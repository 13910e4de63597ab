//! Files in, plans or diagnostics out.

use super::catalogue::catalogue;
use crate::diagnostic::Source;
use crate::plan::{Loaded, Plan, load};

pub fn read(text: &str) -> Loaded {
    load(Source::new("test.yaml", text), &catalogue())
}

/// The plan of a file that has no errors.
pub fn plan(text: &str) -> Plan {
    let loaded = read(text);
    assert!(loaded.plan.is_some(), "{:#?}", loaded.diagnostics);
    loaded.plan.unwrap()
}

/// The codes of all findings.
pub fn codes(text: &str) -> Vec<&'static str> {
    read(text).diagnostics.iter().map(|found| found.code).collect()
}
