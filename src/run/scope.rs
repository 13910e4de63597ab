//! Where the expressions of a step find their values: in the state.

use serde_json::Value;

use super::state::RunState;
use super::step_state::StepStatus;
use super::words::{SkipReason, Stop};
use crate::clock::Timestamp;
use crate::expr::{NeedsStatus, Reference, Scope};
use crate::plan::Plan;
use crate::secret::{Data, Datum};

pub(super) struct RunScope<'a> {
    pub plan: &'a Plan,
    pub state: &'a RunState,
    /// The call in whose file the expressions are written.
    within: Option<usize>,
    /// The values of the matrix item, if there is one.
    pub matrix: Option<&'a Data>,
    /// The answer to capture from, if there is one.
    pub response: Option<&'a Data>,
    /// What takes a step back knows that step by what it undoes: one item of a matrix, or an attempt that failed.
    pub own: Option<(usize, Data)>,
    /// It also knows the other steps as they were when what it undoes was made, as far as that is still known.
    as_of: Option<Timestamp>,
    pub needs: NeedsStatus,
}

impl<'a> RunScope<'a> {
    pub fn new(plan: &'a Plan, state: &'a RunState) -> Self {
        Self {
            plan,
            state,
            within: None,
            matrix: None,
            response: None,
            own: None,
            as_of: None,
            needs: NeedsStatus::default(),
        }
    }

    /// The scope of the file of a call.
    pub fn inside(self, call: usize) -> Self {
        Self { within: Some(call), ..self }
    }

    pub fn with_matrix(self, values: &'a Data) -> Self {
        Self { matrix: Some(values), ..self }
    }

    pub fn with_response(self, response: &'a Data) -> Self {
        Self { response: Some(response), ..self }
    }

    /// The step's own outputs are those of one item, or of an earlier round.
    pub fn with_own(self, step: usize, outputs: Data) -> Self {
        Self { own: Some((step, outputs)), ..self }
    }

    pub fn at(self, as_of: Option<Timestamp>) -> Self {
        Self { as_of, ..self }
    }

    fn outputs_of(&self, index: usize) -> Option<&Data> {
        let own = self.own.as_ref().filter(|(own, _)| *own == index).map(|(_, outputs)| outputs);
        // A thing has its place in the order of undos. A token that was renewed has none: the new one is good.
        let as_of = self.as_of.filter(|_| self.plan.steps[index].is_undone_by_outputs());
        let earlier = || self.state.outputs_at(index, as_of?);
        own.or_else(earlier).or_else(|| self.state.outputs_of(index))
    }

    /// The scope of a step's own expressions, which may ask how its needs went.
    pub fn of_step(plan: &'a Plan, state: &'a RunState, step: usize) -> Self {
        let failed = plan.steps[step].needs.iter().any(|need| failed_through(plan, state, *need));
        let cancelled = state.stopping == Some(Stop::Cancel);
        let failed = (failed && !cancelled) || state.stopping == Some(Stop::Timeout);
        let within = plan.steps[step].within;
        Self { needs: NeedsStatus { failed, cancelled }, within, ..Self::new(plan, state) }
    }

    /// An input or secret of a called file.
    fn taken_in(&self, call: usize, name: &str) -> Option<Datum> {
        self.state.outputs_of(self.plan.calls[call].entry)?.get(name).cloned()
    }
}

/// Whether a step failed and that matters to what follows, or was skipped because something before it did.
pub(super) fn failed_through(plan: &Plan, state: &RunState, index: usize) -> bool {
    let step = &state.steps[index];
    let failed = step.status() == StepStatus::Failed && !plan.steps[index].continue_on_error;
    failed || step.skipped.as_ref().is_some_and(SkipReason::is_failure)
}

impl Scope for RunScope<'_> {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        match reference {
            Reference::Input(_) | Reference::Secret(_) if self.within.is_some() => {
                self.taken_in(self.within?, &reference.to_string())
            }
            Reference::Input(name) => self.state.started.inputs.get(name.as_str()).cloned(),
            Reference::Secret(name) => self.state.started.secrets.get(name.as_str()).cloned(),
            Reference::Output(step, name) => {
                let index = match self.within {
                    Some(call) => self.plan.index(&step.within(Some(&self.plan.calls[call].id)))?,
                    None => self.plan.index(step)?,
                };
                let known = self.plan.steps[index].outputs.iter().any(|(output, _)| output == name.as_str());
                let value = self.outputs_of(index).and_then(|outputs| outputs.get(name.as_str())).cloned();
                known.then(|| value.unwrap_or(Datum::Public(Value::Null)))
            }
            Reference::Matrix(name) => self.matrix?.get(name.as_str()).cloned(),
            // An answer is secret as a whole; what of it is a secret, the capture says.
            Reference::Response(name) => Some(Datum::Public(self.response?.get(name.as_str())?.expose().clone())),
            Reference::RunId => Some(Datum::Public(self.state.started.run.as_str().into())),
            Reference::Index | Reference::Row(_) => None,
        }
    }

    fn needs(&self) -> NeedsStatus {
        self.needs
    }
}
