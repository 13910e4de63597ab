//! The findings about one file, as many as are worth reading.

use crate::diagnostic::Diagnostic;

/// A broken file of ten thousand lines would otherwise cost more to explain than to read.
const MAX_FINDINGS: usize = 100;

#[derive(Debug, Default)]
pub struct Report(Vec<Diagnostic>);

impl Report {
    /// Adds a finding. It is only built if there is room for it, since looking for what was meant takes time.
    pub fn add(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.0.len() < MAX_FINDINGS {
            self.0.push(finding());
        }
    }

    /// Adds a finding if nothing else explains what is wrong.
    pub fn add_if_empty(&mut self, finding: impl FnOnce() -> Diagnostic) {
        if self.0.is_empty() {
            self.add(finding);
        }
    }

    /// All findings, in the order of the file.
    pub fn into_findings(mut self) -> Vec<Diagnostic> {
        self.0.sort_by_key(|finding| (finding.span, finding.code));
        self.0
    }

    /// The same as they came.
    pub fn in_order_of_finding(self) -> Vec<Diagnostic> {
        self.0
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        findings.into_iter().for_each(|finding| self.add(|| finding));
    }
}
