//! A run's outputs as other programs read them, one file per format. Quoting makes of any value what it was, and no value
//! says anything to a shell, a spreadsheet or a CI system.

mod ci;
pub(super) mod csv;
mod dotenv;
mod github;
mod shell;

use serde_json::Value;

use super::json;
use super::summary::Secrets;
use crate::secret::{Datum, MASKED};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Dotenv,
    Shell,
    Json,
    Csv,
    /// For `$GITHUB_ENV` and `$GITHUB_OUTPUT`.
    Github,
}

/// One output, under the name that the workflow gave it and that of its variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    pub name: String,
    pub variable: String,
    pub value: Datum,
}

/// What is to be written. Both parts may hold secrets if they were to be revealed.
#[derive(Debug, Default)]
pub struct Export {
    /// What a CI system shall obey before it sees the rest: which values to mask.
    pub commands: String,
    pub data: String,
}

/// Why an output cannot be written in a format.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It holds a NUL, which no variable can.
    Nul { name: String },
    /// On the standard output of a CI job it would be obeyed.
    Obeyed { name: String },
}

impl Format {
    /// It sets variables, so that their names matter, and what is not there is left out.
    pub const fn is_environment(self) -> bool {
        matches!(self, Self::Dotenv | Self::Shell | Self::Github)
    }
}

/// Renders `outputs`. In a format that sets variables, a secret that is not to be revealed is left out, and so is null;
/// elsewhere a secret is `***`. `shown`: the text goes where a CI system reads along.
pub fn export(format: Format, outputs: &[Exported], secrets: Secrets, shown: bool) -> Result<Export, Unfit> {
    let mut export = Export { data: head(format).to_owned(), ..Export::default() };
    if format == Format::Json {
        let fields = outputs.iter().map(|output| (output.name.clone(), value(output, secrets)));
        export.data = json::text(&Value::Object(fields.collect())) + "\n";
        return Ok(export);
    }
    for output in outputs {
        let hidden = output.value.is_secret() && secrets == Secrets::Masked;
        let value = value(output, secrets);
        if format.is_environment() && (hidden || value.is_null()) {
            continue;
        }
        let text = text(&value);
        if format.is_environment() && text.contains('\0') {
            return Err(Unfit::Nul { name: output.name.clone() });
        }
        let line = match format {
            Format::Dotenv => dotenv::line(&output.variable, &text),
            Format::Shell => shell::line(&output.variable, &text),
            Format::Github => github::lines(&output.variable, &text),
            Format::Csv | Format::Json => csv::row(output, &value),
        };
        if shown && line.lines().any(ci::is_obeyed) {
            return Err(Unfit::Obeyed { name: output.name.clone() });
        }
        if format == Format::Github && output.value.is_secret() {
            export.commands.push_str(&github::masks(&value));
        }
        export.data.push_str(&line);
    }
    Ok(export)
}

const fn head(format: Format) -> &'static str {
    match format {
        Format::Csv => csv::HEAD,
        _ => "",
    }
}

fn value(output: &Exported, secrets: Secrets) -> Value {
    match (&output.value, secrets) {
        (Datum::Secret(secret), Secrets::Masked) if !secret.expose().is_null() => Value::from(MASKED),
        (datum, _) => datum.expose().clone(),
    }
}

/// A value as an environment holds it: text as it is, anything else as JSON.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
