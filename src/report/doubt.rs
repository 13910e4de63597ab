//! What is unknown of a step, what to look at, and how to answer.

use serde_json::Value;

use super::summary::masked;
use crate::id::TaskPath;
use crate::plan::Plan;
use crate::run::{Doubt, Phase, RunState, StepStatus, TaskState};
use crate::secret::Mask;

/// An effect of which nobody knows whether it took place, or whether it may stay.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubtView {
    pub doubt: Doubt,
    pub question: String,
    /// What was asked for.
    pub action: &'static str,
    /// What was sent, secrets masked.
    pub sent: Vec<(String, Value)>,
}

/// How a person answers for a task: `onramp resolve RUN TASK --done`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerView {
    pub task: String,
    /// Outputs that a later step or an output of the workflow needs and nobody knows, and whether each is secret.
    pub outputs: Vec<(String, bool)>,
}

impl DoubtView {
    pub(super) fn new(task: &TaskState, action: &'static str, mask: &Mask) -> Option<Self> {
        let Phase::InDoubt { doubt, question } = &task.phase else { return None };
        let sent = task.input.iter().map(|(name, datum)| (name.clone(), masked(datum, mask))).collect();
        Some(Self { doubt: *doubt, question: mask.apply(question), action, sent })
    }

    /// A resume looks again; otherwise only a person can find out.
    pub fn can_look(&self) -> bool {
        self.doubt == Doubt::Unclear
    }

    /// What a person does to find out, in a sentence.
    pub(super) fn what_to_look_at(&self) -> String {
        let sent = |name: &str| self.sent.iter().find(|(key, _)| key == name).map(|(_, value)| plain(value));
        let of = |name: &str| sent(name).unwrap_or_else(|| format!("the `{name}` that was sent"));
        match (self.doubt, self.action) {
            (Doubt::Changed, _) => {
                "decide whether what it did may stay: `--done` keeps it with its outputs, `--redo` does it again as the \
                 workflow has it now"
                    .to_owned()
            }
            (_, "modelslab.signup") => format!(
                "try to log in as {}: if that works, or asks you to verify the address, the account was made",
                of("email")
            ),
            (_, "modelslab.verify_email") => {
                "try to log in: if nothing asks you to verify the address, it was verified".to_owned()
            }
            (_, "modelslab.create_api_key") => {
                format!("look for `{}` in the account's list of keys; its notes name this run and step", of("name"))
            }
            (_, "modelslab.invite_team_member") => {
                format!("look for {} among the team's members and invitations", of("email"))
            }
            (_, "http") => {
                let url = sent("url").map_or_else(|| "a URL that is secret".to_owned(), |url| without_query(&url));
                format!("look at the service whether {} {url} took place", sent("method").unwrap_or_else(|| "GET".into()))
            }
            (_, action) => {
                let sent: Vec<String> =
                    self.sent.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
                let with = if sent.is_empty() { String::new() } else { format!(" with {}", sent.join(", ")) };
                format!("look at the service: {action} was asked for{with}")
            }
        }
    }
}

impl AnswerView {
    pub(super) fn new(plan: &Plan, state: &RunState, path: &TaskPath, task: &TaskState) -> Self {
        let known = task.kept.as_ref().map(|kept| &kept.outputs).or(task.answer.as_ref().map(|answer| &answer.data));
        let is_known =
            |name: &str| known.and_then(|known| known.get(name)).is_some_and(|datum| !datum.expose().is_null());
        let open = |step: &&crate::id::StepId| {
            plan.index(step).is_some_and(|step| state.steps[step].status() != StepStatus::Succeeded)
        };
        let needed = |name: &str| {
            let readers = plan.readers(&path.step, name);
            readers.steps.iter().any(open) || !readers.outputs.is_empty()
        };
        let declared = plan.index(&path.step).map(|step| plan.steps[step].outputs.as_slice()).unwrap_or_default();
        // Nobody refers to what a remedy brings.
        let declared = if path.role == crate::id::Role::Step { declared } else { &[] };
        let outputs = declared.iter().filter(|(name, _)| !is_known(name) && needed(name)).cloned().collect();
        Self { task: path.to_string(), outputs }
    }
}

/// Without what a query or a password in it could give away.
fn without_query(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) => {
            parsed.set_query(None);
            parsed.set_fragment(None);
            // Fails only for URLs that have no host, and thus nobody to log in.
            let _ = parsed.set_username("").and_then(|()| parsed.set_password(None));
            parsed.to_string()
        }
        Err(_) => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn doubt(action: &'static str, sent: Value) -> DoubtView {
        let sent = sent.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        DoubtView { doubt: Doubt::NoWay, question: "?".into(), action, sent }
    }

    #[test]
    fn each_action_says_where_its_effect_can_be_seen() {
        let seen = |action, sent| doubt(action, sent).what_to_look_at();
        let signup = seen("modelslab.signup", json!({ "email": "ada@onramp.test", "password": "***" }));
        assert!(signup.starts_with("try to log in as ada@onramp.test") && !signup.contains("***"), "{signup}");
        assert!(
            seen("modelslab.create_api_key", json!({ "name": "production" })).contains("`production` in the account")
        );
        assert!(
            seen("modelslab.invite_team_member", json!({ "email": "lin@onramp.test" })).contains("lin@onramp.test")
        );
        assert!(seen("other", json!({ "a": 1, "b": "x" })).ends_with("other was asked for with a=1, b=x"));
    }

    #[test]
    fn a_request_is_named_by_method_and_url_without_what_is_private_in_it() {
        let sent = json!({ "method": "POST", "url": "https://ada:hunter2@host.test/things?key=hunter2#x" });
        let text = doubt("http", sent).what_to_look_at();
        assert_eq!(text, "look at the service whether POST https://host.test/things took place");
        let below = doubt("http", json!({ "method": "POST", "url": "/things?key=hunter2" })).what_to_look_at();
        assert!(below.ends_with("POST /things took place"), "{below}");
    }
}
