//! How the rows of a fleet are run: each with a host of its own, over connections and limits that all share.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::denial::is_block;
use super::each::{Each, Handing};
use super::log::StoredSealer;
use super::stored_rows::StoredRows;
use crate::action::Services;
use crate::engine::{self, EngineError, Launcher, LocalHost, Log as _, RowLog, RowStart, Rows, StopSignal};
use crate::fleet::{FleetFact, RowId, RowKey};
use crate::modelslab::Base;
use crate::ops::attach::trusted_mailboxes;
use crate::ops::begin::typed_origins;
use crate::ops::go_on::{Ready, make_ready};
use crate::ops::recall::recalling_all;
use crate::ops::stored::Stored;
use crate::ops::teardown::refuse_torn_down;
use crate::ops::{OpError, ResumeRequest, Talk, Workspace};
use crate::plan::Plan;
use crate::report::Rerun;
use crate::run::{Entry, Fact, Resumption, RunStarted, RunState, RunStatus, TeardownStatus};
use crate::secret::{Data, Mask};
use crate::workflow::{Given, Texts};

type Work = BoxFuture<'static, Result<RunStatus, EngineError>>;

/// Runs rows of a fleet.
pub(super) struct FleetRows<'a> {
    pub workspace: &'a Workspace,
    /// Of the workflow as it is now.
    pub plan: Arc<Plan>,
    pub texts: Texts,
    /// What pins it.
    pub pin: String,
    /// Connections and limits.
    pub shared: Services,
    /// Knows the secrets that all rows share.
    pub mask: Mask,
    /// Secrets that are not stored.
    pub unstored: Data,
    /// In which epoch this process works, and whether the fleet may be a copy.
    pub how: Resumption,
    /// How rows go on that have begun before.
    pub request: &'a ResumeRequest<'a>,
    pub stored: StoredRows,
    pub each: Option<Each>,
    /// What rows made is taken back.
    pub undoes: bool,
    /// Rows that were left as they are, and why.
    pub refused: Vec<(RowKey, String)>,
}

/// What a row is told about its plans is told once for the fleet, or not at all.
struct Silent;

impl Talk for Silent {
    fn say(&mut self, _text: &str) {}

    fn announce(&mut self, _rerun: &Rerun) {}
}

impl Rows<StoredSealer> for FleetRows<'_> {
    fn start(&mut self, start: RowStart<StoredSealer>) -> Work {
        let RowStart { row, started, log, stop } = start;
        match started {
            Some(started) => self.fresh(row, started, log, stop),
            None => self.known(row, log, stop).unwrap_or_else(|error| {
                self.refused.extend(self.key(row).map(|key| (key, error.to_string())));
                std::future::ready(Ok(RunStatus::InDoubt)).boxed()
            }),
        }
    }

    fn silent(&self) -> Vec<String> {
        self.shared.http.silent()
    }
}

