//! The same the other way round: by host, by secret, by input.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::{
    Fate, HostOutlook, InputOutlook, Known, OutputOutlook, Place, SecretOutlook, Sending, StepOutlook, Supply, Verdict,
};
use crate::plan::Plan;
use crate::secret::Datum;

pub(super) fn inputs(plan: &Plan, known: &Known) -> Vec<InputOutlook> {
    let look = |input: &crate::workflow::Input| {
        let name = input.name.as_str();
        let datum = known.inputs.get(name);
        let supply = match datum {
            None => Supply::Missing,
            Some(_) if known.typed.contains(name) => Supply::Given,
            Some(_) if known.settings.sandbox && input.sandbox.is_some() => Supply::Sandbox,
            Some(_) if input.default.is_some() => Supply::Default,
            Some(_) => Supply::Absent,
        };
        InputOutlook {
            name: name.to_owned(),
            supply,
            value: datum.map_or(Value::Null, Datum::masked),
            secret: input.secret,
            ty: input.ty.to_string(),
            description: input.description.clone(),
        }
    };
    plan.workflow.inputs.iter().map(look).collect()
}

pub(super) fn outputs(plan: &Plan) -> Vec<OutputOutlook> {
    let outputs = plan.workflow.outputs.iter();
    let look = |output: &crate::workflow::Output| OutputOutlook {
        name: output.name.to_string(),
        env: output.env.clone(),
        secret: output.secret,
    };
    outputs.map(look).collect()
}

fn sendings(steps: &[StepOutlook]) -> impl Iterator<Item = (&StepOutlook, &Sending)> {
    steps.iter().filter(|step| step.fate != Fate::Skipped).flat_map(|step| step.sendings.iter().map(move |s| (step, s)))
}

/// In the order in which they are met first.
pub(super) fn hosts(steps: &[StepOutlook]) -> Vec<HostOutlook> {
    let mut hosts: Vec<HostOutlook> = Vec::new();
    let mut positions: BTreeMap<&Place, usize> = BTreeMap::new();
    for (step, sending) in sendings(steps) {
        let position = *positions.entry(&sending.place).or_insert_with(|| {
            let place = sending.place.clone();
            hosts.push(HostOutlook { place, steps: Vec::new(), secrets: BTreeSet::new(), refused: false });
            hosts.len() - 1
        });
        let host = &mut hosts[position];
        if host.steps.last() != Some(&step.id) {
            host.steps.push(step.id.clone());
        }
        host.secrets.extend(sending.secrets.iter().cloned());
        host.refused |= sending.verdict == Verdict::Refused;
    }
    hosts
}

/// Those of the workflow, then those that are made in the run and sent on.
pub(super) fn secrets(plan: &Plan, known: &Known, steps: &[StepOutlook]) -> Vec<SecretOutlook> {
    let mut goes_to: BTreeMap<&str, Vec<(Place, Verdict)>> = BTreeMap::new();
    for (_, sending) in sendings(steps) {
        for secret in &sending.secrets {
            let places = goes_to.entry(secret).or_default();
            let place = (sending.place.clone(), sending.verdict);
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    let mut take = |name: &str| goes_to.remove(name).unwrap_or_default();
    let mut secrets: Vec<SecretOutlook> = Vec::new();
    for secret in &plan.workflow.secrets {
        let name = format!("secrets.{}", secret.name);
        let (env, description) = (secret.env.clone(), secret.description.clone());
        let supply = known.secrets.get(secret.name.as_str()).copied().or(Some(Supply::Missing));
        secrets.push(SecretOutlook { goes_to: take(&name), name, env, description, supply });
    }
    for input in inputs(plan, known).into_iter().filter(|input| input.secret) {
        let name = format!("inputs.{}", input.name);
        let (description, supply) = (input.description, Some(input.supply));
        secrets.push(SecretOutlook { goes_to: take(&name), name, env: None, description, supply });
    }
    let made = goes_to.into_iter().map(|(name, goes_to)| SecretOutlook {
        name: name.to_owned(),
        env: None,
        description: None,
        supply: None,
        goes_to,
    });
    secrets.extend(made);
    secrets
}
