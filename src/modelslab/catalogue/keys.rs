//! Keys for the generation API.

use super::*;

operations! {
    /// Lists the API keys. Whether a list has whole keys is disputed; none is given on.
    list_api_keys: Get "api-keys", Bearer => List<ApiKey>, "S3, D" {
        tool: tool("agent-api-keys", "list"),
    }

    /// Creates an API key. The answer is the only place where it is certain to be whole.
    create_api_key(CreateApiKey): Post "api-keys", Bearer => ApiKey, "S3, D" {
        probe: Some("the list of keys shows whether one with this run's mark was made"),
        undo: UndoRule::BuiltIn,
        tool: tool("agent-api-keys", "create"),
    } with {
        /// The key's name.
        name: String [.seen_by(TEAM, LEAVE_OUT)],
        /// Notes; an action adds its mark to them.
        notes: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
    }

    /// Tells of one API key.
    get_api_key(GetApiKey): Get "api-keys/{key_id}", Bearer => ApiKey, "S3, D" {
        tool: tool("agent-api-keys", "get"),
    } with {
        /// The key's id, as `list_api_keys` tells it.
        key_id: String,
    }

    /// Changes a key's name or notes.
    update_api_key(UpdateApiKey): Put "api-keys/{key_id}", Bearer => ApiKey, "S3, D" {
        tool: tool("agent-api-keys", "update"),
    } with {
        /// The key's id, as `list_api_keys` tells it.
        key_id: String,
        /// The new name.
        name: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
        /// The new notes.
        notes: Option<String> [.seen_by(TEAM, LEAVE_OUT)],
    }

    /// Deletes an API key. It is of no use to anybody from then on. What becomes of an account whose default key is deleted
    /// is undocumented.
    delete_api_key(DeleteApiKey): Delete "api-keys/{key_id}", Bearer => Done, "S3, D" {
        undo: UndoRule::Never("a key that was deleted does not come back"),
        tool: tool("agent-api-keys", "delete"),
    } with {
        /// The key's id, as `list_api_keys` tells it.
        key_id: String,
    }
}

answers! {
    /// One API key.
    ApiKey {
        /// Its id.
        id: String,
        /// Its name.
        name: Option<String>,
        /// The key itself, if it is whole: certain only in the answer to its creation.
        key: Option<WholeKey>,
        /// Its notes.
        notes: Option<String>,
        /// When it was created.
        created_at: Option<Timestamp>,
    }
}

/// A key that works: one that is masked, as lists show it, is none. [conflict C-4]
#[derive(Debug, Clone, PartialEq)]
pub struct WholeKey(pub Secret<String>);

impl Told for WholeKey {
    const SECRET: bool = true;

    fn ty() -> Type {
        Type::String
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let masked = text.contains("..") || text.contains(|letter: char| !letter.is_ascii_graphic() || letter == '*');
        (!masked && text.len() >= SHORTEST).then(|| Self(Secret::new(text.to_owned())))
    }

    fn to_json(&self) -> Value {
        Told::to_json(&self.0)
    }
}

/// Characters. What the documents show of keys is three times as long.
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_masked_key_is_no_key() {
        let whole = |text: &str| WholeKey::from_json(&json!(text)).is_some();
        assert!(whole("Ab3dEf6hIj9lMn2pQr5tUv8x"));
        for masked in
            ["", "abcd", "abcd****************wxyz", "abcdefghijklm...", "abcdefghijklm…", "not a key at all, no"]
        {
            assert!(!whole(masked), "{masked}");
        }
    }
}
