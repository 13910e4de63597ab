//! Which values are known before the run.

use serde_json::Value;

use super::model::{Fate, Known, Supply};
use crate::expr::{Reference, Scope, Template};
use crate::plan::{Plan, PlanStep, StepKind};
use crate::secret::{Data, Datum};
use crate::workflow::{accept, accept_secret};

/// What is known of each step, in the order of the plan.
pub(super) struct Values<'a> {
    plan: &'a Plan,
    known: &'a Known,
    /// The outputs that are known: of calls, and of steps that are skipped.
    steps: Vec<Option<Data>>,
}

impl<'a> Values<'a> {
    pub fn new(plan: &'a Plan, known: &'a Known) -> Self {
        Self { plan, known, steps: Vec::with_capacity(plan.steps.len()) }
    }

    /// As the expressions of a file see them.
    pub fn seen_from(&self, within: Option<usize>) -> View<'_> {
        View { values: self, within }
    }

    /// Takes in the next step of the plan.
    pub fn learn(&mut self, step: &PlanStep, fate: &Fate) {
        let data = match step.kind {
            _ if *fate == Fate::Skipped => {
                let null = |(name, secret): &(String, bool)| (name.clone(), Datum::new(Value::Null, *secret));
                Some(step.outputs.iter().map(null).collect())
            }
            StepKind::Action => None,
            StepKind::Entry(call) => Some(self.taken_in(step, call)),
            StepKind::Exit(call) => {
                let inside = self.seen_from(Some(call));
                let outputs = self.plan.calls[call].file.outputs.iter();
                let value = |output: &crate::workflow::Output| {
                    let datum = output.value.evaluate(&inside).ok()?;
                    Some((
                        output.name.to_string(),
                        Datum::new(datum.expose().clone(), output.secret || datum.is_secret()),
                    ))
                };
                Some(outputs.filter_map(value).collect())
            }
        };
        self.steps.push(data);
    }

    /// The inputs and secrets of a called file that are known.
    fn taken_in(&self, step: &PlanStep, call: usize) -> Data {
        let outside = self.seen_from(step.within);
        let given = |name: &str| step.call.with.iter().find(|(given, ..)| given == name).map(|(_, value, _)| value);
        let evaluated = |value: Option<&Template>| match value {
            Some(value) => value.evaluate(&outside).ok().map(Some),
            None => Some(None),
        };
        let (file, sandbox) = (&self.plan.calls[call].file, self.known.settings.sandbox);
        let inputs = file.inputs.iter().filter_map(|input| {
            let name = format!("inputs.{}", input.name);
            let datum = evaluated(given(&name))?;
            let value = accept(input, datum.as_ref().map(Datum::expose), sandbox).ok()?;
            Some((name, Datum::new(value, input.secret || datum.is_some_and(|datum| datum.is_secret()))))
        });
        let secrets = file.secrets.iter().filter_map(|secret| {
            let name = format!("secrets.{}", secret.name);
            let datum = evaluated(given(&name))?;
            let value = accept_secret(secret, datum.as_ref().map(Datum::expose), sandbox).ok()?;
            Some((name, Datum::secret(value)))
        });
        inputs.chain(secrets).collect()
    }
}

/// The values as the expressions of one file see them.
pub(super) struct View<'v> {
    values: &'v Values<'v>,
    within: Option<usize>,
}

impl View<'_> {
    /// Whether all that a template refers to is known, so that it fails for another reason.
    pub fn knows_all(&self, template: &Template) -> bool {
        template.references().all(|(reference, _)| self.resolve(reference).is_some())
    }

    /// What a template waits for, as it stands in the file.
    pub fn open(&self, template: &Template) -> String {
        let open = template.references().filter(|(reference, _)| self.resolve(reference).is_none());
        let mut names: Vec<String> = open.map(|(reference, _)| reference.to_string()).collect();
        names.dedup();
        names.join(", ")
    }
}

impl Scope for View<'_> {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        let Values { plan, known, steps } = self.values;
        match (reference, self.within) {
            (Reference::Input(_) | Reference::Secret(_), Some(call)) => {
                steps.get(plan.calls[call].entry)?.as_ref()?.get(&reference.to_string()).cloned()
            }
            (Reference::Input(name), None) => known.inputs.get(name.as_str()).cloned(),
            (Reference::Secret(name), None) => {
                let absent = known.secrets.get(name.as_str()) == Some(&Supply::Absent);
                absent.then(|| Datum::secret(Value::Null))
            }
            (Reference::Output(step, name), within) => {
                let index = plan.index(&step.within(within.map(|call| &plan.calls[call].id)))?;
                steps.get(index)?.as_ref()?.get(name.as_str()).cloned()
            }
            (
                Reference::Matrix(_) | Reference::Response(_) | Reference::RunId | Reference::Index | Reference::Row(_),
                _,
            ) => None,
        }
    }
}
