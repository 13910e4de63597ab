//! From a file to a plan.

use super::{Plan, build};
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::workflow::{self, Catalogue, Names, Report};

/// What came of reading a workflow.
#[derive(Debug)]
pub struct Loaded {
    /// There if nothing is wrong; warnings do not count.
    pub plan: Option<Plan>,
    /// In the order of the file; at most 100.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, checks and plans a workflow. All errors are found in one pass.
pub fn load(source: Source, catalogue: &Catalogue) -> Loaded {
    let mut report = Report::default();
    let Some(workflow) = workflow::decode(&source, catalogue, &mut report) else {
        return Loaded { plan: None, diagnostics: report.into_findings() };
    };
    let names = Names::new(&workflow, catalogue);
    workflow::check(&names, &mut report);
    let parts = build::parts(&names, &mut report);
    let diagnostics = report.into_findings();
    let is_sound = diagnostics.iter().all(|found| found.severity != Severity::Error);
    let plan = parts.filter(|_| is_sound).map(|parts| build::plan(parts, workflow));
    Loaded { plan, diagnostics }
}
