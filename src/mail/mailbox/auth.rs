//! How somebody logs in.

/// By what a login convinces the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Auth {
    /// A password, by AUTHENTICATE PLAIN or LOGIN.
    Password,
    /// An OAuth access token, in the form that Google and Microsoft made up.
    XOAuth2,
    /// An OAuth access token, in the standard's form (RFC 7628).
    OAuthBearer,
}

impl Auth {
    pub const ALL: [Self; 3] = [Self::Password, Self::XOAuth2, Self::OAuthBearer];

    /// As onramp.toml writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::XOAuth2 => "xoauth2",
            Self::OAuthBearer => "oauthbearer",
        }
    }

    /// The SASL mechanism of a token; a password has more than one.
    pub const fn mechanism(self) -> Option<&'static str> {
        match self {
            Self::Password => None,
            Self::XOAuth2 => Some("XOAUTH2"),
            Self::OAuthBearer => Some("OAUTHBEARER"),
        }
    }

    /// As `;AUTH=` of a URL names it; `*` is any.
    pub(super) fn named(mechanism: &str) -> Option<Self> {
        let is = |name: &str| mechanism.eq_ignore_ascii_case(name);
        match Self::ALL.into_iter().find(|auth| auth.mechanism().is_some_and(is)) {
            None => ["*", "PLAIN", "LOGIN"].into_iter().any(is).then_some(Self::Password),
            token => token,
        }
    }
}
