//! Every step by itself.

use super::super::look::{Look, Tone};
use super::super::text::{inert, pad, wrap};
use super::super::times::time;
use super::words;
use crate::outlook::{Fate, Items, Outlook, Purpose, Sending, StepOutlook, Verdict};

/// More items than this are counted.
const MOST_ITEMS: usize = 20;

/// Each step with all that is known of it.
pub fn details(outlook: &Outlook, look: &Look) -> String {
    let mut text = String::new();
    for step in &outlook.steps {
        let what = step.file.as_deref().map_or_else(|| step.action.to_owned(), inert);
        text.push_str(&format!(
            "\n{}  {}\n",
            look.paint(Tone::Strong, step.id.as_str()),
            look.paint(Tone::Faint, &what)
        ));
        for (label, said) in rows(step, outlook) {
            for (number, line) in wrap(&said, look.width.saturating_sub(12)).iter().enumerate() {
                let label = look.paint(Tone::Faint, &pad(if number == 0 { label } else { "" }, 8));
                text.push_str(&format!("  {label}  {line}\n"));
            }
        }
    }
    let outputs = outlook.outputs.iter().map(|output| {
        let marks = [output.secret.then_some("secret"), output.env.as_deref()];
        let marks: Vec<&str> = marks.into_iter().flatten().collect();
        if marks.is_empty() { output.name.clone() } else { format!("{} ({})", output.name, inert(&marks.join(", "))) }
    });
    let outputs: Vec<String> = outputs.collect();
    if !outputs.is_empty() {
        text.push_str(&format!("\n{}  {}\n", look.paint(Tone::Strong, "Outputs"), outputs.join(", ")));
    }
    text.trim_end().to_owned()
}

fn rows(step: &StepOutlook, outlook: &Outlook) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    match &step.fate {
        Fate::Skipped => rows.push(("if", "false: it is skipped".to_owned())),
        Fate::If(text) => rows.push(("if", inert(text))),
        Fate::Runs => {}
    }
    if !step.after.is_empty() {
        rows.push(("after", words::ids(&step.after)));
    }
    if step.fate == Fate::Skipped || step.file.is_some() {
        return rows;
    }
    let beside = outlook.steps.iter().filter(|other| other.stage == step.stage && other.id != step.id);
    let beside: Vec<&str> = beside.map(|other| other.id.as_str()).collect();
    if !beside.is_empty() {
        rows.push(("beside", words::list(beside)));
    }
    rows.extend(items(step).map(|items| ("items", items)));
    rows.extend(step.sendings.iter().map(|sending| (purpose(sending.purpose), sent(sending, outlook))));
    rows.push(("effect", words::effect_whole(step.effect).to_owned()));
    rows.push(("in doubt", words::doubt(&step.doubt)));
    rows.push(("tries", tries(step)));
    rows.extend(step.on_error.as_ref().map(|(when, action, max)| {
        ("on error", format!("{}: {action}, and once more, at most {max} times", inert(&when.join(", "))))
    }));
    rows.push(("undo", words::undo(&step.undo)));
    rows
}

fn items(step: &StepOutlook) -> Option<String> {
    let at_once = step.max_parallel.map(|most| format!("; at most {most} at a time")).unwrap_or_default();
    match &step.items {
        Items::One => None,
        Items::Known(names) if names.is_empty() => Some("none".to_owned()),
        Items::Known(names) => {
            let more = names.len().saturating_sub(MOST_ITEMS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Some(format!("{}{more}{at_once}", inert(&words::list(names.iter().take(MOST_ITEMS)))))
        }
        Items::Open(names) => Some(format!("as many as {} will have{at_once}", inert(names))),
    }
}

const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Step => "asks",
        Purpose::Probe => "probe",
        Purpose::Undo => "undo at",
        Purpose::OnError => "asks too",
    }
}

fn sent(sending: &Sending, outlook: &Outlook) -> String {
    let place = words::place(&sending.place, outlook);
    let secrets = words::list(sending.secrets.iter().map(|name| words::secret(name)));
    match sending.verdict {
        Verdict::Harmless => place,
        Verdict::Refused => format!("{place}, and would refuse to send {secrets} there"),
        Verdict::Open => format!("{place}, with {secrets} if that is a place that you name"),
        _ if secrets.is_empty() => format!("{place}, with a secret"),
        _ => format!("{place}, with {secrets}"),
    }
}

fn tries(step: &StepOutlook) -> String {
    let retry = &step.retry;
    let mut said = match retry.max_attempts {
        1 => "one".to_owned(),
        most => {
            let when = words::list(retry.when.iter().map(|class| class.as_str()));
            format!("at most {most}, after {when}")
        }
    };
    if let Some(limit) = step.timeout {
        said.push_str(&format!("; {} for all", time(limit)));
    }
    if let Some(limit) = step.attempt_timeout {
        said.push_str(&format!("; {} for each", time(limit)));
    }
    if step.continue_on_error {
        said.push_str("; its failure is not one of the run");
    }
    said
}
