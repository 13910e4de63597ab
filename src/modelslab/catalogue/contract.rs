//! What the service says of itself.

use super::*;

operations! {
    /// Gives the service's own OpenAPI. Whether it needs a token is undocumented.
    get_openapi: Get "openapi.json", Nothing => Untold, "L, C" {
        limit: None,
    }

    /// Gives the service's changelog.
    get_changelog: Get "changelog", Nothing => Untold, "L, C" {
        limit: None,
    }
}
