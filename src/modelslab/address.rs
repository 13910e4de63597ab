//! Paths and queries made of arguments.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::Url;

use super::ApiError;

/// Puts arguments into the places that `path` has for them, and takes them out of `arguments`.
pub(super) fn fill<'p>(path: &'p str, arguments: &mut Map<String, Value>) -> Result<Cow<'p, str>, ApiError> {
    if !path.contains('{') {
        return Ok(path.into());
    }
    let mut filled = String::new();
    for part in path.split_inclusive('/') {
        match part.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((name, end)) => {
                let value = arguments.remove(name).map(|value| text(&value)).unwrap_or_default();
                // `.` and `..` would lead to another route.
                if value.trim_matches('.').is_empty() {
                    return Err(ApiError::not_sent(format!("`{name}` must be an id, not `{value}`")));
                }
                filled.extend([segment(&value).as_str(), end]);
            }
            None => filled.push_str(part),
        }
    }
    Ok(filled.into())
}

/// Adds arguments as a query; a list with commas between its items.
pub(super) fn query(url: &mut Url, arguments: &Map<String, Value>) {
    if !arguments.is_empty() {
        url.query_pairs_mut().extend_pairs(arguments.iter().map(|(name, value)| (name, text(value))));
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// An id made safe to stand in a path.
pub(super) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(path: &str, arguments: Value) -> Result<(String, Value), ApiError> {
        let Value::Object(mut arguments) = arguments else { unreachable!() };
        fill(path, &mut arguments).map(|path| (path.into_owned(), arguments.into()))
    }

    #[test]
    fn an_argument_stands_in_the_path_or_in_the_body() {
        let all = json!({"member_id": 7, "role": "admin"});
        assert_eq!(filled("teams/{member_id}", all.clone()), Ok(("teams/7".to_owned(), json!({"role": "admin"}))));
        let invite = filled("teams/{member_id}/resend-invite", all);
        assert_eq!(invite.map(|(path, _)| path), Ok("teams/7/resend-invite".to_owned()));
    }

    #[test]
    fn no_id_leads_to_another_route() {
        let path = |id: &str| filled("api-keys/{key_id}", json!({"key_id": id})).map(|(path, _)| path);
        assert_eq!(path("a/../b ?#"), Ok("api-keys/a%2F..%2Fb%20%3F%23".to_owned()));
        for id in ["", ".", ".."] {
            assert!(path(id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn a_list_in_a_query_has_commas() {
        let mut url = Url::parse("https://x.test/models").unwrap();
        let Value::Object(arguments) = json!({"per_page": 5, "tags": ["a", "b&c"]}) else { unreachable!() };
        query(&mut url, &arguments);
        assert_eq!(url.as_str(), "https://x.test/models?per_page=5&tags=a%2Cb%26c");
    }
}
