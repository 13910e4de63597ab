//! A run from its beginning to its end, over crashes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use onramp::clock::{Clock as _, ManualClock, Timestamp};
use onramp::diagnostic::Source;
use onramp::engine::{EngineError, drive, resume, resume_edited, tear_down};
use onramp::entropy::{Entropy, SeededEntropy};
use onramp::id::RunId;
use onramp::plan::{Comparison, Plan, compare, load};
use onramp::run::{Entry, Fact, Replanned, Resumption, RunStarted, RunState, Settings, Stop};
use onramp::secret::{Data, Secret};
use onramp::store::simulated::{Crash, ForgetfulDisk};
use onramp::store::{Key, NewRun, Origin, RunFile, RunWriter};
use onramp::workflow::{
    ActionSpec, Catalogue, Effect, EffectRule, OutputSpec, Parameter, Reach, Sources, Type, UndoRule,
};

use super::fold::{Plans, Shadow, restore};
use super::graph::Graph;
use super::host::{CRASHED, CrashPoint, SimHost};
use super::tries::SETTLE;
use super::world::World;

pub const BEGIN: Timestamp = Timestamp::from_millis(1_795_311_245_000);

pub fn catalogue() -> Catalogue {
    let spec = |name, effect| ActionSpec {
        name,
        doc: "simulated",
        effect: EffectRule::Always(effect),
        probe: None,
        undo: UndoRule::BuiltIn,
        reach: Reach::NOBODY,
        parameters: vec![Parameter::optional("value", Type::Any, "anything")],
        outputs: vec![
            OutputSpec::public("value", Type::String, "a text"),
            OutputSpec::public("items", Type::array(Type::String), "some texts"),
            OutputSpec::public("flag", Type::Boolean, "true or false"),
            OutputSpec::secret("token", Type::String, "a secret"),
        ],
        captures: false,
        errors: vec!["sim.lost"],
        example: "".into(),
    };
    Catalogue::new([
        spec("sim.read", Effect::Read),
        spec("sim.repeat", Effect::Repeat),
        spec("sim.keyed", Effect::Keyed),
        spec("sim.once", Effect::Once),
    ])
}

pub fn plan(yaml: &str) -> Plan {
    read(yaml, &|_| None)
}

pub fn plan_of(graph: &Graph) -> Plan {
    read(&graph.yaml(), &|path| graph.library(path))
}

fn read(yaml: &str, library: &dyn Fn(&str) -> Option<String>) -> Plan {
    let main = Source::new("simulated.yaml", yaml);
    let sources = Sources::gather(main, &mut |path| library(path).ok_or_else(|| "it is not there".into()));
    let loaded = load(sources, &catalogue());
    loaded.plan.unwrap_or_else(|| panic!("{yaml}\n{:#?}", loaded.diagnostics))
}

fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(7))
}

fn key() -> Key {
    Key::draw(&SeededEntropy::new(1)).unwrap()
}

pub fn started(inputs: Data, secrets: Data) -> RunStarted {
    RunStarted {
        run: RunId::new("simulated").unwrap(),
        workflow: "simulated".into(),
        seed: Secret::new(vec![9; 32]),
        inputs,
        secrets,
        settings: Settings {
            base_url: "http://127.0.0.1:1".into(),
            sandbox: false,
            settle: Duration::from_millis(SETTLE),
            allow_hosts: Vec::new(),
            typed_origins: Vec::new(),
            allow_spend: None,
        },
        until: None,
    }
}

/// What a process does with a run.
#[derive(Debug, Clone, Copy)]
enum Way {
    Begin,
    Resume,
    TearDown,
}

/// A run, its disk and its world. It dies and comes back; they stay.
pub struct Life<'a> {
    /// Of each text of the workflow; the last one is what it is now.
    pub plans: Plans<'a>,
    pub disk: ForgetfulDisk,
    pub clock: ManualClock,
    pub world: World,
    /// All entries that were committed, also those that a crash took.
    pub entries: Vec<Entry>,
    pub commits: u64,
    /// After how many commits somebody asks to stop.
    pub stop: Option<(u64, Stop)>,
    /// What the next process is told.
    pub how: Resumption,
    began: Option<RunStarted>,
    /// What was read from the files after a death.
    back: Option<(RunWriter, RunState)>,
}

impl<'a> Life<'a> {
    pub fn new(plan: &'a Plan, world: World) -> Self {
        Self::with(plan, world, started(Data::new(), Data::new()))
    }

    pub fn with(plan: &'a Plan, world: World, started: RunStarted) -> Self {
        let (disk, clock) = (ForgetfulDisk::default(), ManualClock::at(BEGIN));
        Self {
            plans: vec![plan],
            disk,
            clock,
            world,
            entries: Vec::new(),
            commits: 0,
            stop: None,
            how: Resumption::default(),
            began: Some(started),
            back: None,
        }
    }

    /// The same run in another folder, with a world of its own that nobody has touched.
    pub fn copy(&self, world: World) -> Self {
        let disk = ForgetfulDisk::default();
        for file in [RunFile::Seal, RunFile::Workflow(1), RunFile::Journal, RunFile::Checkpoint] {
            disk.tamper(file, self.disk.contents(file));
        }
        let (plans, clock, how) = (self.plans.clone(), self.clock.clone(), self.how.clone());
        Self { plans, disk, clock, world, entries: Vec::new(), commits: 0, stop: None, how, began: None, back: None }
    }

