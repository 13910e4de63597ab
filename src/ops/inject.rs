//! The troubles that a user injects into a run: read, and held against the plan before anything starts.

use url::Url;

use super::OpError;
use crate::diagnostic::nearest;
use crate::engine::{Injected, Injection, Trouble};
use crate::http::is_loopback;
use crate::id::{Role, TaskPath};
use crate::plan::{Plan, PlanStep};
use crate::workflow::{Effect, parse_duration};

/// How a trouble is written.
const FORMS: &str = "write fail:STEP, fail:STEP@N, repeat:STEP, crash:STEP or delay:STEP=2s";

/// Reads `wanted`, and tells the user what is going to happen.
pub(super) fn injection(
    plan: &Plan,
    sandbox: bool,
    base_url: &str,
    wanted: &[String],
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<Injection, OpError> {
    let local = Url::parse(base_url).is_ok_and(|url| is_loopback(&url));
    let check = |text: &String| {
        let checked = parse(text).and_then(|injected| check(plan, sandbox, local, injected));
        checked.map_err(|problem| OpError::Usage(format!("--inject {text}: {problem}")))
    };
    let injected: Vec<Injected> = wanted.iter().map(check).collect::<Result<_, _>>()?;
    if !injected.is_empty() {
        let all: Vec<String> = injected.iter().map(Injected::to_string).collect();
        say(&format!("injected, in this process only: {}", all.join(", ")));
    }
    Ok(Injection(injected))
}

fn parse(text: &str) -> Result<Injected, String> {
    let (trouble, rest) = text.split_once(':').ok_or(FORMS)?;
    let (task, trouble) = match trouble {
        "fail" => match rest.rsplit_once('@').filter(|_| !rest.ends_with(']')) {
            Some((task, number)) => {
                let number = number.parse().ok().filter(|number| *number > 0);
                let number = number.ok_or("attempts are counted 1, 2, 3, as `onramp show --tries` does")?;
                (task, Trouble::Fail { attempt: Some(number) })
            }
            None => (rest, Trouble::Fail { attempt: None }),
        },
        "repeat" => (rest, Trouble::Repeat),
        "crash" => (rest, Trouble::Crash),
        "delay" => {
            let (task, by) = rest.rsplit_once('=').ok_or("say how long, as in delay:STEP=2s")?;
            let by = parse_duration(by).ok_or("a delay is written like 500ms, 30s or 1m30s")?;
            (task, Trouble::Delay(by))
        }
        other => {
            let meant = nearest(other, ["fail", "repeat", "crash", "delay"]);
            let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
            return Err(format!("{meant}{FORMS}"));
        }
    };
    let task = TaskPath::parse(task).map_err(|error| error.to_string())?;
    Ok(Injected { task, trouble })
}

fn check(plan: &Plan, sandbox: bool, local: bool, injected: Injected) -> Result<Injected, String> {
    let task = &injected.task;
    let Some(step) = plan.index(&task.step).map(|index| &plan.steps[index]) else {
        let meant = nearest(task.step.as_str(), plan.steps.iter().map(|step| step.id.as_str()));
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        return Err(format!("there is no step `{}`{meant}", task.step));
    };
    if task.item.is_some() && step.matrix.is_none() {
        return Err(format!("`{}` has no matrix, so it has no items", step.id));
    }
    if task.role == Role::Remedy && step.on_error.is_none() {
        return Err(format!("`{}` has no on-error", step.id));
    }
    // At a real service the second time would be one account, key or invitation too many.
    if injected.trouble == Trouble::Repeat && is_once(plan, step, task) && !may_be_done_twice(step, sandbox, local) {
        let at = if local { "wherever its URL leads" } else { "at a service that is not on this machine" };
        return Err(format!("`{task}` must not be done twice {at}; add --sandbox"));
    }
    Ok(injected)
}

fn is_once(plan: &Plan, step: &PlanStep, task: &TaskPath) -> bool {
    plan.call(task).map_or(step.call.effect, |call| call.effect) == Effect::Once
}

/// An `http` step goes where it wants, whatever the base URL is; in a sandbox run nothing leaves this machine.
fn may_be_done_twice(step: &PlanStep, sandbox: bool, local: bool) -> bool {
    sandbox || (local && step.call.action != "http")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Registry;
    use crate::diagnostic::Source;
    use crate::plan::load;

    fn read(sandbox: bool, base_url: &str, text: &str) -> Result<String, String> {
        let workflow = "
steps:
  signup: { uses: modelslab.signup, with: { email: ada@onramp.test, password: hunter2-hunter2 } }
  login: { uses: modelslab.login, needs: signup, with: { email: ada@onramp.test, password: hunter2-hunter2 } }
  order: { uses: http, with: { method: POST, url: \"https://shop.test/orders\" } }
  invite:
    uses: modelslab.invite_team_member
    strategy: { matrix: { member: [\"ada@onramp.test\"] } }
    with: { token: \"${{ steps.login.outputs.access_token }}\", email: \"${{ matrix.member }}\" }
";
        let plan = load(Source::new("test.yaml", workflow), &Registry::builtin().catalogue()).plan.unwrap();
        let mut said = String::new();
        let read = injection(&plan, sandbox, base_url, &[text.to_owned()], &mut |line| said.push_str(line));
        read.map(|_| said).map_err(|error| error.to_string())
    }

    #[test]
    fn a_trouble_is_told_before_anything_starts() {
        for (text, told) in [
            ("fail:login", "fail:login"),
            ("fail:login@2", "fail:login@2"),
            ("fail:invite[ada@onramp.test]", "fail:invite[ada@onramp.test]"),
            ("fail:invite[ada@onramp.test]@3", "fail:invite[ada@onramp.test]@3"),
            ("repeat:login", "repeat:login"),
            ("crash:signup", "crash:signup"),
            ("delay:invite[a=b]=1m30s", "delay:invite[a=b]=90000ms"),
        ] {
            assert_eq!(read(false, "https://host.test", text), Ok(format!("injected, in this process only: {told}")));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_could_be() {
        for (text, why) in [
            ("fail:sigup", "there is no step `sigup`; did you mean `signup`?"),
            ("fial:signup", "did you mean `fail`?"),
            ("signup", "write fail:STEP"),
            ("fail:login@0", "attempts are counted 1, 2, 3"),
            ("fail:login@x", "attempts are counted 1, 2, 3"),
            ("delay:login", "say how long"),
            ("delay:login=soon", "written like 500ms"),
            ("fail:login[ada]", "has no matrix"),
            ("fail:login/on-error", "has no on-error"),
            ("fail:", "not a valid step id"),
        ] {
            let error = read(true, "http://127.0.0.1:1", text).unwrap_err();
            assert!(error.contains(why) && error.starts_with(&format!("--inject {text}: ")), "{error}");
        }
    }

    #[test]
    fn what_must_not_be_done_twice_is_repeated_only_on_this_machine() {
        assert!(read(false, "https://host.test", "repeat:signup").unwrap_err().contains("add --sandbox"));
        assert!(read(false, "http://127.0.0.1:1", "repeat:signup").is_ok());
        assert!(read(true, "http://127.0.0.1:1", "repeat:order").is_ok());
        assert!(read(false, "http://127.0.0.1:1", "repeat:order").unwrap_err().contains("wherever its URL leads"));
    }
}
