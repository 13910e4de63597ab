//! One way through the steps, in their order.

use std::collections::BTreeSet;

use super::calls::{Tally, of_remedy, of_step, rounds};
use super::costs::Purse;
use super::extent::{included, stages};
use super::gather;
use super::model::{BaseUrlSource, Cost, Doubt, Fate, Items, Known, Outlook, Problem, Purpose, Sending, StepOutlook};
use super::place::Sender;
use super::provenance::Provenance;
use super::values::Values;
use crate::action::Trust;
use crate::id::StepId;
use crate::plan::{Call, Plan, PlanStep, StepKind, Undo};
use crate::run::item_names;
use crate::workflow::{Catalogue, Cents, Effect, Reach};

/// What a run of `plan` would do, as far as it is known.
pub fn outlook(plan: &Plan, catalogue: &Catalogue, known: &Known) -> Outlook {
    let included = included(plan, known);
    let mut survey = Survey {
        plan,
        catalogue,
        known,
        mailboxes: mailboxes(known),
        rounds: rounds(plan, &included),
        stages: stages(plan),
        values: Values::new(plan, known),
        provenance: Provenance::new(plan),
        fates: Vec::with_capacity(plan.steps.len()),
        tally: Tally::default(),
        purse: Purse { limit: known.settings.allow_spend, free: known.settings.sandbox, certain: Cents::default() },
        problems: Vec::new(),
    };
    let mut steps: Vec<Option<StepOutlook>> = Vec::with_capacity(plan.steps.len());
    for (index, included) in included.iter().enumerate() {
        let found = survey.take(index, *included);
        steps.push(included.then(|| survey.look(index, found)));
    }
    let shown = plan.outline().filter_map(|(index, depth)| Some(StepOutlook { depth, ..steps[index].take()? }));
    let shown: Vec<StepOutlook> = shown.collect();
    let left_out = plan.outline().filter(|(index, _)| !included[*index]).count();
    let Survey { tally, problems, .. } = survey;
    let run: BTreeSet<&StepId> = shown.iter().filter(|step| step.fate != Fate::Skipped).map(|step| &step.id).collect();
    let remains = plan.remains().filter(|(id, _)| run.contains(id)).map(|(id, why)| (id.clone(), why)).collect();
    Outlook {
        workflow: plan.workflow.name.clone(),
        base_url: (!known.settings.sandbox).then(|| known.settings.base_url.clone()),
        base_url_source: BaseUrlSource::default(),
        until: known.until.clone(),
        left_out,
        inputs: gather::inputs(plan, known),
        secrets: gather::secrets(plan, known, &shown),
        outputs: gather::outputs(plan),
        hosts: gather::hosts(&shown),
        remains,
        rates: tally.into_rates(),
        problems,
        allow_spend: known.settings.allow_spend.filter(|_| !known.settings.sandbox),
        teardown_on_failure: plan.workflow.teardown_on_failure,
        steps: shown,
    }
}

/// Of inputs only: what the environment holds is not read.
fn mailboxes(known: &Known) -> Vec<String> {
    let origins = known.settings.typed_origins.iter();
    origins.filter(|origin| origin.starts_with("imap")).cloned().collect()
}

struct Survey<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
    known: &'a Known,
    mailboxes: Vec<String>,
    rounds: Vec<u64>,
    stages: Vec<usize>,
    values: Values<'a>,
    provenance: Provenance<'a>,
    fates: Vec<Fate>,
    tally: Tally,
    purse: Purse,
    problems: Vec<Problem>,
}

/// What is found out of a step before it is taken in.
struct Found {
    fate: Fate,
    items: Items,
    sendings: Vec<Sending>,
    cost: Option<Cost>,
    problems: Vec<Problem>,
}

