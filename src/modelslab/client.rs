//! The calls, one method each. No retries: whoever calls knows what may be repeated.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::types::{ApiKey, Member, Profile, Session, Signup};
use super::{ApiError, answer};
use crate::clock::Clock;
use crate::http::{Http, HttpError, Request, RequestBody, Response, Timeout, asked};

/// A client of one base URL. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: Http,
    base: Url,
    clock: Arc<dyn Clock>,
    timeout: Timeout,
}

impl Client {
    /// `base_url` is the root below which `/api/agents/v1` and `/api/v6` lie: `https://modelslab.com`.
    pub fn new(http: Http, base_url: &str, clock: Arc<dyn Clock>) -> Result<Self, ApiError> {
        let base = Url::parse(base_url).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        let unusable = || ApiError {
            status: None,
            code: None,
            message: format!("`{base_url}` is no base URL; it must look like https://modelslab.com"),
            sent: false,
            timeout: false,
            transient: false,
            retry_after: None,
        };
        Ok(Self { http, base: base.ok_or_else(unusable)?, clock, timeout: Timeout::default() })
    }

    /// Lets no call take longer than `timeout`.
    pub fn with_timeout(self, timeout: Timeout) -> Self {
        Self { timeout, ..self }
    }

    /// Creates an account; the service then sends a verification mail. Body and status of the answer are undocumented.
    pub async fn signup(&self, email: &str, password: &str, name: Option<&str>) -> Result<Signup, ApiError> {
        let mut body = json!({"email": email, "password": password});
        if let Some(name) = name {
            body["name"] = name.into();
        }
        Ok(Signup::read(&self.control(Method::POST, "auth/signup", None, Some(body), None).await?))
    }

    /// A token for an account. `email_not_verified` (403) is told only about accounts that exist.
    pub async fn login(
        &self,
        email: &str,
        password: &str,
        device_name: &str,
        token_expiry: Option<&str>,
    ) -> Result<Session, ApiError> {
        let mut body = json!({"email": email, "password": password, "device_name": device_name});
        if let Some(expiry) = token_expiry {
            body["token_expiry"] = expiry.into();
        }
        Session::read(&self.control(Method::POST, "auth/login", None, Some(body), None).await?)
    }

    /// Verifies an address. The route has two documented spellings; the second is tried only if the service does not
    /// know the first, since a code may be good for one use.
    pub async fn verify_email(&self, code: &str) -> Result<Session, ApiError> {
        let body = json!({"verification_code": code});
        let first = self.control(Method::POST, "auth/verify-email", None, Some(body.clone()), None).await;
        let data = match first {
            Err(error) if error.no_such_route() => {
                self.control(Method::POST, "auth/verify", None, Some(body), None).await?
            }
            other => other?,
        };
        Session::read(&data)
    }

    pub async fn resend_verification(&self, email: &str) -> Result<(), ApiError> {
        let body = json!({"email": email});
        self.control(Method::POST, "auth/resend-verification", None, Some(body), None).await.map(drop)
    }

    /// Whose token this is.
    pub async fn me(&self, token: &str) -> Result<Profile, ApiError> {
        Profile::read(&self.control(Method::GET, "me", Some(token), None, None).await?)
    }

    pub async fn api_keys(&self, token: &str) -> Result<Vec<ApiKey>, ApiError> {
        let data = self.control(Method::GET, "api-keys", Some(token), None, None).await?;
        answer::items(data)?.iter().map(ApiKey::read).collect()
    }

    /// Creates a key; the answer is the only place where it is whole.
    pub async fn create_api_key(
        &self,
        token: &str,
        name: &str,
        notes: &str,
        idempotency_key: &str,
    ) -> Result<ApiKey, ApiError> {
        let body = json!({"name": name, "notes": notes});
        ApiKey::read(&self.control(Method::POST, "api-keys", Some(token), Some(body), Some(idempotency_key)).await?)
    }

    /// Deletes a key; it is of no use to anybody from then on. 404 if there is none of this id.
    pub async fn delete_api_key(&self, token: &str, id: &str) -> Result<(), ApiError> {
        let path = format!("api-keys/{}", segment(id));
        self.control(Method::DELETE, &path, Some(token), None, None).await.map(drop)
    }

    /// Members and pending invitations.
    pub async fn team(&self, token: &str) -> Result<Vec<Member>, ApiError> {
        let data = self.control(Method::GET, "teams", Some(token), None, None).await?;
        let read = |member: &Value| Member::read(member).ok_or_else(|| ApiError::unusable("a member has no email"));
        answer::items(data)?.iter().map(read).collect()
    }

    /// Sends an invitation. The answer's shape is undocumented; what it does not say is absent.
    pub async fn invite(&self, token: &str, email: &str, idempotency_key: &str) -> Result<Member, ApiError> {
        let body = json!({"email": email});
        let data = self.control(Method::POST, "teams", Some(token), Some(body), Some(idempotency_key)).await?;
        let unsaid = || Member { id: None, email: email.to_owned(), status: None, created_at: None };
        Ok(Member::read(&data).unwrap_or_else(unsaid))
    }

    /// Removes a member, or takes an invitation back. 404 if there is none of this id.
    pub async fn remove_team_member(&self, token: &str, id: &str) -> Result<(), ApiError> {
        let path = format!("teams/{}", segment(id));
        self.control(Method::DELETE, &path, Some(token), None, None).await.map(drop)
    }

    async fn control(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
        idempotency_key: Option<&str>,
    ) -> Result<Value, ApiError> {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        headers.extend(idempotency_key.map(|key| ("idempotency-key".to_owned(), key.to_owned())));
        let body = body.map_or(RequestBody::None, RequestBody::Json);
        let url = self.url(&format!("api/agents/v1/{path}"))?;
        let response = self.send(method, url, headers, body).await?;
        answer::data(&response, self.clock.now())
    }

    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: Vec<(String, String)>,
        body: RequestBody,
    ) -> Result<Response, ApiError> {
        let named = asked(method.as_str(), &url);
        let request = Request { method, url, headers, body, timeout: self.timeout };
        let name = |error: HttpError| HttpError { message: format!("{named}: {}", error.message), ..error };
        Ok(self.http.send(request).await.map_err(name)?)
    }

    pub(super) fn url(&self, path: &str) -> Result<Url, ApiError> {
        let root = self.base.as_str().trim_end_matches('/');
        Url::parse(&format!("{root}/{path}")).map_err(|_| ApiError::garbled(0, "led to an address that is none"))
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn now(&self) -> crate::clock::Timestamp {
        self.clock.now()
    }
}

/// An id made safe to stand in a path.
pub(super) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}
