//! The same operations by the service's MCP server: Streamable HTTP, one session for each call. rmcp speaks the protocol; what
//! goes over the wire is ours, so that a call is sent once, and what became of it is known as well as it is of REST.

mod events;
mod reply;
mod session;
mod wire;

use serde_json::{Map, Value};

use super::catalogue::{Credential, Operation};
use super::limits::Subject;
use super::{ApiError, Client};
use session::Call;

/// How operations are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    #[default]
    Rest,
    /// By the tools of the service's MCP server. An operation without one fails before anything is sent.
    Mcp,
}

const ENDPOINT: &str = "/mcp/agents";

impl Client {
    /// Asks an operation by its tool, and gives the data of its answer.
    pub(super) async fn ask_tool(
        &self,
        operation: &Operation,
        credential: Option<&str>,
        arguments: Map<String, Value>,
    ) -> Result<Value, ApiError> {
        let name = operation.name;
        let tool = operation.tool.ok_or_else(|| {
            ApiError::unaskable(format!("the MCP server has no tool for `{name}`, which can be asked by REST alone"))
        })?;
        let token = match (operation.credential, credential) {
            (Credential::Nothing, _) => None,
            (_, Some(token)) => Some(token),
            (_, None) => return Err(ApiError::without_credential()),
        };
        let subject = Subject::of(operation.credential, credential, &arguments);
        let foreign = |argument| {
            let message =
                format!("the tool `{}` takes no `{argument}`; ask `{name}` by REST, or leave it out", tool.name);
            ApiError::unaskable(message)
        };
        let arguments = tool.arguments(operation, arguments, self.idempotency_key()).map_err(foreign)?;
        let url = self.url(ENDPOINT);
        let permit = self.turn(operation, subject).await?;
        let (call, result) = session::call(self, url, tool.name, token, arguments).await;
        if let Some(permit) = permit {
            match &call {
                Call::NotSent(error) => permit.end(Err(error)),
                Call::Ended(answer) => permit.end(answer.as_ref()),
                Call::Unknown => drop(permit),
            }
        }
        match call {
            Call::NotSent(error) | Call::Ended(Err(error)) => Err(error),
            Call::Unknown => Err(ApiError::lost()),
            Call::Ended(Ok(response)) => reply::data(&response, result, self.now()),
        }
    }
}

#[cfg(test)]
mod tests;
