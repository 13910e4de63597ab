//! Files in, plans or diagnostics out.

use super::catalogue::catalogue;
use crate::diagnostic::Source;
use crate::plan::{Loaded, Plan, load};
use crate::workflow::Sources;

pub fn read(text: &str) -> Loaded {
    load(Source::new("test.yaml", text), &catalogue())
}

/// A workflow `a.yaml` with the files that it may call, each as path and text.
pub fn read_with(text: &str, library: &[(&str, &str)]) -> Loaded {
    let find = |path: &str| library.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
    let main = Source::new("a.yaml", text);
    load(Sources::gather(main, &mut |path| find(path).ok_or_else(|| "it is not there".into())), &catalogue())
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
