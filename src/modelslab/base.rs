//! Where the service lies.

use std::sync::Arc;

use url::Url;

use super::ApiError;

/// A base URL: the root below which `/api/agents/v1` and `/api/v6` lie. Cheap to clone, so that clients need not read it again.
#[derive(Clone)]
pub struct Base(Arc<Read>);

struct Read {
    url: Url,
    /// As limits are counted by.
    origin: Arc<str>,
}

impl Base {
    /// Reads `text`, such as `https://modelslab.com`.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let url = Url::parse(text).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| {
            ApiError::not_sent(format!("`{text}` is no base URL; it must look like https://modelslab.com"))
        })?;
        let origin = url.origin().ascii_serialization().into();
        Ok(Self(Arc::new(Read { url, origin })))
    }

    pub(super) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(super) fn origin(&self) -> Arc<str> {
        self.0.origin.clone()
    }

    /// Where `path` lies: below the control plane, or below the root if it begins with a slash.
    pub(super) fn join(&self, path: &str) -> Url {
        let root = self.0.url.path().trim_end_matches('/');
        let path = match path.strip_prefix('/') {
            Some(path) => format!("{root}/{path}"),
            None => format!("{root}/api/agents/v1/{path}"),
        };
        let mut url = self.0.url.clone();
        url.set_path(&path);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_below_the_control_plane_or_below_the_root() {
        for base in ["https://x.test", "https://x.test/"] {
            let base = Base::parse(base).unwrap();
            assert_eq!(base.join("teams/a%2Fb").as_str(), "https://x.test/api/agents/v1/teams/a%2Fb");
            assert_eq!(base.join("/api/v6/images").as_str(), "https://x.test/api/v6/images");
        }
        let below = Base::parse("http://127.0.0.1:7/a/b/").unwrap();
        assert_eq!(below.join("me").as_str(), "http://127.0.0.1:7/a/b/api/agents/v1/me");
    }

    #[test]
    fn a_base_is_of_the_web() {
        for text in ["", "x.test", "ftp://x.test", "mailto:a@x.test"] {
            assert!(Base::parse(text).err().unwrap().message.contains("is no base URL"), "{text}");
        }
    }
}
