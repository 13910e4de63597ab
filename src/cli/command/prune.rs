//! `onramp prune`.

use super::workspace;
use crate::cli::args::{Global, Prune as Args};
use crate::cli::console::stdout_look;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::ops::{self, Fate, PruneRequest, Pruned};
use crate::report::pruned::{self, Row};

pub fn prune(args: Args, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp prune");
    let Args { older_than, secrets, unfinished, dry_run, print, .. } = args;
    let outcome = ops::prune(&workspace, &PruneRequest { older_than, secrets, unfinished, dry_run })?;
    let failed = outcome.runs.iter().filter(|run| matches!(run.fate, Fate::Failed(_))).count();
    let rows: Vec<Row> = outcome.runs.into_iter().map(|run| row(run, dry_run)).collect();
    if print.json {
        out::print_json(&pruned::json(&rows))?;
    } else if !rows.is_empty() {
        out::print(&pruned::page(&rows, &stdout_look(global.color)))?;
    }
    if rows.is_empty() || outcome.younger > 0 {
        out::say(&match outcome.younger {
            0 => format!("no runs in {}", workspace.store.display()),
            1 => "1 run is younger and was left alone".to_owned(),
            more => format!("{more} runs are younger and were left alone"),
        });
    }
    if failed > 0 {
        let what = if secrets { "freed of its secrets" } else { "forgotten" };
        out::say(&match failed {
            1 => format!("1 run could not be {what}"),
            more => format!("{more} runs could not be {}", what.replace("its", "their")),
        });
    }
    Ok(if failed > 0 { Exit::StepFailed } else { Exit::Done })
}

fn row(pruned: Pruned, dry_run: bool) -> Row {
    let Pruned { run, is_fleet, workflow, status, ended, fate } = pruned;
    let would = |done: &str, sandbox: bool| {
        let would = if dry_run { "would be " } else { "" };
        format!("{would}{done}{}", if sandbox { ", with its sandbox" } else { "" })
    };
    let (kept, what) = match fate {
        Fate::Forgotten { sandbox } => (false, would("forgotten", sandbox)),
        Fate::SecretsPruned { sandbox: true } => (false, would("freed of its secrets and its sandbox", false)),
        Fate::SecretsPruned { sandbox: false } => (false, would("freed of its secrets", false)),
        Fate::Kept(why) | Fate::Failed(why) => (true, format!("kept: {why}")),
    };
    Row { run: run.to_string(), is_fleet, workflow, status, ended, kept, what }
}
