//! What the service's OpenAPI names of what onramp would ask, from the document alone.

use serde_json::{Map, Value};

use super::Check;
use crate::modelslab::catalogue::{Operation, Verb, operations};

/// Where the control plane lies; a contract may name its paths with or without it.
const ROOT: &str = "api/agents/v1/";

pub(super) fn checks(document: &Value) -> Vec<Check> {
    let name = "contract";
    let Some(paths) = document.get("paths").and_then(Value::as_object).filter(|paths| !paths.is_empty()) else {
        return vec![Check::warning(name, "what the service gives as its OpenAPI has no `paths`".to_owned())];
    };
    let all = operations().count();
    let named = operations().filter(|operation| !spellings(paths, operation).is_empty()).count();
    let mut checks = vec![Check::ok(name, format!("names {named} of the {all} operations that onramp has"))];
    checks.extend(SPELT.iter().filter_map(|(name, advice)| {
        let operation = operations().find(|operation| operation.name == *name)?;
        Some(spelling(paths, operation, advice))
    }));
    checks
}

/// What differs between documents of the service, and what onramp does where it is not told.
const SPELT: &[(&str, &str)] = &[
    ("verify_email", "onramp tries one spelling after the other"),
    ("refresh_token", "give `modelslab.refresh_token` an email and a password: it then logs in instead"),
    ("validate_coupon", "onramp tries one spelling after the other"),
];

fn spelling(paths: &Map<String, Value>, operation: &Operation, advice: &str) -> Check {
    let known = spellings(paths, operation);
    if known.is_empty() {
        let tried: Vec<String> = ways(operation).map(|(verb, path)| written(verb, path)).collect();
        let found = format!("the contract does not name {}", tried.join(" or "));
        return Check::warning(operation.name, found).advise(advice);
    }
    Check::ok(operation.name, known.join(", "))
}

/// The ways of asking that the contract names.
fn spellings(paths: &Map<String, Value>, operation: &Operation) -> Vec<String> {
    let is_named = |verb: Verb, path: &str| {
        let (verb, path) = (verb.as_str().to_ascii_lowercase(), shape(path));
        paths.iter().any(|(named, verbs)| shape(named) == path && verbs.get(&verb).is_some())
    };
    ways(operation).filter(|(verb, path)| is_named(*verb, path)).map(|(verb, path)| written(verb, path)).collect()
}

fn ways(operation: &Operation) -> impl Iterator<Item = (Verb, &'static str)> {
    [Some((operation.verb, operation.path)), operation.also].into_iter().flatten()
}

fn written(verb: Verb, path: &str) -> String {
    format!("{} {path}", verb.as_str())
}

/// A path below the control plane, whatever its parameters are called.
fn shape(path: &str) -> String {
    let path = path.trim_matches('/');
    let path = path.strip_prefix(ROOT).unwrap_or(path);
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::doctor::Health;
    use serde_json::json;

    fn found(document: Value, name: &str) -> (Health, String) {
        let check = checks(&document).into_iter().find(|check| check.name == name).unwrap();
        (check.health, check.found)
    }

    #[test]
    fn spellings_are_read_from_the_contract_however_it_writes_its_paths() {
        let document = json!({ "paths": {
            "/api/agents/v1/auth/verify": { "post": {} },
            "/auth/refresh": { "get": {} },
            "wallet/coupons/validate": { "get": {}, "post": {} },
        }});
        assert_eq!(found(document.clone(), "verify_email"), (Health::Ok, "POST auth/verify".to_owned()));
        let both = "GET wallet/coupons/validate, POST wallet/coupons/validate";
        assert_eq!(found(document.clone(), "validate_coupon"), (Health::Ok, both.to_owned()));
        let (health, said) = found(document, "refresh_token");
        assert!(health == Health::Warning && said.ends_with("POST auth/refresh"), "{said}");
    }

    #[test]
    fn parameters_of_paths_have_any_name() {
        assert_eq!(shape("/teams/{id}/resend-invite"), shape("teams/{member_id}/resend-invite"));
    }

    #[test]
    fn what_is_no_contract_is_said_to_be_none() {
        for document in [json!(null), json!([]), json!({"paths": 7}), json!({"paths": {}})] {
            assert_eq!(found(document, "contract").0, Health::Warning);
        }
        assert_eq!(found(json!({"paths": {"/x": null}}), "verify_email").0, Health::Warning);
    }
}
