//! `onramp fleet`.

use super::request::{draw_warnings, request};
use super::resolve::answer;
use super::teardown::is_agreed;
use super::{asking, workspace};
use crate::cli::args::{
    EachArgs, Fleet, FleetCancel, FleetExport, FleetExportFormat, FleetList, FleetResolve, FleetResume, FleetRun,
    FleetShow, FleetTeardown, FlowArgs, Global, Inputs, Progress, RowArgs, StoreArgs, WhichFleet,
};
use crate::cli::console::{fleet_console, stderr_look, stdout_look};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{environment, log, out, values};
use crate::fleet::{Control, FleetState, RowId, StopReason};
use crate::ops::{
    self, Condition, Each, FleetExportOutcome, FleetExportRequest, FleetFormat, FleetOutcome, FleetResolveRequest,
    FleetResolved, FleetResumeRequest, FleetRunRequest, FlowRequest, GivenRows, OpError, Pick, ResumeRequest,
    RowSource, RowsRequest, RunRequest, Talk as _, Workspace,
};
use crate::report::command_line;
use crate::report::fleet::{FleetSummary, bad_rows, json, page};
use crate::report::prospects;
use crate::secret::Mask;
use crate::workflow::Workflow;

/// Rows that were left as they are are named, so many of them.
const NAMED: usize = 10;

pub async fn fleet(args: Fleet, global: &Global) -> Result<Exit, Failure> {
    match args {
        Fleet::Run(args) => run(*args, global).await,
        Fleet::Resume(args) => resume(args, global).await,
        Fleet::Resolve(args) => resolve(args, global),
        Fleet::Show(args) => show(args, global),
        Fleet::List(args) => list(args, global),
        Fleet::Pause(args) => control(args.which, &args.store, Control::Pause(true), global).await,
        Fleet::Unpause(args) => control(args.which, &args.store, Control::Pause(false), global).await,
        Fleet::Set(args) => control(args.which, &args.store, Control::MaxParallel(args.max_parallel), global).await,
        Fleet::Cancel(args) => cancel(args, global).await,
        Fleet::Export(args) => export(args, global),
        Fleet::Teardown(args) => teardown(args, global).await,
    }
}

async fn run(args: FleetRun, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp fleet run", global);
    let checked = ops::validate(&workspace, &args.file)?;
    draw_warnings(&checked, global);
    let environment = environment::reader(&global.chosen);
    let none = Inputs { input: Vec::new(), inputs: None, inputs_from: None };
    let request = request(&checked, Some(args.file), none, args.service, &global.chosen, &environment)?;
    let request = RunRequest { allow_spend: args.spend.allow_spend, ..request };
    let mut voice = Voice::new(&args.progress, global);
    let name = name(args.name, &args.rows)?;
    let rows = match &checked.plan {
        Some(plan) => rows(&plan.workflow, args.rows, request.sandbox, global, &mut voice)?,
        None => Vec::new(),
    };
    let request = FleetRunRequest {
        run: request,
        name,
        rows,
        flow: flow(&args.flow),
        accept_terms: args.accept_terms,
        each: each(args.each),
    };
    let console = fleet_console(global, &args.progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::fleet_run(&workspace, checked, request, console, &mut voice).await?;
    ended(&workspace, &outcome, args.print.json, &args.progress, global)
}

async fn resume(args: FleetResume, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp fleet resume", global);
    let environment = environment::reader(&global.chosen);
    let resume = ResumeRequest {
        base_url: args.service.base_url,
        as_stored: args.as_stored,
        allow_spend: args.spend.allow_spend,
        trust_checkpoint: args.trust_checkpoint,
        ..ResumeRequest::new(args.which.fleet.clone(), &environment)
    };
    let condition = args.condition.as_deref().map(Condition::parse).transpose()?;
    let pick = Pick { failed: args.failed, condition, keys: args.row };
    let request =
        FleetResumeRequest { fleet: args.which.fleet, resume, pick, flow: flow(&args.flow), each: each(args.each) };
    let mut voice = Voice::new(&args.progress, global);
    let console = fleet_console(global, &args.progress, &mask).map_err(OpError::Usage)?;
    let outcome = ops::fleet_resume(&workspace, request, console, &mut voice).await?;
    ended(&workspace, &outcome, args.print.json, &args.progress, global)
}

fn resolve(args: FleetResolve, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet resolve");
    let condition = args.condition.as_deref().map(Condition::parse).transpose()?;
    let answer = answer(args.redo, &args.output)?;
    let (keys, step) = (args.row, args.step);
    let request = FleetResolveRequest { fleet: args.which.fleet, keys, condition, step, answer };
    let FleetResolved { fleet, answered, left, words } = ops::fleet_resolve(&workspace, request)?;
    words.iter().for_each(|word| out::say(word));
    left.iter().take(NAMED).for_each(|(key, why)| out::say(&format!("row `{key}` was left as it is: {why}")));
    let resume = command_line("fleet resume", fleet.as_str(), "", workspace.store_to_type().as_deref());
    let left_too = if left.is_empty() { String::new() } else { format!(", {} were left as they are", left.len()) };
    out::say(&format!("{answered} rows of fleet {fleet} were answered for{left_too}; go on with `{resume}`"));
    Ok(if left.is_empty() { Exit::Done } else { Exit::RowsFailed })
}

fn show(args: FleetShow, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet show");
    let shown = ops::fleet_show(&workspace, &args.which.fleet)?;
    shown.warnings.iter().for_each(|warning| out::say(warning));
    let summary = summary(&workspace, &shown.state, shown.is_live, shown.dir.display().to_string());
    if args.print.json {
        out::print_json(&json(&summary, &shown.state, args.rows))?;
    } else {
        out::print(&page(&summary, &stdout_look(global.color)))?;
    }
    Ok(Exit::Done)
}

fn list(args: FleetList, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet list");
    let names = ops::fleets(&workspace)?;
    if names.is_empty() {
        out::say(&format!("no fleets in {} yet", workspace.store.display()));
    }
    let mut documents = Vec::new();
    for name in names {
        let shown = ops::fleet_show(&workspace, name.as_str())?;
        let summary = summary(&workspace, &shown.state, shown.is_live, shown.dir.display().to_string());
        match args.print.json {
            true => documents.push(json(&summary, &shown.state, false)),
            false => out::print(&crate::report::fleet::line(&summary, &stdout_look(global.color)))?,
        }
    }
    if args.print.json {
        out::print_json(&documents.into())?;
    }
    Ok(Exit::Done)
}

async fn control(which: WhichFleet, store: &StoreArgs, control: Control, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&store.folder(global), "onramp fleet");
    out::say(&ops::fleet_control(&workspace, &which.fleet, control).await?);
    Ok(Exit::Done)
}

