//! What to type next.

use super::doubt::{AnswerView, DoubtView};
use super::stand::Stand;
use super::summary::{StepView, Summary, TaskView};
use crate::diagnostic::{command_line, quoted};
use crate::run::{Doubt, RunStatus, TeardownStatus};

pub(super) struct Advice {
    /// What no command does, in sentences.
    pub remarks: Vec<String>,
    pub commands: Vec<Next>,
}

pub(super) struct Next {
    pub command: String,
    /// Behind the command, as a comment of the shell; with a generated run id, most fit 80 columns together.
    pub purpose: &'static str,
    /// It would show what `onramp show` has just shown.
    pub shows_again: bool,
}

/// What a person would want to do about the run as it stands, the most likely first.
pub(super) fn advice(summary: &Summary) -> Advice {
    let next = |verb: &str, flags: &str, purpose| Next {
        command: command(summary, verb, flags),
        purpose,
        shows_again: verb == "show" && flags.is_empty() && summary.status != RunStatus::Running,
    };
    let show = next("show", "", "when each step ran");
    let resume = || resumable(summary).map(|purpose| next("resume", "", purpose));
    let commands = match summary.status {
        _ if summary.teardown.is_some() => {
            let teardown = torn_down(summary).map(|purpose| next("teardown", "", purpose));
            teardown.into_iter().chain(answers(summary)).chain([show]).collect()
        }
        RunStatus::Succeeded if summary.hides_something() => {
            vec![next("show", " --reveal", "with the secret outputs")]
        }
        RunStatus::Succeeded => vec![show],
        RunStatus::Failed | RunStatus::InDoubt => resume().into_iter().chain(answers(summary)).chain([show]).collect(),
        RunStatus::Interrupted | RunStatus::Cancelled => {
            let resume = next("resume", "", "goes on from here");
            [resume].into_iter().chain(answers(summary)).collect()
        }
        RunStatus::Running => vec![next("show", "", "how it stands by then")],
    };
    let going_on = summary.status == RunStatus::Running || summary.teardown == Some(TeardownStatus::Done);
    let remarks = if going_on { Vec::new() } else { remarks(summary) };
    Advice { remarks, commands }
}

/// What another teardown would do, if it would do anything.
fn torn_down(summary: &Summary) -> Option<&'static str> {
    match summary.teardown? {
        TeardownStatus::Done | TeardownStatus::Running => None,
        TeardownStatus::Failed => Some("tries again what failed"),
        TeardownStatus::InDoubt => any(summary, DoubtView::can_look).then_some("looks again, then goes on"),
        TeardownStatus::Interrupted => Some("goes on from here"),
    }
}

fn any(summary: &Summary, wanted: fn(&DoubtView) -> bool) -> bool {
    tasks(summary).any(|task| task.doubt.as_ref().is_some_and(wanted))
}

fn tasks(summary: &Summary) -> impl Iterator<Item = &TaskView> {
    summary.steps.iter().flat_map(|step| &step.tasks)
}

/// What a resume would do, if it would do anything.
fn resumable(summary: &Summary) -> Option<&'static str> {
    // What failed inside of a call counts, not that the call did.
    let steps = || summary.steps.iter().filter(|step| !step.call.is_some_and(|inner| inner.failed));
    let any = |wanted: fn(&TaskView) -> bool| steps().flat_map(|step| &step.tasks).any(wanted);
    if self::any(summary, DoubtView::can_look) {
        Some("looks again, then goes on")
    } else if any(|task| task.stand == Stand::Failed && !task.answered) {
        Some("goes on with what failed")
    } else if any(|task| task.stand == Stand::Interrupted) || !any(is_stuck) {
        Some("goes on from here")
    } else {
        None
    }
}

/// No resume moves it.
fn is_stuck(task: &TaskView) -> bool {
    task.answered || task.doubt.as_ref().is_some_and(|doubt| !doubt.can_look())
}

