//! What the actions state about themselves, as a page of Markdown.

use std::fmt::Write as _;

use crate::workflow::{ActionSpec, Bounds, Catalogue, Effect, EffectRule, OutputSpec, Parameter, UndoRule};

const HEAD: &str = "# Actions

What a step may name in `uses`. This page is made from what the actions state about themselves and held equal to it by a test.

An effect is one of: `read` changes nothing and may be asked again at any time; `repeat` does no harm when done again; `keyed`
is sent with an idempotency key, so that the service does it once; `once` must not be done twice, so that a try whose end nobody
saw is looked into before anything is sent again. `onramp teardown` undoes what steps left behind
([runs.md](runs.md#undo-what-a-run-made)). What the error codes mean is in [errors.md](errors.md).
";

/// All actions of a catalogue, by name.
pub fn actions_page(catalogue: &Catalogue) -> String {
    let specs = catalogue.names().filter_map(|name| catalogue.get(name));
    specs.fold(HEAD.to_owned(), |page, spec| page + &action(spec))
}

fn action(spec: &ActionSpec) -> String {
    let mut text =
        format!("\n## `{}`\n\n{}\n\nEffect: {}. Undo: {}.\n", spec.name, spec.doc, effect(spec.effect), undo(spec));
    if !spec.parameters.is_empty() {
        text.push_str("\n| parameter | type | | |\n|---|---|---|---|\n");
        text.extend(spec.parameters.iter().map(parameter));
    }
    if !spec.outputs.is_empty() {
        text.push_str("\n| output | type | | |\n|---|---|---|---|\n");
        text.extend(spec.outputs.iter().map(output));
    }
    if spec.captures {
        text.push_str(
            "\nThe step may judge the answer's status with `expect` and capture further `outputs` from it.\n",
        );
    }
    let errors: Vec<String> = spec.errors.iter().map(|code| format!("`{code}`")).collect();
    if !errors.is_empty() {
        let _ = writeln!(text, "\nErrors: {}.", errors.join(", "));
    }
    text
}

const fn effect(rule: EffectRule) -> &'static str {
    match rule {
        EffectRule::Always(Effect::Read) => "`read`",
        EffectRule::Always(Effect::Repeat) => "`repeat`",
        EffectRule::Always(Effect::Keyed) => "`keyed`",
        EffectRule::Always(Effect::Once) => "`once`",
        EffectRule::ByMethod => "`read` for GET and HEAD, else `once`, unless the step says otherwise with `effect`",
    }
}

fn undo(spec: &ActionSpec) -> String {
    match spec.undo {
        _ if spec.effect == EffectRule::Always(Effect::Read) => "nothing is left to undo".into(),
        UndoRule::Nothing => "nothing is left to undo".into(),
        UndoRule::BuiltIn => "built in".into(),
        UndoRule::Never(why) => format!("none; {why}"),
        UndoRule::ByStep => "as the step says with `undo`; a GET or HEAD leaves nothing".into(),
    }
}

fn parameter(parameter: &Parameter) -> String {
    let marks = [parameter.required.then_some("required"), parameter.secret.then_some("secret")];
    let values: Vec<String> = parameter.one_of.iter().map(|value| format!("`{value}`")).collect();
    let one_of = if values.is_empty() { String::new() } else { format!(" One of {}.", values.join(", ")) };
    // A format says what the parameter's own words do.
    let bounds = parameter.bounds.filter(|bounds| !matches!(bounds, Bounds::Format(_)));
    let bounds = bounds.map_or_else(String::new, |bounds| format!(" {}.", capitalized(&bounds.to_string())));
    row(parameter.name, &parameter.ty.to_string(), &marks, &format!("{}{one_of}{bounds}", parameter.doc))
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn output(output: &OutputSpec) -> String {
    row(output.name, &output.ty.to_string(), &[output.secret.then_some("secret")], output.doc)
}

fn row(name: &str, ty: &str, marks: &[Option<&str>], doc: &str) -> String {
    let marks: Vec<&str> = marks.iter().flatten().copied().collect();
    format!("| `{name}` | {ty} | {} | {} |\n", marks.join(", "), doc.replace('|', "\\|"))
}
