//! An outlook as one JSON document. Its shape is a promise, apart from all internal types.

use serde_json::{Map, Value, json};

use super::words;
use crate::outlook::{
    BaseUrlSource, Calls, Doubt, Fate, InputOutlook, Items, Outlook, Place, Purpose, RateOutlook, SecretOutlook,
    Sending, StepOutlook, Verdict,
};
use crate::plan::Undo;
use crate::workflow::Money;

/// What `plan --json` prints.
pub fn json(outlook: &Outlook) -> Value {
    let inputs: Map<String, Value> = outlook.inputs.iter().map(|i| (i.name.clone(), input(i))).collect();
    let hosts = outlook.hosts.iter().map(|host| {
        json!({"place": place(&host.place), "steps": ids(&host.steps), "secrets": host.secrets, "refused": host.refused})
    });
    let outputs = outlook.outputs.iter();
    let outputs = outputs.map(|output| (output.name.clone(), json!({"secret": output.secret, "env": output.env})));
    let remains = outlook.remains.iter().map(|(step, why)| json!({"step": step.as_str(), "why": why}));
    let problems = outlook.problems.iter();
    let problems = problems
        .map(|problem| json!({"step": problem.step.as_str(), "code": problem.code, "message": problem.message}));
    let spending = outlook.steps.iter().filter(|step| step.fate != Fate::Skipped);
    let costs = spending.filter_map(|step| {
        let cost = step.spends?;
        let price = cost.at_most.filter(|money| *money != Money::Any).map(|money| money.to_string());
        Some(json!({
            "step": step.id.as_str(), "spends": cost.what, "money": cost.money, "price": price, "calls": calls(step.calls),
        }))
    });
    json!({
        "workflow": outlook.workflow,
        "sandbox": outlook.base_url.is_none(),
        "base_url": outlook.base_url,
        "base_url_source": outlook.base_url.as_ref().map(|_| source(&outlook.base_url_source)),
        "until": outlook.until.as_ref().map(|step| step.as_str()),
        "left_out": outlook.left_out,
        "allow_spend": outlook.allow_spend.map(|limit| limit.to_string()),
        "teardown_on_failure": outlook.teardown_on_failure,
        "inputs": inputs,
        "secrets": outlook.secrets.iter().map(secret).collect::<Vec<_>>(),
        "steps": outlook.steps.iter().map(step).collect::<Vec<_>>(),
        "hosts": hosts.collect::<Vec<_>>(),
        "remains": remains.collect::<Vec<_>>(),
        "rates": outlook.rates.iter().map(rate).collect::<Vec<_>>(),
        "costs": costs.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Map<_, _>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

fn source(source: &BaseUrlSource) -> Value {
    let (by, file) = match source {
        BaseUrlSource::BuiltIn => ("default", None),
        BaseUrlSource::Flag => ("flag", None),
        BaseUrlSource::Variable => ("environment", None),
        BaseUrlSource::File { path, profile: Some(name) } => ("profile", Some((path, Some(name)))),
        BaseUrlSource::File { path, profile: None } => ("defaults", Some((path, None))),
    };
    json!({"by": by, "file": file.map(|(path, _)| path), "profile": file.and_then(|(_, profile)| profile)})
}

fn input(input: &InputOutlook) -> Value {
    json!({
        "supply": words::supply(input.supply),
        "value": input.value,
        "secret": input.secret,
        "type": input.ty,
        "description": input.description,
    })
}

fn secret(secret: &SecretOutlook) -> Value {
    let goes_to = secret.goes_to.iter().map(|(to, said)| json!({"place": place(to), "verdict": verdict(*said)}));
    json!({
        "name": secret.name,
        "env": secret.env,
        "description": secret.description,
        "supply": secret.supply.map_or("made", words::supply),
        "goes_to": goes_to.collect::<Vec<_>>(),
    })
}

fn step(step: &StepOutlook) -> Value {
    let (fate, condition) = match &step.fate {
        Fate::Runs => ("runs", None),
        Fate::Skipped => ("skipped", None),
        Fate::If(text) => ("conditional", Some(text)),
    };
    let items = match &step.items {
        Items::One => Value::Null,
        Items::Known(names) => json!({"count": names.len(), "names": names}),
        Items::Open(from) => json!({"count": null, "from": from}),
    };
    let (undo, why) = match &step.undo {
        Undo::Nothing => ("nothing", None),
        Undo::BuiltIn => ("built_in", None),
        Undo::Call(_) => ("step", None),
        Undo::Never(why) => ("never", Some(why)),
    };
    let on_error = step.on_error.as_ref();
    let retry_when: Vec<&str> = step.retry.when.iter().map(|class| class.as_str()).collect();
    json!({
        "id": step.id.as_str(),
        "file": step.file,
        "stage": step.stage,
        "after": ids(&step.after),
        "action": step.file.is_none().then_some(step.action),
        "effect": step.file.is_none().then_some(step.effect.as_str()),
        "fate": fate,
        "if": condition,
        "items": items,
        "max_parallel": step.max_parallel,
        "max_attempts": step.retry.max_attempts,
        "retry_when": retry_when,
        "timeout_ms": step.timeout.map(millis),
        "attempt_timeout_ms": step.attempt_timeout.map(millis),
        "sends": step.sendings.iter().map(sending).collect::<Vec<_>>(),
        "in_doubt": doubt(&step.doubt),
        "undo": undo,
        "undo_reason": why,
        "on_error": on_error.map(|(when, action, max)| json!({"when": when, "action": action, "max": max})),
        "calls": calls(step.calls),
    })
}

fn sending(sending: &Sending) -> Value {
    let purpose = match sending.purpose {
        Purpose::Step => "step",
        Purpose::Probe => "probe",
        Purpose::Undo => "undo",
        Purpose::OnError => "on_error",
    };
    json!({
        "for": purpose,
        "action": sending.action,
        "place": place(&sending.place),
        "secrets": sending.secrets,
        "verdict": verdict(sending.verdict),
    })
}

fn doubt(doubt: &Doubt) -> Value {
    match doubt {
        Doubt::Again => json!({"then": "again"}),
        Doubt::SameKey => json!({"then": "same_key"}),
        Doubt::Looked(how) => json!({"then": "looked_for", "how": how}),
        Doubt::Probe => json!({"then": "looked_for", "how": "the step's probe"}),
        Doubt::Asked => json!({"then": "person_asked"}),
    }
}

fn rate(rate: &RateOutlook) -> Value {
    json!({
        "class": rate.class.name,
        "count": rate.class.rate.count,
        "per_ms": millis(rate.class.rate.per),
        "counted_by": rate.class.per,
        "calls": calls(rate.calls),
        "least_time_ms": millis(rate.least_time),
    })
}

fn place(place: &Place) -> Value {
    match place {
        Place::Sandbox => json!({"kind": "sandbox"}),
        Place::Origin(origin) => json!({"kind": "origin", "origin": origin}),
        Place::MailboxOf(secret) => json!({"kind": "mailbox", "secret": format!("secrets.{secret}")}),
        Place::Open(names) => json!({"kind": "open", "from": names}),
    }
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Harmless => "no_secret",
        Verdict::Allowed => "allowed",
        Verdict::Refused => "refused",
        Verdict::Open => "open",
    }
}

fn calls(calls: Calls) -> Value {
    json!({"least": calls.least, "most": calls.most})
}

fn ids(ids: &[crate::id::StepId]) -> Vec<&str> {
    ids.iter().map(|id| id.as_str()).collect()
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