async fn cancel(args: FleetCancel, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet cancel");
    let wait = (!args.no_wait).then_some(args.wait);
    let shown = match ops::fleet_cancel(&workspace, &args.which.fleet, wait).await? {
        ops::FleetCancel::Asked(fleet) => {
            out::say(&format!("fleet {fleet} was asked to end"));
            return Ok(if args.no_wait { Exit::Done } else { Exit::StepFailed });
        }
        ops::FleetCancel::Idle(shown) => {
            out::say(&format!("no process works on fleet {}: nothing is to be ended", shown.state.id()));
            shown
        }
        ops::FleetCancel::Ended(shown) => shown,
    };
    let summary = summary(&workspace, &shown.state, shown.is_live, shown.dir.display().to_string());
    out::print(&page(&summary, &stdout_look(global.color)))?;
    Ok(Exit::Done)
}

/// The fleet's name: the one given, or the stem of the file with the rows.
fn name(given: Option<String>, rows: &RowArgs) -> Result<String, OpError> {
    let stem = || rows.inputs.as_deref().filter(|path| *path != std::path::Path::new("-"))?.file_stem()?.to_str();
    given
        .or_else(|| stem().map(str::to_owned))
        .ok_or_else(|| OpError::Usage("the fleet needs a name: `--name q4`".to_owned()))
}

fn rows(
    workflow: &Workflow,
    args: RowArgs,
    sandbox: bool,
    global: &Global,
    voice: &mut Voice,
) -> Result<Vec<crate::fleet::Row>, Failure> {
    let given = values::given(workflow, &args.input, None).map_err(OpError::Usage)?;
    let source = match (args.inputs, args.count) {
        (Some(path), _) if path == std::path::Path::new("-") => RowSource::StandardInput,
        (Some(path), _) => RowSource::File(path),
        (None, count) => {
            let pair = |pair: &String| values::pair(pair).map(|(name, value)| (name.to_owned(), value.to_owned()));
            let columns = args.template.iter().map(pair).collect::<Result<_, _>>().map_err(OpError::Usage)?;
            RowSource::Template { count: count.unwrap_or(0), columns }
        }
    };
    let request = RowsRequest { source, format: args.format.map(Into::into), key: args.key, given: &given, sandbox };
    let read = ops::read_rows(workflow, &request, &mut std::io::stdin(), &mut |text| voice.say(text))?;
    let GivenRows { rows, bad, duplicates } = read;
    if !duplicates.is_empty() {
        voice.say(&format!("{} rows are there already, value by value, and count once", duplicates.len()));
    }
    if !bad.is_empty() {
        out::draw(&bad_rows::page(&bad, &stderr_look(global.color)));
        if !args.skip_bad {
            let message = "rows are wrong, and nothing was sent; `--skip-bad` leaves these out".to_owned();
            return Err(OpError::Usage(message).into());
        }
    }
    Ok(rows)
}

