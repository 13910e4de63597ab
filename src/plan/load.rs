//! From a file to a plan.

use std::sync::Arc;

use super::Plan;
use super::files::Reader;
use super::flatten::flatten;
use crate::diagnostic::{Diagnostic, Severity, conceal};
use crate::workflow::{Catalogue, Report, Sources};

/// What came of reading a workflow.
#[derive(Debug)]
pub struct Loaded {
    /// There if nothing is wrong; warnings do not count.
    pub plan: Option<Plan>,
    /// In the order of the file, then those of the files that it calls, then what only the calls bring about; at most 100 errors
    /// and as many warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, checks and plans a workflow. All errors are found in one pass.
pub fn load(sources: impl Into<Sources>, catalogue: &Catalogue) -> Loaded {
    let sources = sources.into();
    let mut reader = Reader::read(&sources, catalogue);
    let mut diagnostics = reader.findings();
    let mut files = reader.files;
    if diagnostics.iter().any(|found| found.severity == Severity::Error) {
        conceal(&mut diagnostics);
        return Loaded { plan: None, diagnostics };
    }
    let mut report = Report::default();
    report.extend(diagnostics);
    let flat = flatten(&files, sources.main_path(), catalogue, &mut report);
    let main = files.remove(sources.main_path()).flatten();
    let plan = flat
        .filter(|_| !report.has_errors())
        .zip(main)
        .map(|(flat, main)| flat.into_plan(Arc::unwrap_or_clone(main.workflow)));
    let mut diagnostics = report.in_order_of_finding();
    conceal(&mut diagnostics);
    Loaded { plan, diagnostics }
}
