//! The same as data. Its shape is a promise, apart from all internal types.

use serde_json::{Value, json};

use super::card::summary;
use crate::workflow::{ActionSpec, Bounds, Contact, EffectRule, RateClass, UndoRule};

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
            "secret": parameter.secret, "stored": !parameter.unstored, "one_of": parameter.one_of, "bounds": parameter.bounds.map(bounds),
            "description": parameter.doc,
        })
    });
    let outputs = spec.outputs.iter().map(|output| {
        json!({
            "name": output.name, "type": output.ty.to_string(), "secret": output.secret, "description": output.doc,
        })
    });
    json!({
        "name": spec.name, "summary": summary(spec), "description": spec.doc, "effect": effect,
        "asks": asks(spec.reach.contact), "asks_also": spec.reach.also.map(asks),
        "counts": spec.reach.rate.map(counts), "spends": spec.reach.spends.map(|spends| spends.what),
        "in_doubt": spec.probe,
        "undo": undo(spec.undo), "parameters": parameters.collect::<Value>(), "outputs": outputs.collect::<Value>(),
        "captures": spec.captures, "errors": spec.errors, "example": spec.example,
    })
}

fn bounds(bounds: Bounds) -> Value {
    match bounds {
        Bounds::Range { least, most, step } => json!({ "minimum": least, "maximum": most, "multiple_of": step }),
        Bounds::Format(format) => json!({ "format": format }),
        Bounds::Start(starts) => json!({ "begins_with": starts }),
        Bounds::Fields => json!({ "values": ["string", "number", "boolean"] }),
    }
}

/// `parameter` names the one that holds the address.
fn asks(contact: Contact) -> Value {
    match contact {
        Contact::Nobody => json!({ "whom": "nobody" }),
        Contact::Service => json!({ "whom": "service" }),
        Contact::Url(parameter) => json!({ "whom": "url", "parameter": parameter }),
        Contact::Mailbox(parameter) => json!({ "whom": "mailbox", "parameter": parameter }),
        Contact::Stripe => json!({ "whom": "stripe" }),
    }
}

fn counts(class: RateClass) -> Value {
    let per = u64::try_from(class.rate.per.as_millis()).unwrap_or(u64::MAX);
    json!({ "class": class.name, "count": class.rate.count, "per_ms": per, "counted_by": class.per })
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
