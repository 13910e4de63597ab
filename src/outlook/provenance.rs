//! From where each secret comes that a value is made of.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::expr::{Reference, Template};
use crate::plan::{Plan, PlanStep, StepKind};
use crate::workflow::{ActionSpec, Contact};

/// Names of secrets: `secrets.NAME`, `inputs.NAME`, and `steps.ID.outputs.NAME` for what is made in the run.
pub(super) type Roots = Rc<BTreeSet<String>>;

/// The roots of each secret output, in the order of the plan.
pub(super) struct Provenance<'a> {
    plan: &'a Plan,
    steps: Vec<HashMap<String, Roots>>,
}

impl<'a> Provenance<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, steps: Vec::with_capacity(plan.steps.len()) }
    }

    /// What a template of `step` is made of; empty if nothing of it is secret.
    pub fn of(&self, template: &Template, step: &PlanStep) -> Roots {
        self.within(template, step.within, Some(step))
    }

    fn within(&self, template: &Template, within: Option<usize>, step: Option<&PlanStep>) -> Roots {
        let found = template.references().filter_map(|(reference, _)| self.root(reference, within, step));
        union(found)
    }

    fn root(&self, reference: &Reference, within: Option<usize>, step: Option<&PlanStep>) -> Option<Roots> {
        match (reference, within) {
            (Reference::Input(_) | Reference::Secret(_), Some(call)) => {
                self.steps.get(self.plan.calls[call].entry)?.get(&reference.to_string()).cloned()
            }
            (Reference::Secret(_), None) => Some(one(reference.to_string())),
            (Reference::Input(name), None) => {
                let secret = self.plan.workflow.inputs.iter().any(|input| input.name == *name && input.secret);
                secret.then(|| one(reference.to_string()))
            }
            (Reference::Output(id, name), within) => {
                let index = self.plan.index(&id.within(within.map(|call| &self.plan.calls[call].id)))?;
                self.steps.get(index)?.get(name.as_str()).cloned()
            }
            (Reference::Matrix(name), within) => {
                let (_, values) = step?.matrix.as_ref()?.variables.iter().find(|(variable, _)| variable == name)?;
                Some(self.within(values, within, None))
            }
            (Reference::Response(_) | Reference::RunId | Reference::Index | Reference::Row(_), _) => None,
        }
    }

    /// Takes in the next step of the plan.
    pub fn learn(&mut self, step: &PlanStep, spec: Option<&ActionSpec>) {
        let secret = step.outputs.iter().filter(|(_, secret)| *secret);
        let outputs = secret.map(|(name, _)| (name.clone(), self.of_output(step, name, spec))).collect();
        self.steps.push(outputs);
    }

    fn of_output(&self, step: &PlanStep, name: &str, spec: Option<&ActionSpec>) -> Roots {
        let parameter =
            |wanted: &str| step.call.with.iter().find(|(name, ..)| name == wanted).map(|(_, value, _)| value);
        let roots = match step.kind {
            StepKind::Entry(_) => parameter(name).map(|value| self.of(value, step)),
            StepKind::Exit(call) => {
                let mut outputs = self.plan.calls[call].file.outputs.iter();
                let output = outputs.find(|output| output.name.as_str() == name);
                output.map(|output| self.within(&output.value, Some(call), None))
            }
            StepKind::Action => {
                let own = one(format!("steps.{}.outputs.{name}", step.id));
                let echoed = spec.and_then(|spec| spec.output(name)).and_then(|output| output.echoes);
                let handed_on: Vec<Roots> = match spec.map(|spec| spec.reach.contact) {
                    // What is worked out here may be what it was given.
                    Some(Contact::Nobody) => step.call.with.iter().map(|(_, value, _)| self.of(value, step)).collect(),
                    _ => echoed.and_then(parameter).map(|value| self.of(value, step)).into_iter().collect(),
                };
                let external =
                    |roots: &Roots| roots.iter().filter(|root| !root.starts_with("steps.")).cloned().collect();
                let handed_on = handed_on.iter().map(external).map(Rc::new);
                Some(union(handed_on.chain([own])))
            }
        };
        // A value that is secret only because the file says so.
        roots.filter(|roots| !roots.is_empty()).unwrap_or_else(|| one(format!("steps.{}.outputs.{name}", step.id)))
    }
}

fn one(name: String) -> Roots {
    Rc::new(BTreeSet::from([name]))
}

fn union(sets: impl IntoIterator<Item = Roots>) -> Roots {
    let sets = sets.into_iter().filter(|set| !set.is_empty());
    sets.reduce(|all, next| if next.is_subset(&all) { all } else { Rc::new(all.union(&next).cloned().collect()) })
        .unwrap_or_default()
}
