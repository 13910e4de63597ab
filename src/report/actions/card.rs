//! What is said of an action, before it is laid out.

use crate::report::times::rate;
use crate::workflow::{ActionSpec, Bounds, Contact, Effect, EffectRule, OutputSpec, Parameter, RateClass, UndoRule};

pub(super) struct Card<'a> {
    pub name: &'a str,
    pub doc: &'a str,
    /// What there is to say of it as a whole, each with its label.
    pub said: Vec<(&'static str, String)>,
    pub parameters: Vec<Row<'a>>,
    pub outputs: Vec<Row<'a>>,
    pub captures: Option<&'static str>,
    pub errors: &'a [&'a str],
    pub example: &'a str,
}

/// A parameter or an output.
pub(super) struct Row<'a> {
    pub name: &'a str,
    pub ty: String,
    pub marks: String,
    pub doc: String,
}

impl<'a> Card<'a> {
    pub fn of(spec: &'a ActionSpec) -> Self {
        Self {
            name: spec.name,
            doc: spec.doc,
            said: said(spec),
            parameters: spec.parameters.iter().map(parameter).collect(),
            outputs: spec.outputs.iter().map(output).collect(),
            captures: spec.captures.then_some(
                "The step may judge the answer's status with `expect` and capture further `outputs` from it.",
            ),
            errors: &spec.errors,
            example: &spec.example,
        }
    }
}

fn said(spec: &ActionSpec) -> Vec<(&'static str, String)> {
    let said = [
        ("Effect", Some(effect(spec.effect).to_owned())),
        ("Asks", Some(whom(spec))),
        ("Counts", spec.reach.rate.map(counts)),
        ("Spends", spec.reach.spends.map(|spends| spends.what.to_owned())),
        // What is just done again has nothing to say.
        ("In doubt", in_doubt(spec).map(str::to_owned)),
        ("Undo", Some(undo(spec))),
    ];
    said.into_iter().filter_map(|(label, said)| Some((label, said?))).collect()
}

/// The first sentence of what an action says of itself, without its full stop.
pub(super) fn summary(spec: &ActionSpec) -> &'static str {
    spec.doc.split_once(". ").map_or(spec.doc, |(first, _)| first).trim_end_matches('.')
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

fn whom(spec: &ActionSpec) -> String {
    let asked = asks(spec.reach.contact);
    spec.reach.also.map_or(asked.clone(), |also| format!("{asked}, and {}", asks(also)))
}

fn asks(contact: Contact) -> String {
    match contact {
        Contact::Nobody => "nobody; it works on this machine".into(),
        Contact::Service => "the service at the base URL".into(),
        Contact::Url(parameter) => format!("the address in `{parameter}`"),
        Contact::Mailbox(parameter) => format!("the mail server in `{parameter}`"),
        Contact::Stripe => "Stripe".into(),
    }
}

fn counts(class: RateClass) -> String {
    format!("against `{}`, {} for each {}", class.name, rate(class.rate), class.per)
}

fn in_doubt(spec: &ActionSpec) -> Option<&'static str> {
    match (spec.effect, spec.probe) {
        (_, Some(how)) => Some(how),
        (EffectRule::ByMethod, None) => Some("the step's `probe` looks; without one a person is asked"),
        (EffectRule::Always(Effect::Once), None) => Some("a person is asked"),
        (EffectRule::Always(_), None) => None,
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

fn parameter(parameter: &Parameter) -> Row<'_> {
    let values: Vec<String> = parameter.one_of.iter().map(|value| format!("`{value}`")).collect();
    let one_of = if values.is_empty() { String::new() } else { format!(" One of {}.", values.join(", ")) };
    let marks = [
        parameter.required.then_some("required"),
        parameter.secret.then_some("secret"),
        parameter.unstored.then_some("never stored"),
    ];
    let marks: Vec<&str> = marks.into_iter().flatten().collect();
    // A format says what the parameter's own words do.
    let bounds = parameter.bounds.filter(|bounds| !matches!(bounds, Bounds::Format(_)));
    let bounds = bounds.map_or_else(String::new, |bounds| format!(" {}.", capitalized(&bounds.to_string())));
    let (ty, doc) = (parameter.ty.to_string(), format!("{}{one_of}{bounds}", parameter.doc));
    Row { name: parameter.name, ty, marks: marks.join(", "), doc }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn output(output: &OutputSpec) -> Row<'_> {
    let marks = if output.secret { "secret" } else { "" };
    Row { name: output.name, ty: output.ty.to_string(), marks: marks.into(), doc: output.doc.into() }
}
