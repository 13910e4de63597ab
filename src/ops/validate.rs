//! Checks a workflow file.

use std::path::Path;
use std::sync::Arc;

use super::library::called_file;
use super::{OpError, Workspace};
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::plan::{self, Plan};
use crate::workflow::{Sources, Texts, read_source};

/// A larger file is not a workflow.
pub(super) const MAX_FILE: u64 = 1024 * 1024;

/// What is to be said about one file and those that it calls. There is a plan if nothing is wrong with them.
pub struct Checked {
    pub source: Source,
    /// Of this file and of those that it calls.
    pub texts: Texts,
    pub findings: Vec<Diagnostic>,
    pub plan: Option<Arc<Plan>>,
}

/// Reads and checks `path`. Fails only if the file cannot be read at all.
pub fn validate(workspace: &Workspace, path: &Path) -> Result<Checked, OpError> {
    let shown = path.display().to_string();
    let unreadable = |why: String| OpError::Usage(format!("cannot read {shown}: {why}"));
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !size.is_file() {
        return Err(unreadable("it is not a file".into()));
    }
    if size.len() > MAX_FILE {
        return Err(unreadable(format!("a workflow has at most {MAX_FILE} bytes, this file has {}", size.len())));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    Ok(match read_source(&shown, &bytes) {
        Ok(source) => check(workspace, Sources::gather(source, &mut |called| called_file(path, called))),
        Err(broken) => {
            Checked { texts: Texts::from(&*broken.0.text), source: broken.0, findings: vec![broken.1], plan: None }
        }
    })
}

pub(super) fn check(workspace: &Workspace, sources: Sources) -> Checked {
    let (source, texts) = (sources.main.clone(), sources.texts());
    let loaded = plan::load(sources, &workspace.registry.catalogue());
    Checked { source, texts, findings: loaded.diagnostics, plan: loaded.plan.map(Arc::new) }
}

impl Checked {
    pub fn has_errors(&self) -> bool {
        self.plan.is_none() || self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    pub fn has_warnings(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Warning)
    }

    /// The plan, or what stands in its way.
    pub fn into_plan(self) -> Result<(Texts, Arc<Plan>), OpError> {
        match self.plan {
            Some(plan) => Ok((self.texts, plan)),
            None => Err(OpError::Workflow { source: self.source, findings: self.findings }),
        }
    }
}