/// What a person can answer about the first steps that wait for it.
fn answers(summary: &Summary) -> Vec<Next> {
    const SOME: usize = 3;
    // A run that is torn down is not sent on with an answer that is not as it should be.
    let asked = |task: &&TaskView| summary.teardown.is_none() || task.doubt.is_some();
    let answerable = tasks(summary).filter(asked).filter_map(|task| Some((task, task.answer.as_ref()?)));
    answerable.take(SOME).flat_map(|(task, answer)| both(summary, task, answer)).collect()
}

fn both(summary: &Summary, task: &TaskView, answer: &AnswerView) -> [Next; 2] {
    let (done, redo) = match task.doubt.as_ref().map(|doubt| doubt.doubt) {
        Some(_) if summary.teardown.is_some() => ("if it took place: is undone", "if not: nothing to undo"),
        Some(Doubt::Changed) => ("what it did may stay", "does it once more"),
        Some(_) => ("if it took place", "if not: sends it"),
        None => ("goes on as it is", "sends it once more"),
    };
    // Pasted as it stands it says that there is no such file, rather than record a placeholder.
    let outputs = answer.outputs.iter().map(|(name, _)| format!(" --output {name}=@FILE"));
    let task = quoted(&answer.task);
    let next =
        |flags: String, purpose| Next { command: command(summary, "resolve", &flags), purpose, shows_again: false };
    [next(format!(" {task} --done{}", outputs.collect::<String>()), done), next(format!(" {task} --redo"), redo)]
}

fn remarks(summary: &Summary) -> Vec<String> {
    let steps = |wanted: fn(&TaskView) -> bool| named(summary, wanted);
    let unseen = steps(|task| task.doubt.as_ref().is_some_and(|doubt| doubt.doubt == Doubt::NoWay)).map(|steps| {
        format!("No program can look whether {steps} took place: find out at the service, and tell onramp.")
    });
    if summary.teardown.is_some() {
        return unseen.into_iter().collect();
    }
    let answered = steps(|task| task.answered).map(|steps| {
        format!(
            "{steps} took place, and only the answer was not as the workflow wants it. Correct `expect` or `outputs` in the \
             workflow and resume: the same answer is judged again and nothing is sent. Or say how it is to go on."
        )
    });
    let changed = steps(|task| task.doubt.as_ref().is_some_and(|doubt| doubt.doubt == Doubt::Changed)).map(|steps| {
        format!(
            "{steps} took effect with another input than now: `{}` leaves it at that, with `--redo` it is done once more.",
            command(summary, "resume", " --keep STEP")
        )
    });
    unseen.into_iter().chain(answered).chain(changed).collect()
}

/// The steps with such a task: `a`, `b` and 3 more.
fn named(summary: &Summary, wanted: fn(&TaskView) -> bool) -> Option<String> {
    const SOME: usize = 3;
    let steps: Vec<&StepView> = summary.steps.iter().filter(|step| step.tasks.iter().any(wanted)).collect();
    let names: Vec<String> = steps.iter().take(SOME).map(|step| format!("`{}`", step.id)).collect();
    let more = steps.len().saturating_sub(SOME);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("{}{more}", names.join(", ")))
}

fn command(summary: &Summary, verb: &str, flags: &str) -> String {
    command_line(verb, &summary.run, flags, summary.place.store.as_deref())
}

#[cfg(test)]
mod tests {
    use super::super::Secrets;
    use super::super::tests::scenario::*;
    use super::*;
    use crate::run::{ErrorKind, Fact, Happened, Outcome, ProbeAnswer, StepError};

    #[test]
    fn a_resume_is_offered_only_where_it_does_something() {
        let mut tape = Tape::start(bootstrap());
        tape.end("signup", lost()).fire("signup");
        tape.look("signup", ProbeAnswer::NoWay);
        let Advice { remarks, commands } = advice(&tape.summary(Secrets::Masked));
        assert!(remarks[0].contains("whether `signup` took place: find out at the service"), "{remarks:?}");
        assert!(commands.iter().all(|next| !next.command.contains("resume")));

        let looked = advice(&doubtful().summary(Secrets::Masked));
        assert!(looked.remarks.is_empty() && looked.commands[0].purpose == "looks again, then goes on");
    }

