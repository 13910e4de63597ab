//! What `onramp run` and `onramp plan` ask for: a file and what it is given.

use std::path::PathBuf;

use crate::cli::args::{Global, Inputs, Service};
use crate::cli::failure::Failure;
use crate::cli::{environment, out, values};
use crate::ops::{self, Checked, OpError, RunRequest, Workspace};

/// Reads and checks the file, says what it is warned of, and takes the values for its inputs. Nothing is injected, and the run
/// has no name.
pub fn request(
    workspace: &Workspace,
    file: PathBuf,
    given: Inputs,
    service: Service,
    global: &Global,
) -> Result<(Checked, RunRequest<'static>), Failure> {
    let checked = ops::validate(workspace, &file)?;
    let inputs = match &checked.plan {
        Some(plan) => values::given(&plan.workflow, &given.input, given.inputs.as_deref()).map_err(OpError::Usage)?,
        None => Default::default(),
    };
    draw_warnings(&checked, global);
    let request = RunRequest {
        file,
        inputs,
        inputs_from: given.inputs_from,
        environment: &environment::variable,
        sandbox: service.sandbox,
        base_url: service.base_url,
        settle: service.settle,
        allow_hosts: service.allow_host,
        inject: Vec::new(),
        id: None,
        until: None,
    };
    Ok((checked, request))
}

/// What a file is warned of that can be used. Errors are drawn where it is refused.
pub fn draw_warnings(checked: &Checked, global: &Global) {
    if checked.plan.is_some() {
        out::draw_each(&checked.source, &checked.findings, global.color);
    }
}
