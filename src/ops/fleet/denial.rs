//! Which errors say that the service does not want whoever asks.

use crate::action::Registry;
use crate::fleet::RowTrouble;
use crate::id::StepId;
use crate::plan::Plan;

/// Whether a denial of one row holds for all. One that the workflow lets pass is its row's; so is one by an action that does not state it:
/// whoever may not switch to an account is not blocked. What an `on-error` names is no failure in the first place.
pub(super) fn is_block(plan: &Plan, registry: &Registry, trouble: &RowTrouble) -> bool {
    let RowTrouble { task, error } = trouble;
    let stated = || {
        let spec = plan.call(task).and_then(|call| registry.spec(call.action));
        spec.is_some_and(|spec| spec.errors.contains(&error.code.as_str()))
    };
    !passes(plan, &task.step) && (error.code != RowTrouble::ACCESS_DENIED || stated())
}

/// Whether a failure of a step passes, by itself or with the call that it is in.
fn passes(plan: &Plan, step: &StepId) -> bool {
    let mut above = step.as_str().match_indices('/').map(|(at, _)| &step.as_str()[..at]).chain([step.as_str()]);
    above.any(|id| plan.steps.iter().any(|planned| planned.id.as_str() == id && planned.continue_on_error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::id::TaskPath;
    use crate::run::{ErrorKind, StepError};

    const WORKFLOW: &str = "
steps:
  login: { uses: modelslab.login, with: { email: a@b.test, password: x } }
  lenient: { uses: modelslab.login, with: { email: a@b.test, password: x }, continue-on-error: true }
  switch: { uses: modelslab.switch_account, with: { token: x, account_username: ada } }
  invite: { uses: modelslab.invite_team_member, with: { token: x, email: a@b.test } }
";

    #[test]
    fn a_denial_is_for_all_rows_where_it_is_a_block_that_nobody_lets_pass() {
        let registry = Registry::builtin();
        let plan = crate::plan::load(Source::new("test.yaml", WORKFLOW), &registry.catalogue()).plan.unwrap();
        let blocks = |task: &str, code: &str| {
            let error = StepError::new(ErrorKind::Service, code, "no");
            is_block(&plan, &registry, &RowTrouble { task: TaskPath::parse(task).unwrap(), error })
        };
        let (denied, challenge) = (RowTrouble::ACCESS_DENIED, RowTrouble::CHALLENGE);
        assert_eq!(
            ["login", "lenient", "switch", "undo:invite"].map(|task| blocks(task, denied)),
            [true, false, false, false]
        );
        assert_eq!(
            ["login", "lenient", "switch", "undo:invite"].map(|task| blocks(task, challenge)),
            [true, false, true, true]
        );
    }
}
