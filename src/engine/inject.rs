//! Troubles that the user asks for, to see what a workflow does then. Applied here and nowhere else; never stored.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::id::TaskPath;
use crate::run::{ErrorKind, Happened, Order, Outcome, StepError};
use crate::workflow::RetryClass;

/// What happens to the attempts of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The attempt with this number, or every one, fails before anything is sent.
    Fail { attempt: Option<u32> },
    /// The action is performed a second time with the same order, and the second outcome counts.
    Repeat,
    /// The process is killed once the action has been performed, before anybody knows what came of it.
    Crash,
    /// The action begins later.
    Delay(Duration),
}

/// A trouble and the task that it befalls; without an item, all items of its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    pub task: TaskPath,
    pub trouble: Trouble,
}

/// All that is injected into a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Injection(pub Vec<Injected>);

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = &self.task;
        match self.trouble {
            Trouble::Fail { attempt: Some(number) } => write!(f, "fail:{task}@{number}"),
            Trouble::Fail { attempt: None } => write!(f, "fail:{task}"),
            Trouble::Repeat => write!(f, "repeat:{task}"),
            Trouble::Crash => write!(f, "crash:{task}"),
            Trouble::Delay(by) => write!(f, "delay:{task}={}ms", by.as_millis()),
        }
    }
}

impl Injected {
    fn befalls(&self, task: &TaskPath) -> bool {
        let Self { task: meant, .. } = self;
        meant.step == task.step && meant.role == task.role && (meant.item.is_none() || meant.item == task.item)
    }
}

impl Injection {
    /// What befalls one attempt.
    pub(super) fn of(&self, order: &Order) -> Attempt {
        let mut attempt = Attempt::default();
        for injected in self.0.iter().filter(|injected| injected.befalls(&order.task)) {
            match injected.trouble {
                Trouble::Fail { attempt: Some(number) } if number != order.number => {}
                Trouble::Fail { .. } => attempt.fails = Some(injected.to_string()),
                Trouble::Repeat => attempt.repeats = true,
                Trouble::Crash => attempt.crashes = true,
                Trouble::Delay(by) => attempt.delay += by,
            }
        }
        attempt
    }
}

/// The troubles of one attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attempt {
    delay: Duration,
    /// What the user wrote.
    fails: Option<String>,
    repeats: bool,
    crashes: bool,
}

impl Attempt {
    pub async fn around<'a>(self, perform: impl Fn() -> BoxFuture<'a, Outcome>) -> Outcome {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        if let Some(asked) = self.fails {
            return failed(&asked);
        }
        let mut outcome = perform().await;
        if self.repeats {
            outcome = repeated(&outcome, perform().await);
        }
        if self.crashes {
            crash();
        }
        outcome
    }
}

/// Of a class that retries know: what a retry makes of it is part of what the user wants to see.
fn failed(asked: &str) -> Outcome {
    let error = StepError::new(ErrorKind::Service, "injected", format!("--inject {asked}")).class(RetryClass::Network);
    Outcome::failed(Happened::None, error)
}

/// A refusal of the second time does not undo the first.
fn repeated(first: &Outcome, second: Outcome) -> Outcome {
    match (first.happened, second.happened) {
        (Happened::Done | Happened::Unknown, Happened::None) => Outcome { happened: Happened::Unknown, ..second },
        _ => second,
    }
}

/// As `kill -9` does it: nothing is written, nobody is told.
fn crash() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::secret::Data;

    fn refused() -> Outcome {
        Outcome::failed(Happened::None, StepError::new(ErrorKind::Service, "service.422", "it is there already"))
    }

    async fn performed(attempt: Attempt, outcomes: &[Outcome]) -> (usize, Outcome) {
        let calls = AtomicUsize::new(0);
        let outcome = attempt.around(|| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            Box::pin(std::future::ready(outcomes[call].clone()))
        });
        let outcome = outcome.await;
        (calls.load(Ordering::Relaxed), outcome)
    }

    #[tokio::test]
    async fn an_injected_failure_sends_nothing_and_may_be_tried_again() {
        let attempt = Attempt { fails: Some("fail:key@2".into()), ..Attempt::default() };
        let (calls, outcome) = performed(attempt, &[]).await;
        let error = outcome.error.unwrap();
        assert_eq!((calls, outcome.happened, error.code.as_str()), (0, Happened::None, "injected"));
        assert!(error.message.contains("fail:key@2") && error.class.is_some());
    }

    #[tokio::test]
    async fn of_a_repeated_action_the_second_outcome_counts_but_a_refusal_does_not_undo_the_first() {
        let repeat = || Attempt { repeats: true, ..Attempt::default() };
        let done = Outcome::succeeded(Data::new());
        assert_eq!(performed(repeat(), &[done.clone(), refused()]).await.1.happened, Happened::Unknown);
        assert_eq!(performed(repeat(), &[refused(), refused()]).await, (2, refused()));
        assert_eq!(performed(repeat(), &[refused(), done.clone()]).await, (2, done));
    }

    #[test]
    fn a_trouble_befalls_the_items_that_it_names() {
        let injected = |text: &str| Injected { task: TaskPath::parse(text).unwrap(), trouble: Trouble::Repeat };
        let befalls = |text: &str, task: &str| injected(text).befalls(&TaskPath::parse(task).unwrap());
        assert!(befalls("invite", "invite[ada]") && befalls("invite[ada]", "invite[ada]"));
        assert!(
            !befalls("invite[ada]", "invite[lin]") && !befalls("invite", "key") && !befalls("code", "code/on-error")
        );
    }
}
