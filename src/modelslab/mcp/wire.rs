//! The messages of a session over our own HTTP client: its trust, its bounds, no redirects, nothing sent again.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ServerJsonRpcMessage};
use rmcp::transport::common::client_side_sse::BoxedSseResponse;
use rmcp::transport::streamable_http_client::{StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse};
use serde_json::Value;
use url::Url;

use super::events;
use super::session::Call;
use crate::http::{Headers, RequestBody, Response};
use crate::modelslab::{ApiError, Client, envelope};

const SESSION: &str = "mcp-session-id";

/// The HTTP side of one session, and what is known of its call.
#[derive(Clone)]
pub(super) struct Wire {
    client: Client,
    url: Url,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    /// The call was handed to the network.
    sent: bool,
    /// How it ended.
    call: Option<Result<Response, ApiError>>,
    /// Why there was no handshake.
    failed: Option<ApiError>,
}

type Failed = StreamableHttpError<ApiError>;

impl Wire {
    pub fn new(client: Client, url: Url) -> Self {
        Self { client, url, record: Arc::default() }
    }

    /// What became of the call.
    pub fn call(&self) -> Call {
        let mut record = self.record();
        match (record.call.take(), record.sent) {
            (Some(ended), _) => Call::Ended(ended),
            (None, true) => Call::Unknown,
            (None, false) => {
                let error = record.failed.take().unwrap_or_else(|| ApiError::unusable("the answer is not one of MCP"));
                Call::NotSent(ApiError { sent: false, ..error })
            }
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn post(
        &self,
        message: ClientJsonRpcMessage,
        headers: Headers,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let calls = is_call(&message);
        let message = serde_json::to_value(message)?;
        let id = message.get("id").filter(|_| message.get("method").is_some()).cloned();
        self.record().sent |= calls;
        let body = RequestBody::Json(message);
        let mut reader = events::Reader::new(id.as_ref());
        let sent = self.client.send_until(Method::POST, self.url.clone(), headers, body, |body| reader.enough(body));
        let answer = sent.await;
        let read = match &answer {
            Ok(response) => self.read(response, id.as_ref()),
            Err(error) => Err(error.clone()),
        };
        let mut record = self.record();
        if calls {
            record.call = Some(answer);
        } else if let Err(error) = &read {
            record.failed = Some(error.clone());
        }
        drop(record);
        read.map_err(StreamableHttpError::Client)
    }

    /// The message that answers `id`, or that nothing was to be answered.
    fn read(&self, response: &Response, id: Option<&Value>) -> Result<StreamableHttpPostResponse, ApiError> {
        if !(200..300).contains(&response.status) {
            return Err(envelope::failure(response, self.client.now()));
        }
        let Some(id) = id else { return Ok(StreamableHttpPostResponse::Accepted) };
        let message = events::reply(&response.body, id).and_then(|reply| serde_json::from_value(reply).ok());
        let message: ServerJsonRpcMessage =
            message.ok_or_else(|| ApiError::garbled(response.status, "is not one of MCP"))?;
        Ok(StreamableHttpPostResponse::Json(message, response.header(SESSION).map(str::to_owned)))
    }
}

fn is_call(message: &ClientJsonRpcMessage) -> bool {
    matches!(message, ClientJsonRpcMessage::Request(request)
        if matches!(request.request, ClientRequest::CallToolRequest(_)))
}

fn headers(session: Option<&str>, token: Option<String>, further: HashMap<HeaderName, HeaderValue>) -> Headers {
    let accept = ("accept".into(), "application/json, text/event-stream".to_owned());
    let session = session.map(|session| (SESSION.into(), session.to_owned()));
    let token = token.map(|token| ("authorization".into(), format!("Bearer {token}")));
    let further = further
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_string().into(), value.to_str().ok()?.to_owned())));
    [accept].into_iter().chain(session).chain(token).chain(further).collect()
}

impl StreamableHttpClient for Wire {
    type Error = ApiError;

    fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        token: Option<String>,
        further: HashMap<HeaderName, HeaderValue>,
    ) -> impl Future<Output = Result<StreamableHttpPostResponse, Failed>> + Send + '_ {
        self.post(message, headers(session.as_deref(), token, further))
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session: Arc<str>,
        token: Option<String>,
        further: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        let headers = headers(Some(&session), token, further);
        let ended = self.client.send(Method::DELETE, self.url.clone(), headers, RequestBody::None).await;
        ended.map(drop).map_err(StreamableHttpError::Client)
    }

    /// Nothing is heard but answers: the service has nothing to tell by itself, and an answer that broke off is lost.
    async fn get_stream(
        &self,
        _uri: Arc<str>,
        _session: Option<Arc<str>>,
        _last_event: Option<String>,
        _token: Option<String>,
        _further: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxedSseResponse, Failed> {
        Err(StreamableHttpError::ServerDoesNotSupportSse)
    }
}
