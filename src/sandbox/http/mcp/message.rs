//! JSON-RPC 2.0, as MCP has it: one message in each request.

use serde_json::{Map, Value, json};

use crate::sandbox::http::Answer;

/// What a client sends.
pub enum Message {
    Request {
        id: Value,
        method: String,
        params: Map<String, Value>,
    },
    /// A notification, or the answer to a question that was never asked: nothing is said to it.
    Other,
}

/// An error of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    code: i32,
    message: &'static str,
}

impl Wrong {
    const PARSE: Self = Self { code: -32700, message: "Parse error" };
    pub const REQUEST: Self = Self { code: -32600, message: "Invalid request" };
    pub const VERSION: Self = Self { code: -32600, message: "Unsupported protocol version" };
    pub const NO_METHOD: Self = Self { code: -32601, message: "Method not found" };
    pub const PARAMETERS: Self = Self { code: -32602, message: "Invalid params" };
    pub const NO_TOOL: Self = Self { code: -32602, message: "Unknown tool" };
    pub const NO_SESSION: Self = Self { code: -32001, message: "Session not found" };

    pub fn answer(self, status: u16, id: &Value) -> Answer {
        let error = json!({ "code": self.code, "message": self.message });
        Answer::json(status, json!({ "jsonrpc": "2.0", "id": id, "error": error }))
    }
}

pub fn result(id: &Value, result: Value) -> Answer {
    Answer::json(200, json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

/// Reads a message. Several in a list were allowed in one version of the protocol, and are in none of the later ones.
pub fn read(body: &[u8]) -> Result<Message, Wrong> {
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return Err(Wrong::PARSE) };
    let Value::Object(mut message) = message else { return Err(Wrong::REQUEST) };
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(Wrong::REQUEST);
    }
    let id = message.remove("id");
    let method = match message.remove("method") {
        Some(Value::String(method)) => method,
        None if message.contains_key("result") || message.contains_key("error") => return Ok(Message::Other),
        _ => return Err(Wrong::REQUEST),
    };
    let params = match message.remove("params") {
        Some(Value::Object(params)) => params,
        None => Map::new(),
        Some(_) => return Err(Wrong::REQUEST),
    };
    match id {
        None => Ok(Message::Other),
        Some(id) if id.is_string() || id.is_i64() || id.is_u64() => Ok(Message::Request { id, method, params }),
        Some(_) => Err(Wrong::REQUEST),
    }
}
