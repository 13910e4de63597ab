//! The values that the tests' expressions refer to.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::expr::{NeedsStatus, Reference, RowValue, Scope, Template};
use crate::secret::Datum;

/// Inputs by name; `secrets.s` is a secret text; `steps.a.outputs.NAME` is the input of that name.
pub struct Values {
    pub inputs: Value,
    pub needs: NeedsStatus,
}

impl Scope for Values {
    fn resolve(&self, reference: &Reference) -> Option<Datum> {
        match reference {
            Reference::Input(name)
            | Reference::Output(_, name)
            | Reference::Response(name)
            | Reference::Matrix(name) => self.inputs.get(name.as_str()).cloned().map(Datum::Public),
            Reference::Secret(name) if name.as_str() == "s" => Some(Datum::secret(json!("hush"))),
            Reference::Secret(_) => None,
            Reference::RunId => Some(Datum::Public(json!("run-1"))),
            Reference::Index => Some(Datum::Public(json!(17))),
            Reference::Row(RowValue::ErrorCode) => Some(Datum::Public(Value::Null)),
            Reference::Row(value) => Some(Datum::Public(value.name().into())),
        }
    }

    fn needs(&self) -> NeedsStatus {
        self.needs
    }
}

pub fn values() -> Values {
    let inputs = json!({
        "one": 1, "half": 0.5, "big": u64::MAX, "text": "héllo", "yes": true, "nothing": null,
        "list": [1, 2, 3], "empty": [], "people": [{ "name": "ada", "age": 36 }, { "name": "lin", "age": 7 }],
        "body": { "zeta": { "id": 7 }, "alpha": [10, { "k": "v" }], "a-b": 1 },
        "inert": "${{ secrets.s }}", "import": "in", "package": { "if": 1 },
    });
    Values { inputs, needs: NeedsStatus::default() }
}

pub fn evaluate(text: &str) -> Result<Datum, String> {
    let template = Template::parse(text).map_err(|found| found.faults[0].message.clone())?;
    template.evaluate(&values()).map_err(|error| error.message)
}

pub fn value(text: &str) -> Value {
    evaluate(text).unwrap().expose().clone()
}

pub fn faults(text: &str) -> Vec<Diagnostic> {
    Template::parse(text).unwrap_err().faults
}