impl Survey<'_> {
    /// Finds out about the next step of the plan, so that those after it can refer to it.
    fn take(&mut self, index: usize, included: bool) -> Found {
        let step = &self.plan.steps[index];
        let fate = self.fate(step);
        let mut problems = Vec::new();
        let items = if fate == Fate::Skipped { Items::One } else { self.items(step, &mut problems) };
        let mut sendings = Vec::new();
        if fate != Fate::Skipped {
            for (sending, problem) in self.sendings(step) {
                sendings.push(sending);
                problems.extend(problem);
            }
        }
        let spec = self.catalogue.get(step.call.action);
        let view = self.values.seen_from(step.within);
        let cost = spec.and_then(|spec| spec.reach.spends).map(|spends| Purse::cost(spends, step, &view));
        if included {
            problems.extend(self.purse.problems(step, &view, &fate, &items));
        }
        self.values.learn(step, &fate);
        self.provenance.learn(step, spec.map(|spec| &**spec));
        self.fates.push(fate.clone());
        Found { fate, items, sendings, cost, problems }
    }

    fn fate(&self, step: &PlanStep) -> Fate {
        let around = step.within.map(|call| &self.fates[self.plan.calls[call].entry]);
        let entry = match step.kind {
            StepKind::Exit(call) => Some(&self.fates[self.plan.calls[call].entry]),
            _ => None,
        };
        if let Some(fate @ Fate::Skipped) = around.or(entry) {
            return fate.clone();
        }
        let Some(condition) = &step.condition else {
            return entry.or(around).cloned().unwrap_or(Fate::Runs);
        };
        let holds = condition.holds(&self.values.seen_from(step.within));
        match holds {
            Ok(false) if !condition.asks_status() => Fate::Skipped,
            Ok(true) if !condition.asks_status() => around.cloned().unwrap_or(Fate::Runs),
            _ => {
                let text = &self.plan.source(step.within).text;
                let text = text.get(condition.span.start..condition.span.end).unwrap_or_default();
                Fate::If(text.trim_matches(['"', '\'']).to_owned())
            }
        }
    }

    fn items(&self, step: &PlanStep, problems: &mut Vec<Problem>) -> Items {
        let Some(matrix) = &step.matrix else { return Items::One };
        let view = self.values.seen_from(step.within);
        match item_names(matrix, &view) {
            Ok(names) => Items::Known(names),
            Err(error) => {
                let open: Vec<String> = matrix.variables.iter().map(|(_, values)| view.open(values)).collect();
                if matrix.variables.iter().all(|(_, values)| view.knows_all(values)) {
                    let message = format!("`{}`: {}", step.id, error.message);
                    problems.push(Problem { step: step.id.clone(), code: "config.matrix", message });
                }
                Items::Open(open.into_iter().filter(|open| !open.is_empty()).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn sendings(&self, step: &PlanStep) -> Vec<(Sending, Option<Problem>)> {
        if step.kind != StepKind::Action {
            return Vec::new();
        }
        let sender = Sender {
            known: self.known,
            trust: Trust { settings: &self.known.settings, mailboxes: &self.mailboxes },
            provenance: &self.provenance,
            view: self.values.seen_from(step.within),
            step,
        };
        let undo = match &step.undo {
            Undo::Call(call) => Some(&**call),
            _ => None,
        };
        let asked = [
            (Purpose::Step, Some(&step.call)),
            (Purpose::Probe, step.probe.as_ref().map(|probe| &probe.call)),
            (Purpose::OnError, step.on_error.as_ref().map(|remedy| &remedy.call)),
            (Purpose::Undo, undo),
        ];
        let asked = asked.into_iter().filter_map(|(purpose, call)| Some((purpose, call?)));
        asked.flat_map(|(purpose, call)| sender.sendings(call, self.reach(call), purpose)).collect()
    }

    fn reach(&self, call: &Call) -> Reach {
        self.catalogue.get(call.action).map_or(Reach::NOBODY, |spec| spec.reach)
    }

    fn look(&mut self, index: usize, found: Found) -> StepOutlook {
        let (plan, step) = (self.plan, &self.plan.steps[index]);
        let Found { fate, items, sendings, cost, problems } = found;
        self.problems.extend(problems);
        let call = match step.kind {
            StepKind::Exit(call) => Some(&plan.calls[call]),
            _ => None,
        };
        let calls = of_step(&fate, &items, &step.retry_policy(), self.rounds[index]);
        if step.kind == StepKind::Action {
            self.tally.add(self.reach(&step.call).rate, calls);
            if let Some(remedy) = &step.on_error {
                let rate = self.reach(&remedy.call).rate;
                self.tally.add(rate, of_remedy(step, calls, self.rounds[index]));
            }
        }
        StepOutlook {
            id: step.id.clone(),
            depth: 0,
            file: call.map(|call| call.file.source.path.to_string()),
            stage: (step.kind == StepKind::Action).then(|| self.stages[index]),
            after: self.after(call.map_or(index, |call| call.entry)),
            action: step.call.action,
            effect: step.call.effect,
            fate,
            items,
            max_parallel: step.matrix.as_ref().and_then(|matrix| matrix.max_parallel),
            retry: step.retry_policy(),
            timeout: step.timeout,
            attempt_timeout: step.attempt_timeout,
            continue_on_error: step.continue_on_error,
            sendings,
            doubt: self.doubt(step),
            undo: step.undo.clone(),
            on_error: step.on_error.as_ref().map(|remedy| (remedy.when.clone(), remedy.call.action, remedy.max)),
            calls,
            spends: cost,
        }
    }

    /// The steps that it waits for, as they are shown.
    fn after(&self, index: usize) -> Vec<StepId> {
        let needs = self.plan.direct_needs(index).into_iter().map(|need| &self.plan.steps[need]);
        needs.filter(|need| !matches!(need.kind, StepKind::Entry(_))).map(|need| need.id.clone()).collect()
    }

    fn doubt(&self, step: &PlanStep) -> Doubt {
        let built_in = self.catalogue.get(step.call.action).and_then(|spec| spec.probe);
        match (step.call.effect, &step.probe, built_in) {
            (Effect::Read | Effect::Repeat, ..) => Doubt::Again,
            (Effect::Keyed, ..) => Doubt::SameKey,
            (Effect::Once, Some(_), _) => Doubt::Probe,
            (Effect::Once, None, Some(how)) => Doubt::Looked(how),
            (Effect::Once, None, None) => Doubt::Asked,
        }
    }
}
