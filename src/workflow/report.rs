//! The findings about one file, as many as are worth reading.

use crate::diagnostic::{Diagnostic, Severity};

/// So many errors, and as many warnings: a broken file of ten thousand lines would otherwise cost more to explain than to read.
const MAX_FINDINGS: usize = 100;

#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Diagnostic>,
    errors: usize,
}

impl Report {
    /// Adds an error. It is only built if there is room for it, since looking for what was meant takes time.
    pub fn add(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.errors < MAX_FINDINGS {
            self.errors += 1;
            self.findings.push(finding());
        }
    }

    /// Adds a warning, for which there is room apart: no number of them hides an error.
    pub fn warn(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.findings.len() - self.errors < MAX_FINDINGS {
            self.findings.push(finding());
        }
    }

    /// Adds a finding if nothing else explains what is wrong.
    pub fn add_if_empty(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if !self.has_errors() {
            self.add(finding);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter()
    }

    /// All findings, in the order of the file.
    pub fn into_findings(mut self) -> Vec<Diagnostic> {
        self.findings.sort_by_key(|finding| (finding.span, finding.code));
        self.findings
    }

    /// The same as they came.
    pub fn in_order_of_finding(self) -> Vec<Diagnostic> {
        self.findings
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        for finding in findings {
            match finding.severity {
                Severity::Error => self.add(|| finding),
                Severity::Warning => self.warn(|| finding),
            }
        }
    }
}
