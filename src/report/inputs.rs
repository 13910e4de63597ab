//! What a workflow is given, as part of its help.

use super::grid::{Cell, Grid};
use super::look::{Look, Tone};
use super::text::inert;
use crate::secret::MASKED;
use crate::workflow::{Extent, Input, Rules, SecretInput, Type, Workflow};

/// The inputs and secrets of a workflow, each with what it must be like and where it comes from.
pub fn page(workflow: &Workflow, look: &Look) -> String {
    let inputs = workflow.inputs.iter().map(|input| (input.name.as_str(), of_input(input), &input.description));
    let secrets = workflow.secrets.iter().map(|secret| (secret.name.as_str(), of_secret(secret), &secret.description));
    let (inputs, secrets): (Vec<_>, Vec<_>) = (inputs.collect(), secrets.collect());
    let tables = [("Inputs", inputs), ("Secrets", secrets)].into_iter().filter(|(_, rows)| !rows.is_empty());
    let tables = tables.map(|(title, rows)| {
        let mut grid = Grid::new(2, 0);
        for (name, what, description) in rows {
            let cells = vec![Cell::new(name, Tone::Strong), Cell::new(inert(&what), Tone::Plain)];
            grid.row_with(cells, Tone::Faint, inert(description.as_deref().unwrap_or_default()));
        }
        format!("{title} of {}:\n{}", inert(&workflow.name), grid.render(look))
    });
    tables.collect::<Vec<String>>().join("\n")
}

fn of_input(input: &Input) -> String {
    let mut parts = vec![input.ty.to_string()];
    parts.extend(rules(&input.rules, &input.ty));
    let shown = |value: &serde_json::Value| if input.secret { MASKED.to_owned() } else { value.to_string() };
    parts.push(match &input.default {
        Some(value) => format!("default {}", shown(value)),
        None if input.optional => "optional".to_owned(),
        None => "required".to_owned(),
    });
    parts.extend(input.secret.then(|| "secret".to_owned()));
    parts.join(", ")
}

fn rules(rules: &Rules, ty: &Type) -> Vec<String> {
    let mut parts: Vec<String> = rules.format.iter().cloned().collect();
    parts.extend(rules.pattern.as_ref().map(|pattern| format!("matching {pattern}")));
    let values: Vec<String> = rules.one_of.iter().map(ToString::to_string).collect();
    parts.extend((!values.is_empty()).then(|| format!("one of {}", values.join(" "))));
    parts.extend(bounds(&rules.bounds, ty));
    if let (Some(items), Type::Array(of)) = (&rules.items, ty) {
        let of_items = self::rules(items, of);
        parts.extend((!of_items.is_empty()).then(|| format!("each {}", of_items.join(" and "))));
    }
    parts
}

fn bounds(bounds: &Extent, ty: &Type) -> Option<String> {
    let unit = match ty {
        Type::String => " characters",
        Type::Array(_) => " items",
        _ => "",
    };
    match (&bounds.least, &bounds.most) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
    }
}

fn of_secret(secret: &SecretInput) -> String {
    let from = secret.env.as_ref().map_or_else(|| "by a calling file".to_owned(), |env| format!("from {env}"));
    if secret.optional { format!("{from}, optional") } else { from }
}