    #[test]
    fn an_effect_that_took_place_is_not_promised_to_go_on() {
        let mut tape = Tape::start(bootstrap());
        let error = StepError::new(ErrorKind::Assertion, "assertion.capture", "output `id`: nothing is there");
        tape.end("signup", Outcome::failed(Happened::Done, error));
        let Advice { remarks, commands } = advice(&tape.summary(Secrets::Masked));
        assert!(remarks[0].starts_with("`signup` took place") && remarks[0].contains("nothing is sent"), "{remarks:?}");
        assert!(commands.iter().all(|next| !next.command.contains("resume")));
        assert_eq!(advice(&bad().summary(Secrets::Masked)).commands[0].purpose, "goes on with what failed");
    }

    fn commands(tape: &Tape) -> Vec<String> {
        advice(&tape.summary(Secrets::Masked)).commands.into_iter().map(|next| next.command).collect()
    }

    #[test]
    fn a_doubt_is_answered_by_commands_that_can_be_typed() {
        let mut tape = Tape::begin(bootstrap(), vec!["it's".into()], crate::clock::Timestamp::from_millis(0));
        tape.end("signup", done()).end("code", done()).end("key", done());
        tape.end("invite[it's]", lost()).fire("invite[it's]").look("invite[it's]", ProbeAnswer::NoWay);
        let expected = [
            r"onramp resolve 20261122-013405-k7qz2m 'invite[it'\''s]' --done",
            r"onramp resolve 20261122-013405-k7qz2m 'invite[it'\''s]' --redo",
            "onramp show 20261122-013405-k7qz2m",
        ];
        assert_eq!(commands(&tape), expected);
    }

    #[test]
    fn an_answered_effect_can_be_taken_as_it_is() {
        let mut tape = Tape::start(bootstrap());
        let error = StepError::new(ErrorKind::Assertion, "assertion.capture", "output `id`: nothing is there");
        tape.end("signup", Outcome::failed(Happened::Done, error));
        assert_eq!(commands(&tape)[0], "onramp resolve 20261122-013405-k7qz2m signup --done");
    }

    #[test]
    fn an_output_that_only_the_workflow_needs_is_asked_for() {
        let text = "name: a\nsteps: { order: { uses: make } }\noutputs: { number: '${{ steps.order.outputs.id }}' }\n";
        let mut tape = Tape::start(planned(text));
        tape.end("order", lost()).fire("order").look("order", ProbeAnswer::NoWay);
        assert_eq!(commands(&tape)[0], "onramp resolve 20261122-013405-k7qz2m order --done --output id=@FILE");
    }

    #[test]
    fn a_teardown_in_doubt_is_answered_before_it_is_asked_for_again() {
        let mut plan = bootstrap();
        plan.steps[0].undo = crate::plan::Undo::BuiltIn;
        let mut tape = Tape::start(plan);
        tape.end("signup", lost()).fire("signup").look("signup", ProbeAnswer::NoWay).push(Fact::TeardownStarted);
        let summary = tape.summary(Secrets::Masked);
        assert_eq!(summary.teardown, Some(TeardownStatus::InDoubt));
        let lines: Vec<(String, &str)> =
            advice(&summary).commands.into_iter().map(|next| (next.command, next.purpose)).collect();
        let run = "20261122-013405-k7qz2m";
        assert_eq!(lines[0], (format!("onramp resolve {run} signup --done"), "if it took place: is undone"));
        assert_eq!(lines[1], (format!("onramp resolve {run} signup --redo"), "if not: nothing to undo"));
        assert_eq!(lines[2].0, format!("onramp show {run}"));
    }
}
