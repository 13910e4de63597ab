//! The same as data. Its shape is a promise, apart from all internal types.

use serde_json::{Value, json};

use super::card::summary;
use crate::workflow::{ActionSpec, EffectRule, UndoRule};

pub fn all_data<'a>(specs: impl IntoIterator<Item = &'a ActionSpec>) -> Value {
    specs.into_iter().map(data).collect()
}

pub fn data(spec: &ActionSpec) -> Value {
    let effect = match spec.effect {
        EffectRule::Always(effect) => effect.as_str(),
        EffectRule::ByMethod => "by_method",
    };
    let parameters = spec.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name, "type": parameter.ty.to_string(), "required": parameter.required,
            "secret": parameter.secret, "one_of": parameter.one_of, "description": parameter.doc,
        })
    });
    let outputs = spec.outputs.iter().map(|output| {
        json!({
            "name": output.name, "type": output.ty.to_string(), "secret": output.secret, "description": output.doc,
        })
    });
    json!({
        "name": spec.name, "summary": summary(spec), "description": spec.doc, "effect": effect, "in_doubt": spec.probe,
        "undo": undo(spec.undo), "parameters": parameters.collect::<Value>(), "outputs": outputs.collect::<Value>(),
        "captures": spec.captures, "errors": spec.errors, "example": spec.example,
    })
}

/// `why` of what cannot be undone.
fn undo(rule: UndoRule) -> Value {
    match rule {
        UndoRule::Nothing => json!({ "how": "nothing_left" }),
        UndoRule::BuiltIn => json!({ "how": "built_in" }),
        UndoRule::Never(why) => json!({ "how": "never", "why": why }),
        UndoRule::ByStep => json!({ "how": "by_step" }),
    }
}
