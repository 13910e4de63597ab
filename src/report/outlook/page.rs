//! The whole run on one page.

use super::super::grid::{Cell, Grid};
use super::super::look::{Look, Sign, Tone};
use super::super::page::exact;
use super::super::text::{columns, count, inert, pad, shorten, wrap};
use super::words;
use crate::outlook::{Fate, InputOutlook, Items, Outlook, SecretOutlook, StepOutlook, Supply};

/// Columns; names beside longer ones are not moved further to the right.
const WIDEST_NAME: usize = 34;

/// What would run and after what, what is to be given, what is sent where, and what of it stays.
pub fn page(outlook: &Outlook, look: &Look) -> String {
    let mut text = format!("{}\n\n{}\n", head(outlook, look), table(outlook, look));
    for (label, tone, rows) in blocks(outlook) {
        block(&mut text, label, tone, &rows, look);
    }
    text.trim_end().to_owned()
}

fn head(outlook: &Outlook, look: &Look) -> String {
    let steps = outlook.steps.iter().filter(|step| step.file.is_none());
    let (runs, skipped): (Vec<_>, Vec<_>) = steps.partition(|step| step.fate != Fate::Skipped);
    let mut said = format!("{} would run", count(runs.len(), "step", "steps"));
    if !skipped.is_empty() {
        said.push_str(&format!(", {} would be skipped", skipped.len()));
    }
    let named = |url: &str| format!("{} ({})", inert(url), words::source(&outlook.base_url_source));
    let whither = outlook.base_url.as_deref().map_or_else(|| "the sandbox".to_owned(), named);
    said.push_str(&format!(", against {whither}"));
    if let Some(until) = &outlook.until {
        said.push_str(&format!("; until {until}, {} left for later", outlook.left_out));
    }
    format!("{}  {}", look.paint(Tone::Strong, &inert(&outlook.workflow)), look.paint(Tone::Faint, &said))
}

fn table(outlook: &Outlook, look: &Look) -> String {
    let mut grid = Grid::new(2, 1);
    let mut last = None;
    for step in &outlook.steps {
        let wrong = outlook.problems.iter().any(|problem| problem.step == step.id);
        let skipped = step.fate == Fate::Skipped;
        let lead = match step.stage.filter(|stage| last != Some(*stage)) {
            _ if wrong => Cell::new(look.sign(Sign::Failed), Tone::Bad),
            _ if skipped => Cell::new(look.sign(Sign::Skipped), Tone::Faint),
            Some(stage) => Cell::new(stage.to_string(), Tone::Faint),
            None => Cell::new("", Tone::Faint),
        };
        last = step.stage.or(last);
        let (name, action) = match &step.file {
            Some(file) => (Tone::Strong, inert(file)),
            None => (if skipped { Tone::Faint } else { Tone::Strong }, step.action.to_owned()),
        };
        let local = super::super::call::local_name(&step.id);
        let effect = if words::effect(step) == "never twice" { Tone::Care } else { Tone::Plain };
        grid.row_with(
            vec![
                lead.right(),
                Cell::new(local, name).indent(2 * step.depth),
                Cell::new(action, Tone::Plain),
                Cell::new(words::effect(step), effect),
            ],
            Tone::Faint,
            marks(step),
        );
    }
    grid.render(look)
}

fn marks(step: &StepOutlook) -> String {
    let mut marks = Vec::new();
    match &step.fate {
        Fate::Skipped => return "its `if` is false".to_owned(),
        Fate::If(_) => marks.push("if".to_owned()),
        Fate::Runs => {}
    }
    match &step.items {
        Items::One => {}
        Items::Known(names) => marks.push(count(names.len(), "item", "items")),
        Items::Open(_) => marks.push("? items".to_owned()),
    }
    if !step.after.is_empty() {
        marks.push(format!("after {}", words::list(step.after.iter().map(super::super::call::local_name))));
    }
    marks.join(", ")
}

type Rows = Vec<(String, String)>;