impl FleetRows<'_> {
    fn key(&self, row: RowId) -> Option<RowKey> {
        self.stored.state.row(row).map(|row| row.key.clone())
    }

    fn fresh(&self, row: RowId, mut started: RunStarted, log: RowLog<StoredSealer>, stop: StopSignal) -> Work {
        let mut log = self.blocked(log, &self.plan);
        started.settings.typed_origins = self.typed_origins(row, &started);
        let (plan, clock) = (self.plan.clone(), self.shared.clock.clone());
        let (launcher, mask) = self.launcher_and_mask(&started);
        let (unstored, how) = (self.unstored.clone(), self.how.clone());
        let handing = self.handing(row, &log, &mask);
        async move {
            let at = clock.now();
            let first = Entry { seq: 1, at, fact: Fact::RunStarted(Box::new(started.clone())) };
            let mut state = RunState::new(&plan, started, at);
            log.append(std::slice::from_ref(&first), false).await?;
            let mut host = LocalHost::new(plan.clone(), log, clock, launcher, Vec::new(), stop);
            host.give(unstored);
            // What another copy of the fleet did with this row is not known here.
            let status = match how.wary {
                true => engine::resume(&plan, &mut state, how, &mut host).await,
                false => engine::drive(&plan, &mut state, &mut host).await,
            }?;
            Handing::over(handing, &plan, &state).await?;
            Ok(status)
        }
        .boxed()
    }

    fn known(&mut self, row: RowId, log: RowLog<StoredSealer>, stop: StopSignal) -> Result<Work, OpError> {
        if self.undoes { self.torn_down(row, log, stop) } else { self.again(row, log, stop) }
    }

    /// Takes back what a row made, as a teardown of its run would.
    fn torn_down(&mut self, row: RowId, log: RowLog<StoredSealer>, stop: StopSignal) -> Result<Work, OpError> {
        let workspace = self.workspace;
        let stored = self.stored.take(workspace, row)?;
        let full = recalling_all(workspace, &stored);
        let Stored { plan, mut state, .. } = stored;
        let (launcher, mask) = self.launcher_and_mask(&state.started);
        engine::learn_state(&mask, &workspace.registry, &plan, &state);
        let log = self.blocked(log, &full);
        let (how, notes, clock) = (self.how.clone(), log.notes(), self.shared.clock.clone());
        let mut host = LocalHost::new(full.clone(), log, clock.clone(), launcher, Vec::new(), stop);
        Ok(async move {
            engine::tear_down(&plan, &full, &mut state, how, &mut host).await?;
            Ok(match state.teardown_status(&full) {
                Some(TeardownStatus::Done) => {
                    notes.note(clock.now(), FleetFact::TornDown(row))?;
                    RunStatus::Succeeded
                }
                Some(TeardownStatus::Failed) => RunStatus::Failed,
                Some(TeardownStatus::InDoubt) => RunStatus::InDoubt,
                _ => RunStatus::Interrupted,
            })
        }
        .boxed())
    }

    /// Goes on with a row that has begun, as a resume of its run would.
    fn again(&mut self, row: RowId, log: RowLog<StoredSealer>, stop: StopSignal) -> Result<Work, OpError> {
        let workspace = self.workspace;
        let stored = self.stored.take(workspace, row)?;
        if stored.state.status == RunStatus::Succeeded {
            return Ok(self.handed_on(row, stored, &log));
        }
        refuse_torn_down(workspace, &stored.plan, &stored.state)?;
        let run = stored.state.started.run.clone();
        let ready = make_ready(workspace, &run, &stored, self.request, None, &mut Silent)?;
        let Ready { how: resumption, edit, unstored, injection } = ready;
        let Resumption { epoch, wary, .. } = self.how.clone();
        let how = Resumption { epoch, wary, ..resumption };
        let Stored { plan, mut state, .. } = stored;
        let clock = self.shared.clock.clone();
        let edit = edit.map(|edit| (edit.plan, edit.texts, edit.replanned));
        let started = edit.as_ref().map_or_else(|| (*state.started).clone(), |edit| edit.2.onto(&state.started));
        let (launcher, mask) = self.launcher_and_mask(&started);
        engine::learn_named(&mask, &how.secrets);
        engine::learn_state(&mask, &workspace.registry, &plan, &state);
        let newer = match edit {
            None => None,
            Some((newer, texts, mut replanned)) if texts == self.texts => {
                replanned.workflow.clone_from(&self.pin);
                Some((newer, replanned))
            }
            Some(_) => return Err(OpError::Usage("the workflow was edited just now: resume the fleet again".into())),
        };
        let going_on = newer.as_ref().map_or_else(|| plan.clone(), |(newer, _)| newer.clone());
        let log = self.blocked(log, &going_on);
        let handing = self.handing(row, &log, &mask);
        let mut host = LocalHost::new(going_on, log, clock, launcher, Vec::new(), stop);
        host.inject(injection);
        host.give(unstored);
        Ok(async move {
            let (status, plan) = match newer {
                None => (engine::resume(&plan, &mut state, how, &mut host).await?, plan),
                Some((newer, replanned)) => {
                    (engine::resume_edited(&plan, &newer, &mut state, how, replanned, &mut host).await?, newer)
                }
            };
            Handing::over(handing, &plan, &state).await?;
            Ok(status)
        }
        .boxed())
    }

    /// A row that has succeeded, and whose outputs the user's command has not taken yet.
    fn handed_on(&self, row: RowId, stored: Stored, log: &RowLog<StoredSealer>) -> Work {
        let Stored { plan, state, .. } = stored;
        let mask = Mask::default();
        engine::learn_state(&mask, &self.workspace.registry, &plan, &state);
        let handing = self.handing(row, log, &mask);
        async move {
            Handing::over(handing, &plan, &state).await?;
            Ok(state.status)
        }
        .boxed()
    }

    /// The log of a row that has this plan.
    fn blocked(&self, log: RowLog<StoredSealer>, plan: &Arc<Plan>) -> RowLog<StoredSealer> {
        let (plan, registry) = (plan.clone(), self.workspace.registry.clone());
        log.blocked_by(Box::new(move |denial| is_block(&plan, &registry, denial)))
    }

    fn handing(&self, row: RowId, log: &RowLog<StoredSealer>, mask: &Mask) -> Option<Handing> {
        let (each, key) = (self.each.clone()?, self.key(row)?);
        Some(Handing { each, row, key, notes: log.notes(), mask: mask.clone(), clock: self.shared.clock.clone() })
    }

    fn launcher_and_mask(&self, started: &RunStarted) -> (Launcher, Mask) {
        let mask = self.mask.above();
        engine::learn_given(&mask, started);
        let shared = &self.shared;
        let base = match started.settings.base_url == shared.settings.base_url {
            true => shared.base.clone(),
            false => Base::parse(&started.settings.base_url),
        };
        let services = Services {
            http: shared.http.shared(),
            mail: shared.mail.clone(),
            clock: shared.clock.clone(),
            settings: started.settings.clone(),
            base,
            trusted_mailboxes: trusted_mailboxes(&shared.mail, started),
            entropy: shared.entropy.clone(),
            folder: shared.folder.clone(),
            limits: Arc::new(shared.limits.shared().patient()),
        };
        (Launcher::new(self.workspace.registry.clone(), Arc::new(services), mask.clone()), mask)
    }

    /// What the author of the workflow wrote as a default was typed by nobody, nor was what an earlier fleet found out.
    fn typed_origins(&self, row: RowId, started: &RunStarted) -> Vec<String> {
        let found = self.stored.state.row(row).map(|row| row.found.as_slice()).unwrap_or_default();
        let declared = |name: &str| self.plan.workflow.inputs.iter().find(|input| input.name.as_str() == name);
        let is_default = |name: &str| {
            let value = started.inputs.get(name).map(crate::secret::Datum::expose);
            declared(name).is_some_and(|input| value == input.default.as_ref() || value == input.sandbox.as_ref())
        };
        let given = started.inputs.keys().filter(|name| !is_default(name) && !found.contains(name));
        let given = given.map(|name| (name.clone(), Given::Text(String::new()))).collect();
        let mut origins = started.settings.typed_origins.clone();
        origins.extend(typed_origins(&started.inputs, &given));
        origins
    }
}