    /// Starts the run, or goes on with it, until it stands still or dies; the state then.
    pub fn live(&mut self, crash: Option<CrashPoint>) -> (RunState, bool) {
        match self.began.take() {
            Some(started) => self.begin(started, crash),
            None => self.go_on(crash),
        }
    }

    /// Lives until the run stands still.
    pub fn finish(&mut self) -> RunState {
        let (state, died) = self.live(None);
        assert!(!died);
        state
    }

    fn begin(&mut self, started: RunStarted, crash: Option<CrashPoint>) -> (RunState, bool) {
        let first = Entry { seq: 1, at: BEGIN, fact: Fact::RunStarted(Box::new(started.clone())) };
        let state = RunState::new(self.plans[0], started, BEGIN);
        let origin = Origin { workflow_path: "simulated.yaml".into(), workflow_file: None };
        let workflow: &str = &self.plans[0].workflow.source.text;
        let new = NewRun { texts: &workflow.into(), origin: &origin, first: &first, state: &state };
        let writer = RunWriter::create(self.disk.handle(), new, &key(), entropy()).unwrap();
        self.entries.push(first);
        self.drive(writer, state, crash, Way::Begin)
    }

    /// What the files say.
    pub fn restored(&self) -> (RunWriter, RunState) {
        let (writer, loaded) = RunWriter::resume(self.disk.handle(), &key(), entropy()).unwrap();
        (writer, restore(&self.plans, loaded))
    }

    /// Takes back what the run made, until that is done or the process dies; goes on with a teardown that was cut off.
    pub fn tear_down(&mut self, crash: Option<CrashPoint>) -> (RunState, bool) {
        let (writer, state) = self.back.take().unwrap_or_else(|| self.restored());
        self.drive(writer, state, crash, Way::TearDown)
    }

    fn go_on(&mut self, crash: Option<CrashPoint>) -> (RunState, bool) {
        let (writer, state) = self.back.take().unwrap_or_else(|| self.restored());
        self.drive(writer, state, crash, Way::Resume)
    }

    fn drive(&mut self, writer: RunWriter, state: RunState, crash: Option<CrashPoint>, way: Way) -> (RunState, bool) {
        let (mut writer, mut state) = (writer, state);
        let how = std::mem::take(&mut self.how);
        let before = self.plans[state.version as usize - 1];
        let edit = self.edit(before, &state, &mut writer);
        let plan = self.plans[state.version as usize - usize::from(edit.is_none())];
        let shadow = Shadow::new(&state);
        let mut host = SimHost::new(self.plans.clone(), writer, self.clock.clone(), &mut self.world, shadow);
        host.crash = crash;
        host.stop = self.stop.take();
        let ended = match (way, edit) {
            (Way::Begin, _) => drive(plan, &mut state, &mut host).now_or_never(),
            (Way::Resume, None) => resume(plan, &mut state, how, &mut host).now_or_never(),
            (Way::Resume, Some(edit)) => resume_edited(before, plan, &mut state, how, edit, &mut host).now_or_never(),
            (Way::TearDown, _) => tear_down(plan, plan, &mut state, how, &mut host).now_or_never(),
        };
        self.commits = host.commits;
        self.entries.append(&mut host.entries);
        let died = match ended.expect("nothing waits in simulated time") {
            Ok(_) => false,
            Err(EngineError::Host(error)) if error.0 == CRASHED => true,
            Err(error) => panic!("{error}"),
        };
        (state, died)
    }

    /// The workflow has another text than the run knows.
    pub fn edit(&self, before: &Plan, state: &RunState, writer: &mut RunWriter) -> Option<Replanned> {
        let newer = *self.plans.get(state.version as usize)?;
        let Comparison { recheck, succession, .. } = compare(before, newer);
        let version = state.version + 1;
        let text: &str = &newer.workflow.source.text;
        let workflow = writer.keep_workflow(version, &text.into()).unwrap();
        Some(Replanned { version, workflow, recheck, succession, inputs: Data::new(), secrets: Data::new() })
    }

    /// The process dies and is gone for a while; the machine stays up. What the files say then.
    pub fn killed(&mut self, live: &RunState, downtime: u64, arrived: impl FnMut() -> bool) -> &RunState {
        self.disk.kill();
        let state = self.back(downtime, arrived);
        assert_eq!(state.recorded(), live.recorded(), "the files do not say what was committed");
        state
    }

    /// The machine goes down. What the files say then.
    pub fn power_lost(&mut self, crash: Crash, downtime: u64, arrived: impl FnMut() -> bool) -> &RunState {
        self.disk.crash(crash);
        self.back(downtime, arrived)
    }

    fn back(&mut self, downtime: u64, arrived: impl FnMut() -> bool) -> &RunState {
        self.world.cut_off(self.clock.now(), arrived);
        self.clock.advance(Duration::from_millis(downtime));
        let restored = self.restored();
        &self.back.insert(restored).1
    }
}
