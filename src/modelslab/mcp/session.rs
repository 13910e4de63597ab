//! One session: the handshake, a call, the end.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, Implementation, ProtocolVersion,
};
use rmcp::service::ServiceError;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Map, Value};
use url::Url;

use super::wire::Wire;
use crate::http::Response;
use crate::modelslab::{ApiError, Client};

/// What became of the one request that does something.
pub(super) enum Call {
    /// It never left: the handshake failed, with this.
    NotSent(ApiError),
    /// It left, and nobody heard of it again.
    Unknown,
    Ended(Result<Response, ApiError>),
}

/// What the protocol made of an answer.
pub(super) type Told = Option<Result<CallToolResponse, ServiceError>>;

/// Calls a tool once. A session that is given up is ended in the background: an answer must not wait for that.
pub(super) async fn call(
    client: &Client,
    url: Url,
    tool: &'static str,
    token: Option<&str>,
    arguments: Map<String, Value>,
) -> (Call, Told) {
    let wire = Wire::new(client.clone(), url.clone());
    let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
    let config = match token {
        Some(token) => config.auth_header(token),
        None => config,
    };
    let transport = StreamableHttpClientTransport::with_client(wire.clone(), config);
    let told = match rmcp::serve_client(us(), transport).await {
        Ok(session) => {
            let parameters = CallToolRequestParams::new(tool).with_arguments(arguments);
            Some(session.call_tool_once(parameters).await)
        }
        Err(_) => None,
    };
    (wire.call(), told)
}

/// Who asks, in the version of the protocol that the service is known to speak; it may answer with an older one.
fn us() -> ClientConfig {
    let implementation = Implementation::new("onramp", env!("CARGO_PKG_VERSION"));
    ClientConfig::new(ClientCapabilities::default(), implementation)
        .with_protocol_version(ProtocolVersion::V_2025_11_25)
}