async fn teardown(args: FleetTeardown, global: &Global) -> Result<Exit, Failure> {
    let mask = Mask::default();
    log::start(global.log, &mask);
    let workspace = asking(&args.store.folder(global), "onramp fleet teardown", global);
    let environment = environment::reader(&global.chosen);
    let base_url = args.service.base_url;
    // What a row made is taken back as it was made.
    let request = ResumeRequest { base_url, as_stored: true, ..ResumeRequest::new(args.which.fleet, &environment) };
    let teardown = ops::FleetTeardown::prepare(&workspace, &request, &mut Voice::new(&args.progress, global)).await?;
    if let Some((key, ahead)) = teardown.example(&workspace)?.filter(|_| !args.yes) {
        out::draw(&prospects(&ahead, &stderr_look(global.color)));
        out::say(&format!("that is row `{key}`; the same is done with each of {} rows", teardown.rows()));
        if !is_agreed()? {
            out::say("nothing was undone");
            return Ok(Exit::WrongUse);
        }
    }
    let console = fleet_console(global, &args.progress, &mask).map_err(OpError::Usage)?;
    let flow = FlowRequest { max_parallel: args.max_parallel, ..FlowRequest::default() };
    let outcome = teardown.carry_out(&workspace, &request, flow, console).await?;
    let exit = ended(&workspace, &outcome, args.print.json, &args.progress, global)?;
    let is_over = outcome.state.rows.iter().all(|row| row.torn_down || row.began.is_none());
    Ok(if is_over {
        Exit::Done
    } else if exit == Exit::Interrupted {
        exit
    } else {
        Exit::RowsFailed
    })
}

fn export(args: FleetExport, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp fleet export");
    let format = match args.format {
        FleetExportFormat::Csv => FleetFormat::Csv,
        FleetExportFormat::Jsonl => FleetFormat::Jsonl,
        FleetExportFormat::DotenvDir => FleetFormat::DotenvDir,
    };
    let secrets = super::outcome::secrets(args.reveal);
    let request = FleetExportRequest { fleet: args.which.fleet, format, secrets, output: args.output };
    let FleetExportOutcome { text, notes } = ops::fleet_export(&workspace, &request)?;
    notes.iter().for_each(|note| out::say(note));
    out::print_exact(text.expose())?;
    Ok(Exit::Done)
}

fn each(args: EachArgs) -> Option<Each> {
    super::exec::user_command(args.command).map(Each::new)
}

fn flow(args: &FlowArgs) -> FlowRequest {
    FlowRequest { max_parallel: args.max_parallel, canary: args.canary, stop_after: args.stop_after }
}

fn summary(workspace: &Workspace, state: &FleetState, is_live: bool, dir: String) -> FleetSummary {
    FleetSummary::new(state, is_live, dir, workspace.store_to_type())
}

/// What to do about a service that does not want this.
fn denied(state: &FleetState, row: RowId) -> String {
    let key = state.row(row).map(|row| format!(" `{}`", row.key)).unwrap_or_default();
    format!(
        "the service denied access to row{key}, or asked for a human (a CAPTCHA): no more rows begin. A wait does not change that, \
         and onramp does not get around it: ask whoever runs the service, then `onramp fleet resume {} --failed`",
        state.id()
    )
}

/// Prints what came of a fleet, and says with which exit code that ends.
fn ended(
    workspace: &Workspace,
    outcome: &FleetOutcome,
    as_json: bool,
    progress: &Progress,
    global: &Global,
) -> Result<Exit, Failure> {
    let mut voice = Voice::new(progress, global);
    for (key, why) in outcome.refused.iter().take(NAMED) {
        voice.say(&format!("row `{key}` was left as it is: {why}"));
    }
    for (key, why) in outcome.untaken.iter().take(NAMED) {
        voice.say(&format!("the outputs of row `{key}` were not taken: {why}"));
    }
    if !outcome.untaken.is_empty() {
        voice.say("`--each` is run again for those by `onramp fleet resume`, given the same command");
    }
    let stopped = outcome.end.as_ref().and_then(|end| end.stopped);
    match stopped {
        Some(StopReason::Failures { failed }) => {
            voice.say(&format!("{failed} rows failed: no more rows begin, as `--stop-after` says"));
        }
        Some(StopReason::Canary { failed, of }) => {
            voice.say(&format!("{failed} of the {of} rows that went first did not succeed: the others do not begin"));
        }
        Some(StopReason::AccessDenied { row }) => voice.say(&denied(&outcome.state, row)),
        None if outcome.end.is_none() => voice.say("nothing is left to do"),
        None => {}
    }
    let state = &outcome.state;
    let summary = summary(workspace, state, false, outcome.dir.display().to_string());
    match as_json {
        true => out::print_json(&json(&summary, state, false))?,
        false => out::print(&page(&summary, &stdout_look(global.color)))?,
    }
    let tally = summary.tally;
    Ok(match () {
        () if outcome.end.as_ref().is_some_and(|end| end.stopping.is_some()) => Exit::Interrupted,
        () if tally.failed + tally.in_doubt > 0 || stopped.is_some() || !outcome.untaken.is_empty() => Exit::RowsFailed,
        () => Exit::Done,
    })
}