fn blocks(outlook: &Outlook) -> [(&'static str, Tone, Rows); 7] {
    let problems = outlook.problems.iter().map(|problem| (problem.code.to_owned(), inert(&problem.message)));
    let own = outlook.secrets.iter().filter(|secret| secret.name.starts_with("secrets."));
    let remains = outlook.remains.iter().map(|(step, why)| (step.to_string(), (*why).to_owned()));
    [
        ("Fails", Tone::Bad, problems.collect()),
        ("Inputs", Tone::Faint, outlook.inputs.iter().map(input).collect()),
        ("Secrets", Tone::Faint, own.map(|secret| given_secret(secret, outlook)).collect()),
        ("Sent to", Tone::Faint, hosts(outlook)),
        ("Stays", Tone::Faint, remains.collect()),
        ("Rates", Tone::Faint, outlook.rates.iter().map(rate).collect()),
        ("Costs", Tone::Faint, costs(outlook)),
    ]
}

fn input(input: &InputOutlook) -> (String, String) {
    let value = shorten(&exact(&input.value), 200, &Look::plain(200));
    let text = match input.supply {
        Supply::Missing if input.secret => format!("to be given: -i {}=@FILE", input.name),
        Supply::Missing => format!("to be given: -i {}=VALUE", input.name),
        Supply::Given => value,
        Supply::Default => format!("{value} by default"),
        Supply::Sandbox => format!("{value} for the sandbox"),
        Supply::Absent => "optional, not given".to_owned(),
    };
    (input.name.clone(), text)
}

fn given_secret(secret: &SecretOutlook, outlook: &Outlook) -> (String, String) {
    let env = secret.env.as_deref().map_or_else(|| "no variable".to_owned(), inert);
    let text = match secret.supply {
        Some(Supply::Given) => format!("{env} is set"),
        Some(Supply::Sandbox) => "the sandbox has one".to_owned(),
        Some(Supply::Absent) => {
            format!("optional, {env} is not {}", if outlook.base_url.is_some() { "set" } else { "read" })
        }
        _ if outlook.base_url.is_none() => {
            "has no value in the sandbox: give it one with `sandbox:` in the file".to_owned()
        }
        _ => format!("to be given: {env} is not set"),
    };
    (words::secret(&secret.name), text)
}

fn hosts(outlook: &Outlook) -> Rows {
    let row = |host: &crate::outlook::HostOutlook| {
        let secrets = words::list(host.secrets.iter().map(|name| words::secret(name)));
        let said = match (host.secrets.is_empty(), host.refused) {
            (_, true) => format!("REFUSED: {secrets}"),
            (true, false) => "no secret".to_owned(),
            (false, false) => secrets,
        };
        (words::place(&host.place, outlook), said)
    };
    outlook.hosts.iter().map(row).collect()
}

fn rate(rate: &crate::outlook::RateOutlook) -> (String, String) {
    let mut text = format!("{}; {}", words::calls(rate.calls), super::super::times::rate(rate.class.rate));
    if !rate.least_time.is_zero() {
        text.push_str(&format!("; takes at least {}", super::super::times::time(rate.least_time)));
    }
    (rate.class.name.to_owned(), text)
}

fn costs(outlook: &Outlook) -> Rows {
    let spending = outlook.steps.iter().filter(|step| step.fate != Fate::Skipped);
    let cost = |step: &StepOutlook| {
        let times = match step.calls.most {
            Some(1) if step.calls.least == 1 => String::new(),
            Some(most) => format!("{} to {most} times: ", step.calls.least),
            None => format!("{} times or more: ", step.calls.least),
        };
        Some((step.id.to_string(), format!("{times}{}", words::cost(step.spends?))))
    };
    spending.filter_map(cost).collect()
}

/// A label at the left, names below each other, and what there is to say beside them.
fn block(text: &mut String, label: &str, tone: Tone, rows: &Rows, look: &Look) {
    const LABEL: usize = 7;
    let name = rows.iter().map(|(name, _)| columns(name)).max().unwrap_or(0).min(WIDEST_NAME);
    let lead = 2 + LABEL + 2 + name + 2;
    for (number, (key, said)) in rows.iter().enumerate() {
        let label = look.paint(tone, &pad(if number == 0 { label } else { "" }, LABEL));
        let own = 2 + LABEL + 2 + columns(key) + 2;
        let mut lines = wrap(said, look.width.saturating_sub(lead.max(own)).max(20)).into_iter();
        let first = lines.next().unwrap_or_default();
        text.push_str(format!("  {label}  {}  {first}", pad(key, name)).trim_end());
        text.push('\n');
        for line in lines {
            text.push_str(&format!("{}{line}\n", " ".repeat(lead)));
        }
    }
}
