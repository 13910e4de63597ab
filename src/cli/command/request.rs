//! What is asked of a workflow: a file or an action, and what it is given.

use std::path::PathBuf;

use crate::cli::args::{Global, Inputs, Service};
use crate::cli::failure::Failure;
use crate::cli::{environment, out, values};
use crate::ops::{BaseUrlSource, Checked, OpError, Profile, RunRequest};

/// What a file is warned of that can be used. Errors are drawn where it is refused.
pub fn draw_warnings(checked: &Checked, global: &Global) {
    if checked.plan.is_some() {
        out::draw_each(&checked.source, &checked.findings, global.color);
    }
}

/// Takes the values for the inputs of what was checked. Nothing is injected, and the run has no name.
pub fn request<'a>(
    checked: &Checked,
    file: Option<PathBuf>,
    given: Inputs,
    service: Service,
    profile: &Profile,
    environment: &'a environment::Reader<'a>,
) -> Result<RunRequest<'a>, Failure> {
    let inputs = match &checked.plan {
        Some(plan) => values::given(&plan.workflow, &given.input, given.inputs.as_deref()).map_err(OpError::Usage)?,
        None => Default::default(),
    };
    let (base_url, base_url_source) = base_url(service.target.base_url, profile);
    // A sandbox says of a base URL that it is not used, and nobody gave that of a profile for it.
    let is_given = !matches!(base_url_source, BaseUrlSource::File { .. });
    Ok(RunRequest {
        file,
        inputs,
        inputs_from: given.inputs_from,
        environment,
        sandbox: service.target.sandbox,
        base_url: base_url.filter(|_| is_given || !service.target.sandbox),
        base_url_source,
        settle: service.settle.or(profile.settle),
        allow_hosts: if service.allow_host.is_empty() { profile.allow_hosts.clone() } else { service.allow_host },
        allow_spend: None,
        inject: Vec::new(),
        id: None,
        until: None,
    })
}

/// The base URL that was given, or that of the profile, and who named it.
pub fn base_url(given: Option<String>, profile: &Profile) -> (Option<String>, BaseUrlSource) {
    match given {
        Some(url) if environment::is_typed("--base-url") => (Some(url), BaseUrlSource::Flag),
        Some(url) => (Some(url), BaseUrlSource::Variable),
        None => (profile.base_url.clone(), profile.base_url_source.clone()),
    }
}
