//! The tools of the service's MCP server: the same operations, asked as actions of ten tools.

use serde_json::{Map, Value, json};

use super::{Operation, Verb, operations};
use crate::workflow::{Bounds, Parameter, Type};

/// An action of a tool of the service's MCP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool {
    pub name: &'static str,
    pub action: &'static str,
    /// Parameters of the operation that the tool does not take.
    pub without: &'static [&'static str],
}

/// The tool of the MCP server.
pub(super) const fn tool(name: &'static str, action: &'static str) -> Option<Tool> {
    tool_without(name, action, &[])
}

/// The same, where it does not take some of the operation's parameters.
pub(super) const fn tool_without(
    name: &'static str,
    action: &'static str,
    without: &'static [&'static str],
) -> Option<Tool> {
    Some(Tool { name, action, without })
}

/// What a tool takes instead of the header `Idempotency-Key`.
const IDEMPOTENCY_KEY: &str = "idempotency_key";

/// Tools of which some source says, or none denies, that they take an idempotency key. The live schemas of these are known in part.
const KEYED: [&str; 3] = ["agent-billing", "agent-wallet", "agent-subscriptions"];

impl Tool {
    /// Whether `operation`, of this tool, is asked with an idempotency key among its arguments.
    fn is_keyed(&self, operation: &Operation) -> bool {
        operation.verb != Verb::Get && KEYED.contains(&self.name)
    }

    /// The arguments of a call. An error names one that the tool does not take.
    pub(in crate::modelslab) fn arguments(
        &self,
        operation: &Operation,
        given: Map<String, Value>,
        idempotency_key: Option<&str>,
    ) -> Result<Map<String, Value>, &'static str> {
        if let Some(foreign) = self.without.iter().find(|name| given.contains_key(**name)) {
            return Err(foreign);
        }
        let key =
            idempotency_key.filter(|_| self.is_keyed(operation)).map(|key| (IDEMPOTENCY_KEY.to_owned(), key.into()));
        let action = ("action".to_owned(), self.action.into());
        Ok([action].into_iter().chain(given).chain(key).collect())
    }
}

/// All tools, as the MCP server lists them: name, description and the schema of the arguments, with the actions of each.
pub fn tools() -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for tool in operations().filter_map(|operation| operation.tool) {
        if !names.contains(&tool.name) {
            names.push(tool.name);
        }
    }
    names.into_iter().map(listed).collect()
}

fn listed(name: &str) -> Value {
    let of_tool = |operation: &&'static Operation| operation.tool.is_some_and(|tool| tool.name == name);
    let actions: Vec<(Tool, &Operation)> =
        operations().filter(of_tool).filter_map(|operation| Some((operation.tool?, operation))).collect();
    let described: Vec<String> = actions.iter().map(|(tool, operation)| line(tool.action, operation.doc)).collect();
    let mut properties = Map::new();
    let all: Vec<&str> = actions.iter().map(|(tool, _)| tool.action).collect();
    properties.insert("action".to_owned(), json!({ "type": "string", "enum": all, "description": "What to do." }));
    for (tool, operation) in &actions {
        for parameter in (operation.parameters)().iter().filter(|one| !tool.without.contains(&one.name)) {
            add(&mut properties, tool.action, parameter);
        }
    }
    if actions.iter().any(|(tool, operation)| tool.is_keyed(operation)) {
        let doc = "Who asks again with the same key gets the same answer, and nothing is done twice.";
        properties.insert(IDEMPOTENCY_KEY.to_owned(), json!({ "type": "string", "description": doc }));
    }
    let reads = actions.iter().all(|(_, operation)| operation.verb == Verb::Get);
    json!({
        "name": name,
        "description": described.join("\n"),
        "inputSchema": { "type": "object", "properties": properties, "required": ["action"] },
        "annotations": { "readOnlyHint": reads },
    })
}

fn line(action: &str, doc: &str) -> String {
    format!("{action}: {doc}")
}

/// Adds a parameter of an action. One that several actions have is described for each of them.
fn add(properties: &mut Map<String, Value>, action: &str, parameter: &Parameter) {
    let described = line(action, parameter.doc);
    match properties.get_mut(parameter.name) {
        Some(known) => {
            let before = known["description"].as_str().unwrap_or_default().to_owned();
            known["description"] = format!("{before}\n{described}").into();
        }
        None => {
            let mut schema = schema(&parameter.ty);
            schema["description"] = described.into();
            constrain(&mut schema, parameter);
            properties.insert(parameter.name.to_owned(), schema);
        }
    }
}

fn schema(ty: &Type) -> Value {
    match ty {
        Type::String | Type::Duration => json!({ "type": "string" }),
        Type::Integer => json!({ "type": "integer" }),
        Type::Number => json!({ "type": "number" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Array(items) => json!({ "type": "array", "items": schema(items) }),
        Type::Object => json!({ "type": "object" }),
        Type::Any => json!({}),
    }
}

fn constrain(schema: &mut Value, parameter: &Parameter) {
    if !parameter.one_of.is_empty() {
        schema["enum"] = parameter.one_of.into();
    }
    match parameter.bounds {
        Some(Bounds::Range { least, most, .. }) => {
            schema["minimum"] = least.into();
            schema["maximum"] = most.into();
        }
        Some(Bounds::Format(format)) => schema["format"] = format.into(),
        _ => {}
    }
}
